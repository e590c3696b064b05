"""Observations of every other kind: results, vital signs, pregnancy, directives, way of life... A label and a value."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import absence, codings, qualifiers
from dmp_tui.dmp.cda.columns import (
    DATE_CELL,
    EARLIER_HEADERS,
    REFERENCE_HEADERS,
)
from dmp_tui.dmp.cda.details import measured_words, status_word, taking_part
from dmp_tui.dmp.cda.narrative import Row, is_blank, one_line
from dmp_tui.dmp.cda.related import comment
from dmp_tui.dmp.cda.saying import own_words
from dmp_tui.dmp.cda.scope import Scope, beside, code_of, dated
from dmp_tui.dmp.cda.times import Span, span
from dmp_tui.dmp.cda.unstated import agentless, shortened
from dmp_tui.dmp.cda.values import Value, agree, coded_value, range_of, ranges_agree, said_value
from dmp_tui.dmp.cda.words import denial, denies, name_the_same, same_words, yes_or_no
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


def read_observation(observation: "Element", scope: Scope, kind: Kind, noted: str = "") -> Entry | None:
    """An observation as one statement; None if it says nothing at all (no code, no words, no value)."""
    values = observation.findall("value")
    # a general code ("autre élément social") that its qualifier makes precise would merge what differs
    codes = qualifiers(observation.find("code")) or code_of(observation)
    answers = (*codings(*values), *(q for value in values for q in qualifiers(value)))
    if absence((*codes, *answers)) is not None:
        return agentless(kind, observation, scope)
    coded = coded_value(values[0]) if values else Value("")
    if kind is Kind.PREGNANCY and coded.date and len(coded.text) == len("2024-06-01 00:00"):
        coded = replace(coded, text=coded.text[:10])  # a term is a day, whatever the clock of the software adds
    said = own_words(observation, scope, codes, coded, answers)
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
    around = (*measured_words(observation, scope, value.shown, words), *taking_part(observation, words))
    more = (*around, status_word(observation))
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


def _hour(time: Span, values: "list[Element]") -> Value:
    """When it was, as the value of what has none ("dernier repas"): an hour that no other field has."""
    told = any(value.get("nullFlavor") for value in values) and "T" in time.at
    return Value(time.at[:16].replace("T", " "), date=True) if told else Value("")


def uncoded(entry: Entry) -> Entry:
    """A statement without its codes, which others share that are not the same thing; their words stay beside it."""
    named = [c.display for c in entry.codes if c.display and c.display not in entry.code_label]
    return replace(entry, codes=(), code_label="; ".join(text for text in (entry.code_label, *named) if text))


def _tells_earlier(row: Row) -> bool:
    return any(EARLIER_HEADERS.search(row.heading(column)) for column in range(len(row.cells)))


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
