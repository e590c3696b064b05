"""Our rules, one a row of a data file, each with its public source: what the thesaurus and the BDPM don't hold.

A row without a source is refused when it is read: no source, no rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dmp_tui.dmp.facts import rows
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Substance
from dmp_tui.dmp.safety.model import Evidence, Verdict
from dmp_tui.dmp.sheet.critical import atc_of_substance, stems


@dataclass(frozen=True, slots=True)
class Group:
    """Substances that react alike, or act alike: by name, by beginnings of ATC codes, by the thesaurus' classes."""

    code: str
    french: str
    english: str
    words: tuple[tuple[str, ...], ...]
    """Stemmed words by which an allergy names it."""
    atc: tuple[str, ...]
    names: frozenset[str]
    classes: tuple[str, ...]
    source: str

    def holds(self, substance: Substance) -> bool:
        """Whether a substance is of it."""
        folded = fold(substance.key)
        if f"NOT {folded}" in self.names:
            return False
        if folded in self.names or any(fold(name) in self.names for name in substance.synonyms):
            return True
        codes = substance.atc or atc_of_substance(substance.key.lower())
        if self.atc and any(code.startswith(self.atc) for code in codes):
            return True
        return any(own in fold(name) for own in self.classes for name in substance.classes)


@dataclass(frozen=True, slots=True)
class Cross:
    """What an allergy to one group means for another."""

    allergy: str
    """Code of a group."""
    given: str
    level: Verdict
    myth: bool
    grave: Verdict | None
    """The level after a grave reaction (anaphylaxis, angioedema, severe skin reaction), where it is another."""
    french: str
    english: str
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class PatientRule:
    """What a state of the patient means for a group or a substance."""

    subject: str
    """Code of a group, or a folded name."""
    condition: str
    """``dfg<30``, ``age>=75``, ``pregnant``, ``state:asthma``: see ``patients.py``."""
    level: Verdict
    french: str
    english: str
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class PairRule:
    """Two groups that do not go together, which the thesaurus does not hold or holds otherwise."""

    one: str
    other: str
    level: Verdict
    condition: str
    """In French; empty where it always holds."""
    french: str
    english: str
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class Washout:
    """How long a treatment that was stopped still counts, in days."""

    subject: str
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class State:
    """An illness by its words (folded beginnings, ``=`` before a whole word, all of a phrase), ICD-10, or the sheet."""

    code: str
    french: str
    english: str
    phrases: tuple[tuple[str, ...], ...]
    icd: tuple[str, ...]
    critical: str


DEFAULT_WASHOUT = 7
"""Days for a substance without a row: five half-lives of what lasts a day and a half."""


def _rows(name: str) -> Iterator[tuple[int, dict[str, str]]]:
    return rows("dmp_tui.dmp.safety", name)


def _subject(cell: str) -> str:
    """A group's code as it is, else a substance's folded name."""
    return cell if cell in groups() else fold(cell)


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())


@cache
def groups() -> dict[str, Group]:
    """All groups by code."""
    return {
        row["code"]: Group(
            row["code"],
            row["fr"],
            row["en"],
            tuple(stems(words) for words in _list(row["words"])),
            _list(row["atc"]),
            frozenset(fold(name) for name in _list(row["names"])),
            tuple(fold(name) for name in _list(row["classes"])),
            row["source"],
        )
        for _, row in _rows("groups")
    }


@cache
def crosses() -> tuple[Cross, ...]:
    """All cross-reactivities, told and refuted."""
    return tuple(
        Cross(
            row["allergy"],
            row["given"],
            Verdict.NOTHING_FOUND if row["level"] == "myth" else Verdict(row["level"]),
            row["level"] == "myth",
            Verdict(row["grave"]) if row["grave"] else None,
            row["fr"],
            row["en"],
            Evidence(row["evidence"]),
            row["source"],
        )
        for _, row in _rows("crosses")
    )


@cache
def patient_rules() -> tuple[PatientRule, ...]:
    """All rules on the patient's own state."""
    return tuple(
        PatientRule(
            _subject(row["subject"]),
            row["condition"],
            Verdict(row["level"]),
            row["fr"],
            row["en"],
            Evidence(row["evidence"]),
            row["source"],
        )
        for _, row in _rows("patients")
    )


@cache
def pair_rules() -> tuple[PairRule, ...]:
    """All rules on two medicines."""
    return tuple(
        PairRule(
            _subject(row["one"]),
            _subject(row["other"]),
            Verdict(row["level"]),
            row["condition"],
            row["fr"],
            row["en"],
            Evidence(row["evidence"]),
            row["source"],
        )
        for _, row in _rows("pairs")
    )


@cache
def washouts() -> tuple[Washout, ...]:
    """All windows after a stop."""
    return tuple(Washout(_subject(row["subject"]), int(row["days"]), row["source"]) for _, row in _rows("washouts"))


def _beginnings(words: str) -> tuple[str, ...]:
    """Folded beginnings of words; ``=AVC`` for what is written in capitals or is shorter than three letters: whole."""
    parts = [part for part in re.split(r"[\s'’-]+", words) if fold(part)]
    return tuple(f"={fold(part)}" if part.isupper() or len(fold(part)) < 3 else fold(part) for part in parts)


@cache
def states() -> tuple[State, ...]:
    """All illnesses that a rule asks for."""
    return tuple(
        State(
            row["code"],
            row["fr"],
            row["en"],
            tuple(_beginnings(words) for words in _list(row["words"])),
            _list(row["icd"]),
            row["critical"],
        )
        for _, row in _rows("states")
    )


def is_of(substance: Substance, subject: str) -> bool:
    """Whether a substance is what a rule names: a group's code, else a name."""
    return subject in subjects_of(substance)


@cache
def subjects_of(substance: Substance) -> frozenset[str]:
    """The groups that a substance is of, its folded name and those of its synonyms."""
    of = {code for code, group in groups().items() if group.holds(substance)}
    return frozenset({*of, fold(substance.key), *(fold(name) for name in substance.synonyms)})


def groups_named(text: str) -> tuple[Group, ...]:
    """The groups that the words of an allergy name, those of the longest names only where one lies in another."""
    words = stems(re.sub(r"[’']", " ", text))
    hits: list[tuple[int, int, Group]] = []
    for group in groups().values():
        for phrase in group.words:
            size = len(phrase)
            hits += [(at, size, group) for at in range(len(words) - size + 1) if words[at : at + size] == phrase]
    kept = [
        group for at, size, group in hits if not any(a <= at and at + size <= a + s and s > size for a, s, _ in hits)
    ]
    return tuple(dict.fromkeys(kept))
