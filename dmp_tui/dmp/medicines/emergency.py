"""The emergency set: the base of medicines that ships with the program, for a site that has imported none.

Some 300 substances of a trolley, a mobile unit's bag and the treatments that patients come in with, their usual names
and boxes, and the pairs of the thesaurus among them. Facts (names, ATC codes, classes, pairs and levels) are those of
the sources that each row names; mechanisms and conducts are told in our own words. It is no official base: what it does
not hold may well interact, and every answer that rests on it says so.
"""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import product

from dmp_tui.dmp.facts import FactError, rows
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import (
    Component,
    Edition,
    Found,
    Grade,
    Interaction,
    Level,
    Speciality,
    Substance,
)
from dmp_tui.dmp.medicines.naming import Names, found_of, short_name

_PACKAGE = "dmp_tui.dmp.medicines"
Row = tuple[int, dict[str, str]]


class EmergencyBase:
    """A ``Base`` in memory, read from the package's own tables when it is first asked."""

    @property
    def editions(self) -> tuple[Edition, ...]:
        """None: it was filled from no official base."""
        return ()

    @property
    def whole(self) -> bool:
        """No: it is the emergency set."""
        return False

    @cached_property
    def substances(self) -> Mapping[str, Substance]:
        """All substances, by key.

        Raises:
            FactError: as every member that reads the tables, where a row cannot be meant.
        """
        return _substances(_table("substances"))

    @cached_property
    def specialities(self) -> tuple[Speciality, ...]:
        """Brands (of no strength), then boxes and fixed combinations."""
        return (*_brands(_table("substances"), self.substances), *_boxes(_table("specialities"), self.substances))

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], Interaction]:
        """All interactions, by folded names of substances or classes, in both orders."""
        mechanisms = {row["code"]: (row["fr"], row["en"]) for _, row in _table("mechanisms")}
        found = _interactions(
            _table("interactions"), mechanisms, {name for own in self._names.values() for name in own}
        )
        return {key: own for own in found for key in ((own.first, own.second), (own.second, own.first))}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        """The names under which a pair may hold a substance: its key and its classes, folded."""
        return {own.key: (own.key, *(fold(name) for name in own.classes)) for own in self.substances.values()}

    @cached_property
    def _by_name(self) -> Mapping[str, Substance]:
        named = {fold(name): own for own in self.substances.values() for name in own.synonyms}
        return named | dict(self.substances)

    @cached_property
    def _typed(self) -> Names[Substance | Speciality]:
        named: list[tuple[str, Substance | Speciality]] = []
        for own in self.substances.values():
            named += [(name, own) for name in (own.name, *own.synonyms, *own.atc)]
        named += [(short_name(box.name), box) for box in self.specialities]
        return Names(named, whole=[(box.name, box) for box in self.specialities])

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        """Medicines by DCI, brand, synonym or ATC code, slips of typing allowed."""
        return found_of(self._typed.find(typed, limit), typed, lambda own: own, limit)

    def substance(self, key: str) -> Substance | None:
        """The substance of a name or synonym, accents and capitals aside."""
        return self._by_name.get(fold(key))

    def speciality(self, code: str) -> Speciality | None:
        """None: the set holds no codes of boxes."""
        del code
        return None

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        """All pairs that hold between two substances, directly or through their classes."""
        if one.key == other.key:
            return ()
        pairs = product(self._names.get(one.key, ()), self._names.get(other.key, ()))
        return tuple(dict.fromkeys(self.pairs[pair] for pair in pairs if pair in self.pairs))


@cache
def emergency_base() -> EmergencyBase:
    """The one set of the program; nothing is read before it is asked."""
    return EmergencyBase()


@cache
def english_phrases() -> Mapping[str, str]:
    """The conditions and conducts of our own tables (the set's, and those of ``dmp/safety``) in English, by the French.

    The thesaurus' own words are not among them: they are shown as they are.
    """
    return {row["fr"]: row["en"] for _, row in _table("phrases")}


_COLUMNS = {
    "substances": ("name", "atc", "classes", "brands", "synonyms", "source"),
    "specialities": ("name", "form", "routes", "components", "source"),
    "mechanisms": ("code", "fr", "en", "source"),
    "phrases": ("fr", "en", "source"),
    "interactions": ("first", "second", "level", "condition", "conduct", "mechanism", "source"),
}


def _table(name: str) -> list[Row]:
    return list(rows(_PACKAGE, name, _COLUMNS[name]))


def _list(cell: str, mark: str = ";") -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(mark) if part.strip())


def _substances(table: list[Row]) -> dict[str, Substance]:
    found: dict[str, Substance] = {}
    taken: dict[str, str] = {}
    for number, row in table:
        key = fold(row["name"])
        if not key or key in found:
            raise FactError(f"substances.csv line {number}: {row['name'] or 'no name'} twice")
        synonyms = _list(row["synonyms"])
        for name in {key, *map(fold, synonyms)}:
            if taken.setdefault(name, key) != key:
                raise FactError(f"substances.csv line {number}: {name} is also {taken[name]}")
        found[key] = Substance(key, row["name"], _list(row["atc"], ","), _list(row["classes"]), synonyms)
    return found


def _brands(table: list[Row], substances: Mapping[str, Substance]) -> Iterator[Speciality]:
    for _, row in table:
        for brand in _list(row["brands"]):
            yield Speciality("", brand, "", (), (Component(substances[fold(row["name"])]),))


def _boxes(table: list[Row], substances: Mapping[str, Substance]) -> Iterator[Speciality]:
    for number, row in table:
        components = []
        for part in row["components"].split(" + "):
            name, _, strength = part.partition("@")
            if fold(name) not in substances:
                raise FactError(f"specialities.csv line {number}: no substance {name}")
            components.append(Component(substances[fold(name)], strength))
        yield Speciality("", row["name"], row["form"], _list(row["routes"], ","), tuple(components))


def _interactions(
    table: list[Row], mechanisms: Mapping[str, tuple[str, str]], names: set[str]
) -> Iterator[Interaction]:
    """One interaction a pair; its rows follow each other, a level each."""
    pairs: dict[tuple[str, str], list[tuple[Grade, dict[str, str]]]] = {}
    for number, row in table:
        sides = (fold(row["first"]), fold(row["second"]))
        if lost := [row[end] for end, name in zip(("first", "second"), sides, strict=True) if name not in names]:
            raise FactError(f"interactions.csv line {number}: no substance or class {lost[0]}")
        if row["mechanism"] not in mechanisms:
            raise FactError(f"interactions.csv line {number}: no mechanism {row['mechanism']}")
        if sides[::-1] in pairs and sides != sides[::-1]:
            raise FactError(f"interactions.csv line {number}: the pair stands in the other order too")
        try:
            grade = Grade(Level(row["level"]), row["condition"], row["conduct"])
        except ValueError:
            raise FactError(f"interactions.csv line {number}: no level {row['level']}") from None
        pairs.setdefault(sides, []).append((grade, row))
    for (first, second), own in pairs.items():
        row = own[0][1]
        french, english = mechanisms[row["mechanism"]]
        grades = tuple(grade for grade, _ in own)
        yield Interaction(
            first, second, row["first"], row["second"], grades, french, source=row["source"], english=english
        )
