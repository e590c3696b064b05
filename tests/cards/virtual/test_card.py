"""The T=0 engine: any bytes get an answer, lengths are right, resets forget."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dmp_tui.cards.atr import AID_CPS3, AID_VITALE, AID_VITALE_MF
from dmp_tui.cards.virtual import Vitale2
from dmp_tui.cards.virtual.card import FileCard
from dmp_tui.cards.virtual.filesystem import Directory, File
from tests.cards.conftest import MOTHER, Doctor

CONTENT = bytes(range(256)) * 2 + b"tail"


@pytest.fixture
def card() -> FileCard:
    inner = Directory(0x0001, (File(0x2001, b"inner", sfi=1),), aids=(b"\xa0\x00\x01",))
    return FileCard(b"", Directory(0x3F00, (File(0x2F00, CONTENT, sfi=2), File(0x2F01, b"secret", pin=True), inner)))


def send(card: FileCard, apdu: str) -> str:
    return card.process(bytes.fromhex(apdu)).hex()


def test_selections(card: FileCard) -> None:
    assert send(card, "00A40000023F00").startswith("61")
    assert send(card, "00A4000C022F00") == "9000"
    assert send(card, "00A4090C043F000001") == "9000"
    assert send(card, "00A4000C022001") == "9000"
    assert send(card, "00A4040C02A000") == "9000"
    assert send(card, "00A4040C02A001") == "6a82"
    assert send(card, "00A4000C029999") == "6a82"
    assert send(card, "00A4090C05 3F00000120") == "6a82"


def test_a_failed_selection_leaves_the_one_before(card: FileCard) -> None:
    send(card, "00A4000C022F00")
    assert send(card, "00A4000C029999") == "6a82"
    assert send(card, "00B0020004") == b"tail".hex() + "9000"


def test_reading(card: FileCard) -> None:
    assert send(card, "00B0000000") == "6986"
    assert send(card, "00B0820000") == CONTENT[:256].hex() + "9000"
    assert send(card, "00B0010000") == CONTENT[256:512].hex() + "9000"
    assert send(card, "00B0020000") == "6c04"
    assert send(card, "00B0020002") == b"ta".hex() + "9000"
    assert send(card, "00B0020400") == "6b00"
    assert send(card, "00B0840000") == "6a82"
    send(card, "00A4000C022F01")
    assert send(card, "00B0000000") == "6982"


def test_an_answer_is_fetched_in_parts_and_once(card: FileCard) -> None:
    assert send(card, "00A40000022F00") == "611a"
    first = send(card, "00C0000002")
    assert first.endswith("6118")
    assert send(card, "00C0000019") == "6c18"
    assert send(card, "00C0000018").endswith("9000")
    assert send(card, "00C0000018") == "6985"


def test_a_command_in_between_drops_the_answer(card: FileCard) -> None:
    send(card, "00A40000022F00")
    send(card, "00B0820004")
    assert send(card, "00C000001A") == "6985"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("00A4", "6700"),
        ("", "6700"),
        ("00A4000005 3F00", "6700"),
        ("00A4000000 3F00", "6700"),
        ("80B0000000", "6e00"),
        ("00FF000000", "6d00"),
    ],
)
def test_what_is_no_command_of_ours(card: FileCard, apdu: str, sw: str) -> None:
    assert send(card, apdu) == sw


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_a_vitale_answers_anything_with_a_status_word(apdus: list[bytes]) -> None:
    card = Vitale2([MOTHER])
    for apdu in apdus:
        assert len(card.process(apdu)) >= 2


INSTRUCTIONS = st.sampled_from([0xA4, 0xB0, 0xC0, 0x20, 0x22, 0x24, 0x2A, 0x2C, 0x88, 0xCB])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(INSTRUCTIONS, st.binary(min_size=2, max_size=2), st.binary(max_size=40)), max_size=8))
def test_a_cps_answers_any_command_with_a_status_word(doctor: Doctor, commands: list[tuple[int, bytes, bytes]]) -> None:
    card = doctor.card()
    for instruction, parameters, data in commands:
        body = bytes((len(data),)) + data if data else b""
        assert len(card.process(bytes((0x00, instruction)) + parameters + body)) >= 2


def test_a_reset_forgets_the_selection_and_the_pin(doctor: Doctor) -> None:
    card = doctor.card()
    select = "00A4040C0D" + AID_CPS3.hex()
    assert send(card, select) == "9000"
    assert send(card, "0020000104 31323334") == "9000"
    assert send(card, "00200001") == "9000"
    card.reset()
    assert send(card, "00200001") == "63c3"
    assert send(card, "0020000104 31313131") == "63c2"
    assert send(card, "0020000204 31323334") == "6a88"


def test_the_key_wants_an_environment_and_a_digest_of_its_size(doctor: Doctor) -> None:
    card = doctor.card()
    send(card, "0020000104 31323334")
    assert send(card, "0088000004 01020304") == "6985"
    assert send(card, "002241A406 800102840181") == "6a88"
    assert send(card, "002241A406 800112840182") == "6a80"
    assert send(card, "002241B606 800102840182") == "6a86"
    # Local keys are named with or without their high bit, the objects in any order.
    for environment in ("800102840182", "840182800102", "840102800102"):
        assert send(card, "002241A406" + environment) == "9000"
    assert send(card, "0088000067" + "00" * 103) == "6700"
    assert send(card, "0088000033" + "00" * 51) == "6100"


def test_a_vitale_names_its_applications_and_points_to_its_files() -> None:
    card = Vitale2([MOTHER])
    for aid in (AID_VITALE_MF, AID_VITALE):
        assert send(card, f"00A4040C{len(aid):02x}" + aid.hex()) == "9000"
    assert send(card, "00A4000C022001") == "9000"
    assert AID_VITALE.hex() in send(card, "00B000002B") + send(card, "00B0000020")
