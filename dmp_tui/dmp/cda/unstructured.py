"""Sections, or rows, with words and no coded entry: the words become uncoded statements, so that none is lost."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.columns import first_cell, name_column, value_cell
from dmp_tui.dmp.cda.dosage import dosage_of_row
from dmp_tui.dmp.cda.medicines import course_of_section
from dmp_tui.dmp.cda.narrative import Row, is_blank, one_line
from dmp_tui.dmp.cda.scope import Scope, dated
from dmp_tui.dmp.cda.unstated import shortened
from dmp_tui.dmp.cda.values import Value, said_value
from dmp_tui.dmp.cda.words import denial, same_words
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from dmp_tui.dmp.narrative import Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MEASURED = frozenset({Kind.RESULT, Kind.VITAL, Kind.PREGNANCY, Kind.DIRECTIVE, Kind.SOCIAL, Kind.FUNCTIONAL})
_INSTRUCTIONS = frozenset({Kind.ALERT, Kind.DIRECTIVE, Kind.PLAN, Kind.REASON})
"""Where "pas de réanimation" is what to do, and not a resuscitation that is not there."""
_DATE = re.compile(r"(?<!\d)(\d{2})/(\d{2})/(\d{4})(?!\d)")


_BEGINS = re.compile(r"(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/(\d{4})|((?:19|20)\d{2})")


def statements_of(scope: Scope, kind: Kind) -> "Iterator[Entry]":
    """One statement for each row, item or paragraph; a section that only denies is one denial."""
    plain = scope.narrative.plain
    said = denial(plain)
    if said in {Assertion.NONE, Assertion.NO_DATA}:
        yield Entry(kind, shortened(plain), said, section=scope.code, words=one_line(plain))
        return
    for block in scope.narrative.blocks:
        match block:
            case Paragraph(text=text, heading=False) if text and not _only_a_title(text, scope):
                yield _of_text(text, scope, kind)
            case Items(items=items):
                yield from (_of_text(item, scope, kind) for item in items)
            case Table() | Paragraph():
                pass
    yield from of_rows(scope.narrative.rows, scope, kind)


def of_rows(rows: "Iterable[Row]", scope: Scope, kind: Kind) -> "Iterator[Entry]":
    """One statement for each row that says something."""
    for row in rows:
        if row.words and not all(is_blank(cell) for cell in row.cells):
            yield _entry(row.words, scope, kind, row)


def _only_a_title(text: str, scope: Scope) -> bool:
    return same_words(text, scope.title) or text.rstrip().endswith(":")


def _of_text(text: str, scope: Scope, kind: Kind) -> Entry:
    text = one_line(text)
    return _entry(text, scope, kind)


def _entry(words: str, scope: Scope, kind: Kind, row: Row | None = None) -> Entry:
    column = name_column(row, kind) if row else None
    value = Value("")
    if row and kind in _MEASURED and len(row.cells) > 1 and (name := first_cell(row)):
        column = next(i for i, cell in enumerate(row.cells) if one_line(cell) == name)
        answer = value_cell(row, column)
        value = said_value(answer) or Value(answer)
    when, rest = _leading_date(row) if row and column != 0 else ("", "")
    label = shortened(row.cells[column] if row and column is not None else rest or words)
    dose = dosage_of_row(row) if row and kind is Kind.TREATMENT else ""
    said = denial(label)
    if said is Assertion.NEGATED and kind in _INSTRUCTIONS:
        said = None
    start, end = _dates(row) if row else ("", "")
    start = start or (when if kind not in _MEASURED else "")
    marks = {Mark.UNCODED}
    if scope.reimbursement:
        marks.add(Mark.REIMBURSED)
    if kind in {Kind.TREATMENT, Kind.VACCINATION} and (scope.reimbursement or scope.prescription or scope.dispensation):
        marks.add(Mark.PRESCRIBED)
    status = Status.UNKNOWN
    if kind is Kind.TREATMENT:
        status = course_of_section(scope, end)
    elif kind is Kind.PLAN:
        status = Status.PLANNED
    elif end and kind in {Kind.ALLERGY, Kind.PROBLEM}:
        status = Status.ENDED
    return dated(
        Entry(
            kind,
            label,
            said or Assertion.STATED,
            status=status,
            start=start,
            end=end,
            dose=dose,
            value=value.text,
            unit=value.unit,
            section=scope.code,
            words=words,
            marks=frozenset(marks),
        ),
        scope,
    )


def _leading_date(row: Row) -> tuple[str, str]:
    """``(date, the other cells)`` of a row that begins with its date below the title of its table."""
    match = _BEGINS.fullmatch(row.cells[0].strip()) if row.cells else None
    if match is None or len(row.cells) < 2 or row.header(0) != row.header(1):
        return "", ""
    day = f"{match[3]}-{match[2]}-{match[1]}" if match[3] else match[4]
    return day, " · ".join(one_line(cell) for cell in row.cells[1:] if not is_blank(cell))


def _dates(row: Row) -> tuple[str, str]:
    """Dates of columns that say which they are ("Date de début", "Date de fin", "Date")."""
    start = end = ""
    for column, cell in enumerate(row.cells):
        header = row.heading(column)
        if not (match := _DATE.search(cell)) or not re.search(r"DATE|DEBUT|\bFIN\b", header):
            continue
        day = f"{match[3]}-{match[2]}-{match[1]}"
        if not ("01" <= match[2] <= "12" and "01" <= match[1] <= "31"):
            continue
        if re.search(r"\bFIN\b|ARRET", header):
            end = end or day
        else:
            start = start or day
    return start, end
