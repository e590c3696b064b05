"""Certificates of cards: whose they are, and whether a trusted authority says so today (RFC 5280)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dmp_tui.server.refusals import Rule, refusal
from dmp_tui.server.revocation import RevocationPolicy, Revocations
from dmp_tui.store.trust import UNPARSABLE

_MOST_CERTIFICATES = 5
_MOST_INTERMEDIATES = 3
_TEST_IDS = "899700"
"""National ids of the ANS's test cards begin so (8 and a fictive RPPS)."""
_LOGIN_PURPOSES = {
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SMARTCARD_LOGON,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}


class TrustedAuthority(Protocol):
    """A card authority of the store: DER, and whether it is a demonstration or test one."""

    @property
    def der(self) -> bytes: ...
    @property
    def demonstration(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the card, as his certificate states it."""

    national_id: str
    """CN of the subject."""
    family: str
    given: str
    titles: tuple[str, ...]
    """The profession, as a label or a G15 code; empty on certificates of structures and of most clerks."""
    certificate: str
    """SHA-256 of the certificate, in hexadecimal."""
    not_after: datetime
    revocation_in_term: bool = True
    """False if a revocation list served after its ``nextUpdate`` (``RevocationPolicy.grace``)."""


def read_chain(ders: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates of ``x5c``, leaf first.

    Raises:
        AuthError: CERTIFICATE (not readable, none, more than five, or a leaf that has no RSA key of 2048 to 4096 bits).
    """
    if not 0 < len(ders) <= _MOST_CERTIFICATES:
        raise refusal(Rule.CERTIFICATE)
    try:
        chain = [x509.load_der_x509_certificate(der) for der in ders]
        key = chain[0].public_key()
    except UNPARSABLE:
        raise refusal(Rule.CERTIFICATE) from None
    if any(certificate.serial_number <= 0 for certificate in chain):
        raise refusal(Rule.CERTIFICATE)
    if not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 4096:
        raise refusal(Rule.CERTIFICATE)
    return chain


def check_chain(
    chain: Sequence[x509.Certificate],
    authorities: Iterable[TrustedAuthority],
    revocations: Revocations,
    now: datetime,
    policy: RevocationPolicy,
    *,
    demonstration_allowed: bool,
) -> Holder:
    """Who is at the end of this chain, if it leads to an authority of the store and nothing stands against it.

    Checked: signatures, dates, ``basicConstraints`` and its path length, ``keyCertSign``, unknown critical
    extensions, RSA of 2048 bits or more, no SHA-1; the leaf's usage is to authenticate and not to sign documents;
    every certificate below the trusted one against the list of its issuer. Certificate policies are not read: which
    authorities may issue login cards is what trusting them says.

    Raises:
        AuthError: the rule that fails.
    """
    leaf = chain[0]
    trusted = list(authorities)
    try:
        _check_dates(leaf, now)
        _check_usage(leaf)
        holder = _holder(leaf)
        path = _path(chain, [x509.load_der_x509_certificate(authority.der) for authority in trusted], now)
    except UNPARSABLE:
        # Fields are parsed when they are first asked for, and these bytes are of anyone.
        raise refusal(Rule.CERTIFICATE) from None
    demonstration = {authority.der for authority in trusted if authority.demonstration}
    if not demonstration_allowed and (
        any(c.public_bytes(Encoding.DER) in demonstration for c in path) or _is_test(path)
    ):
        raise refusal(Rule.DEMONSTRATION_CARD)
    in_term = [revocations.check(certificate, issuer, now, policy) for certificate, issuer in pairwise(path)]
    return replace(holder, revocation_in_term=all(in_term))


def _check_dates(leaf: x509.Certificate, now: datetime) -> None:
    if now > leaf.not_valid_after_utc:
        raise refusal(Rule.CERTIFICATE_EXPIRED)
    if now < leaf.not_valid_before_utc:
        raise refusal(Rule.CERTIFICATE_NOT_YET_VALID)


def _check_usage(leaf: x509.Certificate) -> None:
    try:
        extensions = leaf.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise refusal(Rule.CERTIFICATE_USAGE) from None
    if not usage.digital_signature or usage.content_commitment or usage.key_cert_sign:
        raise refusal(Rule.CERTIFICATE_USAGE)
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            raise refusal(Rule.CERTIFICATE_USAGE)
        if isinstance(value, x509.ExtendedKeyUsage) and not _LOGIN_PURPOSES & set(value):
            raise refusal(Rule.CERTIFICATE_USAGE)


def _path(chain: Sequence[x509.Certificate], anchors: list[x509.Certificate], now: datetime) -> list[x509.Certificate]:
    if not anchors:
        raise refusal(Rule.UNKNOWN_AUTHORITY)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(anchors))
        .time(now)
        .max_chain_depth(_MOST_INTERMEDIATES)
        .extension_policies(ca_policy=_authority_policy(), ee_policy=verification.ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        return verifier.verify(chain[0], list(chain[1:])).chain
    except (verification.VerificationError, ValueError):
        pass
    names = {anchor.subject for anchor in anchors}
    known = any(certificate.issuer in names for certificate in chain)
    raise refusal(Rule.CERTIFICATE if known else Rule.UNKNOWN_AUTHORITY)


def _authority_policy() -> verification.ExtensionPolicy:
    """The web's rules ask for extensions that card authorities need not have; these are the ones that X.509 needs."""
    either = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, either, None)
        .require_present(x509.KeyUsage, either, _signs_certificates)
    )


def _signs_certificates(_policy: verification.Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.key_cert_sign:
        raise ValueError("an authority that may not sign certificates")


def _is_test(path: Sequence[x509.Certificate]) -> bool:
    """Test cards of the ANS, which real test authorities sign: by their number, or the word TEST in their authority."""
    if _value(path[0].subject, NameOID.COMMON_NAME).startswith(_TEST_IDS):
        return True
    words = (str(attribute.value).upper().split() for authority in path[1:] for attribute in authority.subject)
    return any("TEST" in found for found in words)


def _holder(leaf: x509.Certificate) -> Holder:
    value = partial(_value, leaf.subject)
    national_id = value(NameOID.COMMON_NAME)
    if not national_id or not national_id.isprintable() or len(national_id) > 64:
        raise refusal(Rule.CERTIFICATE)
    titles = tuple(str(attribute.value) for attribute in leaf.subject.get_attributes_for_oid(NameOID.TITLE))
    return Holder(
        national_id,
        value(NameOID.SURNAME),
        value(NameOID.GIVEN_NAME),
        titles,
        leaf.fingerprint(SHA256()).hex(),
        leaf.not_valid_after_utc,
    )


def _value(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """The one value of an attribute; empty if it is not there exactly once."""
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if len(values) == 1 else ""
