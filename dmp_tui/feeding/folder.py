"""A folder into which other software drops files: which are whole, and where they go when their fate is known.

A file leaves the folder only by a rename within it, into ``deposes`` or ``refuses``, under a name that no other file
has; what is said of it stands beside it. Killed at any point, the watch finds each file either where it was or where it
went: it is then deposited again, as the same document.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

DONE = "deposes"
REFUSED = "refuses"
_LOCK = ".dmp-tui.lock"
_SIDECAR = ".json"
_REASON = ".raison.txt"
_RECEIPT = ".recu.json"
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was at one look: what tells that it is still being written."""

    size: int
    changed: int
    """Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of the folder since when it has not changed, on a clock that only goes forward."""

    look: Look
    since: float


def is_candidate(name: str) -> bool:
    """Whether a name is of a file to be taken: no sidecar, no hidden or unfinished one."""
    lower = name.lower()
    return not lower.startswith(".") and not lower.endswith((*_UNFINISHED, _SIDECAR))


def observed(before: dict[str, Waiting], looks: dict[str, Look], now: float) -> dict[str, Waiting]:
    """What is known of the folder's files after another look."""
    return {
        name: before[name] if name in before and before[name].look == look else Waiting(look, now)
        for name, look in looks.items()
    }


def settled(waiting: dict[str, Waiting], now: float, seconds: float) -> tuple[str, ...]:
    """The files that have not changed for so long, by name; an empty one may yet be written."""
    return tuple(sorted(name for name, one in waiting.items() if now - one.since >= seconds))


class Folder:
    """The folder. Everything here blocks.

    Raises:
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the folder; False if another watch holds it already."""
        for name in (DONE, REFUSED):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
        with (self.path / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def looks(self) -> dict[str, Look]:
        """The files that are there now."""
        found = {}
        for entry in os.scandir(self.path):
            if is_candidate(entry.name) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.name] = Look(status.st_size, status.st_mtime_ns)
        return found

    def sidecar(self, name: str) -> bytes | None:
        """The sidecar of a file, if it is there."""
        path = self.path / (name + _SIDECAR)
        try:
            with path.open("rb") as file:
                return file.read(1024 * 1024)
        except FileNotFoundError:
            return None

    def done(self, name: str, receipt: dict[str, str]) -> None:
        """Put a file away, its receipt beside it."""
        moved = self._move(name, DONE)
        _write(moved.with_name(moved.name + _RECEIPT), json.dumps(receipt, ensure_ascii=False) + "\n")

    def refused(self, name: str, reason: str) -> None:
        """Put a file away, the reason beside it."""
        moved = self._move(name, REFUSED)
        _write(moved.with_name(moved.name + _REASON), reason + "\n")

    def _move(self, name: str, where: str) -> Path:
        """Into a folder under the first name that is free there; its sidecar goes with it."""
        target = self.path / where
        for number in count():
            stem, dot, suffix = name.rpartition(".")
            free = name if not number else f"{stem}-{number}{dot}{suffix}" if dot else f"{name}-{number}"
            place = target / free
            if not any(place.with_name(free + tail).exists() for tail in ("", _REASON, _RECEIPT, _SIDECAR)):
                break
        sidecar = self.path / (name + _SIDECAR)
        if sidecar.exists():
            sidecar.rename(place.with_name(place.name + _SIDECAR))
        (self.path / name).rename(place)
        _sync(target)
        _sync(self.path)
        return place


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
