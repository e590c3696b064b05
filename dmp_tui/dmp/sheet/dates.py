"""FHIR dates of any precision, compared without a clock."""

import re
from datetime import UTC, datetime, timedelta

_SHAPE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII
)

Moment = tuple[int, int, int, int, int, int]
NEVER: Moment = (0, 0, 0, 0, 0, 0)


def moment(text: str) -> Moment:
    """A key that sorts dates by time, in UTC where a zone is known; unknown parts sort first, no date before all."""
    match = _SHAPE.fullmatch(text.strip())
    if not match:
        return NEVER
    year, month, day_, hour, minute, second = (int(part) if part else 0 for part in match.groups()[:6])
    zone = match.group(7)
    if zone not in {None, "Z"}:
        sign = 1 if zone[0] == "+" else -1
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * sign
        try:
            utc = datetime(year, month, day_, hour, minute, second, tzinfo=UTC) - offset
        except (ValueError, OverflowError):
            return (year, month, day_, hour, minute, second)
        return (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second)
    return (year, month, day_, hour, minute, second)


def day(text: str) -> str:
    """The date part, as written."""
    return text.strip()[:10]


def is_over_before(end: str, start: str) -> bool:
    """Whether ``end`` is surely before ``start``, at the precision that it has; unknown dates say nothing."""
    year, month, day_, *_ = moment(end)
    return bool(year) and (year, month or 13, day_ or 32) < moment(start)[:3]


def agree(one: str, other: str) -> bool:
    """Whether two dates may be the same day at the precision that both have; an unknown date agrees with any."""
    a, b = day(one), day(other)
    return a.startswith(b) or b.startswith(a)
