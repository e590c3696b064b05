"""The narrative of a document laid out as rows: paragraphs wrapped, lists hung, tables fitted to the width."""

from collections.abc import Sequence

from rich.cells import cell_len

from dmp_tui.dmp.entries import Part
from dmp_tui.dmp.narrative import Block, Items, Paragraph, Picture, Table
from dmp_tui.i18n import _
from dmp_tui.widgets.line import FRAME, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import fit, visible, wrap

_NARROWEST = 6
"""Cells below which a table's columns are unreadable: the table is then shown as one field a row."""


def part_rows(parts: Sequence[Part], width: int) -> list[Row]:
    """Every section under its own title, deeper ones indented."""
    rows: list[Row] = []
    for part in parts:
        heading = "  " * min(part.depth, 4) + (visible(part.title) or _("(section sans titre)"))
        rows.append((title(heading, width),))
        if not part.blocks:
            rows.append(text_row(_("(section sans texte)"), width))
        for block in part.blocks:
            rows += block_rows(block, width)
    return rows


def block_rows(block: Block, width: int) -> list[Row]:
    """One block."""
    match block:
        case Paragraph(text, heading):
            style = STRONG if heading else PLAIN
            return [text_row(line, width, style) for line in wrap(text, width)]
        case Items(items, ordered):
            rows = []
            for number, item in enumerate(items, 1):
                bullet = f"{number}. " if ordered else "- "
                rows += [text_row(line, width) for line in wrap(bullet + item, width, " " * len(bullet))]
            return rows
        case Table():
            return _table_rows(block, width)
        case Picture(name, media_type):
            sentence = _("[image « {name} » {type} : elle ne peut pas être montrée dans un terminal]")
            return [text_row(line, width) for line in wrap(sentence.format(name=name, type=media_type), width)]


def text_rows(text: str, width: int) -> list[Row]:
    """Plain text, its own lines kept."""
    return [text_row(line, width) for line in wrap(text, width)]


def _table_rows(table: Table, width: int) -> list[Row]:
    rows: list[Row] = []
    if table.caption:
        rows += [text_row(line, width, STRONG) for line in wrap(table.caption, width)]
    grid = [row for row in (table.header, *table.rows) if row]
    columns = max((len(row) for row in grid), default=0)
    if not columns:
        return rows
    padded = [tuple(visible(cell) for cell in row) + ("",) * (columns - len(row)) for row in grid]
    widths = _column_widths(padded, width - 3 * (columns - 1))
    if min(widths) < _NARROWEST and columns > 1:
        return rows + _as_fields(table, width)
    for number, row in enumerate(padded):
        head = bool(table.header) and number == 0
        rows += _row_lines(row, widths, width, head=head)
        if head:
            rows.append(text_row("─┼─".join("─" * w for w in widths), width, FRAME))
    return rows


def _column_widths(grid: Sequence[Sequence[str]], room: int) -> list[int]:
    """Columns as wide as they want; where that is too much, the widest give until it fits."""
    wants = [max(*(cell_len(row[i]) for row in grid), 1) for i in range(len(grid[0]))]
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


def _row_lines(row: Sequence[str], widths: Sequence[int], width: int, *, head: bool) -> list[Row]:
    cells = [wrap(cell, w) for cell, w in zip(row, widths, strict=True)]
    height = max(len(lines) for lines in cells)
    out = []
    for i in range(height):
        parts = [fit(lines[i] if i < len(lines) else "", w) for lines, w in zip(cells, widths, strict=True)]
        out.append(text_row(" │ ".join(parts).rstrip(), width, STRONG if head else PLAIN))
    return out


def _as_fields(table: Table, width: int) -> list[Row]:
    """A table too wide for the terminal, one field a line: nothing is cut."""
    rows: list[Row] = []
    for row in table.rows:
        for i, cell in enumerate(row):
            if not cell.strip():
                continue
            name = table.header[i] if i < len(table.header) else ""
            text = f"{name} : {cell}" if name else cell
            rows += [text_row(line, width) for line in wrap(("  " if i else "- ") + text, width, "    ")]
    return rows
