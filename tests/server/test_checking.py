"""``$check``: on the sheet that the caller may read, by his rights, traced before it is answered; and "A VERIFIER"."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.parameters import Parameters
from httpx import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.patients import from_existence
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.server.medicines import Medicines
from dmp_tui.server.sheets import unpack
from tests.dmp.safety.bases import small_base
from tests.server.api import MASKED, Api, Client, Json, reference
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, record

PATIENT = record()
ATC = "http://www.whocc.no/atc"
CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"


def told(allergies: tuple[str, ...] = (), treatments: tuple[str, ...] = (), patient: Record = PATIENT) -> bytes:
    """A FHIR document that states these."""
    person = {"reference": "urn:uuid:p"}
    active = {"coding": [{"system": CLINICAL, "code": "active"}]}
    entries: list[tuple[str, str, Json]] = [
        *(
            (
                f"urn:uuid:a{n}",
                "48765-2",
                {
                    "resourceType": "AllergyIntolerance",
                    "clinicalStatus": active,
                    "code": {"text": label},
                    "patient": person,
                },
            )
            for n, label in enumerate(allergies)
        ),
        *(
            (
                f"urn:uuid:t{n}",
                "10160-0",
                {
                    "resourceType": "MedicationStatement",
                    "status": "active",
                    "medicationCodeableConcept": {"text": label},
                    "subject": person,
                },
            )
            for n, label in enumerate(treatments)
        ),
    ]
    sections = [
        {
            "title": loinc,
            "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
            "entry": [{"reference": url} for url, code, _resource in entries if code == loinc],
        }
        for loinc in dict.fromkeys(code for _url, code, _resource in entries)
    ]
    composition: Json = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": person,
        "date": "2026-01-02T10:00:00+01:00",
        "author": [{"display": "Dr EXEMPLE"}],
        "title": "Synthèse",
        "section": sections,
    }
    identifier = [{"system": patient.ins.system, "value": patient.ins.matricule}]
    whole = [
        ("urn:uuid:c", composition),
        ("urn:uuid:p", {"resourceType": "Patient", "identifier": identifier, "name": [{"family": "PAT-ESSAI"}]}),
        *((url, resource) for url, _code, resource in entries),
    ]
    number = sum(map(ord, "".join((*allergies, "/", *treatments))))
    bundle = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:1.2.250.1.999.{number}"},
        "timestamp": "2026-01-02T10:00:00+01:00",
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in whole],
    }
    return json.dumps(bundle).encode()


async def send(client: Client, content: bytes, patient: Record = PATIENT, **fields: Any) -> str:
    body = reference(content, patient, media="application/fhir+json", type_="60591-5", **fields)
    made = await client.post("/fhir/DocumentReference", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def asking(*medications: str | Json) -> Json:
    parameters = [
        {"name": "medication", "valueString": each}
        if isinstance(each, str)
        else {"name": "medication", "valueCodeableConcept": each}
        for each in medications
    ]
    return {"resourceType": "Parameters", "parameter": parameters}


def coded(code: str, system: str = ATC, text: str = "") -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


async def ask(client: Client, *medications: str | Json, patient: Record = PATIENT) -> Response:
    return await client.post(f"/fhir/Patient/{patient.id}/$check", asking(*medications))


def values(answer: Response, name: str) -> list[Any]:
    """What an answer's parameters of a name hold: a value, a resource, or parts by their names."""
    assert answer.status_code == 200, answer.text
    found = [p for p in answer.json()["parameter"] if p["name"] == name]
    return [p.get("resource") or p.get("part") or next(v for k, v in p.items() if k.startswith("value")) for p in found]


def level(issue: Json) -> str:
    [own] = [e for e in issue["extension"] if e["url"].endswith("/safety")]
    return next(str(part["valueCode"]) for part in own["extension"] if part["url"] == "level")


def timeless(answer: Response) -> str:
    return re.sub(r'"identifiedDateTime":"[^"]*"', "", answer.text)


async def opened(api: Api, *documents: bytes) -> Client:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    for document in documents:
        await send(doctor, document)
    return doctor


@pytest.mark.parametrize(
    "asked", ["amoxicilline", "CLAMOXYL", coded("J01CA04"), coded("60000003", "urn:oid:1.2.250.1.213.2.3.1")]
)
async def test_a_class_allergy_is_answered_with_its_document(api: Api, asked: str | Json) -> None:
    doctor = await opened(api)
    document = await send(doctor, told(allergies=("pénicillines",)))
    answer = await ask(doctor, asked)
    Parameters.model_validate(answer.json())
    assert values(answer, "verdict") == ["contraindicated"]
    issue = next(i for i in values(answer, "issue") if level(i) == "contraindicated")
    assert (issue["resourceType"], issue["severity"], issue["patient"]) == (
        "DetectedIssue",
        "high",
        {"reference": f"Patient/{PATIENT.id}"},
    )
    assert issue["code"]["coding"][0]["code"] == "class-allergy"
    assert issue["evidence"][0]["detail"] == [{"reference": f"DocumentReference/{document}"}]


async def test_five_at_once_are_weighed_against_the_sheet_and_each_other(api: Api) -> None:
    doctor = await opened(api, told(treatments=("COUMADINE 2 mg",)))
    answer = await ask(doctor, "ketoprofene", "etomidate", "sufentanil", "midazolam", "suxamethonium")
    pairs = {frozenset(d["display"] for d in issue["implicated"][:2]) for issue in values(answer, "issue")}
    assert {frozenset({"ketoprofene", "warfarine"}), frozenset({"sufentanil", "midazolam"})} <= pairs
    assert values(answer, "verdict") == ["discouraged"]
    assert len(values(answer, "medication")) == 5
    [base] = values(answer, "base")
    assert {"name": "text", "valueString": "jeu d'urgence intégré"} in base
    assert any(part["valueCode"] == "no-base" for limit in values(answer, "limit") for part in limit[:1]) is False
    assert values(answer, "limit")


async def test_nothing_found_is_never_safe(api: Api) -> None:
    doctor = await opened(api, told(treatments=("paracetamol",)))
    answer = await ask(doctor, "etomidate")
    assert values(answer, "verdict") == ["nothing-found"]
    assert values(answer, "text") == ["rien trouvé dans ce qui est connu"]
    kinds = {part["valueCode"] for limit in values(answer, "limit") for part in limit if part["name"] == "kind"}
    assert {"allergies-not-stated", "kidney", "weight"} <= kinds


async def test_an_unknown_drug_has_nearest_names_and_no_verdict(api: Api) -> None:
    doctor = await opened(api)
    answer = await ask(doctor, "amoxicilline", "ketoprofenne fort")
    assert answer.status_code == 422
    [issue] = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "unknown-medication"
    assert "Médicament 2 inconnu" in issue["diagnostics"]
    assert "ketoprofene" in issue["diagnostics"]
    assert "fort" not in issue["diagnostics"]
    english = await doctor.post(f"/fhir/Patient/{PATIENT.id}/$check", asking("zzz"), Accept_Language="en")
    assert english.json()["issue"][0]["diagnostics"] == "Medication 1 is unknown: no verdict."


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (asking(), 422, "medications"),
        (asking(*(f"medicament {n}" for n in range(6))), 422, "medications"),
        (asking(" "), 422, "medication"),
        (asking("x" * 401), 422, "medication"),
        (asking({"coding": [{"display": ""}]}), 422, "medication"),
        (asking(coded("J01CA04", text="ketoprofene")), 422, "medication-differs"),
        ({"resourceType": "Bundle"}, 400, "resource-type"),
        ({"resourceType": "Parameters", "parameter": "x"}, 422, "medications"),
    ],
)
async def test_bad_input_has_its_rule(api: Api, body: Json, status: int, rule: str) -> None:
    doctor = await opened(api)
    answer = await doctor.post(f"/fhir/Patient/{PATIENT.id}/$check", body)
    assert answer.status_code == status
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == rule


async def test_the_same_rights_as_the_sheet(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (OCCUPATIONAL, CLERK, FACILITY):
        api.permit(PATIENT, professional)
        client = await api.login(professional)
        assert (await ask(client, "amoxicilline")).status_code == 403
    doctor = await api.login(DOCTOR)
    assert (await ask(doctor, "amoxicilline")).status_code == 403
    assert (await ask(doctor, "amoxicilline", patient=replace(PATIENT, id="absent"))).status_code == 404


async def test_what_is_masked_decides_nothing_for_who_may_not_see_it(api: Api) -> None:
    """The answer is the one of a record that never held the masked allergy, but for the hour."""
    doctor = await opened(api, told(treatments=("paracetamol",)))
    before = await ask(doctor, "amoxicilline")
    api.permit(PATIENT, NURSE)
    nurse = await api.login(NURSE)
    await send(nurse, told(allergies=("pénicillines",)), securityLabel=MASKED)
    assert timeless(await ask(doctor, "amoxicilline")) == timeless(before)
    assert values(await ask(nurse, "amoxicilline"), "verdict") == ["contraindicated"]


async def test_it_is_traced_before_it_is_answered_and_makes_nothing_old(api: Api) -> None:
    doctor = await opened(api, told(treatments=("paracetamol",)))
    await ask(doctor, "amoxicilline")
    [row] = [row for row in api.store.trail(PATIENT.id) if row.operation == "check_medicines"]
    assert (row.outcome, row.actor) == ("allowed", DOCTOR.id)
    existence = await doctor.get(f"/fhir/Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}")
    assert from_existence(existence.json()["entry"][0]["resource"]).last_access is None
    assert (await ask(doctor, "zzz")).status_code == 422
    refused = [row for row in api.store.trail("") if row.operation == "check_medicines"]
    assert [(row.outcome, row.rule) for row in refused] == [("refused", "unknown-medication")]


# --- "A VERIFIER"


async def test_treatments_of_the_sheet_are_weighed_as_it_is_stored(api: Api) -> None:
    doctor = await opened(api, told(("pénicillines",), ("COUMADINE 2 mg", "ADVIL", "rocephine")))
    answer = await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")
    checks = read_summary(answer.content).sheet.checks
    found = {(check.kind, check.label): check.weighed for check in checks}
    weighed = found["interaction", "COUMADINE 2 mg + ADVIL"]
    assert weighed is not None
    assert (weighed.level, weighed.source) == ("discouraged", "ANSM 10/2020")
    despite = found["allergy-treatment", "pénicillines / rocephine"]
    assert despite is not None
    assert despite.level == "precaution"


async def test_a_newer_base_leads_to_new_lines(api: Api) -> None:
    doctor = await opened(api, told(treatments=("COUMADINE 2 mg", "ADVIL")))
    await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")
    stored = api.store.summary(PATIENT.id, masked=False) or b""
    assert unpack(stored, api.by) is not None
    newer = Medicines(small_base, newer_edition).weighing(api.clock().date())
    assert unpack(stored, newer) is None


def newer_edition() -> str:
    return "small, a year later"


async def test_a_masked_treatment_weighs_for_nobody_else(api: Api) -> None:
    doctor = await opened(api, told(treatments=("COUMADINE 2 mg",)))
    path = f"/fhir/Patient/{PATIENT.id}/$summary"
    before = read_summary((await doctor.get(path)).content).sheet
    api.permit(PATIENT, NURSE)
    nurse = await api.login(NURSE)
    await send(nurse, told(treatments=("ADVIL",)), securityLabel=MASKED)
    assert read_summary((await doctor.get(path)).content).sheet == before
    assert [c.kind for c in read_summary((await nurse.get(path)).content).sheet.checks][:1] == ["interaction"]
