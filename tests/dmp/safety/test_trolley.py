"""Clinical cases on the set that ships, as they are typed, each checked by hand with its public source."""

import pytest

from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.safety.answers import check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Answer, LimitKind, ReasonKind, Verdict
from dmp_tui.dmp.safety.proposed import propose
from dmp_tui.dmp.safety.typed import typed_sheet

from .test_cases import TODAY, cases_of, split, typed

BASE = emergency_base()
CASES = cases_of("trolley.psv")


def answer(case: dict[str, str]) -> Answer:
    told = typed(case)
    known = known_of(typed_sheet(told, TODAY), BASE, TODAY, birth=told.birth(TODAY), sex=told.sex)
    drugs, unknown = propose(split(case["drugs"]), BASE)
    assert not unknown
    assert not [limit for limit in known.limits if limit.kind in _NOT_UNDERSTOOD]
    return check(drugs, known, BASE)


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


def test_there_are_enough_cases_and_each_has_its_source() -> None:
    assert len(CASES) >= 80
    assert all(case["source"] for case in CASES)
