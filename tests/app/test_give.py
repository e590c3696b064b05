"""Puis-je donner ?, in the running app: the base opens in a thread, the source of a reason opens, the drugs stay."""

from dmp_tui.screens.give import GiveScreen
from dmp_tui.screens.reader import ReaderScreen
from tests.app.conftest import Desk, NewDesk


async def ask(desk: Desk, *names: str) -> GiveScreen:
    """The screen, its base open, these drugs added."""
    await desk.pilot.press("g")
    await desk.until(lambda: isinstance(desk.app.screen, GiveScreen))
    screen = desk.app.screen
    assert isinstance(screen, GiveScreen)
    await desk.until_shows("Tapez un médicament")
    for name in names:
        await desk.pilot.press(*name, "enter")
    assert len(screen.given) == len(names)
    return screen


async def test_three_letters_and_enter_answer_and_the_source_opens_and_the_drug_stays(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        screen = await ask(desk)
        await desk.pilot.press(*"amo")
        await desk.until_shows("!!! CONTRE-INDIQUÉ")
        assert desk.shown.startswith("LEROY")
        await desk.pilot.press("enter", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, ReaderScreen))
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is screen)
        assert [drug.name for drug in screen.given] == ["amoxicilline"]
        await desk.until_shows("!!! CONTRE-INDIQUÉ")


async def test_it_opens_from_every_place_of_a_record_and_from_none_without(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.pilot.press("g")
        await desk.pilot.pause()
        assert not isinstance(desk.app.screen, GiveScreen)
        await desk.open("leroy")
        for place in "dtbvcr":
            await desk.pilot.press(place)
            await desk.pilot.pause()
            await ask(desk)
            await desk.pilot.press("escape")
            await desk.until(lambda: not isinstance(desk.app.screen, GiveScreen))


async def test_a_check_that_is_left_goes_on_until_its_record_is_closed(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        await ask(desk, "etomidate", "suxamethonium")
        await desk.pilot.press("escape", "g")
        await desk.until_shows("étomidate + - suxaméthonium")
        await desk.pilot.press("backspace", "tab", "d", "g")
        await desk.until_shows("- étomidate")
        assert "suxaméthonium" not in desk.shown


async def test_the_base_stays_open_and_nothing_of_the_patient_does(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        await ask(desk, "amoxicilline")
        base = desk.app._base
        assert base is not None
        desk.app.close_record()
        await desk.open("garnier")
        screen = await ask(desk)
        assert desk.app._base is base
        assert screen.given == ()
        assert "amoxicilline" not in desk.shown.split("PUIS-JE DONNER ?")[1]
