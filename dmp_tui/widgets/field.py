"""One line of typed text: a PIN, an INS, a reason. Nothing blinks; a key repaints one row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dmp_tui.widgets.line import PLAIN, STRONG, Cell, strip_of
from dmp_tui.widgets.text import visible


class Field(Widget, can_focus=True):
    """A label and what is typed after it. A masked field shows one dot a character and keeps no copy elsewhere."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "rub_out", show=False, id="field.backspace"),
        Binding("ctrl+u", "clear", show=False, id="field.clear"),
        Binding("enter", "submit", show=False, id="field.submit"),
    ]

    @dataclass
    class Submitted(Message):
        """Enter was pressed in ``field``."""

        field: "Field"
        value: str

        def __repr__(self) -> str:
            # A PIN or an identity must not reach a log through a message's text.
            return "Field.Submitted()"

    def __init__(
        self,
        label: str,
        *,
        masked: bool = False,
        digits: bool = False,
        limit: int = 400,
        changed: Callable[[str], None] | None = None,
        rubbed_empty: Callable[[], None] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.styles.height = 1
        self._label = label
        self._masked = masked
        self._digits = digits
        self._limit = limit
        self._changed = changed
        """Called, not posted: what a message brings is painted a frame later."""
        self._rubbed_empty = rubbed_empty
        """Called for a backspace where there is nothing left to drop."""
        self._value = ""

    @property
    def value(self) -> str:
        """What was typed."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        before, self._value = self._value, value[: self._limit]
        self.refresh()
        if self._changed is not None and self._value != before:
            self._changed(self._value)

    def ask(self, label: str, value: str = "") -> None:
        """Ask for something else, beginning with ``value``; nothing is told of it."""
        self._label, self._value = label, value[: self._limit]
        self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Printable characters are text here, not the bindings of a screen."""
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Take a printable character."""
        character = event.character
        if character is None or not character.isprintable():
            return
        event.stop()
        event.prevent_default()
        self._take(character)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of a paste; a scanner's burst never comes here (the app catches it before)."""
        event.stop()
        lines = event.text.splitlines()
        self._take("".join(c for c in lines[0] if c.isprintable()) if lines else "")

    def _take(self, text: str) -> None:
        if self._digits and not (text.isascii() and text.isdigit()):
            return
        self.value = self._value + text

    def action_rub_out(self) -> None:
        """Drop the last character."""
        if not self._value and self._rubbed_empty is not None:
            self._rubbed_empty()
        self.value = self._value[:-1]

    def action_clear(self) -> None:
        """Drop everything."""
        self.value = ""

    def action_submit(self) -> None:
        """Hand the text over."""
        self.post_message(self.Submitted(self, self._value))

    def on_focus(self) -> None:
        """The label tells which field has the keyboard."""
        self.refresh()

    def on_blur(self) -> None:
        """The label tells which field has the keyboard."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """``> label: text_``: the sign tells the focus without colour; the end of a long text stays in view."""
        width = self.size.width
        label = f"{'>' if self.has_focus else ' '} {self._label} "
        room = max(width - cell_len(label) - 1, 1)
        text = "•" * len(self._value) if self._masked else visible(self._value)
        while cell_len(text) > room:
            text = "…" + text[cell_len(text) - room + 2 :]
        shown = set_cell_size(text, cell_len(text)) + ("_" if self.has_focus else "")
        x = cell_len(label)
        return strip_of(
            (Cell(0, x, label, STRONG if self.has_focus else PLAIN), Cell(x, cell_len(shown), shown)), width
        )
