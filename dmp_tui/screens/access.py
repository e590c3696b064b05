"""Ways into a record that is not open to the caller: declare the patient's consent, or break the glass."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.identity import Identity
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.dates import day
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.messages import AuthorisationDeclared, GlassBroken, Go
from dmp_tui.screens.record import identity_rows, secret_rows
from dmp_tui.screens.words import clock_time
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import wrap


@dataclass(frozen=True, slots=True)
class Ways:
    """What a professional is offered where a record is not open to him. The server decides anyway."""

    declare: bool = True
    """The patient consents, and he may declare it."""
    glass: bool = True
    """Bris de glace."""
    regulation: bool = False
    """Centre 15."""
    told: str = ""
    """In one sentence, what his card lets him do, where it is less than reading."""


def ways_of(professional: Professional, *, btg_open: bool = True, etreat_open: bool = True) -> Ways:
    """The ways of a professional, as the functional rights table gives them, less what the patient opposes."""
    if professional.role is Role.CPE_CLERK:
        told = _("Votre carte (CPE) permet de voir que le DMP existe et de déclarer le consentement, pas de le lire.")
        return Ways(glass=False, told=told)
    if professional.role is Role.OCCUPATIONAL_DOCTOR:
        told = _("La médecine du travail peut déposer des documents dans un DMP, pas les lire, même en urgence.")
        return Ways(declare=False, glass=False, told=told)
    if professional.role is Role.FACILITY_CERTIFICATE:
        told = _("Un certificat d'établissement alimente les DMP et ne les lit pas.")
        return Ways(declare=False, glass=False, told=told)
    return Ways(glass=btg_open, regulation=professional.regulator and etreat_open)


REASON_LENGTH = 10
REASON_CODES = ("incapacity", "immediate-risk", "other", "regulation-call")
"""Of the wire. The last one is centre 15, another mode, for regulators only."""


class NotAuthorisedScreen(PageScreen):
    """The record exists and is not open to the caller: why, and the two lawful ways on."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "go('declare')", show=False, id="go.declare"),
        Binding("exclamation_mark", "go('break-glass')", show=False, id="go.break-glass"),
    ]

    def __init__(self, identity: Identity, today: date, why: str, ways: Ways, secret: bool = False) -> None:
        self.secret = secret
        self.identity = identity
        self.today = today
        self.why = why
        self.ways = ways
        super().__init__()

    def keys(self) -> str:
        """The ways on, those that there are."""
        parts = [_("a Consentement du patient")] if self.ways.declare else []
        if self.ways.regulation:
            parts.append(_("! Centre 15"))
        elif self.ways.glass:
            parts.append(_("! Bris de glace"))
        return " " + "  ".join([*parts, _("Échap Renoncer")])

    def banner_rows(self, width: int) -> list[Row]:
        """Whose record, and that the session is secret."""
        return [*identity_rows(self.identity, width, self.today), *secret_rows(self.secret, width)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Why it is closed to the caller, and what each way means."""
        rows: list[Row] = [(title(_("ACCÈS NON AUTORISÉ"), width),)]
        for words in (self.why, self.ways.told):
            rows += [text_row(line, width, STRONG) for line in wrap(words, width) if line]
        for sentence in self._sentences():
            rows += [text_row(line, width) for line in wrap(sentence, width, "    ")]
        return rows

    def _sentences(self) -> list[str]:
        ways, sentences = self.ways, []
        if ways.regulation:
            sentences.append(_("! : régulation médicale : appel au centre 15 ; motif obligatoire, patient informé."))
        if ways.declare:
            sentences.append(
                _("a : le patient (ou son représentant) consent ; vous le déclarez, votre nom et l'heure sont gardés.")
            )
        if ways.glass:
            sentences.append(
                _("! : bris de glace : consentement impossible, danger immédiat ; motif obligatoire, patient informé.")
            )
        return sentences

    def action_go(self, where: str) -> None:
        """One of the ways, for this person; what his card never allows does nothing.

        What the patient opposes is not offered, but can be asked for: the server refuses it, and says so.
        """
        possible = {"declare": self.ways.declare, "break-glass": not self.ways.told}
        if possible.get(where, True):
            self.post_message(Go(where))


class DeclareScreen(FormScreen):
    """The patient's consent, as collected by the professional who declares it."""

    def __init__(
        self, identity: Identity, today: date, collected_at: datetime, professional: str, *, secret: bool = False
    ) -> None:
        self.secret = secret
        self.collected_at = collected_at
        self.professional = professional
        super().__init__(identity, today, [Field(_("Taper OUI pour déclarer :"), limit=3)])

    def banner_rows(self, width: int) -> list[Row]:
        """About whom, and that the session is secret."""
        return [*super().banner_rows(width), *secret_rows(self.secret, width)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Exactly what will be declared."""
        sentence = _(
            "Je déclare que le patient, informé, m'autorise à consulter son DMP. Consentement recueilli par {who} "
            "le {day} à {time}."
        ).format(
            who=self.professional,
            day=day(self.collected_at.astimezone().date().isoformat()),
            time=clock_time(self.collected_at),
        )
        rows: list[Row] = [(title(_("CONSENTEMENT DU PATIENT"), width),)]
        return rows + [text_row(line, width) for line in wrap(sentence, width)]

    def hand_over(self) -> None:
        """Declare, if the word is there."""
        if self.fields[0].value.strip().upper() not in {"OUI", "YES"}:
            self.say(_("Rien n'est déclaré : tapez OUI en entier, ou Échap pour renoncer."), ALARM)
            return
        assert self.identity is not None  # noqa: S101 - a declaration is always about someone; narrows the type
        self.post_message(AuthorisationDeclared(self.identity))


class BreakGlassScreen(FormScreen):
    """A reason code and a reason in words, for one patient."""

    def __init__(self, identity: Identity, today: date, *, regulator: bool = False, secret: bool = False) -> None:
        self.secret = secret
        self.codes = REASON_CODES if regulator else REASON_CODES[:3]
        label = _("Motif (1 à {last}) :").format(last=len(self.codes))
        super().__init__(identity, today, [Field(label, digits=True, limit=1), Field(_("Précisez :"), limit=300)])
        if regulator:
            # A regulator's call is the usual reason; the number can be typed over.
            self.fields[0].value = str(len(self.codes))

    def on_mount(self) -> None:
        """A regulator goes on with the words."""
        if self.fields[0].value:
            self.fields[1].focus()

    def banner_rows(self, width: int) -> list[Row]:
        """About whom, and that the session is secret."""
        return [*super().banner_rows(width), *secret_rows(self.secret, width)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What breaking the glass is, and the codes."""
        regulator = len(self.codes) == 4
        rows: list[Row] = [(title(_("CENTRE 15 OU BRIS DE GLACE") if regulator else _("BRIS DE GLACE"), width),)]
        sentences = (
            _("Vous lirez ce dossier sans autorisation du patient, 60 minutes. L'accès est tracé avec son motif."),
            _("4 : appel au centre 15 (régulation)") if regulator else "",
            _("1 : le patient est hors d'état d'exprimer sa volonté"),
            _("2 : sa santé est exposée à un risque immédiat"),
            _("3 : autre motif"),
            _("Précisez en {count} caractères au moins.").format(count=REASON_LENGTH),
        )
        for sentence in filter(None, sentences):
            rows += [text_row(line, width) for line in wrap(sentence, width, "    ")]
        return rows

    def hand_over(self) -> None:
        """Check both fields and ask for the grant."""
        code, reason = self.fields[0].value, self.fields[1].value.strip()
        if not code or not 1 <= int(code) <= len(self.codes):
            self.fields[0].focus()
            self.say(_("Choisissez d'abord le motif : 1 à {last}.").format(last=len(self.codes)), ALARM)
            return
        if len("".join(reason.split())) < REASON_LENGTH:
            self.say(_("Précisez le motif : {count} caractères au moins.").format(count=REASON_LENGTH), ALARM)
            return
        assert self.identity is not None  # noqa: S101 - the glass is always broken for someone; narrows the type
        self.post_message(GlassBroken(self.identity, self.codes[int(code) - 1], reason))
