"""The list of a record's documents."""

from typing import ClassVar

from rich.cells import cell_len
from textual import on

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.messages import ListDocuments, ReadDocument
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.words import document_flags
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import cut, fit, two_ends, visible

_AUTHOR = 16
"""Cells that an author keeps beside a long title."""


class DocumentsScreen(RecordScreen):
    """Newest first; Enter reads one."""

    ALLERGIES_IN_BANNER: ClassVar[bool] = True

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """One document a row: date, type, title, author, what sets it apart."""
        documents = self.record.documents
        if documents is None:
            return [text_row(_("Liste des documents demandée au serveur."), width)]
        if not documents:
            return [text_row(_("Aucun document que vous puissiez lire dans ce dossier."), width)]
        head = title(_("DOCUMENTS ({count})").format(count=len(documents)), width)
        ordered = sorted(documents, key=lambda entry: entry.date, reverse=True)
        return [(head,), *((document_cell(entry, width),) for entry in ordered)]

    def on_mount(self) -> None:
        """Say what Enter does here, and ask for the list."""
        self.say(_("Entrée : lire le document · Échap : retour"))
        self.post_message(ListDocuments())

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Read the document."""
        message.stop()
        self.post_message(ReadDocument(str(message.key)))


def document_cell(entry: DocumentEntry, width: int) -> Cell:
    """``12/02/2026 VSM         Synthèse médicale          Dr ROUX Anne  archivé``."""
    author = visible(entry.authors[0].name) if entry.authors else ""
    # What sets a document apart is whole; then the title, which tells one letter from another; then the author.
    left = f"{day(entry.date)[:10]:<10} {fit(document_type(entry.type), 11)} {visible(entry.title)}"
    flags = document_flags(entry)
    room = width - cell_len(flags) - (2 if flags else 0)
    spare = room - cell_len(left) - 2
    author = cut(author, max(spare, _AUTHOR))
    right = "  ".join(part for part in (author, flags) if part)
    return Cell(0, width, two_ends(left, right, width), STRONG if entry.warnings else PLAIN, entry.id)
