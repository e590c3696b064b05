"""The functions of PC/SC, by pyscard: contexts, reader states, the channel to a card.

The one module that imports pyscard: importing it fails where pyscard is not installed (``dmp_tui.cards.pcsc`` says so).
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from threading import Lock

from smartcard import scard

from dmp_tui.cards.atr import kind_of
from dmp_tui.cards.channel import CardError, CardProblem, Response, response_of
from dmp_tui.cards.events import CardEvent, CardInserted, CardRemoved, ReaderLeft

FOREVER = scard.INFINITE
_HOTPLUG = r"\\?PnP?\Notification"
"""The name under which PC/SC says that readers came or went."""


class PcscChannel:
    """A shared connection to the card in a reader, with a context of its own: a context serves one call at a time."""

    def __init__(self, reader: str) -> None:
        """Connect.

        Raises:
            CardError: NO_READER, NO_CARD, IN_USE, UNREADABLE, NO_SERVICE.
        """
        self._closing = Lock()
        self._context: int | None = established()
        self._protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, self._card, self._protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_SHARED, self._protocols
        )
        if result:
            scard.SCardReleaseContext(self._context)
            raise CardError(problem_of(result, connected=False))
        status, _reader, _state, _protocol, atr = scard.SCardStatus(self._card)
        if status:
            self.close()
            raise CardError(problem_of(status, connected=False))
        self.atr = bytes(atr)

    def transmit(self, apdu: bytes) -> Response:
        if self._context is None:
            raise CardError(CardProblem.REMOVED)
        result, answer = scard.SCardTransmit(self._card, self._protocol, list(apdu))
        if result:
            raise CardError(self._why(result))
        return response_of(bytes(answer))

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Raises CardError REMOVED, NO_SERVICE."""
        if self._context is None:
            raise CardError(CardProblem.REMOVED)
        result = scard.SCardBeginTransaction(self._card)
        if code_of(result) == code_of(scard.SCARD_W_RESET_CARD):
            # Another program reset the card: it is the same card, with no PIN given and nothing selected.
            result, self._protocol = scard.SCardReconnect(
                self._card, scard.SCARD_SHARE_SHARED, self._protocols, scard.SCARD_LEAVE_CARD
            )
            result = result or scard.SCardBeginTransaction(self._card)
        if result:
            raise CardError(problem_of(result, connected=True))
        try:
            yield
        finally:
            scard.SCardEndTransaction(self._card, scard.SCARD_LEAVE_CARD)

    def close(self, reset: bool = True) -> None:
        with self._closing:
            context, self._context = self._context, None
        if context is not None:
            scard.SCardDisconnect(self._card, scard.SCARD_RESET_CARD if reset else scard.SCARD_LEAVE_CARD)
            scard.SCardReleaseContext(context)

    def _why(self, result: int) -> CardProblem:
        """Why an exchange failed. A card that cannot be powered again has been pulled out, whatever the first error."""
        problem = problem_of(result, connected=True)
        if problem is CardProblem.UNREADABLE:
            again, protocol = scard.SCardReconnect(
                self._card, scard.SCARD_SHARE_SHARED, self._protocols, scard.SCARD_RESET_CARD
            )
            if again:
                return CardProblem.REMOVED
            self._protocol = protocol
        return problem


def established() -> int:
    """A new context. Raises CardError NO_SERVICE."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result:
        raise CardError(CardProblem.NO_SERVICE)
    return int(context)


def list_readers(context: int) -> tuple[str, ...]:
    """Raises CardError NO_SERVICE."""
    result, names = scard.SCardListReaders(context, [])
    if code_of(result) == code_of(scard.SCARD_E_NO_READERS_AVAILABLE):
        return ()
    if result:
        raise CardError(CardProblem.NO_SERVICE)
    return tuple(names)


def changed(reader: str, before: int, now: int, atr: bytes) -> Iterator[CardEvent]:
    """Events between two states of a reader.

    The high half of a state counts what happened in the reader: a card taken out and put in again between two looks
    is another card, though both states say that one is there.
    """
    was, present = bool(before & scard.SCARD_STATE_PRESENT), bool(now & scard.SCARD_STATE_PRESENT)
    another = before >> 16 != now >> 16
    if was and (another or not present):
        yield CardRemoved(reader)
    if present and (another or not was):
        yield CardInserted(reader, atr, kind_of(atr))


def left(reader: str, state: int) -> Iterator[CardEvent]:
    """Events of a reader in that state that was unplugged, or is no longer seen."""
    if state & scard.SCARD_STATE_PRESENT:
        yield CardRemoved(reader)
    yield ReaderLeft(reader)


def wait(
    context: int, states: dict[str, int], milliseconds: int, *, hotplug: bool
) -> tuple[dict[str, tuple[int, bytes]], bool]:
    """Block until a reader is not in the state that ``states`` has, one came or went, or the time is over.

    Returns each reader's state and ATR (none if nothing happened), and whether the service can say that readers come.

    Raises:
        CardError: NO_SERVICE.
    """
    query = list(states.items())
    if hotplug:
        query.append((_HOTPLUG, len(states) << 16))
    result, found = scard.SCardGetStatusChange(context, milliseconds, query)
    nothing_new = (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED, scard.SCARD_E_UNKNOWN_READER)
    if code_of(result) in {code_of(code) for code in nothing_new}:
        return {}, hotplug
    if result:
        raise CardError(CardProblem.NO_SERVICE)
    answers = {name: (state, bytes(atr)) for name, state, atr in found}
    plug, _atr = answers.pop(_HOTPLUG, (0, b""))
    return answers, hotplug and not plug & scard.SCARD_STATE_UNKNOWN


def cancel(context: int) -> None:
    """Make a ``wait`` in this context end; one that has not begun yet does not hear it."""
    scard.SCardCancel(context)


def release(context: int) -> None:
    """Give a context back."""
    scard.SCardReleaseContext(context)


def settled(state: int) -> int:
    """A state as the next ``wait`` takes it."""
    return state & ~scard.SCARD_STATE_CHANGED


def code_of(result: int) -> int:
    """An HRESULT without a sign: pyscard gives it one on some platforms."""
    return result & 0xFFFFFFFF


def problem_of(result: int, *, connected: bool) -> CardProblem:
    """What an error of PC/SC means, for a card that we had (``connected``) or wanted."""
    gone = CardProblem.REMOVED
    meanings = {
        scard.SCARD_E_NO_SERVICE: CardProblem.NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED: CardProblem.NO_SERVICE,
        scard.SCARD_F_COMM_ERROR: CardProblem.NO_SERVICE,
        scard.SCARD_E_INVALID_HANDLE: gone if connected else CardProblem.NO_SERVICE,
        scard.SCARD_E_UNKNOWN_READER: gone if connected else CardProblem.NO_READER,
        scard.SCARD_E_NO_READERS_AVAILABLE: gone if connected else CardProblem.NO_READER,
        scard.SCARD_E_READER_UNAVAILABLE: gone if connected else CardProblem.NO_READER,
        scard.SCARD_E_NO_SMARTCARD: gone if connected else CardProblem.NO_CARD,
        scard.SCARD_W_REMOVED_CARD: gone if connected else CardProblem.NO_CARD,
        scard.SCARD_W_RESET_CARD: CardProblem.PIN_NEEDED,
        scard.SCARD_E_SHARING_VIOLATION: CardProblem.IN_USE,
    }
    by_code = {code_of(code): meaning for code, meaning in meanings.items()}
    return by_code.get(code_of(result), CardProblem.UNREADABLE)
