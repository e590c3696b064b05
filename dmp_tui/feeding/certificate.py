"""A structure's software certificate (TD2.2, indirect authentication): it logs in as a card does, and is a file."""

import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LARGEST = 256 * 1024


class CertificateProblem(StrEnum):
    """Why a certificate's files cannot be used."""

    UNREADABLE = "unreadable"
    NOT_A_CERTIFICATE = "not-a-certificate"
    NOT_A_KEY = "not-a-key"
    """No private key in PEM, not of RSA, or its password is not the one given."""
    OPEN_TO_OTHERS = "open-to-others"
    """Others than the owner may read the key's file."""
    NOT_ITS_KEY = "not-its-key"


class CertificateError(Exception):
    """Files that cannot log in. Holds the problem, and neither path nor content."""

    def __init__(self, problem: CertificateProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SoftwareCertificate:
    """What a login needs of a card, from files."""

    certificate: bytes
    """DER."""
    intermediates: tuple[bytes, ...]
    _key: "RSAPrivateKey" = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 (RS256)."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def load_certificate(certificate: Path, key: Path, password: bytes | None = None) -> SoftwareCertificate:
    """A certificate (PEM: the leaf, then its issuers) with its private key (PEM), which nobody else may read.

    Raises:
        CertificateError: see the problems.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    try:
        chain, secret = _read(certificate), _read(key, secret=True)
    except OSError:
        raise CertificateError(CertificateProblem.UNREADABLE) from None
    try:
        found = x509.load_pem_x509_certificates(chain)
    except ValueError:
        raise CertificateError(CertificateProblem.NOT_A_CERTIFICATE) from None
    try:
        private = load_pem_private_key(secret, password)
    except (ValueError, TypeError):
        raise CertificateError(CertificateProblem.NOT_A_KEY) from None
    if not isinstance(private, RSAPrivateKey):
        raise CertificateError(CertificateProblem.NOT_A_KEY)
    if private.public_key() != found[0].public_key():
        raise CertificateError(CertificateProblem.NOT_ITS_KEY)
    leaf, *issuers = (one.public_bytes(Encoding.DER) for one in found)
    return SoftwareCertificate(leaf, tuple(issuers), private)


def is_kept(status: os.stat_result) -> bool:
    """Whether a file is its owner's alone."""
    # A systemd credential is root's, and an ACL lets the service read it: its mask shows as the group's bits.
    if (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (0, 0, 0o440):
        return True
    return not status.st_mode & 0o077 and status.st_uid in {0, os.geteuid()}


def _read(path: Path, *, secret: bool = False) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would wait for its writer
    with os.fdopen(handle, "rb") as file:
        # Checked on the open file: what is read is what was checked.
        if secret and not is_kept(os.fstat(handle)):
            raise CertificateError(CertificateProblem.OPEN_TO_OTHERS)
        return file.read(_LARGEST)
