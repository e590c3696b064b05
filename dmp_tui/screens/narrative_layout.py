"""The narrative of a document laid out in passages: titles, paragraphs, items and rows of tables, each fitted to the
width. A passage is what the search finds and what copying takes, whole, however many rows it takes on the screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Part
from dmp_tui.dmp.narrative import Block, Items, Paragraph, Picture, Table
from dmp_tui.i18n import _
from dmp_tui.widgets.line import FRAME, PLAIN, STRONG, title
from dmp_tui.widgets.text import fit, visible, wrap

_NARROWEST = 6
"""Cells below which a table's columns are unreadable: the table is then shown as one field a row."""


@dataclass(frozen=True, slots=True)
class Passage:
    """``text`` as it is written, in one piece (empty: mere decoration), and ``lines`` as they are shown."""

    text: str
    lines: tuple[str, ...]
    style: Style = PLAIN
    section: bool = False
    """It is the title of a section."""
    link: str = ""
    """Id of the document that Enter opens."""


def section(text: str, width: int) -> Passage:
    """The title of a section, ruled; a long one takes the rows it needs."""
    first, *more = wrap(text, width, "  ")
    return Passage(visible(text).strip(), (title(first, width).text, *more), FRAME, section=True)


def passage(text: str, width: int, style: Style = PLAIN, indent: str = "", link: str = "") -> Passage:
    """A text in as many rows as it takes."""
    return Passage(text, tuple(wrap(text, width, indent)), style, link=link)


def part_passages(parts: Sequence[Part], width: int) -> list[Passage]:
    """Every section under its own title, deeper ones indented."""
    found: list[Passage] = []
    for part in parts:
        found.append(section("  " * min(part.depth, 4) + (visible(part.title) or _("(section sans titre)")), width))
        if not part.blocks:
            found.append(passage(_("(section sans texte)"), width))
        if part.coded:
            found.append(passage(_("(sans texte de l'auteur : écrit d'après les données codées)"), width))
        for block in part.blocks:
            found += block_passages(block, width)
    return found


def block_passages(block: Block, width: int) -> list[Passage]:
    """One block."""
    match block:
        case Paragraph(text, heading):
            return [passage(text, width, STRONG if heading else PLAIN)]
        case Items(items, ordered):
            bullets = (f"{number}. " if ordered else "- " for number in range(1, len(items) + 1))
            return [
                Passage(item, tuple(wrap(bullet + item, width, " " * len(bullet))))
                for bullet, item in zip(bullets, items, strict=True)
            ]
        case Table():
            return list(_table(block, width))
        case Picture(name, media_type):
            sentence = _("[image « {name} » {type} : elle ne peut pas être montrée dans un terminal]")
            return [passage(sentence.format(name=name, type=media_type), width)]


def text_passages(text: str, width: int) -> list[Passage]:
    """Plain text, its own lines kept: each is a passage."""
    return [passage(line, width) for line in text.splitlines()]


def _table(table: Table, width: int) -> Iterator[Passage]:
    if table.caption:
        yield passage(table.caption, width, STRONG)
    grid = [row for row in (table.header, *table.rows) if row]
    columns = max((len(row) for row in grid), default=0)
    if not columns:
        return
    padded = [tuple(visible(cell) for cell in row) + ("",) * (columns - len(row)) for row in grid]
    widths = _column_widths(padded, width - 3 * (columns - 1))
    if min(widths) < _NARROWEST and columns > 1:
        yield from _as_fields(table, width)
        return
    for number, row in enumerate(padded):
        head = bool(table.header) and number == 0
        yield Passage(_joined(row), tuple(_row_lines(row, widths)), STRONG if head else PLAIN)
        if head:
            yield Passage("", ("─┼─".join("─" * w for w in widths),), FRAME)


def _joined(cells: Sequence[str]) -> str:
    """The cells of a row as one text."""
    return " | ".join(cell.strip() for cell in cells)


def _column_widths(grid: Sequence[Sequence[str]], room: int) -> list[int]:
    """Columns as wide as they want; where that is too much, the widest give until it fits."""
    wants = [max(1, *(cell_len(row[i]) for row in grid)) for i in range(len(grid[0]))]
    excess = sum(wants) - room
    while excess > 0:
        widest = max(range(len(wants)), key=wants.__getitem__)
        others = sorted(wants, reverse=True)
        floor = others[1] if len(others) > 1 else 1
        give = max(1, min(excess, wants[widest] - floor))
        if wants[widest] <= 1:
            break
        wants[widest] -= min(give, wants[widest] - 1)
        excess = sum(wants) - room
    return wants


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [wrap(cell, w) for cell, w in zip(row, widths, strict=True)]
    for i in range(max(len(lines) for lines in cells)):
        parts = [fit(lines[i] if i < len(lines) else "", w) for lines, w in zip(cells, widths, strict=True)]
        yield " │ ".join(parts).rstrip()


def _as_fields(table: Table, width: int) -> Iterator[Passage]:
    """A table too wide for the terminal, one field a line: nothing is cut."""
    for row in table.rows:
        lines: list[str] = []
        for i, cell in enumerate(row):
            if not cell.strip():
                continue
            name = table.header[i] if i < len(table.header) else ""
            text = f"{name} : {cell}" if name else cell
            lines += wrap(("  " if lines else "- ") + text, width, "    ")
        if lines:
            yield Passage(_joined([visible(cell) for cell in row]), tuple(lines))
