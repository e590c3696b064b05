"""Generics by their substance and their firm."""

import pytest

from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.makers import without_maker
from dmp_tui.dmp.safety.naming import resolve
from dmp_tui.dmp.safety.proposed import propose


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Rosuvastatine EG", "ROSUVASTATINE"),
        ("METFORMINE TEVA SANTÉ L.P.", "METFORMINE"),
        ("Paracétamol B. Braun", "PARACETAMOL"),
        ("paracétamol", ""),
        ("EG", ""),
        ("", ""),
    ],
)
def test_the_firm_is_what_stands_last(name: str, bare: str) -> None:
    assert without_maker(name) == bare


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ROSUVASTATINE EG 5 mg, comprimé pelliculé", ["rosuvastatine"]),
        ("AMOXICILLINE/ACIDE CLAVULANIQUE BIOGARAN 1 g/125 mg", ["amoxicilline", "acide clavulanique"]),
        ("AMOXICILLINE ACIDE CLAVULANIQUE MYLAN 500 mg/62,5 mg", ["amoxicilline", "acide clavulanique"]),
        ("Périndopril indapamide Teva 2 mg/0,625 mg", ["périndopril", "indapamide"]),
        ("VALSARTAN HYDROCHLOROTHIAZIDE ARROW LAB 80 mg", ["valsartan", "hydrochlorothiazide"]),
        ("METFORMINE ZENTIVA LP 1000 mg", ["metformine"]),
    ],
)
def test_a_generic_is_its_substances(written: str, names: list[str]) -> None:
    medicine = resolve([written], (), emergency_base())
    assert medicine is not None
    assert [own.name for own in medicine.substances] == names
    assert not medicine.guess
    typed, unknown = propose([written], emergency_base())
    assert not unknown
    assert [own.name for own in typed[0].substances] == names


@pytest.mark.parametrize("written", ["AMOXICILLINE MACHIN BIOGARAN", "warfarine truc", "EG LABO", "acide EG"])
def test_a_word_that_nobody_knows_is_never_passed_over(written: str) -> None:
    typed, unknown = propose([written], emergency_base())
    assert not typed
    assert unknown
