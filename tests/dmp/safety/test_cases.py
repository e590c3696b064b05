"""Clinical cases checked by hand, each with its public source."""

import csv
from datetime import date
from pathlib import Path

import pytest

from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.safety.answers import check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Answer, ReasonKind, Verdict
from dmp_tui.dmp.safety.naming import medicine_of
from dmp_tui.dmp.safety.typed import Typed, typed_sheet

from .bases import BASE

TODAY = date(2026, 11, 20)


def cases_of(name: str) -> list[dict[str, str]]:
    """The rows of a table of cases."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))


CASES = cases_of("cases.psv")


def split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())


def typed(case: dict[str, str]) -> Typed:
    facts = dict(part.split("=") for part in case["facts"].split())

    def number(name: str) -> float | None:
        return float(facts[name]) if name in facts else None

    return Typed(
        split(case["with"]),
        split(case["allergies"]),
        split(case["problems"]),
        int(facts["age"]) if "age" in facts else None,
        Sex(facts.get("sex", "U")),
        creatinine=number("creatinine"),
        dfg=number("dfg"),
        potassium=number("potassium"),
        glucose=number("glucose"),
        pregnant="pregnant" in facts,
        weeks=int(facts["weeks"]) if "weeks" in facts else None,
        breast_feeding="breast" in facts,
    )


def answer(case: dict[str, str]) -> Answer:
    told = typed(case)
    known = known_of(typed_sheet(told, TODAY), BASE, TODAY, birth=told.birth(TODAY), sex=told.sex)
    drugs = [medicine_of(BASE.find(name, 1)[0], name) for name in split(case["drugs"])]
    return check(drugs, known, BASE)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c['drugs']}/{c['with']}{c['allergies']}{c['problems']}{c['facts']}"
)
def test_a_case_checked_by_hand(case: dict[str, str]) -> None:
    found = answer(case)
    assert found.verdict is Verdict(case["verdict"]), found.reasons
    if case["kind"]:
        levels = {r.kind for r in found.reasons if r.holds and r.level is found.verdict}
        assert ReasonKind(case["kind"]) in levels


def test_there_are_enough_cases_and_each_has_its_source() -> None:
    assert len(CASES) >= 60
    assert all(case["source"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["drugs"])
def test_every_reason_has_a_source_and_reasons_come_worst_first(case: dict[str, str]) -> None:
    reasons = answer(case).reasons
    assert all(reason.source for reason in reasons)
    assert [r.level.rank for r in reasons] == sorted(r.level.rank for r in reasons)
