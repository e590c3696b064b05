"""Forms of acts on a record: each names the person, says what it does, and asks for a word before it does it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.consents import EmergencyConsents, settled
from dmp_tui.dmp.identity import fold
from dmp_tui.i18n import _
from dmp_tui.screens.acts import Act, Authorise, Close, Wish
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.messages import ActAsked
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.screens.words import full_name
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

YES = frozenset({"OUI", "YES"})
_LONG_AGO = 366
"""Days after which a consent that was collected is too old to be declared."""


class ActPage(PageScreen):
    """A page that asks for an act on the open record, once, and stays until the server has answered."""

    HOLDS: ClassVar[bool] = True
    record: OpenRecord
    today: date
    waiting = False
    """It was asked for, and no answer came yet."""

    def banner_rows(self, width: int) -> list[Row]:
        """Whose record, and how it is read."""
        return banner_rows(self.record, width, self.today, allergies=False)

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def ask_for(self, act: Act) -> None:
        """Hand the act over, once."""
        if not self.waiting:
            self.waiting = True
            self.say(_("Envoi au serveur."))
            self.post_message(ActAsked(act))

    def failed(self) -> None:
        """It was not done: the form stays, and may be handed over again."""
        self.waiting = False

    def action_go(self, where: str) -> None:
        """Leave, but not what is being sent: whether it was done would be told to nobody."""
        if self.waiting:
            self.say(_("Envoi en cours : attendez la réponse."), ALARM)
        else:
            super().action_go(where)

    def sentences(self, heading: str, width: int, *told: str) -> list[Row]:
        """A title and what the form does, in sentences."""
        rows: list[Row] = [(title(heading, width),)]
        for sentence in filter(None, told):
            rows += [text_row(line, width) for line in wrap(sentence, width, "  ")]
        return rows


class ActForm(ActPage, FormScreen):
    """The same, with fields to type in."""

    def __init__(self, record: OpenRecord, today: date, fields: Sequence[Field]) -> None:
        self.record = record
        FormScreen.__init__(self, record.identity, today, fields)


class ConfirmForm(ActForm):
    """One act, explained; done by a whole word."""

    def __init__(self, record: OpenRecord, today: date, act: Act, heading: str, *told: str) -> None:
        self.act = act
        self.heading = heading
        self.told = told
        super().__init__(record, today, [Field(_("Taper OUI pour confirmer :"), limit=3)])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What is about to be done."""
        return self.sentences(self.heading, width, *self.told)

    def hand_over(self) -> None:
        """Do it, if the word is there."""
        if self.fields[0].value.strip().upper() not in YES:
            self.say(_("Rien n'est fait : tapez OUI en entier, ou Échap pour renoncer."), ALARM)
        else:
            self.ask_for(self.act)


class AuthoriseForm(ActForm):
    """The patient's consent: for whom, collected when, and the word."""

    def __init__(self, record: OpenRecord, today: date) -> None:
        fields = [
            Field(_("Recueilli le (JJ/MM/AAAA) :"), limit=10),
            Field(_("Taper OUI pour déclarer :"), limit=3),
        ]
        self.team = bool(record.facility and record.caller and record.caller.facility)
        if self.team:
            fields.insert(0, Field(_("Pour (1 vous, 2 votre équipe) :"), digits=True, limit=1))
            fields[0].value = "1"
        fields[-2].value = today.strftime("%d/%m/%Y")
        super().__init__(record, today, fields)

    def on_mount(self) -> None:
        """Usually only the word is missing."""
        self.fields[-1].focus()

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Exactly what will be declared."""
        told = [
            _(
                "Je déclare que le patient (ou son représentant), informé, autorise la consultation de son DMP, et que "
                "j'ai recueilli son consentement ({who})."
            ).format(who=self.record.professional),
            _("La durée est celle du serveur (un an, sauf réglage) ; le patient peut la retirer à tout moment."),
        ]
        if self.team:
            told.append(_("1 : vous seul. 2 : l'équipe de soins de {facility}.").format(facility=self.record.facility))
        return self.sentences(_("AUTORISATION DU PATIENT"), width, *told)

    def hand_over(self) -> None:
        """Check the three, and declare."""
        *team, on, word = self.fields
        for_team = bool(team) and team[0].value == "2"
        if team and team[0].value not in {"1", "2"}:
            team[0].focus()
            self.say(_("Pour qui ? 1 : vous, 2 : votre équipe de soins."), ALARM)
            return
        collected, wrong = collected_at(on.value, self.today)
        if wrong:
            on.focus()
            self.say(wrong, ALARM)
        elif word.value.strip().upper() not in YES:
            self.say(_("Rien n'est déclaré : tapez OUI en entier, ou Échap pour renoncer."), ALARM)
        else:
            self.ask_for(Authorise(for_team, collected))


def collected_at(text: str, today: date) -> tuple[datetime | None, str]:
    """When a consent was collected (None: today, that is now), and what is wrong with the date, in one sentence."""
    try:
        on = datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a day, made aware below
    except ValueError:
        return None, _("Ce n'est pas une date : jour, mois et année, comme 03/11/2026.")
    if on > today:
        return None, _("Cette date est dans l'avenir : un consentement est recueilli avant d'être déclaré.")
    if (today - on).days > _LONG_AGO:
        return None, _("Ce consentement a plus d'un an : demandez-le de nouveau au patient.")
    return (None if on == today else datetime.combine(on, time(12)).astimezone()), ""


class WishesForm(ActPage):
    """The three emergency consents, as the patient says them; what follows from the rule is shown at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "turn('btg')", show=False, id="wishes.btg"),
        Binding("2", "turn('etreat')", show=False, id="wishes.etreat"),
        Binding("3", "turn('masked')", show=False, id="wishes.masked"),
        Binding("enter", "hand_over", show=False, id="wishes.send"),
    ]

    def __init__(self, record: OpenRecord, today: date, emergency: EmergencyConsents) -> None:
        self.record = record
        self.today = today
        self.before = self.wanted = settled(emergency)
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """How to change, to hand over and to leave."""
        return " " + _("1 2 3 changer  Entrée enregistrer  Échap annuler")

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Each consent with its digit, what it opens, and what the rule makes of the third."""
        rows = self.sentences(
            _("VOLONTÉS DU PATIENT EN CAS D'URGENCE"),
            width,
            _("Demandez au patient, et notez ce qu'il dit. Il peut en changer à tout moment (CSP L1111-17, R1111-48)."),
        )
        rows.append(())
        rows += wishes_rows(self.wanted, width)
        return rows

    def action_turn(self, which: str) -> None:
        """The patient says the other thing."""
        if not self.waiting:
            self.wanted = turned(self.wanted, which)
            self.lay_out()
            if which == "masked" and not (self.wanted.etreat or self.wanted.btg):
                self.say(_("Les deux accès d'urgence sont refusés : les documents masqués le sont aussi."), ALARM)
            else:
                self.say("")

    def action_hand_over(self) -> None:
        """Record them."""
        if self.wanted == self.before:
            self.say(_("Rien n'a changé : 1, 2 ou 3 pour changer, Échap pour sortir."))
        else:
            self.ask_for(Wish(self.wanted))


def turned(consents: EmergencyConsents, which: str) -> EmergencyConsents:
    """One of the three turned over; where both accesses are refused, the third is refused by the rule."""
    return settled(replace(consents, **{which: not getattr(consents, which)}))


def wishes_rows(consents: EmergencyConsents, width: int) -> list[Row]:
    """Three rows with their digits, and the rule where it forces the third."""
    forced = not (consents.etreat or consents.btg)
    said = (
        ("1", consents.btg, _("bris de glace : tout soignant, patient hors d'état de le dire ou en danger")),
        ("2", consents.etreat, _("centre 15 : le médecin régulateur du SAMU qui reçoit l'appel")),
        ("3", consents.masked, _("documents masqués : lisibles dans ces deux accès")),
    )
    rows: list[Row] = []
    for key, given, words in said:
        state = _("PERMIS") if given else _("REFUSÉ")
        rows.append(text_row(f" {key} {state:<7} {words}", width, STRONG if given else ALARM))
    if forced:
        words = _("Les deux accès sont refusés : les documents masqués le sont donc aussi.")
        rows += [text_row(line, width, STRONG) for line in wrap(words, width, "  ")]
    return rows


class CloseForm(ActForm):
    """Closing: a reason, and the name of the person whose record is closed, typed."""

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.name_wanted = record.identity.traits.family or record.identity.ins.matricule
        fields = [
            Field(_("Motif (1 à {last}) :").format(last=4), digits=True, limit=1),
            Field(_("Précisez :"), limit=300),
            Field(_("Pour confirmer, taper {name} :").format(name=visible(self.name_wanted).upper()), limit=60),
        ]
        super().__init__(record, today, fields)

    def on_mount(self) -> None:
        """The reason first."""
        self.fields[0].focus()

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What closing means, and the reasons."""
        name = full_name(self.record.identity.traits)
        return self.sentences(
            _("FERMER LE DMP DE {name}").format(name=name),
            width,
            _(
                "À la demande du patient (ou de son représentant). Plus personne ne pourra le lire ni l'alimenter ; il "
                "est conservé dix ans, rouvert si le patient le veut, puis détruit (CSP L1111-18)."
            ),
            *(f"{number} : {words}" for number, words in enumerate(closing_reasons(), 1)),
        )

    def hand_over(self) -> None:
        """Check all three, and close."""
        code, words, name = (field.value.strip() for field in self.fields)
        reasons = closing_reasons()
        if not code or not 1 <= int(code) <= len(reasons):
            self.fields[0].focus()
            self.say(_("Choisissez d'abord le motif : 1 à {last}.").format(last=len(reasons)), ALARM)
        elif int(code) == len(reasons) and not words:
            self.fields[1].focus()
            self.say(_("Précisez le motif en quelques mots."), ALARM)
        elif fold(name) != fold(self.name_wanted):
            self.fields[2].focus()
            self.say(_("Rien n'est fermé : tapez le nom du patient en entier, ou Échap pour renoncer."), ALARM)
        else:
            chosen = reasons[int(code) - 1] if int(code) < len(reasons) else ""
            self.ask_for(Close(" : ".join(part for part in (chosen, words) if part)))


def closing_reasons() -> tuple[str, ...]:
    """Why records are closed, by their digit; the last one is told in words."""
    return (
        _("à la demande du patient"),
        _("décès du patient"),
        _("ouvert par erreur"),
        _("autre motif (précisez)"),
    )
