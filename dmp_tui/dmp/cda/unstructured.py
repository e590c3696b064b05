"""Sections, or rows, that hold words and no coded entry: their words become statements, uncoded, so that none is lost."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.dosage import dosage_of_row
from dmp_tui.dmp.cda.medicines import course_of_section
from dmp_tui.dmp.cda.narrative import Row, is_blank, one_line
from dmp_tui.dmp.cda.scope import Scope, dated
from dmp_tui.dmp.cda.unstated import shortened
from dmp_tui.dmp.cda.words import denial, same_words
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.narrative import Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME_HEADERS = {
    Kind.ALLERGY: re.compile(r"AGENT|ALLERGENE|SUBSTANCE|ALLERGIE"),
    Kind.ADVERSE_EFFECT: re.compile(r"MEDICAMENT|AGENT|SUBSTANCE|EFFET"),
    Kind.TREATMENT: re.compile(r"MEDICAMENT|PRODUIT|TRAITEMENT|SPECIALITE|LIBELLE|DENOMINATION"),
    Kind.PROBLEM: re.compile(r"PROBLEME|PATHOLOGIE|ANTECEDENT|DIAGNOSTIC|MALADIE|LIBELLE"),
    Kind.PROCEDURE: re.compile(r"ACTE|ANTECEDENT|INTERVENTION|LIBELLE|CHIRURGI"),
    Kind.DEVICE: re.compile(r"DISPOSITIF|TYPE DE DM|CATEGORIE|LIBELLE|IMPLANT"),
    Kind.VACCINATION: re.compile(r"VACCIN\b|LIBELLE|NOM"),
}
_NOT_A_NAME = re.compile(r"DATE|TYPE D (?:ALLERGIE|OBSERVATION)|VOIE|DUREE|DEBUT|FIN\b")
_DATE = re.compile(r"(?<!\d)(\d{2})/(\d{2})/(\d{4})(?!\d)")


def statements_of(scope: Scope, kind: Kind) -> "Iterator[Entry]":
    """One statement for each row, item or paragraph of a section without entries; its denial alone where it only denies."""
    plain = scope.narrative.plain
    said = denial(plain)
    if said in {Assertion.NONE, Assertion.NO_DATA}:
        yield Entry(kind, shortened(plain), said, section=scope.code, words=one_line(plain))
        return
    for block in scope.narrative.blocks:
        match block:
            case Paragraph(text=text, heading=False) if not _only_a_title(text, scope):
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
            yield _of_row(row, scope, kind)


def _only_a_title(text: str, scope: Scope) -> bool:
    return same_words(text, scope.title) or text.rstrip().endswith(":")


def _of_text(text: str, scope: Scope, kind: Kind) -> Entry:
    text = one_line(text)
    return _entry(shortened(text), text, scope, kind, "", None)


def _of_row(row: Row, scope: Scope, kind: Kind) -> Entry:
    column = _name_column(row, kind)
    label = one_line(row.cells[column]) if column is not None else row.words
    dose = dosage_of_row(row) if kind is Kind.TREATMENT else ""
    return _entry(shortened(label), row.words, scope, kind, dose, row)


def _name_column(row: Row, kind: Kind) -> int | None:
    pattern = _NAME_HEADERS.get(kind)
    for column, cell in enumerate(row.cells):
        header = fold(row.header(column))
        if pattern and not is_blank(cell) and pattern.search(header) and not _NOT_A_NAME.search(header):
            return column
    return None


def _entry(label: str, words: str, scope: Scope, kind: Kind, dose: str, row: Row | None) -> Entry:
    said = denial(label)
    start, end = _dates(row) if row else ("", "")
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
            section=scope.code,
            words=words,
            marks=frozenset(marks),
        ),
        scope,
    )


def _dates(row: Row) -> tuple[str, str]:
    """Dates of columns that say which they are ("Date de début", "Date de fin", "Date")."""
    start = end = ""
    for column, cell in enumerate(row.cells):
        header = fold(row.header(column))
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
