"""The base of medicines by which the server weighs: which one, of which edition, on which day. It crosses processes."""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from dmp_tui.asking.base import base_at, stamp
from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.sheet_checks import stale_on, verified
from dmp_tui.dmp.sheet.model import Sheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Medicines:
    """Where the base is. Both cross processes, and are equal there: functions of modules, frozen values."""

    opened: Callable[[], Base]
    """Blocking. Asked once a process for each edition."""
    edition: Callable[[], str]
    """What tells one base from the next one imported: cheap, asked at every reading of a sheet."""

    def weighing(self, day: date) -> "Weighing":
        """By the base that is there now, on a day."""
        return Weighing(self.opened, _word(self.edition()), day)


@dataclass(frozen=True, slots=True)
class Weighing:
    """One base, one day."""

    opened: Callable[[], Base]
    edition: str
    """A word that stands for the base: no blank in it."""
    day: date

    @property
    def base(self) -> Base:
        """Blocking the first time in a process."""
        return _opened(self.opened, self.edition)

    def ask(self, question: Callable[[Base], T]) -> T:
        """What the base answers; the emergency set, where the file of the imported one turns out not to be readable."""
        try:
            return question(self.base)
        except sqlite3.Error:
            return question(emergency_base())

    def verified(self, sheet: Sheet, record: Record) -> Sheet:
        """The sheet with its treatments weighed against each other and against its allergies."""
        traits = record.traits

        def weigh(base: Base) -> Sheet:
            return verified(sheet, known_of(sheet, base, self.day, birth=traits.birth, sex=traits.sex), base)

        return self.ask(weigh)

    def stale_on(self, record: Record) -> str:
        """The day from which it is to be weighed again; empty where only another base or document asks for it."""
        return stale_on(record.traits.birth, self.day)


@lru_cache(maxsize=2)
def _opened(opened: Callable[[], Base], edition: str) -> Base:
    """The base of an edition stays open; the one before it is let go."""
    del edition
    return opened()


def shipped() -> Medicines:
    """The emergency set, for a server that was given no other base."""
    return Medicines(emergency_base, _no_edition)


def medicines_at(path: Path) -> Medicines:
    """The base of a reference file, imported now or later; the emergency set as long as there is none of use."""
    return Medicines(_BaseAt(path), _StampOf(path))


@dataclass(frozen=True, slots=True)
class _BaseAt:
    """Equal in every process for one path, so that what is handed over opens nothing again."""

    path: Path

    def __call__(self) -> Base:
        return base_at(self.path)


@dataclass(frozen=True, slots=True)
class _StampOf:
    path: Path

    def __call__(self) -> str:
        return stamp(self.path)


def _no_edition() -> str:
    """None: the set's own tables tell it from the next release's (``_tables``)."""
    return ""


@lru_cache(maxsize=2)
def _word(edition: str) -> str:
    """What stands for a base in a stored sheet: every reading asks."""
    return hashlib.sha256(f"{edition} {_tables()}".encode()).hexdigest()[:12]


@cache
def _tables() -> str:
    """What tells the tables of this release from another's: the emergency set, and the rules of ``dmp/safety``."""
    told = hashlib.sha256()
    for room in ("dmp_tui.dmp.medicines", "dmp_tui.dmp.safety"):
        for table in sorted((files(room) / "data").iterdir(), key=lambda one: one.name):
            told.update(table.name.encode() + table.read_bytes())
    return told.hexdigest()
