"""The stored sheets: both variants of a record, rebuilt on every change, and made for one reader where he needs it.

A stored variant begins with one line: the rules and the base of medicines that made it, until when it holds, its ETag,
who made a masked document of this record, and the types of the documents that it shows. Thus what a reader may see is
known without a look at the documents, and takes the same time whether something is masked or not. The sheet itself is
kept as gzip, some seven times smaller: fewer pages to read, authenticate and decrypt, and most clients take it as it
is.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.consultation import PARTLY_READ
from dmp_tui.dmp.documents import DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Entry
from dmp_tui.dmp.rights import state_of
from dmp_tui.dmp.sheet.merge import Superseded, merge
from dmp_tui.dmp.sheet.model import Origin, Sheet
from dmp_tui.server.medicines import Weighing
from dmp_tui.store.reads import decode_entries

Statements = Sequence[tuple[str, tuple[Entry, ...] | bytes]]
"""``(document id, its statements)``, read or as the store keeps them: these are read here, beside the server."""
UNKNOWN_PARENT = "unknown-parent"
"""A warning: it names another document that is not there, or not to be seen."""
_NONE = "-"
_GZIP = 16 + zlib.MAX_WBITS
_RULES = "21"
"""Raised when the same documents give another sheet, or other bytes: what former rules made is then made anew."""


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """A variant as it lies in the store."""

    etag: str
    masked_makers: frozenset[str]
    """National ids of who made a document that is masked: they see more than this variant shows."""
    types: frozenset[str]
    """Types of the documents that this variant was made from: who may not consult one of them sees less."""
    content: bytes
    """The IPS Bundle as gzip (RFC 1952), ready to be sent."""
    edition: str = ""
    """The base of medicines by which its treatments were weighed (``Weighing.edition``)."""
    stale: str = ""
    """The day from which they are to be weighed again (FHIR date); empty where no day does it."""


def pack(sheet: StoredSheet) -> bytes:
    """The bytes that the store keeps."""
    makers = ",".join(sorted(sheet.masked_makers))
    types = ",".join(sorted(sheet.types))
    head = f"{_RULES} {sheet.edition or _NONE} {sheet.stale or _NONE} {sheet.etag} {makers} {types}\n"
    return head.encode() + sheet.content


def sheet_of(
    bundle: bytes,
    documents: Iterable[DocumentEntry] = (),
    masked_makers: frozenset[str] = frozenset(),
    *,
    edition: str = "",
    stale: str = "",
) -> StoredSheet:
    """A variant of an IPS Bundle in plain bytes, made from these documents."""
    packer = zlib.compressobj(wbits=_GZIP)
    types = frozenset(d.type.code for d in documents if _is_plain(d.type.code))
    content = packer.compress(bundle) + packer.flush()
    return StoredSheet(etag_of(bundle), masked_makers, types, content, edition, stale)


def plain(sheet: StoredSheet) -> bytes:
    """The IPS Bundle."""
    return zlib.decompress(sheet.content, _GZIP)


def unpack(stored: bytes, by: Weighing) -> StoredSheet | None:
    """A variant from its bytes; None if former rules or another base made it, or a birthday has passed since."""
    line, _, content = stored.partition(b"\n")
    rules, edition, stale, etag, makers, types = (*line.decode().split(" "), *[""] * 6)[:6]
    if rules != _RULES or edition != (by.edition or _NONE) or (stale != _NONE and stale <= by.day.isoformat()):
        return None
    made, shown = (frozenset(part.split(",")) - {""} for part in (makers, types))
    return StoredSheet(etag, made, shown, content, by.edition, "" if stale == _NONE else stale)


def variants(
    record: Record, documents: Sequence[DocumentEntry], statements: Statements, by: Weighing
) -> tuple[bytes, bytes]:
    """Both variants of a record, packed: without and with what is masked from professionals.

    The second is empty where nothing is masked: who may see what is masked is then given the first.
    """
    makers = frozenset(maker for d in documents if d.masked for maker in state_of(d).makers if _is_plain(maker))
    unmasked = [d for d in documents if not d.masked]
    stale = by.stale_on(record)

    def packed(shown: Sequence[DocumentEntry]) -> bytes:
        bundle = render(record, shown, statements, by)
        return pack(sheet_of(bundle, shown, makers, edition=by.edition, stale=stale))

    return packed(unmasked), b"" if len(unmasked) == len(documents) else packed(documents)


def own_sheet(record: Record, documents: Sequence[DocumentEntry], statements: Statements, by: Weighing) -> StoredSheet:
    """A variant that is kept nowhere: for one reader, of the documents that he may see."""
    return sheet_of(render(record, documents, statements, by), documents)


def render(record: Record, documents: Sequence[DocumentEntry], statements: Statements, by: Weighing) -> bytes:
    """The IPS Bundle of a record for a reader who may see exactly these documents.

    What its treatments are to each other is weighed on what this reader sees, and on nothing else.
    """
    from dmp_tui.dmp.fhir.summary import write_summary

    entries = {id_: decode_entries(held) if isinstance(held, bytes) else held for id_, held in statements}
    return write_summary(by.verified(build(record, documents, entries), record), record)


def build(record: Record, documents: Iterable[DocumentEntry], entries: Mapping[str, tuple[Entry, ...]]) -> Sheet:
    """The sheet of these documents. What was withdrawn is left out; what was replaced goes by its replacement."""
    held = [d for d in as_seen(list(documents)) if d.status is not DocumentStatus.ENTERED_IN_ERROR]
    current = [d for d in held if d.status is DocumentStatus.CURRENT]
    return merge(
        [(origin_of(d), entry) for d in current for entry in entries.get(d.id, ())],
        patient=record.id,
        updated=max((d.submitted for d in held), default=""),
        unread=[origin_of(d) for d in current if not _is_whole(d)],
        superseded=[
            Superseded(origin_of(old), entries.get(old.id, ()), origin_of(new), _is_whole(new))
            for old in held
            if old.status is DocumentStatus.SUPERSEDED
            for new in replacements(old, held)[:1]
        ],
        warned=[(origin_of(d), warning) for d in current for warning in d.warnings],
    )


def as_seen(documents: Sequence[DocumentEntry]) -> list[DocumentEntry]:
    """The documents as one who sees exactly these sees them.

    Where no replacement is among them, an old version stands as current: neither its statements nor the existence of
    what replaced it (masked, or withdrawn) may be lost or told, nor the version that being replaced has cost. What a
    document names and its reader does not see is an unknown parent, whether it is masked or was never there.
    """
    held = {d.unique_id for d in documents}
    return [_related_as_seen(_status_as_seen(d, documents), held) for d in documents]


def _status_as_seen(document: DocumentEntry, documents: Iterable[DocumentEntry]) -> DocumentEntry:
    if document.status is not DocumentStatus.SUPERSEDED or replacements(document, documents):
        return document
    shown = replace(document, status=DocumentStatus.CURRENT)
    # One that was withdrawn since has told of itself: only what is not among them leaves no trace.
    told = any(_replaces(d, document) for d in documents)
    return shown if told else replace(shown, version=max(document.version - 1, 1))


def _related_as_seen(document: DocumentEntry, held: Collection[str]) -> DocumentEntry:
    if UNKNOWN_PARENT in document.warnings or all(r.target in held for r in document.relations):
        return document
    return replace(document, warnings=(*document.warnings, UNKNOWN_PARENT))


def _replaces(new: DocumentEntry, old: DocumentEntry) -> bool:
    return new.id != old.id and any(r.code == "replaces" and r.target == old.unique_id for r in new.relations)


def replacements(old: DocumentEntry, documents: Iterable[DocumentEntry]) -> list[DocumentEntry]:
    """The documents that replace this one and were not withdrawn, newest first."""
    found = [d for d in documents if d.status is not DocumentStatus.ENTERED_IN_ERROR and _replaces(d, old)]
    return sorted(found, key=lambda d: (d.submitted, d.id), reverse=True)


def origin_of(document: DocumentEntry) -> Origin:
    """The source of a line."""
    author = next((a.name or a.organisation_name for a in document.authors), "")
    return Origin(
        *(document.id, document.type, document.title, document.date, author, document.archived, document.submitted)
    )


def etag_of(content: bytes) -> str:
    """A strong ETag's value, without its quotes."""
    return hashlib.sha256(content).hexdigest()[:32]


def _is_whole(document: DocumentEntry) -> bool:
    return document.readable == "entries" and PARTLY_READ not in document.warnings


def _is_plain(word: str) -> bool:
    """Ids and types come from clients too: one that would break the line is nobody's, and in no matrix."""
    return word.isascii() and word.isprintable() and not {" ", ","} & set(word)
