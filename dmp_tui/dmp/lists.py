"""Lists of documents: a submission set (what was sent at once) and a folder (what belongs together). IHE MHD."""

from dataclasses import dataclass
from enum import StrEnum

from dmp_tui.dmp.documents import Author
from dmp_tui.dmp.entries import Coding


class ListKind(StrEnum):
    """MHD's list types, by their codes."""

    SUBMISSION_SET = "submissionset"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A list as it is kept. It is nobody's beyond its documents: whoever may see none of them does not see it."""

    id: str
    patient_id: str
    kind: ListKind
    date: str
    """FHIR dateTime, as its sender dated it."""
    submitted: str
    """When this server took it."""
    documents: tuple[str, ...]
    """Ids of the documents in it, in their order."""
    authors: tuple[Author, ...] = ()
    """Its source, as the sender says."""
    unique_id: str = ""
    source_id: str = ""
    """The system that sent it, written as a uniqueId is."""
    designations: tuple[Coding, ...] = ()
    """``designationType``: what kind of care it is about."""
    title: str = ""
    note: str = ""
    """What its sender says of it in words."""
    recipients: tuple[Author, ...] = ()
    """Whom it is meant for, as the sender says (``intendedRecipient``)."""
    source_patient: tuple[str, ...] = ()
    """The patient's identifiers in the system that sent it, each written as a uniqueId is."""
    version: int = 1
