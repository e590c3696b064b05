"""A file that someone wants to deposit: what its bytes are, and the metadata under which it goes into a record. Pure.

A PDF, a text and an image go as they are (PDSm takes any format); what the file says of itself, if it is a CDA or a
FHIR document, is never overruled here.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dmp_tui.dmp.codes import TYPES, class_of, document_type
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, Relation
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Reading, Subject
from dmp_tui.dmp.fhir.documents import MIME_TYPE_SUFFICIENT
from dmp_tui.dmp.fhir.xml import is_fhir_xml
from dmp_tui.dmp.identity import Ins

MIB = 2**20
LARGEST = 32 * MIB
"""The wire's limit of a request; a document travels in base64, a third longer."""
LARGEST_FILE = LARGEST * 3 // 4 - 64 * 1024
USUAL_TYPES = ("15507-7", "11488-4", "34112-3", "11490-0", "11502-2", "18748-4", "57833-6", "EXPPAT_3")
"""What an emergency department deposits as a file, in the order in which it is offered."""
_NAMESPACE = uuid.UUID("3d0c6f0e-7a51-5b0e-9c35-6b1f3a9f4e21")
_NOBODY = Author("", "")
_LOINC = re.compile(r"([0-9]{1,7})-([0-9])", re.ASCII)
_NATIONAL = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+){1,4}", re.ASCII)
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?", re.ASCII)
_AHEAD = timedelta(hours=14)
"""What the calendar of the easternmost zone is ahead of UTC."""


class FileKind(StrEnum):
    """What a file is, by its bytes and never by its name."""

    PDF = "pdf"
    CDA = "cda"
    FHIR = "fhir"
    TEXT = "text"
    IMAGE = "image"


_MEDIA = {
    FileKind.PDF: "application/pdf",
    FileKind.CDA: "application/xml",
    FileKind.FHIR: "application/fhir+json",
    FileKind.TEXT: "text/plain",
}
_FHIR_XML = "application/fhir+xml"
_IMAGES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


class FileProblem(StrEnum):
    """Why a file cannot be deposited."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNKNOWN = "unknown"
    """Neither PDF, CDA, FHIR document, text nor image."""
    UNREADABLE = "unreadable"
    """XML or JSON that is no document; ``FileError.document`` says why."""


class FileError(ValueError):
    """A file that cannot be deposited. Holds the problem, never content or a name."""

    def __init__(self, problem: FileProblem, document: DocumentProblem | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.document = document


@dataclass(frozen=True, slots=True)
class Draft:
    """A document ready to be deposited: its bytes, its metadata, and whom it says it is about."""

    kind: FileKind
    content: bytes = field(repr=False)
    entry: DocumentEntry
    subject: Subject | None = field(default=None, repr=False)
    """None where the file says nothing of it: PDF, text, image."""


def kind_of(content: bytes) -> tuple[FileKind, str]:
    """What bytes are, and their media type.

    Raises:
        FileError: EMPTY, UNKNOWN.
    """
    start = content[:4096].lstrip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe")
    if not content.strip():
        raise FileError(FileProblem.EMPTY)
    if b"%PDF-" in content[:1024]:
        return FileKind.PDF, _MEDIA[FileKind.PDF]
    for magic, media in _IMAGES:
        if content.startswith(magic):
            return FileKind.IMAGE, media
    if start[:1] == b"<":
        return (FileKind.FHIR, _FHIR_XML) if is_fhir_xml(content) else (FileKind.CDA, _MEDIA[FileKind.CDA])
    if start[:1] in {b"{", b"["}:
        return FileKind.FHIR, _MEDIA[FileKind.FHIR]
    if _is_text(content):
        return FileKind.TEXT, _MEDIA[FileKind.TEXT]
    raise FileError(FileProblem.UNKNOWN)


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters; another encoding could not be told from a program."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\r\n\f" for character in text)


def draft_of(content: bytes, ins: Ins | None, now: str, *, title: str = "") -> Draft:
    """A file as a document of a person, with what it says of itself.

    Args:
        ins: whose record it goes into; it makes the uniqueId of a file that has none, so that the same file twice is
            one document. None where only the file itself can say whose it is.
        now: FHIR instant; the date of a file that has none.
        title: what to call a file that has no title of its own.

    Raises:
        FileError: EMPTY, TOO_LARGE, UNKNOWN, UNREADABLE.
    """
    if len(content) > LARGEST_FILE:
        raise FileError(FileProblem.TOO_LARGE)
    kind, media = kind_of(content)
    reading = _read(content, media) if kind in {FileKind.CDA, FileKind.FHIR} else None
    code = reading.type if reading and reading.type.code else document_type(USUAL_TYPES[0])
    entry = DocumentEntry(
        id="",
        patient_id="",
        unique_id=(reading.unique_id if reading else "") or _own_id(content, ins),
        type=code,
        class_=class_of(code.code),
        title=(reading.title if reading else "") or title or code.display,
        date=(reading.date if reading else "") or now,
        submitted="",
        media_type=media,
        size=len(content),
        hash="",
        format=MIME_TYPE_SUFFICIENT,
        authors=(),
        submitter=_NOBODY,
        service_start=reading.service_start if reading else "",
        facility_type=reading.facility_type if reading else None,
        practice_setting=reading.practice_setting if reading else None,
        service_end=reading.service_end if reading else "",
    )
    return Draft(kind, content, entry, reading.subject if reading else None)


def _read(content: bytes, media: str) -> Reading:
    from dmp_tui.dmp.reading import read_document

    try:
        return read_document(content, media)
    except DocumentError as error:
        raise FileError(FileProblem.UNREADABLE, error.problem) from None


def _own_id(content: bytes, ins: Ins | None) -> str:
    """An OID of the UUID arc (2.25) that the same file of the same person always has."""
    whose = f"{ins.oid}|{ins.matricule[:13]}" if ins is not None else ""
    return f"2.25.{uuid.uuid5(_NAMESPACE, f'{whose}|{hashlib.sha256(content).hexdigest()}').int}"


def is_free(draft: Draft) -> bool:
    """Whether type and title are the depositor's to choose: a CDA and a FHIR document say their own."""
    return draft.kind not in {FileKind.CDA, FileKind.FHIR}


def with_type(draft: Draft, code: str) -> Draft:
    """The draft as a document of another type; its title follows where it was the type's name."""
    if not is_free(draft):
        return draft
    chosen = document_type(code)
    title = chosen.display if draft.entry.title == draft.entry.type.display else draft.entry.title
    return replace(draft, entry=replace(draft.entry, type=chosen, class_=class_of(code), title=title))


def with_date(draft: Draft, date: str) -> Draft:
    """The draft as a document written at another date (``stated_date``)."""
    return replace(draft, entry=replace(draft.entry, date=date)) if is_free(draft) else draft


def is_type(code: str) -> bool:
    """Whether a text may be a type of JDV_J66: one we know, a LOINC code with its right key, or one of the form of
    TRE_A05 (``PRESC-KINE``)."""
    if code in TYPES or _NATIONAL.fullmatch(code):
        return True
    found = _LOINC.fullmatch(code)
    if found is None:
        return False
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(found[1])))
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10 == int(found[2])


def stated_date(text: str, now: datetime) -> bool:
    """Whether a text is a FHIR date or instant (``AAAA[-MM[-JJ]]``, or with time and zone) that is not ahead of
    ``now`` (aware): nobody deposits what will be written tomorrow."""
    if not _DATE.fullmatch(text):
        return False
    whole = text if len(text) >= 10 else f"{text}-01-01"[:10]
    try:
        moment = datetime.fromisoformat(whole)
    except ValueError:
        return False
    if moment.tzinfo is not None:
        return moment <= now + timedelta(minutes=10)
    return moment <= (now + _AHEAD).replace(tzinfo=None)


def with_level(draft: Draft, level: Confidentiality, *, on: bool) -> Draft:
    """The draft with or without a level of confidentiality; N stays beside the others."""
    levels = draft.entry.confidentiality | {level} if on else draft.entry.confidentiality - {level}
    return replace(draft, entry=replace(draft.entry, confidentiality=levels | {Confidentiality.NORMAL}))


def replacing(draft: Draft, unique_id: str) -> Draft:
    """The draft as the replacement of a document of the record."""
    relations = (*draft.entry.relations, Relation("replaces", unique_id))
    return replace(draft, entry=replace(draft.entry, relations=tuple(dict.fromkeys(relations))))


def is_dated_ahead(draft: Draft, today: str) -> bool:
    """Whether the document says that it was written after a day (``AAAA-MM-JJ``)."""
    return draft.entry.date[:10] > today
