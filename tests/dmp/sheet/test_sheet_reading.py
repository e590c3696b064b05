"""What screens ask of a sheet, with the day given."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Reaction, Status
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Line, Origin
from dmp_tui.dmp.sheet.reading import (
    age_of,
    check_is_past,
    is_before,
    is_current,
    is_implausible,
    is_planned,
    line_of,
    worst_reaction,
)

TODAY = date(2024, 3, 15)
ORIGIN = Origin("doc", Coding("", ""), "Document", "2022-02-01", "Dr MARTIN")
LINE = Line(Kind.TREATMENT, "K", "L", Assertion.STATED, Status.UNKNOWN, ())


@pytest.mark.parametrize(
    ("end", "current"),
    [
        ("", True),
        ("2024", True),
        ("2024-03", True),
        ("2024-03-15", True),
        ("2024-03-14", False),
        ("2024-02", False),
        ("2023", False),
        ("2023-12-31T23:00:00Z", False),
        ("soon", True),
    ],
)
def test_an_end_date_of_any_precision(end: str, current: bool) -> None:
    assert is_current(replace(LINE, end=end), TODAY) is current
    assert is_before(end, TODAY) is not current


def test_what_is_said_to_be_ended_is_not_current_and_what_is_old_is() -> None:
    assert not is_current(replace(LINE, status=Status.ENDED), TODAY)
    assert is_current(replace(LINE, status=Status.ACTIVE, start="1999"), TODAY)


def test_planned() -> None:
    assert is_planned(replace(LINE, status=Status.PLANNED), TODAY)
    assert is_planned(replace(LINE, start="2024-04"), TODAY)
    assert not is_planned(replace(LINE, start="2024"), TODAY)
    assert not is_planned(LINE, TODAY)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("2019", (5, "y")),
        ("2022-03-15", (2, "y")),
        ("2022-03-16", (23, "m")),
        ("2024-01", (2, "m")),
        ("2024-03-01", (14, "d")),
        ("2024-03-15", (0, "d")),
        ("2024", (0, "y")),
        ("2024-03", (0, "m")),
        ("2024-03-16", None),
        ("2025", None),
        ("", None),
        ("soon", None),
    ],
)
def test_ages(text: str, age: tuple[int, str] | None) -> None:
    assert age_of(text, TODAY) == age


@given(st.text(max_size=12) | st.from_regex(r"\d{4}(-\d\d(-\d\d)?)?", fullmatch=True), st.dates())
def test_any_date_has_an_age_or_none(text: str, today: date) -> None:
    age = age_of(text, today)
    assert age is None or age[0] >= 0


def test_implausible_dates() -> None:
    assert is_implausible("1969-01-01", "1970-01-01", TODAY)
    assert is_implausible("2024-03-16", "", TODAY)
    assert not is_implausible("1970", "1970-06-01", TODAY)
    assert not is_implausible("", "1970", TODAY)


def test_the_worst_reaction() -> None:
    reactions = (
        Reaction("urticaire", Criticality.LOW),
        Reaction("Choc anaphylactique"),
        Reaction("décès", Criticality.FATAL, negated=True),
    )
    worst = worst_reaction(replace(LINE, reactions=reactions))
    assert worst is not None
    assert worst.label == "Choc anaphylactique"
    assert worst_reaction(LINE) is None


def test_a_check_is_past_when_its_treatment_is() -> None:
    allergy = Entry(Kind.ALLERGY, "Paracétamol")
    treatment = Entry(Kind.TREATMENT, "DOLIPRANE", end="2022-02-06")
    sheet = merge([(ORIGIN, allergy), (ORIGIN, treatment)])
    (check,) = sheet.checks
    assert check_is_past(sheet, check, TODAY)
    assert not check_is_past(sheet, check, date(2022, 2, 6))
    assert line_of(sheet, Kind.TREATMENT, check.keys[1]) is not None
    assert line_of(sheet, Kind.TREATMENT, "nothing") is None
