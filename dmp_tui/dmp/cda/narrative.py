"""The narrative of a section (CDA ``text``): as blocks for a screen, and by IDs for the entries that point there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.narrative import Block, Items, Paragraph, Picture, Table

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_COLUMNS = 256
MAX_ROWSPAN = 1000
MAX_WORDS = 4000
_BLOCKS = frozenset({"paragraph", "list", "table", "renderMultiMedia", "observationMedia", "caption"})
_DASHES = frozenset("-–—/.")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. A cell that spans several rows or columns is repeated in each."""

    cells: tuple[str, ...]
    own: tuple[bool, ...]
    """Which cells begin here, as against those that a span repeats."""
    words: str
    """What the row says, cell after cell, empty ones left out, cut at MAX_WORDS."""
    headers: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    """The headers in capitals without accents."""

    def header(self, column: int) -> str:
        """The header above a column, empty if there is none."""
        return self.headers[column] if column < len(self.headers) else ""

    def heading(self, column: int) -> str:
        """The header above a column, in capitals without accents."""
        return self.folded[column] if column < len(self.folded) else ""


def _row_words(line: "list[_Cell]") -> str:
    kept = [
        one_line(cell.text)
        for i, cell in enumerate(line)
        if not is_blank(cell.text) and not (i and not cell.own and cell.text == line[i - 1].text)
    ]
    words = " · ".join(kept)
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


@dataclass(frozen=True, slots=True)
class Place:
    """What an ID of the narrative marks: its words and, in a table, its row and column (None for a whole row)."""

    text: str
    row: Row | None = None
    column: int | None = None

    @property
    def words(self) -> str:
        """The whole row or sentence around."""
        return self.row.words if self.row else one_line(self.text)


@dataclass(frozen=True, slots=True)
class Narrative:
    """A section's text: its blocks, its table rows (without header rows) and its IDs."""

    blocks: tuple[Block, ...] = ()
    rows: tuple[Row, ...] = ()
    marked: Mapping[str, tuple["Element", Row | None, int | None]] = field(default_factory=dict)
    plain: str = ""
    """All the words, block after block."""

    def find(self, reference: str | None) -> Place | None:
        """The place that a reference names; CI-SIS documents write it with and without its ``#``."""
        name = (reference or "").strip().removeprefix("#")
        found = self.marked.get(name) if name else None
        if found is None:
            return None
        element, row, column = found
        text = "" if element.tag == "tr" else flowing(element)
        if not text and row and column is not None:
            # an empty <content ID=".."/> beside the words that it is meant to mark
            text = row.cells[column].partition("\n")[0]
        return Place(text, row, column)


def one_line(text: str) -> str:
    """Words on one line."""
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Nothing, or the dashes by which people say that a cell stays empty."""
    said = text.strip()
    return not said or (len(said) <= 8 and set(said) <= _DASHES)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text=text):
            yield text
        case Items(items=items):
            yield from items
        case Table(rows=rows):
            yield from (" · ".join(one_line(cell) for cell in row if cell) for row in rows)
        case Picture():
            pass


# --- inline text ------------------------------------------------------------------------------------------------------


def flowing(element: "Element | None") -> str:
    """The text of an element as it reads: white space squeezed, ``br`` and inner blocks as line breaks."""
    if element is None:
        return ""
    pieces: list[str] = []
    _flow(element, pieces)
    lines = ("".join(pieces)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _flow(element: "Element", pieces: list[str]) -> None:
    pieces.append(_spaces(element.text))
    for child in element:
        _flow_child(child, pieces)
        pieces.append(_spaces(child.tail))


def _flow_child(child: "Element", pieces: list[str]) -> None:
    match child.tag:
        case "br":
            pieces.append("\n")
        case "img":
            pieces.append(f" [image {child.get('alt') or child.get('src') or ''}] ".replace(" ]", "]"))
        case "renderMultiMedia":
            pieces.append(f" [{flowing(child) or child.get('referencedObject') or ''}] ")
        case "linkHtml":
            inner = flowing(child)
            href = (child.get("href") or "").strip()
            pieces.append(
                f"{inner} ({href})" if inner and href and href != inner and not href.startswith("#") else inner or href
            )
        case "footnote":
            pieces.append(f" ({flowing(child)}) ")
        case "td" | "th":
            _flow(child, pieces)
            pieces.append(" · ")
        case "item":
            pieces.append("\n- ")
            _flow(child, pieces)
            pieces.append("\n")
        case "content" if child.get("revised") == "delete":
            pieces.append(f"[supprimé : {flowing(child)}]")
        case "paragraph" | "list" | "table" | "caption" | "tr" | "thead" | "tbody" | "tfoot":
            pieces.append("\n")
            _flow(child, pieces)
            pieces.append("\n")
        case _:
            _flow(child, pieces)


def _spaces(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")


# --- blocks -----------------------------------------------------------------------------------------------------------


def read_narrative(text: "Element | None", media: Mapping[str, tuple[str, str]]) -> Narrative:
    """The narrative of a section's ``text``; ``media`` gives (name, media type) of the objects it may show, by ID."""
    if text is None:
        return Narrative()
    blocks: list[Block] = []
    rows: list[Row] = []
    marked: dict[str, tuple[Element, Row | None, int | None]] = {}
    for element in text.iter():
        if name := element.get("ID"):
            marked.setdefault(name, (element, None, None))
    _blocks(text, _Building(blocks, rows, marked, media))
    plain = "\n".join(line for block in blocks for line in _lines(block) if line)
    return Narrative(_without_blank_ends(blocks), tuple(rows), marked, plain)


@dataclass(frozen=True, slots=True)
class _Building:
    blocks: list[Block]
    rows: list[Row]
    marked: dict[str, tuple["Element", Row | None, int | None]]
    media: Mapping[str, tuple[str, str]]


def _blocks(element: "Element", out: _Building) -> None:
    pieces = [_spaces(element.text)]
    for child in element:
        if child.tag in _BLOCKS or _holds_block(child):
            _flush(pieces, out)
            _block(child, out)
        else:
            _flow_child(child, pieces)
        pieces.append(_spaces(child.tail))
    _flush(pieces, out)


def _holds_block(element: "Element") -> bool:
    return element.tag in {"content", "footnote", "div"} and any(inner.tag in _BLOCKS for inner in element.iter())


def _flush(pieces: list[str], out: _Building) -> None:
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    pieces.clear()
    if text := "\n".join(line for line in lines if line):
        out.blocks.append(Paragraph(text))


def _is_blank_line(element: "Element") -> bool:
    """A paragraph of one hard space: how a blank line is written where it shall be seen."""
    return len(element) == 0 and (element.text or "").strip(" \t\r\n") == "\N{NO-BREAK SPACE}"


def _without_blank_ends(blocks: list[Block]) -> tuple[Block, ...]:
    blank = Paragraph("")
    kept = [place for place, block in enumerate(blocks) if block != blank]
    return tuple(blocks[kept[0] : kept[-1] + 1]) if kept else ()


def _block(element: "Element", out: _Building) -> None:
    match element.tag:
        case "table":
            _table(element, out)
        case "list":
            _list(element, out)
        case "caption":
            if text := flowing(element):
                out.blocks.append(Paragraph(text, heading=True))
        case "renderMultiMedia" | "observationMedia":
            names = (element.get("referencedObject") or element.get("ID") or "").split()
            for name in names or [""]:
                title, media_type = out.media.get(name.removeprefix("#"), (name, ""))
                out.blocks.append(Picture(flowing(element) or title or name, media_type))
        case "paragraph" if _is_blank_line(element):
            out.blocks.append(Paragraph(""))
        case _:
            _blocks(element, out)


def _list(element: "Element", out: _Building) -> None:
    ordered = element.get("listType") == "ordered"
    simple: list[str] = []

    def end_of_items() -> None:
        if simple:
            out.blocks.append(Items(tuple(simple), ordered))
            simple.clear()

    if text := one_line(_spaces(element.text)):
        simple.append(text)
    for item in element:
        if item.tag == "caption":
            end_of_items()
            _block(item, out)
        elif any(inner.tag in {"table", "renderMultiMedia"} for inner in item.iter()):
            end_of_items()
            (_blocks if item.tag == "item" else _block)(item, out)
        elif text := flowing(item):
            simple.append(text)
        if text := one_line(_spaces(item.tail)):
            simple.append(text)
    end_of_items()


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(table: "Element", out: _Building) -> None:
    head = [row for part in table.iterfind("thead") for row in part.iterfind("tr")]
    body = [
        row
        for part in table
        if part.tag in {"tbody", "tr", "tfoot"}
        for row in ([part] if part.tag == "tr" else part.iterfind("tr"))
    ]
    if not head and len(body) > 1 and len(body[0]) and all(cell.tag == "th" for cell in body[0]):
        head, body = body[:1], body[1:]
    head_grid, body_grid = _grid(head), _grid(body)
    width = max((len(line) for line in (*head_grid, *body_grid)), default=0)
    headers = tuple(_above(head_grid, column) for column in range(width)) if head_grid else ()
    folded = tuple(fold(header) for header in headers)
    for source, line in zip(body, body_grid, strict=True):
        cells = tuple(cell.text for cell in line)
        row = Row(cells, tuple(cell.own for cell in line), _row_words(line), headers, folded)
        out.rows.append(row)
        if name := source.get("ID"):
            out.marked[name] = (source, row, None)
        for column, cell in enumerate(line):
            if cell.own and cell.element is not None:
                for inner in cell.element.iter():
                    if name := inner.get("ID"):
                        out.marked[name] = (inner, row, column)
    caption = flowing(table.find("caption"))
    shown = tuple(_padded(line, width) for line in body_grid)
    header = _padded(head_grid[-1], width) if head_grid else ()
    upper = tuple(_padded(line, width) for line in head_grid[:-1])
    if shown or header:
        out.blocks.append(Table((*upper, *shown) if upper else shown, header, caption))
    elif caption:
        out.blocks.append(Paragraph(caption, heading=True))
    if astray := " ".join(_astray(table)):
        out.blocks.append(Paragraph(astray))
    for part in table.iter("renderMultiMedia"):
        _block(part, out)


_TABLE_PARTS = {
    "table": {"caption", "thead", "tbody", "tfoot", "tr", "col", "colgroup"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"td", "th"},
}


def _astray(part: "Element") -> Iterator[str]:
    """Words that a table holds outside of its cells, where they must not be: they are read all the same."""
    parts = _TABLE_PARTS[part.tag]
    own_caption = part.find("caption")
    if text := one_line(_spaces(part.text)):
        yield text
    for child in part:
        if child.tag not in parts or (child.tag == "caption" and child is not own_caption):
            if text := one_line(flowing(child)):
                yield text
        elif child.tag in _TABLE_PARTS:
            yield from _astray(child)
        if text := one_line(_spaces(child.tail)):
            yield text


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    own: bool
    element: "Element | None" = None


def _grid(rows: list["Element"]) -> list[list[_Cell]]:
    """Rows of cells with their spans laid out, never wider than MAX_COLUMNS (what is beyond joins the last cell)."""
    grid: list[list[_Cell]] = []
    hanging: dict[int, tuple[int, _Cell]] = {}
    for row in rows:
        line: list[_Cell] = []
        for element in row:
            if element.tag not in {"td", "th"}:
                continue
            _take_hanging(line, hanging)
            if len(line) >= MAX_COLUMNS:
                line[-1] = _Cell(f"{line[-1].text} {flowing(element)}", True, line[-1].element)
                continue
            cell = _Cell(flowing(element), True, element)
            width = min(_span(element, "colspan"), MAX_COLUMNS - len(line))
            height = _span(element, "rowspan")
            for offset in range(width):
                laid = cell if offset == 0 else _Cell(cell.text, False)
                if height > 1:
                    hanging[len(line)] = (height - 1, _Cell(cell.text, False))
                line.append(laid)
        _take_hanging(line, hanging)
        grid.append(line)
    return grid


def _take_hanging(line: list[_Cell], hanging: dict[int, tuple[int, _Cell]]) -> None:
    while (column := len(line)) in hanging and column < MAX_COLUMNS:
        left, cell = hanging.pop(column)
        if left > 1:
            hanging[column] = (left - 1, cell)
        line.append(cell)


def _span(element: "Element", name: str) -> int:
    text = (element.get(name) or "1").strip()
    return max(1, min(int(text), MAX_ROWSPAN)) if text.isdecimal() and len(text) < 6 else 1


def _above(head: list[list[_Cell]], column: int) -> str:
    texts = dict.fromkeys(one_line(line[column].text) for line in head if column < len(line))
    return " ".join(text for text in texts if text)


def _padded(line: list[_Cell], width: int) -> tuple[str, ...]:
    return (*(cell.text if cell.own else "" for cell in line), *([""] * (width - len(line))))
