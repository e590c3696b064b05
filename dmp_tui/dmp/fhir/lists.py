"""A list of documents as FHIR: DocumentList <-> List (IHE MHD 4.2 SubmissionSet and Folder, PDSm 3.1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Author, DocumentEntry
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.documents import (
    STRUCTURE_ID,
    URI,
    author_of_reference,
    contained_author,
    date_time,
    identifier_of,
    unique_id_of,
)
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.lists import DocumentList, ListKind

Json = dict[str, Any]

LIST_TYPES = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
_IHE = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
_DESIGNATIONS, _SOURCE_ID = f"{_IHE}designationType", f"{_IHE}sourceId"
_RECIPIENT, _AUTHOR_ORGANISATION = f"{_IHE}intendedRecipient", f"{_IHE}authorOrg"
_SOURCE_PATIENT = f"{_IHE}sourcePatientId"
_NOBODY = Author("", "")
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
    contained = {text(r, "id"): r for r in many(resource, "contained")}
    system = next(iter(_extensions(resource, _SOURCE_ID)), {})
    named = (one(e, "valueReference") for e in _extensions(resource, _RECIPIENT))
    return DocumentList(
        id="",
        patient_id="",
        kind=kind,
        date=text(resource, "date"),
        submitted="",
        documents=(),
        authors=tuple(_sources(one(resource, "source"), contained)),
        unique_id=_identifier(_unique(list(many(resource, "identifier")))),
        source_id=_identifier(one(system, "valueIdentifier")),
        designations=tuple(_designations(resource)),
        title=text(resource, "title"),
        note="\n".join(words for note in many(resource, "note") if (words := text(note, "text"))),
        recipients=tuple(found for r in named if (found := author_of_reference(r, contained)) != _NOBODY),
        source_patient=tuple(_source_patient(resource, contained)),
    )


def _extensions(resource: Mapping[str, Any], url: str) -> list[Mapping[str, Any]]:
    return [e for e in many(resource, "extension") if e.get("url") == url]


def _sources(source: Mapping[str, Any], contained: Mapping[str, Mapping[str, Any]]) -> Iterator[Author]:
    """A person; or an organisation, which MHD 4.2 names by an extension, since List.source may be none."""
    for reference in (source, *(one(e, "valueReference") for e in _extensions(source, _AUTHOR_ORGANISATION))):
        if (found := author_of_reference(reference, contained)) != _NOBODY:
            yield found


def _unique(identifiers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The uniqueId among the identifiers of a List: MHD 4.0 calls it official and 4.2 usual, beside an entryUUID."""
    own = [i for i in identifiers if not text(i, "value").startswith("urn:uuid:")]
    official = [i for i in own if i.get("use") != "usual"]
    usual = [i for i in identifiers if i.get("use") == "usual"]
    return next(iter(official or own or usual or identifiers), {})


def _source_patient(resource: Mapping[str, Any], contained: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for extension in _extensions(resource, _SOURCE_PATIENT):
        reference = one(extension, "valueReference")
        patient = contained.get(text(reference, "reference").removeprefix("#"), {})
        for identifier in (one(reference, "identifier"), *many(patient, "identifier")):
            if found := _identifier(identifier):
                yield found


def _identifier(identifier: Mapping[str, Any]) -> str:
    value = text(identifier, "value")
    return unique_id_of(text(identifier, "system"), value) if value else ""


def _designations(resource: Mapping[str, Any]) -> Iterator[Coding]:
    for extension in _extensions(resource, _DESIGNATIONS):
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
    extensions += [
        {"url": _RECIPIENT, "valueReference": {"reference": f"#recipient-{i}"}} for i in range(len(found.recipients))
    ]
    contained = [_contained(author, f"source-{i}") for i, author in enumerate(found.authors)]
    contained += [_contained(author, f"recipient-{i}") for i, author in enumerate(found.recipients)]
    if found.source_patient:
        extensions.append({"url": _SOURCE_PATIENT, "valueReference": {"reference": "#source-patient"}})
        identifiers = [identifier_of(one) for one in found.source_patient]
        contained.append({"resourceType": "Patient", "id": "source-patient", "identifier": identifiers})
    newest = max((d.submitted for d in documents), default=found.submitted)
    own = {"system": URI, "value": f"urn:uuid:{found.id}"}
    resource: Json = {
        "resourceType": "List",
        "id": found.id,
        "meta": {"profile": [_PROFILES[found.kind]]},
        "contained": contained,
        "extension": extensions,
        "identifier": [
            {"use": "official", **own},
            {"use": "usual", **(identifier_of(found.unique_id) if found.unique_id else own)},
        ],
        "status": "current",
        "mode": "working",
        "title": found.title,
        "code": {"coding": [{"system": LIST_TYPES, "code": found.kind.value}]},
        "subject": {"reference": f"{base_url}/Patient/{record.id}"},
        "date": newest if found.kind is ListKind.FOLDER else date_time(found.date),
        "source": _source(found.authors),
        "note": [{"text": found.note}] if found.note else [],
        "entry": [{"item": {"reference": f"{base_url}/DocumentReference/{d.id}"}} for d in documents],
    }
    return {key: value for key, value in resource.items() if value not in ("", [], {})}


def _source(authors: Sequence[Author]) -> Json:
    """A person by reference, an organisation in MHD's extension."""
    source: Json = {}
    for i, author in enumerate(authors):
        if _is_organisation(author):
            source["extension"] = [{"url": _AUTHOR_ORGANISATION, "valueReference": {"reference": f"#source-{i}"}}]
        else:
            source["reference"] = f"#source-{i}"
    return source


def _contained(author: Author, id_: str) -> Json:
    if not _is_organisation(author):
        return contained_author(author, id_)
    resource: Json = {"resourceType": "Organization", "id": id_}
    if author.organisation:
        resource["identifier"] = [{"system": STRUCTURE_ID, "value": author.organisation}]
    return resource | ({"name": author.organisation_name} if author.organisation_name else {})


def _is_organisation(author: Author) -> bool:
    return not (author.id or author.name)
