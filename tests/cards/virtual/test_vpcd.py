"""The protocol of vpcd, spoken to a socket that plays its part."""

import socket
from collections.abc import Iterator

import pytest

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.virtual import Faulty, Vitale2
from dmp_tui.cards.virtual.vpcd import VpcdSlot


class Vpcd:
    """The other end: a listening socket, and the card that came to it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.port = int(self.listener.getsockname()[1])

    def accept(self) -> socket.socket:
        card, _address = self.listener.accept()
        card.settimeout(10)
        return card


def ask(card: socket.socket, message: bytes) -> bytes:
    card.sendall(len(message).to_bytes(2, "big") + message)
    return answer(card)


def answer(card: socket.socket) -> bytes:
    length = int.from_bytes(exactly(card, 2), "big")
    return exactly(card, length)


def exactly(card: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = card.recv(count - len(received))
        assert part
        received += part
    return received


@pytest.fixture
def vpcd() -> Iterator[Vpcd]:
    service = Vpcd()
    yield service
    service.listener.close()


def test_a_card_answers_its_atr_and_apdus(vpcd: Vpcd, vitale: Vitale2) -> None:
    slot = VpcdSlot(vpcd.port)
    slot.insert(vitale)
    with vpcd.accept() as card:
        card.sendall(bytes.fromhex("000101"))
        assert ask(card, b"\x04") == vitale.atr
        assert ask(card, bytes.fromhex("00A4000C023F00")) == bytes.fromhex("9000")
        assert ask(card, bytes.fromhex("00A40000022F10"))[0] == 0x61
        # A reset is not answered, and forgets what was to be fetched.
        card.sendall(bytes.fromhex("000102"))
        assert ask(card, bytes.fromhex("00C0000000")) == bytes.fromhex("6985")
        slot.remove()
        assert card.recv(1) == b""
    slot.remove()
    assert slot.card is None


def test_a_card_put_in_again(vpcd: Vpcd, vitale: Vitale2) -> None:
    slot = VpcdSlot(vpcd.port)
    for _time in range(2):
        slot.insert(vitale)
        with vpcd.accept() as card:
            assert ask(card, b"\x04") == vitale.atr
            slot.remove()


def test_a_card_that_vanishes_closes(vpcd: Vpcd, vitale: Vitale2) -> None:
    slot = VpcdSlot(vpcd.port)
    slot.insert(Faulty(vitale, vanish_at=1))
    with vpcd.accept() as card:
        card.sendall(bytes.fromhex("000700A4000C023F00"))
        assert card.recv(1) == b""
    slot.remove()


def test_a_service_that_ends_leaves_the_slot_empty(vpcd: Vpcd, vitale: Vitale2) -> None:
    slot = VpcdSlot(vpcd.port)
    slot.insert(vitale)
    vpcd.accept().close()
    assert slot._thread
    slot._thread.join(10)
    assert slot.card is None


def test_without_a_service(vpcd: Vpcd, vitale: Vitale2) -> None:
    vpcd.listener.close()
    with pytest.raises(CardError) as caught:
        VpcdSlot(vpcd.port).insert(vitale)
    assert caught.value.problem is CardProblem.NO_SERVICE
