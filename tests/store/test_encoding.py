"""Dataclasses to JSON and back: nothing is lost, nothing unforeseen is taken."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import Consent, Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Coding, Entry, Kind, Part
from dmp_tui.dmp.narrative import Items, Paragraph, Picture, Table
from dmp_tui.store.encoding import EncodingError, decode, encode, microseconds, moment
from tests.store.people import allergy, consent, document, record


@dataclass(frozen=True, slots=True)
class Everything:
    """Every shape that a field may have."""

    text: str
    number: int
    flag: bool
    ratio: float
    raw: bytes
    when: datetime
    day: date
    kind: Kind
    pair: tuple[str, int]
    many: tuple[Coding, ...]
    some: frozenset[Kind]
    maybe: Coding | None = None
    late: str = "default"


everything = st.builds(
    Everything,
    text=st.text(st.characters(codec=None)),
    number=st.integers(),
    flag=st.booleans(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    raw=st.binary(),
    when=st.datetimes(timezones=st.just(UTC)),
    day=st.dates(),
    kind=st.sampled_from(Kind),
    pair=st.tuples(st.text(), st.integers()),
    many=st.lists(st.builds(Coding, st.text(), st.text())).map(tuple),
    some=st.frozensets(st.sampled_from(Kind)),
    maybe=st.none() | st.builds(Coding, st.text(), st.text()),
)


@given(everything)
def test_every_shape_comes_back(value: Everything) -> None:
    assert decode(Everything, encode(Everything, value)) == value


@pytest.mark.parametrize(
    ("kind", "value"), [(Record, record()), (DocumentEntry, document()), (Consent, consent()), (Entry, allergy())]
)
def test_what_the_store_keeps_comes_back(kind: type, value: object) -> None:
    assert decode(kind, encode(kind, value)) == value


def test_members_of_a_union_keep_their_class() -> None:
    part = Part("1", "t", (Paragraph("a"), Items(("b",)), Table((("c",),)), Picture("d")))
    assert decode(Part, encode(Part, part)) == part


def test_equal_sets_give_equal_bytes() -> None:
    kinds = list(Kind)
    assert encode(frozenset[Kind], frozenset(kinds)) == encode(frozenset[Kind], frozenset(reversed(kinds)))


def test_a_default_is_left_out_and_read_again() -> None:
    assert encode(Coding, Coding("s", "c")) == b'{"system":"s","code":"c"}'
    assert decode(Coding, b'{"system":"s","code":"c"}') == Coding("s", "c", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'{"system":"s"}',
        b'{"system":"s","code":1}',
        b'{"system":"s","code":"c","more":""}',
        b'{"system":"s","code":null}',
        b"\xff",
    ],
)
def test_what_the_type_does_not_foresee_is_refused(content: bytes) -> None:
    with pytest.raises(EncodingError) as raised:
        decode(Coding, content)
    assert "s" not in str(raised.value).split()


@pytest.mark.parametrize("value", [None, "text", Coding("s", 1), Coding("s", "c", None)])  # type: ignore[arg-type] # wrong on purpose
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(EncodingError):
        encode(Coding, value)


@pytest.mark.parametrize("number", [10**18, -(10**18), 10**30])
def test_a_moment_that_no_calendar_has_is_refused(number: int) -> None:
    with pytest.raises(EncodingError):
        decode(datetime, str(number).encode())


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])).filter(lambda d: 1 < d.year < 9999))
def test_moments_are_exact(when: datetime) -> None:
    assert moment(microseconds(when)) == when
