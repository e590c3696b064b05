"""The code by which a patient opens his own access: shown once, large, to be printed; it is kept nowhere."""

from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.paper import PaperScreen
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.screens.words import day_and_time, named
from dmp_tui.widgets.line import STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

if TYPE_CHECKING:
    from dmp_tui.client.answers import PatientAccess

_GROUP = 4


class AccessCodeScreen(PaperScreen):
    """The code in groups of four, spaced wide. Leaving the page forgets it."""

    def __init__(self, record: OpenRecord, today: date, access: "PatientAccess") -> None:
        self.record = record
        self.today = today
        self.access = access
        super().__init__()

    def keys(self) -> str:
        """How to hand it out."""
        return " " + _("i imprimer  w fichier  Échap oublier le code")

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def banner_rows(self, width: int) -> list[Row]:
        """Whose access."""
        return banner_rows(self.record, width, self.today, allergies=False)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The code, and what the patient does with it."""
        rows: list[Row] = [(title(_("ACCÈS DU PATIENT À SON DMP"), width),), ()]
        for line in _spaced(self.access.code, width - 8):
            rows += [text_row(f"    {line}", width, STRONG), ()]
        if self.access.login:
            words = named(_("Identifiant"), " ".join(self.access.login))
            rows += [text_row(f"    {words}", width, STRONG), ()]
        for sentence in self._told():
            rows += [text_row(part, width) for part in wrap(sentence, width, "  ")]
        return rows

    def _told(self) -> list[str]:
        told = [_("Donnez ce code au patient, à lui seul : il ouvre son DMP, où il choisit son mot de passe.")]
        if self.access.expires is not None:
            told.append(_("Il sert une fois, jusqu'au {when}.").format(when=day_and_time(self.access.expires)))
        told.append(_("Le patient tape : dmp-tui patient"))
        told.append(_("Il n'est montré qu'ici, et n'est gardé nulle part : perdu, on en donne un autre."))
        return told

    def paper(self) -> str:
        """The same on paper: the code and what to do, and no name."""
        lines = [
            _("Votre accès à votre dossier médical partagé (DMP)"),
            "",
            "    " + "  ".join(grouped(self.access.code)),
            "",
        ]
        if self.access.login:
            lines += ["    " + named(_("Identifiant"), self.access.login), ""]
        lines.append(_("Ce code est à vous seul. Ne le donnez à personne."))
        if self.access.expires is not None:
            lines.append(_("Il sert une fois, jusqu'au {when}.").format(when=day_and_time(self.access.expires)))
        return "\n".join([*lines, _("Pour commencer : dmp-tui patient"), ""])

    def file_name(self) -> str:
        """It names nobody."""
        return "~/acces-patient.txt"


def _spaced(code: str, width: int) -> list[str]:
    """``K 7 Q M   P 2 X A``, in lines of whole groups."""
    lines = [""]
    for group in (" ".join(part) for part in grouped(code)):
        longer = f"{lines[-1]}   {group}" if lines[-1] else group
        if len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(group)
    return lines


def grouped(code: str) -> list[str]:
    """A code in groups of four; one that has its own separators keeps them."""
    shown = visible(code)
    if not shown.isalnum():
        return shown.replace("-", " ").split()
    return [shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP)]
