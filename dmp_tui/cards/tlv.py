"""BER-TLV as smart cards hold it (ISO 7816-4, 5.2.2): read without trust, written for the virtual cards."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp_tui.cards.channel import CardError, CardProblem

_MAX_OBJECTS = 4096


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object. ``tag`` is the tag's bytes as one number (0x7F21)."""

    tag: int
    value: bytes

    def encoded(self) -> bytes:
        return encode(self.tag, self.value)


def encode(tag: int, *parts: bytes) -> bytes:
    """The tag, the length and the value that the parts make together."""
    value = b"".join(parts)
    head = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    if len(value) < 0x80:
        return head + bytes((len(value),)) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return head + bytes((0x80 | len(length),)) + length + value


def parse(data: bytes) -> tuple[Tlv, ...]:
    """The data objects of a file or of a template's value, one level of them. Padding (00 or FF) ends it.

    Raises:
        CardError: UNREADABLE if an object is cut short, or is none.
    """
    objects, ends = _objects(data)
    if ends is None:
        raise CardError(CardProblem.UNREADABLE)
    return objects


def end(data: bytes) -> int | None:
    """Where the objects end: the length of the data, less where padding follows; None if the last is cut short."""
    return _objects(data)[1]


def find(data: bytes, *path: int) -> bytes | None:
    """Value of the first object at ``path``: a tag, then a tag in its value, and so on. None if there is none.

    Raises:
        CardError: UNREADABLE.
    """
    value = data
    for tag in path:
        found = next((o.value for o in parse(value) if o.tag == tag), None)
        if found is None:
            return None
        value = found
    return value


def find_all(data: bytes, tag: int) -> Iterator[bytes]:
    """Values of all objects of that tag, on this level.

    Raises:
        CardError: UNREADABLE.
    """
    return (o.value for o in parse(data) if o.tag == tag)


def _objects(data: bytes) -> tuple[tuple[Tlv, ...], int | None]:
    """The whole objects of ``data`` and where they end; None for the end if the last one is cut short or malformed."""
    found: list[Tlv] = []
    at = 0
    while at < len(data) and data[at] not in {0x00, 0xFF}:
        header = _header(data, at)
        if header is None or len(found) >= _MAX_OBJECTS:
            return tuple(found), None
        tag, start, length = header
        if start + length > len(data):
            return tuple(found), None
        found.append(Tlv(tag, data[start : start + length]))
        at = start + length
    return tuple(found), at


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """``(tag, where the value starts, its length)``; None if malformed or cut short."""
    tag = data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        for _byte in range(3):
            if at >= len(data):
                return None
            tag = tag << 8 | data[at]
            at += 1
            if not tag & 0x80:
                break
        else:
            return None
    if at >= len(data):
        return None
    length = data[at]
    at += 1
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3 or at + size > len(data):
            return None
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    return tag, at, length
