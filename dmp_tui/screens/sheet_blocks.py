"""Blocks of the sheet: a name in a column of its own, and short texts that flow beside it over a few rows.

A block is given rows by the layout; what does not fit in them is counted, and Enter on the count opens it whole.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.i18n import _
from dmp_tui.widgets.line import FRAME, PLAIN, STRONG, Cell, Row
from dmp_tui.widgets.text import cut, wrap

NAMES = 11
"""Columns of the blocks' names."""


@dataclass(frozen=True, slots=True)
class Item:
    """A short text. ``lead`` stands before it and is no stop of the cursor; ``alone``: on a row of its own."""

    text: str
    style: Style = PLAIN
    key: Hashable | None = None
    lead: str = ""
    alone: bool = False
    joint: str = "  "
    """What parts it from the item before, on one row."""


@dataclass(frozen=True, slots=True)
class Block:
    """A name and its items. ``opens`` is the key of the count of what is kept back."""

    name: str
    opens: Hashable
    make: Callable[[int, bool], Sequence[Item]]
    """Items for a width, in their long or their short form."""
    style: Style = FRAME

    def want(self, width: int, *, long: bool = False) -> int:
        """Rows that it takes whole."""
        return len(flow(self.make(width - NAMES, long), width - NAMES))

    def rows(self, width: int, limit: int) -> list[Row]:
        """At most ``limit`` rows: the long form if it fits, else as much of the short one as does."""
        room = width - NAMES
        long = flow(self.make(room, True), room)
        items = self.make(room, False)
        placed = long if len(long) <= limit else flow(items, room)
        if len(placed) > limit:
            placed = self._kept(items, room, limit)
        rows: list[Row] = []
        for index, cells in enumerate(placed):
            name = (Cell(0, NAMES - 1, self.name, self.style),) if index == 0 else ()
            rows.append((*name, *(_moved(cell, NAMES) for cell in cells)))
        return rows

    def _kept(self, items: Sequence[Item], room: int, limit: int) -> list[Row]:
        """The most items that fit with their count; the count alone where not even one does."""
        # More than fit without their count cannot fit with it; how many do is found in a few steps, however many items.
        most = bisect_right(range(1, len(items)), limit, key=lambda count: len(flow(items[:count], room)))
        for count in range(most, 0, -1):
            placed = flow([*items[:count], self._count(len(items) - count)], room)
            if len(placed) <= limit:
                return placed
        # Not even one fits beside its count: its beginning does.
        last = self._count(len(items) - 1)
        lead = cell_len(items[0].lead) + 1 if items[0].lead else 0
        first = replace(items[0], text=cut(items[0].text, room - cell_len(last.text) - lead - 2), alone=False)
        return flow([first, last], room) if len(items) > 1 and limit else []

    def _count(self, kept_back: int) -> Item:
        return Item(_("+{count} (Entrée)").format(count=kept_back), STRONG, self.opens)


def flow(items: Sequence[Item], width: int) -> list[Row]:
    """Items one after the other, as many a row as fit."""
    rows: list[list[Cell]] = []
    at = 0
    alone = True
    for item in items:
        lead = f"{item.lead} " if item.lead else ""
        text = cut(item.text, max(width - cell_len(lead), 1))
        size = cell_len(lead) + cell_len(text)
        if not rows or alone or item.alone or at + cell_len(item.joint) + size > width:
            rows.append([])
            at = 0
        elif item.joint.strip():
            rows[-1].append(Cell(at, cell_len(item.joint), item.joint))
            at += cell_len(item.joint)
        else:
            at += cell_len(item.joint)
        if lead:
            rows[-1].append(Cell(at, cell_len(lead), lead))
            at += cell_len(lead)
        rows[-1].append(Cell(at, cell_len(text), text, item.style, item.key))
        at += cell_len(text)
        alone = item.alone
    return [tuple(row) for row in rows]


def folded(item: Item, width: int) -> list[Item]:
    """A text over as many rows as it takes; Enter on the first opens it."""
    first, *rest = wrap(item.text, width)
    alone = bool(rest) or item.alone
    return [replace(item, text=first, alone=alone), *(Item(text, item.style, alone=True) for text in rest)]


def _moved(cell: Cell, by: int) -> Cell:
    return Cell(cell.x + by, cell.width, cell.text, cell.style, cell.key)
