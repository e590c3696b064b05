"""The store: a directory with two encrypted files, read on the event loop and written by one thread."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from dmp_tui.store import schema
from dmp_tui.store.connection import READ_CACHE, close, connect, make_file, rows, sync_directory
from dmp_tui.store.encoding import microseconds, moment
from dmp_tui.store.kek import Purpose, derive, make_kek, read_kek, refuse_inside
from dmp_tui.store.keys import KeyCache, Keyring
from dmp_tui.store.model import Clock, StoreInfo, StoreKind, system_clock
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.reads import Reads
from dmp_tui.store.trail import ALLOWED, Head, TrailEvent
from dmp_tui.store.trail_file import append_witness
from dmp_tui.store.transaction import Transaction
from dmp_tui.store.writer import LoopReply, Reply, Tracing, Writer

T = TypeVar("T")
RECORDS_FILE = "records.db"
KEYS_FILE = "keys.db"
SNAPSHOT = 0.25
"""Seconds after which a read sees what other processes (``admin``) wrote; what this one wrote is seen at once."""
PAUSE = 0.025
"""Seconds between two snapshots."""
_log = logging.getLogger(__name__)


def default_kek(data: Path) -> Path:
    """Where the key-encrypting key lies unless said otherwise: beside the data directory, never in it."""
    return data.with_name(f"{data.name}.keys") / "kek"


class Store(Reads):
    """An open store. Reads are synchronous, on one thread (the event loop's); writes go through the writer thread."""

    def __init__(
        self, data: Path, kek: bytes, clock: Clock, witness: Path | None = None, *, read_only: bool = False
    ) -> None:
        """Opens what ``create`` made; ``open`` is the way in."""
        self._opened: list[Database] = []
        self._stale = False
        self._since = time.monotonic()
        try:
            self._keys_writing = self._connect(data / KEYS_FILE, derive(kek, Purpose.KEYS_FILE))
            self._writing = self._connect(data / RECORDS_FILE, derive(kek, Purpose.RECORDS_FILE))
            if not read_only:
                schema.upgrade(self._keys_writing, schema.KEYS)
                schema.upgrade(self._writing, schema.RECORDS)
            reading = self._connect(data / RECORDS_FILE, derive(kek, Purpose.RECORDS_FILE), READ_CACHE)
            keys_reading = self._connect(data / KEYS_FILE, derive(kek, Purpose.KEYS_FILE))
            cache, wrapping = KeyCache(), derive(kek, Purpose.WRAPPING)
            keyring = Keyring(self._keys_writing, wrapping, cache)
            secrets = keyring.secrets()
            super().__init__(reading, Keyring(keys_reading, wrapping, cache), secrets)
            self.info = self._read_info()
            self._witness = witness
            self._writer: Writer | None = None
            if not read_only:
                transaction = Transaction(self._writing, keyring, secrets, self.info.kind, clock)
                self._writer = Writer(
                    self._writing, keyring, transaction, clock, publish=self._publish, changed=self._latest
                )
                if not self.veiled():
                    self.write_now(Transaction.veil_all)
                if self.purged() != keyring.destroyed():
                    self.settle_purges()
        except BaseException:
            self._close_all()
            raise
        self._closed = False

    @classmethod
    def create(
        cls,
        data: Path,
        kek_file: Path | None = None,
        kind: StoreKind = StoreKind.PRODUCTION,
        clock: Clock = system_clock,
        witness: Path | None = None,
    ) -> "Store":
        """A new, empty store in ``data``, which is made with mode 0700 if there is none; opened.

        ``kek_file`` is made where there is none. ``witness`` is a file outside ``data`` to which each signed head of
        the trail is added.

        Raises:
            StoreError: EXISTS, those of ``open``, IO, FULL.
        """
        kek_file = kek_file or default_kek(data)
        refuse_inside(kek_file, data)
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(StoreProblem.IO, data.name) from error
        if any((data / name).exists() for name in (RECORDS_FILE, KEYS_FILE)):
            raise StoreError(StoreProblem.EXISTS, data.name)
        if not kek_file.exists():
            make_kek(kek_file)
        kek = read_kek(kek_file, data)
        try:
            _make_files(data, kek, kind, clock)
        except BaseException:
            for name in (RECORDS_FILE, KEYS_FILE):
                for suffix in ("", "-wal", "-shm"):
                    (data / f"{name}{suffix}").unlink(missing_ok=True)
            raise
        return cls(data, kek, clock, witness)

    @classmethod
    def open(
        cls,
        data: Path,
        kek_file: Path | None = None,
        clock: Clock = system_clock,
        witness: Path | None = None,
        *,
        read_only: bool = False,
    ) -> "Store":
        """The store in ``data``; its schema is brought up to this release's. ``read_only`` adds nothing to it.

        Raises:
            StoreError: ABSENT, KEK_MISSING, KEK_EXPOSED, KEK_INSIDE, KEK_SHAPE, WRONG_KEY, DAMAGED, NEWER, BUSY, IO.
        """
        if not (data / RECORDS_FILE).is_file() or not (data / KEYS_FILE).is_file():
            raise StoreError(StoreProblem.ABSENT, data.name)
        return cls(data, read_kek(kek_file or default_kek(data), data), clock, witness, read_only=read_only)

    @property
    def kind(self) -> StoreKind:
        """What the store is for."""
        return self.info.kind

    @property
    def public_key(self) -> bytes:
        """PEM of the key that verifies the heads of the trail."""
        return self._secrets.public_key()

    def sign_copy(self, message: bytes) -> bytes:
        """The signature of an exported copy's last line, by the key of the trail's heads."""
        return self._secrets.sign(message)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Runs ``work`` in the writer thread and returns what it returned, once that is durable.

        An exception of ``work`` undoes its own writes only and is raised here. ``work`` must not keep the transaction.

        Raises:
            StoreFull: no space; nothing was kept.
            StoreError: CLOSED, or what SQLCipher met.
        """
        reply: LoopReply[T] = LoopReply()
        self._submit(work, reply)
        return await reply.future

    async def trace(self, event: TrailEvent) -> int:
        """Adds an event to the trail and gives its sequence, once that is durable.

        Raises:
            StoreError: as for ``write``.
        """
        return await self.write(Tracing(event))

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """``write`` for programs without an event loop: blocks until the work is durable."""
        reply: Future[T] = Future()
        self._submit(work, reply)
        return reply.result()

    def _submit(self, work: Callable[[Transaction], T], reply: Reply[T]) -> None:
        if self._writer is None:
            raise StoreError(StoreProblem.CLOSED)
        self._writer.submit(work, reply)

    def settle_purges(self) -> bool:
        """Destroys the keys of purged records, and what a backup made before a purge brought back. It is traced.

        False: the keys are destroyed, but a reader still holds what their file's log keeps of them; settle again then.

        Raises:
            StoreError: as for ``write``.
        """

        def work(transaction: Transaction) -> None:
            for patient_id in transaction.settle_purges():
                event = TrailEvent(
                    "local:store", "", "administrator", "local", "destroy_key", ALLOWED, patient_id=patient_id
                )
                transaction.trace(event)

        self.write_now(work)
        return self.write_now(lambda transaction: transaction.overwrite_keys())

    def close(self) -> None:
        """Runs the writes that wait, signs the trail's head and closes the files. May be called more than once."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        self._close_all()

    def _connect(self, path: Path, key: bytes, cache: int | None = None) -> Database:
        database = connect(path, key) if cache is None else connect(path, key, cache)
        self._opened.append(database)
        return database

    def _close_all(self) -> None:
        while self._opened:
            close(self._opened.pop())

    def _read_info(self) -> StoreInfo:
        meta = dict(self._rows("SELECT name, value FROM meta"))
        try:
            return StoreInfo(StoreKind(meta["kind"]), moment(int(meta["created"])), int(meta["schema"]))
        except (KeyError, ValueError) as error:
            # Its creation was never finished: "kind" is the last thing that it writes.
            raise StoreError(StoreProblem.ABSENT, RECORDS_FILE) from error

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Reads from a snapshot that lasts until records change, and ``SNAPSHOT`` at most; then a pause without one.

        A connection whose file was written to drops all its decrypted pages. Each access adds a row to the trail in
        the same file: without a snapshot, every read would decrypt the upper pages of every index again. The pause
        lets the writer start its log from the beginning, which it cannot do below a reader's snapshot.
        """
        connection, elapsed = self._database.conn, time.monotonic() - self._since
        if elapsed > SNAPSHOT + PAUSE:
            self._since, elapsed = time.monotonic(), 0.0
            self._stale = True
        paused = elapsed > SNAPSHOT
        if self._stale or paused:
            # Before the new snapshot: what is committed from here on is either in it or marks it stale again.
            self._stale = False
            if connection.in_transaction:
                super()._rows("COMMIT")
        if not paused and not connection.in_transaction:
            super()._rows("BEGIN")
        return super()._rows(sql, *parameters)

    def _latest(self) -> None:
        self._stale = True

    def _publish(self, head: Head) -> None:
        if self._witness is None:
            return
        try:
            append_witness(self._witness, head)
        except OSError as error:
            _log.error("the witness file of the trail could not be written: %s", error.strerror)


def _make_files(data: Path, kek: bytes, kind: StoreKind, clock: Clock) -> None:
    """Both files, their tables and the store's secrets."""
    for name in (KEYS_FILE, RECORDS_FILE):
        make_file(data / name)
    keys = connect(data / KEYS_FILE, derive(kek, Purpose.KEYS_FILE))
    try:
        schema.upgrade(keys, schema.KEYS)
        Keyring(keys, derive(kek, Purpose.WRAPPING), KeyCache()).make_secrets()
    finally:
        close(keys)
    records = connect(data / RECORDS_FILE, derive(kek, Purpose.RECORDS_FILE))
    try:
        schema.upgrade(records, schema.RECORDS)
        for entry in (("created", str(microseconds(clock()))), ("kind", kind.value)):
            rows(records, "INSERT INTO meta (name, value) VALUES (?, ?)", entry)
    finally:
        close(records)
    sync_directory(data)
    sync_directory(data.parent)
