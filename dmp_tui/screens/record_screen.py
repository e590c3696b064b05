"""The frame of every screen of an open record: identity, access mode and allergies always in view, and its keys."""

from datetime import date
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from dmp_tui.dmp.professions import Mode
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.places import PLACES
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.widgets.line import Row

_NARROW = 80
"""Columns in which all keys must fit; where two blanks between them are too many, one parts them."""
_MARK = 6
"""Cells that the foot needs to say, instead of the last word, that this is a demonstration."""
_YIELDING = ("deposit", "contacts", "prevention", "already-done")
"""Places whose word gives way first."""


class RecordScreen(PageScreen):
    """A screen of one record. Nothing of a record is shown by any other kind of screen."""

    ALLERGIES_IN_BANNER: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "go('sheet')", _("Synthèse"), show=False, id="go.sheet"),
        *(Binding(p.key, f"go('{p.where}')", p.title, show=False, id=f"go.{p.where}") for p in PLACES),
        Binding("k", "go('secret')", _("Connexion secrète"), show=False, id="go.secret"),
        Binding("slash", "go('search')", _("Chercher un dossier"), show=False, id="go.search"),
        Binding("exclamation_mark", "go('break-glass')", _("Bris de glace"), show=False, id="go.break-glass"),
        Binding("question_mark,f1", "go('help')", _("Aide"), show=False, id="go.help"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.record = record
        self.today = today
        super().__init__()

    def keys(self) -> str:
        """Letters of the screens; breaking the glass is named only where it is not broken.

        Where not all words fit, some places are named by their letter only, beside the other signs.
        """
        count = self.record.sheet.documents if self.record.documents is None else len(self.record.documents)
        counts = {"documents": f"({count})"}
        places = [place for place in PLACES if place.foot]
        signs = ["/", *(["!"] if self.record.mode is Mode.NORMAL else []), "^L", _("? Aide")]
        bare: list[str] = []
        for yielding in ("", *_YIELDING):
            bare += [place.key for place in places if place.where == yielding]
            words = [f"{p.key} {p.foot}{counts.get(p.where, '')}" for p in places if p.key not in bare]
            parts = [_("s Fiche"), *words, *bare, *signs]
            wide, tight = " " + "  ".join(parts), " " + " ".join(parts)
            if cell_len(wide) <= _NARROW:
                return wide
            if cell_len(tight) <= _NARROW and cell_len(tight.rpartition(" ")[0]) <= _NARROW - _MARK:
                return tight
        return tight

    def banner_rows(self, width: int) -> list[Row]:
        """Who, how, and the allergies."""
        return banner_rows(self.record, width, self.today, allergies=self.ALLERGIES_IN_BANNER)

    def open_line(self, key: OfLine) -> None:
        """Show the sources of a line."""
        from dmp_tui.screens.sources import SourcesScreen

        for line in self.record.sheet.topic(key.kind).lines:
            if line.key == key.key:
                self.app.push_screen(SourcesScreen(self.record, self.today, line))

    def show_record(self, record: OpenRecord) -> None:
        """The same record, read again or in another mode."""
        self.record = record
        self.foot.show_keys(self.keys())
        self.lay_out()
