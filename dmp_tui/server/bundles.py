"""ITI-65: from a transaction Bundle to what it asks for, each part in its place. Nothing of it is passed over.

Pure functions that run in the worker process, as those of ``intake``.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from dmp_tui.dmp.documents import DocumentEntry, Relation
from dmp_tui.dmp.fhir.documents import from_document_reference, unique_id_of
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.fhir.lists import from_list, kind_of, references_of
from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.server.bodies import parse_resource
from dmp_tui.server.intake import (
    NO_BYTES,
    Incoming,
    attachment_of,
    read_document,
    subject_of,
    take_data,
    validate,
)
from dmp_tui.server.outcomes import FhirError, broken_rule, not_supported
from dmp_tui.server.patches import immutable

Entry = Mapping[str, Any]
_REFERENCE = "DocumentReference"
_SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class IncomingList:
    """A submission set or a folder that a client sends."""

    entry: DocumentList
    """As his List has it. Its id is that of the folder that is added to by ``PUT``, else empty."""
    documents: tuple[int | str, ...]
    """What it lists: documents of the same request by their place among them, those in the record by reference."""
    slot: int
    subject: str
    if_match: str = ""


@dataclass(frozen=True, slots=True)
class IncomingChange:
    """What a Bundle says of a document that it replaces: that it is superseded."""

    slot: int
    target: str
    """Its id here, or its uniqueId."""
    if_match: str = ""
    stated: DocumentEntry | None = None
    """The whole of it, where it comes by ``PUT``: nothing else may have changed."""
    labelled: bool = False
    """``stated`` names levels of confidentiality."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What one request deposits: all of it or nothing. ``slots`` tells where each document stood in the Bundle."""

    documents: tuple[Incoming, ...]
    slots: tuple[int, ...]
    entries: int
    """How many entries the Bundle had."""
    lists: tuple[IncomingList, ...]
    changes: tuple[IncomingChange, ...]
    binaries: tuple[tuple[int, int], ...]
    """Where each Binary stood, and the place among ``documents`` of one whose content it is."""


def read_transaction(body: bytes) -> Submission:
    """A transaction of one SubmissionSet (List), its DocumentReferences and their Binaries, and folders.

    A document that is replaced may be named once more, by ``PUT`` or ``PATCH``, to say that it is superseded.

    Raises:
        FhirError: 400, 405, 422, 501. A part of a transaction is never dropped: what would not be done is refused.
    """
    bundle = parse_resource(body, "Bundle")
    if bundle.get("type") != "transaction":
        validate(bundle)
        raise not_supported()
    entries: list[Entry] = list(many(bundle, "entry"))
    bytes_ = {id(e): _take_bytes(e) for e in entries}
    validate(bundle)
    names = _full_urls(entries)
    _check_kinds(entries)
    new = [slot for slot, e in enumerate(entries) if _is_new(e, _REFERENCE)]
    places = {text(entries[slot], "fullUrl"): number for number, slot in enumerate(new)}
    contents = _contents(entries, names, new)
    documents = []
    for number, slot in enumerate(new):
        entry = entries[slot]
        data = bytes_[id(entries[contents.get(number, slot)])]
        documents.append(read_document(one(entry, "resource"), data, text(one(entry, "request"), "ifNoneExist")))
    return Submission(
        tuple(_related(documents, places)),
        tuple(new),
        len(entries),
        tuple(_lists(entries, places)),
        tuple(_changes(entries, bytes_)),
        tuple((slot, number) for number, slot in contents.items()),
    )


def _kind(entry: Entry) -> str:
    return text(one(entry, "resource"), "resourceType")


def _method(entry: Entry) -> str:
    return text(one(entry, "request"), "method")


def _url(entry: Entry) -> str:
    return text(one(entry, "request"), "url")


def _is_new(entry: Entry, kind: str) -> bool:
    return _kind(entry) == kind and _method(entry) == "POST"


def _take_bytes(entry: Entry) -> str | None:
    """The base64 text of a Binary or an attachment; a placeholder stays in its place for validation."""
    resource = one(entry, "resource")
    if _kind(entry) == _REFERENCE:
        return take_data(attachment_of(resource))
    data = resource.get("data")
    if _kind(entry) != "Binary" or not isinstance(data, str) or not isinstance(resource, dict):
        return None
    resource["data"] = NO_BYTES
    return data


def _full_urls(entries: Sequence[Entry]) -> dict[str, int]:
    """Where each name of the Bundle leads.

    Raises:
        FhirError: 422, a name that leads to two places.
    """
    names: dict[str, int] = {}
    for slot, entry in enumerate(entries):
        name = text(entry, "fullUrl")
        if name and names.setdefault(name, slot) != slot:
            raise broken_rule(
                "full-url", "Deux entrées du lot ont le même fullUrl.", "Two entries of the set have the same fullUrl."
            )
    return names


def _check_kinds(entries: Sequence[Entry]) -> None:
    """One set, at least one document, each reachable from the set, nothing that we would not do."""
    lists = [(kind_of(one(e, "resource")), _method(e)) for e in entries if _kind(e) == "List"]
    sets = [method for kind, method in lists if kind is ListKind.SUBMISSION_SET]
    if len(sets) != 1 or any(kind is None for kind, _ in lists) or not any(_is_new(e, _REFERENCE) for e in entries):
        raise broken_rule(
            "submission-set",
            "Un lot contient une List (submissionset) et au moins un DocumentReference ; il peut avoir des classeurs.",
            "A set has one List (submissionset) and at least one DocumentReference; it may have folders.",
        )
    if sets != ["POST"]:
        raise not_supported()
    listed = {
        name
        for e in entries
        if _kind(e) == "List" and kind_of(one(e, "resource")) is ListKind.SUBMISSION_SET
        for name in references_of(one(e, "resource"))
    }
    for entry in entries:
        kind, method = _kind(entry), _method(entry)
        is_new = method == "POST" and kind in {"List", _REFERENCE, "Binary"} and _url(entry) == kind
        is_change = (method, kind) in {
            ("PUT", "List"),
            ("PUT", _REFERENCE),
            ("PATCH", "Parameters"),
            ("PATCH", "Binary"),
        }
        if not is_new and not is_change:
            raise not_supported()
        if kind == _REFERENCE and is_new and text(entry, "fullUrl") not in listed:
            raise broken_rule(
                "not-listed",
                "Chaque DocumentReference doit figurer dans la List du lot.",
                "Each DocumentReference has to stand in the List of its set.",
            )


def _contents(entries: Sequence[Entry], names: Mapping[str, int], new: Sequence[int]) -> dict[int, int]:
    """The Binary of each document that has one, by their places.

    Raises:
        FhirError: 422, a Binary is nobody's.
    """
    binaries = {slot for slot, entry in enumerate(entries) if _is_new(entry, "Binary")}
    found: dict[int, int] = {}
    for number, slot in enumerate(new):
        content = names.get(text(attachment_of(one(entries[slot], "resource")), "url"))
        if content in binaries:
            found[number] = content
    if binaries - set(found.values()):
        raise broken_rule(
            "binary",
            "Un Binary du lot n'est le contenu d'aucun DocumentReference.",
            "A Binary of the set is no DocumentReference's content.",
        )
    return found


def _related(documents: Sequence[Incoming], places: Mapping[str, int]) -> Iterator[Incoming]:
    """The documents with their relations among each other by uniqueId, as the record keeps them.

    Raises:
        FhirError: 422, one replaces another, or itself: the set would deposit what nobody is to read.
    """
    unique_ids = [unique_id_of_incoming(d) for d in documents]
    own = set(unique_ids) - {""}
    for document in documents:
        relations = tuple(
            Relation(r.code, unique_ids[places[r.target]] or r.target) if r.target in places else r
            for r in document.entry.relations
        )
        targets = [*(r.target for r in relations if r.code == "replaces")]
        targets += document.reading.replaces if document.reading else ()
        if any(target in own or target in places for target in targets):
            raise replaced_at_once()
        yield replace(document, entry=replace(document.entry, relations=relations))


def unique_id_of_incoming(document: Incoming) -> str:
    """The uniqueId that its sender gave a document, in its DocumentReference or in itself; empty if none."""
    return document.entry.unique_id or (document.reading.unique_id if document.reading else "")


def replaced_at_once() -> FhirError:
    """422: a set that replaces what it deposits."""
    return broken_rule(
        "replaced-at-once",
        "Un lot ne peut pas remplacer un document qu'il dépose.",
        "A set cannot replace a document that it deposits itself.",
    )


def _lists(entries: Sequence[Entry], places: Mapping[str, int]) -> Iterator[IncomingList]:
    """The lists of a Bundle. That a set lists a folder of the same Bundle says nothing more: both are kept."""
    folders = {name for entry in entries if _kind(entry) == "List" for name in (text(entry, "fullUrl"), _url(entry))}
    for slot, entry in enumerate(entries):
        resource = one(entry, "resource")
        if _kind(entry) == "List" and (kind := kind_of(resource)) is not None:
            listed = tuple(places.get(name, name) for name in references_of(resource) if name not in folders)
            made = from_list(resource, kind)
            if _method(entry) == "PUT":
                made = replace(made, id=_id_of(entry, "List"))
            subject = subject_of(one(resource, "subject"))
            yield IncomingList(made, listed, slot, subject, text(one(entry, "request"), "ifMatch"))


def _id_of(entry: Entry, kind: str) -> str:
    """The id of what an entry changes, by its request's URL.

    Raises:
        FhirError: 501 (no such URL), 422 (the resource has another id).
    """
    _, found, id_ = _url(entry).rpartition(f"{kind}/")
    if not found or not id_ or "/" in id_:
        raise not_supported()
    if text(one(entry, "resource"), "id") not in {"", id_} and _kind(entry) == kind:
        raise broken_rule("id", "L'id de la ressource n'est pas celui de l'URL.", "The resource's id is not the URL's.")
    return id_


def _changes(entries: Sequence[Entry], bytes_: Mapping[int, str | None]) -> Iterator[IncomingChange]:
    for slot, entry in enumerate(entries):
        kind, method = _kind(entry), _method(entry)
        if method not in {"PUT", "PATCH"} or kind == "List":
            continue
        path, _, query = _url(entry).partition("?")
        target = _unique_id_of_query(query) if path == _REFERENCE else _id_of(entry, _REFERENCE)
        if_match = text(one(entry, "request"), "ifMatch")
        resource, data = one(entry, "resource"), bytes_[id(entry)]
        if method == "PATCH":
            if not _says_superseded(resource, data):
                raise not_supported()
            yield IncomingChange(slot, target, if_match)
            continue
        if text(resource, "status") != _SUPERSEDED or data is not None:
            raise immutable()
        yield IncomingChange(slot, target, if_match, from_document_reference(resource), "securityLabel" in resource)


def _unique_id_of_query(query: str) -> str:
    """The uniqueId that a conditional URL names: ``identifier=<system>|<value>``, and nothing else.

    Raises:
        FhirError: 501.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(pairs) != 1 or pairs[0][0] != "identifier" or not pairs[0][1]:
        raise not_supported()
    system, _, value = pairs[0][1].rpartition("|")
    return unique_id_of(system, value)


def _says_superseded(resource: Mapping[str, Any], data: str | None) -> bool:
    """Whether a patch does one thing: the status becomes ``superseded``. FHIRPath Patch, or JSON Patch in a Binary."""
    if text(resource, "resourceType") == "Binary":
        try:
            operations = json.loads(b64decode(data or "", validate=True))
        except (ValueError, RecursionError):
            return False
        return bool(operations == [{"op": "replace", "path": "/status", "value": _SUPERSEDED}])
    parameters = list(many(resource, "parameter"))
    if [text(p, "name") for p in parameters] != ["operation"]:
        return False
    parts = {text(part, "name"): part for part in many(parameters[0], "part")}
    value = parts.get("value", {})
    return (
        parts.keys() == {"type", "path", "value"}
        and text(parts["type"], "valueCode") == "replace"
        and text(parts["path"], "valueString") in {"DocumentReference.status", "status"}
        and _SUPERSEDED in {text(value, "valueCode"), text(value, "valueString")}
    )
