"""Files on this workstation that may be deposited: a folder's list, and one of them read. I/O stands here."""

import errno
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dmp_tui.dmp.files import LARGEST_FILE, FileError, FileKind, kind_of

MOST = 200
"""Files of a folder that are shown at most."""
_START = 4096


class PathProblem(StrEnum):
    """Why a folder or a file cannot be read."""

    ABSENT = "absent"
    NOT_ALLOWED = "not-allowed"
    NOT_A_FILE = "not-a-file"
    FAILED = "failed"


class PathError(OSError):
    """Nothing was read. Holds the problem, and no path: a path may name a person."""

    def __init__(self, problem: PathProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


_PROBLEMS = {
    errno.ENOENT: PathProblem.ABSENT,
    errno.ENOTDIR: PathProblem.ABSENT,
    errno.EACCES: PathProblem.NOT_ALLOWED,
    errno.EPERM: PathProblem.NOT_ALLOWED,
    errno.EISDIR: PathProblem.NOT_A_FILE,
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that may be deposited."""

    path: Path
    kind: FileKind
    size: int
    changed: datetime
    """At the workstation, aware."""


def default_folder() -> Path:
    """``~/Documents`` where it is there, else the home."""
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def files_in(folder: Path) -> tuple[Dropped, ...]:
    """What may be deposited of a folder, newest first, ``MOST`` at most. Blocks.

    Raises:
        PathError: the folder cannot be listed.
    """
    try:
        seen = sorted(((_changed(path), path) for path in folder.iterdir()), reverse=True)
    except OSError as error:
        raise PathError(_PROBLEMS.get(error.errno or 0, PathProblem.FAILED)) from None
    found: list[Dropped] = []
    for changed, path in seen:
        one = _looked_at(path, changed)
        if one is not None:
            found.append(one)
        if len(found) == MOST:
            break
    return tuple(found)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _looked_at(path: Path, changed: float) -> Dropped | None:
    """A regular file whose first bytes are of a kind that may be deposited."""
    if path.name.startswith(".") or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            start = file.read(_START)
        kind, _media = kind_of(_whole_characters(start))
        return Dropped(path, kind, path.stat().st_size, datetime.fromtimestamp(changed).astimezone())
    except (OSError, FileError):
        return None


def _whole_characters(start: bytes) -> bytes:
    """Without a UTF-8 character that was cut at the end."""
    if len(start) < _START:
        return start
    while start and start[-1] & 0xC0 == 0x80:
        start = start[:-1]
    return start[:-1] if start and start[-1] >= 0xC0 else start


def read_file(path: Path) -> bytes:
    """The bytes of a file, one more than may be sent at most. Blocks.

    Raises:
        PathError: it cannot be read, or is no regular file.
    """
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise PathError(PathProblem.NOT_A_FILE)
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except PathError:
        raise
    except ValueError:  # a null character
        raise PathError(PathProblem.ABSENT) from None
    except OSError as error:
        raise PathError(_PROBLEMS.get(error.errno or 0, PathProblem.FAILED)) from None
