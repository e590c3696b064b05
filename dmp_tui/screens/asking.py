"""A screen of a record that asks for a line of text at its foot: a filter, words to find, a path."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from dmp_tui.i18n import _
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.widgets.field import Field


class AskingScreen(RecordScreen):
    """The field takes letters while it is open; arrows still move in the body. Escape closes it before the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "body('step', -1)", show=False, id="asking.up"),
        Binding("down", "body('step', 1)", show=False, id="asking.down"),
        Binding("pageup", "body('page', -1)", show=False, id="asking.pageup"),
        Binding("pagedown", "body('page', 1)", show=False, id="asking.pagedown"),
        Binding("tab", "leave_field", show=False, id="asking.leave"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.asking = False
        self.field = Field("", changed=self.typed, rubbed_empty=self.rubbed_empty)
        self.field.display = False
        super().__init__(record, today)

    def compose(self) -> ComposeResult:
        """As every screen, with the field above the foot."""
        self.lay_out()
        yield self.banner
        yield self.board
        yield self.field
        yield self.foot
        yield self.notice

    def keys(self) -> str:
        """While the field has the keyboard no letter leads anywhere: the keys that do."""
        if self.asking and self.field.has_focus:
            return " " + _("Tab quitter le champ  Échap fermer  ^P Commandes  ^L Verrou")
        return super().keys()

    def on_descendant_focus(self) -> None:
        """The keys change with what has the keyboard."""
        self.foot.show_keys(self.keys())

    def form(self) -> Sequence[Widget]:
        """The field, while it is open."""
        return (self.field,) if self.asking else ()

    def ask(self, label: str, value: str = "") -> None:
        """Open the field."""
        self.asking = True
        self.field.ask(label, value)
        self.lay_out()
        self.field.focus()

    def stop_asking(self) -> None:
        """Close the field; the body has the keyboard again."""
        self.asking = False
        self.field.display = False
        self.board.focus()
        self.lay_out()

    def typed(self, text: str) -> None:
        """The text of the field changed. For subclasses."""

    def rubbed_empty(self) -> None:
        """Backspace was pressed in the empty field. For subclasses."""

    def submitted(self, text: str) -> None:
        """Enter was pressed in the field. For subclasses."""

    def given_up(self) -> None:
        """Escape was pressed in the field. For subclasses."""
        self.stop_asking()

    @on(Field.Submitted)
    def _submitted(self, message: Field.Submitted) -> None:
        message.stop()
        self.submitted(message.value)

    def action_go(self, where: str) -> None:
        """Escape closes the field first."""
        if where == "back" and self.asking:
            self.given_up()
        else:
            super().action_go(where)

    def action_body(self, how: str, direction: int) -> None:
        """Move in the body without leaving the field."""
        move = {"step": self.board.action_step, "page": self.board.action_page}[how]
        move(direction)

    def action_leave_field(self) -> None:
        """Keep what was typed, and give the keyboard to the body; back to the field where it is open."""
        if self.asking:
            (self.board if self.field.has_focus else self.field).focus()
