"""DocumentReference: what we write reads back the same, and what others write is read."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.codes import class_of, document_class, document_type
from dmp_tui.dmp.consents import Record, RecordStatus
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus, Relation
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.documents import (
    from_document_reference,
    identifier_of,
    to_document_reference,
    unique_id_of,
)
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Traits
from tests.reference import needs_reference, reference_files

RECORD = Record(
    "p1",
    Ins("279035121518989", OID_NIR_TEST),
    Traits("EXEMPLE", "Camille"),
    RecordStatus.ACTIVE,
    datetime(2026, 1, 1, tzinfo=UTC),
)
AUTHOR = Author("899700000001", "LIBRE Max", "10B0000001", "CH DE TEST", "10", "SM59")
ENTRY = DocumentEntry(
    id="7f6b0e1c-0000-4000-8000-000000000001",
    patient_id="p1",
    unique_id="1.2.250.1.999.1",
    type=document_type("11488-4"),
    class_=document_class("10"),
    title="CR de consultation",
    date="2026-06-12T10:00:00+02:00",
    submitted="2026-06-12T08:01:02Z",
    media_type="application/xml",
    size=80,
    hash="A/hMRrv6Y15BjSM8kMLidrz+mHc=",
    format=Coding("urn:oid:1.2.250.1.213.1.1.4.2", "urn:asip:ci-sis:vsm:2012"),
    authors=(AUTHOR, Author("", "", "10B0000002", "LABO DE TEST")),
    submitter=AUTHOR,
    logical_id="7f6b0e1c-0000-4000-8000-000000000002",
    service_start="2026-06-12T10:00:00+02:00",
    service_end="2026-06-12T11:00:00+02:00",
    facility_type=Coding("urn:oid:1.2.250.1.71.4.2.4", "SA01", "Hôpital public"),
    practice_setting=Coding("urn:oid:1.2.250.1.213.1.1.4.9", "SAMU_SMUR", "SAMU, SMUR"),
    events=(Coding("http://snomed.info/sct", "35971002", "x"),),
    description="Une description",
    confidentiality=frozenset({Confidentiality.NORMAL, Confidentiality.MASKED}),
    status=DocumentStatus.SUPERSEDED,
    archived=True,
    relations=(Relation("replaces", "1.2.250.1.999.0"), Relation("appends", "1.2.3^A-1")),
    version=3,
    warnings=("name-differs",),
    readable="entries",
)


def test_what_is_written_reads_back() -> None:
    written = to_document_reference(ENTRY, RECORD, "https://localhost/fhir")
    assert from_document_reference(json.loads(json.dumps(written)), "p1") == ENTRY


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    title=texts,
    confidentiality=st.frozensets(st.sampled_from([c for c in Confidentiality if c not in {"N", "R", "V"}])),
    status=st.sampled_from(list(DocumentStatus)),
    archived=st.booleans(),
    version=st.integers(1, 10_000),
    warnings=st.lists(texts, max_size=3).map(tuple),
    events=st.lists(st.builds(Coding, texts, texts, texts), max_size=2).map(tuple),
    unique_id=st.from_regex(r"[12](\.[1-9][0-9]{0,5}){1,6}(\^[A-Za-z0-9-]{1,8})?", fullmatch=True),
)
def test_every_entry_reads_back(confidentiality: frozenset[Confidentiality], **fields: Any) -> None:
    entry = replace(ENTRY, confidentiality=confidentiality | {Confidentiality.NORMAL}, **fields)
    assert from_document_reference(to_document_reference(entry, RECORD, ""), "p1") == entry


def test_the_resource_is_valid_and_names_no_one_but_by_ins() -> None:
    from fhir.resources.R4B.documentreference import DocumentReference

    written = to_document_reference(ENTRY, RECORD, "https://localhost/fhir")
    DocumentReference.model_validate(written)
    assert "EXEMPLE" not in json.dumps(written)
    assert written["content"][0]["attachment"]["url"] == f"https://localhost/fhir/Binary/{ENTRY.id}"


@pytest.mark.parametrize(
    ("system", "value", "unique_id"),
    [
        ("urn:ietf:rfc:3986", "urn:oid:1.2.3", "1.2.3"),
        ("urn:oid:1.2.3", "A-1", "1.2.3^A-1"),
        ("urn:ietf:rfc:3986", "urn:uuid:5", "urn:uuid:5"),
        ("https://labo.example/documents", "A-1", "https://labo.example/documents^A-1"),
    ],
)
def test_unique_ids(system: str, value: str, unique_id: str) -> None:
    assert unique_id_of(system, value) == unique_id
    assert identifier_of(unique_id) == {"system": system, "value": value}


@pytest.mark.parametrize(
    ("written", "date", "creation"),
    [
        ("2026-06-12T10:00:00+02:00", "2026-06-12T10:00:00+02:00", "2026-06-12T10:00:00+02:00"),
        ("2026-06-12T10:00:00.123Z", "2026-06-12T10:00:00.123Z", "2026-06-12T10:00:00.123Z"),
        ("2026-06-12T10:00:00", None, "2026-06-12"),
        ("2026-06-12", None, "2026-06-12"),
        ("2026-06", None, "2026-06"),
        ("2026", None, "2026"),
        ("2026-13", None, "2026"),
        ("hier", None, None),
        ("", None, None),
    ],
)
def test_dates_of_any_precision_are_written_as_fhir_has_them(
    written: str, date: str | None, creation: str | None
) -> None:
    from fhir.resources.R4B.documentreference import DocumentReference

    resource = to_document_reference(replace(ENTRY, date=written, service_start=written), RECORD, "https://localhost")
    DocumentReference.model_validate(resource)
    assert resource.get("date") == date
    assert resource["content"][0]["attachment"].get("creation") == creation
    assert from_document_reference(resource).date == (creation or "")


def test_n_stays_beside_the_national_levels() -> None:
    label = {"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]}
    read = from_document_reference({"resourceType": "DocumentReference", "securityLabel": [label]})
    assert read.confidentiality == {Confidentiality.NORMAL, Confidentiality.MASKED}


@pytest.mark.parametrize(
    ("type_code", "class_code"), [("60591-5", "11"), ("57833-6", "42"), ("DOCPAT08", "90"), ("unknown", "10")]
)
def test_a_class_is_found_for_a_type(type_code: str, class_code: str) -> None:
    assert class_of(type_code).code == class_code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = ["id", "contained", "content", "context", "masterIdentifier", "type", "category", "author", "relatesTo"]


@given(st.dictionaries(st.sampled_from([*KEYS, "securityLabel", "extension", "meta", "status"]), json_values))
def test_whatever_others_write_is_read(resource: dict[str, Any]) -> None:
    assert from_document_reference(resource, "p1").patient_id == "p1"


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/pdsm4dmp/DocumentReference-*.json"), ids=lambda p: p.stem)
def test_the_national_examples_are_read(path: Any) -> None:
    entry = from_document_reference(json.loads(path.read_text("utf-8")))
    assert entry.unique_id.startswith("1.2.250.1.213.1.4.8.99999.")
    assert entry.type.code == "11488-4"
    assert entry.authors[0].id == "899700218896"
    assert entry.media_type == "application/xml"
    assert entry.class_.code
