"""What the health insurance reimbursed: medicines, acts, stays, devices, vaccines, by day. Paid for is not taken."""

from collections.abc import Iterator

from textual import on

from dmp_tui.dmp.entries import Assertion, Kind, Mark
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Line, Origin, Source
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.messages import ListDocuments, ReadDocument
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.words import kind_title
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap

REIMBURSEMENTS = "REMB"
"""Type of document (TRE_A05) of the insurance's data."""
_KINDS = (Kind.TREATMENT, Kind.VACCINATION, Kind.PROCEDURE, Kind.DEVICE, Kind.PROBLEM, Kind.RESULT)


class ReimbursementsScreen(RecordScreen):
    """By kind, newest first; Enter opens the sources of a line."""

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The sentence that must be read first, then what was reimbursed, then the documents that say so."""
        sentence = _(
            "Remboursé n'est pas pris, ni fait : ce sont des données de l'assurance maladie, non d'un soignant."
        )
        rows: list[Row] = [text_row(part, width, STRONG) for part in wrap(sentence, width)]
        said: list[Row] = []
        for kind in _KINDS:
            held = sorted(self._reimbursed(kind), key=lambda pair: _order(pair[1]), reverse=True)
            if held:
                said.append((title(f"{kind_title(kind)} ({len(held)})", width),))
                said += [_row(line, source, width) for line, source in held]
        rows += said
        documents = self._documents()
        if documents:
            rows.append((title(_("DOCUMENTS DE REMBOURSEMENT ({count})").format(count=len(documents)), width),))
            rows += [text_row(f"{when}  {words}", width, PLAIN, id_) for id_, when, words in documents]
        if not said and not documents:
            rows.append(text_row(_("Aucune donnée de remboursement dans les documents que vous pouvez lire."), width))
        return rows

    def _reimbursed(self, kind: Kind) -> Iterator[tuple[Line, Source]]:
        for line in self.record.sheet.topic(kind).lines:
            if line.assertion is Assertion.STATED:
                yield from ((line, source) for source in line.sources if _is_reimbursement(source))

    def _documents(self) -> list[tuple[str, str, str]]:
        """``(id, day, words)`` of the documents of this type, newest first."""
        if self.record.documents is not None:
            held = [d for d in self.record.documents if d.type.code == REIMBURSEMENTS]
            held.sort(key=lambda d: moment(d.date), reverse=True)
            return [(d.id, f"{day(d.date)[:10]:<10}", visible(d.title)) for d in held]
        origins: dict[str, Origin] = {
            source.origin.document: source.origin
            for topic in self.record.sheet.topics
            for line in topic.lines
            for source in line.sources
            if source.origin.type.code == REIMBURSEMENTS
        }
        return [(o.document, f"{day(o.date)[:10]:<10}", visible(o.title)) for o in origins.values()]

    def on_mount(self) -> None:
        """Ask for the list of documents, and say what Enter does here."""
        self.say(_("Entrée : sources · Échap : retour"))
        self.post_message(ListDocuments())

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of a line, or a document."""
        message.stop()
        if isinstance(message.key, OfLine):
            self.open_line(message.key)
        elif isinstance(message.key, str):
            self.post_message(ReadDocument(message.key))


def _is_reimbursement(source: Source) -> bool:
    return Mark.REIMBURSED in source.marks or source.origin.type.code == REIMBURSEMENTS


def _order(source: Source) -> tuple[object, ...]:
    return (moment(source.start or source.noted or source.origin.date), source.label)


def _row(line: Line, source: Source, width: int) -> Row:
    when = day(source.start or source.noted)[:10] or _("sans date")
    text = f"{when:<10}  {visible(source.label)}" + (f"  {visible(source.detail)}" if source.detail else "")
    return text_row(two_ends(text, document_name(source.origin), width), width, PLAIN, OfLine(line.kind, line.key))
