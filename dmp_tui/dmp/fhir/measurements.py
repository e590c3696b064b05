"""Observations and reports of a FHIR document, as entries: one for each value, a panel's name beside its members."""

import base64
import binascii
from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Attachment, Entry, Kind, Mark
from dmp_tui.dmp.fhir.elements import (
    choice,
    codings,
    concept_text,
    date_of,
    extensions,
    first,
    flag,
    notes,
    objects,
    quantity,
    range_text,
    ratio_text,
    sites,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.statements import Place, base_entry, named, negated, person_text
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.vocabulary import (
    DATA_ABSENT,
    LOINC,
    NOT_PREGNANT,
    PREGNANCY_CODES,
    SOCIAL_CODES,
    VALUE_NAMES,
    VITAL_CODES,
)

_CATEGORIES = {
    "vital-signs": Kind.VITAL,
    "social-history": Kind.SOCIAL,
    "functional-status": Kind.FUNCTIONAL,
    "laboratory": Kind.RESULT,
    "imaging": Kind.RESULT,
}
_OBSERVED = frozenset(
    {Kind.VITAL, Kind.SOCIAL, Kind.FUNCTIONAL, Kind.RESULT, Kind.PREGNANCY, Kind.ALERT, Kind.OCCUPATIONAL, Kind.REASON}
    | {Kind.FAMILY, Kind.PLAN, Kind.DIRECTIVE, Kind.ADVERSE_EFFECT}
)
_ASKED = frozenset({Kind.FUNCTIONAL, Kind.ALERT})
"""Kinds of which a "no" says that the thing is not so."""
_PRELIMINARY = frozenset({"registered", "preliminary", "cancelled"})


def observation_kind(place: Place) -> Kind:
    """What an Observation is about: its section, else its code, else its category, else a result."""
    if place.kind in _OBSERVED and place.kind is not None:
        return place.kind
    codes = {c.code for c in codings(place.body.get("code")) if c.system == LOINC}
    if codes & PREGNANCY_CODES:
        return Kind.PREGNANCY
    if codes & SOCIAL_CODES:
        return Kind.SOCIAL
    if codes & VITAL_CODES:
        return Kind.VITAL
    categories = [c.code for c in codings(place.body.get("category"))]
    return next((_CATEGORIES[code] for code in categories if code in _CATEGORIES), Kind.RESULT)


def read_observation(place: Place, panel: str = "") -> list[Entry]:
    """Observation: its own value, then each of its components. A mere panel of members gives no entry of its own."""
    body = place.body
    kind = observation_kind(place)
    own = _measured(place, kind, body, panel)
    if own.assertion is Assertion.UNREADABLE and own.value and not own.codes:
        # Some write the name of a form where its answer would stand.
        own = replace(own, label=own.value, value="", assertion=Assertion.STATED)
    name = own.label
    components = [
        replace(_measured(place, kind, item, name), noted=own.noted, author=own.author)
        for item in objects(body.get("component"))
    ]
    if kind is Kind.SOCIAL and not own.value and components:
        # A panel of social history says what it is about in its components only.
        return components
    says = bool(own.value or own.interpretation or own.reference or notes(body)) or bool(
        concept_text(body.get("dataAbsentReason")) and not components
    )
    gathers = components or objects(body.get("hasMember")) or objects(body.get("related"))
    nameless = own.assertion is Assertion.UNREADABLE and not own.codes
    if not says and gathers and (nameless or own.assertion is Assertion.STATED):
        return components
    return [own, *components]


def _measured(place: Place, kind: Kind, item: Json, panel: str) -> Entry:
    """The value of an Observation or of one component."""
    value, unit = value_of(item)
    entry = base_entry(place, kind, item.get("code"))
    start, end = date_of(item, "effective", "applies")
    when = end or start or date_of(place.body, "effective", "applies", "issued")[0]
    bounds = objects(item.get("referenceRange"))
    of_others = [r for r in bounds if place.index.patient.is_another(r, when)]
    ranges = [_reference(r) for r in bounds if r not in of_others]
    absent = concept_text(item.get("dataAbsentReason")) or _absent_reason(item)
    status = string(item.get("status"))
    codes = [c.code for c in codings(item.get("interpretation")) if c.code]
    interpretation = codes[0] if codes else ""
    performers = [person_text(place, p) for p in objects(item.get("performer"))]
    _, coded = choice(item, "value")
    value_codes = codings(coded) if isinstance(coded, dict) and "coding" in coded else ()
    answers = {c.code for c in value_codes}
    bare = bool(answers) and value in answers and not any(c.display for c in value_codes)
    value = next((VALUE_NAMES[code] for code in sorted(answers) if code in VALUE_NAMES), value) if bare else value
    if bare and value in answers:
        entry = replace(entry, marks=entry.marks | {Mark.VALUE_CODE})
    no = kind in _ASKED and flag(item.get("valueBoolean")) is False
    entry = negated(entry, no or (kind is Kind.PREGNANCY and bool(answers & NOT_PREGNANT)))
    return replace(
        entry,
        noted=end or start or date_of(item, "issued")[0],
        value=value,
        unit=unit,
        reference="; ".join(r for r in ranges if r),
        interpretation=interpretation,
        author=next((p for p in performers if p), ""),
        words=words(
            panel if panel != entry.label else "",
            absent if not value else "",
            status if status in _PRELIMINARY else "",
            texts(objects(item.get("interpretation"))[1:] if interpretation else item.get("interpretation")),
            [c.display for c in value_codes if c.display and c.display != value],
            sites(item.get("bodySite")),
            concept_text(item.get("method")),
            _specimen(place, item.get("specimen")),
            [_reference(r) for r in of_others],
            named(place, item.get("focus")),
            notes(item),
            string(item.get("comment")),
        ),
    )


def _reference(item: Json) -> str:
    """A reference range: its numbers, its words where they say more, and whom it is for."""
    numbers, text = range_text(item), string(item.get("text"))
    if any(letter.isdigit() for letter in text):
        numbers, text = text, ""
    sort = "" if any(c.code == "normal" for c in codings(item.get("type"))) else concept_text(item.get("type"))
    people = [*texts(item.get("appliesTo")), range_text(item.get("age"))]
    beside = ", ".join(part for part in (concept_text(item.get("normalValue")), text, sort, *people) if part)
    return f"{numbers} ({beside})" if numbers and beside else numbers or beside


def _absent_reason(item: Json) -> str:
    """Why there is no value, where an extension of the value, or of its primitive element, says so."""
    values = [value for key, value in sorted(item.items()) if key.removeprefix("_").startswith("value")]
    found = [string(ext.get("valueCode")) for value in values for ext in extensions(first(value), DATA_ABSENT)]
    return next((code for code in found if code), "")


def _specimen(place: Place, reference: object) -> str:
    """The kind of a sample: what the reference says, else the Specimen."""
    found = place.index.resolve(reference, place.resource)
    return string(first(reference).get("display")) or (concept_text(found.body.get("type")) if found else "")


def value_of(item: Json) -> tuple[str, str]:
    """``(value, unit)`` of ``value[x]``, the value as written."""
    kind, value = choice(item, "value")
    part = first(value)
    if kind == "Quantity":
        number = f"{string(part.get('comparator'))} {string(part.get('value'))}".strip()
        return number, (string(part.get("unit")) or string(part.get("code"))) if number else ""
    if kind == "Boolean" or isinstance(value, bool):
        return {True: "oui", False: "non", None: ""}[flag(value)], ""
    if kind == "Range":
        return range_text(value), ""
    if kind == "Ratio":
        return ratio_text(value), ""
    if kind == "Period":
        return " - ".join(t for t in (string(part.get("start")), string(part.get("end"))) if t), ""
    if kind == "Coding":
        return concept_text({"coding": [part]}), ""
    if kind == "CodeableConcept" or part.get("coding"):
        return concept_text(value), ""
    if kind == "SampledData":
        return string(part.get("data")), ""
    if kind == "Attachment":
        return string(part.get("title")) or string(part.get("url")), ""
    return string(value) or string(part.get("text")) or string(part.get("display")) or quantity(value), ""


def read_report(place: Place) -> list[Entry]:
    """DiagnosticReport: its conclusion; a report that only gathers results is those results' panel."""
    body = place.body
    conclusion = words(
        string(body.get("conclusion")), texts(body.get("conclusionCode")), texts(body.get("codedDiagnosis"))
    )
    said = notes(body)
    if not conclusion and not said and objects(body.get("result")):
        return []
    files = [
        string(f.get("title")) or string(f.get("url")) for f in objects(body.get("presentedForm")) if not f.get("data")
    ]
    status = string(body.get("status"))
    start, end = date_of(body, "effective")
    entry = base_entry(place, Kind.RESULT, body.get("code"))
    performers = [person_text(place, p) for p in objects(body.get("performer"))]
    return [
        replace(
            entry,
            noted=end or start or date_of(body, "issued")[0],
            value=conclusion,
            author=next((p for p in performers if p), ""),
            words=words(texts(body.get("category")), status if status in _PRELIMINARY else "", files, said),
        )
    ]


def read_imaging(place: Place) -> list[Entry]:
    """ImagingStudy."""
    body = place.body
    fallback = string(body.get("description")) or ", ".join(_coded(body.get("modality")))
    entry = base_entry(
        place, Kind.RESULT, first(body.get("procedureCode")) or first(body.get("code")), fallback=fallback
    )
    series = [
        " ".join(
            [*_coded(item.get("modality")), string(item.get("description")), *_coded(item.get("bodySite"))]
        ).strip()
        for item in objects(body.get("series"))
    ]
    return [replace(entry, noted=date_of(body, "started")[0], words=words(fallback, series, notes(body)))]


def _coded(values: object) -> list[str]:
    """Codings (R4) or concepts (R5), in words."""
    return [text for v in objects(values) if (text := concept_text(v) or concept_text({"coding": v}))]


def read_answers(place: Place) -> list[Entry]:
    """A QuestionnaireResponse that a section of observations names: one entry for each question answered."""
    if place.kind not in _OBSERVED or place.kind is None:
        return []
    noted = date_of(place.body, "authored")[0]
    author = person_text(place, place.body.get("author") or place.body.get("source"))
    found = []
    pending = objects(place.body.get("item"))[::-1]
    while pending:
        item = pending.pop()
        answers = objects(item.get("answer"))
        pending += [inner for part in [item, *answers] for inner in objects(part.get("item"))][::-1]
        told = [" ".join(part for part in value_of(answer) if part) for answer in answers]
        label = string(item.get("text")) or string(item.get("linkId"))
        if label and any(told):
            value = ", ".join(text for text in told if text)
            entry = Entry(place.kind, label, section=place.section, marks=frozenset({Mark.UNCODED}))
            no = place.kind in _ASKED and all(flag(answer.get("valueBoolean")) is False for answer in answers)
            found.append(negated(replace(entry, value=value, noted=noted, author=author), no))
    return found


def attachments(value: object) -> list[Attachment]:
    """Embedded files: those whose bytes are in the document."""
    found = []
    for item in objects(value):
        data = item.get("data")
        if not isinstance(data, str) or not data:
            continue
        try:
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        found.append(Attachment(string(item.get("contentType")), content, string(item.get("title"))))
    return found
