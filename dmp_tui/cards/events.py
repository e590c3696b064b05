"""What came and went at the card readers."""

from dataclasses import dataclass
from enum import StrEnum

from dmp_tui.cards.channel import CardProblem


class CardKind(StrEnum):
    """The cards that lie on a French emergency desk."""

    VITALE2 = "vitale2"
    VITALE1 = "vitale1"
    CPS3 = "cps3"
    CPS2TER = "cps2ter"
    CPS4 = "cps4"
    BANK = "bank"
    UNKNOWN = "unknown"

    @property
    def vitale(self) -> bool:
        return self in {CardKind.VITALE1, CardKind.VITALE2}

    @property
    def cps(self) -> bool:
        return self in {CardKind.CPS2TER, CardKind.CPS3, CardKind.CPS4}

    @property
    def supported(self) -> bool:
        """Whether its content can be read by APDU; a CPS4 can be used by its PKCS#11 module only."""
        return self in {CardKind.VITALE2, CardKind.CPS3}


@dataclass(frozen=True, slots=True)
class ReaderArrived:
    """A reader is there."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderLeft:
    """A reader was unplugged. If a card was in it, CardRemoved came first."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card is in the reader. ``atr`` is empty if it stayed mute (upside down, say); ``kind`` is by ATR."""

    reader: str
    atr: bytes
    kind: CardKind


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The reader is empty again."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardsUnavailable:
    """Cards cannot be seen for now, and why.

    NO_SERVICE (it is tried again, and ReaderArrived says that it is back), NO_DRIVER (for good), NO_READER (none is
    plugged in), NO_HOTPLUG (cards are seen; a reader plugged in later is seen after some seconds).
    """

    problem: CardProblem


CardEvent = ReaderArrived | ReaderLeft | CardInserted | CardRemoved | CardsUnavailable
