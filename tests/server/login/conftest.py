"""One authority and one set of RSA keys for a whole run, one server for a test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.login import Login, LoginPolicy
from dmp_tui.store import Store, StoreKind
from tests.server.login import pki
from tests.server.login.serving import Clock, Credentials, serving
from tests.server.login.world import DIRECTORY, Authorities, World, application, keep_professional


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    root = pki.issuer("AC RACINE INVENTEE", pki.rsa_key())
    return Authorities(root, pki.issuer("AC PERSONNES INVENTEE", pki.rsa_key(), root), pki.rsa_key(), pki.rsa_key())


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Credentials(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def policy() -> LoginPolicy:
    return LoginPolicy()


@pytest.fixture
def kind() -> StoreKind:
    return StoreKind.SANDBOX


@pytest.fixture
def store(tmp_path: Path, clock: Clock, authorities: Authorities, kind: StoreKind) -> Iterator[Store]:
    opened = Store.create(tmp_path / "data", kind=kind, clock=clock)
    opened.write_now(lambda tx: tx.put_authority(authorities.root.der))
    for professional in DIRECTORY:
        keep_professional(opened, professional)
    yield opened
    opened.close()


@pytest.fixture
async def world(store: Store, clock: Clock, credentials: Credentials, policy: LoginPolicy) -> AsyncIterator[World]:
    made: list[Login] = []

    def app(identity: ServerIdentity) -> Starlette:
        made.append(Login(store, identity, clock, policy))
        return application(made[0])

    async with serving(app, credentials) as identity:
        running = World(store, clock, credentials, identity, made[0])
        yield running
        for client in running.clients:
            await client.http.aclose()
