"""Shapes that documents of other vendors and countries take, one by one: nothing of them is lost or misread."""

import json
from typing import Any

import pytest

from dmp_tui.dmp.entries import Assertion, DocumentError, Kind, Mark, Status
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.narrative import Paragraph
from tests.dmp.fhir.builders import LATEX, SNOMED, Json, concept, document, narrative, one, only, read, section

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def statement(**fields: Any) -> Json:
    return {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "Aspirin"}, **fields}


def request(**fields: Any) -> Json:
    return {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Aspirin"}, **fields}


# --- bundles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["collection", "searchset", "transaction", "batch-response", "message"])
def test_bundles_that_are_no_documents_are_read_all_the_same(kind: str) -> None:
    reading = read(
        {"resourceType": "Bundle", "type": kind, "entry": [{"resource": LATEX, "search": {"mode": "match"}}]}
    )
    assert [e.label for e in reading.entries] == ["Latex"]


def test_a_document_within_a_search_answer() -> None:
    inner = document(LATEX, sections=[section("48765-2", "AllergyIntolerance/a", title="Allergies")])
    reading = read({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": inner}]})
    assert [(e.label, e.section) for e in reading.entries] == [("Latex", "48765-2")]
    assert reading.title == "Summary"


def test_two_compositions_are_both_read() -> None:
    second = {"resourceType": "Composition", "id": "d", "section": [section("11450-4", "Condition/x", title="More")]}
    reading = read(document(second, {"resourceType": "Condition", "id": "x", "code": {"text": "Asthma"}}))
    assert [part.title for part in reading.parts] == ["More"]
    assert [(e.label, e.section) for e in reading.entries] == [("Asthma", "11450-4")]


def test_entries_that_are_the_resource_itself_and_arrays_in_arrays() -> None:
    bundle = document(LATEX)
    bundle["entry"] = [entry["resource"] for entry in bundle["entry"]]
    bundle["entry"][0]["type"] = {"coding": [[{"system": "http://loinc.org", "code": "60591-5"}]]}
    reading = read(bundle)
    assert reading.format == "fhir-ips"
    assert [e.label for e in reading.entries] == ["Latex"]


def test_a_resource_without_a_type_has_the_type_of_its_url_or_is_counted() -> None:
    bundle = document()
    bundle["entry"] += [
        {"fullUrl": "https://vendor.example/AllergyIntolerance/1", "resource": {"code": {"text": "Latex"}}},
        {"fullUrl": "urn:uuid:0", "resource": {"code": {"text": "Kiwi"}}},
    ]
    reading = read(bundle)
    assert [e.label for e in reading.entries] == ["Latex"]
    assert reading.unread == ("resource (1)",)


def test_tabs_and_line_ends_that_nobody_escaped() -> None:
    content = json.dumps(document({**LATEX, "note": [{"text": "one@two"}]})).replace("@", "\t\n")
    (entry,) = read_fhir_document(content.encode()).entries
    assert entry.words == "one two"


def test_xml_is_refused_as_no_json() -> None:
    with pytest.raises(DocumentError):
        read_fhir_document(b'<Bundle xmlns="http://hl7.org/fhir"><type value="document"/></Bundle>')


@pytest.mark.parametrize(
    ("composition", "expected"),
    [
        ({"date": "", "attester": [{"time": "2021-05-03"}]}, "2021-05-03"),
        ({"date": "", "event": [{"period": {"end": "2024-09-22T16:56:18Z"}}]}, "2024-09-22T16:56:18Z"),
        ({"date": "", "meta": {"lastUpdated": "2020-01-01T00:00:00Z"}}, "2020-01-01T00:00:00Z"),
    ],
)
def test_the_date_of_a_composition_without_one(composition: Json, expected: str) -> None:
    assert read(document(LATEX, **composition)).date == expected


def test_security_labels_that_do_not_grade_confidentiality_are_not_one() -> None:
    v3 = "http://terminology.hl7.org/CodeSystem/v3-"
    labels = [{"system": f"{v3}ActReason", "code": "HTEST"}, {"system": f"{v3}Confidentiality", "code": "R"}]
    assert read(document(meta={"security": labels})).confidentiality == ("R",)


# --- words ------------------------------------------------------------------------------------------------------------


def test_what_a_section_says_beside_its_reference_is_kept() -> None:
    display = "Insulin 100 IU/ml. Prescribed 50 to 100, usually 40 to 70 a day."
    named = {"reference": "MedicationStatement/m", "display": display}
    entry = only(document(statement(id="m"), sections=[{**section("10160-0"), "entry": [named]}]))
    assert entry.words == display
    only_its_id = {"reference": "MedicationStatement/m", "display": "m"}
    assert only(document(statement(id="m"), sections=[{**section("10160-0"), "entry": [only_its_id]}])).words == ""


def test_a_reference_to_nothing_is_not_named_by_its_id() -> None:
    lost = {"reference": "AllergyIntolerance/4aab40e2-3567", "display": "4aab40e2-3567"}
    entry = only(document(sections=[{**section("48765-2", title="Allergies"), "entry": [lost]}]))
    assert (entry.assertion, entry.label) == (Assertion.UNREADABLE, "Allergies")


def test_the_code_that_its_author_chose_names_it() -> None:
    codes = [
        {"system": SNOMED, "code": "1", "display": "Metformin 2g tablet"},
        {"system": "urn:oid:9.9", "code": "2", "display": "Metformin 1g tablet", "userSelected": True},
    ]
    entry = one(statement(medicationCodeableConcept={"coding": codes}))
    assert (entry.label, entry.code_label) == ("Metformin 1g tablet", "Metformin 2g tablet")


def test_words_and_code_of_two_substances_are_marked() -> None:
    warfarin = {"coding": [{"system": "http://www.whocc.no/atc", "code": "B01AA03"}]}
    assert Mark.CODE_DIFFERS in one(statement(medicationCodeableConcept={**warfarin, "text": "Doliprane"})).marks
    assert Mark.CODE_DIFFERS not in one(statement(medicationCodeableConcept={**warfarin, "text": "Coumadine"})).marks
    unknown = {**concept("1", display="Aspirine"), "text": "Unheard of"}
    assert Mark.CODE_DIFFERS not in one(statement(medicationCodeableConcept=unknown)).marks


def test_the_composition_in_its_author_s_own_words_comes_first() -> None:
    own = {**narrative("I have no known allergies to medication."), "status": "additional"}
    parts = read(document(sections=[section("11450-4", title="Problems")], text=own)).parts
    assert parts[0].blocks == (Paragraph("I have no known allergies to medication."),)
    assert len(read(document(sections=[section("11450-4")], text=narrative("Generated"))).parts) == 1


# --- medicines --------------------------------------------------------------------------------------------------------


def test_a_plan_in_a_list_of_what_is_taken_is_taken() -> None:
    assert one(request(status="active", intent="plan"), "10160-0").status is Status.ACTIVE
    assert one(request(status="active", intent="proposal")).status is Status.PLANNED


def test_an_order_not_to_give_is_no_treatment() -> None:
    assert one(request(status="active", doNotPerform=True)).assertion is Assertion.NEGATED


def test_a_treatment_on_hold_says_so() -> None:
    entry = one(statement(status="on-hold", dosage=[{"text": "1 a day"}]), "10160-0")
    assert (entry.status, entry.dose) == (Status.UNKNOWN, "suspendu; 1 a day")


def test_a_dose_given_once_is_over() -> None:
    given = {"resourceType": "MedicationAdministration", "medicationCodeableConcept": {"text": "Morphine"}}
    entry = one({**given, "status": "completed", "effectiveDateTime": "2024-01-01T10:00:00Z"})
    assert (entry.status, entry.end) == (Status.ENDED, "2024-01-01T10:00:00Z")


def test_the_course_is_what_the_dosage_bounds() -> None:
    first_course = {"timing": {"repeat": {"boundsPeriod": {"start": "2021-01-06", "end": "2021-02-14"}}}}
    second = {"timing": {"repeat": {"boundsPeriod": {"start": "2021-02-15"}}}}
    entry = one(request(authoredOn="2021-04-26", dosageInstruction=[first_course]))
    assert (entry.start, entry.end) == ("2021-01-06", "2021-02-14")
    entry = one(request(authoredOn="2021-04-26", dosageInstruction=[first_course, second]))
    assert (entry.start, entry.end) == ("2021-01-06", "")


def test_the_course_is_what_a_national_extension_says() -> None:
    use = {"url": "http://vendor.example/PeriodOfUse", "valuePeriod": {"start": "2021-01-06", "end": "2021-02-14"}}
    entry = one(request(authoredOn="2021-04-26", extension=[use]))
    assert (entry.start, entry.end) == ("2021-01-06", "2021-02-14")


def test_an_ingredient_by_the_name_of_another_release() -> None:
    medication = {"resourceType": "Medication", "id": "m", "ingredient": [{"code": concept("372897005", display="S")}]}
    taken = {"resourceType": "MedicationStatement", "id": "x", "contained": [medication]}
    entry = only(document({**taken, "medicationReference": {"reference": "#m", "display": "Salbutamol 200"}}))
    assert entry.label == "Salbutamol 200"
    assert [c.code for c in entry.codes] == ["372897005"]


def test_the_name_that_a_statement_gives_its_medicine_is_kept() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": concept("1", display="Product containing X")}
    taken = statement(id="x", medicationReference={"reference": "Medication/m", "display": "X 5 mg chewable"})
    del taken["medicationCodeableConcept"]
    entry = only(document(medication, taken))
    assert (entry.label, entry.code_label) == ("X 5 mg chewable", "Product containing X")
    worded = {**medication, "code": concept("1", display="Product containing X", text="X chewable")}
    entry = only(document(worded, taken))
    assert (entry.label, entry.words) == ("X chewable", "X 5 mg chewable")


def test_the_dose_of_a_series() -> None:
    applied = [{"doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 2}]
    assert (
        one({"resourceType": "Immunization", "vaccineCode": {"text": "V"}, "protocolApplied": applied}).dose
        == "dose 1/2"
    )


def test_dosage_text_does_not_hide_the_route_or_as_needed() -> None:
    dosage = {"text": "1 tablet daily", "route": {"text": "Subcutaneous"}, "asNeededBoolean": True}
    assert one(statement(dosage=[dosage])).dose == "1 tablet daily; Subcutaneous; PRN"
    times = {"timing": {"repeat": {"timeOfDay": ["09:00:00"], "dayOfWeek": ["mon"], "boundsDuration": {"value": 5}}}}
    assert one(statement(dosage=[times])).dose == "09:00:00 mon (5)"
    assert one({**request(), "renderedDosageInstruction": "1 a day"}).dose == "1 a day"


# --- others -----------------------------------------------------------------------------------------------------------


def test_a_placeholder_that_stands_for_many_codes_joins_nothing() -> None:
    local = "https://vendor.example/allergenCode"
    allergies = [{**LATEX, "id": name, "code": concept("-", local, name, name)} for name in ("Quinolones", "Seafood")]
    sheet = read_summary(json.dumps(document(*allergies)).encode()).sheet
    assert {line.label for line in sheet.topic(Kind.ALLERGY).lines} == {"Quinolones", "Seafood"}


@pytest.mark.parametrize(("one_name", "other"), [("ワルファリン 5", "インスリン 5"), ("生蠔 500 mg", "花生 500 mg")])
def test_names_in_another_script_are_told_apart_by_all_of_them(one_name: str, other: str) -> None:
    taken = [statement(id=f"m{n}", medicationCodeableConcept={"text": n}) for n in (one_name, other, one_name)]
    sheet = read_summary(json.dumps(document(*taken)).encode()).sheet
    assert sorted(line.label for line in sheet.topic(Kind.TREATMENT).lines) == sorted((one_name, other))


def test_not_asked_is_no_data() -> None:
    assert one({**LATEX, "code": concept("1631000175102", text="Not on File")}).assertion is Assertion.NO_DATA


FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (concept("160244002", SNOMED, "Keine Allergie bekannt"), Assertion.NONE),
        (concept("NI", FLAVOR, "NoInformation"), Assertion.NO_DATA),
        (concept("unknown", "http://terminology.hl7.org/CodeSystem/data-absent-reason"), Assertion.NO_DATA),
        ({"coding": concept("NI", FLAVOR)["coding"] + concept("1", display="Latex")["coding"]}, Assertion.STATED),
        (concept("UNK", FLAVOR, "Unknown", "Latex"), Assertion.STATED),
        (concept("UNK", FLAVOR, "Unknown", "No known allergies"), Assertion.NONE),
    ],
)
def test_codes_that_stand_in_place_of_a_thing(code: Json, expected: Assertion) -> None:
    assert one({**LATEX, "code": code}).assertion is expected


def test_a_concept_that_is_absent_for_a_reason_is_no_data() -> None:
    reason = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    entry = one({**LATEX, "code": {"extension": [reason]}})
    assert (entry.assertion, entry.label) == (Assertion.NO_DATA, "masked")


def test_an_allergy_known_only_by_what_caused_its_reaction() -> None:
    reaction = {"substance": {"text": "Peanut"}, "manifestation": [{"text": "rash"}], "onset": "2014-12-01"}
    entry = one({"resourceType": "AllergyIntolerance", "reaction": [{**reaction, "note": [{"text": "at school"}]}]})
    assert (entry.label, entry.assertion) == ("Peanut", Assertion.STATED)
    assert entry.words == "at school; onset 2014-12-01"


def test_a_condition_that_abated_at_an_age_is_over() -> None:
    body = {"resourceType": "Condition", "code": {"text": "Asthma"}, "abatementAge": {"value": 12, "unit": "a"}}
    assert one(body).status is Status.ENDED


def test_the_device_that_an_operation_put_in() -> None:
    device = {"resourceType": "Device", "id": "d", "type": {"text": "Pacemaker"}, "manufacturer": "Maker"}
    put_in = {"resourceType": "Procedure", "id": "p", "code": {"text": "Implantation"}}
    entry = only(document(device, {**put_in, "focalDevice": [{"manipulated": {"reference": "Device/d"}}]}))
    assert entry.words == "Pacemaker; Maker"


def test_a_device_out_of_use() -> None:
    device = {"resourceType": "Device", "type": {"text": "Pump"}}
    assert one({**device, "status": "inactive"}, "46264-8").status is Status.ENDED
    assert one({**device, "status": "active"}, "46264-8").status is Status.UNKNOWN


def test_a_consent_to_share_data_is_no_directive() -> None:
    consent = {"resourceType": "Consent", "id": "x", "category": [{"text": "Data sharing"}]}
    reading = read(document({**consent, "scope": concept("patient-privacy", "http://scope")}))
    assert (reading.entries, reading.unread) == ((), ("Consent (1)",))
    will = {**consent, "scope": concept("adr", "http://scope"), "policyRule": {"text": "DNAR"}}
    assert "DNAR" in one(will).words


def test_what_is_known_by_its_code_alone_has_the_name_that_others_give_it() -> None:
    coded = {"resourceType": "Condition", "id": "x", "code": {"coding": [{"system": SNOMED, "code": "73211009"}]}}
    assert one(coded).label == "73211009"
    named = [{"reference": "Condition/x", "display": "Diabetes"}]
    entry = only(document(coded, sections=[{**section("11450-4"), "entry": named}]))
    assert (entry.label, [c.code for c in entry.codes]) == ("Diabetes", ["73211009"])
    device = {"resourceType": "Device", "id": "d", "type": {"coding": [{"system": SNOMED, "code": "109228008"}]}}
    use = {"resourceType": "DeviceUseStatement", "device": {"reference": "Device/d", "display": "Knee insert"}}
    assert only(document(device, use)).label == "Knee insert"


def test_the_side_of_the_body_is_never_dropped() -> None:
    side = {"url": "http://vendor.example/laterality", "valueCodeableConcept": {"text": "left"}}
    site = [{"text": "Ear", "extension": [side]}]
    assert one({"resourceType": "Condition", "code": {"text": "Deafness"}, "bodySite": site}).words == "Ear left"
    assert one({"resourceType": "Procedure", "code": {"text": "Graft"}, "bodySite": site}).words == "Ear left"


def test_a_reason_that_is_another_resource_is_named() -> None:
    asthma = {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}}
    taken = statement(id="m", reasonReference=[{"reference": "Condition/c"}, {"display": "Cough"}])
    entry = only(document(asthma, taken), Kind.TREATMENT)
    assert entry.words == "Asthma; Cough"


def test_a_beginning_known_within_bounds() -> None:
    bounds = {"start": "2020-06", "end": "2025-03"}
    entry = one({"resourceType": "Condition", "code": {"text": "Asthma"}, "onsetPeriod": bounds})
    assert (entry.start, entry.end, entry.words) == ("2020-06", "", "onset 2020-06 - 2025-03")


def test_the_author_that_a_provenance_names() -> None:
    agents = [{"type": {"coding": [{"code": "transmitter"}]}, "who": {"display": "Hub"}}]
    agents.append({"type": {"coding": [{"code": "author"}]}, "who": {"display": "Dr Who"}})
    made = {"resourceType": "Provenance", "target": [{"reference": "AllergyIntolerance/a"}], "agent": agents}
    assert only(document(LATEX, made)).author == "Dr Who"
    assert only(document({**LATEX, "recorder": {"display": "Nurse"}}, made)).author == "Nurse"


def test_a_dead_patient_is_said_to_be_dead() -> None:
    bundle = document()
    bundle["entry"][1]["resource"]["deceasedDateTime"] = "2019-05-02"
    entry = only(bundle)
    assert (entry.kind, entry.label, entry.start) == (Kind.ALERT, "Décès", "2019-05-02")
    bundle["entry"][1]["resource"] = {"resourceType": "Patient", "id": "p", "deceasedBoolean": False}
    assert read(bundle).entries == ()


def test_a_delivery_outside_any_section_is_about_pregnancy() -> None:
    delivery = {"resourceType": "Observation", "code": concept("72149-8", "http://loinc.org", "Type of delivery")}
    assert one({**delivery, "valueString": "caesarean"}).kind is Kind.PREGNANCY


def test_an_extension_that_changes_the_meaning_is_never_passed_over() -> None:
    url = "http://vendor.example/StopType"
    stopped = {"url": url, "valueCodeableConcept": concept("113381000146106", display="Definitively stopped")}
    entry = one(request(status="unknown", modifierExtension=[stopped]))
    assert (entry.status, entry.words) == (Status.ENDED, "Definitively stopped")
    paused = {"url": url, "valueCodeableConcept": concept("113371000146109", display="Temporarily stopped")}
    assert one(request(modifierExtension=[paused])).dose == "suspendu"
    inner = {"url": "outer", "extension": [{"url": "doubtful", "valueBoolean": True}, {"url": "n", "valueInteger": 2}]}
    assert one({**LATEX, "modifierExtension": [inner]}).words == "doubtful; 2"


def test_a_dosage_written_out_in_an_extension() -> None:
    rendered = {"url": "http://vendor.example/ext-RenderedDosageInstruction", "valueString": "Once a day at 8"}
    dosage = {"doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg"}}]}
    assert one(statement(extension=[rendered], dosage=[dosage])).dose == "Once a day at 8; 40 mg"
    assert one(statement(extension=[rendered], dosage=[{"text": "1 a day"}])).dose == "1 a day"
