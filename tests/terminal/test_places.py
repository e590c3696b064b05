"""Every place of a record paints in a real terminal, in sixteen colours, in none, in English; the last INR is near."""

import re
from collections.abc import Callable

import pytest

from tests.terminal.terminal import Terminal

Start = Callable[..., Terminal]
PLACES = {
    "d": ("actuels", "current"),
    "t": (r"EN COURS \(\d", r"CURRENT \(\d|ONGOING \(\d|NOW \(\d"),
    "b": ("INR {2,}4,8", r"INR {2,}4\.8"),
    "v": ("Tétanos", "Tetanus"),
    "c": ("GARNIER Odette", "GARNIER Odette"),
    "r": ("COUMADINE", "COUMADINE"),
}
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
BEYOND_SIXTEEN = re.compile(rb"\x1b\[(?:[0-9;]*;)?[34]8;[25];")


def at_the_sheet(start: Start, size: tuple[int, int] = (80, 24), **environment: str) -> Terminal:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "garnier", size=size, **environment)
    terminal.until(r"GARNIER Henri.*ALLERG")
    terminal.settle()
    return terminal


def shown_by_all(terminal: Terminal, language: int) -> list[str]:
    """The screen of each place, asked for one after the other."""
    screens = []
    for key, words in PLACES.items():
        terminal.press(key)
        terminal.until(words[language])
        terminal.settle()
        screens.append(terminal.text)
    return screens


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_every_place_paints_in_sixteen_colours(start: Start, size: tuple[int, int]) -> None:
    terminal = at_the_sheet(start, size, TERM="xterm")
    for screen in shown_by_all(terminal, 0):
        lines = screen.splitlines()
        assert lines[0].startswith("GARNIER Henri")
        assert "ALLERGIES" in lines[2]
        assert re.search(r"\^L +\?", lines[-1])
        assert "…" not in lines[-1]
    assert COLOUR.search(terminal.written)
    assert not BEYOND_SIXTEEN.search(terminal.written)


def test_every_place_says_the_same_without_colours(start: Start) -> None:
    def told(**environment: str) -> list[str]:
        screens = shown_by_all(at_the_sheet(start, (80, 24), **environment), 0)
        return [re.sub(r"lu \d\d:\d\d", "", screen) for screen in screens]

    assert told(NO_COLOR="1") == told()


def test_every_place_paints_in_english(start: Start) -> None:
    for screen in shown_by_all(at_the_sheet(start, (80, 24), DMP_LANG="en"), 1):
        assert re.search(r"Give\? .*\^L +\?", screen.splitlines()[-1])
        assert "…" not in screen.splitlines()[-1]


def test_the_last_inr_and_back_takes_two_keys(start: Start) -> None:
    terminal = at_the_sheet(start)
    sheet = terminal.text
    terminal.press("b")
    assert "INR" in terminal.until(r"INR {2,}4,8").splitlines()[4]
    terminal.press("escape")
    assert terminal.until(r"EN COURS / ANT").splitlines()[:20] == sheet.splitlines()[:20]
