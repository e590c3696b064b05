"""The demonstration from its start to its end, by keyboard, in 80x24."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.conftest import datamatrix
from tests.terminal.terminal import Terminal, descendants, gone

Start = Callable[..., Terminal]
SHEET = r"LEROY Martine.*ALLERGIES.*Amoxicilline"
READY = r"Dr SIMON Claire.*carte Vitale du patient"


def to_the_sheet(start: Start, patient: str = "leroy", **environment: str) -> Terminal:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", patient, **environment)
    terminal.until(SHEET if patient == "leroy" else r"ALLERGIES")
    return terminal


def test_the_script_reaches_the_sheet_without_a_key(start: Start) -> None:
    screen = to_the_sheet(start).text
    assert "INS 2 58 04 99 012 901 75" in screen
    assert "NORMAL Dr SIMON Claire" in screen
    assert "DÉMO" in screen


def test_by_hand_card_pin_card_sheet(start: Start) -> None:
    terminal = start()
    terminal.until("Démonstration prête")
    terminal.press("f9")
    terminal.until(r"LECTEURS DE LA DÉMONSTRATION.*SIMON.*code 1234")
    terminal.press("enter")
    terminal.until("Carte CPS de SIMON Claire")
    terminal.press("1234", "enter")
    terminal.until(READY)
    terminal.press("f9")
    terminal.until("LECTEURS DE LA DÉMONSTRATION")
    terminal.press("g")
    terminal.press("enter")
    terminal.until(r"GARNIER Henri.*ALLERGIES")


def test_a_wrong_pin_counts_down_and_the_card_remembers(start: Start) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "9999")
    terminal.until("Il reste 2 essais")
    terminal.press("f9")
    terminal.until(r"Lecteur virtuel 1 : Dr SIMON")
    terminal.press("enter")
    terminal.until("Insérez votre carte CPS")
    terminal.press("f9")
    terminal.until(r"Lecteur virtuel 1 : vide")
    terminal.press("enter")
    terminal.until("Il reste 2 essais")


def test_the_glass_is_broken_with_a_reason(start: Start) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "kowalski")
    terminal.until(r"KOWALSKI.*NON AUTORISÉ")
    terminal.settle()
    terminal.press("!")
    terminal.until("Vous lirez ce dossier")
    terminal.press("1\t")
    terminal.until("> Précisez")
    terminal.press("Crise convulsive prolongée", "enter")
    terminal.until(r"BRIS DE GLACE jusqu'à \d\d:\d\d.*KEPPRA.*LAMICTAL")


def test_the_glass_of_who_opposed_stays_whole(start: Start) -> None:
    terminal = start("--insert-cps", "lefevre", "--pin", "1234", "--insert-vitale", "lambert")
    terminal.until(r"LAMBERT.*NON AUTORISÉ")
    terminal.settle()
    terminal.press("!")
    terminal.until("Vous lirez ce dossier")
    terminal.press("2\t")
    terminal.until("> Précisez")
    terminal.press("Douleur thoracique", "enter")
    assert "sclérose" not in terminal.until("oppos").lower()


def test_pulling_the_cps_locks_and_leaves_nothing_of_the_record(start: Start) -> None:
    terminal = to_the_sheet(start)
    terminal.press("f9")
    terminal.until(r"Lecteur virtuel 1 : Dr SIMON")
    terminal.press("s", "enter")
    screen = terminal.until("Carte CPS retirée")
    assert "LEROY" not in screen
    assert "Amoxicilline" not in screen


def test_locking_by_key_asks_the_pin_again(start: Start) -> None:
    terminal = to_the_sheet(start)
    terminal.press("ctrl+l")
    assert "LEROY" not in terminal.until("Tapez le code PIN")
    terminal.until("Il reste 3 essais")
    terminal.settle()
    terminal.press("1234", "enter")
    terminal.until(READY)


def test_a_scanner_types_a_record_open(start: Start) -> None:
    terminal = to_the_sheet(start)
    terminal.settle()
    terminal.press(datamatrix("garnier"), "enter")
    terminal.until(r"GARNIER HENRI.*ALLERGIES")


def test_two_beneficiaries_wait_for_a_digit(start: Start) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "moreau")
    terminal.until(r"qui est le patient.*MOREAU Sophie.*MOREAU Lucas")
    terminal.settle()
    terminal.press("2")
    terminal.until(r"MOREAU Lucas.*ALLERGIES.*Arachide")


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ("costa", r"AUCUN DMP"),
        ("vidal", r"fermé"),
        ("moreau_jade", r"NIR de l'assuré"),
    ],
)
def test_a_record_that_does_not_open_says_why(start: Start, patient: str, words: str) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", patient)
    assert "ALLERGIES" not in terminal.until(words)


@pytest.mark.parametrize(
    ("card", "words"),
    [("expired", "expir"), ("revoked", "révoqu"), ("not-yet-valid", "pas encore"), ("foreign", "autorité")],
)
def test_a_card_with_a_problem_is_refused_in_a_sentence(start: Start, card: str, words: str) -> None:
    terminal = start("--insert-cps", card, "--pin", "1234")
    terminal.until(words)


def test_leaving_restores_the_terminal_and_leaves_no_process_and_no_file(start: Start, runtime: Path) -> None:
    terminal = to_the_sheet(start)
    children = descendants(terminal.process.pid)
    assert children
    assert list(runtime.iterdir())
    terminal.press("ctrl+q")
    assert terminal.ended() == 0
    assert terminal.written.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in terminal.written
    assert all(gone(pid) for pid in children)
    assert not list(runtime.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_app_that_is_ended_takes_its_server_along(start: Start, runtime: Path, number: signal.Signals) -> None:
    terminal = to_the_sheet(start)
    children = descendants(terminal.process.pid)
    os.kill(terminal.process.pid, number)
    terminal.ended()
    assert all(gone(pid) for pid in children)
    assert not list(runtime.iterdir())
    if number is not signal.SIGKILL:
        assert b"\x1b[?1049l" in terminal.written


def test_keys_and_records_wait_for_the_next_start(start: Start, cache: Path) -> None:
    to_the_sheet(start)
    kept = sorted(path.name.partition("-")[0] for path in cache.iterdir() if path.is_dir())
    assert kept == ["authority", "records"]
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir() if path.is_dir()}
    to_the_sheet(start)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir() if path.is_dir()} == before


def test_without_colours_the_words_are_the_same(start: Start) -> None:
    def shown(**environment: str) -> list[str]:
        terminal = to_the_sheet(start, **environment)
        terminal.until(r"\^L +\?")
        terminal.settle()
        return [line for line in terminal.text.splitlines() if "lu " not in line]

    assert shown() == shown(NO_COLOR="1")


def test_a_small_terminal_gets_one_sentence_and_recovers_its_screen(start: Start) -> None:
    terminal = start("--insert-cps", "simon", "--pin", "1234", size=(60, 15))
    terminal.until("Terminal trop petit")


def test_leaving_while_the_first_start_prepares_leaves_nothing_half_made(
    start: Start, runtime: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "own-cache"
    terminal = start(DMP_TUI_DEMO_CACHE=str(cache))
    terminal.until("écriture des dossiers")
    children = descendants(terminal.process.pid)
    terminal.press("ctrl+q")
    assert terminal.ended() == 0
    assert all(gone(pid) for pid in children)
    assert not list(runtime.iterdir())
    assert not list(cache.glob(".making-*"))


def test_a_cache_that_cannot_be_written_is_said(start: Start, tmp_path: Path) -> None:
    blocking = tmp_path / "file"
    blocking.write_text("no directory")
    terminal = start(DMP_TUI_DEMO_CACHE=str(blocking))
    terminal.until(r"ne\s+peut\s+être\s+écrit")
    terminal.press("ctrl+q")
    assert terminal.ended() == 0
