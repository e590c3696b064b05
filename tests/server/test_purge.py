"""Records are destroyed ten years after their closing: whole, traced, and for good."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.accounts import Account, AccountState, HolderKind
from dmp_tui.dmp.consents import RecordStatus, kept_until
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.server import purging
from dmp_tui.server.commands import admin
from dmp_tui.server.layout import load_files
from dmp_tui.store import ALLOWED, Store, TrailEvent, Transaction, system_clock
from dmp_tui.store.connection import rows
from dmp_tui.store.trail import verify
from dmp_tui.store.transaction import _OF_A_PATIENT
from tests.store.conftest import data, store
from tests.store.people import CANARY, NOW, READ, allergy, consent, document, record

__all__ = ["data", "store"]

EVENT = TrailEvent("local:test", "test", "administrator", "local", "purge_record", ALLOWED)
TABLES = frozenset(_OF_A_PATIENT)


@pytest.mark.parametrize(
    ("closed", "until"),
    [
        ("2016-12-01T10:00:00+00:00", "2026-12-01T10:00:00+00:00"),
        ("2016-02-29T23:59:59+00:00", "2026-03-01T23:59:59+00:00"),
        ("2018-02-28T12:00:00+00:00", "2028-02-28T12:00:00+00:00"),
    ],
)
def test_ten_years_are_counted_by_the_calendar(closed: str, until: str) -> None:
    assert kept_until(datetime.fromisoformat(closed)) == datetime.fromisoformat(until)


@given(st.integers(0, 4_000_000_000))
def test_a_record_is_kept_ten_years_and_not_a_second_more(seconds: int) -> None:
    closed = datetime.fromtimestamp(seconds, UTC)
    until = kept_until(closed)
    assert timedelta(days=3651) <= until - closed <= timedelta(days=3653)
    kept = replace(record(1), status=RecordStatus.CLOSED, closed=closed)
    assert not purging.is_due(kept, until - timedelta(seconds=1))
    assert purging.is_due(kept, until)
    assert not purging.is_due(replace(kept, status=RecordStatus.ACTIVE), until)


LONG_AGO = NOW.replace(year=NOW.year - 10)


def fill(store: Store, number: int, closed: datetime | None) -> None:
    """A record with something in every table, open or closed on a day."""
    patient = f"patient-{number}"
    kept = replace(record(number), treating_doctor="899700000099")
    if closed is not None:
        kept = replace(kept, status=RecordStatus.CLOSED, closed=closed)
    folder = DocumentList(
        f"list-{number}",
        patient,
        ListKind.FOLDER,
        "2026-02-01T10:00:00Z",
        "2026-02-01T10:00:00Z",
        (f"document-{number}",),
    )
    masked = replace(document(number, patient), confidentiality=frozenset(Confidentiality))

    account = Account(
        f"account-{number}", patient, f"{number:010d}", HolderKind.PATIENT, "PAT-ESSAI", AccountState.OPEN
    )

    def work(transaction: Transaction) -> None:
        transaction.put_patient(kept)
        transaction.put_document(masked, CANARY.encode(), (allergy(),))
        transaction.put_summary(patient, b"open", b"masked")
        transaction.put_consent(consent(number, patient))
        transaction.put_list(folder)
        transaction.put_account(account)
        transaction.trace(replace(READ, patient_id=patient, detail="notify"))

    store.write_now(work)


def counts(store: Store, patient: str) -> dict[str, int]:
    store._latest()
    return {
        table: store._rows(f"SELECT count(*) FROM {table} WHERE patient_id = ?", patient)[0][0]  # noqa: S608 - constants
        for table in TABLES
    }


def has_key(store: Store, patient: str) -> bool:
    return bool(rows(store._keys_writing, "SELECT 1 FROM patient_keys WHERE patient_id = ?", (patient,)))


def purged_now(store: Store) -> tuple[int, bool]:
    return purging.destroy(store, purging.due(store, NOW), EVENT, lambda: NOW, lambda: None)


def test_every_table_of_a_patient_is_known(store: Store) -> None:
    named = [name for (name,) in store._rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    with_patient = {
        name for name in named if any(column[1] == "patient_id" for column in store._rows(f"PRAGMA table_info({name})"))
    }
    assert with_patient == TABLES | {"trail", "purged"}


def test_it_takes_the_closed_one_whole_and_no_other(store: Store) -> None:
    fill(store, 1, LONG_AGO)
    fill(store, 2, LONG_AGO + timedelta(seconds=1))
    fill(store, 3, None)
    assert all(counts(store, "patient-1").values())
    assert purged_now(store) == (1, True)
    assert not any(counts(store, "patient-1").values())
    assert not has_key(store, "patient-1")
    for patient in ("patient-2", "patient-3"):
        assert all(counts(store, patient).values())
        assert has_key(store, patient)
    assert store.patient_by_ins(record(1).ins) is None


def test_the_trail_keeps_its_tombstone_and_still_verifies(store: Store) -> None:
    fill(store, 1, LONG_AGO)
    purged_now(store)
    kept = [row.operation for row in store.trail("patient-1")]
    assert kept == ["read_summary", "purge_record", "destroy_key"]
    assert verify(store.stored_trail(), store.heads(), store.public_key).sound


def test_the_same_person_may_have_a_record_again(store: Store) -> None:
    fill(store, 1, LONG_AGO)
    purged_now(store)
    again = replace(record(1), id="patient-again")
    store.write_now(lambda tx: tx.put_patient(again))
    assert store.patient_by_ins(record(1).ins) == again


def test_a_record_that_was_opened_again_meanwhile_stays(store: Store) -> None:
    fill(store, 1, LONG_AGO)
    found = purging.due(store, NOW)
    store.write_now(lambda tx: tx.put_patient(replace(record(1), treating_doctor="899700000099")))
    assert purging.destroy(store, found, EVENT, lambda: NOW, lambda: None) == (0, True)
    assert all(counts(store, "patient-1").values())


def test_one_interrupted_before_the_key_is_finished_at_the_next_opening(data: Path) -> None:
    store = Store.create(data, clock=lambda: NOW)
    fill(store, 1, LONG_AGO)
    store.write_now(lambda tx: tx.purge("patient-1"))
    assert has_key(store, "patient-1")
    store.close()
    opened = Store.open(data)
    assert not has_key(opened, "patient-1")
    assert [row.operation for row in opened.trail("patient-1")][-1] == "destroy_key"
    opened.close()


@pytest.mark.parametrize("restored", ["records.db", "keys.db"])
def test_a_backup_brings_no_record_back(data: Path, tmp_path: Path, restored: str) -> None:
    store = Store.create(data, clock=lambda: NOW)
    fill(store, 1, LONG_AGO)
    fill(store, 2, None)
    store.close()
    copy = tmp_path / "copy"
    shutil.copy(data / restored, copy)
    store = Store.open(data, clock=lambda: NOW)
    purged_now(store)
    store.close()
    shutil.copy(copy, data / restored)
    opened = Store.open(data)
    assert not any(counts(opened, "patient-1").values())
    assert not has_key(opened, "patient-1")
    assert opened.patient("patient-2") == replace(record(2), treating_doctor="899700000099")
    opened.close()


def test_the_wrapped_key_is_in_no_file_any_more(store: Store) -> None:
    fill(store, 1, LONG_AGO)
    assert purged_now(store) == (1, True)
    assert rows(store._keys_writing, "PRAGMA wal_checkpoint")[0] == (0, 0, 0)


def closed_server(directory: Path) -> None:
    """A server with one record that is to be destroyed, and one that is not."""
    CliRunner().invoke(admin, ["init", str(directory)])
    store = load_files(directory).open_store(system_clock)
    fill(store, 1, datetime(2016, 1, 1, tzinfo=UTC))
    fill(store, 2, None)
    store.close()


def run(*arguments: object, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(admin, [str(argument) for argument in arguments], input=answer)
    return result.exit_code, result.stdout


def test_the_command_counts_asks_and_destroys(tmp_path: Path) -> None:
    directory = tmp_path / "server"
    closed_server(directory)
    assert run("purge", "--data", directory, "--dry-run") == (0, "Dossiers fermés depuis dix ans : 1\n")
    code, said = run("purge", "--data", directory, answer="n\n")
    assert code == 1
    code, said = run("purge", "--data", directory, "--yes")
    assert code == 0
    assert "Dossiers détruits : 1" in said
    assert f"{datetime.now(UTC) + timedelta(days=30):%d/%m/%Y}" in said
    assert CANARY not in said
    assert run("purge", "--data", directory, "--yes") == (0, "Dossiers fermés depuis dix ans : 0\n")
