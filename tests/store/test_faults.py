"""Kills, damaged files and prying eyes: nothing acknowledged is lost, nothing altered is shown, nothing is readable."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.store import Store, StoreError, StoreProblem
from dmp_tui.store.trail import verify
from tests.store.people import CANARY, NOW, READ, allergy, consent, document, ins, record

SEED = 20260301


@pytest.mark.timeout(180)
def test_nothing_acknowledged_is_lost_at_a_kill(data: Path) -> None:
    """Ten kills at different moments on one store, each while four writers write."""
    Store.create(data).close()
    chance = random.Random(SEED)  # noqa: S311 - moments of kills, and the same ones each time
    acknowledged: set[int] = set()
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.killed", str(data)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(chance.randint(1, 60)):
            acknowledged.add(int(process.stdout.readline()))
        process.kill()
        # What was printed before the kill was acknowledged too.
        acknowledged.update(int(line) for line in process.stdout if line.endswith("\n"))
        process.wait()
        process.stdout.close()
        store = Store.open(data)
        assert acknowledged <= {int(row.detail) for row in store.trail()}
        for number in acknowledged:
            assert store.content(f"patient-{number}", f"document-{number}") == b"content %d" % number
        assert verify(store.stored_trail(), store.heads(), store.public_key).sound
        assert store._writing.conn.execute("PRAGMA cipher_integrity_check").fetchall() == []
        store.close()


def fill(data: Path, patients: int = 1) -> Store:
    """A store with everything in it that names or describes a person."""
    store = Store.create(data, clock=lambda: NOW)
    for number in range(1, patients + 1):

        def work(transaction, number=number) -> None:  # type: ignore[no-untyped-def] # binds the loop's value
            patient = f"patient-{number}"
            transaction.put_patient(record(number))
            transaction.put_document(document(number, patient), CANARY.encode() * 300, [allergy()])
            transaction.put_consent(consent(number, patient))
            transaction.put_summary(patient, CANARY.encode() * 200, CANARY.encode() * 300)
            transaction.trace(READ)

        store.write_now(work)
    return store


def test_no_file_shows_what_it_holds(data: Path) -> None:
    store = fill(data, 20)
    words = [CANARY.encode(), CANARY.encode("utf-16-le"), ins(1).matricule.encode(), b"899700000001", b"inconsciente"]
    words += [b"bronchospasme", b"patient-1", b"SQLite format 3"]
    for when in ("open", "closed"):
        files = [path for path in [*data.rglob("*"), *data.with_name("data.keys").rglob("*")] if path.is_file()]
        names = {path.name for path in files}
        assert "kek" in names
        if when == "open":
            assert {"records.db-wal", "records.db-shm", "keys.db-wal", "keys.db-shm"} <= names
        for path in files:
            content = path.read_bytes()
            assert [word for word in words if word in content] == []
        store.close()


def test_sql_sees_no_name_and_no_clinical_word(data: Path) -> None:
    """Even who holds the file's key reads no identity: what an operator of another database would see."""
    store = fill(data)
    tables = [name for (name,) in store._rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cells = [cell for table in tables for row in store._rows(f"SELECT * FROM {table}") for cell in row]  # noqa: S608 - the schema's own names
    dump = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
    assert len(tables) > 10
    assert len(cells) > 50
    sealed = [CANARY.encode(), ins(1).matricule.encode(), b"899700000001", b"51215", b"paracetamol", b"inconsciente"]
    assert [word for word in sealed if word in dump] == []
    store.close()


def test_one_flipped_bit_never_alters_what_is_read(data: Path) -> None:
    """A bit flipped anywhere: what is read is what was written, or an error says that it is damaged."""
    fill(data, 5).close()
    path = data / "records.db"
    whole = path.read_bytes()
    chance = random.Random(SEED)  # noqa: S311 - places of the bits, and the same ones each time
    errors = 0
    for _ in range(150):
        bit = chance.randrange(len(whole) * 8)
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        errors += read_everything(data)
    path.write_bytes(whole)
    assert read_everything(data) == 0
    assert errors > 100


def read_everything(data: Path) -> int:
    """How many reads failed; those that did not gave what was written."""
    try:
        store = Store.open(data, read_only=True)
    except StoreError as error:
        assert error.problem in {StoreProblem.WRONG_KEY, StoreProblem.DAMAGED, StoreProblem.IO}  # noqa: PT017 - both ways are right
        return 1
    failed = sum(fails(read, written) for number in range(1, 6) for read, written in reads(store, number))
    store.close()
    return failed


def fails(read: Callable[[], object], written: object) -> bool:
    """Whether a read says that its data is damaged; else it gives what was written."""
    try:
        assert read() == written
    except StoreError as error:
        assert error.problem is StoreProblem.DAMAGED  # noqa: PT017 - both ways are right
        return True
    return False


def reads(store: Store, number: int) -> list[tuple[Callable[[], object], object]]:
    """Every read of a patient, and what it must give."""
    patient, paper = f"patient-{number}", f"document-{number}"
    return [
        (lambda: store.patient_by_ins(ins(number)), record(number)),
        (lambda: store.summary(patient, masked=True), CANARY.encode() * 300),
        (lambda: store.documents(patient), [document(number, patient)]),
        (lambda: store.content(patient, paper), CANARY.encode() * 300),
        (lambda: store.consents(patient), [consent(number, patient)]),
        (lambda: store.entries(patient), [(paper, (allergy(),))]),
    ]


def test_a_damaged_key_file_is_said(data: Path) -> None:
    fill(data).close()
    path = data / "keys.db"
    damaged = bytearray(path.read_bytes())
    damaged[200] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(StoreError) as raised:
        Store.open(data)
    assert raised.value.problem is StoreProblem.WRONG_KEY


def test_a_destroyed_key_destroys_the_record(data: Path) -> None:
    fill(data, 2).close()
    store = Store.open(data)
    store._keys_writing.conn.execute("DELETE FROM patient_keys WHERE patient_id = 'patient-1'")
    for read in (
        lambda: store.patient("patient-1"),
        lambda: store.summary("patient-1", masked=False),
        lambda: store.content("patient-1", "document-1"),
    ):
        with pytest.raises(StoreError) as raised:
            read()
        assert raised.value.problem is StoreProblem.KEY_DESTROYED
    assert store.patient("patient-2") == record(2)
    assert verify(store.stored_trail(), store.heads(), store.public_key).sound
    store.close()
