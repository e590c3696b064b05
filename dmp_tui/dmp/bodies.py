"""Words of a file that is no CDA, FHIR or PDF: plain text, RTF, HTML. Lenient, bounded, and no more than words."""

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


class Form(StrEnum):
    """What words were taken out of."""

    PLAIN = "plain"
    RTF = "rtf"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a file; its layout, its images and its links are not in them."""

    form: Form
    text: str


_RTF_TYPES = frozenset({"text/rtf", "application/rtf", "application/x-rtf", "text/richtext"})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def words_of(content: bytes, media_type: str) -> Words | None:
    """The words of a text, by its bytes and then by its media type; None for what is no text."""
    kind, _, rest = media_type.lower().partition(";")
    kind = kind.strip()
    if content.lstrip()[:5] == b"{\\rtf":
        return Words(Form.RTF, rtf_text(content))
    if kind in _HTML_TYPES:
        return Words(Form.HTML, html_text(content, _charset(rest)))
    if kind == "text/plain" or kind in _RTF_TYPES:
        return Words(Form.PLAIN, decoded_text(content, _charset(rest)))
    return None


def _charset(parameters: str) -> str:
    match = re.search(r"charset\s*=\s*\"?([a-z0-9._-]{1,40})", parameters)
    return match[1] if match else ""


def decoded_text(content: bytes, charset: str = "") -> str:
    """Text of a byte order mark, else of UTF-8, else as declared, else of windows-1252, which old software writes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(name, errors="replace")
    for name in ("utf-8", charset or "cp1252"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", errors="replace")


def html_text(content: bytes, charset: str = "") -> str:
    """The words of an HTML page, block after block; scripts and styles are none."""
    from lxml import etree

    text = decoded_text(content, charset).replace("\x00", "")
    # in a block of ours, so that a page of nothing has a root, too
    page = f"<div>{text}</div>".encode("utf-8", "replace")
    pieces: list[str] = []
    _html(etree.HTML(page, etree.HTMLParser(encoding="utf-8", no_network=True)), pieces)
    return _lines("".join(pieces))


def _html(element: "Element", pieces: list[str]) -> None:
    # libxml2 builds no HTML deeper than 256 levels
    tag = element.tag if isinstance(element.tag, str) else ""
    block = "\n" if tag in _HTML_BLOCKS else ""
    if tag and tag not in _HTML_SILENT:
        image = f"[image {element.get('alt') or ''}]".replace(" ]", "]") if tag == "img" else ""
        pieces += [block, image, _run(element.text)]
        for child in element:
            _html(child, pieces)
            pieces.append(_run(child.tail))
    pieces.append(" " if tag in {"td", "th"} else block)


def _run(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


_HTML_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
_HTML_SILENT = frozenset({"script", "style", "title", "head"})


# --- RTF --------------------------------------------------------------------------------------------------------------

_TOKENS = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_NO_WORDS = frozenset(
    {
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "listtable", "listoverridetable", "rsidtbl",
        "generator", "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "fldinst", "bkmkstart",
        "bkmkend", "revtbl", "filetbl", "template", "passwordhash", "userprops", "wgrffmtfilter", "mmathPr", "objdata",
        "nonshppict", "panose", "falt", "blipuid", "pgptbl", "shpinst",
    }
)  # fmt: skip
"""Groups of an RTF that hold settings and pictures, and no words."""
_CHARACTERS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "nestcell": "\t",
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emspace": " ", "enspace": " ", "nestrow": "\n",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}


def rtf_text(content: bytes) -> str:
    """The words of an RTF file, a line a paragraph, a tab a cell. Never raises: what is broken is left out."""
    reader = _Rtf()
    for match in _TOKENS.finditer(content):
        name, number, hexadecimal, symbol, brace, run = match.groups()
        if brace:
            reader.brace(brace)
        elif name is not None:
            reader.control(name.decode("ascii"), number)
        elif symbol == b"*":
            reader.silence()
        elif symbol is not None:
            reader.say(_SYMBOLS.get(symbol.decode("latin-1"), ""))
        else:
            reader.say((run or bytes.fromhex((hexadecimal or b"").decode("ascii"))).decode(reader.codepage, "replace"))
    return _lines("".join(reader.pieces))


@dataclass(slots=True)
class _Group:
    """What holds within one pair of braces."""

    silent: bool = False
    unicode_skip: int = 1


class _Rtf:
    """The state of an RTF that is read from its beginning to its end."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.codepage = "cp1252"
        self._groups = [_Group()]
        self._skip = 0
        """Characters still to come that only stand for a Unicode one, for readers that know none."""
        self._opened = False

    def brace(self, brace: bytes) -> None:
        """A group begins or ends."""
        self._skip, self._opened = 0, brace == b"{"
        if self._opened:
            group = self._groups[-1]
            self._groups.append(_Group(group.silent, group.unicode_skip))
        elif len(self._groups) > 1:
            self._groups.pop()

    def silence(self) -> None:
        """The group is of a kind that may be left out ("\\*")."""
        self._groups[-1].silent, self._opened = True, False

    def control(self, word: str, number: bytes | None) -> None:
        """A control word."""
        group = self._groups[-1]
        if self._opened and word in _NO_WORDS:
            group.silent = True
        self._opened = False
        if word == "ansicpg":
            self.codepage = _codepage(number, self.codepage)
        elif word == "uc":
            group.unicode_skip = max(0, min(int(number or b"1"), 8))
        elif word == "u" and number is not None:
            self._skip = 0
            self.say(_character(int(number)))
            self._skip = group.unicode_skip
        elif not group.silent:
            self.pieces.append(_CHARACTERS.get(word, ""))

    def say(self, text: str) -> None:
        """Words of the group."""
        self._opened = False
        taken = min(self._skip, len(text))
        self._skip -= taken
        if not self._groups[-1].silent:
            self.pieces.append(text[taken:])


def _codepage(number: bytes | None, known: str) -> str:
    name = f"cp{int(number or b'1252')}"
    try:
        codecs.lookup(name)
    except LookupError:
        return known
    return name


def _character(number: int) -> str:
    code = number + 65536 if number < 0 else number
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else ""


def _lines(text: str) -> str:
    """Lines without the space at their ends, at most one empty line between two."""
    lines = "\n".join(line.strip(" ") for line in text.replace("\x00", "").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n ")
