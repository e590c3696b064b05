"""Documents of a DMP: their metadata (XDS DocumentEntry, FHIR DocumentReference), types, classes, confidentiality.

Sources: ANS value sets JDV_J57 (class), JDV_J58 (confidentiality), JDV_J66 (type), JDV_J60 (format); IHE MHD 4.2.
"""

from dataclasses import dataclass
from enum import StrEnum

from dmp_tui.dmp.entries import Coding

LOINC = "http://loinc.org"


class DocumentStatus(StrEnum):
    """FHIR ``document-reference-status``. Archived is an extension beside it, masked is a security label."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    ENTERED_IN_ERROR = "entered-in-error"


class Confidentiality(StrEnum):
    """Codes of JDV_J58: N/R/V of HL7 v3, the others of TRE_A07 (1.2.250.1.213.1.1.4.13). N stays beside the others."""

    NORMAL = "N"
    RESTRICTED = "R"
    VERY_RESTRICTED = "V"
    MASKED = "MASQUE_PS"
    HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
    HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"


CONFIDENTIALITY_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
MASKING_SYSTEM = "urn:oid:1.2.250.1.213.1.1.4.13"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote or deposited a document. ``id`` is the national id (OID 1.2.250.1.71.4.2.1)."""

    id: str
    name: str
    organisation: str = ""
    """National id of the structure."""
    organisation_name: str = ""
    role: str = ""
    specialty: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """FHIR ``relatesTo``: ``replaces``, ``transforms``, ``signs``, ``appends``."""

    code: str
    target: str
    """uniqueId (masterIdentifier) of the other document, which may not be in the record."""


@dataclass(frozen=True, slots=True)
class Related:
    """What a document is about or belongs to (XDS ``referenceIdList``, FHIR ``context.related``): an order, a study.

    Named by an identifier, by a literal reference, or by both; ``type`` is the kind of the identifier.
    """

    system: str = ""
    value: str = ""
    type: Coding | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A document's metadata. Dates are FHIR instants or dates; ``hash`` is SHA-1 in base64 as in FHIR."""

    id: str
    """entryUUID = DocumentReference.id: random, of this server."""
    patient_id: str
    unique_id: str
    """The producer's id = masterIdentifier.value, without ``urn:oid:``."""
    type: Coding
    class_: Coding
    title: str
    date: str
    """Creation of the document."""
    submitted: str
    """When this server took it."""
    media_type: str
    size: int
    hash: str
    format: Coding
    authors: tuple[Author, ...]
    submitter: Author
    """Who deposited it, from the login."""
    logical_id: str = ""
    service_start: str = ""
    service_end: str = ""
    language: str = "fr-FR"
    facility_type: Coding | None = None
    practice_setting: Coding | None = None
    events: tuple[Coding, ...] = ()
    description: str = ""
    confidentiality: frozenset[Confidentiality] = frozenset({Confidentiality.NORMAL})
    status: DocumentStatus = DocumentStatus.CURRENT
    archived: bool = False
    relations: tuple[Relation, ...] = ()
    version: int = 1
    warnings: tuple[str, ...] = ()
    """What does not fit between the document and the record: ``name-differs``, ``birth-date-differs``,
    ``sex-differs``, ``ins-key-wrong``, ``unknown-parent``, ``unqualified-ins``, ``future-date``; of the
    reading, ``partly-read`` and ``incomplete-document``."""
    readable: str = ""
    """How far it was read: ``entries``, ``narrative``, ``attachment``, ``nothing``."""
    related: tuple[Related, ...] = ()
    authenticator: Author | None = None
    """Who answers for it by law (XDS ``legalAuthenticator``)."""

    @property
    def masked(self) -> bool:
        """Masked from professionals (R1111-49)."""
        return Confidentiality.MASKED in self.confidentiality
