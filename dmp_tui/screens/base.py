"""What all our screens share: fixed lines, a body, two rows at the foot, and one sentence where the terminal is too
small. Heights are set here and not in style sheets: parsing none is what keeps the first frame fast."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from dmp_tui.i18n import _
from dmp_tui.screens.messages import Go
from dmp_tui.widgets.bars import Banner, Foot
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, Row, text_row
from dmp_tui.widgets.text import wrap

SMALLEST = (72, 20)
"""Columns and rows below which a screen shows nothing of a record: half a sheet would hide what it does not show."""


def small_terminal_rows(width: int, height: int) -> list[Row]:
    """The one sentence that a small terminal gets."""
    sentence = _("Terminal trop petit ({width}x{height}) : agrandissez la fenêtre à 80 colonnes et 24 lignes.").format(
        width=width, height=height
    )
    return [text_row(line, width, ALARM) for line in wrap(sentence, max(width, 1))]


class PageScreen(Screen[None]):
    """A banner, a body and a foot. Subclasses say what stands in them for a size."""

    HOLDS: ClassVar[bool] = False
    """A draft, a form or a confirmation: no card and no scan may take the screen away."""
    KEYS: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "go('back')", show=False, id="back")]

    def __init__(self) -> None:
        super().__init__()
        self.foot = Foot(self.keys())
        self.banner = Banner()
        self.board = Board(foot=self.foot)
        self.notice = Banner()
        self._laid_out = (0, 0)

    def keys(self) -> str:
        """The keys named on the last row."""
        return ""

    def banner_rows(self, width: int) -> list[Row]:
        """The fixed rows above the body."""
        return []

    def body_rows(self, width: int, height: int) -> list[Row]:
        """The rows of the body for its size."""
        return []

    def compose(self) -> ComposeResult:
        """Banner, body, foot, and the sentence for a small terminal."""
        self.lay_out()
        yield self.banner
        yield from self.form()
        yield self.board
        yield self.foot
        yield self.notice

    def form(self) -> Sequence[Widget]:
        """Widgets between the banner and the body."""
        return ()

    def lay_out(self) -> None:
        """Lay everything out for the terminal's size."""
        width, height = self.app.size
        self._laid_out = (width, height)
        small = width < SMALLEST[0] or height < SMALLEST[1]
        for widget in (self.banner, self.board, self.foot, *self.form()):
            widget.display = not small
        self.notice.display = small
        if small:
            self.notice.show(small_terminal_rows(width, height))
            return
        rows = self.banner_rows(width)
        self.banner.show(rows)
        used = len(rows) + sum(1 for _widget in self.form()) + 2
        self.board.show(self.body_rows(width, height - used))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again where the size really changed."""
        if (event.size.width, event.size.height) != self._laid_out:
            self.lay_out()

    def leaving(self) -> None:
        """The screen is about to go. For subclasses that hold what somebody typed."""

    def say(self, message: str, style: Style = PLAIN) -> None:
        """Show a message on the line above the keys."""
        self.foot.say(message, style)

    def action_go(self, where: str) -> None:
        """Ask for another screen."""
        self.post_message(Go(where))
