"""Our own reading through PC/SC: events, cards read, cards pulled out, a service that dies."""

import pytest

from dmp_tui.cards.channel import CardProblem
from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.events import CardKind, CardRemoved, CardsUnavailable, ReaderArrived, ReaderLeft
from dmp_tui.cards.pcsc import PcscSource
from dmp_tui.cards.virtual import Faulty, Vitale2
from dmp_tui.cards.vitale import read_vitale
from tests.cards.conftest import CHILD, MOTHER, attempt, beneficiary
from tests.pcsc.conftest import READERS, Desk, Doctor, kill_service


def test_cards_put_in_and_taken_out(desk: Desk, doctor: Doctor, vitale: Vitale2) -> None:
    assert desk.source.readers() == READERS
    assert desk.insert(0, doctor.card()).kind is CardKind.CPS3
    inserted = desk.insert(1, vitale)
    assert (inserted.atr, inserted.kind) == (vitale.atr, CardKind.VITALE2)
    desk.remove(1)
    desk.insert(1, vitale)
    desk.remove(0)


def test_a_vitale_is_read(desk: Desk) -> None:
    people = (MOTHER, CHILD, *(beneficiary("DURAND", f"Enfant {n}", "20200101") for n in range(17)))
    desk.insert(1, Vitale2(people))
    channel = desk.source.connect(READERS[1])
    assert read_vitale(channel).beneficiaries == people
    channel.close()


def test_a_cps_logs_in(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card())
    card = open_cps(desk.source.connect(READERS[0]))
    assert (card.holder.family, card.tries_left()) == ("MARTIN", 3)
    assert attempt(lambda: card.verify("0000")) is CardProblem.PIN_WRONG
    card.verify("1234")
    doctor.check(card.sign(b"message"), b"message")
    card.close()


@pytest.mark.parametrize(("reset", "left"), [(True, CardProblem.PIN_NEEDED), (False, None)])
def test_closing_makes_the_card_forget_the_pin(
    desk: Desk, doctor: Doctor, reset: bool, left: CardProblem | None
) -> None:
    desk.insert(0, doctor.card())
    channel = desk.source.connect(READERS[0])
    open_cps(channel).verify("1234")
    channel.close(reset)
    again = open_cps(desk.source.connect(READERS[0]))
    signed = attempt(lambda: again.sign(b""))
    assert signed is left or (left is None and isinstance(signed, bytes))
    again.close()


def test_another_program_that_resets_the_card(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card())
    card = open_cps(desk.source.connect(READERS[0]))
    card.verify("1234")
    PcscSource().connect(READERS[0]).close(reset=True)
    assert attempt(lambda: card.sign(b"")) is CardProblem.PIN_NEEDED
    card.verify("1234")
    doctor.check(card.sign(b"message"), b"message")
    card.close()


@pytest.mark.parametrize("at", [1, 2, 3, 6])
def test_a_vitale_pulled_out_in_the_middle(desk: Desk, vitale: Vitale2, at: int) -> None:
    desk.insert(1, Faulty(vitale, vanish_at=at))
    channel = desk.source.connect(READERS[1])
    assert attempt(lambda: read_vitale(channel)) is CardProblem.REMOVED
    channel.close()
    desk.expect(CardRemoved, 1)
    assert attempt(lambda: desk.source.connect(READERS[1])) is CardProblem.NO_CARD


def test_a_cps_pulled_out_before_it_signs(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card())
    card = open_cps(desk.source.connect(READERS[0]))
    card.verify("1234")
    desk.remove(0)
    assert attempt(lambda: card.sign(b"")) is CardProblem.REMOVED
    assert attempt(card.tries_left) is CardProblem.REMOVED
    card.close()


def test_a_service_that_dies_and_comes_back(desk: Desk, doctor: Doctor) -> None:
    desk.insert(0, doctor.card())
    card = open_cps(desk.source.connect(READERS[0]))
    card.verify("1234")
    kill_service()
    desk.expect(CardRemoved, 0)
    desk.expect(ReaderLeft, 0)
    assert desk.expect(CardsUnavailable).problem is CardProblem.NO_SERVICE
    assert attempt(lambda: card.sign(b"")) in {CardProblem.NO_SERVICE, CardProblem.REMOVED}
    card.close()
    desk.expect(ReaderArrived, 1)
    desk.insert(0, doctor.card())
    again = open_cps(desk.source.connect(READERS[0]))
    assert attempt(lambda: again.sign(b"")) is CardProblem.PIN_NEEDED
    again.close()
