"""A program in a pseudo-terminal, its screen as text, and keys."""

import os
import re
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pexpect  # type: ignore[import-untyped]  # it ships no types
import pyte

PATIENCE = 40.0
"""Seconds after which a screen that was awaited is a failure; nothing waits that long that goes well."""
DEMO = (str(Path(sys.executable).with_name("dmp-tui")), "demo")
DEAD = 0.6
"""Seconds of silence after which letters live again on a screen that nobody asked for (half a second, and a little)."""
KEYS = {"enter": "\r", "escape": "\x1b", "f9": "\x1b[20~", "down": "\x1b[B", "ctrl+l": "\x0c", "ctrl+q": "\x11"}


class Terminal:
    """A running program and what its terminal shows."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        columns, rows = size
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DMP_", "NO_COLOR"))}
        self.process = pexpect.spawn(
            command[0],
            list(command[1:]),
            dimensions=(rows, columns),
            env={**kept, "TERM": "xterm-256color", "COLUMNS": "", "LINES": "", **environment},
            timeout=PATIENCE,
        )
        self.process.delaybeforesend = None
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = bytearray()

    @property
    def text(self) -> str:
        """The screen, a line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        """Type keys by name, or texts."""
        for key in keys:
            self.process.send(KEYS.get(key, key))

    def until(self, wanted: str | Callable[[str], bool]) -> str:
        """Read until the screen matches; the screen then. Fails with the last screen where it never does."""
        matches = wanted if callable(wanted) else re.compile(wanted, re.DOTALL).search
        end = time.monotonic() + PATIENCE
        while not matches(self.text):
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"never shown: {wanted}\n{self.text}")
        return self.text

    def settle(self) -> None:
        """Read until nothing was written for as long as letters stay dead."""
        while self._read(DEAD):
            pass

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            pass
        self.process.wait()
        code = self.process.exitstatus
        return -1 if code is None else code

    def _read(self, patience: float) -> bool:
        """Read what comes next; False where the program has ended."""
        try:
            content = self.process.read_nonblocking(65536, max(patience, 0.01))
        except pexpect.EOF:
            return False
        except pexpect.TIMEOUT:
            return False
        self.written += content
        self.stream.feed(_plain(content))
        return True

    def close(self) -> None:
        """End the program, whatever it does, and wait for its end."""
        if self.process.isalive():
            self.process.kill(signal.SIGKILL)
            self.process.wait()
        self.process.close()


def _plain(content: bytes) -> bytes:
    """Without the private sequences of modern terminals that pyte would print as text."""
    return re.sub(rb"\x1b\[[<>=?][0-9;]*\$?[puq]", b"", content)


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended, waiting for it."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)
