"""Behind a line of the sheet: every source with its own words, date and author; a section whole; a point to check."""

from collections.abc import Sequence
from datetime import date

from textual import on

from dmp_tui.dmp.consultation import Links, links_of
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Assertion, Coding, Kind, Mark, Status
from dmp_tui.dmp.sheet.kidney import filtration
from dmp_tui.dmp.sheet.model import Check, Line, Source
from dmp_tui.dmp.sheet.model import Origin as Document
from dmp_tui.i18n import _, n_
from dmp_tui.screens.biology import value_of
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfDocuments, OfLine
from dmp_tui.screens.messages import Go, ListDocuments, ReadDocument
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_layout import section_rows
from dmp_tui.screens.weighed import weighed_words
from dmp_tui.screens.words import (
    check_label,
    check_words,
    disagreement,
    kind_title,
    mark,
    named,
    phone,
)
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap


class SourcesScreen(RecordScreen):
    """One line and its sources, newest first. Enter opens a source's document."""

    def __init__(self, record: OpenRecord, today: date, line: Line) -> None:
        self.line = line
        super().__init__(record, today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The line whole, then its sources."""
        return line_rows(self.line, width, self.record.documents or ())

    def on_mount(self) -> None:
        """Say what Enter does here, and ask for the list that tells what replaced a source."""
        self.say(_("Entrée : ouvrir le document · Échap : retour"))
        if any(Mark.SUPERSEDED in source.marks for source in self.line.sources):
            self.post_message(ListDocuments())

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Open the document."""
        message.stop()
        if isinstance(message.key, Document):
            self.post_message(ReadDocument(message.key.document))


class SectionScreen(RecordScreen):
    """All lines of some kinds."""

    def __init__(self, record: OpenRecord, today: date, kinds: tuple[Kind, ...]) -> None:
        self.kinds = kinds
        super().__init__(record, today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """One line a row."""
        sheet, traits = self.record.sheet, self.record.reckoned
        computed = filtration(sheet, traits.sex, traits.birth, self.today).computed
        return section_rows(sheet, self.kinds, width, self.today, computed=computed)

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of the line."""
        message.stop()
        if isinstance(message.key, OfLine):
            self.open_line(message.key)
        elif isinstance(message.key, OfDocuments):
            self.post_message(Go("documents"))


class CheckScreen(RecordScreen):
    """One point to check, or all of them: its words whole, the lines it concerns and the documents it comes from."""

    def __init__(self, record: OpenRecord, today: date, index: int | None = None) -> None:
        self.index = index
        super().__init__(record, today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The point, its lines, its documents."""
        checks = self.record.sheet.checks
        chosen = checks if self.index is None else checks[self.index : self.index + 1]
        rows: list[Row] = [(title(_("À VÉRIFIER"), width),)]
        for check in chosen:
            rows += self._check_rows(check, width)
        if self.index is None and self.record.sheet.unread:
            rows.append((title(_("Lisibles en texte seulement"), width),))
            rows += [_document_row(origin, width) for origin in self.record.sheet.unread]
        return rows

    def _check_rows(self, check: Check, width: int) -> list[Row]:
        rows = [
            text_row(text, width, STRONG)
            for text in wrap("! " + named(check_label(check), check_words(check)), width, "  ")
        ]
        if check.weighed is not None:
            rows += [
                text_row(text, width) for text in wrap("  " + weighed_words(check.weighed, self.today), width, "  ")
            ]
        for topic in self.record.sheet.topics:
            for line in topic.lines:
                if line.key in check.keys:
                    text = "  " + named(kind_title(line.kind), visible(line.label))
                    rows.append(text_row(text, width, PLAIN, OfLine(line.kind, line.key)))
        if check.kind == "allergy-superseded" and len(check.origins) == 2:
            old, new = check.origins
            return [*rows, _document_row(old, width), *_replaced_rows(new, width), _document_row(new, width)]
        rows += [_document_row(origin, width) for origin in check.origins]
        return rows

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Open a document, or the sources of a line."""
        message.stop()
        if isinstance(message.key, Document):
            self.post_message(ReadDocument(message.key.document))
        elif isinstance(message.key, OfLine):
            self.open_line(message.key)


def line_rows(line: Line, width: int, documents: Sequence[DocumentEntry] = ()) -> list[Row]:
    """A line with nothing cut, its contradictions first, then each source; ``documents`` tell what replaced which."""
    rows = [text_row(text, width, STRONG) for text in wrap(named(kind_title(line.kind), _words(line)), width, "  ")]
    for contradiction in line.contradictions:
        rows += [
            text_row(text, width, ALARM)
            for text in wrap(_("CONTREDIT : {how}").format(how=disagreement(contradiction)), width, "  ")
        ]
    for value in sorted(line.marks):
        rows += [text_row(text, width) for text in wrap(f"! {mark(value)}", width, "  ")]
    for code in line.codes:
        rows.append(text_row(_code(code), width))
    count = len(line.sources)
    rows.append((title(n_("{count} SOURCE", "{count} SOURCES", count).format(count=count), width),))
    links = links_of(documents)
    for source in line.sources:
        rows += _source_rows(source, width, links.get(source.origin.document, Links()))
    return rows


def _words(line: Line) -> str:
    reactions = ", ".join(
        _("pas de {label}").format(label=reaction.label) if reaction.negated else reaction.label
        for reaction in line.reactions
    )
    person = line.person
    phones = ", ".join(phone(number) for number in person.phones) if person else ""
    people = f"{person.name} {person.role} {phones} {person.address}" if person else ""
    dates = " - ".join(day(d) for d in (line.start, line.end) if d)
    parts = [line.label, value_of(line), line.dose, reactions, people.strip(), dates]
    if line.reference:
        parts.append(_("référence {range}").format(range=line.reference))
    return _assertion(line.assertion) + ", ".join(part for part in parts if part)


def _assertion(assertion: Assertion) -> str:
    return {
        Assertion.STATED: "",
        Assertion.NEGATED: _("PAS DE "),
        Assertion.NONE: _("AUCUN : "),
        Assertion.NO_DATA: _("INCONNU : "),
        Assertion.UNREADABLE: _("ILLISIBLE : "),
    }[assertion]


def _source_rows(source: Source, width: int, links: Links) -> list[Row]:
    """The document on one row (it opens), what replaced it where it was kept all the same, then the words it uses."""
    rows = [_document_row(source.origin, width)]
    if Mark.SUPERSEDED in source.marks:
        rows += _replaced_rows(links.newer[0] if links.newer else None, width)
    status = {
        Status.ACTIVE: _("en cours"),
        Status.ENDED: _("terminé"),
        Status.PLANNED: _("prévu"),
        Status.UNKNOWN: "",
    }[source.status]
    dates = " - ".join(day(d) for d in (source.start, source.end) if d)
    when = f"{day(source.noted)} {source.noted[11:16]}".strip()
    noted = _("noté le {date}").format(date=when) if source.noted else ""
    said = ", ".join(part for part in (source.label, source.detail, status, dates, noted) if part)
    rows += [text_row(text, width) for text in wrap(f"    {_assertion(source.assertion)}{said}", width, "    ")]
    if source.words and source.words != source.label:
        rows += [text_row(text, width) for text in wrap(f"    « {source.words} »", width, "    ")]
    return rows


def _document_row(origin: Document, width: int) -> Row:
    # Before the title, which gives way where there is no room.
    archived = _("(archivé)") + " " if origin.archived else ""
    left = f"{day(origin.date)[:10]}  {archived}{document_type(origin.type, origin.title)}  {visible(origin.title)}"
    return (Cell(0, width, two_ends(left, visible(origin.author), width), STRONG, origin),)


def _replaced_rows(newer: DocumentEntry | Document | None, width: int) -> list[Row]:
    """``remplacé le 12/02/2026 par VSM, Dr ROUX Anne``; by what is left out where it is not known yet."""
    words = _("remplacé")
    if newer is not None:
        author = newer.author if isinstance(newer, Document) else next((a.name for a in newer.authors), "")
        name = ", ".join(part for part in (document_type(newer.type, newer.title), author) if part)
        words = _("remplacé le {date} par {document}").format(date=day(newer.date)[:10], document=name)
    return [text_row(text, width, STRONG) for text in wrap(f"    {words}", width, "    ")]


def _code(code: Coding) -> str:
    return f"  {visible(code.system.rsplit('/', 1)[-1])} {visible(code.code)} {visible(code.display)}".rstrip()
