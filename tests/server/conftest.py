"""One authority, one set of keys and one worker for a whole run; one store and one server for a test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dmp_tui.server.workers import WorkerProcess
from dmp_tui.store import Store, StoreKind
from tests.server.api import Api, running
from tests.server.blocking import Blocking, blocking
from tests.server.login import pki
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import DIRECTORY, Authorities, keep_professional


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    root = pki.issuer("AC RACINE INVENTEE", pki.rsa_key())
    return Authorities(root, pki.issuer("AC PERSONNES INVENTEE", pki.rsa_key(), root), pki.rsa_key(), pki.rsa_key())


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Credentials(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def workers() -> Iterator[WorkerProcess]:
    process = WorkerProcess()
    yield process
    process.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock, authorities: Authorities) -> Iterator[Store]:
    opened = Store.create(tmp_path / "data", kind=StoreKind.SANDBOX, clock=clock)
    opened.write_now(lambda tx: tx.put_authority(authorities.root.der))
    for professional in DIRECTORY:
        keep_professional(opened, professional)
    yield opened
    opened.close()


@pytest.fixture
async def api(
    store: Store, clock: Clock, credentials: Credentials, authorities: Authorities, workers: WorkerProcess
) -> AsyncIterator[Api]:
    async with running(store, clock, credentials, authorities, workers) as made:
        yield made


@pytest.fixture
def served(
    store: Store, clock: Clock, credentials: Credentials, authorities: Authorities, workers: WorkerProcess
) -> Iterator[Blocking]:
    """A server for hypothesis to ask."""
    with blocking(store, clock, credentials, authorities, workers) as made:
        yield made
