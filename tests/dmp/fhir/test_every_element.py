"""Every element that FHIR defines for what is read, filled with a word of its own: each word is found in an entry."""

import importlib
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from dmp_tui.dmp.entries import Entry, Kind, Status
from tests.dmp.fhir.builders import LATEX, Json, document, one, only, read

R4 = (
    *("AllergyIntolerance", "Condition", "Procedure", "MedicationStatement", "MedicationRequest", "MedicationDispense"),
    *("MedicationAdministration", "Immunization", "ImmunizationRecommendation", "DeviceUseStatement", "Observation"),
    *("DiagnosticReport", "ImagingStudy", "Flag", "DetectedIssue", "RiskAssessment", "CarePlan", "Goal"),
    *("ServiceRequest", "DeviceRequest", "NutritionOrder", "Appointment", "Consent", "FamilyMemberHistory"),
    *("ClinicalImpression", "RelatedPerson", "CareTeam", "AdverseEvent", "Encounter"),
)
R5 = tuple("DeviceUsage" if name == "DeviceUseStatement" else name for name in R4)
FRAME = frozenset(
    {"id", "implicitRules", "language", "meta", "contained", "extension", "modifierExtension", "text", "identifier"}
    | {"fhir_comments", "resource_type", "resourceType"}
)
ELSEWHERE = re.compile(
    r"\.(?:subject|patient|encounter|context|basedOn|partOf|category|insurance|eventHistory|endpoint|slot|photo"
    r"|supportingInfo(?:rmation)?(?:\.\w+)?|derivedFrom|sequence|rank|function|number|sopClass|securityLabel|policy"
    r"|verification\.\w+|data\.reference|role|low|dateCriterion\.code|sessionKey|recorded|issued|created|end|whenPrepared"
    r"|statusChanged|statusReason|clinicalStatus|documentType|started|dateTime|detected|normalValue|onBehalfOf)$"
)
"""What is read where it belongs, what frames a statement, and second dates beside the one that is told."""
NO_WORDS = frozenset(
    {"Identifier", "Meta", "Narrative", "Extension", "Resource", "FHIRPrimitiveExtension", "SampledData", "Signature"}
    | {"Element", "UsageContext", "ContactPoint", "Address", "HumanName", "ContactDetail", "Expression"}
    | {"DataRequirement", "TriggerDefinition", "RelatedArtifact", "ParameterDefinition", "VirtualServiceDetail"}
)
QUANTITIES = frozenset({"Quantity", "Age", "Duration", "Count", "Distance", "Money", "SimpleQuantity"})


class Filled:
    """A resource with a word in each of its elements, and where each stands."""

    def __init__(self, models: Any, name: str, choice: int) -> None:
        self._models, self._choice = models, choice
        self._number = count(1)
        self.places: dict[str, str] = {}
        self.body: Json = {"resourceType": name, "id": "x", **self._object(name, name, 0)}

    def _word(self, place: str) -> str:
        word = f"Zq{next(self._number):03d}x"
        self.places[word] = place
        return word

    def _object(self, name: str, place: str, depth: int) -> Json:
        body: Json = {}
        choices: dict[str, list[tuple[str, Any, Json]]] = {}
        for field, described in self._models.get_fhir_model_class(name).model_fields.items():
            alias, extra = described.alias or field, described.json_schema_extra or {}
            if field.endswith("__ext") or alias in FRAME:
                continue
            chosen = choices.setdefault(extra.get("one_of_many", alias), [])
            chosen.append((alias, described.annotation, extra))
        for several in choices.values():
            alias, annotation, extra = several[self._choice % len(several)]
            value = self._value(str(annotation), f"{place}.{alias}", extra, depth)
            if value is not None:
                body[alias] = [value] if "List[" in str(annotation) else value
        return body

    def _value(self, annotation: str, place: str, extra: Json, depth: int) -> Any:
        if match := re.search(r"abc\.(\w+?)Type\b", annotation):
            return self._complex(match[1], place, depth)
        if re.search(
            r"bool|Base64|Time\(\)(?<!DateTime\(\))|Code\(\)|Ur[il]\(\)|Canonical|Oid|Uuid|Id\(\)", annotation
        ):
            return None
        if re.search(r"Date(?:Time)?\(\)|Instant", annotation):
            number = next(self._number)
            date = f"20{number % 20 + 1:02d}-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
            self.places[date] = place
            return date
        if re.search(r"Decimal|PositiveInt|UnsignedInt|Integer", annotation):
            written = 7000 + next(self._number)
            self.places[str(written)] = place
            return written
        return None if extra.get("enum_values") else self._word(place)

    def _complex(self, name: str, place: str, depth: int) -> Any:
        if name in NO_WORDS or depth > 3:
            return None
        if name in QUANTITIES:
            return {"value": 7000 + next(self._number), "unit": self._word(place)}
        simple: dict[str, Callable[[str], Json]] = {
            "CodeableConcept": lambda word: {"text": word},
            "Annotation": lambda word: {"text": word},
            "Coding": lambda word: {"code": "c", "display": word},
            "CodeableReference": lambda word: {"concept": {"text": word}},
            "Reference": lambda word: {"display": word},
            "Range": lambda word: {"low": {"value": 1}, "high": {"value": 2, "unit": word}},
            "Ratio": lambda word: {"numerator": {"value": 1, "unit": word}, "denominator": {"value": 2}},
            "Timing": lambda word: {"code": {"text": word}},
            "Attachment": lambda word: {"title": word, "url": "http://x"},
        }
        if name in simple:
            return simple[name](self._word(place))
        if name == "Period":
            return {end: self._value("DateTime()", f"{place}.{end}", {}, depth) for end in ("start", "end")}
        return self._object(name, place, depth + 1)


def shown(entry: Entry) -> str:
    return repr(entry)


def lost(models: Any, name: str) -> Iterator[str]:
    for choice in range(6):
        filled = Filled(models, name, choice)
        reading = read(document(filled.body))
        told = "".join(map(shown, reading.entries)) + repr([a.title for a in reading.attachments])
        yield from (place for word, place in filled.places.items() if word not in told)


@pytest.mark.parametrize(
    ("release", "name"),
    [*(("fhir.resources.R4B", name) for name in R4), *(("fhir.resources", name) for name in R5)],
)
def test_no_element_is_lost(release: str, name: str) -> None:
    models = importlib.import_module(release)
    assert sorted({place for place in lost(models, name) if not ELSEWHERE.search(place)}) == []


# --- what had to be told apart ----------------------------------------------------------------------------------------


def test_a_vaccine_that_must_not_be_given_is_an_alert_and_never_due() -> None:
    barred = {"contraindicatedVaccineCode": [{"text": "BCG"}], "targetDisease": {"text": "Tuberculose"}}
    entry = one({"resourceType": "ImmunizationRecommendation", "date": "2024-01-01", "recommendation": [barred]})
    assert (entry.kind, entry.label, entry.noted) == (Kind.ALERT, "Vaccin contre-indiqué : BCG", "2024-01-01")
    due = {**barred, "vaccineCode": [{"text": "Autre"}]}
    entries = read(document({"resourceType": "ImmunizationRecommendation", "recommendation": [due]})).entries
    assert [(e.kind, e.label, e.status) for e in entries][1:] == [(Kind.VACCINATION, "Autre", Status.PLANNED)]


def test_what_an_element_says_is_named_by_it_and_said_once() -> None:
    given = {"resourceType": "Procedure", "code": {"text": "Graft"}, "usedCode": [{"text": "Mesh"}, {"text": "Graft"}]}
    assert one(given).words == "usedCode: Mesh"


def test_what_extends_a_primitive_element_is_kept() -> None:
    finer = {"url": "http://vendor.example/extra-code", "valueCodeableConcept": {"text": "léger à modéré"}}
    reaction = {"manifestation": [{"text": "rash"}], "severity": "moderate", "_severity": {"extension": [finer]}}
    assert one({**LATEX, "reaction": [reaction]}).words == "severity: léger à modéré"


def test_a_code_an_identifier_and_the_patient_are_no_words() -> None:
    order = {
        "resourceType": "DeviceRequest",
        "codeCodeableConcept": {"text": "Bed"},
        "intent": "order",
        "requisition": {"system": "urn:oid:1.2", "value": "ABC-1"},
        "requester": {"reference": "Patient/p", "display": "Jane Doe"},
    }
    assert one(order).words == ""


def test_a_status_that_nobody_knows_is_kept_in_words() -> None:
    assert "clinicalStatus: en sommeil" in one({**LATEX, "clinicalStatus": {"text": "en sommeil"}}).words
    known = {"coding": [{"code": "active", "display": "Active"}]}
    assert one({**LATEX, "clinicalStatus": known}).words == ""


def test_other_scripts_are_compared_as_written() -> None:
    dosage = [{"text": "一天三次", "route": {"text": "口服"}}]
    taken = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "阿司匹林"}, "dosage": dosage}
    entry = one({**taken, "reasonCode": [{"text": "疼痛"}], "statusReason": [{"text": "口服"}]})
    assert (entry.dose, entry.words) == ("一天三次; 口服", "疼痛; 口服")


def test_the_time_that_a_resource_of_many_words_takes_is_bounded() -> None:
    many = [{"text": f"word {number % 7}"} for number in range(20_000)]
    long = {"resourceType": "Procedure", "code": {"text": "x " * 50_000}, "usedCode": many}
    entry = only(document({**long, "id": "x"}))
    assert entry.words.startswith("usedCode: word 0")
