"""What screens ask of the app. A screen decides nothing about cards or the server: it says what was asked."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from dmp_tui.cards.vitale import Beneficiary
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.identity import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from dmp_tui.dmp.cda_writing.carried import Carried
    from dmp_tui.dmp.fhir.record_changes import Opening
    from dmp_tui.dmp.files import Draft
    from dmp_tui.screens.acts import Act
    from dmp_tui.screens.trail import TrailFilter


@dataclass
class Go(Message):
    """Show a screen: one of ``places.PLACES``, ``sheet``, ``search``, ``help``, ``break-glass``, ``back``."""

    where: str


@dataclass
class ListDocuments(Message):
    """Get the list of the record's documents, if it is not there yet."""


@dataclass
class ReadAdminData(Message):
    """Get what the record declares: contacts, address, telephones."""


@dataclass
class ReadStanding(Message):
    """Get how the record stands: who is authorised, what the patient wants."""


@dataclass
class ReadTrail(Message):
    """Get a page of the record's trail: the newest, or the one that follows."""

    filter: "TrailFilter"
    page: str = ""


@dataclass
class ActChosen(Message):
    """Show the form of an act on the record, by its name in ``acts.Offer``."""

    where: str


@dataclass
class ActAsked(Message):
    """Do an act on the record: its form was filled in and confirmed."""

    act: "Act" = field(repr=False)


@dataclass
class ReadDocument(Message):
    """Open a document of the record by its id."""

    document_id: str


@dataclass
class ChangeDocumentState(Message):
    """Show what can be done with a document of the record: mask it, archive it, delete it."""

    document_id: str


@dataclass
class ReadNeighbour(Message):
    """Read the document after (1) or before (-1) this one, in the order of the list."""

    document_id: str
    direction: int


@dataclass
class FetchContent(Message):
    """Get a document's bytes for the reader that is in view."""

    entry: DocumentEntry


@dataclass
class OpenMedicines(Message):
    """Open the base of medicines, and hand it to the screen that asks."""


@dataclass
class ListFiles(Message):
    """Get the files of the folder from which documents are deposited."""


@dataclass
class ChooseFile(Message):
    """Read a file, to deposit it."""

    path: "Path" = field(repr=False)


@dataclass
class WriteNote(Message):
    """Write a note of the visit."""


@dataclass
class PreviewNote(Message):
    """Show a note as it will be read."""

    text: str = field(repr=False)


@dataclass
class CheckNote(Message):
    """Ask whether the note that was previewed is to be deposited, with what was seen to be carried over."""

    carried: "tuple[Carried, ...]" = field(repr=False)


@dataclass
class DepositDraft(Message):
    """Send a document into the open record."""

    draft: "Draft" = field(repr=False)


@dataclass
class PinTyped(Message):
    """A PIN was typed on the lock screen."""

    pin: str = field(repr=False)


@dataclass
class OpenIdentity(Message):
    """Open the record of a person who was chosen, scanned or typed."""

    identity: Identity = field(repr=False)


@dataclass
class AuthorisationDeclared(Message):
    """The patient consents, says the professional who collected it, now."""

    identity: Identity = field(repr=False)


@dataclass
class GlassBroken(Message):
    """Break the glass for a person, for a reason."""

    identity: Identity = field(repr=False)
    reason_code: str
    reason: str = field(repr=False)


@dataclass
class CreationAsked(Message):
    """Open a record for a person, in the three steps that were taken."""

    identity: Identity = field(repr=False)
    opening: "Opening" = field(repr=False)


@dataclass
class ReopeningAsked(Message):
    """Open the closed record of a person again."""

    identity: Identity = field(repr=False)


@dataclass
class SecretChosen(Message):
    """Go on with a minor's record in a secret session, or without."""

    identity: Identity = field(repr=False)
    secret: bool


@dataclass
class BeneficiaryChosen(Message):
    """The user said which person of a Vitale card is the patient."""

    beneficiary: "Beneficiary" = field(repr=False)
    nirs: tuple[str, ...] = field(repr=False)
    """Of everyone on the card."""
