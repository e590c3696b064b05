"""Who calls, as the login proved it: what every endpoint asks its rights with."""

from dataclasses import dataclass
from datetime import datetime

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
