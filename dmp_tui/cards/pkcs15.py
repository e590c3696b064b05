"""The PKCS#15 directory of a card: which keys, certificates, data and PINs it has, and where (ISO 7816-15)."""

from collections.abc import Iterator
from dataclasses import dataclass

from dmp_tui.cards import tlv
from dmp_tui.cards.channel import CardError, CardProblem

_SEQUENCE, _OCTETS, _INTEGER, _BITS, _UTF8, _ENUMERATED = 0x30, 0x04, 0x02, 0x03, 0x0C, 0x0A
_TYPE_ATTRIBUTES = 0xA1
_NEEDS_PADDING = 0x04
"""Bit 5 of the PIN flags, counted from the first."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where an object lies: a path from the MF, and which part of the file (``length`` 0: all)."""

    path: bytes
    offset: int = 0
    length: int = 0

    def part(self, content: bytes) -> bytes:
        end = self.offset + self.length if self.length else len(content)
        return content[self.offset : end]


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of a directory file: a certificate, a data object."""

    label: str
    id: bytes
    path: Path
    protected: bool
    """Readable only after the PIN."""


@dataclass(frozen=True, slots=True)
class Key:
    """A private key."""

    label: str
    id: bytes
    reference: int


@dataclass(frozen=True, slots=True)
class Pin:
    """How a PIN is given to the card."""

    reference: int
    minimum: int
    maximum: int
    padded_to: int
    """Length that it is padded to, 0 if it is sent as it is."""
    padding: int

    def encoded(self, pin: str) -> bytes:
        """The bytes that VERIFY takes.

        Raises:
            CardError: PIN_FORMAT.
        """
        if not (pin.isascii() and pin.isdecimal() and self.minimum <= len(pin) <= self.maximum):
            raise CardError(CardProblem.PIN_FORMAT)
        return pin.encode("ascii").ljust(self.padded_to, bytes((self.padding,)))


@dataclass(frozen=True, slots=True)
class Directories:
    """Paths that the object directory file (ODF) gives, in its order."""

    private_keys: tuple[Path, ...]
    certificates: tuple[Path, ...]
    data: tuple[Path, ...]
    pins: tuple[Path, ...]


def parse_odf(content: bytes) -> Directories:
    """Raises CardError UNREADABLE."""
    objects = tlv.parse(content)

    def paths(*tags: int) -> tuple[Path, ...]:
        return tuple(_path(tlv.find(o.value, _SEQUENCE) or b"") for o in objects if o.tag in tags)

    # A5 and A6 hold the certificates of authorities, apart from the holder's own.
    return Directories(paths(0xA0), paths(0xA4, 0xA5, 0xA6), paths(0xA7), paths(0xA8))


def parse_keys(content: bytes) -> Iterator[Key]:
    """RSA private keys of a PrKDF. Raises CardError UNREADABLE."""
    for value in tlv.find_all(content, _SEQUENCE):
        common, key = _first_two(value)
        reference = tlv.find(key, _INTEGER)
        if reference is not None:
            yield Key(_label(common), tlv.find(key, _OCTETS) or b"", int.from_bytes(reference, "big") & 0xFF)


def parse_entries(content: bytes) -> Iterator[Entry]:
    """Certificates of a CDF, or data objects of a DODF. Objects that are not in a file are left out.

    Raises:
        CardError: UNREADABLE.
    """
    for value in tlv.find_all(content, _SEQUENCE):
        common, own = _first_two(value)
        attributes = tlv.find(value, _TYPE_ATTRIBUTES) or b""
        # A certificate's type attributes are a SEQUENCE around its Path; a data object's may be the Path itself.
        outer = tlv.find(attributes, _SEQUENCE) or b""
        path = tlv.find(outer, _SEQUENCE) or outer
        if tlv.find(path, _OCTETS):
            protected = tlv.find(common, _OCTETS) is not None
            yield Entry(_label(common), tlv.find(own, _OCTETS) or b"", _path(path), protected)


def parse_pins(content: bytes) -> Iterator[Pin]:
    """PINs of an AODF. Raises CardError UNREADABLE."""
    for value in tlv.find_all(content, _SEQUENCE):
        attributes = tlv.find(value, _TYPE_ATTRIBUTES, _SEQUENCE)
        if attributes is None:
            continue
        flags = tlv.find(attributes, _BITS) or b"\x00"
        lengths = [int.from_bytes(o.value, "big") for o in tlv.parse(attributes) if o.tag == _INTEGER]
        if len(lengths) < 2:
            raise CardError(CardProblem.UNREADABLE)
        minimum, stored, *maximum = lengths
        padded = len(flags) > 1 and bool(flags[1] & _NEEDS_PADDING)
        yield Pin(
            reference=int.from_bytes(tlv.find(attributes, 0x80) or b"\x00", "big") & 0xFF,
            minimum=minimum,
            maximum=maximum[0] if maximum else stored,
            padded_to=min(stored, 0xFF) if padded else 0,
            padding=(tlv.find(attributes, _OCTETS) or b"\x00")[0],
        )


def _first_two(value: bytes) -> tuple[bytes, bytes]:
    """Common attributes and class attributes of an object."""
    sequences = list(tlv.find_all(value, _SEQUENCE))
    if len(sequences) < 2:
        raise CardError(CardProblem.UNREADABLE)
    return sequences[0], sequences[1]


def _label(common: bytes) -> str:
    return (tlv.find(common, _UTF8) or b"").decode("utf-8", errors="replace").strip("\x00 ")


def _path(value: bytes) -> Path:
    path = tlv.find(value, _OCTETS)
    if not path:
        raise CardError(CardProblem.UNREADABLE)
    offset, length = tlv.find(value, _INTEGER), tlv.find(value, 0x80)
    return Path(path, int.from_bytes(offset or b"", "big"), int.from_bytes(length or b"", "big"))
