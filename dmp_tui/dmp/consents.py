"""The record of a patient and what he consented to: authorisations, blocks, the three emergency consents.

Sources: CSP L1111-17, R1111-46 to R1111-50; TD0.2 (authorisation states), TD1.1 (creation).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from dmp_tui.dmp.identity import BirthDate, IdentityStatus, Ins, Traits
from dmp_tui.dmp.professions import Professional, Role


class RecordStatus(StrEnum):
    """Whether the record can be used."""

    ACTIVE = "active"
    CLOSED = "closed"


KEPT_YEARS = 10
"""How long a record is kept after it was closed; until then it may be opened again (CSP L1111-18)."""


def kept_until(closed: datetime) -> datetime:
    """The first instant at which a record that was closed then is not kept any more; of a 29 February, the 1 March."""
    try:
        return closed.replace(year=closed.year + KEPT_YEARS)
    except ValueError:
        return closed.replace(year=closed.year + KEPT_YEARS, month=3, day=1)


MAJORITY = 18
"""Age from which a person is no minor (Code civil 388)."""


def is_minor(birth: BirthDate | None, today: date) -> bool:
    """Whether someone is a minor for certain: of an age that is not known, nobody is."""
    age = birth.age(today) if birth else None
    return age is not None and age < MAJORITY


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
    email: str = ""
    """Where the patient is told that a notice awaits him; empty if none is known."""
    administrators: tuple[str, ...] = ()
    """National ids of the professionals whom the patient gave the treating doctor's sight of masked documents."""


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
    collected: datetime | None = None
    """When the patient was asked; None: as it began."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """State of one professional's authorisation on one record, as TD0.2 returns it."""

    state: AuthorisationState
    end: datetime | None = None
    """When it ends or ended (excluded); None where it has no end (treating doctor) or never was."""
    treating: bool = False
    """The caller is the treating doctor whom the record names."""


def authorisation_state(
    consents: Iterable[Consent], professional: Professional, treating_doctor: str, now: datetime
) -> Authorisation:
    """What ``professional`` holds on a record on ``now``, from all the record's consents.

    A block of the professional or of his structure comes first, whatever else stands (PDSM4DMP: "with or without
    authorisation"). Then the treating doctor, who needs none; then authorisations given to him or to his structure.
    A revoked authorisation leaves no trace in the state, an elapsed one leaves EXPIRE.
    """
    treating = is_treating_doctor(professional, treating_doctor)
    mine = [c for c in consents if c.active and c.start <= now and _concerns(c, professional)]
    if any(c.kind is ConsentKind.BLOCK and (c.end is None or now < c.end) for c in mine):
        return Authorisation(AuthorisationState.FORBIDDEN, treating=treating)
    if treating:
        return Authorisation(AuthorisationState.VALID, treating=True)
    permits = [c for c in mine if c.kind is ConsentKind.PERMIT]
    if any(c.end is None for c in permits):
        return Authorisation(AuthorisationState.VALID)
    last = max((c.end for c in permits if c.end is not None), default=None)
    if last is None:
        return Authorisation(AuthorisationState.NONE)
    return Authorisation(AuthorisationState.VALID if now < last else AuthorisationState.EXPIRED, last)


def is_treating_doctor(professional: Professional, treating_doctor: str) -> bool:
    """Whether a doctor is the one whom the record names. An occupational doctor never is, nor anyone else."""
    return bool(treating_doctor) and professional.role is Role.DOCTOR and professional.id == treating_doctor


def settled(consents: EmergencyConsents) -> EmergencyConsents:
    """The three emergency consents with their rule applied: refusing both accesses refuses masked documents too."""
    if consents.etreat or consents.btg:
        return consents
    return replace(consents, masked=False)


def _concerns(consent: Consent, professional: Professional) -> bool:
    if consent.actor_is_organisation:
        return consent.actor in {professional.facility, professional.id} - {""}
    return consent.actor == professional.id
