"""Whatever a document holds becomes an entry, or is counted, or is part of another resource; no shape crashes."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Reading, Status
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.narrative import Paragraph
from tests.dmp.fhir.builders import LATEX, LOINC, Json, concept, document, narrative, one, only, read, section
from tests.reference import needs_reference, reference_files

SUPPORTS = frozenset(
    {"Composition", "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Specimen", "Substance"}
    | {"Medication", "Device", "Provenance", "BodyStructure", "Binary", "OperationOutcome", "Endpoint", "List"}
    | {"DiagnosticReport", "Bundle", "Encounter"}
)
"""What other resources are made of; a report may only gather its results, an encounter only frame statements."""


def resources_of(bundle: Json) -> list[Json]:
    found = []
    pending = [e.get("resource", e) for e in bundle.get("entry", [])]
    while pending:
        body = pending.pop()
        found.append(body)
        pending += [e.get("resource", e) for e in body.get("entry", []) if body["resourceType"] == "Bundle"]
        pending += body.get("contained", [])
    return found


def words_of(bundle: Json) -> list[str]:
    """Every text of the narratives of sections, tags dropped."""
    pending = [s for r in resources_of(bundle) if r["resourceType"] == "Composition" for s in r.get("section", [])]
    found: list[str] = []
    while pending:
        body = pending.pop()
        pending += body.get("section", [])
        div = re.sub(r"&[#A-Za-z0-9]+;", " ", body.get("text", {}).get("div", ""))
        found += [word for text in re.split("<[^<>]*>", div) for word in text.split()]
    return found


def assert_nothing_lost(bundle: Json, reading: Reading) -> None:
    """As many statements and counts as resources that say anything; every word of the sections in ``parts``."""
    kinds = Counter(r["resourceType"] for r in resources_of(bundle) if not retracted(r))
    clinical = sum(count for kind, count in kinds.items() if kind not in SUPPORTS)
    counted = sum(int(text.rpartition("(")[2][:-1]) for text in reading.unread if text.endswith(")"))
    panels = sum(1 for r in resources_of(bundle) if r.get("hasMember") or r.get("component"))
    assert len(reading.entries) + counted + panels >= clinical
    shown = " ".join(repr(part.blocks).replace("\\xa0", " ") for part in reading.parts)
    assert [word for word in words_of(bundle) if repr(word)[1:-1] not in shown] == []


def retracted(body: Json) -> bool:
    coded = [c.get("code") for c in body.get("verificationStatus", {}).get("coding", [])]
    return body.get("status") == "entered-in-error" or "entered-in-error" in coded


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/ips/*.json"), ids=lambda p: p.name)
def test_nothing_is_lost_of_real_documents(path: Path) -> None:
    content = path.read_bytes()
    assert_nothing_lost(json.loads(content), read_fhir_document(content))


# --- resources within, beside and instead of others -------------------------------------------------------------------


def located(bundle: Json) -> Json:
    """The bundle with a fullUrl for each entry."""
    for number, entry in enumerate(bundle["entry"]):
        entry["fullUrl"] = f"urn:uuid:{number}"
    return bundle


def test_results_contained_in_a_report_are_read() -> None:
    member = {"resourceType": "Observation", "id": "hb", "code": {"text": "Hb"}, "valueString": "8"}
    report = {"resourceType": "DiagnosticReport", "id": "r", "code": {"text": "Count"}, "contained": [member]}
    report["result"] = [{"reference": "#hb"}]
    for bundle in (document(report), located(document(report))):
        assert [(e.label, e.value, e.words) for e in read(bundle).entries] == [("Hb", "8", "Count")]


def test_a_contained_statement_that_nothing_names_is_read_or_counted() -> None:
    asthma = {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}}
    stay = {"resourceType": "Encounter", "id": "e", "contained": [asthma]}
    reading = read(located(document(stay)))
    assert [e.label for e in reading.entries] == ["Asthma"]
    assert reading.unread == ()
    task = {"resourceType": "Task", "id": "e", "contained": [asthma]}
    assert read(located(document(task))).unread == ("Task (1)",)


def test_two_resources_of_one_url_are_both_read() -> None:
    bundle = document(LATEX, {**LATEX, "id": "b", "code": {"text": "Kiwi"}})
    for entry in bundle["entry"]:
        entry["fullUrl"] = "http://vendor.example/fhir"
    assert [e.label for e in read(bundle).entries] == ["Latex", "Kiwi"]


@pytest.mark.parametrize("body", [{"resourceType": "DiagnosticReport"}, {"resourceType": "Observation"}])
def test_results_that_are_not_in_the_document_are_said_to_exist(body: Json) -> None:
    named = [{"reference": "Observation/9", "display": "Potassium"}]
    reading = read(document({**body, "id": "r", "code": {"text": "Ions"}, "result": named, "hasMember": named}))
    (entry,) = reading.entries
    assert (entry.kind, entry.label, entry.assertion) == (Kind.RESULT, "Ions", Assertion.UNREADABLE)
    assert entry.words == "Potassium"
    assert reading.unread == ("Ions",)


def test_a_panel_keeps_what_it_says_itself() -> None:
    member = {"resourceType": "Observation", "id": "m", "code": {"text": "K"}, "valueString": "4"}
    panel = {
        "resourceType": "Observation",
        "id": "p",
        "code": {"text": "Ions"},
        "hasMember": [{"reference": "Observation/m"}],
    }
    entries = read(document({**panel, "note": [{"text": "haemolysed"}]}, member)).entries
    assert [(e.label, e.words) for e in entries] == [("Ions", "haemolysed"), ("K", "Ions")]


def test_what_gives_no_entry_is_counted_and_its_narrative_kept() -> None:
    team = {"resourceType": "CareTeam", "id": "t", "text": narrative("Three nurses")}
    reading = read(document(team, sections=[section("11450-4", title="Problems")]))
    assert reading.unread == ("CareTeam (1)",)
    assert reading.parts[-1].blocks == (Paragraph("Three nurses"),)


def test_a_professional_that_a_section_names_is_someone_to_call() -> None:
    doctor = {
        "resourceType": "Practitioner",
        "id": "d",
        "name": [{"family": "Who"}],
        "telecom": [{"value": "0102030405"}],
    }
    entry = only(document(doctor, sections=[section("85847-2", "Practitioner/d")]))
    assert (entry.kind, entry.label) == (Kind.CONTACT, "Who")
    assert read(document(doctor)).entries == ()


def test_a_resource_is_what_the_section_that_is_known_makes_of_it() -> None:
    lame = {"resourceType": "Condition", "id": "x", "code": {"text": "Lame"}}
    story, known = section("81338-6", "Condition/x", title="Story"), section("47420-5", "Condition/x", title="Status")
    reading = read(document(lame, sections=[story, known]))
    assert [(e.kind, e.section) for e in reading.entries] == [(Kind.FUNCTIONAL, "47420-5")]
    assert [(part.title, part.coded) for part in reading.parts] == [("Story", False), ("Status", True)]


def test_a_list_is_a_section_in_all_but_name() -> None:
    listed = {"resourceType": "List", "id": "l", "code": concept("48765-2", LOINC)}
    items = [
        {"item": {"reference": "AllergyIntolerance/a"}},
        {"deleted": True, "item": {"reference": "Condition/gone"}},
    ]
    entry = only(document(LATEX, {**listed, "entry": items}))
    assert (entry.label, entry.section, entry.assertion) == ("Latex", "48765-2", Assertion.STATED)
    none = {**listed, "emptyReason": concept("nilknown", "http://list")}
    assert only(document(none)).assertion is Assertion.NONE
    assert only(document(none, sections=[section("48765-2", "List/l")])).assertion is Assertion.NONE


def test_an_empty_reason_in_words_is_a_reason() -> None:
    empty = section("48765-2", title="Allergies", emptyReason={"text": "No known allergies"})
    assert only(document(sections=[empty])).assertion is Assertion.NONE
    empty = section("48765-2", title="Allergies", emptyReason={"text": "System was down"})
    entry = only(document(sections=[empty]))
    assert (entry.assertion, entry.label) == (Assertion.NO_DATA, "System was down")


# --- statuses, dates, words -------------------------------------------------------------------------------------------

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def problem(**fields: Any) -> Json:
    return {"resourceType": "Condition", "code": {"text": "Asthma"}, **fields}


@pytest.mark.parametrize(
    "status",
    [
        {"coding": [{"system": "http://snomed.info/sct", "code": "1"}, {"system": CLINICAL, "code": "resolved"}]},
        {"coding": [{"system": "http://snomed.info/sct", "code": "413322009"}]},
        {"text": "Resolved"},
    ],
)
def test_a_status_in_any_code_or_in_words(status: Json) -> None:
    assert one(problem(clinicalStatus=status)).status is Status.ENDED


def test_a_refuted_problem_in_any_code() -> None:
    absent = {"coding": [{"system": "http://snomed.info/sct", "code": "410516002"}]}
    assert one(problem(verificationStatus=absent)).assertion is Assertion.NEGATED
    assert one(problem(verificationStatus={"text": "Refuted"})).assertion is Assertion.NEGATED


def test_a_severity_in_words() -> None:
    assert one(problem(severity={"text": "Severe"})).criticality == "high"


def test_words_where_a_date_is_due_are_kept() -> None:
    entry = one(problem(onsetDateTime="since childhood"))
    assert "since childhood" in f"{entry.start} {entry.words}"


def test_the_times_of_a_timing() -> None:
    timing = {"event": ["2024-01-02", "2024-03-04"]}
    entry = one({"resourceType": "Observation", "code": {"text": "X"}, "valueString": "1", "effectiveTiming": timing})
    assert entry.noted == "2024-03-04"


def test_a_translated_display_names_a_code() -> None:
    translation = {"url": "http://hl7.org/fhir/StructureDefinition/translation"}
    translation["extension"] = [{"url": "lang", "valueCode": "fr"}, {"url": "content", "valueString": "Asthme"}]  # type: ignore[assignment]
    coded = {"system": "http://snomed.info/sct", "code": "195967001", "_display": {"extension": [translation]}}
    assert one(problem(code={"coding": [coded]})).label == "Asthme"


def test_a_french_name_that_its_author_gave_comes_before_the_others() -> None:
    def named(language: str, text: str) -> Json:
        parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
        return {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts}

    names = {"extension": [named("nl-NL", "Astma"), named("fr-LU", "Asthme")]}
    coded = {"system": "http://snomed.info/sct", "code": "195967001", "display": "Asthma", "_display": names}
    entry = one(problem(code={"coding": [coded]}))
    assert (entry.label, entry.code_label) == ("Asthme", "Asthma")
    assert one(problem(code={"coding": [coded], "text": "Asthma since childhood"})).label == "Asthma since childhood"


def test_the_substance_of_a_reaction_is_kept_beside_the_code() -> None:
    reaction = {"substance": {"text": "Amoxicillin"}, "manifestation": [{"text": "rash"}]}
    entry = one({**LATEX, "code": {"text": "Allergy to penicillins"}, "reaction": [reaction]})
    assert (entry.label, entry.words) == ("Allergy to penicillins", "Amoxicillin")


def test_an_allergy_that_ended_and_one_that_is_no_risk() -> None:
    abated = {"url": "http://vendor.example/allergy-abatement", "valueDateTime": "2019-05"}
    assert one({**LATEX, "extension": [abated]}).end == "2019-05"
    parts = [
        {"url": "substance", "valueCodeableConcept": {"text": "Kiwi"}},
        {"url": "exposureRisk", "valueCodeableConcept": {"coding": [{"code": "no-known-reaction-risk"}]}},
    ]
    url = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-substanceExposureRisk"
    entry = one({"resourceType": "AllergyIntolerance", "extension": [{"url": url, "extension": parts}]})
    assert (entry.label, entry.assertion) == ("Kiwi", Assertion.NEGATED)


def test_what_a_goal_aims_at() -> None:
    target = {"measure": {"text": "Weight"}, "detailQuantity": {"value": 80, "unit": "kg"}, "dueDate": "2025-06-01"}
    entry = one({"resourceType": "Goal", "description": {"text": "Lose weight"}, "target": [target]})
    assert (entry.label, entry.words) == ("Lose weight", "Weight 80 kg 2025-06-01")


def test_an_order_not_to_do_is_negated() -> None:
    order = {"resourceType": "ServiceRequest", "code": {"text": "Tube feeding"}, "doNotPerform": True}
    assert one(order).assertion is Assertion.NEGATED


def test_a_device_may_not_go_into_a_magnet() -> None:
    carrier = [{"carrierHRF": "(01)0123"}]
    device = {"resourceType": "Device", "type": {"text": "Pump"}, "serialNumber": "S1", "udiCarrier": carrier}
    entry = one({**device, "safety": [{"text": "MR Unsafe"}]}, "46264-8")
    assert entry.words == "S1; (01)0123; MR Unsafe"


def test_a_dose_that_the_patient_only_told_of() -> None:
    entry = one(
        {"resourceType": "Immunization", "vaccineCode": {"text": "V"}, "primarySource": False, "isSubpotent": True}
    )
    assert entry.words == "primarySource false; isSubpotent"


def test_why_there_is_no_value() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    absent = {"extension": [{"url": url, "valueCode": "asked-unknown"}]}
    body = {"resourceType": "Observation", "code": {"text": "Tobacco"}}
    assert one({**body, "valueCodeableConcept": absent}).words == "asked-unknown"
    assert one({**body, "_valueDateTime": absent}).words == "asked-unknown"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Condition", "Encounter", "Observation", "Flag", "Procedure", "Task", "Goal"]), max_size=8
    )
)
def test_each_resource_becomes_an_entry_or_a_count(kinds: list[str]) -> None:
    bodies = [
        {"resourceType": kind, "id": f"r{number}", "code": {"text": f"{kind} {number}"}}
        for number, kind in enumerate(kinds)
    ]
    outer = {"resourceType": "Basic", "id": "outer", "contained": bodies}
    for bundle in (document(*bodies), located(document(*bodies)), located(document(outer))):
        assert_nothing_lost(bundle, read(bundle))


def test_a_code_that_nobody_put_into_words_says_so() -> None:
    bare = {"resourceType": "Condition", "code": {"coding": [{"system": "http://vendor.example", "code": "K7-22"}]}}
    entry = one(bare, "11450-4")
    assert (entry.label, Mark.CODE_ONLY in entry.marks) == ("K7-22", True)
    told = {"resourceType": "Condition", "code": concept("K7-22", display="Gout")}
    assert Mark.CODE_ONLY not in one(told, "11450-4").marks


def test_what_was_entered_in_error_is_withdrawn_and_not_unread() -> None:
    reading = read(document({**LATEX, "verificationStatus": {"coding": [{"code": "entered-in-error"}]}}))
    assert (reading.entries, reading.unread, reading.withdrawn) == ((), (), 1)


def test_a_document_that_was_entered_in_error_states_nothing() -> None:
    text = narrative("Latex")
    reading = read(
        document(
            LATEX, sections=[{**section("48765-2", "AllergyIntolerance/a"), "text": text}], status="entered-in-error"
        )
    )
    assert (reading.entries, reading.withdrawn) == ((), 1)
    assert reading.parts[0].blocks == (Paragraph("Latex"),)


def test_rules_that_a_resource_was_written_by_are_named() -> None:
    assert (
        one({**LATEX, "implicitRules": "http://vendor.example/rules"}).words
        == "implicitRules http://vendor.example/rules"
    )


def test_a_resource_of_a_kind_that_is_not_read_is_a_line_where_a_section_names_it() -> None:
    order = {
        "resourceType": "VisionPrescription",
        "id": "v",
        "note": [{"text": "Left eye -2"}],
        "code": {"text": "Lens"},
    }
    reading = read(document(order, sections=[section("46264-8", "VisionPrescription/v")]))
    (entry,) = reading.entries
    assert (entry.kind, entry.label, entry.assertion) == (Kind.DEVICE, "Lens; Left eye -2", Assertion.UNREADABLE)
    assert reading.unread == ("VisionPrescription (1)",)


def test_a_range_says_whom_it_is_for_and_of_what_sort_it_is() -> None:
    def bound(value: int) -> Json:
        return {"value": value, "unit": "g/L"}

    men = {
        "low": bound(130),
        "high": bound(170),
        "appliesTo": [{"text": "men"}],
        "type": {"coding": [{"code": "normal"}]},
    }
    child = {"low": bound(95), "age": {"high": {"value": 2, "unit": "a"}}, "type": {"text": "treatment"}}
    body = {"resourceType": "Observation", "code": {"text": "Hb"}, "valueQuantity": bound(120)}
    assert one({**body, "referenceRange": [men, child]}).reference == "130 - 170 g/L (men); ≥ 95 g/L (treatment, ≤ 2 a)"
