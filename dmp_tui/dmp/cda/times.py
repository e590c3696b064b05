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
    """When something was: FHIR dates, empty where not said. ``doubtful``: a date that no calendar has.

    ``at``: the start, else the end, with its hour where one is written: several measures of one day have their order.
    """

    start: str = ""
    end: str = ""
    doubtful: bool = False
    at: str = ""


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


def at(text: str | None) -> str:
    """A FHIR dateTime as the sheet sorts it: with the hour, and with the zone where one is written.

    Midnight sharp is as likely a filled field as an hour: the date alone.
    """
    minute, zoned = fhir_minute(text), fhir_datetime(text)
    if " " not in minute:
        return minute
    return zoned if "T" in zoned else f"{minute.replace(' ', 'T')}:00"


def fhir_minute(text: str | None) -> str:
    """``2019-04-01 08:30``: the date of an HL7 TS with the hour that was written, which is the author's own clock's.

    Midnight sharp is as likely a filled field as an hour: the date alone.
    """
    day, _ = fhir_date(text)
    match = _TS.fullmatch((text or "").strip())
    if not match or len(day) != 10 or match["hour"] is None:
        return day
    hour, minute = match["hour"], match["minute"] or "00"
    return day if int(hour) > 23 or int(minute) > 59 or (hour, minute) == ("00", "00") else f"{day} {hour}:{minute}"


def is_periodic(element: "Element") -> bool:
    """Whether a time says how often (PIVL, EIVL), as it is typed or, untyped, by what it holds."""
    kind = kind_of_value(element).removesuffix("_TS")
    return kind in {"PIVL", "EIVL"} or (not kind and any(element.find(n) is not None for n in ("period", "event")))


def span(element: "Element | None") -> Span:
    """When, from an ``effectiveTime`` that is a point or an interval; a frequency (PIVL, EIVL) is no time."""
    if element is None or is_periodic(element):
        return Span()
    if element.get("value"):
        start, doubtful = fhir_date(element.get("value"))
        return Span(start, "", doubtful, at(element.get("value")))
    for part in element.iterfind("comp"):
        found = span(part)
        if found.start or found.end:
            return found
    first, last = _bound(element, "low") or _bound(element, "center"), _bound(element, "high")
    start, bad_start = fhir_date(first)
    end, bad_end = fhir_date(last)
    return Span(start, end, bad_start or bad_end, at(first) or at(last))


def _bound(element: "Element", name: str) -> str | None:
    bound = element.find(name)
    return None if bound is None else bound.get("value")


def after(one: str, other: str) -> bool:
    """Whether date ``one`` is later than ``other`` at the precision they share; unknown dates are never later."""
    shared = min(len(one), len(other), 10)
    return shared > 0 and one[:shared] > other[:shared]
