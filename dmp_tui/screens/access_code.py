"""The code by which a patient opens his own access: shown once, large, to be printed; it is kept nowhere."""

from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.dmp.minors import age_of, is_minor
from dmp_tui.i18n import _
from dmp_tui.screens.acts import GiveAccess
from dmp_tui.screens.life_forms import YES, ActForm
from dmp_tui.screens.paper import PaperScreen
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.screens.words import day_and_time, named
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

if TYPE_CHECKING:
    from dmp_tui.client.answers import PatientAccess

_GROUP = 4


class AccessForm(ActForm):
    """Whose access: the patient's; for a minor, perhaps a legal representative's."""

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.minor = is_minor(age_of(record.identity, today))
        fields = [Field(_("Taper OUI pour confirmer :"), limit=3)]
        if self.minor:
            who = Field(_("Pour (1 le patient, 2 son représentant légal) :"), digits=True, limit=1)
            who.value = "1"
            name = Field(_("Nom du représentant :"), limit=80)
            declared = [contact.name for contact in record.contacts if contact.kind == "REPRESENTATIVE"]
            name.value = declared[0] if declared else ""
            fields = [who, name, *fields]
        super().__init__(record, today, fields)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What it opens, and to whom."""
        return self.sentences(
            _("ACCÈS DU PATIENT À SON DMP"),
            width,
            _("Le patient, présent, veut lire lui-même son DMP. Il reçoit un code, qui sert une fois."),
            _("Vérifiez son identité : ce code ouvre tout son dossier."),
            _("Un représentant légal n'y voit ni les soins secrets du mineur, ni ce qui lui est caché.")
            if self.minor
            else "",
        )

    def hand_over(self) -> None:
        """Ask for the code, if the word is there."""
        *whose, word = (field.value.strip() for field in self.fields)
        if whose and whose[0] not in {"1", "2"}:
            self.fields[0].focus()
            self.say(_("Pour qui ? 1 : le patient, 2 : son représentant légal."), ALARM)
        elif whose and whose[0] == "2" and not whose[1]:
            self.fields[1].focus()
            self.say(_("Donnez le nom du représentant légal."), ALARM)
        elif word.upper() not in YES:
            self.say(_("Rien n'est fait : tapez OUI en entier, ou Échap pour renoncer."), ALARM)
        else:
            self.ask_for(GiveAccess(whose[1] if whose and whose[0] == "2" else ""))


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
