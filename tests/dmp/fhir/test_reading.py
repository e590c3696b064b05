"""FHIR documents of any vendor: references however written; none, no data and unreadable kept apart."""

import pytest

from dmp_tui.dmp.entries import (
    Assertion,
    Kind,
)
from tests.dmp.fhir.builders import LATEX, Json, concept, document, narrative, one, only, read, section


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("", "AllergyIntolerance/a"),
        ("urn:uuid:0001", "urn:uuid:0001"),
        ("urn:uuid:0001", "0001"),
        ("https://x.example/fhir/AllergyIntolerance/a", "AllergyIntolerance/a"),
        ("https://x.example/fhir/AllergyIntolerance/a", "https://x.example/fhir/AllergyIntolerance/a"),
        ("https://x.example/fhir/AllergyIntolerance/a", "https://x.example/fhir/AllergyIntolerance/a/_history/3"),
        ("urn:uuid:0001", "AllergyIntolerance/a"),
        ("", "https://elsewhere.example/AllergyIntolerance/a"),
    ],
)
def test_references(url: str, target: str) -> None:
    bundle = document(LATEX, sections=[section("48765-2", target)])
    bundle["entry"][2]["fullUrl"] = url
    entry = only(bundle)
    assert (entry.label, entry.section) == ("Latex", "48765-2")


def test_a_reference_by_identifier() -> None:
    body = {**LATEX, "identifier": [{"system": "urn:oid:1.2.3", "value": "7"}]}
    named = {**section("48765-2"), "entry": [{"identifier": {"system": "urn:oid:1.2.3", "value": "7"}}]}
    assert only(document(body, sections=[named])).section == "48765-2"


def test_a_reference_to_nothing_is_unreadable_and_named() -> None:
    gone = {
        **section("48765-2", title="Allergies"),
        "entry": [{"reference": "AllergyIntolerance/gone", "display": "Kiwi"}],
    }
    reading = read(document(sections=[gone]))
    (entry,) = reading.entries
    assert (entry.label, entry.assertion) == ("Kiwi", Assertion.UNREADABLE)
    assert reading.unread == ("Allergies",)


def test_contained_medication_and_ingredients() -> None:
    entry = one(
        {
            "resourceType": "MedicationStatement",
            "status": "active",
            "contained": [
                {
                    "resourceType": "Medication",
                    "id": "m",
                    "ingredient": [
                        {
                            "itemCodeableConcept": {"text": "warfarin"},
                            "strength": {"numerator": {"value": 2, "unit": "mg"}, "denominator": {"value": 1}},
                        }
                    ],
                    "form": {"text": "tablet"},
                }
            ],
            "medicationReference": {"reference": "#m"},
        },
        "10160-0",
    )
    assert entry.label == "warfarin 2 mg / 1; tablet"


def test_what_no_section_names_is_read_all_the_same() -> None:
    assert only(document(LATEX)).section == ""


def test_a_bundle_without_composition() -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": LATEX}]}
    reading = read(bundle)
    assert (reading.format, [e.label for e in reading.entries]) == ("fhir-document", ["Latex"])
    assert reading.unique_id == read(bundle).unique_id != ""


def test_a_resource_of_an_unknown_kind_is_counted() -> None:
    strange = [{"resourceType": "MolecularSequence", "id": str(n)} for n in range(2)]
    assert read(document(*strange, LATEX)).unread == ("MolecularSequence (2)",)


def test_a_medication_that_nothing_uses_is_counted() -> None:
    assert read(document({"resourceType": "Medication", "id": "m"})).unread == ("Medication (1)",)


# --- none, no data, unreadable ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "assertion"),
    [
        (concept("716186003"), Assertion.NONE),
        (concept("409137002"), Assertion.NONE),
        (concept("428607008"), Assertion.NONE),
        (concept("429625007"), Assertion.NONE),
        (concept("1287211007"), Assertion.NO_DATA),
        (
            concept("no-known-drug-allergies", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"),
            Assertion.NONE,
        ),
        (concept("no-allergy-info", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"), Assertion.NO_DATA),
        ({"text": "No Known Allergies"}, Assertion.NONE),
        ({"text": "Aucune allergie connue"}, Assertion.NONE),
        ({"text": "NKDA"}, Assertion.NONE),
        ({"text": "No information available"}, Assertion.NO_DATA),
        ({"text": "Nickel"}, Assertion.STATED),
        ({"text": "Noix"}, Assertion.STATED),
        ({}, Assertion.UNREADABLE),
    ],
)
def test_allergies_that_are_none(code: Json, assertion: Assertion) -> None:
    assert one({"resourceType": "AllergyIntolerance", "code": code}, "48765-2").assertion is assertion


def test_no_known_diabetes_is_no_statement_about_all_problems() -> None:
    entry = one({"resourceType": "Condition", "code": {"text": "Pas de diabète"}})
    assert entry.assertion is Assertion.STATED


@pytest.mark.parametrize(
    ("reason", "assertion"),
    [("nilknown", Assertion.NONE), ("notasked", Assertion.NO_DATA), ("unavailable", Assertion.NO_DATA)],
)
def test_empty_reasons(reason: str, assertion: Assertion) -> None:
    empty = {**section("10160-0"), "emptyReason": concept(reason, "http://x")}
    del empty["entry"]
    assert only(document(sections=[empty])).assertion is assertion


def test_a_coded_section_of_words_only_is_unreadable_and_its_words_are_kept() -> None:
    words = {**section("48765-2", title="Allergies"), "text": narrative("Allergic to kiwi since 2010")}
    reading = read(document(sections=[words]))
    (entry,) = reading.entries
    assert (entry.assertion, entry.words) == (Assertion.UNREADABLE, "Allergic to kiwi since 2010")
    assert reading.unread == ("Allergies",)


def test_a_section_of_words_that_say_none() -> None:
    words = {**section("48765-2"), "text": narrative("No known allergies.")}
    assert only(document(sections=[words])).assertion is Assertion.NONE


def test_a_plan_of_words_is_a_plan() -> None:
    words = {**section("18776-5"), "text": narrative("Control in June")}
    assert only(document(sections=[words])).label == "Control in June"


def test_an_empty_section_is_seen_and_says_nothing() -> None:
    reading = read(document(sections=[section("48765-2")]))
    assert (reading.entries, reading.sections_read) == ((), frozenset({"48765-2"}))


def test_sub_sections_are_about_what_their_section_is() -> None:
    inner = {"title": "Inner", "text": narrative("Walks with a stick")}
    reading = read(document(sections=[{**section("47420-5"), "section": [inner]}]))
    assert [(e.kind, e.label) for e in reading.entries] == [(Kind.FUNCTIONAL, "Walks with a stick")]
    assert [(p.title, p.depth) for p in reading.parts] == [("Section", 0), ("Inner", 1)]
