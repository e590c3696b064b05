"""Encounters of a FHIR document, as entries: why someone came, when, and to whom."""

from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Entry, Kind, Status
from dmp_tui.dmp.fhir.elements import concept_text, date_of, first, notes, objects, string, texts, words
from dmp_tui.dmp.fhir.statements import Place, base_entry, named, person_text
from dmp_tui.dmp.fhir.strict import Json

_ENCOUNTERS = {
    "finished": Status.ENDED,
    "completed": Status.ENDED,
    "discharged": Status.ENDED,
    "in-progress": Status.ACTIVE,
    "arrived": Status.ACTIVE,
    "planned": Status.PLANNED,
    "cancelled": Status.ENDED,
}


def says_why(encounter: Json) -> bool:
    """Whether an Encounter tells more than when and where other statements were made."""
    said = ("reasonCode", "reasonReference", "reason", "diagnosis", "hospitalization", "admission")
    return any(encounter.get(name) for name in said)


def read_encounter(place: Place) -> list[Entry]:
    """Encounter: why someone came, when, and to whom; one that a section names, or that says why."""
    body = place.body
    if not place.listed and not says_why(body):
        return []
    why = [concept for name in ("reasonCode", "reason") for concept in objects(body.get(name))]
    why += [concept for part in objects(body.get("reason")) for concept in objects(part.get("value"))]
    told = [text for concept in why if (text := concept_text(concept))]
    told += named(place, body.get("reasonReference"))
    told += [text for item in objects(body.get("diagnosis")) for text in named(place, item.get("condition"))]
    sort = [*texts(body.get("type")), concept_text(body.get("class")), concept_text({"coding": body.get("class")})]
    sort = [text for text in sort if text]
    label = next((text for text in [*told, *sort] if text), "")
    start, end = date_of(body, "period", "actualPeriod")
    stay = first(body.get("hospitalization") or body.get("admission"))
    people = [person_text(place, p.get("individual") or p.get("actor")) for p in objects(body.get("participant"))]
    places = [string(first(item.get("location")).get("display")) for item in objects(body.get("location"))]
    entry = base_entry(place, Kind.REASON, why[0] if why else first(body.get("type")), fallback=label)
    return [
        replace(
            entry,
            label=label or entry.label,
            assertion=Assertion.STATED if label else entry.assertion,
            status=_ENCOUNTERS.get(string(body.get("status")), Status.UNKNOWN),
            start=start,
            end=end,
            author=next((name for name in people if name), ""),
            words=words(
                [text for text in [*told, *sort] if text != label],
                person_text(place, body.get("serviceProvider")),
                [text for text in places if text],
                concept_text(stay.get("admitSource")),
                concept_text(stay.get("dischargeDisposition")),
                notes(body),
            ),
        )
    ]
