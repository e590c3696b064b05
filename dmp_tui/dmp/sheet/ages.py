"""Ages and birthdays by which prevention is asked, and what a record says of what is asked."""

from datetime import date
from enum import StrEnum

from dmp_tui.dmp.identity import BirthDate
from dmp_tui.dmp.sheet.dates import moment


class Standing(StrEnum):
    """What a record says of something that is asked at this age."""

    DUE = "due"
    """The last one found is too old, or too few are found."""
    NOT_FOUND = "not-found"
    """Asked at this age, and none is found."""
    UP_TO_DATE = "up-to-date"
    LATER = "later"
    """Asked at this age, and not to be given now."""
    NOT_ASKED = "not-asked"
    """Nothing is asked of everybody at this age."""
    UNKNOWN = "unknown"
    """The age, or the sex where it counts, is not known."""


def born_on(birth: BirthDate | None) -> date | None:
    """A day to count from: the middle of what is known of the birth date."""
    if birth is None or not birth.year:
        return None
    return birth.calendar or date(birth.year, 7, 1)


def birthday(born: date, years: int) -> date:
    """The day on which someone is so old; 1 March for who was born on a 29 February."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def years_old(born: date, today: date) -> float:
    """Age in years: whole from the birthday itself on, in which an average year would be wrong by a day."""
    whole = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return whole + (today - birthday(born, whole)).days / 366


def day_of(text: str) -> date | None:
    """The first day of what a FHIR date tells; None where it is none."""
    year, month, day_, *_ = moment(text)
    try:
        return date(year, month or 1, day_ or 1) if year else None
    except ValueError:
        return None
