"""The half of the app that knows records: opening one, its mode and when that ends."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from dmp_tui.i18n import _
from dmp_tui.screens.register_app import RegisterApp

if TYPE_CHECKING:
    from dmp_tui.cards.source import CardSource
    from dmp_tui.client import DmpClient, Grant
    from dmp_tui.config import Settings
    from dmp_tui.dmp.identity import Identity, Ins
    from dmp_tui.dmp.professions import Professional
    from dmp_tui.screens import messages
    from dmp_tui.screens.desk_app import Clock
    from dmp_tui.screens.opening import Outcome
    from dmp_tui.screens.record import OpenRecord

_WARNING_BEFORE_END = timedelta(minutes=5)
READY = 2
"""Depth of the stack when nobody's record is open: the lock screen and "ready"."""
HOME = 3
"""Depth of the stack when the sheet is in view."""


class RecordApp(RegisterApp):
    """One record at a time."""

    def __init__(
        self,
        settings: "Settings",
        source: "CardSource | Callable[[], CardSource]",
        connect: "Callable[[], Awaitable[DmpClient]]",
        *,
        clock: "Clock",
    ) -> None:
        super().__init__(settings, source, connect, clock=clock)
        self.record: OpenRecord | None = None
        """The record before the clinician."""
        self._asked_for: Identity | None = None
        """Whose record the screen in view asks a decision about."""
        self._absent: Identity | None = None
        """Who has no record, or a closed one: it may be opened."""
        self._record_timers: list[Timer] = []
        self._grants: dict[Ins, Grant] = {}
        """Emergency accesses of this session: a second visit to a patient asks no new reason (the wire's rule)."""
        self._visits: dict[Ins, datetime | None] = {}
        """When each record of this session was last read before it: reading it again makes nothing old."""
        self._secret: dict[Ins, bool] = {}
        """Minors of this session, and whether their records are read in secret."""
        self._vitale_pulled = False
        """The Vitale that was read last was pulled during this session."""

    def today(self) -> date:
        """The day at the workstation."""
        return self.clock().astimezone().date()

    def _professional(self) -> "Professional":
        assert self.session is not None  # noqa: S101 - asked only while logged in; narrows the type
        return self.session.professional

    def once(self, delay: timedelta, what: Callable[[], None]) -> None:
        """A one-shot timer that ends with the record or the session."""
        self._record_timers.append(self.set_timer(max(delay.total_seconds(), 0.01), what))

    def _stop_record_timers(self) -> None:
        for timer in self._record_timers:
            timer.stop()
        self._record_timers = []

    def locked(self) -> None:
        """Forget everything about any patient."""
        self._stop_record_timers()
        self._grants.clear()
        self._visits.clear()
        self._secret.clear()
        self._vitale_pulled = False
        self.record = self._asked_for = self._absent = None

    # --- opening

    def on_open_identity(self, message: "messages.OpenIdentity") -> None:
        """A number was typed."""
        self.open_identity(message.identity, typed=True)

    def open_identity(self, identity: "Identity", *, typed: bool) -> None:
        """Open a person's record. The newest wish wins; nothing of the former record stays in view meanwhile."""
        from dmp_tui.dmp.minors import asks_first
        from dmp_tui.screens.opening import named, open_record
        from dmp_tui.screens.secret import MinorScreen

        if self.session is None:
            return  # locked between the wish and now
        self.close_record()
        if identity.ins not in self._secret and asks_first(identity, self.today()):
            self.push_screen(MinorScreen(identity, self.today()))
            if not typed:
                self.still()
            return
        self.tell(_("Ouverture du dossier de {name}.").format(name=named(identity)))
        caller, grant = self._professional(), self._grants.get(identity.ins)
        if grant is not None and grant.end <= self.server_now():
            grant = None
        self._open(lambda client: open_record(client, identity, caller, grant), typed=typed)

    def secret_for(self, identity: "Identity") -> bool:
        """Whether this person is read in a secret session."""
        return self._secret.get(identity.ins, False)

    def on_secret_chosen(self, message: "messages.SecretChosen") -> None:
        """A minor's record: secret from now on, or not; then it is opened, if it is not."""
        from dmp_tui.screens.secret import SecretScreen

        ins, secret = message.identity.ins, message.secret
        if self.session is None or self.client is None:
            return
        self._secret[ins] = secret
        self.client.keep_secret(ins, on=secret)
        if self.record is None:
            self.open_identity(message.identity, typed=True)
        elif self.record.identity.ins == ins:
            if isinstance(self.screen, SecretScreen):
                self.pop_screen()
            self.update_record(replace(self.record, secret=secret))
            self.tell(_("Connexion secrète.") if secret else _("La connexion secrète est finie."))

    def _open(self, call: "Callable[[DmpClient], Awaitable[Outcome]]", *, typed: bool) -> None:
        self.run_worker(self.told(self._opening(call, typed=typed)), group="open", exclusive=True)

    async def _opening(self, call: "Callable[[DmpClient], Awaitable[Outcome]]", *, typed: bool) -> None:
        from dmp_tui.screens.access import NotAuthorisedScreen
        from dmp_tui.screens.closed import ClosedScreen
        from dmp_tui.screens.creation import NoRecordScreen
        from dmp_tui.screens.opening import Closed, NoRecord, NotAuthorised, NotOpened, Opened

        outcome = await self.ask(call)
        match outcome:
            case Opened(record, said):
                self._home(record, said)
            case NotAuthorised(identity, why, ways):
                self._asked_for = identity
                self.pop_to(READY)
                self.push_screen(NotAuthorisedScreen(identity, self.today(), why, ways, self.secret_for(identity)))
            case NoRecord(identity, why_not):
                self.pop_to(READY)
                self._absent = identity
                self.push_screen(NoRecordScreen(identity, self.today(), why_not))
            case Closed(identity, closed, reason, why_not):
                self.pop_to(READY)
                self._absent = identity
                self.push_screen(ClosedScreen(identity, self.today(), closed, reason, why_not))
            case NotOpened(sentence):
                self.tell(sentence, alarm=True)
        if not typed:
            self.still()

    def _home(self, record: "OpenRecord", said: str = "") -> None:
        """The sheet, with nothing of any other record below or above it."""
        from dmp_tui.dmp.identity import Origin
        from dmp_tui.dmp.sheet.news import with_news
        from dmp_tui.screens.sheet import SheetScreen

        self._stop_record_timers()
        before = self._visits.setdefault(record.identity.ins, record.last_access)
        pulled = self._vitale_pulled and record.identity.origin is Origin.CARD
        secret = self._secret.get(record.identity.ins, False)
        record = replace(
            record, secret=secret, last_access=before, sheet=with_news(record.sheet, before), card_out=pulled
        )
        self.record = record
        self._asked_for = record.identity
        with self.batch_update():
            self.pop_to(READY)
            self.push_screen(SheetScreen(record, self.today(), said))
        if record.mode_end is not None:
            from dmp_tui.client.answers import Grant

            self._grants[record.identity.ins] = Grant(record.mode, record.mode_end)
            left = record.mode_end - self.server_now()
            self.once(left, self._mode_over)
            if left > _WARNING_BEFORE_END:
                self.once(left - _WARNING_BEFORE_END, self._mode_ends_soon)

    def _mode_ends_soon(self) -> None:
        self.tell(_("L'accès en urgence finit dans 5 minutes."), alarm=True)

    def _mode_over(self) -> None:
        if self.record is not None and self.client is not None:
            self.client.leave_emergency(self.record.identity.ins)
        self.close_record()
        self.still()
        self.tell(_("L'accès en urgence est terminé : le dossier est fermé."), alarm=True)

    def close_record(self) -> None:
        """Back to "ready"; the session stays. Nothing that was asked of this record is answered to the next."""
        for group in ("list", "declared", "files", "standing"):
            self.workers.cancel_group(self, group)
        self._stop_record_timers()
        self.record = self._asked_for = self._absent = None
        self.pop_to(min(READY, len(self.screen_stack)))

    def update_record(self, record: "OpenRecord") -> None:
        """The same record with something more known of it, on every screen that shows it, forms too."""
        self.record = record
        for screen in self.screen_stack:
            show = getattr(screen, "show_record", None)
            if show is not None:
                show(record)

    # --- access

    def on_authorisation_declared(self, message: "messages.AuthorisationDeclared") -> None:
        """Declare the consent, then open."""
        from dmp_tui.screens.opening import declare_and_open

        if self.session is None:
            return
        caller, identity = self._professional(), message.identity
        self._open(lambda client: declare_and_open(client, identity, caller), typed=True)

    def on_creation_asked(self, message: "messages.CreationAsked") -> None:
        """The three steps were taken: open the record."""
        from dmp_tui.screens.opening import create_and_open

        if self.session is None:
            return
        caller, identity, opening = self._professional(), message.identity, message.opening
        self.run_worker(self._creating(lambda client: create_and_open(client, identity, caller, opening)), group="open")

    async def _creating(self, call: "Callable[[DmpClient], Awaitable[Outcome]]") -> None:
        """Open it, and read it; a form that was refused may be handed over again."""
        from dmp_tui.screens.creation import LastWord

        if not await self.told(self._opening(call, typed=True)) and isinstance(self.screen, LastWord):
            self.screen.failed()

    def on_reopening_asked(self, message: "messages.ReopeningAsked") -> None:
        """The patient wants his closed record back."""
        from dmp_tui.screens.opening import reopen_and_open

        if self.session is None:
            return
        caller, identity = self._professional(), message.identity
        self._open(lambda client: reopen_and_open(client, identity, caller), typed=True)

    def on_glass_broken(self, message: "messages.GlassBroken") -> None:
        """Break the glass, then open."""
        from dmp_tui.screens.opening import break_glass

        if self.session is None:
            return
        caller, identity, code, reason = self._professional(), message.identity, message.reason_code, message.reason
        self._open(lambda client: break_glass(client, identity, caller, code, reason), typed=True)

    def may_break_glass(self) -> bool:
        """Whether there is a record to read in emergency, not read so yet, by someone whose card may read at all."""
        from dmp_tui.dmp.professions import Mode
        from dmp_tui.screens.access import ways_of

        broken = self.record is not None and self.record.mode is not Mode.NORMAL
        if self.session is None or self._asked_for is None or broken:
            return False
        return not ways_of(self._professional()).told
