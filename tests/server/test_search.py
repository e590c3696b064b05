"""ITI-67's parameters, without a server: tokens, dates of any precision, order, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.server.outcomes import FhirError
from dmp_tui.server.search import parse_query, sorted_by_date
from tests.dmp.fhir.test_documents import ENTRY


def found(query: str, entry: DocumentEntry = ENTRY) -> bool:
    return parse_query(query).matches(entry)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=11488-4", True),
        ("type=http://loinc.org|11488-4", True),
        ("type=http://loinc.org|", True),
        ("type=|11488-4", False),
        ("type=urn:other|11488-4", False),
        ("type=1,11488-4", True),
        ("type=11488-4&type=1", False),
        ("identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1", True),
        ("identifier=urn:oid:1.2.250.1.999.1", True),
        (f"identifier=urn:ietf:rfc:3986|urn:uuid:{ENTRY.id}", True),
        (f"identifier=urn:ietf:rfc:3986|urn:uuid:{ENTRY.logical_id}", True),
        ("identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999", False),
        ("status=current,superseded", True),
        ("status=current", False),
        ("relatesto=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.0", True),
        ("security-label=MASQUE_PS", True),
        ("security-label=N", True),
        ("isArchived=true", True),
        ("isArchived=false", False),
        ("event=35971002", True),
        ("setting=SAMU_SMUR&facility=SA01", True),
        ("category=10&format=urn:asip:ci-sis:vsm:2012", True),
        ("date=2026-06-12T08:00:00Z", True),
        ("date=2026-06-12T10:00:00%2B02:00", True),
        ("date=2026-06-12", True),
        ("date=ne2026-06-12", False),
        ("date=gt2026-06-11&date=lt2026-06-13", True),
        ("date=sa2026-06-11", True),
        ("date=eb2026-06-13", True),
        ("date=sa2026-06-12", False),
        ("period=2026-06-12T08:30:00Z", False),
        ("period=ge2026-06-12T08:30:00Z", True),
        ("_id=nothing", False),
        ("date=ap2026-06", True),
        ("date=ap2027", False),
        ("type:not=11488-4", False),
        ("type:not=1,2", True),
        ("status:not=current", True),
        ("event:missing=false", True),
        ("event:missing=true", False),
        ("period:missing=false", True),
        ("author.family:missing=true", False),
        ("relatesTo:identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.0", True),
        ("relatesto=urn:oid:1.2.250.1.999.0", True),
        ("PDSm_isArchived=true", True),
        ("period-start=2026-06-12&period-end=2026-06-12", True),
        ("PDSm_DocumentReference_period-start=gt2026-06-12", False),
        ("description:missing=false&description:contains=zzz", False),
        ("", True),
    ],
)
def test_what_a_query_finds(query: str, expected: bool) -> None:
    assert found(query) is expected


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "date=yesterday",
        "type:missing=maybe",
        "type:text=x",
        "type:=1",
        "date:exact=2026",
        "author.family:not=x",
        "author.family:exact=",
        "_summary=text",
        "_total=none",
        "patient:missing=true",
        "date=2026-13",
        "date=0000",
        "type=",
        "type=|",
        "_count=-1",
        "_count=1e3",
        "_offset=x",
        "_sort=size",
        "patient.identifier=12",
        "a",
        "&".join(["type=1"] * 60),
    ],
)
def test_what_is_not_understood_is_refused(query: str) -> None:
    with pytest.raises(FhirError) as raised:
        parse_query(query)
    assert raised.value.status == 400


@given(st.text(max_size=60))
def test_any_query_string_is_answered_or_refused(query: str) -> None:
    try:
        found(query)
    except FhirError as error:
        assert error.status == 400  # noqa: PT017 - both outcomes are right


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_a_document_is_found_by_its_date_at_every_precision(day: date, precision: str) -> None:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    entry = replace(ENTRY, date=moment.isoformat())
    written = day.strftime(precision)
    assert found(f"date={written}", entry)
    assert found(f"date=ge{written}", entry)
    assert found(f"date=le{written}", entry)
    assert not found(f"date=gt{written}", entry)
    assert not found(f"date=lt{written}", entry)


def test_the_newest_comes_first_and_a_date_that_is_none_last() -> None:
    entries = [replace(ENTRY, id=written, date=written) for written in ("2020", "", "2021-05", "2021-05-02T10:00:00Z")]
    assert [d.id for d in sorted_by_date(entries, ascending=False)] == ["2021-05-02T10:00:00Z", "2021-05", "2020", ""]
    assert sorted_by_date(entries, ascending=True)[0].id == ""


@pytest.mark.parametrize("name", ["_include", "_revinclude", "_elements", "_summary"])
def test_what_fhir_has_and_this_server_does_not_do_is_named(name: str) -> None:
    with pytest.raises(FhirError) as raised:
        parse_query(f"{name}=x")
    assert f"not supported: {name}." in raised.value.said.english


def test_a_modifier_that_is_not_done_is_named_and_a_stranger_s_word_is_not() -> None:
    with pytest.raises(FhirError) as raised:
        parse_query("type:in=x")
    assert raised.value.said.english.endswith(": in.")
    with pytest.raises(FhirError) as raised:
        parse_query("DURAND=1")
    assert "DURAND" not in raised.value.said.english


def test_strings_begin_contain_or_are_exactly() -> None:
    entry = replace(ENTRY, description="Épisode fébrile", authors=(replace(ENTRY.authors[0], name="Dr Éva DUPONT"),))
    for query in ("description=episode", "description:contains=febri", "description:exact=Épisode fébrile"):
        assert found(query, entry)
    for query in ("description=febrile", "description:exact=Épisode", "author.family:exact=Dupont"):
        assert not found(query, entry)
    for query in ("author.family=dup", "author.given=eva", "author.family:exact=DUPONT", "author.family:contains=pon"):
        assert found(query, entry)
    assert found("description:missing=true", replace(ENTRY, description=""))


def test_only_the_number_may_be_asked_for() -> None:
    assert parse_query("_summary=count").count == 0
    assert parse_query("_summary=false").count is None
