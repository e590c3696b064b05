"""Dates as a reader writes them, as short as they may be without being taken for another day."""

import re
from datetime import date

from dmp_tui.widgets.text import visible

_FHIR_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_YEAR_LEFT_OUT = 300
"""Days within which a day and a month can be of one year only."""


def day(fhir_date: str) -> str:
    """``2021-12-03T10:00`` as ``03/12/2021``, ``2021-12`` as ``12/2021``; what is no date as it is."""
    match = _FHIR_DATE.match(fhir_date)
    if not match:
        return visible(fhir_date)
    return "/".join(part for part in reversed(match.groups()) if part)


def month(fhir_date: str) -> str:
    """``12/2021``; the year alone where no more is known."""
    return day(fhir_date[:7])


def year(fhir_date: str) -> str:
    """``2021``."""
    return day(fhir_date[:4])


def recent(fhir_date: str, today: date) -> str:
    """``13/11`` within the last ten months, ``11/2024`` before: an old date shows its year, a new one its day."""
    match = _FHIR_DATE.match(fhir_date)
    if not match or not match[3]:
        return month(fhir_date)
    return day(fhir_date)[:5] if 0 <= days_since(fhir_date, today) <= _YEAR_LEFT_OUT else month(fhir_date)


def days_since(fhir_date: str, today: date) -> int:
    """Days from a date to today, from the first day of what is known; very many where nothing is."""
    match = _FHIR_DATE.match(fhir_date)
    if not match:
        return 10**6
    try:
        return (today - date(int(match[1]), int(match[2] or 1), int(match[3] or 1))).days
    except ValueError:
        return 10**6
