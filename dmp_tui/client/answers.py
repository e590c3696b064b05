"""What calls give back: frozen, and nothing of HTTP in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dmp_tui.dmp.consents import AuthorisationState, Contact, EmergencyConsents, RecordStatus
from dmp_tui.dmp.identity import Ins, Traits
from dmp_tui.dmp.professions import Mode, Professional

if TYPE_CHECKING:
    from dmp_tui.dmp.entries import Person, Subject
    from dmp_tui.dmp.fhir.audit import TrailEntry
    from dmp_tui.dmp.fhir.patients import Administrative
    from dmp_tui.dmp.sheet.model import Sheet

SKEW_WARNING = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, until when without a renewal, and how wrong this workstation's clock is."""

    professional: Professional
    expires: datetime
    """When the login token ends, on the server's clock. ``renew`` before, while the card is in."""
    skew: timedelta
    """Server's clock minus this workstation's, to the second of an HTTP ``Date``."""

    @property
    def clock_is_wrong(self) -> bool:
        """The workstation's clock is more than a minute off: say so."""
        return abs(self.skew) > SKEW_WARNING


@dataclass(frozen=True, slots=True)
class PatientStatus:
    """What the server says of a record's existence and state, and of the caller's right to read it (TD0.2)."""

    id: str
    ins: Ins
    traits: Traits
    """As the record holds them: to compare with the card or the user, never to show as the identity (RG_0320)."""
    status: RecordStatus
    authorisation: AuthorisationState
    authorisation_end: datetime | None = None
    closed: datetime | None = None
    closing_reason: str = ""
    treating_doctor_name: str = ""
    treating_doctor_phone: str = ""
    is_treating_doctor: bool = False
    """The caller is the treating doctor."""
    btg_open: bool = True
    """The patient does not oppose bris de glace."""
    etreat_open: bool = True
    """The patient does not oppose centre 15."""
    last_access: datetime | None = None
    """When the caller last read this record, before now; None if never."""


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """A sheet as read from the server."""

    sheet: "Sheet"
    subject: "Subject"
    """Whom the summary says it is about."""
    read_at: datetime
    """When, by the server's clock."""
    contacts: tuple["Person", ...] = ()
    own: bool = True
    """Of this kind of server; another vendor's summary carries no marks of contradiction."""


@dataclass(frozen=True, slots=True)
class AdminData:
    """Where the patient lives, how to call him, whom to warn: as declared in the record (TD1.3a)."""

    address: str = ""
    phones: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    emergency: EmergencyConsents | None = None
    """The three emergency consents; None where the server does not say them."""
    created: datetime | None = None
    """When the record was opened."""
    email: str = ""
    """Where his notices go."""
    version: str = ""
    """Of the record as it was read: a change names it."""

    @property
    def declared(self) -> "Administrative":
        """What TD1.3b may correct."""
        from dmp_tui.dmp.fhir.patients import Administrative

        return Administrative(self.address, self.phones, self.contacts, email=self.email)


@dataclass(frozen=True, slots=True)
class PatientAccess:
    """What a patient needs to open his own access, once."""

    code: str = field(repr=False)
    login: str = field(default="", repr=False)
    """By which he says who he is; empty where the server needs none."""
    expires: datetime | None = None
    """When the code ends (excluded)."""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of a record's trail, newest first."""

    entries: "tuple[TrailEntry, ...]"
    next: str = ""
    """Asks for the next page; empty at the last one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An emergency access that was given."""

    mode: Mode
    end: datetime
    """On the server's clock, excluded."""


@dataclass(frozen=True, slots=True)
class Deposited:
    """A document that the server has taken, or had already."""

    id: str
    """Its DocumentReference."""
    created: bool
    """False if the record held the same document before."""
