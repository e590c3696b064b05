"""FHIR documents of any vendor, resource by resource."""

import base64

import pytest

from dmp_tui.dmp.entries import (
    Assertion,
    Criticality,
    Kind,
    Mark,
    Person,
    Status,
)
from tests.dmp.fhir.builders import (
    LATEX,
    LOINC,
    SNOMED,
    Json,
    concept,
    document,
    one,
    only,
    read,
    section,
    status,
)


def test_refuted_and_entered_in_error() -> None:
    assert one({**LATEX, "verificationStatus": status("refuted")}).assertion is Assertion.NEGATED
    assert read(document({**LATEX, "verificationStatus": status("entered-in-error")})).entries == ()


def test_intolerance_is_marked() -> None:
    assert Mark.NOT_AN_ALLERGY in one({**LATEX, "type": "intolerance"}).marks
    assert Mark.NOT_AN_ALLERGY in one({**LATEX, "type": status("intolerance")}).marks


def test_resolved_allergy_and_its_notes() -> None:
    entry = one(
        {
            **LATEX,
            "clinicalStatus": status("resolved"),
            "reaction": [{"description": "at the dentist", "manifestation": [{"text": "rash"}], "severity": "severe"}],
            "note": [{"text": "to be tested"}],
            "lastOccurrence": "2020-01",
        }
    )
    assert entry.status is Status.ENDED
    assert [(r.label, r.criticality) for r in entry.reactions] == [("rash", Criticality.HIGH)]
    assert entry.words == "to be tested; at the dentist; lastOccurrence 2020-01"


@pytest.mark.parametrize(
    ("body", "section_code", "expected"),
    [
        ({"status": "active"}, "10160-0", Status.ACTIVE),
        ({"status": "completed"}, "10160-0", Status.UNKNOWN),
        ({"status": "completed", "effectivePeriod": {"start": "2019", "end": "2020"}}, "10160-0", Status.ENDED),
        ({"status": "stopped"}, "10160-0", Status.ENDED),
        ({"status": "active"}, "18610-6", Status.ENDED),
        ({"status": "unknown"}, "18776-5", Status.PLANNED),
        ({"status": "intended"}, "10160-0", Status.PLANNED),
        ({"status": "recorded"}, "10160-0", Status.UNKNOWN),
    ],
)
def test_course_of_a_treatment(body: Json, section_code: str, expected: Status) -> None:
    medication = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "X"}, **body}
    assert one(medication, section_code).status is expected


def test_not_taken_is_negated_and_r5_medication_reads() -> None:
    assert (
        one(
            {"resourceType": "MedicationStatement", "status": "not-taken", "medicationCodeableConcept": {"text": "X"}}
        ).assertion
        is Assertion.NEGATED
    )
    r5 = {"resourceType": "MedicationStatement", "status": "recorded", "medication": {"concept": {"text": "Y"}}}
    assert one(r5).label == "Y"


def test_a_prescription_is_marked_and_dated() -> None:
    entry = one(
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept("B01AA03", "http://www.whocc.no/atc", "warfarin"),
            "authoredOn": "2024-01-02",
            "dosageInstruction": [
                {
                    "doseAndRate": [{"doseQuantity": {"value": 2.50, "unit": "mg"}}],
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                    "asNeededCodeableConcept": {"text": "pain"},
                }
            ],
        }
    )
    assert Mark.PRESCRIBED in entry.marks
    assert (entry.label, entry.start, entry.dose) == ("warfarin", "2024-01-02", "2.5 mg, 1 x / 1 d, PRN pain")


def test_a_text_that_is_only_the_code_yields_to_its_display() -> None:
    entry = one({"resourceType": "Procedure", "code": concept("52734007", SNOMED, "Hip replacement", "52734007")})
    assert entry.label == "Hip replacement"


def test_a_problem_of_the_history_section_is_past() -> None:
    assert one({"resourceType": "Condition", "code": {"text": "MI"}}, "11348-0").status is Status.ENDED


def test_what_a_device_is() -> None:
    use = {"resourceType": "DeviceUseStatement", "id": "u", "status": "active", "device": {"reference": "Device/d"}}
    device = {"resourceType": "Device", "id": "d", "deviceName": [{"name": "Micra"}], "manufacturer": "ACME"}
    entry = only(document(use, device, sections=[section("46264-8", "DeviceUseStatement/u")]))
    assert (entry.kind, entry.label, entry.words) == (Kind.DEVICE, "Micra", "Micra; ACME")
    r5 = {"resourceType": "DeviceUsage", "id": "x", "device": {"concept": {"text": "Pacemaker"}}}
    assert only(document(r5)).label == "Pacemaker"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": {"value": 2.8, "comparator": "<", "unit": "mg"}}, ("< 2.8", "mg")),
        ({"valueString": "cloudy"}, ("cloudy", "")),
        ({"valueBoolean": False}, ("non", "")),
        ({"valueInteger": 0}, ("0", "")),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "L"}}}, ("1 - 2 L", "")),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, ("1 / 128", "")),
        ({"valueCodeableConcept": {"text": "positive"}}, ("positive", "")),
        ({"valueDateTime": "2024-05"}, ("2024-05", "")),
        ({"dataAbsentReason": {"text": "unknown"}}, ("", "")),
    ],
)
def test_values(value: Json, expected: tuple[str, str]) -> None:
    entry = one({"resourceType": "Observation", "status": "final", "code": {"text": "X"}, **value})
    assert (entry.value, entry.unit) == expected


@pytest.mark.parametrize(
    ("code", "category", "section_code", "kind"),
    [
        ("82810-3", "", "", Kind.PREGNANCY),
        ("72166-2", "", "", Kind.SOCIAL),
        ("8867-4", "", "", Kind.VITAL),
        ("1-1", "vital-signs", "", Kind.VITAL),
        ("1-1", "laboratory", "", Kind.RESULT),
        ("1-1", "laboratory", "10162-6", Kind.PREGNANCY),
        ("1-1", "", "47420-5", Kind.FUNCTIONAL),
    ],
)
def test_what_an_observation_is_about(code: str, category: str, section_code: str, kind: Kind) -> None:
    body: Json = {"resourceType": "Observation", "code": concept(code, LOINC), "valueString": "x"}
    body = {**body, "category": [status(category)] if category else []}
    assert one(body, section_code).kind is kind


def test_a_report_has_a_conclusion_members_and_a_file() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "code": {"text": "Blood count"},
        "conclusion": "anaemia",
        "result": [{"reference": "Observation/o"}],
        "presentedForm": [
            {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-").decode(), "title": "T"}
        ],
    }
    member = {"resourceType": "Observation", "id": "o", "code": {"text": "Hb"}, "valueString": "8"}
    reading = read(document(report, member, sections=[section("30954-2", "DiagnosticReport/r")]))
    assert [(e.label, e.value, e.words) for e in reading.entries] == [
        ("Blood count", "anaemia", ""),
        ("Hb", "8", "Blood count"),
    ]
    assert [(a.media_type, a.content) for a in reading.attachments] == [("application/pdf", b"%PDF-")]


def test_family_contacts_flags_plans_directives() -> None:
    family = {
        "resourceType": "FamilyMemberHistory",
        "relationship": {"text": "mother"},
        "condition": [{"code": {"text": "breast cancer"}, "onsetAge": {"value": 50, "unit": "y"}}],
    }
    entry = one(family)
    assert (entry.label, entry.words) == ("breast cancer (mother)", "50 y")
    related = {
        "resourceType": "RelatedPerson",
        "name": [{"text": "Paul"}],
        "telecom": [{"system": "phone", "value": "06"}],
    }
    assert one(related).person == Person("Paul", phones=("06",))
    assert one({"resourceType": "Flag", "status": "inactive", "code": {"text": "MRSA"}}).status is Status.ENDED
    assert one({"resourceType": "CarePlan", "status": "active", "title": "Rehab"}).label == "Rehab"
    will = {
        "resourceType": "Consent",
        "status": "active",
        "category": [{"text": "Do not resuscitate"}],
        "dateTime": "2023",
    }
    entry = one(will, "42348-3")
    assert (entry.kind, entry.label, entry.start) == (Kind.DIRECTIVE, "Do not resuscitate", "2023")
    adverse = {"resourceType": "AdverseEvent", "event": {"text": "nausea"}}
    assert one(adverse).kind is Kind.ADVERSE_EFFECT


def test_the_general_practitioner_and_the_care_team_can_be_called() -> None:
    doctor = {
        "resourceType": "Practitioner",
        "id": "d",
        "name": [{"family": "DURAND", "given": ["Anne"]}],
        "telecom": [{"system": "phone", "value": "tel:0123"}],
    }
    team = {
        "resourceType": "CareTeam",
        "participant": [{"role": [{"text": "infirmière"}], "member": {"display": "Mme PETIT"}}],
    }
    bundle = document(doctor, team)
    bundle["entry"][1]["resource"]["generalPractitioner"] = [{"reference": "Practitioner/d"}]
    people = {e.person for e in read(bundle).entries}
    assert people == {Person("Mme PETIT", "infirmière"), Person("Anne DURAND", "médecin traitant", ("0123",))}


def test_what_it_replaces() -> None:
    r4 = [{"code": "replaces", "targetIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}}]
    r5 = [{"type": "replaces", "resourceReference": {"identifier": {"system": "urn:oid:1.2", "value": "4"}}}]
    appends = [{"code": "appends", "targetIdentifier": {"value": "x"}}]
    assert read(document(LATEX, relatesTo=[*r4, *r5, *appends])).replaces == ("1.2.3", "1.2^4")


@pytest.mark.parametrize(
    ("start", "marked"),
    [
        ("1969", True),
        ("1970", False),
        ("1970-02-28", True),
        ("2024-01-02", False),
        ("2024-01-03", True),
        ("2024", False),
        ("2025-01", True),
        ("", False),
        ("soon", True),
    ],
)
def test_dates_before_the_birth_or_after_the_document_are_marked(start: str, marked: bool) -> None:
    body = {"resourceType": "Condition", "code": {"text": "HTA"}, "onsetDateTime": start}
    bundle = document(body)
    bundle["entry"][1]["resource"]["birthDate"] = "1970-03-01"
    entry = only(bundle)
    assert (Mark.IMPLAUSIBLE_DATE in entry.marks) is marked
    assert entry.start == start
