"""61xx, 6Cxx, and cards that never come to an end."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.cards.channel import CardError, CardProblem, Response, exchange, response_of
from tests.cards.conftest import attempt


class Script:
    """A channel whose card answers what it is told, in turn; the last answer for ever."""

    atr = b""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.sent: list[str] = []

    def transmit(self, apdu: bytes) -> Response:
        self.sent.append(apdu.hex())
        return response_of(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self, reset: bool = True) -> None:
        self.answers.clear()


def test_an_answer_in_parts_is_put_together() -> None:
    channel = Script(["6102", "41426103", "4344459000"])
    assert exchange(channel, bytes.fromhex("00A40000023F00")) == Response(b"ABCDE", 0x9000)
    assert channel.sent == ["00a40000023f00", "00c0000002", "00c0000003"]


@pytest.mark.parametrize(
    ("command", "again"),
    [("00B0820000", "00b0820010"), ("00B08200", "00b0820010"), ("00CB3FFF024D0000", "00cb3fff024d0010")],
)
def test_a_wrong_length_is_asked_again_with_the_right_one(command: str, again: str) -> None:
    channel = Script(["6C10", "00" * 16 + "9000"])
    assert exchange(channel, bytes.fromhex(command)).ok
    assert channel.sent[1] == again


def test_a_command_with_data_gets_the_length_that_it_lacked() -> None:
    channel = Script(["6C04", "9000"])
    exchange(channel, bytes.fromhex("00CB3FFF024D00"))
    assert channel.sent[1] == "00cb3fff024d0004"


@pytest.mark.parametrize("answer", ["6C10", "6110", "00" * 255 + "61FF"])
def test_a_card_that_never_ends_is_unreadable(answer: str) -> None:
    with pytest.raises(CardError) as caught:
        exchange(Script([answer]), bytes.fromhex("00B0820000"))
    assert caught.value.problem is CardProblem.UNREADABLE


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_an_answer_without_a_status_word_is_unreadable(raw: bytes) -> None:
    with pytest.raises(CardError) as caught:
        response_of(raw)
    assert caught.value.problem is CardProblem.UNREADABLE


@given(st.lists(st.binary(min_size=2, max_size=8), min_size=1, max_size=5))
def test_any_answers_end_in_a_response_or_a_card_error(answers: list[bytes]) -> None:
    response = attempt(lambda: exchange(Script([answer.hex() for answer in answers]), bytes.fromhex("00B0000000")))
    if isinstance(response, CardProblem):
        assert response is CardProblem.UNREADABLE
    else:
        assert response.sw >> 8 not in {0x61, 0x6C}
