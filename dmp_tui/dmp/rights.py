"""Who may do what, in which access mode: the official table of 312 cells, then the law's own conditions.

Sources: PDT-INF-526 v1.8 (``data/rights.csv``: a row is an operation, a column ``who.mode``); Code de la sante
publique L1111-17, R1111-46 to R1111-49; TD0.2 and TD3.3 of the DMP. What no rule allows is refused.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from dmp_tui.dmp.consents import AuthorisationState, EmergencyConsents, RecordStatus, is_treating_doctor, settled
from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.habilitations import Cell
from dmp_tui.dmp.operations import Limit, Obligation, Operation, Refusal
from dmp_tui.dmp.professions import Mode, Professional, Role

__all__ = [
    "SHEET",
    "UNSAID",
    "Decision",
    "DocumentState",
    "Limit",
    "Obligation",
    "Operation",
    "Question",
    "Refusal",
    "column",
    "decide",
    "state_of",
    "table",
]
SHEET = "PDT-INF-526 v1.8"


READINGS = frozenset(o for o in Operation if o.startswith("read_") and o is not Operation.READ_ADMIN_DATA)
"""The rows by which a document, or the sheet made of documents, is read."""
_CONSULTATIONS = READINGS | {
    Operation.SEARCH_METADATA,
    Operation.SEARCH_DOCUMENT_REFERENCE,
    Operation.CONTEXTUAL_WEB_ACCESS,
    Operation.READ_ADMIN_DATA,
    Operation.LIST_AUTHORISED_OR_BLOCKED,
}
_OF_THE_PATIENT = frozenset({Operation.ARCHIVE, Operation.UNARCHIVE, Operation.DELETE})
_CHANGES = _OF_THE_PATIENT | {Operation.MASK, Operation.UNMASK, Operation.MAKE_VISIBLE_TO_PATIENT}
_WITHOUT_RECORD = frozenset(
    {Operation.AUTHENTICATE, Operation.LIST_AUTHORISED_RECORDS, Operation.SEARCH_PATIENT_WITHOUT_INS}
)
_OPEN_TO_BLOCKED = frozenset(
    {
        Operation.TEST_EXISTENCE,
        Operation.AUTHORISATION_REMOVE,
        Operation.SUBMIT_DOCUMENT,
        Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK,
        Operation.TREATING_DOCTOR_RESIGN,
        Operation.DELETE,
    }
)
"""A blocked professional learns that he is (INTERDIT), deposits, withdraws what is his own, and reads nothing."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What the rules ask of a document: its flags and who made it."""

    masked: bool = False
    hidden_from_patient: bool = False
    archived: bool = False
    superseded: bool = False
    deleted: bool = False
    makers: frozenset[str] = frozenset()
    """National ids of authors and depositor."""
    structures: frozenset[str] = frozenset()
    """National ids of the structures of authors and depositor."""
    by_patient: bool = False
    """The patient added it."""


UNSAID = EmergencyConsents()
"""What holds where the patient said nothing: both emergency accesses, without masked documents."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a decision is made from."""

    operation: Operation
    professional: Professional
    mode: Mode
    now: datetime
    record: RecordStatus | None = None
    """None: no record is concerned, or none exists."""
    authorisation: AuthorisationState = AuthorisationState.NONE
    treating_doctor: str = ""
    emergency: EmergencyConsents = UNSAID
    document: DocumentState | None = None
    habilitation: Cell = Cell.UNKNOWN
    """What the matrix of professions and types says of the document's type."""
    grant: bool = True
    """In an emergency mode: whether the token's grant names this patient."""
    bound: bool = True
    """Whether the token names a patient at all: a centre 15 token may name none."""
    block_bars_emergency: bool = True
    """A site's setting: the law reads "unless express opposition", and a block is one."""
    grant_end: datetime | None = None
    """In an emergency mode: when the grant ends (excluded)."""
    authorisation_end: datetime | None = None
    """When the caller's authorisation ends (excluded); None where it has no end, or there is none."""
    administrator: bool = False
    """The patient gave this professional the treating doctor's sight of masked documents (L1111-16)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``rule`` names the cell or the article that decided; ``limits`` go with LIMIT, ``until`` with EXPIRE."""

    allowed: bool
    rule: str
    refusal: Refusal | None = None
    obligations: frozenset[Obligation] = frozenset({Obligation.TRACE})
    limits: frozenset[Limit] = frozenset()
    until: datetime | None = None
    """When what was allowed ends, where the question says it."""


@cache
def table() -> Mapping[tuple[str, str], str]:
    """``(operation, "who.mode") -> "y" | "n" | "y1".."y9"`` of the official sheet."""
    text = files("dmp_tui.dmp").joinpath("data/rights.csv").read_text("utf-8")
    return {
        (row["operation"], column): cell
        for row in csv.DictReader(text.splitlines())
        for column, cell in row.items()
        if column not in {"transaction", "operation"}
    }


_MODE_COLUMN = {Mode.NORMAL: "normal", Mode.BREAK_GLASS: "break_glass", Mode.CENTRE_15: "regulation"}
_LIMITS = {
    "y1": Limit.FOR_THE_STRUCTURE,
    "y2": Limit.SAME_STRUCTURE,
    "y3": Limit.NEW_AUTHORISATIONS,
    "y4": Limit.ADD_ONLY,
    "y5": Limit.REFERENCE_ONLY,
}


def column(professional: Professional, mode: Mode, treating_doctor: str = "") -> str:
    """The column of the sheet; a treating doctor who regulates is a doctor there, as the sheet has no other."""
    if professional.role is Role.OCCUPATIONAL_DOCTOR:
        return f"{Role.OCCUPATIONAL_DOCTOR}.any"
    treating = is_treating_doctor(professional, treating_doctor) and mode is not Mode.CENTRE_15
    return f"{Role.TREATING_DOCTOR if treating else professional.role}.{_MODE_COLUMN[mode]}"


def state_of(entry: DocumentEntry) -> DocumentState:
    """The facts that the rules ask of a document's metadata."""
    people = (*entry.authors, entry.submitter)
    setting = entry.facility_type.code if entry.facility_type else ""
    return DocumentState(
        masked=entry.masked,
        hidden_from_patient=Confidentiality.HIDDEN_FROM_PATIENT in entry.confidentiality,
        archived=entry.archived,
        superseded=entry.status is DocumentStatus.SUPERSEDED,
        deleted=entry.status is DocumentStatus.ENTERED_IN_ERROR,
        makers=frozenset(p.id for p in people if p.id),
        structures=frozenset(p.organisation for p in people if p.organisation),
        by_patient=setting == "EXP_PATIENT" or entry.type.code.startswith("DOCPAT"),
    )


def decide(question: Question) -> Decision:
    """May this be done? The mode first, then the sheet's cell, the record, the patient's will, the document.

    Reading a document asks every row that its state concerns, and all of them must allow it.
    """
    where = column(question.professional, question.mode, question.treating_doctor)
    cell = table().get((question.operation.value, where), "n")
    if refused := _mode(question) or _cell(question, where, cell) or _record(question) or _will(question, cell):
        return refused
    if question.document is not None and (refused := _document(question, question.document, where)):
        return refused
    limits = frozenset({_LIMITS[cell]}) if cell in _LIMITS else frozenset()
    until = _until(question)
    obligations = {Obligation.TRACE}
    if limits:
        obligations.add(Obligation.LIMIT)
    if question.operation in _CONSULTATIONS:
        obligations.add(Obligation.NOTIFY)
    if until is not None or _begins_what_ends(question):
        obligations.add(Obligation.EXPIRE)
    rule = _sheet(question.operation, where, cell)
    return Decision(True, rule, None, frozenset(obligations), limits, until)


def _until(question: Question) -> datetime | None:
    """When the grant or the authorisation ends that this act rests upon."""
    if question.mode is not Mode.NORMAL:
        return question.grant_end
    return question.authorisation_end if question.operation in _CONSULTATIONS | _CHANGES else None


def _begins_what_ends(question: Question) -> bool:
    """An authorisation ends after its year, an emergency after its hour, a document's being hidden after a month."""
    if question.operation is Operation.AUTHENTICATE:
        return question.mode is not Mode.NORMAL
    if question.operation in {Operation.SUBMIT_DOCUMENT, Operation.SUBMIT_DOCUMENT_BY_CPE_CLERK}:
        return question.document is not None and question.document.hidden_from_patient
    return question.operation is Operation.AUTHORISATION_DECLARE


def _refuse(refusal: Refusal, rule: str) -> Decision:
    return Decision(False, rule, refusal)


def _sheet(operation: Operation, where: str, cell: str) -> str:
    return f"{SHEET} {operation.value} x {where}: {cell}"


def _mode(question: Question) -> Decision | None:
    """Whether the professional may be in this mode, and whether the mode's grant names this patient."""
    if question.mode is Mode.NORMAL:
        return None
    if question.professional.role is Role.OCCUPATIONAL_DOCTOR:
        return _refuse(Refusal.MODE, "CSP L1111-17 I, L1111-18")
    if question.grant_end is not None and question.now >= question.grant_end:
        return _refuse(Refusal.GRANT_ENDED, "CSP L1111-17 I")
    if question.mode is Mode.CENTRE_15:
        if not question.professional.regulator:
            return _refuse(Refusal.NOT_A_REGULATOR, "CSP L1111-17 I")
        if not question.bound and question.operation not in _WITHOUT_RECORD:
            return _refuse(Refusal.NEEDS_PATIENT, f"{SHEET} TD0.4, TD0.5")
    if not question.grant and question.operation not in _WITHOUT_RECORD:
        return _refuse(Refusal.OTHER_PATIENT, "CSP L1111-17 I")
    return None


def _cell(question: Question, where: str, cell: str) -> Decision | None:
    if question.professional.role is Role.PRIVACY_OFFICER:
        # Who judges accesses makes none: no operation of the table is his, beside the login itself.
        return _refuse(Refusal.ROLE, "register of emergency accesses: an officer opens no record")
    if cell != "n":
        return None
    normal = column(question.professional, Mode.NORMAL, question.treating_doctor)
    elsewhere = where != normal and table().get((question.operation.value, normal), "n") != "n"
    return _refuse(Refusal.MODE if elsewhere else Refusal.ROLE, _sheet(question.operation, where, cell))


def _record(question: Question) -> Decision | None:
    """Nothing is done in a record that is not there; a closed one only says that it is closed."""
    if question.operation in _WITHOUT_RECORD or question.operation is Operation.TEST_EXISTENCE:
        return None
    if question.record is None:
        return _refuse(Refusal.NO_RECORD, "CSP R1111-46")
    if question.record is RecordStatus.CLOSED:
        return _refuse(Refusal.CLOSED, "CSP L1111-18")
    return None


def _will(question: Question, cell: str) -> Decision | None:
    """What the patient wants: blocks, oppositions to the emergency modes, authorisations."""
    emergency = question.mode is not Mode.NORMAL
    blocked = question.authorisation is AuthorisationState.FORBIDDEN
    if blocked and not _passes_block(question, emergency):
        return _refuse(Refusal.BLOCKED, "CSP R1111-46, L1111-19")
    if emergency:
        opposed = not (question.emergency.etreat if question.mode is Mode.CENTRE_15 else question.emergency.btg)
        asks_entry = question.operation is Operation.AUTHENTICATE and question.record is not None
        if opposed and (asks_entry or question.operation in _CONSULTATIONS | _CHANGES):
            return _refuse(Refusal.OPPOSED, "CSP L1111-17 I, R1111-48")
        return None
    if _needs_authorisation(question, cell) and question.authorisation is not AuthorisationState.VALID:
        elapsed = question.authorisation is AuthorisationState.EXPIRED
        return _refuse(Refusal.EXPIRED if elapsed else Refusal.NOT_AUTHORISED, "CSP L1110-4, R1111-46")
    return None


def _passes_block(question: Question, emergency: bool) -> bool:
    if emergency and not question.block_bars_emergency:
        return True
    if question.operation is Operation.AUTHENTICATE:
        return not emergency
    return question.operation in _OPEN_TO_BLOCKED | _WITHOUT_RECORD


def _needs_authorisation(question: Question, cell: str) -> bool:
    """In normal mode: to consult, and to change a document that one has not made oneself.

    Clerks and certificates read administrative data to admit people, and find their own structure's references (y5).
    """
    if question.operation in _CHANGES:
        return not (question.document is not None and _is_maker(question, question.document))
    if question.operation not in _CONSULTATIONS or cell == "y5":
        return False
    clerical = question.professional.role in {Role.CPE_CLERK, Role.FACILITY_CERTIFICATE}
    return not (clerical and question.operation is Operation.READ_ADMIN_DATA)


def _is_maker(question: Question, document: DocumentState) -> bool:
    """Author or depositor; for a clerk or a certificate, its structure is."""
    professional = question.professional
    if professional.role in {Role.CPE_CLERK, Role.FACILITY_CERTIFICATE}:
        mine = {professional.id, professional.facility} - {""}
        return bool(mine & (document.makers | document.structures))
    return professional.id in document.makers


def _document(question: Question, document: DocumentState, where: str) -> Decision | None:
    """The conditions that hang on one document: each row that its state concerns, then whose it is."""
    for operation in _rows(question.operation, document):
        cell = table().get((operation.value, where), "n")
        if refused := _condition(question, document, cell, _sheet(operation, where, cell)):
            return refused
    shown = question.operation in _CONSULTATIONS | _CHANGES
    if shown and question.habilitation is Cell.REFUSED and not _is_maker(question, document):
        return _refuse(Refusal.DOCUMENT_TYPE, "CSP R1111-46, arrêté du 26/10/2023")
    if shown and document.masked and not _sees_masked(question, document):
        return _refuse(Refusal.MASKED, "CSP R1111-49")
    if question.operation in _OF_THE_PATIENT and document.by_patient and not _treating(question):
        return _refuse(Refusal.PATIENTS_OWN, f"{SHEET} TD3.3")
    return None


def _rows(operation: Operation, document: DocumentState) -> list[Operation]:
    """The rows to ask: a read asks one row for each of the document's flags, other operations their own."""
    if operation not in READINGS:
        return [operation]
    flags = (
        (document.masked, Operation.READ_MASKED),
        (document.hidden_from_patient, Operation.READ_HIDDEN_FROM_PATIENT),
        (document.archived, Operation.READ_ARCHIVED),
        (document.superseded, Operation.READ_SUPERSEDED),
        (document.deleted, Operation.READ_DELETED),
    )
    rows = [row for flag, row in flags if flag]
    return rows if document.masked else [Operation.READ_UNMASKED, *rows]


def _condition(question: Question, document: DocumentState, cell: str, rule: str) -> Decision | None:
    """One cell of the sheet, with its figure, put to one document."""
    if cell == "n":
        return _refuse(Refusal.ROLE, rule)
    theirs = cell == "y6" and not (question.administrator or _is_maker(question, document))
    if theirs or (cell == "y7" and not settled(question.emergency).masked):
        return _refuse(Refusal.MASKED, rule)
    if cell == "y8" and not _is_maker(question, document):
        treating_on_patients_own = document.by_patient and _treating(question)
        return None if treating_on_patients_own else _refuse(Refusal.NOT_THE_AUTHOR, rule)
    if cell in {"y5", "y9"} and not _is_maker(question, document):
        return _refuse(Refusal.NOT_THE_STRUCTURE, rule)
    return None


def _treating(question: Question) -> bool:
    return is_treating_doctor(question.professional, question.treating_doctor)


def _sees_masked(question: Question, document: DocumentState) -> bool:
    """A masked document exists for its makers and the treating doctor; in an emergency mode if the patient allowed."""
    if question.mode is not Mode.NORMAL:
        return settled(question.emergency).masked
    return _treating(question) or question.administrator or _is_maker(question, document)
