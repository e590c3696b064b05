"""Sessions and their tokens, in memory only: a server that restarts has none, and every card logs in again."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.professions import Mode, Professional

TOKEN_LIFE = 900
SESSION_LIFE = 12 * 3600
GRANT_LIFE = 3600

GrantKey = tuple[Mode, str]
"""An access mode and the patient's ``<oid>|<ins>``, empty where centre 15 names none."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An emergency access: in which mode, to whose record, why, until when (excluded)."""

    mode: Mode
    patient: Ins | None
    reason_code: str
    reason: str
    end: datetime
    """On the server's wall clock: what people are shown."""
    until: float
    """On the steady clock: what counts."""

    @property
    def key(self) -> GrantKey:
        """What a second exchange finds it by."""
        return self.mode, self.patient.token if self.patient else ""


@dataclass(slots=True, eq=False)
class Session:
    """One card certificate and one DPoP key, from a login to a logout or twelve hours later."""

    id: str
    certificate: str
    jkt: str
    professional: Professional
    until: float
    grants: dict[GrantKey, Grant] = field(default_factory=dict)
    tokens: set[bytes] = field(default_factory=set, repr=False)
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token opens. Its text is never kept, only its SHA-256."""

    session: Session
    grant: Grant | None
    until: float


class Sessions:
    """All sessions of this server. ``seconds`` is a clock that never goes back."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._sessions: dict[tuple[str, str], Session] = {}
        self._tokens: dict[bytes, Token] = {}
        self._swept = 0.0

    def open(self, certificate: str, jkt: str) -> Session | None:
        """The session of a certificate and a key, if it has not ended."""
        session = self._sessions.get((certificate, jkt))
        if session is None or session.ended:
            return None
        if self._seconds() >= session.until:
            self.end(session)
            return None
        return session

    def begin(self, certificate: str, jkt: str, professional: Professional, life: float) -> Session:
        """The session of a login: the one that is open (renewed, with the directory's present word), or a new one.

        ``life`` is how many seconds the certificate is still valid; a session lasts 12 hours at most. A facility's
        certificate in the hands of another person ends the session of the one before.
        """
        session = self.open(certificate, jkt)
        if session is not None and session.professional.on_behalf_of == professional.on_behalf_of:
            session.professional = professional
            return session
        if session is not None:
            self.end(session)
        until = self._seconds() + min(SESSION_LIFE, life)
        session = Session(secrets.token_hex(8), certificate, jkt, professional, until)
        self._sessions[certificate, jkt] = session
        return session

    def grant(self, session: Session, mode: Mode, patient: Ins | None) -> Grant | None:
        """The grant of a mode for a patient, while it lasts."""
        found = session.grants.get((mode, patient.token if patient else ""))
        return found if found is not None and self._seconds() < found.until else None

    def issue(self, session: Session, grant: Grant | None = None) -> tuple[str, int]:
        """A new access token and its life in seconds: 900, or what is left of the grant or the session."""
        self._sweep()
        now = self._seconds()
        until = min(now + TOKEN_LIFE, session.until, grant.until if grant else session.until)
        token = secrets.token_urlsafe(32)
        digest = _digest(token)
        self._tokens[digest] = Token(session, grant, until)
        session.tokens.add(digest)
        return token, int(until - now)

    def find(self, token: str) -> Token | None:
        """What a token opens, None if nothing (any more)."""
        found = self._tokens.get(_digest(token))
        if found is None or found.session.ended:
            return None
        now = self._seconds()
        return found if now < found.until and now < found.session.until else None

    def end(self, session: Session) -> None:
        """End a session: none of its tokens and grants opens anything from now on."""
        session.ended = True
        session.grants.clear()
        for digest in session.tokens:
            self._tokens.pop(digest, None)
        self._sessions.pop((session.certificate, session.jkt), None)

    def _sweep(self) -> None:
        """Forget what has ended, once a minute at most."""
        now = self._seconds()
        if now - self._swept < 60:
            return
        self._swept = now
        for digest, token in [(d, t) for d, t in self._tokens.items() if t.until <= now]:
            del self._tokens[digest]
            token.session.tokens.discard(digest)
        for session in [s for s in self._sessions.values() if s.until <= now]:
            self.end(session)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
