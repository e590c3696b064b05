"""Virtual readers in this very process: what the demonstration and the tests insert cards into."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import RLock

from dmp_tui.cards.atr import kind_of
from dmp_tui.cards.channel import CardError, CardProblem, Response, response_of
from dmp_tui.cards.events import (
    CardEvent,
    CardInserted,
    CardRemoved,
    CardsUnavailable,
    ReaderArrived,
    ReaderLeft,
)
from dmp_tui.cards.virtual.card import Vanished, VirtualCard

READERS = ("Lecteur virtuel 1", "Lecteur virtuel 2")


@dataclass(slots=True)
class _Slot:
    """A reader and what is in it. ``insertions`` tells the card of now from the one of before."""

    card: VirtualCard | None = None
    insertions: int = 0
    lock: RLock = field(default_factory=RLock)


class VirtualSource:
    """A card source without hardware. Every method may be called from any thread."""

    def __init__(self, readers: Sequence[str] = READERS) -> None:
        self._lock = RLock()
        self._slots = {reader: _Slot() for reader in readers}
        self._listeners: list[SimpleQueue[CardEvent | None]] = []
        self._stopped = False

    # --- hands: what somebody does at the desk ---

    def insert(self, reader: str, card: VirtualCard) -> None:
        """Put a card in a reader; one that was in it is taken out first. Raises CardError NO_READER."""
        with self._lock:
            self.remove(reader)
            slot = self._slot(reader)
            card.reset()
            slot.card = card
            slot.insertions += 1
            self._tell(CardInserted(reader, card.atr, kind_of(card.atr)))

    def remove(self, reader: str) -> None:
        """Pull out the card of a reader, if there is one. Raises CardError NO_READER."""
        with self._lock:
            slot = self._slot(reader)
            if slot.card is not None:
                slot.card.reset()
                slot.card = None
                self._tell(CardRemoved(reader))

    def plug(self, reader: str) -> None:
        """Plug a reader in; nothing happens if it is there."""
        with self._lock:
            if reader not in self._slots:
                self._slots[reader] = _Slot()
                self._tell(ReaderArrived(reader))

    def unplug(self, reader: str) -> None:
        """Unplug a reader, with its card if it holds one. Raises CardError NO_READER."""
        with self._lock:
            self.remove(reader)
            del self._slots[reader]
            self._tell(ReaderLeft(reader))
            if not self._slots:
                self._tell(CardsUnavailable(CardProblem.NO_READER))

    # --- CardSource ---

    def readers(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._slots)

    def changes(self) -> Iterator[CardEvent]:
        events: SimpleQueue[CardEvent | None] = SimpleQueue()
        with self._lock:
            for present in self._now():
                events.put(present)
            self._listeners.append(events)
            if self._stopped:
                events.put(None)
        try:
            while (event := events.get()) is not None:
                yield event
        finally:
            with self._lock:
                self._listeners.remove(events)

    def connect(self, reader: str) -> "VirtualChannel":
        with self._lock:
            slot = self._slot(reader)
            if slot.card is None:
                raise CardError(CardProblem.NO_CARD)
            return VirtualChannel(self, reader, slot.card, slot.insertions)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for listener in self._listeners:
                listener.put(None)

    # --- for the channels ---

    def transmit(self, reader: str, insertion: int, apdu: bytes) -> bytes:
        """Let the card that was the n-th in a reader answer an APDU. Raises CardError REMOVED if it is gone."""
        with self._lock:
            slot = self._slots.get(reader)
            if slot is None or slot.card is None or slot.insertions != insertion:
                raise CardError(CardProblem.REMOVED)
            card = slot.card
        with slot.lock:
            try:
                answer = card.process(apdu)
            except Vanished:
                self.remove(reader)
                raise CardError(CardProblem.REMOVED) from None
        if slot.card is not card or slot.insertions != insertion:
            raise CardError(CardProblem.REMOVED)
        return answer

    def _slot(self, reader: str) -> _Slot:
        if reader not in self._slots:
            raise CardError(CardProblem.NO_READER)
        return self._slots[reader]

    def _now(self) -> Iterator[CardEvent]:
        for reader, slot in self._slots.items():
            yield ReaderArrived(reader)
            if slot.card is not None:
                yield CardInserted(reader, slot.card.atr, kind_of(slot.card.atr))
        if not self._slots:
            yield CardsUnavailable(CardProblem.NO_READER)

    def _tell(self, event: CardEvent) -> None:
        for listener in self._listeners:
            listener.put(event)


class VirtualChannel:
    """A channel to a card in a virtual reader."""

    def __init__(self, source: VirtualSource, reader: str, card: VirtualCard, insertion: int) -> None:
        self._source = source
        self._reader = reader
        self._card = card
        self._insertion = insertion
        self._open = True

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def transmit(self, apdu: bytes) -> Response:
        if not self._open:
            raise CardError(CardProblem.REMOVED)
        return response_of(self._source.transmit(self._reader, self._insertion, apdu))

    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self, reset: bool = True) -> None:
        if self._open and reset:
            self._card.reset()
        self._open = False
