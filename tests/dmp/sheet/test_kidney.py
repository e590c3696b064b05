"""The glomerular filtration: the laboratory's own first, else computed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Coding, Entry, Kind
from dmp_tui.dmp.identity import Sex, parse_birth_date
from dmp_tui.dmp.sheet.kidney import Filtration, NotComputed, ckd_epi_2009, filtration
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin

LOINC = "http://loinc.org"
TODAY = date(2026, 11, 22)
BIO = Origin("d1", Coding(LOINC, "11502-2"), "Biologie", "2026-11-13", "Laboratoire")
CREATININE = Entry(
    Kind.RESULT, "Créatinine", codes=(Coding(LOINC, "14682-9"),), value="104", unit="µmol/L", noted="2026-11-13"
)
DFG = Entry(
    Kind.RESULT, "DFG", codes=(Coding(LOINC, "62238-1"),), value="58", unit="mL/min/{1.73_m2}", noted="2026-11-13"
)


def of(*entries: Entry, sex: Sex = Sex.M, birth: str = "20/11/1949") -> Filtration:
    return filtration(merge([(BIO, entry) for entry in entries]), sex, parse_birth_date(birth), TODAY)


@pytest.mark.parametrize(
    ("mg_per_dl", "age", "female", "expected"),
    [
        # National Kidney Foundation's calculator, CKD-EPI creatinine equation (2009), other than Black.
        (1.0, 50, False, 87),
        (1.2, 60, True, 49),
        (0.6, 30, True, 122),
        (0.8, 40, False, 112),
        (4.0, 70, False, 14),
    ],
)
def test_the_equation_of_2009(mg_per_dl: float, age: int, female: bool, expected: int) -> None:
    assert round(ckd_epi_2009(mg_per_dl * 88.4, age, female=female)) == expected


def test_the_laboratorys_own_comes_first() -> None:
    found = of(CREATININE, DFG)
    assert found.laboratory is not None
    assert (found.laboratory.text, found.computed, found.why_not) == ("58", None, None)


def test_a_later_creatinine_is_computed_beside_it() -> None:
    found = of(replace(CREATININE, noted="2026-11-20"), DFG)
    assert found.laboratory is not None
    assert found.computed is not None
    assert found.computed.creatinine.date == "2026-11-20"


def test_without_it_computed_with_the_age_of_that_day() -> None:
    found = of(CREATININE)
    assert found.laboratory is None
    assert found.computed is not None
    assert (found.computed.value, found.computed.age) == (60, 76)


@pytest.mark.parametrize(("value", "unit"), [("11.765", "mg/L"), ("1.1765", "mg/dL"), ("0.104", "mmol/L")])
def test_units_are_one_creatinine(value: str, unit: str) -> None:
    found = of(replace(CREATININE, value=value, unit=unit))
    assert found.computed is not None
    assert found.computed.value == 60


def test_what_forbids_it_is_said() -> None:
    pregnant = Entry(Kind.PREGNANCY, "Grossesse en cours", noted="2026-10-01")
    dialysis = Entry(Kind.PROCEDURE, "Hémodialyse trois fois par semaine")
    assert of(CREATININE, pregnant, sex=Sex.F, birth="01/02/1995").why_not is NotComputed.PREGNANCY
    assert of(CREATININE, dialysis).why_not is NotComputed.DIALYSIS
    assert of(CREATININE, birth="01/02/2012").why_not is NotComputed.CHILD
    assert of(CREATININE, sex=Sex.U).why_not is NotComputed.SEX
    assert of().why_not is NotComputed.NO_CREATININE
    assert of(replace(CREATININE, unit="UI/L")).why_not is NotComputed.UNIT
    assert of(replace(CREATININE, value="1.04")).why_not is NotComputed.UNIT
    assert of(replace(CREATININE, value="<9")).why_not is NotComputed.UNIT
    assert filtration(merge([(BIO, CREATININE)]), Sex.M, None, TODAY).why_not is NotComputed.AGE


def test_creatinine_of_urine_is_another_thing() -> None:
    assert of(replace(CREATININE, codes=(Coding(LOINC, "14683-7"),))).why_not is NotComputed.NO_CREATININE


@given(st.floats(15, 1200), st.floats(1.01, 3), st.integers(18, 100), st.booleans())
def test_more_creatinine_or_more_years_filter_less(creatinine: float, times: float, age: int, female: bool) -> None:
    here = ckd_epi_2009(creatinine, age, female=female)
    assert ckd_epi_2009(creatinine * times, age, female=female) < here
    assert ckd_epi_2009(creatinine, age + 1, female=female) < here
