"""How many failures an address or a certificate may make before it has to wait."""

from collections import deque
from collections.abc import Callable


class FailureLimit:
    """``most`` failures in ``window`` seconds for one name; what succeeds is never counted nor slowed."""

    def __init__(self, seconds: Callable[[], float], most: int, window: float = 60, names: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._window = window
        self._names = names
        self._failures: dict[str, deque[float]] = {}

    def wait(self, name: str) -> int:
        """Whole seconds that this name has to wait, 0 if it may go on."""
        times = self._failures.get(name)
        if times is None or len(times) < self._most:
            return 0
        left = times[0] + self._window - self._seconds()
        return int(left) + 1 if left > 0 else 0

    def failed(self, name: str) -> None:
        """Count a failure. The name that failed least recently is forgotten first where there are too many."""
        times = self._failures.pop(name, None) or deque(maxlen=self._most)
        times.append(self._seconds())
        self._failures[name] = times
        if len(self._failures) > self._names:
            del self._failures[next(iter(self._failures))]
