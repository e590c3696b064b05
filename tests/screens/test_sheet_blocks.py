"""Blocks of the sheet: as many items as fit in their rows, and the count of the others."""

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.screens.sheet_blocks import NAMES, Block, Item, flow


def block(items: list[Item]) -> Block:
    return Block("NOM", "all", lambda _width, _long: items)


def test_a_block_of_very_many_items_keeps_what_fits() -> None:
    # In proportion to the items, or the test meets its timeout.
    rows = block([Item(f"item {number}", key=number) for number in range(20_000)]).rows(110, 5)
    shown = [cell for row in rows for cell in row if isinstance(cell.key, int)]
    assert len(rows) == 5
    assert rows[-1][-1].text == f"+{20_000 - len(shown)} (Entrée)"
    assert [cell.key for cell in shown] == list(range(len(shown)))


@given(st.lists(st.integers(1, 12), min_size=2, max_size=60), st.integers(40, 110), st.integers(1, 4))
def test_no_item_is_kept_back_that_would_fit(sizes: list[int], width: int, limit: int) -> None:
    items = [Item("x" * size, key=place) for place, size in enumerate(sizes)]
    room = width - NAMES
    rows = block(items).rows(width, limit)
    assert len(rows) <= limit
    shown = sum(isinstance(cell.key, int) for row in rows for cell in row)
    if shown == len(items):
        assert len(flow(items, room)) <= limit
    elif shown + 1 < len(items):
        counted = Item(f"+{len(items) - shown - 1} (Entrée)")
        assert len(flow([*items[: shown + 1], counted], room)) > limit
