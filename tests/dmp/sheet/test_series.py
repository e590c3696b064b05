"""The measurements behind a line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Status
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Line, Origin, Source
from dmp_tui.dmp.sheet.series import Flag, flag_by_range, measurement, parse_range, plotted, series

INR = Coding("http://loinc.org", "6301-6", "INR")
FIRST = Origin("d1", Coding("http://loinc.org", "11502-2"), "Biologie", "2026-11-02", "Laboratoire A")
SECOND = Origin("d2", Coding("http://loinc.org", "11502-2"), "Biologie", "2026-11-13", "Laboratoire A")


def inr(value: str, noted: str, **more: str) -> Entry:
    return Entry(Kind.RESULT, "INR", codes=(INR,), value=value, noted=noted, **more)  # type: ignore[arg-type]  # strings


def merged(*statements: tuple[Origin, Entry]) -> Line:
    [line] = merge(statements).topic(Kind.RESULT).lines
    return line


def test_values_stand_newest_first_each_with_its_own_range_and_flag() -> None:
    line = merged(
        (FIRST, inr("2.1", "2026-11-02", reference="2.0 - 3.0")),
        (SECOND, inr("4.8", "2026-11-13", reference="2.0 - 3.0", interpretation="HH")),
    )
    newest, oldest = series(line)
    assert (newest.text, newest.number, newest.flag) == ("4.8", Decimal("4.8"), Flag.CRITICALLY_HIGH)
    assert (oldest.date, oldest.dated, oldest.flag) == ("2026-11-02", True, Flag.NORMAL)
    assert [m.text for m in plotted(series(line))] == ["2.1", "4.8"]


def test_one_measurement_in_two_documents_stands_once_with_both() -> None:
    line = merged((FIRST, inr("2.1", "2026-11-02")), (SECOND, inr("2.1", "2026-11-02", reference="2 - 3")))
    [one] = series(line)
    assert {origin.document for origin in one.origins} == {"d1", "d2"}
    assert one.reference == "2 - 3"


def test_what_has_no_date_of_its_own_has_its_documents() -> None:
    [one] = series(merged((FIRST, inr("2.1", ""))))
    assert (one.date, one.dated) == ("2026-11-02", False)


def source(detail: str) -> Source:
    return Source(FIRST, "x", Assertion.STATED, Status.UNKNOWN, detail=detail)


@pytest.mark.parametrize(
    ("detail", "text", "number", "sign", "unit"),
    [
        ("4.89 mmol/L", "4.89", "4.89", "", "mmol/L"),
        ("<1.0 mg/L", "<1.0", "1.0", "<", "mg/L"),
        ("2,8", "2,8", "2.8", "", ""),
        ("-3 mmol/L", "-3", "-3", "", "mmol/L"),
        ("Positif", "Positif", None, "", ""),
        ("2 germes isolés sur trois", "2 germes isolés sur trois", None, "", ""),
        ("1/160", "1/160", None, "", ""),
        ("12/08/2026", "12/08/2026", None, "", ""),
    ],
)
def test_a_detail_is_a_number_with_its_unit_or_words(
    detail: str, text: str, number: str | None, sign: str, unit: str
) -> None:
    one = measurement(source(detail))
    assert (one.text, one.number, one.sign, one.unit) == (text, Decimal(number) if number else None, sign, unit)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("(3.89 - 6.00)", "3.89", "6.00"),
        ("3,5 à 5,0 mmol/L", "3.5", "5.0"),
        ("0-220", "0", "220"),
        ("<6.0 mg/L", None, "6.0"),
        (">60", "60", None),
        ("inférieur à 5", None, "5"),
        ("15 - 300 %", "15", "300"),
        ("low 3 - high 2", None, None),
        ("NA", None, None),
        ("négatif", None, None),
        ("130 - 170 (men); 120 - 150 (women)", None, None),
        ("3.5 - 5; 3.5 - 5 (adults)", "3.5", "5"),
    ],
)
def test_ranges(text: str, low: str | None, high: str | None) -> None:
    expected = None if low is high is None else (low and Decimal(low), high and Decimal(high))
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    ("number", "sign", "reference", "flag"),
    [
        ("3", "", "3.5 - 5", Flag.LOW),
        ("5", "", "3.5 - 5", Flag.NORMAL),
        ("5.1", "", "3.5 - 5", Flag.HIGH),
        ("60", ">", ">60", Flag.UNKNOWN),
        ("3.5", "<", "3.5 - 5", Flag.LOW),
        ("90", ">", "0 - 90", Flag.HIGH),
        ("125", "", "130 - 170 g/L (men); 120 - 150 g/L (women)", Flag.UNKNOWN),
        ("90", "", "130 - 170 g/L (men); 120 - 150 g/L (women)", Flag.LOW),
        ("140", "", "130 - 170 g/L (men); 120 - 150 g/L (women)", Flag.NORMAL),
        ("125", "", "H : 130 - 170 F : 120 - 150", Flag.UNKNOWN),
        ("90", "", "130 - 170 (men); 12 with child", Flag.UNKNOWN),
        ("90", "", "130 - 170; see the comment", Flag.LOW),
        ("30", "", "< 10 (18 - 65 a)", Flag.HIGH),
        ("4", "", "3,5;5,0 mmol/L", Flag.NORMAL),
        ("12", "", "(<10)", Flag.HIGH),
        ("70", "", "> 90 mL/min/1,73 m2", Flag.LOW),
        ("70", "", "> 90 mL/min/1,73 m2 (men); > 80 mL/min/1,73 m2 (women)", Flag.LOW),
        ("5", "<", "", Flag.UNKNOWN),
    ],
)
def test_a_value_is_judged_by_its_range(number: str, sign: str, reference: str, flag: Flag) -> None:
    assert flag_by_range(Decimal(number), sign, reference) is flag


@given(st.text(max_size=60))
def test_no_words_break_it(text: str) -> None:
    parse_range(text)
    measurement(source(text or "x"))


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2))
def test_a_range_reads_back(value: Decimal, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    flag = flag_by_range(value, "", f"{low} - {high}")
    assert flag is (Flag.LOW if value < low else Flag.HIGH if value > high else Flag.NORMAL)
