"""Virtual readers: what comes and goes, and who is told."""

from collections.abc import Iterator
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread

import pytest

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
from dmp_tui.cards.monitor import Monitor
from dmp_tui.cards.virtual import Faulty, VirtualSource, Vitale2
from dmp_tui.cards.virtual.card import FileCard
from dmp_tui.cards.virtual.filesystem import Directory
from tests.cards.conftest import MOTHER, attempt

READER = "Lecteur virtuel 1"


def take(events: Iterator[CardEvent], count: int) -> list[CardEvent]:
    return [next(events) for _ in range(count)]


def test_what_is_there_comes_first_then_what_changes(vitale: Vitale2) -> None:
    source = VirtualSource([READER])
    source.insert(READER, vitale)
    events = source.changes()
    assert take(events, 2) == [ReaderArrived(READER), CardInserted(READER, vitale.atr, CardKind.VITALE2)]
    source.remove(READER)
    source.remove(READER)
    source.plug("autre")
    source.plug("autre")
    assert take(events, 2) == [CardRemoved(READER), ReaderArrived("autre")]


def test_a_card_put_on_another_takes_it_out_first(vitale: Vitale2) -> None:
    source = VirtualSource([READER])
    source.insert(READER, vitale)
    events = source.changes()
    take(events, 2)
    source.insert(READER, Vitale2([MOTHER]))
    assert [type(event) for event in take(events, 2)] == [CardRemoved, CardInserted]


def test_the_last_reader_unplugged_with_its_card(vitale: Vitale2) -> None:
    source = VirtualSource([READER])
    source.insert(READER, vitale)
    events = source.changes()
    take(events, 2)
    source.unplug(READER)
    assert take(events, 3) == [CardRemoved(READER), ReaderLeft(READER), CardsUnavailable(CardProblem.NO_READER)]
    assert source.readers() == ()
    assert next(source.changes()) == CardsUnavailable(CardProblem.NO_READER)


def test_stop_ends_all_who_wait_and_those_who_come_later() -> None:
    source = VirtualSource([READER])
    ended = []
    started = [Event(), Event()]

    def wait(event: Event) -> None:
        events = source.changes()
        next(events)
        event.set()
        ended.append(list(events))

    threads = [Thread(target=wait, args=(event,)) for event in started]
    for thread in threads:
        thread.start()
    for event in started:
        assert event.wait(10)
    source.stop()
    for thread in threads:
        thread.join(10)
    assert ended == [[], []]
    assert list(source.changes()) == [ReaderArrived(READER)]


@pytest.mark.parametrize("gone", [CardProblem.NO_READER, CardProblem.NO_CARD])
def test_connecting_to_what_is_not_there(gone: CardProblem) -> None:
    source = VirtualSource([READER])
    with pytest.raises(CardError) as caught:
        source.connect(READER if gone is CardProblem.NO_CARD else "autre")
    assert caught.value.problem is gone


def test_hands_need_a_reader(vitale: Vitale2) -> None:
    source = VirtualSource([])
    for work in (partial(source.insert, "x", vitale), partial(source.remove, "x"), partial(source.unplug, "x")):
        assert attempt(work) is CardProblem.NO_READER


def test_the_monitor_posts_from_a_thread_of_its_own_until_it_is_stopped(vitale: Vitale2) -> None:
    source = VirtualSource([READER])
    posted: list[CardEvent] = []
    seen = Event()

    def post(event: CardEvent) -> None:
        posted.append(event)
        if isinstance(event, CardInserted):
            seen.set()

    monitor = Monitor(source, post)
    monitor.start()
    source.insert(READER, vitale)
    assert seen.wait(10)
    monitor.stop()
    source.remove(READER)
    assert [type(event) for event in posted] == [ReaderArrived, CardInserted]


@pytest.mark.parametrize(
    ("applications", "vanish_at", "kind"),
    [
        ((b"1PAY.SYS.DDF01",), None, CardKind.BANK),
        ((), None, CardKind.UNKNOWN),
        ((b"1PAY.SYS.DDF01",), 1, CardKind.UNKNOWN),
    ],
)
def test_the_monitor_names_a_card_whose_atr_says_nothing(
    applications: tuple[bytes, ...], vanish_at: int | None, kind: CardKind
) -> None:
    source = VirtualSource([READER])
    events: SimpleQueue[CardEvent] = SimpleQueue()
    monitor = Monitor(source, events.put)
    monitor.start()
    assert events.get(timeout=10) == ReaderArrived(READER)
    card = FileCard(bytes.fromhex("3B6800000073C84012009000"), Directory(0x3F00, (), aids=applications))
    source.insert(READER, Faulty(card, vanish_at=vanish_at))
    assert events.get(timeout=10) == CardInserted(READER, card.atr, kind)
    if vanish_at:
        assert events.get(timeout=10) == CardRemoved(READER)
    monitor.stop()


def test_the_monitor_may_be_stopped_by_what_it_posts_to() -> None:
    source = VirtualSource([READER])
    done = Event()

    def post(event: CardEvent) -> None:
        monitor.stop()
        done.set()

    monitor = Monitor(source, post)
    monitor.start()
    assert done.wait(10)


def test_a_monitor_stopped_before_it_started() -> None:
    monitor = Monitor(VirtualSource([READER]), lambda _event: None)
    monitor.stop()
