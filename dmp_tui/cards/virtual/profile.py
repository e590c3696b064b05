"""The PKCS#15 directory that a virtual CPS3 describes itself with (ISO 7816-15), as OpenSC and cryptolibs read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmp_tui.cards.tlv import encode

APPLICATION = bytes.fromhex("3F000001")
"""Path of the PKCS#15 application."""
ODF, TOKEN_INFO, PRKDF, CDF, DODF, AODF = 0x5031, 0x5032, 0x7001, 0x7002, 0x7003, 0x7004

_AUTH_ID = b"\x01"
_SEQUENCE, _OCTETS, _INTEGER, _BITS, _UTF8, _ENUMERATED, _OID, _NULL = 0x30, 0x04, 0x02, 0x03, 0x0C, 0x0A, 0x06, 0x05
_PRIVATE = b"\x07\x80"
_PRIVATE_MODIFIABLE = b"\x06\xc0"

# reference on the card, PKCS#11 mechanism, operation (bit string), object identifier
_ALGORITHMS = (
    (0x10, 0x0220, "0102", "2B0E03021A"),  # SHA-1: hash
    (0x40, 0x0250, "0102", "608648016503040201"),  # SHA-256: hash
    (0x12, 0x0006, "0640", "2A864886F70D010105"),  # SHA-1 with RSA: sign
    (0x42, 0x0040, "0640", "2A864886F70D01010B"),  # SHA-256 with RSA: sign
    (0x02, 0x0001, "0640", "2A864886F70D010101"),  # RSA: authenticate
    (0x1A, 0x0001, "0204", "2A864886F70D010101"),  # RSA: decipher
)


@dataclass(frozen=True, slots=True)
class KeyObject:
    """A private key of the card."""

    label: str
    id: bytes
    reference: int
    usage: bytes
    """Bit string of PKCS#15 usages: ``0520`` sign, ``060040`` nonRepudiation."""
    bits: int


@dataclass(frozen=True, slots=True)
class FileObject:
    """A certificate or a data object, and the file that it lies in."""

    label: str
    id: bytes
    fid: int
    pin: bool = False


def odf() -> bytes:
    """Object directory file: where the other four are."""
    directories = ((0xA0, PRKDF), (0xA4, CDF), (0xA7, DODF), (0xA8, AODF))
    return b"".join(encode(tag, _path(fid)) for tag, fid in directories)


def token_info(label: str, serial: bytes) -> bytes:
    """Label, serial number and algorithms of the card."""
    algorithms = (
        encode(
            _SEQUENCE,
            encode(_INTEGER, bytes((number,))),
            encode(_INTEGER, mechanism.to_bytes(2, "big")),
            encode(_NULL),
            encode(_BITS, bytes.fromhex(operation)),
            encode(_OID, bytes.fromhex(oid)),
            encode(_INTEGER, bytes((reference,))),
        )
        for number, (reference, mechanism, operation, oid) in enumerate(_ALGORITHMS, start=1)
    )
    return encode(
        _SEQUENCE,
        encode(_INTEGER, b"\x00"),
        encode(_OCTETS, serial),
        encode(_UTF8, b"dmp-tui"),
        encode(0x80, label.encode("utf-8")),
        encode(_BITS, b"\x05\x20"),
        encode(0xA2, *algorithms),
    )


def prkdf(keys: Sequence[KeyObject]) -> bytes:
    """Private keys; they lie in the application itself."""
    return b"".join(
        encode(
            _SEQUENCE,
            encode(
                _SEQUENCE,
                encode(_UTF8, key.label.encode("utf-8")),
                encode(_BITS, _PRIVATE),
                encode(_OCTETS, _AUTH_ID),
            ),
            encode(
                _SEQUENCE,
                encode(_OCTETS, key.id),
                encode(_BITS, key.usage),
                encode(_BITS, b"\x03\xb8"),
                encode(_INTEGER, bytes((0x00, key.reference))),
            ),
            encode(
                0xA1,
                encode(
                    _SEQUENCE,
                    encode(_SEQUENCE, encode(_OCTETS, APPLICATION)),
                    encode(_INTEGER, key.bits.to_bytes(2, "big")),
                ),
            ),
        )
        for key in keys
    )


def cdf(certificates: Sequence[FileObject]) -> bytes:
    """Certificates."""
    return b"".join(
        encode(
            _SEQUENCE,
            encode(_SEQUENCE, encode(_UTF8, certificate.label.encode("utf-8")), encode(_BITS, b"\x00")),
            encode(_SEQUENCE, encode(_OCTETS, certificate.id)),
            encode(0xA1, encode(_SEQUENCE, _path(certificate.fid))),
        )
        for certificate in certificates
    )


def dodf(objects: Sequence[FileObject]) -> bytes:
    """Data objects; those behind the PIN name it."""
    return b"".join(
        encode(
            _SEQUENCE,
            encode(
                _SEQUENCE,
                encode(_UTF8, entry.label.encode("utf-8")),
                encode(_BITS, _PRIVATE_MODIFIABLE if entry.pin else b"\x00"),
                encode(_OCTETS, _AUTH_ID) if entry.pin else b"",
            ),
            encode(_SEQUENCE, encode(_UTF8, entry.label.encode("utf-8"))),
            encode(0xA1, _path(entry.fid)),
        )
        for entry in objects
    )


def aodf(reference: int, digits: int) -> bytes:
    """The one PIN: so many ASCII digits, sent as they are."""
    length = bytes((digits,))
    return encode(
        _SEQUENCE,
        encode(_SEQUENCE, encode(_UTF8, b"Code porteur"), encode(_BITS, _PRIVATE_MODIFIABLE)),
        encode(_SEQUENCE, encode(_OCTETS, _AUTH_ID)),
        encode(
            0xA1,
            encode(
                _SEQUENCE,
                encode(_BITS, b"\x03\x88"),
                encode(_ENUMERATED, b"\x01"),
                encode(_INTEGER, length),
                encode(_INTEGER, length),
                encode(_INTEGER, length),
                encode(0x80, bytes((reference,))),
                encode(_SEQUENCE, encode(_OCTETS, b"\x3f\x00")),
            ),
        ),
    )


def _path(fid: int) -> bytes:
    return encode(_SEQUENCE, encode(_OCTETS, APPLICATION + fid.to_bytes(2, "big")))
