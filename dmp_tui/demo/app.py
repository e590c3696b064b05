"""The demonstration: the real app, with virtual readers, and a real server as a child that is started after the first
frame."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.app import DmpApp
from dmp_tui.config import Settings
from dmp_tui.i18n import _

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from textual.screen import Screen

    from dmp_tui.cards.virtual import VirtualSource
    from dmp_tui.cards.virtual.card import VirtualCard
    from dmp_tui.client import DmpClient
    from dmp_tui.demo import panel
    from dmp_tui.demo.said import Said
    from dmp_tui.screens.lock import Desk

_SITE_OID = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True, slots=True)
class Script:
    """What is inserted and typed at the start, without a key: keys of cards, and a PIN. Empty: nothing."""

    cps: str = ""
    pin: str = ""
    vitale: str = ""


class DemoApp(DmpApp):
    """The app with cards that are inserted from a panel (F9)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "cards", show=False, priority=True, id="demo.cards"),
    ]

    def __init__(self, script: Script) -> None:
        settings = Settings(server_url="", site_oid=_SITE_OID)
        super().__init__(settings, self._readers, self._start_server)
        self.script = script
        self.data = ""
        """Directory of the server's temporary data, once it is ready."""
        self._process: Popen[str] | None = None
        self._virtual: VirtualSource | None = None
        self._authority: Path | None = None
        self._made: dict[str, VirtualCard] = {}
        """Cards keep their PIN tries while they are out."""
        self._inserted_keys: dict[str, str] = {}
        self._server_said: asyncio.Future[Said | None] | None = None
        self._server_ended = False

    def on_mount(self) -> None:
        """Every screen says what it is."""
        self.screen_change_signal.subscribe(self, self._mark, immediate=True)

    def _mark(self, screen: "Screen[object]") -> None:
        """Say on the last row of a screen that this is no ward, where its keys leave room."""
        from dmp_tui.widgets.bars import Foot

        foot = getattr(screen, "foot", None)
        if isinstance(foot, Foot):
            foot.mark(_("DÉMO F9"), _("DÉMO"))

    # --- readers and cards

    def _readers(self) -> "VirtualSource":
        """Called in a thread, after the first frame."""
        from dmp_tui.cards.virtual import VirtualSource

        source = VirtualSource()
        self._inserted_keys = dict.fromkeys(source.readers(), "")
        self._virtual = source
        return source

    async def watch_cards(self) -> None:
        """Start the monitor, then insert the patient's card of the script: it needs no key."""
        await super().watch_cards()
        if self.script.vitale:
            await self._toggle(self.script.vitale)
        await self._play_cps()

    def action_cards(self) -> None:
        """Show the panel, or close it."""
        from dmp_tui.demo.panel import PanelScreen

        if isinstance(self.screen, PanelScreen):
            self.pop_screen()
        elif self._virtual is not None:
            self.push_screen(PanelScreen(self._inserted_keys))

    def on_panel_closed(self, message: "panel.PanelClosed") -> None:
        """Escape, on the panel."""
        message.stop()
        self._close_panel()

    def _close_panel(self) -> None:
        from dmp_tui.demo.panel import PanelScreen

        if isinstance(self.screen, PanelScreen):
            self.pop_screen()

    async def on_card_chosen(self, message: "panel.CardChosen") -> None:
        """Insert the card, or pull it out. The panel goes first: a card may bring a screen."""
        message.stop()
        self._close_panel()
        await self._toggle(message.key)

    async def _play_cps(self) -> None:
        """Insert the script's CPS, once, when there are readers and keys."""
        key = self.script.cps
        if key and self._virtual is not None and self._authority is not None:
            self.script = replace(self.script, cps="")
            await self._toggle(key)

    async def _toggle(self, key: str) -> None:
        """A card that is in is pulled out; another is put in its reader: the first for CPS, the second for Vitale."""
        from dmp_tui.demo.cards import demonstration_card, reader_of

        source = self._virtual
        if source is None:
            return
        for reader, inside in self._inserted_keys.items():
            if inside == key:
                self._inserted_keys[reader] = ""
                source.remove(reader)
                return
        place = reader_of(key)
        if key not in self._made:
            if place == 0 and self._authority is None:
                self.tell(_("Les clés de démonstration se préparent : réessayez dans un instant."))
                return
            self._made[key] = await asyncio.to_thread(demonstration_card, key, self._authority)
        reader = source.readers()[place]
        self._inserted_keys[reader] = key
        source.insert(reader, self._made[key])

    def logged_in(self) -> None:
        """No panel stays below the screens of a session."""
        self._close_panel()
        super().logged_in()

    # --- the server

    async def _start_server(self) -> "DmpClient":
        """Start the child, follow what it says, and make its client once it listens."""
        from pathlib import Path

        from dmp_tui.client import DmpClient
        from dmp_tui.client.errors import ClientError, ClientProblem
        from dmp_tui.demo.places import cache_directory
        from dmp_tui.demo.starting import start

        loop = asyncio.get_running_loop()
        self._server_said = loop.create_future()
        self._state(_("Démonstration : démarrage du serveur."))

        def told(said: "Said | None") -> None:
            with suppress(RuntimeError):  # the app has ended before its server
                loop.call_soon_threadsafe(self._heard, said)

        try:
            self._process = await asyncio.to_thread(start, told)
        except OSError:
            unwritable = _("Démonstration : {path} ne peut être écrit ; DMP_TUI_DEMO_CACHE donne un autre dossier.")
            self._state(unwritable.format(path=cache_directory()))
            raise ClientError(ClientProblem.UNREACHABLE) from None
        said = await self._server_said
        if said is None:
            raise ClientError(ClientProblem.UNREACHABLE)
        self.data = said.directory
        self.settings = replace(self.settings, server_url=said.url)
        self.set_desk(replace(self.desk, server=said.url))
        return DmpClient(said.url, Path(said.ca), self.clock)

    async def _make_client(self) -> None:
        await super()._make_client()
        self._type_pin()

    def set_desk(self, desk: "Desk") -> None:
        """A CPS that was read shows on the desk: the script's PIN may be typed."""
        super().set_desk(desk)
        if desk.holder:
            self._type_pin()

    def _type_pin(self) -> None:
        """The script's PIN is typed once, as soon as there is a card and a server to log in to."""
        from dmp_tui.screens.messages import PinTyped

        if self.script.pin and self.card is not None and self.client is not None and self.session is None:
            pin = self.script.pin
            self.script = replace(self.script, pin="")
            self.post_message(PinTyped(pin))

    def server_seen(self, trouble: str) -> None:
        """What to do in the demonstration, unless its server is in trouble; one that has ended stays ended."""
        if self.client is not None and not self._server_ended:
            self._state(trouble or _("Démonstration prête. F9 : insérer une carte."))

    def _state(self, sentence: str) -> None:
        self.set_desk(replace(self.desk, server_state=sentence))

    def _heard(self, said: "Said | None") -> None:
        """A line of the server; None: it has ended."""
        ready = self._server_said
        if said is None:
            from dmp_tui.demo.starting import log_file

            stopped = _("Démonstration : le serveur est arrêté (voir {path}). Quittez par Ctrl+Q et relancez.")
            self._state(stopped.format(path=log_file()))
            self._server_ended = True
        elif said.step == "keys":
            self._state(_("Démonstration, première fois : création des clés, une seconde."))
        elif said.step == "records":
            self._state(_("Démonstration, première fois : écriture des dossiers, quelques secondes."))
        elif said.step == "authority":
            self._authority_there(said.authority)
        if ready is not None and not ready.done() and (said is None or said.step == "ready"):
            ready.set_result(said)

    def _authority_there(self, directory: str) -> None:
        from pathlib import Path

        self._authority = Path(directory)
        self.run_worker(self._play_cps(), group="script")

    def end_server(self) -> None:
        """After the app: no server and no file is left."""
        if self._process is not None:
            from dmp_tui.demo.starting import stop

            stop(self._process, self.data)


def run(script: Script) -> None:
    """Runs the demonstration until it is left."""
    app = DemoApp(script)
    try:
        app.run(mouse=False)
    finally:
        app.end_server()
