"""The sheet on the wire: exact for every sheet, valid FHIR for real ones, readable from any vendor."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from dmp_tui.dmp.consents import Contact, Record, RecordStatus
from dmp_tui.dmp.entries import Assertion, Coding, DocumentError, Entry, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.fhir.summary import read_summary, write_summary
from dmp_tui.dmp.identity import OID_NIR_DEMO, Ins, Sex, Traits, parse_birth_date
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin, Presence, Sheet
from tests.dmp.sheet.strategies import LOINC, SNOMED, sheets, statements
from tests.reference import needs_reference, reference_files

RECORD = Record(
    id="3f0c1f2e-0001",
    ins=Ins("279035121518989", OID_NIR_DEMO),
    traits=Traits("PAT-TROIS", "Dominique", parse_birth_date("1979-03-28"), Sex.F),
    status=RecordStatus.ACTIVE,
    created=datetime(2024, 1, 1, tzinfo=UTC),
    phones=("0612345678",),
    address="1 rue de la Paix, 51000 Châlons",
    contacts=(Contact("PAT-TROIS Paul", "conjoint", "0698765432"),),
    treating_doctor_name="Dr DURAND",
)
ORIGIN = Origin("doc-1", Coding(LOINC, "60591-5"), "Synthèse médicale", "2022-02-01T10:00:00+01:00", "Dr MARTIN")
UPDATED = "2024-05-06T07:08:09Z"


def resources(content: bytes, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in json.loads(content)["entry"] if e["resource"]["resourceType"] == kind]


def every_kind() -> Sheet:
    """A sheet with a line of every kind, stated and negated, and one unreadable."""
    held = [(ORIGIN, Entry(kind, f"{kind.value} alpha", start="2019-03", noted="2021-01-02")) for kind in Kind]
    held += [(ORIGIN, Entry(kind, f"{kind.value} beta", Assertion.NEGATED)) for kind in Kind]
    held += [(ORIGIN, Entry(kind, f"{kind.value} gamma", Assertion.UNREADABLE)) for kind in Kind]
    held += [(ORIGIN, Entry(kind, f"{kind.value} delta", status=Status.ENDED, end="2020")) for kind in Kind]
    held.append((ORIGIN, Entry(Kind.CONTACT, "Paul", person=Person("Paul", "conjoint", ("0612345678",), "Paris"))))
    held.append((ORIGIN, Entry(Kind.RESULT, "INR", value="2.8", reference="2 - 3", interpretation="H")))
    held.append((ORIGIN, Entry(Kind.RESULT, "Kaliémie", value="4.0", unit="mmol/L")))
    held.append(
        (ORIGIN, Entry(Kind.ALLERGY, "Latex", reactions=(Reaction("choc", codes=(Coding(SNOMED, "39579001"),)),)))
    )
    return merge(held, patient=RECORD.id, updated=UPDATED)


@given(sheets)
def test_reading_is_the_inverse_of_writing(sheet: Sheet) -> None:
    assert read_summary(write_summary(sheet, RECORD)).sheet == sheet


@given(statements)
def test_merged_sheets_come_back_too(held: list[tuple[Origin, Entry]]) -> None:
    sheet = merge(held, patient=RECORD.id, updated=UPDATED)
    assert read_summary(write_summary(sheet, RECORD)).sheet == sheet


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert write_summary(every_kind(), RECORD) == write_summary(every_kind(), RECORD)


def test_it_is_a_valid_r4b_document() -> None:
    from fhir.resources.R4B.bundle import Bundle

    for sheet in (every_kind(), Sheet("", "", ()), merge([], updated="2024")):
        Bundle.model_validate_json(write_summary(sheet, RECORD))


def test_the_three_required_sections_are_always_there() -> None:
    content = write_summary(Sheet(RECORD.id, UPDATED, ()), RECORD)
    (composition,) = resources(content, "Composition")
    codes = [s["code"]["coding"][0]["code"] for s in composition["section"]]
    assert codes == ["48765-2", "10160-0", "11450-4"]
    absent = [r["code"] for r in resources(content, "AllergyIntolerance")]
    assert [c["coding"][0]["code"] for c in absent] == ["no-allergy-info"]
    assert read_summary(content).sheet.topics == ()


def test_presence_is_said_to_other_readers() -> None:
    sheet = merge(
        [
            (ORIGIN, Entry(Kind.ALLERGY, "Aucune allergie connue", Assertion.NONE)),
            (ORIGIN, Entry(Kind.DEVICE, "Aucun dispositif", Assertion.NONE)),
        ]
    )
    content = write_summary(sheet, RECORD)
    assert b'"no-known-allergies"' in content
    assert b'"nilknown"' in content
    other = read_summary(
        content.replace(b"https://dmp-tui.example/fhir/StructureDefinition/", b"https://other.example/")
    )
    assert not other.own
    assert other.sheet.topic(Kind.ALLERGY).presence is Presence.NONE_STATED
    assert other.sheet.topic(Kind.DEVICE).presence is Presence.NONE_STATED
    assert other.sheet.topic(Kind.TREATMENT).presence is Presence.NOT_STATED


def test_other_readers_find_every_line() -> None:
    """What a vendor who knows none of our extensions reads of a sheet that states things of every kind."""
    content = write_summary(every_kind(), RECORD)
    other = read_summary(
        content.replace(b"https://dmp-tui.example/fhir/StructureDefinition/", b"https://other.example/")
    )
    for kind in Kind:
        labels = {line.label for line in other.sheet.topic(kind).lines}
        expected = {f"{kind.value} alpha"}
        assert expected <= labels, kind
    negated = {line.label for line in other.sheet.topic(Kind.PROBLEM).lines if line.assertion is Assertion.NEGATED}
    assert "problem beta" in negated


def test_each_document_is_a_provenance_of_all_its_lines() -> None:
    held = [(ORIGIN, Entry(Kind.PROBLEM, "HTA")), (ORIGIN, Entry(Kind.PROBLEM, "Asthme"))]
    content = write_summary(merge(held, patient=RECORD.id, updated=UPDATED), RECORD)
    (provenance,) = resources(content, "Provenance")
    urls = [e["fullUrl"] for e in json.loads(content)["entry"] if e["resource"]["resourceType"] == "Condition"]
    assert [t["reference"] for t in provenance["target"]] == urls
    assert provenance["recorded"] == ORIGIN.date
    assert provenance["agent"] == [{"who": {"display": "Dr MARTIN"}}]
    assert provenance["entity"] == [
        {"role": "source", "what": {"display": "Synthèse médicale", "reference": "DocumentReference/doc-1"}}
    ]


def test_the_subject_and_the_contacts_of_the_record() -> None:
    summary = read_summary(write_summary(Sheet("", "", ()), RECORD))
    assert summary.own
    assert summary.subject.identifiers == ((OID_NIR_DEMO, "279035121518989"),)
    assert (summary.subject.traits.family, summary.subject.traits.given) == ("PAT-TROIS", "Dominique")
    assert summary.subject.traits.sex is Sex.F
    assert summary.subject.phones == ("0612345678",)
    assert summary.contacts == (Person("PAT-TROIS Paul", "conjoint", ("0698765432",)),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"valueCode":"stated"', b'"valueCode":"nonsense"'),
        (b'"valueUnsignedInt":0', b'"valueUnsignedInt":99'),
        (b'"url":"type"', b'"url":"typo"'),
        (b'"valueCode":"active"', b'"valueCode":7'),
        (b'"fullUrl"', b'"fullurl"'),
        (b'"url":"version","valueUnsignedInt":2', b'"url":"version","valueUnsignedInt":1'),
    ],
)
def test_a_summary_that_was_tampered_with_is_refused(old: bytes, new: bytes) -> None:
    sheet = merge([(ORIGIN, Entry(Kind.ALLERGY, "Latex", status=Status.ACTIVE))], updated=UPDATED)
    content = write_summary(sheet, RECORD)
    assert old in content
    with pytest.raises(DocumentError):
        read_summary(content.replace(old, new))


@needs_reference
def test_every_reference_summary_reads_and_is_written_again() -> None:
    from fhir.resources.R4B.bundle import Bundle

    for path in reference_files("data/ips/*.json"):
        summary = read_summary(path.read_bytes())
        assert not summary.own
        again = write_summary(summary.sheet, RECORD)
        Bundle.model_validate_json(again)
        assert read_summary(again).sheet == summary.sheet


def test_marks_and_criticality_come_back() -> None:
    sheet = merge([(ORIGIN, Entry(Kind.TREATMENT, "COUMADINE", marks=frozenset({Mark.UNCODED})))])
    (line,) = read_summary(write_summary(sheet, RECORD)).sheet.topic(Kind.TREATMENT).lines
    assert line.critical == "avk"
    assert line.marks == {Mark.UNCODED, Mark.CRITICAL}
