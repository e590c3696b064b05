"""Depositing from the app, before the real server."""

import os
from pathlib import Path

import pytest

from dmp_tui.demo.cda import header_of, write_cda
from dmp_tui.demo.clinical import Section, Words
from dmp_tui.demo.kinds import KINDS
from dmp_tui.demo.patients import patient
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.demo.people import worker
from dmp_tui.screens.deposit_check import DepositCheckScreen
from dmp_tui.screens.sheet import SheetScreen
from tests.app.conftest import Desk, NewDesk
from tests.serving import ServerProcess


def cda(key: str, unique_id: str) -> bytes:
    someone, author = patient(key), worker("durand")
    head = header_of(unique_id, KINDS["visit"], "Consultation", "2026-11-20", patient=someone, author=author)
    return write_cda(head, (Section("42349-1", (Words("Fièvre"),)),))


async def choose(desk: Desk, name: str) -> None:
    await desk.pilot.press("a")
    await desk.until_shows(name)
    await desk.pilot.press("enter")


async def test_a_pdf_takes_three_keys_and_stands_in_the_list(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "lettre.pdf")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        assert "GARNIER HENRI" in desk.shown.upper()
        await desk.pilot.press("enter")
        await desk.until_shows("Déposé : CR de passage aux urgences")
        assert isinstance(desk.app.screen, SheetScreen)
        await desk.until(lambda: desk.app.record is not None and desk.app.record.documents is not None)
        assert desk.app.record is not None
        mine = [d for d in desk.app.record.documents or () if d.media_type == "application/pdf"]
        assert [d.title for d in mine] == ["CR de passage aux urgences"]
        # The same file again is the same document.
        await choose(desk, "lettre.pdf")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        await desk.pilot.press("3", "enter")
        await desk.until_shows("déjà dans le dossier")


async def test_type_and_confidentiality_are_chosen_before_it_is_sent(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "lettre.pdf")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        await desk.pilot.press("4", "m")
        await desk.until_shows("m [x]")
        await desk.pilot.press("enter")
        await desk.until_shows("Déposé : Lettre de liaison de sortie")
        await desk.until(lambda: desk.app.record is not None and desk.app.record.documents is not None)
        assert desk.app.record is not None
        [mine] = [d for d in desk.app.record.documents or () if d.media_type == "application/pdf"]
        assert mine.masked


async def test_another_patients_document_is_refused_and_says_whose(new_desk: NewDesk, tmp_path: Path) -> None:
    (tmp_path / "autre.xml").write_bytes(cda("leroy", "2.25.1001"))
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "autre.xml")
        await desk.until_shows("Refusé : ce document porte l'INS")
        assert patient("leroy").ins.matricule in desk.shown
        assert not isinstance(desk.app.screen, DepositCheckScreen)


async def test_another_name_asks_whether_it_is_the_same_patient(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    ours, theirs = patient("garnier").ins, patient("leroy").ins
    content = cda("leroy", "2.25.1002").replace(theirs.matricule.encode(), ours.matricule.encode())
    (tmp_path / "nom.xml").write_bytes(content)
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "nom.xml")
        await desk.until_shows("le document nomme : LEROY")
        assert "le dossier ouvert : GARNIER" in desk.shown
        await desk.pilot.press("enter")
        await desk.pilot.pause()
        assert isinstance(desk.app.screen, DepositCheckScreen)
        assert not desk.app.screen.sending
        await desk.pilot.press("o")
        await desk.until_shows("Déposé")


async def test_a_server_that_is_gone_loses_nothing(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "lettre.pdf")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        own_server.stop()
        await desk.pilot.press("enter")
        await desk.until_shows("Serveur injoignable")
        assert isinstance(desk.app.screen, DepositCheckScreen)
        assert not desk.app.screen.sending


async def test_what_is_no_document_says_why(new_desk: NewDesk, tmp_path: Path) -> None:
    (tmp_path / "page.xml").write_bytes(b"<html/>")
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "page.xml")
        await desk.until_shows("Non déposé : Document illisible (XML, mais pas un CDA)")
        await desk.pilot.press("p")
        await desk.until_shows("Chemin du fichier :")
        await desk.pilot.press(*"absent.pdf", "enter")
        await desk.until_shows("n'existe pas")


async def test_a_pdf_that_writes_another_patients_number_asks_before_it_goes(new_desk: NewDesk, tmp_path: Path) -> None:
    number = patient("leroy").ins.grouped
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", f"INS {number}")))
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "lettre.pdf")
        await desk.until_shows("le PDF porte un autre INS ou NIR que celui du dossier")
        assert number in desk.shown
        await desk.pilot.press("enter")
        await desk.pilot.pause()
        assert isinstance(desk.app.screen, DepositCheckScreen)
        assert not desk.app.screen.sending


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text_pdf(()), "PDF sans texte (une image)"),
        (b"%PDF-1.4\n" + b"x" * 4000, "PDF abîmé"),
    ],
)
async def test_a_pdf_that_cannot_be_looked_into_says_so(
    new_desk: NewDesk, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "lettre.pdf").write_bytes(content)
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await choose(desk, "lettre.pdf")
        await desk.until_shows(said)


async def test_the_newest_of_many_files_is_three_keys_from_the_record_whatever_its_name(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    for number in range(150):
        old = tmp_path / f"ancien {number}.pdf"
        old.write_bytes(text_pdf(("Courrier", str(number))))
        os.utime(old, (1_700_000_000 + number, 1_700_000_000 + number))
    name = "Compte rendu détaillé d'hospitalisation en unité de soins intensifs de cardiologie, été 2026, définitif.pdf"
    (tmp_path / name).write_bytes(text_pdf(("Courrier", "Bonjour")))
    async with new_desk(own_server, deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await desk.pilot.press("a")
        await desk.until_shows("définitif.pdf")
        assert "Compte rendu" in desk.shown
        await desk.pilot.press("enter")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        await desk.pilot.press("enter")
        await desk.until_shows("Déposé : CR de passage aux urgences")


async def test_the_list_says_which_files_it_leaves_out(new_desk: NewDesk, tmp_path: Path) -> None:
    (tmp_path / "lettre.pdf").write_bytes(text_pdf(("Courrier", "Bonjour")))
    (tmp_path / "ancien.txt").write_bytes("Élève fiévreux".encode("cp1252"))
    async with new_desk(deposit_folder=tmp_path).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await desk.pilot.press("a")
        await desk.until_shows("lettre.pdf")
        assert "ancien.txt" not in desk.shown
        await desk.until_shows("Ne sont montrés que PDF, CDA, document FHIR, texte UTF-8 et image")
