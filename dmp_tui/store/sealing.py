"""Sealed bytes: AES-256-GCM, bound to where they lie, so that a value moved to another row does not open.

A sealed value is ``nonce (12 bytes) || ciphertext || tag (16 bytes)`` (NIST SP 800-38D). The additional data is the
patient's id, the kind of value and the document's id, separated by ``|``.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dmp_tui.store.problems import StoreError, StoreProblem

NONCE = 12


def place(patient_id: str, kind: str, document_id: str = "") -> bytes:
    """The additional data of a value."""
    return f"{patient_id}|{kind}|{document_id}".encode()


def seal(key: AESGCM, content: bytes, where: bytes) -> bytes:
    """``content`` sealed for one place, under a fresh random nonce."""
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, content, where)


def unseal(key: AESGCM, sealed: bytes, where: bytes) -> bytes:
    """What was sealed for that place.

    Raises:
        StoreError: DAMAGED, where the bytes, the key or the place are not those of the sealing.
    """
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], where)
    except (InvalidTag, ValueError) as error:
        raise StoreError(StoreProblem.DAMAGED, where.split(b"|")[1].decode()) from error
