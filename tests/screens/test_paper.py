"""What a patient takes with him: whole, in his language, through lp's standard input or into a file of one's own."""

import stat
from pathlib import Path

import pytest

from dmp_tui.client.answers import PatientAccess
from dmp_tui.screens.access_code import AccessCodeScreen, grouped
from dmp_tui.screens.creation import LeafletScreen
from dmp_tui.screens.leaflet import leaflet, leaflet_text
from dmp_tui.screens.printing import PrintError, PrintProblem, print_text
from tests.looking import until_shows
from tests.screens.alone import Alone
from tests.screens.people import NOW, TODAY, identity, record


def lp(folder: Path, script: str) -> str:
    """A printer of the test's own; the path that holds it."""
    program = folder / "lp"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_leaflet_is_whole_in_both_languages(code: str) -> None:
    parts = leaflet(code)
    assert len(parts) == len(leaflet("fr")) == 8
    text = leaflet_text(code)
    assert all(len(line) <= 78 for line in text.splitlines())
    assert ("Vous décidez" in text.replace("VOUS DÉCIDEZ", "Vous décidez")) is (code == "fr")
    for french, other in zip(leaflet("fr"), parts, strict=True):
        assert (french == other) is (code == "fr")


async def test_paper_goes_through_standard_input_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", lp(tmp_path, f'echo "$@" > {tmp_path}/arguments; cat > {tmp_path}/page'))
    await print_text("Votre code : 1234")
    assert (tmp_path / "page").read_text() == "Votre code : 1234"
    assert "1234" not in (tmp_path / "arguments").read_text()


@pytest.mark.parametrize(("script", "problem"), [("exit 1", PrintProblem.NO_PRINTER), ("exit 3", PrintProblem.FAILED)])
async def test_a_printer_that_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, problem: PrintProblem
) -> None:
    monkeypatch.setenv("PATH", lp(tmp_path, script))
    with pytest.raises(PrintError) as caught:
        await print_text("x")
    assert caught.value.problem is problem


async def test_no_printer_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrintError) as caught:
        await print_text("x")
    assert caught.value.problem is PrintProblem.NO_PRINTER


async def test_the_leaflet_turns_is_saved_and_says_that_the_patient_was_told(tmp_path: Path) -> None:
    told: list[bool] = []
    screen = LeafletScreen(identity(), TODAY, lambda: told.append(True))
    app = Alone(screen)  # type: ignore[arg-type]  # a page, if not of a record
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shows(pilot, "Vous décidez")
        await pilot.press("l")
        await until_shows(pilot, "You decide")
        await pilot.press("w", "ctrl+u", *str(tmp_path / "page.txt"), "enter")
        await until_shows(pilot, "Enregistré")
        assert (tmp_path / "page.txt").read_text() == leaflet_text("en")
        assert stat.S_IMODE((tmp_path / "page.txt").stat().st_mode) == 0o600
        await pilot.press("w", "ctrl+u", *str(tmp_path / "none" / "page.txt"), "enter")
        await until_shows(pilot, "Ce dossier n'existe pas")
        assert not told
        await pilot.press("escape", "enter")
        assert told == [True]


async def test_the_code_is_large_on_screen_and_whole_on_paper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    screen = AccessCodeScreen(record(), TODAY, PatientAccess("K7QMP2XA", "1234567890", NOW))
    app = Alone(screen)  # type: ignore[arg-type]  # a page of a record, if not a RecordScreen
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shows(pilot, "K 7 Q M   P 2 X A")
        assert "MARTINEAU" not in screen.paper()
        assert "K7QM  P2XA" in screen.paper()
        assert "Identifiant : 1234567890" in screen.paper()
        assert "1 2 3 4 5 6 7 8 9 0" in app.text
        await pilot.press("i")
        await until_shows(pilot, "Ce poste n'a pas d'imprimante")


def test_a_code_that_has_separators_keeps_them() -> None:
    assert grouped("AB-CDE-F") == ["AB", "CDE", "F"]
    assert grouped("ABCDEFGHI") == ["ABCD", "EFGH", "I"]
