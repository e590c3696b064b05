"""Time that only goes forward: what tokens, nonces and sessions are counted in."""

import time
from collections.abc import Callable
from datetime import datetime

_JUMP = 1.0


class SteadyClock:
    """Seconds since it was made. A wall clock set back extends nothing; one set forward, or a sleeping machine, counts.

    ``clock`` is the server's wall clock, ``ticks`` a monotonic one; where they disagree by more than a second the
    greater wins.
    """

    def __init__(self, clock: Callable[[], datetime], ticks: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ticks = ticks
        self._wall = clock().timestamp()
        self._tick = ticks()
        self._elapsed = 0.0

    def __call__(self) -> float:
        """Seconds gone by."""
        wall, tick = self._clock().timestamp(), self._ticks()
        by_wall, by_tick = wall - self._wall, max(tick - self._tick, 0.0)
        self._elapsed += by_wall if by_wall > by_tick + _JUMP else by_tick
        self._wall, self._tick = wall, tick
        return self._elapsed
