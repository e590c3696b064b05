"""Hostile JSON is refused with a typed problem, and never with another exception."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import DocumentError, DocumentProblem
from dmp_tui.dmp.fhir.strict import MAX_BYTES, MAX_DEPTH, Number, parse_object


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", DocumentProblem.EMPTY),
        (b" \n", DocumentProblem.EMPTY),
        (b"<Bundle/>", DocumentProblem.NOT_JSON),
        (b'{"a": NaN}', DocumentProblem.NOT_JSON),
        (b'{"a": -Infinity}', DocumentProblem.NOT_JSON),
        (b'{"a": 1e999}', DocumentProblem.NOT_JSON),
        (b'{"a": ' + b"9" * 10_000 + b"}", DocumentProblem.NOT_JSON),
        (b'{"a": 0.' + b"9" * 10_000 + b"}", DocumentProblem.NOT_JSON),
        (b'{"a": 1, "a": 2}', DocumentProblem.NOT_JSON),
        (b'{"b": [{"a": 1, "a": 2}]}', DocumentProblem.NOT_JSON),
        (b'{"a": "\\ud800"}', DocumentProblem.NOT_JSON),
        (b'{"\\udfff": 1}', DocumentProblem.NOT_JSON),
        (b'{"a": "\xff"}', DocumentProblem.NOT_JSON),
        ('{"a": 1}'.encode("utf-16"), DocumentProblem.NOT_JSON),
        (b'{"a": 1} {"b": 2}', DocumentProblem.NOT_JSON),
        (b'{"a": ' + b"[" * 100_000, DocumentProblem.TOO_DEEP),
        (b'{"a": ' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}", DocumentProblem.TOO_DEEP),
        (b" " * (MAX_BYTES + 1) + b"1", DocumentProblem.TOO_LARGE),
        (b"[1]", DocumentProblem.NOT_FHIR_DOCUMENT),
        (b'"text"', DocumentProblem.NOT_FHIR_DOCUMENT),
    ],
    ids=range(20),
)
def test_what_is_refused(content: bytes, problem: DocumentProblem) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_object(content)
    assert caught.value.problem is problem


def test_an_error_quotes_nothing_of_what_it_read() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_object(b'{"family": PAT-TROIS}')
    assert "PAT" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_numbers_stay_as_written() -> None:
    value = parse_object(b'\xef\xbb\xbf{"a": 4.0, "b": 1e3, "c": -0}')
    assert value == {"a": "4.0", "b": "1e3", "c": "-0"}
    assert isinstance(value["a"], Number)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_the_limit_of_depth_is_allowed() -> None:
    inner = MAX_DEPTH - 1
    assert parse_object(b'{"a": ' + b"[" * inner + b"]" * inner + b"}")


@given(st.binary(max_size=200))
def test_any_bytes_give_an_object_or_a_document_error(content: bytes) -> None:
    with suppress(DocumentError):
        assert isinstance(parse_object(content), dict)
