"""The writer thread: one commit for many works, each work all or nothing, an answer only once it is durable."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from dmp_tui.store import Store, StoreError, StoreFull, StoreProblem, Transaction
from dmp_tui.store.store import PAUSE, SNAPSHOT
from dmp_tui.store.trail import verify
from tests.store.people import READ, document, event, record


class RefusedError(Exception):
    """What a work may raise."""


def traced(number: int) -> Callable[[Transaction], int]:
    """A work that adds one trail row."""
    return lambda transaction: transaction.trace(event(number))


def held(store: Store) -> tuple[threading.Event, threading.Event]:
    """Holds the writer thread in a work: what is submitted meanwhile shares the next commit."""
    entered, release = threading.Event(), threading.Event()

    def work(_transaction: Transaction) -> None:
        entered.set()
        release.wait()

    store._submit(work, Future())
    entered.wait()
    return entered, release


def commits(store: Store) -> list[str]:
    """The COMMIT statements that the writing connection will run from now on."""
    seen: list[str] = []
    store._writing.conn.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


async def test_works_that_wait_share_one_commit(store: Store) -> None:
    _, release = held(store)
    seen = commits(store)
    waiting = [asyncio.ensure_future(store.write(traced(number))) for number in range(20)]
    await asyncio.sleep(0)
    release.set()
    assert await asyncio.gather(*waiting) == list(range(1, 21))
    # The holding work's own commit, and one for the twenty.
    assert len(seen) == 2


async def test_a_work_that_fails_undoes_itself_alone(store: Store) -> None:
    def fails(transaction: Transaction) -> None:
        transaction.put_patient(record(1))
        transaction.trace(READ)
        raise RefusedError

    _, release = held(store)
    waiting = [asyncio.ensure_future(store.write(work)) for work in (traced(1), fails, traced(2))]
    await asyncio.sleep(0)
    release.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(answers[1], RefusedError)
    assert [answers[0], answers[2]] == [1, 2]
    assert store.patient("patient-1") is None
    assert [row.detail for row in store.trail()] == ["1", "2"]
    # What the failed work left behind does not stand in the way of the same patient.
    await store.write(lambda transaction: transaction.put_patient(record(1)))
    assert store.patient("patient-1") == record(1)


async def test_a_read_after_a_write_sees_it(store: Store) -> None:
    for number in range(1, 50):
        await store.write(lambda transaction, number=number: transaction.put_patient(record(number)))  # type: ignore[misc] # binds the loop's value
        assert store.patient(f"patient-{number}") is not None


async def test_a_read_before_the_commit_sees_nothing(store: Store) -> None:
    entered, release = threading.Event(), threading.Event()

    def work(transaction: Transaction) -> None:
        transaction.put_patient(record(1))
        assert transaction.patient("patient-1") == record(1)
        entered.set()
        release.wait()

    waiting = asyncio.ensure_future(store.write(work))
    await asyncio.to_thread(entered.wait)
    assert store.patient("patient-1") is None
    release.set()
    await waiting
    assert store.patient("patient-1") == record(1)


async def test_a_trail_row_alone_keeps_the_snapshot_of_reads(store: Store) -> None:
    await store.write(lambda transaction: transaction.put_patient(record(1)))
    store.patient("patient-1")
    stale = []
    for work in (traced(1), lambda transaction: transaction.put_patient(record(2))):
        await store.write(work)
        stale.append(store._stale)
    assert stale == [False, True]
    assert [row.seq for row in store.trail()] == [1]


async def test_a_snapshot_ends_and_a_pause_follows(store: Store) -> None:
    store._since, held_open = time.monotonic(), []
    for later in (0, SNAPSHOT, PAUSE):
        store._since -= later
        store.patient("patient-1")
        held_open.append(store._database.conn.in_transaction)
    assert held_open == [True, False, True]


async def test_what_another_process_wrote_is_seen_by_the_next_snapshot(store: Store, data: Path) -> None:
    store.patient("patient-1")
    other = Store.open(data)
    other.write_now(lambda transaction: transaction.put_patient(record(1)))
    other.close()
    store._since -= SNAPSHOT
    assert store.patient("patient-1") == record(1)


async def test_a_work_cancelled_before_it_ran_does_nothing(store: Store) -> None:
    _, release = held(store)
    waiting = asyncio.ensure_future(store.write(traced(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()
    assert await store.write(traced(2)) == 1


def test_writers_of_many_threads_and_loops_are_all_served(store: Store) -> None:
    def run() -> None:
        async def many() -> None:
            await asyncio.gather(*(store.write(traced(number)) for number in range(25)))

        asyncio.run(many())

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.seq for row in store.trail()] == list(range(1, 201))


def test_what_was_submitted_before_close_is_kept(store: Store, data: Path) -> None:
    futures: list[Future[int]] = [Future() for _ in range(300)]
    for number, future in enumerate(futures):
        store._submit(traced(number), future)
    store.close()
    assert [future.result() for future in futures] == list(range(1, 301))
    again = Store.open(data)
    assert len(list(again.trail())) == 300
    again.close()


async def test_events_that_wait_together_are_one_statement_and_one_chain(store: Store) -> None:
    _, release = held(store)
    events = [event(number) for number in range(20)]
    first = [asyncio.ensure_future(store.trace(one)) for one in events[:10]]
    between = asyncio.ensure_future(store.write(traced(99)))
    rest = [asyncio.ensure_future(store.trace(one)) for one in events[10:]]
    await asyncio.sleep(0)
    rest[3].cancel()
    await asyncio.sleep(0)
    release.set()
    found = await asyncio.gather(*first, between, *rest, return_exceptions=True)
    assert isinstance(found.pop(14), asyncio.CancelledError)
    assert found == list(range(1, 21))
    kept = [row.detail for row in store.trail()]
    assert kept == [one.detail for one in (*events[:10], event(99), *events[10:13], *events[14:])]
    assert verify(store.stored_trail(), store.heads(), store.public_key).rows == 20


async def test_events_that_cannot_be_written_are_all_told(store: Store) -> None:
    await store.trace(event(1))
    _, release = held(store)
    limit(store, 0)
    waiting = [asyncio.ensure_future(store.trace(replace(event(n), reason="r" * 9000))) for n in range(5)]
    await asyncio.sleep(0)
    release.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [StoreFull] * 5
    assert len({id(one) for one in found}) == 5
    limit(store, 1000)
    assert await store.trace(event(2)) == 2
    assert verify(store.stored_trail(), store.heads(), store.public_key).sound


async def test_another_process_that_writes_is_waited_for(store: Store, data: Path) -> None:
    await store.write(traced(1))
    other = Store.open(data)
    await asyncio.gather(*(one.write(traced(number)) for number in range(20) for one in (store, other)))
    other.close()
    await store.write(traced(2))
    assert [row.seq for row in store.trail()] == list(range(1, 43))


def limit(store: Store, pages: int) -> None:
    """A disk of so many pages more."""
    connection = store._writing.conn
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {count + pages}")


async def test_a_full_disk_is_said_and_nothing_is_half_written(store: Store) -> None:
    await store.write(lambda transaction: transaction.put_patient(record(1)))
    limit(store, 20)
    big = bytes(1024 * 1024)
    with pytest.raises(StoreFull):
        await store.write(lambda transaction: transaction.put_document(document(1), big, []))
    assert store.documents("patient-1") == []
    assert store.patient("patient-1") == record(1)
    limit(store, 100_000)
    await store.write(lambda transaction: transaction.put_document(document(1), big, []))
    assert store.content("patient-1", "document-1") == big


async def test_a_full_disk_fails_those_whose_writes_it_undid(store: Store) -> None:
    await store.write(lambda transaction: transaction.put_patient(record(1)))
    _, release = held(store)
    works: list[Callable[[Transaction], object]] = [
        lambda transaction: transaction.put_patient(record(2)),
        traced(1),
        lambda transaction: transaction.put_document(document(1), bytes(1024 * 1024), []),
        traced(2),
    ]
    waiting = [asyncio.ensure_future(store.write(work)) for work in works]
    await asyncio.sleep(0)
    limit(store, 40)
    release.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(answers[2], StoreFull)
    kept = [row.detail for row in store.trail()]
    # Whatever was acknowledged is there, whatever was refused is not.
    assert kept == [str(number) for number, answer in ((1, answers[1]), (2, answers[3])) if isinstance(answer, int)]
    assert (store.patient("patient-2") is not None) == (not isinstance(answers[0], StoreError))
    limit(store, 100_000)
    await store.write(lambda transaction: transaction.put_patient(record(3)))
    assert store.patient("patient-3") == record(3)


async def test_keys_that_cannot_be_written_fail_the_records_that_need_them(store: Store) -> None:
    connection = store._keys_writing.conn
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {count}")
    kept = []

    async def fill() -> None:
        for number in range(1, 1000):
            one = record(number)
            await store.write(lambda transaction, one=one: transaction.put_patient(one))  # type: ignore[misc] # binds the loop's value
            kept.append(one)

    with pytest.raises(StoreFull):
        await fill()
    assert store.patient(f"patient-{len(kept) + 1}") is None
    connection.execute("PRAGMA max_page_count = 100000")
    after = record(len(kept) + 1)
    await store.write(lambda transaction: transaction.put_patient(after))
    assert all(store.patient(one.id) == one for one in [*kept, after])


async def test_sqlciphers_own_errors_do_not_come_through(store: Store) -> None:
    def work(transaction: Transaction) -> None:
        transaction._database.execute("INSERT INTO meta (name, value) VALUES ('kind', 'x')")

    with pytest.raises(StoreError) as raised:
        await store.write(work)
    assert raised.value.problem is StoreProblem.CONFLICT
