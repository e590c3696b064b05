"""A document's metadata as FHIR: DocumentEntry <-> DocumentReference (IHE MHD 4.2, PDSm 3.1), for server and client.

Writing is exact; reading is lenient, since other systems write DocumentReferences too: what is missing becomes empty,
what is of the wrong type is treated as missing. Strict validation of what is deposited is the server's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dmp_tui.dmp.codes import class_of, confidentiality_coding, document_class, document_type
from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import Author, Confidentiality, DocumentEntry, DocumentStatus, Related, Relation
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.lenient import many, one, text, texts, whole

Json = dict[str, Any]

PROFILE = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference"
IS_ARCHIVED = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"
SUBMITTER = "urn:dmp-tui:fhir:submitter"
SUBMITTED = "urn:dmp-tui:fhir:submitted"
WARNING = "urn:dmp-tui:fhir:warning"
READABLE = "urn:dmp-tui:fhir:readable"
URI = "urn:ietf:rfc:3986"
PROFESSIONAL_ID = "urn:oid:1.2.250.1.71.4.2.1"
STRUCTURE_ID = "urn:oid:1.2.250.1.71.4.2.2"
_DAY = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_INSTANT = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])" + _TIME)
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
MIME_TYPE_SUFFICIENT = Coding(
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode", "urn:ihe:iti:xds:2017:mimeTypeSufficient"
)
"""The format of a document that states none (IHE)."""


def unique_id_of(system: str, value: str) -> str:
    """The uniqueId that a FHIR identifier carries: an OID without ``urn:oid:``, ``<oid>^<extension>``, or a URI."""
    if system in {"", URI}:
        return value.removeprefix("urn:oid:")
    return f"{system.removeprefix('urn:oid:')}^{value}"


def identifier_of(unique_id: str) -> Json:
    """The FHIR identifier of a uniqueId: the inverse of ``unique_id_of``."""
    root, caret, extension = unique_id.rpartition("^")
    if caret:
        return {"system": f"urn:oid:{root}" if _OID.fullmatch(root) else root, "value": extension}
    return {"system": URI, "value": f"urn:oid:{unique_id}" if _OID.fullmatch(unique_id) else unique_id}


# --- writing ----------------------------------------------------------------------------------------------------------


def to_document_reference(entry: DocumentEntry, record: Record, base_url: str) -> Json:
    """The DocumentReference of a document. ``base_url`` is the FHIR base (``https://host/fhir``), for ``Binary`` links.

    The patient appears by his INS alone: names come from the card or the user, never from the record (RG_0320).
    """
    contained: list[Json] = [
        {
            "resourceType": "Patient",
            "id": "patient",
            "identifier": [{"system": record.ins.system, "value": record.ins.matricule}],
        }
    ]
    contained += [contained_author(author, f"author-{i}") for i, author in enumerate(entry.authors)]
    contained.append(contained_author(entry.submitter, "submitter"))
    if entry.authenticator:
        contained.append(contained_author(entry.authenticator, "authenticator"))
    resource: Json = {
        "resourceType": "DocumentReference",
        "id": entry.id,
        "meta": {"versionId": str(entry.version), "profile": [PROFILE]},
        "contained": contained,
        "extension": _extensions(entry),
        "masterIdentifier": identifier_of(entry.unique_id),
        "status": entry.status.value,
        "type": _concept(entry.type),
        "category": [_concept(entry.class_)],
        "subject": {"reference": f"{base_url}/Patient/{record.id}"},
        "date": entry.date if _INSTANT.fullmatch(entry.date) else "",
        "author": [_link(f"#author-{i}", a) for i, a in enumerate(entry.authors)],
        "authenticator": _link("#authenticator", entry.authenticator) if entry.authenticator else {},
        "relatesTo": [
            {"code": r.code, "target": {"type": "DocumentReference", "identifier": identifier_of(r.target)}}
            for r in entry.relations
        ],
        "description": entry.description,
        "securityLabel": [_concept(confidentiality_coding(c)) for c in sorted(entry.confidentiality)],
        "content": [{"attachment": _attachment(entry, base_url), "format": _coding(entry.format)}],
        "context": _context(entry),
    }
    if entry.logical_id:
        resource["identifier"] = [{"use": "usual", "system": URI, "value": f"urn:uuid:{entry.logical_id}"}]
    return {key: value for key, value in resource.items() if value not in ("", [], {}, None)}


def state_patch(
    *,
    levels: frozenset[Confidentiality] | None = None,
    archived: bool | None = None,
    status: DocumentStatus | None = None,
) -> list[Json]:
    """The JSON Patch that changes a document's state (TD3.3); what is None stays. ``levels`` are all that it has then.

    The extension is named by its URL, as the national guide writes such paths.
    """
    operations: list[Json] = []
    if levels is not None:
        labels = [_concept(confidentiality_coding(level)) for level in sorted(levels)]
        operations.append({"op": "replace", "path": "/securityLabel", "value": labels})
    if archived is not None:
        path = f"/extension[url:'{IS_ARCHIVED}']/valueBoolean"
        operations.append({"op": "replace", "path": path, "value": archived})
    if status is not None:
        operations.append({"op": "replace", "path": "/status", "value": status.value})
    return operations


def _extensions(entry: DocumentEntry) -> list[Json]:
    extensions: list[Json] = [
        {"url": IS_ARCHIVED, "valueBoolean": entry.archived},
        {"url": SUBMITTER, "valueReference": _link("#submitter", entry.submitter)},
    ]
    if entry.submitted:
        extensions.append({"url": SUBMITTED, "valueInstant": entry.submitted})
    extensions += [{"url": WARNING, "valueCode": warning} for warning in entry.warnings]
    if entry.readable:
        extensions.append({"url": READABLE, "valueCode": entry.readable})
    return extensions


def contained_author(author: Author, id_: str) -> Json:
    """A professional with his structure, or a structure alone."""
    role: Json = {"resourceType": "PractitionerRole", "id": id_}
    if author.id or author.name:
        role["practitioner"] = _named(PROFESSIONAL_ID, author.id, author.name)
    if author.organisation or author.organisation_name:
        role["organization"] = _named(STRUCTURE_ID, author.organisation, author.organisation_name)
    if author.role:
        role["code"] = [{"text": author.role}]
    if author.specialty:
        role["specialty"] = [{"text": author.specialty}]
    return role


def identifiers_of(author: Author) -> list[tuple[str, str]]:
    """``(system, value)`` of a professional and of his structure, as far as they are known."""
    known = ((PROFESSIONAL_ID, author.id), (STRUCTURE_ID, author.organisation))
    return [(system, value) for system, value in known if value]


def date_time(moment: str) -> str:
    """A moment as FHIR's dateTime: as it is where it is one, else the part of it that is a date, else empty."""
    if _INSTANT.fullmatch(moment):
        return moment
    found = re.match(_DAY, moment)
    return found[0] if found else ""


def _link(reference: str, author: Author) -> Json:
    return {"reference": reference, "display": author.name} if author.name else {"reference": reference}


def _named(system: str, id_: str, name: str) -> Json:
    named: Json = {"display": name} if name else {}
    if id_:
        named["identifier"] = {"system": system, "value": id_}
    return named


def _coding(coding: Coding) -> Json:
    written = {"system": coding.system, "code": coding.code, "display": coding.display}
    return {key: value for key, value in written.items() if value}


def _concept(coding: Coding) -> Json:
    return {"coding": [_coding(coding)]}


def _attachment(entry: DocumentEntry, base_url: str) -> Json:
    attachment = {
        "contentType": entry.media_type,
        "language": entry.language,
        "url": f"{base_url}/Binary/{entry.id}",
        "size": entry.size,
        "hash": entry.hash,
        "title": entry.title,
        "creation": date_time(entry.date),
    }
    return {key: value for key, value in attachment.items() if value not in ("", None)}


def _context(entry: DocumentEntry) -> Json:
    context: Json = {
        "event": [_concept(event) for event in entry.events],
        "period": {
            key: written
            for key, moment in (("start", entry.service_start), ("end", entry.service_end))
            if (written := date_time(moment))
        },
        "facilityType": _concept(entry.facility_type) if entry.facility_type else None,
        "practiceSetting": _concept(entry.practice_setting) if entry.practice_setting else None,
        "sourcePatientInfo": {"reference": "#patient"},
        "related": [_to_related(related) for related in entry.related],
    }
    return {key: value for key, value in context.items() if value}


def _to_related(related: Related) -> Json:
    written: Json = {"reference": related.reference} if related.reference else {}
    if related.value:
        identifier: Json = {"type": _concept(related.type)} if related.type else {}
        identifier |= {"system": related.system} if related.system else {}
        written["identifier"] = identifier | {"value": related.value}
    return written


# --- reading ----------------------------------------------------------------------------------------------------------


def from_document_reference(resource: Mapping[str, Any], patient_id: str = "") -> DocumentEntry:
    """The metadata that a DocumentReference gives, from whatever system it comes.

    A relation's target is the other document's uniqueId where the resource names it by identifier, else the literal
    reference (``DocumentReference/<id>``), which only the server that holds it can resolve.
    """
    contained = {r.get("id", ""): r for r in many(resource, "contained")}
    content = next(many(resource, "content"), {})
    attachment = one(content, "attachment")
    context = one(resource, "context")
    period = one(context, "period")
    master = one(resource, "masterIdentifier")
    type_ = _first_coding(one(resource, "type"))
    category = _first_coding(next(many(resource, "category"), {}))
    extensions = list(many(resource, "extension"))
    return DocumentEntry(
        id=text(resource, "id"),
        patient_id=patient_id,
        unique_id=unique_id_of(text(master, "system"), text(master, "value")) if master else "",
        type=document_type(type_.code, type_.display, type_.system),
        class_=document_class(category.code, category.display) if category.code else class_of(type_.code),
        title=text(attachment, "title") or text(resource, "description") or type_.display,
        date=text(resource, "date") or text(attachment, "creation"),
        submitted=_value(extensions, SUBMITTED),
        media_type=text(attachment, "contentType"),
        size=whole(attachment, "size"),
        hash=text(attachment, "hash"),
        format=_as_coding(one(content, "format")) or MIME_TYPE_SUFFICIENT,
        authors=tuple(author_of_reference(a, contained) for a in many(resource, "author")),
        submitter=author_of_reference(next(_values(extensions, SUBMITTER, "valueReference"), {}), contained),
        logical_id=_logical_id(resource),
        service_start=text(period, "start"),
        service_end=text(period, "end"),
        language=text(attachment, "language") or "fr-FR",
        facility_type=_optional(context, "facilityType"),
        practice_setting=_optional(context, "practiceSetting"),
        events=tuple(c for c in map(_first_coding, many(context, "event")) if c.code),
        description=text(resource, "description"),
        confidentiality=confidentialities(many(resource, "securityLabel")),
        status=_status(text(resource, "status")),
        archived=next(_values(extensions, IS_ARCHIVED, "valueBoolean"), False) is True,
        relations=tuple(_relations(resource)),
        version=int(version) if (version := text(one(resource, "meta"), "versionId")).isdecimal() else 1,
        warnings=tuple(_values(extensions, WARNING, "valueCode")),
        readable=_value(extensions, READABLE),
        related=tuple(_related(context)),
        authenticator=author_of_reference(signed, contained) if (signed := one(resource, "authenticator")) else None,
    )


def confidentialities(labels: Iterable[Mapping[str, Any]]) -> frozenset[Confidentiality]:
    """The levels that security labels name, N always beside the national ones. Unknown codes are left out."""
    known = {level.value: level for level in Confidentiality}
    codes = {text(coding, "code") for label in labels for coding in many(label, "coding")}
    levels = {known[code] for code in codes if code in known}
    stated = levels & {Confidentiality.RESTRICTED, Confidentiality.VERY_RESTRICTED}
    return frozenset(levels if stated else levels | {Confidentiality.NORMAL})


def _status(code: str) -> DocumentStatus:
    return DocumentStatus(code) if code in set(DocumentStatus) else DocumentStatus.CURRENT


def _relations(resource: Mapping[str, Any]) -> Iterator[Relation]:
    for relation in many(resource, "relatesTo"):
        target = one(relation, "target")
        identifier = one(target, "identifier")
        value = text(identifier, "value")
        name = unique_id_of(text(identifier, "system"), value) if value else text(target, "reference")
        if name:
            yield Relation(text(relation, "code"), name)


def _related(context: Mapping[str, Any]) -> Iterator[Related]:
    for found in many(context, "related"):
        identifier = one(found, "identifier")
        type_ = _first_coding(one(identifier, "type"))
        related = Related(
            text(identifier, "system"),
            text(identifier, "value"),
            type_ if type_.code else None,
            text(found, "reference"),
        )
        if related.value or related.reference:
            yield related


def _logical_id(resource: Mapping[str, Any]) -> str:
    for identifier in many(resource, "identifier"):
        if identifier.get("use") == "usual" and (value := text(identifier, "value")).startswith("urn:uuid:"):
            return value.removeprefix("urn:uuid:")
    return ""


def author_of_reference(reference: Mapping[str, Any], contained: Mapping[str, Mapping[str, Any]]) -> Author:
    """An author from a reference and what it points to inside the resource, whatever kind of resource that is."""
    target = contained.get(text(reference, "reference").removeprefix("#"), {})
    kind = target.get("resourceType") or reference.get("type")
    display = text(reference, "display")
    own_id = _national_id(target) or text(one(reference, "identifier"), "value")
    if kind == "Organization":
        return Author("", "", own_id, text(target, "name") or display)
    practitioner, organisation = one(target, "practitioner"), one(target, "organization")
    person = contained.get(text(practitioner, "reference").removeprefix("#"), {})
    structure = contained.get(text(organisation, "reference").removeprefix("#"), {})
    return Author(
        id=text(one(practitioner, "identifier"), "value") or _national_id(person) or own_id,
        name=text(practitioner, "display") or _person_name(person) or _person_name(target) or display,
        organisation=text(one(organisation, "identifier"), "value") or _national_id(structure),
        organisation_name=text(organisation, "display") or text(structure, "name"),
        role="patient" if kind == "Patient" else _concept_text(next(many(target, "code"), {})),
        specialty=_concept_text(next(many(target, "specialty"), {})),
    )


def _national_id(resource: Mapping[str, Any]) -> str:
    """The identifier of a professional or structure: the national one where there are several."""
    identifiers = list(many(resource, "identifier"))
    national = [i for i in identifiers if text(i, "system") in {PROFESSIONAL_ID, STRUCTURE_ID}]
    return text(next(iter(national or identifiers), {}), "value")


def _person_name(resource: Mapping[str, Any]) -> str:
    names = resource.get("name")
    if isinstance(names, str):
        return names
    name = next(many(resource, "name"), {})
    return text(name, "text") or " ".join([text(name, "family"), *texts(name, "given")[:1]]).strip()


def _concept_text(concept: Mapping[str, Any]) -> str:
    coding = _first_coding(concept)
    return text(concept, "text") or coding.display or coding.code


def _first_coding(concept: Mapping[str, Any]) -> Coding:
    found = next(many(concept, "coding"), {})
    return _as_coding(found) or Coding("", "", text(concept, "text"))


def _as_coding(found: Mapping[str, Any]) -> Coding | None:
    code = text(found, "code")
    return Coding(text(found, "system"), code, text(found, "display")) if code else None


def _optional(context: Mapping[str, Any], key: str) -> Coding | None:
    coding = _first_coding(one(context, key))
    return coding if coding.code else None


def _values(extensions: Iterable[Mapping[str, Any]], url: str, key: str) -> Iterator[Any]:
    return (e[key] for e in extensions if e.get("url") == url and key in e)


def _value(extensions: Iterable[Mapping[str, Any]], url: str) -> str:
    found = next((v for e in extensions if e.get("url") == url for k, v in e.items() if k.startswith("value")), "")
    return found if isinstance(found, str) else ""
