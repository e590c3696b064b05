"""A virtual Vitale 2: the open files of the real one, with invented people."""

from collections.abc import Sequence

from dmp_tui.cards.atr import AID_VITALE, AID_VITALE_MF
from dmp_tui.cards.tlv import encode
from dmp_tui.cards.virtual.card import FileCard
from dmp_tui.cards.virtual.filesystem import Directory, File
from dmp_tui.cards.vitale import Beneficiary

ATR_VITALE2 = bytes.fromhex("3B7513000044 09EA9000")
_IDENTITY_SFI = 2
_NAME_LENGTH = 27
_PADDING = bytes(16)


class Vitale2(FileCard):
    """A Vitale 2 that says who its beneficiaries are.

    Names and birth dates lie in the master file, NIRs in the VITALE application, in the same order; a beneficiary
    without a NIR has zeros in its place.
    """

    def __init__(self, beneficiaries: Sequence[Beneficiary], atr: bytes = ATR_VITALE2) -> None:
        people = b"".join(_person(b) for b in beneficiaries) + _PADDING
        numbers = b"".join(encode(0x65, encode(0x93, _latin1(b.nir or "0" * 15))) for b in beneficiaries) + _PADDING
        vitale = Directory(
            0x0001,
            (File(0x2001, _pointers()), File(0x2010, numbers, sfi=_IDENTITY_SFI)),
            aids=(AID_VITALE,),
        )
        root = Directory(0x3F00, (File(0x2F10, people, sfi=_IDENTITY_SFI), vitale), aids=(AID_VITALE_MF,))
        super().__init__(atr, root)


def _person(beneficiary: Beneficiary) -> bytes:
    traits = beneficiary.traits
    birth = beneficiary.birth_text or (_eight_digits(beneficiary) if traits.birth else "")
    return encode(
        0x65,
        encode(0x80, _latin1(traits.family.ljust(_NAME_LENGTH))),
        encode(0x81, _latin1(traits.given.ljust(_NAME_LENGTH))),
        encode(0x82, _latin1(birth)),
        encode(0x90, _latin1(beneficiary.country)),
    )


def _eight_digits(beneficiary: Beneficiary) -> str:
    birth = beneficiary.traits.birth
    return f"{birth.year:04d}{birth.month:02d}{birth.day:02d}" if birth else ""


def _pointers() -> bytes:
    """EF 2001: the map of applications and files, as a real card's describes itself."""
    reference = b"\x01\x00"
    application = encode(0xA0, encode(0x82, reference, b"\x00\x00", AID_VITALE))
    return encode(0xE0, application, encode(0x80, b"IDENTITE", reference, b"\x20\x10"))


def _latin1(text: str) -> bytes:
    return text.encode("latin-1", errors="replace")
