"""The line that says what a long deposit is doing."""

import asyncio
import io
from pathlib import Path

from dmp_tui.feeding.progress import Progress


class Screen(io.StringIO):
    """A terminal, and whoever waits for something to be written on it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        self.written.set()

    async def next(self) -> str:
        self.written.clear()
        self.seek(0)
        self.truncate()
        await self.written.wait()
        return self.getvalue()


async def test_a_file_that_takes_its_time_is_told_of_until_it_is_done() -> None:
    screen = Screen()
    progress = Progress(screen, 3, 0)
    with progress.running():
        progress.begin(Path("dossier/un\x1b[2J.pdf"))
        assert await screen.next() == "\r1/3 un<U+001B>[2J.pdf : lecture\x1b[K"
        progress.sent(1, 4)
        assert "envoi, 25 %" in await screen.next()
        progress.sent(4, 4)
        assert "le serveur le lit" in await screen.next()
        progress.clear()
        assert screen.getvalue().endswith("\r\x1b[K")
        progress.begin(Path("deux.pdf"))
        assert "2/3 deux.pdf" in await screen.next()
    assert screen.getvalue().endswith("\r\x1b[K")


async def test_nothing_is_written_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = Progress(stream, 1, 0)
    with progress.running():
        progress.begin(Path("un.pdf"))
        for _ in range(5):
            await asyncio.sleep(0)
    assert stream.getvalue() == ""
