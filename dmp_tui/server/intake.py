"""From the bytes of a request to documents ready to be taken in: parsed, validated, decoded, read.

Pure functions that run in the worker process. What they raise is an answer; nothing of a document stands in it.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from dmp_tui.dmp.consultation import PARTLY_READ
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Reading
from dmp_tui.dmp.fhir.documents import from_document_reference
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.server.bodies import parse_resource
from dmp_tui.server.outcomes import FhirError, Said, broken_rule
from dmp_tui.server.patches import check_labels

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}")
_STRUCTURED = re.compile(r"(text|application)/(.+\+)?(xml|json)")
_GUESSED = {b"<": "application/xml", b"{": "application/fhir+json"}
NO_BYTES = "AA=="
INCOMPLETE = "incomplete-document"
"""A CDA document without a whole header, or without a body: nothing of it could be read."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document that a client wants to deposit: what he says of it, its bytes, and what was read in it."""

    entry: DocumentEntry
    """As his DocumentReference has it, with size, hash and ``readable`` of the bytes themselves."""
    content: bytes = field(repr=False)
    reading: Reading | None
    """None where nothing structured was to be read (PDF, text, image). Without narrative and attachments."""
    subject: str = ""
    """Reference of its patient, or ``Patient?identifier=<system>|<value>`` where he is named by an identifier."""
    if_none_exist: str = ""


_PROBLEMS: Mapping[DocumentProblem, Said] = {
    DocumentProblem.EMPTY: Said("Le document est vide.", "The document is empty."),
    DocumentProblem.NOT_XML: Said("Le document n'est pas du XML bien formé.", "The document is no well-formed XML."),
    DocumentProblem.NOT_CDA: Said("Le document XML n'est pas un CDA R2.", "The XML document is no CDA R2."),
    DocumentProblem.NOT_JSON: Said("Le document n'est pas du JSON valide.", "The document is no valid JSON."),
    DocumentProblem.NOT_FHIR_DOCUMENT: Said(
        "Ce n'est pas un document FHIR (Bundle).", "This is no FHIR document (a Bundle)."
    ),
    DocumentProblem.FORBIDDEN_XML: Said(
        "Le document XML contient une DTD ou des entités : c'est interdit.",
        "The XML document holds a DTD or entities: that is forbidden.",
    ),
    DocumentProblem.TOO_DEEP: Said("Le document est trop profond.", "The document is nested too deeply."),
    DocumentProblem.TOO_LARGE: Said("Le document est trop grand.", "The document is too large."),
    DocumentProblem.BAD_BASE64: Said(
        "Le contenu du document n'est pas du base64.", "The document's content is no base64."
    ),
    DocumentProblem.MISSING_HEADER: Said(
        "Il manque au document un élément obligatoire de son en-tête.",
        "The document lacks a mandatory part of its header.",
    ),
}


def unreadable(problem: DocumentProblem) -> FhirError:
    """422: the document's bytes are no readable document."""
    return FhirError(422, "invalid", problem.value, _PROBLEMS[problem])


def validate(resource: Mapping[str, Any]) -> None:
    """Whether a resource is FHIR R4. Base64 bytes should have been taken out of it first.

    Raises:
        FhirError: 422, with the paths (and no value) of what is wrong.
    """
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    kind = text(resource, "resourceType")
    try:
        get_fhir_model_class(kind).model_validate(dict(resource))
    except ValidationError as error:
        paths = sorted({".".join(_steps(e["loc"])) for e in error.errors(include_input=False, include_url=False)})
        raise _not_fhir(kind, ", ".join(paths[:5])) from None
    except (AttributeError, KeyError, TypeError):
        # What the library stumbles over: a URL or a nested resourceType that is no text, a resource that FHIR lacks.
        raise _not_fhir(kind, "?") from None


def _not_fhir(kind: str, where: str) -> FhirError:
    said = Said(f"Ressource FHIR R4 non valide : {kind} {where}.", f"Invalid FHIR R4 resource: {kind} {where}.")
    return FhirError(422, "invalid", "not-fhir-r4", said)


_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


def _steps(location: tuple[int | str, ...]) -> list[str]:
    """A path made of FHIR's own names: a key that a client invented is not repeated to anyone."""
    return [str(s) if isinstance(s, int) or _STEP.fullmatch(s) else "?" for s in location]


def read_resource(body: bytes, kind: str) -> dict[str, Any]:
    """A validated resource of this type from a body.

    Raises:
        FhirError: 400, 422.
    """
    resource = parse_resource(body, kind)
    validate(resource)
    return resource


def read_reference(body: bytes, if_none_exist: str = "") -> Incoming:
    """ITI-105: a DocumentReference with its bytes inside.

    Raises:
        FhirError: 400, 422.
    """
    resource = parse_resource(body, "DocumentReference")
    data = take_data(attachment_of(resource))
    validate(resource)
    return read_document(resource, data, if_none_exist)


def attachment_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    content = next(many(resource, "content"), {})
    attachment = one(content, "attachment")
    return attachment if isinstance(attachment, dict) else {}


def take_data(attachment: dict[str, Any]) -> str | None:
    """The base64 text of an attachment; a placeholder stays in its place for validation."""
    data = attachment.get("data")
    if not isinstance(data, str):
        return None
    attachment["data"] = NO_BYTES
    return data


def read_document(resource: Mapping[str, Any], data: str | None, if_none_exist: str = "") -> Incoming:
    """A document from its DocumentReference and its bytes in base64.

    Raises:
        FhirError: 422.
    """
    entry = from_document_reference(resource)
    if not data:
        raise broken_rule("no-content", "Le document n'a pas de contenu.", "The document has no content.")
    if text(resource, "status") not in {"", "current"}:
        raise broken_rule("status", "Un document se dépose « current ».", "A document is deposited as current.")
    if len(list(many(resource, "content"))) != 1:
        raise broken_rule("one-content", "Un document a un seul contenu.", "A document has exactly one content.")
    try:
        content = b64decode("".join(data.split()), validate=True)
    except (Base64Error, ValueError):
        raise unreadable(DocumentProblem.BAD_BASE64) from None
    if labels := resource.get("securityLabel"):
        check_labels(labels)
    incoming = examine(entry, content)
    size = attachment_of(resource).get("size")
    if (size is not None and size != len(content)) or (entry.hash and not is_hash(entry.hash, incoming.entry.hash)):
        raise broken_rule(
            "hash",
            "La taille ou l'empreinte annoncée n'est pas celle du contenu reçu.",
            "The stated size or hash is not that of the content received.",
        )
    return replace(incoming, subject=subject_of(one(resource, "subject")), if_none_exist=if_none_exist)


def is_hash(stated: str, hash_: str) -> bool:
    """Whether a stated hash is this SHA-1 in base64; IHE's examples have it in hexadecimal, then in base64."""
    if stated == hash_:
        return True
    with suppress(ValueError):
        return b64decode(stated).decode("ascii").lower() == b64decode(hash_).hex()
    return False


def subject_of(subject: Mapping[str, Any]) -> str:
    identifier = one(subject, "identifier")
    if value := text(identifier, "value"):
        return f"Patient?identifier={text(identifier, 'system')}|{value}"
    return text(subject, "reference")


def examine(entry: DocumentEntry, content: bytes) -> Incoming:
    """What is in these bytes, and how far it can be read; ``entry`` gets their size, hash and media type.

    Raises:
        FhirError: 422.
    """
    media_type = entry.media_type or _GUESSED.get(content.lstrip()[:1], "")
    media_type = media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise broken_rule("media-type", "Le type du contenu manque.", "The content's media type is missing.")
    if not content:
        raise unreadable(DocumentProblem.EMPTY)
    # SHA-1 is what FHIR R4 defines for Attachment.hash; it guards against accidents, nothing else hangs on it.
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    reading = _read(content, media_type, entry) if _STRUCTURED.fullmatch(media_type) else None
    measured = replace(
        entry,
        media_type=media_type,
        size=len(content),
        hash=b64encode(digest).decode(),
        readable=_how_far(reading),
        warnings=_warnings(reading),
    )
    kept = replace(reading, parts=(), attachments=()) if reading else None
    return Incoming(measured, content, kept)


def _read(content: bytes, media_type: str, entry: DocumentEntry) -> Reading:
    """What is in it. A CDA document without its header is kept, unread, where the client says what it is."""
    from dmp_tui.dmp.cda.reading import read_incomplete_cda
    from dmp_tui.dmp.reading import read_document as read

    try:
        return read(content, media_type)
    except DocumentError as error:
        if error.problem is not DocumentProblem.MISSING_HEADER or not entry.type.code:
            raise unreadable(error.problem) from None
    return read_incomplete_cda(content)


def _warnings(reading: Reading | None) -> tuple[str, ...]:
    if reading is None or not reading.unread:
        return ()
    return (INCOMPLETE,) if reading.format == "cda" else (PARTLY_READ,)


def _how_far(reading: Reading | None) -> str:
    if reading is not None and reading.format == "cda":
        return "nothing"
    if reading is None or reading.format == "cda-n1" or (reading.attachments and not reading.entries):
        return "attachment"
    if reading.entries:
        return "entries"
    return "narrative" if reading.parts else "nothing"
