"""The half of the app that knows sessions: the client of the server, the PIN, the login, the lock."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import WorkerError

from dmp_tui.i18n import _
from dmp_tui.screens.desk_app import Clock, DeskApp, utc_now
from dmp_tui.screens.lock import LockScreen
from dmp_tui.widgets.hangup import when_gone

if TYPE_CHECKING:
    from dmp_tui.cards.source import CardSource
    from dmp_tui.client import DmpClient, Session
    from dmp_tui.config import Settings
    from dmp_tui.screens import messages

_OF_A_RECORD = ("open", "list", "declared", "files", "deposit", "standing", "act")
"""Groups of workers that ask something of one person's record."""
_ASKING = frozenset({*_OF_A_RECORD, "register", "health"})
"""Groups of workers that ask the server something for a screen."""
_CLOSING_SECONDS = 2.0
_RENEW_BEFORE = timedelta(minutes=2)
"""How long before its end a session is renewed by the card that is in."""
T = TypeVar("T")


class SessionApp(DeskApp):
    """Who is logged in. Nobody is while the lock screen is the only one on the stack."""

    def __init__(
        self,
        settings: "Settings",
        source: "CardSource | Callable[[], CardSource]",
        connect: "Callable[[], Awaitable[DmpClient]]",
        *,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(settings, source, clock)
        self._connect = connect
        self.client: DmpClient | None = None
        self.session: Session | None = None
        self._renewal: Timer | None = None

    # --- what the half above says to these

    def logged_in(self) -> None:
        """A session began."""

    def locked(self) -> None:
        """Forget everything about any patient."""

    @property
    def sending(self) -> bool:
        """Whether a document is on its way to the server, and nobody knows yet whether it arrived."""
        return False

    # --- start and end

    def get_default_screen(self) -> Screen[None]:
        """The lock screen."""
        return LockScreen()

    def on_mount(self) -> None:
        """Everything of weight comes after the first frame."""
        self.call_after_refresh(self._after_first_frame)
        if not self.is_headless:
            self._end_with_the_terminal()

    def _end_with_the_terminal(self) -> None:
        """Told to end, or left without a terminal, the app leaves as by its key: session ended, card reset."""
        loop = asyncio.get_running_loop()

        def leave() -> None:
            self.run_worker(self.action_quit(), group="quit", exclusive=True)

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, leave)
        if sys.__stdin__ is not None and sys.__stdin__.isatty():
            when_gone(loop, sys.__stdin__.fileno(), leave)

    async def _after_first_frame(self) -> None:
        self.set_keymap(dict(self.settings.keymap))
        await self.lock_screen.fill()
        self.set_desk(replace(self.desk, server=self.settings.server_url))
        self.run_worker(self.watch_cards(), group="cards")
        self.run_worker(self._connect_server(), group="server")
        self.watch_for_idleness()

    async def _connect_server(self) -> None:
        """Make the client, and see once whether the server answers."""
        from dmp_tui.client.errors import ClientError
        from dmp_tui.screens.refusals import client_sentence

        try:
            await self._make_client()
        except ClientError as error:
            self.server_seen(client_sentence(error))
            return
        await self._look_at_server()

    async def _make_client(self) -> None:
        self.client = await self._connect()

    async def _look_at_server(self) -> None:
        """Ask whether the server answers, and show it: at the start, and after it failed. Nothing polls."""
        from dmp_tui.client.errors import ClientError
        from dmp_tui.screens.refusals import client_sentence

        if self.client is None:
            return
        try:
            await self.client.health()
        except ClientError as error:
            self.server_seen(client_sentence(error))
        else:
            self.server_seen("")

    def server_seen(self, trouble: str) -> None:
        """The lock screen says that the server answers, or the sentence of why it does not."""
        self.set_desk(replace(self.desk, server_state=trouble or _("répond.")))

    def server_now(self) -> datetime:
        """The server's clock, by which cards, sessions and emergency accesses end; ours until it answered."""
        return self.clock() if self.client is None else self.client.now()

    async def action_quit(self) -> None:
        """End the session on the server too, reset the card, leave."""
        await self._stop_asking()
        await self._end_session()
        await self.leave_cards()
        if self.client is not None:
            await self.client.aclose()
        self.exit()

    async def _stop_asking(self) -> None:
        """Let nothing be asked once the session ends: the card would renew it for the answer."""
        asking = [worker for worker in self.workers if worker.group in _ASKING]
        for worker in asking:
            worker.cancel()
        for worker in asking:
            with suppress(WorkerError):
                await worker.wait()

    # --- login

    def on_pin_typed(self, message: "messages.PinTyped") -> None:
        """Log in, in a worker; one at a time."""
        if self.session is not None:
            return
        if self.card is None:
            self.tell(_("La carte CPS est en cours de lecture : retapez le code PIN dans un instant."), alarm=True)
        else:
            self.run_worker(self._log_in(message.pin), group="login", exclusive=True)

    async def _log_in(self, pin: str) -> None:
        """Give the card the PIN, once, then the server the card's signature."""
        card, client = self.card, self.client
        if card is None:
            return
        if client is None:
            wait = _("Le serveur n'est pas joint : attendez, puis retapez le code PIN.")
            self.tell(self.desk.server_state or wait, alarm=True)
            return
        self.tell(_("Vérification du code PIN."))
        if not await self.told(asyncio.to_thread(card.verify, pin)):
            await self._count_tries()
            return
        self.tell(_("Connexion au serveur."))
        if not await self.told(self._begin_session(client)):
            # The card knows a PIN that opened nothing: it is made to forget it.
            await self.reset_card()

    async def _begin_session(self, client: "DmpClient") -> None:
        card = self.card
        if card is None:
            return
        session = await client.login(card)
        if self.card is not card:
            await client.logout()
            return
        self._session_runs(session)
        self.server_seen("")
        self.tell("")
        self.logged_in()
        if session.clock_is_wrong:
            minutes = round(abs(session.skew.total_seconds()) / 60)
            self.tell(_("L'heure de ce poste est fausse de {count} min : faites-la régler.").format(count=minutes))

    def _session_runs(self, session: "Session") -> None:
        """Until its end, ahead of which the card renews it: a timer that paints nothing."""
        self.session = session
        if self._renewal is not None:
            self._renewal.stop()
        left = session.expires - self.server_now() - _RENEW_BEFORE
        self._renewal = self.set_timer(max(left.total_seconds(), 1), self._renew_ahead)

    def _renew_ahead(self) -> None:
        if self.session is not None:
            self.run_worker(self.told(self._renew_quietly()), group="renewal", exclusive=True)

    async def _renew_quietly(self) -> None:
        """Renew. A server that is away for now is nobody's business yet: the next call renews, or says it."""
        from dmp_tui.client.errors import ClientError, ClientProblem

        away = {ClientProblem.UNREACHABLE, ClientProblem.UNAVAILABLE, ClientProblem.TOO_MANY}
        try:
            await self._renew()
        except ClientError as error:
            if error.problem not in away:
                raise

    async def _renew(self) -> None:
        """More time for the session, by the card that is in.

        Raises:
            ClientError, CardError: PIN_NEEDED where the card has forgotten its PIN.
        """
        from dmp_tui.client.errors import ClientError, ClientProblem

        card, client = self.card, self.client
        if card is None or client is None:
            raise ClientError(ClientProblem.SESSION_ENDED)
        session = await client.renew(card)
        if self.session is not None and self.card is card:
            self._session_runs(session)

    async def _count_tries(self) -> None:
        from dmp_tui.cards.channel import CardError

        if self.card is None:
            return
        try:
            tries = await asyncio.to_thread(self.card.tries_left)
        except CardError:
            tries = None
        self.set_desk(replace(self.desk, tries_left=tries))

    # --- lock

    def cps_gone(self) -> None:
        """No session outlives its card."""
        self.still()
        ended = _("Carte CPS retirée : la session est fermée.")
        self.lock(ended if self.session is not None else _("Carte CPS retirée : remettez-la, puis tapez le code PIN."))

    def left_alone(self) -> None:
        """Nobody typed for the site's idle time: lock, and keep no half of a PIN."""
        self.lock_screen.forget_pin()
        if self.session is not None:
            self.still()
            minutes = self.settings.idle_minutes
            self.lock(_("Verrouillé après {count} minutes sans frappe.").format(count=minutes))

    def action_lock(self) -> None:
        """Ctrl+L."""
        if self.session is not None:
            self.awake()
            self.lock(_("Verrouillé. Tapez le code PIN pour reprendre."))

    def lock(self, sentence: str, *, alarm: bool = False) -> None:
        """Forget the record, the session and the PIN; show nothing but the lock screen."""
        self.workers.cancel_group(self, "login")
        self.workers.cancel_group(self, "renewal")
        # What was asked in a session ends with it: its answer would come to whoever logs in next.
        for group in (*_OF_A_RECORD, "register"):
            self.workers.cancel_group(self, group)
        if self.sending:
            sentence += " " + _("Un envoi a été interrompu : vérifiez s'il est dans le dossier.")
            alarm = True
        self.session = None
        if self._renewal is not None:
            self._renewal.stop()
        self.locked()
        self.pop_to(1)
        self.tell(sentence, alarm=alarm)
        self.run_worker(self._end_session(), group="closing")
        if self.card is not None:
            self.run_worker(self.reset_card(), group="cps")

    async def _end_session(self) -> None:
        """Log out on the server too; one that cannot be reached in time ends the session by itself."""
        self.session = None
        if self.client is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self.client.logout()

    def pop_to(self, depth: int) -> None:
        """Take screens away until ``depth`` are left, without painting those between."""
        with self.batch_update():
            while len(self.screen_stack) > depth:
                self.pop_screen()

    # --- calls

    async def ask(self, call: "Callable[[DmpClient], Awaitable[T]]") -> T:
        """Call the server; where the session ended (the server restarted, say), the card renews it, once.

        Raises:
            ClientError, CardError: what went wrong.
        """
        from dmp_tui.client.errors import ClientError, ClientProblem

        client = self.client
        assert client is not None  # noqa: S101 - asked only while logged in; narrows the type
        try:
            return await call(client)
        except ClientError as error:
            if error.problem is not ClientProblem.SESSION_ENDED or self.card is None:
                raise
        await self._renew()
        return await call(client)

    async def told(self, work: Awaitable[object]) -> bool:
        """Await; whether it went well. What a card or the server did wrong is told in one sentence."""
        from dmp_tui.cards.channel import CardError, CardProblem
        from dmp_tui.cards.sentences import error_sentence
        from dmp_tui.client.errors import ClientError, ClientProblem
        from dmp_tui.screens.refusals import client_sentence

        ended = {ClientProblem.SESSION_ENDED, ClientProblem.LOGIN_REFUSED}
        away = {ClientProblem.UNREACHABLE, ClientProblem.UNTRUSTED, ClientProblem.CLOCK, ClientProblem.UNAVAILABLE}
        try:
            await work
        except CardError as error:
            sentence, lost = error_sentence(error), error.problem is CardProblem.PIN_NEEDED
        except ClientError as error:
            sentence, lost = client_sentence(error), error.problem in ended
            if error.problem in away:
                self.run_worker(self._look_at_server(), group="health", exclusive=True)
        else:
            return True
        if lost and self.session is not None:
            self.lock(sentence, alarm=True)
        else:
            self.tell(sentence, alarm=True)
        return False
