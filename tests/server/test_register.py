"""The register of emergency accesses: an officer's alone, without a patient, and of nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dmp_tui.dmp.fhir.register import COUNT, RECORDS, REVIEW, read_counts, read_entry, to_entry
from dmp_tui.server.app import _ROUTES
from tests.server.api import Api, Client, reference
from tests.server.login.world import DOCTOR, NURSE, OFFICER, REGULATOR, record

Json = dict[str, Any]
PATIENT, OTHER = record(), record(215190)
REGISTER = "/fhir/AuditEvent/$emergency-register"


async def filled(api: Api) -> Client:
    """An officer, and four accesses: the nurse's two, the doctor's, the regulator's, newest last."""
    for patient in (PATIENT, OTHER):
        api.keep(patient)
    nurse = await api.login(NURSE)
    await nurse.emergency("BTG", PATIENT)
    await (await nurse.emergency("BTG", PATIENT)).get(f"/fhir/Patient/{PATIENT.id}")
    await nurse.emergency("BTG", OTHER)
    await (await api.login(DOCTOR)).emergency("BTG", PATIENT)
    await (await api.login(REGULATOR)).emergency("ETREAT")
    return await api.login(OFFICER)


async def entries(officer: Client, query: str = "") -> list[Json]:
    answer = await officer.get(REGISTER + query)
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json()["entry"]]


async def judge(officer: Client, id_: str, verdict: str, comment: str = "") -> httpx.Response:
    parts: list[Json] = [{"name": "verdict", "valueCode": verdict}]
    parts += [{"name": "comment", "valueString": comment}] if comment else []
    return await officer.post(f"/fhir/AuditEvent/{id_}/$review", {"resourceType": "Parameters", "parameter": parts})


def verdicts(entry: Json) -> list[tuple[str, str]]:
    found = []
    for extension in entry.get("extension", []):
        assert extension["url"] == REVIEW
        parts = {part["url"]: part for part in extension["extension"]}
        found.append((parts["verdict"]["valueCode"], parts.get("comment", {}).get("valueString", "")))
    return found


def who(entry: Json) -> str:
    return str(entry["agent"][0]["who"]["identifier"]["value"])


async def test_it_lists_each_access_once_with_who_when_why_and_no_patient(api: Api) -> None:
    from fhir.resources.R4B.auditevent import AuditEvent

    officer = await filled(api)
    answer = await officer.get(REGISTER)
    found = [entry["resource"] for entry in answer.json()["entry"]]
    assert [who(e) for e in found] == [REGULATOR.id, DOCTOR.id, NURSE.id, NURSE.id]
    for entry in found:
        AuditEvent.model_validate(entry)
    purpose = found[-1]["purposeOfEvent"][0]
    assert [c["code"] for c in purpose["coding"]] == ["BTG", "incapacity"]
    assert purpose["text"] == "patient inconscient"
    for patient in (PATIENT, OTHER):
        for secret in (patient.id, patient.ins.matricule, patient.traits.family, "Patient/"):
            assert secret not in answer.text
    assert "total" in answer.json()


async def test_a_record_has_one_reference_and_it_is_not_its_id(api: Api) -> None:
    found = await entries(await filled(api))
    references = [e["entity"][0]["what"]["identifier"] for e in found if "entity" in e]
    assert all(r["system"] == RECORDS for r in references)
    doctors, second, first = (r["value"] for r in references)
    assert doctors == first != second
    assert "entity" not in found[0]


async def test_what_is_written_is_read(api: Api) -> None:
    officer = await filled(api)
    id_ = (await entries(officer))[1]["id"]
    await judge(officer, id_, "not-justified", "Aucune urgence.")
    for entry in await entries(officer):
        assert to_entry(read_entry(entry)) == entry
    bundle = (await officer.get(REGISTER)).json()
    assert sum(read_counts(bundle).values()) == bundle["total"] == 4


async def test_a_verdict_is_added_and_a_changed_mind_is_another(api: Api) -> None:
    officer = await filled(api)
    id_ = (await entries(officer))[1]["id"]
    assert (await judge(officer, id_, "justified")).status_code == 200
    answer = await judge(officer, id_, "not-justified", "Le service était ouvert.")
    assert verdicts(answer.json()) == [("justified", ""), ("not-justified", "Le service était ouvert.")]
    again = next(e for e in await entries(officer) if e["id"] == id_)
    assert verdicts(again) == verdicts(answer.json())
    rows = [row for row in api.store.trail() if row.operation == "review_emergency_access"]
    assert [(row.actor, row.reason) for row in rows] == [(OFFICER.id, ""), (OFFICER.id, "Le service était ouvert.")]
    assert rows[1].detail == f"access={id_} verdict=not-justified"


async def test_what_is_to_be_reviewed_comes_first_and_is_counted(api: Api) -> None:
    officer = await filled(api)
    newest = [e["id"] for e in await entries(officer)]
    await judge(officer, newest[0], "justified")
    await judge(officer, newest[1], "not-justified", "Aucune urgence.")
    assert [e["id"] for e in await entries(officer)] == [newest[2], newest[3], newest[0], newest[1]]
    bundle = (await officer.get(REGISTER)).json()
    (counts,) = bundle["meta"]["extension"]
    assert counts["url"] == COUNT
    assert {p["url"]: p["valueInteger"] for p in counts["extension"]} == dict(
        zip(("to-review", "justified", "not-justified"), (2, 1, 1), strict=True)
    )
    assert (await judge(officer, newest[0], "to-review", "Rouvert.")).status_code == 200
    assert next(e["id"] for e in await entries(officer)) == newest[0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?verdict=to-review", [REGULATOR.id, NURSE.id, NURSE.id]),
        ("?verdict=justified", [DOCTOR.id]),
        (f"?agent={NURSE.id}", [NURSE.id, NURSE.id]),
        ("?mode=ETREAT", [REGULATOR.id]),
        ("?since={tomorrow}", []),
        ("?until={yesterday}", []),
        ("?since={yesterday}&until={tomorrow}&mode=BTG&verdict=to-review", [NURSE.id, NURSE.id]),
        ("?agent=nobody", []),
    ],
)
async def test_filters_find_what_they_say(api: Api, query: str, found: list[str]) -> None:
    officer = await filled(api)
    doctors = next(e for e in await entries(officer) if who(e) == DOCTOR.id)
    await judge(officer, doctors["id"], "justified")
    day = timedelta(days=1)
    days = {"yesterday": f"{api.clock() - day:%Y-%m-%d}", "tomorrow": f"{api.clock() + day:%Y-%m-%d}"}
    assert [who(e) for e in await entries(officer, query.format(**days))] == found


async def test_pages_follow_each_other_while_reviewing(api: Api) -> None:
    officer = await filled(api)
    whole = [e["id"] for e in await entries(officer)]
    await judge(officer, whole[0], "justified")
    expected = [*whole[1:], whole[0]]
    path, found = f"{REGISTER}?_count=1", []
    while path:
        page = (await officer.get(path)).json()
        found += [entry["resource"]["id"] for entry in page["entry"]]
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path = "/fhir/" + following[0].partition("/fhir/")[2] if following else ""
    assert found == expected


@pytest.mark.parametrize(
    "query",
    ["?verdict=good", "?mode=TREAT", "?since=x", "?agent=", "?_count=-1", "?_cursor=9", "?_cursor=2-1", "?patient=1"],
)
async def test_bad_questions_are_refused(api: Api, query: str) -> None:
    assert (await (await filled(api)).get(REGISTER + query)).status_code == 400


@pytest.mark.parametrize(
    ("verdict", "comment", "status"),
    [
        ("not-justified", "", 422),
        ("not-justified", "   ", 422),
        ("to-review", "", 422),
        ("justified", "x" * 1001, 422),
        ("justified", "a\x1bb", 422),
        ("perfect", "bien", 400),
    ],
)
async def test_a_verdict_that_is_none_is_not_kept(api: Api, verdict: str, comment: str, status: int) -> None:
    officer = await filled(api)
    id_ = (await entries(officer))[0]["id"]
    assert (await judge(officer, id_, verdict, comment)).status_code == status
    assert verdicts((await entries(officer))[0]) == []


async def test_the_same_verdict_twice_and_an_access_that_is_none_are_not_kept(api: Api) -> None:
    officer = await filled(api)
    id_ = (await entries(officer))[0]["id"]
    assert (await judge(officer, id_, "justified")).status_code == 200
    assert (await judge(officer, id_, "justified")).status_code == 422
    reading = next(row.seq for row in api.store.trail() if row.operation == "read_admin_data")
    for wrong in (str(reading), "999999", "x", "9" * 30):
        assert (await judge(officer, wrong, "justified")).status_code == 404


async def test_nobody_reviews_himself(api: Api) -> None:
    await filled(api)
    api.store.write_now(lambda tx: tx.put_professional(replace(OFFICER, id=NURSE.id, name=NURSE.name, profession="60")))
    officer = await api.login(NURSE)
    mine = next(e for e in await entries(officer) if who(e) == NURSE.id)
    answer = await judge(officer, mine["id"], "justified")
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "own-access"


@pytest.mark.parametrize("someone", [DOCTOR, NURSE, REGULATOR])
async def test_it_is_nobody_elses(api: Api, someone: Any) -> None:
    officer = await filled(api)
    id_ = (await entries(officer))[0]["id"]
    other = await api.login(someone)
    assert (await other.get(REGISTER)).status_code == 403
    assert (await judge(other, id_, "justified")).status_code == 403
    assert list(api.store.trail())[-1].outcome == "refused"


OWN = {"/fhir/AuditEvent/$emergency-register", "/fhir/AuditEvent/{id}/$review"}


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, *_ in _ROUTES if path not in OWN], ids=str
)
async def test_an_officer_opens_no_record_by_any_call(api: Api, method: str, path: str) -> None:
    """Though every call is well formed, and his directory's facility is authorised on the record."""
    officer = await filled(api)
    doctor = await api.login(DOCTOR)
    api.permit(PATIENT, DOCTOR)
    consent = api.permit(PATIENT, OFFICER)
    api.permit(PATIENT, OFFICER, id="c-facility", actor=OFFICER.facility, actor_is_organisation=True)
    made = await doctor.post("/fhir/DocumentReference", reference(b"secret-canary", PATIENT))
    document = made.json()["id"]
    ids = {"Patient": PATIENT.id, "DocumentReference": document, "Binary": document, "Consent": consent.id}
    kind = path.split("/")[2] if path.count("/") > 1 else ""
    url = path.replace("{id}", ids.get(kind, "1"))
    if method == "GET" and "{id}" not in path:
        named = "identifier" if path in {"/fhir/Patient", "/fhir/Patient/$summary"} else "patient"
        token = f"{PATIENT.ins.system}|{PATIENT.ins.matricule}"
        value = token if named == "identifier" else PATIENT.id
        url += "" if path == "/fhir/Patient/$authorised" else f"?{named}={value}"
    answer = await officer.send(method, url, {"resourceType": "Parameters"} if method != "GET" else None)
    assert answer.status_code >= 400, answer.text
    assert PATIENT.traits.family not in answer.text
    assert "secret-canary" not in answer.text


async def test_what_an_officer_may_not_write_is_refused_though_it_is_well_formed(api: Api) -> None:
    officer = await filled(api)
    made = record(215191)
    name = [{"family": "PAT-ESSAI", "given": ["JO"], "use": "official"}]
    opening = [("informed", True), ("consent", True)]
    new = {
        "resourceType": "Patient",
        "identifier": [{"system": made.ins.system, "value": made.ins.matricule}],
        "name": name,
        "birthDate": "1979-03-28",
        "gender": "female",
        "extension": [
            {
                "url": "urn:dmp-tui:fhir:opening",
                "extension": [
                    *({"url": key, "valueBoolean": value} for key, value in opening),
                    {"url": "identified-by", "valueCode": "vitale"},
                ],
            }
        ],
    }
    assert (await officer.post("/fhir/Patient", new)).status_code == 403
    assert (await officer.post("/fhir/DocumentReference", reference(b"x", PATIENT))).status_code == 403
    close = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": "demande du patient"}]}
    api.permit(PATIENT, OFFICER)
    assert (await officer.post(f"/fhir/Patient/{PATIENT.id}/$close", close)).status_code == 403
    broken = await officer.wire.exchange(
        officer.token,
        purpose_of_use="BTG",
        patient=PATIENT.ins.token,
        reason_code="incapacity",
        reason="patient inconscient",
    )
    assert broken.status_code == 403, json.dumps(broken.json())
