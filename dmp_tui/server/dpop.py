"""Proofs of possession (RFC 9449): who sends a request holds the key that its token, or its login, is bound to."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dmp_tui.server.jose import MalformedError, decode, encode, read_object, split
from dmp_tui.server.nonces import ProofNonces
from dmp_tui.server.refusals import Rule, refusal

_LIMIT = 4096
_KEYS_REMEMBERED = 4096
_ES256 = ec.ECDSA(SHA256())
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds for this request. It still has to be used, once (``Proofs.use``)."""

    jkt: str
    """RFC 7638 thumbprint of its key."""
    nonce: str
    name: bytes
    """What is remembered of its key and ``jti``."""


class Proofs:
    """Checks proofs against the nonces of this server. Keys are remembered: one client sends the same header always."""

    def __init__(self, nonces: ProofNonces) -> None:
        self.nonces = nonces
        self._keys: dict[str, tuple[ec.EllipticCurvePublicKey, str]] = {}

    def check(self, proofs: list[str], method: str, url: str, token: str = "") -> Proof:
        """The one proof of a request with this method and target; of a resource call with this access token.

        ``iat`` has to be a number and is not compared with any clock: the server's nonce, of the last two minutes,
        says when the proof was made, so that a workstation with a wrong clock can work (RFC 9449, 11.1).

        Raises:
            AuthError: PROOF, PROOF_NONCE.
        """
        if len(proofs) != 1:
            raise refusal(Rule.PROOF)
        try:
            header, payload, signature = split(proofs[0], _LIMIT)
            key, jkt = self._keys.get(header) or self._remember(header)
            _verify(key, f"{header}.{payload}".encode("ascii"), decode(signature))
            claims = read_object(decode(payload))
        except (MalformedError, JoseError, InvalidSignature, UnicodeError):
            raise refusal(Rule.PROOF) from None
        if not _names_request(claims, method, url) or not _names_token(claims, token):
            raise refusal(Rule.PROOF)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not self.nonces.fresh(nonce):
            raise refusal(Rule.PROOF_NONCE)
        return Proof(jkt, nonce, hashlib.sha256(f"{jkt}.{claims['jti']}".encode()).digest()[:12])

    def use(self, proof: Proof) -> None:
        """Use a proof up.

        Raises:
            AuthError: PROOF_REPLAYED.
        """
        if not self.nonces.use(proof.nonce, proof.name):
            raise refusal(Rule.PROOF_REPLAYED)

    def _remember(self, segment: str) -> tuple[ec.EllipticCurvePublicKey, str]:
        header = read_object(decode(segment))
        if header.keys() != {"typ", "alg", "jwk"} or header["typ"] != "dpop+jwt" or header["alg"] != "ES256":
            raise MalformedError("header")
        jwk = header["jwk"]
        if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
            raise MalformedError("jwk")
        try:
            key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
            public = key.public_key
        except (KeyError, ValueError, TypeError):
            raise MalformedError("jwk") from None
        if len(self._keys) >= _KEYS_REMEMBERED:
            del self._keys[next(iter(self._keys))]
        found = self._keys[segment] = (public, key.thumbprint())
        return found


class NonceHeader:
    """ASGI middleware: every answer carries a ``DPoP-Nonce`` (RFC 9449, 8.2), errors and static ones included."""

    def __init__(self, app: ASGIApp, current: Callable[[], str]) -> None:
        self._app = app
        self._current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["DPoP-Nonce"] = self._current()
            await send(message)

        await self._app(scope, receive, sending)


def token_of(request: Request) -> str:
    """The access token of a call; empty where there is none of DPoP's scheme."""
    credentials = request.headers.getlist("authorization")
    scheme, _, token = credentials[0].partition(" ") if len(credentials) == 1 else ("", "", "")
    return token if scheme.lower() == "dpop" else ""


def token_hash(token: str) -> str:
    """The claim ``ath``: base64url SHA-256 of the access token."""
    return encode(hashlib.sha256(token.encode("ascii", "replace")).digest())


def normal_url(url: str) -> str:
    """A URL without query and fragment, in its one form (RFC 3986, 6.2.2 and 6.2.3). Empty if it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.username is not None:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    scheme = parts.scheme.lower()
    default = {"https": 443, "http": 80}.get(scheme)
    authority = host if port in {None, default} else f"{host}:{port}"
    return f"{scheme}://{authority}{_ESCAPE.sub(_unescape, parts.path) or '/'}"


def _unescape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _verify(key: ec.EllipticCurvePublicKey, signed: bytes, signature: bytes) -> None:
    if len(signature) != 64:
        raise MalformedError("signature")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key.verify(encode_dss_signature(r, s), signed, _ES256)


def _names_request(claims: dict[str, Any], method: str, url: str) -> bool:
    iat, jti, htu = claims.get("iat"), claims.get("jti"), claims.get("htu")
    if not isinstance(iat, int | float) or isinstance(iat, bool):
        return False
    if not isinstance(jti, str) or not 0 < len(jti) <= 128 or not isinstance(htu, str):
        return False
    return claims.get("htm") == method and (htu == url or normal_url(htu) == normal_url(url) != "")


def _names_token(claims: dict[str, Any], token: str) -> bool:
    if not token:
        return True
    ath = claims.get("ath")
    return isinstance(ath, str) and ath.isascii() and hmac.compare_digest(ath, token_hash(token))
