"""The emergency sheet on the wire: an IPS document Bundle (R4), and back.

Any IPS reader finds its sections and resources; ours finds, in extensions (``docs/sheet.md``), all that FHIR has no
element for, so that ``read_summary(write_summary(sheet, record)).sheet == sheet``. Standard library only: the
application reads it in its own process.
"""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Kind, Person, Subject
from dmp_tui.dmp.fhir import marks
from dmp_tui.dmp.fhir.elements import extensions, first, objects
from dmp_tui.dmp.fhir.people import read_contacts, read_subject
from dmp_tui.dmp.fhir.resources import CONCEPT_PATHS, concept, date_time, instant, resource_of
from dmp_tui.dmp.fhir.strict import Json, parse_object
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet, Topic

LOINC = "http://loinc.org"
_ABSENT_UNKNOWN = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_OWN_SECTIONS = f"{marks.BASE.replace('StructureDefinition', 'CodeSystem')}section"
_XHTML = "http://www.w3.org/1999/xhtml"

_SECTIONS = {
    Kind.ALLERGY: ("48765-2", "Allergies et intolérances"),
    Kind.TREATMENT: ("10160-0", "Traitements"),
    Kind.PROBLEM: ("11450-4", "Problèmes"),
    Kind.ADVERSE_EFFECT: ("44939-7", "Effets indésirables"),
    Kind.PROCEDURE: ("47519-4", "Actes et interventions"),
    Kind.DEVICE: ("46264-8", "Dispositifs médicaux"),
    Kind.PREGNANCY: ("10162-6", "Grossesse"),
    Kind.RESULT: ("30954-2", "Résultats"),
    Kind.VITAL: ("8716-3", "Signes vitaux"),
    Kind.VACCINATION: ("11369-6", "Vaccinations"),
    Kind.DIRECTIVE: ("42348-3", "Directives anticipées"),
    Kind.ALERT: ("104605-1", "Alertes"),
    Kind.FUNCTIONAL: ("47420-5", "Autonomie et handicaps"),
    Kind.SOCIAL: ("29762-2", "Habitudes de vie"),
    Kind.FAMILY: ("10157-6", "Antécédents familiaux"),
    Kind.OCCUPATIONAL: ("10161-8", "Facteurs professionnels"),
    Kind.PLAN: ("18776-5", "Plan de soins"),
    Kind.REASON: ("42349-1", "Motif"),
}
"""LOINC section of each kind, its title in the record's language. Contacts have no LOINC section."""
_CONTACTS_TITLE = "Personnes à prévenir"

_ABSENT = {
    (Kind.ALLERGY, Presence.NONE_STATED): "no-known-allergies",
    (Kind.ALLERGY, Presence.NOT_STATED): "no-allergy-info",
    (Kind.TREATMENT, Presence.NONE_STATED): "no-known-medications",
    (Kind.TREATMENT, Presence.NOT_STATED): "no-medication-info",
    (Kind.PROBLEM, Presence.NONE_STATED): "no-known-problems",
    (Kind.PROBLEM, Presence.NOT_STATED): "no-problem-info",
}
_REQUIRED = (Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM)


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary as read: the sheet, whom it says it is about, and the contacts that its record declares."""

    sheet: Sheet
    subject: Subject
    contacts: tuple[Person, ...] = ()
    own: bool = True
    """Written by ``write_summary``; another vendor's has no contradictions but those found in it by merging."""


# --- writing ----------------------------------------------------------------------------------------------------------


class _Writer:
    """The entries of the Bundle as they come, with their urls."""

    def __init__(self, seed: str) -> None:
        self._namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"{marks.BASE}{seed}")
        self._count = 0
        self.entries: list[Json] = []
        self.targets: dict[Origin, list[str]] = {}
        """Urls of the lines that each document is a source of."""

    def url(self) -> str:
        self._count += 1
        return f"urn:uuid:{uuid.uuid5(self._namespace, str(self._count))}"

    def add(self, resource: Json, url: str = "") -> str:
        url = url or self.url()
        self.entries.append({"fullUrl": url, "resource": resource})
        return url


def write_summary(sheet: Sheet, record: Record) -> bytes:
    """The sheet as an IPS document Bundle in compact JSON; the same sheet and record give the same bytes."""
    writer = _Writer(f"{record.id}/{sheet.updated}")
    composition_url, patient = writer.url(), writer.url()
    composition: Json = {"resourceType": "Composition"}
    writer.add(composition, composition_url)
    person = _patient(record)
    writer.add(person, patient)
    origins = list(dict.fromkeys(_origins(sheet)))
    places = {origin: index for index, origin in enumerate(origins)}
    missing = [Topic(kind, Presence.NOT_STATED) for kind in _REQUIRED if all(t.kind is not kind for t in sheet.topics)]
    sections = [_section(topic, places, patient, writer, own=True) for topic in sheet.topics]
    sections += [_section(topic, places, patient, writer, own=False) for topic in missing]
    for origin in origins:
        if origin in writer.targets:
            writer.add(_provenance(origin, writer.targets[origin]))
    composition.update(
        extension=[
            _sheet_extension(sheet, person, places),
            *(marks.write_origin(origin) for origin in origins),
            *(marks.write_check(check, places) for check in sheet.checks),
        ],
        status="final",
        type=concept(LOINC, "60591-5", "Patient summary Document"),
        subject={"reference": patient},
        **_required_date("date", date_time(sheet.updated)),
        author=[{"display": "DMP"}],
        title="Fiche d'urgence",
        section=sections,
    )
    bundle: Json = {
        "resourceType": "Bundle",
        "language": "fr-FR",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": writer.url()},
        "type": "document",
        **_required_date("timestamp", instant(sheet.updated)),
        "entry": writer.entries,
    }
    return json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _required_date(name: str, value: str) -> Json:
    """A date that FHIR requires, or its declared absence."""
    if value:
        return {name: value}
    return {f"_{name}": {"extension": [{"url": _DATA_ABSENT, "valueCode": "unknown"}]}}


def _origins(sheet: Sheet) -> Iterable[Origin]:
    """Every document that the sheet names, in the order of the sheet."""
    for topic in sheet.topics:
        for line in topic.lines:
            yield from (source.origin for source in line.sources)
            yield from (contradiction.origin for contradiction in line.contradictions)
        yield from topic.said_by
    for check in sheet.checks:
        yield from check.origins
    yield from sheet.unread


def _sheet_extension(sheet: Sheet, patient: Json, places: dict[Origin, int]) -> Json:
    return marks.nested(
        marks.SHEET,
        [
            marks.number_part("version", marks.VERSION),
            *marks.text_part("patient", sheet.patient, str(patient.get("id", ""))),
            *marks.text_part("updated", sheet.updated, date_time(sheet.updated)),
            marks.number_part("documents", sheet.documents),
            *(marks.number_part("unread", places[origin]) for origin in sheet.unread),
        ],
    )


def _patient(record: Record) -> Json:
    birth = record.traits.birth
    born = date_time(birth.iso) if birth is not None else ""
    gender = {Sex.F: "female", Sex.M: "male", Sex.U: "unknown"}[record.traits.sex]
    contacts = [
        {"relationship": [{"text": c.relation}], "name": {"text": c.name}, "telecom": _telecom([c.phone])}
        for c in record.contacts
    ]
    elements: Json = {
        "resourceType": "Patient",
        "id": record.id if re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", record.id) else "",
        "identifier": [{"use": "official", "system": record.ins.system, "value": record.ins.matricule}],
        "name": [{"use": "official", "family": record.traits.family, "given": record.traits.given.split()}],
        "telecom": _telecom(record.phones),
        "gender": gender,
        "birthDate": born,
        "address": [{"text": record.address}] if record.address else [],
        "contact": [{name: value for name, value in contact.items() if value} for contact in contacts],
        "generalPractitioner": [{"display": record.treating_doctor_name}] if record.treating_doctor_name else [],
    }
    return {name: value for name, value in elements.items() if value}


def _telecom(phones: Iterable[str]) -> list[Json]:
    return [{"system": "phone", "value": phone} for phone in phones if phone.strip()]


def _section(topic: Topic, places: dict[Origin, int], patient: str, writer: _Writer, *, own: bool) -> Json:
    """A section and, into the bundle, its lines and their sources."""
    references = [{"reference": _add_line(line, topic.kind, places, patient, writer)} for line in topic.lines]
    code, title = _SECTIONS.get(topic.kind, ("", _CONTACTS_TITLE))
    section: Json = {
        "title": title,
        "code": concept(LOINC, code) if code else concept(_OWN_SECTIONS, topic.kind.value),
        "text": {"status": "generated", "div": _narrative(topic)},
    }
    if own:
        parts = marks.code_part("kind", topic.kind.value) + marks.code_part("presence", topic.presence.value)
        parts += [marks.number_part("saidBy", places[origin]) for origin in topic.said_by]
        section["extension"] = [marks.nested(marks.TOPIC, parts)]
    if references:
        return {**section, "entry": references}
    if absent := _ABSENT.get((topic.kind, topic.presence)):
        return {**section, "entry": [{"reference": writer.add(_absent(topic.kind, absent, patient))}]}
    reason = "nilknown" if topic.presence is Presence.NONE_STATED else "unavailable"
    return {**section, "emptyReason": concept(_EMPTY_REASON, reason)}


def _absent(kind: Kind, code: str, patient: str) -> Json:
    """What the IPS wants in a required section that holds nothing."""
    said = concept(_ABSENT_UNKNOWN, code)
    clinical = "http://terminology.hl7.org/CodeSystem/"
    if kind is Kind.ALLERGY:
        status = concept(f"{clinical}allergyintolerance-clinical", "active")
        return {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": status,
            "code": said,
            "patient": {"reference": patient},
        }
    if kind is Kind.PROBLEM:
        status = concept(f"{clinical}condition-clinical", "active")
        return {"resourceType": "Condition", "clinicalStatus": status, "code": said, "subject": {"reference": patient}}
    return {
        "resourceType": "MedicationStatement",
        "status": "unknown",
        "medicationCodeableConcept": said,
        "subject": {"reference": patient},
    }


def _narrative(topic: Topic) -> str:
    """The labels of the lines, as XHTML; characters that XML cannot hold are replaced."""
    labels = [re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", x.label) for x in topic.lines]
    items = "".join(f"<li>{escape(label)}</li>" for label in labels)
    body = f"<ul>{items}</ul>" if items else f"<p>{topic.presence.value}</p>"
    return f'<div xmlns="{_XHTML}">{body}</div>'


def _add_line(line: Line, kind: Kind, places: dict[Origin, int], patient: str, writer: _Writer) -> str:
    resource = resource_of(line, patient)
    with_concept = resource["resourceType"] not in CONCEPT_PATHS
    resource["extension"] = [marks.write_line(line, kind, places, with_concept=with_concept)]
    url = writer.add(resource)
    for origin in dict.fromkeys(source.origin for source in line.sources):
        writer.targets.setdefault(origin, []).append(url)
    return url


def _provenance(origin: Origin, targets: Iterable[str]) -> Json:
    """One document: its author, its date, and the lines that it is a source of."""
    recorded = instant(origin.date)
    when = "" if recorded else date_time(origin.date)
    what = {"display": origin.title} if origin.title.strip() else {}
    if re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", origin.document):
        what["reference"] = f"DocumentReference/{origin.document}"
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target} for target in targets],
        **({"occurredDateTime": when} if when else {}),
        **_required_date("recorded", recorded),
        "agent": [{"who": {"display": origin.author.strip() or "-"}}],
        "entity": [{"role": "source", "what": what or {"display": "-"}}],
    }


# --- reading ----------------------------------------------------------------------------------------------------------


def read_summary(content: bytes) -> Summary:
    """A summary of ours, exactly as written; another vendor's IPS, read and merged.

    Raises:
        DocumentError: the bytes are no FHIR document, or one of ours that was tampered with.
    """
    bundle = parse_object(content)
    resources = [first(entry.get("resource")) for entry in objects(bundle.get("entry"))]
    composition = next((r for r in resources if r.get("resourceType") == "Composition"), {})
    if next(extensions(composition, marks.SHEET), None) is None:
        return _foreign(bundle)
    patient = next((r for r in resources if r.get("resourceType") == "Patient"), {})
    try:
        sheet = _read_sheet(bundle, composition, patient)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # Nothing of what was read belongs in an error: its kind says enough.
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT, "summary") from None
    return Summary(sheet, read_subject(patient), tuple(read_contacts(patient)))


def _foreign(bundle: Json) -> Summary:
    """Another vendor's summary, merged as any document is; what that takes is imported only then."""
    from dmp_tui.dmp.fhir.reading import read_bundle
    from dmp_tui.dmp.sheet.merge import merge

    reading = read_bundle(bundle)
    author = ", ".join(person.name for person in reading.authors)
    origin = Origin(reading.unique_id, reading.type, reading.title, reading.date, author)
    sheet = merge(
        [(origin, entry) for entry in reading.entries],
        updated=reading.date,
        unread=[origin] if reading.unread else (),
    )
    return Summary(replace(sheet, documents=1), reading.subject, own=False)


def _read_sheet(bundle: Json, composition: Json, patient: Json) -> Sheet:
    entries = objects(bundle.get("entry"))
    by_url = {str(entry["fullUrl"]): first(entry.get("resource")) for entry in entries}
    origins = [marks.read_origin(extension) for extension in extensions(composition, marks.ORIGIN)]
    parts = marks.Parts(next(extensions(composition, marks.SHEET)))
    if parts.number("version") != marks.VERSION:
        raise ValueError
    topics = [
        _read_topic(extension, section, by_url, origins)
        for section in objects(composition.get("section"))
        for extension in extensions(section, marks.TOPIC)
    ]
    return Sheet(
        patient=parts.text("patient", str(patient.get("id", ""))),
        updated=parts.text("updated", str(composition.get("date", ""))),
        topics=tuple(topics),
        checks=tuple(marks.read_check(extension, origins) for extension in extensions(composition, marks.CHECK)),
        documents=parts.number("documents"),
        unread=tuple(origins[index] for index in parts.numbers("unread")),
    )


def _read_topic(
    extension: Json,
    section: Json,
    by_url: dict[str, Json],
    origins: Sequence[Origin],
) -> Topic:
    parts = marks.Parts(extension)
    kind = Kind(parts.code("kind", ""))
    lines = []
    for entry in objects(section.get("entry")):
        resource = by_url[str(entry["reference"])]
        lines += [
            marks.read_line(own, kind, _concept_of(resource), origins) for own in extensions(resource, marks.LINE)
        ]
    said_by = tuple(origins[index] for index in parts.numbers("saidBy"))
    return Topic(kind, Presence(parts.code("presence", "")), tuple(lines), said_by)


def _concept_of(resource: Json) -> object:
    """The concept that holds a line's label and codes; None where the extension does."""
    value: object = resource
    for step in CONCEPT_PATHS.get(str(resource.get("resourceType")), ()):
        if isinstance(step, int) and isinstance(value, list):
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(str(step), {})
    return None if value is resource else value
