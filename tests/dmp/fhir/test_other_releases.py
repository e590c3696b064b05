"""Elements that releases of FHIR write differently, and those that few write: each is told where a doctor looks."""

from typing import Any

import pytest

from dmp_tui.dmp.entries import Assertion, Attachment, Kind, Status
from tests.dmp.fhir.builders import LATEX, LOINC, Json, concept, document, narrative, one, only, read, section


def measured(**fields: Any) -> Json:
    return {"resourceType": "Observation", "code": {"text": "X"}, **fields}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueReference": {"display": "Staphylococcus"}}, "Staphylococcus"),
        ({"valueAttachment": {"title": "ECG.pdf"}}, "ECG.pdf"),
        ({"valueCoding": {"code": "1", "display": "Positive"}}, "Positive"),
    ],
)
def test_values_of_rare_types(value: Json, expected: str) -> None:
    assert one(measured(**value)).value == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"low": {"value": 1}, "high": {"value": 2}, "text": "normal"}, "1 - 2 (normal)"),
        ({"low": {"value": 1}, "high": {"value": 2}, "text": "1,0 à 2,0"}, "1,0 à 2,0"),
        ({"low": {"value": 13}, "appliesTo": [{"text": "men"}]}, "≥ 13 (men)"),
        ({"text": "negative"}, "negative"),
    ],
)
def test_a_reference_range_keeps_numbers_and_whom_it_is_for(written: Json, expected: str) -> None:
    assert one(measured(valueString="1", referenceRange=[written])).reference == expected


def test_every_interpretation_is_kept() -> None:
    entry = one(measured(valueString="1", interpretation=[concept("L"), {"text": "worse than before"}]))
    assert (entry.interpretation, entry.words) == ("L", "worse than before")


def test_a_vaccine_of_r5() -> None:
    product = {"administeredProduct": {"concept": {"text": "Brand"}}, "manufacturer": {"concept": {"text": "Maker"}}}
    entry = one(
        {"resourceType": "Immunization", "vaccineCode": {"text": "Flu"}, **product, "expirationDate": "2025-01"}
    )
    assert entry.words == "Maker; Brand; expirationDate 2025-01"


def test_who_told_it_in_r5() -> None:
    told = [{"actor": {"reference": "Practitioner/none"}}, {"actor": {"display": "Dr Who"}}]
    assert one({**LATEX, "participant": told}).author == "Dr Who"
    assert one({"resourceType": "Procedure", "code": {"text": "P"}, "asserter": {"display": "Dr No"}}).author == "Dr No"


def test_the_evidence_of_a_problem() -> None:
    body = {"resourceType": "Condition", "code": {"text": "Flu"}}
    assert one({**body, "evidence": [{"code": [{"text": "fever"}]}]}).words == "fever"
    assert one({**body, "evidence": [{"concept": {"text": "fever"}}]}).words == "fever"


def test_an_image_by_what_made_it() -> None:
    study = {"resourceType": "ImagingStudy", "modality": [{"code": "CT", "display": "Computed tomography"}]}
    series = [{"modality": {"code": "CT"}, "description": "axial", "bodySite": {"display": "Chest"}}]
    entry = one({**study, "series": series})
    assert (entry.label, entry.assertion) == ("Computed tomography", Assertion.STATED)
    assert "CT axial Chest" in entry.words


def test_risks_with_their_odds_and_what_to_do() -> None:
    foreseen = {"outcome": {"text": "fall"}, "qualitativeRisk": {"text": "high"}, "probabilityDecimal": 0.8}
    assert one({"resourceType": "RiskAssessment", "prediction": [foreseen]}).words == "fall high 0.8"
    issue = {"resourceType": "DetectedIssue", "code": {"text": "Interaction"}, "implicated": [{"display": "warfarin"}]}
    assert one({**issue, "mitigation": [{"action": {"text": "monitor"}}]}).words == "warfarin; monitor"


def test_a_family_of_which_nothing_is_known() -> None:
    father = {"resourceType": "FamilyMemberHistory", "relationship": {"text": "father"}}
    assert one({**father, "status": "health-unknown"}).assertion is Assertion.NO_DATA
    assert one({**father, "condition": [{"code": {"text": "MI"}, "contributedToDeath": True}]}).words == (
        "contributedToDeath"
    )


def test_orders_by_whatever_names_them() -> None:
    orders: list[Json] = [
        {"resourceType": "ServiceRequest", "code": {"concept": {"text": "ECG"}}},
        {"resourceType": "DeviceRequest", "codeCodeableConcept": {"text": "Wheelchair"}},
        {"resourceType": "NutritionOrder", "oralDiet": {"type": [{"text": "Low salt"}]}},
        {"resourceType": "Appointment", "serviceType": [{"text": "Cardiology"}]},
    ]
    assert [one(order).label for order in orders] == ["ECG", "Wheelchair", "Low salt", "Cardiology"]


def test_answers_in_a_section_of_observations() -> None:
    answers = [
        {"text": "Walks alone", "answer": [{"valueBoolean": True}]},
        {"linkId": "g", "item": [{"text": "Score", "answer": [{"valueQuantity": {"value": 80, "unit": "points"}}]}]},
        {"text": "Not answered"},
    ]
    form = {"resourceType": "QuestionnaireResponse", "id": "q", "authored": "2024-01-01", "item": answers}
    entries = read(document(form, sections=[section("47420-5", "QuestionnaireResponse/q")])).entries
    assert [(e.kind, e.label, e.value, e.noted) for e in entries] == [
        (Kind.FUNCTIONAL, "Walks alone", "oui", "2024-01-01"),
        (Kind.FUNCTIONAL, "Score", "80 points", "2024-01-01"),
    ]
    assert read(document(form)).unread == ("QuestionnaireResponse (1)",)


def test_a_certificate_among_vaccinations_is_no_injection() -> None:
    file = {"contentType": "text/plain", "data": "UVI="}
    certificate = {"resourceType": "DocumentReference", "id": "d", "text": narrative("Certificate")}
    listed = section("11369-6", "DocumentReference/d")
    reading = read(document({**certificate, "content": [{"attachment": file}]}, sections=[listed]))
    assert (reading.entries, reading.unread) == ((), ("DocumentReference (1)",))
    assert reading.attachments == (Attachment("text/plain", b"QR"),)


def test_a_picture_is_attached() -> None:
    media = {"resourceType": "Media", "content": {"contentType": "image/png", "data": "QUJD"}}
    assert read(document(media)).attachments == (Attachment("image/png", b"ABC"),)


def test_a_bare_code_is_not_named_by_what_a_reaction_was_to() -> None:
    reaction = {"substance": {"text": "Amoxicillin"}, "manifestation": [{"text": "rash"}]}
    entry = one({**LATEX, "code": {"coding": [{"system": LOINC, "code": "9"}]}, "reaction": [reaction]})
    assert (entry.label, entry.words) == ("9", "Amoxicillin")


def test_how_much_was_dispensed() -> None:
    given = {"resourceType": "MedicationDispense", "medicationCodeableConcept": {"text": "P"}}
    quantities = {"quantity": {"value": 16, "unit": "tablet"}, "daysSupply": {"value": 8, "unit": "d"}}
    assert only(document({**given, **quantities})).words == "16 tablet; 8 d"


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Immunization", "vaccineCode": {"text": "V"}, "status": "completed", "notGiven": True},
        {"resourceType": "Procedure", "code": {"text": "P"}, "status": "completed", "notDone": True},
        {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "M"}, "taken": "n"},
        {"resourceType": "MedicationAdministration", "medicationCodeableConcept": {"text": "M"}, "wasNotGiven": True},
        {"resourceType": "AllergyIntolerance", "substance": {"text": "Latex"}, "status": "refuted"},
    ],
)
def test_what_earlier_releases_say_was_not(body: Json) -> None:
    assert one(body).assertion is Assertion.NEGATED


def test_an_allergy_whose_one_status_says_all() -> None:
    old = {"resourceType": "AllergyIntolerance", "substance": {"text": "Latex"}, "status": "resolved"}
    assert one(old).status is Status.ENDED
    assert one({**old, "status": "unconfirmed"}).words == "unconfirmed"


def test_a_requester_who_was_an_agent() -> None:
    asked = {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "M"}}
    assert one({**asked, "requester": {"agent": {"display": "Dr Who"}}}).author == "Dr Who"
