"""Allergies, adverse events and problems of a FHIR document, as entries; what all statements have in common."""

from dataclasses import dataclass, replace

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Reaction, Status
from dmp_tui.dmp.fhir.bundle import Index, Resource
from dmp_tui.dmp.fhir.elements import (
    choice,
    choice_words,
    code_label,
    codings,
    concept_text,
    date_of,
    extensions,
    first,
    flag,
    is_bare,
    notes,
    objects,
    sites,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.narrative import narrative_text, read_narrative
from dmp_tui.dmp.fhir.people import read_person
from dmp_tui.dmp.fhir.spoken import denial
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.vocabulary import (
    DATA_ABSENT,
    HISTORY,
    PREGNANT,
    REFUTED,
    SAYS_NONE,
    SEVERITY_WORDS,
    absence,
    is_placeholder,
)
from dmp_tui.dmp.sheet.critical import named_substances, substances
from dmp_tui.dmp.sheet.matching import GENERIC


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource is read: the document's index, the resource, and the section it stands in."""

    index: Index
    resource: Resource
    section: str = ""
    kind: Kind | None = None
    """What the section is about; None outside any known section."""
    listed: bool = False
    """A section names it."""

    @property
    def body(self) -> Json:
        """The resource's elements."""
        return self.resource.body


def status_code(concept: object) -> str:
    """A status given as code or as CodeableConcept: FHIR's own code before another's, the first code, else its text."""
    if isinstance(concept, str):
        return string(concept)
    coded = sorted((c for c in codings(concept) if c.code), key=lambda c: "hl7.org" not in c.system)
    return coded[0].code if coded else string(first(concept).get("text")).lower().replace(" ", "-")


def _is_refuted(concept: object) -> bool:
    codes = {c.code for c in codings(concept)} | {status_code(concept)}
    return bool(codes & REFUTED)


def is_error(body: Json) -> bool:
    """Whether its author says that it never should have been stated."""
    statuses = (status_code(body.get("verificationStatus")), string(body.get("status")))
    return "entered-in-error" in statuses


def severity(concept: object) -> Criticality:
    """A severity, from its codes; UNKNOWN if none is known."""
    codes = [string(concept)] if isinstance(concept, str) else [c.code for c in codings(concept)]
    codes += [text.lower() for text in texts(concept)]
    found = next((SEVERITY_WORDS[code] for code in codes if code in SEVERITY_WORDS), "unknown")
    return Criticality(found)


def base_entry(place: Place, kind: Kind, concept: object, *, fallback: str = "") -> Entry:
    """An entry of a concept: words, codes, the code's own display, and "none" or "no data" where the codes say so."""
    label = concept_text(concept) or fallback or _own_narrative(place.body)
    label = fallback if fallback and is_bare(label, concept) else label
    codes = codings(concept)
    why = "" if label or codes else _absent_reason(concept)
    # A null flavor beside words of their own says only that nobody coded them.
    worded = label not in {said for c in codes for said in (c.display, c.code)} and all(map(is_placeholder, codes))
    marks = frozenset() if codes else frozenset({Mark.UNCODED})
    if kind in _OF_SUBSTANCES and _code_differs(label, codes):
        marks |= {Mark.CODE_DIFFERS}
    return Entry(
        kind=kind,
        label=label or why or string(place.body.get("resourceType")) or kind.value,
        assertion=(None if worded else absence(codes))
        or (Assertion.NO_DATA if why and kind in SAYS_NONE else None)
        or (denial(label) if kind in SAYS_NONE else None)
        or (Assertion.STATED if label else Assertion.UNREADABLE),
        codes=codes,
        code_label=code_label(concept, label),
        section=place.section,
        marks=marks,
    )


def _absent_reason(concept: object) -> str:
    """Why a concept is empty, where its extension says so (``unknown``, ``asked-declined``, ``masked``)."""
    return next((string(ext.get("valueCode")) for ext in extensions(first(concept), DATA_ABSENT)), "")


def _code_differs(label: str, codes: tuple[Coding, ...]) -> bool:
    """Whether words and codes name substances that are both known, and none in common."""
    named = named_substances(label)
    coded = substances(codes, [c.display for c in codes if c.display != label])
    return bool(named and coded) and not named & coded


def _own_narrative(body: Json) -> str:
    div = first(body.get("text")).get("div")
    return narrative_text(read_narrative(div))[:300] if isinstance(div, str) else ""


def negated(entry: Entry, when: bool) -> Entry:
    """The entry, negated if ``when``; a statement of "none" stays one."""
    return replace(entry, assertion=Assertion.NEGATED) if when and entry.assertion is Assertion.STATED else entry


def person_text(place: Place, reference: object) -> str:
    """The name behind a reference: its display, else what the resource says; else that of an actor in an extension."""
    part = first(reference)
    if display := string(part.get("display")):
        return display
    found = place.index.resolve(reference, place.resource)
    if found is not None:
        linked = place.index.resolve(found.body.get("practitioner"), found)
        organisation = place.index.resolve(found.body.get("organization"), found)
        bodies = (linked.body if linked else {}, organisation.body if organisation else {})
        return read_person(found.body, *bodies).name or string(first(found.body.get("practitioner")).get("display"))
    inner = [e for ext in objects(part.get("extension")) for e in objects(ext.get("extension"))]
    actors = (person_text(place, e.get("valueReference")) for e in inner if e.get("url") == "actor")
    return next((name for name in actors if name), "")


def teller(place: Place) -> str:
    """Who asserted, else recorded a statement; in R5, its first participant who has a name."""
    known = person_text(place, place.body.get("asserter") or place.body.get("recorder"))
    taking_part = (person_text(place, item.get("actor")) for item in objects(place.body.get("participant")))
    return known or next((name for name in taking_part if name), "")


def medication(place: Place, reference: object) -> tuple[str, tuple[Coding, ...]]:
    """Words and codes of a referenced Medication or Substance, or of what a statement or a dose referred to is of."""
    found = place.index.resolve(reference, place.resource)
    if found is None:
        return string(first(reference).get("display")), ()
    _, told = choice(found.body, "medication")
    told = found.body.get("code") or found.body.get("vaccineCode") or told
    inner = place.index.resolve(told, found) if "reference" in first(told) else None
    if inner is not None and inner.place != found.place:
        return concept_text(inner.body.get("code")), codings(inner.body.get("code"))
    return concept_text(told), codings(told)


def named(place: Place, references: object) -> list[str]:
    """What references name: their display, else the concept of what they point to."""
    found = [(string(item.get("display")), place.index.resolve(item, place.resource)) for item in objects(references)]
    return [text for said, there in found if (text := said or (concept_text(there.body.get("code")) if there else ""))]


def names_a_sort(concept: object) -> bool:
    """Whether a concept says only of what sort a statement is ("allergy to drug", "diagnosis"), by its codes."""
    own = codings(concept)
    text = string(first(concept).get("text"))
    named = {"", *(said for c in own for said in (c.display, c.code))}
    return bool(own) and all((c.system, c.code) in GENERIC for c in own) and text in named


_OF_SUBSTANCES = frozenset({Kind.TREATMENT, Kind.ALLERGY, Kind.ADVERSE_EFFECT})


# --- allergies --------------------------------------------------------------------------------------------------------

_EXPOSURE = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-substanceExposureRisk"
_CLINICAL = {
    "active": Status.ACTIVE,
    "55561003": Status.ACTIVE,
    "73425007": Status.ENDED,
    "413322009": Status.ENDED,
    "recurrence": Status.ACTIVE,
    "relapse": Status.ACTIVE,
    "inactive": Status.ENDED,
    "remission": Status.ENDED,
    "resolved": Status.ENDED,
}


def read_allergy(place: Place) -> list[Entry]:
    """AllergyIntolerance."""
    body = place.body
    shown = objects(body.get("reaction"))
    substances = [text for item in shown if (text := concept_text(item.get("substance")))]
    exposure = {string(p.get("url")): p for e in extensions(body, _EXPOSURE) for p in objects(e.get("extension"))}
    told = body.get("code") or body.get("substance") or first(exposure.get("substance")).get("valueCodeableConcept")
    entry = _allergy_to(place, told, [item.get("substance") for item in shown if concept_text(item.get("substance"))])
    start, end = date_of(body, "onset")
    over = next(
        (
            date
            for ext in objects(body.get("extension"))
            if _is_abatement(ext)
            for date in date_of(ext, "value")
            if date
        ),
        "",
    )
    noted = date_of(body, "recordedDate", "recorded", "assertedDate")[0]
    criticality = {"high": Criticality.HIGH, "low": Criticality.LOW}.get(
        string(body.get("criticality")), Criticality.UNKNOWN
    )
    # Before STU3 one status said all.
    stated = body.get("clinicalStatus") or body.get("status")
    verification = status_code(body.get("verificationStatus") or body.get("status"))
    intolerance = status_code(body.get("type")) == "intolerance"
    last = string(body.get("lastOccurrence"))
    said = words(
        choice_words(body, "onset"),
        notes(body),
        [text for text in substances if text != entry.label],
        [string(r.get("description")) for r in shown],
        [text for r in shown for text in (*notes(r), *texts(r.get("exposureRoute")))],
        [f"onset {when}" for r in shown if (when := string(r.get("onset")))],
        verification if verification in {"unconfirmed", "presumed", "provisional"} else "",
        f"lastOccurrence {last}" if last else "",
    )
    entry = replace(
        entry,
        status=_CLINICAL.get(status_code(stated), Status.UNKNOWN),
        start=start,
        end=end or over,
        noted=noted,
        criticality=criticality,
        reactions=tuple(_reaction(item) for item in shown),
        author=teller(place),
        words=said,
        marks=entry.marks | ({Mark.NOT_AN_ALLERGY} if intolerance else frozenset()),
    )
    risk = {c.code for c in codings(first(exposure.get("exposureRisk")).get("valueCodeableConcept"))}
    return [
        negated(
            entry, _is_refuted(body.get("verificationStatus") or body.get("status")) or "no-known-reaction-risk" in risk
        )
    ]


def _allergy_to(place: Place, told: object, substances: list[object]) -> Entry:
    """The allergy to what its code names; where it names only a sort, or nothing, to what the reactions were to."""
    if not substances or not (names_a_sort(told) or not concept_text(told)):
        return base_entry(place, Kind.ALLERGY, told)
    labels = list(dict.fromkeys(map(concept_text, substances)))
    entry = base_entry(place, Kind.ALLERGY, substances[0] if len(labels) == 1 else {}, fallback=", ".join(labels))
    codes = dict.fromkeys((*entry.codes, *codings(told)))
    return replace(entry, codes=tuple(codes), code_label=entry.code_label or concept_text(told))


def _is_abatement(extension: Json) -> bool:
    """The end of an allergy, which FHIR R4 has an extension for, and national guides their own."""
    return "abatement" in string(extension.get("url")).rpartition("/")[2].lower()


def _reaction(item: Json) -> Reaction:
    manifestations = objects(item.get("manifestation"))
    labels = [concept_text(m) for m in manifestations]
    substance = concept_text(item.get("substance"))
    label = ", ".join(text for text in labels if text) or string(item.get("description")) or substance or "-"
    return Reaction(label, severity(item.get("severity")), codes=codings(item.get("manifestation")))


def read_adverse_event(place: Place) -> list[Entry]:
    """AdverseEvent: near the allergies, never one of them."""
    body = place.body
    entities = objects(body.get("suspectEntity"))
    suspects = [concept_text(s.get("instanceCodeableConcept")) for s in entities]
    suspects += [medication(place, s.get("instanceReference") or s.get("instance"))[0] for s in entities]
    causes = [text for s in entities for c in objects(s.get("causality")) for text in texts(c.get("assessment"))]
    shown = [text for c in objects(body.get("resultingCondition")) if (text := medication(place, c)[0])]
    shown += texts(body.get("resultingEffect"))
    event = body.get("event") or body.get("code")
    fallback = ", ".join(shown) or " + ".join(text for text in suspects if text) or concept_text(body.get("category"))
    entry = base_entry(place, Kind.ADVERSE_EFFECT, event, fallback=fallback)
    return [
        replace(
            entry,
            start=date_of(body, "date", "occurrence", "detected")[0],
            noted=date_of(body, "recordedDate")[0],
            criticality=severity(body.get("severity")),
            words=words(
                [text for text in suspects if text != entry.label],
                [text for text in shown if text != entry.label],
                texts(body.get("category")),
                causes,
                concept_text(body.get("seriousness")),
                texts(body.get("outcome")),
                string(body.get("description")),
                notes(body),
            ),
        )
    ]


# --- problems ---------------------------------------------------------------------------------------------

_CONDITION_KINDS = frozenset(
    {Kind.FUNCTIONAL, Kind.PREGNANCY, Kind.ALERT, Kind.REASON, Kind.SOCIAL, Kind.ADVERSE_EFFECT}
)


def read_condition(place: Place) -> list[Entry]:
    """Condition: a problem, or what its section is about."""
    body = place.body
    kind = place.kind if place.kind in _CONDITION_KINDS and place.kind is not None else Kind.PROBLEM
    if kind in {Kind.PROBLEM, Kind.ALERT} and PREGNANT & {c.code for c in codings(body.get("code"))}:
        kind = Kind.PREGNANCY
    verification = status_code(body.get("verificationStatus"))
    status = _CLINICAL.get(status_code(body.get("clinicalStatus")), Status.UNKNOWN)
    if status is Status.UNKNOWN and place.section in HISTORY:
        status = Status.ENDED
    entry = base_entry(place, kind, body.get("code"))
    start, latest = date_of(body, "onset")
    abated = date_of(body, "abatement")
    gone = flag(body.get("abatementBoolean")) is True or (
        status is Status.UNKNOWN and bool(choice_words(body, "abatement"))
    )
    stages = [concept_text(stage.get("summary")) for stage in objects(body.get("stage"))]
    entry = replace(
        entry,
        status=Status.ENDED if gone else status,
        start=start,
        end=abated[1] or abated[0],
        noted=date_of(body, "recordedDate", "assertedDate")[0],
        criticality=severity(body.get("severity")),
        author=teller(place),
        words=words(
            sites(body.get("bodySite")),
            stages,
            [text for e in objects(body.get("evidence")) for text in texts(e.get("code")) or texts([e])],
            f"onset {start} - {latest}" if latest else "",
            choice_words(body, "onset"),
            choice_words(body, "abatement"),
            verification if verification in {"unconfirmed", "provisional", "differential"} else "",
            notes(body),
        ),
    )
    return [negated(entry, _is_refuted(body.get("verificationStatus")))]
