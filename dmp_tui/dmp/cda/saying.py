"""What the narrative says of an observation: its label and its value, whichever cell of a row is pointed at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.columns import ANSWER_HEADERS, DATE_CELL, first_cell, value_cell
from dmp_tui.dmp.cda.narrative import Place, Row, is_blank, one_line
from dmp_tui.dmp.cda.scope import Scope, code_of, original
from dmp_tui.dmp.cda.values import Value, agree, said_value
from dmp_tui.dmp.cda.words import key, name_the_same, same_words, yes_or_no
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


@dataclass(frozen=True, slots=True)
class Said:
    """What the narrative says of an observation."""

    label: str
    value: str
    place: Place | None


def own_words(
    observation: "Element", scope: Scope, codes: tuple[Coding, ...], coded: Value, answers: tuple[Coding, ...]
) -> Said:
    """What the narrative says of this observation, less a value that is another's or no value."""
    said = _said(observation, scope, codes, coded, answers)
    if _is_earlier(observation, codes):
        own = scope.words(*(original(value) for value in observation.iterfind("value")))
        return Said(said.label, own, said.place)  # the row's result is the new one
    if not said.value or said.place is None or said.place.row is None:
        return said
    if _is_of_another_day(said.place.row, said.value, coded) or _is_site(observation, scope, said.place, said.value):
        return Said(said.label, "", said.place)
    return said


def _is_earlier(observation: "Element", codes: tuple[Coding, ...]) -> bool:
    """Whether this is an earlier result, hung on the new one of the same analyte."""
    link = observation.getparent()
    newer = link.getparent() if link is not None and link.get("typeCode") == "REFR" else None
    if newer is None or newer.tag != "observation":
        return False
    return bool({c.code for c in codes} & {c.code for c in code_of(newer)})


def _is_of_another_day(row: Row, said: str, coded: Value) -> bool:
    """Whether the value read in a row of several results is another's: the coded one stands in its own column."""
    words = said_value(said) if coded.number is not None else None
    if words is None or agree(words, coded):
        return False
    others = (said_value(one_line(cell)) for cell in row.cells if one_line(cell) != said)
    return any(other is not None and other.number is not None and agree(other, coded) for other in others)


def _is_site(observation: "Element", scope: Scope, place: Place, said: str) -> bool:
    """Whether the cell read as a value only says where in the body ("avant-bras gauche"), as the structure does too."""
    for site in observation.iterfind("targetSiteCode"):
        marked = scope.place(original(site))
        if marked is not None and marked.row is place.row and marked.row is not None and key(marked.text) in key(said):
            return True
    return False


def _said(
    observation: "Element", scope: Scope, codes: tuple[Coding, ...], coded: Value, answers: tuple[Coding, ...]
) -> Said:
    """Label and value in the narrative's words. A reference may point at either cell of the row, or nowhere."""
    own = scope.place(original(observation.find("code")))
    place = own or scope.place(observation.find("text"))
    displays = [coding.display for coding in codes if coding.display]
    if place is None or (place.row is None and not place.text):
        place = next((found for text in displays if (found := scope.row_named(text))), None)
    answer = next((p for v in observation.iterfind("value") if (p := scope.place(original(v))) is not None), None)
    if answer is not None and place is not None and answer.row is place.row and answer.column == place.column:
        answer = None if place.row is not None else answer
    value = one_line(answer.text) if answer else ""
    if place is None:
        around = scope.row_around(observation)
        return Said("", value, answer or (Place("", around) if around else None))
    row, column, text = place.row, place.column, one_line(place.text)
    if own and _is_answer(text, coded, displays):
        if row is None or column is None:
            return Said(displays[0] if displays else text, value or text, place)
        if label := _asked(row, column, displays):
            return Said(label, value or text, place)
    if row is None or column is None:
        if text and not own and _says(text, coded, answers) and displays:
            return Said("", value or text, place)
        return Said(text or first_cell(row), value, place)
    if _heads(row, column, text, displays, own=own is not None):
        return Said(row.header(column), value or text, place)
    if not own and _is_value_cell(row, column, coded, answers, displays):
        return Said(_label_cell(row, column, displays), value or text, place)
    if text != one_line(row.cells[column]) and any(key(text) in key(display) for display in displays):
        text = displays[0]  # "systolique", one word of a cell that names two things
    return Said(text, value or value_cell(row, column), place)


def _is_answer(text: str, coded: Value, displays: list[str]) -> bool:
    """Whether the words that the code itself points at are its value ("Oui", "2.5"), which names nothing."""
    if coded.truth is not None:
        return yes_or_no(text) is not None
    if coded.number is None:
        return same_words(text, coded.words) and not any(same_words(text, display) for display in displays)
    said = said_value(text)
    return said is not None and said.number is not None and agree(said, coded)


def _asked(row: Row, column: int, displays: list[str]) -> str:
    """What a cell that holds a value is the value of: its own header ("Cible INR"), else the cell that names it."""
    tells = yes_or_no(row.cells[column]) is None and not ANSWER_HEADERS.search(row.heading(column))
    if tells and row.header(column) and not _is_title(row, column):
        return row.header(column)
    return _label_cell(row, column, displays)


def _heads(row: Row, column: int, text: str, displays: list[str], *, own: bool) -> bool:
    """Whether what is above a cell names what is observed, and the cell is its value."""
    titled = not name_the_same(text, displays) and _title_names(row, column, displays)
    return titled or (not own and _header_asks(row, column, text, displays))


def _header_asks(row: Row, column: int, text: str, displays: list[str]) -> bool:
    """Whether the header of a later column names what is observed ("Difficulté"): its cell is the value."""
    header = key(row.header(column))
    if column == 0 or len(header) < 5 or _is_title(row, column) or any(same_words(text, d) for d in displays):
        return False
    return any(header in key(display) or key(display) in header for display in displays)


def _is_title(row: Row, column: int) -> bool:
    """Whether a cell's header stands over all columns: it names the table."""
    return column > 0 and row.header(column) == row.header(0)


def _title_names(row: Row, column: int, displays: list[str]) -> bool:
    """Whether a cell is the first to say more than a date below a title that names what is observed."""
    first = not any(not is_blank(cell) and not DATE_CELL.fullmatch(cell) for cell in row.cells[:column])
    return first and bool(row.header(column)) and _is_title(row, column) and name_the_same(row.header(column), displays)


def _says(text: str, coded: Value, answers: tuple[Coding, ...]) -> bool:
    """Whether a text is the value itself."""
    if yes_or_no(text) is not None or same_words(text, coded.words):
        return True
    if coded.number is not None and (said := said_value(text)) is not None:
        return said.number is not None
    return any(same_words(text, coding.display) for coding in answers)


def _is_value_cell(row: Row, column: int, coded: Value, answers: tuple[Coding, ...], displays: list[str]) -> bool:
    text = one_line(row.cells[column])
    if _says(text, coded, answers):
        return True
    if not displays or name_the_same(text, displays):
        return False
    others = [
        cell for i, cell in enumerate(row.cells) if i != column and not is_blank(cell) and cell != row.cells[column]
    ]
    if not others:
        return bool(coded.words)
    return any(name_the_same(cell, displays) and not DATE_CELL.fullmatch(cell) for cell in others[:column])


def _label_cell(row: Row, column: int, displays: list[str]) -> str:
    if displays and yes_or_no(row.cells[column]) is not None and _telling_header(row, column, displays):
        return row.header(column)
    before = [cell for cell in row.cells[:column] if not is_blank(cell) and not DATE_CELL.fullmatch(cell)]
    named = [cell for cell in before if displays and name_the_same(cell, displays)]
    header = key(row.header(column))
    if not named and len(header) > 2 and any(header in key(display) for display in displays):
        return row.header(column)
    return one_line((named or before or [""])[0])


def _telling_header(row: Row, column: int, displays: list[str]) -> bool:
    """Whether a column's header names the thing itself ("Présence d'endoprothèse"), and no cell before does."""
    words = {word for display in displays for word in fold(display).split() if len(word) > 5}
    header = {word for word in row.heading(column).split() if len(word) > 5}
    named = any(ours.rstrip("S") == theirs.rstrip("S") for ours in words for theirs in header)
    return named and not any(
        name_the_same(cell, displays) for cell in row.cells[:column] if any(c.isalpha() for c in cell)
    )
