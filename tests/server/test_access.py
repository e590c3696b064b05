"""Rights and time through HTTP: clocks that are set back, ends to the second, revocations, two closings at once."""

import asyncio
from datetime import timedelta

import pytest

from tests.server.api import Api
from tests.server.login.world import DOCTOR, NURSE, record
from tests.server.test_transactions import rule

PATIENT = record()
SUMMARY = f"/fhir/Patient/{PATIENT.id}/$summary"
REASON = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": "à sa demande"}]}


async def test_a_clock_set_back_prolongs_no_authorisation(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR, end=api.clock() + timedelta(seconds=20))
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(SUMMARY)).status_code == 200
    api.clock.forward(seconds=30)
    assert rule(await doctor.get(SUMMARY)) == "expired"
    api.clock.forward(days=-2)
    assert rule(await doctor.get(SUMMARY)) == "expired"
    again = await api.login(DOCTOR)
    assert rule(await again.get(SUMMARY)) == "expired"


async def test_an_authorisation_declared_anew_holds_even_then(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR, end=api.clock() + timedelta(seconds=20))
    doctor = await api.login(DOCTOR)
    api.clock.forward(seconds=30)
    assert rule(await doctor.get(SUMMARY)) == "expired"
    api.clock.forward(hours=-1)
    api.permit(PATIENT, DOCTOR, id="renewed", end=api.clock() + timedelta(days=365))
    assert (await doctor.get(SUMMARY)).status_code == 200


async def test_a_revocation_holds_from_the_next_request_on(api: Api) -> None:
    api.keep(PATIENT)
    held = api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(SUMMARY)).status_code == 200
    withdrawn = [{"op": "replace", "path": "/status", "value": "inactive"}]
    answer = await doctor.send("PATCH", f"/fhir/Consent/{held.id}", withdrawn, kind="application/json-patch+json")
    assert answer.status_code == 200
    assert rule(await doctor.get(SUMMARY)) == "not-authorised"


async def test_of_two_closings_at_once_one_closes(api: Api) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    api.permit(PATIENT, NURSE)
    people = [await api.login(DOCTOR), await api.login(NURSE)]
    path = f"/fhir/Patient/{PATIENT.id}/$close"
    answers = await asyncio.gather(*(one.post(path, REASON) for one in people))
    assert sorted(a.status_code for a in answers) == [200, 409]
    kept = api.store.patient(PATIENT.id)
    assert kept is not None
    assert kept.version == 2


@pytest.mark.parametrize("blank", ["", " \t\n", "\u00a0\u202f", "\u200b\u200d\ufeff", "\u2800"])
async def test_a_reason_to_close_is_something_that_can_be_seen(api: Api, blank: str) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    body = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": blank}]}
    answer = await doctor.post(f"/fhir/Patient/{PATIENT.id}/$close", body)
    assert (answer.status_code, rule(answer)) == (422, "reason")
