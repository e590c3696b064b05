"""Who may read the trail of a record (CSP R1111-43), and what each act in it is.

The article names the holder, the treating doctor, the professionals of R1111-54 and the author of the action. The text
of R1111-54 is not known to us: nobody reads more by it.
"""

from dataclasses import dataclass
from enum import StrEnum

from dmp_tui.dmp.consents import Authorisation, AuthorisationState, RecordStatus


class Readable(StrEnum):
    """How much of a record's trail someone may read."""

    EVERYTHING = "everything"
    OWN = "own"
    """What he did himself, or was refused."""


def readable_by_professional(authorisation: Authorisation, status: RecordStatus) -> Readable:
    """Everything for the treating doctor of an open record whom the patient has not blocked; for others their own."""
    blocked = authorisation.state is AuthorisationState.FORBIDDEN
    if authorisation.treating and not blocked and status is RecordStatus.ACTIVE:
        return Readable.EVERYTHING
    return Readable.OWN


class Kind(StrEnum):
    """What an act is, as FHIR names interactions."""

    READ = "read"
    SEARCH = "search-type"
    CREATE = "create"
    PATCH = "patch"
    OPERATION = "operation"
    EMERGENCY = "emergency"
    """An emergency access was given, or refused: no interaction, but an alert (DICOM 110113)."""


_READ = {
    "read_admin_data",
    "read_unmasked",
    "read_masked_from_professionals",
    "read_hidden_from_patient",
    "read_archived",
    "read_superseded",
    "read_deleted",
    "read_document",
    "contextual_web_access",
}
_SEARCH = {
    "test_existence",
    "search_metadata",
    "search_document_reference",
    "search_patient_without_ins",
    "list_authorised_records",
    "list_authorised_or_blocked_professionals",
    "read_trail",
    "read_notices",
}
_CREATE = {"submit_document", "submit_document_by_cpe_clerk", "create_record", "authorisation_declare"}
_PATCH = {
    "mask_from_professionals",
    "unmask_from_professionals",
    "make_visible_to_patient",
    "archive",
    "unarchive",
    "delete",
    "patch",
    "change_document",
    "change_admin_data",
    "authorisation_remove",
}


@dataclass(frozen=True, slots=True)
class Act:
    """An operation of the trail: its kind, and the letter of ``AuditEvent.action`` (C, R, U, D, E)."""

    kind: Kind
    action: str


def act_of(operation: str, *, about_document: bool = False) -> Act:
    """What an operation is; one that is not known here is an operation that was carried out (E).

    The metadata of one document are read, and not searched.
    """
    if about_document and operation in _SEARCH:
        return Act(Kind.READ, "R")
    for names, kind, action in (
        (_READ, Kind.READ, "R"),
        (_SEARCH, Kind.SEARCH, "E"),
        (_CREATE, Kind.CREATE, "C"),
        (_PATCH, Kind.PATCH, "U"),
    ):
        if operation in names:
            return Act(kind, action)
    return Act(Kind.EMERGENCY if operation == "authenticate" else Kind.OPERATION, "E")
