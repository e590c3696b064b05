"""ITI-65 through the API: a submission set is taken whole or not at all."""

import base64
import copy
from typing import Any

import pytest

from tests.server.api import Api, Json, reference
from tests.server.login.world import DOCTOR, record

PATIENT = record()


def rule(answer: Any) -> str:
    """The code of an OperationOutcome's rule."""
    return str(answer.json()["issue"][0]["details"]["coding"][0]["code"])


def submission(*contents: bytes, patch: str = "") -> Json:
    """A transaction of these texts, each in a Binary of its own."""
    entries: list[Json] = []
    listed = []
    for number, content in enumerate(contents):
        document = reference(b"", PATIENT, unique_id=f"1.2.250.1.999.{number + 1}")
        attachment = document["content"][0]["attachment"]
        del attachment["data"]
        attachment["url"] = f"urn:uuid:binary-{number}"
        listed.append({"item": {"reference": f"urn:uuid:document-{number}"}})
        entries.append(
            {
                "fullUrl": f"urn:uuid:document-{number}",
                "resource": document,
                "request": {"method": "POST", "url": "DocumentReference"},
            }
        )
        entries.append(
            {
                "fullUrl": f"urn:uuid:binary-{number}",
                "resource": {
                    "resourceType": "Binary",
                    "contentType": "text/plain",
                    "data": base64.b64encode(content).decode(),
                },
                "request": {"method": "POST", "url": "Binary"},
            }
        )
    the_list = {
        "resourceType": "List",
        "status": "current",
        "mode": "working",
        "code": {
            "coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]
        },
        "subject": {"reference": f"Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}"},
        "date": "2026-06-12T10:00:00+02:00",
        "entry": listed,
    }
    entries.insert(0, {"fullUrl": "urn:uuid:list", "resource": the_list, "request": {"method": "POST", "url": "List"}})
    if patch:
        parameters = {
            "resourceType": "Parameters",
            "parameter": [{"name": "operation", "part": [{"name": "type", "valueCode": "replace"}]}],
        }
        entries.append(
            {"fullUrl": "urn:uuid:patch", "resource": parameters, "request": {"method": "PATCH", "url": patch}}
        )
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


async def test_a_set_is_taken_whole(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir", submission(b"un", b"deux"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["type"], len(said["entry"])) == ("transaction-response", 5)
    places = [e["response"].get("location", "") for e in said["entry"]]
    assert [bool(p) for p in places] == [True, True, False, True, False]
    kept = api.store.documents(PATIENT.id)
    assert {api.store.content(PATIENT.id, d.id) for d in kept} == {b"un", b"deux"}
    again = (await doctor.post("/fhir", submission(b"un", b"deux"))).json()
    assert [e["response"]["status"] for e in again["entry"]][1] == "200 OK"
    assert len(api.store.documents(PATIENT.id)) == 2


async def test_one_bad_document_and_nothing_is_kept(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    assert (await doctor.post("/fhir", submission(b"un"))).status_code == 200
    conflicting = await doctor.post("/fhir", submission(b"autre", b"deux"))
    assert (conflicting.status_code, rule(conflicting)) == (409, "unique-id")
    assert len(api.store.documents(PATIENT.id)) == 1


async def test_a_replacement_as_the_national_guide_writes_it(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    await doctor.post("/fhir", submission(b"un"))
    [old] = api.store.documents(PATIENT.id)
    body = submission(b"nouveau", patch=f"DocumentReference/{old.id}")
    resource = body["entry"][1]["resource"]
    resource["masterIdentifier"]["value"] = "urn:oid:1.2.250.1.999.50"
    resource["relatesTo"] = [{"code": "replaces", "target": {"reference": f"DocumentReference/{old.id}"}}]
    answer = await doctor.post("/fhir", body)
    assert answer.status_code == 200, answer.text
    assert {d.status.value for d in api.store.documents(PATIENT.id)} == {"current", "superseded"}
    stray = submission(b"autre", patch="DocumentReference/something-else")
    assert (await doctor.post("/fhir", stray)).status_code == 501


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda b: b.update(type="collection"), 501, "not-supported"),
        (lambda b: b.update(type="batch"), 501, "not-supported"),
        (lambda b: b["entry"].pop(0), 422, "submission-set"),
        (lambda b: b["entry"].pop(1), 422, "submission-set"),
        (lambda b: b["entry"].pop(2), 422, "no-content"),
        (lambda b: b["entry"][0]["resource"].update(entry=[]), 422, "not-listed"),
        (lambda b: b["entry"][1]["request"].update(method="PUT"), 501, "not-supported"),
        (lambda b: b["entry"][2]["resource"].update(data="#"), 422, "bad-base64"),
        (lambda b: b["entry"][1]["resource"].update(subject={"reference": "Patient/absent"}), 404, "no-record"),
    ],
)
async def test_what_is_no_submission_set(api: Api, change: Any, status: int, code: str) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    body = copy.deepcopy(submission(b"un"))
    change(body)
    answer = await doctor.post("/fhir", body)
    assert (answer.status_code, rule(answer)) == (status, code)
    assert api.store.documents(PATIENT.id) == []


async def test_a_set_is_of_one_patient(api: Api) -> None:
    api.keep(PATIENT)
    other = api.keep(record(300001))
    doctor = await api.login(DOCTOR)
    body = submission(b"un", b"deux")
    body["entry"][3]["resource"]["subject"] = {"reference": f"Patient/{other.id}"}
    answer = await doctor.post("/fhir", body)
    assert (answer.status_code, rule(answer)) == (422, "one-patient")
