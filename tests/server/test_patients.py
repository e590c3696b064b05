"""Records through the API: state, administrative data, opening, closing, search by traits, authorisations, trail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from dmp_tui.dmp.consents import (
    AuthorisationState,
    Consent,
    ConsentKind,
    Contact,
    EmergencyConsents,
    RecordStatus,
    authorisation_state,
)
from dmp_tui.dmp.fhir.consents import COLLECTED
from dmp_tui.dmp.fhir.patients import from_administrative, from_existence
from dmp_tui.dmp.identity import IdentityStatus, Sex, Traits, parse_birth_date
from dmp_tui.dmp.professions import Professional
from tests.server.api import Api, Json, ins
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, REGULATOR, record

PATIENT = replace(
    record(),
    traits=Traits("EXEMPLE", "Camille", parse_birth_date("19580412"), Sex.F),
    address="1 rue de la Halle",
    phones=("0699000001",),
    contacts=(Contact("EXEMPLE Paul", "conjoint", "0699000002"),),
)
EXISTENCE = f"/fhir/Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}"


def rule(answer: httpx.Response) -> str:
    """The code of an OperationOutcome's rule."""
    issue = answer.json()["issue"][0]
    return str(issue["details"]["coding"][0]["code"])


def opening(**parts: object) -> Json:
    """The extension of a creation."""
    steps = {"informed": True, "consent": True, "identified-by": "vitale"} | parts
    return {
        "url": "urn:dmp-tui:fhir:opening",
        "extension": [
            {"url": name, "valueBoolean" if isinstance(value, bool) else "valueCode": value}
            for name, value in steps.items()
            if value is not None
        ],
    }


def newcomer(number: int = 400001, **parts: object) -> Json:
    """A Patient to be created."""
    identifier = ins(number)
    return {
        "resourceType": "Patient",
        "extension": [opening(**parts)],
        "identifier": [{"system": identifier.system, "value": identifier.matricule}],
        "name": [{"use": "official", "family": "NOUVEAU", "given": ["Alix"]}],
        "gender": "female",
        "birthDate": "1979-03-04",
    }


async def test_existence_is_a_bundle_of_none_or_one(api: Api) -> None:
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(EXISTENCE)).json()["total"] == 0
    api.keep(PATIENT)
    [found] = (await doctor.get(EXISTENCE)).json()["entry"]
    assert from_existence(found["resource"]).authorisation.state is AuthorisationState.NONE
    api.permit(PATIENT, DOCTOR, end=api.clock() + timedelta(days=1))
    [found] = (await doctor.get(EXISTENCE)).json()["entry"]
    assert from_existence(found["resource"]).authorisation.state is AuthorisationState.VALID
    api.clock.forward(minutes=5)
    for row in api.store.trail(PATIENT.id):
        assert (row.operation, row.outcome) == ("test_existence", "allowed")


@pytest.mark.parametrize("token", ["", "12", "urn:oid:1.2.3|279035121518989", "urn:oid:1.2.250.1.213.1.4.8|12"])
async def test_an_identifier_that_is_no_ins(api: Api, token: str) -> None:
    doctor = await api.login(DOCTOR)
    answer = await doctor.get(f"/fhir/Patient?identifier={token}")
    assert (answer.status_code, rule(answer)) == (400, "ins")


async def test_administrative_data_need_an_authorisation(api: Api) -> None:
    api.keep(PATIENT)
    doctor, clerk = await api.login(DOCTOR), await api.login(CLERK)
    path = f"/fhir/Patient/{PATIENT.id}"
    assert (await doctor.get(path)).status_code == 403
    api.permit(PATIENT, DOCTOR)
    said = from_administrative((await doctor.get(path)).json())
    assert (said.address, said.phones, said.contacts) == (PATIENT.address, PATIENT.phones, PATIENT.contacts)
    assert (await clerk.get(path)).status_code == 200
    assert (await doctor.get("/fhir/Patient/absent")).status_code == 404


async def test_creation_records_its_three_steps(api: Api) -> None:
    nurse = await api.login(NURSE)
    body = newcomer(**{"opposition-btg": True, "opposition-etreat": True, "masked-in-emergency": True})
    made = await nurse.post("/fhir/Patient", body)
    assert made.status_code == 201, made.text
    kept = api.store.patient(made.json()["id"])
    assert kept is not None
    assert kept.emergency == EmergencyConsents(etreat=False, btg=False, masked=False)
    assert (kept.status, kept.identity_status) == (RecordStatus.ACTIVE, IdentityStatus.PROV)
    [row] = [r for r in api.store.trail(kept.id) if r.operation == "create_record"]
    assert row.detail == "informed consent oppositions=btg,etreat identified-by=vitale"
    again = await nurse.post("/fhir/Patient", body)
    assert (again.status_code, rule(again)) == (409, "exists")


async def test_a_creator_may_declare_his_authorisation_at_once(api: Api) -> None:
    nurse = await api.login(NURSE)
    made = (await nurse.post("/fhir/Patient", newcomer(**{"authorise-me": True}))).json()
    assert (await nurse.get(f"/fhir/Patient/{made['id']}/$summary")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identifier": []}, "ins"),
        ({"name": []}, "traits"),
        ({"birthDate": None}, "traits"),
        ({"extension": []}, "opening"),
        ({"extension": [opening(consent=False)]}, "opening"),
        ({"extension": [opening(informed=None)]}, "opening"),
        ({"extension": [opening(**{"identified-by": "memory"})]}, "identification"),
        ({"birthDate": "yesterday"}, "not-fhir-r4"),
        ({"animal": "cat"}, "not-fhir-r4"),
    ],
)
async def test_creation_refuses_what_is_missing(api: Api, changes: Json, code: str) -> None:
    nurse = await api.login(NURSE)
    body = {key: value for key, value in (newcomer() | changes).items() if value not in (None, [])}
    answer = await nurse.post("/fhir/Patient", body)
    assert (answer.status_code, rule(answer)) == (422, code)


async def test_who_may_not_create(api: Api) -> None:
    api.keep(PATIENT)
    occupational = await api.login(OCCUPATIONAL)
    assert (await occupational.post("/fhir/Patient", newcomer())).status_code == 403
    glass = await (await api.login(NURSE)).emergency("BTG", PATIENT)
    assert (await glass.post("/fhir/Patient", newcomer())).status_code == 403
    assert [row.operation for row in api.store.trail() if row.outcome == "refused"] == ["create_record"] * 2


async def test_closing_and_opening_again(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    reason = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": "à sa demande"}]}
    path = f"/fhir/Patient/{PATIENT.id}"
    assert (await nurse.post(f"{path}/$close", reason)).status_code == 403
    assert rule(await doctor.post(f"{path}/$close", {"resourceType": "Parameters"})) == "reason"
    closed = from_existence((await doctor.post(f"{path}/$close", reason)).json())
    assert (closed.status, closed.closing_reason) == (RecordStatus.CLOSED, "à sa demande")
    for call in (doctor.get(path), doctor.get(f"{path}/$summary")):
        answer = await call
        assert (answer.status_code, rule(answer)) == (403, "closed")
    assert (await doctor.get(EXISTENCE)).json()["total"] == 1
    again = from_existence((await doctor.post(f"{path}/$reopen", None)).json())
    assert (again.status, again.closed) == (RecordStatus.ACTIVE, "")
    api.clock.forward(days=1)


async def test_a_treating_doctor_resigns(api: Api) -> None:
    api.keep(replace(PATIENT, treating_doctor=DOCTOR.id, treating_doctor_name="Dr ESSAI"))
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    path = f"/fhir/Patient/{PATIENT.id}/$resign-treating-doctor"
    assert (await nurse.post(path, None)).status_code == 403
    assert (await doctor.post(path, None)).status_code == 200
    kept = api.store.patient(PATIENT.id)
    assert kept is not None
    assert (kept.treating_doctor, kept.treating_doctor_name) == ("", "")


async def test_search_by_traits_is_for_centre_15(api: Api) -> None:
    api.keep(PATIENT)
    asked = {"resourceType": "Patient", "name": [{"family": "exemple"}], "birthDate": "1958"}
    body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": asked}]}
    regulator = await api.login(REGULATOR)
    assert (await regulator.post("/fhir/Patient/$match", body)).status_code == 403
    centre = await regulator.emergency("ETREAT")
    found = (await centre.post("/fhir/Patient/$match", body)).json()
    assert (found["total"], found["entry"][0]["resource"]["id"]) == (1, PATIENT.id)
    assert "0699000001" not in str(found)
    men = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": asked | {"gender": "male"}}]}
    assert (await centre.post("/fhir/Patient/$match", men)).json()["total"] == 0
    assert rule(await centre.post("/fhir/Patient/$match", {"resourceType": "Parameters"})) == "traits"
    assert (await centre.get(f"/fhir/Patient/{PATIENT.id}")).status_code == 403


def consent(professional: Professional, *, structure: bool = False, **changes: object) -> Json:
    """A Consent that declares an authorisation."""
    oid = "1.2.250.1.71.4.2.2" if structure else "1.2.250.1.71.4.2.1"
    actor = professional.facility if structure else professional.id
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "INFA"}]}],
        "patient": {"reference": f"Patient/{PATIENT.id}"},
        "policyRule": {"text": "CSP"},
        "provision": {
            "type": "permit",
            "actor": [
                {"role": {"text": "x"}, "reference": {"identifier": {"system": f"urn:oid:{oid}", "value": actor}}}
            ],
        },
    } | changes


async def test_an_authorisation_is_declared_used_listed_and_withdrawn(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    path = f"/fhir/Patient/{PATIENT.id}/$summary"
    assert (await doctor.get(path)).status_code == 403
    made = await doctor.post("/fhir/Consent", consent(DOCTOR))
    assert made.status_code == 201, made.text
    assert (await doctor.get(path)).status_code == 200
    listed = (await doctor.get(f"/fhir/Consent?patient={PATIENT.id}")).json()
    assert [e["resource"]["id"] for e in listed["entry"]] == [made.json()["id"]]
    mine = (await doctor.get("/fhir/Patient/$authorised?since=2020-01-01")).json()
    assert [e["resource"]["id"] for e in mine["entry"]] == [PATIENT.id]
    assert (await doctor.get("/fhir/Patient/$authorised?since=2999-01-01")).json()["total"] == 0
    assert (await doctor.get("/fhir/Patient/$authorised?date-type=access&since=2020-01-01")).json()["total"] == 1
    inactive = {"op": "replace", "path": "/status", "value": "inactive"}
    kept = f"/fhir/Consent/{made.json()['id']}"
    assert (await doctor.patch(kept, {"op": "replace", "path": "/status", "value": "draft"})).status_code == 405
    assert (await (await api.login(NURSE)).patch(kept, inactive)).status_code == 404
    assert (await doctor.patch(kept, inactive)).json()["status"] == "inactive"
    assert (await doctor.get(path)).status_code == 403


async def test_it_holds_for_a_year_at_most(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    for end in ({}, {"period": {"end": "2999-01-01"}}):
        body = consent(DOCTOR)
        body["provision"] |= end
        assert (await doctor.post("/fhir/Consent", body)).status_code == 201
    for kept in api.store.consents(PATIENT.id):
        assert kept.end is not None
        assert kept.end - kept.start == timedelta(days=365)


@pytest.mark.parametrize(
    ("professional", "body", "status", "code"),
    [
        (DOCTOR, consent(NURSE), 422, "actor"),
        (DOCTOR, consent(DOCTOR, structure=True), 201, ""),
        (DOCTOR, consent(DOCTOR, status="inactive"), 422, "consent-kind"),
        (CLERK, consent(CLERK), 422, "actor"),
        (CLERK, consent(CLERK, structure=True), 201, ""),
        (OCCUPATIONAL, consent(OCCUPATIONAL), 403, "role"),
        (FACILITY, consent(FACILITY, structure=True), 403, "role"),
        (DOCTOR, consent(DOCTOR, patient={"reference": "Patient/absent"}), 404, "no-record"),
    ],
)
async def test_who_may_declare_what(api: Api, professional: Professional, body: Json, status: int, code: str) -> None:
    api.keep(PATIENT)
    client = await api.login(professional)
    answer = await client.post("/fhir/Consent", body)
    assert answer.status_code == status, answer.text
    if code:
        assert rule(answer) == code


async def test_a_clerks_declaration_opens_the_record_to_the_structure(api: Api) -> None:
    api.keep(PATIENT)
    clerk, nurse = await api.login(CLERK), await api.login(NURSE)
    assert (await nurse.get(f"/fhir/Patient/{PATIENT.id}/$summary")).status_code == 403
    await clerk.post("/fhir/Consent", consent(CLERK, structure=True))
    assert (await nurse.get(f"/fhir/Patient/{PATIENT.id}/$summary")).status_code == 200
    assert (await clerk.get(f"/fhir/Patient/{PATIENT.id}/$summary")).status_code == 403


async def test_a_blocked_professional_cannot_authorise_himself(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR, kind=ConsentKind.BLOCK)
    answer = await (await api.login(DOCTOR)).post("/fhir/Consent", consent(DOCTOR))
    assert (answer.status_code, rule(answer)) == (403, "blocked")


async def test_administrative_data_are_corrected_and_the_identity_is_not(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor, nurse = await api.login(DOCTOR), await api.login(NURSE)
    path = f"/fhir/Patient/{PATIENT.id}"
    phone = {"op": "replace", "path": "/telecom/0/value", "value": "0699000009"}
    changed = await doctor.patch(path, phone)
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert from_administrative(changed.json()).phones == ("0699000009",)
    assert (await doctor.patch(path, phone, If_Match='W/"1"')).status_code == 412
    for wrong in ("/gender", "/birthDate", "/name", "/identifier", "/active"):
        answer = await doctor.patch(path, {"op": "replace", "path": wrong, "value": "x"})
        assert (answer.status_code, rule(answer)) == (405, "immutable")
    assert (await nurse.patch(path, phone)).status_code == 403
    assert [r.operation for r in api.store.trail(PATIENT.id) if r.outcome == "allowed"] == ["change_admin_data"]


async def test_a_web_page_opens_once_and_for_a_minute(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor, facility = await api.login(DOCTOR), await api.login(FACILITY)
    path = f"/fhir/Patient/{PATIENT.id}/$web-access"
    assert (await facility.post(path, None)).status_code == 403
    urls = [(await doctor.post(path, None)).json()["parameter"][0]["valueUrl"] for _ in range(2)]
    http = doctor.wire.http
    opened = await http.get(urls[0])
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    assert "script" not in opened.text
    assert (await http.get(urls[0])).status_code == 404
    api.clock.forward(seconds=61)
    assert (await http.get(urls[1])).status_code == 404


def collected(on: str) -> list[Json]:
    return [{"url": COLLECTED, "extension": [{"url": "on", "valueDateTime": on}]}]


async def test_an_authorisation_is_renewed_by_declaring_it_again(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    first = (await doctor.post("/fhir/Consent", consent(DOCTOR))).json()
    api.clock.forward(days=300)
    doctor = await api.login(DOCTOR)
    second = (await doctor.post("/fhir/Consent", consent(DOCTOR))).json()
    standing = [c for c in api.store.consents(PATIENT.id) if c.active]
    assert [c.id for c in standing] == [second["id"]]
    assert first["id"] != second["id"]
    assert standing[0].end is not None
    assert standing[0].end - api.clock() > timedelta(days=364)


async def test_a_year_counts_from_the_day_on_which_the_patient_was_asked(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    asked = api.clock() - timedelta(days=100)
    answer = await doctor.post("/fhir/Consent", consent(DOCTOR, extension=collected(asked.isoformat())))
    assert answer.status_code == 201, answer.text
    (kept,) = api.store.consents(PATIENT.id)
    assert kept.collected == asked
    assert kept.end == asked + timedelta(days=365)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2999-01-01", "collected"),
        ("1930-01-01", "collected"),
        ("1979-03-26T12:00:00Z", "collected"),
        ("1979-03-28", "period"),
        ("2020-01-01", "period"),
    ],
)
async def test_a_consent_of_tomorrow_or_too_old_is_refused(api: Api, on: str, code: str) -> None:
    born = replace(PATIENT.traits, birth=parse_birth_date("1979-03-28"))
    api.keep(replace(PATIENT, traits=born))
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir/Consent", consent(DOCTOR, extension=collected(on)))
    assert (answer.status_code, rule(answer)) == (422, code)
    assert api.store.consents(PATIENT.id) == []


def test_an_authorisation_ends_to_the_second() -> None:
    end = datetime(2028, 2, 29, 1, 30, tzinfo=UTC)
    kept = Consent("c", "p", ConsentKind.PERMIT, DOCTOR.id, "", end - timedelta(days=365), end, DOCTOR.id, "")
    for apart, state in ((-1, AuthorisationState.VALID), (0, AuthorisationState.EXPIRED)):
        now = end + timedelta(seconds=apart)
        assert authorisation_state([kept], DOCTOR, "", now).state is state
        # The same instant on another clock, an hour before or after summer time: a right has one end.
        paris = now.astimezone(ZoneInfo("Europe/Paris"))
        assert authorisation_state([kept], DOCTOR, "", paris).state is state


async def test_the_list_says_profession_and_last_access(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await api.login(DOCTOR)
    await doctor.post("/fhir/Consent", consent(DOCTOR))
    await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")
    (entry,) = (await doctor.get(f"/fhir/Consent?patient={PATIENT.id}")).json()["entry"]
    parts = next(e for e in entry["resource"]["extension"] if e["url"] == "urn:dmp-tui:fhir:professional")["extension"]
    assert {part["url"] for part in parts} == {"profession", "last-access"}
    assert parts[0]["valueString"] == "G15_10/SM59"


async def test_a_doctor_becomes_the_treating_doctor_and_nobody_else_does(api: Api) -> None:
    api.keep(PATIENT)
    path = f"/fhir/Patient/{PATIENT.id}/$declare-treating-doctor"
    nurse = await (await api.login(NURSE)).post(path, None)
    assert (nurse.status_code, rule(nurse)) == (403, "role")
    doctor = await api.login(DOCTOR)
    assert (await doctor.post(path, None)).status_code == 200
    assert (await doctor.get(f"/fhir/Patient/{PATIENT.id}/$summary")).status_code == 200
    record = api.store.patient(PATIENT.id)
    assert record is not None
    assert record.treating_doctor == DOCTOR.id
