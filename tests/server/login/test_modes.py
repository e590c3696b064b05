"""Another access mode is another token: who may have it, for whom, why, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dmp_tui.dmp.consents import Consent, ConsentKind, EmergencyConsents, RecordStatus
from dmp_tui.server.login import LoginPolicy
from tests.server.login.wire import TOKEN_EXCHANGE
from tests.server.login.world import (
    CLERK,
    DOCTOR,
    FACILITY,
    NURSE,
    OCCUPATIONAL,
    REGULATOR,
    Authorities,
    World,
    ins,
    record,
)

REASON = {"reason_code": "immediate-risk", "reason": "Choc anaphylactique, inconscient"}
BTG = {"purpose_of_use": "BTG", "patient": ins().token}


async def test_breaking_the_glass(world: World, authorities: Authorities) -> None:
    world.keep(record())
    wire = world.wire()
    token = await wire.token(authorities.card(NURSE))
    answer = await wire.exchange(token, **BTG, **REASON)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["mode"], body["expires_in"]) == ("bris_de_glace", 900)
    assert body["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    left = datetime.fromisoformat(body["grant_end"]) - world.clock()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)
    called = (await wire.call(body["access_token"])).json()
    assert (called["mode"], called["patient"]) == ("bris_de_glace", ins().token)
    assert called["reason"] == REASON["reason"]
    row = world.trail()[-1]
    assert (row.actor, row.mode, row.outcome, row.patient_id) == (NURSE.id, "bris_de_glace", "allowed", record().id)
    assert (row.reason_code, row.reason) == ("immediate-risk", REASON["reason"])
    assert (await wire.call(token)).json()["mode"] == "normal", "the login token stays what it was"


REASONS = [
    {},
    {"reason_code": "immediate-risk"},
    {"reason_code": "immediate-risk", "reason": "          "},
    {"reason_code": "immediate-risk", "reason": "a b c d e f g h i"},
    {"reason_code": "immediate-risk", "reason": "\u200b" * 20},
    {"reason_code": "immediate-risk", "reason": "x" * 501},
    {"reason_code": "curiosity", "reason": "Choc anaphylactique"},
    {"reason": "Choc anaphylactique"},
]


@pytest.mark.parametrize("fields", REASONS)
async def test_a_reason_that_is_none(world: World, authorities: Authorities, fields: dict[str, str]) -> None:
    world.keep(record())
    wire = world.wire()
    answer = await wire.exchange(await wire.token(authorities.card()), **BTG, **fields)
    assert (answer.status_code, answer.json()["error"], answer.json()["rule"]) == (400, "invalid_request", "reason")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"purpose_of_use": "BTG"}, "patient"),
        ({"purpose_of_use": "BTG", "patient": ins().matricule}, "patient"),
        ({"purpose_of_use": "BTG", "patient": f"1.2.3|{ins().matricule}"}, "patient"),
        ({"purpose_of_use": "ETREAT", "patient": "|"}, "patient"),
        ({"purpose_of_use": "BTG", "patient": ins(111111).token}, "no-record"),
        ({"purpose_of_use": "TREAT", "patient": ins().token}, "request"),
        ({"patient": ins().token}, "request"),
        ({**BTG, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "request"),
    ],
)
async def test_an_exchange_that_is_wrong(
    world: World, authorities: Authorities, fields: dict[str, str], rule: str
) -> None:
    world.keep(record())
    wire = world.wire()
    answer = await wire.exchange(await wire.token(authorities.card(REGULATOR)), **(REASON | fields))
    assert (answer.status_code, answer.json()["rule"]) == (400, rule)


@pytest.mark.parametrize(
    ("who", "purpose", "rule"),
    [
        (OCCUPATIONAL, "BTG", "role"),
        (CLERK, "BTG", "role"),
        (FACILITY, "BTG", "role"),
        (OCCUPATIONAL, "ETREAT", "role"),
        (CLERK, "ETREAT", "not-a-regulator"),
        (DOCTOR, "ETREAT", "not-a-regulator"),
        (NURSE, "ETREAT", "not-a-regulator"),
        (FACILITY, "ETREAT", "not-a-regulator"),
    ],
)
async def test_a_role_that_may_not(world: World, authorities: Authorities, who: Any, purpose: str, rule: str) -> None:
    world.keep(record())
    wire = world.wire()
    acting = {"on_behalf_of": "Mme ESSAI"} if who is FACILITY else {}
    token = await wire.token(authorities.card(who), **acting)
    answer = await wire.exchange(token, purpose_of_use=purpose, patient=ins().token, **REASON)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    assert answer.json()["rule"] == rule
    assert (world.trail()[-1].outcome, world.trail()[-1].actor) == ("refused", who.id)


@pytest.mark.parametrize(
    ("who", "emergency", "status"),
    [
        ((DOCTOR, "BTG"), EmergencyConsents(etreat=True, btg=False), 403),
        ((REGULATOR, "ETREAT"), EmergencyConsents(etreat=True, btg=False), 200),
        ((REGULATOR, "ETREAT"), EmergencyConsents(etreat=False, btg=True), 403),
        ((DOCTOR, "BTG"), EmergencyConsents(etreat=False, btg=True), 200),
    ],
)
async def test_what_the_patient_opposes(
    world: World, authorities: Authorities, who: Any, emergency: EmergencyConsents, status: int
) -> None:
    world.keep(record(emergency=emergency))
    wire = world.wire()
    professional, purpose = who
    token = await wire.token(authorities.card(professional))
    answer = await wire.exchange(token, purpose_of_use=purpose, patient=ins().token, **REASON)
    assert answer.status_code == status
    assert status == 200 or answer.json()["rule"] == "opposed"


async def test_an_opposition_made_meanwhile_stops_the_second_token(world: World, authorities: Authorities) -> None:
    kept = world.keep(record())
    wire = world.wire()
    token = await wire.token(authorities.card())
    assert (await wire.exchange(token, **BTG, **REASON)).status_code == 200
    world.keep(replace(kept, emergency=EmergencyConsents(btg=False)))
    assert (await wire.exchange(token, **BTG)).json()["rule"] == "opposed"


async def test_a_closed_record(world: World, authorities: Authorities) -> None:
    world.keep(record(status=RecordStatus.CLOSED))
    wire = world.wire()
    answer = await wire.exchange(await wire.token(authorities.card()), **BTG, **REASON)
    assert (answer.status_code, answer.json()["rule"]) == (403, "closed")


def block(world: World) -> None:
    kept = world.keep(record())
    start = datetime(2025, 1, 1, tzinfo=UTC)
    consent = Consent("c1", kept.id, ConsentKind.BLOCK, DOCTOR.id, DOCTOR.name, start, None, kept.id, "")
    world.store.write_now(lambda tx: tx.put_consent(consent))


async def test_a_blocked_professional(world: World, authorities: Authorities) -> None:
    block(world)
    wire = world.wire()
    answer = await wire.exchange(await wire.token(authorities.card()), **BTG, **REASON)
    assert (answer.status_code, answer.json()["rule"]) == (403, "blocked")


class TestBlocksThatBarNoEmergency:
    """A site that reads the law otherwise."""

    @pytest.fixture
    def policy(self) -> LoginPolicy:
        return LoginPolicy(block_bars_emergency=False)

    async def test_a_blocked_professional(self, world: World, authorities: Authorities) -> None:
        block(world)
        wire = world.wire()
        answer = await wire.exchange(await wire.token(authorities.card()), **BTG, **REASON)
        assert answer.status_code == 200


async def test_a_second_exchange_keeps_the_first_end_and_asks_nothing(world: World, authorities: Authorities) -> None:
    world.keep(record())
    wire, card = world.wire(), authorities.card()
    first = (await wire.exchange(await wire.token(card), **BTG, **REASON)).json()
    world.clock.forward(minutes=50)
    second = (await wire.exchange(await wire.token(card), **BTG)).json()
    assert second["grant_end"] == first["grant_end"]
    assert 0 < second["expires_in"] <= 600
    world.clock.forward(minutes=11)
    assert (await wire.exchange(await wire.token(card), **BTG)).json()["rule"] == "reason"
    await wire.nonce()
    assert (await wire.call(second["access_token"])).json()["rule"] == "token"


async def test_a_grant_is_of_one_patient_and_one_session(world: World, authorities: Authorities) -> None:
    world.keep(record())
    world.keep(record(111111))
    wire, other = world.wire(), world.wire()
    token = await wire.token(authorities.card())
    assert (await wire.exchange(token, **BTG, **REASON)).status_code == 200
    another = {**BTG, "patient": ins(111111).token}
    assert (await wire.exchange(token, **another)).json()["rule"] == "reason"
    assert (await other.exchange(await other.token(authorities.card()), **BTG)).json()["rule"] == "reason"


async def test_a_logout_ends_the_grant(world: World, authorities: Authorities) -> None:
    world.keep(record())
    wire, card = world.wire(), authorities.card()
    token = await wire.token(card)
    elevated = (await wire.exchange(token, **BTG, **REASON)).json()["access_token"]
    assert (await wire.call(token, "/auth/logout", "POST")).status_code == 204
    assert (await wire.call(elevated)).json()["rule"] == "token"
    assert (await wire.exchange(await wire.token(card), **BTG)).json()["rule"] == "reason"


async def test_only_a_login_token_is_exchanged(world: World, authorities: Authorities) -> None:
    world.keep(record())
    wire, thief = world.wire(), world.wire()
    token = await wire.token(authorities.card())
    elevated = (await wire.exchange(token, **BTG, **REASON)).json()["access_token"]
    for forged in (elevated, "invented", token[:-1], ""):
        answer = await wire.exchange(forged, **BTG, **REASON)
        assert (answer.status_code, answer.json()["error"], answer.json()["rule"]) == (401, "invalid_token", "token")
    await thief.nonce()
    assert (await thief.exchange(token, **BTG, **REASON)).json()["rule"] == "proof-key"


async def test_centre_15_without_a_patient(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    answer = await wire.exchange(await wire.token(authorities.card(REGULATOR)), purpose_of_use="ETREAT")
    assert answer.status_code == 200
    called = (await wire.call(answer.json()["access_token"])).json()
    assert (called["mode"], called["patient"]) == ("centre_15", None)
    assert world.trail()[-1].reason_code == "regulation-call"


async def test_an_exchange_without_a_proof(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token}
    answer = await wire.http.post(wire.token_url, data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
