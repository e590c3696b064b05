"""Opening a record for who has none, in the three steps of the law: he is told, he consents, his card says who he is.

Nothing is sent before the last confirmation, and none is asked for while a step is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.consents import EmergencyConsents, settled
from dmp_tui.dmp.fhir.record_changes import Opening
from dmp_tui.dmp.identity import Identity, Origin
from dmp_tui.i18n import _, language
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.leaflet import leaflet, leaflet_text
from dmp_tui.screens.life_forms import YES
from dmp_tui.screens.messages import CreationAsked, Go
from dmp_tui.screens.paper import PaperScreen
from dmp_tui.screens.record import identity_rows
from dmp_tui.screens.words import full_name
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import wrap


@dataclass(frozen=True, slots=True)
class Steps:
    """What the patient was told and said so far; None: he was not asked yet."""

    informed: bool = False
    consent: bool | None = None
    btg: bool | None = None
    """He allows bris de glace."""
    etreat: bool | None = None
    """He allows centre 15."""
    masked: bool = False
    authorise_me: bool | None = None
    """Whether he authorises who opens it to read it."""
    card_in: bool = True
    """The Vitale card that names him lies in the reader."""

    @property
    def forced(self) -> bool:
        """Both emergency accesses are refused: masked documents are too."""
        return self.btg is False and self.etreat is False

    def missing(self) -> str:
        """The first step that is missing, in one sentence; empty where none is."""
        if not self.informed:
            return _("Il manque l'information du patient : 1 ouvre la notice.")
        if self.consent is None:
            return _("Il manque le consentement du patient : 2, après le lui avoir demandé.")
        if self.consent is False:
            return _("Le patient refuse l'ouverture : rien n'est créé. Échap pour sortir.")
        if self.btg is None:
            return _("Il manque la réponse du patient sur le bris de glace : 3.")
        if self.etreat is None:
            return _("Il manque la réponse du patient sur le centre 15 : 4.")
        if self.authorise_me is None:
            return _("Il manque la réponse du patient : vous autorise-t-il à le consulter ? 6.")
        if not self.card_in:
            return _("Il manque la carte Vitale du patient : remettez-la dans le lecteur.")
        return ""

    def opening(self) -> Opening:
        """The three steps as they were taken."""
        emergency = EmergencyConsents(self.etreat is True, self.btg is True, self.masked)
        return Opening(
            self.informed, self.consent is True, settled(emergency), "vitale", authorise_me=self.authorise_me is True
        )


class NoRecordScreen(PageScreen):
    """This person has no record: open one, if his card is there, or go on without."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "create", show=False, id="go.create")]

    def __init__(self, identity: Identity, today: date, why_not: str = "") -> None:
        self.identity = identity
        self.today = today
        self.why_not = why_not
        """Why this professional cannot open one."""
        super().__init__()

    def keys(self) -> str:
        """How to open one, where it can be."""
        new = "" if self.why_not else _("n Ouvrir un DMP") + "  "
        return " " + new + _("Échap Continuer sans dossier")

    def banner_rows(self, width: int) -> list[Row]:
        """Who has none."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What that means, and what can be done."""
        rows: list[Row] = [(title(_("AUCUN DMP POUR CE PATIENT"), width),)]
        told = [
            _("Aucun DMP pour l'INS {ins} : vérifiez le numéro, ou continuez sans dossier.").format(
                ins=self.identity.ins.grouped
            ),
            self.why_not
            or _("n : ouvrir un DMP avec le patient, en trois étapes : l'informer, noter ses choix, sa carte Vitale."),
        ]
        for sentence in told:
            rows += [text_row(line, width) for line in wrap(sentence, width, "    ")]
        return rows

    def action_create(self) -> None:
        """On to the three steps."""
        if not self.why_not:
            self.post_message(Go("create"))


class CreationScreen(PageScreen):
    """The three steps on one page. A digit takes a step or turns an answer; Enter goes on when none is missing."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "inform", show=False, id="creation.inform"),
        Binding("2", "answer('consent')", show=False, id="creation.consent"),
        Binding("3", "answer('btg')", show=False, id="creation.btg"),
        Binding("4", "answer('etreat')", show=False, id="creation.etreat"),
        Binding("5", "answer('masked')", show=False, id="creation.masked"),
        Binding("6", "answer('authorise_me')", show=False, id="creation.authorise"),
        Binding("enter", "go_on", show=False, id="creation.go-on"),
    ]

    def __init__(self, identity: Identity, today: date, professional: str, *, card_in: bool = True) -> None:
        self.identity = identity
        self.today = today
        self.professional = professional
        self.steps = Steps(card_in=card_in and identity.origin is Origin.CARD)
        super().__init__()
        self.board.can_focus = False

    def keys(self) -> str:
        """How to go on and how to leave."""
        return " " + _("1 à 6 étapes  Entrée vérifier et ouvrir  Échap ne rien créer")

    def banner_rows(self, width: int) -> list[Row]:
        """For whom."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The steps, each with what is known of it."""
        steps = self.steps
        rows: list[Row] = [(title(_("OUVRIR UN DMP"), width),)]
        rows += _step(_("ÉTAPE 1  Informer le patient"), steps.informed, width)
        rows += _choice("1", _("lire la notice avec lui, l'imprimer"), _done(steps.informed), width)
        rows += _step(
            _("ÉTAPE 2  Ses choix"), None not in {steps.consent, steps.btg, steps.etreat, steps.authorise_me}, width
        )
        rows += _choice("2", _("le patient consent à l'ouverture de son DMP"), _answer(steps.consent), width)
        rows += _choice("3", _("en urgence, accès par bris de glace"), _wish(steps.btg), width)
        rows += _choice("4", _("en urgence, accès par le centre 15"), _wish(steps.etreat), width)
        masked = _wish(steps.masked and not steps.forced)
        rows += _choice("5", _("dans ces accès, documents masqués"), masked, width)
        if steps.forced:
            words = _("les deux accès sont refusés : les documents masqués le sont aussi")
            rows += [text_row(line, width, STRONG) for line in wrap(f"     {words}", width, "     ")]
        me = _("m'autorise aussi, {who}, à le consulter").format(who=self.professional)
        rows += _choice("6", me, _answer(steps.authorise_me), width)
        rows += _step(_("ÉTAPE 3  Sa carte Vitale dit qui il est"), steps.card_in, width)
        card = full_name(self.identity.traits) if steps.card_in else _("absente : remettez-la dans le lecteur")
        rows += [text_row(line, width, PLAIN if steps.card_in else ALARM) for line in wrap(f"     {card}", width)]
        return rows

    def show_card(self, card_in: bool) -> None:
        """The card was pulled, or is in again."""
        self._change(replace(self.steps, card_in=card_in))

    def told(self) -> None:
        """The leaflet was read to its end, and the patient informed."""
        self._change(replace(self.steps, informed=True))

    def _change(self, steps: Steps) -> None:
        self.steps = steps
        self.lay_out()
        self.say("")

    def action_inform(self) -> None:
        """The leaflet, over this page."""
        self.app.push_screen(LeafletScreen(self.identity, self.today, self.told))

    def action_answer(self, what: str) -> None:
        """Not asked yet, yes, no, yes..."""
        before = getattr(self.steps, what)
        self._change(replace(self.steps, **{what: before is not True}))

    def action_go_on(self) -> None:
        """Ask for the last confirmation, or say which step is missing."""
        missing = self.steps.missing()
        if missing:
            self.say(missing, ALARM)
        else:
            self.app.push_screen(LastWord(self))


class LeafletScreen(PaperScreen):
    """The leaflet, in the patient's language. Enter at its end says that he was informed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "language", show=False, id="leaflet.language"),
        Binding("enter", "informed", show=False, priority=True, id="leaflet.informed"),
    ]

    def __init__(self, identity: Identity, today: date, informed: Callable[[], None]) -> None:
        self.identity = identity
        self.today = today
        self.code = language()
        self._informed = informed
        super().__init__()

    def keys(self) -> str:
        """How to use it."""
        return " " + _("Entrée le patient est informé  i imprimer  w fichier  l français/English  Échap")

    def banner_rows(self, width: int) -> list[Row]:
        """For whom it is opened."""
        return identity_rows(self.identity, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Headings and text."""
        rows: list[Row] = []
        for heading, words in leaflet(self.code):
            rows.append((title(heading, width),))
            rows += [text_row(line, width) for line in wrap(words, width)]
        return rows

    def paper(self) -> str:
        """The same on paper."""
        return leaflet_text(self.code)

    def file_name(self) -> str:
        """It names nobody."""
        return "~/notice-dmp.txt" if self.code == "fr" else "~/dmp-leaflet.txt"

    def action_language(self) -> None:
        """The other language."""
        self.code = "en" if self.code == "fr" else "fr"
        self.lay_out()

    def action_informed(self) -> None:
        """The patient was told; in the field, Enter is the path's."""
        if self.asking:
            self.field.action_submit()
            return
        self._informed()
        self.app.pop_screen()


class LastWord(FormScreen):
    """What will be recorded, whole; created by a whole word."""

    def __init__(self, creation: CreationScreen) -> None:
        self.creation = creation
        self.waiting = False
        super().__init__(creation.identity, creation.today, [Field(_("Taper OUI pour ouvrir le DMP :"), limit=3)])

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Everything that was said."""
        steps = self.creation.steps
        name = full_name(self.creation.identity.traits)
        rows: list[Row] = [(title(_("OUVRIR LE DMP DE {name}").format(name=name), width),)]
        told = (
            _("informé ; il consent à l'ouverture de son DMP"),
            _("bris de glace : {state}").format(state=_wish(steps.btg)),
            _("centre 15 : {state}").format(state=_wish(steps.etreat)),
            _("documents masqués en urgence : {state}").format(state=_wish(steps.masked and not steps.forced)),
            _("identifié par sa carte Vitale"),
            _("vous autorise à le consulter") if steps.authorise_me else _("ne vous autorise pas à le consulter"),
        )
        for sentence in told:
            rows += [text_row(line, width) for line in wrap(f" - {sentence}", width, "   ")]
        return rows

    def hand_over(self) -> None:
        """Create it, if the word is there and no step went missing meanwhile."""
        missing = self.creation.steps.missing()
        if missing:
            self.say(missing, ALARM)
        elif self.fields[0].value.strip().upper() not in YES:
            self.say(_("Rien n'est créé : tapez OUI en entier, ou Échap pour revenir."), ALARM)
        elif not self.waiting:
            self.waiting = True
            self.say(_("Envoi au serveur."))
            self.post_message(CreationAsked(self.creation.identity, self.creation.steps.opening()))

    def failed(self) -> None:
        """It was not created: it may be asked for again."""
        self.waiting = False


def _step(words: str, done: bool, width: int) -> list[Row]:
    return [text_row(f"[{'x' if done else ' '}] {words}", width, STRONG)]


def _choice(key: str, words: str, state: str, width: int) -> list[Row]:
    first, *more = wrap(f"   {key} {words} : {state}", width, "     ")
    return [text_row(line, width) for line in (first, *more)]


def _done(done: bool) -> str:
    return _("FAIT") if done else _("à faire")


def _answer(given: bool | None) -> str:
    return _("à demander") if given is None else _("OUI") if given else _("NON")


def _wish(given: bool | None) -> str:
    return _("à demander") if given is None else _("PERMIS") if given else _("REFUSÉ")
