"""The screens of a note at both sizes, as a person sees them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from dmp_tui.dmp.cda_writing.carried import carried_of
from dmp_tui.dmp.cda_writing.notes import TEMPLATE
from dmp_tui.dmp.entries import Part
from dmp_tui.dmp.narrative import Paragraph
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.note import NoteScreen
from dmp_tui.screens.note_preview import NotePreviewScreen
from dmp_tui.widgets.terminal_app import TerminalApp
from tests.looking import screen_text, until_shows
from tests.screens.alone import SIZES
from tests.screens.people import TODAY
from tests.screens.rich_record import rich


class Page(TerminalApp):
    """Shows one page."""

    def __init__(self, make: Callable[[], PageScreen]) -> None:
        super().__init__(idle_seconds=600)
        self.make = make

    def on_mount(self) -> None:
        self.push_screen(self.make())

    @property
    def text(self) -> str:
        return screen_text(self)


@asynccontextmanager
async def alone(
    make: Callable[[], PageScreen], size: tuple[int, int], shown: str = "CONSIGNES"
) -> AsyncIterator[tuple[Page, Pilot[object]]]:
    app = Page(make)
    async with app.run_test(size=size) as pilot:
        await until_shows(pilot, shown)
        yield app, pilot


def preview(kept: list[frozenset[str]]) -> NotePreviewScreen:
    record = rich()
    parts = (Part("42349-1", "Motif", (Paragraph("chute dans les escaliers"),)),)
    offered = carried_of(record.sheet, TODAY)
    return NotePreviewScreen(record, TODAY, parts=parts, offered=offered, removed=frozenset(), keep=kept.append)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_editor(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with alone(lambda: NoteScreen(rich(), TODAY, TEMPLATE, lambda _text: None), size) as (app, pilot):
        await pilot.press(*"chute")
        await until_shows(pilot, "chute")
        assert app.text == snapshot


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_preview_and_a_line_taken_away(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    kept: list[frozenset[str]] = []
    screen = preview(kept)
    async with alone(lambda: screen, size, "REPRIS") as (app, pilot):
        await pilot.press("down", "space")
        assert app.text == snapshot
        assert kept == [frozenset({screen.offered[1].key})]
        await pilot.press("enter")
        assert kept[-1] == frozenset()
