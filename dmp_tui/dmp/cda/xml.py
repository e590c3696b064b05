"""Bytes of a CDA document -> an element tree without namespaces, or a problem. Bytes from outside are hostile."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmp_tui.dmp.entries import DocumentError, DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 200
MAX_MARKUP = 1_000_000
"""Most ``<`` and most ``=`` of a document: each may cost a node of some hundred bytes. Base64 holds next to none."""
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
HL7 = "urn:hl7-org:v3"

_DECLARATION = re.compile(r"""\s*<\?xml\s[^>]{0,200}?\?>""")
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ROOT = re.compile(r"<[^!?/\s]")
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-8",  # a declaration that can be read byte by byte is not in UTF-16, whatever it says
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
    "iso-8859-1": "cp1252",  # as HTML5 does: the bytes 80-9F of "Latin 1" files are those of windows-1252
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "iso8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    # of other countries' documents: Central European, Greek, Cyrillic, Turkish, and old Macintosh and DOS
    "iso-8859-2": "iso-8859-2",
    "windows-1250": "cp1250",
    "iso-8859-7": "iso-8859-7",
    "windows-1253": "cp1253",
    "iso-8859-5": "iso-8859-5",
    "windows-1251": "cp1251",
    "iso-8859-9": "iso-8859-9",
    "windows-1254": "cp1254",
    "iso-8859-4": "iso-8859-4",
    "iso-8859-13": "iso-8859-13",
    "windows-1257": "cp1257",
    "macintosh": "mac-roman",
    "ibm850": "cp850",
}


_TRIALS = {
    "utf-8": (("utf-8", "UTF-8"), ("cp1252", "windows-1252")),
    "cp1252": (("utf-8", "UTF-8"), ("cp1252", "windows-1252")),
    "iso-8859-15": (("utf-8", "UTF-8"), ("iso-8859-15", "ISO-8859-15")),
}
"""What is tried, by what is declared: text of one byte a letter is next to never valid UTF-8 by chance."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A root, its elements named without namespace. ``recoded``: "declared, read as" where these encodings differ."""

    root: "Element"
    recoded: str


def parse(content: bytes, limit: int = MAX_BYTES) -> Parsed:
    """The tree of an XML document: no DTD, no entities, no network, at most ``limit`` bytes and 200 levels.

    Raises:
        DocumentError: EMPTY, TOO_LARGE, FORBIDDEN_XML, TOO_DEEP or NOT_XML.
    """
    if len(content) > limit:
        raise DocumentError(DocumentProblem.TOO_LARGE)
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise DocumentError(DocumentProblem.EMPTY)
    text, recoded = _decode(content)
    root = _tree(_guarded(text))
    _flatten_names(root)
    return Parsed(root, recoded)


def _guarded(text: str) -> bytes:
    """What libxml2 is given: no declaration, no DTD, no more markup than memory is meant for.

    libxml2's own limits would refuse a large file in base64 (10 MB a text), so ours stand before them.

    Raises:
        DocumentError: FORBIDDEN_XML, TOO_LARGE or NOT_XML.
    """
    if text.count("<") > MAX_MARKUP or text.count("=") > MAX_MARKUP:
        raise DocumentError(DocumentProblem.TOO_LARGE, "markup")
    declaration = _DECLARATION.match(text)
    start = declaration.end() if declaration else 0
    prolog = _PROLOG.match(text, start)
    root = prolog.end() if prolog else start
    if text.startswith("<!DOCTYPE", root):
        raise DocumentError(DocumentProblem.FORBIDDEN_XML)
    if not _ROOT.match(text, root):  # nothing that libxml2 might still take for a DTD
        raise DocumentError(DocumentProblem.NOT_XML, f"line {text.count(chr(10), 0, root) + 1}")
    try:
        return (b"\n" * text.count("\n", 0, root)) + text[root:].encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(DocumentProblem.NOT_XML, "encoding") from error


def _decode(content: bytes) -> tuple[str, str]:
    """The text of a document, and "declared, read as" where the bytes are of another encoding than declared.

    Hospital software that declares UTF-8 and writes windows-1252, or the reverse, is common enough: read, and said.
    """
    named, encoding = "UTF-8", "utf-8"
    for bom, of_bom in _BOMS:
        if content.startswith(bom):
            encoding, content = of_bom, content[len(bom) :]
            break
    else:
        if match := _DECLARED.match(content[:400]):
            named = match.group(1).decode("ascii")
            encoding = _ENCODINGS.get(named.lower(), "")
        elif content[:2] in {b"<\x00", b"\x00<"}:
            encoding = "utf-16-le" if content[:1] == b"<" else "utf-16-be"
    for tried, name in _trials(encoding, named):
        try:
            text = content.decode(tried)
        except UnicodeDecodeError:
            continue
        return text, "" if tried == encoding or text.isascii() else f"déclaré {named}, lu comme {name}"
    raise DocumentError(DocumentProblem.NOT_XML, "encoding")


def _trials(encoding: str, named: str) -> "Sequence[tuple[str, str]]":
    """What is tried, one after the other, for an encoding; nothing for one that is not known."""
    if encoding.startswith("utf-16") or not encoding:
        return ((encoding, named),) if encoding else ()
    return _TRIALS.get(encoding, (("utf-8", "UTF-8"), (encoding, named)))


def _tree(body: bytes) -> "Element":
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        recover=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(_problem(error.msg), f"line {error.lineno}") from error
    except ValueError as error:
        raise DocumentError(DocumentProblem.NOT_XML) from error
    if root is None:
        raise DocumentError(DocumentProblem.NOT_XML)
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError(DocumentProblem.FORBIDDEN_XML)
    return root


def _problem(message: str | None) -> DocumentProblem:
    text = (message or "").lower()
    if "depth" in text:
        return DocumentProblem.TOO_DEEP
    if "huge" in text or "too long" in text or "resource limit" in text or "limit exceeded" in text:
        return DocumentProblem.TOO_LARGE
    if "entity" in text and "not defined" in text:
        return DocumentProblem.FORBIDDEN_XML
    return DocumentProblem.NOT_XML


def _flatten_names(root: "Element") -> None:
    """Take the namespaces off (CI-SIS mixes ``hl7``, ``pharm``, ``lab`` for one model) and refuse what is too deep."""
    level: list[Element] = [root]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise DocumentError(DocumentProblem.TOO_DEEP, f"line {level[0].sourceline}")
        following: list[Element] = []
        for element in level:
            tag = element.tag
            if not isinstance(tag, str):  # an entity reference left unresolved
                raise DocumentError(DocumentProblem.FORBIDDEN_XML, f"line {element.sourceline}")
            if "}" in tag:
                element.tag = tag.rpartition("}")[2]
            following.extend(element)
        level = following


def kind_of_value(element: "Element") -> str:
    """``xsi:type`` of a value without its prefix (``PQ``, ``CD``, ``IVL_TS``...); empty if none."""
    return (element.get(XSI_TYPE) or "").rpartition(":")[2]


def squeeze(text: str | None) -> str:
    """A text with every run of white space made one space."""
    return " ".join((text or "").split())
