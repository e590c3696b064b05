"""Who calls, as the login proved it: what every endpoint asks its rights with."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from dmp_tui.dmp.accounts import HolderKind
from dmp_tui.dmp.identity import Ins
from dmp_tui.dmp.professions import Mode, Professional


@dataclass(frozen=True, slots=True)
class Caller:
    """A professional in an access mode, in one session. The patient and the reason are those of the grant."""

    professional: Professional
    mode: Mode
    session: str
    """Random name of the session, for the trail; it opens nothing."""
    patient: Ins | None = None
    """The one patient of an emergency grant; None in normal mode, or where centre 15 named none."""
    grant_end: datetime | None = None
    reason_code: str = ""
    reason: str = ""
    address: str = ""
    """Network address that asks."""
    secret: bool = False
    """A secret session (EX_0.1-1100): what is done in it is hidden from a minor's legal representatives."""
    at: datetime | None = None
    """The time of the call that never goes back: what elapses by a right goes by it where the wall clock is earlier."""
    request: str = ""
    """Name of the request, for the trail and the answer (``X-Request-Id``)."""


@dataclass(frozen=True, slots=True)
class PatientCaller:
    """The holder of one record, or a minor's legal representative, in one session. He is before that record alone."""

    account_id: str
    patient_id: str
    holder: HolderKind
    name: str
    session: str
    address: str = ""
    request: str = ""

    @property
    def actor(self) -> str:
        """What the trail calls him by: no national id, and nobody's name."""
        return f"{self.holder.value}:{self.account_id}"


_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def request_name(given: str) -> str:
    """The name of a request: what its client gave (``X-Request-Id``), where that is of this form; else a new one."""
    return given if _REQUEST.fullmatch(given) else secrets.token_hex(8)
