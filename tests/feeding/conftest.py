"""A server for those who feed it, and the demonstration's cards and certificates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dmp_tui.config import Settings
from dmp_tui.demo.people import WORKERS
from dmp_tui.dmp.professions import Role
from tests.serving import ServerProcess, prepare, shared_directory

SITE_OID = "1.2.250.1.213.1.4.10"
FACILITY = next(worker.key for worker in WORKERS if worker.role is Role.FACILITY_CERTIFICATE)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """``(card authority, records)``."""
    return prepare(shared_directory(tmp_path_factory))


@pytest.fixture(scope="module")
def server(prepared: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    running = ServerProcess.on_copy(prepared[1], tmp_path_factory.mktemp("fed"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def settings(server: ServerProcess) -> Settings:
    return Settings(server.url, server.authority, SITE_OID)
