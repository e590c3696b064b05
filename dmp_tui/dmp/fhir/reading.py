"""A FHIR document Bundle of any vendor (IPS first of all), R4 to R5, read leniently into a ``Reading``.

Lenient on what it says: references of any form, contained resources, missing fullUrl, empty sections, no Composition.
Strict on what it is: ``strict.py`` refuses hostile JSON. Every resource is read or counted in ``unread``.
"""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from dmp_tui.dmp.entries import (
    Assertion,
    Attachment,
    Coding,
    DocumentError,
    DocumentProblem,
    Entry,
    Kind,
    Mark,
    Part,
    Person,
    Reading,
    Status,
    Subject,
)
from dmp_tui.dmp.fhir import circumstances, measurements, medicines, statements
from dmp_tui.dmp.fhir.bundle import Index, Resource, read_index
from dmp_tui.dmp.fhir.elements import codings, concept_text, date_of, first, objects, string, strings, words
from dmp_tui.dmp.fhir.narrative import read_narrative
from dmp_tui.dmp.fhir.people import oid_of, read_person, read_subject
from dmp_tui.dmp.fhir.sections import Section, read_sections
from dmp_tui.dmp.fhir.statements import Place
from dmp_tui.dmp.fhir.strict import Json, parse_object
from dmp_tui.dmp.fhir.vocabulary import LOINC
from dmp_tui.dmp.sheet.dates import moment

IPS = "60591-5"
_WORDS = 500
"""Longest narrative given to a single statement, in characters; the whole of it stays in ``parts``."""

_READERS: dict[str, Callable[[Place], list[Entry]]] = {
    "AllergyIntolerance": statements.read_allergy,
    "AdverseEvent": statements.read_adverse_event,
    "Condition": statements.read_condition,
    "Procedure": statements.read_procedure,
    "MedicationStatement": medicines.read_treatment,
    "MedicationUsage": medicines.read_treatment,
    "MedicationRequest": medicines.read_treatment,
    "MedicationDispense": medicines.read_treatment,
    "MedicationAdministration": medicines.read_treatment,
    "Medication": medicines.read_treatment,
    "Immunization": statements.read_immunization,
    "ImmunizationRecommendation": statements.read_recommendation,
    "DeviceUseStatement": statements.read_device,
    "DeviceUsage": statements.read_device,
    "Device": statements.read_device,
    "DiagnosticReport": measurements.read_report,
    "ImagingStudy": measurements.read_imaging,
    "Flag": circumstances.read_flag,
    "DetectedIssue": circumstances.read_risk,
    "RiskAssessment": circumstances.read_risk,
    "CarePlan": circumstances.read_plan,
    "Goal": circumstances.read_plan,
    "ServiceRequest": circumstances.read_plan,
    "DeviceRequest": circumstances.read_plan,
    "NutritionOrder": circumstances.read_plan,
    "Appointment": circumstances.read_plan,
    "Consent": circumstances.read_directive,
    "DocumentReference": circumstances.read_document,
    "FamilyMemberHistory": circumstances.read_family,
    "ClinicalImpression": circumstances.read_impression,
    "RelatedPerson": circumstances.read_contact,
    "CareTeam": circumstances.read_care_team,
}
_ONLY_IN_SECTIONS = frozenset({"Medication", "Device", "DocumentReference"})
"""Resources that are a statement only where a section names them; elsewhere they are parts of another."""
_PARTS = frozenset(
    {"Composition", "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Specimen", "Substance"}
    | {"Medication", "Device", "Provenance", "BodyStructure", "Binary", "OperationOutcome", "Endpoint", "List"}
)
"""Resources that others refer to: not statements, so never "unread"."""


def read_fhir_document(content: bytes) -> Reading:
    """The reading of a FHIR document.

    Raises:
        DocumentError: EMPTY, TOO_LARGE, TOO_DEEP, NOT_JSON, or NOT_FHIR_DOCUMENT (no Bundle, or one without resources).
    """
    return read_bundle(parse_object(content))


def read_bundle(bundle: Json) -> Reading:
    """The reading of a Bundle that ``strict.parse_object`` let in."""
    if bundle.get("resourceType") != "Bundle":
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT)
    index = read_index(bundle)
    if not index.resources:
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT, "entry")
    none = Resource({})
    composition = next((r for r in index.resources if r.type == "Composition"), none)
    patient = index.resolve(composition.body.get("subject"), composition)
    if patient is None or patient.type != "Patient":
        patient = next((r for r in index.resources if r.type == "Patient"), none)
    collector = _Collector(index)
    sections = list(read_sections(composition.body))
    for section in sections:
        collector.read_section(section, composition)
    collector.read_rest(patient)
    type_ = next((c for c in codings(composition.body.get("type")) if c.system == LOINC), None)
    type_ = type_ or next(iter(codings(composition.body.get("type"))), Coding("", ""))
    date = date_of(composition.body, "date")[0] or date_of(bundle, "timestamp")[0]
    subject = read_subject(patient.body) if patient.body else Subject()
    born = subject.traits.birth.iso if subject.traits.birth is not None else ""
    return Reading(
        unique_id=_unique_id(bundle, composition.body),
        type=type_,
        title=string(composition.body.get("title")) or concept_text(composition.body.get("type")),
        date=date,
        format="fhir-ips" if type_.code == IPS and composition.body else "fhir-document",
        subject=subject,
        authors=tuple(_person(index, ref, composition) for ref in objects(composition.body.get("author"))),
        custodian=_person(index, composition.body.get("custodian"), composition).name,
        custodian_id=_custodian_id(index, composition),
        **_service(composition.body),
        confidentiality=_confidentiality(composition.body),
        replaces=tuple(_replaced(composition.body, index, composition)),
        set_id=_identifier(first(composition.body.get("identifier"))),
        version=string(composition.body.get("version")),
        language=string(composition.body.get("language")) or string(bundle.get("language")),
        entries=tuple(_with_date_mark(entry, born, date) for entry in collector.entries),
        parts=tuple(_parts(sections, composition.body, index)),
        attachments=tuple(collector.attachments),
        sections_read=frozenset(section.code for section in sections if section.code),
        unread=collector.unread(),
    )


# --- header -----------------------------------------------------------------------------------------------------------


def _identifier(identifier: Json) -> str:
    """An identifier as an XDS uniqueId: ``root^extension`` for an OID, else the value; without ``urn:oid:``."""
    value = string(identifier.get("value")).removeprefix("urn:oid:")
    system = string(identifier.get("system"))
    return f"{oid_of(system)}^{value}" if value and system.startswith("urn:oid:") else value


def _unique_id(bundle: Json, composition: Json) -> str:
    """The document's own id; where it gives none, one made from its content, so that the same bytes have the same."""
    for identifier in (bundle.get("identifier"), composition.get("identifier")):
        if found := _identifier(first(identifier)):
            return found
    digest = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(bundle, sort_keys=True))
    return string(bundle.get("id")) or string(composition.get("id")) or f"urn:uuid:{digest}"


def _person(index: Index, reference: object, holder: Resource) -> Person:
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


def _custodian_id(index: Index, composition: Resource) -> str:
    found = index.resolve(composition.body.get("custodian"), composition)
    return string(first(found.body.get("identifier")).get("value")) if found is not None else ""


def _confidentiality(composition: Json) -> tuple[str, ...]:
    """R4 ``confidentiality``; in R5 a security label."""
    labels = [string(label.get("code")) for label in objects(first(composition.get("meta")).get("security"))]
    return tuple(dict.fromkeys([*strings(composition.get("confidentiality")), *filter(None, labels)]))


def _service(composition: Json) -> dict[str, str]:
    start, end = date_of(first(composition.get("event")), "period")
    return {"service_start": start, "service_end": end}


def _replaced(composition: Json, index: Index, holder: Resource) -> Iterator[str]:
    """uniqueIds of what this document replaces (R4 ``target[x]``, R5 ``resourceReference``)."""
    for relation in objects(composition.get("relatesTo")):
        if "replaces" not in {string(relation.get("code")), string(relation.get("type"))}:
            continue
        reference = first(relation.get("targetReference")) or first(relation.get("resourceReference"))
        identifier = first(relation.get("targetIdentifier")) or first(reference.get("identifier"))
        found = index.resolve(reference, holder)
        if not identifier and found is not None:
            identifier = first(found.body.get("identifier"))
        target = _identifier(identifier) or string(reference.get("reference"))
        if target:
            yield target


def _parts(sections: list[Section], composition: Json, index: Index) -> Iterator[Part]:
    """The narrative: of the sections; of the Composition or the resources where there are none."""
    for section in sections:
        yield Part(section.code, section.title, section.blocks, section.depth)
    if sections:
        return
    for body in [composition, *(r.body for r in index.resources if r.body is not composition)]:
        div = first(body.get("text")).get("div")
        if isinstance(div, str) and (blocks := read_narrative(div)):
            yield Part("", string(body.get("title")) or string(body.get("resourceType")), blocks)


def _with_date_mark(entry: Entry, born: str, written: str) -> Entry:
    """The entry, marked where a date is none, or before the birth, or after the document. Dates stay as they are."""
    if entry.status is Status.PLANNED or entry.kind is Kind.PLAN:
        return entry
    birth, document = moment(born)[:3], moment(written)[:3]
    for date in (entry.start, entry.noted):
        day = moment(date)[:3]
        unreadable = bool(date) and not day[0]
        before = 0 < day[0] < birth[0] or (all(birth) and all(day) and day < birth)
        after = all(document) and day > document
        if unreadable or before or after:
            return replace(entry, marks=entry.marks | {Mark.IMPLAUSIBLE_DATE})
    return entry


# --- statements -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Collector:
    """Reads each resource once, by the first section that names it."""

    index: Index
    entries: list[Entry] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)
    _not_read: Counter[str] = field(default_factory=Counter)
    _titles: list[str] = field(default_factory=list)

    def read_section(self, section: Section, composition: Resource) -> None:
        before = len(self.entries)
        for reference in section.references:
            found = self.index.resolve(reference, composition)
            if found is not None:
                self._read(found, section)
                continue
            display = string(reference.get("display"))
            self._unreadable(section, display or section.title or section.code)
        if not section.references:
            self._read_empty(section)
        elif len(self.entries) == before + 1:
            # One statement, one narrative: these are its author's words.
            own = self.entries[-1]
            self.entries[-1] = replace(own, words=words(own.words, section.text[:_WORDS]))

    def _read_empty(self, section: Section) -> None:
        """A section without entries: what its reason or its narrative says."""
        text = section.text
        said = section.absence
        if section.kind is None:
            if text:
                self._titles.append(section.title or section.code)
            return
        if said is not None:
            label = text or section.reason or said.value
            self.entries.append(
                Entry(section.kind, label, said, codes=section.reason_codes, section=section.code, words=text)
            )
        elif text and section.textual:
            marks = frozenset({Mark.UNCODED})
            self.entries.append(Entry(section.kind, text, section=section.code, words=text, marks=marks))
        elif text:
            self._unreadable(section, section.title or section.code)

    def _unreadable(self, section: Section, label: str) -> None:
        title = section.title or section.code
        if title not in self._titles:
            self._titles.append(title)
        if section.kind is not None:
            self.entries.append(
                Entry(section.kind, label or title, Assertion.UNREADABLE, section=section.code, words=section.text)
            )

    def read_rest(self, patient: Resource) -> None:
        """What no section names."""
        for resource in self.index.resources:
            self._read(resource, None)
        if patient.body:
            self.entries += circumstances.patient_contacts(Place(self.index, patient))

    def _read(self, resource: Resource, section: Section | None) -> None:
        """A resource, then what it gathers, then what that gathers: each once, however long or circular the chain."""
        pending = [(resource, "")]
        while pending:
            current, panel = pending.pop()
            if current.place in self._done or (section is None and current.type in {"Medication", "Device"}):
                continue
            self._done.add(current.place)
            if statements.is_error(current.body):
                continue
            self._read_one(current, section, panel)
            name = concept_text(current.body.get("code")) or panel
            members = [self.index.resolve(reference, current) for reference in _members(current.body)]
            pending += [(member, name) for member in reversed(members) if member is not None]

    def _read_one(self, resource: Resource, section: Section | None, panel: str) -> None:
        place = Place(self.index, resource)
        if section is not None:
            place = Place(self.index, resource, section.code, section.kind, listed=True)
        self.entries += [entry for entry in self._entries(place, panel) if entry.label]
        self._attach(resource.body)

    def _entries(self, place: Place, panel: str) -> list[Entry]:
        kind = place.resource.type
        if kind == "Observation":
            return measurements.read_observation(place, panel)
        if kind in _READERS and (place.listed or kind not in _ONLY_IN_SECTIONS):
            return _READERS[kind](place)
        if kind not in _PARTS:
            self._not_read[kind] += 1
        return []

    def _attach(self, body: Json) -> None:
        for item in objects(body.get("content")):
            self.attachments += measurements.attachments(item.get("attachment"))
        for name in ("presentedForm", "sourceAttachment", "photo"):
            if body.get("resourceType") != "Patient":
                self.attachments += measurements.attachments(body.get(name))
        if body.get("resourceType") == "Binary":
            self.attachments += measurements.attachments(body)

    def unread(self) -> tuple[str, ...]:
        """Titles of sections, and kinds of resources with their number, that gave no entry."""
        known = self._done | self.index.used
        for resource in self.index.resources:
            if resource.type in {"Medication", "Device"} and resource.place not in known:
                self._not_read[resource.type] += 1
        counted = [f"{kind} ({count})" for kind, count in sorted(self._not_read.items())]
        return (*dict.fromkeys(self._titles), *counted)


def _members(body: Json) -> Iterator[Json]:
    """Results that a report or a panel gathers."""
    if body.get("resourceType") in {"DiagnosticReport", "Observation", "List"}:
        for name in ("result", "hasMember"):
            yield from objects(body.get(name))
    if body.get("resourceType") == "List":
        yield from (first(item.get("item")) for item in objects(body.get("entry")))
