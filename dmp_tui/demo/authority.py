"""The demonstration's card authority: a root, an issuer, certificates as CPS cards hold them, and a revocation list.

Keys are made on the machine that runs the demonstration and never leave it: files of mode 0600 in directories of mode
0700. No server trusts this authority but those that ``demo`` and ``sandbox`` prepare.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.demo.people import WORKERS, Worker

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FORMAT = 2
"""Raised when what is written here changes, so that an older cache is made anew."""

AUTHORITY = "authority"
"""The directory of its files, in a sandbox."""
ROOT = "root"
ISSUER = "issuer"
FOREIGN = "foreign-root"
SIGNATURE = "signature"
PROBLEMS = ("expired", "not-yet-valid", "revoked", "foreign")
"""Certificates that a server must refuse, each for its own reason."""
_REVOKED_SERIAL = 0x0BAD


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate, its private key and its intermediates (root left out)."""

    certificate: "x509.Certificate"
    key: "RSAPrivateKey"
    chain: tuple["x509.Certificate", ...] = ()


def cached_authority(cache: Path, now: datetime, making: Callable[[], None] = lambda: None) -> Path:
    """The directory of this machine's authority under ``cache``; ``making`` is called if it has to be made first.

    Certificates run from the year of ``now`` to the end of the next one: a new year makes a new directory.
    """

    def write(directory: Path) -> None:
        making()
        write_authority(directory, now)

    return prepared(cache, f"authority-{FORMAT}-{now.year}", write)


def prepared(cache: Path, name: str, write: Callable[[Path], None]) -> Path:
    """``cache/name``, filled by ``write`` where it is missing; older directories of the same family are removed.

    Safe if several programs start at once: each writes a directory of its own, and the first to rename it wins.
    """
    private_directory(cache)
    final = cache / name
    if not final.is_dir():
        scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=cache))
        try:
            write(scratch)
            try:
                scratch.rename(final)
            except OSError:
                if not final.is_dir():
                    raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        family = name.partition("-")[0]
        for older in cache.glob(f"{family}-*"):
            if older != final:
                shutil.rmtree(older, ignore_errors=True)
    return final


def private_directory(path: Path) -> None:
    """Makes ``path`` a directory that its owner alone may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def write_private(path: Path, content: bytes) -> None:
    """Writes a file of mode 0600 that was never readable by others."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def write_authority(directory: Path, now: datetime) -> None:
    """Writes a whole authority into an empty directory: about fifteen RSA keys of 2048 bits."""
    begin = datetime(now.year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    end = datetime(now.year + 2, 1, 1, tzinfo=UTC)
    root = _certificate_authority("AC RACINE DEMONSTRATION", begin, end, None)
    issuer = _certificate_authority("AC DEMONSTRATION PERSONNES", begin, end, root)
    for name, authority in ((ROOT, root), (ISSUER, issuer)):
        _save(directory, name, authority)
    shared = _new_key()
    for worker in WORKERS:
        own = _new_key()
        _save(directory, worker.key, _issue(worker, own, issuer, begin, end))
        if worker.card:
            signature = _issue(worker, shared, issuer, begin, end, signature=True)
            _save(directory, f"{worker.key}-{SIGNATURE}", signature)
    _write_problems(directory, (root, issuer), shared, now, (begin, end))


def _write_problems(
    directory: Path,
    authorities: tuple[Credential, Credential],
    key: "RSAPrivateKey",
    now: datetime,
    validity: tuple[datetime, datetime],
) -> None:
    """One certificate of the first worker for each reason to refuse one, and both authorities' revocation lists."""
    from cryptography.hazmat.primitives.serialization import Encoding

    someone, (begin, end), (root, issuer) = WORKERS[0], validity, authorities
    foreign = _certificate_authority("AC RACINE ETRANGERE", begin, end, None)
    far = datetime(now.year + 5, 1, 1, tzinfo=UTC)
    _save(directory, FOREIGN, foreign)
    _save(directory, "expired", _issue(someone, key, issuer, begin - timedelta(days=800), begin))
    _save(directory, "not-yet-valid", _issue(someone, key, issuer, far, far + timedelta(days=800)))
    _save(directory, "revoked", _issue(someone, key, issuer, begin, end, serial=_REVOKED_SERIAL))
    _save(directory, "foreign", _issue(someone, key, foreign, begin, end))
    lists = (_revocation_list(root, begin, end), _revocation_list(issuer, begin, end, _REVOKED_SERIAL))
    (directory / "crl.pem").write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in lists))


def load(directory: Path, name: str) -> Credential:
    """The credential of a worker's key, of ``<key>-signature``, of a problem, or of an authority.

    Raises:
        OSError, ValueError: the directory is not one that :func:`write_authority` made.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    leaf, *chain = x509.load_pem_x509_certificates((directory / f"{name}.pem").read_bytes())
    pem = (directory / f"{name}.key").read_bytes()
    # Checking an RSA key takes long: these were written by this very program, in a directory that nobody else enters.
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(name)
    return Credential(leaf, key, tuple(chain))


def trusted(directory: Path) -> tuple["x509.Certificate", ...]:
    """What a demonstration server must trust: the root and the issuer."""
    from cryptography import x509

    names = (ROOT, ISSUER)
    return tuple(x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes()) for name in names)


def revocations(directory: Path) -> tuple["x509.CertificateRevocationList", ...]:
    """The revocation lists of the root and of the issuer."""
    from cryptography import x509

    end = b"-----END X509 CRL-----\n"
    blocks = (directory / "crl.pem").read_bytes().split(end)
    return tuple(x509.load_pem_x509_crl(block + end) for block in blocks if block)


def _new_key() -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 2048)


def _save(directory: Path, name: str, credential: Credential) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    chain = (credential.certificate, *credential.chain)
    (directory / f"{name}.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in chain))
    key = credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(directory / f"{name}.key", key)


def _certificate_authority(name: str, begin: datetime, end: datetime, parent: Credential | None) -> Credential:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    key = _new_key()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "DMP-TUI DEMONSTRATION"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(subject, key, (begin, end), parent)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None if parent is None else 0), True)
    certificate = builder.add_extension(usage, True).sign(parent.key if parent else key, hashes.SHA256())
    return Credential(certificate, key)


def _issue(
    worker: Worker,
    key: "RSAPrivateKey",
    issuer: Credential,
    begin: datetime,
    end: datetime,
    *,
    signature: bool = False,
    serial: int | None = None,
) -> Credential:
    """A certificate as a CPS holds it: one multi-valued RDN with profession, names and national id.

    The authentication certificate has digitalSignature and keyEncipherment, the signature one digitalSignature and
    nonRepudiation. A software certificate names its structure and no person.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    person = [
        (NameOID.TITLE, worker.profession),
        (NameOID.SURNAME, worker.family if worker.given else ""),
        (NameOID.GIVEN_NAME, worker.given),
        (NameOID.COMMON_NAME, worker.id),
    ]
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]),
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.ORGANIZATION_NAME, worker.facility.name)]),
            x509.RelativeDistinguishedName([x509.NameAttribute(oid, text) for oid, text in person if text]),
        ]
    )
    usage = _usage(digital_signature=True, content_commitment=signature, key_encipherment=not signature)
    builder = _builder(subject, key, (begin, end), issuer, serial)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    certificate = builder.add_extension(usage, True).sign(issuer.key, hashes.SHA256())
    above = () if issuer.certificate.issuer == issuer.certificate.subject else (issuer.certificate,)
    return Credential(certificate, key, above)


def _builder(
    subject: "x509.Name",
    key: "RSAPrivateKey",
    validity: tuple[datetime, datetime],
    parent: Credential | None,
    serial: int | None = None,
) -> "x509.CertificateBuilder":
    from cryptography import x509

    signer = (parent.key if parent else key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.certificate.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _revocation_list(
    issuer: Credential, begin: datetime, end: datetime, *serials: int
) -> "x509.CertificateRevocationList":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(begin)
        .next_update(end)
        .add_extension(x509.CRLNumber(1), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False)
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(begin).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(issuer.key, hashes.SHA256())
