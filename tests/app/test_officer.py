"""A privacy officer at the desk: the register, its filters, verdicts and file, and no record."""

from pathlib import Path

import pytest

from dmp_tui.screens.lock import LockScreen
from dmp_tui.screens.register import RegisterScreen
from dmp_tui.screens.register_access import AccessScreen, PeriodForm, VerdictForm
from tests.app.conftest import FIRST, SECOND, Desk, NewDesk
from tests.serving import ServerProcess


async def broken(desk: Desk) -> None:
    """Dr MARCHAND breaks the glass of a record and leaves; the officer logs in."""
    await desk.log_in("marchand")
    desk.insert("fontaine", SECOND)
    await desk.until_shows("Consentement du patient")
    desk.app.awake()
    await desk.pilot.press("exclamation_mark", "1", "enter", *"inconscient, seul", "enter")
    await desk.until_shows("BRIS DE GLACE jusqu'à")
    desk.source.remove(SECOND)
    desk.source.remove(FIRST)
    await desk.until(lambda: isinstance(desk.app.screen, LockScreen))
    await desk.log_in("delorme")
    await desk.until_shows("à examiner")


async def test_the_officer_sees_reviews_and_exports(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    desk = new_desk(own_server)
    async with desk.running():
        await broken(desk)
        assert "REGISTRE DES ACCÈS D'URGENCE" in desk.shown
        assert "Dr MARCHAND Luc" in desk.shown
        assert "FONTAINE" not in desk.shown
        await desk.pilot.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, AccessScreen))
        assert "inconscient, seul" in desk.shown
        assert "FONTAINE" not in desk.shown
        await desk.pilot.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, VerdictForm))
        await desk.pilot.press("enter")
        await desk.until_shows("Dites pourquoi en quelques mots")
        await desk.pilot.press(*"hors urgence", "enter")
        await desk.until_shows("Avis enregistré.")
        await desk.pilot.press("j", "enter")
        await desk.until_shows("justifié, par DELORME Sylvie")
        assert "NON JUSTIFIÉ, par DELORME Sylvie" in desk.shown
        await desk.pilot.press("escape")
        await desk.until_shows("à examiner 0 · justifié 1 · non justifié 0")
        await desk.pilot.press("e")
        await desk.until_shows("Exporter sous :")
        await desk.pilot.press("enter")
        await desk.until_shows("Accès exportés : 1")
    (file,) = exported(tmp_path)
    content = file.read_text("utf-8-sig")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Dr MARCHAND Luc;899700000096" in content
    assert "inconscient, seul" in content
    assert "FONTAINE" not in content


def exported(home: Path) -> list[Path]:
    return list(home.glob("acces-urgence-*.csv"))


async def test_filters_are_said_and_undone(new_desk: NewDesk, own_server: ServerProcess) -> None:
    desk = new_desk(own_server)
    async with desk.running():
        await broken(desk)
        await desk.pilot.press("v")
        await desk.until_shows("Affichés : accès à examiner")
        await desk.until_shows("Dr MARCHAND Luc")
        await desk.pilot.press("p")
        await desk.until_shows("Affichés : accès à examiner, Dr MARCHAND Luc")
        await desk.pilot.press("m", "m")
        await desk.until_shows("centre 15, Dr MARCHAND Luc")
        await desk.until_shows("Aucun accès d'urgence sous ce filtre.")
        await desk.pilot.press("e")
        await desk.until_shows("Rien à exporter sous ce filtre.")
        await desk.pilot.press("d")
        await desk.until(lambda: isinstance(desk.app.screen, PeriodForm))
        await desk.pilot.press(*"31/02/2026", "enter", "enter")
        await desk.until_shows("Ce n'est pas une date")
        await desk.pilot.press("ctrl+u", *"01/02/2026", "enter", *"01/01/2026", "enter")
        await desk.until_shows("Le premier jour est après le dernier")
        await desk.pilot.press("ctrl+u", "enter")
        await desk.until_shows("du 01/02/2026")
        await desk.pilot.press("x")
        await desk.until_shows("Affichés : tous les accès")
        await desk.until_shows("Dr MARCHAND Luc")


async def test_no_card_scan_or_key_opens_a_record(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running():
        await desk.log_in("delorme")
        await desk.until(lambda: isinstance(desk.app.screen, RegisterScreen))
        desk.insert("leroy", SECOND)
        await desk.until_shows("n'ouvre aucun dossier")
        desk.scan("garnier")
        await desk.until_shows("n'ouvre aucun dossier")
        await desk.pilot.press("slash", "s", "exclamation_mark", "escape")
        assert isinstance(desk.app.screen, RegisterScreen)
        assert desk.app.record is None
        await desk.pilot.press("question_mark")
        await desk.until_shows("exporter ce qui est affiché")
        await desk.pilot.press("escape")
        await desk.pilot.press("ctrl+l")
        await desk.until(lambda: isinstance(desk.app.screen, LockScreen))


async def test_the_officers_verb_lets_nobody_else_in(new_desk: NewDesk) -> None:
    desk = new_desk()
    desk.app.officers_only = True
    async with desk.running():
        desk.insert("simon")
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        await desk.until_shows("n'est pas celle d'un délégué")
        assert desk.app.session is None
