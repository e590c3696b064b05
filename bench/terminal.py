"""A program in a pseudo-terminal, and the clock on what it paints: latency and bytes as a person's line would carry."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_SEQUENCES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\"
    rb"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f]"
)
_MODE_QUERY = re.compile(rb"\x1b\[\?(\d+)\$p")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key brought: milliseconds to the first and to the last byte, and how many bytes."""

    first_ms: float
    last_ms: float
    size: int


class Terminal:
    """Runs a command in a pty of ``columns`` x ``rows`` that answers queries as an xterm does."""

    def __init__(self, command: list[str], *, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self.painted = bytearray()
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            keep = {name: value for name, value in os.environ.items() if name not in {"COLORTERM", "LINES", "COLUMNS"}}
            os.execvpe(command[0], command, {**keep, "TERM": "xterm-256color", **environment})  # noqa: S606 - ours
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGTERM)
        try:
            while os.read(self.fd, 1 << 16):
                pass
        except OSError:
            os.close(self.fd)  # a pty whose program has ended reads as an error: nothing more to come
        os.waitpid(self.pid, 0)

    @property
    def text(self) -> str:
        """All that was painted so far, without the control sequences."""
        return _SEQUENCES.sub(b"", bytes(self.painted)).decode("utf-8", "replace")

    def read(self, seconds: float) -> bytes:
        """What comes next, and answers to what it asks; empty if nothing comes in time."""
        if not select.select([self.fd], [], [], max(0.0, seconds))[0]:
            return b""
        data = os.read(self.fd, 1 << 16)
        self.painted += data
        for query in _MODE_QUERY.finditer(data):
            known = b"2" if query[1] in {b"2026", b"2004", b"1049"} else b"0"
            os.write(self.fd, b"\x1b[?" + query[1] + b";" + known + b"$y")
        return data

    def until(self, pattern: str, seconds: float = 60.0) -> float:
        """Milliseconds from the start of the program until ``pattern`` stands in what was painted.

        Raises:
            TimeoutError: it never came.
        """
        wanted, end = re.compile(pattern), time.perf_counter() + seconds
        while not wanted.search(self.text):
            if time.perf_counter() > end:
                raise TimeoutError(f"{pattern!r} was not painted; last: {self.text[-300:]!r}")
            self.read(0.05)
        return (time.perf_counter() - self.started) * 1000

    def settle(self, quiet: float = 0.4) -> None:
        """Read until nothing came for ``quiet`` seconds."""
        while self.read(quiet):
            pass

    def key(self, sequence: bytes, quiet: float = 0.08) -> Answer:
        """Send a key and read what it paints until ``quiet`` seconds of silence."""
        start = time.perf_counter()
        os.write(self.fd, sequence)
        first = last = 0.0
        size, patience = 0, 1.5
        while data := self.read(patience):
            last = (time.perf_counter() - start) * 1000
            first = first or last
            size, patience = size + len(data), quiet
        return Answer(first, last, size)

    def idle(self, seconds: float) -> tuple[float, float]:
        """``(bytes/s, % of one core)`` while nobody types; the CPU is that of the program's own process."""
        before, mark, start = cpu_seconds(self.pid), len(self.painted), time.perf_counter()
        while (left := seconds - (time.perf_counter() - start)) > 0:
            self.read(left)
        spent = time.perf_counter() - start
        return (len(self.painted) - mark) / spent, (cpu_seconds(self.pid) - before) / spent * 100


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, all its threads."""
    return (
        sum(int(Path(task, "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9
    )


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
