"""The lock screen: readers and cards, the server, and the PIN. It shows nothing of any record, nor of any patient.

Its first frame is one Static; everything else is mounted after that frame is painted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from dmp_tui import __version__
from dmp_tui.i18n import _

if TYPE_CHECKING:
    from dmp_tui.cards.channel import CardProblem
    from dmp_tui.cards.events import CardKind
    from dmp_tui.screens.lock_body import LockBody


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: readers, the kinds of their cards, the CPS that was read, the server."""

    cards: tuple[tuple[str, "CardKind | None"], ...] = ()
    """``(reader, kind)``; None for an empty reader."""
    problem: "CardProblem | None" = None
    by_module: bool = False
    """CPS cards are read by a PKCS#11 module: every generation of them serves."""
    holder: str = ""
    """Whose CPS is in, as it says before the PIN; empty if none was read."""
    test_card: bool = False
    tries_left: int | None = None
    vitale_until: datetime | None = None
    """A Vitale was read while locked, and is forgotten then."""
    server: str = ""
    """The server's address."""
    server_state: str = ""
    """A sentence; empty while nothing is known."""


class LockScreen(Screen[None]):
    """The app's first and lowest screen: locked is when nothing lies above it."""

    BINDINGS = [  # noqa: RUF012 - Textual reads a plain class attribute
        Binding("question_mark,f1", "app.help", show=False, id="lock.help"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.message: tuple[str, Style] = ("", Style())
        self._body: LockBody | None = None

    def compose(self) -> ComposeResult:
        """One Static: what can be painted before anything of weight is imported."""
        yield Static(first_line(), markup=False)

    async def fill(self) -> None:
        """Put the real content in the place of the first frame."""
        from dmp_tui.screens.lock_body import LockBody

        if self._body is None:
            self._body = LockBody()
            await self.query_one(Static).remove()
            await self.mount(self._body)
            self.lay_out()

    def show_desk(self, desk: Desk) -> None:
        """Show another state of the desk."""
        self.desk = desk
        self.lay_out()

    def say(self, message: str, style: Style | None = None) -> None:
        """Show a message above the keys."""
        self.message = (message, style or Style())
        self.lay_out()

    def forget_pin(self) -> None:
        """Empty the PIN field."""
        if self._body is not None:
            self._body.pin.value = ""

    def lay_out(self) -> None:
        """Show the desk in the terminal's size, once the content is there."""
        if self._body is not None:
            self._body.show(self.desk, self.message)

    def on_resize(self) -> None:
        """Lay out for the new size."""
        self.lay_out()

    @on(events.ScreenResume)
    def back_again(self) -> None:
        """Nothing typed before is left."""
        self.forget_pin()


def first_line() -> str:
    """Name and version: the first frame, and then the first line."""
    return f"dmp-tui {__version__} · " + _("dossier médical partagé, fiche d'urgence")
