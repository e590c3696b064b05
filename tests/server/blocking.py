"""A server asked from a test that is no coroutine, as hypothesis wants it: one record, one document, one doctor."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from dmp_tui.server.workers import Workers
from dmp_tui.store import Store
from tests.server.api import Api, Client, reference, running
from tests.server.login.serving import Clock, Credentials
from tests.server.login.world import DOCTOR, Authorities, record

T = TypeVar("T")
PATIENT = record()


@dataclass(frozen=True)
class Blocking:
    """``doctor`` is authorised on ``PATIENT``'s record, which holds ``document`` and his consent ``consent``."""

    runner: asyncio.Runner
    api: Api
    doctor: Client
    document: str
    consent: str

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


@contextmanager
def blocking(
    store: Store, clock: Clock, credentials: Credentials, authorities: Authorities, workers: Workers
) -> Iterator[Blocking]:
    """The server, until the block is left."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def start() -> Blocking:
            api = await stack.enter_async_context(running(store, clock, credentials, authorities, workers))
            api.keep(PATIENT)
            consent = api.permit(PATIENT, DOCTOR)
            doctor = await api.login(DOCTOR)
            made = await doctor.post("/fhir/DocumentReference", reference(b"texte", PATIENT, unique_id="1.2.250.1.9"))
            assert made.status_code == 201, made.text
            return Blocking(runner, api, doctor, made.json()["id"], consent.id)

        yield runner.run(start())
        runner.run(stack.aclose())
