"""What the patient wants in emergencies, taken down by a professional (TD1.3b)."""

from typing import Any

import pytest

from dmp_tui.dmp.consents import EmergencyConsents
from dmp_tui.dmp.fhir.patients import EMERGENCY, emergency_extension, from_administrative
from dmp_tui.dmp.fhir.record_changes import emergency_patch
from tests.server.api import Api
from tests.server.login.world import CLERK, DOCTOR, record
from tests.server.test_patients import rule

PATIENT = record()
PATH = f"/fhir/Patient/{PATIENT.id}"


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (EmergencyConsents(False, True, True), EmergencyConsents(False, True, True)),
        (EmergencyConsents(True, False, False), EmergencyConsents(True, False, False)),
        (EmergencyConsents(False, False, True), EmergencyConsents(False, False, False)),
    ],
)
async def test_the_three_consents_are_said_and_kept(
    api: Api, wanted: EmergencyConsents, kept: EmergencyConsents
) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    before = from_administrative((await doctor.get(PATH)).json())
    assert before.emergency == EmergencyConsents()
    assert before.created == PATIENT.created.isoformat()
    answer = await doctor.patch(PATH, *emergency_patch(wanted))
    assert from_administrative(answer.json()).emergency == kept
    stored = api.store.patient(PATIENT.id)
    assert stored is not None
    assert stored.emergency == kept
    [row] = [row for row in api.store.trail(PATIENT.id) if row.operation == "change_admin_data"]
    assert row.detail.removesuffix(" notify") == "emergency " + " ".join(
        f"{name}={'yes' if given else 'no'}"
        for name, given in (("btg", kept.btg), ("etreat", kept.etreat), ("masked", kept.masked))
    )


async def test_a_clerk_takes_them_down_at_admission(api: Api) -> None:
    api.keep(PATIENT)
    clerk = await api.login(CLERK)
    answer = await clerk.patch(PATH, *emergency_patch(EmergencyConsents(btg=False)))
    assert answer.status_code == 200


async def test_nobody_changes_them_while_he_breaks_the_glass(api: Api) -> None:
    api.keep(PATIENT)
    doctor = await (await api.login(DOCTOR)).emergency("BTG", PATIENT)
    answer = await doctor.patch(PATH, *emergency_patch(EmergencyConsents(etreat=False)))
    assert (answer.status_code, rule(answer)) == (403, "mode")
    stored = api.store.patient(PATIENT.id)
    assert stored is not None
    assert stored.emergency == EmergencyConsents()
    assert [r.outcome for r in api.store.trail(PATIENT.id) if r.operation == "change_admin_data"] == ["refused"]


@pytest.mark.parametrize(
    "value",
    [
        {"url": EMERGENCY},
        {"url": EMERGENCY, "extension": [{"url": "BTG", "valueBoolean": False}]},
        {"url": EMERGENCY, "extension": [{"url": c, "valueString": "no"} for c in ("BTG", "ETREAT", "MASKED")]},
    ],
)
async def test_half_a_will_is_none(api: Api, value: dict[str, Any]) -> None:
    api.keep(PATIENT)
    api.permit(PATIENT, DOCTOR)
    doctor = await api.login(DOCTOR)
    path = f"/extension[url:'{EMERGENCY}']"
    answer = await doctor.patch(PATH, {"op": "replace", "path": path, "value": value})
    assert answer.status_code == 422
    gone = await doctor.patch(PATH, {"op": "remove", "path": path})
    assert gone.status_code == 422
    other = {"op": "add", "path": "/extension/-", "value": {"url": "urn:other", "valueBoolean": True}}
    assert (await doctor.patch(PATH, other)).status_code == 405


def test_what_is_sent_is_what_is_read() -> None:
    consents = EmergencyConsents(True, False, True)
    assert from_administrative({"extension": [emergency_extension(consents)]}).emergency == consents
