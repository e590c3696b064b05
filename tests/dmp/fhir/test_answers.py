"""Coded answers of observations, and pregnancies wherever they stand."""

import json
from datetime import date

import pytest

from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.sheet.states import is_pregnant
from tests.dmp.fhir.builders import LOINC, SNOMED, Json, concept, document, one

TODAY = date(2024, 2, 1)


def answered(question: str, answer: Json, section_code: str = "") -> Entry:
    body = {"resourceType": "Observation", "code": concept(question, LOINC, "Question"), "valueCodeableConcept": answer}
    return one(body, section_code)


def bare(code: str, system: str = LOINC) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def test_an_answer_that_weighs_has_a_name_and_another_says_that_it_is_a_code() -> None:
    entry = answered("72166-2", bare("LA18976-3"))
    assert (entry.value, Mark.VALUE_CODE in entry.marks) == ("fumeur quotidien", False)
    entry = answered("882-1", bare("278147001", SNOMED))
    assert (entry.value, Mark.VALUE_CODE in entry.marks) == ("278147001", True)
    entry = answered("882-1", concept("278147001", display="group O, Rh positive"))
    assert (entry.value, Mark.VALUE_CODE in entry.marks) == ("group O, Rh positive", False)
    assert answered("72166-2", {**bare("LA18976-3"), "text": "un paquet par jour"}).value == "un paquet par jour"


def pregnant(*bodies: Json) -> bool:
    bundle = document(*[{**body, "id": f"x{number}"} for number, body in enumerate(bodies)])
    return is_pregnant(read_summary(json.dumps(bundle).encode()).sheet, TODAY)


def status(answer: Json) -> Json:
    return {"resourceType": "Observation", "code": concept("82810-3", LOINC), "valueCodeableConcept": answer}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (bare("LA15173-0"), True),
        (bare("LA26683-5"), False),
        (concept("60001007", SNOMED, "Nicht schwanger"), False),
        (concept("77386006", SNOMED, "Schwanger"), True),
    ],
)
def test_pregnant_or_not_in_any_language(answer: Json, expected: bool) -> None:
    assert pregnant(status(answer)) is expected
    entry = answered("82810-3", answer)
    assert (entry.kind, entry.assertion is Assertion.STATED) == (Kind.PREGNANCY, expected)


@pytest.mark.parametrize(
    "code", [concept("77386006", SNOMED, "Pregnancy"), bare("Z33", "http://hl7.org/fhir/sid/icd-10")]
)
def test_a_pregnancy_among_problems_is_one(code: Json) -> None:
    active = {"coding": [{"code": "active"}]}
    body = {"resourceType": "Condition", "code": code, "clinicalStatus": active}
    entry = one(body, "11450-4")
    assert (entry.kind, entry.status) == (Kind.PREGNANCY, Status.ACTIVE)
    over = {**body, "clinicalStatus": {"coding": [{"code": "resolved"}]}}
    assert not pregnant(over)


def test_a_pregnancy_told_by_its_name_is_running() -> None:
    assert pregnant({"resourceType": "Condition", "code": concept("77386006", SNOMED, "Pregnancy")})
