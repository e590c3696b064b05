"""Destroying records ten years after they were closed (CSP L1111-18)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dmp_tui.dmp.consents import Record, RecordStatus, kept_until
from dmp_tui.store import Clock, Store, TrailEvent, Transaction

KEY_BACKUPS_KEPT = timedelta(days=30)
"""How long a backup of keys is kept at most: until then one of them still opens older backups of the data."""


def is_due(record: Record, now: datetime) -> bool:
    """Whether a record was closed ten years ago or more."""
    return record.status is RecordStatus.CLOSED and record.closed is not None and now >= kept_until(record.closed)


def due(store: Store, now: datetime) -> list[str]:
    """Ids of the records that are to be destroyed."""
    return [record.id for record in store.patients() if is_due(record, now)]


def destroy(
    store: Store, patient_ids: list[str], event: TrailEvent, clock: Clock, told: Callable[[int], None]
) -> tuple[int, bool]:
    """Destroys records, each whole or not at all; ``told`` gets how many are done.

    Gives how many were destroyed, and whether nothing of their keys is left in the store's files: where a running
    server reads them at this moment, settling again later removes the rest.
    """
    count = sum(_destroyed(store, patient_ids, event, clock, told))
    return count, store.settle_purges()


def _destroyed(
    store: Store, patient_ids: list[str], event: TrailEvent, clock: Clock, told: Callable[[int], None]
) -> Iterator[bool]:
    for done, patient_id in enumerate(patient_ids, start=1):

        def work(transaction: Transaction, patient_id: str = patient_id) -> bool:
            record = transaction.patient(patient_id)
            if record is None or not is_due(record, clock()):
                return False
            transaction.purge(patient_id)
            transaction.trace(replace(event, patient_id=patient_id))
            return True

        yield store.write_now(work)
        told(done)
