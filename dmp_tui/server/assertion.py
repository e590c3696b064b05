"""The card's signature at login: a JWS over a nonce of ours, our certificate and the client's key (RFC 7515, 7523)."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from dmp_tui.server.certificates import read_chain
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.jose import MalformedError, decode, read_object, split
from dmp_tui.server.refusals import Rule, refusal

_LIMIT = 48 * 1024
_LONGEST = 60
_HEADER = {"typ", "alg", "x5c"}


class _Registry(jws.JWSRegistry):
    """A chain of certificates is longer than the 512 bytes that joserfc allows a header."""

    max_header_length = 32 * 1024
    max_payload_length = 8 * 1024


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that its own certificate signed. Nothing is known of that certificate yet."""

    chain: tuple[x509.Certificate, ...]
    claims: dict[str, Any]

    @property
    def nonce(self) -> str:
        """The server's nonce; empty if there is none."""
        nonce = self.claims.get("nonce")
        return nonce if isinstance(nonce, str) else ""

    @property
    def jkt(self) -> str:
        """Thumbprint of the key that the session will be bound to; empty if there is none."""
        confirmation = self.claims.get("cnf")
        jkt = confirmation.get("jkt") if isinstance(confirmation, dict) else None
        return jkt if isinstance(jkt, str) else ""

    @property
    def on_behalf_of(self) -> str | None:
        """Who acts through a facility's certificate; None if the claim is not there."""
        if "on_behalf_of" not in self.claims:
            return None
        name = self.claims["on_behalf_of"]
        return name.strip() if isinstance(name, str) else ""


def read_assertion(compact: str) -> Assertion:
    """The assertion, if its header is exactly ours and its first certificate's key signed it.

    Raises:
        AuthError: ASSERTION, CERTIFICATE, SIGNATURE.
    """
    try:
        segment, payload, _ = split(compact, _LIMIT)
        header = read_object(decode(segment))
        if header.keys() != _HEADER or header["typ"] != "dmp-login+jwt" or header["alg"] != "RS256":
            raise MalformedError("header")
        ders = _certificates(header["x5c"])
        claims = read_object(decode(payload))
    except MalformedError:
        raise refusal(Rule.ASSERTION) from None
    chain = read_chain(ders)
    pem = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        jws.deserialize_compact(compact, RSAKey.import_key(pem), registry=_Registry(algorithms=["RS256"]))
    except (JoseError, ValueError):
        raise refusal(Rule.SIGNATURE) from None
    return Assertion(tuple(chain), claims)


def check_claims(assertion: Assertion, identity: ServerIdentity, national_id: str) -> None:
    """Whether the assertion was made for this server, by the holder of its certificate, for one minute at most.

    ``iat`` and ``exp`` are compared with each other and with no clock: the nonce, of the last 60 seconds and used
    once, says that the assertion is fresh.

    Raises:
        AuthError: AUDIENCE, SERVER_CERTIFICATE, SUBJECT, LIFETIME.
    """
    claims = assertion.claims
    if claims.get("aud") != identity.token_url:
        raise refusal(Rule.AUDIENCE)
    if claims.get("tls_cert#S256") != identity.certificate_hash:
        raise refusal(Rule.SERVER_CERTIFICATE)
    if claims.get("iss") != national_id or claims.get("sub") != national_id:
        raise refusal(Rule.SUBJECT)
    issued, expires, jti = claims.get("iat"), claims.get("exp"), claims.get("jti")
    if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= _LONGEST:
        raise refusal(Rule.LIFETIME)
    if not isinstance(jti, str) or not 0 < len(jti) <= 128:
        raise refusal(Rule.LIFETIME)


def _certificates(x5c: Any) -> list[bytes]:
    """The DER certificates of an ``x5c`` header: base64 with padding, not base64url (RFC 7515, 4.1.6)."""
    if not isinstance(x5c, list) or not all(isinstance(entry, str) for entry in x5c):
        raise MalformedError("x5c")
    try:
        return [b64decode(entry, validate=True) for entry in x5c]
    except ValueError:
        raise MalformedError("x5c") from None
