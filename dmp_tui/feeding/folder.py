"""A folder into which other software drops files: which are whole, and which belong together.

How a file leaves the folder stands in ``dmp_tui.feeding.away``.
"""

import contextlib
import errno
import fcntl
import os
import signal
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dmp_tui.dmp.files import LARGEST_FILE
from dmp_tui.feeding.away import DONE, REFUSED, SIDECAR, ChangedError, Look, look_by, recover

_OWN = ".dmp-tui."
_LOCK = f"{_OWN}lock"
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp", "~")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of the folder since when it has not changed, on a clock that only goes forward."""

    look: Look
    since: float


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in the folder at one look, by name."""

    files: Mapping[str, Look]
    """Regular files, the hidden and the unfinished ones too."""
    others: frozenset[str]
    """Links, folders, pipes, devices: never opened."""


def is_candidate(name: str) -> bool:
    """Whether a name is of a file to be taken: no hidden or unfinished one."""
    return not name.startswith(".") and not name.lower().endswith(_UNFINISHED)


def sidecars(names: Collection[str]) -> dict[str, str]:
    """The sidecar of each file that has one: ``lettre.pdf.json`` beside ``lettre.pdf``."""
    beside = {name[: -len(SIDECAR)]: name for name in sorted(names) if name.lower().endswith(SIDECAR)}
    return {name: beside[name] for name in names if name in beside and is_candidate(name)}


def on_its_way(name: str, names: Collection[str]) -> tuple[str, ...]:
    """The unfinished files that will bear this name when they are written (``name.part``, ``.name.Xy12``)."""
    return tuple(
        other
        for other in names
        if other.startswith(f".{name}.") or (other.startswith(name) and other[len(name) :].lower() in _UNFINISHED)
    )


def observed(before: dict[str, Waiting], looks: Mapping[str, Look], now: float) -> dict[str, Waiting]:
    """What is known of the folder's files after another look."""
    return {
        name: before[name] if name in before and before[name].look == look else Waiting(look, now)
        for name, look in looks.items()
    }


def settled(waiting: dict[str, Waiting], now: float, seconds: float) -> tuple[str, ...]:
    """The files that have not changed for so long, by name; one that an application still has open may yet be."""
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
        """Hold the folder, what a crash left half done in it finished; False if another watch holds it already."""
        for name in (DONE, REFUSED):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
        handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            recover(self.path)
            yield True
        finally:
            os.close(handle)

    def listing(self) -> Listing:
        """What is there now."""
        files, others = {}, set()
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.startswith(_OWN) or entry.name in {DONE, REFUSED}:
                    continue
                if not entry.is_file(follow_symlinks=False):
                    others.add(entry.name)
                    continue
                with contextlib.suppress(FileNotFoundError):
                    files[entry.name] = look_by(entry.stat(follow_symlinks=False))
        return Listing(files, frozenset(others))

    def read(self, name: str, look: Look) -> bytes:
        """A file's bytes, one more than may be sent at most.

        Raises:
            ChangedError: it is another file than the one that was looked at.
        """
        with _opened(self.path / name) as handle:
            with os.fdopen(handle, "rb", closefd=False) as file:
                content = file.read(LARGEST_FILE + 1)
            if look_by(os.fstat(handle)) != look:
                raise ChangedError
        return content

    def is_being_written(self, name: str) -> bool:
        """Whether some program of this machine has the file open for writing.

        A read lease is refused where one has. It is granted to the file's owner and to who has CAP_LEASE, on local file
        systems: elsewhere nothing is known, and nothing but the file's standing still tells.
        """
        with contextlib.ExitStack() as stack:
            try:
                handle = stack.enter_context(_opened(self.path / name))
                # Who opens the file now waits until the lease is given back, and the system tells us by this signal,
                # which ends nothing (SIGIO would).
                fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            except OSError as error:
                return error.errno == errno.EAGAIN
        return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A regular file; what was put in its place meanwhile is neither followed nor waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ChangedError
        yield handle
    finally:
        os.close(handle)
