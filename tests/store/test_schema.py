"""The schema goes forward step by step, and never half a step."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from dmp_tui.store import Store, StoreError, StoreProblem
from dmp_tui.store.connection import close, connect, make_file, rows
from dmp_tui.store.schema import KEYS, RECORDS, upgrade, version

KEY = bytes(32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty file."""
    made = tmp_path / "file.db"
    make_file(made)
    return made


def tables(database: Database) -> set[str]:
    """Names of the tables."""
    return {name for (name,) in rows(database, "SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("steps", [RECORDS, KEYS])
def test_an_empty_file_takes_all_steps_once(path: Path, steps: tuple[object, ...]) -> None:
    database = connect(path, KEY)
    assert version(database) == 0
    assert upgrade(database, steps) == len(steps)  # type: ignore[arg-type] # a parametrised union
    assert upgrade(database, steps) == 0  # type: ignore[arg-type] # a parametrised union
    assert version(database) == len(steps)
    close(database)


def test_every_earlier_version_comes_forward(path: Path) -> None:
    database = connect(path, KEY)
    for count in range(1, len(RECORDS) + 1):
        assert upgrade(database, RECORDS[:count]) == 1
    whole = tables(database)
    close(database)
    assert {"patients", "documents", "contents", "entries", "consents", "trail", "trail_heads"} <= whole


def test_a_step_that_fails_leaves_nothing(path: Path) -> None:
    def fails(database: Database) -> None:
        database.table("half").create({"id": str}, pk="id")
        rows(database, "INSERT INTO nowhere VALUES (1)")

    database = connect(path, KEY)
    upgrade(database, RECORDS)
    with pytest.raises(StoreError):
        upgrade(database, (*RECORDS, fails))
    assert "half" not in tables(database)
    assert version(database) == len(RECORDS)
    close(database)


def test_a_newer_file_is_not_touched(store: Store, data: Path) -> None:
    rows(store._writing, "UPDATE meta SET value = '999' WHERE name = 'schema'")
    store.close()
    with pytest.raises(StoreError) as raised:
        Store.open(data)
    assert raised.value.problem is StoreProblem.NEWER


def test_a_store_whose_making_was_cut_short_is_no_store(store: Store, data: Path) -> None:
    rows(store._writing, "DELETE FROM meta WHERE name = 'kind'")
    store.close()
    with pytest.raises(StoreError) as raised:
        Store.open(data)
    assert raised.value.problem is StoreProblem.ABSENT


def test_the_patient_leads_every_clinical_key(store: Store) -> None:
    for table in ("patients", "summaries", "documents", "contents", "entries", "consents"):
        assert store._writing.table(table).pks[0] == "patient_id"


def test_the_dialect_is_the_shared_one(store: Store) -> None:
    found = rows(store._writing, "SELECT type, coalesce(sql, '') FROM sqlite_master")
    assert {kind for kind, _ in found} <= {"table", "index"}
    assert not any("AUTOINCREMENT" in sql.upper() for _, sql in found)


def test_every_commit_is_synced(store: Store) -> None:
    for database in (store._writing, store._keys_writing, store._database):
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("temp_store", 2),
            ("secure_delete", 1),
        ):
            assert rows(database, f"PRAGMA {pragma}") == [(value,)]
