"""The server's own authority and the certificate that it serves: elliptic curve P-256, names in subjectAltName.

Clients trust the server by this authority and its name. The authority's key is needed to renew the certificate only:
it lies with the key-encrypting key, outside the data directory.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=3650)
CERTIFICATE_LIFE = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
"""From then on ``serve`` says that the certificate is to be renewed."""
_BACKDATED = timedelta(hours=1)
"""A workstation whose clock is a little behind sees a fresh certificate as valid."""
_NAMES_ALWAYS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """The private key, PKCS#8 in PEM, not encrypted: its file's mode keeps it."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_authority(name: str, now: datetime) -> Issued:
    """A new authority for servers, ``name`` in its common name; it may issue certificates of servers only."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "dmp-tui"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"dmp-tui {name}"[:64]),
        ]
    )
    builder = _builder(subject, subject, key, now, AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    builder = builder.add_extension(_identifier(key), critical=False)
    return Issued(builder.sign(key, SHA256()), key)


def make_server_certificate(
    authority: Issued, now: datetime, names: tuple[str, ...] = _NAMES_ALWAYS, life: timedelta = CERTIFICATE_LIFE
) -> Issued:
    """A certificate for a server that answers to ``names``: DNS names and IP addresses; a fresh key each time.

    It never outlives its authority.

    Raises:
        ValueError: no name, or one that is neither.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    issuer = authority.certificate
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    left = issuer.not_valid_after_utc - now
    builder = _builder(subject, issuer.subject, key, now, min(life, left))
    builder = builder.add_extension(alternatives, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(_identifier(key), critical=False)
    # RFC 5280 4.2.1.1, and what strict clients ask for (Python's VERIFY_X509_STRICT).
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(above, critical=False)
    return Issued(builder.sign(authority.key, SHA256()), key)


def with_local_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, then the machine's own ones that are not among them."""
    return (*names, *(name for name in _NAMES_ALWAYS if name not in names))


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names that a certificate was made for."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in found)


def load_issued(certificate: Path, key: Path) -> Issued:
    """A certificate and its key from their PEM files.

    Raises:
        OSError: a file cannot be read.
        ValueError: they are no certificate and its P-256 key.
    """
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    private = load_pem_private_key(key.read_bytes(), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != loaded.public_key():
        raise ValueError("the key is not the certificate's")
    return Issued(loaded, private)


def save_issued(issued: Issued, certificate: Path, key: Path) -> None:
    """Writes both files, the key with mode 0600; each is replaced whole or not at all.

    Raises:
        OSError: a file cannot be written.
    """
    write_file(key, issued.key_pem, 0o600)
    write_file(certificate, issued.pem, 0o644)


def write_file(path: Path, content: bytes, mode: int) -> None:
    """Writes a file that never exists half-written nor with a wider mode, and syncs it.

    Raises:
        OSError: it cannot be written.
    """
    scratch = path.with_name(f".{path.name}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
    )


def _identifier(key: ec.EllipticCurvePrivateKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    labels = name.rstrip(".").split(".")
    if len(name) > 253 or not all(
        0 < len(label) <= 63 and label.isascii() and label.replace("-", "a").isalnum() for label in labels
    ):
        raise ValueError("neither a DNS name nor an IP address")
    return x509.DNSName(name)
