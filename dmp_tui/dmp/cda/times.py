"""HL7 v3 times -> FHIR dates, of the precision that was written and never of more."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.xml import kind_of_value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TS = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{2}))?(?:-?(?P<day>\d{2}))?"
    r"(?:T?(?P<hour>\d{2}))?(?::?(?P<minute>\d{2}))?(?::?(?P<second>\d{2}))?(?:[.,]\d{1,6})?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """When something was: FHIR dates, empty where not said. ``doubtful``: a date that no calendar has."""

    start: str = ""
    end: str = ""
    doubtful: bool = False


def fhir_date(text: str | None) -> tuple[str, bool]:
    """``(FHIR date, doubtful)`` of an HL7 TS: ``2018``, ``2018-04``, ``2018-04-22``; "" where there is none.

    Unknown parts written as zeros lower the precision; a month or day out of the calendar does so too, and is doubtful.
    """
    match = _TS.fullmatch((text or "").strip())
    if not match:
        return "", bool((text or "").strip())
    year, month, day = match["year"], match["month"] or "00", match["day"] or "00"
    if year == "0000":
        return "", True
    if month == "00":
        return year, day != "00"
    if not 1 <= int(month) <= 12:
        return year, True
    if day == "00":
        return f"{year}-{month}", False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return f"{year}-{month}", True
    return f"{year}-{month}-{day}", False


def fhir_datetime(text: str | None) -> str:
    """FHIR dateTime of an HL7 TS: with its time and zone if both were written, else the date alone."""
    day, _ = fhir_date(text)
    match = _TS.fullmatch((text or "").strip())
    if not match or len(day) != 10 or not match["minute"] or not match["zone"]:
        return day
    hour, minute, second = match["hour"], match["minute"], match["second"] or "00"
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return day
    zone = match["zone"].replace(":", "")
    return f"{day}T{hour}:{minute}:{second}" + ("Z" if zone == "Z" else f"{zone[:3]}:{zone[3:]}")


def span(element: "Element | None") -> Span:
    """When, from an ``effectiveTime`` that is a point or an interval; a frequency (PIVL, EIVL) is no time."""
    if element is None or kind_of_value(element) in {"PIVL_TS", "EIVL_TS"}:
        return Span()
    if element.get("value"):
        start, doubtful = fhir_date(element.get("value"))
        return Span(start, "", doubtful)
    for part in element.iterfind("comp"):
        found = span(part)
        if found.start or found.end:
            return found
    start, bad_start = fhir_date(_bound(element, "low") or _bound(element, "center"))
    end, bad_end = fhir_date(_bound(element, "high"))
    return Span(start, end, bad_start or bad_end)


def _bound(element: "Element", name: str) -> str | None:
    bound = element.find(name)
    return None if bound is None else bound.get("value")


def after(one: str, other: str) -> bool:
    """Whether date ``one`` is later than ``other`` at the precision they share; unknown dates are never later."""
    shared = min(len(one), len(other), 10)
    return shared > 0 and one[:shared] > other[:shared]
