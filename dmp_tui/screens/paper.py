"""A page that the patient takes with him: shown, printed, or written to a file that the user names."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.printing import PrintError, print_text
from dmp_tui.screens.saving import SaveError, free_name, save_new
from dmp_tui.screens.sentences import print_sentence, save_sentence
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM
from dmp_tui.widgets.text import visible


class PaperScreen(PageScreen):
    """``i`` prints, ``w`` writes a file. Subclasses say what stands on the paper, and propose a name for the file."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "print", show=False, id="paper.print"),
        Binding("w", "save", show=False, id="paper.save"),
    ]

    def __init__(self) -> None:
        self.asking = False
        self.field = Field("")
        self.field.display = False
        super().__init__()

    def paper(self) -> str:
        """The text of the page."""
        raise NotImplementedError

    def file_name(self) -> str:
        """A name that tells nobody who the patient is."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """As every screen, with the field above the foot."""
        self.lay_out()
        yield self.banner
        yield self.board
        yield self.field
        yield self.foot
        yield self.notice

    def form(self) -> Sequence[Widget]:
        """The field, while a path is typed."""
        return (self.field,) if self.asking else ()

    def on_mount(self) -> None:
        """The page scrolls with the arrows."""
        self.board.focus()

    async def action_print(self) -> None:
        """Send the page to the printer."""
        try:
            await print_text(self.paper())
        except PrintError as error:
            self.say(print_sentence(error.problem), ALARM)
        else:
            self.say(_("Envoyé à l'imprimante."))

    def action_save(self) -> None:
        """Ask for a path."""
        self.asking = True
        self.field.ask(_("Enregistrer sous :"), free_name(self.file_name()))
        self.field.display = True
        self.lay_out()
        self.field.focus()

    def _stop_asking(self) -> None:
        self.asking = False
        self.field.display = False
        self.board.focus()
        self.lay_out()

    @on(Field.Submitted)
    async def write(self, message: Field.Submitted) -> None:
        """The path was typed: a new file, readable by its owner alone."""
        message.stop()
        try:
            target = await asyncio.to_thread(save_new, message.value, self.paper().encode())
        except SaveError as error:
            self.say(save_sentence(error.problem), ALARM)
            self.field.value = free_name(message.value)
            return
        self._stop_asking()
        self.say(_("Enregistré : {path}").format(path=visible(str(target))))

    def action_go(self, where: str) -> None:
        """Escape closes the field first."""
        if where == "back" and self.asking:
            self._stop_asking()
        else:
            super().action_go(where)
