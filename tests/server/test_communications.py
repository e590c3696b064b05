"""Notices over HTTP: an emergency access is told to the treating doctor, as long as he is."""

from dataclasses import replace

from dmp_tui.dmp.consents import ConsentKind
from dmp_tui.dmp.notices import NoticeKind
from dmp_tui.server.communications import notices_for_patient
from tests.server.api import Api, Client, reference
from tests.server.login.world import DOCTOR, NURSE, record

PATIENT = record()
READ = f"/fhir/Patient/{PATIENT.id}"
HIDDEN = [{"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "INVISIBLE_PATIENT"}]}]


async def broken(api: Api) -> tuple[Client, Client]:
    """``(treating doctor, nurse)``: the nurse has broken the glass and read."""
    api.keep(replace(PATIENT, treating_doctor=DOCTOR.id))
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    in_emergency = await nurse.emergency("BTG", PATIENT)
    assert (await in_emergency.get(READ)).status_code == 200
    return doctor, nurse


async def test_the_treating_doctor_is_told_who_broke_the_glass_and_why(api: Api) -> None:
    from fhir.resources.R4B.communication import Communication

    doctor, nurse = await broken(api)
    for path in ("/fhir/Communication", f"/fhir/Communication?patient={PATIENT.id}"):
        (entry,) = (await doctor.get(path)).json()["entry"]
        told = entry["resource"]
        Communication.model_validate(told)
        assert NURSE.name in told["payload"][0]["contentString"]
        assert "patient inconscient" in told["payload"][1]["contentString"]
        assert told["recipient"][0]["identifier"]["value"] == DOCTOR.id
        about = told["about"][0]["reference"].partition("/fhir/")[2]
        event = (await doctor.get(f"/fhir/{about}")).json()
        assert event["subtype"][0]["code"] == "110127"
    for path in ("/fhir/Communication", f"/fhir/Communication?patient={PATIENT.id}"):
        assert (await nurse.get(path)).json()["entry"] == []


async def test_the_patient_is_told_of_every_access(api: Api) -> None:
    doctor, _ = await broken(api)
    assert (await doctor.get(READ)).status_code == 200
    told = api.store.notices(PATIENT.id, api.clock(), 9)
    assert [(n.kind, n.actor) for n in told] == [(NoticeKind.ACCESS, DOCTOR.id), (NoticeKind.EMERGENCY, NURSE.id)]


async def test_who_is_treating_doctor_no_more_or_blocked_reads_none(api: Api) -> None:
    doctor, _ = await broken(api)
    present = api.store.patient(PATIENT.id)
    assert present
    kept = api.keep(replace(present, treating_doctor=""))
    assert (await doctor.get("/fhir/Communication")).json()["entry"] == []
    api.keep(replace(kept, treating_doctor=DOCTOR.id))
    assert len((await doctor.get("/fhir/Communication")).json()["entry"]) == 1
    api.permit(PATIENT, DOCTOR, kind=ConsentKind.BLOCK)
    assert (await doctor.get("/fhir/Communication")).json()["entry"] == []
    assert (await doctor.get(f"/fhir/Communication?patient={PATIENT.id}")).json()["entry"] == []


async def test_reading_notices_is_traced_and_bad_questions_refused(api: Api) -> None:
    doctor, _ = await broken(api)
    await doctor.get("/fhir/Communication")
    assert list(api.store.trail())[-1].operation == "read_notices"
    assert (await doctor.get("/fhir/Communication?patient=nowhere")).status_code == 404
    for wrong in ("_count=x", "sent=2026", "_cursor=-1"):
        assert (await doctor.get(f"/fhir/Communication?{wrong}")).status_code == 400


async def test_pages_of_notices_follow_each_other(api: Api) -> None:
    doctor, _ = await broken(api)
    for _ in range(2):
        nurse = await api.login(NURSE)
        await (await nurse.emergency("BTG", PATIENT)).get(READ)
    whole = [e["resource"]["id"] for e in (await doctor.get("/fhir/Communication")).json()["entry"]]
    path, found = "/fhir/Communication?_count=1", []
    while path:
        page = (await doctor.get(path)).json()
        found += [e["resource"]["id"] for e in page["entry"]]
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path = "/fhir/" + following[0].partition("/fhir/")[2] if following else ""
    assert found == whole
    assert len(found) == 3


async def test_a_document_hidden_from_the_patient_is_announced_in_two_weeks(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    made = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT, securityLabel=HIDDEN))
    assert made.status_code == 201, made.text
    assert api.store.notices(PATIENT.id, api.clock(), 9) == []
    api.clock.forward(days=14)
    (notice,) = api.store.notices(PATIENT.id, api.clock(), 9)
    assert (notice.kind, notice.document_id) == (NoticeKind.HIDDEN, made.json()["id"])
    assert notices_for_patient(api.store, PATIENT.id, api.clock(), 9) == [notice]


async def test_a_document_that_was_shown_before_is_not_announced(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    made = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT, securityLabel=HIDDEN))
    id_ = made.json()["id"]
    normal = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}
    shown = {"op": "replace", "path": "/securityLabel", "value": [{"coding": [normal]}]}
    assert (await doctor.patch(f"/fhir/DocumentReference/{id_}", shown)).status_code == 200
    api.clock.forward(days=15)
    told = notices_for_patient(api.store, PATIENT.id, api.clock(), 9)
    assert NoticeKind.HIDDEN not in {notice.kind for notice in told}
    assert NoticeKind.HIDDEN in {notice.kind for notice in api.store.notices(PATIENT.id, api.clock(), 9)}
