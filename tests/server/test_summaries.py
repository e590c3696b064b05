"""``$summary``: what it is built from, who gets which variant, and the reference documents from deposit to sheet."""

import base64
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dmp_tui.dmp.consents import EmergencyConsents, Record
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.fhir.patients import from_existence
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins
from dmp_tui.dmp.sheet.model import Sheet
from tests.reference import needs_reference, reference_files
from tests.server.api import MASKED, Api, Client, Json, ins, reference
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, REGULATOR, record

PATIENT = record()


def ips(allergy: str, patient: Record = PATIENT) -> bytes:
    """A small FHIR document that states one allergy."""
    references = {"reference": "urn:uuid:p"}
    entries: list[Json] = [
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
            "subject": references,
            "date": "2026-01-02T10:00:00+01:00",
            "author": [{"display": "Dr EXEMPLE"}],
            "title": "Synthèse",
            "section": [
                {
                    "title": "Allergies",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "48765-2"}]},
                    "entry": [{"reference": "urn:uuid:a"}],
                }
            ],
        },
        {
            "resourceType": "Patient",
            "identifier": [{"system": patient.ins.system, "value": patient.ins.matricule}],
            "name": [{"family": "PAT-ESSAI", "given": ["DOMINIQUE"]}],
        },
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
                ]
            },
            "code": {"text": allergy},
            "patient": references,
        },
    ]
    urls = ("urn:uuid:c", "urn:uuid:p", "urn:uuid:a")
    bundle = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:1.2.250.1.999.{len(allergy)}"},
        "timestamp": "2026-01-02T10:00:00+01:00",
        "entry": [{"fullUrl": u, "resource": r} for u, r in zip(urls, entries, strict=True)],
    }
    return json.dumps(bundle).encode()


async def send(client: Client, content: bytes, patient: Record = PATIENT, **fields: Any) -> Json:
    made = await client.post(
        "/fhir/DocumentReference",
        reference(content, patient, media="application/fhir+json", type_="60591-5", **fields),
    )
    assert made.status_code == 201, made.text
    resource: Json = made.json()
    return resource


async def sheet(client: Client, patient: Record = PATIENT) -> Sheet:
    answer = await client.get(f"/fhir/Patient/{patient.id}/$summary")
    assert answer.status_code == 200, answer.text
    return read_summary(answer.content).sheet


def allergies(found: Sheet) -> list[str]:
    return sorted(line.label for line in found.topic(Kind.ALLERGY).lines)


async def test_by_id_and_by_ins_with_an_etag(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await send(doctor, ips("arachide"))
    by_id = await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")
    by_ins = await doctor.get(f"/fhir/Patient/$summary?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}")
    assert by_id.content == by_ins.content
    assert allergies(read_summary(by_id.content).sheet) == ["arachide"]
    assert by_id.headers["cache-control"] == "no-store"
    for known in (by_id.headers["etag"], by_id.headers["etag"].removeprefix("W/"), "*"):
        same = await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary", If_None_Match=known)
        assert (same.status_code, same.content) == (304, b"")
    await send(doctor, ips("latex"))
    assert allergies(await sheet(doctor)) == ["arachide", "latex"]
    rows = [row for row in api.store.trail(PATIENT.id) if row.detail.startswith("summary")]
    assert len(rows) == 6
    assert {row.detail for row in rows} == {"summary notify"}


async def test_the_reader_is_told_when_he_last_read_and_what_came_since(api: Api) -> None:
    api.keep(PATIENT)
    for who in (DOCTOR, NURSE):
        api.permit(PATIENT, who)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    existence = f"/fhir/Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}"

    async def last_access(client: Client) -> datetime | None:
        answer = await client.get(existence)
        [found] = answer.json()["entry"]
        return from_existence(found["resource"]).last_access

    await send(doctor, ips("arachide"))
    assert [await last_access(each) for each in (doctor, doctor, nurse)] == [None, None, None]
    api.clock.forward(minutes=1)
    await sheet(doctor)
    api.clock.forward(minutes=1)
    read = await last_access(doctor)
    assert read is not None
    await send(doctor, ips("latex"))
    assert (await last_access(doctor), await last_access(await api.login(NURSE))) == (read, None)
    lines = (await sheet(doctor)).topic(Kind.ALLERGY).lines
    [older, newer] = sorted(source.origin.submitted for line in lines for source in line.sources)
    assert datetime.fromisoformat(older) < read < datetime.fromisoformat(newer)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "gzip"), ("identity", None), ("", None), ("gzip;q=0, *", None), ("GZIP; q=0.5", "gzip")],
)
async def test_the_sheet_is_sent_as_it_is_asked_for(api: Api, accepted: str, encoding: str | None) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await send(doctor, ips("arachide"))
    answer = await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary", Accept_Encoding=accepted)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert allergies(read_summary(answer.content).sheet) == ["arachide"]


async def test_each_reader_gets_what_he_may_see(api: Api) -> None:
    patient = api.keep(replace(PATIENT, treating_doctor="899700000044", emergency=EmergencyConsents(masked=True)))
    for professional in (DOCTOR, NURSE):
        api.permit(patient, professional)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    await send(doctor, ips("arachide"))
    await send(nurse, ips("latex"), securityLabel=MASKED)
    assert allergies(await sheet(doctor)) == ["arachide"]
    assert allergies(await sheet(nurse)) == ["arachide", "latex"]
    assert allergies(await sheet(await doctor.emergency("BTG", patient))) == ["arachide", "latex"]
    assert allergies(await sheet(await api.login(REGULATOR))) == ["arachide", "latex"]


async def test_masked_in_break_glass_only_if_the_patient_allowed(api: Api) -> None:
    patient = api.keep(PATIENT)
    nurse = await api.login(NURSE)
    await send(await api.login(DOCTOR), ips("latex"), securityLabel=MASKED)
    assert allergies(await sheet(await nurse.emergency("BTG", patient))) == []


async def test_what_was_withdrawn_or_replaced_leaves(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    first = await send(doctor, ips("arachide"))
    relates = [{"code": "replaces", "target": {"reference": f"DocumentReference/{first['id']}"}}]
    second = await send(doctor, ips("latex"), relatesTo=relates)
    found = await sheet(doctor)
    assert allergies(found) == ["latex"]
    assert [check.kind for check in found.checks] == ["allergy-superseded"]
    delete = {"op": "replace", "path": "/status", "value": "entered-in-error"}
    assert (await doctor.patch(f"/fhir/DocumentReference/{second['id']}", delete)).status_code == 200
    assert allergies(await sheet(doctor)) == ["arachide"]


async def test_who_reads_no_sheet(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (OCCUPATIONAL, CLERK, FACILITY):
        api.permit(PATIENT, professional)
        client = await api.login(professional)
        answer = await client.get(f"/fhir/Patient/{PATIENT.id}/$summary")
        assert answer.status_code == 403
    doctor = await api.login(DOCTOR)
    assert (await doctor.get("/fhir/Patient/absent/$summary")).status_code == 404
    assert (await doctor.get("/fhir/Patient/$summary")).status_code == 400


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def own_patient(number: int) -> Record:
    """A patient for one reference document, with an INS of the test authority."""
    return replace(record(500000 + number), ins=replace(ins(500000 + number), oid=OID_NIR_TEST))


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/cda/*.xml"), ids=lambda p: p.stem)
async def test_the_ten_cda_documents_become_sheets(api: Api, path: Path) -> None:
    await deposit_reference(api, _bytes(path), "application/xml")


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/ips/*.json"), ids=lambda p: p.stem)
async def test_the_six_ips_become_sheets(api: Api, path: Path) -> None:
    await deposit_reference(api, _bytes(path), "application/fhir+json")


async def deposit_reference(api: Api, example: bytes, media: str) -> None:
    """Create a patient, deposit his document as it is but for the INS, and read the sheet, the list and the bytes."""
    from fhir.resources.R4B.bundle import Bundle

    patient = own_patient(len(example) % 100_000)
    doctor = await api.login(DOCTOR)
    opening = [{"url": name, "valueBoolean": True} for name in ("informed", "consent", "authorise-me")]
    created = await doctor.post(
        "/fhir/Patient",
        {
            "resourceType": "Patient",
            "extension": [
                {
                    "url": "urn:dmp-tui:fhir:opening",
                    "extension": [*opening, {"url": "identified-by", "valueCode": "ins"}],
                }
            ],
            "identifier": [{"system": patient.ins.system, "value": patient.ins.matricule}],
            "name": [{"use": "official", "family": "PAT-TROIS", "given": ["DOMINIQUE"]}],
            "birthDate": "1979-03-28",
        },
    )
    assert created.status_code == 201, created.text
    content = example.replace(b"279035121518989", patient.ins.matricule.encode())
    body = reference(content, patient, media=media, date=None, type=None)
    if media != "application/xml":
        body = reference(content, patient, media=media, type_="60591-5", date=None)
    else:
        body["type"] = {"text": "dit par le document"}
    made = await doctor.post("/fhir/DocumentReference", body)
    assert made.status_code == 201, made.text
    assert (await doctor.get(f"/fhir/Binary/{made.json()['id']}")).content == content
    answer = await doctor.get(f"/fhir/Patient/$summary?identifier={patient.ins.system}|{patient.ins.matricule}")
    found = read_summary(answer.content).sheet
    assert found.documents == (1 if found.topics or found.unread else 0)
    Bundle.model_validate(answer.json())
    listed = await doctor.get(f"/fhir/DocumentReference?patient={created.json()['id']}")
    Bundle.model_validate(listed.json())
    stated = [line for topic in found.topics for line in topic.lines]
    entries = api.store.entries(created.json()["id"])[0][1]
    assert bool(stated) or all(e.assertion.value != "stated" for e in entries)
    assert all(s.origin.document == made.json()["id"] for line in stated for s in line.sources)


@needs_reference
async def test_a_document_of_someone_else_is_refused(api: Api) -> None:
    [path, *_] = reference_files("data/cda/VSM*.xml")
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    body = reference(_bytes(path), PATIENT, media="application/xml")
    answer = await doctor.post("/fhir/DocumentReference", body)
    assert (answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"]) == (422, "other-patient")
    assert api.store.documents(PATIENT.id) == []


@needs_reference
async def test_the_national_example_of_a_set_is_understood(api: Api) -> None:
    """Its CDA is an empty shell: it is the document that is refused, and its patient's INS that is found."""
    [path] = reference_files("data/pdsm4dmp/Bundle-example-td2-iti65*.json")
    patient = api.keep(replace(PATIENT, ins=Ins("123456789012345", "1.2.250.1.213.1.4.8")))
    doctor = await api.login(DOCTOR)
    bundle = json.loads(_bytes(path))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "DocumentReference":
            entry["resource"]["content"][0]["attachment"].pop("hash")
            entry["resource"]["content"][0]["attachment"].pop("size")
            entry["resource"]["content"][0]["attachment"]["contentType"] = "text/plain"
        if entry["resource"]["resourceType"] == "Binary":
            entry["resource"]["data"] = base64.b64encode(b"texte").decode()
    answer = await doctor.post("/fhir", bundle)
    assert answer.status_code == 200, answer.text
    [kept] = api.store.documents(patient.id)
    assert (kept.unique_id, kept.authors[0].id) == ("1.2.250.1.213.1.4.8.99999.2", "899700218896")
