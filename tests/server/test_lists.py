"""ITI-65's lists and ITI-66: sets and folders are kept, found, and never tell of a document that is hidden."""

from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.list import List

from tests.server.api import MASKED, Api, Json
from tests.server.login.world import DOCTOR, NURSE, record
from tests.server.test_transactions import rule, submission

PATIENT = record()
SEARCH = f"/fhir/List?patient.identifier={PATIENT.ins.token}"
IHE = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
SET, FOLDER, OTHER = "urn:oid:1.2.250.1.999.70", "urn:oid:1.2.250.1.999.71", "urn:oid:1.2.250.1.999.72"


def described(body: Json, identifier: str = SET) -> Json:
    """A set that says of itself what the guide foresees."""
    body["entry"][0]["resource"] |= {
        "contained": [
            {"resourceType": "Practitioner", "id": "p", "name": [{"family": "ESSAI", "given": ["Jo"]}]},
        ],
        "source": {"reference": "#p"},
        "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": identifier}],
        "extension": [
            {
                "url": f"{IHE}designationType",
                "valueCodeableConcept": {"coding": [{"system": "urn:oid:1.2.3", "code": "11"}]},
            },
            {"url": f"{IHE}sourceId", "valueIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3.4"}},
        ],
    }
    return body


def with_folder(body: Json, *more: str, identifier: str = FOLDER) -> Json:
    """A set with a folder of its documents, and of others."""
    resource = body["entry"][0]["resource"]
    coding = {**resource["code"]["coding"][0], "code": "folder"}
    folder = resource | {
        "code": {"coding": [coding]},
        "title": "Suivi",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": identifier}],
        "entry": [*resource["entry"], *({"item": {"reference": name}} for name in more)],
    }
    resource["entry"] = [*resource["entry"], {"item": {"reference": "urn:uuid:folder"}}]
    entry = {"fullUrl": "urn:uuid:folder", "resource": folder, "request": {"method": "POST", "url": "List"}}
    return body | {"entry": [*body["entry"], entry]}


def names(resource: Json) -> list[str]:
    return [entry["item"]["reference"].rpartition("/")[2] for entry in resource["entry"]]


async def test_a_set_is_kept_and_found(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    answer = (await doctor.post("/fhir", described(submission(b"un", b"deux")))).json()
    made = [entry["response"] for entry in answer["entry"]]
    found = (await doctor.get(SEARCH)).json()
    Bundle.model_validate(found)
    assert found["total"] == 1
    [resource] = [entry["resource"] for entry in found["entry"]]
    assert made[0]["location"] == f"List/{resource['id']}"
    assert [f"DocumentReference/{name}/_history/1" for name in names(resource)] == [
        made[1]["location"],
        made[3]["location"],
    ]
    one = await doctor.get(f"/fhir/List/{resource['id']}")
    assert one.json() == resource
    List.model_validate(one.json())
    again = (await doctor.post("/fhir", described(submission(b"un", b"deux")))).json()
    assert again["entry"][0]["response"]["status"] == "200 OK"
    assert len(api.store.lists(PATIENT.id)) == 1
    form = await doctor.send(
        "POST", "/fhir/List/_search", SEARCH.partition("?")[2].encode(), kind="application/x-www-form-urlencoded"
    )
    assert form.json() == found


@pytest.mark.parametrize(
    ("parameter", "total"),
    [
        ("code=submissionset", 1),
        ("code=https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes|folder", 1),
        ("code=submissionset,folder", 2),
        ("date=ge2026-06-01&code=submissionset", 1),
        ("date=lt2026-06-01&code=submissionset", 0),
        ("designationType=urn:oid:1.2.3|11", 2),
        ("designationType=12", 0),
        (f"identifier=urn:ietf:rfc:3986|{FOLDER}", 1),
        ("sourceId=urn:ietf:rfc:3986|urn:oid:1.2.3.4", 2),
        ("status=current", 2),
        ("source.family=essai", 2),
        ("source.given=autre", 0),
        ("title:missing=false&title=aucun", 0),
        ("code:not=folder", 1),
        ("_count=1", 2),
    ],
)
async def test_what_lists_are_searched_by(api: Api, parameter: str, total: int) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    assert (await doctor.post("/fhir", with_folder(described(submission(b"un"))))).status_code == 200
    found = (await doctor.get(f"{SEARCH}&{parameter}")).json()
    assert found["total"] == total
    assert any(link["relation"] == "next" for link in found["link"]) is (parameter == "_count=1")


async def test_a_folder_grows(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await doctor.post("/fhir", with_folder(described(submission(b"un"))))
    [old] = api.store.documents(PATIENT.id)
    body = with_folder(described(submission(b"deux"), OTHER), f"DocumentReference/{old.id}")
    body["entry"][1]["resource"]["masterIdentifier"]["value"] = "urn:oid:1.2.250.1.999.9"
    answer = await doctor.post("/fhir", body)
    assert answer.status_code == 200, answer.text
    [folder] = (await doctor.get(f"{SEARCH}&code=folder")).json()["entry"]
    assert set(names(folder["resource"])) == {d.id for d in api.store.documents(PATIENT.id)}
    assert len(names(folder["resource"])) == 2


@pytest.mark.parametrize("name", ["DocumentReference/absent", "urn:oid:1.2.3"])
async def test_a_folder_of_what_is_absent_and_nothing_is_kept(api: Api, name: str) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir", with_folder(submission(b"un"), name))
    assert (answer.status_code, rule(answer)) == (422, "not-there")
    assert (api.store.documents(PATIENT.id), api.store.lists(PATIENT.id)) == ([], [])


async def test_a_hidden_document_is_in_no_list(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (DOCTOR, NURSE):
        api.permit(PATIENT, professional)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    body = with_folder(described(submission(b"un", b"deux")))
    await doctor.post("/fhir", body)
    before = (await nurse.get(SEARCH)).json()
    hidden = with_folder(described(submission(b"secret"), OTHER))
    hidden["entry"][1]["resource"] |= {"securityLabel": MASKED}
    hidden["entry"][1]["resource"]["masterIdentifier"] = {
        "system": "urn:ietf:rfc:3986",
        "value": "urn:oid:1.2.250.1.999.9",
    }
    said = (await doctor.post("/fhir", hidden)).json()
    secret = said["entry"][0]["response"]["location"]
    assert len(api.store.lists(PATIENT.id)) == 3
    assert (await nurse.get(SEARCH)).json() == before
    mine: Any = (await doctor.get(SEARCH)).json()
    assert mine["total"] == 3
    absent, masked = await nurse.get("/fhir/List/absent"), await nurse.get(f"/fhir/{secret}")
    assert (masked.status_code, masked.content) == (404, absent.content)


async def test_masking_a_document_of_a_set_takes_it_out_and_changes_nothing_else(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (DOCTOR, NURSE):
        api.permit(PATIENT, professional)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    await doctor.post("/fhir", described(submission(b"un", b"deux")))
    [whole] = (await nurse.get(SEARCH)).json()["entry"]
    hidden = names(whole["resource"])[1]
    masking = {"op": "replace", "path": "/securityLabel", "value": MASKED}
    assert (await doctor.patch(f"/fhir/DocumentReference/{hidden}", masking)).status_code == 200
    [part] = (await nurse.get(SEARCH)).json()["entry"]
    expected = dict(whole["resource"])
    expected["entry"] = [one for one in expected["entry"] if not one["item"]["reference"].endswith(hidden)]
    assert part["resource"] == expected
