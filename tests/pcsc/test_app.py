"""The app itself on real PC/SC: by APDU in a terminal, and by a vendor's PKCS#11 module."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dmp_tui.app import DmpApp
from dmp_tui.cards.events import CardInserted, CardRemoved
from dmp_tui.cards.pcsc import PcscSource
from dmp_tui.cards.virtual import Cps3
from dmp_tui.client import DmpClient
from dmp_tui.config import Settings
from dmp_tui.demo.cards import demonstration_card
from tests.looking import screen_text, until, until_shows
from tests.pcsc.conftest import READERS, Desk
from tests.pcsc.test_opensc import MODULE
from tests.serving import PROGRAM, ServerProcess
from tests.terminal.terminal import Terminal


class Hands:
    """``dmp-tui card emulate`` and somebody who types its commands."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def do(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()


@contextmanager
def emulated(sandbox: Path) -> Iterator[Hands]:
    command = [str(PROGRAM), "card", "emulate", "--sandbox", str(sandbox)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        yield Hands(process)
        process.communicate("quit\n", timeout=60)
    assert process.returncode == 0


def test_two_cards_through_pcscd_bring_the_sheet_and_their_going_locks(
    desk: Desk, sandbox: Path, served: ServerProcess
) -> None:
    command = (str(PROGRAM), "--config", str(sandbox / "app.toml"))
    terminal = Terminal(command, {"DMP_TUI_SERVER_URL": served.url})
    try:
        terminal.until(r"Virtual PCD 00 00 : vide.*Virtual PCD 00 01 : vide.*répond")
        with emulated(sandbox) as hands:
            hands.do("cps simon")
            terminal.until(r"Carte CPS de SIMON Claire.*3 essais.*> Code PIN")
            terminal.press("9999", "enter")
            terminal.until(r"Il reste 2 essais")
            terminal.press("1234", "enter")
            terminal.until(r"Dr SIMON Claire.*carte Vitale du patient")
            hands.do("vitale garnier")
            terminal.until(r"GARNIER Henri.*NORMAL Dr SIMON Claire.*ALLERGIES.*COUMADINE")
            hands.do("remove 1")
            terminal.until("CARTE RETIRÉE")
            hands.do("vitale leroy")
            terminal.until(r"LEROY Martine.*ALLERGIES.*Amoxicilline")
            hands.do("remove 0")
            screen = terminal.until("Carte CPS retirée : la session est fermée")
            assert "LEROY" not in screen
            hands.do("insert bank 0")
            terminal.until("C'est une carte bancaire")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
    finally:
        terminal.close()
    desk.expect(CardInserted, 0)


def app_by_module(served: ServerProcess, cache: Path) -> DmpApp:
    settings = Settings(
        served.url,
        served.authority,
        "1.2.250.1.213.1.4.10",
        pkcs11_module=MODULE,
        pkcs11_cache=cache,
    )

    async def connect() -> DmpClient:
        return DmpClient(served.url, served.authority)

    return DmpApp(settings, PcscSource, connect)


@pytest.fixture
def card(desk: Desk, sandbox: Path) -> Cps3:
    pytest.importorskip("pkcs11", reason="needs python-pkcs11 (dmp-tui[cards])")
    if not MODULE.exists():
        pytest.skip("needs opensc-pkcs11.so (opensc-pkcs11)")
    made = demonstration_card("simon", sandbox / "authority")
    assert isinstance(made, Cps3)
    return made


async def test_the_app_logs_in_by_a_pkcs11_module(
    desk: Desk, card: Cps3, sandbox: Path, served: ServerProcess, tmp_path: Path
) -> None:
    app = app_by_module(served, tmp_path / "absent" / "cache")
    async with app.run_test() as pilot:
        await until_shows(pilot, READERS[0])
        desk.slots[0].insert(card)
        await until_shows(pilot, "Carte CPS de SIMON Claire")
        await pilot.press(*"9999", "enter")
        await until_shows(pilot, "Code PIN faux")
        assert card.tries_left == 2
        await pilot.press(*"1234", "enter")
        await until_shows(pilot, "Insérez la carte Vitale")
        desk.slots[1].insert(demonstration_card("garnier", None))
        await until_shows(pilot, "!! ALLERGIES")
        assert screen_text(app).startswith("GARNIER Henri")
        await pilot.press("ctrl+l")
        await until_shows(pilot, "Verrouillé.")
        # Locking takes the PIN from the card, which OpenSC by itself leaves as it is.
        await until(pilot, lambda: not card._verified and app.card is not None)
        desk.slots[0].remove()
        await until_shows(pilot, "Carte CPS retirée")
        await app.action_quit()
    desk.expect(CardRemoved, 0)


async def test_the_app_refuses_a_module_whose_cache_it_could_write(
    desk: Desk, card: Cps3, served: ServerProcess, tmp_path: Path
) -> None:
    assert os.access(tmp_path, os.W_OK)
    app = app_by_module(served, tmp_path)
    async with app.run_test() as pilot:
        await until_shows(pilot, READERS[0])
        desk.slots[0].insert(card)
        await until_shows(pilot, "Le module PKCS#11 écrirait des fichiers de la carte en clair")
        assert "Code PIN" not in screen_text(app)
        await app.action_quit()
