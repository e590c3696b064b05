"""Our own tables are read strictly: no source, no fact."""

import pytest

from dmp_tui.dmp.facts import FactError, rows_of


def test_a_row_is_read_with_its_line_and_stripped() -> None:
    assert list(rows_of("a|source\n x | RCP, 4.3 \n", "t.csv", ("a", "source"))) == [
        (2, {"a": "x", "source": "RCP, 4.3"})
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a|source\nx|", "t.csv line 2: no source"),
        ("a|source\ny|RCP\nx|  ", "t.csv line 3: no source"),
        ("a|source\nx", "t.csv line 2: columns"),
        ("a|source\nx|RCP|z", "t.csv line 2: columns"),
        ("b|source\nx|RCP", "t.csv line 1: columns are a|source"),
        ("", "t.csv line 1: columns are a|source"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FactError) as error:
        list(rows_of(text, "t.csv", ("a", "source")))
    assert str(error.value) == said


def test_without_a_source_column_there_is_no_source() -> None:
    with pytest.raises(FactError):
        list(rows_of("a\nx", "t.csv"))
