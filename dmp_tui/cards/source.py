"""Where cards come from: PC/SC readers, or virtual ones."""

from collections.abc import Iterator
from typing import Protocol

from dmp_tui.cards.channel import Channel
from dmp_tui.cards.events import CardEvent


class CardSource(Protocol):
    """Readers and their cards."""

    def readers(self) -> tuple[str, ...]:
        """Names of the readers that are there now. Raises CardError NO_SERVICE or NO_DRIVER."""

    def changes(self) -> Iterator[CardEvent]:
        """What is there now, as events, then what comes and goes. Each step blocks; it ends after ``stop``."""

    def connect(self, reader: str) -> Channel:
        """A channel to the card in a reader.

        Raises:
            CardError: NO_READER, NO_CARD, IN_USE, UNREADABLE (a mute card), NO_SERVICE, NO_DRIVER.
        """

    def stop(self) -> None:
        """Make every ``changes`` end, from any thread and for good."""
