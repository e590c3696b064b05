"""A note before it is deposited: its text as it will be read, and what is carried over from the sheet."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.cda_writing.carried import Carried
from dmp_tui.dmp.entries import Part
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.messages import CheckNote
from dmp_tui.screens.narrative_layout import part_passages
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.screens.words import kind_title, named
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


class NotePreviewScreen(PageScreen):
    """Enter or space takes a carried line away, or puts it back. Nothing is sent from here."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f8", "check", show=False, priority=True, id="note.check"),
        Binding("space", "change", show=False, priority=True, id="note.toggle"),
    ]

    def __init__(
        self,
        record: OpenRecord,
        today: date,
        *,
        parts: tuple[Part, ...],
        offered: tuple[Carried, ...],
        removed: frozenset[str],
        keep: Callable[[frozenset[str]], None],
    ) -> None:
        self.record = record
        self.today = today
        self.parts = parts
        self.offered = offered
        self.removed = removed
        self._keep = keep
        super().__init__()

    def keys(self) -> str:
        """How to go on, to choose and to go back."""
        return " " + _("F8 ou ^S déposer  Espace retirer ou remettre une ligne  Échap modifier")

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def banner_rows(self, width: int) -> list[Row]:
        """Whose note it is."""
        return banner_rows(self.record, width, self.today, allergies=False)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The text, then what is carried over."""
        rows: list[Row] = []
        for passage in part_passages(self.parts, width):
            rows += [text_row(line, width, passage.style) for line in passage.lines]
        if not self.parts:
            rows += [text_row(line, width) for line in wrap(_("Rien n'est écrit."), width)]
        left = sum(1 for one in self.offered if one.key not in self.removed)
        right = _("{left} sur {total}").format(left=left, total=len(self.offered))
        rows.append((title(_("REPRIS DE LA FICHE"), width, right=right),))
        if not self.offered:
            rows.append(text_row(_("La fiche n'a rien à reprendre."), width))
        for one in self.offered:
            sign = " " if one.key in self.removed else "x"
            # In the words of the note, which is French whatever the interface speaks.
            text = f"[{sign}] " + named(kind_title(one.kind), f"{visible(one.words)}, selon {visible(one.source)}")
            first, *more = wrap(text, width, "    ")
            rows.append(text_row(first, width, key=one.key))
            rows += [text_row(line, width) for line in more]
        return rows

    @on(Board.Opened)
    def toggle_cell(self, message: Board.Opened) -> None:
        """Enter on a line."""
        message.stop()
        self.action_change()

    def action_change(self) -> None:
        """Take the line under the cursor away, or put it back."""
        if isinstance(key := self.board.selected, str):
            self.removed ^= {key}
            self._keep(self.removed)
            self.lay_out()

    def action_check(self) -> None:
        """On to the last question."""
        self.post_message(CheckNote(tuple(one for one in self.offered if one.key not in self.removed)))
