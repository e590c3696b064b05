"""SQLCipher connections: how every file of the store is opened, and how SQL is run on it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from dmp_tui.store.problems import StoreError, StoreProblem, translated

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process (``admin`` beside ``serve``) before BUSY."""
READ_CACHE = 16 * 1024
"""KiB of decrypted pages that a reading connection keeps."""
WRITE_CACHE = 8 * 1024
LOG_PAGES = 4000
"""Pages of 4 KiB in the write-ahead log before it is copied into the file: each commit waits its share of that."""


def make_file(path: Path) -> None:
    """An empty file of its owner alone. SQLite gives its mode to the -wal and -shm files.

    Raises:
        StoreError: EXISTS, or IO.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StoreError(StoreProblem.EXISTS, path.name) from error
    except OSError as error:
        raise StoreError(StoreProblem.IO, path.name) from error


def sync_directory(path: Path) -> None:
    """Makes the creation and removal of the directory's files durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def connect(path: Path, key: bytes, cache: int = WRITE_CACHE) -> Database:
    """A connection to an existing file of the store, in write-ahead logging with every commit synced.

    Args:
        path: the file.
        key: 32 bytes, given raw: a passphrase would cost 0.25 s a connection (PBKDF2).
        cache: KiB of pages.

    Raises:
        StoreError: ABSENT, WRONG_KEY, or what reading the first page met.
    """
    if not path.is_file():
        raise StoreError(StoreProblem.ABSENT, path.name)
    try:
        # No implicit transactions: the writer begins and ends its own. The store keeps each connection to one thread
        # at a time; it is closed by another than the one that opened it.
        raw = sqlcipher.connect(
            path, BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlcipher.Error as error:
        raise translated(error, path.name) from error
    try:
        # Before the key: a wrong one would write a line on stderr.
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlcipher.Error as error:
        raw.close()
        problem = translated(error, path.name)
        if problem.problem is StoreProblem.DAMAGED:
            problem = StoreError(StoreProblem.WRONG_KEY, path.name)
        raise problem from error
    try:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "secure_delete = ON",
            f"wal_autocheckpoint = {LOG_PAGES}",
            f"cache_size = -{cache}",
        ):
            raw.execute(f"PRAGMA {pragma}").fetchall()
    except sqlcipher.Error as error:
        raw.close()
        raise translated(error, path.name) from error
    return Database(raw, recursive_triggers=False, execute_plugins=False)


def rows(database: Database, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement, so that no cursor stays open and holds an old snapshot.

    Raises:
        StoreError: what SQLCipher met.
    """
    try:
        found: list[tuple[Any, ...]] = database.conn.execute(sql, parameters).fetchall()
    except sqlcipher.Error as error:
        raise translated(error) from error
    return found


def close(database: Database) -> None:
    """Closes a connection; one that cannot be closed cleanly loses nothing that was committed."""
    try:
        database.close()
    except sqlcipher.Error as error:
        raise translated(error) from error
