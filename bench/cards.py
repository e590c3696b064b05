"""From a Vitale card to its sheet, and what the app weighs: everything on, a server of its own on the loopback, TLS.

Inside ``.ci/pcsc`` the cards are virtual ones of a real pcscd, and a second watcher beside the app's says when pcscd
told of the card (the return of SCardGetStatusChange). Elsewhere they lie in virtual readers of the app's process.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pyte

from bench.figures import Figure, median, percentile
from bench.terminal import Terminal, rss_mb
from dmp_tui.cards.events import CardEvent, CardInserted, CardRemoved, ReaderArrived

PROGRAM = str(Path(sys.executable).parent / "dmp-tui")
PATIENTS = ("leroy", "garnier", "benali", "duval", "martin", "nguyen", "bernard", "haddad", "perrin", "schmitt")
"""Ten records that the demonstration's doctor of emergencies may read."""
ROUNDS = 4
QUIET = 0.15
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*\$?[puq]")


@dataclass(frozen=True, slots=True)
class Hands:
    """Put a card in a reader: ``(asked, known)`` are the moments of the hand and of the event; or take it out."""

    insert: Callable[[int, str], tuple[float, float]]
    remove: Callable[[int], None]
    where: str


def cards() -> list[Figure]:
    """Vitale to sheet, insertion to event, and memory, over ten records in turn."""
    with tempfile.TemporaryDirectory() as scratch, _served(Path(scratch) / "box") as (sandbox, url):
        real = os.environ.get("DMP_TUI_PCSC") == "1"
        desk = _pcsc_desk if real else _virtual_desk
        with desk(sandbox, url) as (terminal, hands):
            return _measured(terminal, hands)


def _measured(terminal: Terminal, hands: Hands) -> list[Figure]:
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)
    _painted(terminal, stream, screen, "répond")
    locked = rss_mb(terminal.pid)
    hands.insert(0, "simon")
    _painted(terminal, stream, screen, "Code PIN")
    os.write(terminal.fd, b"1234\r")
    _painted(terminal, stream, screen, "carte Vitale du patient")
    waits, sheets, ten = [], [], 0.0
    for turn in range(ROUNDS):
        for patient in PATIENTS:
            asked, known = hands.insert(1, patient)
            last = _painted(terminal, stream, screen, rf"{patient.upper()}[\s\S]*INS[\s\S]*ALLERGIES[\s\S]*Aide")
            waits.append((known - asked) * 1000)
            sheets.append((last - known) * 1000)
            hands.remove(1)
            _painted(terminal, stream, screen, "CARTE RETIR")
        if turn == 0:
            ten = rss_mb(terminal.pid)
    warm = sheets[1:]  # the first brings the screens' code with it
    note = f"p50 {median(warm):.0f} ms, {len(warm)} sheets, {hands.where}"
    apart = Figure("(insertion -> event, p50: apart)", median(waits), 400, "ms", "pcscd looks every 400 ms")
    return [
        Figure("Vitale known to be there -> sheet painted, p95", percentile(warm, 0.95), 250, "ms", note),
        Figure("the first of the session", sheets[0], 250, "ms"),
        *([apart] if any(waits) else []),
        Figure("memory after start, lock screen", locked, 60, "MB", "the application's own process"),
        Figure("memory with ten records opened in turn", ten, 90, "MB"),
        Figure(f"memory after {ROUNDS * len(PATIENTS)} openings", rss_mb(terminal.pid), 90, "MB"),
    ]


def _painted(terminal: Terminal, stream: pyte.ByteStream, screen: pyte.Screen, pattern: str) -> float:
    """When the last byte came of what makes the screen show a pattern and fall silent.

    Raises:
        TimeoutError: it never does.
    """
    wanted, end, last = re.compile(pattern), time.perf_counter() + 30, time.perf_counter()
    while time.perf_counter() < end:
        if data := terminal.read(QUIET):
            last = time.perf_counter()
            stream.feed(_UNKNOWN.sub(b"", data))
        elif wanted.search("\n".join(screen.display)):
            return last
    raise TimeoutError(f"{pattern!r} was not painted:\n" + "\n".join(screen.display))


@contextmanager
def _served(sandbox: Path) -> Iterator[tuple[Path, str]]:
    """A sandbox and the base URL of its server."""
    subprocess.run([PROGRAM, "sandbox", sandbox], check=True, stdout=subprocess.DEVNULL)
    command = [PROGRAM, "serve", "--data", str(sandbox / "server"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield sandbox, server.stdout.readline().split()[-1]
        finally:
            server.terminate()


@contextmanager
def _virtual_desk(sandbox: Path, url: str) -> Iterator[tuple[Terminal, Hands]]:
    pipe = sandbox / "hands"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "bench.desk", str(sandbox), url, str(pipe)]
    with Terminal(command) as terminal, pipe.open("w", buffering=1, encoding="ascii") as hand:

        def insert(reader: int, key: str) -> tuple[float, float]:
            asked = time.perf_counter()
            hand.write(f"insert {reader} {key}\n")
            return asked, asked

        yield terminal, Hands(insert, lambda reader: print("remove", reader, file=hand), "virtual reader in process")


@contextmanager
def _pcsc_desk(sandbox: Path, url: str) -> Iterator[tuple[Terminal, Hands]]:
    from dmp_tui.cards.monitor import Monitor
    from dmp_tui.cards.pcsc import PcscSource
    from dmp_tui.cards.virtual.vpcd import PORTS, VpcdSlot
    from dmp_tui.demo.cards import demonstration_card

    slots = [VpcdSlot(port) for port in PORTS]
    seen: SimpleQueue[tuple[float, CardEvent]] = SimpleQueue()
    source = PcscSource()
    monitor = Monitor(source, lambda event: seen.put((time.perf_counter(), event)))
    monitor.start()
    for _slot in slots:
        _next(seen, ReaderArrived)

    def insert(reader: int, key: str) -> tuple[float, float]:
        card = demonstration_card(key, sandbox / "authority")
        asked = time.perf_counter()
        slots[reader].insert(card)
        return asked, _next(seen, CardInserted)

    def remove(reader: int) -> None:
        slots[reader].remove()
        _next(seen, CardRemoved)

    command = [PROGRAM, "--config", str(sandbox / "app.toml")]
    try:
        with Terminal(command, DMP_TUI_SERVER_URL=url) as terminal:
            yield terminal, Hands(insert, remove, "pcscd and vpcd")
    finally:
        for slot in slots:
            slot.remove()
        monitor.stop()


def _next(seen: "SimpleQueue[tuple[float, CardEvent]]", kind: type[CardEvent]) -> float:
    """When the next event of a kind came."""
    while True:
        moment, event = seen.get(timeout=20)
        if isinstance(event, kind):
            return moment
