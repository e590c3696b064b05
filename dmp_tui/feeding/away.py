"""Putting a file away, into ``deposes`` or ``refuses``, so that a crash or a full disk at any point loses nothing.

What is to be done is written down first, in the folder it goes to. Then its receipt or reason, and its sidecar's copy,
take their places; then the document is renamed, and that is the moment that counts: whoever finds the plan afterwards
undoes it where the document has not moved, and finishes it where it has. No document is in its place without what is
said of it, and no name that another file has is taken.
"""

import contextlib
import errno
import filecmp
import json
import os
import shutil
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

DONE = "deposes"
REFUSED = "refuses"
SIDECAR = ".json"
REASON = ".raison.txt"
RECEIPT = ".recu.json"
_PLAN = ".dmp-tui.plan"
_PART = ".dmp-tui.part"
_LONGEST = 255
"""Bytes of a file's name, on the file systems that matter."""


class ChangedError(Exception):
    """The file is not the one that was looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was at one look: what tells that it is still being written."""

    size: int
    changed: int
    """Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a file: where it goes, and what stands beside it."""

    where: str
    """``DONE`` or ``REFUSED``."""
    said: str
    """The receipt's JSON, or the reason's sentence."""
    look: Look
    """The file that this was decided of."""
    sidecar: str = ""
    """Name of its sidecar, empty for none."""
    sidecar_content: bytes = b""
    """As it was read."""
    created: bool = False
    """The record did not have it before."""


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    place: str
    sidecar: str


def look_by(status: os.stat_result) -> Look:
    """A file as its status has it."""
    return Look(status.st_size, status.st_mtime_ns)


def put_away(folder: Path, name: str, fate: Fate) -> None:
    """Move a file of a folder, and its sidecar, to where it belongs.

    Raises:
        ChangedError: it is another file by now: it stays.
        OSError: it stays, and nothing of the attempt; try again.
    """
    target = folder / fate.where
    target.mkdir(mode=0o700, exist_ok=True)
    _recover(folder, target)
    place = _free(target, name)
    plan = _Plan(name, place.name, fate.sidecar)
    try:
        _write(target / _PLAN, json.dumps(asdict(plan)).encode("ascii"))
        _write(_beside(place, _tail(fate.where)), fate.said.encode("utf-8"))
        if fate.sidecar:
            _write(_beside(place, SIDECAR), fate.sidecar_content)
        _move(folder / name, place, fate.look)
    except BaseException:
        if not os.path.lexists(place):
            with contextlib.suppress(OSError):
                _undo(target, plan)
        raise
    _finish(folder, target, plan)


def recover(folder: Path) -> None:
    """Undo or finish what a crash left half done.

    Raises:
        OSError: it cannot be done now.
    """
    for where in (DONE, REFUSED):
        _recover(folder, folder / where)


def _recover(folder: Path, target: Path) -> None:
    (target / _PART).unlink(missing_ok=True)
    plan = _planned(target)
    if plan is None:
        return
    if os.path.lexists(target / plan.place):
        _finish(folder, target, plan)
    else:
        _undo(target, plan)


def _planned(target: Path) -> _Plan | None:
    try:
        plan = _Plan(**{key: str(value) for key, value in json.loads((target / _PLAN).read_bytes()).items()})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError):
        plan = _Plan("", "", "")
    if plan.name and plan.place and "/" not in plan.name + plan.place + plan.sidecar:
        return plan
    # Not written by us: nothing is done by it.
    (target / _PLAN).unlink()
    return None


def _finish(folder: Path, target: Path, plan: _Plan) -> None:
    """The document is in its place: what it left behind in the folder goes, if it is still that."""
    _sync(target)
    try:
        _drop(folder / plan.name, target / plan.place)
    except OSError:
        # Copied to another file system, and not to be removed from this one: it would be taken again and again.
        (target / plan.place).unlink()
        _undo(target, plan)
        raise
    if plan.sidecar:
        # One that cannot be removed is told as a sidecar without its document.
        with contextlib.suppress(OSError):
            _drop(folder / plan.sidecar, _beside(target / plan.place, SIDECAR))
    _sync(folder)
    (target / _PLAN).unlink()


def _undo(target: Path, plan: _Plan) -> None:
    tails = [_tail(target.name), *([SIDECAR] if plan.sidecar else [])]
    for path in (target / _PART, *(_beside(target / plan.place, tail) for tail in tails), target / _PLAN):
        path.unlink(missing_ok=True)


def _drop(left: Path, kept: Path) -> None:
    """Remove a file of which a copy is kept; another one that took its name meanwhile stays."""
    with contextlib.suppress(FileNotFoundError):
        if not left.is_symlink() and left.is_file() and filecmp.cmp(left, kept, shallow=False):
            left.unlink()


def _move(source: Path, place: Path, look: Look) -> None:
    if look_by(source.lstat()) != look:
        raise ChangedError
    try:
        source.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, place, look)
    else:
        if look_by(place.lstat()) != look:
            # Written anew in the instant before: this one was never looked at.
            _put_back(place, source)
            raise ChangedError


def _copy(source: Path, place: Path, look: Look) -> None:
    """To another file system: whole under another name first."""
    part = place.with_name(_PART)
    with source.open("rb") as read, part.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
        if look_by(os.fstat(read.fileno())) != look:
            raise ChangedError
    shutil.copystat(source, part)
    part.rename(place)


def _put_back(place: Path, source: Path) -> None:
    for number in count():
        free = source.with_name(_numbered(source.name, number))
        if not os.path.lexists(free):
            place.rename(free)
            return


def _free(target: Path, name: str) -> Path:
    """The first place for a file of this name that neither a file nor what is said of one has."""
    for number in count():
        place = target / _numbered(name, number)
        if not any(os.path.lexists(_beside(place, tail)) for tail in ("", REASON, RECEIPT, SIDECAR)):
            return place
    raise AssertionError


def _numbered(name: str, number: int) -> str:
    """``lettre-2.pdf``; short enough for what stands beside it to be named after it."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(os.fsencode(suffix)) > 16:
        stem, dot, suffix = name, "", ""
    mark = f"-{number}" if number else ""
    end = f"{mark}{dot}{suffix}"
    while len(os.fsencode(stem + end + REASON)) > _LONGEST:
        stem = stem[:-1]
    return stem + end


def _beside(place: Path, tail: str) -> Path:
    return place.with_name(place.name + tail)


def _tail(where: str) -> str:
    return RECEIPT if where == DONE else REASON


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(_PART)
    with part.open("wb") as file:
        file.write(content)
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
