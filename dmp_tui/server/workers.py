"""One process beside the server for what takes long: reading documents, validating resources, merging sheets.

It is started by the first work and imports what the server itself never needs (fhir.resources, lxml), so that no
deposit stalls a sheet and the server stays small.
"""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import ParamSpec, Protocol, TypeVar

from dmp_tui.server.outcomes import FhirError, Said, unavailable

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE = 120
"""Seconds that one work may take."""


class Workers(Protocol):
    """Where works run."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns; its exceptions are raised here."""

    def close(self) -> None:
        """Ends what was started."""


class Inline:
    """Runs works where they are asked for: for programs that serve nobody meanwhile (demo and sandbox builders)."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns."""
        return work(*args, **kwargs)

    def close(self) -> None:
        """Nothing was started."""


class WorkerProcess:
    """A process of its own. A work that takes too long, or breaks it, costs the process and no other request's data."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns. Works and arguments cross processes: functions of modules, frozen data.

        Raises:
            FhirError: 503 if the process broke, 422 if the work took too long; else what ``work`` raises.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ignore_interrupt)
        pool = self._pool
        try:
            future = pool.submit(work, *args, **kwargs)
            async with asyncio.timeout(self._patience):
                return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            self._drop(pool)
            raise unavailable("worker") from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # It waited behind a work that cost the process; its own request was not cancelled.
            raise unavailable("worker") from None
        except TimeoutError:
            self._drop(pool)
            said = Said("Ce document est trop long à lire.", "This document takes too long to read.")
            raise FhirError(422, "too-costly", "too-slow", said) from None

    def close(self) -> None:
        """Ends the process."""
        if self._pool is not None:
            self._drop(self._pool)

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None
        # A process that runs a work for ever never reads the order to end: it is ended.
        processes = list((pool._processes or {}).values())  # noqa: SLF001 - the pool offers no other way
        for process in processes:
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupt() -> None:
    """The server ends its worker itself; an interrupt of the terminal goes to both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
