"""Logging in with a card: what it signs, and what the server's answer says."""

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.proofs import b64, segment
from dmp_tui.dmp.professions import Professional, Role

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name of RFC 8693
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693
LIFE = 60


class LoginCard(Protocol):
    """What a login needs of a card whose PIN was given. ``sign`` blocks."""

    @property
    def certificate(self) -> bytes: ...

    @property
    def intermediates(self) -> tuple[bytes, ...]: ...

    def sign(self, message: bytes) -> bytes: ...


def signing_input(
    card: LoginCard, *, audience: str, nonce: str, jkt: str, leaf: str, issued: int, on_behalf_of: str = ""
) -> str:
    """The two first segments of the assertion: what the card signs (RFC 7515, 5.1)."""
    national_id = national_id_of(card.certificate)
    header = {
        "typ": "dmp-login+jwt",
        "alg": "RS256",
        "x5c": [base64.b64encode(der).decode("ascii") for der in (card.certificate, *card.intermediates)],
    }
    claims: dict[str, Any] = {
        "iss": national_id,
        "sub": national_id,
        "aud": audience,
        "nonce": nonce,
        "iat": issued,
        "exp": issued + LIFE,
        "jti": secrets.token_urlsafe(16),
        "cnf": {"jkt": jkt},
        "tls_cert#S256": leaf,
    }
    if on_behalf_of:
        claims["on_behalf_of"] = on_behalf_of
    return f"{segment(header)}.{segment(claims)}"


def assertion(signed: str, signature: bytes) -> str:
    """The whole assertion."""
    return f"{signed}.{b64(signature)}"


def national_id_of(certificate: bytes) -> str:
    """The CN of a card's certificate.

    Raises:
        ClientError: LOGIN_REFUSED with the code ``certificate``: no server would take it.
    """
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        names = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, TypeError, x509.InvalidVersion):
        names = []
    if len(names) != 1:
        raise ClientError(ClientProblem.LOGIN_REFUSED, "certificate")
    return str(names[0].value)


def read_professional(described: Mapping[str, Any]) -> Professional:
    """The professional as the login's answer describes him.

    Raises:
        ClientError: BAD_ANSWER.
    """

    def text(name: str) -> str:
        value = described.get(name, "")
        return value if isinstance(value, str) else ""

    try:
        role = Role(text("role"))
    except ValueError:
        raise ClientError(ClientProblem.BAD_ANSWER, "professional") from None
    if not text("id"):
        raise ClientError(ClientProblem.BAD_ANSWER, "professional")
    return Professional(
        text("id"),
        text("name"),
        text("profession"),
        role,
        text("specialty"),
        text("facility"),
        text("facility_name"),
        described.get("regulator") is True,
        text("on_behalf_of"),
    )
