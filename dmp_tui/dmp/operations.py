"""The words of a decision: operations (the rows of the official table), obligations, limits, refusals.

Sources: PDT-INF-526 v1.8; Code de la sante publique L1111-17, R1111-43, R1111-48.
"""

from enum import StrEnum


class Operation(StrEnum):
    """The rows of the table."""

    AUTHENTICATE = "authenticate"
    TEST_EXISTENCE = "test_existence"
    AUTHORISATION_DECLARE = "authorisation_declare"
    AUTHORISATION_REMOVE = "authorisation_remove"
    TREATING_DOCTOR_RESIGN = "treating_doctor_resign"
    LIST_AUTHORISED_RECORDS = "list_authorised_records"
    SEARCH_PATIENT_WITHOUT_INS = "search_patient_without_ins"
    CONTEXTUAL_WEB_ACCESS = "contextual_web_access"
    READ_ADMIN_DATA = "read_admin_data"
    LIST_AUTHORISED_OR_BLOCKED = "list_authorised_or_blocked_professionals"
    SUBMIT_DOCUMENT = "submit_document"
    SUBMIT_DOCUMENT_BY_CPE_CLERK = "submit_document_by_cpe_clerk"
    SEARCH_METADATA = "search_metadata"
    SEARCH_DOCUMENT_REFERENCE = "search_document_reference"
    READ_UNMASKED = "read_unmasked"
    READ_MASKED = "read_masked_from_professionals"
    READ_HIDDEN_FROM_PATIENT = "read_hidden_from_patient"
    READ_ARCHIVED = "read_archived"
    READ_SUPERSEDED = "read_superseded"
    READ_DELETED = "read_deleted"
    MASK = "mask_from_professionals"
    UNMASK = "unmask_from_professionals"
    MAKE_VISIBLE_TO_PATIENT = "make_visible_to_patient"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    DELETE = "delete"


class Obligation(StrEnum):
    """What an allowed act brings with it."""

    TRACE = "trace"
    """Committed before the answer leaves (R1111-43). Refused acts are traced as well."""
    NOTIFY = "notify"
    """The patient is told, and in an emergency mode his treating doctor too (R1111-48)."""
    LIMIT = "limit"
    """``Decision.limits`` say what part is allowed."""
    EXPIRE = "expire"
    """What it gives ends by itself: a grant, an authorisation, a document's being hidden from the patient."""


class Limit(StrEnum):
    """How far an allowed operation goes; the figures are the table's conditions."""

    FOR_THE_STRUCTURE = "for-the-structure"
    """y1: the authorisation is the structure's, not the clerk's."""
    SAME_STRUCTURE = "same-structure"
    """y2: TD0.4 shows records authorised to professionals of the caller's structure only."""
    NEW_AUTHORISATIONS = "new-authorisations"
    """y3: TD0.4 by date of authorisation only."""
    ADD_ONLY = "add-only"
    """y4: adds, and replaces nothing but the structure's own; the structure answers for it."""
    REFERENCE_ONLY = "reference-only"
    """y5: the id, identifier and status of a document of the caller's structure, nothing more."""


class Refusal(StrEnum):
    """Why an act is refused; the rooms above say each in one sentence."""

    ROLE = "role"
    MODE = "mode"
    NOT_A_REGULATOR = "not-a-regulator"
    NO_RECORD = "no-record"
    CLOSED = "closed"
    BLOCKED = "blocked"
    OPPOSED = "opposed"
    NOT_AUTHORISED = "not-authorised"
    EXPIRED = "expired"
    MASKED = "masked"
    NOT_THE_AUTHOR = "not-the-author"
    NOT_THE_STRUCTURE = "not-the-structure"
    PATIENTS_OWN = "patients-own"
    DOCUMENT_TYPE = "document-type"
    OTHER_PATIENT = "other-patient"
    NEEDS_PATIENT = "needs-patient"
    GRANT_ENDED = "grant-ended"
