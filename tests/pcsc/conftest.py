"""A real pcscd with vpcd's two readers, started by ``.ci/pcsc``; the cards in them are ours."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from tempfile import gettempdir
from typing import TypeVar

import pytest

from dmp_tui.cards.events import CardEvent, CardInserted, CardRemoved, ReaderArrived
from dmp_tui.cards.monitor import Monitor
from dmp_tui.cards.pcsc import PcscSource
from dmp_tui.cards.virtual.card import VirtualCard
from dmp_tui.cards.virtual.vpcd import PORTS, VpcdSlot
from tests.cards.conftest import Doctor, doctor, vitale
from tests.serving import PROGRAM, ServerProcess

__all__ = ["Doctor", "doctor", "vitale"]

READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
E = TypeVar("E", bound=CardEvent)


@pytest.fixture(scope="session")
def service() -> None:
    """pcscd runs, and is started again if a test kills it."""
    if os.environ.get("DMP_TUI_PCSC") != "1":
        pytest.skip("needs a PC/SC service with virtual readers: .ci/pcsc make test")
    pytest.importorskip("smartcard", reason="needs pyscard (dmp-tui[cards])")


@pytest.fixture
def turn(service: None) -> Iterator[None]:
    """There is one service and its two readers: tests take turns, those of other processes too."""
    with (Path(gettempdir()) / "dmp-tui-pcsc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kill_service() -> None:
    """End pcscd as a crash does."""
    os.kill(int(Path("/run/pcscd/pcscd.pid").read_text().strip("\n\0")), signal.SIGKILL)


class Desk:
    """Two readers, hands to put cards in and take them out, and the events of a monitor."""

    def __init__(self) -> None:
        self.source = PcscSource()
        self.slots = tuple(VpcdSlot(port) for port in PORTS)
        self._events: SimpleQueue[CardEvent] = SimpleQueue()
        self._monitor = Monitor(self.source, self._events.put)
        self._monitor.start()

    def expect(self, kind: type[E], reader: int | None = None) -> E:
        """The next event of a kind, of a reader if one is named; those before it are dropped."""
        while True:
            event = self._events.get(timeout=20)
            if isinstance(event, kind) and (reader is None or getattr(event, "reader", "") == READERS[reader]):
                return event

    def insert(self, reader: int, card: VirtualCard) -> CardInserted:
        self.slots[reader].insert(card)
        return self.expect(CardInserted, reader)

    def remove(self, reader: int) -> None:
        self.slots[reader].remove()
        self.expect(CardRemoved, reader)

    def close(self) -> None:
        for number, slot in enumerate(self.slots):
            if slot.card is not None:
                self.remove(number)
        self._monitor.stop()


@pytest.fixture
def desk(turn: None) -> Iterator[Desk]:
    """Both readers are there and empty, and are empty again after the test."""
    sitting = Desk()
    sitting.expect(ReaderArrived, 0)
    sitting.expect(ReaderArrived, 1)
    yield sitting
    sitting.close()


def tool(*command: str, check: bool = True) -> str:
    """Output of one of OpenSC's tools; where it is to fail, its complaint too."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]} (opensc)")
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C"}
    )
    assert (done.returncode == 0) is check, done.stderr
    return done.stdout + ("" if check else done.stderr)


@pytest.fixture(scope="session")
def sandbox(service: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sandbox") / "box"
    subprocess.run([PROGRAM, "sandbox", directory], check=True, capture_output=True, timeout=120)
    return directory


@pytest.fixture
def served(sandbox: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(sandbox / "server", "localhost")
    server.start()
    yield server
    server.stop()
