"""The base of medicines that there is: the official one where it was imported, else the set that ships."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.medicines.spoken import SpokenBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmp_tui.reference.schema import ReferenceFault


@dataclass(frozen=True, slots=True)
class OpenedBase:
    """A base to ask, and why it is not the official one where a file of one is there and cannot be used."""

    base: Base
    fault: "ReferenceFault | None" = None


def open_base(path: Path) -> OpenedBase:
    """Blocking. The official base of a file (``config.reference_path``, a server's own); the emergency set without one.

    The official base understands the set's names too (``SpokenBase``).
    A file that cannot be used leaves nobody without an answer: the emergency set answers, and the fault is handed over
    to be told. Every answer says by which base it was made.
    """
    from dmp_tui.reference.base import official
    from dmp_tui.reference.schema import ReferenceFault

    try:
        found = official(path)
    except ReferenceFault as fault:
        return OpenedBase(emergency_base(), fault)
    return OpenedBase(emergency_base() if found is None else SpokenBase(found, emergency_base()))


def base_at(path: Path) -> Base:
    """Blocking. ``open_base`` for who tells no fault."""
    return open_base(path).base


def opener(path: Path) -> "Callable[[], Base]":
    """``base_at`` of a file, to be called later, in another process too."""
    return partial(base_at, path)


def stamp(path: Path) -> str:
    """What tells the base of now from one that is imported later; empty where no file is there. Cheap."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"
