"""Nonces of the server, and what may be used only once."""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable

from dmp_tui.server.jose import MalformedError, decode, encode

Seconds = Callable[[], float]


class OnceOnly:
    """Remembers values for ``lifetime`` seconds, in the order they came: what comes in that time bounds the memory."""

    def __init__(self, seconds: Seconds, lifetime: float) -> None:
        self._seconds = seconds
        self._lifetime = lifetime
        self._seen: dict[bytes, float] = {}

    def use(self, value: bytes) -> bool:
        """Whether this is the first use."""
        now = self._seconds()
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] > now:
                break
            del self._seen[oldest]
        if value in self._seen:
            return False
        self._seen[value] = now + self._lifetime
        return True


class LoginNonces:
    """Nonces of ``POST /auth/nonce``: nothing is kept of them until one is used, so asking for many fills no memory.

    A nonce is its time and 16 random bytes, sealed by a key that lives as long as this process.
    """

    lifetime = 60

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._used = OnceOnly(seconds, self.lifetime)

    def make(self) -> str:
        """A fresh nonce."""
        body = struct.pack(">d", self._seconds()) + secrets.token_bytes(16)
        return encode(body + self._seal(body))

    def use(self, nonce: str) -> bool:
        """Whether the nonce is ours, of the last 60 seconds, and never used before; from now on it is used."""
        try:
            sealed = decode(nonce)
        except MalformedError:
            return False
        body, seal = sealed[:24], sealed[24:]
        if len(body) != 24 or not hmac.compare_digest(seal, self._seal(body)):
            return False
        age = self._seconds() - struct.unpack(">d", body[:8])[0]
        return age < self.lifetime and self._used.use(body)

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:16]


class ProofNonces:
    """Nonces of the ``DPoP-Nonce`` header (RFC 9449, 8): the newest is given with every answer, and each is accepted
    for ``lifetime`` seconds. What was used with a nonce is remembered with it, and forgotten with it."""

    def __init__(self, seconds: Seconds, every: float = 30, lifetime: float = 120) -> None:
        self._seconds = seconds
        self._every = every
        self._lifetime = lifetime
        self._issued: dict[str, tuple[float, set[bytes]]] = {}
        self._newest = ""
        self._newest_at = 0.0

    def current(self) -> str:
        """The nonce to give now."""
        now = self._seconds()
        if not self._newest or now - self._newest_at >= self._every:
            self._issued = {nonce: kept for nonce, kept in self._issued.items() if now - kept[0] < self._lifetime}
            self._newest, self._newest_at = secrets.token_urlsafe(16), now
            self._issued[self._newest] = (now, set())
        return self._newest

    def fresh(self, nonce: str) -> bool:
        """Whether we gave this nonce, not too long ago."""
        kept = self._issued.get(nonce)
        return kept is not None and self._seconds() - kept[0] < self._lifetime

    def use(self, nonce: str, proof: bytes) -> bool:
        """Whether this is the first use of a proof's name with this nonce (which is fresh, or was a moment ago)."""
        kept = self._issued.get(nonce)
        if kept is None or proof in kept[1]:
            return False
        kept[1].add(proof)
        return True
