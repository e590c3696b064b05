"""Treatments of a FHIR document, as entries: what is taken, prescribed, dispensed or administered."""

from dataclasses import replace

from dmp_tui.dmp.entries import Coding, Entry, Kind, Mark, Status
from dmp_tui.dmp.fhir.bundle import Resource
from dmp_tui.dmp.fhir.dosage import bounds, dosages_text, timing_text
from dmp_tui.dmp.fhir.elements import (
    choice,
    codings,
    concept_text,
    date_of,
    first,
    flag,
    is_same,
    is_told,
    notes,
    objects,
    quantity,
    ratio_text,
    string,
    texts,
    words,
)
from dmp_tui.dmp.fhir.statements import Place, base_entry, medication, named, negated, person_text, status_code
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.fhir.vocabulary import LISTED, PLANNED, STOPPED

_TAKEN = {
    "active": Status.ACTIVE,
    "in-progress": Status.ACTIVE,
    "stopped": Status.ENDED,
    "cancelled": Status.ENDED,
    "declined": Status.ENDED,
    "intended": Status.PLANNED,
    "draft": Status.PLANNED,
    "preparation": Status.PLANNED,
}
"""``completed`` is not here: with an end date that date speaks, without one it is never read as "stopped"."""
_PRESCRIBED = frozenset({"MedicationRequest", "MedicationDispense"})
_HALTED = frozenset({"113381000146106"})
"""SNOMED CT, in a modifier extension: drug therapy definitively stopped."""
_PAUSED = frozenset({"113371000146109"})
"""SNOMED CT, in a modifier extension: drug therapy temporarily stopped."""
_NOT_TAKEN = frozenset({"not-taken", "not-done", "not-taking"})


def read_treatment(place: Place) -> list[Entry]:
    """MedicationStatement (R5 MedicationUsage), MedicationRequest, MedicationDispense, MedicationAdministration."""
    body = place.body
    concept, ingredients, extra = _medication(place, body)
    entry = base_entry(place, Kind.TREATMENT, concept, fallback=ingredients)
    dosages = objects(body.get("dosage")) or objects(body.get("dosageInstruction"))
    start, end = _course(place, body, dosages)
    code = string(body.get("status"))
    adherence = status_code(first(body.get("adherence")).get("code"))
    status = _TAKEN.get(code, Status.UNKNOWN)
    halted = {
        c.code for item in objects(body.get("modifierExtension")) for c in codings(item.get("valueCodeableConcept"))
    }
    if place.section in STOPPED or halted & _HALTED or (code == "completed" and end) or adherence == "stopped":
        status = Status.ENDED
    elif status is not Status.ENDED and (place.section in PLANNED or _is_proposed(place, body)):
        status = Status.PLANNED
    rhythms = [timing_text(first(ext.get("valueTiming"))) for ext in objects(body.get("extension"))]
    rendered = "" if any(string(d.get("text")) for d in dosages) else _rendered(body)
    called = string(first(first(body.get("medicationReference")) or body.get("medication")).get("display"))
    marks = entry.marks | ({Mark.PRESCRIBED} if place.resource.type in _PRESCRIBED else frozenset())
    codes = tuple(dict.fromkeys([*entry.codes, *extra]))
    entry = replace(
        entry,
        codes=codes,
        status=status,
        start=start,
        end=end,
        noted=date_of(body, "dateAsserted")[0],
        dose=words(
            "suspendu" if code == "on-hold" or halted & _PAUSED else "", rendered, dosages_text(dosages), rhythms
        ),
        author=_told_by(place),
        words=words(
            ingredients if ingredients != entry.label else "",
            called if not is_same(called, entry.label) else "",
            texts(body.get("reasonCode") or body.get("reason")),
            named(place, body.get("reasonReference")),
            texts(body.get("statusReason")),
            code if code in {"on-hold", "completed"} else "",
            concept_text(body.get("courseOfTherapyType")),
            [quantity(body.get("quantity")), quantity(body.get("daysSupply"))],
            notes(body),
        ),
        marks=marks if codes else marks | {Mark.UNCODED},
    )
    refused = any(flag(body.get(name)) is True for name in ("doNotPerform", "wasNotTaken", "wasNotGiven"))
    refused = refused or string(body.get("taken")) == "n"
    return [negated(entry, refused or code in _NOT_TAKEN or adherence in _NOT_TAKEN)]


def _rendered(body: Json) -> str:
    """The whole dosage in words: an element of R5, an extension before."""
    told = [ext for ext in objects(body.get("extension")) if "rendereddosage" in string(ext.get("url")).lower()]
    texts_ = [string(body.get("renderedDosageInstruction")), *(string(choice(ext, "value")[1]) for ext in told)]
    return next((text for text in texts_ if text), "")


def _told_by(place: Place) -> str:
    """Who told or asked for it; before R4 a requester was an agent."""
    body = place.body
    asked = first(body.get("requester"))
    asked = first(asked.get("agent")) or asked or first(body.get("prescriber"))
    performers = [person_text(place, item.get("actor")) for item in objects(body.get("performer"))]
    told = person_text(place, body.get("informationSource") or asked or body.get("recorder"))
    return told or next((name for name in performers if name), "")


def _course(place: Place, body: Json, dosages: list[Json]) -> tuple[str, str]:
    """``(start, end)``: its own, else what its dosage bounds, else what a period among its extensions says."""
    start, end = date_of(body, "effective", "occurence", "occurrence")
    if start and not end and place.resource.type == "MedicationAdministration" and not _is_period(body):
        # A dose given at one time is over; what began and has no end goes on.
        return start, start
    begun, over = bounds(dosages)
    beside = [date_of(ext, "valuePeriod") for ext in objects(body.get("extension"))]
    told = next((period for period in beside if any(period)), ("", ""))
    start = start or begun or told[0] or date_of(body, "authoredOn", "whenHandedOver", "whenPrepared")[0]
    return start, end or over or told[1]


def _is_period(body: Json) -> bool:
    return any(bool(first(choice(body, name)[1])) for name in ("effective", "occurence", "occurrence"))


def _is_proposed(place: Place, body: Json) -> bool:
    """A proposal or a plan that nobody carried out; in a list of what is taken, "plan" is what the patient told."""
    open_ = string(body.get("status")) not in {"completed", "stopped", "cancelled"}
    return open_ and string(body.get("intent")) in {"proposal", "plan"} and place.section not in LISTED


def _medication(place: Place, body: Json) -> tuple[object, str, tuple[Coding, ...]]:
    """``(concept, ingredients in words, codes of a single ingredient)`` of what is taken."""
    _, value = choice(body, "medication")
    part = first(value)
    if place.resource.type == "Medication":
        found: Resource | None = place.resource
    else:
        found = place.index.resolve(part, place.resource) if "reference" in part or "identifier" in part else None
    if found is None:
        return (part, string(part.get("display")), ()) if part else ({}, "", ())
    names: list[str] = []
    codes: list[Coding] = []
    ingredients = objects(found.body.get("ingredient"))
    inner = Place(place.index, found)
    for ingredient in ingredients:
        _, item = choice(ingredient, "item")
        item = item or ingredient.get("code")
        name, item_codes = concept_text(item), codings(item)
        if not name and not item_codes:
            name, item_codes = medication(inner, item)
        strength = ratio_text(ingredient.get("strength")) or ratio_text(ingredient.get("strengthRatio"))
        strength = strength or quantity(ingredient.get("strengthQuantity"))
        names.append(f"{name} {strength}".strip())
        codes += item_codes
    form = concept_text(found.body.get("form") or found.body.get("doseForm"))
    product, classes = _beside(found.body)
    text = words(" + ".join(n for n in names if n), form)
    single = codes if len(ingredients) == 1 else []
    return _named(found.body, string(part.get("display")) or product), text, (*classes, *single)


def _beside(medicine: Json) -> tuple[str, tuple[Coding, ...]]:
    """``(product, classes)`` of a Medication: IHE's extensions for its trade name and its ATC class."""
    product, classes = "", list[Coding]()
    for extension in objects(medicine.get("extension")):
        name = string(extension.get("url")).rpartition("/")[2].lower()
        if name.endswith("productname"):
            product = string(extension.get("valueString"))
        elif name.endswith("classification"):
            classes += codings(extension.get("valueCodeableConcept"))
    shown = concept_text(medicine.get("code"))
    return product if not is_told(product, shown) else "", tuple(classes)


def _named(medicine: Json, said: str) -> Json:
    """The concept of a Medication, by what the statement calls it where its own code has no words but a display."""
    code = first(medicine.get("code"))
    return code if string(code.get("text")) or not said else {**code, "text": said}
