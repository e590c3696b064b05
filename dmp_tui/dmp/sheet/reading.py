"""What a screen asks of a sheet, with the day given: current or ended, ages, the worst reaction. Pure, no words."""

from datetime import date

from dmp_tui.dmp.entries import Criticality, Kind, Reaction, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Check, Line, Sheet

_GRAVE = ("ANAPHYLA", "QUINCKE", "ANGIO", "BRONCHOSPASM", "LARYN", "LYELL", "STEVENS", "ARRET CARD", "DRESS")
"""Beginnings of words that name a reaction which kills, where nobody coded its severity."""


def reaction_rank(reaction: Reaction) -> tuple[int, int, int]:
    """Sorts reactions worst first: stated before negated, by severity, then by what the words alone give away."""
    folded = fold(reaction.label)
    grave = any(word in folded for word in _GRAVE)
    rank = reaction.criticality.rank
    if reaction.criticality is Criticality.UNKNOWN and grave:
        rank = Criticality.HIGH.rank
    return (int(reaction.negated), rank, int(not grave))


def worst_reaction(line: Line) -> Reaction | None:
    """The worst reaction that any source describes; None where none does."""
    stated = [reaction for reaction in line.reactions if not reaction.negated]
    return min(stated, key=lambda r: (reaction_rank(r), r.label)) if stated else None


def is_current(line: Line, today: date) -> bool:
    """Whether the line holds on ``today``: not said to be ended, and no end date before it. Old is not ended."""
    if line.status is Status.ENDED:
        return False
    return not is_before(line.end, today)


def is_planned(line: Line, today: date) -> bool:
    """Whether the line only begins after ``today``, or is said to be planned."""
    return line.status is Status.PLANNED or (bool(line.start) and _starts(line.start) > _day(today))


def is_before(text: str, today: date) -> bool:
    """Whether a FHIR date of any precision is wholly before ``today``; an unknown or unreadable date is not."""
    year, month, day_, *_ = moment(text)
    if not year:
        return False
    return (year, month or 13, day_ or 32) < _day(today)


def age_of(text: str, today: date) -> tuple[int, str] | None:
    """``(n, unit)`` since a FHIR date, unit ``y``, ``m`` or ``d`` as precision allows; None if unknown or to come."""
    year, month, day_, *_ = moment(text)
    if not year or (year, month, day_) > _day(today):
        return None
    months = (today.year - year) * 12 + (today.month - month if month else 0)
    if day_ and today.day < day_:
        months -= 1
    if not month or months >= 24:
        return (months // 12, "y")
    if months >= 1 or not day_:
        return (months, "m")
    try:
        return ((today - date(year, month, day_)).days, "d")
    except ValueError:
        return None


def is_implausible(text: str, birth: str, today: date) -> bool:
    """Whether a date lies before the birth or after ``today`` (shown as it is, marked)."""
    parts = moment(text)
    born = moment(birth)
    if not parts[0]:
        return False
    return parts[:3] > _day(today) or (bool(born[0]) and parts[0] < born[0])


def line_of(sheet: Sheet, kind: Kind, key: str) -> Line | None:
    """The line of a kind that has a key."""
    return next((line for line in sheet.topic(kind).lines if line.key == key), None)


def check_is_past(sheet: Sheet, check: Check, today: date) -> bool:
    """Whether a treatment that a check names is over on ``today``: the check is then shown as past.

    What a base of medicines weighed tells itself until when it counts: some act for long after they are stopped.
    """
    if check.weighed is not None and check.weighed.until:
        return is_before(check.weighed.until, today)
    lines = [line for key in check.keys if (line := line_of(sheet, Kind.TREATMENT, key)) is not None]
    return bool(lines) and not all(is_current(line, today) for line in lines)


def _day(today: date) -> tuple[int, int, int]:
    return (today.year, today.month, today.day)


def _starts(text: str) -> tuple[int, int, int]:
    year, month, day_, *_ = moment(text)
    return (year, month, day_)
