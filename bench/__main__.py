"""``python -m bench [start|keys|places|cards|server...]``: measure and print; without a name, everything."""

import sys
from collections.abc import Callable

from bench import app, cards, medicines, reading, safety, server
from bench.figures import Figure, show

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "start": app.start,
    "keys": app.keys,
    "places": app.places,
    "giving": app.giving,
    "reading": reading.reading,
    "cards": cards.cards,
    "medicines": medicines.medicines,
    "safety": safety.safety,
    "server": server.server,
}


def main(names: list[str]) -> int:
    """Print the table of each measurement named."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"bench: no measurement named {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    for name in names or MEASUREMENTS:
        print(f"\n{name}\n{show(MEASUREMENTS[name]())}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
