"""Patients' sessions and their tokens, in memory only: an account and one DPoP key."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from dmp_tui.dmp.accounts import Account

TOKEN_LIFE = 900
SESSION_LIFE = 2 * 3600
"""Seconds after a login at which it has to be made again, however busy it was."""


@dataclass(slots=True, eq=False)
class PatientSession:
    """From a login to a logout, fifteen silent minutes, or two hours."""

    id: str
    account: Account
    jkt: str
    until: float
    tokens: dict[bytes, float] = field(default_factory=dict, repr=False)
    """SHA-256 of each token, and until when it holds."""


class PatientSessions:
    """All of this server. ``seconds`` is a clock that never goes back."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._by_token: dict[bytes, PatientSession] = {}

    def begin(self, account: Account, jkt: str) -> PatientSession:
        """A new session."""
        self._sweep()
        return PatientSession(secrets.token_hex(8), account, jkt, self._seconds() + SESSION_LIFE)

    def issue(self, session: PatientSession) -> tuple[str, int]:
        """A new token, and its life in seconds: 900, or what is left of the session."""
        token, now = secrets.token_urlsafe(32), self._seconds()
        until = min(now + TOKEN_LIFE, session.until)
        session.tokens[_digest(token)] = until
        self._by_token[_digest(token)] = session
        return token, int(until - now)

    def find(self, token: str) -> PatientSession | None:
        """The session that a token opens, None if none (any more)."""
        digest = _digest(token)
        session = self._by_token.get(digest)
        return session if session is not None and self._seconds() < session.tokens[digest] else None

    def end(self, session: PatientSession) -> None:
        """None of its tokens opens anything from now on."""
        session.until = 0.0
        for digest in session.tokens:
            self._by_token.pop(digest, None)

    def end_all(self, account_id: str, *, but: PatientSession | None = None) -> None:
        """End every session of an account: its password, its codes or its owner changed."""
        for session in {s for s in self._by_token.values() if s.account.id == account_id and s is not but}:
            self.end(session)

    def _sweep(self) -> None:
        now = self._seconds()
        for session in {s for s in self._by_token.values() if now >= max(s.tokens.values())}:
            self.end(session)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
