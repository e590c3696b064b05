"""A card logs in, and what is wrong in one thing does not."""

import base64
from typing import Any

import pytest

from dmp_tui.server.login import LoginPolicy
from tests.server.login.pki import TestCard
from tests.server.login.wire import JWT_BEARER, Change, ProofKey, b64, segment
from tests.server.login.world import CLERK, DOCTOR, FACILITY, NURSE, Authorities, World, keep_professional


async def test_a_card_logs_in_and_is_traced_before_the_answer(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    answer = await wire.login(authorities.card())
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["mode"]) == ("DPoP", 900, "normal")
    assert (body["professional"]["id"], body["professional"]["role"]) == (DOCTOR.id, "doctor")
    assert answer.headers["Cache-Control"] == "no-store"
    row = world.trail()[-1]
    assert (row.actor, row.operation, row.outcome, row.mode) == (DOCTOR.id, "authenticate", "allowed", "normal")
    assert row.session
    called = await wire.call(body["access_token"])
    assert called.json() == {"id": DOCTOR.id, "mode": "normal", "patient": None, "reason": "", "on_behalf_of": ""}


async def test_every_answer_carries_a_proof_nonce(world: World) -> None:
    wire = world.wire()
    for path in ("/auth/nonce", "/auth/token", "/auth/logout", "/probe", "/absent"):
        assert (await wire.http.get(world.identity.base_url + path)).headers["DPoP-Nonce"]
        assert (await wire.http.post(world.identity.base_url + path)).headers["DPoP-Nonce"]


def claim(name: str, value: object) -> Change:
    return lambda claims: claims.__setitem__(name, value)


def without(name: str) -> Change:
    return lambda claims: claims.__delitem__(name)


CLAIMS = {
    "another audience": (claim("aud", "https://elsewhere.example/auth/token"), "audience"),
    "a list of audiences": (lambda c: c.update(aud=[c["aud"]]), "audience"),
    "another server's certificate": (claim("tls_cert#S256", b64(b"x" * 32)), "server-certificate"),
    "no server certificate": (without("tls_cert#S256"), "server-certificate"),
    "another issuer": (claim("iss", "899700000099"), "subject"),
    "another subject": (claim("sub", "899700000099"), "subject"),
    "a nonce of nobody": (claim("nonce", b64(b"x" * 40)), "nonce"),
    "no nonce": (without("nonce"), "nonce"),
    "more than a minute": (lambda c: c.update(exp=c["iat"] + 61), "lifetime"),
    "no time at all": (lambda c: c.update(exp=c["iat"]), "lifetime"),
    "a time of text": (lambda c: c.update(exp=str(c["exp"])), "lifetime"),
    "no jti": (without("jti"), "lifetime"),
    "another key": (lambda c: c.update(cnf={"jkt": ProofKey().jkt}), "proof-key"),
    "no key": (without("cnf"), "proof-key"),
    "an acting person on a card": (claim("on_behalf_of", "Mme ESSAI"), "on-behalf-of"),
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_claim_that_is_wrong(world: World, authorities: Authorities, name: str) -> None:
    change, rule = CLAIMS[name]
    answer = await world.wire().login(authorities.card(), change)
    assert (answer.status_code, answer.json()["rule"]) == (400, rule)
    assert (world.trail()[-1].outcome, world.trail()[-1].rule) == ("refused", rule)


async def test_a_client_with_a_wrong_clock_logs_in(world: World, authorities: Authorities) -> None:
    answer = await world.wire().login(authorities.card(), lambda c: c.update(iat=946684800, exp=946684860))
    assert answer.status_code == 200


HEADERS: dict[str, Change] = {
    "alg none": claim("alg", "none"),
    "alg HS256": claim("alg", "HS256"),
    "alg PS256": claim("alg", "PS256"),
    "alg RS512": claim("alg", "RS512"),
    "another type": claim("typ", "JWT"),
    "no type": without("typ"),
    "type in capitals": claim("typ", "DMP-LOGIN+JWT"),
    "crit": claim("crit", ["exp"]),
    "kid": claim("kid", "1"),
    "jwk beside the chain": claim("jwk", ProofKey().jwk),
    "x5u": claim("x5u", "https://elsewhere.example/"),
    "b64": claim("b64", False),
    "no chain": without("x5c"),
    "a chain of text": claim("x5c", "MIIB"),
    "a chain that is not base64": claim("x5c", ["*"]),
}


@pytest.mark.parametrize("name", HEADERS)
async def test_a_header_that_is_not_exactly_ours(world: World, authorities: Authorities, name: str) -> None:
    answer = await world.wire().login(authorities.card(), header=HEADERS[name])
    assert (answer.status_code, answer.json()["error"], answer.json()["rule"]) == (400, "invalid_grant", "assertion")


async def test_a_chain_of_rubbish_or_of_six(world: World, authorities: Authorities) -> None:
    card = authorities.card()
    rubbish = [base64.b64encode(b"\x30\x03\x02\x01\x01").decode()]
    answer = await world.wire().login(card, header=claim("x5c", rubbish))
    assert (answer.status_code, answer.json()["rule"]) == (401, "certificate")
    six = [base64.b64encode(card.certificate).decode()] * 6
    answer = await world.wire().login(card, header=claim("x5c", six))
    assert (answer.status_code, answer.json()["rule"]) == (401, "certificate")


async def test_a_signature_of_another_key(world: World, authorities: Authorities) -> None:
    card = authorities.card()
    forged = TestCard(authorities.other, card.certificate, card.intermediates)
    answer = await world.wire().login(forged)
    assert (answer.status_code, answer.json()["rule"]) == (400, "signature")
    assert world.trail()[-1].actor == "", "a certificate is public: who presented it is not known"


async def test_an_unsigned_assertion(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    assertion = wire.assertion(authorities.card(), await wire.nonce())
    header, payload, _ = assertion.split(".")
    for forged in (
        f"{segment({'alg': 'none'})}.{payload}.",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        "",
        "..",
        "x" * 60_000,
    ):
        answer = await wire.post_token({"grant_type": JWT_BEARER, "assertion": forged})
        assert (answer.status_code, answer.json()["rule"]) == (400, "assertion")


async def test_a_claim_given_twice(world: World, authorities: Authorities) -> None:
    wire, card = world.wire(), authorities.card()
    header, payload, _ = wire.assertion(card, await wire.nonce()).split(".")
    twice = base64.urlsafe_b64decode(payload + "==").replace(b'{"iss"', b'{"sub":"x","iss"')
    signed = f"{header}.{b64(twice)}"
    assertion = f"{signed}.{b64(card.sign(signed.encode()))}"
    answer = await wire.post_token({"grant_type": JWT_BEARER, "assertion": assertion})
    assert answer.json()["rule"] == "assertion"


async def test_a_nonce_serves_once(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    form = {"grant_type": JWT_BEARER, "assertion": wire.assertion(authorities.card(), await wire.nonce())}
    assert (await wire.post_token(form)).status_code == 200
    again = await wire.post_token(form)
    assert (again.status_code, again.json()["error"], again.json()["rule"]) == (400, "invalid_grant", "nonce")


async def test_a_nonce_lives_a_minute(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    nonce = await wire.nonce()
    world.clock.forward(seconds=61)
    answer = await wire.post_token({"grant_type": JWT_BEARER, "assertion": wire.assertion(authorities.card(), nonce)})
    assert (answer.status_code, answer.json()["rule"]) == (400, "nonce")


async def test_a_clock_set_back_prolongs_nothing(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    nonce = await wire.nonce()
    world.clock.forward(seconds=61)
    await wire.nonce()
    world.clock.forward(seconds=-3600)
    answer = await wire.post_token({"grant_type": JWT_BEARER, "assertion": wire.assertion(authorities.card(), nonce)})
    assert answer.json()["rule"] == "nonce"


async def test_someone_whom_the_directory_does_not_know(world: World, authorities: Authorities) -> None:
    stranger = type(DOCTOR)("899700000099", "Max ESSAI", "10", DOCTOR.role)
    answer = await world.wire().login(authorities.card(stranger))
    assert (answer.status_code, answer.json()["error"], answer.json()["rule"]) == (
        403,
        "access_denied",
        "not-in-directory",
    )
    assert world.trail()[-1].actor == stranger.id


@pytest.mark.parametrize(
    ("who", "title"), [(DOCTOR, "Infirmier"), (DOCTOR, ""), (NURSE, "Médecin"), (NURSE, ""), (CLERK, "Médecin")]
)
async def test_a_directory_that_says_another_profession(
    world: World, authorities: Authorities, who: Any, title: str
) -> None:
    answer = await world.wire().login(authorities.card(who, title=title))
    assert (answer.status_code, answer.json()["rule"]) == (403, "directory-differs")


@pytest.mark.parametrize("title", ["10", "MEDECIN", "médecin"])
async def test_a_title_is_a_label_or_its_code(world: World, authorities: Authorities, title: str) -> None:
    assert (await world.wire().login(authorities.card(title=title))).status_code == 200


async def test_names_that_differ_are_noted(world: World, authorities: Authorities) -> None:
    assert (await world.wire().login(authorities.card(family="AUTRE", given="Zed"))).status_code == 200
    assert "names differ" in world.trail()[-1].detail


async def test_a_facility_certificate_names_who_acts(world: World, authorities: Authorities) -> None:
    wire, card = world.wire(), authorities.card(FACILITY)
    for change in (None, claim("on_behalf_of", "   "), claim("on_behalf_of", 7), claim("on_behalf_of", "a\x1b[31mb")):
        answer = await wire.login(card, change)
        assert (answer.status_code, answer.json()["rule"]) == (400, "on-behalf-of")
    answer = await wire.login(card, claim("on_behalf_of", "Mme Zoe ESSAI, admissions"))
    assert answer.json()["professional"]["on_behalf_of"] == "Mme Zoe ESSAI, admissions"
    assert world.trail()[-1].on_behalf_of == "Mme Zoe ESSAI, admissions"
    called = await wire.call(answer.json()["access_token"])
    assert called.json()["on_behalf_of"] == "Mme Zoe ESSAI, admissions"


async def test_a_clerk_logs_in(world: World, authorities: Authorities) -> None:
    answer = await world.wire().login(authorities.card(CLERK))
    assert answer.json()["professional"]["role"] == "cpe_clerk"


async def test_the_description_speaks_the_clients_language(world: World) -> None:
    wire = world.wire()
    await wire.nonce()
    headers = {"DPoP": wire.key.proof("POST", wire.token_url, wire.proof_nonce), "Accept-Language": "en-GB"}
    english = await wire.http.post(wire.token_url, data={"grant_type": "password"}, headers=headers)
    assert english.json() == {
        "error": "unsupported_grant_type",
        "error_description": "Unknown grant_type: jwt-bearer or token-exchange.",
        "rule": "grant-type",
    }


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded", 400),
        (b"grant_type=%FF", "application/x-www-form-urlencoded", 400),
        (b"grant_type=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=1" % n for n in range(30)), "application/x-www-form-urlencoded", 400),
        (b"nothing", "application/x-www-form-urlencoded", 400),
        (b'{"grant_type": "a"}', "application/json", 400),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_a_form_that_is_none(world: World, content: bytes, media_type: str, status: int) -> None:
    wire = world.wire()
    answer = await wire.http.post(wire.token_url, content=content, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request")


class TestLimits:
    """Failures are counted, successes are not."""

    @pytest.fixture
    def policy(self) -> LoginPolicy:
        return LoginPolicy(failures=3, failures_by_address=6)

    async def test_who_fails_too_often_waits(self, world: World, authorities: Authorities) -> None:
        wire = world.wire()
        for _ in range(5):
            assert (await wire.login(authorities.card())).status_code == 200
        for _ in range(6):
            assert (await wire.login(authorities.card(), claim("aud", "x"))).status_code == 400
        answer = await wire.login(authorities.card())
        assert (answer.status_code, answer.json()["rule"]) == (429, "too-many")
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        world.clock.forward(seconds=61)
        assert (await wire.login(authorities.card())).status_code == 200

    async def test_one_certificate_does_not_stop_the_others(self, world: World, authorities: Authorities) -> None:
        wire, card = world.wire(), authorities.card()
        for _ in range(3):
            await wire.login(card, claim("aud", "x"))
        answer = await wire.login(card)
        assert (answer.status_code, answer.json()["rule"]) == (429, "too-many")
        assert (await wire.login(authorities.card(NURSE))).status_code == 200


async def test_an_answer_does_not_leave_where_the_trail_takes_nothing(world: World, authorities: Authorities) -> None:
    wire = world.wire()
    nonce = await wire.nonce()
    assert world.store._writer
    world.store._writer.close()
    answer = await wire.post_token({"grant_type": JWT_BEARER, "assertion": wire.assertion(authorities.card(), nonce)})
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "access_token" not in answer.json()


async def test_the_directory_is_read_at_each_login(world: World, authorities: Authorities) -> None:
    from dataclasses import replace

    wire = world.wire()
    await wire.token(authorities.card())
    keep_professional(world.store, replace(DOCTOR, regulator=True))
    assert (await wire.login(authorities.card())).json()["professional"]["regulator"] is True
