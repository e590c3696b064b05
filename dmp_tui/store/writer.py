"""The one writer thread: it takes all works that wait, runs each in a savepoint, commits once, then answers.

One commit for many works is what lets every answer wait for a durable trail: the disk is synced once for all of them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from dmp_tui.store.connection import rows
from dmp_tui.store.encoding import microseconds
from dmp_tui.store.keys import Keyring
from dmp_tui.store.model import Clock
from dmp_tui.store.problems import StoreError, StoreFull, StoreProblem, translated
from dmp_tui.store.trail import Head, TrailEvent
from dmp_tui.store.transaction import Transaction

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
GROUP = 256
"""Works that share one commit, at most."""
_MINUTE = 60_000_000
_log = logging.getLogger(__name__)


class Reply(Protocol[T_contra]):
    """What takes a work's result; a ``concurrent.futures.Future`` is one."""

    def set_running_or_notify_cancel(self) -> bool:
        """Whether someone still wants the work done."""

    def set_result(self, result: T_contra) -> None:
        """The work is durable."""

    def set_exception(self, exception: BaseException) -> None:
        """Nothing of the work is kept."""


class LoopReply(Reply[T]):
    """A reply awaited on the running event loop. Each reading of a record waits for one: it costs no lock."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self._loop.create_future()

    def set_running_or_notify_cancel(self) -> bool:
        """False if whoever asked was cancelled."""
        return not self.future.cancelled()

    def set_result(self, result: T) -> None:
        """From the writer's thread."""
        self._settle(partial(self.future.set_result, result))

    def set_exception(self, exception: BaseException) -> None:
        """From the writer's thread."""
        self._settle(partial(self.future.set_exception, exception))

    def _settle(self, set_state: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: None if self.future.done() else set_state())


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Transaction], Any]
    future: Reply[Any]


@dataclass(frozen=True, slots=True)
class Tracing:
    """The work that only adds an event to the trail. Those that wait together are written by one statement."""

    event: TrailEvent

    def __call__(self, transaction: Transaction) -> int:
        """Its sequence."""
        return transaction.trace(self.event)


@dataclass(frozen=True, slots=True)
class _Done:
    """A work that ran and waits for the commit."""

    future: Reply[Any]
    result: Any


class Writer:
    """Runs works one after the other on the writing connection, and signs the trail's heads each minute."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        transaction: Transaction,
        clock: Clock,
        *,
        publish: Callable[[Head], None],
        changed: Callable[[], None],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._transaction = transaction
        self._clock = clock
        self._publish = publish
        self._changed = changed
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._unsigned_since: int | None = transaction.unsigned_since()
        self._thread = threading.Thread(target=self._run, name="dmp-tui-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Transaction], T], reply: Reply[T]) -> None:
        """Gives the work's result to ``reply`` once it is committed.

        Its exception is the work's own, or a StoreError if the commit failed: nothing of the work is kept then.

        Raises:
            StoreError: CLOSED.
        """
        with self._gate:
            if self._closed:
                raise StoreError(StoreProblem.CLOSED)
            self._queue.put(_Job(work, reply))

    def close(self) -> None:
        """Runs what waits, signs the last head and ends the thread. May be called more than once."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        ending = False
        while not ending:
            jobs, ending = self._take()
            due = self._head_is_due()
            # The head of the minute that ended comes before the first row of the next one.
            if self._unsigned_since is not None and (due or not jobs):
                self._sign()
            if jobs:
                self._group(jobs)
        if self._unsigned_since is not None:
            self._sign()

    def _take(self) -> tuple[list[_Job], bool]:
        """Waits for works, at most until unsigned rows want their head; ``(works, whether to end)``."""
        timeout = None
        if self._unsigned_since is not None:
            timeout = (_MINUTE - microseconds(self._clock()) % _MINUTE) / 1_000_000
        try:
            first = self._queue.get(timeout=timeout)
        except Empty:
            return [], False
        jobs: list[_Job] = []
        while first is not None:
            jobs.append(first)
            if len(jobs) == GROUP:
                return jobs, False
            try:
                first = self._queue.get_nowait()
            except Empty:
                return jobs, False
        return jobs, True

    def _head_is_due(self) -> bool:
        since = self._unsigned_since
        return since is not None and microseconds(self._clock()) // _MINUTE != since // _MINUTE

    def _group(self, jobs: list[_Job]) -> None:
        """Runs works and commits them together. What a failed statement undid with the others' work fails them too."""
        if begun := [job for job in jobs if job.future.set_running_or_notify_cancel()]:
            self._begun(begun)

    def _begun(self, rest: list[_Job]) -> None:
        done: list[_Done] = []
        self._transaction.forget_end()
        try:
            rows(self._database, "BEGIN IMMEDIATE")
        except StoreError as error:
            for job in rest:
                job.future.set_exception(_again(error))
            return
        while rest:
            together, rest = _alike(rest)
            try:
                done += self._run_together(together)
            except BaseException as error:  # noqa: BLE001 - whatever a work raises is its caller's
                raised = translated(error) if isinstance(error, sqlcipher.Error) else error
                for job in together:
                    job.future.set_exception(_again(raised) if isinstance(raised, StoreError) else raised)
                if not self._intact():
                    self._abandon(done, raised if isinstance(raised, StoreError) else StoreError(StoreProblem.IO))
                    if rest:
                        self._begun(rest)
                    return
        self._commit(done)

    def _run_together(self, jobs: list[_Job]) -> list[_Done]:
        """One work, or many that only trace, in one savepoint."""
        events = [job.work.event for job in jobs if isinstance(job.work, Tracing)]
        if len(events) < 2:
            return [_Done(job.future, self._savepoint(job.work)) for job in jobs]
        sequences = self._savepoint(lambda transaction: transaction.trace_all(events))
        return [_Done(job.future, seq) for job, seq in zip(jobs, sequences, strict=True)]

    def _savepoint(self, work: Callable[[Transaction], Any]) -> Any:
        rows(self._database, "SAVEPOINT work")
        try:
            result = work(self._transaction)
            rows(self._database, "RELEASE work")
        except BaseException:
            self._transaction.undone()
            if self._database.conn.in_transaction:
                rows(self._database, "ROLLBACK TO work")
                rows(self._database, "RELEASE work")
            raise
        return result

    def _intact(self) -> bool:
        """A full disk or an I/O error may undo the whole transaction and not only the statement."""
        return self._database.conn.in_transaction and self._keyring.intact

    def _commit(self, done: list[_Done]) -> None:
        try:
            self._keyring.commit()
            rows(self._database, "COMMIT")
            if self._unsigned_since is None:
                self._unsigned_since = self._transaction.unsigned_since()
        except StoreError as error:
            self._abandon(done, error)
            return
        self._transaction.settled()
        if self._transaction.changed:
            self._transaction.changed = False
            self._changed()
        for one in done:
            one.future.set_result(one.result)

    def _abandon(self, done: list[_Done], error: StoreError) -> None:
        self._transaction.undone()
        for undo in (self._database.rollback, self._keyring.rollback):
            try:
                undo()
            except (StoreError, sqlcipher.Error):
                _log.exception("a failed transaction could not be rolled back")
        for one in done:
            one.future.set_exception(_again(error))

    def _sign(self) -> None:
        """Signs the trail as it stands. Where that cannot be written now, the next minute tries again."""
        try:
            rows(self._database, "BEGIN IMMEDIATE")
            head = self._transaction.sign_head()
            rows(self._database, "COMMIT")
        except StoreError as error:
            self._database.rollback()
            _log.error("the head of the trail could not be signed: %s", error.problem)
            return
        self._unsigned_since = None
        if head is not None:
            self._publish(head)


def _alike(jobs: list[_Job]) -> tuple[list[_Job], list[_Job]]:
    """The first work, with those that follow it if they all only trace; and the rest."""
    count = next((n for n, job in enumerate(jobs) if not isinstance(job.work, Tracing)), len(jobs)) or 1
    return jobs[:count], jobs[count:]


def _again(error: StoreError) -> StoreError:
    """An exception of its own for each caller: a shared one would gather their tracebacks."""
    return StoreFull(error.place) if isinstance(error, StoreFull) else StoreError(error.problem, error.place)
