"""The thread that says what came and went at the readers."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread, current_thread

from dmp_tui.cards.atr import identify
from dmp_tui.cards.channel import CardError
from dmp_tui.cards.events import CardEvent, CardInserted, CardKind
from dmp_tui.cards.source import CardSource


class Monitor:
    """One daemon thread that blocks in a source and hands over each event.

    ``post`` is called in that thread: it must be safe there, and short (Textual's ``post_message`` is both).
    """

    def __init__(self, source: CardSource, post: Callable[[CardEvent], None]) -> None:
        self._source = source
        self._post = post
        self._thread = Thread(target=self._run, name="cards", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop the source and wait for the thread, unless it is the one that calls."""
        self._source.stop()
        if self._thread.is_alive() and self._thread is not current_thread():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        for event in self._source.changes():
            self._post(self._named(event))

    def _named(self, event: CardEvent) -> CardEvent:
        """The event; a card whose ATR says nothing (most bank cards) is named by its applications, if it can be."""
        if not isinstance(event, CardInserted) or event.kind is not CardKind.UNKNOWN or not event.atr:
            return event
        try:
            channel = self._source.connect(event.reader)
            try:
                return replace(event, kind=identify(channel))
            finally:
                channel.close(reset=False)
        except CardError:
            return event
