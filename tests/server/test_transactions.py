"""ITI-65 through the API: a submission set is taken whole or not at all."""

import base64
import copy
from typing import Any

import pytest

from tests.server.api import Api, Json, reference
from tests.server.login.world import DOCTOR, record

PATIENT = record()


SUPERSEDED = [
    {"name": "type", "valueCode": "replace"},
    {"name": "path", "valueString": "DocumentReference.status"},
    {"name": "value", "valueCode": "superseded"},
]


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
            "parameter": [{"name": "operation", "part": SUPERSEDED}],
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
    assert all(places)
    assert places[2] == places[1].replace("DocumentReference", "Binary").partition("/_history")[0]
    assert (await doctor.get(f"/fhir/{places[2]}")).status_code == 403
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
    stray["entry"][1]["resource"]["masterIdentifier"]["value"] = "urn:oid:1.2.250.1.999.51"
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
        (lambda b: b.pop("type"), 422, "not-fhir-r4"),
        (lambda b: b["entry"][1]["request"].update(method="PUT"), 422, "submission-set"),
        (lambda b: b["entry"][1]["request"].update(method="DELETE"), 422, "submission-set"),
        (lambda b: b["entry"][2]["request"].update(method="PUT"), 501, "not-supported"),
        (lambda b: b["entry"][2].update(fullUrl="urn:uuid:document-0"), 422, "full-url"),
        (lambda b: b["entry"][1]["resource"]["content"][0]["attachment"].pop("url"), 422, "binary"),
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


async def test_a_set_keeps_what_its_sender_said_of_it(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    body = submission(b"un")
    sent = body["entry"][0]["resource"]
    ihe = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
    sent["note"] = [{"text": "À lire avant l'opération"}]
    sent["contained"] = [
        {
            "resourceType": "Practitioner",
            "id": "to",
            "identifier": [{"value": "899700000099"}],
            "name": [{"family": "LU"}],
        },
        {"resourceType": "Patient", "id": "here", "identifier": [{"system": "urn:oid:1.2.3", "value": "IPP7"}]},
    ]
    sent["extension"] = [
        {"url": f"{ihe}intendedRecipient", "valueReference": {"reference": "#to"}},
        {"url": f"{ihe}sourcePatientId", "valueReference": {"reference": "#here"}},
    ]
    body["entry"][1]["resource"]["context"] = {
        "related": [{"identifier": {"system": "urn:oid:1.2.4", "value": "ORDRE-1"}}],
    }
    answer = await doctor.post("/fhir", body)
    assert answer.status_code == 200, answer.text
    found = (await doctor.get(f"/fhir/{answer.json()['entry'][0]['response']['location']}")).json()
    assert found["note"] == [{"text": "À lire avant l'opération"}]
    contained = {resource["id"]: resource for resource in found["contained"]}
    assert contained["recipient-0"]["practitioner"]["identifier"]["value"] == "899700000099"
    assert contained["source-patient"]["identifier"] == [{"system": "urn:oid:1.2.3", "value": "IPP7"}]
    asked = f"/fhir/DocumentReference?patient={PATIENT.id}&related=urn:oid:1.2.4|ORDRE-1"
    [entry] = (await doctor.get(asked)).json()["entry"]
    assert entry["resource"]["context"]["related"][0]["identifier"]["value"] == "ORDRE-1"


def with_folder(body: Json, folder: Json, method: str, url: str) -> Json:
    """The same transaction with a folder in it."""
    made = copy.deepcopy(body)
    made["entry"].append({"fullUrl": "urn:uuid:folder", "resource": folder, "request": {"method": method, "url": url}})
    return made


async def test_a_folder_that_is_put_whole_takes_one_more_document_and_loses_none(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    folder = copy.deepcopy(submission()["entry"][0]["resource"])
    folder["code"]["coding"][0]["code"] = "folder"
    folder["title"] = "Grossesse"
    folder["entry"] = [{"item": {"reference": "urn:uuid:document-0"}}]
    answer = await doctor.post("/fhir", with_folder(submission(b"un"), folder, "POST", "List"))
    assert answer.status_code == 200, answer.text
    place = answer.json()["entry"][-1]["response"]["location"]
    kept = (await doctor.get(f"/fhir/{place}")).json()
    more = submission(b"deux")
    more["entry"][1]["resource"]["masterIdentifier"]["value"] = "urn:oid:1.2.250.1.999.60"
    lost = {**kept, "entry": [{"item": {"reference": "urn:uuid:document-0"}}]}
    assert rule(await doctor.post("/fhir", with_folder(more, lost, "PUT", place))) == "folder"
    other = {**kept, "title": "Autre", "entry": [*kept["entry"], {"item": {"reference": "urn:uuid:document-0"}}]}
    assert (await doctor.post("/fhir", with_folder(more, other, "PUT", place))).status_code == 405
    assert len(api.store.documents(PATIENT.id)) == 1
    whole = {**kept, "entry": [*kept["entry"], {"item": {"reference": "urn:uuid:document-0"}}]}
    answer = await doctor.post("/fhir", with_folder(more, whole, "PUT", place))
    assert answer.status_code == 200, answer.text
    assert len((await doctor.get(f"/fhir/{place}")).json()["entry"]) == 2


async def test_a_replaced_document_may_be_put_as_superseded_and_as_nothing_else(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await doctor.post("/fhir", submission(b"un"))
    [old] = api.store.documents(PATIENT.id)
    shown = (await doctor.get(f"/fhir/DocumentReference/{old.id}")).json()
    body = submission(b"nouveau")
    body["entry"][1]["resource"]["masterIdentifier"]["value"] = "urn:oid:1.2.250.1.999.61"
    body["entry"][1]["resource"]["relatesTo"] = [
        {"code": "replaces", "target": {"reference": f"DocumentReference/{old.id}"}}
    ]

    def put(**fields: Any) -> Json:
        return {
            "resource": {**shown, **fields},
            "request": {"method": "PUT", "url": f"DocumentReference/{old.id}", "ifMatch": 'W/"1"'},
        }

    for wrong in (put(), put(status="superseded", date="2020-01-01T00:00:00Z")):
        answer = await doctor.post("/fhir", {**body, "entry": [*body["entry"], wrong]})
        assert (answer.status_code, rule(answer)) == (405, "immutable")
    assert [d.status.value for d in api.store.documents(PATIENT.id)] == ["current"]
    answer = await doctor.post("/fhir", {**body, "entry": [*body["entry"], put(status="superseded")]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["entry"][-1]["response"]["etag"] == 'W/"2"'
    assert {d.status.value for d in api.store.documents(PATIENT.id)} == {"current", "superseded"}
