"""Alerts, plans, directives, family, contacts and functional status of a FHIR document, as entries."""

from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Person, Status
from dmp_tui.dmp.fhir.bundle import Resource
from dmp_tui.dmp.fhir.elements import (
    choice,
    choice_words,
    codings,
    concept_text,
    date_of,
    first,
    flag,
    notes,
    objects,
    range_text,
    sites,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.measurements import value_of
from dmp_tui.dmp.fhir.people import read_contacts, read_person, read_related_person
from dmp_tui.dmp.fhir.statements import Place, base_entry, named, names_a_sort, negated, person_text, severity
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.vocabulary import SAYS_NONE

_COURSE = {
    "active": Status.ACTIVE,
    "in-progress": Status.ACTIVE,
    "accepted": Status.ACTIVE,
    "inactive": Status.ENDED,
    "completed": Status.ENDED,
    "revoked": Status.ENDED,
    "cancelled": Status.ENDED,
    "rejected": Status.ENDED,
    "ended": Status.ENDED,
    "planned": Status.PLANNED,
    "proposed": Status.PLANNED,
    "booked": Status.PLANNED,
    "draft": Status.PLANNED,
}


def course(body: Json) -> Status:
    """The course that a resource's own ``status`` (or ``lifecycleStatus``) tells."""
    code = string(body.get("status")) or string(body.get("lifecycleStatus"))
    return _COURSE.get(code, Status.UNKNOWN)


def read_flag(place: Place) -> list[Entry]:
    """Flag."""
    body = place.body
    start, end = date_of(body, "period")
    entry = base_entry(place, Kind.ALERT, body.get("code"))
    author, said = person_text(place, body.get("author")), words(texts(body.get("category")))
    return [replace(entry, status=course(body), start=start, end=end, author=author, words=said)]


def read_risk(place: Place) -> list[Entry]:
    """DetectedIssue and RiskAssessment: alerts, in their own words."""
    body = place.body
    details = [string(body.get("detail")), string(body.get("mitigation"))]
    details += [concept_text(item.get("action")) for item in objects(body.get("mitigation"))]
    outcomes = [
        " ".join(
            [
                *(concept_text(p.get(name)) for name in ("outcome", "qualitativeRisk")),
                string(p.get("probabilityDecimal")),
                range_text(p.get("probabilityRange")),
            ]
        )
        for p in objects(body.get("prediction"))
    ]
    outcomes = [" ".join(outcome.split()) for outcome in outcomes]
    fallback = next((t for t in [*details, *outcomes] if t), "")
    entry = base_entry(place, Kind.ALERT, body.get("code"), fallback=fallback)
    return [
        replace(
            entry,
            start=date_of(body, "identified", "occurrence")[0],
            criticality=severity(body.get("severity")),
            words=words(named(place, body.get("implicated")), details, outcomes, notes(body)),
        )
    ]


def read_plan(place: Place) -> list[Entry]:
    """CarePlan, Goal, ServiceRequest, DeviceRequest, NutritionOrder, Appointment: what is planned."""
    body = place.body
    activities = []
    for item in objects(body.get("activity")):
        detail = first(item.get("detail"))
        activities += [concept_text(detail.get("code")), string(detail.get("description"))]
        activities += [string(detail.get("scheduledString")), *texts(item.get("performedActivity"))]
        activities += [
            string(first(item.get(name)).get("display")) for name in ("reference", "plannedActivityReference")
        ]
    title = string(body.get("title")) or concept_text(body.get("description"))
    concept = (
        choice(body, "code")[1] or body.get("description") or first(body.get("serviceType") or body.get("category"))
    )
    diet = [first(body.get("oralDiet")), first(body.get("supplement")), first(body.get("enteralFormula"))]
    activities += [text for part in diet for text in (*texts(part.get("type")), string(part.get("instruction")))]
    title = title or string(body.get("description"))
    if not title and not (isinstance(concept, dict) and codings(concept)):
        title = concept_text(choice(body, "code")[1]) or next((a for a in activities if a), "") or concept_text(concept)
    coded = concept if isinstance(concept, dict) and codings(concept) else {}
    start, end = date_of(body, "period", "occurrence", "start", "authoredOn", "created")
    entry = base_entry(place, Kind.PLAN, coded, fallback=title)
    label = title or entry.label
    description = string(body.get("description"))
    entry = negated(entry, flag(body.get("doNotPerform")) is True)
    return [
        replace(
            entry,
            label=label,
            assertion=entry.assertion if entry.assertion is Assertion.NEGATED or not label else Assertion.STATED,
            status=course(body),
            start=start,
            end=end,
            words=words(
                description,
                activities,
                [_target(item) for item in objects(body.get("target"))],
                concept_text(body.get("achievementStatus")),
                texts(body.get("reasonCode") or body.get("reason")),
                named(place, body.get("reasonReference")),
                named(place, body.get("addresses")),
                named(place, body.get("goal")),
                sites(body.get("bodySite")),
                string(body.get("patientInstruction")),
                string(body.get("comment")),
                notes(body),
            ),
        )
    ]


def _target(item: Json) -> str:
    """What a Goal aims at, and until when."""
    value = value_of({key.replace("detail", "value", 1): part for key, part in item.items()})
    due = [choice_words(item, "due"), date_of(item, "due")[0]]
    return " ".join(text for text in [concept_text(item.get("measure")), *value, *due] if text)


def read_document(place: Place) -> list[Entry]:
    """A DocumentReference that a section names: what the section is about, by its title.

    A certificate among vaccinations is no injection, a letter among allergies no allergy: there it gives no entry.
    """
    body = place.body
    if place.kind is None or place.kind in SAYS_NONE:
        return []
    titles = [string(first(item.get("attachment")).get("title")) for item in objects(body.get("content"))]
    title = string(body.get("description")) or next((t for t in titles if t), "")
    entry = base_entry(place, place.kind, body.get("type"), fallback=title)
    return [replace(entry, label=title or entry.label, noted=date_of(body, "date")[0], words=words(titles))]


def read_family(place: Place) -> list[Entry]:
    """FamilyMemberHistory: one entry a condition, with the relation in ``person.role``."""
    body = place.body
    relation = concept_text(body.get("relationship")) or string(body.get("name"))
    relation = "" if relation == "FAMMEMB" else relation
    relative = Person(string(body.get("name")), relation)
    dead = flag(body.get("deceasedBoolean")) is True or choice_words(body, "deceased")
    said = [f"deceased {choice_words(body, 'deceased')}".strip() if dead else "", *notes(body)]
    noted = date_of(body, "date")[0]
    found = []
    for item in objects(body.get("condition")):
        # Where the code says only "diagnosis", the diagnosis stands in the outcome.
        entry = base_entry(place, Kind.FAMILY, item.get("outcome" if _told_by_outcome(item) else "code"))
        onset = choice_words(item, "onset")
        label = f"{entry.label} ({relation})" if relation else entry.label
        fatal = "contributedToDeath" if flag(item.get("contributedToDeath")) is True else ""
        outcome = concept_text(item.get("outcome"))
        spoken = words(onset, "" if outcome == entry.label else outcome, fatal, notes(item), said)
        start = date_of(item, "onset")[0]
        found.append(replace(entry, label=label, person=relative, start=start, noted=noted, words=spoken))
    if not found:
        entry = base_entry(place, Kind.FAMILY, body.get("relationship"), fallback=relation)
        unknown = string(body.get("status")) == "health-unknown"
        told = Assertion.NO_DATA if unknown else entry.assertion
        found = [replace(entry, assertion=told, person=relative, noted=noted, words=words(said))]
    return found


def _told_by_outcome(condition: Json) -> bool:
    return names_a_sort(condition.get("code")) and bool(concept_text(condition.get("outcome")))


def read_impression(place: Place) -> list[Entry]:
    """ClinicalImpression, in the words of its summary; functional status unless its section says otherwise."""
    body = place.body
    kind = place.kind if place.kind in {Kind.PROBLEM, Kind.REASON, Kind.ALERT, Kind.PLAN} else Kind.FUNCTIONAL
    findings = [
        text
        for f in objects(body.get("finding"))
        for text in (concept_text(f.get("itemCodeableConcept") or f.get("item")), string(f.get("basis")))
    ]
    findings += texts(body.get("prognosisCodeableConcept"))
    author = person_text(place, body.get("assessor") or body.get("performer"))
    summary = string(body.get("summary")) or string(body.get("description"))
    entry = base_entry(place, kind or Kind.FUNCTIONAL, body.get("code"), fallback=summary)
    start, end = date_of(body, "effective", "date")
    noted = end or start
    value = summary if summary != entry.label else ""
    return [replace(entry, noted=noted, value=value, author=author, words=words(findings, notes(body)))]


def contact_entry(person: Person, section: str = "") -> Entry:
    """Someone to call."""
    label = person.name or person.role or ", ".join(person.phones)
    return Entry(Kind.CONTACT, label, person=person, section=section, marks=frozenset({Mark.UNCODED}))


def read_contact(place: Place) -> list[Entry]:
    """RelatedPerson."""
    person = read_related_person(place.body)
    entry = contact_entry(person, place.section)
    if not entry.label:
        return []
    active = flag(place.body.get("active")) is not False
    start, end = date_of(place.body, "period")
    return [replace(entry, status=Status.UNKNOWN if active else Status.ENDED, start=start, end=end)]


def read_care_team(place: Place) -> list[Entry]:
    """CareTeam: its members, with their roles."""
    found = []
    for item in objects(place.body.get("participant")):
        member = item.get("member")
        resource = place.index.resolve(member, place.resource)
        person = Person(string(first(member).get("display")))
        if resource is not None and resource.type == "RelatedPerson":
            continue
        if resource is not None and resource.type != "Patient":
            person = _professional(place, resource, person.name)
        role = ", ".join(texts(item.get("role"))) or person.role
        if person.name:
            found.append(contact_entry(replace(person, role=role), place.section))
    return found


def read_professional(place: Place) -> list[Entry]:
    """A Practitioner, PractitionerRole or Organization that a section names: someone to call."""
    person = _professional(place, place.resource, "")
    return [contact_entry(person, place.section)] if person.name else []


def _professional(place: Place, resource: Resource, display: str) -> Person:
    linked = place.index.resolve(resource.body.get("practitioner"), resource)
    organisation = place.index.resolve(resource.body.get("organization"), resource)
    person = read_person(resource.body, linked.body if linked else {}, organisation.body if organisation else {})
    return replace(person, name=person.name or display)


def read_death(patient: Json) -> list[Entry]:
    """That the patient is said to be dead: no summary may leave it out."""
    when = date_of(patient, "deceased")[0]
    if not when and flag(patient.get("deceasedBoolean")) is not True:
        return []
    return [Entry(Kind.ALERT, "Décès", start=when, marks=frozenset({Mark.UNCODED}))]


def patient_contacts(place: Place) -> list[Entry]:
    """The contacts of a Patient and his general practitioner."""
    found = [contact_entry(person) for person in read_contacts(place.body)]
    for reference in objects(place.body.get("generalPractitioner")):
        resource = place.index.resolve(reference, place.resource)
        display = string(reference.get("display"))
        person = _professional(place, resource, display) if resource is not None else Person(display)
        named = replace(person, role="médecin traitant")
        if named.name:
            found.append(contact_entry(named))
    return found
