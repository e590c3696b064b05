"""A channel of APDUs to one card (ISO 7816-4), whatever carries it, and what can go wrong on the way."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_MAX_ANSWER = 65_536
_MAX_FOLLOW_UPS = 260


class CardProblem(StrEnum):
    """What is wrong with a card, a reader or the service; the interface says each in one sentence."""

    REMOVED = "removed"
    """The card, or its reader, went away: in the middle of an exchange too."""
    NO_CARD = "no-card"
    NO_READER = "no-reader"
    NO_SERVICE = "no-service"
    """pcscd does not run, or stopped."""
    NO_DRIVER = "no-driver"
    """The Python module or the PKCS#11 module that this needs is not installed."""
    NO_HOTPLUG = "no-hotplug"
    """The PC/SC service cannot say that a reader was plugged in: the list of readers is read again at intervals."""
    IN_USE = "in-use"
    """Another program holds the card for itself."""
    UNREADABLE = "unreadable"
    """The card answers nothing, or something that is not what its kind answers."""
    WRONG_KIND = "wrong-kind"
    """Another card than the one that this reading is for."""
    PIN_FORMAT = "pin-format"
    """Not as many digits as the card wants: nothing was sent to the card, no try was spent."""
    PIN_WRONG = "pin-wrong"
    PIN_BLOCKED = "pin-blocked"
    PIN_NEEDED = "pin-needed"
    """The card forgot the PIN (it was reset), or was never given it."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REFUSED = "refused"
    """The card, or its module, refused for a reason of its own."""
    CACHE_WRITABLE = "cache-writable"
    """The PKCS#11 module would leave PIN-protected files of the card in clear on this machine."""


class CardError(Exception):
    """A card that cannot be used. Holds the kind of problem, never what the card said nor what it was told."""

    def __init__(self, problem: CardProblem, tries_left: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.tries_left = tries_left
        """For PIN_WRONG and PIN_BLOCKED: how many tries the card still allows, None if it does not say."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a card answered: data and status word (ISO 7816-4, 5.1)."""

    data: bytes
    sw: int

    @property
    def ok(self) -> bool:
        return self.sw == 0x9000


class Channel(Protocol):
    """An open connection to the card in one reader. Every method raises CardError, REMOVED if the card is gone."""

    @property
    def atr(self) -> bytes: ...

    def transmit(self, apdu: bytes) -> Response:
        """Send one APDU and return the answer as it came."""

    def transaction(self) -> AbstractContextManager[None]:
        """Keep other programs from the card for as long as the block lasts."""

    def close(self, reset: bool = True) -> None:
        """Let the card go, by default reset, which makes it forget its PIN. Never raises; twice is the same as once."""


def exchange(channel: Channel, apdu: bytes) -> Response:
    """Send an APDU and follow what T=0 asks for: GET RESPONSE after 61xx, the same again after 6Cxx (ISO 7816-3, 12.2).

    Raises:
        CardError: what the channel raises; UNREADABLE for a card that never comes to an end.
    """
    response = channel.transmit(apdu)
    data = b""
    for _round in range(_MAX_FOLLOW_UPS):
        sw1, sw2 = divmod(response.sw, 0x100)
        if sw1 == 0x61:
            data += response.data
            response = channel.transmit(bytes((apdu[0], 0xC0, 0, 0, sw2)))
        elif sw1 == 0x6C and not response.data:
            response = channel.transmit(_with_length(apdu, sw2))
        else:
            break
        if len(data) > _MAX_ANSWER:
            raise CardError(CardProblem.UNREADABLE)
    if response.sw >> 8 in {0x61, 0x6C}:
        raise CardError(CardProblem.UNREADABLE)
    return Response(data + response.data, response.sw)


def _with_length(apdu: bytes, le: int) -> bytes:
    """The command with another Le, added if it had none."""
    with_data = len(apdu) > 5
    has_le = len(apdu) == (6 + apdu[4] if with_data else 5)
    return (apdu[:-1] if has_le else apdu) + bytes((le,))


def response_of(raw: bytes) -> Response:
    """Data and status word of the bytes that a card answered.

    Raises:
        CardError: UNREADABLE if there is not even a status word.
    """
    if len(raw) < 2:
        raise CardError(CardProblem.UNREADABLE)
    return Response(raw[:-2], int.from_bytes(raw[-2:], "big"))
