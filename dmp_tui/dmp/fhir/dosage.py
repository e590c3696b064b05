"""A FHIR Dosage in words: the author's text, else its elements, never computed."""

from dmp_tui.dmp.fhir.elements import (
    concept_text,
    date_of,
    first,
    flag,
    objects,
    quantity,
    range_text,
    ratio_text,
    string,
    strings,
    words,
)
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment


def dosage_text(dosage: Json) -> str:
    """Dose, rhythm, route and condition as written."""
    text = string(dosage.get("text"))
    patient = string(dosage.get("patientInstruction"))
    if text:
        route = concept_text(dosage.get("route"))
        told = fold(text)
        return words(text, "" if fold(route) in told else route, _as_needed(dosage), patient)
    doses = [_dose(item) for item in objects(dosage.get("doseAndRate")) or [dosage]]
    pieces = [
        *doses,
        _rhythm(first(dosage.get("timing"))),
        concept_text(dosage.get("route")),
        _as_needed(dosage),
        ratio_text(dosage.get("maxDosePerPeriod")),
        concept_text(dosage.get("additionalInstruction")),
        patient,
    ]
    return ", ".join(dict.fromkeys(piece for piece in pieces if piece))


def _dose(item: Json) -> str:
    dose = quantity(item.get("doseQuantity")) or range_text(item.get("doseRange")) or quantity(item.get("dose"))
    rate = ratio_text(item.get("rateRatio")) or quantity(item.get("rateQuantity")) or range_text(item.get("rateRange"))
    return " / ".join(part for part in (dose, rate) if part)


def _rhythm(timing: Json) -> str:
    if text := concept_text(timing.get("code")):
        return text
    repeat = first(timing.get("repeat"))
    frequency = string(repeat.get("frequency")) or string(repeat.get("count"))
    period = f"{string(repeat.get('period'))} {string(repeat.get('periodUnit'))}".strip()
    rhythm = f"{frequency} x / {period}" if frequency and period else (f"{frequency} x" if frequency else period)
    moments = [moment for name in ("when", "timeOfDay", "dayOfWeek") for moment in strings(repeat.get(name))]
    length = quantity(repeat.get("boundsDuration")) or range_text(repeat.get("boundsRange"))
    return " ".join(part for part in [rhythm, *moments, f"({length})" if length else ""] if part)


def bounds(dosages: list[Json]) -> tuple[str, str]:
    """``(start, end)`` of the course that dosages give: the first start, the last end if all have one."""
    periods = [date_of(first(first(item.get("timing")).get("repeat")), "boundsPeriod") for item in dosages]
    ends = [end for _, end in periods if end]
    start = min((begun for begun, _ in periods if begun), key=moment, default="")
    return start, max(ends, key=moment) if ends and len(ends) == len(periods) else ""


def _as_needed(dosage: Json) -> str:
    needed = concept_text(dosage.get("asNeededCodeableConcept")) or concept_text(dosage.get("asNeededFor"))
    if needed:
        return f"PRN {needed}"
    return "PRN" if flag(dosage.get("asNeededBoolean")) or flag(dosage.get("asNeeded")) else ""
