"""A FHIR Dosage in words: the author's text, else its elements, never computed."""

import re

from dmp_tui.dmp.fhir.elements import (
    concept_text,
    date_of,
    first,
    flag,
    is_told,
    objects,
    quantity,
    range_text,
    ratio_text,
    string,
    strings,
    texts,
    words,
)
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment

_NUMBER = re.compile(r"\d|\b(?:ONE|TWO|THREE|FOUR|HALF|UNE?|DEUX|TROIS|QUATRE|DEMIE?)\b")
_MOST = ("maxDosePerAdministration", "maxDosePerLifetime")


def dosages_text(dosages: list[Json]) -> list[str]:
    """Each dosage in words, in the order of their ``sequence`` where they have one."""
    return [dosage_text(item) for item in sorted(dosages, key=lambda d: int(_digits(d.get("sequence"))))]


def _digits(value: object) -> str:
    text = string(value)
    return text if text.isascii() and text.isdigit() else "0"


def dosage_text(dosage: Json) -> str:
    """Dose, rhythm, route and condition as written.

    The author's text tells them in his own words; where it tells no number ("as directed"), the dose follows it.
    """
    text = string(dosage.get("text"))
    doses = [_dose(item) for item in objects(dosage.get("doseAndRate")) or [dosage]]
    beside = [
        concept_text(dosage.get("route")),
        concept_text(dosage.get("site")),
        _as_needed(dosage),
        *(f"max {ratio}" for item in objects(dosage.get("maxDosePerPeriod")) if (ratio := ratio_text(item))),
        *(f"max {most}" for name in _MOST if (most := quantity(dosage.get(name)))),
        *texts(dosage.get("additionalInstruction")),
        string(dosage.get("patientInstruction")),
    ]
    if not text:
        rhythm = timing_text(first(dosage.get("timing")))
        return ", ".join(dict.fromkeys(piece for piece in [*doses, rhythm, *beside] if piece))
    told = fold(text)
    if not _NUMBER.search(told):
        beside = [*doses, *beside]
    return words(text, [piece for piece in beside if piece and not is_told(piece, text)])


def _dose(item: Json) -> str:
    dose = quantity(item.get("doseQuantity")) or range_text(item.get("doseRange")) or quantity(item.get("dose"))
    rate = ratio_text(item.get("rateRatio")) or quantity(item.get("rateQuantity")) or range_text(item.get("rateRange"))
    return " / ".join(part for part in (dose, rate) if part)


def timing_text(timing: Json) -> str:
    """How often, when and for how long, as a Timing says it."""
    repeat = first(timing.get("repeat"))
    frequency = _up_to(repeat, "frequency") or _up_to(repeat, "count")
    period = f"{_up_to(repeat, 'period')} {string(repeat.get('periodUnit'))}".strip()
    rhythm = f"{frequency} x / {period}" if frequency and period else (f"{frequency} x" if frequency else period)
    rhythm = concept_text(timing.get("code")) or rhythm
    moments = [moment for name in ("when", "timeOfDay", "dayOfWeek") for moment in strings(repeat.get(name))]
    offset = f"{offset} min" if (offset := string(repeat.get("offset"))) else ""
    lasting = f"{_up_to(repeat, 'duration')} {string(repeat.get('durationUnit'))}".strip()
    length = quantity(repeat.get("boundsDuration")) or range_text(repeat.get("boundsRange"))
    told = [rhythm, *strings(timing.get("event")), *moments, offset, lasting, f"({length})" if length else ""]
    return " ".join(part for part in told if part)


def _up_to(repeat: Json, name: str) -> str:
    """``1``, or ``1-2`` where there is a most."""
    least, most = string(repeat.get(name)), string(repeat.get(f"{name}Max"))
    return f"{least}-{most}" if least and most and least != most else least or most


def bounds(dosages: list[Json]) -> tuple[str, str]:
    """``(start, end)`` of the course that dosages give: the first start, the last end if all have one."""
    periods = [date_of(first(first(item.get("timing")).get("repeat")), "boundsPeriod") for item in dosages]
    ends = [end for _, end in periods if end]
    start = min((begun for begun, _ in periods if begun), key=moment, default="")
    return start, max(ends, key=moment) if ends and len(ends) == len(periods) else ""


def _as_needed(dosage: Json) -> str:
    needed = ", ".join(texts(dosage.get("asNeededCodeableConcept")) + texts(dosage.get("asNeededFor")))
    if needed:
        return f"PRN {needed}"
    return "PRN" if flag(dosage.get("asNeededBoolean")) or flag(dosage.get("asNeeded")) else ""
