"""A scanner's burst, key by key, on every screen that there is: never letters, never a key, always a person."""

from collections.abc import Awaitable, Callable

import pytest
from textual import events

from dmp_tui.demo.patients import patient
from dmp_tui.screens.lock import LockScreen
from tests.app.conftest import SECOND, Desk, NewDesk, datamatrix

WAITS = "Datamatrix de GARNIER HENRI lu, F2 ouvre."


async def ready(desk: Desk) -> None:
    await desk.until_shows("Insérez la carte Vitale")


async def keyed(desk: Desk, key: str, shows: str) -> None:
    desk.app.awake()
    await desk.pilot.press(key)
    await desk.until_shows(shows)


async def help_(desk: Desk) -> None:
    await keyed(desk, "question_mark", "TOUCHES")


async def search(desk: Desk) -> None:
    await keyed(desk, "slash", "OUVRIR UN DOSSIER")


async def palette(desk: Desk) -> None:
    await keyed(desk, "ctrl+p", "Chercher une commande…")


async def sheet(desk: Desk) -> None:
    await desk.open("leroy")


async def documents(desk: Desk) -> None:
    await sheet(desk)
    await keyed(desk, "d", "f : tout montrer")


async def reader(desk: Desk) -> None:
    await documents(desk)
    await desk.until(lambda: desk.app.record is not None and bool(desk.app.record.documents))
    before = desk.app.screen
    await desk.pilot.press("enter")
    await desk.until(lambda: desk.app.screen is not before)


async def contacts(desk: Desk) -> None:
    await sheet(desk)
    await keyed(desk, "c", "ne l'identifie pas")


async def sources(desk: Desk) -> None:
    await sheet(desk)
    before = desk.app.screen
    await desk.pilot.press("enter")
    await desk.until(lambda: desk.app.screen is not before)


async def choose(desk: Desk) -> None:
    desk.insert("moreau", SECOND)
    await desk.until_shows("qui est le patient ?")


async def not_authorised(desk: Desk) -> None:
    desk.insert("rossi", SECOND)
    await desk.until_shows("vous n'avez pas d'autorisation")


async def break_glass(desk: Desk) -> None:
    await not_authorised(desk)
    await keyed(desk, "exclamation_mark", "Motif (1 à 3)")


async def declare(desk: Desk) -> None:
    await not_authorised(desk)
    await keyed(desk, "a", "recueilli par")


@pytest.mark.parametrize("go", [ready, help_, search, palette, sheet, sources, documents, reader, contacts])
async def test_it_opens_the_record(new_desk: NewDesk, go: Callable[[Desk], Awaitable[None]]) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await go(desk)
        desk.scan("garnier")
        await desk.until_shows("GARNIER HENRI M 77 ans")
        await desk.until_shows("!! ALLERGIES")
        assert desk.app.record is not None
        assert desk.app.record.identity.ins == patient("garnier").ins


@pytest.mark.parametrize("go", [choose, not_authorised, break_glass, declare])
async def test_over_a_question_or_a_form_it_waits_for_f2(
    new_desk: NewDesk, go: Callable[[Desk], Awaitable[None]]
) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await go(desk)
        before, shown = desk.app.screen, desk.shown
        desk.scan("garnier")
        await desk.until_shows(WAITS)
        assert desk.app.screen is before
        assert desk.shown.splitlines()[:12] == shown.splitlines()[:12]
        await desk.pilot.press("f2")
        await desk.until_shows("GARNIER HENRI M 77 ans")


async def test_locked_it_opens_nothing_and_is_no_pin(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("simon")
        await desk.until_shows("> Code PIN :")
        desk.scan("garnier")
        await desk.until_shows("Datamatrix lu, mais l'écran est verrouillé")
        assert isinstance(desk.app.screen, LockScreen)
        assert "•" not in desk.shown
        await desk.type_pin()
        await ready(desk)


async def test_the_rest_of_a_broken_one_chooses_nobody(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await choose(desk)
        desk.app.awake()
        before, text = desk.app.screen, datamatrix("garnier")
        for character in text[:40]:
            desk.app.post_message(events.Key(character, character))
        # The line holds the rest back for longer than a scanner pauses.
        await desk.until_shows("Datamatrix incomplet : scannez-le encore")
        for character in text[40:]:
            desk.app.post_message(events.Key(character, character))
        await desk.pilot.pause()
        assert desk.app.screen is before
        assert desk.app.record is None


async def test_a_code_that_is_no_identity_is_said(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.app.scanned("IS01" + "0" * 22 + "S1279")
        await desk.until_shows("Datamatrix incomplet : scannez-le encore")
