"""The app: which record is open, which screen shows.

It imports what the first frame needs; everything else is imported where it is used, after that frame. The screens
lie on a stack: the lock screen, above it "ready", above that the screens of one record. Locking is emptying it.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from dmp_tui.i18n import _
from dmp_tui.screens.desk_app import Clock, utc_now
from dmp_tui.screens.places_app import PlacesApp

if TYPE_CHECKING:
    from dmp_tui.cards.source import CardSource
    from dmp_tui.cards.vitale import Beneficiary, Vitale
    from dmp_tui.client import DmpClient
    from dmp_tui.config import Settings
    from dmp_tui.dmp.identity import Identity
    from dmp_tui.screens import messages

_VITALE_KEPT = timedelta(minutes=2)


class DmpApp(PlacesApp):
    """Keys, palette, and whose record a card or a scanner asks for; the rest is in the classes below.

    ``settings`` are the workstation's; ``source`` is readers and cards, or what makes them (called in a thread after
    the first frame); ``connect`` makes the client of the server, after the first frame; ``clock`` gives aware time.
    """

    TITLE = "dmp-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "lock", show=False, priority=True, id="app.lock"),
        Binding("f2", "open_waiting", show=False, id="app.open-card"),
        Binding("ctrl+q", "leave", show=False, priority=True, id="app.quit"),
    ]

    def __init__(
        self,
        settings: "Settings",
        source: "CardSource | Callable[[], CardSource]",
        connect: "Callable[[], Awaitable[DmpClient]]",
        *,
        clock: Clock = utc_now,
        officers_only: bool = False,
    ) -> None:
        super().__init__(settings, source, connect, clock=clock)
        self.officers_only = officers_only
        """``dmp-tui officer``: a privacy officer's card alone logs in."""
        self._waiting: Vitale | Identity | None = None
        """Read or scanned, and not opened: while locked, or while a form is open."""
        self._unattributed: tuple[str, ...] = ()
        """NIRs of the card before us that are nobody's for certain."""

    def action_help_quit(self) -> None:
        """Ctrl+C quits nothing here: say what does."""
        self.tell(_("Ctrl+Q quitte, Ctrl+L verrouille."))

    def action_help(self) -> None:
        """The keys."""
        self.go("help")

    def action_command_palette(self) -> None:
        """Textual's palette, imported when it is first asked for."""
        from textual.command import CommandPalette

        if self.use_command_palette and not CommandPalette.is_open(self):
            self.push_screen(CommandPalette(placeholder=_("Chercher une commande…")))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers: what can be done now."""
        from dmp_tui.dmp.minors import age_of, is_minor
        from dmp_tui.screens.places import PLACES

        del screen
        if self.session is not None and not self.is_officer:
            yield SystemCommand(_("Chercher un dossier"), _("par l'INS ou un datamatrix"), lambda: self.go("search"))
        if self.session is not None:
            yield SystemCommand(_("Verrouiller"), _("ferme le dossier et la session"), self.action_lock)
        if self.record is not None:
            yield SystemCommand(_("Synthèse"), _("la fiche d'urgence"), lambda: self.go("sheet"))
            for place in PLACES:
                yield SystemCommand(place.title, place.what, partial(self.go, place.where))
            if is_minor(age_of(self.record.identity, self.today())):
                secret = _("cacher la session aux représentants légaux")
                yield SystemCommand(_("Connexion secrète"), secret, lambda: self.go("secret"))
            yield SystemCommand(_("Fermer le dossier"), _("sans fermer la session"), self.close_record)
        if self.may_break_glass():
            yield SystemCommand(_("Bris de glace"), _("lire en urgence, avec un motif"), lambda: self.go("break-glass"))
        if self.session is not None and self._waiting is not None:
            yield SystemCommand(_("Ouvrir la carte lue"), _("ou le datamatrix (F2)"), self.action_open_waiting)
        yield SystemCommand(_("Aide"), _("les touches et les signes"), lambda: self.go("help"))
        yield SystemCommand(_("Quitter"), _("ferme la session et l'application"), self.action_leave)

    # --- cards and scans

    def vitale_gone(self) -> None:
        """The record that it opened stays, and says that its card is gone. Locked, it makes room for the CPS: kept."""
        from dmp_tui.dmp.identity import Origin

        if self.session is None:
            return
        self._vitale_pulled = True
        self._tell_creation(card_in=False)
        if self.record is not None and self.record.identity.origin is Origin.CARD and not self.record.card_out:
            self.update_record(replace(self.record, card_out=True))

    def vitale_read(self, vitale: "Vitale") -> None:
        """Locked: kept two minutes, shown to nobody. A form is open: kept for F2. Else opened."""
        self._vitale_pulled = False
        if self.is_officer:
            self.tell(_("Carte Vitale lue : un délégué à la protection des données n'ouvre aucun dossier."))
        elif self.session is None:
            self._waiting = vitale
            # The timer is for who looks; the date is what counts, on a workstation that slept meanwhile too.
            self.set_desk(replace(self.desk, vitale_until=self.clock() + _VITALE_KEPT))
            self.once(_VITALE_KEPT, self._forget_waiting)
        elif self.form_open():
            from dmp_tui.screens.words import full_name

            if self._is_back(vitale):
                return
            self._waiting = vitale
            name = full_name(vitale.beneficiaries[0].traits)
            self.tell(_("Carte de {name} lue, F2 ouvre.").format(name=name), alarm=True)
        else:
            self._present(vitale, typed=False)

    def _tell_creation(self, *, card_in: bool) -> None:
        """Who is opening a record sees whether the card that it needs is there."""
        for screen in self.screen_stack:
            show = getattr(screen, "show_card", None)
            if show is not None:
                show(card_in)

    def _is_back(self, vitale: "Vitale") -> bool:
        """The card of the open record, which was pulled, is in again: the record says so, the form over it stays."""
        from dmp_tui.dmp.identity import Origin

        record = self.record
        if self._absent is not None and self._absent.origin is Origin.CARD:
            # A record is about to be opened for him: his card is one of its steps.
            back = any(person.nir == self._absent.ins.matricule for person in vitale.beneficiaries)
            if back:
                self._tell_creation(card_in=True)
            return back
        if record is None or record.identity.origin is not Origin.CARD or len(vitale.beneficiaries) != 1:
            return False
        person = vitale.beneficiaries[0]
        ours = record.identity
        if person.nir != ours.ins.matricule or replace(person.traits, sex=ours.traits.sex) != ours.traits:
            return False
        self.update_record(replace(record, card_out=False))
        self._waiting = None
        return True

    def scanned(self, text: str) -> None:
        """A datamatrix: opened, except over a form that is not the search itself."""
        from dmp_tui.dmp.identity import IdentityError
        from dmp_tui.screens.opening import named
        from dmp_tui.screens.search import SearchScreen, scanned_identity
        from dmp_tui.screens.sentences import identity_sentence

        if self.is_officer:
            self.tell(_("Un délégué à la protection des données n'ouvre aucun dossier."))
            return
        if self.session is None:
            self.tell(_("Datamatrix lu, mais l'écran est verrouillé : connectez-vous, puis scannez."))
            return
        try:
            identity = scanned_identity(text)
        except IdentityError as error:
            self.tell(identity_sentence(error.problem), alarm=True)
            return
        if self.form_open() and not isinstance(self.screen, SearchScreen):
            self._waiting = identity
            self.tell(_("Datamatrix de {name} lu, F2 ouvre.").format(name=named(identity)), alarm=True)
        else:
            self.open_identity(identity, typed=False)

    def form_open(self) -> bool:
        """A form, a draft or a confirmation is open."""
        return any(getattr(screen, "HOLDS", False) or getattr(screen, "holds", False) for screen in self.screen_stack)

    def _forget_waiting(self) -> None:
        self._waiting = None
        if self.desk.vitale_until is not None:
            self.set_desk(replace(self.desk, vitale_until=None))

    def action_open_waiting(self) -> None:
        """F2: what was read while a form was open; not before it is known whether what was sent arrived."""
        if self.sending:
            self.tell(_("Envoi en cours : attendez la réponse."), alarm=True)
        elif self.session is not None and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._present(waiting, typed=True)

    # --- sessions

    def logged_in(self) -> None:
        """Ready; what was read before opens now."""
        from dmp_tui.screens.ready import ReadyScreen

        assert self.session is not None  # noqa: S101 - a session just began; narrows the type
        who = self.session.professional
        if self.is_officer:
            self._forget_waiting()
            self.show_register()
            return
        if self.officers_only:
            self.lock(_("Cette carte n'est pas celle d'un délégué à la protection des données."), alarm=True)
            return
        until = self.desk.vitale_until
        waiting = self._waiting if until is None or self.clock() < until else None
        self._forget_waiting()
        self.push_screen(ReadyScreen(who.name, who.facility_name))
        if waiting is not None:
            self._present(waiting, typed=False)
        else:
            self.read_vitale_again()

    def locked(self) -> None:
        """Forget everything about any patient."""
        super().locked()
        self._unattributed = ()
        self._forget_waiting()

    # --- whose record

    def _present(self, read: "Vitale | Identity", *, typed: bool) -> None:
        """Open what a card or a scanner read: the one person it names, or the one that the user chooses."""
        from dmp_tui.dmp.identity import Identity
        from dmp_tui.screens.choose import ChooseScreen

        self._waiting = None
        if isinstance(read, Identity):
            self.open_identity(read, typed=typed)
            return
        self.close_record()
        self._unattributed = read.unattributed
        if len(read.beneficiaries) == 1:
            self._open_beneficiary(read.beneficiaries[0], (read.beneficiaries[0].nir,), typed=typed)
        else:
            self.push_screen(ChooseScreen(read.beneficiaries, self.today()))
        if not typed:
            self.still()

    def on_beneficiary_chosen(self, message: "messages.BeneficiaryChosen") -> None:
        """The user said who the patient is."""
        self._open_beneficiary(message.beneficiary, message.nirs, typed=True)

    def _open_beneficiary(self, person: "Beneficiary", nirs: tuple[str, ...], *, typed: bool) -> None:
        """Open the record of a person of a card; a number that may be the insured's opens nothing by itself."""
        from dmp_tui.dmp.identity import (
            Identity,
            IdentityStatus,
            Ins,
            Origin,
            Sex,
            oid_of_matricule,
            ownership_doubts,
            sex_of_nir,
        )
        from dmp_tui.screens.search import SearchScreen
        from dmp_tui.screens.words import doubt

        doubts = ownership_doubts(person.nir, person.traits, nirs)
        if doubts:
            reason = _("NIR de l'assuré : saisir ou scanner l'INS du patient ({why}).").format(
                why=", ".join(doubt(each) for each in doubts)
            )
            if self._unattributed:
                reason = _("La carte a des NIR sans dire de qui ({nirs}) : saisir ou scanner l'INS du patient.").format(
                    nirs=", ".join(Ins(nir, self.settings.site_oid).grouped for nir in self._unattributed)
                )
            elif person.nir_unread:
                reason = _("NIR illisible sur la carte : saisir ou scanner l'INS du patient.")
            self.close_record()
            self.push_screen(SearchScreen(self.today(), self.settings.site_oid, reason, person.traits))
            return
        traits = person.traits
        if traits.sex is Sex.U:
            traits = replace(traits, sex=sex_of_nir(person.nir))
        ins = Ins(person.nir, oid_of_matricule(person.nir, self.settings.site_oid))
        self.open_identity(Identity(ins, traits, IdentityStatus.PROV, Origin.CARD), typed=typed)


def run(config: str | None, *, officers_only: bool = False) -> None:
    """Start the app on this workstation's readers and its configured server."""
    from pathlib import Path

    from dmp_tui.config import ConfigError, default_path, load

    try:
        settings = load(Path(config) if config else None)
    except ConfigError as error:
        from dmp_tui.screens.sentences import config_sentence

        raise SystemExit(config_sentence(error)) from None

    def source() -> "CardSource":
        from dmp_tui.cards.pcsc import PcscSource

        return PcscSource()

    async def connect() -> "DmpClient":
        from dmp_tui.client import DmpClient

        assert settings.authority is not None  # noqa: S101 - checked below, before the app starts; narrows the type
        return DmpClient(settings.server_url, settings.authority, utc_now)

    if not settings.server_url or settings.authority is None:
        raise SystemExit(
            _(
                "dmp-tui : réglages absents : donnez server_url et authority dans {path}, ou essayez : dmp-tui demo"
            ).format(path=config or default_path())
        )
    DmpApp(settings, source, connect, officers_only=officers_only).run(mouse=False)
