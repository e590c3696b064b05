"""The table of medicines that weigh in an emergency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.sheet import critical
from dmp_tui.dmp.sheet.critical import critical_code, families, named_substances, stem, substances

ATC = critical.ATC


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("COUMADINE 2 mg, comprimé", "avk"),
        ("Previscan 20", "avk"),
        ("warfarin", "avk"),
        ("ELIQUIS 5 mg", "doac"),
        ("Lovenox 4000 UI", "heparin"),
        ("KARDEGIC 75 mg", "antiplatelet"),
        ("Insuline glargine", "insulin"),
        ("LANTUS SOLOSTAR", "insulin"),
        ("Dépakine chrono", "antiepileptic"),
        ("Néoral 50", "immunosuppressant"),
        ("NOVATREX", "methotrexate"),
        ("SKENAN LP", "opioid"),
        ("Digoxine", "digoxin"),
        ("CORTANCYL", "corticoid"),
        ("TERALITHE", "lithium"),
        ("Cordarone", "antiarrhythmic"),
        ("BISOPROLOL 2,5", "betablocker"),
        ("SPASFON", ""),
        ("DOLIPRANE", ""),
        ("", ""),
    ],
)
def test_by_name(label: str, code: str) -> None:
    assert critical_code((), [label]) == code


@pytest.mark.parametrize(
    ("atc", "code"),
    [
        ("B01AA12", "avk"),
        ("B01AE07", "doac"),
        ("B01AF99", "doac"),
        ("L04AX03", "methotrexate"),
        ("L04AB99", "immunosuppressant"),
        ("A10AE04", "insulin"),
        ("C07AB07", "betablocker"),
        ("N02BE01", ""),
        ("b01aa03", "avk"),
    ],
)
def test_by_atc(atc: str, code: str) -> None:
    assert critical_code([Coding(ATC, atc)], ["?"]) == code


def test_the_code_goes_before_the_name() -> None:
    assert critical_code([Coding(ATC, "B01AF01")], ["COUMADINE"]) == "doac"


def test_brands_name_their_substances() -> None:
    assert named_substances("AUGMENTIN 1 g") == {"amoxicilline", "acide clavulanique"}
    assert substances([Coding(ATC, "B01AC06")], ["ASPEGIC"]) == {"acide acetylsalicylique"}
    assert named_substances("acide acétylsalicylique") == {"acide acetylsalicylique"}


def test_families() -> None:
    assert families("Allergie aux pénicillines") == ("J01C",)
    assert families("AINS") == ("M01A",)
    assert families("Kiwi") == ()


def test_every_row_of_the_table_finds_itself() -> None:
    for name, codes in critical._table()[2].items():
        assert name in named_substances(name)
        assert codes
        for code in codes:
            assert len(code) == 7, name


def test_a_critical_substance_has_the_code_of_its_atc_class() -> None:
    for code, (name, declared) in critical._table()[0].items():
        if declared:
            found = critical_code([Coding(ATC, code)], [])
            assert found in {declared, ""}, name


@given(st.text(max_size=20))
def test_any_word_has_a_stem(word: str) -> None:
    assert word.startswith(stem(word))
