"""What a base of medicines holds, whatever it was filled from, and what can be asked of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the sources of a base: ``BDPM`` or ``ANSM``, the month it is of (``2019-11``), the day it was imported."""

    source: str
    month: str
    imported: str = ""


@dataclass(frozen=True, slots=True)
class Substance:
    """An active substance, by its DCI.

    ``key`` is its folded name (no accents, capitals or salt); ``classes`` are keys of the classes that the thesaurus
    files it under; ``atc`` the ATC codes (level 5, or 4 where it has no other) that are known of it.
    """

    key: str
    name: str
    atc: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """A substance in a speciality: its strength as written, per what."""

    substance: Substance
    strength: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class Speciality:
    """A medicine as it is sold. ``cis`` is empty in the set that the application ships."""

    cis: str
    name: str
    form: str
    routes: tuple[str, ...]
    components: tuple[Component, ...]
    marketed: bool = True
    generic_group: str = ""
    conditions: tuple[str, ...] = ()


class Level(StrEnum):
    """Levels of the ANSM thesaurus, worst first."""

    CONTRAINDICATED = "contre-indication"
    DISCOURAGED = "association-deconseillee"
    PRECAUTION = "precaution-d-emploi"
    TO_CONSIDER = "a-prendre-en-compte"


@dataclass(frozen=True, slots=True)
class Grade:
    """One level of an interaction, and the condition under which it holds; an empty condition always holds."""

    level: Level
    condition: str = ""
    conduct: str = ""


@dataclass(frozen=True, slots=True)
class Interaction:
    """A pair of the thesaurus. ``first`` and ``second`` are keys of substances or classes, in no order of meaning."""

    first: str
    second: str
    first_name: str
    second_name: str
    grades: tuple[Grade, ...]
    mechanism: str = ""
    note: str = ""
    """``Voir aussi...`` of the thesaurus."""
    source: str = ""
    english: str = ""
    """The mechanism in English, where it is told in our own words."""


@dataclass(frozen=True, slots=True)
class Found:
    """What typed words may mean, best first. ``guess`` where they are not, letter for letter, one of its names."""

    medicine: Substance | Speciality
    name: str
    """The name that matched: a DCI, a brand, a synonym."""
    guess: bool
    score: float
    """How alike it is, of 100."""


class Base(Protocol):
    """A base of medicines. Every call is a pure read."""

    @property
    def editions(self) -> tuple[Edition, ...]:
        """What it was filled from; empty for the set that the application ships."""

    @property
    def whole(self) -> bool:
        """Whether it is the official one, and not the emergency set."""

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        """Medicines by DCI, brand, synonym or code (CIS, CIP7, CIP13, ATC), slips of typing allowed."""

    def substance(self, key: str) -> Substance | None:
        """The substance of a folded name or synonym."""

    def speciality(self, code: str) -> Speciality | None:
        """The speciality of a CIS, CIP7 or CIP13."""

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        """All pairs of the thesaurus that hold between two substances, directly or through their classes."""
