"""People, records and a running login, for tests of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dmp_tui.dmp.consents import Record, RecordStatus
from dmp_tui.dmp.identity import OID_NIR_DEMO, Ins, Traits, nir_key
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.server.caller import Caller
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.login import AuthError, Login
from dmp_tui.store import Store, TrailRow
from tests.server.login import pki
from tests.server.login.serving import Clock, Credentials
from tests.server.login.wire import Wire

DOCTOR = Professional("899700000011", "Anne ESSAI", "10", Role.DOCTOR, "SM59", "1750000001", "CH INVENTE")
NURSE = Professional("899700000022", "Luc ESSAI", "60", Role.NON_DOCTOR, facility="1750000001")
OCCUPATIONAL = Professional("899700000033", "Eve ESSAI", "10", Role.OCCUPATIONAL_DOCTOR)
REGULATOR = Professional("899700000044", "Ali ESSAI", "10", Role.DOCTOR, regulator=True)
CLERK = Professional("3750000001/12", "Zoe ESSAI", "", Role.CPE_CLERK, facility="1750000001")
FACILITY = Professional("1750000001", "CH INVENTE", "", Role.FACILITY_CERTIFICATE, facility="1750000001")
OFFICER = Professional("3750000001/90", "Flo ESSAI", "", Role.PRIVACY_OFFICER, facility="1750000001")
DIRECTORY = (DOCTOR, NURSE, OCCUPATIONAL, REGULATOR, CLERK, FACILITY, OFFICER)


def ins(number: int = 215189) -> Ins:
    nir = f"2790351{number:06d}"
    return Ins(nir + nir_key(nir), OID_NIR_DEMO)


def record(number: int = 215189, **fields: Any) -> Record:
    made: dict[str, Any] = {
        "id": f"p{number}",
        "status": RecordStatus.ACTIVE,
        "created": datetime(2024, 1, 1, tzinfo=UTC),
    }
    return Record(ins=ins(number), traits=Traits("PAT-ESSAI", "DOMINIQUE"), **(made | fields))


@dataclass(frozen=True)
class Authorities:
    """A root and the issuer below it, and keys to use again: making them is what costs."""

    root: pki.Issuer
    issuer: pki.Issuer
    key: rsa.RSAPrivateKey
    other: rsa.RSAPrivateKey

    def card(self, professional: Professional = DOCTOR, **changes: Any) -> pki.TestCard:
        title = {"10": "Médecin", "60": "Infirmier"}.get(professional.profession, "")
        given, _, family = professional.name.partition(" ")
        fields: dict[str, Any] = {"title": title, "family": family, "given": given} | changes
        return pki.card(fields.pop("key", self.key), fields.pop("by", self.issuer), professional.id, **fields)


@dataclass
class World:
    """A running login over a store, and clients of it."""

    store: Store
    clock: Clock
    credentials: Credentials
    identity: ServerIdentity
    login: Login
    clients: list[Wire] = field(default_factory=list)

    def wire(self) -> Wire:
        client = Wire(self.identity.base_url, str(self.credentials.authority), self.credentials.certificate_der)
        self.clients.append(client)
        return client

    def trail(self) -> list[TrailRow]:
        return list(self.store.trail())

    def keep(self, record: Record) -> Record:
        return self.store.write_now(lambda tx: tx.put_patient(record))


def keep_professional(store: Store, professional: Professional) -> None:
    store.write_now(lambda tx: tx.put_professional(professional))


def application(login: Login) -> Starlette:
    """The login and one resource that says who calls."""

    async def probe(request: Request) -> JSONResponse:
        try:
            caller = login.authenticate(request)
        except AuthError as error:
            return JSONResponse({"error": error.error, "rule": error.rule}, error.status, error.headers)
        assert isinstance(caller, Caller)
        return JSONResponse(
            {
                "id": caller.professional.id,
                "mode": caller.mode,
                "patient": caller.patient.token if caller.patient else None,
                "reason": caller.reason,
                "on_behalf_of": caller.professional.on_behalf_of,
            }
        )

    routes = [*login.routes(), Route("/probe", probe, methods=["GET", "POST"]), Route("/probe/{path:path}", probe)]
    return Starlette(routes=routes, middleware=[login.middleware()])
