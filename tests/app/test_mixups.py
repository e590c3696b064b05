"""Nothing of one patient is shown, kept or sent under another: cards, scans, ends of sessions at the worst moment."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dmp_tui.asking import base
from dmp_tui.client import DmpClient
from dmp_tui.demo.patients import patient
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.screens import dropped
from dmp_tui.screens.deposit import DepositScreen
from dmp_tui.screens.deposit_check import DepositCheckScreen
from dmp_tui.screens.messages import ReadDocument
from dmp_tui.screens.note import NoteScreen
from dmp_tui.screens.sheet import SheetScreen
from tests.app.conftest import FIRST, SECOND, Desk, NewDesk
from tests.app.test_deposit import choose
from tests.app.test_give import ask as ask_for
from tests.app.test_note import write
from tests.serving import ServerProcess


async def check_page(desk: Desk, folder: Path) -> DepositCheckScreen:
    """From the sheet to the page that asks whether a PDF is to be sent."""
    (folder / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    await choose(desk, "lettre.pdf")
    await desk.until_shows("DÉPOSER DANS CE DOSSIER")
    page = desk.app.screen
    assert isinstance(page, DepositCheckScreen)
    return page


async def send_unheard(desk: Desk, server: ServerProcess, folder: Path) -> None:
    """Garnier's record open, a PDF on its way to a server that answers nothing until it is thawed."""
    await desk.log_in()
    await desk.open("garnier")
    await check_page(desk, folder)
    server.freeze()
    await desk.pilot.press("enter")
    await desk.until(lambda: desk.app.sending)


async def test_a_cps_pulled_while_a_document_is_sent_says_that_nobody_knows_and_leaves_nothing_to_the_next(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await send_unheard(desk, own_server, tmp_path)
        desk.source.remove(FIRST)
        await desk.until_shows("Un envoi a été interrompu : vérifiez s'il est dans le dossier.")
        await desk.until(lambda: not desk.app.sending)
        await desk.until(lambda: all(worker.is_finished for worker in desk.app.workers if worker.group == "deposit"))
        own_server.thaw()
        await desk.log_in("lefevre")
        await desk.until_shows("!! ALLERGIES")
        assert "Déposé" not in desk.shown


async def test_a_lock_with_nothing_on_its_way_speaks_of_no_sending(new_desk: NewDesk, tmp_path: Path) -> None:
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await check_page(desk, tmp_path)
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée : la session est fermée.")
        assert "envoi" not in desk.shown


async def test_what_is_being_sent_is_left_neither_by_escape_nor_for_another_card(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        page = await check_page(desk, tmp_path)
        own_server.freeze()
        await desk.pilot.press("enter", "escape")
        await desk.until_shows("Envoi en cours : Échap ne l'arrête pas")
        desk.source.remove(SECOND)
        await desk.until_shows("CARTE RETIRÉE")
        desk.insert("leroy", SECOND)
        await desk.until_shows("F2 ouvre")
        await desk.pilot.press("f2")
        await desk.until_shows("Envoi en cours : attendez la réponse.")
        assert desk.app.screen is page
        own_server.thaw()
        await desk.until_shows("Déposé : CR de passage aux urgences")
        assert desk.shown.startswith("GARNIER")
        await desk.pilot.press("f2")
        await desk.until_shows("LEROY Martine")
        assert "Déposé" not in desk.shown


async def test_a_document_that_arrives_after_its_record_was_closed_is_told_without_its_title(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await send_unheard(desk, own_server, tmp_path)
        desk.app.close_record()
        own_server.thaw()
        await desk.until_shows("Le document de GARNIER Henri est déposé.")
        assert "CR de passage" not in desk.shown


async def test_the_answer_of_a_deposit_takes_nobody_away_from_the_note_begun_meanwhile(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await send_unheard(desk, own_server, tmp_path)
        desk.app.go("sheet")  # as the palette does
        await desk.pilot.pause()
        await write(desk, "malaise")
        own_server.thaw()
        await desk.until_shows("Déposé : CR de passage aux urgences")
        assert isinstance(desk.app.screen, NoteScreen)


async def test_a_file_that_was_slow_to_read_does_not_cover_the_note_begun_meanwhile(
    new_desk: NewDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        go_on = slowly(monkeypatch, dropped, "read_file")
        await choose(desk, "lettre.pdf")
        await desk.pilot.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, NoteScreen))
        go_on.set()
        await desk.until(lambda: not [w for w in desk.app.workers if w.group == "files" and w.is_running])
        assert isinstance(desk.app.screen, NoteScreen)


def slowly(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> threading.Event:
    """A blocking function of ours waits in its thread until the event is set."""
    gate = threading.Event()
    real: Callable[..., object] = getattr(module, name)

    def slow(*arguments: object) -> object:
        gate.wait(30)
        return real(*arguments)

    monkeypatch.setattr(module, name, slow)
    return gate


async def test_a_document_that_was_slow_to_come_does_not_cover_the_note_begun_meanwhile(
    new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    real = DmpClient.documents

    async def slow(self: DmpClient, *arguments: object) -> object:
        await gate.wait()
        return await real(self, *arguments)  # type: ignore[arg-type]  # as they came

    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        monkeypatch.setattr(DmpClient, "documents", slow)
        assert desk.app.record is not None
        line = next(line for topic in desk.app.record.sheet.topics for line in topic.lines)
        desk.app.screen.post_message(ReadDocument(line.sources[0].origin.document))
        await desk.pilot.pause()
        await write(desk, "malaise")
        gate.set()
        await desk.until(lambda: not [w for w in desk.app.workers if w.group == "open" and w.is_running])
        assert isinstance(desk.app.screen, NoteScreen)


async def test_a_card_never_takes_a_path_that_is_being_typed(new_desk: NewDesk, tmp_path: Path) -> None:
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await desk.pilot.press("a")
        await desk.until(lambda: isinstance(desk.app.screen, DepositScreen))
        await desk.pilot.press("p")
        await desk.until_shows("Chemin du fichier :")
        desk.source.remove(SECOND)
        desk.insert("leroy", SECOND)
        await desk.until_shows("Carte de LEROY Martine lue, F2 ouvre.")
        assert desk.shown.startswith("GARNIER")


async def test_the_card_pulled_over_a_note_is_told_on_it_and_so_is_its_return(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "malaise")
        desk.source.remove(SECOND)
        await desk.until_shows("CARTE RETIRÉE")
        desk.insert("garnier", SECOND)
        await desk.until(lambda: "CARTE RETIRÉE" not in desk.shown)
        assert isinstance(desk.app.screen, NoteScreen)
        assert "F2" not in desk.shown


async def test_a_card_pulled_before_its_record_came_is_told_when_it_comes(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        own_server.freeze()
        desk.insert("garnier", SECOND)
        await desk.until_shows("Ouverture du dossier de GARNIER")
        desk.source.remove(SECOND)
        await desk.until(lambda: desk.app.desk.cards[1][1] is None)
        own_server.thaw()
        await desk.until_shows("!! ALLERGIES")
        assert "CARTE RETIRÉE" in desk.shown


async def test_another_patients_card_pulled_says_nothing_of_a_record_that_was_scanned(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        desk.scan("leroy")
        await desk.until_shows("LEROY MARTINE")
        await desk.until_shows("!! ALLERGIES")
        desk.source.remove(SECOND)
        await desk.until(lambda: desk.app._vitale_pulled)
        await desk.pilot.pause()
        assert "CARTE RETIRÉE" not in desk.shown


async def test_f2_does_not_open_whom_an_older_card_named(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "malaise")
        desk.source.remove(SECOND)
        desk.insert("leroy", SECOND)
        await desk.until_shows("F2 ouvre")
        await desk.pilot.press("escape", "escape")
        await desk.until(lambda: isinstance(desk.app.screen, SheetScreen))
        desk.source.remove(SECOND)
        await desk.open("benali")
        await desk.pilot.press("f2")
        await desk.pilot.pause()
        assert desk.app.record is not None
        assert desk.app.record.identity.ins == patient("benali").ins


async def test_what_happens_is_told_under_the_palette_too(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "malaise")
        await desk.pilot.press("ctrl+p")
        await desk.until(lambda: not isinstance(desk.app.screen, NoteScreen))
        desk.source.remove(SECOND)
        desk.insert("leroy", SECOND)
        await desk.until(lambda: desk.app._waiting is not None)
        await desk.pilot.press("escape")
        await desk.until_shows("Carte de LEROY Martine lue, F2 ouvre.")


async def test_no_card_and_no_scan_takes_a_drug_check_away(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        screen = await ask_for(desk, "amoxicilline")
        desk.source.remove(SECOND)
        await desk.until_shows("CARTE RETIRÉE")
        desk.insert("garnier", SECOND)
        await desk.until_shows("Carte de GARNIER Henri lue, F2 ouvre.")
        assert desk.app.screen is screen
        assert desk.shown.startswith("LEROY")
        await desk.until_shows("!!! CONTRE-INDIQUÉ")
        desk.scan("duval")
        await desk.until_shows("Datamatrix de DUVAL MARGUERITE lu, F2 ouvre.")
        assert desk.app.screen is screen
        await desk.pilot.press("f2")
        await desk.until_shows("DUVAL MARGUERITE")
        assert "amoxicilline" not in desk.shown.lower()


async def test_a_base_that_was_slow_to_open_tells_nothing_of_one_patient_to_the_next(
    new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        go_on = slowly(monkeypatch, base, "open_base")
        await desk.pilot.press("g")
        await desk.until_shows("La base de médicaments s'ouvre.")
        await desk.pilot.press(*"amoxicilline")
        desk.app.close_record()
        await desk.open("garnier")
        go_on.set()
        screen = await ask_for(desk)
        assert screen.record.identity.ins == patient("garnier").ins
        await desk.until_shows("PLAIE : TÉTANOS")
        assert "amoxicilline" not in desk.shown.lower()
