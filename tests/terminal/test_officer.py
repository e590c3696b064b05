"""The register of emergency accesses in the real program, in a real terminal of 80x24, by keyboard alone."""

from collections.abc import Callable

from tests.terminal.terminal import Terminal


def test_an_officer_reviews_what_a_doctor_has_just_done(start: Callable[..., Terminal]) -> None:
    terminal = start("--insert-cps", "marchand", "--pin", "1234", "--insert-vitale", "fontaine")
    terminal.until("Consentement du patient")
    terminal.settle()
    terminal.press("!")
    terminal.until("Motif")
    terminal.press("1")
    terminal.until(r"1 à 3\) : 1")
    terminal.press("enter")
    terminal.until("> Précisez : _")
    terminal.press("inconscient, seul")
    terminal.until("inconscient, seul")
    terminal.press("enter")
    terminal.until("BRIS DE GLACE jusqu'à")
    terminal.settle()
    terminal.press("f9")
    terminal.until("LECTEURS DE LA DÉMONSTRATION.*DELORME")
    for _card in range(10):
        terminal.press("down")
    terminal.settle()
    terminal.press("enter")
    terminal.until("Carte CPS de DELORME")
    terminal.settle()
    terminal.press("1234", "enter")
    screen = terminal.until(r"REGISTRE DES ACCÈS D'URGENCE.*À EXAMINER.*MARCHAND")
    assert "FONTAINE" not in screen
    assert "à examiner 1" in screen
    assert len(screen.splitlines()) <= 24
    terminal.press("enter")
    terminal.until(r"ACCÈS D'URGENCE \d+ : À EXAMINER.*inconscient, seul")
    terminal.press("j")
    terminal.until("justifié \\?")
    terminal.press("urgence vraie")
    terminal.until("urgence vraie")
    terminal.press("enter")
    terminal.until(r"justifié, par DELORME Sylvie.*urgence vraie.*Avis enregistré")
    terminal.press("escape")
    terminal.until("à examiner 0 · justifié 1")
    terminal.press("ctrl+q")
    assert terminal.ended() == 0
