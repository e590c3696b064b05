"""Every resource of a FHIR document, read once into entries or counted: by the sections that name it, then the rest."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from dmp_tui.dmp.entries import Assertion, Attachment, Entry, Kind, Mark, Part
from dmp_tui.dmp.fhir import (
    circumstances,
    directives,
    encounters,
    measurements,
    medicines,
    procedures,
    statements,
    vaccinations,
)
from dmp_tui.dmp.fhir.bundle import Index, Resource
from dmp_tui.dmp.fhir.elements import (
    codings,
    concept_text,
    date_of,
    first,
    is_told,
    modifiers,
    notes,
    objects,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.leftovers import leftovers
from dmp_tui.dmp.fhir.narrative import read_narrative
from dmp_tui.dmp.fhir.sections import Section, section_of_list
from dmp_tui.dmp.fhir.statements import Place
from dmp_tui.dmp.fhir.strict import Json

_WORDS = 500
"""Longest narrative given to a single statement, in characters; the whole of it stays in ``parts``."""

_READERS: dict[str, Callable[[Place], list[Entry]]] = {
    "AllergyIntolerance": statements.read_allergy,
    "AdverseEvent": statements.read_adverse_event,
    "Condition": statements.read_condition,
    "Procedure": procedures.read_procedure,
    "MedicationStatement": medicines.read_treatment,
    "MedicationUsage": medicines.read_treatment,
    "MedicationRequest": medicines.read_treatment,
    "MedicationDispense": medicines.read_treatment,
    "MedicationAdministration": medicines.read_treatment,
    "Medication": medicines.read_treatment,
    "Immunization": vaccinations.read_immunization,
    "ImmunizationRecommendation": vaccinations.read_recommendation,
    "DeviceUseStatement": procedures.read_device,
    "DeviceUsage": procedures.read_device,
    "Device": procedures.read_device,
    "DiagnosticReport": measurements.read_report,
    "ImagingStudy": measurements.read_imaging,
    "QuestionnaireResponse": measurements.read_answers,
    "Flag": circumstances.read_flag,
    "DetectedIssue": circumstances.read_risk,
    "RiskAssessment": circumstances.read_risk,
    "CarePlan": circumstances.read_plan,
    "Goal": circumstances.read_plan,
    "ServiceRequest": circumstances.read_plan,
    "DeviceRequest": circumstances.read_plan,
    "NutritionOrder": circumstances.read_plan,
    "Appointment": circumstances.read_plan,
    "Consent": directives.read_directive,
    "DocumentReference": circumstances.read_document,
    "FamilyMemberHistory": circumstances.read_family,
    "Encounter": encounters.read_encounter,
    "ClinicalImpression": circumstances.read_impression,
    "RelatedPerson": circumstances.read_contact,
    "CareTeam": circumstances.read_care_team,
    "Practitioner": circumstances.read_professional,
    "PractitionerRole": circumstances.read_professional,
    "Organization": circumstances.read_professional,
}
_ONLY_IN_SECTIONS = frozenset(
    {"Medication", "Device", "DocumentReference", "Practitioner", "PractitionerRole", "Organization"}
)
"""Resources that are a statement only where a section names them; elsewhere they are parts of another."""
_PARTS = frozenset(
    {"Composition", "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Specimen", "Substance"}
    | {"Medication", "Device", "Provenance", "BodyStructure", "Binary", "OperationOutcome", "Endpoint", "List"}
)
"""Resources that others refer to: not statements, so never "unread"."""


_WHOLE = frozenset({"QuestionnaireResponse", "Practitioner", "PractitionerRole", "Organization", "DocumentReference"})
"""Resources whose entries are all that is meant of them."""
_NO_ENTRY = _PARTS | _ONLY_IN_SECTIONS
"""What is no statement where a resource contains it."""


@dataclass(slots=True)
class Collector:
    """Reads each resource once, by the first section that names it."""

    index: Index
    patient: Resource
    entries: list[Entry] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    _done: set[int] = field(default_factory=set)
    _not_read: Counter[str] = field(default_factory=Counter)
    _titles: list[str] = field(default_factory=list)
    _narratives: list[Json] = field(default_factory=list)
    _withdrawn: int = 0
    _authors: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Who made what, as Provenance resources tell: an author before a device or a mere sender."""
        for resource in self.index.resources:
            if resource.type != "Provenance":
                continue
            agents = sorted(objects(resource.body.get("agent")), key=lambda agent: _role(agent) not in _MAKERS)
            place = Place(self.index, resource)
            name = next((text for agent in agents if (text := statements.person_text(place, agent.get("who")))), "")
            for reference in objects(resource.body.get("target")) if name else ():
                if (found := self.index.resolve(reference, resource)) is not None:
                    self._authors.setdefault(found.place, name)

    def read_section(self, section: Section, composition: Resource) -> None:
        before = len(self.entries)
        for reference in section.references:
            found = self.index.resolve(reference, composition)
            said = _said(reference)
            if found is None:
                self._unreadable(section, said or section.title or section.code)
                continue
            first_new = len(self.entries)
            if found.type == "List" and composition.type == "Composition":
                self._read_list(found, section.kind)
            self._read(found, section)
            if said and len(self.entries) == first_new + 1:
                own = self.entries[-1]
                if own.label in {c.code for c in own.codes} and not any(c.display for c in own.codes):
                    own = self.entries[-1] = replace(own, label=said)
                told = is_told(said, f"{own.label} {own.code_label} {own.dose} {own.words}")
                self.entries[-1] = own if told else replace(own, words=words(own.words, said))
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
        said = section.text[:_WORDS]
        if section.kind is not None:
            self.entries.append(
                Entry(section.kind, label or title, Assertion.UNREADABLE, section=section.code, words=said)
            )

    def read_rest(self) -> None:
        """What no section names: lists first, which are sections in all but name."""
        for resource in self.index.resources:
            if resource.type == "List":
                self._read_list(resource)
        for resource in self.index.resources:
            self._read(resource, None)
        if self.patient.body:
            self.entries += circumstances.patient_contacts(Place(self.index, self.patient))
            self.entries += circumstances.read_death(self.patient.body)

    def _read_list(self, resource: Resource, outer: Kind | None = None) -> None:
        """A List as a section, once its code, or the section that names it, says of what."""
        section = section_of_list(resource.body, outer)
        if section.kind is None or resource.place in self._done or statements.is_error(resource.body):
            return
        self._done.add(resource.place)
        self.read_section(section, resource)

    def _read(self, resource: Resource, section: Section | None) -> None:
        """A resource, then what it gathers, then what that gathers: each once, however long or circular the chain."""
        pending = [(resource, "")]
        while pending:
            current, panel = pending.pop()
            if current.place in self._done or (section is None and current.type in {"Medication", "Device"}):
                continue
            self._done.add(current.place)
            if statements.is_error(current.body):
                self._withdrawn += current.type not in _PARTS
                continue
            if self._is_of_another(current):
                self._not_read[f"{current.type} (autre personne)"] += 1
                self._narratives.append(current.body)
                continue
            references = list(_members(current.body))
            members = [self.index.resolve(reference, current) for reference in references]
            gained = self._read_one(current, section, panel)
            name = concept_text(current.body.get("code")) or panel
            if None in members:
                self._missing(current, section, [r for r, m in zip(references, members, strict=True) if m is None])
            elif not members and not gained:
                self._count(current)
            inner = [held for held in self.index.contained_in(current) if held.type and held.type not in _NO_ENTRY]
            pending += [(held, "") for held in reversed(inner)]
            pending += [(member, name) for member in reversed(members) if member is not None]

    def _is_of_another(self, resource: Resource) -> bool:
        """Whether a resource is about another Patient of the document (a child and the mother): none of this record."""
        if not self.patient.body or resource.type in _NO_ENTRY:
            return False
        for name in ("subject", "patient"):
            found = self.index.resolve(resource.body.get(name), resource)
            if found is not None and found.type == "Patient" and found.place != self.patient.place:
                return self._differs(found)
        return False

    def _differs(self, other: Resource) -> bool:
        """Whether another Patient resource is surely another person: some bundles hold the patient twice, or a stub."""
        mine, theirs = (
            {(string(i.get("system")), string(i.get("value"))) for i in objects(body.get("identifier"))}
            for body in (self.patient.body, other.body)
        )
        if mine & theirs:
            return False
        born = {date for body in (self.patient.body, other.body) if (date := string(body.get("birthDate")))}
        return len(born) > 1 or bool({system for system, _ in mine if system} & {system for system, _ in theirs})

    def _missing(self, resource: Resource, section: Section | None, references: list[Json]) -> None:
        """Results that a report or a panel names and the document does not hold: one line says that they exist."""
        name = concept_text(resource.body.get("code")) or string(resource.body.get("title")) or resource.type
        kind = (section.kind if section is not None else None) or Kind.RESULT
        code = section.code if section is not None else ""
        said = words([_said(reference) for reference in references])
        noted = date_of(resource.body, "effective", "issued", "date")[0]
        self.entries.append(Entry(kind, name, Assertion.UNREADABLE, section=code, noted=noted, words=said[:_WORDS]))
        self._titles.append(name)

    def _count(self, resource: Resource) -> None:
        self._not_read[resource.type] += 1
        self._narratives.append(resource.body)

    def _read_one(self, resource: Resource, section: Section | None, panel: str) -> bool:
        """Whether the resource gave an entry, or was counted for giving none."""
        place = Place(self.index, resource)
        if section is not None:
            place = Place(self.index, resource, section.code, section.kind, listed=True)
        found = self._entries(place, panel)
        told = self._authors.get(resource.place, "")
        kept = [replace(entry, author=entry.author or told) for entry in found or () if entry.label]
        if changed := modifiers(resource.body):
            kept = [replace(entry, words=words(changed, entry.words)) for entry in kept]
        if kept and resource.type not in _WHOLE and (rest := leftovers(resource.body, kept)):
            kept[0] = replace(kept[0], words=words(kept[0].words, rest))
        self.entries += kept
        self._attach(resource.body)
        return found is None or bool(kept)

    def _entries(self, place: Place, panel: str) -> list[Entry] | None:
        """The entries of a resource; None if it is one that gives none, counted here where it says anything."""
        kind = place.resource.type
        if kind == "Observation":
            return measurements.read_observation(place, panel)
        if kind == "Consent" and not directives.is_directive(place):
            self._count(place.resource)
            return None
        if (kind == "Encounter" and not place.listed and _is_frame(place.body)) or (
            kind == "DocumentReference" and not place.listed and _holds_files(place.body)
        ):
            return None
        if kind in _READERS and (place.listed or kind not in _ONLY_IN_SECTIONS):
            return _READERS[kind](place)
        if kind in _PARTS:
            return None
        self._count(place.resource)
        return [_unstructured(place, place.kind)] if place.kind is not None else None

    def withdraw_all(self) -> None:
        """The document itself was entered in error: none of its statements holds."""
        self._withdrawn += len(self.entries)
        self.entries.clear()

    def withdrawn(self) -> int:
        """How many statements were entered in error."""
        return self._withdrawn

    def unread_parts(self) -> Iterator[Part]:
        """The narratives of resources that gave no entry."""
        for body in self._narratives:
            div = first(body.get("text")).get("div")
            if isinstance(div, str) and (blocks := read_narrative(div)):
                yield Part("", string(body.get("title")) or string(body.get("resourceType")), blocks)

    def _attach(self, body: Json) -> None:
        for item in objects(body.get("content")):
            self.attachments += measurements.attachments(item.get("attachment"))
        for name in ("presentedForm", "sourceAttachment", "photo"):
            if body.get("resourceType") != "Patient":
                self.attachments += measurements.attachments(body.get(name))
        if body.get("resourceType") == "Media":
            self.attachments += measurements.attachments(body.get("content"))
        if body.get("resourceType") == "Binary":
            self.attachments += measurements.attachments(body)

    def unread(self) -> tuple[str, ...]:
        """Titles of sections, and kinds of resources with their number, that gave no entry."""
        known = self._done | self.index.used
        for resource in self.index.resources:
            if resource.type in {"Medication", "Device"} and resource.place not in known:
                self._not_read[resource.type] += 1
        if self.index.nameless:
            self._not_read["resource"] += self.index.nameless
        counted = [f"{kind} ({count})" for kind, count in sorted(self._not_read.items())]
        return (*dict.fromkeys(self._titles), *counted)


def _unstructured(place: Place, kind: Kind) -> Entry:
    """A resource of a kind that is not read, in a section of something known: a line says that it is there."""
    body = place.body
    said = words(
        concept_text(body.get("code")) or concept_text(body.get("type")),
        string(body.get("title")),
        string(body.get("description")),
        concept_text(body.get("reasonCode")),
        notes(body),
    )
    label = said or string(body.get("resourceType"))
    return Entry(kind, label[:_WORDS], Assertion.UNREADABLE, codings(body.get("code")), section=place.section)


def _is_frame(encounter: Json) -> bool:
    """Whether an Encounter is only when and where the other statements were made."""
    return not encounters.says_why(encounter) and not texts(encounter.get("type"))


def _holds_files(document: Json) -> bool:
    """Whether a document that nothing names is there whole, to be opened."""
    return any(measurements.attachments(item.get("attachment")) for item in objects(document.get("content")))


_MAKERS = frozenset({"author", "enterer", "assembler", "performer"})


def _role(agent: Json) -> str:
    return next((c.code for c in codings(agent.get("type"))), "")


def _said(reference: Json) -> str:
    """What a section says of an entry beside its reference: words, not the id over again."""
    display = string(reference.get("display"))
    return display if display and display not in string(reference.get("reference")) else ""


def _members(body: Json) -> Iterator[Json]:
    """Results that a report or a panel gathers."""
    if body.get("resourceType") in {"DiagnosticReport", "Observation", "List"}:
        for name in ("result", "hasMember"):
            yield from objects(body.get(name))
    if body.get("resourceType") == "List":
        yield from (first(item.get("item")) for item in objects(body.get("entry")))
