"""The terminal budgets of the application, measured on the demonstration in a pty."""

import sys
from pathlib import Path

from bench.figures import Figure, median, percentile
from bench.terminal import Answer, Terminal

PROGRAM = str(Path(sys.executable).parent / "dmp-tui")
DEMO = [PROGRAM, "demo"]
SHEET = [*DEMO, "--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "duval"]
"""The demonstration's doctor of emergencies, and its patient with forty documents."""
PLACES = "dtbvcr"
"""Letters of the screens of a record (``screens/places.py``)."""


def start(rounds: int = 11) -> list[Figure]:
    """First paint of the lock screen as a ratio to a bare Textual application, the two in turn."""
    ours, bare = [], []
    for turn in range(rounds + 1):
        with Terminal([sys.executable, "-m", "bench.bare"]) as terminal:
            first = terminal.until(r"bare")
        with Terminal(DEMO) as terminal:
            second = terminal.until(r"\S")
        if turn:  # the first round warms the file cache
            bare.append(first)
            ours.append(second)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    note = f"median of {rounds}: {median(ours):.0f} ms against {median(bare):.0f} ms"
    return [Figure("first paint of the lock screen / bare application", median(ratios), 1.10, "x", note)]


def keys() -> list[Figure]:
    """Cursor, page and switch keys on the documents of a patient who has forty; idle afterwards."""
    with Terminal(SHEET) as terminal:
        terminal.until("ALLERGIES")
        terminal.settle(1.0)
        switches = [terminal.key(key) for _ in range(10) for key in (b"d", b"s")]
        terminal.key(b"d")
        cursor = [terminal.key(b"\x1b[B") for _ in range(20)]
        pages = [terminal.key(key) for _ in range(5) for key in (b"\x1b[6~", b"\x1b[5~")]
        written, busy = terminal.idle(10)
    return [
        *_figures("cursor key", cursor, 5, 300),
        *_figures("page key", pages, 10, 3000),
        *_figures("screen switch", switches, 40, 5000),
        Figure("idle, bytes written", written, 1, "B/s", "the budget is 0: 1 stands in for it"),
        Figure("idle, processor", busy, 0.3, "%"),
    ]


def places(rounds: int = 8) -> list[Figure]:
    """The switch to each place of a record from its sheet, a place at a time, and the cursor key in it."""
    figures = []
    with Terminal(SHEET) as terminal:
        terminal.until("ALLERGIES")
        terminal.settle(1.0)
        for key in PLACES:
            terminal.key(key.encode())  # the first time imports the screen
            terminal.key(b"s")
            switches = []
            for _ in range(rounds):
                switches.append(terminal.key(key.encode()))
                terminal.key(b"s")
            terminal.key(key.encode())
            cursor = [terminal.key(arrow) for _ in range(rounds // 2) for arrow in (b"\x1b[B", b"\x1b[A")]
            terminal.key(b"s")
            figures += _figures(f"switch to {key}", switches, 40, 5000)
            figures += _figures(f"cursor key in {key}", cursor, 5, 300) if any(a.size for a in cursor) else []
    return figures


def giving(rounds: int = 6) -> list[Figure]:
    """May I give it?: the switch, the letters of a name, the drug that is added, the cursor over its reasons."""
    figures = []
    with Terminal([*SHEET[:-1], "garnier"]) as terminal:
        terminal.until("ALLERGIES")
        terminal.settle(1.0)
        terminal.key(b"g")  # the first time imports the screen and opens the base
        terminal.settle(1.5)
        switches, letters, added, cursor = [], [], [], []
        for _ in range(rounds):
            terminal.key(b"\x1b")
            switches.append(terminal.key(b"g"))
            terminal.settle(0.5)
            letters += [terminal.key(letter.encode()) for letter in "ketop"]
            added.append(terminal.key(b"\r"))
            cursor += [terminal.key(arrow) for arrow in [b"\x1b[B"] * 6 + [b"\x1b[A"] * 6]
            terminal.key(b"\x7f")
    figures += _figures("switch to g", switches, 40, 5000)
    figures += _figures("letter of a name in g", letters, 40, 3000)
    figures += _figures("drug added in g", added, 40, 3000)
    return figures + _figures("cursor key in g", cursor, 5, 300)


def _figures(name: str, answers: list[Answer], milliseconds: float, size: float) -> list[Figure]:
    heard = [answer for answer in answers if answer.size]
    last = [answer.last_ms for answer in heard]
    note = f"p95 {percentile(last, 0.95):.1f} ms, {len(heard)} of {len(answers)} heard"
    return [
        Figure(f"{name}, p50", median(last), milliseconds, "ms", note),
        Figure(f"{name}, bytes p50", median([float(answer.size) for answer in heard]), size, "B"),
    ]
