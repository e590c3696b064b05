"""Whom a document says it is about, held against a person."""

import pytest

from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Sex, Traits, nir_key, parse_birth_date
from dmp_tui.dmp.subjects import held_ins, ins_of, is_of_another, numbers_of_others, warnings_of, written_numbers

CLAIRE = Ins("279035121518989", OID_NIR_TEST)
TRAITS = Traits("MARTINEAU", "Claire Anne", parse_birth_date("1979-03-28"), Sex.F)


def subject(*identifiers: tuple[str, str], traits: Traits = TRAITS) -> Subject:
    return Subject(identifiers, traits)


def test_the_same_ins_with_or_without_its_key() -> None:
    for value in ("279035121518989", "2790351215189"):
        assert not is_of_another(subject((OID_NIR_TEST, value)), CLAIRE)
    assert warnings_of(subject((OID_NIR_TEST, "279035121518900")), CLAIRE, TRAITS) == ("ins-key-wrong",)


def test_another_ins_is_another_persons() -> None:
    other = subject(("urn:oid:" + OID_NIR_TEST, "184127512345678"))
    assert is_of_another(other, CLAIRE)
    assert held_ins(other) == "184127512345678"
    assert is_of_another(subject((OID_NIR_TEST, "???")), CLAIRE)


def test_a_local_number_is_no_ins() -> None:
    local = subject(("1.2.3.4", "184127512345678"))
    assert not is_of_another(local, CLAIRE)
    assert (held_ins(local), ins_of(local)) == ("", None)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (Traits("Martineau", "CLAIRE", None), ()),
        (Traits("DUPONT", "Claire", None), ("name-differs",)),
        (Traits("MARTINEAU", "Jeanne", None), ("name-differs",)),
        (Traits("", "", parse_birth_date("1979-03-29")), ("birth-date-differs",)),
        (Traits("", "", parse_birth_date("1979")), ()),
        (Traits("", "", None, Sex.M), ("sex-differs",)),
    ],
)
def test_what_differs(said: Traits, found: tuple[str, ...]) -> None:
    assert warnings_of(subject(traits=said), CLAIRE, TRAITS) == found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("INS : 2 79 03 51 215 189 89 (NIR)", ("279035121518989",)),
        ("N° 279035121518989.", ("279035121518989",)),
        ("2 79 03 51 215 189 88", ()),
        ("tél. 06 12 34 56 78, dossier 12790351215189891", ()),
        ("279035121518989 et encore 2\u00a079\u00a003\u00a051\u00a0215\u00a0189\u00a089", ("279035121518989",)),
    ],
)
def test_numbers_are_found_in_a_text_by_their_key(text: str, numbers: tuple[str, ...]) -> None:
    assert written_numbers(text) == numbers


def test_ones_own_number_is_nobody_elses() -> None:
    other = "184127512345" + "6"
    theirs = other + nir_key(other)
    assert numbers_of_others(f"279035121518989 {theirs}", CLAIRE) == (theirs,)
