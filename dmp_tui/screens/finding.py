"""Words sought in the passages of a document: case, accents and line ends make no difference."""

from bisect import bisect_left
from collections.abc import Sequence

from dmp_tui.dmp.identity import fold
from dmp_tui.screens.narrative_layout import Passage


class Finder:
    """What is sought in one document, and which of the passages that hold it is current."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._folded: list[str] | None = None
        self.words = ""
        self.found: list[int] = []
        """Indexes of passages, in their order."""
        self.at = 0
        """Place of the current one in ``found``."""

    @property
    def current(self) -> int | None:
        """Index of the passage found, if one is."""
        return self.found[self.at] if self.found else None

    def seek(self, words: str, start: int) -> None:
        """Find all passages that hold these words; the first at or after ``start`` is current."""
        self.words = words.strip()
        wanted = fold(self.words)
        self.found = [i for i, text in enumerate(self._texts()) if wanted in text] if wanted else []
        self.at = bisect_left(self.found, start) % len(self.found) if self.found else 0

    def step(self, direction: int) -> None:
        """To the next or the one before, round the end."""
        if self.found:
            self.at = (self.at + direction) % len(self.found)

    def _texts(self) -> list[str]:
        if self._folded is None:
            self._folded = [fold(each.text) for each in self._passages]
        return self._folded
