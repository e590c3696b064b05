"""Writing a note in the app, before the real server: drafts, preview, deposit, and what is kept when things go."""

from datetime import timedelta

import pytest
from textual.widgets import TextArea

from dmp_tui.client import DmpClient
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.transport import Sent
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import Ins
from dmp_tui.screens.deposit_check import DepositCheckScreen
from dmp_tui.screens.note import NoteScreen
from dmp_tui.screens.note_preview import NotePreviewScreen
from dmp_tui.screens.sheet import SheetScreen
from tests.app.conftest import FIRST, SECOND, Desk, NewDesk
from tests.serving import ServerProcess


async def write(desk: Desk, text: str) -> TextArea:
    """Open the editor from the sheet and type below the first heading."""
    await desk.pilot.press("a")
    await desk.until_shows("n : écrire une note")
    await desk.pilot.press("n")
    await desk.until_shows("GESTES ET TRAITEMENTS DONNÉS")
    await desk.pilot.press(*("space" if c == " " else c for c in text))
    screen = desk.app.screen
    assert isinstance(screen, NoteScreen)
    assert text in screen.editor.text
    return screen.editor


async def test_a_note_is_typed_previewed_deposited_and_stands_on_the_sheet(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        assert desk.app.record is not None
        before = desk.app.record.sheet
        await write(desk, "chute dans les escaliers")
        assert "GARNIER" in desk.shown
        assert "NORMAL" in desk.shown
        await desk.pilot.press("ctrl+s")
        await desk.until_shows("REPRIS DE LA FICHE")
        assert isinstance(desk.app.screen, NotePreviewScreen)
        assert "chute dans les escaliers" in desk.shown
        await desk.pilot.press("f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        assert "GARNIER HENRI" in desk.shown.upper()
        await desk.pilot.press("enter")
        await desk.until_shows("Déposé : Passage aux urgences")
        assert isinstance(desk.app.screen, SheetScreen)
        await desk.until(lambda: desk.app.record is not None and desk.app.record.documents is not None)
        record = desk.app.record
        mine = [d for d in record.documents or () if record.professional_id in {a.id for a in d.authors}]
        assert "Passage aux urgences" in {d.title for d in mine}
        for kind in (Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM):
            was, now = before.topic(kind).lines, record.sheet.topic(kind).lines
            assert [line.key for line in now] == [line.key for line in was]
        assert "Passage aux urgences" in told_by(desk)
        assert len(desk.app.drafts) == 0


async def test_a_line_that_was_taken_away_is_not_carried_over(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "chute")
        await desk.pilot.press("f8")
        await desk.until_shows("REPRIS DE LA FICHE")
        preview = desk.app.screen
        assert isinstance(preview, NotePreviewScreen)
        for _ in preview.offered:
            await desk.pilot.press("space", "down")
        assert preview.removed == {one.key for one in preview.offered}
        await desk.pilot.press("f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        await desk.pilot.press("enter")
        await desk.until_shows("Déposé : Passage aux urgences")
        await desk.until(lambda: desk.app.record is not None and desk.app.record.documents is not None)
        assert "Passage aux urgences" not in told_by(desk)


def told_by(desk: Desk) -> set[str]:
    """Titles of the documents that state treatments."""
    assert desk.app.record is not None
    lines = desk.app.record.sheet.topic(Kind.TREATMENT).lines
    return {source.origin.title for line in lines for source in line.sources}


async def test_a_draft_outlives_the_lock_for_who_wrote_it_and_that_patient_only(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "douleur")
        await desk.pilot.press("ctrl+l")
        await desk.until_shows("Verrouillé")
        assert "douleur" not in desk.shown
        await desk.until(lambda: desk.app.card is not None)
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        # The Vitale that lies in the reader is read again, and opens the record.
        await desk.until_shows("gardé : a puis n le reprend")
        desk.app.awake()
        await desk.pilot.press("a")
        await desk.until_shows("n : écrire une note")
        await desk.pilot.press("n")
        await desk.until_shows("repris.")
        assert "douleur" in desk.shown
        await desk.pilot.press("escape")
        desk.source.remove(SECOND)
        await desk.open("leroy")
        assert "gardé" not in desk.shown
        await desk.pilot.press("a")
        await desk.until_shows("n : écrire une note")
        await desk.pilot.press("n")
        await desk.until_shows("GESTES ET TRAITEMENTS DONNÉS")
        assert "douleur" not in desk.shown


async def test_another_professional_is_not_shown_it_and_twelve_hours_end_it(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "douleur")
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée")
        [(owner, ins)] = desk.app.drafts._held
        now = desk.app.server_now()
        assert desk.app.drafts.find("899999999999", ins, now) is None
        assert desk.app.drafts.find(owner, ins, now) is not None
        assert desk.app.drafts.find(owner, ins, now + timedelta(hours=12, minutes=1)) is None


async def test_quitting_with_a_draft_asks_once(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "douleur")
        await desk.pilot.press("ctrl+q")
        await desk.until_shows("Un brouillon n'est pas déposé")
        assert desk.app.is_running
        # What is typed after the warning is told of again.
        await desk.pilot.press("x", "ctrl+q")
        await desk.pilot.pause()
        assert desk.app.is_running
        assert desk.app._warned
        quits: list[bool] = []

        async def quit_() -> None:
            quits.append(True)

        really, desk.app.action_quit = desk.app.action_quit, quit_  # type: ignore[method-assign]  # to go on after it
        await desk.pilot.press("ctrl+q")
        await desk.until(lambda: bool(quits))
        desk.app.action_quit = really  # type: ignore[method-assign]  # as it was


async def test_another_card_waits_while_a_note_is_written(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "douleur")
        desk.source.remove(SECOND)
        desk.insert("leroy", SECOND)
        await desk.until_shows("F2 ouvre")
        assert isinstance(desk.app.screen, NoteScreen)
        await desk.pilot.press("f2")
        await desk.until(lambda: isinstance(desk.app.screen, SheetScreen))
        assert len(desk.app.drafts) == 1


async def test_a_lost_server_keeps_the_draft_and_the_same_note_is_one_document(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "malaise")
        await desk.pilot.press("f8")
        await desk.until_shows("REPRIS DE LA FICHE")
        await desk.pilot.press("f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        own_server.stop()
        await desk.pilot.press("enter")
        await desk.until_shows("Serveur injoignable")
        screen = desk.app.screen
        assert isinstance(screen, DepositCheckScreen)
        first = screen.draft.entry.unique_id
        await desk.pilot.press("escape", "f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        again = desk.app.screen
        assert isinstance(again, DepositCheckScreen)
        assert (again.draft.entry.unique_id, again.draft.content) == (first, screen.draft.content)
        # Another text under the same id would be taken for the first: it gets its own, and replaces that one.
        await desk.pilot.press("escape", "escape", "x", "f8")
        await desk.until_shows("REPRIS DE LA FICHE")
        await desk.pilot.press("f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        other = desk.app.screen
        assert isinstance(other, DepositCheckScreen)
        assert other.draft.entry.unique_id != first
        assert [one.target for one in other.draft.entry.relations] == [first]


async def test_a_note_whose_answer_is_lost_after_it_was_taken_is_one_document(
    new_desk: NewDesk, own_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DmpClient.deposit

    async def lost(self: DmpClient, ins: Ins, entry: DocumentEntry, content: bytes, sent: Sent | None = None) -> object:
        await real(self, ins, entry, content, sent)
        monkeypatch.setattr(DmpClient, "deposit", real)
        raise ClientError(ClientProblem.UNREACHABLE)

    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await write(desk, "malaise")
        await desk.pilot.press("f8")
        await desk.until_shows("REPRIS DE LA FICHE")
        await desk.pilot.press("f8")
        await desk.until_shows("DÉPOSER DANS CE DOSSIER")
        monkeypatch.setattr(DmpClient, "deposit", lost)
        await desk.pilot.press("enter")
        await desk.until_shows("Serveur injoignable")
        await desk.pilot.press("enter")
        await desk.until_shows("Ce document était déjà dans le dossier")
        await desk.until(lambda: desk.app.record is not None and desk.app.record.documents is not None)
        assert desk.app.record is not None
        mine = [d for d in desk.app.record.documents or () if d.title == "Passage aux urgences"]
        assert len(mine) == 1
        assert len(desk.app.drafts) == 0
