"""Cards of the PC/SC service (pcscd).

pyscard is imported when it is first needed: a machine without readers runs everything else.
"""

from collections.abc import Iterator
from threading import Condition
from typing import TYPE_CHECKING

from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import CardEvent, CardsUnavailable, ReaderArrived

if TYPE_CHECKING:
    from dmp_tui.cards.scard import PcscChannel

_RETRY_SECONDS = 2.0
"""How long to wait for a service that is not there: it has no way to say that it came."""
_RELIST_MILLISECONDS = 3000
"""Where the service does not say that readers came: how often they are listed again."""


class PcscSource:
    """The readers of this machine. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._stopping = False
        self._waiting: set[int] = set()

    def readers(self) -> tuple[str, ...]:
        _need_driver()
        from dmp_tui.cards import scard

        context = scard.established()
        try:
            return scard.list_readers(context)
        finally:
            scard.release(context)

    def connect(self, reader: str) -> "PcscChannel":
        _need_driver()
        from dmp_tui.cards.scard import PcscChannel

        return PcscChannel(reader)

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            while self._waiting:
                from dmp_tui.cards import scard

                # Said again until it was heard: a cancellation that comes just before the wait it is for is lost.
                for context in self._waiting:
                    scard.cancel(context)
                self._changed.wait(0.05)

    def changes(self) -> Iterator[CardEvent]:
        try:
            _need_driver()
        except CardError as error:
            yield CardsUnavailable(error.problem)
            return
        from dmp_tui.cards import scard

        told = False
        while not self._stopping:
            states: dict[str, int] = {}
            try:
                context = scard.established()
                try:
                    for event in self._watch(context, states):
                        told = False
                        yield event
                finally:
                    scard.release(context)
            except CardError as error:
                for reader, state in states.items():
                    yield from scard.left(reader, state)
                if not told:
                    yield CardsUnavailable(error.problem)
                    told = True
                self._pause()

    def _watch(self, context: int, states: dict[str, int]) -> Iterator[CardEvent]:
        """What comes and goes until the source stops. ``states`` holds each reader's state as it was last told.

        Raises:
            CardError: NO_SERVICE once the service has gone.
        """
        from dmp_tui.cards import scard

        hotplug = True
        told_none = False
        while not self._stopping:
            names = scard.list_readers(context)
            for name in [name for name in states if name not in names]:
                yield from scard.left(name, states.pop(name))
            for name in names:
                if name not in states:
                    states[name] = 0
                    yield ReaderArrived(name)
            if not names and not told_none:
                yield CardsUnavailable(CardProblem.NO_READER)
            told_none = not names
            found, still = self._wait(context, states, hotplug=hotplug)
            if hotplug and not still:
                yield CardsUnavailable(CardProblem.NO_HOTPLUG)
            hotplug = still
            for name, (state, atr) in found.items():
                yield from scard.changed(name, states[name], state, atr)
                states[name] = scard.settled(state)

    def _wait(
        self, context: int, states: dict[str, int], *, hotplug: bool
    ) -> tuple[dict[str, tuple[int, bytes]], bool]:
        """``scard.wait``, for as long as it takes, that ``stop`` can end."""
        from dmp_tui.cards import scard

        with self._changed:
            if self._stopping:
                return {}, hotplug
            if not states and not hotplug:
                self._changed.wait(_RELIST_MILLISECONDS / 1000)
                return {}, hotplug
            self._waiting.add(context)
        try:
            return scard.wait(context, states, scard.FOREVER if hotplug else _RELIST_MILLISECONDS, hotplug=hotplug)
        finally:
            with self._changed:
                self._waiting.discard(context)
                self._changed.notify_all()

    def _pause(self) -> None:
        with self._changed:
            if not self._stopping:
                self._changed.wait(_RETRY_SECONDS)


def _need_driver() -> None:
    """Raise CardError NO_DRIVER where pyscard is not installed."""
    try:
        import dmp_tui.cards.scard  # noqa: F401 -- whether it can be imported is the question
    except ImportError:
        raise CardError(CardProblem.NO_DRIVER) from None
