"""Every pair of the real thesaurus gives its reason, in both orders; where it holds none, none is told."""

import json
import random
from collections.abc import Iterator
from datetime import date
from functools import cache

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Edition, Found, Grade, Interaction, Level, Speciality, Substance
from dmp_tui.dmp.safety.interactions import Met, between
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.model import ReasonKind
from dmp_tui.dmp.safety.naming import of_substance
from tests.reference import REFERENCE, needs_reference

KNOWN = Known(date(2026, 11, 20))
_LEVELS = {
    "CONTRE-INDICATION": Level.CONTRAINDICATED,
    "Association DECONSEILLEE": Level.DISCOURAGED,
    "Précaution d'emploi": Level.PRECAUTION,
}


class Thesaurus:
    """The published tables, read as they are: enough of a base for two substances by their keys."""

    editions = (Edition("ANSM", "2020-10"),)
    whole = True

    def __init__(self) -> None:
        assert REFERENCE is not None
        folder = REFERENCE / "data" / "interactions"
        index = json.loads((folder / "index_substances_ansm_2020-10.json").read_text("utf-8"))
        rows = json.loads((folder / "thesaurus_ansm_2020-10.json").read_text("utf-8"))
        self.substances = [Substance(fold(i["substance"]), i["substance"], (), tuple(i["drug_classes"])) for i in index]
        self.pairs = {(fold(row["main_drug"]), fold(row["plus_drug"])): self._pair(row) for row in rows}

    @staticmethod
    def _pair(row: dict[str, object]) -> Interaction:
        one, other, levels = str(row["main_drug"]), str(row["plus_drug"]), row["severity_levels"]
        assert isinstance(levels, list)
        grades = tuple(Grade(_LEVELS.get(one["level"], Level.TO_CONSIDER), one["info"]) for one in levels)
        return Interaction(fold(one), fold(other), one, other, grades, str(row["interaction_mechanism"]), source="ANSM")

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        del typed, limit
        return ()

    def substance(self, key: str) -> Substance | None:
        del key
        return None

    def speciality(self, code: str) -> Speciality | None:
        del code
        return None

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        names = [(own.key, *(fold(name) for name in own.classes)) for own in (one, other)]
        found = {
            frozenset((a, b)): self.pairs[pair]
            for a in names[0]
            for b in names[1]
            for pair in ((a, b), (b, a))
            if pair in self.pairs
        }
        return tuple(found.values())

    def examples(self) -> Iterator[tuple[Interaction, Substance, Substance]]:
        """Two substances of each pair that its index resolves."""
        of: dict[str, list[Substance]] = {}
        for own in self.substances:
            for name in (own.key, *(fold(name) for name in own.classes)):
                of.setdefault(name, []).append(own)
        for (a, b), pair in self.pairs.items():
            held = [(x, y) for x in of.get(a, ()) for y in of.get(b, ()) if x.key != y.key]
            if held:
                yield (pair, *held[0])


@cache
def thesaurus() -> Thesaurus:
    return Thesaurus()


def told(one: Substance, other: Substance) -> set[tuple[str, ...]]:
    reasons = between(of_substance(one), Met(of_substance(other)), KNOWN, thesaurus())
    return {(r.level, *sorted(r.substances)) for r in reasons if r.kind is ReasonKind.INTERACTION}


@needs_reference
def test_every_pair_is_told_in_both_orders() -> None:
    examples = list(thesaurus().examples())
    assert len(examples) > 3000
    for pair, one, other in examples:
        assert told(one, other), pair.first_name
        assert told(one, other) == told(other, one)


@needs_reference
def test_ten_thousand_random_pairs_are_told_only_where_the_thesaurus_holds_them() -> None:
    chosen = random.Random(20)  # noqa: S311 - a fixed draw, not a secret
    for _ in range(10_000):
        one, other = chosen.sample(thesaurus().substances, 2)
        held = thesaurus().interactions(one, other)
        assert held or not told(one, other)
