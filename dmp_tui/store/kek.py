"""The key-encrypting key: 32 random bytes in a file of its own, outside the data directory, and what derives from it.

Every other key comes from it by HKDF-SHA256 (RFC 5869) with an info string of its own, or is random and wrapped
under one that does.
"""

import os
import stat
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dmp_tui.store.connection import sync_directory
from dmp_tui.store.problems import StoreError, StoreProblem

LENGTH = 32


class Purpose(StrEnum):
    """What a derived key is for: the info string of its derivation."""

    RECORDS_FILE = "dmp-tui/1/records.db"
    KEYS_FILE = "dmp-tui/1/keys.db"
    WRAPPING = "dmp-tui/1/wrapping"


def derive(key: bytes, purpose: Purpose) -> bytes:
    """32 bytes for one purpose."""
    return HKDF(SHA256(), LENGTH, salt=None, info=purpose.encode()).derive(key)


def make_kek(path: Path) -> None:
    """A new random key in a new file of mode 0600; its directory is made with mode 0700 if there is none.

    Raises:
        StoreError: EXISTS, or IO.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
    except FileExistsError as error:
        raise StoreError(StoreProblem.EXISTS, path.name) from error
    except OSError as error:
        raise StoreError(StoreProblem.IO, path.name) from error


def refuse_inside(path: Path, data: Path) -> None:
    """A key in the data directory would leave with every copy of the data.

    Raises:
        StoreError: KEK_INSIDE.
    """
    if path.resolve().is_relative_to(data.resolve()):
        raise StoreError(StoreProblem.KEK_INSIDE, path.name)


def is_kept(state: os.stat_result) -> bool:
    """Whether the file is its owner's alone."""
    if not stat.S_ISREG(state.st_mode):
        return False
    # A systemd credential is root's, and an ACL lets the service read it: its mask shows as the group's bits.
    if (state.st_uid, state.st_gid, stat.S_IMODE(state.st_mode)) == (0, 0, 0o440):
        return True
    return not state.st_mode & 0o077 and state.st_uid in {0, os.geteuid()}


def read_kek(path: Path, data: Path) -> bytes:
    """The key, if its file keeps it as it must.

    Raises:
        StoreError: KEK_INSIDE, KEK_MISSING, KEK_EXPOSED (others than the owner may read or write it, or the owner is
            neither this user nor root), KEK_SHAPE.
    """
    refuse_inside(path, data)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for its writer
    except FileNotFoundError as error:
        raise StoreError(StoreProblem.KEK_MISSING, path.name) from error
    except OSError as error:
        raise StoreError(StoreProblem.IO, path.name) from error
    try:
        # Checked on the open file: what is read is what was checked.
        state = os.fstat(descriptor)
        if not is_kept(state):
            raise StoreError(StoreProblem.KEK_EXPOSED, path.name)
        key = os.read(descriptor, LENGTH + 1)
    finally:
        os.close(descriptor)
    if len(key) != LENGTH:
        raise StoreError(StoreProblem.KEK_SHAPE, path.name)
    return key
