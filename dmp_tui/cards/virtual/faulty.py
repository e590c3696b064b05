"""A virtual card that fails when it is told to: for what real cards and hurried people do."""

from collections.abc import Mapping

from dmp_tui.cards.virtual.card import Vanished, VirtualCard


class Faulty:
    """Wraps a card. ``answers``: what the n-th APDU (from 1) gets instead of the card's answer.

    ``vanish_at``: the APDU at which it is pulled out. ``count`` says how many APDUs it has seen.
    """

    def __init__(
        self, card: VirtualCard, answers: Mapping[int, bytes] | None = None, *, vanish_at: int | None = None
    ) -> None:
        self._card = card
        self._answers = dict(answers or {})
        self._vanish_at = vanish_at
        self.count = 0

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def process(self, apdu: bytes) -> bytes:
        self.count += 1
        if self.count == self._vanish_at:
            raise Vanished
        answer = self._answers.get(self.count)
        return self._card.process(apdu) if answer is None else answer

    def reset(self) -> None:
        self._card.reset()
