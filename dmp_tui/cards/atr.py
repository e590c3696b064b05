"""Which card it is: by its ATR, and by the applications it selects where the ATR does not tell.

ATRs: ``smartcard_list.txt`` of pcsc-tools, ANS cryptolib CPS (``card-cps.c``), OpenSC ``card-iasecc.c``.
"""

from dmp_tui.cards.channel import Channel, exchange
from dmp_tui.cards.events import CardKind

AID_VITALE = bytes.fromhex("D250000002564954414C45")
AID_VITALE_MF = bytes.fromhex("D2500000024D465F564954414C45")
AID_CPS3 = bytes.fromhex("E828BD080F8025000001FF0010")
AID_CPS4 = bytes.fromhex("8025000001FF0100")
_AIDS_OF_PAYMENT = (b"1PAY.SYS.DDF01", b"2PAY.SYS.DDF01")

_MASKED: tuple[tuple[CardKind, str, str], ...] = (
    (CardKind.VITALE2, "3B 75 13 00 00 40 09 EA 90 00", "FF FF FF FF FF F0 FF EF FF FF"),
    (CardKind.VITALE1, "3F 65 25 00 22 09 09 90 00", "FF FF FF FF F1 FF 0F FF FF"),
    (CardKind.VITALE1, "3F 65 25 00 52 09 6A 90 00", "FF FF FF FF FF FF FF FF FF"),
    (CardKind.VITALE1, "3F 65 25 00 A0 09 6A 90 00", "FF FF FF FF F0 FF FF FF FF"),
    (
        CardKind.CPS2TER,
        "3B AC 00 40 2A 00 12 25 00 64 80 82 02 12 00 90 00",
        "FF FF FF FF FF FF FF FF FF FF FF FF 00 00 FF FF FF",
    ),
    (
        CardKind.CPS3,
        "3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00",
        "FF 00 00 00 00 FF FF FF FF FF FF FF FF 00 00 FF FF",
    ),
    (
        CardKind.CPS3,
        "3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E",
        "FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF",
    ),
    (
        CardKind.CPS4,
        "3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44",
        "FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF",
    ),
    (
        CardKind.CPS4,
        "3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44",
        "FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF",
    ),
    (
        CardKind.CPS4,
        "3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00",
        "FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF",
    ),
)
_TABLE = tuple((kind, bytes.fromhex(atr), bytes.fromhex(mask)) for kind, atr, mask in _MASKED)

_CB_HISTORICAL = bytes.fromhex("2063CB")
"""Historical bytes of the cards of the French CB scheme."""


def kind_of(atr: bytes) -> CardKind:
    """The kind that an ATR states; UNKNOWN where it does not tell (most bank cards): see ``identify``."""
    for kind, pattern, mask in _TABLE:
        if len(atr) == len(pattern) and all(a & m == p & m for a, p, m in zip(atr, pattern, mask, strict=True)):
            return kind
    return CardKind.BANK if _CB_HISTORICAL in atr else CardKind.UNKNOWN


def identify(channel: Channel) -> CardKind:
    """The kind of the card in a reader: by ATR, else by which application it lets select.

    Changes nothing on the card, and takes no transaction: it never waits for another program.

    Raises:
        CardError: REMOVED, UNREADABLE, IN_USE.
    """
    kind = kind_of(channel.atr)
    if kind is not CardKind.UNKNOWN:
        return kind
    candidates = [
        (CardKind.VITALE2, AID_VITALE_MF),
        (CardKind.CPS3, AID_CPS3),
        (CardKind.CPS4, AID_CPS4),
        *((CardKind.BANK, aid) for aid in _AIDS_OF_PAYMENT),
    ]
    for candidate, aid in candidates:
        if exchange(channel, bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid).ok:
            return candidate
    return CardKind.UNKNOWN
