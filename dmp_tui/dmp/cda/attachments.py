"""Embedded files: the body of a level 1 document, and the media of a structured one. Decoded, never opened here."""

import binascii
import re
import zlib
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Attachment, DocumentError, DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

MAX_DECODED = 24 * 1024 * 1024
_TYPE_OF_DOCUMENT = "69764-9"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_URL_SAFE = str.maketrans("-_", "+/")
"""The alphabet of RFC 4648 section 5, which some software writes here."""
_SPACES = re.compile(r"\s+")


def body_attachment(text: "Element", title: str) -> Attachment:
    """The file that a ``nonXMLBody`` holds; a text body is a file of its characters.

    Raises:
        DocumentError: BAD_BASE64 or TOO_LARGE.
    """
    declared = squeeze(text.get("mediaType"))
    written = "".join(t for t in text.itertext() if isinstance(t, str))
    representation = (text.get("representation") or "").upper()
    if representation == "B64" or (not representation and _is_base64(written, declared)):
        content = unpacked(decoded(written, "nonXMLBody"), squeeze(text.get("compression")), "nonXMLBody")
        return Attachment(media_type_of(content, declared), content, title)
    return Attachment(declared or "text/plain", _plain(text).encode("utf-8"), title)


def _is_base64(written: str, media_type: str) -> bool:
    """Whether a body that names no representation is base64: not where it says that it is text."""
    if not media_type or media_type.lower().startswith("text/"):
        return False
    return bool(_BASE64.fullmatch(_SPACES.sub("", written)))


_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "text/rtf"),
)


def media_type_of(content: bytes, declared: str) -> str:
    """What a file is: by its first bytes where they tell, else as declared."""
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")
    return found or declared or "application/octet-stream"


_WINDOWS = {"ZL": zlib.MAX_WBITS, "GZ": zlib.MAX_WBITS | 16, "DF": -zlib.MAX_WBITS}
"""CDA's compressions (ED.compression) as zlib's window sizes: zlib, gzip, deflate."""


def unpacked(content: bytes, compression: str, place: str) -> bytes:
    """The bytes of an ED that says how it is compressed, at most MAX_DECODED; as they are where it does not.

    Raises:
        DocumentError: BAD_BASE64 (what is no such stream, or a compression that nobody reads) or TOO_LARGE.
    """
    if not compression:
        return content
    window = _WINDOWS.get(compression)
    if window is None:
        raise DocumentError(DocumentProblem.BAD_BASE64, place)
    inflater = zlib.decompressobj(window)
    try:
        plain = inflater.decompress(content, MAX_DECODED)
    except zlib.error as error:
        raise DocumentError(DocumentProblem.BAD_BASE64, place) from error
    if inflater.unconsumed_tail:
        raise DocumentError(DocumentProblem.TOO_LARGE, place)
    return plain


def _plain(text: "Element") -> str:
    """The lines of a text body as they were written; those of markup one below another."""
    if len(text):
        return "\n".join(piece for t in text.itertext() if isinstance(t, str) and (piece := " ".join(t.split())))
    return "\n".join(line.rstrip() for line in (text.text or "").strip("\r\n ").splitlines())


def decoded(text: str, place: str) -> bytes:
    """The bytes of a base64 text, white space ignored.

    Raises:
        DocumentError: BAD_BASE64 or TOO_LARGE.
    """
    compact = _SPACES.sub("", text).translate(_URL_SAFE)
    if len(compact) // 4 * 3 > MAX_DECODED:
        raise DocumentError(DocumentProblem.TOO_LARGE, place)
    try:
        return binascii.a2b_base64(compact.encode("ascii"), strict_mode=bool(compact))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise DocumentError(DocumentProblem.BAD_BASE64, place) from error


def media_names(body: "Element") -> "Mapping[str, tuple[str, str]]":
    """``{ID: (name, media type)}`` of the ``observationMedia`` of a body."""
    found = {}
    for media in body.iter("observationMedia"):
        value = media.find("value")
        if name := media.get("ID"):
            found[name] = (_title(media) or name, squeeze(value.get("mediaType")) if value is not None else "")
    return found


def embedded(body: "Element") -> tuple[list[Attachment], list[str]]:
    """The files of a structured body, and the names of those that could not be decoded."""
    files, failed = [], []
    for value in body.iter("value", "text"):
        media = value.getparent()
        if media is None or not (value.text or "").strip():
            continue
        alone = media.tag != "observationMedia"
        if (alone and value.get("representation") != "B64") or (not alone and value.tag != "value"):
            continue  # words, whatever their media type
        code = media.find("code") if alone else None
        own = display(code) if code is not None else ""
        name = own or _title(media) or media.get("ID") or ""
        try:
            content = decoded(value.text or "", "observationMedia")
            content = unpacked(content, squeeze(value.get("compression")), "observationMedia")
        except DocumentError:
            failed.append(name or "observationMedia")
            continue
        files.append(Attachment(media_type_of(content, squeeze(value.get("mediaType"))), content, name))
    return files, failed


def _title(media: "Element") -> str:
    """What the file is: the "type de document" beside it, else the code of its holder, or its section's title."""
    above = media.getparent()
    holder = above.getparent() if above is not None else None
    if holder is None:
        return ""
    for sibling in holder.iterfind("component/observation"):
        code = sibling.find("code")
        if code is not None and code.get("code") == _TYPE_OF_DOCUMENT and (value := sibling.find("value")) is not None:
            return display(value)
    if holder.tag == "section":
        return squeeze(holder.findtext("title"))
    code = holder.find("code")
    return display(code) if code is not None else ""
