"""A server with everything on, and clients of it that log in with cards: real store, real login, real worker."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette

from dmp_tui.dmp.consents import Consent, ConsentKind, Record
from dmp_tui.dmp.professions import Professional
from dmp_tui.server.app import create_app
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.medicines import Medicines, Weighing
from dmp_tui.server.settings import ServerSettings
from dmp_tui.server.workers import Workers
from dmp_tui.store import Store
from tests.dmp.safety.bases import small_base, small_edition
from tests.server.login.serving import Clock, Credentials
from tests.server.login.wire import Wire
from tests.server.login.world import Authorities, ins

Json = dict[str, Any]
MEDICINES = Medicines(small_base, small_edition)
BASE = "https://localhost"
FHIR = "application/fhir+json"


async def proved(
    wire: Wire, token: str, method: str, path: str, body: object = None, *, kind: str = FHIR, **headers: str
) -> httpx.Response:
    """A call with a token and a fresh proof. ``body`` is JSON, or bytes that go as they are."""
    url = BASE + path
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    sent = {
        "Authorization": f"DPoP {token}",
        "DPoP": wire.key.proof(method, url.partition("?")[0], wire.proof_nonce, token),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if body is not None:
        sent["Content-Type"] = kind
    answer = await wire.http.request(method, url, content=content, headers=sent)
    wire.proof_nonce = answer.headers["DPoP-Nonce"]
    return answer


@dataclass
class Client:
    """A professional who is logged in."""

    wire: Wire
    token: str
    professional: Professional

    async def send(
        self, method: str, path: str, body: object = None, *, kind: str = FHIR, **headers: str
    ) -> httpx.Response:
        """A call with a fresh proof. ``body`` is JSON, or bytes that go as they are."""
        return await proved(self.wire, self.token, method, path, body, kind=kind, **headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.send("GET", path, **headers)

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        return await self.send("POST", path, body, **headers)

    async def patch(self, path: str, *operations: Json, **headers: str) -> httpx.Response:
        return await self.send("PATCH", path, list(operations), kind="application/json-patch+json", **headers)

    async def emergency(self, purpose: str, record: Record | None = None) -> "Client":
        """The same professional in an emergency mode."""
        fields = {"purpose_of_use": purpose, "reason_code": "incapacity", "reason": "patient inconscient"}
        if record:
            fields["patient"] = record.ins.token
        answer = await self.wire.exchange(self.token, **fields)
        assert answer.status_code == 200, answer.text
        return Client(self.wire, answer.json()["access_token"], self.professional)


@dataclass
class Api:
    """A running server."""

    app: Starlette
    store: Store
    clock: Clock
    credentials: Credentials
    authorities: Authorities
    clients: list[Wire] = field(default_factory=list)

    async def login(self, professional: Professional) -> Client:
        wire = Wire(BASE, str(self.credentials.authority), self.credentials.certificate_der)
        await wire.http.aclose()
        wire.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE)
        self.clients.append(wire)
        claims = {"on_behalf_of": "Jo ESSAI"} if professional.role == "facility_certificate" else {}
        token = await wire.token(self.authorities.card(professional), **claims)
        return Client(wire, token, professional)

    @property
    def by(self) -> Weighing:
        """What the server weighs by."""
        return MEDICINES.weighing(self.clock().date())

    def keep(self, record: Record) -> Record:
        return self.store.write_now(lambda tx: tx.put_patient(record))

    def permit(self, record: Record, professional: Professional, **fields: Any) -> Consent:
        made: dict[str, Any] = {
            "id": f"c-{record.id}-{professional.id}".replace("/", "-"),
            "patient_id": record.id,
            "kind": ConsentKind.PERMIT,
            "actor": professional.id,
            "actor_name": professional.name,
            "start": self.clock(),
            "end": None,
            "collected_by": professional.id,
            "collected_by_name": professional.name,
        }
        return self.store.write_now(lambda tx: tx.put_consent(Consent(**(made | fields))))


@asynccontextmanager
async def running(
    store: Store,
    clock: Clock,
    credentials: Credentials,
    authorities: Authorities,
    workers: Workers,
    *,
    settings: ServerSettings | None = None,
    medicines: Medicines = MEDICINES,
) -> AsyncIterator[Api]:
    """A server over this store, until the block is left."""
    identity = ServerIdentity(credentials.certificate_der, BASE)
    app = create_app(store, identity, clock, settings, workers=workers, medicines=medicines)
    api = Api(app, store, clock, credentials, authorities)
    try:
        yield api
    finally:
        for wire in api.clients:
            await wire.http.aclose()


def reference(
    content: bytes,
    patient: Record,
    *,
    unique_id: str = "",
    type_: str = "11488-4",
    media: str = "text/plain",
    **fields: Any,
) -> Json:
    """An ITI-105 DocumentReference. Keyword arguments replace its elements; None leaves one out."""
    resource: Json = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": type_}]},
        "subject": {"reference": f"Patient?identifier={patient.ins.system}|{patient.ins.matricule}"},
        "date": "2026-06-12T10:00:00+02:00",
        "content": [
            {
                "attachment": {
                    "contentType": media,
                    "data": base64.b64encode(content).decode(),
                    "title": "Compte rendu",
                }
            }
        ],
    }
    if unique_id:
        resource["masterIdentifier"] = {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{unique_id}"}
    return {key: value for key, value in (resource | fields).items() if value is not None}


MASKED = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]},
    {"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]},
]

__all__ = ["Api", "Client", "ins", "reference", "running"]
