"""The worker process: it answers, it raises, it survives what breaks or stalls it."""

import asyncio
import os
import time

import pytest

from dmp_tui.server.outcomes import FhirError, Said
from dmp_tui.server.workers import WorkerProcess


def raise_answer() -> None:
    raise FhirError(422, "invalid", "not-xml", Said("non", "no"), headers={"X": "y"})


async def test_works_run_in_another_process(workers: WorkerProcess) -> None:
    assert await workers.run(os.getpid) != os.getpid()


async def test_answers_that_are_errors_come_back_whole(workers: WorkerProcess) -> None:
    with pytest.raises(FhirError) as raised:
        await workers.run(raise_answer)
    assert (raised.value.status, raised.value.said.french, raised.value.headers) == (422, "non", {"X": "y"})


async def test_a_broken_process_is_made_anew() -> None:
    workers = WorkerProcess()
    try:
        with pytest.raises(FhirError) as raised:
            await workers.run(os._exit, 1)
        assert (raised.value.status, raised.value.rule) == (503, "worker")
        assert await workers.run(os.getpid) != os.getpid()
    finally:
        workers.close()


async def test_a_work_that_never_ends_is_ended() -> None:
    workers = WorkerProcess()
    try:
        await workers.run(os.getpid)
        workers._patience = 0.2
        endless = asyncio.create_task(workers.run(time.sleep, 3600))
        await asyncio.sleep(0)
        workers._patience = 60
        waiting = [asyncio.create_task(workers.run(os.getpid)) for _ in range(3)]
        with pytest.raises(FhirError) as raised:
            await endless
        assert (raised.value.status, raised.value.rule) == (422, "too-slow")
        for error in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(error, FhirError)
            assert (error.status, error.rule) == (503, "worker")
        assert await workers.run(os.getpid) != os.getpid()
    finally:
        workers.close()
