"""Which documents a consultation shows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consultation import (
    View,
    chain,
    distinct,
    first_view,
    is_by_others,
    is_recent,
    is_unread,
    links_of,
    matcher,
    names_another,
    nested,
)
from dmp_tui.dmp.documents import Author, DocumentEntry, DocumentStatus, Relation
from dmp_tui.dmp.entries import Coding

TODAY = date(2026, 11, 22)


def document(id_: str, on: str = "2026-03-12T09:00:00Z", **more: object) -> DocumentEntry:
    given: dict[str, object] = {
        "patient_id": "p",
        "unique_id": f"1.2.{id_}",
        "type": Coding("http://loinc.org", "11502-2", "CR de biologie"),
        "class_": Coding("", "10"),
        "title": f"Document {id_}",
        "date": on,
        "submitted": on,
        "media_type": "text/xml",
        "size": 1,
        "hash": id_,
        "format": Coding("", ""),
        "authors": (Author("8001", "Dr PETIT Luc", specialty="SM04"),),
        "submitter": Author("8001", "Dr PETIT Luc"),
        "readable": "entries",
    }
    return DocumentEntry(id=id_, **{**given, **more})  # type: ignore[arg-type]  # a test's short hand


def replacing(id_: str, old: DocumentEntry, on: str = "2026-03-12T09:00:00Z", **more: object) -> DocumentEntry:
    return replace(document(id_, on, **more), relations=(Relation("replaces", old.unique_id),))


@pytest.mark.parametrize(
    ("on", "shown"),
    [
        ("2026-11-22T08:00:00Z", True),
        ("2024-11-22", True),
        ("2024-11-21", False),
        ("2024-11", True),
        ("2024", True),
        ("2023", False),
        ("", True),
        ("bientôt", True),
        ("2031-01-01", True),
    ],
)
def test_two_years_by_the_documents_date(on: str, shown: bool) -> None:
    assert is_recent(document("a", on), TODAY) is shown


def test_two_years_before_the_29th_of_february() -> None:
    assert is_recent(document("a", "2022-02-28"), date(2024, 2, 29))
    assert not is_recent(document("a", "2022-02-27"), date(2024, 2, 29))


def test_vaccinations_of_any_age_and_nothing_that_is_not_current() -> None:
    old = document("a", "2009-01-01", type=Coding("http://loinc.org", "11369-6"))
    assert is_recent(old, TODAY)
    assert is_recent(replace(old, type=Coding("", "x"), format=Coding("", "urn:asip:ci-sis:vac:2019")), TODAY)
    assert not is_recent(replace(old, archived=True), TODAY)
    assert not is_recent(document("b", status=DocumentStatus.SUPERSEDED), TODAY)
    assert not is_recent(document("b", status=DocumentStatus.ENTERED_IN_ERROR), TODAY)


def test_the_first_view_is_what_changed_if_something_did() -> None:
    last = datetime(2026, 1, 1, tzinfo=UTC)
    assert first_view([document("a")], last) is View.NEW
    assert first_view([document("a", submitted="2025-01-01T00:00:00Z")], last) is View.RECENT
    assert first_view([document("a")], None) is View.RECENT


def test_third_parties_and_what_was_not_read() -> None:
    assert is_by_others(document("a"), "8002")
    assert not is_by_others(document("a"), "8001")
    assert is_by_others(document("a", authors=(Author("", "x"),), submitter=Author("", "")), "")
    assert is_unread(document("a", readable="narrative"))
    assert is_unread(document("a", warnings=("partly-read",)))
    assert not is_unread(document("a", warnings=("unknown-parent",)))
    assert names_another(document("a", warnings=("birth-date-differs",)))


def test_one_document_of_each_unique_id() -> None:
    first, copy = document("a"), document("b", unique_id="1.2.a", hash="a", version=2)
    other = document("c", unique_id="1.2.a", hash="other")
    assert [d.id for d in distinct([first, copy, other])] == ["b", "c"]
    nameless = [document("a", unique_id=""), document("b", unique_id="", hash="a")]
    assert len(distinct(nameless)) == 2


def test_a_chain_of_replacements_is_walked_both_ways() -> None:
    one = document("1", "2026-01-01", status=DocumentStatus.SUPERSEDED)
    two = replacing("2", one, on="2026-02-01", submitted="2026-02-01T00:00:00Z", status=DocumentStatus.SUPERSEDED)
    three = replacing("3", two, on="2026-03-01", submitted="2026-03-01T00:00:00Z")
    everything = [three, two, one, document("4")]
    links = links_of(everything)
    for start in (one, two, three):
        assert [d.id for d in chain(start, links)] == ["3", "2", "1"]
    assert chain(document("4"), links) == (document("4"),)
    assert [(d.id, depth) for d, depth in nested(everything, links)] == [("3", 0), ("2", 1), ("1", 2), ("4", 0)]
    assert [d.id for d, _ in nested([one, two], links)] == ["2", "1"]


def test_a_replacement_that_was_withdrawn_replaces_nothing() -> None:
    old = document("1", status=DocumentStatus.SUPERSEDED)
    links = links_of([old, replacing("2", old, status=DocumentStatus.ENTERED_IN_ERROR)])
    assert not links


def test_a_replacement_named_by_its_address_is_found() -> None:
    old = document("1")
    new = document("2", relations=(Relation("replaces", "DocumentReference/1"),))
    assert links_of([old, new])["1"].newer == (new,)


ids = st.sampled_from("abcdef")


@given(st.lists(st.tuples(ids, st.lists(ids, max_size=3), st.sampled_from(DocumentStatus)), max_size=6))
def test_nothing_is_lost_however_documents_replace_each_other(
    drawn: list[tuple[str, list[str], DocumentStatus]],
) -> None:
    documents = distinct(
        document(
            f"{id_}{place}",
            unique_id=id_,
            hash=str(place),
            status=status,
            relations=tuple(Relation("replaces", target) for target in targets),
        )
        for place, (id_, targets, status) in enumerate(drawn)
    )
    links = links_of(documents)
    placed = [d.id for d, _ in nested(documents, links)]
    assert sorted(placed) == sorted(d.id for d in documents)
    for each in documents:
        assert each in chain(each, links)


WORDS = "BIOLOGIE CR DE BIOLOGIE LABORATOIRE DR LE GALL YANN CARDIOLOGIE ECHOGRAPHIE TRANSTHORACIQUE"


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("", True),
        ("bio", True),
        ("Cardiologie Le Gall", True),
        ("gall le", True),
        ("échographie", True),
        ("thoracique", True),
        ("thora", True),
        ("all", False),
        ("imagerie", False),
        ("2026", True),
        ("2025", False),
        ("03/2026", True),
        ("3/26", True),
        ("3/2", True),
        ("12/03", True),
        ("12/03/2026", True),
        ("12/04/2026", False),
        ("2026-03", True),
        ("2026-04", False),
        ("bio 11/2026", False),
        ("//", True),
    ],
)
def test_what_is_typed_finds_by_words_and_dates(typed: str, fits: bool) -> None:
    assert matcher(typed)(document("a"), WORDS) is fits


@given(st.text(max_size=12))
def test_whatever_is_typed_is_understood_somehow(typed: str) -> None:
    assert matcher(typed)(document("a"), WORDS) in {True, False}
