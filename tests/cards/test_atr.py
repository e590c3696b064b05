"""Cards are named for what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.cards.atr import AID_CPS4, identify, kind_of
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.virtual import Cps3, Faulty, VirtualSource, Vitale2
from dmp_tui.cards.virtual.card import FileCard, VirtualCard
from dmp_tui.cards.virtual.filesystem import Directory
from tests.cards.conftest import MOTHER, Doctor

FOREIGN = bytes.fromhex("3B6800000073C84012009000")


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B751300004309EA9000", CardKind.VITALE2),
        ("3B751300004C09EA9000", CardKind.VITALE2),
        ("3B751300004509FA9000", CardKind.VITALE2),
        ("3F6525002209699000", CardKind.VITALE1),
        ("3F6525002C09F99000", CardKind.VITALE1),
        ("3F65250052096A9000", CardKind.VITALE1),
        ("3F652500A3096A9000", CardKind.VITALE1),
        ("3BAC00402A001225006480000310009000", CardKind.CPS3),
        ("3B8F80010031B86404B0ECC1739401808290000E", CardKind.CPS3),
        ("3BAC00402A001225006480820212009000", CardKind.CPS2TER),
        ("3B9B188001001225006480040100009044", CardKind.CPS4),
        ("3B9B188001001225006480000401009044", CardKind.CPS4),
        ("3BDC18FF00001225006480000401009000", CardKind.CPS4),
        ("3B6500002063CBA000", CardKind.BANK),
        ("3B6800000073C84012009000", CardKind.UNKNOWN),
        ("", CardKind.UNKNOWN),
    ],
)
def test_by_atr(atr: str, kind: CardKind) -> None:
    assert kind_of(bytes.fromhex(atr)) is kind


@given(st.binary(max_size=33))
def test_any_atr_has_a_kind(atr: bytes) -> None:
    assert isinstance(kind_of(atr), CardKind)


def _inserted(card: VirtualCard) -> CardKind:
    source = VirtualSource()
    source.insert("Lecteur virtuel 1", card)
    return identify(source.connect("Lecteur virtuel 1"))


def test_an_unknown_atr_is_told_by_its_applications(doctor: Doctor) -> None:
    assert _inserted(Vitale2([MOTHER], atr=FOREIGN)) is CardKind.VITALE2
    assert _inserted(Cps3((doctor.authentication, doctor.key), atr=FOREIGN)) is CardKind.CPS3


@pytest.mark.parametrize(
    ("aid", "kind"),
    [(b"1PAY.SYS.DDF01", CardKind.BANK), (b"2PAY.SYS.DDF01", CardKind.BANK), (AID_CPS4, CardKind.CPS4)],
)
def test_applications_of_other_cards(aid: bytes, kind: CardKind) -> None:
    assert _inserted(FileCard(FOREIGN, Directory(0x3F00, (Directory(0x0001, aids=(aid,)),)))) is kind


def test_a_card_that_selects_nothing_stays_unknown() -> None:
    assert _inserted(FileCard(FOREIGN, Directory(0x3F00))) is CardKind.UNKNOWN


def test_a_card_pulled_out_while_it_is_told() -> None:
    with pytest.raises(CardError) as caught:
        _inserted(Faulty(FileCard(FOREIGN, Directory(0x3F00)), vanish_at=2))
    assert caught.value.problem is CardProblem.REMOVED
