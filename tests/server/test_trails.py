"""The trail over HTTP: searched as BALP has it, by those of R1111-43, and never telling of a masked document."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from dmp_tui.dmp.consents import ConsentKind, Record, RecordStatus
from dmp_tui.server.app import _ROUTES
from dmp_tui.server.trail_search import TDE, parse_trail_search
from dmp_tui.server.trails import Reader, page_of_trail
from dmp_tui.store import TrailEvent
from tests.server.api import MASKED, Api, Client, reference
from tests.server.login.world import DOCTOR, FACILITY, NURSE, REGULATOR, record

Json = dict[str, Any]
PATIENT = record()
READ = f"/fhir/Patient/{PATIENT.id}"


async def events(client: Client, query: str = "", patient: Record = PATIENT) -> list[Json]:
    """The resources of one page."""
    answer = await client.get(f"/fhir/AuditEvent?patient={patient.id}{query}")
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def who(event: Json) -> str:
    return str(event["agent"][0]["who"]["identifier"]["value"])


def operation(event: Json) -> str:
    return str(event["subtype"][-1]["code"])


async def of_a_day(api: Api) -> tuple[Client, Client, Client]:
    """``(treating doctor, nurse, regulator)``: the nurse read, and two hours later in an emergency, like the last."""
    api.keep(replace(PATIENT, treating_doctor=DOCTOR.id))
    api.permit(PATIENT, NURSE)
    assert (await (await api.login(NURSE)).get(READ)).status_code == 200
    api.clock.forward(hours=2)
    doctor, nurse, regulator = await api.login(DOCTOR), await api.login(NURSE), await api.login(REGULATOR)
    assert (await (await nurse.emergency("BTG", PATIENT)).get(READ)).status_code == 200
    assert (await (await regulator.emergency("ETREAT", PATIENT)).get(READ)).status_code == 200
    assert (await regulator.get(READ)).status_code == 403
    return doctor, nurse, regulator


async def test_everything_is_the_treating_doctors_and_each_ones_own_his(api: Api) -> None:
    doctor, nurse, _ = await of_a_day(api)
    assert {who(e) for e in await events(nurse)} == {NURSE.id}
    assert {who(e) for e in await events(doctor)} == {NURSE.id, DOCTOR.id, REGULATOR.id}


async def test_reading_the_trail_is_in_the_trail(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    first = (await events(doctor))[0]
    assert (operation(first), who(first)) == ("read_trail", DOCTOR.id)


async def test_a_treating_doctor_who_is_blocked_reads_his_own(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    api.permit(PATIENT, DOCTOR, kind=ConsentKind.BLOCK)
    assert {who(e) for e in await events(doctor)} == {DOCTOR.id}


async def test_of_a_closed_record_everyone_reads_his_own(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    present = api.store.patient(PATIENT.id)
    assert present
    api.keep(replace(present, status=RecordStatus.CLOSED, closed=api.clock()))
    assert {who(e) for e in await events(doctor)} == {DOCTOR.id}


async def test_what_was_done_in_a_record_that_is_not_there_is_nobodys(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    assert (await doctor.get("/fhir/AuditEvent?patient=nowhere")).status_code == 404
    assert (await doctor.get("/fhir/AuditEvent")).status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&purpose-of-use=BTG", [(NURSE.id, "read_admin_data"), (NURSE.id, "authenticate")]),
        (
            "&purpose-of-use=http://terminology.hl7.org/CodeSystem/v3-ActReason|ETREAT",
            [(REGULATOR.id, "read_admin_data"), (REGULATOR.id, "authenticate")],
        ),
        ("&purpose-of-use=urn:other|BTG", []),
        ("&outcome=4", [(REGULATOR.id, "read_admin_data")]),
        ("&outcome=8", []),
        (f"&agent=Practitioner/{REGULATOR.id}&outcome=0&action=R", [(REGULATOR.id, "read_admin_data")]),
        (
            f"&agent.identifier=urn:oid:1.2.250.1.71.4.2.1|{NURSE.id}&subtype=read",
            [(NURSE.id, "read_admin_data"), (NURSE.id, "read_admin_data")],
        ),
        (f"&agent:identifier=urn:other|{NURSE.id}", []),
        (
            "&type=http://dicom.nema.org/resources/ontology/DCM|110113",
            [(REGULATOR.id, "authenticate"), (NURSE.id, "authenticate")],
        ),
        ("&subtype=110127&purpose-of-use=BTG", [(NURSE.id, "authenticate")]),
        ("&subtype=urn:dmp-tui:fhir:operation|read_trail", [(DOCTOR.id, "read_trail")]),
        ("&action=C", []),
        ("&action=D,U", []),
        ("&date=lt{between}", [(NURSE.id, "read_admin_data")]),
        ("&date=ge2025-06-12&date=lt{between}", [(NURSE.id, "read_admin_data")]),
        ("&date=2024&action=R", []),
        ("&date=2024,gt{between}&action=R&purpose-of-use=ETREAT,TREAT&outcome=0", [(REGULATOR.id, "read_admin_data")]),
        ("&entity=DocumentReference/nowhere", []),
        ("&entity=Patient/other", []),
        (f"&entity=Patient/{PATIENT.id}&type=110113&purpose-of-use=BTG", [(NURSE.id, "authenticate")]),
    ],
)
async def test_what_is_asked_is_found_and_nothing_else(api: Api, query: str, found: Any) -> None:
    doctor, *_ = await of_a_day(api)
    between = quote((api.clock() - timedelta(hours=1)).isoformat())
    assert [(who(e), operation(e)) for e in await events(doctor, query.format(between=between))] == found


@pytest.mark.parametrize(
    "query",
    [
        "&date=yesterday",
        "&date=zz2026",
        "&_sort=agent",
        "&_cursor=7",
        "&_count=x",
        "&outcome=",
        "&outcome=0&outcome=4",
        "&entity=Observation/1",
        "&agent=1&agent.identifier=1",
        "&subtype=|",
        "&_profile=urn:x",
        "&_id=a",
        "&site=x",
        f"&patient.identifier={quote(PATIENT.ins.token)}",
    ],
)
async def test_what_cannot_be_understood_is_refused(api: Api, query: str) -> None:
    doctor, *_ = await of_a_day(api)
    assert (await doctor.get(f"/fhir/AuditEvent?patient={PATIENT.id}{query}")).status_code == 400


async def test_it_is_found_by_ins_as_by_reference(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    token = quote(f"{PATIENT.ins.system}|{PATIENT.ins.matricule}")
    answer = await doctor.get(f"/fhir/AuditEvent?patient.identifier={token}&purpose-of-use=BTG")
    assert answer.json()["total"] == 2


@pytest.mark.parametrize("sort", ["", "&_sort=date"])
async def test_pages_hold_every_event_once_though_their_reading_adds_to_the_trail(api: Api, sort: str) -> None:
    doctor, *_ = await of_a_day(api)
    whole = [e["id"] for e in await events(doctor, sort)]
    whole = [id_ for id_ in whole if int(id_) <= int(max(whole, key=int))]
    path: str | None = f"/fhir/AuditEvent?patient={PATIENT.id}&_count=2{sort}"
    found: list[str] = []
    totals = set()
    while path:
        page = (await doctor.get(path)).json()
        found += [entry["resource"]["id"] for entry in page["entry"]]
        totals.add(page["total"])
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path = f"/fhir/AuditEvent?{urlsplit(following[0]).query}" if following else None
    assert len(found) == len(set(found))
    assert totals == {len(found)}
    assert [id_ for id_ in found if id_ in whole] == whole
    assert found == sorted(found, key=int, reverse=not sort)


async def test_events_are_of_the_profiles_that_they_claim(api: Api) -> None:
    from fhir.resources.R4B.auditevent import AuditEvent

    doctor, *_ = await of_a_day(api)
    made = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT))
    mask = {"op": "add", "path": "/securityLabel", "value": MASKED}
    assert (await doctor.patch(f"/fhir/DocumentReference/{made.json()['id']}", mask)).status_code == 200
    by_profile: dict[str, Json] = {}
    for event in await events(doctor):
        AuditEvent.model_validate(event)
        for profile in event.get("meta", {}).get("profile", [""]):
            by_profile[profile.rpartition(".")[2]] = event
            assert profile == "" or event["outcome"] == "0"
    assert by_profile.keys() == {"", "PatientRead", "PatientQuery", "PatientCreate", "PatientUpdate"}
    expected = {"PatientRead": "R", "PatientQuery": "E", "PatientCreate": "C", "PatientUpdate": "U"}
    for name, action in expected.items():
        event = by_profile[name]
        types = [agent["type"]["coding"][0]["code"] for agent in event["agent"]]
        assert event["action"] == action
        assert types[1:] == (["110152", "110153"] if action == "R" else ["110153", "110152"])
        assert types[0] == ("AUT" if action in "CU" else "IRCP")
        assert all(agent["network"] for agent in event["agent"][1:])
        kinds = [(entity["type"]["code"], entity.get("role", {}).get("code")) for entity in event["entity"]]
        assert kinds == [("1", "1"), ("2", "24" if name == "PatientQuery" else "4"), ("XrequestId", None)]


async def test_breaking_the_glass_is_an_alert_with_its_reason(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    (event,) = await events(doctor, "&subtype=110127&purpose-of-use=BTG")
    assert event["type"]["code"] == "110113"
    assert [c["code"] for c in event["purposeOfEvent"][0]["coding"]] == ["BTG", "incapacity"]
    assert event["purposeOfEvent"][0]["text"] == "patient inconscient"


async def test_the_french_profile_has_one_agent_and_one_subtype(api: Api) -> None:
    from fhir.resources.R4B.auditevent import AuditEvent

    doctor, *_ = await of_a_day(api)
    for event in await events(doctor, f"&_profile={quote(TDE)}"):
        AuditEvent.model_validate(event)
        assert event["meta"]["profile"] == [TDE]
        assert (len(event["agent"]), len(event["subtype"])) == (1, 1)
        assert event["period"]["start"] == event["recorded"]


async def test_a_request_keeps_the_name_that_its_client_gave_it(api: Api) -> None:
    doctor, *_ = await of_a_day(api)
    answer = await doctor.get(READ, X_Request_Id="poste-7.0042")
    assert answer.headers["x-request-id"] == "poste-7.0042"
    event = next(e for e in await events(doctor) if who(e) == DOCTOR.id and operation(e) == "read_admin_data")
    assert event["entity"][-1]["what"]["identifier"]["value"] == "poste-7.0042"
    odd = await doctor.get(READ, X_Request_Id="x" * 65)
    assert odd.headers["x-request-id"] not in {"", "x" * 65}


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, *_ in _ROUTES], ids=str)
@pytest.mark.parametrize("emergency", [False, True])
async def test_every_call_allowed_or_refused_leaves_who_what_when_mode_and_reason(
    api: Api, method: str, path: str, *, emergency: bool
) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    if emergency:
        doctor = await doctor.emergency("BTG", PATIENT)
    before = len(list(api.store.trail()))
    started = api.clock()
    url = path.replace("{id}", PATIENT.id)
    await doctor.send(method, url, None if method == "GET" else {"resourceType": "Parameters"})
    added = list(api.store.trail())[before:]
    assert added
    for row in added:
        assert (row.actor, row.actor_name, row.mode) == (DOCTOR.id, DOCTOR.name, doctor_mode(emergency=emergency))
        assert row.operation
        assert row.outcome in {"allowed", "refused"}
        assert row.rule or row.outcome == "allowed"
        assert started <= row.at <= api.clock()
        assert (row.reason_code, row.reason) == (("incapacity", "patient inconscient") if emergency else ("", ""))
        assert row.address
        assert row.request
        assert row.session


def doctor_mode(*, emergency: bool) -> str:
    return "bris_de_glace" if emergency else "normal"


@pytest.mark.parametrize("sort", ["", "_sort=date&"])
async def test_acts_of_a_secret_session_do_not_exist_for_a_legal_representative(api: Api, sort: str) -> None:
    api.keep(PATIENT)
    event = TrailEvent(DOCTOR.id, DOCTOR.name, "doctor", "normal", "read_admin_data", "allowed", patient_id=PATIENT.id)
    for secret in (False, True, True, False, True, False):
        api.store.write_now(lambda tx, secret=secret: tx.trace(replace(event, secret=secret)))  # type: ignore[misc] # binds the loop's value
    found: dict[bool, list[str]] = {}
    for representative in (True, False):
        reader = Reader(6, None, lambda _id: True, representative=representative)
        cursor, ids = "", []
        while True:
            asked = parse_trail_search(f"patient={PATIENT.id}&{sort}_count=2{cursor}")
            page = page_of_trail(api.store, PATIENT, asked, reader, "https://x/fhir")
            assert page["total"] == (3 if representative else 6)
            ids += [entry["resource"]["id"] for entry in page["entry"]]
            following = [link["url"] for link in page["link"] if link["relation"] == "next"]
            if not following:
                break
            cursor = "&_cursor=" + following[0].rpartition("_cursor=")[2]
        found[representative] = sorted(ids)
    assert found == {True: ["1", "4", "6"], False: ["1", "2", "3", "4", "5", "6"]}


async def test_a_structure_that_acts_names_the_person(api: Api) -> None:
    api.keep(replace(PATIENT, treating_doctor=DOCTOR.id))
    facility, doctor = await api.login(FACILITY), await api.login(DOCTOR)
    assert (await facility.post("/fhir/DocumentReference", reference(b"texte", PATIENT))).status_code == 201
    (event,) = await events(doctor, "&action=C")
    assert (who(event), event["agent"][0]["altId"]) == (FACILITY.id, "Jo ESSAI")


async def test_one_event_is_read_by_whoever_may_find_it(api: Api) -> None:
    doctor, nurse, regulator = await of_a_day(api)
    (event,) = await events(doctor, "&subtype=110127&purpose-of-use=BTG")
    path = f"/fhir/AuditEvent/{event['id']}"
    assert (await doctor.get(path)).json() == event
    assert (await nurse.get(path)).json() == event
    nothing = await regulator.get(path)
    absent = await regulator.get("/fhir/AuditEvent/999999")
    assert (nothing.status_code, nothing.content) == (404, absent.content)
    assert (await doctor.get("/fhir/AuditEvent/x")).status_code == 404


async def test_no_id_of_a_masked_document_is_told_to_who_may_not_see_it(api: Api) -> None:
    api.keep(replace(PATIENT, treating_doctor=DOCTOR.id))
    api.permit(PATIENT, NURSE)
    api.permit(PATIENT, REGULATOR)
    doctor, other, nurse = await api.login(DOCTOR), await api.login(REGULATOR), await api.login(NURSE)
    id_ = (await nurse.post("/fhir/DocumentReference", reference(b"texte", PATIENT, type_="15507-7"))).json()["id"]
    assert (await other.get(f"/fhir/Binary/{id_}")).status_code == 200
    seen = await other.get(f"/fhir/AuditEvent?patient={PATIENT.id}&entity=DocumentReference/{id_}")
    assert seen.json()["total"] == 1
    mask = {"op": "add", "path": "/securityLabel", "value": MASKED}
    assert (await nurse.patch(f"/fhir/DocumentReference/{id_}", mask)).status_code == 200
    tried = await other.get(f"/fhir/Binary/{id_}")
    assert tried.status_code == 404
    answers = [
        await other.get(f"/fhir/AuditEvent?patient={PATIENT.id}&entity=DocumentReference/{name}")
        for name in (id_, "9" * len(id_))
    ]
    bodies = [answer.text.replace(name, "") for answer, name in zip(answers, (id_, "9" * len(id_)), strict=True)]
    assert bodies[0] == bodies[1]
    assert answers[0].json()["total"] == 0
    own = await other.get(f"/fhir/AuditEvent?patient={PATIENT.id}")
    assert id_ not in own.text
    assert own.json()["total"] == 5
    for who_sees in (doctor, nurse):
        assert id_ in (await who_sees.get(f"/fhir/AuditEvent?patient={PATIENT.id}")).text
