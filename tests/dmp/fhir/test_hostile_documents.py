"""FHIR documents that are none, and documents damaged anywhere: a reading or a DocumentError, nothing else."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import (
    Coding,
    DocumentError,
    DocumentProblem,
)
from dmp_tui.dmp.fhir.bundle import MAX_RESOURCES
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.fhir.summary import read_summary
from tests.dmp.fhir.builders import (
    LATEX,
    Json,
    concept,
    document,
    narrative,
    read,
    section,
)
from tests.dmp.fhir.test_any_shape import assert_on_the_sheet


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Bundle", "entry": [1, {}, null]}',
        b"{}",
    ],
)
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        read_fhir_document(content)
    assert caught.value.problem is DocumentProblem.NOT_FHIR_DOCUMENT


def full() -> Json:
    """A document with a resource of nearly every kind, to be damaged."""
    taken = {"timing": {"repeat": {"frequency": 1, "when": ["MORN"]}}, "asNeededBoolean": True}
    inner = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#"}}]}
    protocol = {"doseNumberPositiveInt": 1, "targetDisease": [{"text": "tetanus"}]}
    systolic = {"code": {"text": "S"}, "valueQuantity": {"value": 1.0, "unit": "mm"}}
    itself = [{"reference": "Observation/o1"}]
    stages = [{"summary": {"text": "II"}}]
    resources: list[Json] = [
        {**LATEX, "reaction": [{"manifestation": [{"text": "rash"}], "severity": "mild"}], "criticality": "high"},
        {"resourceType": "Condition", "id": "c1", "code": concept("1"), "onsetDateTime": "2020", "stage": stages},
        {"resourceType": "Procedure", "id": "p1", "code": {"text": "P"}, "performedPeriod": {"start": "2020"}},
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "medicationReference": {"reference": "#m"},
            "contained": [inner],
            "dosageInstruction": [taken],
        },
        {"resourceType": "Immunization", "id": "i1", "vaccineCode": {"text": "V"}, "protocolApplied": [protocol]},
        {
            "resourceType": "ImmunizationRecommendation",
            "id": "ir",
            "recommendation": [{"vaccineCode": [{"text": "V"}]}],
        },
        {"resourceType": "DeviceUseStatement", "id": "d1", "device": {"reference": "Device/d"}},
        {"resourceType": "Device", "id": "d", "deviceName": [{"name": "D"}]},
        {
            "resourceType": "Observation",
            "id": "o1",
            "code": concept("1-1"),
            "component": [systolic],
            "hasMember": itself,
        },
        {"resourceType": "DiagnosticReport", "id": "r1", "result": itself, "conclusion": "C"},
        {"resourceType": "FamilyMemberHistory", "id": "f1", "condition": [{"code": {"text": "F"}}]},
        {"resourceType": "Consent", "id": "k1", "category": [{"text": "K"}], "provision": {"type": "deny"}},
        {"resourceType": "CarePlan", "id": "cp", "activity": [{"detail": {"description": "A"}}]},
        {"resourceType": "ClinicalImpression", "id": "ci", "summary": "S", "finding": [{"item": {"text": "f"}}]},
        {"resourceType": "RelatedPerson", "id": "rp", "name": [{"text": "R"}], "telecom": [{"value": "06"}]},
        {"resourceType": "CareTeam", "id": "ct", "participant": [{"member": {"reference": "Device/d"}}]},
        {"resourceType": "DetectedIssue", "id": "di", "detail": "D", "severity": "high"},
        {"resourceType": "AdverseEvent", "id": "ae", "event": {"text": "E"}},
    ]
    sections = [
        {**section("48765-2", "AllergyIntolerance/a"), "text": narrative("<table><tr><td>x</td></tr></table>")},
        section("30954-2", "DiagnosticReport/r1", "Observation/o1"),
    ]
    return document(*resources, sections=sections, author=[{"reference": "Device/d"}], relatesTo=[{"code": "replaces"}])


FULL = full()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += places(child, (*path, key))
    return found


PLACES = places(FULL)
_JUNK: list[Any] = [None, True, 0, -1.5, "", " ", "x", "#", "#m", "\x00\u202e[red]", "9" * 30, [], {}, [[]], [None]]
_JUNK += [{"reference": "#"}, {"coding": "x"}, {"a": [1]}, ["x", {"text": 5}], {"coding": [None, {"code": True}]}]
JUNK = st.sampled_from([*_JUNK, {"reference": "Observation/o1"}])


def test_the_full_document_reads_whole() -> None:
    reading = read(FULL)
    assert reading.unread == ()
    assert len({e.kind for e in reading.entries}) >= 13


def damaged(damage: list[tuple[tuple[Any, ...], Any]]) -> Json:
    """The full document with something else in some of its places."""
    bundle = copy.deepcopy(FULL)
    for path, junk in damage:
        target: Any = bundle
        with suppress(KeyError, IndexError, TypeError):
            for step in path[:-1]:
                target = target[step]
            target[path[-1]] = copy.deepcopy(junk)
    return bundle


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=4))
def test_damage_anywhere_gives_a_reading_or_a_document_error(damage: list[tuple[tuple[Any, ...], Any]]) -> None:
    bundle = damaged(damage)
    with suppress(DocumentError):
        reading = read(bundle)
        assert all(entry.label for entry in reading.entries)
        assert_on_the_sheet(reading, read_summary(json.dumps(bundle).encode()).sheet)


_NAMES = st.sampled_from(["resourceType", "entry", "resource", "section", "code", "text", "reference"])
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(_ANY_JSON)
def test_any_json_gives_a_reading_or_a_document_error(value: Any) -> None:
    with suppress(DocumentError):
        read({"resourceType": "Bundle", "entry": value} if not isinstance(value, dict) else value)


def test_coding_of_a_document_type_without_loinc() -> None:
    assert read(document(LATEX, type={"text": "Letter"})).type == Coding("", "")


def test_a_long_chain_of_panels_and_a_circle() -> None:
    size = 5_000
    chain = [
        {
            "resourceType": "Observation",
            "id": f"o{n}",
            "code": {"text": f"n{n}"},
            "hasMember": [{"reference": f"Observation/o{(n + 1) % size}"}],
        }
        for n in range(size)
    ]
    reading = read(document(*chain, sections=[section("30954-2", "Observation/o0")]))
    assert reading.entries == ()
    assert reading.unread == ()


def test_more_resources_than_a_document_has() -> None:
    with pytest.raises(DocumentError) as caught:
        read(document(*[LATEX] * MAX_RESOURCES))
    assert caught.value.problem is DocumentProblem.TOO_LARGE


def test_many_references_into_one_resource_and_many_to_nothing() -> None:
    # Linear, or the test meets its timeout.
    size = 8_000
    contained = [{"resourceType": "Observation", "id": f"m{n}", "code": {"text": "x"}} for n in range(size)]
    members = [{"reference": f"#m{n}"} for n in range(size)]
    panel = {**LATEX, "resourceType": "Observation", "contained": contained, "hasMember": members}
    words = {**section("48765-2", *[f"X/{n}" for n in range(size)]), "text": narrative("x" * 100_000)}
    reading = read(document(panel, sections=[words]))
    assert len(reading.entries) == 2 * size
