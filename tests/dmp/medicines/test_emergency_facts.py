"""The facts of the emergency set against the published tables: the pairs among its substances, and its brands."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.model import Base, Level, Speciality, Substance
from dmp_tui.dmp.medicines.naming import short_name
from dmp_tui.dmp.safety.conditions import Side, decided
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.naming import of_substance
from tests.dmp.safety.test_thesaurus import thesaurus
from tests.reference import REFERENCE, needs_reference

SET = emergency_base()
KNOWN = Known(date(2026, 11, 20))
Told = frozenset[tuple[Level, bool | None]]


@cache
def published(own: Substance) -> tuple[Substance, ...]:
    """What the thesaurus' index calls a substance of the set: by its name, or by a synonym."""
    index = {one.key: one for one in thesaurus().substances}
    names = dict.fromkeys(fold(name) for name in (own.name, *own.synonyms))
    return tuple(index[name] for name in names if name in index)


def told(base: Base, one: Substance, other: Substance) -> Iterator[Told]:
    """Of each pair that holds, the levels that are not excluded, and whether they surely hold."""
    sides = (Side(one, of_substance(one)), Side(other, of_substance(other)))
    for pair in base.interactions(one, other):
        yield frozenset((grade.level, holds) for grade, holds in decided(pair, *sides, KNOWN) if holds is not False)


@needs_reference
def test_the_set_holds_every_pair_of_the_thesaurus_among_its_substances_at_its_levels_and_no_other() -> None:
    held = 0
    for one, other in combinations(SET.substances.values(), 2):
        ours = set(told(SET, one, other))
        theirs = {own for a in published(one) for b in published(other) for own in told(thesaurus(), a, b)}
        held += bool(ours)
        assert ours == theirs, (one.name, other.name)
    assert held > 4000


@needs_reference
def test_most_of_the_set_is_in_the_thesaurus() -> None:
    assert sum(bool(published(own)) for own in SET.substances.values()) > 220


def table(name: str) -> list[list[str]]:
    assert REFERENCE is not None
    text = (REFERENCE / "data" / "bdpm" / name).read_text("cp1252", "replace")
    return [line.split("\t") for line in text.splitlines()]


@cache
def boxes() -> dict[str, list[str]]:
    """The substances of each box of the BDPM, as it prints them, by the box's folded name."""
    held: dict[str, list[str]] = {}
    for row in table("CIS_COMPO_bdpm.2019.txt"):
        held.setdefault(row[0], []).append(fold(row[3]))
    return {fold(row[1]): held.get(row[0], []) for row in table("CIS_bdpm.2019.txt")}


NAMED_OTHERWISE = {
    *("KANOKAD", "OCTAPLEX", "CONFIDEX"),  # by each factor
    *("REVAXIS", "REPEVAX", "BOOSTRIXTETRA", "RABIPUR", "PRIORIX", "M M RVAXPRO"),  # by each antigen
    *("MEDIALIPIDE", "PLASMION"),  # by each oil, with its electrolytes
    "SEVORANE",  # its row names the brand
    "PRODILANTIN",  # by what it turns into too
}


def same(own: Substance, printed: str) -> bool:
    """Whether a substance as the BDPM prints it (salts, words turned round) is one of the set."""
    return any(fold(name) in printed or fold(name).split()[0][:6] in printed for name in (own.name, *own.synonyms))


def holds_exactly(box: Speciality, printed: list[str]) -> bool:
    own = [part.substance for part in box.components]
    rest = [words for words in printed if words != "IODE"]
    return all(any(same(one, words) for words in rest) for one in own) and all(
        any(same(one, words) for one in own) for words in rest
    )


@needs_reference
def test_the_brands_that_the_bdpm_of_2019_holds_are_made_of_what_it_says() -> None:
    """Boxes that came later or left earlier are not in it."""
    found = 0
    for box in SET.specialities:
        brand = fold(short_name(box.name))
        printed = [held for name, held in boxes().items() if name == brand or name.startswith(f"{brand} ")]
        if not printed or brand in NAMED_OTHERWISE:
            continue
        found += 1
        assert any(holds_exactly(box, held) for held in printed), (box.name, printed[:3])
    assert found > 440
