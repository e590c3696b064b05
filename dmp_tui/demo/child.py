"""The demonstration's server: a process of its own, with data of its own that go when it does.

``python -m dmp_tui.demo.child``. It makes the keys and the records that this machine lacks, copies the records to a
temporary directory and serves them on a free port of the loopback. It speaks to who started it in JSON lines on
standard output (``said``), and ends when its standard input does: whatever becomes of the app, no server and no
file is left behind.
"""

import fcntl
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from dmp_tui.demo.places import cache_directory, runtime_directory
from dmp_tui.demo.said import Said, line_of

_PREFIX = "dmp-tui-demo-"
_LOCK = "alive"
_YOUNG = 60
"""Seconds during which a directory without a lock may be one that is being made."""


def say(said: Said) -> None:
    """One line, at once."""
    sys.stdout.write(line_of(said))
    sys.stdout.flush()


def end_with_parent() -> None:
    """Ends this process, the orderly way, once its standard input is closed."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        while True:
            # Before the server's loop runs, its start may swallow a signal: it is sent until it is heard.
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.2)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """A private directory that is removed at the end, and those that killed demonstrations left before."""
    base = runtime_directory()
    for left in base.glob(f"{_PREFIX}*"):
        if _is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    with (directory / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def _is_abandoned(directory: Path) -> bool:
    """Ours, not young, and nobody holds its lock."""
    try:
        state = directory.stat()
        if state.st_uid != os.geteuid() or time.time() - state.st_mtime < _YOUNG:
            return False
        with (directory / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _leave(number: int, _frame: FrameType | None) -> None:
    """The first signal ends the process; later ones would interrupt the removal of its files."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def main() -> None:
    """Prepares, copies, serves."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    now = datetime.now(UTC)
    cache = cache_directory()

    from dmp_tui.demo.authority import cached_authority

    authority = cached_authority(cache, now, lambda: say(Said("keys")))
    say(Said("authority", str(authority)))

    from dmp_tui.demo.records import cached_records
    from dmp_tui.server.layout import HOST, load_files
    from dmp_tui.server.logs import set_up_logs
    from dmp_tui.server.serving import run
    from dmp_tui.store import system_clock

    set_up_logs()
    records = cached_records(cache, authority, now, lambda: say(Said("records", str(authority))))
    with temporary_directory() as directory:
        shutil.copytree(records, directory / "copy")
        files = load_files(directory / "copy" / "server")

        def ready(url: str) -> None:
            say(Said("ready", str(authority), str(directory), url, str(files.authority)))

        try:
            run(files, HOST, 0, system_clock, ready)
        finally:
            # The server answers a signal itself: the next one would be the first to interrupt the removal of its files.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    main()
