"""A form: typed fields under the identity of the person it is about. While one is open no card takes the screen."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from dmp_tui.dmp.identity import Identity
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.record import identity_rows
from dmp_tui.widgets.bars import Banner
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import Row


class FormScreen(PageScreen):
    """Fields between a banner and an explanation. Enter in the last field hands the form over."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "app.focus_next", show=False, id="form.next"),
        Binding("shift+tab,up", "app.focus_previous", show=False, id="form.previous"),
    ]

    def __init__(self, identity: Identity | None, today: date, fields: Sequence[Field]) -> None:
        self.identity = identity
        self.today = today
        self.fields = tuple(fields)
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """How to hand over and how to leave."""
        return " " + _("Tab champ suivant  Entrée valider  Échap annuler")

    def banner_rows(self, width: int) -> list[Row]:
        """Whom the form is about."""
        return identity_rows(self.identity, width, self.today) if self.identity else []

    def form(self) -> Sequence[Field]:
        """The fields."""
        return self.fields

    def compose(self) -> ComposeResult:
        """As every screen, but the fields stand right below the explanation."""
        self.lay_out()
        gap = Banner()
        gap.styles.height = "1fr"
        yield self.banner
        yield self.board
        yield from self.fields
        yield gap
        yield self.foot
        yield self.notice

    def lay_out(self) -> None:
        """The explanation takes the rows it needs."""
        super().lay_out()
        self.board.styles.height = len(self.board.rows) + 1

    @on(Field.Submitted)
    def go_on(self, message: Field.Submitted) -> None:
        """On to the next field, or hand over."""
        message.stop()
        if message.field is self.fields[-1]:
            self.hand_over()
        else:
            # The one after it, wherever the keyboard is by now: a second Enter typed ahead goes no further.
            self.fields[self.fields.index(message.field) + 1].focus()

    def hand_over(self) -> None:
        """Check what was typed and send it."""
        raise NotImplementedError
