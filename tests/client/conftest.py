"""The real server with everything on, for the client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from dmp_tui.client import DmpClient
from dmp_tui.dmp.consents import Consent, ConsentKind
from dmp_tui.server.app import create_app
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.store import Store
from tests.server.login.conftest import authorities, clock, credentials, kind, policy, store
from tests.server.login.serving import Clock, Credentials, serving
from tests.server.login.world import DOCTOR, record

__all__ = ["authorities", "clock", "credentials", "kind", "policy", "store"]


@dataclass
class Place:
    """A running server and clients of it. Records: 215189 (DOCTOR is authorised), 111111 (nobody is)."""

    store: Store
    clock: Clock
    credentials: Credentials
    identity: ServerIdentity
    clients: list[DmpClient] = field(default_factory=list)

    def client(self, clock: Clock | None = None) -> DmpClient:
        made = DmpClient(self.identity.base_url, self.credentials.authority, clock or self.clock)
        self.clients.append(made)
        return made


def fill(opened: Store) -> None:
    now = datetime.now(UTC)
    for number in (215189, 111111):
        opened.write_now(lambda tx, n=number: tx.put_patient(record(n)))  # type: ignore[misc] # bound now
    consent = Consent(
        "c1", "p215189", ConsentKind.PERMIT, DOCTOR.id, DOCTOR.name, now, now + timedelta(days=365), DOCTOR.id, ""
    )
    opened.write_now(lambda tx: tx.put_consent(consent))


@pytest.fixture
async def place(store: Store, clock: Clock, credentials: Credentials) -> AsyncIterator[Place]:
    fill(store)
    async with serving(lambda identity: create_app(store, identity, clock), credentials) as identity:
        running = Place(store, clock, credentials, identity)
        yield running
        for client in running.clients:
            await client.aclose()
