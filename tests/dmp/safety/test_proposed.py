"""What a name that is being typed may become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.safety.proposed import LETTERS, begins, candidates

from .bases import BASE


def labels(typed: str, limit: int = 8) -> list[str]:
    return [one.label for one in candidates(typed, emergency_base(), limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("amo", "amoxicilline"),
        ("ket", "kétamine"),
        ("etomidate", "étomidate"),
        ("ÉTOMIDATE", "étomidate"),
        ("doliprane", "DOLIPRANE"),
        ("suxam", "suxaméthonium"),
    ],
)
def test_three_letters_and_the_substance_is_first(typed: str, first: str) -> None:
    assert labels(typed)[0].upper() == first.upper()
    assert not candidates(typed, emergency_base())[0].guess


def test_a_slip_is_a_guess_and_stands_behind_what_was_meant() -> None:
    found = candidates("amoxiciline", emergency_base())
    assert found[0].name == "amoxicilline"
    assert found[0].guess
    guesses = [one.guess for one in candidates("oxa", emergency_base())]
    assert guesses == sorted(guesses)


def test_the_brand_of_a_substance_that_is_there_adds_nothing() -> None:
    assert "KÉTALAR" not in labels("ket")
    assert labels("kétal")[:1] == ["KÉTALAR"]


@given(st.text(max_size=12))
def test_any_text_is_answered(typed: str) -> None:
    for base in (BASE, emergency_base()):
        found = candidates(typed, base, 4)
        assert len(found) <= 4
        assert all(one.substances and one.label for one in found)
        assert found == () or len(typed.strip()) >= LETTERS


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("acide tranexamique", "tra", True),
        ("Étomidate", "etom", True),
        ("amoxicilline", "cill", False),
        ("KARDEGIC 75 mg", "kardegic 75", True),
    ],
)
def test_a_word_that_begins_so(name: str, typed: str, said: bool) -> None:
    assert begins(name, typed) is said
