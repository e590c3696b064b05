"""What may go wrong between the app and the server, as kinds: the app says each in one sentence."""

from enum import StrEnum


class ClientProblem(StrEnum):
    """Kinds of trouble with the server or the way to it."""

    UNREACHABLE = "unreachable"
    """No connection, or it broke, or no answer in time. ``code``: ``timeout`` or empty."""
    UNTRUSTED = "untrusted"
    """The server's certificate is not of the trusted authority or not of this name. ``code``: ``expired``,
    ``authority-file`` (the file of the authority cannot be used), ``changed`` (another certificate in the middle of a
    login), or empty."""
    CLOCK = "clock"
    """The server's certificate is not valid yet: this workstation's clock is slow."""
    LOGIN_REFUSED = "login-refused"
    """``code`` is the server's rule: ``certificate-expired``, ``not-in-directory``..."""
    REFUSED = "refused"
    """The server understood and refuses. ``code`` is its rule, ``said`` its sentence."""
    NOT_FOUND = "not-found"
    """Absent, or not to be seen."""
    TOO_MANY = "too-many"
    """``retry_after`` seconds to wait."""
    UNAVAILABLE = "unavailable"
    """The server cannot work now; ``retry_after`` where it says."""
    BAD_ANSWER = "bad-answer"
    """An answer that is too large, not whole, or not what the wire promises."""
    SESSION_ENDED = "session-ended"
    """The server knows this session no more: log in again with the card, then repeat."""
    GRANT_ENDED = "grant-ended"
    """The emergency access is over: break the glass again, with its reason, or go on without."""


class ClientError(Exception):
    """Trouble with the server. Its text is the kind and the code alone: no identity, no token, no clinical text.

    ``said`` is the server's own sentence for people, with what can be done ``instead`` at its end; both come from
    outside and are shown through the one function that makes such text harmless.
    """

    def __init__(
        self,
        problem: ClientProblem,
        code: str = "",
        *,
        said: str = "",
        instead: str = "",
        status: int = 0,
        retry_after: int = 0,
    ) -> None:
        super().__init__(f"{problem.value} {code}".strip())
        self.problem = problem
        self.code = code
        self.said = said
        self.instead = instead
        self.status = status
        self.retry_after = retry_after
