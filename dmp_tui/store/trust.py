"""Card authorities and revocation lists as the store takes them: that they are what they claim, and from whom."""

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from dmp_tui.dmp.identity import fold
from dmp_tui.store.problems import StoreError, StoreProblem

UNPARSABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What X.509 from anyone may raise when its fields are read, which some are only when they are first asked for."""
_SELF_DECLARED = re.compile(r"\b(TEST|TESTS|DEMO|DEMONSTRATION|FICTIF|FICTIVE|BAC A SABLE|SANDBOX)\b")


@dataclass(frozen=True, slots=True)
class AuthorityCertificate:
    """What an administrator is told about an authority."""

    der: bytes
    subject: str
    """RFC 4514."""
    not_after: datetime
    demonstration: bool
    """Its own subject says that it is for tests or demonstrations."""


def certificate_of(content: bytes) -> x509.Certificate:
    """The certificate of a PEM or DER file.

    Raises:
        StoreError: NOT_A_CERTIFICATE.
    """
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except UNPARSABLE as error:
        raise StoreError(StoreProblem.NOT_A_CERTIFICATE) from error


def read_authority(content: bytes) -> AuthorityCertificate:
    """An authority's certificate (PEM or DER), which must say that it may sign certificates (RFC 5280, 4.2.1.9).

    Raises:
        StoreError: NOT_A_CERTIFICATE, also for the certificate of a person or a server.
    """
    certificate = certificate_of(content)
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        names = " ".join(fold(str(attribute.value)) for attribute in certificate.subject)
        authority = AuthorityCertificate(
            certificate.public_bytes(Encoding.DER),
            certificate.subject.rfc4514_string(),
            certificate.not_valid_after_utc,
            _SELF_DECLARED.search(names) is not None,
        )
    except (x509.ExtensionNotFound, *UNPARSABLE) as error:
        raise StoreError(StoreProblem.NOT_A_CERTIFICATE) from error
    if not constraints.ca:
        raise StoreError(StoreProblem.NOT_A_CERTIFICATE)
    return authority


def read_crl(content: bytes) -> tuple[bytes, datetime]:
    """``(issuer's name in DER, when it was issued)`` of a revocation list in DER.

    Raises:
        StoreError: NOT_A_CRL.
    """
    try:
        crl = x509.load_der_x509_crl(content)
        return crl.issuer.public_bytes(), crl.last_update_utc
    except UNPARSABLE as error:
        raise StoreError(StoreProblem.NOT_A_CRL) from error


def is_issued_by(crl_der: bytes, authority_der: bytes) -> bool | None:
    """Whether an authority signed a list; None where the list names another issuer, or a key that cannot be tried."""
    try:
        crl, authority = x509.load_der_x509_crl(crl_der), x509.load_der_x509_certificate(authority_der)
        key = authority.public_key()
        if crl.issuer != authority.subject or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            return None
        return crl.is_signature_valid(key)
    except (InvalidSignature, *UNPARSABLE):
        return None


def crl_of(content: bytes) -> bytes:
    """The DER of a revocation list in a PEM or DER file.

    Raises:
        StoreError: NOT_A_CRL.
    """
    try:
        crl = x509.load_pem_x509_crl(content) if b"-----BEGIN" in content else x509.load_der_x509_crl(content)
    except UNPARSABLE as error:
        raise StoreError(StoreProblem.NOT_A_CRL) from error
    return crl.public_bytes(Encoding.DER)
