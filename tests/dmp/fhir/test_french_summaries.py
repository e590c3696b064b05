"""Shapes that French FHIR summaries (IPS-FR, DLU) and others made from CDA take; invented content."""

import json
from typing import Any

import pytest

from dmp_tui.dmp.entries import Assertion, Criticality, Kind, Mark, Status
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.sheet.critical import critical_code
from tests.dmp.fhir.builders import LATEX, LOINC, SNOMED, Json, concept, document, one, only, read, section

ATC = "http://www.whocc.no/atc"
IHE = "https://profiles.ihe.net/PHARM/MPD/StructureDefinition/ihe-ext-medication-"


def given(**fields: Any) -> Json:
    return {
        "resourceType": "MedicationAdministration",
        "id": "m",
        "status": "completed",
        "medicationReference": {"reference": "Medication/box"},
        **fields,
    }


BOX = {
    "resourceType": "Medication",
    "id": "box",
    "extension": [
        {"url": f"{IHE}productname", "valueString": "PREVISCAN 20 mg"},
        {"url": f"{IHE}classification", "valueCodeableConcept": concept("B01AA12", ATC, "fluindione")},
    ],
    "code": concept("3400930000017", "https://smt.esante.gouv.fr/terminologie-bdpm", "comprime quadrisecable"),
}


# --- treatments -------------------------------------------------------------------------------------------------------


def test_a_course_that_began_and_has_no_end_is_not_over() -> None:
    course = given(effectivePeriod={"start": "2023-04-02"})
    entry = only(document(BOX, course, sections=[section("10160-0", "MedicationAdministration/m")]))
    assert (entry.status, entry.start, entry.end) == (Status.UNKNOWN, "2023-04-02", "")
    planned = only(document(BOX, course, sections=[section("18776-5", "MedicationAdministration/m")]))
    assert planned.status is Status.PLANNED
    ended = only(document(BOX, given(effectivePeriod={"start": "2023-04-02", "end": "2023-05"})))
    assert (ended.status, ended.end) == (Status.ENDED, "2023-05")
    assert only(document(BOX, given(effectiveDateTime="2023-04-02"))).status is Status.ENDED


def test_the_class_and_the_name_of_a_box_make_it_known() -> None:
    entry = only(document(BOX, given()))
    assert [(c.system, c.code) for c in entry.codes] == [
        ("urn:oid:1.2.250.1.213.2.3.2", "3400930000017"),
        (ATC, "B01AA12"),
    ]
    assert critical_code(entry.codes, [entry.label]) == "avk"
    assert (entry.label, entry.code_label, entry.words) == ("PREVISCAN 20 mg", "comprime quadrisecable", "completed")
    code = concept("3400930000017", "https://smt.esante.gouv.fr/terminologie-bdpm", "PREVISCAN 20 mg, comprime")
    assert only(document({**BOX, "code": code}, given())).label == "PREVISCAN 20 mg, comprime"


def test_a_rhythm_that_stands_in_an_extension() -> None:
    every = {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}
    dosage = {"route": {"text": "voie orale"}, "dose": {"value": 1, "unit": "cp"}}
    rhythm = {"url": "http://vendor.example/administration-frequency", "valueTiming": every}
    assert only(document(BOX, given(extension=[rhythm], dosage=dosage))).dose == "1 cp, voie orale; 1 x / 12 h"


def test_a_plan_that_was_carried_out_is_no_plan() -> None:
    asked = {"resourceType": "MedicationRequest", "intent": "plan", "medicationCodeableConcept": {"text": "X"}}
    assert one({**asked, "status": "completed"}).status is Status.UNKNOWN
    assert one({**asked, "status": "active"}).status is Status.PLANNED


# --- allergies and adverse effects ------------------------------------------------------------------------------------


def reaction(substance: str, shown: str, severity: str) -> Json:
    named = concept(f"XM-{substance}", "http://id.who.int/icd/release/11/mms", substance)
    return {"substance": named, "manifestation": [{"text": shown}], "severity": severity}


def allergy(*reactions: Json, **fields: Any) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "code": concept("416098002", SNOMED, "allergie médicamenteuse"),
        "reaction": list(reactions),
        **fields,
    }


def test_an_allergy_whose_code_says_only_its_sort_is_to_the_substance() -> None:
    entry = one(allergy(reaction("Kétoprofène", "urticaire", "mild"), reaction("Kétoprofène", "choc", "severe")))
    assert (entry.label, entry.code_label) == ("Kétoprofène", "allergie médicamenteuse")
    assert [c.code for c in entry.codes] == ["XM-Kétoprofène", "416098002"]
    assert [r.criticality for r in entry.reactions] == [Criticality.LOW, Criticality.HIGH]
    assert Mark.UNCODED not in entry.marks


def test_two_substances_of_one_sort_are_both_named() -> None:
    entry = one(allergy(reaction("Kiwi", "oedème", "severe"), reaction("Banane", "prurit", "mild")))
    assert entry.label == "Kiwi, Banane"


def test_the_author_s_own_words_stay_before_the_substance() -> None:
    worded = concept("416098002", SNOMED, "allergie médicamenteuse", "Allergie aux macrolides")
    entry = one(allergy(reaction("Josamycine", "prurit", "mild"), code=worded))
    assert (entry.label, entry.words) == ("Allergie aux macrolides", "Josamycine")


def test_an_allergy_without_a_code_keeps_the_code_of_its_substance() -> None:
    pointed = {**concept("N02BE01", ATC, "Paracetamol"), "text": "#agent-1"}
    entry = one({"resourceType": "AllergyIntolerance", "reaction": [{"substance": pointed}]})
    assert (entry.label, [c.code for c in entry.codes]) == ("Paracetamol", ["N02BE01"])


def test_an_adverse_effect_is_what_it_caused_and_names_its_suspect() -> None:
    nausea = {"resourceType": "Condition", "id": "n", "code": {"text": "Nausée"}}
    suspect = {
        "instance": {"reference": "MedicationAdministration/m"},
        "causality": [{"assessment": {"text": "probable"}}],
    }
    effect = {
        "resourceType": "AdverseEvent",
        "id": "e",
        "category": [{"text": "interaction"}],
        "resultingCondition": [{"reference": "Condition/n"}],
        "suspectEntity": [suspect],
        "date": "2021-12-04",
    }
    listed = section("44939-7", "AdverseEvent/e")
    entry = only(document(nausea, BOX, given(), effect, sections=[listed]), Kind.ADVERSE_EFFECT)
    assert (entry.label, entry.assertion, entry.start) == ("Nausée", Assertion.STATED, "2021-12-04")
    assert entry.words == "comprime quadrisecable; interaction; probable"


# --- others -----------------------------------------------------------------------------------------------------------


def test_a_family_history_told_by_its_outcome() -> None:
    told = {
        "code": concept("282291009", SNOMED, "interprétation diagnostique"),
        "outcome": concept("E10", "http://hl7.org/fhir/sid/icd-10", "Diabète"),
    }
    entry = one({"resourceType": "FamilyMemberHistory", "relationship": {"text": "Mère"}, "condition": [told]})
    assert (entry.label, [c.code for c in entry.codes]) == ("Diabète (Mère)", ["E10"])


def will(act: str, answer: str, **fields: Any) -> Json:
    return {
        "resourceType": "Consent",
        "id": act,
        "status": "active",
        "category": [{"text": "Directives anticipées"}],
        "dateTime": "2020-01-01",
        "provision": {"type": answer, "code": [{"text": act}]},
        **fields,
    }


def test_each_act_of_a_will_keeps_its_own_answer() -> None:
    sections = [section("42348-3", "Consent/Réanimation", "Consent/Dialyse")]
    bundle = document(will("Réanimation", "deny"), will("Dialyse", "permit"), sections=sections)
    entries = read(bundle).entries
    assert [(e.kind, e.label, e.value) for e in entries] == [
        (Kind.DIRECTIVE, "Réanimation", "refusé"),
        (Kind.DIRECTIVE, "Dialyse", "autorisé"),
    ]


def test_an_exception_within_a_will_is_not_the_rule() -> None:
    inner = [{"type": "deny", "code": [{"text": "Intubation"}]}, {"type": "permit", "code": [{"text": "Oxygène"}]}]
    bundle = document(will("x", "", provision={"provision": inner}), sections=[section("42348-3", "Consent/x")])
    assert [(e.label, e.value) for e in read(bundle).entries] == [("Intubation", "refusé"), ("Oxygène", "autorisé")]


def test_the_lines_of_a_will_stay_apart_on_the_sheet() -> None:
    acts = ["Réanimation", "Dialyse", "Sédation"]
    bundle = document(
        *(will(act, "deny") for act in acts), sections=[section("42348-3", *(f"Consent/{act}" for act in acts))]
    )
    sheet = read_summary(json.dumps(bundle).encode()).sheet
    assert {line.label for line in sheet.topic(Kind.DIRECTIVE).lines} == set(acts)


def test_a_question_answered_no_is_negated_where_it_asks_for_a_handicap() -> None:
    asked = {"resourceType": "Observation", "code": {"text": "Risque de fugue"}, "valueBoolean": False}
    assert one(asked, "47420-5").assertion is Assertion.NEGATED
    result = one(asked, "30954-2")
    assert (result.assertion, result.value) == (Assertion.STATED, "non")


def test_a_form_named_where_its_answer_would_stand_is_no_statement() -> None:
    absent = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "n"}]}
    member = {"resourceType": "Observation", "id": "o", "code": {"text": "Chutes"}, "valueBoolean": True}
    form = {"resourceType": "Observation", "id": "g", "code": absent, "hasMember": [{"reference": "Observation/o"}]}
    for group in (form, {**form, "valueString": "Questionnaires"}):
        reading = read(document(group, member, sections=[section("47420-5", "Observation/g")]))
        assert [(e.label, e.value) for e in reading.entries] == [("Chutes", "oui")]
    alone = {"resourceType": "Observation", "code": absent}
    assert one({**alone, "valueString": "Porte des lunettes"}, "47420-5").label == "Porte des lunettes"


def test_who_did_it_stands_in_an_extension() -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}}
    named = [{"url": "actor", "valueReference": {"reference": "PractitionerRole/r"}}]
    actor = {"url": "http://vendor.example/actor-extension", "extension": named}
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"family": "LUNE", "given": ["Ada"]}]}
    injected = {"resourceType": "Immunization", "vaccineCode": {"text": "V"}}
    entry = only(document(role, doctor, {**injected, "performer": [{"actor": {"extension": [actor]}}]}))
    assert entry.author == "Ada LUNE"


def test_what_an_extension_says_is_kept() -> None:
    state = {"url": "http://vendor.example/clinical-state", "valueCodeableConcept": {"text": "asymptomatique"}}
    entry = one({"resourceType": "Condition", "code": {"text": "Angiœdème"}, "extension": [state]})
    assert entry.words == "asymptomatique"
    long_term = {"url": "http://vendor.example/long-term-condition", "valueBoolean": True}
    said = {"url": "http://vendor.example/asserted", "valueDateTime": "2024-03"}
    entry = one({"resourceType": "Condition", "code": {"text": "Goutte"}, "extension": [long_term, said]})
    assert entry.words == "long-term-condition: oui; asserted: 2024-03"


@pytest.mark.parametrize(
    ("code", "display", "kind"),
    [("ECON", "À prévenir", "C"), ("NOK", "Personne de confiance", "trusted"), ("NOK", "Next of kin", "N")],
)
def test_who_is_to_be_called(code: str, display: str, kind: str) -> None:
    sister = concept("SIS", "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "Soeur")
    role = concept(code, "http://terminology.hl7.org/CodeSystem/v3-RoleClass", display)
    person = one({"resourceType": "RelatedPerson", "name": [{"text": "Zoé"}], "relationship": [sister, role]}).person
    assert person is not None
    assert (person.kind, person.role) == (kind, f"Soeur, {display}")


def test_the_name_in_use_stands_beside_the_official_one() -> None:
    bundle = document(LATEX)
    official = {"use": "official", "family": "VERGER", "given": ["ADELE ROSE"]}
    bundle["entry"][1]["resource"]["name"] = [{"use": "usual", "family": "LENOIR", "given": ["Rose"]}, official]
    subject = read(bundle).subject
    assert (subject.traits.family, subject.traits.given, subject.used_name) == ("VERGER", "ADELE ROSE", "LENOIR Rose")
    bundle["entry"][1]["resource"]["name"] = [{"use": "usual", "family": "LENOIR", "given": ["Rose"]}]
    assert (read(bundle).subject.traits.family, read(bundle).subject.used_name) == ("LENOIR", "")


def test_whose_mother_a_contact_is_may_stand_in_an_extension() -> None:
    level = {"url": "http://vendor.example/ext-relationshiplevel", "valueCodeableConcept": {"text": "Mère"}}
    bundle = document()
    contact = {"extension": [level], "relationship": [{"text": "Next of kin"}], "name": {"family": "DOE"}}
    bundle["entry"][1]["resource"]["contact"] = [contact]
    person = only(bundle).person
    assert person is not None
    assert (person.name, person.role) == ("DOE", "Next of kin, Mère")


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("2.16.840.1.113883.6.96", "1", SNOMED),
        ("http://snomed.info/sct/900000000000207008", "1", SNOMED),
        ("https://loinc.org/", "1-1", LOINC),
        ("https://smt.esante.gouv.fr/terminologie-atc", "B01AA03", ATC),
        ("http://www.whocc.no/atc", "3400930000017", "urn:oid:1.2.250.1.213.2.3.2"),
        ("http://www.whocc.no/atc", "69000000", "urn:oid:1.2.250.1.213.2.3.1"),
        ("http://hl7.org/fhir/sid/icd-10|2019", "E11", "http://hl7.org/fhir/sid/icd-10"),
        ("http://vendor.example/x", "1", "http://vendor.example/x"),
    ],
)
def test_one_system_by_its_many_names(system: str, code: str, expected: str) -> None:
    body = {"resourceType": "Condition", "code": {"coding": [{"system": system, "code": code, "display": "d"}]}}
    assert [c.system for c in one(body).codes] == [expected]


# --- whom it is about -------------------------------------------------------------------------------------------------


def test_a_stay_is_told_where_it_says_why() -> None:
    stay = {
        "resourceType": "Encounter",
        "id": "s",
        "status": "finished",
        "class": {"code": "IMP", "display": "hospitalisation"},
        "period": {"start": "2024-01-01", "end": "2024-01-05"},
        "reasonCode": [{"text": "Pneumopathie"}],
        "serviceProvider": {"display": "CH de Lune"},
    }
    entry = only(document(stay))
    assert (entry.kind, entry.label, entry.status, entry.start, entry.end) == (
        Kind.REASON,
        "Pneumopathie",
        Status.ENDED,
        "2024-01-01",
        "2024-01-05",
    )
    assert entry.words == "hospitalisation; CH de Lune"
    frame = {key: value for key, value in stay.items() if key != "reasonCode"}
    assert (read(document(frame)).entries, read(document(frame)).unread) == ((), ())
    assert read(document({**frame, "type": [{"text": "Bilan"}]})).unread == ("Encounter (1)",)
    listed = only(document(frame, sections=[section("46240-8", "Encounter/s")]))
    assert (listed.kind, listed.label) == (Kind.REASON, "hospitalisation")


def test_what_is_told_of_another_patient_is_counted_and_never_this_one_s() -> None:
    mother = {"resourceType": "Patient", "id": "mother", "birthDate": "1990-01-01"}
    asthma = {
        "resourceType": "Condition",
        "id": "x",
        "code": {"text": "Asthme"},
        "subject": {"reference": "Patient/mother"},
    }
    bundle = document(mother, asthma, sections=[section("11450-4", "Condition/x")])
    bundle["entry"][1]["resource"]["birthDate"] = "2020-01-01"
    reading = read(bundle)
    assert (reading.entries, reading.unread) == ((), ("Condition (autre personne) (1)",))
    bundle["entry"][1]["resource"]["birthDate"] = "1990-01-01"
    assert [e.label for e in read(bundle).entries] == ["Asthme"]


def test_a_file_beside_the_sections_is_there_to_be_opened() -> None:
    file = {"contentType": "application/pdf", "data": "JVBERi0="}
    beside = {"resourceType": "DocumentReference", "id": "d", "content": [{"attachment": file}]}
    reading = read(document(beside))
    assert (len(reading.attachments), reading.unread) == (1, ())
    elsewhere = {**beside, "content": [{"attachment": {"url": "https://vendor.example/x.pdf"}}]}
    assert read(document(elsewhere)).unread == ("DocumentReference (1)",)


def measured(*ranges: Json, sex: str = "female", born: str = "1980-05-01") -> str:
    body = {
        "resourceType": "Observation",
        "code": {"text": "Hb"},
        "effectiveDateTime": "2024-01-02",
        "valueQuantity": {"value": 125, "unit": "g/L"},
        "referenceRange": list(ranges),
    }
    bundle = document(body)
    bundle["entry"][1]["resource"] |= {"gender": sex, "birthDate": born}
    entry = only(bundle)
    return f"{entry.reference} | {entry.words}"


def bounds(low: int, high: int, **more: Any) -> Json:
    return {"low": {"value": low}, "high": {"value": high}, **more}


def test_a_range_for_the_other_sex_judges_nobody() -> None:
    men, women = bounds(130, 170, appliesTo=[{"text": "men"}]), bounds(120, 160, appliesTo=[concept("248152002")])
    assert measured(men, women) == "120 - 160 (248152002) | 130 - 170 (men)"
    assert measured(men) == " | 130 - 170 (men)"
    assert measured(men, sex="unknown") == "130 - 170 (men) | "
    assert measured(men, sex="male") == "130 - 170 (men) | "


def test_a_range_for_another_age_judges_nobody() -> None:
    def of(low: int | None, high: int | None, unit: str = "a") -> Json:
        ends = {"low": low, "high": high}
        return bounds(95, 140, age={k: {"value": v, "unit": unit} for k, v in ends.items() if v is not None})

    assert measured(of(None, 18)).startswith(" | 95 - 140")
    assert measured(of(18, None)).startswith("95 - 140")
    assert measured(of(60, 90)).startswith(" | ")
    assert measured(of(None, 24, "mo")).startswith(" | ")
    assert measured(of(None, 18, "moons")).startswith("95 - 140")
    assert measured(of(None, 18), born="").startswith("95 - 140")
