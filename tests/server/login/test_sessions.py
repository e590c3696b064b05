"""What a token opens: for whom, for how long, and with which proof."""

from typing import Any

import pytest
from starlette.applications import Starlette

from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.login import Login
from tests.server.login.serving import serving
from tests.server.login.wire import Change, ProofKey, b64
from tests.server.login.world import DOCTOR, Authorities, World, application


def claim(name: str, value: object) -> Change:
    return lambda claims: claims.__setitem__(name, value)


PROOFS: dict[str, tuple[Change | None, dict[str, Any]]] = {
    "another method": (claim("htm", "POST"), {}),
    "another target": (claim("htu", "https://elsewhere.example/probe"), {}),
    "another path": (lambda c: c.update(htu=c["htu"] + "/other"), {}),
    "another token": (claim("ath", b64(b"x" * 32)), {}),
    "no token": (lambda c: c.__delitem__("ath"), {}),
    "no jti": (lambda c: c.__delitem__("jti"), {}),
    "an empty jti": (claim("jti", ""), {}),
    "no iat": (lambda c: c.__delitem__("iat"), {}),
    "another type": (None, {"typ": "jwt"}),
    "alg none": (None, {"alg": "none"}),
    "crit": (None, {"crit": ["exp"]}),
    "a key that is no point": (None, {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
    "a private key": (None, {"jwk": ProofKey().jwk | {"d": "AA"}}),
    "a symmetric key": (None, {"jwk": {"kty": "oct", "k": "AAAA"}}),
    "another key": (None, {"jwk": ProofKey().jwk}),
}


@pytest.mark.parametrize("name", PROOFS)
async def test_a_proof_that_is_wrong(world: World, authorities: Authorities, name: str) -> None:
    change, header = PROOFS[name]
    wire = world.wire()
    token = await wire.token(authorities.card())
    proof = wire.key.proof("GET", f"{wire.base_url}/probe", wire.proof_nonce, token, change, **header)
    answer = await wire.call(token, proof=proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")
    assert 'error="invalid_dpop_proof"' in answer.headers["WWW-Authenticate"]


async def test_a_proof_serves_once(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    proof = wire.key.proof("GET", f"{wire.base_url}/probe", wire.proof_nonce, token)
    assert (await wire.call(token, proof=proof)).status_code == 200
    again = await wire.call(token, proof=proof)
    assert (again.status_code, again.json()["rule"]) == (401, "proof-replayed")


async def test_a_proof_needs_a_nonce_of_the_server(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    for nonce in ("", "invented"):
        proof = wire.key.proof("GET", f"{wire.base_url}/probe", nonce, token)
        answer = await wire.call(token, proof=proof)
        assert (answer.status_code, answer.json()["error"]) == (401, "use_dpop_nonce")
        assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
    assert (await wire.call(token)).status_code == 200
    old = wire.proof_nonce
    world.clock.forward(seconds=121)
    stale = wire.key.proof("GET", f"{wire.base_url}/probe", old, token)
    assert (await wire.call(token, proof=stale)).json()["error"] == "use_dpop_nonce"


async def test_a_proof_of_a_wrong_clock_holds(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    proof = wire.key.proof("GET", f"{wire.base_url}/probe", wire.proof_nonce, token, claim("iat", 946684800))
    assert (await wire.call(token, proof=proof)).status_code == 200


@pytest.mark.parametrize(
    "spelt",
    ["HTTPS://LOCALHOST:{port}/probe", "https://localhost:{port}/pr%6Fbe", "https://localhost:{port}/probe?q=1#f"],
)
async def test_a_target_spelt_otherwise(world: World, authorities: Authorities, spelt: str) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    target = spelt.format(port=wire.base_url.rpartition(":")[2])
    assert (await wire.call(token, proof=wire.key.proof("GET", target, wire.proof_nonce, token))).status_code == 200


async def test_a_query_is_no_part_of_the_target(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    assert (await wire.call(token, "/probe?identifier=a%7Cb")).status_code == 200


async def test_a_stolen_token_without_its_key(world: World, authorities: Authorities) -> None:
    wire, thief = world.wire(), world.wire()
    token = await wire.token(authorities.card())
    await thief.nonce()
    answer = await thief.call(token)
    assert (answer.status_code, answer.json()["rule"]) == (401, "proof-key")


@pytest.mark.parametrize("credentials_of", ["Bearer {}", "DPoP", "DPoP x{}", "{}", ""])
async def test_credentials_that_are_none(world: World, authorities: Authorities, credentials_of: str) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    proof = wire.key.proof("GET", f"{wire.base_url}/probe", wire.proof_nonce, token)
    headers = {"Authorization": credentials_of.format(token), "DPoP": proof}
    answer = await wire.http.get(f"{wire.base_url}/probe", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_two_proofs_are_none(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    url = f"{wire.base_url}/probe"
    proofs = [("DPoP", wire.key.proof("GET", url, wire.proof_nonce, token)) for _ in range(2)]
    answer = await wire.http.get(url, headers=[("Authorization", f"DPoP {token}"), *proofs])
    assert answer.json()["error"] == "invalid_dpop_proof"


async def test_a_token_lives_fifteen_minutes(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())
    world.clock.forward(seconds=890)
    await wire.nonce()
    assert (await wire.call(token)).status_code == 200
    world.clock.forward(seconds=11)
    assert (await wire.call(token)).json()["rule"] == "token"


async def test_a_session_is_renewed_by_the_same_key(world: World, authorities: Authorities) -> None:
    wire, card = world.wire(), authorities.card()
    first = await wire.token(card)
    second = await wire.token(card)
    sessions = {row.session for row in world.trail()}
    assert len(sessions) == 1
    assert (await wire.call(first)).status_code == (await wire.call(second)).status_code == 200


async def test_a_logout_ends_all_tokens_of_a_session(world: World, authorities: Authorities) -> None:
    wire, card = world.wire(), authorities.card()
    first, second = await wire.token(card), await wire.token(card)
    answer = await wire.call(second, "/auth/logout", "POST")
    assert answer.status_code == 204
    assert (world.trail()[-1].operation, world.trail()[-1].outcome) == ("logout", "allowed")
    for token in (first, second):
        assert (await wire.call(token)).json()["rule"] == "token"
    assert (await wire.call(second, "/auth/logout", "POST")).status_code == 401


async def test_a_logout_ends_no_other_session(world: World, authorities: Authorities) -> None:
    one, other = world.wire(), world.wire()
    token, kept = await one.token(authorities.card()), await other.token(authorities.card())
    assert (await one.call(token, "/auth/logout", "POST")).status_code == 204
    assert (await other.call(kept)).status_code == 200


async def test_twelve_hours_end_a_session_however_often_it_was_renewed(world: World, authorities: Authorities) -> None:
    wire, card = world.wire(), authorities.card()
    await wire.token(card)
    world.clock.forward(hours=11, minutes=59)
    answer = await wire.login(card)
    assert answer.json()["expires_in"] <= 60
    world.clock.forward(seconds=61)
    await wire.nonce()
    assert (await wire.call(answer.json()["access_token"])).json()["rule"] == "token"
    await wire.token(card)
    assert len({row.session for row in world.trail() if row.session}) == 2, "what comes after is another session"


async def test_no_token_outlives_its_certificate(world: World, authorities: Authorities) -> None:
    from datetime import timedelta

    wire = world.wire()
    answer = await wire.login(authorities.card(end=(world.clock() + timedelta(seconds=100)).replace(microsecond=0)))
    assert 0 < answer.json()["expires_in"] <= 100


async def test_a_server_that_restarts_knows_no_token(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    token = await wire.token(authorities.card())

    def again(identity: ServerIdentity) -> Starlette:
        return application(Login(world.store, identity, world.clock))

    async with serving(again, world.credentials) as identity:
        wire.base_url = identity.base_url
        await wire.nonce()
        answer = await wire.call(token)
        assert (answer.status_code, answer.json()["rule"]) == (401, "token")
        assert (await wire.login(authorities.card())).json()["professional"]["id"] == DOCTOR.id


async def test_facility_sessions_are_of_one_person_each(world: World, authorities: Authorities) -> None:
    from tests.server.login.world import FACILITY

    wire, card = world.wire(), authorities.card(FACILITY)
    first = await wire.token(card, on_behalf_of="Mme ESSAI")
    second = await wire.token(card, on_behalf_of="M. AUTRE")
    assert (await wire.call(first)).json()["rule"] == "token"
    assert (await wire.call(second)).json()["on_behalf_of"] == "M. AUTRE"
