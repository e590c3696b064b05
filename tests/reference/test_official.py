"""The official tables as they are: every pair, in both orders, by substances and through boxes; and no other."""

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Level, Speciality, Substance
from dmp_tui.dmp.medicines.thesaurus import month_of
from dmp_tui.reference.base import ReferenceBase, official
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write
from tests.reference import REFERENCE, needs_reference

pytestmark = [needs_reference, pytest.mark.xdist_group("official-tables")]
TODAY = date(2026, 11, 20)
_LEVELS = {
    "CONTRE-INDICATION": Level.CONTRAINDICATED,
    "Association DECONSEILLEE": Level.DISCOURAGED,
    "Précaution d'emploi": Level.PRECAUTION,
}
NEVER = {
    "ALCOOL (BOISSON OU EXCIPIENT)",
    "MÉDICAMENTS ADMINISTRÉS PAR VOIE ORALE",
    "MÉDICAMENTS UTILISÉS PAR VOIE VAGINALE",
    "PAMPLEMOUSSE (JUS ET FRUIT)",
    "PRÉSERVATIFS EN LATEX",
    "SELS DE FER PAR VOIE INJECTABLE",
    "THÉINE",
}
"""Names of pairs that are no substance of the index, nor a class of one: foods, routes, objects."""


def _thesaurus() -> Path:
    assert REFERENCE is not None
    return next((REFERENCE / "data" / "interactions").glob("thesaurus*.json"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceBase]:
    assert REFERENCE is not None
    path = tmp_path_factory.mktemp("reference") / "reference.db"
    write(path, [medicines_of(REFERENCE / "data" / "bdpm", TODAY), interactions_of(_thesaurus(), TODAY)])
    found = official(path)
    assert found is not None
    yield found
    found.close()


@pytest.fixture(scope="module")
def pairs() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_thesaurus().read_text("utf-8"))
    return rows


@pytest.fixture(scope="module")
def members(base: ReferenceBase) -> dict[str, list[Substance]]:
    """Substances of each name of the thesaurus, as its own index has them."""
    index = json.loads(next(_thesaurus().parent.glob("index*.json")).read_text("utf-8"))
    found: dict[str, list[Substance]] = {}
    for row in index:
        own = base.substance(row["substance"])
        assert own is not None, row["substance"]
        assert own.key == fold(row["substance"])
        for name in (row["substance"], *row["drug_classes"]):
            found.setdefault(fold(name), []).append(own)
    return found


def test_the_edition_is_what_the_files_state(base: ReferenceBase) -> None:
    assert [(one.source, one.month) for one in base.editions] == [("BDPM", "2019"), ("ANSM", "2020-10")]
    assert month_of("CIS_bdpm.txt") == ""


def test_every_pair_is_found_in_both_orders_at_its_levels(
    base: ReferenceBase, pairs: list[dict[str, Any]], members: dict[str, list[Substance]]
) -> None:
    unresolved = set()
    seen = set()
    for row in pairs:
        names = (row["main_drug"], row["plus_drug"])
        held = [members.get(fold(name), []) for name in names]
        unresolved |= {name for name, own in zip(names, held, strict=True) if not own}
        examples = [(a, b) for a in held[0] for b in held[1] if a.key != b.key]
        if not examples:
            continue
        one, other = examples[0]
        levels = [_LEVELS.get(level["level"], Level.TO_CONSIDER) for level in row["severity_levels"]]
        conditions = [level["info"].strip() for level in row["severity_levels"]]
        wanted = frozenset(map(fold, names))
        for found in (base.interactions(one, other), base.interactions(other, one)):
            same = [i for i in found if frozenset((i.first, i.second)) == wanted]
            assert any(
                ([g.level for g in i.grades], [g.condition for g in i.grades]) == (levels, conditions) for i in same
            ), names
        seen.add(wanted)
    assert unresolved == NEVER
    assert len({frozenset((fold(r["main_drug"]), fold(r["plus_drug"]))) for r in pairs}) == 1584
    of_no_substance = {fold(name) for name in NEVER}
    every = {frozenset((fold(row["main_drug"]), fold(row["plus_drug"]))) for row in pairs}
    assert all(pair & of_no_substance for pair in every - seen if len(pair) > 1)


def test_pairs_are_found_through_the_boxes_that_hold_them(base: ReferenceBase, pairs: list[dict[str, Any]]) -> None:
    boxes: dict[str, Speciality] = {}
    assert REFERENCE is not None
    table = next((REFERENCE / "data" / "bdpm").glob("CIS_bdpm*.txt")).read_text("cp1252")
    for line in table.splitlines():
        box = base.speciality(line[:8])
        assert box is not None
        for part in box.components:
            for name in (part.substance.key, *map(fold, part.substance.classes)):
                boxes.setdefault(name, box)
    checked = 0
    for row in pairs:
        first, second = fold(row["main_drug"]), fold(row["plus_drug"])
        if first not in boxes or second not in boxes:
            continue
        checked += 1
        found = {
            frozenset((i.first, i.second))
            for one in boxes[first].components
            for other in boxes[second].components
            for i in base.interactions(one.substance, other.substance)
        }
        assert frozenset((first, second)) in found, (row["main_drug"], boxes[first].name, boxes[second].name)
    assert checked > 2500


def test_ten_thousand_random_pairs_have_what_the_thesaurus_states_and_nothing_else(
    base: ReferenceBase, pairs: list[dict[str, Any]], members: dict[str, list[Substance]]
) -> None:
    stated = {frozenset((fold(row["main_drug"]), fold(row["plus_drug"]))) for row in pairs}
    names: dict[str, set[str]] = {}
    for name, own in members.items():
        for substance in own:
            names.setdefault(substance.key, {substance.key}).add(name)
    chosen = random.Random(5)  # noqa: S311 - a fixed draw, not a secret
    keys = sorted(names)
    for _ in range(10_000):
        a, b = chosen.sample(keys, 2)
        one, other = base.substance(a), base.substance(b)
        assert one is not None
        assert other is not None
        found = {frozenset((i.first, i.second)) for i in base.interactions(one, other)}
        wanted = {frozenset((x, y)) for x in names[a] for y in names[b]} & stated
        assert found == wanted


def test_no_salt_of_potassium_or_sodium_takes_the_place_of_its_acid(base: ReferenceBase) -> None:
    for brand, substance in (
        ("AUGMENTIN", "ACIDE CLAVULANIQUE"),
        ("DEPAKINE", "ACIDE VALPROIQUE"),
        ("COZAAR", "LOSARTAN"),
        ("LEVOTHYROX", "LEVOTHYROXINE"),
        ("DIFFU K", "POTASSIUM"),
    ):
        box = base.find(brand)[0].medicine
        assert isinstance(box, Speciality), brand
        assert substance in [part.substance.key for part in box.components], brand
