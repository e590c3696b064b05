"""Dates of any precision."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.sheet.dates import NEVER, agree, day, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", (2021, 0, 0, 0, 0, 0)),
        ("2021-05", (2021, 5, 0, 0, 0, 0)),
        ("2021-05-06", (2021, 5, 6, 0, 0, 0)),
        ("2021-05-06T07:08", (2021, 5, 6, 7, 8, 0)),
        ("2021-05-06T00:30:00+02:00", (2021, 5, 5, 22, 30, 0)),
        ("2021-05-06T07:08:09.123456789Z", (2021, 5, 6, 7, 8, 9)),
        ("2021-99-99", (2021, 99, 99, 0, 0, 0)),
        ("2021-99-99T10:00:00+01:00", (2021, 99, 99, 10, 0, 0)),
        ("0001-01-01T00:00:00+14:00", (1, 1, 1, 0, 0, 0)),
        ("soon", NEVER),
        ("", NEVER),
        ("٢٠٢١", NEVER),
    ],
)
def test_moments(text: str, expected: tuple[int, ...]) -> None:
    assert moment(text) == expected


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001  # zone added below
def test_zones_do_not_matter(utc: datetime, hours: int) -> None:
    aware = utc.replace(tzinfo=UTC)
    zone = timezone(timedelta(hours=hours))
    assert moment(aware.isoformat(timespec="seconds")) == moment(aware.astimezone(zone).isoformat(timespec="seconds"))


def test_agreement_is_by_the_precision_of_both() -> None:
    assert agree("2021", "2021-05-06")
    assert agree("", "2021")
    assert not agree("2021-05", "2021-06-01")
    assert day("2021-05-06T10:00:00Z") == "2021-05-06"
