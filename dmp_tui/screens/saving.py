"""A document's original bytes in a new file of the user's: readable by nobody else, whole or not at all, and never in
the place of another file."""

import errno
import os
import secrets
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import count
from pathlib import Path

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.identity import fold

_MODE = 0o600
_EXTENSIONS = {
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/gif": "gif",
}


class SaveProblem(StrEnum):
    """Why a file was not written."""

    EXISTS = "exists"
    NO_FOLDER = "no-folder"
    NOT_ALLOWED = "not-allowed"
    FULL = "full"
    BAD_NAME = "bad-name"
    FAILED = "failed"


class SaveError(OSError):
    """Nothing was written. Holds the problem, and no path: a path may name a person."""

    def __init__(self, problem: SaveProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


_PROBLEMS = {
    errno.EEXIST: SaveProblem.EXISTS,
    errno.ENOENT: SaveProblem.NO_FOLDER,
    errno.ENOTDIR: SaveProblem.NO_FOLDER,
    errno.EACCES: SaveProblem.NOT_ALLOWED,
    errno.EPERM: SaveProblem.NOT_ALLOWED,
    errno.EROFS: SaveProblem.NOT_ALLOWED,
    errno.ENOSPC: SaveProblem.FULL,
    errno.EDQUOT: SaveProblem.FULL,
    errno.EFBIG: SaveProblem.FULL,
    errno.ENAMETOOLONG: SaveProblem.BAD_NAME,
    errno.EINVAL: SaveProblem.BAD_NAME,
    errno.ELOOP: SaveProblem.BAD_NAME,
}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links say."""


def proposed(entry: DocumentEntry, type_name: str, media_type: str, content: bytes) -> str:
    """``~/cr-urg-2026-03-12.pdf``: of type and date, and nothing that could name the patient."""
    name = "-".join(fold(type_name).lower().split()) or "document"
    return f"~/{name}-{_day(entry.date)}.{extension(media_type, content)}".replace("-.", ".")


def _day(fhir_date: str) -> str:
    try:
        return date.fromisoformat(fhir_date[:10]).isoformat()
    except ValueError:
        return fhir_date[:4] if fhir_date[:4].isdecimal() else ""


def extension(media_type: str, content: bytes) -> str:
    """By what the bytes are, else by what they are said to be."""
    first = content[:64].lstrip(b" \t\r\n\xef\xbb\xbf")
    if content.startswith(b"%PDF-"):
        return "pdf"
    kind = media_type.partition(";")[0].strip().lower()
    if kind in _EXTENSIONS:
        return _EXTENSIONS[kind]
    return {b"<": "xml", b"{": "json", b"[": "json"}.get(first[:1], "bin")


def free_name(path: str) -> str:
    """``path``, or the next one with a number before its extension that no file has."""
    wanted = Path(path)
    names: Iterator[Path] = (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2))
    try:
        while os.path.lexists(wanted.expanduser()):
            wanted = next(names)
    except (OSError, RuntimeError, ValueError):
        return path
    return str(wanted)


def save_new(path: str, content: bytes) -> Path:
    """Blocking. Write a file that does not exist yet, mode 0600, whole or not at all; the path that it has.

    Raises:
        SaveError: EXISTS, NO_FOLDER, NOT_ALLOWED, FULL, BAD_NAME, FAILED.
    """
    try:
        target = Path(path.strip()).expanduser().absolute()
        if not path.strip() or path.rstrip().endswith("/") or "\0" in path or target.is_dir():
            raise SaveError(SaveProblem.BAD_NAME)
        _write(target, content)
    except RuntimeError:  # ~nobody
        raise SaveError(SaveProblem.BAD_NAME) from None
    except SaveError:
        raise
    except OSError as error:
        raise SaveError(_PROBLEMS.get(error.errno or 0, SaveProblem.FAILED)) from None
    return target


def _write(target: Path, content: bytes) -> None:
    """Beside the target first, then in its place in one step: a power cut leaves the whole file, or none."""
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "")
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_place(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _take_place(beside: Path, target: Path) -> None:
    """By a link, which never replaces; where there are none, by the file that we are the first to create."""
    try:
        os.link(beside, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
        beside.replace(target)
