"""What a long deposit is doing, on one line of the terminal that gives way to the next outcome."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from dmp_tui.i18n import _
from dmp_tui.widgets.text import cut, visible

_SOON = 1.0
"""Seconds after which a file that is not done is told of, and between two tellings."""


class Progress:
    """The progress of ``total`` files. Nothing is written where ``stream`` is no terminal."""

    def __init__(self, stream: TextIO, total: int, seconds: float = _SOON) -> None:
        self._stream = stream
        self._total = total
        self._seconds = seconds
        self._number = 0
        self._name = ""
        self._sent = 0
        self._whole = 0
        self._since = 0.0
        self._drawn = False

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Tell until the work is done; within an event loop."""
        if not self._stream.isatty():
            yield
            return
        task = asyncio.get_running_loop().create_task(self._tell())
        try:
            yield
        finally:
            task.cancel()
            self.clear()

    def begin(self, path: Path) -> None:
        """The next file."""
        self._number += 1
        self._name, self._sent, self._whole, self._since = path.name, 0, 0, time.monotonic()

    def sent(self, done: int, whole: int) -> None:
        """So many bytes of so many have left."""
        self._sent, self._whole = done, whole

    def clear(self) -> None:
        """Leave the line to what is said next."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._drawn = False

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            if self._name and time.monotonic() - self._since >= self._seconds:
                line = cut(self._line(), shutil.get_terminal_size().columns - 1)
                self._stream.write(f"\r{line}\x1b[K")
                self._stream.flush()
                self._drawn = True

    def _line(self) -> str:
        if not self._whole:
            what = _("lecture")
        elif self._sent < self._whole:
            what = _("envoi, {percent} %").format(percent=100 * self._sent // self._whole)
        else:
            what = _("envoyé, le serveur le lit")
        return f"{self._number}/{self._total} {visible(self._name)} : {what}"
