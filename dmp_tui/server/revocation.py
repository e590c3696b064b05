"""Which certificates were revoked: lists of their authorities (RFC 5280, 5), read once and kept as sets."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from dmp_tui.server.refusals import Rule, refusal
from dmp_tui.store.trust import UNPARSABLE

_AHEAD = timedelta(minutes=5)
"""How far in the future a list may have been issued, for clocks that differ a little."""


@dataclass(frozen=True)
class RevocationPolicy:
    """What to do where an authority's list is missing or old. A revoked certificate is refused in any case.

    ``required``: without a list of its issuer, no certificate is accepted. ``grace``: how long after its
    ``nextUpdate`` a list still serves, so that a cut network does not close the emergency department's record to all.
    """

    required: bool
    grace: timedelta = timedelta(hours=72)


@dataclass(frozen=True)
class _List:
    crl: x509.CertificateRevocationList
    issuer: x509.Name
    issued: datetime
    due: datetime | None
    serials: frozenset[int]
    authorities: bool
    """Speaks of certificates of authorities."""
    users: bool
    """Speaks of certificates of people and structures."""

    def concerns(self, certificate: x509.Certificate, now: datetime) -> bool:
        """Whether it was issued in the past by the issuer of this certificate, for certificates of its kind."""
        own_kind = self.authorities if _is_authority(certificate) else self.users
        return own_kind and self.issuer == certificate.issuer and self.issued <= now + _AHEAD


class Revocations:
    """The lists of the store. ``load`` reads what is new in it; checking is then a look-up in a set."""

    def __init__(self) -> None:
        self._lists: dict[bytes, _List | None] = {}
        self._signed: dict[tuple[bytes, bytes], bool] = {}

    def load(self, crls: Iterable[bytes]) -> None:
        """Keep these lists (DER) and forget the others. What is no usable list is left out."""
        known = {hashlib.sha256(der).digest(): der for der in crls}
        self._lists = {
            digest: self._lists[digest] if digest in self._lists else _read(der) for digest, der in known.items()
        }
        self._signed = {pair: good for pair, good in self._signed.items() if pair[0] in known}

    def check(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime, policy: RevocationPolicy
    ) -> bool:
        """Whether the newest list was within its term; False if it served in its grace.

        Raises:
            AuthError: CERTIFICATE_REVOKED, CRL_MISSING, CRL_STALE.
        """
        found = [
            entry
            for digest, entry in self._lists.items()
            if entry and entry.concerns(certificate, now) and self._is_of(digest, entry, issuer)
        ]
        if any(certificate.serial_number in entry.serials for entry in found):
            raise refusal(Rule.CERTIFICATE_REVOKED)
        if not found:
            if policy.required:
                raise refusal(Rule.CRL_MISSING)
            return True
        due = max((entry.due for entry in found if entry.due), default=None)
        if due is not None and now < due:
            return True
        if policy.required and (due is None or now >= due + policy.grace):
            raise refusal(Rule.CRL_STALE)
        return False

    def _is_of(self, digest: bytes, entry: _List, issuer: x509.Certificate) -> bool:
        pair = (digest, issuer.fingerprint(SHA256()))
        if pair not in self._signed:
            self._signed[pair] = _is_signed_by(entry.crl, issuer)
        return self._signed[pair]


def _read(der: bytes) -> _List | None:
    """The list, None where these bytes are none that a check can use."""
    try:
        return _complete(x509.load_der_x509_crl(der))
    except UNPARSABLE:
        return None


def _complete(crl: x509.CertificateRevocationList) -> _List | None:
    """A complete list of its own issuer. Delta, indirect and partial lists say less than a check needs: None."""
    authorities = users = True
    for extension in crl.extensions:
        point = extension.value
        if not extension.critical:
            continue
        if not isinstance(point, x509.IssuingDistributionPoint):
            return None
        if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
            return None
        authorities, users = not point.only_contains_user_certs, not point.only_contains_ca_certs
    if not isinstance(crl.signature_hash_algorithm, SHA256 | SHA384 | SHA512):
        return None
    serials = frozenset(revoked.serial_number for revoked in crl)
    return _List(crl, crl.issuer, crl.last_update_utc, crl.next_update_utc, serials, authorities, users)


def _is_signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        key = issuer.public_key()
        if not usage.crl_sign or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            return False
        return crl.is_signature_valid(key)
    except (x509.ExtensionNotFound, InvalidSignature, *UNPARSABLE):
        return False


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
