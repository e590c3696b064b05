"""The fixed lines above and below a screen's body: who the patient is, what was just said, which keys there are."""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from dmp_tui.widgets.line import BAR, PLAIN, Cell, Row, strip_of
from dmp_tui.widgets.text import two_ends, wrap

_PLACE = 14
"""Cells kept for the place in a list at the end of the message's first row."""


class Banner(Widget):
    """Fixed rows. Its height is that of its rows."""

    ALLOW_SELECT = False

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._rows = tuple(rows)
        self.styles.height = len(self._rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; the layout moves only if their number changed."""
        if tuple(rows) == self._rows:
            return
        if len(rows) != len(self._rows):
            self.styles.height = len(rows)
        self._rows = tuple(rows)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        return strip_of(self._rows[y] if y < len(self._rows) else (), self.size.width)


class Foot(Widget):
    """The last message whole, with the place in a longer list, and one row of keys. A long message takes more rows."""

    ALLOW_SELECT = False

    def __init__(self, keys: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.styles.height = 2
        self._keys = keys
        self._marks: tuple[str, ...] = ()
        self._message = ""
        self._lines: list[str] = []
        self._style = PLAIN
        self._place = ""

    @property
    def message(self) -> str:
        """The message in view."""
        return self._message

    def say(self, message: str, style: Style = PLAIN) -> None:
        """Show a message until the next one."""
        if (message, style) != (self._message, self._style):
            self._message, self._style = message, style
            self._fold()
            self.refresh()

    def _fold(self) -> None:
        """As many rows as the message takes; the layout moves only if their number changed."""
        width = self.app.size.width
        self._lines = wrap(self._message, max(width - _PLACE, 20)) if self._message else []
        height = 1 + max(len(self._lines), 1)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def on_resize(self) -> None:
        """Fold the message for the new width."""
        self._fold()

    def show_keys(self, keys: str) -> None:
        """Other keys, or another count beside one of them."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def mark(self, *words: str) -> None:
        """Words at the end of the row of keys: that this is a demonstration, say. The first form that fits is shown."""
        if words != self._marks:
            self._marks = words
            self.refresh()

    def _keys_row(self, width: int) -> str:
        """The keys, closer to each other where they must be, and the first mark that leaves them whole.

        That this is no ward is said even where it costs the word after the last sign: the sign stays.
        """
        tight = re.sub(" {2,}", " ", self._keys)
        keys = self._keys if cell_len(self._keys) <= width else tight
        for shown in (keys, tight, re.sub(r"(\?) \w+$", r"\1", tight)):
            for mark in self._marks:
                if cell_len(shown) + cell_len(mark) + 1 < width:
                    return two_ends(shown, mark, width)
        return keys

    def place(self, first: int, last: int, total: int) -> None:
        """Say which rows of how many are in view; nothing where all are."""
        place = "" if last - first + 1 >= total else f"{first}-{last}/{total}"
        if place != self._place:
            self._place = place
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The message, or the keys in reverse video."""
        width = self.size.width
        if y >= max(len(self._lines), 1):
            return strip_of((Cell(0, width, self._keys_row(width), BAR),), width)
        room = width - len(self._place) - 2 if self._place and y == 0 else width
        cells = [Cell(0, room, self._lines[y] if self._lines else "", self._style)]
        if self._place and y == 0:
            cells.append(Cell(width - len(self._place) - 1, len(self._place) + 1, self._place))
        return strip_of(cells, width)
