"""Servers that answer what the wire does not promise: real TLS, wrong in one thing."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dmp_tui.client import ClientError, ClientProblem, DmpClient
from tests.client.test_session import problem_of
from tests.server.login.pki import TestCard
from tests.server.login.serving import Credentials, serving
from tests.server.login.world import Authorities, ins

PROFESSIONAL = {"id": "899700000011", "name": "Anne ESSAI", "role": "doctor", "profession": "10"}
TOKEN = {"access_token": "t", "token_type": "DPoP", "expires_in": 900, "professional": PROFESSIONAL, "mode": "normal"}

Answer = Callable[[Request], Awaitable[Response]]


def always(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    async def answer(_: Request) -> Response:
        if isinstance(content, bytes):
            return Response(content, status, headers)
        return JSONResponse(content, status, headers)

    return answer


NONCE = always({"nonce": "n", "expires_in": 60})


@contextlib.asynccontextmanager
async def client_of(credentials: Credentials, nonce: Answer, token: Answer, fhir: Answer) -> AsyncIterator[DmpClient]:
    routes = [
        Route("/auth/nonce", nonce, methods=["POST"]),
        Route("/auth/token", token, methods=["POST"]),
        Route("/{path:path}", fhir),
    ]
    async with serving(lambda _: Starlette(routes=routes), credentials) as identity:
        client = DmpClient(identity.base_url, credentials.authority)
        yield client
        await client.aclose()


LOGINS: dict[str, tuple[Answer, Answer, ClientProblem]] = {
    "no nonce": (always({}), always(TOKEN), ClientProblem.BAD_ANSWER),
    "a nonce that is no text": (always({"nonce": 3}), always(TOKEN), ClientProblem.BAD_ANSWER),
    "a page": (always(b"<html>", headers={"Content-Type": "text/html"}), always(TOKEN), ClientProblem.BAD_ANSWER),
    "deep JSON": (always(b"[" * 100_000), always(TOKEN), ClientProblem.BAD_ANSWER),
    "not found": (always({}, 404), always(TOKEN), ClientProblem.BAD_ANSWER),
    "unavailable": (always({}, 503, {"Retry-After": "7"}), always(TOKEN), ClientProblem.UNAVAILABLE),
    "a bearer token": (NONCE, always(TOKEN | {"token_type": "Bearer"}), ClientProblem.BAD_ANSWER),
    "a life of text": (NONCE, always(TOKEN | {"expires_in": "900"}), ClientProblem.BAD_ANSWER),
    "a token that is no ASCII": (NONCE, always(TOKEN | {"access_token": "é"}), ClientProblem.BAD_ANSWER),
    "nobody": (NONCE, always(TOKEN | {"professional": {}}), ClientProblem.BAD_ANSWER),
    "an unknown role": (
        NONCE,
        always(TOKEN | {"professional": PROFESSIONAL | {"role": "king"}}),
        ClientProblem.BAD_ANSWER,
    ),
    "too many": (NONCE, always({}, 429, {"Retry-After": "9"}), ClientProblem.TOO_MANY),
    "a nonce without end": (NONCE, always({"error": "use_dpop_nonce"}, 400), ClientProblem.LOGIN_REFUSED),
}


@pytest.mark.parametrize("name", LOGINS)
async def test_a_login_that_is_none(credentials: Credentials, authorities: Authorities, name: str) -> None:
    nonce, token, problem = LOGINS[name]
    async with client_of(credentials, nonce, token, always({})) as client:
        error = await problem_of(client.login(authorities.card()))
    assert error.problem is problem
    assert error.retry_after == {"unavailable": 7, "too many": 9}.get(name, 0)


async def redirect(_: Request) -> Response:
    return RedirectResponse("https://elsewhere.example/", 302)


async def large(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for _chunk in range(80):
            yield b" " * 65536

    return StreamingResponse(chunks(), media_type="application/fhir+json")


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def patient(matricule: str) -> dict[str, Any]:
    identifier = {"system": ins().system, "value": matricule}
    return {"resourceType": "Patient", "id": "p1", "active": True, "identifier": [identifier]}


ANSWERS: dict[str, tuple[Answer, str]] = {
    "a redirection": (redirect, ""),
    "five MiB": (large, "too-large"),
    "a list": (always([]), "json"),
    "another resource": (always({"resourceType": "Patient"}), "bundle"),
    "another patient": (always(bundle(patient(ins(111111).matricule))), "other-patient"),
    "two patients": (always(bundle(patient(ins().matricule), patient(ins().matricule))), "other-patient"),
    "a patient without INS": (always(bundle({"resourceType": "Patient", "id": "p1"})), "patient"),
    "not modified": (always(b"", 304), ""),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_existence_that_is_none(credentials: Credentials, authorities: Authorities, name: str) -> None:
    answer, code = ANSWERS[name]
    async with client_of(credentials, NONCE, always(TOKEN), answer) as client:
        await client.login(authorities.card())
        error = await problem_of(client.find_patient(ins()))
    assert (error.problem, error.code) == (ClientProblem.BAD_ANSWER, code)


async def test_a_next_page_of_another_server(credentials: Credentials, authorities: Authorities) -> None:
    link = [{"relation": "next", "url": "https://elsewhere.example/fhir/DocumentReference"}]
    async with client_of(credentials, NONCE, always(TOKEN), always(bundle() | {"link": link})) as client:
        await client.login(authorities.card())
        error = await problem_of(client.documents(ins()))
    assert (error.problem, error.code) == (ClientProblem.BAD_ANSWER, "link")


async def test_pages_without_end(credentials: Credentials, authorities: Authorities) -> None:
    async def page(request: Request) -> Response:
        own = {"relation": "next", "url": str(request.url)}
        return JSONResponse(bundle() | {"link": [own]})

    async with client_of(credentials, NONCE, always(TOKEN), page) as client:
        await client.login(authorities.card())
        error = await problem_of(client.documents(ins()))
    assert (error.problem, error.code) == (ClientProblem.BAD_ANSWER, "pages")


@pytest.mark.parametrize("summary", [b"", b"{}", b"[]", b'{"resourceType": "Bundle"}', b"\xff"])
async def test_a_summary_that_is_none(credentials: Credentials, authorities: Authorities, summary: bytes) -> None:
    async with client_of(credentials, NONCE, always(TOKEN), always(summary)) as client:
        await client.login(authorities.card())
        assert (await problem_of(client.summary(ins()))).problem is ClientProblem.BAD_ANSWER


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (400, ClientProblem.REFUSED),
        (403, ClientProblem.REFUSED),
        (404, ClientProblem.NOT_FOUND),
        (409, ClientProblem.REFUSED),
        (413, ClientProblem.REFUSED),
        (429, ClientProblem.TOO_MANY),
        (500, ClientProblem.UNAVAILABLE),
        (502, ClientProblem.UNAVAILABLE),
        (401, ClientProblem.SESSION_ENDED),
        (599, ClientProblem.BAD_ANSWER),
    ],
)
async def test_what_a_status_means(
    credentials: Credentials, authorities: Authorities, status: int, problem: ClientProblem
) -> None:
    async with client_of(credentials, NONCE, always(TOKEN), always(b"<html>", status)) as client:
        await client.login(authorities.card())
        assert (await problem_of(client.find_patient(ins()))).problem is problem


async def test_the_assertion_is_not_shown_to_another_certificate(
    credentials: Credentials, authorities: Authorities, tmp_path: Path
) -> None:
    """Between the nonce and the token the server changes its certificate (or another one answers in its place)."""
    seen: list[str] = []
    switched: list[bool] = []

    async def nonce(_: Request) -> Response:
        return JSONResponse({"nonce": "n"}, headers={"Connection": "close"})

    async def token(_: Request) -> Response:
        seen.append("token")
        return JSONResponse(TOKEN)

    other = Credentials(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(credentials.authority.read_bytes() + other.authority.read_bytes())
    routes = [Route("/auth/nonce", nonce, methods=["POST"]), Route("/auth/token", token, methods=["POST"])]

    class Switching(TestCard):
        """While the card signs, the server is replaced."""

        def sign(self, message: bytes) -> bytes:
            switched.append(True)
            context.load_cert_chain(other.private)
            return super().sign(message)

    card, contexts = authorities.card(), list[ssl.SSLContext]()
    async with serving(lambda _: Starlette(routes=routes), credentials, contexts=contexts) as identity:
        context = contexts[0]
        client = DmpClient(identity.base_url, both)
        error = await problem_of(client.login(Switching(card.key, card.certificate, card.intermediates)))
        await client.aclose()
    assert switched
    assert (error.problem, error.code) == (ClientProblem.UNTRUSTED, "changed")
    assert not seen


def test_an_error_names_no_one() -> None:
    error = ClientError(ClientProblem.REFUSED, "opposed", said="...")
    assert str(error) == "refused opposed"
