"""A file to be deposited: what it is, and its metadata."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.documents import Confidentiality, Relation
from dmp_tui.dmp.entries import DocumentProblem
from dmp_tui.dmp.files import (
    LARGEST_FILE,
    FileError,
    FileKind,
    FileProblem,
    draft_of,
    is_dated_ahead,
    is_free,
    kind_of,
    replacing,
    with_level,
    with_type,
)
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins
from tests.dmp.cda.build import document
from tests.server.test_summaries import ips

CLAIRE = Ins("279035121518989", OID_NIR_TEST)
PAUL = Ins("184127512345678", OID_NIR_TEST)
NOW = "2026-11-22T13:02:00Z"
PDF = b"%PDF-1.4\n..."


@pytest.mark.parametrize(
    ("content", "kind", "media"),
    [
        (PDF, FileKind.PDF, "application/pdf"),
        (b"\r\n\x00junk%PDF-1.7", FileKind.PDF, "application/pdf"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", FileKind.CDA, "application/xml"),
        ("<a/>".encode("utf-16"), FileKind.CDA, "application/xml"),
        (b'  {"resourceType": "Bundle"}', FileKind.FHIR, "application/fhir+json"),
        ("Prêt à sortir\n".encode(), FileKind.TEXT, "text/plain"),
        (b"\xff\xd8\xff\xe0....", FileKind.IMAGE, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", FileKind.IMAGE, "image/png"),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, kind: FileKind, media: str) -> None:
    assert kind_of(content) == (kind, media)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", FileProblem.EMPTY),
        (b" \n\t", FileProblem.EMPTY),
        (b"PK\x03\x04...", FileProblem.UNKNOWN),
        (b"caf\xe9", FileProblem.UNKNOWN),
        (b"\x1b[2J", FileProblem.UNKNOWN),
        (b"<html><body/></html>", FileProblem.UNREADABLE),
        (b"{", FileProblem.UNREADABLE),
        (PDF + bytes(LARGEST_FILE), FileProblem.TOO_LARGE),
    ],
)
def test_what_cannot_be_deposited_says_why(content: bytes, problem: FileProblem) -> None:
    with pytest.raises(FileError) as caught:
        draft_of(content, CLAIRE, NOW)
    assert caught.value.problem is problem


def test_xml_that_is_no_cda_says_so() -> None:
    with pytest.raises(FileError) as caught:
        draft_of(b"<html/>", CLAIRE, NOW)
    assert caught.value.document is DocumentProblem.NOT_CDA


def test_a_pdf_is_a_report_of_the_emergency_department_unless_one_chooses() -> None:
    draft = draft_of(PDF, CLAIRE, NOW)
    assert (draft.entry.type.code, draft.entry.class_.code, draft.entry.date) == ("15507-7", "10", NOW)
    assert draft.entry.title == "CR de passage aux urgences"
    assert draft.subject is None
    chosen = with_type(draft, "11490-0")
    assert (chosen.entry.title, chosen.entry.class_.code) == ("Lettre de liaison de sortie", "11")
    assert with_type(draft_of(PDF, CLAIRE, NOW, title="Courrier"), "11490-0").entry.title == "Courrier"


def test_a_cda_says_its_own() -> None:
    draft = draft_of(document(), CLAIRE, NOW)
    assert draft.entry.unique_id
    assert draft.subject is not None
    assert not is_free(draft)
    assert with_type(draft, "11490-0") == draft


def test_a_fhir_document_says_its_own() -> None:
    draft = draft_of(ips("arachide"), CLAIRE, NOW)
    assert (draft.kind, draft.entry.type.code, draft.entry.date) == (
        FileKind.FHIR, "60591-5", json.loads(ips("arachide"))["timestamp"],
    )  # fmt: skip


def test_the_same_file_of_the_same_person_is_one_document() -> None:
    one = draft_of(PDF, CLAIRE, NOW).entry.unique_id
    assert one == draft_of(PDF, Ins(CLAIRE.matricule[:13] + "00", OID_NIR_TEST), "2027-01-01T00:00:00Z").entry.unique_id
    assert one != draft_of(PDF, PAUL, NOW).entry.unique_id
    assert one != draft_of(PDF + b" ", CLAIRE, NOW).entry.unique_id


def test_levels_stand_beside_normal() -> None:
    draft = with_level(draft_of(PDF, CLAIRE, NOW), Confidentiality.MASKED, on=True)
    assert draft.entry.confidentiality == {Confidentiality.NORMAL, Confidentiality.MASKED}
    assert with_level(draft, Confidentiality.MASKED, on=False).entry.confidentiality == {Confidentiality.NORMAL}


def test_a_replacement_names_what_it_replaces_once() -> None:
    draft = replacing(replacing(draft_of(PDF, CLAIRE, NOW), "1.2.3"), "1.2.3")
    assert draft.entry.relations == (Relation("replaces", "1.2.3"),)


def test_a_date_ahead_is_told() -> None:
    draft = draft_of(PDF, CLAIRE, NOW)
    assert is_dated_ahead(draft, "2026-11-21")
    assert not is_dated_ahead(draft, "2026-11-22")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    with suppress(FileError):
        assert draft_of(content, CLAIRE, NOW).entry.size == len(content)
