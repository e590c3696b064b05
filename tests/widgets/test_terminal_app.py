"""The keyboard before any binding: bursts of a scanner, dead letters, idle time."""

from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType

from dmp_tui.widgets.terminal_app import DEAD_SECONDS, TerminalApp
from tests.looking import until

DATAMATRIX = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10"


class Probe(TerminalApp):
    """Keeps what it is told; its clock stands still until a test moves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "letter('s')"),
        Binding("I", "letter('I')"),
        Binding("0", "letter('0')"),
        Binding("up", "letter('up')"),
    ]

    def __init__(self, idle_seconds: float = 300) -> None:
        self.time = 1000.0
        super().__init__(idle_seconds=idle_seconds, now=lambda: self.time)
        self.letters: list[str] = []
        self.scans: list[str] = []
        self.alone = 0

    def action_letter(self, letter: str) -> None:
        self.letters.append(letter)

    def scanned(self, text: str) -> None:
        self.scans.append(text)

    def left_alone(self) -> None:
        self.alone += 1


async def test_a_burst_reaches_no_binding() -> None:
    app = Probe()
    async with app.run_test() as pilot:
        await pilot.press(*DATAMATRIX, "enter")
        assert app.scans == [DATAMATRIX]
        assert app.letters == []
        await pilot.press("s")
        assert app.letters == ["s"]


async def test_a_burst_without_enter_ends_by_silence() -> None:
    app = Probe()
    async with app.run_test() as pilot:
        await pilot.press(*DATAMATRIX)
        await until(pilot, lambda: app.scans == [DATAMATRIX])


async def test_group_separators_are_kept() -> None:
    app = Probe()
    async with app.run_test() as pilot:
        await pilot.press(*"IS01", "ctrl+right_square_bracket", *"S3", "enter")
        assert app.scans == ["IS01\x1dS3"]


async def test_typing_that_began_like_a_scan_is_given_back() -> None:
    app = Probe()
    async with app.run_test() as pilot:
        await pilot.press("I", "s")
        assert app.letters == ["I", "s"]
        await pilot.press("I")
        await until(pilot, lambda: app.letters == ["I", "s", "I"])


async def test_a_pasted_datamatrix_is_a_scan() -> None:
    from textual import events

    app = Probe()
    async with app.run_test() as pilot:
        app.post_message(events.Paste(DATAMATRIX + "\r\n"))
        await pilot.pause()
        assert app.scans == [DATAMATRIX]


async def test_letters_are_dead_after_a_switch_and_arrows_are_not() -> None:
    app = Probe()
    async with app.run_test() as pilot:
        app.still()
        await pilot.press("s", "enter", "up")
        assert app.letters == ["up"]
        app.time += DEAD_SECONDS
        await pilot.press("s")
        assert app.letters == ["up", "s"]


@pytest.mark.parametrize("command", ["f9", "ctrl+l"])
async def test_a_command_key_wakes_the_letters(command: str) -> None:
    app = Probe()
    async with app.run_test() as pilot:
        app.still()
        await pilot.press("s", command, "s")
        assert app.letters.count("s") == 1


async def test_idle_time_counts_from_the_last_key() -> None:
    app = Probe(idle_seconds=0.05)
    async with app.run_test() as pilot:
        app.watch_for_idleness()
        app.time += 1
        await until(pilot, lambda: app.alone > 0)
