"""The API's description names what the server does; whatever is asked by it, or against it, is answered as it says."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dmp_tui.server.app import _ROUTES
from dmp_tui.server.openapi import CALLS, describe
from tests.server.api import BASE, Api, Client
from tests.server.blocking import PATIENT, Blocking

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(describe(BASE))
EXAMPLES = 20
"""Requests a call and a run; 500 is a status that no call describes."""


def test_it_describes_every_call_and_no_other() -> None:
    assert sorted(CALLS) == sorted((method, path) for method, path, *_ in _ROUTES)


async def test_it_is_given_without_login(api: Api) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url=BASE) as anyone:
        answer = await anyone.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == describe(BASE)


async def send(client: Client, case: Case[Any]) -> httpx.Response:
    """A generated request, with a login that is true whatever it says of one."""
    sent = case.as_transport_kwargs(base_url=BASE)
    given_ = sent.pop("headers").items()
    headers = {name: value.encode("latin-1") for name, value in given_ if name.lower() != "authorization"}
    if isinstance(sent.get("data"), bytes | str):
        sent["content"] = sent.pop("data")
    request = client.wire.http.build_request(headers=headers, **sent)
    plain = str(request.url).partition("?")[0]
    request.headers["Authorization"] = f"DPoP {client.token}"
    request.headers["DPoP"] = client.wire.key.proof(request.method, plain, client.wire.proof_nonce, client.token)
    answer = await client.wire.http.send(request)
    client.wire.proof_nonce = answer.headers["DPoP-Nonce"]
    return answer


@pytest.mark.parametrize(("method", "path"), sorted(CALLS), ids=str)
def test_whatever_is_asked_is_answered_as_described(served: Blocking, method: str, path: str) -> None:
    operation: Any = SCHEMA[path][method]
    cases = [operation.as_strategy(mode) for mode in GenerationMode]
    if "{id}" in path:
        known = st.sampled_from([PATIENT.id, served.document, served.consent])
        cases.append(known.flatmap(lambda known: operation.as_strategy(path_parameters={"id": known})))

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.one_of(cases))
    def answered(case: Case[Any]) -> None:
        answer = served.run(send(served.doctor, case))
        case.validate_response(answer, checks=CHECKS)

    answered()
