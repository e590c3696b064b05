"""Ways into a record that is not open to the caller: declare the patient's consent, or break the glass."""

from datetime import date, datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.identity import Identity
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.messages import AuthorisationDeclared, GlassBroken, Go
from dmp_tui.screens.record import identity_rows
from dmp_tui.screens.words import clock_time, day
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import wrap

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

    def __init__(self, identity: Identity, today: date, why: str) -> None:
        self.identity = identity
        self.today = today
        self.why = why
        super().__init__()

    def keys(self) -> str:
        """The three ways on."""
        return " " + _("a Consentement du patient  ! Bris de glace  Échap Renoncer")

    def banner_rows(self, width: int) -> list[Row]:
        """Whose record."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Why it is closed to the caller, and what each way means."""
        rows: list[Row] = [(title(_("ACCÈS NON AUTORISÉ"), width),)]
        rows += [text_row(line, width, STRONG) for line in wrap(self.why, width)]
        for sentence in (
            _("a : le patient (ou son représentant) consent ; vous le déclarez, votre nom et l'heure sont gardés."),
            _("! : il ne peut pas consentir ou sa santé est en danger immédiat ; motif obligatoire, patient informé."),
        ):
            rows += [text_row(line, width) for line in wrap(sentence, width, "    ")]
        return rows

    def action_go(self, where: str) -> None:
        """One of the two ways, for this person."""
        self.post_message(Go(where))


class DeclareScreen(FormScreen):
    """The patient's consent, as collected by the professional who declares it."""

    def __init__(self, identity: Identity, today: date, collected_at: datetime, professional: str) -> None:
        self.collected_at = collected_at
        self.professional = professional
        super().__init__(identity, today, [Field(_("Taper OUI pour déclarer :"), limit=3)])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Exactly what will be declared."""
        sentence = _(
            "Je déclare que le patient, informé, m'autorise à consulter son DMP. Consentement recueilli par {who} "
            "le {day} à {time}."
        ).format(
            who=self.professional, day=day(self.collected_at.date().isoformat()), time=clock_time(self.collected_at)
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

    def __init__(self, identity: Identity, today: date, *, regulator: bool = False) -> None:
        self.codes = REASON_CODES if regulator else REASON_CODES[:3]
        label = _("Motif (1 à {last}) :").format(last=len(self.codes))
        super().__init__(identity, today, [Field(label, digits=True, limit=1), Field(_("Précisez :"), limit=300)])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What breaking the glass is, and the codes."""
        rows: list[Row] = [(title(_("BRIS DE GLACE"), width),)]
        sentences = (
            _("Vous lirez ce dossier sans autorisation du patient, 60 minutes. L'accès est tracé avec son motif."),
            _("1 : le patient est hors d'état d'exprimer sa volonté"),
            _("2 : sa santé est exposée à un risque immédiat"),
            _("3 : autre motif"),
            _("4 : appel au centre 15 (régulation)") if len(self.codes) == 4 else "",
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
