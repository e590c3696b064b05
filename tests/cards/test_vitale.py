"""The Vitale 2 read by its APDUs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.cards.atr import AID_VITALE
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.tlv import encode
from dmp_tui.cards.virtual import Cps3, Faulty, VirtualSource, Vitale2
from dmp_tui.cards.virtual.card import FileCard, VirtualCard
from dmp_tui.cards.virtual.filesystem import Directory, File
from dmp_tui.cards.virtual.vitale import ATR_VITALE2
from dmp_tui.cards.vitale import Beneficiary, Vitale, read_vitale
from dmp_tui.dmp.identity import OwnershipDoubt, Traits, ownership_doubts
from tests.cards.conftest import CHILD, MOTHER, Doctor, attempt, beneficiary

READER = "Lecteur virtuel 1"


def read(card: VirtualCard) -> Vitale:
    source = VirtualSource()
    source.insert(READER, card)
    return read_vitale(source.connect(READER))


def raw(people: bytes, numbers: bytes) -> FileCard:
    """A Vitale with these two files."""
    vitale = Directory(0x0001, (File(0x2010, numbers, sfi=2),), aids=(AID_VITALE,))
    return FileCard(ATR_VITALE2, Directory(0x3F00, (File(0x2F10, people, sfi=2), vitale)))


def test_a_mother_and_her_child(vitale: Vitale2) -> None:
    assert read(vitale).beneficiaries == (MOTHER, CHILD)


@pytest.mark.parametrize("count", [1, 9, 19, 60])
def test_any_number_of_beneficiaries(count: int) -> None:
    people = [beneficiary("FAMILLE", f"Enfant {number}", "20100101", "279035121518989") for number in range(count)]
    assert read(Vitale2(people)).beneficiaries == tuple(people)


NAMES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f\xa0"), max_size=27)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=12))
def test_what_is_written_is_read(names: list[tuple[str, str]]) -> None:
    people = [beneficiary(family, given_name, "19500013", "") for family, given_name in names]
    assert read(Vitale2(people)).beneficiaries == tuple(people)


def test_a_birth_date_that_is_none_is_kept_as_text() -> None:
    odd = Beneficiary(Traits("X", "Y"), "", "", "1950")
    assert read(Vitale2([odd])).beneficiaries[0].birth_text == "1950"
    nonsense = read(raw(encode(0x65, encode(0x80, b"X"), encode(0x82, b"????????")), encode(0x65, encode(0x93, b""))))
    assert nonsense.beneficiaries[0].traits.birth is None
    assert nonsense.beneficiaries[0].birth_text == "????????"


def test_a_lunar_birth_date() -> None:
    (person,) = read(Vitale2([beneficiary("X", "Y", "19501535")])).beneficiaries
    assert person.traits.birth is not None
    assert person.traits.birth.lunar


def test_something_in_the_place_of_the_nir_is_not_the_same_as_none() -> None:
    people = encode(0x65, encode(0x80, b"X")) * 2
    numbers = encode(0x65, encode(0x93, b"ZZZ")) + encode(0x65, encode(0x93, b"0" * 15))
    first, second = read(raw(people, numbers)).beneficiaries
    assert (first.nir, first.nir_unread) == ("", True)
    assert (second.nir, second.nir_unread) == ("", False)


def test_a_number_for_two_names_is_nobodys() -> None:
    people = encode(0x65, encode(0x80, b"X")) + encode(0x65, encode(0x80, b"Y"))
    vitale = read(raw(people, encode(0x65, encode(0x93, b"279035121518989"))))
    assert [person.nir for person in vitale.beneficiaries] == ["", ""]
    assert vitale.unattributed == ("279035121518989",)


def test_two_beneficiaries_with_one_number_raise_a_doubt() -> None:
    shared = read(Vitale2([MOTHER, beneficiary("DURAND", "Tom", "20150101", MOTHER.nir)])).beneficiaries
    numbers = [person.nir for person in shared]
    assert OwnershipDoubt.SHARED in ownership_doubts(shared[0].nir, shared[0].traits, numbers)
    assert OwnershipDoubt.YEAR in ownership_doubts(shared[1].nir, shared[1].traits, numbers)


@pytest.mark.parametrize("failing", [{1}, {2}, {3}, {1, 2, 3}])
def test_failures_that_pass_are_read_again(failing: set[int]) -> None:
    card = Faulty(Vitale2([MOTHER, CHILD]), dict.fromkeys(failing, bytes.fromhex("6F00")))
    assert read(card).beneficiaries == (MOTHER, CHILD)


def test_a_card_that_always_fails_is_unreadable_after_four_times() -> None:
    card = Faulty(Vitale2([MOTHER]), dict.fromkeys(range(1, 100), bytes.fromhex("6F00")))
    with pytest.raises(CardError) as caught:
        read(card)
    assert caught.value.problem is CardProblem.UNREADABLE
    assert card.count == 4


def test_what_lies_behind_the_end_of_a_file_decides_nothing() -> None:
    # The first file is 256 bytes without padding: it might go on, and the card fails where it is asked.
    people = encode(0x65, encode(0x80, b"X" * 60)) * 4
    assert len(people) == 256
    numbers = encode(0x65, encode(0x93, b"0" * 15)) * 4
    card = Faulty(raw(people, numbers), {4: bytes.fromhex("6F00")})
    assert len(read(card).beneficiaries) == 4
    assert card.count == 8, "read once, not again from the start"


def _exchanges() -> int:
    card = Faulty(Vitale2([MOTHER, CHILD]))
    read(card)
    return card.count


@pytest.mark.parametrize("at", range(1, _exchanges() + 1))
def test_pulled_out_at_any_moment(at: int) -> None:
    source = VirtualSource()
    source.insert(READER, Faulty(Vitale2([MOTHER, CHILD]), vanish_at=at))
    with pytest.raises(CardError) as caught:
        read_vitale(source.connect(READER))
    assert caught.value.problem is CardProblem.REMOVED
    with pytest.raises(CardError) as caught:
        source.connect(READER)
    assert caught.value.problem is CardProblem.NO_CARD


def test_another_card_is_of_the_wrong_kind(doctor: Doctor) -> None:
    for card in (
        doctor.card(),
        Cps3((doctor.authentication, doctor.key), atr=bytes.fromhex("3B6800000073C84012009000")),
    ):
        with pytest.raises(CardError) as caught:
            read(card)
        assert caught.value.problem in {CardProblem.WRONG_KIND, CardProblem.UNREADABLE}


def test_a_card_with_nobody_on_it_is_unreadable() -> None:
    with pytest.raises(CardError) as caught:
        read(raw(bytes(32), bytes(32)))
    assert caught.value.problem is CardProblem.UNREADABLE


@given(st.binary(max_size=700), st.binary(max_size=700))
def test_garbage_in_the_files_never_crashes(people: bytes, numbers: bytes) -> None:
    vitale = attempt(lambda: read(raw(people, numbers)))
    assert vitale is CardProblem.UNREADABLE or (isinstance(vitale, Vitale) and vitale.beneficiaries)
