"""Logged in, no record open: what to do next."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.widgets.line import BAR, STRONG, Cell, Row, text_row
from dmp_tui.widgets.text import two_ends, visible, wrap


class ReadyScreen(PageScreen):
    """Waits for a Vitale card, a scan or a number."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "go('search')", show=False, id="go.search"),
        Binding("question_mark,f1", "go('help')", show=False, id="go.help"),
    ]

    def __init__(self, professional: str, facility: str = "") -> None:
        self.professional = professional
        self.facility = facility
        super().__init__()

    def keys(self) -> str:
        """What can be done here."""
        return " " + _("/ Chercher  ^L Verrou  ^P Commandes  ? Aide  ^Q Quitter")

    def banner_rows(self, width: int) -> list[Row]:
        """Who is logged in."""
        return [(Cell(0, width, two_ends(visible(self.professional), visible(self.facility), width), BAR),)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What opens a record."""
        sentence = _("Insérez la carte Vitale du patient, scannez son datamatrix INS, ou tapez / pour saisir son INS.")
        return [(), *(text_row(line, width, STRONG) for line in wrap(sentence, width))]
