"""Login, renewal, logout and emergency tokens, as the app uses them, against the real server."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from dmp_tui.client import ClientError, ClientProblem, DmpClient
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import RENEWED
from dmp_tui.server.app import create_app
from dmp_tui.server.identity import ServerIdentity
from tests.client.conftest import Place
from tests.server.login import pki
from tests.server.login.serving import Clock, Credentials, serving
from tests.server.login.world import DOCTOR, FACILITY, NURSE, Authorities, ins

REASON = ("immediate-risk", "Choc anaphylactique, inconscient")


async def problem_of(awaited: object) -> ClientError:
    with pytest.raises(ClientError) as raised:
        await awaited  # type: ignore[misc] # any coroutine
    return raised.value


async def test_a_login(place: Place, authorities: Authorities) -> None:
    session = await place.client().login(authorities.card())
    assert session.professional == DOCTOR
    assert not session.clock_is_wrong
    left = session.expires - place.clock()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15, seconds=1)


async def test_the_card_signs_in_another_thread(place: Place, authorities: Authorities) -> None:
    threads: list[threading.Thread] = []

    class Watched(pki.TestCard):
        def sign(self, message: bytes) -> bytes:
            threads.append(threading.current_thread())
            return super().sign(message)

    card = authorities.card()
    await place.client().login(Watched(card.key, card.certificate, card.intermediates))
    assert threads
    assert threads[0] is not threading.main_thread()


@pytest.mark.parametrize("hours", [-26280, 26280])
async def test_a_wrong_clock_is_corrected_and_told(place: Place, authorities: Authorities, hours: int) -> None:
    # TLS asks the machine's own clock, which a test cannot set: only what the client says is wrong here.
    client = place.client(Clock(timedelta(hours=hours)))
    session = await client.login(authorities.card())
    assert session.clock_is_wrong
    assert abs(session.skew + timedelta(hours=hours)) < timedelta(seconds=5)
    assert abs(client.now() - place.clock()) < timedelta(seconds=5)
    assert await client.find_patient(ins())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start": pki.START - timedelta(days=9), "end": pki.START}, "certificate-expired"),
        ({"start": pki.END, "end": pki.END + timedelta(days=9)}, "certificate-not-yet-valid"),
        ({"key_usage": pki.SIGNATURE}, "certificate-usage"),
        ({"with_issuer": False}, "unknown-authority"),
        ({"title": "Infirmier"}, "directory-differs"),
    ],
)
async def test_a_card_that_is_refused(
    place: Place, authorities: Authorities, fields: dict[str, Any], code: str
) -> None:
    error = await problem_of(place.client().login(authorities.card(**fields)))
    assert (error.problem, error.code) == (ClientProblem.LOGIN_REFUSED, code)
    assert error.said


async def test_calls_without_a_login(place: Place) -> None:
    client = place.client()
    assert (await problem_of(client.find_patient(ins()))).problem is ClientProblem.SESSION_ENDED
    assert (await problem_of(client.break_glass(ins(), *REASON))).problem is ClientProblem.SESSION_ENDED
    assert await client.logout() is False


async def test_a_logout(place: Place, authorities: Authorities) -> None:
    client = place.client()
    await client.login(authorities.card())
    assert await client.logout() is True
    assert [row.operation for row in place.store.trail()][-1] == "logout"
    assert (await problem_of(client.find_patient(ins()))).problem is ClientProblem.SESSION_ENDED
    assert (await problem_of(client.renew(authorities.card()))).problem is ClientProblem.SESSION_ENDED


async def test_a_renewal_keeps_the_session(place: Place, authorities: Authorities) -> None:
    client, card = place.client(), authorities.card()
    await client.login(card)
    place.clock.forward(minutes=16)
    assert (await problem_of(client.find_patient(ins()))).problem is ClientProblem.SESSION_ENDED
    await client.renew(card)
    assert await client.find_patient(ins())
    assert len({row.session for row in place.store.trail() if row.session}) == 1


async def test_an_old_nonce_is_replaced_without_a_word(place: Place, authorities: Authorities) -> None:
    client = place.client()
    await client.login(authorities.card())
    place.clock.forward(minutes=5)
    assert await client.find_patient(ins())
    place.clock.forward(minutes=5)
    assert (await client.break_glass(ins(111111), *REASON)).mode is Mode.BREAK_GLASS


async def test_breaking_the_glass_concerns_one_patient(place: Place, authorities: Authorities) -> None:
    client = place.client()
    await client.login(authorities.card(NURSE))
    refused = await problem_of(client.summary(ins(111111)))
    assert (refused.problem, refused.code) == (ClientProblem.REFUSED, "not-authorised")
    grant = await client.break_glass(ins(111111), *REASON)
    assert grant.mode is Mode.BREAK_GLASS
    assert timedelta(minutes=59) < grant.end - place.clock() <= timedelta(hours=1)
    assert (await client.summary(ins(111111))).sheet.documents == 0
    assert [row.mode for row in place.store.trail()][-1] == "bris_de_glace"
    assert (await problem_of(client.summary(ins()))).code == "not-authorised"
    client.leave_emergency(ins(111111))
    assert (await problem_of(client.summary(ins(111111)))).code == "not-authorised"


async def test_an_emergency_token_is_got_again_until_the_grant_ends(place: Place, authorities: Authorities) -> None:
    client, card = place.client(), authorities.card(NURSE)
    await client.login(card)
    grant = await client.break_glass(ins(111111), *REASON)
    for _ in range(3):
        place.clock.forward(minutes=16)
        await client.renew(card)
        assert await client.summary(ins(111111))
    acts = [row.operation for row in place.store.trail() if row.reason]
    assert acts.count("authenticate") == 1
    assert acts.count(RENEWED) >= 2
    place.clock.forward(minutes=13)
    await client.renew(card)
    assert place.clock() > grant.end
    assert (await problem_of(client.summary(ins(111111)))).problem is ClientProblem.GRANT_ENDED
    assert (await problem_of(client.summary(ins(111111)))).code == "not-authorised"


async def test_a_grant_that_is_refused(place: Place, authorities: Authorities) -> None:
    client = place.client()
    await client.login(authorities.card())
    error = await problem_of(client.break_glass(ins(), "immediate-risk", "          "))
    assert (error.problem, error.code) == (ClientProblem.REFUSED, "reason")
    error = await problem_of(client.centre_15(ins()))
    assert (error.problem, error.code) == (ClientProblem.REFUSED, "not-a-regulator")
    error = await problem_of(client.break_glass(ins(222222), *REASON))
    assert error.problem is ClientProblem.NOT_FOUND


async def test_a_facility_names_who_acts(place: Place, authorities: Authorities) -> None:
    session = await place.client().login(authorities.card(FACILITY), on_behalf_of="Mme Zoe ESSAI")
    assert session.professional.on_behalf_of == "Mme Zoe ESSAI"


async def test_a_server_that_restarts(place: Place, authorities: Authorities) -> None:
    card, clock = authorities.card(NURSE), place.clock

    def app(identity: ServerIdentity) -> Starlette:
        return create_app(place.store, identity, clock)

    async with serving(app, place.credentials) as first:
        client = DmpClient(first.base_url, place.credentials.authority, clock)
        place.clients.append(client)
        await client.login(card)
        await client.break_glass(ins(111111), *REASON)
    assert (await problem_of(client.find_patient(ins()))).problem is ClientProblem.UNREACHABLE
    async with serving(app, place.credentials, int(first.base_url.rpartition(":")[2])):
        assert (await problem_of(client.find_patient(ins()))).problem is ClientProblem.SESSION_ENDED
        await client.renew(card)
        assert await client.find_patient(ins())
        assert (await problem_of(client.find_patient(ins(111111)))).problem is ClientProblem.GRANT_ENDED


async def test_a_server_of_another_authority(place: Place, tmp_path: Path) -> None:
    other = Credentials(tmp_path)
    client = DmpClient(place.identity.base_url, other.authority)
    assert (await problem_of(client.login(NO_CARD))).problem is ClientProblem.UNTRUSTED
    await client.aclose()


async def test_a_server_of_another_name(place: Place) -> None:
    client = DmpClient(place.identity.base_url.replace("localhost", "127.0.0.1"), place.credentials.authority)
    assert (await problem_of(client.login(NO_CARD))).problem is ClientProblem.UNTRUSTED
    await client.aclose()


def test_an_authority_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name in ("absent.pem", "empty.pem"):
        with pytest.raises(ClientError) as raised:
            DmpClient("https://localhost", tmp_path / name)
        assert (raised.value.problem, raised.value.code) == (ClientProblem.UNTRUSTED, "authority-file")


async def test_nobody_there(credentials: Credentials) -> None:
    client = DmpClient("https://localhost:1", credentials.authority)
    assert (await problem_of(client.login(NO_CARD))).problem is ClientProblem.UNREACHABLE
    await client.aclose()


NO_CARD = pki.TestCard.__new__(pki.TestCard)
