"""Patients with an access of their own, logged in on the wire: what the tests of their space begin with."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from dmp_tui.dmp.consents import Record
from tests.server.api import BASE, FHIR, Api, proved
from tests.server.login.wire import Wire
from tests.server.login.world import DOCTOR

PASSWORD = "quatre mots sans rapport"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def code_of(secret: str, moment: float) -> str:
    """RFC 6238, written again from the RFC."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, (int(moment) // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass
class Activated:
    """What an activation gave."""

    login: str
    secret: str
    codes: list[str]


@dataclass
class Patient:
    """Somebody at ``dmp-tui patient``."""

    api: Api
    wire: Wire
    record: Record
    token: str = ""

    @classmethod
    def of(cls, api: Api, record: Record) -> "Patient":
        wire = Wire(BASE, str(api.credentials.authority), api.credentials.certificate_der)
        wire.http = httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url=BASE)
        api.clients.append(wire)
        return cls(api, wire, record)

    async def form(self, path: str, *, proved: bool = True, token: str = "", **fields: str) -> httpx.Response:
        """A form to ``/auth/patient/...``; a second time with the server's nonce if it asks for it."""
        url = f"{BASE}/auth/patient/{path}"
        if not self.wire.proof_nonce:
            await self.wire.nonce()
        headers = dict(FORM)
        if proved:
            headers["DPoP"] = self.wire.key.proof("POST", url, self.wire.proof_nonce, token)
        if token:
            headers["Authorization"] = f"DPoP {token}"
        answer = await self.wire.http.post(url, content=urlencode(fields).encode(), headers=headers)
        self.wire.proof_nonce = answer.headers["DPoP-Nonce"]
        return answer

    async def activate(self, code: str, birth: str = "", password: str = PASSWORD) -> httpx.Response:
        return await self.form(
            "activate", proved=False, code=code, birth_date=birth or born(self.record), password=password
        )

    async def log_in(self, login: str, code: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.form("token", login=login, password=password, code=code)
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    async def send(
        self, method: str, path: str, body: object = None, *, kind: str = FHIR, **headers: str
    ) -> httpx.Response:
        return await proved(self.wire, self.token, method, path, body, kind=kind, **headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.send("GET", path)

    async def patch(self, path: str, *operations: dict[str, Any]) -> httpx.Response:
        return await self.send("PATCH", path, list(operations), kind="application/json-patch+json")


def born(record: Record) -> str:
    birth = record.traits.birth
    assert birth
    return f"{birth.year:04}-{birth.month:02}-{birth.day:02}"


async def invited(api: Api, record: Record, **parameters: str) -> dict[str, str]:
    """The code that a professional gives, and what comes with it."""
    doctor = await api.login(DOCTOR)
    body = {"resourceType": "Parameters", "parameter": [{"name": n, "valueString": v} for n, v in parameters.items()]}
    answer = await doctor.post(f"/fhir/Patient/{record.id}/$patient-access", body)
    assert answer.status_code == 200, answer.text
    return {p["name"]: next(v for k, v in p.items() if k.startswith("value")) for p in answer.json()["parameter"]}


async def activated(api: Api, record: Record, **parameters: str) -> tuple[Patient, Activated]:
    """A patient whose access waits for its second factor."""
    given = await invited(api, record, **parameters)
    patient = Patient.of(api, record)
    answer = await patient.activate(given["code"])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return patient, Activated(body["login"], body["secret"], body["codes"])


async def logged_in(api: Api, record: Record, **parameters: str) -> Patient:
    """A patient in his space."""
    patient, given = await activated(api, record, **parameters)
    answer = await patient.log_in(given.login, code_of(given.secret, api.clock().timestamp()))
    assert answer.status_code == 200, answer.text
    return patient
