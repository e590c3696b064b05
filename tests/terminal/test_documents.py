"""A document copied and saved from the real program, in a real terminal."""

import base64
import re
import stat
from collections.abc import Callable
from pathlib import Path

from tests.terminal.terminal import Terminal


def test_a_document_is_copied_by_osc_52_and_saved_for_its_reader_alone(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    terminal = start("--insert-cps", "simon", "--pin", "1234", "--insert-vitale", "garnier", HOME=str(home))
    terminal.until(r"GARNIER.*ALLERGIES")
    terminal.settle()
    terminal.press("d")
    terminal.until("2 ans, actuels")
    terminal.press("enter")
    terminal.until("Auteur : ")
    terminal.until(lambda text: "demandé au serveur" not in text)
    terminal.press("y")
    terminal.until("Copié, si le terminal le permet : passage")
    found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", bytes(terminal.written))
    assert found
    assert re.match(r"\d\d/\d\d/\d{4} ", base64.b64decode(found[1]).decode())
    terminal.press("w")
    terminal.until(r"Enregistrer l'original dans : ~/\S+\.xml")
    terminal.press("enter")
    terminal.until("Enregistré : ")
    (saved,) = home.iterdir()
    assert saved.read_bytes().lstrip().startswith(b"<")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "garnier" not in saved.name.lower()
