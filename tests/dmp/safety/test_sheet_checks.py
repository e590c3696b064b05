"""The treatments of a sheet against each other and its allergies, as lines of "A VERIFIER" that can be stored."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given

from dmp_tui.dmp.consents import Record, RecordStatus
from dmp_tui.dmp.entries import Kind, Status
from dmp_tui.dmp.fhir.summary import read_summary, write_summary
from dmp_tui.dmp.identity import OID_NIR_TEST, BirthDate, Ins, Sex, Traits
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.sheet_checks import MAX_CHECKS, MAX_TREATMENTS, stale_on, verified
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.model import Check, Line, Sheet, Topic
from dmp_tui.dmp.sheet.reading import check_is_past
from tests.dmp.sheet.strategies import sheets

from .bases import BASE, SmallBase

TODAY = date(2026, 11, 20)
OFFICIAL = SmallBase(editions=(Edition("BDPM", "2019-11"), Edition("ANSM", "2020-10")))


def weighed(sheet: Sheet, base: SmallBase = BASE) -> Sheet:
    return verified(sheet, known_of(sheet, base, TODAY), base)


def of(*treatments: str, allergies: tuple[str, ...] = ()) -> Sheet:
    return typed_sheet(Typed(treatments, allergies), TODAY)


def with_treatment(sheet: Sheet, label: str, **fields: object) -> Sheet:
    """The sheet, one of its treatments changed."""

    def line_of(line: Line) -> Line:
        return replace(line, **fields) if line.label == label else line  # type: ignore[arg-type]  # a line's own fields

    def changed(topic: Topic) -> Topic:
        return replace(topic, lines=tuple(line_of(line) for line in topic.lines))

    return replace(sheet, topics=tuple(changed(t) if t.kind is Kind.TREATMENT else t for t in sheet.topics))


def told(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(c.kind, c.label, c.weighed.level if c.weighed else "") for c in sheet.checks]


def test_what_is_only_to_be_considered_is_not_a_point_to_check() -> None:
    assert told(weighed(of("sufentanil", "midazolam"))) == []
    assert told(weighed(of("COUMADINE", "ADVIL"))) == [("interaction", "COUMADINE + ADVIL", "discouraged")]


def test_an_association_that_merging_tells_is_told_once_with_its_level() -> None:
    sheet = of("COUMADINE", "PLAVIX")
    keys = tuple(line.key for line in sheet.topic(Kind.TREATMENT).lines)
    merged = replace(sheet, checks=(Check("association", "COUMADINE + PLAVIX", keys),))
    assert told(weighed(merged)) == [("interaction", "COUMADINE + PLAVIX", "to-consider")]
    assert told(weighed(merged, SmallBase(pairs=()))) == [("association", "COUMADINE + PLAVIX", "")]


def test_a_treatment_that_crosses_with_an_allergy_is_told_and_none_twice() -> None:
    sheet = of("rocephine", "CLAMOXYL", allergies=("pénicillines",))
    found = told(weighed(sheet))
    assert ("allergy-treatment", "pénicillines / CLAMOXYL", "contraindicated") in found
    assert ("allergy-treatment", "pénicillines / rocephine", "precaution") in found
    keys = ("pénicillines", "CLAMOXYL")
    merged = replace(sheet, checks=(Check("allergy-treatment", "pénicillines / CLAMOXYL", keys),))
    assert sorted(told(weighed(merged))) == sorted(found)


def test_a_past_allergy_is_no_point_to_check() -> None:
    sheet = of("CLAMOXYL", allergies=("pénicillines",))
    [allergies] = [topic for topic in sheet.topics if topic.kind is Kind.ALLERGY]
    over = replace(allergies, lines=tuple(replace(line, status=Status.ENDED) for line in allergies.lines))
    sheet = replace(sheet, topics=tuple(over if topic is allergies else topic for topic in sheet.topics))
    assert told(weighed(sheet)) == []


def test_what_forbids_stands_before_other_doubts_and_a_precaution_after() -> None:
    sheet = of("COUMADINE", "ADVIL", "CORDARONE", "SOTALEX")
    first, last = Check("identity", "name-differs"), Check("unreadable", "?")
    found = told(weighed(replace(sheet, checks=(last, first))))
    kinds = [kind for kind, _label, _level in found]
    assert kinds == ["identity", "interaction", "interaction", "unreadable", "interaction"]
    assert [level for _kind, _label, level in found if level] == ["contraindicated", "discouraged", "precaution"]


@pytest.mark.parametrize(
    ("end", "last"), [("2026-11-18", date(2026, 11, 25)), ("2026-12-31", date(2027, 1, 7)), ("", date(2036, 1, 1))]
)
def test_a_line_says_until_when_it_counts(end: str, last: date) -> None:
    """Ibuprofen counts for seven days after its end; what has no end counts as long as it is not said to be over."""
    ended = Status.ENDED if end and end < TODAY.isoformat() else Status.ACTIVE
    sheet = weighed(with_treatment(of("COUMADINE", "ADVIL"), "ADVIL", end=end, status=ended))
    [check] = sheet.checks
    assert not check_is_past(sheet, check, last)
    assert check_is_past(sheet, check, last + timedelta(days=1)) is bool(end)


def test_the_base_and_the_source_stand_in_each_line_and_cross_the_wire() -> None:
    sheet = weighed(of("COUMADINE", "ADVIL"), OFFICIAL)
    [check] = sheet.checks
    assert check.weighed is not None
    assert check.weighed.editions == ("BDPM 2019-11", "ANSM 2020-10")
    assert check.weighed.source
    traits = Traits("PAT", "Jo", None, Sex.F)
    record = Record("p", Ins("279035121518989", OID_NIR_TEST), traits, RecordStatus.ACTIVE, datetime.now(UTC))
    assert read_summary(write_summary(sheet, record)).sheet.checks == sheet.checks


def test_a_hostile_record_is_weighed_in_part_and_says_so() -> None:
    found = weighed(of(*(f"{name} {n}" for n in range(30) for name in ("COUMADINE", "ADVIL", "CORDARONE", "SOTALEX"))))
    assert len([c for c in found.checks if c.kind == "interaction"]) == MAX_CHECKS
    [rest] = [c for c in found.checks if c.kind == "not-weighed"]
    assert len(rest.keys) >= 120 - MAX_TREATMENTS


@given(sheets)
def test_any_sheet_keeps_what_merging_found(sheet: Sheet) -> None:
    found = weighed(sheet)
    assert found.topics == sheet.topics
    assert {c.label for c in sheet.checks} <= {c.label for c in found.checks}


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (BirthDate(1961, 11, 21, ""), "2026-11-21"),
        (BirthDate(1961, 11, 20, ""), "2036-11-20"),
        (BirthDate(1940, 1, 1, ""), ""),
        (None, ""),
    ],
)
def test_a_birthday_asks_for_another_weighing(birth: BirthDate | None, expected: str) -> None:
    assert stale_on(birth, TODAY) == expected
