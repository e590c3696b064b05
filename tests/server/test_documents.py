"""Documents through the API: deposit, search, contents, PATCH, and who may see what."""

import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dmp_tui.dmp.cda_writing import wrapped
from dmp_tui.dmp.cda_writing.header import Subject
from dmp_tui.dmp.consents import ConsentKind, EmergencyConsents
from dmp_tui.dmp.documents import DocumentStatus
from dmp_tui.dmp.identity import IdentityStatus
from dmp_tui.dmp.professions import Professional
from tests.dmp.cda_writing.test_writing import HEAD
from tests.server.api import MASKED, Api, Client, Json, reference
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, REGULATOR, record

DELETE = {"op": "replace", "path": "/status", "value": "entered-in-error"}
MASK = {"op": "replace", "path": "/securityLabel", "value": MASKED}
UNMASK = {"op": "replace", "path": "/securityLabel", "value": MASKED[:1]}
ARCHIVE = {
    "op": "replace",
    "path": "/extension[url:'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived']/valueBoolean",
    "value": True,
}
PATIENT = record()


def search(extra: str = "") -> str:
    return f"/fhir/DocumentReference?patient.identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}{extra}"


async def deposited(client: Client, **fields: Any) -> Json:
    answer = await client.post("/fhir/DocumentReference", reference(b"texte", PATIENT, **fields))
    assert answer.status_code == 201, answer.text
    resource: Json = answer.json()
    return resource


def rule(answer: httpx.Response) -> str:
    """The code of an OperationOutcome's rule."""
    issue = answer.json()["issue"][0]
    return str(issue["details"]["coding"][0]["code"])


async def test_a_deposit_is_listed_read_and_traced(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    made = await deposited(doctor, unique_id="1.2.250.1.999.1")
    listed = (await doctor.get(search())).json()
    assert (listed["total"], listed["entry"][0]["resource"]["id"]) == (1, made["id"])
    binary = await doctor.get(f"/fhir/Binary/{made['id']}")
    assert (binary.content, binary.headers["content-type"]) == (b"texte", "text/plain")
    assert binary.headers["cache-control"] == "no-store"
    as_json = await doctor.get(f"/fhir/Binary/{made['id']}", Accept="application/fhir+json")
    assert base64.b64decode(as_json.json()["data"]) == b"texte"
    traced = [(row.operation, row.document_id) for row in api.store.trail(PATIENT.id)]
    assert traced == [
        ("submit_document", made["id"]),
        ("search_metadata", ""),
        ("read_unmasked", made["id"]),
        ("read_unmasked", made["id"]),
    ]
    assert made["extension"][-2]["valueCode"] == "unqualified-ins"


async def test_the_same_deposit_twice_is_one_document(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    made = await deposited(doctor, unique_id="1.2.250.1.999.1")
    again = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT, unique_id="1.2.250.1.999.1"))
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    other = await doctor.post("/fhir/DocumentReference", reference(b"autre", PATIENT, unique_id="1.2.250.1.999.1"))
    assert (other.status_code, rule(other)) == (409, "unique-id")
    asked = {"If-None-Exist": "identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1"}
    kept = await doctor.post("/fhir/DocumentReference", reference(b"autre", PATIENT), **asked)
    assert (kept.status_code, kept.json()["id"]) == (200, made["id"])
    lost = reference(b"autre", PATIENT, unique_id="1.2.250.1.999.1")
    assert (await doctor.post("/fhir/DocumentReference", lost, **asked)).status_code == 409


@pytest.mark.parametrize(
    ("professional", "status"), [(DOCTOR, 201), (NURSE, 201), (OCCUPATIONAL, 201), (CLERK, 201), (FACILITY, 201)]
)
async def test_deposits_need_no_authorisation(api: Api, professional: Professional, status: int) -> None:
    api.keep(PATIENT)
    client = await api.login(professional)
    answer = await client.post("/fhir/DocumentReference", reference(b"texte", PATIENT))
    assert answer.status_code == status, answer.text


async def test_no_authorisation_no_reading(api: Api) -> None:
    api.keep(PATIENT)
    nurse, doctor = await api.login(NURSE), await api.login(DOCTOR)
    made = await deposited(nurse)
    for path in (search(), f"/fhir/Binary/{made['id']}", f"/fhir/DocumentReference/{made['id']}"):
        answer = await doctor.get(path)
        assert (answer.status_code, rule(answer)) == (403, "not-authorised")
        assert "R1111-46" in answer.json()["issue"][0]["diagnostics"]
    refused = [row for row in api.store.trail(PATIENT.id) if row.outcome == "refused"]
    assert len(refused) == 3


async def test_a_masked_document_does_not_exist(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    hidden = await deposited(nurse, securityLabel=MASKED, unique_id="1.2.250.1.999.7")
    assert (await doctor.get(search())).json()["total"] == 0
    absent = await doctor.get("/fhir/Binary/00000000-0000-0000-0000-000000000000")
    for path in (f"/fhir/Binary/{hidden['id']}", f"/fhir/DocumentReference/{hidden['id']}"):
        answer = await doctor.get(path)
        assert (answer.status_code, answer.content) == (404, absent.content)
    patch = await doctor.patch("/fhir/DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.7", DELETE)
    assert (patch.status_code, patch.content) == (404, absent.content)
    same_id = await doctor.post("/fhir/DocumentReference", reference(b"autre", PATIENT, unique_id="1.2.250.1.999.7"))
    assert same_id.status_code == 201
    replacing = [{"code": "replaces", "target": {"reference": f"DocumentReference/{hidden['id']}"}}]
    unknown = [{"code": "replaces", "target": {"reference": "DocumentReference/00000000-0000-0000-0000-000000000000"}}]
    made = [await deposited(doctor, relatesTo=relates) for relates in (replacing, unknown)]
    warned = [[e["valueCode"] for e in m["extension"] if e["url"] == "urn:dmp-tui:fhir:warning"] for m in made]
    assert warned[0] == warned[1] == ["unqualified-ins", "unknown-parent"]
    found = api.store.document(hidden["id"])
    assert found is not None
    assert found.status is DocumentStatus.CURRENT


async def test_its_author_and_the_treating_doctor_see_what_is_masked(api: Api) -> None:
    api.keep(record(treating_doctor=DOCTOR.id))
    api.permit(PATIENT, NURSE)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    hidden = await deposited(nurse, securityLabel=MASKED)
    for client in (doctor, nurse):
        assert (await client.get(search())).json()["total"] == 1
        assert (await client.get(f"/fhir/Binary/{hidden['id']}")).status_code == 200


@pytest.mark.parametrize(("allowed", "total"), [(True, 1), (False, 0)])
async def test_masked_in_break_glass_as_the_patient_wants(api: Api, allowed: bool, total: int) -> None:
    patient = api.keep(record(emergency=EmergencyConsents(masked=allowed)))
    nurse = await api.login(NURSE)
    hidden = await deposited(await api.login(DOCTOR), securityLabel=MASKED)
    glass = await nurse.emergency("BTG", patient)
    assert (await glass.get(search())).json()["total"] == total
    assert (await glass.get(f"/fhir/Binary/{hidden['id']}")).status_code == (200 if allowed else 404)


async def test_an_emergency_token_opens_one_patient_only(api: Api) -> None:
    patient, other = api.keep(PATIENT), api.keep(record(300001))
    glass = await (await api.login(NURSE)).emergency("BTG", patient)
    assert (await glass.get(search())).status_code == 200
    elsewhere = await glass.get(f"/fhir/DocumentReference?patient={other.id}")
    assert (elsewhere.status_code, rule(elsewhere)) == (403, "other-patient")
    row = next(r for r in api.store.trail(patient.id) if r.operation == "search_metadata")
    assert (row.mode, row.reason_code, row.reason) == ("bris_de_glace", "incapacity", "patient inconscient")


async def test_a_blocked_professional_deposits_and_reads_nothing(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR, kind=ConsentKind.BLOCK)
    doctor = await api.login(DOCTOR)
    made = await deposited(doctor)
    answer = await doctor.get(f"/fhir/Binary/{made['id']}")
    assert (answer.status_code, rule(answer)) == (403, "blocked")


async def test_a_clerk_finds_only_the_reference_of_its_structures_documents(api: Api) -> None:
    api.keep(PATIENT)
    clerk, regulator = await api.login(CLERK), await api.login(REGULATOR)
    made = await deposited(clerk, unique_id="1.2.250.1.999.1")
    await deposited(regulator, unique_id="1.2.250.1.999.2")
    assert (await clerk.get(search())).status_code == 403
    found = (await clerk.get(search("&identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1"))).json()
    assert found["entry"][0]["resource"].keys() == {"resourceType", "id", "meta", "masterIdentifier", "status"}
    assert found["entry"][0]["resource"]["id"] == made["id"]
    others = (await clerk.get(search("&identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.2"))).json()
    assert others["total"] == 0


async def test_a_replacement_supersedes(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    old = await deposited(doctor, unique_id="1.2.250.1.999.1")
    relates = [{"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}]
    await deposited(doctor, unique_id="1.2.250.1.999.2", relatesTo=relates)
    listed = (await doctor.get(search("&status=superseded"))).json()
    assert [e["resource"]["id"] for e in listed["entry"]] == [old["id"]]
    assert (await doctor.get(search("&relatesto=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1"))).json()["total"] == 1


async def test_a_masked_replacement_does_not_show_in_what_it_replaced(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (DOCTOR, NURSE):
        api.permit(PATIENT, professional)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    old = await deposited(doctor, unique_id="1.2.250.1.999.1")
    relates = [{"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}]
    await deposited(nurse, relatesTo=relates, securityLabel=MASKED)
    [seen] = (await doctor.get(search())).json()["entry"]
    assert seen["resource"]["status"] == "current"
    one = await doctor.get(f"/fhir/DocumentReference/{old['id']}")
    assert one.json()["status"] == "current"


async def test_patch_changes_what_it_may(api: Api) -> None:
    api.keep(PATIENT)
    for professional in (DOCTOR, NURSE):
        api.permit(PATIENT, professional)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    made = await deposited(doctor, unique_id="1.2.250.1.999.1")
    path = "/fhir/DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.999.1"
    archived = await doctor.patch(path, ARCHIVE)
    assert (archived.status_code, archived.headers["etag"]) == (200, 'W/"2"')
    stale = await doctor.patch(path, MASK, If_Match='W/"1"')
    assert (stale.status_code, rule(stale)) == (412, "stale")
    title = {"op": "replace", "path": "/content/0/attachment/title", "value": "x"}
    immutable = await doctor.patch(path, title)
    assert (immutable.status_code, rule(immutable)) == (405, "immutable")
    not_hers = await nurse.patch(f"/fhir/DocumentReference/{made['id']}", DELETE)
    assert (not_hers.status_code, rule(not_hers)) == (403, "not-the-author")
    assert (await nurse.patch(f"/fhir/DocumentReference/{made['id']}", MASK)).status_code == 200
    assert (await nurse.get(search())).json()["total"] == 0
    assert (await nurse.patch(f"/fhir/DocumentReference/{made['id']}", UNMASK)).status_code == 404
    assert (await doctor.patch(path, UNMASK)).status_code == 200
    assert (await doctor.patch(path, DELETE)).json()["status"] == "entered-in-error"
    assert (await doctor.get(f"/fhir/Binary/{made['id']}")).status_code == 200
    done = [row.operation for row in api.store.trail(PATIENT.id) if row.outcome == "allowed"]
    assert [o for o in done if "mask_" in o or o in {"archive", "delete"}] == [
        "archive",
        "mask_from_professionals",
        "unmask_from_professionals",
        "delete",
    ]
    assert done[-1] == "read_deleted"


async def test_search_parameters(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await deposited(doctor, type_="11488-4", date="2026-01-10T10:00:00Z")
    await deposited(doctor, type_="57833-6", date="2026-03-01T10:00:00Z")
    expected = {
        "&type=11488-4": 1,
        "&type=http://loinc.org|57833-6,http://loinc.org|11488-4": 2,
        "&category=42": 1,
        "&date=ge2026-02": 1,
        "&date=2026": 2,
        "&date=gt2026-03-01": 0,
        "&creation=lt2026-03-01": 1,
        "&status=current": 2,
        "&security-label=MASQUE_PS": 0,
        "&setting=SAMU_SMUR": 0,
        "&format=urn:ihe:iti:xds:2017:mimeTypeSufficient": 2,
        "&event=1": 0,
        "&facility=SA01": 0,
        "&period=2026": 0,
    }
    for extra, total in expected.items():
        answer = await doctor.get(search(extra))
        assert (answer.status_code, answer.json().get("total")) == (200, total), extra
    page = (await doctor.get(search("&_count=1"))).json()
    assert (page["total"], len(page["entry"])) == (2, 1)
    assert page["entry"][0]["resource"]["date"].startswith("2026-03")
    following = {link["relation"]: link["url"] for link in page["link"]}["next"].removeprefix("https://localhost")
    assert (await doctor.get(following)).json()["entry"][0]["resource"]["date"].startswith("2026-01")
    form = search().partition("?")[2].encode()
    by_form = await doctor.send(
        "POST", "/fhir/DocumentReference/_search", form, kind="application/x-www-form-urlencoded"
    )
    assert by_form.json()["total"] == 2
    both = await doctor.send(
        "POST", "/fhir/DocumentReference/_search?category=42", form, kind="application/x-www-form-urlencoded"
    )
    assert both.json()["total"] == 1
    for wrong in ("&colour=red", "&date=yesterday", "&_count=many", "&type=", "&_sort=size"):
        answer = await doctor.get(search(wrong))
        assert (answer.status_code, rule(answer)) == (400, "parameter"), wrong
    assert (await doctor.get("/fhir/DocumentReference?type=1")).status_code == 400


async def test_what_breaks_a_rule_is_refused_and_nothing_is_kept(api: Api) -> None:
    api.keep(record(identity_status=IdentityStatus.QUAL))
    doctor = await api.login(DOCTOR)
    whole = reference(b"texte", PATIENT)
    wrong_hash = json.loads(json.dumps(whole))
    wrong_hash["content"][0]["attachment"]["hash"] = "AAAA"
    not_base64 = json.loads(json.dumps(whole))
    not_base64["content"][0]["attachment"]["data"] = "####"
    cases: list[tuple[Json, int, str]] = [
        (whole | {"status": "superseded"}, 422, "status"),
        (whole | {"content": [{"attachment": {"contentType": "text/plain"}}]}, 422, "no-content"),
        (wrong_hash, 422, "hash"),
        (not_base64, 422, "bad-base64"),
        (whole | {"type": {"coding": [{"code": 5}]}}, 422, "not-fhir-r4"),
        (whole | {"resourceType": "Basic"}, 400, "resource-type"),
        (whole | {"subject": {"reference": "Patient?identifier=urn:oid:1.2.250.1.213.1.4.8|12"}}, 400, "ins"),
        (whole | {"subject": {"reference": "Patient/absent"}}, 404, "no-record"),
        (whole | {"subject": {"reference": "Group/1"}}, 400, "subject"),
        (reference(b"<a/>", PATIENT, media="application/xml"), 422, "not-cda"),
        (reference(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", PATIENT, media="text/xml"), 422, "forbidden-xml"),
        (reference(b"{", PATIENT, media="application/fhir+json"), 422, "not-json"),
        (reference(b"x", PATIENT, media="text/plain\r\nX: y"), 422, "not-fhir-r4"),
    ]
    for body, status, code in cases:
        answer = await doctor.post("/fhir/DocumentReference", body)
        assert (answer.status_code, rule(answer)) == (status, code)
    assert api.store.documents(PATIENT.id) == []


async def test_bytes_that_are_held_already_are_not_sent_and_the_reading_is_traced(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    made = await deposited(doctor)
    path = f"/fhir/Binary/{made['id']}"
    raw, resource = await doctor.get(path), await doctor.get(path, Accept="application/fhir+json")
    assert raw.headers["etag"] != resource.headers["etag"]
    known = await doctor.get(path, If_None_Match=f'"x", W/{raw.headers["etag"]}')
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", raw.headers["etag"])
    assert (await doctor.get(path, If_None_Match='"x"')).content == raw.content
    other = await doctor.get(path, If_None_Match=raw.headers["etag"], Accept="application/fhir+json")
    assert other.json() == resource.json()
    readings = [row for row in api.store.trail(PATIENT.id) if row.operation == "read_unmasked"]
    assert len(readings) == 5
    assert (await doctor.get("/fhir/Binary/absent", If_None_Match="*")).status_code == 404


async def test_documents_are_found_by_their_deposit(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    await deposited(doctor)
    totals = [(await doctor.get(f"{search()}&_lastUpdated={asked}")).json()["total"] for asked in ("ge2020", "lt2020")]
    assert totals == [1, 0]


async def test_the_place_of_care_is_taken_from_the_document_itself(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    head = replace(HEAD, subject=Subject(PATIENT.ins, PATIENT.traits))
    sent = reference(wrapped(head, b"%PDF-1.4"), PATIENT, media="text/xml")
    answer = await doctor.post("/fhir/DocumentReference", sent)
    assert answer.status_code == 201, answer.text
    context = answer.json()["context"]
    assert context["facilityType"]["coding"][0]["code"] == "SA01"
    assert context["practiceSetting"]["coding"][0]["code"] == "ETABLISSEMENT"
    assert (await doctor.get(search("&setting=ETABLISSEMENT"))).json()["total"] == 1
