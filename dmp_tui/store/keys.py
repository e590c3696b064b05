"""Keys at work: the file of wrapped keys, a key a patient, and the store's own secrets.

``keys.db`` is a file apart: it is never in a backup of the data, so that destroying one row of it destroys one record.
"""

import hashlib
import hmac
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from dmp_tui.store.connection import rows
from dmp_tui.store.problems import StoreError, StoreProblem, translated
from dmp_tui.store.sealing import place, seal, unseal

CACHED_ACTORS = 4096
CACHED_KEYS = 4096
"""Patients' keys kept unwrapped in memory: an emergency department's month."""


class Secret(StrEnum):
    """The store's own random secrets, wrapped in ``keys.db``. They outlive a change of the key-encrypting key."""

    DIRECTORY = "directory"
    """HMAC key of the directories (INS, professionals) and of the search keys."""
    PEOPLE = "people"
    """Seals the directory of professionals."""
    TRAIL = "trail"
    """Seals who and why in the trail."""
    HEADS = "heads"
    """Ed25519 private key that signs the trail's heads."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The store's own secrets, unwrapped."""

    directory: bytes = field(repr=False)
    people: AESGCM = field(repr=False)
    trail: AESGCM = field(repr=False)
    heads: bytes = field(repr=False)
    actors: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Keys of actors, each needed several times a request; one thread may make one that another made: it is equal."""

    def actor(self, national_id: str) -> bytes:
        """``blind("actor", ...)`` of a professional or a structure."""
        key = self.actors.get(national_id)
        if key is None:
            if len(self.actors) >= CACHED_ACTORS:
                self.actors.clear()
            key = self.actors[national_id] = self.blind("actor", national_id)
        return key

    def blind(self, kind: str, value: str) -> bytes:
        """Key of a directory: HMAC-SHA256 of the kind and the value, so that SQL never sees the value."""
        return hmac.digest(self.directory, f"{kind}|{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)

    def sign(self, message: bytes) -> bytes:
        """A signature by the key of the trail's heads."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.heads).sign(message)

    def public_key(self) -> bytes:
        """PEM (SubjectPublicKeyInfo) of the key that verifies the trail's heads."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        public = Ed25519PrivateKey.from_private_bytes(self.heads).public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class KeyCache:
    """Unwrapped patients' keys, shared by the reading and the writing side; bounded; the oldest leave first."""

    def __init__(self) -> None:
        self._keys: dict[str, AESGCM] = {}
        self._lock = threading.Lock()

    def get(self, patient_id: str) -> AESGCM | None:
        """The key, if it is held."""
        return self._keys.get(patient_id)

    def put(self, patient_id: str, key: AESGCM) -> None:
        """Holds a key."""
        with self._lock:
            while len(self._keys) >= CACHED_KEYS:
                del self._keys[next(iter(self._keys))]
            self._keys[patient_id] = key

    def forget(self, patient_id: str) -> None:
        """Drops a key."""
        with self._lock:
            self._keys.pop(patient_id, None)


class Keyring:
    """The keys in ``keys.db``, seen from one connection."""

    def __init__(self, database: Database, wrapping: bytes, cache: KeyCache) -> None:
        self._database = database
        self._wrapping = AESGCM(wrapping)
        self._cache = cache
        self._pending: list[str] = []

    def secrets(self) -> Secrets:
        """The store's own secrets.

        Raises:
            StoreError: DAMAGED where one is missing or does not unwrap.
        """
        wrapped = dict(rows(self._database, "SELECT name, wrapped FROM secrets"))
        try:
            plain = {name: unseal(self._wrapping, wrapped[name], place("", "secret", name)) for name in Secret}
        except KeyError as error:
            raise StoreError(StoreProblem.DAMAGED, "keys.db") from error
        return Secrets(
            directory=plain[Secret.DIRECTORY],
            people=AESGCM(plain[Secret.PEOPLE]),
            trail=AESGCM(plain[Secret.TRAIL]),
            heads=plain[Secret.HEADS],
        )

    def make_secrets(self) -> None:
        """Fresh secrets for a new store."""
        for name in Secret:
            wrapped = seal(self._wrapping, os.urandom(32), place("", "secret", name))
            rows(self._database, "INSERT INTO secrets (name, wrapped) VALUES (?, ?)", (name.value, wrapped))

    def patient(self, patient_id: str) -> AESGCM:
        """The patient's key.

        Raises:
            StoreError: KEY_DESTROYED where there is none (any more).
        """
        key = self._cache.get(patient_id) or self._stored(patient_id)
        if key is None:
            raise StoreError(StoreProblem.KEY_DESTROYED)
        return key

    def _stored(self, patient_id: str) -> AESGCM | None:
        found = rows(self._database, "SELECT wrapped FROM patient_keys WHERE patient_id = ?", (patient_id,))
        if not found:
            return None
        key = AESGCM(unseal(self._wrapping, found[0][0], place(patient_id, "key")))
        self._cache.put(patient_id, key)
        return key

    def make_patient(self, patient_id: str, created: int) -> AESGCM:
        """A new patient's key, kept by ``commit``; the one that an unfinished creation left, if there is one.

        ``created`` is in microseconds since 1970.
        """
        if (left := self._stored(patient_id)) is not None:
            return left
        plain = AESGCM.generate_key(256)
        wrapped = seal(self._wrapping, plain, place(patient_id, "key"))
        if not self._database.conn.in_transaction:
            rows(self._database, "BEGIN IMMEDIATE")
        rows(
            self._database,
            "INSERT INTO patient_keys (patient_id, wrapped, created) VALUES (?, ?, ?)",
            (patient_id, wrapped, created),
        )
        key = AESGCM(plain)
        self._pending.append(patient_id)
        self._cache.put(patient_id, key)
        return key

    def destroyed(self) -> set[str]:
        """Ids of the patients whose keys were destroyed."""
        return {found[0] for found in rows(self._database, "SELECT patient_id FROM purged")}

    def destroy(self, patient_ids: Sequence[str], at: int) -> None:
        """Destroys patients' keys, those that a backup may have brought back too; durable after ``commit``.

        ``at`` is in microseconds since 1970.
        """
        if patient_ids and not self._database.conn.in_transaction:
            rows(self._database, "BEGIN IMMEDIATE")
        for patient_id in patient_ids:
            rows(self._database, "DELETE FROM patient_keys WHERE patient_id = ?", (patient_id,))
            rows(
                self._database,
                "INSERT INTO purged (patient_id, at) VALUES (?, ?) ON CONFLICT (patient_id) DO NOTHING",
                (patient_id, at),
            )
            self._pending.append(patient_id)
            self._cache.forget(patient_id)

    def overwrite(self) -> bool:
        """Copies the log into the file, over what was deleted, and empties it; False where someone still reads it."""
        return not rows(self._database, "PRAGMA wal_checkpoint(TRUNCATE)")[0][0]

    @property
    def intact(self) -> bool:
        """False where what was done to keys since the last commit is lost: a full disk may undo a whole transaction."""
        return not self._pending or self._database.conn.in_transaction

    def commit(self) -> None:
        """Makes new keys durable, before the commit of what they seal: a key without a patient harms nobody.

        Destroyed keys too: nothing is left that they sealed.
        """
        if self._database.conn.in_transaction:
            rows(self._database, "COMMIT")
        self._pending.clear()

    def rollback(self) -> None:
        """Undoes what was done to keys since the last commit."""
        for patient_id in self._pending:
            self._cache.forget(patient_id)
        self._pending.clear()
        try:
            self._database.rollback()
        except sqlcipher.Error as error:
            raise translated(error, "keys.db") from error
