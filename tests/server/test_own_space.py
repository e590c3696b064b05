"""The patient's own space: what he reads and changes of his record; no other call and no other record is his."""

import base64
from dataclasses import replace

import httpx
import pytest

from dmp_tui.dmp.consents import EmergencyConsents, Record
from dmp_tui.dmp.fhir.record_changes import emergency_patch
from dmp_tui.dmp.identity import Traits, parse_birth_date
from dmp_tui.server.app import _ROUTES
from dmp_tui.server.own_routes import OWN_ROUTES
from tests.server.api import MASKED, Api, Client, reference
from tests.server.login.world import DOCTOR, NURSE, record
from tests.server.patients import Patient, code_of, logged_in

ADULT = Traits("PAT-ESSAI", "DOMINIQUE", birth=parse_birth_date("1979-03-28"))
CHILD = replace(ADULT, birth=parse_birth_date("2014-05-01"))
SECRET = {"DMP_Connexion_Secrete": "INVISIBLE_REPRESENTANTS_LEGAUX"}
HIDDEN = [{"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "INVISIBLE_PATIENT"}]}]
ENDED = {"op": "replace", "path": "/status", "value": "inactive"}
DENY = {
    "resourceType": "Consent",
    "status": "active",
    "scope": {"coding": [{"code": "patient-privacy"}]},
    "category": [{"coding": [{"code": "INFA"}]}],
}


def kept(api: Api, number: int = 215189, traits: Traits = ADULT) -> Record:
    patient = api.keep(replace(record(number), traits=traits))
    api.permit(patient, DOCTOR)
    return patient


def blocking(patient: Record, actor: str) -> dict[str, object]:
    who = {"type": "Practitioner", "identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": actor}}
    role = {"coding": [{"code": "IRCP"}]}
    provision = {"type": "deny", "actor": [{"role": role, "reference": who}]}
    return {**DENY, "patient": {"reference": f"Patient/{patient.id}"}, "provision": provision}


async def deposited(client: Client | Patient, patient: Record, content: bytes = b"texte", **fields: object) -> str:
    body = reference(content, patient, **fields)  # type: ignore[arg-type] # elements of the resource
    answer = await client.send("POST", "/fhir/DocumentReference", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# --- whose it is


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, *_ in _ROUTES if (m, p) not in OWN_ROUTES], ids=str)
async def test_every_call_of_professionals_refuses_a_patients_token(api: Api, method: str, path: str) -> None:
    patient = await logged_in(api, kept(api))
    other = kept(api, 215190)
    answers = []
    for id_ in (patient.record.id, other.id, "absent"):
        kind = "application/json-patch+json" if method == "PATCH" else "application/fhir+json"
        body = {"resourceType": "Parameters"} if method != "GET" else None
        answers.append(await patient.send(method, path.replace("{id}", id_), body, kind=kind))
    assert {(a.status_code, a.content) for a in answers} == {(403, answers[0].content)}
    rows = [row for row in api.store.trail() if row.rule == "patients-space"]
    assert len(rows) == 3


async def test_another_record_is_answered_like_one_that_is_not_there(api: Api) -> None:
    patient, other = await logged_in(api, kept(api)), kept(api, 215190)
    doctor = await api.login(DOCTOR)
    document = await deposited(doctor, other)
    pairs = [
        (f"/fhir/Patient/{other.id}", "/fhir/Patient/absent"),
        (f"/fhir/Patient/{other.id}/$summary", "/fhir/Patient/absent/$summary"),
        (f"/fhir/DocumentReference/{document}", "/fhir/DocumentReference/absent"),
        (f"/fhir/Binary/{document}", "/fhir/Binary/absent"),
        (f"/fhir/DocumentReference?patient={other.id}", "/fhir/DocumentReference?patient=absent"),
        (f"/fhir/AuditEvent?patient={other.id}", "/fhir/AuditEvent?patient=absent"),
        (f"/fhir/Consent?patient={other.id}", "/fhir/Consent?patient=absent"),
        (f"/fhir/Communication?patient={other.id}", "/fhir/Communication?patient=absent"),
    ]
    for there, absent in pairs:
        one, two = await patient.get(there), await patient.get(absent)
        assert (one.status_code, one.content) == (404, two.content), there


async def test_a_professional_never_makes_the_patients_calls(api: Api) -> None:
    patient = kept(api)
    doctor = await api.login(DOCTOR)
    body = {"resourceType": "Parameters"}
    assert (await doctor.post(f"/fhir/Patient/{patient.id}/$administrator", body)).status_code == 403
    assert (await doctor.post("/fhir/Consent", blocking(patient, NURSE.id))).status_code == 422


# --- reading


async def test_he_reads_sheet_documents_and_bytes(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    document = await deposited(await api.login(DOCTOR), patient.record)
    sheet = await patient.get(f"/fhir/Patient/{patient.record.id}/$summary")
    assert sheet.status_code == 200
    assert sheet.json()["type"] == "document"
    listed = await patient.get("/fhir/DocumentReference")
    assert [e["resource"]["id"] for e in listed.json()["entry"]] == [document]
    assert (await patient.get(f"/fhir/Binary/{document}")).content == b"texte"


async def test_a_hidden_document_shows_after_its_month_and_not_before(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    document = await deposited(await api.login(DOCTOR), patient.record, securityLabel=HIDDEN)
    path = f"/fhir/DocumentReference/{document}"
    assert (await patient.get(path)).status_code == 404
    told = await patient.get(f"/fhir/AuditEvent?patient={patient.record.id}")
    assert document not in told.text
    api.clock.forward(days=32)
    later = await again(api, patient)
    assert (await later.get(path)).status_code == 200


async def again(api: Api, patient: Patient) -> Patient:
    """The same patient, in a new session."""
    (account,) = api.store.accounts(patient.record.id)
    secret = base64.b32encode(account.totp).decode()
    other = Patient.of(api, patient.record)
    answer = await other.log_in(account.login, code_of(secret, api.clock().timestamp()))
    assert answer.status_code == 200, answer.text
    return other


async def test_he_reads_every_trace_with_names_roles_modes_and_reasons(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    nurse = await api.login(NURSE)
    assert (await nurse.get(f"/fhir/Patient/{patient.record.id}/$summary")).status_code == 403
    glass = await nurse.emergency("BTG", patient.record)
    assert (await glass.get(f"/fhir/Patient/{patient.record.id}/$summary")).status_code == 200
    told = await patient.get(f"/fhir/AuditEvent?patient={patient.record.id}&_count=100")
    assert told.status_code == 200
    assert "Luc ESSAI" in told.text
    assert "patient inconscient" in told.text
    assert "BTG" in told.text
    first = await patient.get("/fhir/AuditEvent?_count=2")
    follow = next(link["url"] for link in first.json()["link"] if link["relation"] == "next")
    second = await patient.get(follow.removeprefix("https://localhost"))
    ids = [e["resource"]["id"] for page in (first, second) for e in page.json()["entry"]]
    assert len(ids) == len(set(ids)) == 4
    noticed = await patient.get("/fhir/Communication")
    assert "Luc ESSAI" in noticed.text


async def test_a_representative_sees_no_secret_session_and_nothing_hidden_from_him(api: Api) -> None:
    child = kept(api, traits=CHILD)
    doctor = await api.login(DOCTOR)
    document = await doctor.post("/fhir/DocumentReference", reference(b"texte", child), **SECRET)
    assert document.status_code == 201
    assert (await doctor.get(f"/fhir/Patient/{child.id}/$summary", **SECRET)).status_code == 200
    secret_rows = {row.seq for row in api.store.trail(child.id) if row.secret}
    assert secret_rows
    parent = await logged_in(api, child, holder="representative", name="Léa ESSAI")
    own = await logged_in(api, child)
    seen = {}
    for who, caller in (("parent", parent), ("child", own)):
        trail = await caller.get("/fhir/AuditEvent?_count=100")
        seen[who] = {int(e["resource"]["id"]) for e in trail.json()["entry"]}
    assert not secret_rows & seen["parent"]
    assert secret_rows <= seen["child"]
    path = f"/fhir/DocumentReference/{document.json()['id']}"
    assert [(await c.get(path)).status_code for c in (parent, own)] == [404, 200]
    assert "Anne ESSAI" not in (await parent.get("/fhir/Communication")).text


async def test_a_representative_reads_nothing_once_the_child_is_of_age(api: Api) -> None:
    child = kept(api, traits=replace(ADULT, birth=parse_birth_date("2014-05-01")))
    parent = await logged_in(api, child, holder="representative", name="Léa ESSAI")
    api.keep(replace(child, traits=ADULT))
    answer = await parent.get(f"/fhir/Patient/{child.id}/$summary")
    assert answer.status_code == 403


# --- who may read it


async def test_a_block_and_a_revocation_take_effect_on_the_very_next_request(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    doctor = await api.login(DOCTOR)
    path = f"/fhir/Patient/{patient.record.id}/$summary"
    assert (await doctor.get(path)).status_code == 200
    made = await patient.send("POST", "/fhir/Consent", blocking(patient.record, DOCTOR.id))
    assert made.status_code == 201, made.text
    assert (await doctor.get(path)).status_code == 403
    assert (await patient.send("POST", "/fhir/Consent", blocking(patient.record, DOCTOR.id))).status_code == 200
    assert (await patient.patch(f"/fhir/Consent/{made.json()['id']}", ENDED)).status_code == 200
    assert (await doctor.get(path)).status_code == 200
    listed = await patient.get("/fhir/Consent")
    (permit,) = [e["resource"] for e in listed.json()["entry"]]
    assert (await patient.patch(f"/fhir/Consent/{permit['id']}", ENDED)).status_code == 200
    assert (await doctor.get(path)).status_code == 403


async def test_only_a_known_professional_is_blocked_and_nobody_authorised(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    unknown = await patient.send("POST", "/fhir/Consent", blocking(patient.record, "899799999999"))
    assert unknown.status_code == 422
    permit = blocking(patient.record, NURSE.id)
    permit["provision"] = {**permit["provision"], "type": "permit"}  # type: ignore[dict-item] # of our own making
    assert (await patient.send("POST", "/fhir/Consent", permit)).status_code == 422


async def test_what_he_masks_is_absent_for_a_professional_and_shown_to_whom_he_names(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    api.permit(patient.record, NURSE)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    document = await deposited(doctor, patient.record)
    path = f"/fhir/DocumentReference/{document}"
    assert (await nurse.get(path)).status_code == 200
    mask = {"op": "add", "path": "/securityLabel", "value": MASKED}
    masked = await patient.patch(path, mask)
    assert masked.status_code == 200, masked.text
    assert (await nurse.get(path)).status_code == 404
    assert (await patient.get(path)).status_code == 200
    named = await name(patient, NURSE.id, active=True)
    assert named.status_code == 200, named.text
    assert NURSE.id in named.text
    assert (await nurse.get(path)).status_code == 200
    assert (await nurse.get(f"/fhir/Binary/{document}")).content == b"texte"
    glass = await nurse.emergency("BTG", patient.record)
    assert (await glass.get(path)).status_code == 404  # in an emergency it is the patient's third consent that counts
    await name(patient, NURSE.id, active=False)
    assert (await nurse.get(path)).status_code == 404


async def name(patient: Patient, id_: str, *, active: bool) -> httpx.Response:
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "professional", "valueString": id_}, {"name": "active", "valueBoolean": active}],
    }
    return await patient.send("POST", f"/fhir/Patient/{patient.record.id}/$administrator", body)


# --- what he adds and declares


async def test_he_adds_archives_and_deletes_what_is_his_own_and_nothing_else(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    doctor = await api.login(DOCTOR)
    theirs = await deposited(doctor, patient.record)
    mine = await deposited(patient, patient.record, b"mes volontes", type_="EXPPAT_1")
    gone = {"op": "replace", "path": "/status", "value": "entered-in-error"}
    assert (await patient.patch(f"/fhir/DocumentReference/{theirs}", gone)).status_code == 403
    assert (await doctor.patch(f"/fhir/DocumentReference/{mine}", gone)).status_code == 403
    read = await doctor.get(f"/fhir/DocumentReference/{mine}")
    assert read.status_code == 200
    assert "DOMINIQUE PAT-ESSAI" in read.text
    deleted = await patient.patch(f"/fhir/DocumentReference/{mine}", gone)
    assert deleted.status_code == 200, deleted.text
    assert (await patient.get(f"/fhir/DocumentReference/{mine}")).status_code == 404


@pytest.mark.parametrize(
    ("type_", "media", "content"),
    [("11488-4", "text/plain", b"x"), ("EXPPAT_1", "image/png", b"x"), ("EXPPAT_1", "application/pdf", b"no pdf")],
)
async def test_what_no_patient_adds_is_refused(api: Api, type_: str, media: str, content: bytes) -> None:
    patient = await logged_in(api, kept(api))
    body = reference(content, patient.record, type_=type_, media=media)
    assert (await patient.send("POST", "/fhir/DocumentReference", body)).status_code == 422
    assert not api.store.documents(patient.record.id)


async def test_refusing_both_emergency_accesses_refuses_masked_documents_too(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    wanted = EmergencyConsents(etreat=False, btg=False, masked=True)
    answer = await patient.patch(f"/fhir/Patient/{patient.record.id}", *emergency_patch(wanted, known=True))
    assert answer.status_code == 200, answer.text
    present = api.store.patient(patient.record.id)
    assert present
    assert present.emergency == EmergencyConsents(etreat=False, btg=False, masked=False)


async def test_a_record_that_he_closed_still_tells_him_who_saw_it(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    doctor = await api.login(DOCTOR)
    body = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": "je ne veux plus"}]}
    assert (await patient.send("POST", f"/fhir/Patient/{patient.record.id}/$close", body)).status_code == 200
    assert (await doctor.get(f"/fhir/Patient/{patient.record.id}/$summary")).status_code == 403
    assert (await patient.get(f"/fhir/Patient/{patient.record.id}/$summary")).status_code == 403
    assert (await patient.get("/fhir/AuditEvent")).status_code == 200
    assert (await patient.send("POST", f"/fhir/Patient/{patient.record.id}/$close", body)).status_code == 409
