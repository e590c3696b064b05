"""Observations of every other kind: results, vital signs, pregnancy, directives, way of life... A label and a value."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import absence, codings, qualifiers
from dmp_tui.dmp.cda.columns import (
    ANSWER_HEADERS,
    DATE_CELL,
    EARLIER_HEADERS,
    REFERENCE_HEADERS,
    first_cell,
    value_cell,
)
from dmp_tui.dmp.cda.details import measured_words, status_word
from dmp_tui.dmp.cda.narrative import Place, Row, is_blank, one_line
from dmp_tui.dmp.cda.related import comment
from dmp_tui.dmp.cda.scope import Scope, beside, code_of, dated, original
from dmp_tui.dmp.cda.times import Span, span
from dmp_tui.dmp.cda.unstated import agentless, shortened
from dmp_tui.dmp.cda.values import Value, agree, coded_value, range_of, ranges_agree, said_value
from dmp_tui.dmp.cda.words import denial, denies, key, name_the_same, same_words, yes_or_no
from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.series import is_refuted

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DENIABLE = frozenset(
    {Kind.SOCIAL, Kind.FUNCTIONAL, Kind.ALERT, Kind.OCCUPATIONAL, Kind.PREGNANCY, Kind.PLAN, Kind.DEVICE, Kind.REASON}
)
_DIRECTIVES = "42348-3"
_NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})
PREGNANT = frozenset({"77386006", "LA15173-0"})
_INTERPRETATIONS = "urn:oid:2.16.840.1.113883.5.83"
_MEASURES = frozenset({Kind.RESULT, Kind.VITAL})


@dataclass(frozen=True, slots=True)
class _Said:
    """What the narrative says of an observation."""

    label: str
    value: str
    place: Place | None


def read_observation(observation: "Element", scope: Scope, kind: Kind, noted: str = "") -> Entry | None:
    """An observation as one statement; None if it says nothing at all (no code, no words, no value)."""
    values = observation.findall("value")
    # a general code ("autre élément social") that its qualifier makes precise would merge what differs
    codes = qualifiers(observation.find("code")) or code_of(observation)
    answers = (*codings(*values), *(q for value in values for q in qualifiers(value)))
    if absence((*codes, *answers)) is not None:
        return agentless(kind, observation, scope)
    coded = coded_value(values[0]) if values else Value("")
    said = _own_words(observation, scope, codes, coded, answers)
    label = said.label or next((c.display or c.code for c in codes), "")
    if not label:
        label, coded = coded.words, Value("")
    if not label:
        return None
    place = said.place
    code_label, differs = beside(label, codes)
    if kind in _MEASURES:
        differs = False  # laboratories name one thing by many names (kaliémie, potassium)
    value, value_differs = _value(said.value, coded, answers, kind)
    if kind is Kind.PREGNANCY and value_differs:
        told, meant = _pregnant(value.text, ()), _pregnant("", answers)
        if told is None and meant is not None and (yes := yes_or_no(value.text)) is not None:
            told, value = yes, (coded if yes is meant else value)
        value_differs = told is not meant
    if kind is Kind.PLAN and value.number is None and same_words(value.text, place.text if place else ""):
        label, value = value.text or label, Value("")
    reference, range_differs = _reference(observation, place.row if place else None)
    words = " · ".join(text for text in (place.words if place else _around(scope), *_links(observation)) if text)
    more = (*measured_words(observation, scope, value.shown, words), status_word(observation))
    contrary = (
        observation.get("negationInd") == "true" and bool(words or value.text) and not denies(words or value.text)
    )
    interpretation, meaning = _interpretation(observation)
    out = is_refuted(interpretation, value.text, reference)
    marks = {Mark.CODE_DIFFERS} if differs or value_differs or range_differs or contrary or out else set()
    if not codes and not answers:
        marks.add(Mark.UNCODED)
    if scope.reimbursement:
        marks.add(Mark.REIMBURSED)
    beside_words = [
        code_label,
        coded.shown if value_differs else "",
        f"[{range_of(observation)}]" if range_differs else "",
        f"interprétation {interpretation}" if out else "",
    ]
    time = span(observation.find("effectiveTime"))
    start, end, when = _when(kind, time, noted)
    value = _hour(time, values) if not value.text and kind not in _MEASURES else value
    entry = Entry(
        kind,
        label,
        assertion=_assertion(observation, kind, codes, answers, value, contrary=contrary),
        codes=(*codes, *answers) if kind is Kind.PREGNANCY or not codes else codes,
        code_label="; ".join(text for text in beside_words if text),
        status=_status(observation, kind, answers),
        start=start,
        end=end,
        noted=when,
        value=value.text,
        unit=value.unit,
        reference=reference,
        interpretation=interpretation,
        author=scope.author(observation),
        section=scope.code,
        words=" · ".join(text for text in (words, meaning, comment(observation, scope, words), *more) if text),
        marks=frozenset(marks),
    )
    # the dates of earlier results, in the row's words, are not this one's
    row = place.row if place else None
    checked, row = (replace(entry, words=""), None) if row and _tells_earlier(row) else (entry, row)
    return replace(dated(checked, scope, doubtful=time.doubtful, row=row), words=entry.words)


def _own_words(
    observation: "Element", scope: Scope, codes: tuple[Coding, ...], coded: Value, answers: tuple[Coding, ...]
) -> _Said:
    """What the narrative says of this observation, less a value that is another's or no value."""
    said = _said(observation, scope, codes, coded, answers)
    if _is_earlier(observation, codes):
        own = scope.words(*(original(value) for value in observation.iterfind("value")))
        return _Said(said.label, own, said.place)  # the row's result is the new one
    if not said.value or said.place is None or said.place.row is None:
        return said
    if _is_of_another_day(said.place.row, said.value, coded) or _is_site(observation, scope, said.place, said.value):
        return _Said(said.label, "", said.place)
    return said


def _hour(time: Span, values: "list[Element]") -> Value:
    """When it was, as the value of what has none ("dernier repas"): an hour that no other field has."""
    told = any(value.get("nullFlavor") for value in values) and "T" in time.at
    return Value(time.at[:16].replace("T", " "), date=True) if told else Value("")


def uncoded(entry: Entry) -> Entry:
    """A statement without its codes, which others share that are not the same thing; their words stay beside it."""
    named = [c.display for c in entry.codes if c.display and c.display not in entry.code_label]
    return replace(entry, codes=(), code_label="; ".join(text for text in (entry.code_label, *named) if text))


def _is_earlier(observation: "Element", codes: tuple[Coding, ...]) -> bool:
    """Whether this is an earlier result, hung on the new one of the same analyte."""
    link = observation.getparent()
    newer = link.getparent() if link is not None and link.get("typeCode") == "REFR" else None
    if newer is None or newer.tag != "observation":
        return False
    return bool({c.code for c in codes} & {c.code for c in code_of(newer)})


def _tells_earlier(row: Row) -> bool:
    return any(EARLIER_HEADERS.search(row.heading(column)) for column in range(len(row.cells)))


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


def _around(scope: Scope) -> str:
    """What a section without tables says in one breath, for a statement that points nowhere."""
    return "" if scope.narrative.rows else shortened(scope.narrative.plain)


def _links(observation: "Element") -> list[str]:
    """Where the document itself lies, if the statement says so (directives kept elsewhere)."""
    found = [r.get("value") or "" for r in observation.iterfind("reference/externalDocument/text/reference")]
    found += [link for r in observation.iterfind("value/reference") if "://" in (link := r.get("value") or "")]
    return [text.strip() for text in found if text.strip()]


def _interpretation(observation: "Element") -> tuple[str, str]:
    """``(HL7 code, words)``: a code of another table is no H, L or R, and only its words tell."""
    found = codings(observation.find("interpretationCode"))
    ours = next((c for c in found if c.system in {"", _INTERPRETATIONS}), None)
    if ours is not None:
        return ours.code, ""
    return "", next((c.display for c in found if c.display), "")


def _pregnant(words: str, answers: tuple[Coding, ...]) -> bool | None:
    """Whether words or codes say that she is pregnant; None if they speak of something else."""
    said = fold(words)
    if re.search(r"\b(?:NON|PAS)\b.*\b(?:ENCEINTE|GROSSESSE)", said) or any(c.code in _NOT_PREGNANT for c in answers):
        return False
    return (
        True
        if re.search(r"\b(?:ENCEINTE|GROSSESSE EN COURS)\b", said) or any(c.code in PREGNANT for c in answers)
        else None
    )


def _when(kind: Kind, time: Span, noted: str) -> tuple[str, str, str]:
    """``(start, end, noted)``: a measure is noted at a moment, a plan or a habit has a beginning."""
    if kind in _MEASURES or kind in {Kind.DIRECTIVE, Kind.PREGNANCY}:
        later = time.end if time.end != time.start else ""
        hour = time.at if kind in _MEASURES else time.start or time.end
        return "", later if kind is Kind.DIRECTIVE else "", hour or noted
    if time.start or time.end:
        return time.start, time.end, ""
    return "", "", noted


def _status(observation: "Element", kind: Kind, answers: tuple[Coding, ...]) -> Status:
    if kind is Kind.PLAN or observation.get("moodCode") not in {"EVN", None}:
        return Status.PLANNED
    if kind is Kind.PREGNANCY and any(c.code in PREGNANT for c in answers):
        return Status.ACTIVE
    return Status.UNKNOWN


def _assertion(
    observation: "Element",
    kind: Kind,
    codes: tuple[Coding, ...],
    answers: tuple[Coding, ...],
    value: Value,
    *,
    contrary: bool,
) -> Assertion:
    # "nombre de fœtus : 1", negated, is what its words and its value say; the flag alone says otherwise
    if observation.get("negationInd") == "true" and not (contrary and value.text and yes_or_no(value.text) is None):
        return Assertion.NEGATED
    answer = yes_or_no(value.text)
    if kind is Kind.DIRECTIVE and answer is False and any(c.code == _DIRECTIVES for c in codes):
        return Assertion.NONE
    if kind in _DENIABLE and (answer is False or (value.text and denial(value.text) is Assertion.NONE)):
        return Assertion.NEGATED
    if kind is Kind.PREGNANCY and _pregnant(value.text, () if value.from_words else answers) is False:
        return Assertion.NEGATED
    return Assertion.STATED


# --- what the narrative says ------------------------------------------------------------------------------------------


def _said(
    observation: "Element", scope: Scope, codes: tuple[Coding, ...], coded: Value, answers: tuple[Coding, ...]
) -> _Said:
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
        return _Said("", value, answer or (Place("", around) if around else None))
    row, column, text = place.row, place.column, one_line(place.text)
    if own and _is_answer(text, coded, displays):
        if row is None or column is None:
            return _Said(displays[0] if displays else text, value or text, place)
        if label := _asked(row, column, displays):
            return _Said(label, value or text, place)
    if row is None or column is None:
        if text and not own and _says(text, coded, answers) and displays:
            return _Said("", value or text, place)
        return _Said(text or first_cell(row), value, place)
    if _heads(row, column, text, displays, own=own is not None):
        return _Said(row.header(column), value or text, place)
    if not own and _is_value_cell(row, column, coded, answers, displays):
        return _Said(_label_cell(row, column, displays), value or text, place)
    if text != one_line(row.cells[column]) and any(key(text) in key(display) for display in displays):
        text = displays[0]  # "systolique", one word of a cell that names two things
    return _Said(text, value or value_cell(row, column), place)


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


# --- words and code together ------------------------------------------------------------------------------------------


def _value(said: str, coded: Value, answers: tuple[Coding, ...], kind: Kind) -> tuple[Value, bool]:
    """The value to show and whether words and code disagree: then the words are shown."""
    if not said:
        return coded, False
    if coded.truth is not None:
        answer = yes_or_no(said)
        return Value(said, from_words=True), answer is not None and answer is not coded.truth
    if coded.number is not None:
        words = said_value(said)
        if words is None or words.number is None:
            return _unmeasured(said, coded, kind)
        if agree(words, coded):
            if kind not in _MEASURES and words.unit and not same_words(words.unit, coded.unit):
                return words, False  # "41 SA révolues" says more than 41 weeks
            return (
                Value(words.sign + coded.text, coded.unit, coded.number) if words.sign and not coded.sign else coded
            ), False
        return words, True
    if answers or coded.date:
        differs = bool(answers) and not name_the_same(said, [c.display for c in answers if c.display])
        return (coded if coded.date else Value(said, from_words=True)), differs
    words = said_value(said)
    if kind in _MEASURES and words is not None:
        return words, False
    return Value(said, from_words=True), bool(coded.words) and not name_the_same(said, [coded.words])


def _unmeasured(said: str, coded: Value, kind: Kind) -> tuple[Value, bool]:
    """The words that are no plain measure ("41 SA + 3 j") in place of a coded number; results keep the number."""
    if kind in _MEASURES or not any(character.isdigit() for character in said) or DATE_CELL.fullmatch(said):
        return coded, False
    return Value(said, from_words=True), not ranges_agree(coded.text, said)


def _reference(observation: "Element", row: Row | None) -> tuple[str, bool]:
    """The reference range as written, and whether the coded one names other bounds."""
    coded = range_of(observation)
    for column, cell in enumerate(row.cells if row else ()):
        if row and REFERENCE_HEADERS.search(row.heading(column)) and not is_blank(cell):
            said = one_line(cell)
            return said, bool(coded) and not ranges_agree(said, coded)
    return coded, False
