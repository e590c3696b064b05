"""A screen of a record on its own: no server, no card; what it asks of the app is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.message import Message
from textual.pilot import Pilot

from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.widgets.terminal_app import TerminalApp
from tests.looking import screen_text, until_shows

SIZES = ((80, 24), (120, 40))


class Alone(TerminalApp):
    """Shows one screen."""

    def __init__(self, screen: RecordScreen) -> None:
        super().__init__(idle_seconds=600)
        self.first = screen
        self.asked: list[Message] = []
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(self.first)

    def on_go(self, message: Message) -> None:
        self.asked.append(message)

    on_read_document = on_read_neighbour = on_fetch_content = on_list_documents = on_open_medicines = on_go

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    @property
    def text(self) -> str:
        """What a person sees."""
        return screen_text(self)

    @property
    def words(self) -> str:
        """The same in one line: a sentence may be broken over several."""
        return " ".join(self.text.split())

    @property
    def own(self) -> str:
        """Without the rows that every screen of a record has: identity, mode, allergies, and the letters of places."""
        return "\n".join(self.text.splitlines()[3:-1])

    @property
    def said(self) -> str:
        """The message above the keys, whole."""
        return self.first.foot.message

    def of(self, kind: type[Message]) -> list[Message]:
        """The messages of a kind."""
        return [message for message in self.asked if isinstance(message, kind)]


@asynccontextmanager
async def alone(screen: RecordScreen, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Alone, Pilot[object]]]:
    """The screen, painted."""
    app = Alone(screen)
    async with app.run_test(size=size) as pilot:
        await until_shows(pilot, "ALLERGIES")
        yield app, pilot
