"""A list of documents as FHIR: DocumentList <-> List (IHE MHD 4.2 SubmissionSet and Folder, PDSm 3.1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.documents import author_of_reference, contained_author, date_time, identifier_of, unique_id_of
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.lists import DocumentList, ListKind

Json = dict[str, Any]

LIST_TYPES = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
_IHE = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
_DESIGNATIONS, _SOURCE_ID = f"{_IHE}designationType", f"{_IHE}sourceId"
_PROFILES = {
    ListKind.SUBMISSION_SET: "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-submissionset-comprehensive",
    ListKind.FOLDER: "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-folder-comprehensive",
}


def kind_of(resource: Mapping[str, Any]) -> ListKind | None:
    """What kind of list a List is, by its code; None for any other."""
    codes = {text(coding, "code") for coding in many(one(resource, "code"), "coding")}
    return next((kind for kind in ListKind if kind.value in codes), None)


def references_of(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """What its entries name, each once."""
    return tuple(dict.fromkeys(text(one(entry, "item"), "reference") for entry in many(resource, "entry")))


def from_list(resource: Mapping[str, Any], kind: ListKind) -> DocumentList:
    """What a List says of itself. Ids and documents are the server's to give."""
    contained = {r.get("id", ""): r for r in many(resource, "contained")}
    source = one(resource, "source")
    named = next((i for i in many(resource, "identifier") if i.get("use") != "usual"), {})
    system = next((e for e in many(resource, "extension") if e.get("url") == _SOURCE_ID), {})
    return DocumentList(
        id="",
        patient_id="",
        kind=kind,
        date=text(resource, "date"),
        submitted="",
        documents=(),
        authors=(author_of_reference(source, contained),) if source else (),
        unique_id=_identifier(named),
        source_id=_identifier(one(system, "valueIdentifier")),
        designations=tuple(_designations(resource)),
        title=text(resource, "title"),
    )


def _identifier(identifier: Mapping[str, Any]) -> str:
    value = text(identifier, "value")
    return unique_id_of(text(identifier, "system"), value) if value else ""


def _designations(resource: Mapping[str, Any]) -> Iterator[Coding]:
    for extension in many(resource, "extension"):
        if extension.get("url") == _DESIGNATIONS:
            for coding in many(one(extension, "valueCodeableConcept"), "coding"):
                if text(coding, "code"):
                    yield Coding(text(coding, "system"), text(coding, "code"), text(coding, "display"))


def to_list(found: DocumentList, documents: Sequence[DocumentEntry], record: Record, base_url: str) -> Json:
    """The List of those of its documents that its reader may see. It has no version: what is hidden would move it."""
    extensions: list[Json] = [
        {
            "url": _DESIGNATIONS,
            "valueCodeableConcept": {
                "coding": [{k: v for k, v in (("system", c.system), ("code", c.code), ("display", c.display)) if v}]
            },
        }
        for c in found.designations
    ]
    if found.source_id:
        extensions.append({"url": _SOURCE_ID, "valueIdentifier": identifier_of(found.source_id)})
    newest = max((d.submitted for d in documents), default=found.submitted)
    resource: Json = {
        "resourceType": "List",
        "id": found.id,
        "meta": {"profile": [_PROFILES[found.kind]]},
        "contained": [contained_author(author, "source") for author in found.authors],
        "extension": extensions,
        "identifier": [{"use": "official", **identifier_of(found.unique_id)}] if found.unique_id else [],
        "status": "current",
        "mode": "working",
        "title": found.title,
        "code": {"coding": [{"system": LIST_TYPES, "code": found.kind.value}]},
        "subject": {"reference": f"{base_url}/Patient/{record.id}"},
        "date": newest if found.kind is ListKind.FOLDER else date_time(found.date),
        "source": {"reference": "#source"} if found.authors else {},
        "entry": [{"item": {"reference": f"{base_url}/DocumentReference/{d.id}"}} for d in documents],
    }
    return {key: value for key, value in resource.items() if value not in ("", [], {})}
