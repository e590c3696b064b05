"""Results in the order and the writing of an emergency."""

from datetime import timedelta

import pytest

from dmp_tui.dmp.entries import Coding, Kind
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.screens.biology import anticoagulated, by_urgency, value_words
from dmp_tui.screens.dates import recent
from dmp_tui.screens.sheet_layout import lay_out
from dmp_tui.widgets.line import strip_of
from tests.screens.people import LOINC, TODAY, line, topic


def result(label: str, value: str, unit: str = "", sign: str = "", *, days: int = 5, code: str = "") -> Line:
    codes = (Coding(LOINC, code),) if code else ()
    on = (TODAY - timedelta(days=days)).isoformat()
    return line(Kind.RESULT, label, value=value, unit=unit, interpretation=sign, noted=on, codes=codes)


CRP = result("CRP", "86", "mg/L", "H")
K = result("Potassium", "5.6", "mmol/L", "H", code="2823-3")
HB = result("Hémoglobine", "10.9", "g/dL", "L", code="718-7")
INR = result("INR", "4.8", "{INR}", "H", code="6301-6")
LIPASE = result("Lipase", "4000", "[iU]/L", "HH")
RARE = result("Cuivre", "12", "umol/L")


def names(lines: list[Line]) -> list[str]:
    return [each.label for each in lines]


def test_inr_leads_where_an_anticoagulant_is_taken() -> None:
    mixed = [RARE, CRP, HB, K, LIPASE, INR]
    assert names(by_urgency(mixed, TODAY, bleeds=True))[:2] == ["INR", "Lipase"]
    assert names(by_urgency(mixed, TODAY, bleeds=False)) == [
        "Lipase",
        "INR",
        "Potassium",
        "Hémoglobine",
        "CRP",
        "Cuivre",
    ]


def test_what_is_old_comes_last_however_critical() -> None:
    old = result("Potassium", "7.9", "mmol/L", "HH", days=800)
    assert names(by_urgency([old, RARE], TODAY, bleeds=False)) == ["Cuivre", "Potassium"]


@pytest.mark.parametrize(
    ("measured", "units", "written"),
    [
        (K, False, "K 5,6 !↑"),
        (K, True, "K 5,6 mmol/L !↑"),
        (HB, False, "Hb 10,9 !↓"),
        (INR, True, "INR 4,8 !↑"),
        (LIPASE, True, "lipase 4000 UI/L !!↑"),
        (RARE, False, "Cuivre 12 µmol/L"),
        (result("Créatinine", "1.2", "mg/dL", code="14682-9"), False, "créat 1,2 mg/dL"),
        (result("Plaquettes", "198", "10*9/L"), True, "plaq. 198 G/L"),
        (result("DFG (CKD-EPI)", "41", "mL/min/{1.73_m2}"), False, "DFG 41"),
    ],
)
def test_values_as_people_write_them(measured: Line, units: bool, written: str) -> None:
    assert value_words(measured, 40, units=units)[0] == written


def test_only_the_name_of_a_value_is_cut() -> None:
    lengthy = result("Anticorps anti-quelque chose de long", "1234.5", "mg/L", "HH")
    assert value_words(lengthy, 22, units=True)[0].endswith(" 1234,5 mg/L !!↑")


def test_a_date_shows_its_year_where_it_is_old() -> None:
    assert recent("2026-11-13T08:00", TODAY) == "13/11"
    assert recent("2024-11-13", TODAY) == "11/2024"
    assert recent("2026-12-01", TODAY) == "12/2026"
    assert recent("2026", TODAY) == "2026"


def test_each_day_is_told_before_its_values() -> None:
    sheet = Sheet("p", "", (topic(Kind.RESULT, K, HB, result("CRP", "3", "mg/L", days=40)),))
    rows = [strip_of(row, 80).text for row in lay_out(sheet, 80, 20, TODAY)]
    shown = next(row for row in rows if row.startswith("BIOLOGIE"))
    assert "(17/11) K 5,6 mmol/L !↑ · Hb 10,9 g/dL !↓  (13/10) CRP 3 mg/L" in shown


def test_an_anticoagulant_is_seen() -> None:
    assert anticoagulated(Sheet("p", "", (topic(Kind.TREATMENT, line(Kind.TREATMENT, "X", critical="doac")),)))
    assert not anticoagulated(Sheet("p", "", (topic(Kind.TREATMENT, line(Kind.TREATMENT, "X", critical="insulin")),)))
