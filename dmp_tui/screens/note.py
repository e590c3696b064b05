"""A note of the visit, written in a template: one editor; the headings are lines of the text."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.messages import PreviewNote
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.widgets.line import Row

if TYPE_CHECKING:
    from textual.widgets import TextArea


class NoteScreen(PageScreen):
    """Whatever way it is left, ``keep`` gets the text."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f8", "preview", show=False, id="note.preview"),
    ]

    def __init__(self, record: OpenRecord, today: date, text: str, keep: Callable[[str], None]) -> None:
        self.record = record
        self.today = today
        self._keep = keep
        self.editor = _editor(text)
        super().__init__()

    def keys(self) -> str:
        """How to go on and how to leave."""
        return " " + _("F8 ou ^S relire et déposer  Échap garder le brouillon  ^L verrouiller")

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def banner_rows(self, width: int) -> list[Row]:
        """Whose note it is, and how the record is read."""
        return banner_rows(self.record, width, self.today, allergies=True)

    def form(self) -> Sequence[Widget]:
        """The editor."""
        return (self.editor,)

    def compose(self) -> ComposeResult:
        """As every screen, the editor in place of the body."""
        self.lay_out()
        yield self.banner
        yield self.editor
        yield self.foot
        yield self.notice

    def on_mount(self) -> None:
        """Type at once, below the first heading."""
        self.editor.focus()

    def leaving(self) -> None:
        """Keep what was typed."""
        self._keep(self.editor.text)

    def action_preview(self) -> None:
        """Show it as it will be read."""
        self.leaving()
        self.post_message(PreviewNote(self.editor.text))


def _editor(text: str) -> "TextArea":
    """Textual's editor; 10 ms to import, paid when the first note is written."""
    from textual.widgets import TextArea

    editor = TextArea(text, soft_wrap=True, compact=True, highlight_cursor_line=False)
    editor.cursor_blink = False
    editor.styles.height = "1fr"
    first, *_others = text.split("\n")
    editor.move_cursor((1, 0) if first.isupper() and "\n" in text else (0, 0))
    return editor
