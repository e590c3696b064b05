"""Lines of cells: what our screens are made of. A screen lays out rows once; widgets paint them as they are.

Few styles, and all of them attributes or the terminal's own sixteen colours: a change of style costs bytes on the
line, and every meaning is also a word or a sign.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from dmp_tui.widgets.text import fit

PLAIN = Style()
STRONG = Style(bold=True)
ALARM = Style(bold=True, color="red")
FRAME = Style(color="cyan")
BAR = Style(reverse=True)
CURSOR = Style(reverse=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """Text at a column. ``key`` is what Enter opens; a cell without one is not a stop of the cursor."""

    x: int
    width: int
    text: str
    style: Style = PLAIN
    key: Hashable | None = None


Row = tuple[Cell, ...]
"""Cells from left to right, not overlapping."""


def title(text: str, width: int, x: int = 0, right: str = "") -> Cell:
    """A section's title, ruled to the end of its column."""
    tail = f" {right}" if right else ""
    head = f"{text} "
    rule = "─" * max(0, width - cell_len(head) - cell_len(tail))
    return Cell(x, width, fit(head + rule + tail, width), FRAME)


def text_row(text: str, width: int, style: Style = PLAIN, key: Hashable | None = None) -> Row:
    """A row of one cell."""
    return (Cell(0, width, text, style, key),)


def beside(left: Sequence[Row], right: Sequence[Row]) -> list[Row]:
    """Two blocks side by side; the shorter one leaves its rows empty."""
    height = max(len(left), len(right))
    padded = [(*rows, *[()] * (height - len(rows))) for rows in (left, right)]
    return [(*a, *b) for a, b in zip(*padded, strict=True)]


def strip_of(cells: Iterable[Cell], width: int, cursor: Cell | None = None) -> Strip:
    """The cells of one row as a strip of exactly ``width`` cells, the cursor's cell in reverse video."""
    segments: list[Segment] = []
    at = 0
    for cell in cells:
        if cell.x > at:
            segments.append(Segment(" " * (cell.x - at), PLAIN))
        shown = fit(cell.text, min(cell.width, width - cell.x))
        segments.append(Segment(shown, CURSOR if cell is cursor else cell.style))
        at = cell.x + cell_len(shown)
    if at < width:
        segments.append(Segment(" " * (width - at), PLAIN))
    return Strip(segments, width)
