"""Secret sessions: for minors, of every call, and hidden from the legal representatives alone."""

from dataclasses import replace

import pytest

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.identity import Traits, parse_birth_date
from tests.server.api import Api, reference
from tests.server.login.world import DOCTOR, record

SECRET = {"DMP_Connexion_Secrete": "INVISIBLE_REPRESENTANTS_LEGAUX"}


def _record(traits: Traits) -> Record:
    return replace(record(), traits=traits)


def born(written: str) -> Traits:
    return replace(record().traits, birth=parse_birth_date(written))


async def test_its_rows_are_marked_and_no_others(api: Api) -> None:
    patient = api.keep(_record(born("2012-05-01")))
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(f"/fhir/Patient/{patient.id}/$summary", **SECRET)).status_code == 200
    assert (await doctor.get(f"/fhir/Patient/{patient.id}/$summary")).status_code == 200
    rows = [row for row in api.store.trail() if row.operation == "read_unmasked"]
    assert [row.secret for row in rows] == [True, False]


async def test_what_is_refused_in_it_is_marked_too(api: Api) -> None:
    patient = api.keep(_record(born("2012-05-01")))
    doctor = await api.login(DOCTOR)
    assert (await doctor.get(f"/fhir/Patient/{patient.id}/$summary", **SECRET)).status_code == 403
    assert [row.secret for row in api.store.trail()][-1]


async def test_a_document_deposited_in_it_is_hidden_from_the_representatives(api: Api) -> None:
    patient = api.keep(_record(born("2012-05-01")))
    doctor = await api.login(DOCTOR)
    answer = await doctor.post("/fhir/DocumentReference", reference(b"texte", patient), **SECRET)
    assert answer.status_code == 201
    (kept,) = api.store.documents(patient.id)
    assert Confidentiality.HIDDEN_FROM_REPRESENTATIVES in kept.confidentiality


@pytest.mark.parametrize("birth", ["1979-03-28", "2008-11-01", None])
async def test_it_is_refused_for_who_is_no_minor_or_of_no_known_age(api: Api, birth: str | None) -> None:
    traits = born(birth) if birth else replace(record().traits, birth=None)
    patient = api.keep(_record(traits))
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    answer = await doctor.get(f"/fhir/Patient/{patient.id}/$summary", **SECRET)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "secret-session"


@pytest.mark.parametrize("value", ["", "oui", "INVISIBLE_PATIENT"])
async def test_another_value_is_an_error(api: Api, value: str) -> None:
    patient = api.keep(_record(born("2012-05-01")))
    doctor = await api.login(DOCTOR)
    answer = await doctor.get(f"/fhir/Patient/{patient.id}", DMP_Connexion_Secrete=value)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "secret-session"


async def test_no_notice_of_it_reaches_the_representatives(api: Api) -> None:
    patient = api.keep(_record(born("2012-05-01")))
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    await doctor.get(f"/fhir/Patient/{patient.id}/$summary", **SECRET)
    assert _notices(api, patient) == 0
    other = await api.login(DOCTOR)
    await other.get(f"/fhir/Patient/{patient.id}/$summary")
    assert _notices(api, patient) == 1


def _notices(api: Api, patient: Record) -> int:
    api.store._latest()
    return int(api.store._rows("SELECT count(*) FROM notices WHERE patient_id = ?", patient.id)[0][0])
