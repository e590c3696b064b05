"""What came since the reader's last access."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp_tui.dmp.entries import Coding, Entry, Kind
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin
from dmp_tui.dmp.sheet.news import News, is_new, new_lines, news_of, with_news
from tests.dmp.test_consultation import document

OLD = Origin(
    "d1", Coding("http://loinc.org", "60591-5"), "Synthèse", "2026-01-05", "Dr A", False, "2026-01-05T10:00:00.500Z"
)
NEW = replace(OLD, document="d2", submitted="2026-02-01T10:00:00.000Z")
SINCE = datetime(2026, 1, 20, tzinfo=UTC)
LATEX, NUTS = Entry(Kind.ALLERGY, "latex"), Entry(Kind.ALLERGY, "arachide")
SHEET = merge([(OLD, LATEX), (NEW, LATEX), (NEW, NUTS)])


def test_a_line_is_new_or_has_a_new_source() -> None:
    found = {line.label: news_of(line, SINCE) for line in SHEET.topic(Kind.ALLERGY).lines}
    assert found == {"latex": News.SOURCE, "arachide": News.LINE}
    assert [line.label for line in new_lines(with_news(SHEET, SINCE))] == ["arachide", "latex"]
    assert new_lines(with_news(SHEET, datetime(2026, 3, 1, tzinfo=UTC))) == ()


def test_nothing_is_new_to_who_never_read_it() -> None:
    assert with_news(SHEET, None) == SHEET


def test_a_document_is_new_from_the_moment_it_came() -> None:
    at = datetime(2026, 1, 5, 10, 0, 0, 500_000, tzinfo=UTC)
    assert not is_new(OLD, at)
    assert is_new(OLD, at.replace(microsecond=499_999))


@pytest.mark.parametrize(
    ("submitted", "new"),
    [
        ("", True),
        ("hier", True),
        ("2026-01-19", False),
        ("2026-01-20", True),
        ("2026-01-20T00:00:00Z", False),
        ("2026-01-20T01:00:01+01:00", True),
        ("2026-01-20T00:59:59+01:00", False),
    ],
)
def test_the_sheet_and_the_list_of_documents_have_one_rule(submitted: str, new: bool) -> None:
    assert is_new(replace(OLD, submitted=submitted), SINCE) is new
    assert is_new(document("a", submitted=submitted), SINCE) is new
    assert not is_new(replace(OLD, submitted=submitted), None)
