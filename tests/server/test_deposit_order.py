"""From deposit to sheet, through the real store: the order in which documents come changes nothing, and one more that
replaces nothing takes nothing away."""

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.sheet.model import Origin, Sheet
from tests.server.api import Api, Client, Json, reference
from tests.server.login.world import DOCTOR, record

CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
SECTIONS = {"AllergyIntolerance": "48765-2", "MedicationStatement": "10160-0", "Condition": "11450-4"}


def allergy(text: str, criticality: str = "low", *, status: str = "active") -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": status}]},
        "criticality": criticality,
        "code": {"text": text},
    }


def no_allergy() -> Json:
    code = {"coding": [{"system": ABSENT, "code": "no-known-allergies"}], "text": "Aucune allergie connue"}
    return {"resourceType": "AllergyIntolerance", "code": code}


def treatment(text: str, dose: str, *, status: str = "active") -> Json:
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": {"text": text},
        "dosage": [{"text": dose}],
    }


def problem(text: str, onset: str) -> Json:
    return {"resourceType": "Condition", "code": {"text": text}, "onsetDateTime": onset}


def synthesis(patient: Record, number: int, title: str, date: str, *held: Json) -> bytes:
    """A FHIR document of some statements."""
    urls = [f"urn:uuid:{number}-{index}" for index in range(len(held))]
    subject = {"reference": "urn:uuid:p"}
    sections = []
    for kind, code in SECTIONS.items():
        own = [{"reference": url} for url, each in zip(urls, held, strict=True) if each["resourceType"] == kind]
        if own:
            sections.append(
                {"title": kind, "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "entry": own}
            )
    composition: Json = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": subject,
        "date": date,
        "author": [{"display": "Dr EXEMPLE"}],
        "title": title,
        "section": sections,
    }
    person: Json = {
        "resourceType": "Patient",
        "identifier": [{"system": patient.ins.system, "value": patient.ins.matricule}],
        "name": [{"family": "PAT-ESSAI", "given": ["DOMINIQUE"]}],
    }
    stated = [
        {**each, "patient" if each["resourceType"] == "AllergyIntolerance" else "subject": subject} for each in held
    ]
    resources = zip(["urn:uuid:c", "urn:uuid:p", *urls], [composition, person, *stated], strict=True)
    bundle = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:1.2.250.1.999.{patient.id[1:]}.{number}"},
        "timestamp": date,
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in resources],
    }
    return json.dumps(bundle).encode()


DAY = "2026-01-02T10:00:00+01:00"
DOCUMENTS: tuple[tuple[str, str, tuple[Json, ...]], ...] = (
    ("Synthèse du cabinet", DAY, (allergy("latex", "high"), treatment("COUMADINE 2 mg", "1 le soir"))),
    # Of one moment with the first: only what they say tells them apart.
    ("Synthèse de l'hôpital", DAY, (allergy("latex"), treatment("COUMADINE 2 mg", "2 le soir"))),
    ("Lettre", "2026-02-03T10:00:00+01:00", (no_allergy(), problem("Asthme", "2001"))),
    (
        "Sortie",
        "2026-03-04T10:00:00+01:00",
        (treatment("COUMADINE 2 mg", "", status="stopped"), problem("Asthme", "1999"), allergy("arachide")),
    ),
    ("Ancienne synthèse", "2019-05-06T10:00:00+02:00", (allergy("latex", status="resolved"),)),
)


async def send(client: Client, patient: Record, number: int) -> None:
    title, date, held = DOCUMENTS[number]
    content = synthesis(patient, number, title, date, *held)
    body = reference(content, patient, media="application/fhir+json", type_="60591-5", date=date)
    body["content"][0]["attachment"]["title"] = title
    made = await client.post("/fhir/DocumentReference", body)
    assert made.status_code == 201, made.text


async def sheet(client: Client, patient: Record) -> Sheet:
    answer = await client.get(f"/fhir/Patient/{patient.id}/$summary")
    assert answer.status_code == 200, answer.text
    return read_summary(answer.content).sheet


def unplaced(value: Any) -> Any:
    """A sheet without what the server gives a document as it comes: its id and its moment."""
    if isinstance(value, Origin):
        return replace(value, document="", submitted="")
    if isinstance(value, tuple):
        return tuple(unplaced(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: unplaced(getattr(value, field.name)) for field in fields(value)})
    return value


def said(found: Sheet) -> set[tuple[Kind, str, str]]:
    """Every statement of a line, by the title of its document."""
    return {
        (line.kind, source.label, source.origin.title)
        for topic in found.topics
        for line in topic.lines
        for source in line.sources
    }


async def test_the_order_of_deposit_does_not_change_the_sheet(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    orders = [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 0, 4, 2, 3), (2, 4, 0, 3, 1), (3, 1, 2, 0, 4), (1, 4, 3, 0, 2)]
    sheets = []
    for index, order in enumerate(orders):
        patient = api.keep(record(300000 + index))
        api.permit(patient, DOCTOR)
        for number in order:
            await send(doctor, patient, number)
        sheets.append(replace(unplaced(await sheet(doctor, patient)), patient="", updated=""))
    assert sheets[0].documents == len(DOCUMENTS)
    assert any(line.contradictions for line in sheets[0].topic(Kind.ALLERGY).lines)
    for order, found in zip(orders[1:], sheets[1:], strict=True):
        assert found == sheets[0], order


@pytest.mark.parametrize("first", range(len(DOCUMENTS)))
async def test_a_document_that_replaces_nothing_takes_no_line_away(api: Api, first: int) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    before: set[tuple[Kind, str, str]] = set()
    lines: set[tuple[Kind, str]] = set()
    for step in range(len(DOCUMENTS)):
        await send(doctor, patient, (first + step) % len(DOCUMENTS))
        found = await sheet(doctor, patient)
        now = {(topic.kind, line.label) for topic in found.topics for line in topic.lines}
        assert before <= said(found)
        assert lines <= now
        before, lines = said(found), now
    assert {title for _kind, _label, title in before} >= {
        title for title, _date, _held in DOCUMENTS if title != "Lettre"
    }
