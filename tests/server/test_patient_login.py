"""A patient's own access: the code at the desk, activation, password and second factor, failures, renewal."""

from dataclasses import replace

import pytest

from dmp_tui.dmp.consents import Record, RecordStatus
from dmp_tui.dmp.identity import Traits, parse_birth_date
from dmp_tui.dmp.professions import Professional
from tests.server.api import Api
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, OCCUPATIONAL, record
from tests.server.patients import PASSWORD, Patient, activated, code_of, invited, logged_in

ADULT = Traits("PAT-ESSAI", "DOMINIQUE", birth=parse_birth_date("1979-03-28"))
CHILD = replace(ADULT, birth=parse_birth_date("2014-05-01"))


def kept(api: Api, number: int = 215189, traits: Traits = ADULT, **fields: object) -> Record:
    patient = api.keep(replace(record(number), traits=traits, **fields))  # type: ignore[arg-type] # fields of Record
    api.permit(patient, DOCTOR)
    return patient


def step_at(api: Api) -> float:
    return api.clock().timestamp()


# --- the code at the desk


async def test_a_code_is_given_once_and_kept_as_a_hash(api: Api) -> None:
    patient = kept(api)
    given = await invited(api, patient)
    assert len(given["code"].replace("-", "")) == 16
    assert given["login"].isdigit()
    (account,) = api.store.accounts(patient.id)
    assert given["code"].replace("-", "").encode() not in account.activation
    assert [row.operation for row in api.store.trail(patient.id)][-1] == "open_patient_access"


@pytest.mark.parametrize("who", [NURSE, CLERK, FACILITY, OCCUPATIONAL])
async def test_only_an_authorised_health_professional_gives_one(api: Api, who: Professional) -> None:
    patient = kept(api)
    client = await api.login(who)
    answer = await client.post(f"/fhir/Patient/{patient.id}/$patient-access", {"resourceType": "Parameters"})
    assert answer.status_code == 403, answer.text
    assert not api.store.accounts(patient.id)


async def test_none_is_given_in_an_emergency_nor_for_a_closed_record(api: Api) -> None:
    patient = kept(api)
    doctor = await api.login(DOCTOR)
    glass = await doctor.emergency("BTG", patient)
    path, body = f"/fhir/Patient/{patient.id}/$patient-access", {"resourceType": "Parameters"}
    assert (await glass.post(path, body)).status_code == 403
    api.keep(replace(patient, status=RecordStatus.CLOSED))
    assert (await doctor.post(path, body)).status_code == 403


async def test_a_representative_is_named_and_only_of_a_minor(api: Api) -> None:
    adult, child = kept(api), kept(api, 215190, CHILD)
    doctor = await api.login(DOCTOR)
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "holder", "valueCode": "representative"}, {"name": "name", "valueString": "Léa ESSAI"}],
    }
    assert (await doctor.post(f"/fhir/Patient/{adult.id}/$patient-access", body)).status_code == 403
    assert (await doctor.post(f"/fhir/Patient/{child.id}/$patient-access", body)).status_code == 200
    body["parameter"] = body["parameter"][:1]
    assert (await doctor.post(f"/fhir/Patient/{child.id}/$patient-access", body)).status_code == 422


# --- activation


async def test_an_activation_opens_once_the_second_factor_answered(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    assert len(given.codes) == 10
    wrong = await patient.log_in(given.login, given.codes[0])
    assert wrong.status_code == 401  # a printed code does not show that the authenticator is set up
    right = await patient.log_in(given.login, code_of(given.secret, step_at(api)))
    assert right.status_code == 200
    assert right.json()["holder"] == "patient"
    assert (await patient.get(f"/fhir/Patient/{patient.record.id}")).status_code == 200


async def test_a_code_serves_once(api: Api) -> None:
    record_ = kept(api)
    given = await invited(api, record_)
    patient = Patient.of(api, record_)
    first = (await patient.activate(given["code"])).json()
    assert (await patient.log_in(first["login"], code_of(first["secret"], step_at(api)))).status_code == 200
    assert (await patient.activate(given["code"])).json()["rule"] == "activation"


async def test_a_code_ends_after_thirty_days(api: Api) -> None:
    record_ = kept(api)
    given = await invited(api, record_)
    api.clock.forward(days=30)
    assert (await Patient.of(api, record_).activate(given["code"])).json()["rule"] == "activation"


async def test_a_newer_code_makes_an_earlier_one_worthless(api: Api) -> None:
    record_ = kept(api)
    old, new = await invited(api, record_), await invited(api, record_)
    assert old["login"] == new["login"]
    patient = Patient.of(api, record_)
    assert (await patient.activate(old["code"])).status_code == 401
    assert (await patient.activate(new["code"].lower().replace("-", " "))).status_code == 200


async def test_a_code_and_another_birth_date_open_nothing(api: Api) -> None:
    record_ = kept(api)
    given = await invited(api, record_)
    patient = Patient.of(api, record_)
    wrong, unknown = await patient.activate(given["code"], "1979-03-29"), await patient.activate("0000-0000-0000-0000")
    assert wrong.content == unknown.content
    assert wrong.status_code == unknown.status_code == 401


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("onze lettre", "password-short"),
        (" " * 20, "password-short"),
        ("a" * 300, "password-long"),
        ("aaaaaaaaaaaaaa", "password-known"),
        ("azertyuiop123456", "password-known"),
        ("M0tdep@sse2026!", "password-known"),
        ("pat-essai 28031979", "password-own"),
        ("Dominique1979!", "password-own"),
    ],
)
async def test_a_password_that_anyone_would_try_is_refused(api: Api, password: str, rule: str) -> None:
    record_ = kept(api)
    given = await invited(api, record_)
    answer = await Patient.of(api, record_).activate(given["code"], password=password)
    assert (answer.status_code, answer.json()["rule"]) == (400, rule)
    assert (await Patient.of(api, record_).activate(given["code"])).status_code == 200


# --- logging in


async def test_a_time_based_code_holds_in_three_steps_and_is_taken_once(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    now = step_at(api)
    for offset in (-60, 60):
        assert (await patient.log_in(given.login, code_of(given.secret, now + offset))).status_code == 401
    earlier = code_of(given.secret, now - 30)
    assert (await patient.log_in(given.login, earlier)).status_code == 200
    assert (await patient.log_in(given.login, earlier)).status_code == 401  # replayed
    later = code_of(given.secret, now + 30)
    assert (await patient.log_in(given.login, later)).status_code == 200
    assert (await patient.log_in(given.login, code_of(given.secret, now))).status_code == 401  # before the last one


async def test_a_printed_code_serves_once(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    await patient.log_in(given.login, code_of(given.secret, step_at(api)))
    first = await patient.log_in(given.login, given.codes[3].lower())
    assert first.json()["codes_left"] == 9
    assert (await patient.log_in(given.login, given.codes[3])).status_code == 401
    assert (await patient.log_in(given.login, given.codes[4])).status_code == 200


async def test_wrong_password_code_or_login_are_told_apart_by_nothing(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    code = code_of(given.secret, step_at(api))
    answers = [
        await patient.log_in(given.login, code, "un autre mot de passe"),
        await patient.log_in(given.login, "000000"),
        await patient.log_in("1234567890", code),
        await patient.log_in("", code),
    ]
    assert {(a.status_code, a.content) for a in answers} == {(401, answers[0].content)}
    assert len({tuple(sorted(set(a.headers) - {"dpop-nonce"})) for a in answers}) == 1


async def test_failures_of_a_login_are_limited_and_never_for_good(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    for _ in range(10):
        assert (await patient.log_in(given.login, "000000")).status_code == 401
    limited = await patient.log_in(given.login, code_of(given.secret, step_at(api)))
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) <= 900
    for _ in range(10):
        assert (await patient.log_in("1234567890", "000000")).status_code == 401
    assert (await patient.log_in("1234567890", "000000")).status_code == 429  # one that nobody has, alike


async def test_every_try_is_traced_with_who_it_was_about(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    await patient.log_in(given.login, "000000")
    await patient.log_in(given.login, code_of(given.secret, step_at(api)))
    rows = [row for row in api.store.trail(patient.record.id) if row.operation == "patient_login"]
    assert [(row.role, row.outcome) for row in rows] == [("patient", "refused"), ("patient", "allowed")]
    assert not any(secret in row.detail + row.reason for row in rows for secret in (PASSWORD, given.login))


async def test_a_token_is_bound_to_its_key_and_renewed_with_it(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    thief = Patient.of(api, patient.record)
    await thief.wire.nonce()
    thief.token = patient.token
    assert (await thief.get(f"/fhir/Patient/{patient.record.id}")).status_code == 401
    renewed = await patient.form("renew", token=patient.token)
    assert renewed.status_code == 200
    patient.token = renewed.json()["access_token"]
    assert (await patient.get(f"/fhir/Patient/{patient.record.id}")).status_code == 200


async def test_a_silent_session_ends_and_a_busy_one_after_two_hours(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    for _ in range(11):
        api.clock.forward(minutes=10)
        await patient.wire.nonce()
        renewed = await patient.form("renew", token=patient.token)
        assert renewed.status_code == 200
        patient.token = renewed.json()["access_token"]
    assert renewed.json()["expires_in"] <= 600
    api.clock.forward(minutes=10, seconds=1)
    await patient.wire.nonce()
    assert (await patient.form("renew", token=patient.token)).status_code == 401


async def test_a_password_is_changed_with_the_one_before(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    other = "cinq autres mots sans suite"
    wrong = await patient.form("password", token=patient.token, password="pas celui-ci du tout", new_password=other)
    assert wrong.status_code == 401
    right = await patient.form("password", token=patient.token, password=PASSWORD, new_password=other)
    assert right.status_code == 204
    (account,) = api.store.accounts(patient.record.id)
    api.clock.forward(seconds=60)
    codes = await patient.form("codes", token=patient.token, password=other)
    assert len(codes.json()["codes"]) == 10
    assert (await patient.log_in(account.login, codes.json()["codes"][0], other)).status_code == 200


async def test_a_closed_access_opens_nothing_and_a_new_code_opens_it_again(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    assert (await patient.form("close", token=patient.token, password=PASSWORD)).status_code == 204
    assert (await patient.get(f"/fhir/Patient/{patient.record.id}")).status_code == 401
    again, given = await activated(api, patient.record)
    assert (await again.log_in(given.login, code_of(given.secret, step_at(api)))).status_code == 200


async def test_logout_ends_it_on_the_server(api: Api) -> None:
    patient = await logged_in(api, kept(api))
    assert (await patient.form("logout", token=patient.token)).status_code == 204
    assert (await patient.get(f"/fhir/Patient/{patient.record.id}")).status_code == 401


async def test_a_purged_record_takes_its_accounts_along(api: Api) -> None:
    patient, given = await activated(api, kept(api))
    api.store.write_now(lambda tx: tx.purge(patient.record.id))
    assert api.store.account_of_login(given.login) is None
    assert (await patient.log_in(given.login, code_of(given.secret, step_at(api)))).status_code == 401
