"""Clinical cases on the set that ships, as they are typed, each checked by hand with its public source."""

from pathlib import Path

import pytest

from dmp_tui.asking.base import open_base
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.answers import check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Answer, LimitKind, ReasonKind, Verdict
from dmp_tui.dmp.safety.proposed import propose
from dmp_tui.dmp.safety.typed import typed_sheet
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write
from tests.reference import REFERENCE, needs_reference

from .test_cases import TODAY, cases_of, split, typed

BASE = emergency_base()
CASES = cases_of("trolley.psv")


def answer(case: dict[str, str], base: Base = BASE) -> Answer:
    told = typed(case)
    known = known_of(typed_sheet(told, TODAY), base, TODAY, birth=told.birth(TODAY), sex=told.sex)
    drugs, unknown = propose(split(case["drugs"]), base)
    assert not unknown
    assert not [limit for limit in known.limits if limit.kind in _NOT_UNDERSTOOD]
    return check(drugs, known, base)


_NOT_UNDERSTOOD = {LimitKind.UNKNOWN_TREATMENT, LimitKind.UNKNOWN_ALLERGY, LimitKind.GUESSED_TREATMENT}


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c['drugs']}/{c['with']}{c['allergies']}{c['problems']}{c['facts']}"
)
def test_a_case_on_the_set_that_ships(case: dict[str, str]) -> None:
    found = answer(case)
    assert found.verdict is Verdict(case["verdict"]), found.reasons
    if case["kind"]:
        kinds = {r.kind for r in found.reasons if r.holds and r.level is found.verdict}
        assert ReasonKind(case["kind"]) in kinds
    assert all(reason.source for reason in found.reasons)
    assert LimitKind.NO_BASE in {limit.kind for limit in found.limits}


@needs_reference
@pytest.mark.xdist_group("official-tables")
def test_the_same_cases_on_the_official_base(tmp_path: Path) -> None:
    """Names, boxes and levels come to the same verdicts from the published tables."""
    assert REFERENCE is not None
    tables = REFERENCE / "data"
    thesaurus = next((tables / "interactions").glob("thesaurus*.json"))
    write(tmp_path / "reference.db", [medicines_of(tables / "bdpm", TODAY), interactions_of(thesaurus, TODAY)])
    base = open_base(tmp_path / "reference.db").base
    assert base.whole
    told = [(case, answer(case, base)) for case in CASES]
    assert not [(case, found.verdict) for case, found in told if found.verdict is not Verdict(case["verdict"])]


def test_there_are_enough_cases_and_each_has_its_source() -> None:
    assert len(CASES) >= 80
    assert all(case["source"] for case in CASES)
