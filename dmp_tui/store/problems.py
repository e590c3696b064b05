"""What may go wrong with a store, as kinds: rooms above turn each into one sentence. No text here holds any data."""

from enum import StrEnum

from sqlcipher3 import dbapi2 as sqlcipher


class StoreProblem(StrEnum):
    """Kinds of trouble with a store, its files or its keys."""

    KEK_MISSING = "kek-missing"
    KEK_EXPOSED = "kek-exposed"
    """The key file is not a plain file of its owner alone (mode 0600 or stricter)."""
    KEK_INSIDE = "kek-inside"
    """The key file lies inside the data directory: whoever copies the data would copy the key."""
    KEK_SHAPE = "kek-shape"
    WRONG_KEY = "wrong-key"
    """The key does not open these files, or their first page is damaged: nothing tells the two apart."""
    DAMAGED = "damaged"
    """Bytes that are not what was written: a page's or a sealed value's authentication failed."""
    ABSENT = "absent"
    """No store in this directory, or one that was never finished."""
    EXISTS = "exists"
    NEWER = "newer"
    """Written by a newer release than this one."""
    FULL = "full"
    IO = "io"
    BUSY = "busy"
    """Another process held the files for longer than the busy timeout."""
    CLOSED = "closed"
    CONFLICT = "conflict"
    """What is to be created exists already (same id, same INS)."""
    STALE = "stale"
    """The version to be replaced is not the stored one any more."""
    UNKNOWN_PATIENT = "unknown-patient"
    UNKNOWN_DOCUMENT = "unknown-document"
    KEY_DESTROYED = "key-destroyed"
    """The patient's key is no more: his record was destroyed."""
    DEMONSTRATION = "demonstration"
    """A demonstration or test authority, in a production store."""
    NOT_A_CERTIFICATE = "not-a-certificate"
    NOT_A_CRL = "not-a-crl"


class StoreError(Exception):
    """A store that could not do what was asked. ``place`` names a file or a table, never a person or a value."""

    def __init__(self, problem: StoreProblem, place: str = "") -> None:
        super().__init__(f"{problem.value} {place}".strip())
        self.problem = problem
        self.place = place


class StoreFull(StoreError):  # noqa: N818 - the base says that it is an error
    """No space left: nothing of the write was kept, and writing works again once there is space."""

    def __init__(self, place: str = "") -> None:
        super().__init__(StoreProblem.FULL, place)


# Primary result codes of SQLite (sqlite.org/rescode.html); SQLCipher answers NOTADB for a key that does not fit.
_KINDS = {
    5: StoreProblem.BUSY,
    6: StoreProblem.BUSY,
    11: StoreProblem.DAMAGED,
    19: StoreProblem.CONFLICT,
    26: StoreProblem.DAMAGED,
}
_FULL = 13


def translated(error: sqlcipher.Error, place: str = "") -> StoreError:
    """The store's own error for one of SQLCipher's, whose classes are not those of ``sqlite3``."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == _FULL:
        return StoreFull(place)
    return StoreError(_KINDS.get(code, StoreProblem.IO), place)
