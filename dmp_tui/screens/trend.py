"""Numbers as small plots of block characters: oldest left, newest right, scaled with the reference range."""

from collections.abc import Sequence
from decimal import Decimal

from dmp_tui.dmp.sheet.series import Range

_LEVELS = "▁▂▃▄▅▆▇█"


def scale(numbers: Sequence[Decimal], bounds: Range | None) -> tuple[Decimal, Decimal]:
    """The lowest and the highest number that a plot must show: the values', and the range's where it has them."""
    shown = [*numbers, *(bound for bound in bounds or () if bound is not None)]
    return min(shown), max(shown)


def spark(numbers: Sequence[Decimal], bounds: Range | None, width: int) -> str:
    """One row: the last ``width`` numbers, a character each; empty for fewer than two."""
    if len(numbers) < 2 or width < 2:
        return ""
    kept = numbers[-width:]
    low, high = scale(kept, bounds)
    return "".join(_LEVELS[_level(number, low, high, len(_LEVELS))] for number in kept)


def plot(numbers: Sequence[Decimal], bounds: Range | None, width: int, height: int) -> list[str]:
    """``height`` rows, the highest first: a column for each of the last numbers that fit, a blank between two.

    Rows that a bound of the range lies in are dotted where nothing else stands.
    """
    kept = numbers[-max(width // 2, 1) :]
    low, high = scale(kept, bounds)
    steps = height * len(_LEVELS)
    levels = [_level(number, low, high, steps) + 1 for number in kept]
    dotted = {height - 1 - _level(b, low, high, steps) // len(_LEVELS) for b in bounds or () if b is not None}
    rows = []
    for row in range(height):
        base = (height - 1 - row) * len(_LEVELS)
        blank = "·" if row in dotted else " "
        columns = (_LEVELS[min(level - base, len(_LEVELS)) - 1] if level > base else blank for level in levels)
        rows.append(blank.join(columns))
    return rows


def _level(number: Decimal, low: Decimal, high: Decimal, levels: int) -> int:
    """0 to ``levels - 1``; the middle where all numbers are one."""
    if high == low:
        return levels // 2
    return min(int((number - low) / (high - low) * (levels - 1) + Decimal("0.5")), levels - 1)
