"""FHIR ``Narrative.div`` (XHTML) as blocks. Text only: scripts and styles are dropped, images are named.

Well-formed XHTML goes through expat, which refuses any DTD here; what is not well formed is stripped of its tags, so
that no narrative is ever lost for being badly written. Both take time in proportion to the text.
"""

import html
import re
from xml.parsers import expat

from dmp_tui.dmp.narrative import Block, Items, Paragraph, Picture, Table

MAX_BLOCKS = 5_000
_SILENT = frozenset({"script", "style", "head", "title", "template"})
_PICTURES = frozenset({"img", "svg", "object", "embed", "iframe", "video", "audio", "canvas"})
_STRUCK = frozenset({"del", "s", "strike"})
"""What its author crossed out: the words stay, and say so."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "dt"})
_BREAKS = frozenset({"p", "div", "section", "article", "blockquote", "pre", "dd", "dl", "hr", "br", "header", "footer"})


_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_SILENT_ELEMENT = re.compile(r"<(script|style)\b[^<>]*>[^<]*", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"</?(?:p|div|br|tr|li|table|ul|ol|h[1-6]|hr)\b[^<>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"<(?:" + "|".join(sorted(_PICTURES)) + r")\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(alt|title|src|data|type)\s*=\s*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


class _RefusedError(Exception):
    """A DTD where none may be."""


def read_narrative(div: str) -> tuple[Block, ...]:
    """The blocks of a ``div``; at most ``MAX_BLOCKS``, the last of which then holds all that follows."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attrs: reader.start(_local(name), attrs)
    parser.EndElementHandler = lambda name: reader.end(_local(name))
    parser.CharacterDataHandler = reader.data
    try:
        # Some write several roots: one more around them makes them one.
        parser.Parse(f"<div>{_ENTITY.sub(_character, div)}</div>".encode("utf-8", "replace"), True)
    except (expat.ExpatError, _RefusedError):
        return _stripped(div)
    blocks = reader.finish()
    if len(blocks) <= MAX_BLOCKS:
        return blocks
    return (*blocks[: MAX_BLOCKS - 1], Paragraph(narrative_text(blocks[MAX_BLOCKS - 1 :])))


def _refuse(*_: object) -> None:
    raise _RefusedError


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _character(match: re.Match[str]) -> str:
    """HTML's named characters, which XML does not know; XML's own stay for its parser."""
    name = match.group(1)
    if name in _XML_ENTITIES:
        return match.group(0)
    text = html.unescape(match.group(0))
    return html.escape(text) if text != match.group(0) else html.escape(match.group(0))


def _stripped(div: str) -> tuple[Block, ...]:
    """The text of what is no XML, a paragraph a line."""
    text = _TAG.sub(" ", _BREAKING_TAG.sub("\n", _IMAGE.sub(_image, _SILENT_ELEMENT.sub(" ", div))))
    lines = [" ".join(line.split()) for line in html.unescape(text).splitlines()]
    kept = [line for line in lines if line]
    return tuple(Paragraph(line) for line in [*kept[: MAX_BLOCKS - 1], " ".join(kept[MAX_BLOCKS - 1 :])] if line)


def _image(match: re.Match[str]) -> str:
    attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(match.group(1))}
    return f"\n[{_picture(attributes).name}]\n"


def _picture(attributes: dict[str, str]) -> Picture:
    """A picture by its own name, else its address, else what it is: it is never dropped."""
    source = attributes.get("src") or attributes.get("data", "")
    media_type = attributes.get("type", "")
    if source.startswith("data:"):
        media_type = media_type or re.split("[;,]", source[5:85])[0]
        source = ""
    name = attributes.get("alt", "").strip() or attributes.get("title", "").strip() or source[:80].strip()
    return Picture(name or media_type or "image", media_type)


def narrative_text(blocks: tuple[Block, ...]) -> str:
    """All the words of blocks on one line."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(text=text):
                found.append(text)
            case Items(items=items):
                found += items
            case Table(rows=rows, header=header, caption=caption):
                found += [caption, *header, *(cell for row in rows for cell in row)]
            case Picture(name=name):
                found.append(name)
    return " ".join(" ".join(found).split())


class _Reader:
    """Collects text into the innermost open thing: a table cell, a list item, or a paragraph."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._text: list[str] = []
        self._silent = 0
        self._heading = False
        self._lists: list[bool] = []
        self._items: list[str] = []
        self._tables = 0
        self._rows: list[tuple[bool, list[str]]] = []
        self._caption = ""
        self._stray: list[str] = []
        self._at = 0

    def finish(self) -> tuple[Block, ...]:
        """What was read, with all that was left open."""
        self._close_list()
        self._tables = min(self._tables, 1)
        self._close_table()
        self._flush()
        return tuple(self._blocks)

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _PICTURES:
            self._picture(_picture(attrs))
        elif tag in _STRUCK:
            self._text.append(" [barré : ")
        elif tag in {"td", "th"}:
            self._cell(tag == "th", attrs.get("colspan", "1"))
        elif tag in {"table", "tr", "ul", "ol", "li"}:
            self._open(tag)
        elif tag in _HEADINGS:
            self._break()
            self._heading = True
        elif tag in _BREAKS:
            self._break()

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in {"td", "th"} and self._tables:
            self._end_cell()
        elif tag == "table":
            self._close_table()
        elif tag in {"ul", "ol"}:
            self._close_list()
        elif tag == "caption" and self._tables == 1:
            self._caption = f"{self._caption} {self._take()}".strip()
            self._heading = False
        elif tag in _STRUCK:
            self._text.append("] ")
        elif tag in _HEADINGS or tag in _BREAKS:
            self._break()

    def data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def _take(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        return text

    def _flush(self) -> None:
        """End of a paragraph, outside tables and lists."""
        if text := self._take():
            self._blocks.append(Paragraph(text, heading=self._heading))
        self._heading = False

    def _break(self) -> None:
        if self._tables or self._lists:
            self._text.append(" ")
        else:
            self._flush()

    def _open(self, tag: str) -> None:
        if tag == "table":
            if self._tables == 0:
                self._end_item()
            self._tables += 1
        elif tag == "tr" and self._tables == 1:
            self._end_cell()
            self._rows.append((True, []))
        elif self._tables:
            self._text.append(" ")
        elif tag in {"li", "tr"}:
            self._end_item()
        else:
            self._end_item()
            self._lists.append(tag == "ol")

    def _cell(self, header: bool, span: str) -> None:
        if self._tables != 1:
            self._text.append(" ")
            return
        self._end_cell()
        if not self._rows:
            self._rows.append((True, []))
        all_header, cells = self._rows[-1]
        self._rows[-1] = (all_header and header, cells)
        self._at = len(cells)
        cells.append("")
        cells.extend([""] * (min(int(span), 50) - 1 if re.fullmatch(r"[0-9]{1,3}", span) else 0))

    def _end_cell(self) -> None:
        if self._tables != 1:
            return
        text = self._take()
        if not self._rows or not self._rows[-1][1]:
            self._stray.append(text)
            return
        cells = self._rows[-1][1]
        cells[self._at] = f"{cells[self._at]} {text}".strip()

    def _close_table(self) -> None:
        if not self._tables:
            return
        self._tables -= 1
        if self._tables:
            return
        rows = [row for row in self._rows if row[1]]
        self._rows = []
        leftover = " ".join([*self._stray, self._take()]).strip()
        self._stray = []
        if rows:
            width = max(len(cells) for _, cells in rows)
            full = [(header, tuple(cells + [""] * (width - len(cells)))) for header, cells in rows]
            header = full[0][1] if full[0][0] else ()
            body = tuple(cells for _, cells in (full[1:] if header else full))
            self._blocks.append(Table(body, header, self._caption))
        elif self._caption:
            self._blocks.append(Paragraph(self._caption, heading=True))
        self._caption = ""
        if leftover:
            self._blocks.append(Paragraph(leftover))

    def _end_item(self) -> None:
        """End of a list item; of a paragraph outside lists."""
        if not self._lists:
            self._flush()
        elif text := self._take():
            self._items.append(text)

    def _close_list(self) -> None:
        if self._tables:
            self._text.append(" ")
            return
        self._end_item()
        if not self._lists:
            return
        ordered = self._lists.pop()
        if not self._lists and self._items:
            self._blocks.append(Items(tuple(self._items), ordered))
            self._items = []

    def _picture(self, picture: Picture) -> None:
        if self._tables or self._lists:
            self._text.append(f" [{picture.name}] ")
        else:
            self._flush()
            self._blocks.append(picture)
