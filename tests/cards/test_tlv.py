"""BER-TLV, true and false."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.tlv import Tlv, encode, end, find, find_all, parse
from tests.cards.conftest import attempt

TAGS = st.sampled_from([0x65, 0x80, 0x93, 0x30, 0x5F37, 0x7F21, 0xBF8101])


@given(st.lists(st.tuples(TAGS, st.binary(max_size=70_000)), max_size=4), st.sampled_from([b"", bytes(9), b"\xff\xff"]))
def test_what_is_encoded_is_read_back(objects: list[tuple[int, bytes]], padding: bytes) -> None:
    data = b"".join(encode(tag, value) for tag, value in objects) + padding
    assert parse(data) == tuple(Tlv(tag, value) for tag, value in objects)
    assert end(data) == len(data) - len(padding)


@given(st.binary(max_size=200))
def test_garbage_is_read_or_refused_and_nothing_else(data: bytes) -> None:
    objects = attempt(lambda: parse(data))
    if isinstance(objects, CardProblem):
        assert objects is CardProblem.UNREADABLE
        assert end(data) is None
    else:
        assert end(data) is not None
        assert sum(len(o.value) for o in objects) <= len(data)


@given(TAGS, st.binary(min_size=1, max_size=300), st.data())
def test_an_object_cut_short_is_not_complete(tag: int, value: bytes, data: st.DataObject) -> None:
    whole = encode(tag, value)
    cut = data.draw(st.integers(min_value=1, max_value=len(whole) - 1))
    assert end(whole[:cut]) is None


def test_find_goes_down_the_first_path() -> None:
    data = encode(0x65, encode(0x80, b"A")) + encode(0x65, encode(0x80, b"B"))
    assert find(data, 0x65, 0x80) == b"A"
    assert find(data, 0x65, 0x81) is None
    assert [find(value, 0x80) for value in find_all(data, 0x65)] == [b"A", b"B"]


@pytest.mark.parametrize("data", ["65", "6581", "658400000001", "7F", "7FFFFFFF01", "6580"])
def test_headers_that_are_none(data: str) -> None:
    with pytest.raises(CardError):
        parse(bytes.fromhex(data))
