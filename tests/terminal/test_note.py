"""A note written in the real program, in a real terminal of 80x24."""

from collections.abc import Callable

from tests.terminal.terminal import Terminal


def test_a_note_is_written_previewed_and_deposited(start: Callable[..., Terminal]) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "garnier")
    terminal.until(r"GARNIER.*ALLERGIES")
    terminal.settle()
    terminal.press("a")
    terminal.until("n : écrire une note")
    terminal.press("n")
    terminal.until("CONSIGNES")
    terminal.settle()
    terminal.press("malaise")
    terminal.until("malaise")
    assert "…" not in terminal.text.splitlines()[-1]
    terminal.press("\x13")
    terminal.until("REPRIS DE LA FICHE")
    assert "malaise" in terminal.text
    terminal.press("\x13")
    terminal.until("DÉPOSER DANS CE DOSSIER")
    assert terminal.text.splitlines()[0].startswith("GARNIER Henri")
    terminal.press("enter")
    terminal.until("Déposé : Passage aux urgences")
