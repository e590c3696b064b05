"""Sealed values open in their own place only, with their own key, unchanged."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.store import StoreError, StoreProblem
from dmp_tui.store.sealing import place, seal, unseal

KEY = AESGCM(bytes(32))
HERE = place("patient-1", "content", "document-1")


@given(st.binary())
def test_what_was_sealed_opens(content: bytes) -> None:
    assert unseal(KEY, seal(KEY, content, HERE), HERE) == content


@given(st.binary(min_size=1), st.data())
def test_one_changed_bit_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, content, HERE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(StoreError) as raised:
        unseal(KEY, bytes(sealed), HERE)
    assert raised.value.problem is StoreProblem.DAMAGED


@pytest.mark.parametrize(
    "elsewhere",
    [
        place("patient-2", "content", "document-1"),
        place("patient-1", "entries", "document-1"),
        place("patient-1", "content", "document-2"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: bytes) -> None:
    with pytest.raises(StoreError):
        unseal(KEY, seal(KEY, b"content", HERE), elsewhere)


def test_another_key_does_not_open() -> None:
    with pytest.raises(StoreError):
        unseal(AESGCM(bytes([1]) * 32), seal(KEY, b"content", HERE), HERE)


@pytest.mark.parametrize("length", [0, 11, 12, 27])
def test_what_is_too_short_is_damaged(length: int) -> None:
    with pytest.raises(StoreError):
        unseal(KEY, bytes(length), HERE)


def test_no_two_seals_are_alike() -> None:
    assert seal(KEY, b"content", HERE) != seal(KEY, b"content", HERE)
