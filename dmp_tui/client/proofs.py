"""The session's own key (ES256) and its proofs (RFC 9449, RFC 7638)."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def b64(content: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def segment(value: dict[str, Any]) -> str:
    """A JSON object as a segment of a JWS."""
    return b64(json.dumps(value, separators=(",", ":")).encode())


def digest(content: bytes) -> str:
    """base64url SHA-256."""
    return b64(hashlib.sha256(content).digest())


class ProofKey:
    """A key of one session, made for it and kept in memory only."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        point = self._key.public_key().public_numbers()
        jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(point.x.to_bytes(32, "big")),
            "y": b64(point.y.to_bytes(32, "big")),
        }
        self.thumbprint = digest(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode())
        """RFC 7638: what the card's assertion and every token are bound to."""
        self._header = segment({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk})

    def proof(self, method: str, url: str, nonce: str, issued: int, token: str = "") -> str:
        """A fresh proof for one request. ``url`` has neither query nor fragment; ``issued`` in seconds since 1970."""
        claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": issued}
        if nonce:
            claims["nonce"] = nonce
        if token:
            claims["ath"] = digest(token.encode("ascii"))
        signed = f"{self._header}.{segment(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode("ascii"), ec.ECDSA(SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
