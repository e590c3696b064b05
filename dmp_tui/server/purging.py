"""Destroying records ten years after they were closed (CSP L1111-18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

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
    store: Store, patient_ids: list[str], event: TrailEvent, clock: Clock, told: Callable[[], object]
) -> tuple[int, bool]:
    """Destroys records, each whole or not at all; ``told`` is called after each.

    Gives how many were destroyed, and whether nothing of their keys is left in the store's files: where a running
    server reads them at this moment, settling again later removes the rest.
    """
    count = 0
    for patient_id in patient_ids:
        count += store.write_now(partial(_destroy, event=replace(event, patient_id=patient_id), clock=clock))
        told()
    return count, store.settle_purges()


def _destroy(transaction: Transaction, *, event: TrailEvent, clock: Clock) -> bool:
    """Destroys the record that the event names; False where it is no longer due."""
    record = transaction.patient(event.patient_id)
    if record is None or not is_due(record, clock()):
        return False
    transaction.purge(record.id)
    transaction.trace(event)
    return True
