"""The record of a patient and what he consented to: authorisations, blocks, the three emergency consents.

Sources: CSP L1111-17, R1111-46 to R1111-50; TD0.2 (authorisation states), TD1.1 (creation).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp_tui.dmp.identity import IdentityStatus, Ins, Traits


class RecordStatus(StrEnum):
    """Whether the record can be used."""

    ACTIVE = "active"
    CLOSED = "closed"


class AuthorisationState(StrEnum):
    """State of the caller's authorisation, as TD0.2 returns it."""

    VALID = "VALIDE"
    EXPIRED = "EXPIRE"
    FORBIDDEN = "INTERDIT"
    NONE = "NON_EXISTE"


@dataclass(frozen=True, slots=True)
class EmergencyConsents:
    """The patient's three emergency consents. ``masked`` is forced off where the other two are refused."""

    etreat: bool = True
    """SAMU regulators (centre 15)."""
    btg: bool = True
    """Other professionals (bris de glace)."""
    masked: bool = False
    """Masked documents readable in emergency modes."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone to call. ``kind``: EMERGENCY, TRUSTED, CAREGIVER, REPRESENTATIVE."""

    name: str
    relation: str
    phone: str
    kind: str = "EMERGENCY"


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's record: who, since when, in which state. ``id`` is random and never derived from the INS."""

    id: str
    ins: Ins
    traits: Traits
    status: RecordStatus
    created: datetime
    identity_status: IdentityStatus = IdentityStatus.PROV
    address: str = ""
    phones: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    treating_doctor: str = ""
    """National id of the treating doctor, empty if none is declared."""
    treating_doctor_name: str = ""
    treating_doctor_phone: str = ""
    emergency: EmergencyConsents = EmergencyConsents()
    closed: datetime | None = None
    closing_reason: str = ""
    deceased: str = ""
    version: int = 1


class ConsentKind(StrEnum):
    """What a consent says of a professional or a structure."""

    PERMIT = "permit"
    BLOCK = "deny"


@dataclass(frozen=True, slots=True)
class Consent:
    """An authorisation, or a block by the patient. Ends at ``end`` (excluded); ``active`` falls when revoked."""

    id: str
    patient_id: str
    kind: ConsentKind
    actor: str
    """National id of the professional or structure."""
    actor_name: str
    start: datetime
    end: datetime | None
    collected_by: str
    """National id of who collected the patient's consent."""
    collected_by_name: str
    active: bool = True
    actor_is_organisation: bool = False
    version: int = 1
