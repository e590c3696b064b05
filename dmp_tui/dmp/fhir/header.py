"""What a FHIR document says of itself: its id, date, authors, custodian, and the documents that it replaces."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace

from dmp_tui.dmp.entries import Person
from dmp_tui.dmp.fhir.bundle import Index, Resource
from dmp_tui.dmp.fhir.elements import date_of, first, objects, string, strings
from dmp_tui.dmp.fhir.people import oid_of, read_person
from dmp_tui.dmp.fhir.strict import Json


def written_on(composition: Json, bundle: Json) -> str:
    """When it was written: as it says, else when it was made, attested, or last touched."""
    event = date_of(first(composition.get("event")), "period")
    return next(
        (
            date
            for date in (
                date_of(composition, "date")[0],
                date_of(bundle, "timestamp")[0],
                date_of(first(composition.get("attester")), "time")[0],
                event[1] or event[0],
                date_of(first(composition.get("meta")), "lastUpdated")[0],
                date_of(first(bundle.get("meta")), "lastUpdated")[0],
            )
            if date
        ),
        "",
    )


def identifier_text(identifier: Json) -> str:
    """An identifier as an XDS uniqueId: ``root^extension`` for an OID, else the value; without ``urn:oid:``."""
    value = string(identifier.get("value")).removeprefix("urn:oid:")
    system = string(identifier.get("system"))
    return f"{oid_of(system)}^{value}" if value and system.startswith("urn:oid:") else value


def unique_id(bundle: Json, composition: Json) -> str:
    """The document's own id; where it gives none, one made from its content, so that the same bytes have the same."""
    for identifier in (bundle.get("identifier"), composition.get("identifier")):
        if found := identifier_text(first(identifier)):
            return found
    digest = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(bundle, sort_keys=True))
    return string(bundle.get("id")) or string(composition.get("id")) or f"urn:uuid:{digest}"


def person_of(index: Index, reference: object, holder: Resource) -> Person:
    """Who a Reference names."""
    display = string(first(reference).get("display"))
    found = index.resolve(reference, holder)
    if found is None:
        return Person(display)
    linked = index.resolve(found.body.get("practitioner"), found)
    organisation = index.resolve(found.body.get("organization"), found)
    person = read_person(found.body, linked.body if linked else {}, organisation.body if organisation else {})
    shown = person.name or string(first(found.body.get("practitioner")).get("display")) or display
    return replace(person, name=shown)


def custodian_id(index: Index, composition: Resource) -> str:
    """The first identifier of the organisation that keeps the document."""
    found = index.resolve(composition.body.get("custodian"), composition)
    return string(first(found.body.get("identifier")).get("value")) if found is not None else ""


def confidentiality(composition: Json) -> tuple[str, ...]:
    """R4 ``confidentiality``; in R5 a security label: of those, the ones that grade confidentiality."""
    labels = [
        string(label.get("code"))
        for label in objects(first(composition.get("meta")).get("security"))
        if string(label.get("system")).endswith(("v3-Confidentiality", "v3/Confidentiality"))
        or string(label.get("system")).startswith("urn:oid:")
    ]
    return tuple(dict.fromkeys([*strings(composition.get("confidentiality")), *filter(None, labels)]))


def service_period(composition: Json) -> tuple[str, str]:
    """Start and end of the event that the document is about."""
    return date_of(first(composition.get("event")), "period")


def replaced_ids(composition: Json, index: Index, holder: Resource) -> Iterator[str]:
    """uniqueIds of what this document replaces (R4 ``target[x]``, R5 ``resourceReference``)."""
    for relation in objects(composition.get("relatesTo")):
        if "replaces" not in {string(relation.get("code")), string(relation.get("type"))}:
            continue
        reference = first(relation.get("targetReference")) or first(relation.get("resourceReference"))
        identifier = first(relation.get("targetIdentifier")) or first(reference.get("identifier"))
        found = index.resolve(reference, holder)
        if not identifier and found is not None:
            identifier = first(found.body.get("identifier"))
        target = identifier_text(identifier) or string(reference.get("reference"))
        if target:
            yield target
