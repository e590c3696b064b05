"""The record as such: its state, who may read it, what the patient wants, and what can be done about it."""

from datetime import date, datetime
from typing import ClassVar

from rich.style import Style
from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.consents import AuthorisationState, Consent, EmergencyConsents
from dmp_tui.i18n import _
from dmp_tui.screens.acts import Offer, Standing, actor_words, offers, state_of, state_words
from dmp_tui.screens.dates import day
from dmp_tui.screens.messages import ActChosen, ReadStanding
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.words import named, phone
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

_LABEL = 12
_STATE = 9


class ConsentsScreen(RecordScreen):
    """A digit, or Enter on its row, does an act; what cannot be done says why, and what can."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"act({number})", show=False, id=f"consents.act-{number}") for number in range(1, 10)
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.acts: list[Offer] = []
        """In the order of their digits."""
        super().__init__(record, today)

    def on_mount(self) -> None:
        """Ask how it stands now, also where it was asked for before."""
        self.say(_("Chiffre ou Entrée : agir · j : qui a lu · Échap : retour"))
        self.post_message(ReadStanding())

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """State, acts, then everybody who is authorised or blocked."""
        standing = self.record.standing
        if standing is None:
            return [text_row(_("État du dossier demandé au serveur."), width)]
        return [*self._state_rows(standing, width), *self._act_rows(standing, width), *self._list_rows(standing, width)]

    def _state_rows(self, standing: Standing, width: int) -> list[Row]:
        status, declared = standing.status, standing.declared
        opened = _local_day(declared.created) if declared and declared.created else ""
        state = _("actif, ouvert le {day}").format(day=opened) if opened else _("actif")
        attached = _("Mon espace santé : non dit")
        name, number = visible(status.treating_doctor_name), phone(status.treating_doctor_phone)
        doctor = " ".join(part for part in (name, number) if part) or _("non déclaré")
        if status.is_treating_doctor:
            doctor = _("vous-même")
        rows: list[Row] = [(title(_("ÉTAT DU DOSSIER"), width),)]
        rows += _labelled(_("DMP"), f"{state} · {attached}", width)
        rows += _labelled(_("Méd. trait."), doctor, width)
        if declared is not None and declared.emergency is not None:
            rows += _labelled(_("Urgence"), wishes_words(declared.emergency), width)
        rows += _labelled(_("Vous"), self._own_words(standing), width, _style(status.authorisation))
        return rows

    def _own_words(self, standing: Standing) -> str:
        """``VALIDE jusqu'au 01/11/2027 · consentement recueilli par vous le 01/11/2026``."""
        status = standing.status
        words = state_words(status.authorisation)
        if status.authorisation_end is not None:
            until = _local_day(status.authorisation_end)
            ended = status.authorisation is AuthorisationState.EXPIRED
            words += " " + (_("depuis le {day}") if ended else _("jusqu'au {day}")).format(day=until)
        elif status.is_treating_doctor:
            words += " " + _("comme médecin traitant, sans fin")
        held = standing.own(self.record.caller) if self.record.caller else ()
        for mine in held[:1]:
            words += " · " + _("recueilli par {who} le {day}").format(
                who=self._collector(mine), day=_local_day(mine.collected or mine.start)
            )
        return words

    def _collector(self, consent: Consent) -> str:
        if consent.collected_by == self.record.professional_id:
            return _("vous")
        return visible(consent.collected_by_name) or consent.collected_by or "?"

    def _act_rows(self, standing: Standing, width: int) -> list[Row]:
        found = offers(self.record, standing)
        self.acts = [offer for offer in found if not offer.why_not]
        rows: list[Row] = [(title(_("CE QUE VOUS POUVEZ FAIRE"), width),)]
        for number, offer in enumerate(self.acts, 1):
            rows.append(text_row(f" {number} {offer.label}", width, STRONG, offer.where))
        reasons = dict.fromkeys(offer.why_not for offer in found if offer.why_not)
        for why in reasons:
            labels = " ; ".join(offer.label for offer in found if offer.why_not == why)
            rows += _lines(f" - {named(labels, why)}", width, "   ")
        return rows

    def _list_rows(self, standing: Standing, width: int) -> list[Row]:
        consents = standing.consents
        if consents is None:
            rows: list[Row] = [(title(_("AUTORISÉS ET BLOQUÉS"), width),)]
            return rows + _lines(_("Liste non montrée : {why}").format(why=standing.untold), width)
        rows = [(title(_("AUTORISÉS ET BLOQUÉS ({count})").format(count=len(consents)), width),)]
        if not consents:
            rows += _lines(_("Personne n'est autorisé par déclaration, personne n'est bloqué."), width)
        for consent in sorted(consents, key=lambda c: c.start, reverse=True):
            rows += self._consent_rows(consent, standing.at, width)
        return rows

    def _consent_rows(self, consent: Consent, now: datetime, width: int) -> list[Row]:
        """``VALIDE    Dr SIMON Claire (vous), du 01/11/2026 au 01/11/2027, recueilli par Dr SIMON Claire``."""
        state = state_of(consent, now)
        words = actor_words(consent)
        if consent.actor == self.record.professional_id:
            words += " " + _("(vous)")
        start, end = _local_day(consent.start), _local_day(consent.end) if consent.end else ""
        if state is AuthorisationState.FORBIDDEN:
            words += ", " + _("bloqué par le patient depuis le {day}").format(day=start)
        elif end:
            words += ", " + _("du {start} au {end}").format(start=start, end=end)
        else:
            words += ", " + _("depuis le {start}, sans fin").format(start=start)
        if state is not AuthorisationState.FORBIDDEN and consent.actor != consent.collected_by:
            words += ", " + _("recueilli par {who}").format(who=self._collector(consent))
        style = ALARM if state is AuthorisationState.FORBIDDEN else PLAIN
        first, *more = wrap(words, width - _STATE - 1)
        rows: list[Row] = [
            (Cell(0, _STATE, state_words(state), style), Cell(_STATE + 1, width - _STATE - 1, first, style))
        ]
        return rows + [(Cell(_STATE + 1, width - _STATE - 1, line, style),) for line in more]

    def action_act(self, number: int) -> None:
        """The act of a digit."""
        if number <= len(self.acts):
            self.post_message(ActChosen(self.acts[number - 1].where))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """The act under the cursor."""
        message.stop()
        self.post_message(ActChosen(str(message.key)))


def wishes_words(emergency: EmergencyConsents) -> str:
    """The three emergency consents, each with what it opens."""
    said = (
        (_("bris de glace"), emergency.btg),
        (_("centre 15"), emergency.etreat),
        (_("documents masqués"), emergency.masked),
    )
    return " · ".join(f"{what} {_('PERMIS') if given else _('REFUSÉ')}" for what, given in said)


def _style(state: AuthorisationState) -> Style:
    return STRONG if state is AuthorisationState.VALID else ALARM


def _local_day(moment: datetime) -> str:
    """``01/11/2027`` at the workstation."""
    return day(moment.astimezone().date().isoformat())


def _labelled(label: str, words: str, width: int, style: Style = PLAIN) -> list[Row]:
    """A label, and its words in a column of their own."""
    first, *more = wrap(words, width - _LABEL)
    rows: list[Row] = [(Cell(0, _LABEL, label), Cell(_LABEL, width - _LABEL, first, style))]
    return rows + [(Cell(_LABEL, width - _LABEL, line, style),) for line in more]


def _lines(text: str, width: int, indent: str = "  ") -> list[Row]:
    return [text_row(line, width) for line in wrap(text, width, indent)]
