"""May I give it?, in a real terminal: a letter, three letters, Enter."""

from collections.abc import Callable

from tests.terminal.terminal import Terminal

Start = Callable[..., Terminal]


def at_the_sheet(start: Start, patient: str, **environment: str) -> Terminal:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", patient, **environment)
    terminal.until(r"ALLERG")
    terminal.settle()
    return terminal


def test_three_letters_and_enter_see_a_contraindication(start: Start) -> None:
    terminal = at_the_sheet(start, "leroy")
    terminal.press("g")
    terminal.until("PLAIE")
    terminal.press(*"amo")
    terminal.until(r"!!! CONTRE-INDIQU")
    terminal.press("enter")
    terminal.settle()
    screen = terminal.text
    assert screen.splitlines()[0].startswith("LEROY")
    assert "ALLERGIES" in screen.splitlines()[2]
    assert "!!! CONTRE-INDIQUÉ" in screen
    assert "Amoxicilline" in screen
    terminal.press("enter")
    terminal.until("Choc anaphylactique")
    terminal.press("escape")
    assert "!!! CONTRE-INDIQUÉ" in terminal.until("PUIS-JE DONNER")


def test_it_says_the_same_in_english(start: Start) -> None:
    terminal = at_the_sheet(start, "leroy", DMP_LANG="en")
    terminal.press("g")
    terminal.until("TETANUS")
    terminal.press(*"amo")
    assert "…" not in terminal.until("!!! CONTRAINDICATED").splitlines()[-1]
