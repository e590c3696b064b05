"""Documents before the real server: listed, filtered, read, one after the other."""

from dmp_tui.screens.documents import DocumentsScreen
from dmp_tui.screens.reader import ReaderScreen
from tests.app.conftest import Desk, NewDesk


async def list_of(desk: Desk, key: str) -> DocumentsScreen:
    await desk.log_in()
    await desk.open(key)
    await desk.pilot.press("d")
    await desk.until_shows("sur 40" if key == "duval" else " sur ")
    screen = desk.app.screen
    assert isinstance(screen, DocumentsScreen)
    return screen


async def test_from_the_sheet_to_a_letter_and_back(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        screen = await list_of(desk, "duval")
        assert "2 ans, actuels" in desk.shown
        await desk.pilot.press("f")
        await desk.until_shows("Tous les documents : 40 sur 40")
        await desk.pilot.press("ctrl+f", *"scanner cerebral", "enter")
        await desk.until_shows("Scanner cérébral sans injection")
        await desk.until_shows("page 1/1")
        await desk.pilot.press("f", *"scanner", "enter")
        await desk.until_shows("« scanner » : 1/")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is screen)
        assert "« scanner cerebral »" in desk.shown


async def test_one_document_after_the_other_in_the_lists_order(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        screen = await list_of(desk, "duval")
        await desk.pilot.press("ctrl+f", *"biologie", "tab")
        order = [entry.id for entry in screen.shown]
        assert 2 < len(order) < 40

        def reads(id_: str) -> bool:
            shown = desk.app.screen
            return isinstance(shown, ReaderScreen) and shown.entry.id == id_ and shown.text is not None

        await desk.pilot.press("enter")
        await desk.until(lambda: reads(order[0]))
        depth = len(desk.app.screen_stack)
        await desk.pilot.press("greater_than_sign")
        await desk.until(lambda: reads(order[1]))
        await desk.pilot.press("greater_than_sign")
        await desk.until(lambda: reads(order[2]))
        assert len(desk.app.screen_stack) == depth
        await desk.pilot.press("less_than_sign", "less_than_sign")
        await desk.until(lambda: reads(order[0]))
        await desk.pilot.press("less_than_sign")
        await desk.until_shows("C'est le premier de la liste.")


async def test_bytes_and_text_of_a_document_are_gone_with_the_record(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await list_of(desk, "leroy")
        await desk.pilot.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, ReaderScreen) and bool(desk.app.screen.content))
        await desk.pilot.press("ctrl+l")
        await desk.until(lambda: len(desk.app.screen_stack) == 1)
        assert desk.app.record is None


async def test_from_the_sheet_to_the_last_inr_and_its_source(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await desk.pilot.press("x", *"inr")
        await desk.until_shows("INR : 4,8")
        await desk.until_shows("Laboratoire du Vieux Pont")
        await desk.pilot.press("enter")
        await desk.until_shows("SOURCES")
        await desk.pilot.press("escape")
        await desk.until_shows("Examen, vaccin :")
        await desk.pilot.press("escape")
        await desk.until_shows("!! ALLERGIES ──")
