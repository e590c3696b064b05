"""The card that logs in, whatever reads it: who holds it, its certificate, its PIN, its signature.

The certificate's subject is C=FR, O=..., and one RDN of several attributes: title (profession), SN, GN, CN (national
id), as IGC-Sante issues it. Its key usage tells authentication (digitalSignature) from signature (nonRepudiation).
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.professions import PROFESSIONS

if TYPE_CHECKING:
    from cryptography import x509

_TEST_IDS = ("899700",)
"""National ids of the test cards of ANS."""
_TEST_AUTHORITIES = ("TEST", "DEMO")
"""In the names of the authorities that issue no card for care."""
_SPECIALTY = re.compile(r"[A-Z]{2}[A-Z0-9]{2}")


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the holder works (CPS_ACTIVITY_nn_PS), readable after the PIN."""

    structure: str
    structure_id: str
    sector: str
    """R02 code (SA01: public hospital...); empty if none."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the card, as the card says. The server believes its certificate only, and its own directory."""

    national_id: str
    """CN of the certificate: 8 + RPPS, 0 + ADELI, 3 + FINESS..."""
    family: str
    """Empty on cards of staff that name nobody."""
    given: str
    profession: str
    """G15 code where the certificate's title is a known profession, else the title as it is."""
    specialty: str = ""
    """R01 code (SM59); empty if the card does not say. Unsigned: to show, never to decide."""
    card_type: str = ""
    """``CPS`` for a professional by RPPS or ADELI, ``CPE`` for staff; by the form of the national id."""
    test: bool = False
    """A test or demonstration card."""
    situations: tuple[Situation, ...] = ()
    """Empty before the PIN."""


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a card may be used, both aware and included."""

    start: datetime
    end: datetime


class AuthenticationCard(Protocol):
    """A card that logs in. Methods block and belong in a worker thread; all raise CardError."""

    @property
    def holder(self) -> Holder: ...

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, DER."""

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """Certificates of authorities that the card carries, DER."""

    @property
    def validity(self) -> Validity: ...

    def tries_left(self) -> int | None:
        """PIN tries that the card still allows; None if it does not say."""

    def verify(self, pin: str) -> None:
        """Give the card the PIN, once.

        Raises:
            CardError: PIN_FORMAT (nothing was sent), PIN_WRONG, PIN_BLOCKED, REMOVED, UNREADABLE.
        """

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 signature with SHA-256 (RS256) by the authentication key.

        Raises:
            CardError: PIN_NEEDED, REMOVED, REFUSED, UNREADABLE.
        """

    def close(self) -> None:
        """Let the card go, its PIN forgotten. Never raises; twice is the same as once."""


def check_validity(validity: Validity, now: datetime) -> None:
    """Raise CardError EXPIRED or NOT_YET_VALID if a card may not be used at that time (aware)."""
    if now < validity.start:
        raise CardError(CardProblem.NOT_YET_VALID)
    if now > validity.end:
        raise CardError(CardProblem.EXPIRED)


def holder_of(certificate: bytes, *, specialty: str = "") -> Holder:
    """The holder that a certificate (DER) names.

    Raises:
        CardError: UNREADABLE if it is no certificate, or names nobody.
    """
    from cryptography.x509.oid import NameOID

    with _hostile():
        loaded = _load(certificate)
        subject, issuer = loaded.subject, loaded.issuer.rfc4514_string()
    # RDNs hold several attributes: they are looked for one by one, wherever they stand.
    values = {attribute.oid: str(attribute.value).strip() for rdn in subject.rdns for attribute in rdn}
    national_id = values.get(NameOID.COMMON_NAME, "")
    if not national_id:
        raise CardError(CardProblem.UNREADABLE)
    return Holder(
        national_id=national_id,
        family=values.get(NameOID.SURNAME, ""),
        given=values.get(NameOID.GIVEN_NAME, ""),
        profession=_profession(values.get(NameOID.TITLE, "")),
        specialty=specialty if _SPECIALTY.fullmatch(specialty) else "",
        card_type="CPS" if national_id[0] in "08" and national_id.isdecimal() else "CPE",
        test=national_id.startswith(_TEST_IDS) or any(word in issuer.upper() for word in _TEST_AUTHORITIES),
    )


def validity_of(certificate: bytes) -> Validity:
    """When a certificate (DER) is valid. Raises CardError UNREADABLE."""
    with _hostile():
        loaded = _load(certificate)
        return Validity(loaded.not_valid_before_utc, loaded.not_valid_after_utc)


def is_authentication(certificate: bytes) -> bool:
    """Whether a certificate (DER) authenticates: digitalSignature without nonRepudiation, and no authority's."""
    from cryptography import x509

    try:
        with _hostile():
            usage = _load(certificate).extensions.get_extension_for_class(x509.KeyUsage).value
    except (CardError, x509.ExtensionNotFound):
        return False
    return usage.digital_signature and not usage.content_commitment and not usage.key_cert_sign


def is_authority(certificate: bytes) -> bool:
    """Whether a certificate (DER) is an authority's."""
    from cryptography import x509

    try:
        with _hostile():
            constraints = _load(certificate).extensions.get_extension_for_class(x509.BasicConstraints).value
    except (CardError, x509.ExtensionNotFound):
        return False
    return constraints.ca


def digest_info(message: bytes) -> bytes:
    """DigestInfo of the SHA-256 of a message (RFC 8017, 9.2, note 1): what the card pads and signs."""
    from hashlib import sha256

    return bytes.fromhex("3031300D060960864801650304020105000420") + sha256(message).digest()


def _load(certificate: bytes) -> "x509.Certificate":
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate)


@contextmanager
def _hostile() -> Generator[None, None, None]:
    """Whatever a card gives out as a certificate, and wherever in it the reading fails: the card is UNREADABLE."""
    from cryptography import x509

    try:
        yield
    except (
        ValueError,
        TypeError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        raise CardError(CardProblem.UNREADABLE) from None


def _profession(title: str) -> str:
    by_label = {fold(label): code for code, label in PROFESSIONS.items()}
    return by_label.get(fold(title), title)
