"""Numbers as plots."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.screens.trend import plot, spark

D = Decimal
LEVELS = "▁▂▃▄▅▆▇█"


def test_the_oldest_is_left_and_the_highest_highest() -> None:
    assert spark([D(1), D(2), D(3)], None, 8) == "▁▅█"
    assert spark([D(1), D(2), D(3), D(4)], None, 2) == "▁█"


def test_the_range_is_in_the_scale() -> None:
    assert spark([D(4), D(5)], (D(2), D(10)), 8) == "▃▄"
    assert spark([D(4), D(5)], (None, D(5)), 8) == "▁█"


def test_one_number_is_no_trend_and_a_flat_one_is_flat() -> None:
    assert spark([D(1)], None, 8) == ""
    assert len(set(spark([D(3), D(3)], None, 8))) == 1


def test_a_plot_stands_on_its_lowest_row() -> None:
    rows = plot([D(0), D(10)], (None, D(5)), 10, 4)
    assert [row[-1] for row in rows] == ["█"] * 4
    assert [row[0] for row in rows] == [" ", "·", " ", "▁"]


@given(st.lists(st.decimals(-1000, 1000, places=1), min_size=2, max_size=30), st.integers(2, 40), st.integers(1, 8))
def test_order_is_kept(numbers: list[Decimal], width: int, height: int) -> None:
    shown = spark(numbers, None, width)
    kept = numbers[-width:]
    assert len(shown) == len(kept)
    for (a, one), (b, other) in zip(
        zip(kept, shown, strict=True), zip(kept[1:], shown[1:], strict=False), strict=False
    ):
        if a < b:
            assert LEVELS.index(one) <= LEVELS.index(other)
    assert all(len(row) <= width for row in plot(numbers, None, width, height))
