"""The app at a desk of virtual readers and real APDUs, before the real server in a process of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from dmp_tui.app import DmpApp
from dmp_tui.cards.virtual import Cps3
from dmp_tui.cards.virtual.card import VirtualCard
from dmp_tui.cards.virtual.reader import READERS, VirtualSource
from dmp_tui.client import DmpClient
from dmp_tui.config import Settings
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.demo.patients import patient
from dmp_tui.screens.lock import LockScreen
from tests.looking import screen_text, until
from tests.serving import ServerProcess, prepare, shared_directory

FIRST, SECOND = READERS
SITE_OID = "1.2.250.1.213.1.4.10"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """``(card authority, records)``."""
    return prepare(shared_directory(tmp_path_factory))


@pytest.fixture(scope="session")
def served(prepared: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that leave it as it was."""
    server = ServerProcess.on_copy(prepared[1], tmp_path_factory.mktemp("served"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_server(prepared: tuple[Path, Path], tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of the test's own, to stop, to restart and to write to."""
    server = ServerProcess.on_copy(prepared[1], tmp_path / "own")
    server.start()
    yield server
    server.stop()


class Desk:
    """A running app, its readers and its server. ``offset`` is how wrong the workstation's clock is."""

    def __init__(self, authority: Path, server: ServerProcess, **settings: object) -> None:
        self.authority = authority
        self.server = server
        self.source = VirtualSource((FIRST, SECOND))
        self.offset = timedelta()
        chosen = Settings(server.url, server.authority, SITE_OID, **settings)  # type: ignore[arg-type]  # by name
        self.app = DmpApp(chosen, lambda: self.source, self._connect, clock=self.clock)
        self.pilot: Pilot[object]

    def clock(self) -> datetime:
        """The workstation's."""
        return datetime.now(UTC) + self.offset

    async def _connect(self) -> DmpClient:
        return DmpClient(self.server.url, self.server.authority, self.clock)

    def card(self, key: str) -> VirtualCard:
        return demonstration_card(key, self.authority)

    def cps(self, key: str) -> Cps3:
        """A CPS, to look at what it knows afterwards."""
        made = self.card(key)
        assert isinstance(made, Cps3)
        return made

    async def until_forgotten(self, card: Cps3) -> None:
        """Until the card was reset: it knows no PIN, and is read again."""
        await self.until(lambda: not card._verified and self.app.card is not None)

    def insert(self, card: str | VirtualCard, reader: str = FIRST) -> None:
        self.source.insert(reader, self.card(card) if isinstance(card, str) else card)

    @asynccontextmanager
    async def running(self, size: tuple[int, int] = (80, 24)) -> AsyncIterator["Desk"]:
        """The app until it is left; the session and the card end with it, in good order."""
        async with self.app.run_test(size=size) as pilot:
            self.pilot = pilot
            await self.until_shows(FIRST if size >= (72, 20) else "trop petit")
            yield self
            assert self.app.is_running
            await self.app.action_quit()

    async def log_in(self, card: str | VirtualCard = "simon") -> None:
        before = self.app.card
        self.insert(card)
        await self.until(lambda: self.app.card not in {None, before})
        await self.until_shows("> Code PIN :")
        self.app.awake()
        await self.type_pin()
        await self.until(lambda: not isinstance(self.app.screen, LockScreen))

    async def type_pin(self, pin: str = "1234") -> None:
        await self.pilot.press(*pin, "enter")

    async def open(self, key: str) -> None:
        """Insert a patient's card and wait for the sheet."""
        self.insert(key, SECOND)
        await self.until(lambda: self.app.record is not None and self.app.record.identity.ins == patient(key).ins)
        await self.until_shows("!! ALLERGIES")
        self.app.awake()

    def scan(self, key: str) -> None:
        """What a scanner types for the datamatrix of a patient: keys of a burst, and Enter."""
        for character in datamatrix(key):
            name = "ctrl+right_square_bracket" if character == "\x1d" else character
            self.app.post_message(events.Key(name, None if character == "\x1d" else character))
        self.app.post_message(events.Key("enter", "\r"))

    @property
    def shown(self) -> str:
        return screen_text(self.app)

    async def until(self, seen: Callable[[], bool]) -> None:
        await until(self.pilot, seen)

    async def until_shows(self, text: str) -> None:
        """A sentence may be broken over several rows."""
        await until(self.pilot, lambda: text in " ".join(self.shown.split()))


NewDesk = Callable[..., Desk]


@pytest.fixture
def new_desk(prepared: tuple[Path, Path], request: pytest.FixtureRequest) -> NewDesk:
    """Makes a desk before the shared server, or before ``server``."""

    def make(server: ServerProcess | None = None, **settings: object) -> Desk:
        return Desk(prepared[0], server or request.getfixturevalue("served"), **settings)

    return make


def datamatrix(key: str) -> str:
    """The INS datamatrix on the label of a patient of the demonstration."""
    person = patient(key)
    year, month, day = person.birth[:4], person.birth[4:6], person.birth[6:]
    names = f"S3{person.given.upper()}\x1dS4{person.family}\x1d"
    return (
        f"IS01{'0' * 22}S1{person.ins.matricule}S2{person.ins.oid}\x1d{names}S5{person.sex.value}S6{day}-{month}-{year}"
    )
