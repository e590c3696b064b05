"""All treatments of a record: what is taken, what is planned, what is only known from reimbursements, what is over."""

from collections.abc import Iterator, Sequence
from datetime import date

from rich.cells import cell_len
from textual import on

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement, Line, Presence, Topic
from dmp_tui.i18n import _, n_
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day, month
from dmp_tui.screens.keys import OfDocuments, OfLine
from dmp_tui.screens.messages import Go
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_layout import section_rows, treatments_in_order
from dmp_tui.screens.sheet_lines import over, presence_text, weighs
from dmp_tui.screens.words import contradicted, critical_class, disagreement, mark, stated_label
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import cut, two_ends, visible, wrap

_TOLD = frozenset(
    {Mark.CODE_DIFFERS, Mark.PRODUCT_DIFFERS, Mark.IMPLAUSIBLE_DATE, Mark.SUPERSEDED, Mark.GUESS, Mark.CODE_ONLY}
)
"""Marks that are said in words below a treatment; the others are signs or sections of their own."""
_SOURCE = 26
"""Cells of a source at the end of a row, at most."""


class TreatmentsScreen(RecordScreen):
    """Everything a document calls a treatment, whole; Enter opens its sources."""

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Sections, each in the sheet's order."""
        topic = self.record.sheet.topic(Kind.TREATMENT)
        rows = self._said_rows(topic, width)
        for name, lines in _sections(topic.lines, self.today):
            rows.append((title(f"{name} ({len(lines)})", width),))
            for line in lines:
                rows += self._line_rows(line, width)
        effects = self.record.sheet.topic(Kind.ADVERSE_EFFECT)
        if effects.lines or effects.presence is Presence.UNREADABLE:
            rows += section_rows(self.record.sheet, (Kind.ADVERSE_EFFECT,), width, self.today)
        return rows

    def _said_rows(self, topic: Topic, width: int) -> list[Row]:
        """Who says that there is none, that nobody speaks of any, or that some could not be read."""
        if topic.lines and topic.presence is not Presence.UNREADABLE and not topic.said_by:
            return []
        text, style = presence_text(topic)
        if topic.presence is Presence.STATED:
            names = ", ".join(f"{visible(o.author) or document_name(o)} {_('le')} {day(o.date)}" for o in topic.said_by)
            text, style = _("≠ aucun traitement, selon {names}").format(names=names), ALARM
        key = OfDocuments() if topic.presence is Presence.UNREADABLE else None
        rows: list[Row] = [(title(_("TRAITEMENTS"), width),)] if not topic.lines else []
        first, *rest = wrap(text, width, "  ")
        return [*rows, text_row(first, width, style, key), *(text_row(part, width, style) for part in rest)]

    def _line_rows(self, line: Line, width: int) -> list[Row]:
        """The treatment with its dose, since when and by which document; then what is to be known of it."""
        signs = ("!" if weighs(line) else " ") + ("≠" if contradicted(line) else " ")
        left = f"{signs} {stated_label(line)}"
        dose = visible(line.dose)
        right = "  ".join(part for part in (critical_class(line.critical), _course(line, self.today)) if part)
        source = _source(line)
        style = STRONG if weighs(line) else PLAIN
        key = OfLine(line.kind, line.key)
        whole = f"{left}  {dose}".rstrip()
        tail = f"{right}  {source}" if right else source
        rows: list[Row]
        if cell_len(whole) + cell_len(tail) + 2 <= width:
            rows = [(Cell(0, width, two_ends(whole, tail, width), style, key),)]
        else:
            rows = [(Cell(0, width, two_ends(left, tail, width), style, key),)]
            if cell_len(left) + cell_len(tail) + 1 > width:
                first, *rest = wrap(left, width, "    ")
                rows = [(Cell(0, width, first, style, key),), *(text_row(part, width, style) for part in rest)]
                rows.append(text_row(f"{'':>{max(width - cell_len(tail), 0)}}{tail}", width, style))
            rows += [text_row(part, width, style) for part in wrap(f"    {dose}", width, "    ") if dose]
        for text, alarm in _notes(line):
            rows += [text_row(part, width, ALARM if alarm else PLAIN) for part in wrap(f"    {text}", width, "      ")]
        return rows

    def on_mount(self) -> None:
        """Say what Enter does here."""
        self.say(_("Entrée : sources d'un traitement · Échap : retour"))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of a treatment, or the documents."""
        message.stop()
        if isinstance(message.key, OfLine):
            self.open_line(message.key)
        elif isinstance(message.key, OfDocuments):
            self.post_message(Go("documents"))


def _sections(lines: Sequence[Line], today: date) -> Iterator[tuple[str, list[Line]]]:
    """Names and lines of the sections that hold any, what is taken now first."""
    held: dict[str, list[Line]] = {name: [] for name in _names()}
    names = _names()
    for line in treatments_in_order(lines, today):
        held[names[_section(line, today)]].append(line)
    yield from ((name, own) for name, own in held.items() if own)


def _names() -> tuple[str, ...]:
    return (
        _("EN COURS"),
        _("PRÉVUS OU PRESCRITS"),
        _("CONNUS PAR LES REMBOURSEMENTS SEULS"),
        _("ARRÊTÉS OU TERMINÉS"),
        _("NON PRIS, DIT UN DOCUMENT"),
        _("ILLISIBLES"),
    )


def _section(line: Line, today: date) -> int:
    """The place of its section among ``_names``."""
    if line.assertion is Assertion.UNREADABLE:
        return 5
    if line.assertion is not Assertion.STATED:
        return 4
    if over(line, today):
        return 3
    if Mark.REIMBURSED in line.marks:
        return 2
    return 1 if line.status is Status.PLANNED or Mark.PRESCRIBED in line.marks else 0


def _course(line: Line, today: date) -> str:
    """Since when, until when, or since when no more."""
    if line.status is Status.ENDED:
        stopped = _("arrêté le {date}").format(date=day(line.end)) if line.end else _("arrêté")
        author = next((visible(s.origin.author) for s in line.sources if s.status is Status.ENDED), "")
        return _("{stopped} selon {author}").format(stopped=stopped, author=author) if author else stopped
    if over(line, today):
        return _("fini {date}").format(date=day(line.end)).strip()
    until = _("jusqu'au {date}").format(date=day(line.end)) if line.end else ""
    begun = _("dès {date}") if line.status is Status.PLANNED else _("depuis {date}")
    since = begun.format(date=month(line.start)) if line.start else ""
    return " ".join(part for part in (since, until) if part)


def _course_words(line: Line, contradiction: Contradiction) -> str:
    """Stopped by one and seen again in another, said as it happened; empty for other disagreements."""
    if contradiction.kind is not Disagreement.STATUS:
        return ""
    origin = contradiction.origin
    if line.status is Status.ENDED:
        return _("revu le {date} : {document}").format(date=day(origin.date), document=document_name(origin))
    again = next((source.origin for source in line.sources if source.status is not Status.ENDED), origin)
    return _("arrêté ({when}) selon {author}, {stopping} ; revu le {date}, {document}").format(
        when=day(contradiction.words),
        author=visible(origin.author) or "?",
        stopping=document_name(origin),
        date=day(again.date),
        document=document_name(again),
    )


def _source(line: Line) -> str:
    """The newest document, a carer's before the insurance's, and how many others: ``VSM 07/2026 +2``."""
    carers = (source for source in line.sources if Mark.REIMBURSED not in source.marks)
    newest = next(carers, line.sources[0]).origin
    others = len({source.origin.document for source in line.sources}) - 1
    return cut(document_name(newest), _SOURCE) + (f" +{others}" if others else "")


def _notes(line: Line) -> Iterator[tuple[str, bool]]:
    """What is to be known of a treatment in words, and whether it alarms."""
    for contradiction in line.contradictions:
        words = _course_words(line, contradiction) or disagreement(contradiction)
        yield f"≠ {words}", contradiction.kind is Disagreement.PRESCRIBED_DESPITE
    for value in sorted(line.marks & _TOLD):
        yield f"! {mark(value)}", False
    archived = sum(source.origin.archived for source in line.sources)
    if archived and archived == len(line.sources):
        yield n_("(source archivée)", "(sources archivées)", archived), False
