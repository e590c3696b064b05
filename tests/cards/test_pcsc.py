"""The PC/SC source against a service that a test plays: readers plugged and unplugged, a service that goes and comes.

Real services are in ``tests/pcsc``; none of them can have a reader plugged in by a program.
"""

import sys
from collections.abc import Callable, Iterator
from threading import Condition
from types import ModuleType

import pytest

import dmp_tui.cards
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import (
    CardEvent,
    CardInserted,
    CardKind,
    CardRemoved,
    CardsUnavailable,
    ReaderArrived,
    ReaderLeft,
)
from dmp_tui.cards.pcsc import PcscSource
from tests.cards.conftest import attempt

ATR = bytes.fromhex("3B751300004409EA9000")
HOTPLUG = r"\\?PnP?\Notification"
PRESENT, EMPTY, CHANGED, UNKNOWN = 0x20, 0x10, 0x02, 0x04
NO_SERVICE, CANCELLED, TIMEOUT, NO_READERS = 0x8010001D, 0x80100002, 0x8010000A, 0x8010002E


class Service:
    """What PC/SC functions see of a service; its readers hold a count of events, and an ATR if there is a card."""

    def __init__(self, *readers: str) -> None:
        self.running = True
        self.hotplug = True
        self.readers: dict[str, tuple[int, bytes]] = dict.fromkeys(readers, (0, b""))
        self.connect_result = 0
        self.transmit_result = 0
        self.reconnect_result = 0
        self.begin_results: list[int] = []
        self.disposition: int | None = None
        self._changed = Condition()
        self._cancelled = False

    def change(self, work: Callable[[], object]) -> None:
        with self._changed:
            work()
            self._changed.notify_all()

    def put(self, reader: str, atr: bytes) -> None:
        self.change(lambda: self.readers.update({reader: (self.readers[reader][0] + 1, atr)}))

    # The functions of PC/SC, as pyscard has them.

    def establish(self, _scope: int) -> tuple[int, int]:
        return (0, 1) if self.running else (NO_SERVICE, 0)

    def release(self, _context: int) -> int:
        return 0

    def cancel(self, _context: int) -> int:
        self.change(lambda: setattr(self, "_cancelled", True))
        return 0

    def list_readers(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        if not self.running:
            return NO_SERVICE, []
        return (0, list(self.readers)) if self.readers else (NO_READERS, [])

    def status(self, _context: int, timeout: int, query: list[tuple[str, int]]) -> tuple[int, list[object]]:
        names = set(self.readers)
        with self._changed:
            while True:
                if self._cancelled:
                    self._cancelled = False
                    return CANCELLED, []
                if not self.running:
                    return NO_SERVICE, []
                states = [self._state(name, before, names) for name, before in query]
                if any(state[1] & CHANGED for state in states):
                    return 0, list(states)
                if timeout < 10_000:
                    return TIMEOUT, []
                assert self._changed.wait(10)

    def _state(self, name: str, before: int, names: set[str]) -> tuple[str, int, list[int]]:
        if name == HOTPLUG:
            if not self.hotplug:
                return name, UNKNOWN | CHANGED, []
            differ = set(self.readers) != names or len(self.readers) != before >> 16
            return name, CHANGED if differ else 0, []
        if name not in self.readers:
            return name, UNKNOWN | CHANGED, []
        count, atr = self.readers[name]
        now = count << 16 | (PRESENT if atr else EMPTY)
        return name, now | (CHANGED if now != before else 0), list(atr)

    def connect(self, _context: int, _reader: str, _share: int, _protocols: int) -> tuple[int, int, int]:
        return self.connect_result, 7, 1

    def reconnect(self, *_arguments: int) -> tuple[int, int]:
        return self.reconnect_result, 1

    def disconnect(self, _card: int, disposition: int) -> int:
        self.disposition = disposition
        return 0

    def begin(self, _card: int) -> int:
        return self.begin_results.pop(0) if self.begin_results else 0

    def transmit(self, _card: int, _protocol: int, command: list[int]) -> tuple[int, list[int]]:
        return self.transmit_result, [0x90, 0x00] if not self.transmit_result else []


CONSTANTS = {
    "INFINITE": 0x7FFFFFFF,
    "SCARD_SCOPE_USER": 0,
    "SCARD_SHARE_SHARED": 2,
    "SCARD_PROTOCOL_T0": 1,
    "SCARD_PROTOCOL_T1": 2,
    "SCARD_LEAVE_CARD": 0,
    "SCARD_RESET_CARD": 1,
    "SCARD_STATE_CHANGED": CHANGED,
    "SCARD_STATE_UNKNOWN": UNKNOWN,
    "SCARD_STATE_PRESENT": PRESENT,
    "SCARD_E_CANCELLED": CANCELLED,
    "SCARD_E_TIMEOUT": TIMEOUT,
    "SCARD_E_UNKNOWN_READER": 0x80100009,
    "SCARD_E_NO_READERS_AVAILABLE": NO_READERS,
    # Some platforms have them as signed numbers.
    "SCARD_E_NO_SERVICE": NO_SERVICE - 2**32,
    "SCARD_E_SERVICE_STOPPED": 0x8010001E,
    "SCARD_F_COMM_ERROR": 0x80100013,
    "SCARD_E_INVALID_HANDLE": 0x80100003,
    "SCARD_E_READER_UNAVAILABLE": 0x80100017,
    "SCARD_E_NO_SMARTCARD": 0x8010000C,
    "SCARD_W_REMOVED_CARD": 0x80100069,
    "SCARD_W_RESET_CARD": 0x80100068,
    "SCARD_E_SHARING_VIOLATION": 0x8010000B,
}


def _install(monkeypatch: pytest.MonkeyPatch, played: Service | None) -> None:
    """Put a service in the place of pyscard; None: pyscard is not installed."""
    if played is None:
        monkeypatch.setitem(sys.modules, "smartcard", None)
        return
    module = ModuleType("smartcard.scard")
    for name, value in CONSTANTS.items():
        setattr(module, name, value)
    functions = {
        "SCardEstablishContext": played.establish,
        "SCardReleaseContext": played.release,
        "SCardCancel": played.cancel,
        "SCardListReaders": played.list_readers,
        "SCardGetStatusChange": played.status,
        "SCardConnect": played.connect,
        "SCardReconnect": played.reconnect,
        "SCardDisconnect": played.disconnect,
        "SCardBeginTransaction": played.begin,
        "SCardEndTransaction": lambda _card, _disposition: 0,
        "SCardStatus": lambda _card: (0, "r", 0, 1, list(ATR)),
        "SCardTransmit": played.transmit,
    }
    for name, function in functions.items():
        setattr(module, name, function)
    package = ModuleType("smartcard")
    package.scard = module  # type: ignore[attr-defined]  # a module takes any attribute
    monkeypatch.setitem(sys.modules, "smartcard", package)
    monkeypatch.setitem(sys.modules, "smartcard.scard", module)


@pytest.fixture(autouse=True)
def imported_anew() -> Iterator[None]:
    """The module that imports pyscard is imported anew, by each test here and by those that come later."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    sys.modules.pop("dmp_tui.cards.scard", None)
    vars(dmp_tui.cards).pop("scard", None)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    played = Service("A")
    _install(monkeypatch, played)
    monkeypatch.setattr("dmp_tui.cards.pcsc._RETRY_SECONDS", 0.01)
    return played


def take(events: Iterator[CardEvent], count: int) -> list[CardEvent]:
    return [next(events) for _ in range(count)]


def test_cards_come_and_go(service: Service) -> None:
    events = PcscSource().changes()
    assert next(events) == ReaderArrived("A")
    service.put("A", ATR)
    assert next(events) == CardInserted("A", ATR, CardKind.VITALE2)
    service.put("A", b"")
    assert next(events) == CardRemoved("A")


def test_a_card_changed_between_two_looks_is_another_card(service: Service) -> None:
    service.put("A", ATR)
    events = PcscSource().changes()
    take(events, 2)
    service.put("A", b"")
    service.put("A", ATR)
    assert [type(event) for event in take(events, 2)] == [CardRemoved, CardInserted]


def test_readers_plugged_and_unplugged(service: Service) -> None:
    service.put("A", ATR)
    events = PcscSource().changes()
    take(events, 2)
    service.change(lambda: service.readers.update({"B": (0, b"")}))
    assert next(events) == ReaderArrived("B")
    service.change(lambda: service.readers.pop("A"))
    assert take(events, 2) == [CardRemoved("A"), ReaderLeft("A")]
    service.change(service.readers.clear)
    assert take(events, 2) == [ReaderLeft("B"), CardsUnavailable(CardProblem.NO_READER)]
    service.change(lambda: service.readers.update({"A": (3, ATR)}))
    assert take(events, 2) == [ReaderArrived("A"), CardInserted("A", ATR, CardKind.VITALE2)]


def test_a_service_that_cannot_say_that_readers_come(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dmp_tui.cards.pcsc._RELIST_MILLISECONDS", 1)
    service.hotplug = False
    events = PcscSource().changes()
    assert take(events, 2) == [ReaderArrived("A"), CardsUnavailable(CardProblem.NO_HOTPLUG)]
    service.change(lambda: service.readers.update({"B": (0, b"")}))
    assert next(events) == ReaderArrived("B")
    service.change(service.readers.clear)
    assert [type(event) for event in take(events, 3)] == [ReaderLeft, ReaderLeft, CardsUnavailable]
    service.change(lambda: service.readers.update({"A": (0, b"")}))
    assert next(events) == ReaderArrived("A")


def test_a_service_that_stops_and_comes_back(service: Service) -> None:
    service.put("A", ATR)
    events = PcscSource().changes()
    take(events, 2)
    service.change(lambda: setattr(service, "running", False))
    assert take(events, 3) == [CardRemoved("A"), ReaderLeft("A"), CardsUnavailable(CardProblem.NO_SERVICE)]
    service.change(lambda: setattr(service, "running", True))
    assert take(events, 2) == [ReaderArrived("A"), CardInserted("A", ATR, CardKind.VITALE2)]


def test_no_service_is_told_once(service: Service) -> None:
    service.running = False
    events = PcscSource().changes()
    assert next(events) == CardsUnavailable(CardProblem.NO_SERVICE)
    service.running = True
    assert next(events) == ReaderArrived("A")


def test_without_pyscard(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, None)
    source = PcscSource()
    assert list(source.changes()) == [CardsUnavailable(CardProblem.NO_DRIVER)]
    assert attempt(source.readers) is CardProblem.NO_DRIVER
    assert attempt(lambda: source.connect("A")) is CardProblem.NO_DRIVER
    source.stop()


def test_a_stopped_source_says_nothing_more(service: Service) -> None:
    source = PcscSource()
    source.stop()
    assert list(source.changes()) == []


@pytest.mark.parametrize(
    ("code", "wanted", "had"),
    [
        (0x80100069, CardProblem.NO_CARD, CardProblem.REMOVED),
        (0x8010000C, CardProblem.NO_CARD, CardProblem.REMOVED),
        (0x80100009, CardProblem.NO_READER, CardProblem.REMOVED),
        (0x80100017, CardProblem.NO_READER, CardProblem.REMOVED),
        (0x80100003, CardProblem.NO_SERVICE, CardProblem.REMOVED),
        (NO_SERVICE, CardProblem.NO_SERVICE, CardProblem.NO_SERVICE),
        (0x8010000B, CardProblem.IN_USE, CardProblem.IN_USE),
        (0x80100066, CardProblem.UNREADABLE, CardProblem.UNREADABLE),
        (0x80100016, CardProblem.UNREADABLE, CardProblem.UNREADABLE),
    ],
)
def test_errors_of_pcsc(service: Service, code: int, wanted: CardProblem, had: CardProblem) -> None:
    service.connect_result = code
    assert attempt(lambda: PcscSource().connect("A")) is wanted
    service.connect_result = 0
    channel = PcscSource().connect("A")
    service.transmit_result = code
    assert attempt(lambda: channel.transmit(bytes(5))) is had


def test_a_card_that_cannot_be_powered_again_was_pulled_out(service: Service) -> None:
    channel = PcscSource().connect("A")
    service.transmit_result, service.reconnect_result = 0x80100016, 0x80100066
    assert attempt(lambda: channel.transmit(bytes(5))) is CardProblem.REMOVED


def test_a_card_that_another_program_reset_is_taken_up_again(service: Service) -> None:
    channel = PcscSource().connect("A")
    service.begin_results = [0x80100068, 0]
    with channel.transaction():
        assert channel.transmit(bytes(5)).ok
    service.begin_results = [0x80100068]
    service.reconnect_result = 0x80100069
    with pytest.raises(CardError) as caught, channel.transaction():
        pass
    assert caught.value.problem is CardProblem.REMOVED


@pytest.mark.parametrize(("reset", "disposition"), [(True, 1), (False, 0)])
def test_closing(service: Service, reset: bool, disposition: int) -> None:
    channel = PcscSource().connect("A")
    channel.close(reset)
    assert service.disposition == disposition
    service.disposition = None
    channel.close()
    assert service.disposition is None
    assert attempt(lambda: channel.transmit(bytes(5))) is CardProblem.REMOVED
    with pytest.raises(CardError), channel.transaction():
        pass
