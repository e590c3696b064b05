"""The ANSM thesaurus of interactions and its index of substances, as JSON tables: each pair once, each level with the
condition under which it holds.

The thesaurus lists a pair under both its names. A row of several levels ("CI - PE") says in ``info`` when each holds:
its worst level is never taken for the whole.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Grade, Interaction, Level
from dmp_tui.dmp.medicines.tables import TableError, TableProblem

_LEVELS = {
    "CONTRE INDICATION": Level.CONTRAINDICATED,
    "ASSOCIATION DECONSEILLEE": Level.DISCOURAGED,
    "PRECAUTION D EMPLOI": Level.PRECAUTION,
    "A PRENDRE EN COMPTE": Level.TO_CONSIDER,
    "IL CONVIENT DE PRENDRE EN COMPTE": Level.TO_CONSIDER,
}
_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Every pair once, and of every substance the classes that it is filed under."""

    interactions: tuple[Interaction, ...]
    classes: Mapping[str, tuple[str, ...]]
    """By the name of the substance, as the index writes it."""
    unlisted: tuple[str, ...]
    """Names of pairs that are neither a substance nor a class with substances: foods, routes."""


def read_thesaurus(pairs: tuple[str, str], index: tuple[str, str] | None, source: str) -> Thesaurus:
    """The thesaurus from its two tables, each ``(file name, text)``.

    Without the index, classes have the substances that the thesaurus itself lists behind their names; those that it
    lists nowhere ("autres...") stay empty, and stand in ``unlisted``.

    Raises:
        TableError: NOT_JSON, EMPTY, COLUMNS or VALUE; ``line`` is the entry's place, from 1.
    """
    file, text = pairs
    found: dict[frozenset[str], list[Interaction]] = {}
    members: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for number, row in enumerate(_entries(file, text), start=1):
        one, other = _text(file, number, row, "main_drug"), _text(file, number, row, "plus_drug")
        between = _text(file, number, row, "between_main_and_plus_drug", required=False)
        interaction = Interaction(
            fold(one),
            fold(other),
            one,
            other,
            _grades(file, number, row),
            _text(file, number, row, "interaction_mechanism", required=False),
            between if fold(between).startswith("VOIR AUSSI") else "",
            source,
        )
        names |= {interaction.first: one, interaction.second: other}
        listed = _listed(between)
        if listed:
            members.setdefault(one, set()).update(listed)
        held = found.setdefault(frozenset((interaction.first, interaction.second)), [])
        if not any((same.grades, same.mechanism) == (interaction.grades, interaction.mechanism) for same in held):
            held.append(interaction)
    classes = _classes(*index) if index else _of_members(members)
    known = {fold(name) for name in classes} | {fold(name) for own in classes.values() for name in own}
    unlisted = tuple(sorted(names[key] for key in names.keys() - known))
    return Thesaurus(tuple(one for held in found.values() for one in held), classes, unlisted)


def month_of(file: str) -> str:
    """The month (``2020-10``), or the year, that a file's name states; empty where it states none."""
    if match := _MONTH.search(file):
        return f"{match[1]}-{match[2]}"
    return match[1] if (match := _YEAR.search(file)) else ""


def is_index(text: str) -> bool:
    """Whether a JSON table is an index of substances: entries with their classes."""
    try:
        entries = json.loads(text)
    except ValueError:
        return False
    return isinstance(entries, list) and bool(entries) and isinstance(entries[0], dict) and "drug_classes" in entries[0]


def _entries(file: str, text: str) -> Sequence[Mapping[str, Any]]:
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise TableError(TableProblem.NOT_JSON, file, line) from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TableError(TableProblem.NOT_JSON, file)
    if not entries:
        raise TableError(TableProblem.EMPTY, file)
    return entries


def _text(file: str, number: int, row: Mapping[str, Any], column: str, *, required: bool = True) -> str:
    if column not in row:
        raise TableError(TableProblem.COLUMNS, file, number, column)
    value = row[column]
    if not isinstance(value, str) or (required and not fold(value)):
        raise TableError(TableProblem.VALUE, file, number, column)
    return value.strip()


def _grades(file: str, number: int, row: Mapping[str, Any]) -> tuple[Grade, ...]:
    levels = row.get("severity_levels")
    if not isinstance(levels, list):
        raise TableError(TableProblem.COLUMNS, file, number, "severity_levels")
    found = []
    for one in levels:
        level = _LEVELS.get(fold(str(one.get("level", "")))) if isinstance(one, dict) else None
        if level is None:
            raise TableError(TableProblem.VALUE, file, number, "severity_levels.level")
        found.append(Grade(level, str(one.get("info") or "").strip()))
    if not found:
        raise TableError(TableProblem.VALUE, file, number, "severity_levels")
    return tuple(found)


def _listed(between: str) -> tuple[str, ...]:
    """Substances that the thesaurus lists in parentheses behind a class's name."""
    if not between.startswith("("):
        return ()
    inner = between[1:].rpartition(")")[0] if between.count("(") > 1 else between[1:].partition(")")[0]
    names = (" ".join(name.split()) for name in re.split(r",(?![^()]*\))", inner))
    return tuple(name for name in names if name and not fold(name).startswith("VOIR AUSSI"))


def _classes(file: str, text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    spelled: dict[str, str] = {}
    for number, row in enumerate(_entries(file, text), start=1):
        name = _text(file, number, row, "substance")
        own = row.get("drug_classes")
        if not isinstance(own, list) or not all(isinstance(one, str) for one in own):
            raise TableError(TableProblem.COLUMNS, file, number, "drug_classes")
        # A substance may stand twice, with an accent and without: it is one, of all the classes of both.
        first = spelled.setdefault(fold(name), name)
        found[first] = tuple(dict.fromkeys((*found.get(first, ()), *own)))
    return found


def _of_members(members: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in sorted(members):
        for substance in members[name]:
            found.setdefault(substance, []).append(name.capitalize())
    return {name: tuple(own) for name, own in sorted(found.items())}
