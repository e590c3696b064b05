"""Entries: one clinical statement of one document, with its author's words first and its codes beside them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from dmp_tui.dmp.identity import NO_TRAITS, Traits
from dmp_tui.dmp.narrative import Block


class Kind(StrEnum):
    """What a statement is about; the values name sections of the sheet and of the wire."""

    ALLERGY = "allergy"
    ADVERSE_EFFECT = "adverse-effect"
    TREATMENT = "treatment"
    PROBLEM = "problem"
    PROCEDURE = "procedure"
    DEVICE = "device"
    PREGNANCY = "pregnancy"
    RESULT = "result"
    VITAL = "vital"
    VACCINATION = "vaccination"
    DIRECTIVE = "directive"
    CONTACT = "contact"
    ALERT = "alert"
    FUNCTIONAL = "functional"
    SOCIAL = "social"
    FAMILY = "family"
    OCCUPATIONAL = "occupational"
    PLAN = "plan"
    REASON = "reason"


class Assertion(StrEnum):
    """What the author says of it. "None", "no data" and "unreadable" are three different things."""

    STATED = "stated"
    NEGATED = "negated"
    """This one thing is not present, says the author (``negationInd`` on the statement)."""
    NONE = "none"
    """The author states that there is nothing of this kind ("pas d'allergie connue")."""
    NO_DATA = "no-data"
    """The author states that nothing is known or was asked."""
    UNREADABLE = "unreadable"
    """There is something here that could not be read: its narrative stays reachable."""


class Status(StrEnum):
    """What the document itself says of the statement's course; never derived from today's date."""

    ACTIVE = "active"
    ENDED = "ended"
    PLANNED = "planned"
    UNKNOWN = "unknown"


class Criticality(StrEnum):
    """Severity or criticality, worst first when sorted by ``rank``."""

    FATAL = "fatal"
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Criticality).index(self)


class Mark(StrEnum):
    """What a careful reader must be told about a statement or a line."""

    CODE_DIFFERS = "code-differs"
    """Code and narrative name different things: the words are shown first."""
    PRODUCT_DIFFERS = "product-differs"
    """The product's name and its ingredient's name differ: the product wins."""
    CODE_ONLY = "code-only"
    """A code that nobody put into words: it is its own label."""
    VALUE_CODE = "value-code"
    """Its value is a code that nobody put into words."""
    UNCODED = "uncoded"
    """A label only; matching it by name is a guess."""
    GUESS = "guess"
    """Merged or matched by name, not by code."""
    IMPLAUSIBLE_DATE = "implausible-date"
    """Before birth, after the document or today, or of another year than the text."""
    NOT_AN_ALLERGY = "not-an-allergy"
    """Stands in the allergy section but its code or words are of an interaction or an intolerance."""
    PRESCRIBED = "prescribed"
    """Prescribed or dispensed, not known to have been taken or given."""
    REIMBURSED = "reimbursed"
    """Known from reimbursement data only."""
    CRITICAL = "critical"
    """Anticoagulant, insulin, antiepileptic, immunosuppressant...: it weighs in an emergency."""
    CONTRADICTED = "contradicted"
    """Sources disagree; the line's ``contradictions`` say how."""
    NEW = "new"
    """Of a document that came since its reader's last access: set where it is read, never on the wire."""
    SUPERSEDED = "superseded"
    """Its document was replaced by one that could not be read whole: kept, and marked."""


@dataclass(frozen=True, slots=True, order=True)
class Coding:
    """A code. ``system`` is a FHIR URI where FHIR defines one (SNOMED, LOINC, ATC, CIM-10), else ``urn:oid:...``."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """How an allergy showed itself. A negated reaction does not negate the allergy."""

    label: str
    criticality: Criticality = Criticality.UNKNOWN
    negated: bool = False
    codes: tuple[Coding, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, a relative, an author, as declared. ``phones`` and ``address`` serve to call, not to identify."""

    name: str
    role: str = ""
    """Relation or profession in words ("conjoint", "medecin traitant")."""
    phones: tuple[str, ...] = ()
    address: str = ""
    kind: str = ""
    """FHIR ``v2-0131`` where coded: C emergency, N next of kin; ``trusted`` for the "personne de confiance"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One clinical statement. Dates are FHIR dates of the precision known (``2021``, ``2021-12-03``), else empty."""

    kind: Kind
    label: str
    """The author's words: narrative first, else the code's display, else the code. Never empty."""
    assertion: Assertion = Assertion.STATED
    codes: tuple[Coding, ...] = ()
    code_label: str = ""
    """The code's own display where it differs from ``label``."""
    status: Status = Status.UNKNOWN
    start: str = ""
    end: str = ""
    noted: str = ""
    """When it was stated or measured, where the entry itself says so (else the document's date holds)."""
    criticality: Criticality = Criticality.UNKNOWN
    reactions: tuple[Reaction, ...] = ()
    dose: str = ""
    """Dosage in words ("1 comprime le soir"); never computed."""
    value: str = ""
    """A measurement's value as written, with its decimal point ("2.8"), or a text result."""
    unit: str = ""
    reference: str = ""
    """Reference range as written."""
    interpretation: str = ""
    """HL7 v3 ObservationInterpretation code (H, HH, L, N, POS...), empty if none."""
    author: str = ""
    """Author of this statement where it is not the document's."""
    person: Person | None = None
    section: str = ""
    """LOINC code of the section it stands in."""
    words: str = ""
    """The whole narrative row or sentence it was read from."""
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document, for the reader: its own title and narrative."""

    code: str
    title: str
    blocks: tuple[Block, ...] = ()
    depth: int = 0
    coded: bool = False
    """Its author wrote no words here: the blocks were written from the coded statements."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An embedded file (usually PDF): decoded bytes."""

    media_type: str
    content: bytes = field(repr=False)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a document says it is about; compared with the record, never shown as the identity (RG_0320)."""

    identifiers: tuple[tuple[str, str], ...] = ()
    """``(oid, value)`` pairs, INS and local ones."""
    traits: Traits = NO_TRAITS
    phones: tuple[str, ...] = ()
    address: str = ""
    used_name: str = ""
    """The name in use where the document gives one ("nom et prénom utilisés")."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read: its header, its statements, its narrative and what could not be understood."""

    unique_id: str
    type: Coding
    title: str
    date: str
    """FHIR dateTime of the document."""
    format: str
    """``cda-n1``, ``cda-n3``, ``fhir-ips``, ``fhir-document``; ``cda`` where only a part of a header was there."""
    subject: Subject
    authors: tuple[Person, ...] = ()
    custodian: str = ""
    custodian_id: str = ""
    service_start: str = ""
    service_end: str = ""
    facility_type: Coding | None = None
    """Kind of structure of the care that it tells (JDV_J02)."""
    practice_setting: Coding | None = None
    """Setting of that care (JDV_J04)."""
    confidentiality: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    """uniqueIds of the documents that this one replaces."""
    set_id: str = ""
    version: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sections_read: frozenset[str] = frozenset()
    """LOINC codes of the sections that are present, even if empty."""
    unread: tuple[str, ...] = ()
    """Titles of what is reachable only as narrative because it could not be structured."""
    context: Part | None = None
    """Who took part, and in which stay: the header of a CDA, for the reader."""
    withdrawn: int = 0
    """How many statements their own authors marked as entered in error: read, and left out."""


class DocumentProblem(StrEnum):
    """Why bytes are not a readable document; the interface and the server say each in one sentence."""

    EMPTY = "empty"
    NOT_XML = "not-xml"
    NOT_CDA = "not-cda"
    NOT_JSON = "not-json"
    NOT_FHIR_DOCUMENT = "not-fhir-document"
    FORBIDDEN_XML = "forbidden-xml"
    """DTD, entities, processing beyond the document (XXE, bombs)."""
    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    BAD_BASE64 = "bad-base64"
    MISSING_HEADER = "missing-header"


class DocumentError(ValueError):
    """Bytes that are no readable document. Holds the problem and a place (element path, line), never content."""

    def __init__(self, problem: DocumentProblem, place: str = "") -> None:
        super().__init__(f"{problem.value} {place}".strip())
        self.problem = problem
        self.place = place


def with_code_mark(entry: Entry) -> Entry:
    """The entry, marked where its label is nothing but one of its codes, and none of them has words."""
    bare = entry.label in {c.code for c in entry.codes} and not any(c.display for c in entry.codes)
    return replace(entry, marks=entry.marks | {Mark.CODE_ONLY}) if bare else entry
