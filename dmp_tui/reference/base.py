"""The official base, asked: a file of the reference store behind ``dmp.medicines.model.Base``."""

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Component, Edition, Found, Interaction, Speciality, Substance
from dmp_tui.dmp.medicines.naming import EXACT, Names, found_of, short_name
from dmp_tui.dmp.medicines.substances import Substances, synonyms
from dmp_tui.dmp.sheet.critical import atc_of_substance
from dmp_tui.reference.schema import VERSION, ReferenceFault, ReferenceProblem
from dmp_tui.reference.writing import ANSM, BDPM, interaction_of

_CODE = re.compile(r"\d{7}|\d{8}|\d{13}")
_ATC = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")
OLD_AFTER_MONTHS = 12
"""An edition older than this is told to be old: the tables are published each month, the thesaurus about each year."""


def official(path: Path) -> "ReferenceBase | None":
    """The official base of a file; None where there is no file, or one of its two halves was never imported.

    Raises:
        ReferenceFault: there is a file, and it cannot be used.
    """
    if not path.is_file():
        return None
    base = ReferenceBase(path)
    if base.whole:
        return base
    base.close()
    return None


class ReferenceBase:
    """A reference file, opened for reading. Opening reads two rows; names are read when something is first looked for.

    One thread at a time: whoever shares it guards it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._database = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            found = dict(self._database.execute("SELECT name, value FROM meta"))
            if found.get("schema") != str(VERSION):
                raise ReferenceFault(ReferenceProblem.OTHER_VERSION, str(path))
            self._editions = tuple(Edition(*row) for row in self._database.execute("SELECT * FROM editions"))
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            unreadable = name.startswith("SQLITE_CANTOPEN")
            problem = ReferenceProblem.UNREADABLE if unreadable else ReferenceProblem.DAMAGED
            raise ReferenceFault(problem, str(path)) from error
        self._substances: dict[str, Substance | None] = {}
        self._specialities: dict[str, Speciality] = {}
        self._told: dict[int, Interaction] = {}
        self._held: dict[str, frozenset[str]] = {}

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    @property
    def editions(self) -> tuple[Edition, ...]:
        """BDPM first, then ANSM."""
        return tuple(sorted(self._editions, key=lambda one: one.source != BDPM))

    @property
    def whole(self) -> bool:
        """Both halves are there."""
        return {one.source for one in self._editions} >= {BDPM, ANSM}

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        """Medicines by DCI, brand, synonym or code (CIS, CIP7, CIP13, ATC), slips of typing allowed."""
        code = typed.strip()
        if _CODE.fullmatch(code):
            box = self.speciality(code)
            return (Found(box, code, guess=False, score=EXACT),) if box else ()
        if _ATC.fullmatch(code.upper()):
            return tuple(self._of_atc(code.upper()))[:limit]
        found = found_of(self._names.find(typed, limit), typed, self._medicine, limit)
        if any(not one.guess for one in found):
            return found
        salt = self.substance(short_name(typed) or typed)
        return (Found(salt, salt.name, guess=False, score=EXACT), *found)[:limit] if salt else found

    def substance(self, key: str) -> Substance | None:
        """The substance of a folded name, a synonym or a salt."""
        folded = fold(key)
        if folded not in self._substances:
            self._substances[folded] = self._kept(folded) or self._kept(self._known.resolve(key).key)
        return self._substances[folded]

    def speciality(self, code: str) -> Speciality | None:
        """The speciality of a CIS, CIP7 or CIP13."""
        cis = code
        if len(code) != 8:
            row = self._database.execute("SELECT cis FROM codes WHERE code = ?", (code,)).fetchone()
            if row is None:
                return None
            (cis,) = row
        return self._box(cis)

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        """All pairs of the thesaurus that hold between two substances, directly or through their classes."""
        names = self._names_of(other)
        held = (self._pairs[name] for name in self._names_of(one) if name in self._pairs)
        ids = {number for partners in held for name in partners.keys() & names for number in partners[name]}
        return tuple(self._interaction(number) for number in sorted(ids))

    def _names_of(self, own: Substance) -> frozenset[str]:
        """The names under which the thesaurus may hold a substance: its own, and its classes'."""
        if own.key not in self._held:
            self._held[own.key] = frozenset((own.key, *(fold(name) for name in own.classes)))
        return self._held[own.key]

    @cached_property
    def _names(self) -> Names[tuple[str, str]]:
        """Every name, and whose it is: ``("S", key)`` or ``("C", cis)``."""
        substances = list(self._database.execute("SELECT key, name FROM substances"))
        keys = {key for key, _ in substances}
        named = [(name, ("S", key)) for key, name in substances]
        named += [(name, ("S", own)) for name, own in synonyms().items() if own in keys]
        boxes = list(self._database.execute("SELECT name, cis FROM specialities"))
        brands = [(short_name(name), ("C", cis)) for name, cis in boxes]
        return Names(named + brands, [(name, ("C", cis)) for name, cis in boxes])

    @cached_property
    def _known(self) -> Substances:
        names = self._database.execute("SELECT name FROM substances WHERE source = ?", (ANSM,))
        return Substances(name for (name,) in names)

    @cached_property
    def _pairs(self) -> dict[str, dict[str, list[int]]]:
        """Of each name, those that it meets and the rows that say so."""
        found: dict[str, dict[str, list[int]]] = {}
        for number, first, second in self._database.execute("SELECT id, first, second FROM interactions"):
            for a, b in {(first, second), (second, first)}:
                found.setdefault(a, {}).setdefault(b, []).append(number)
        return found

    @cached_property
    def _source(self) -> str:
        month = next((one.month for one in self._editions if one.source == ANSM), "")
        return f"ANSM {shown_month(month)}".strip()

    def _of_atc(self, code: str) -> Iterator[Found]:
        for (key,) in self._database.execute("SELECT key FROM substances"):
            if code in atc_of_substance(key.lower()) and (own := self._kept(key)):
                yield Found(own, own.name, guess=False, score=EXACT)

    def _medicine(self, item: tuple[str, str]) -> Substance | Speciality:
        kind, key = item
        own = self._kept(key) if kind == "S" else self._box(key)
        if own is None:
            raise LookupError(key)
        return own

    def _kept(self, key: str) -> Substance | None:
        row = self._database.execute("SELECT name, classes FROM substances WHERE key = ?", (key,)).fetchone()
        return Substance(key, row[0], (), tuple(json.loads(row[1]))) if row else None

    def _box(self, cis: str) -> Speciality | None:
        if cis in self._specialities:
            return self._specialities[cis]
        row = self._database.execute(
            "SELECT name, form, routes, marketed, generic_group, conditions FROM specialities WHERE cis = ?", (cis,)
        ).fetchone()
        if row is None:
            return None
        name, form, routes, marketed, group, conditions = row
        parts = self._database.execute(
            "SELECT c.strength, c.per, s.key, s.name, s.classes FROM components c JOIN substances s ON s.key = c.key"
            " WHERE c.cis = ? ORDER BY c.place",
            (cis,),
        )
        components = tuple(
            Component(Substance(key, own, (), tuple(json.loads(classes))), strength, per)
            for strength, per, key, own, classes in parts
        )
        box = Speciality(
            cis, name, form, tuple(json.loads(routes)), components, bool(marketed), group, tuple(json.loads(conditions))
        )
        self._specialities[cis] = box
        return box

    def _interaction(self, number: int) -> Interaction:
        if number not in self._told:
            row = self._database.execute(
                "SELECT first, second, first_name, second_name, grades, mechanism, note FROM interactions WHERE id = ?",
                (number,),
            ).fetchone()
            self._told[number] = interaction_of(row, self._source)
        return self._told[number]


def shown_month(month: str) -> str:
    """``2020-10`` as ``10/2020``; a year alone as it is."""
    year, _, number = month.partition("-")
    return f"{number}/{year}" if number else year


def is_old(edition: Edition, today: date) -> bool:
    """Whether an edition is more than a year old, or its month is not known. A year alone counts to its December."""
    year, _, month = edition.month.partition("-")
    if not year.isdigit():
        return True
    return (today.year - int(year)) * 12 + today.month - int(month or 12) > OLD_AFTER_MONTHS
