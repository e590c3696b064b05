"""Procedures, devices, encounters and plans: what was done, is worn, or is to be done."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import absence, codings, display, qualifiers, side_of
from dmp_tui.dmp.cda.columns import ANSWER_HEADERS, name_column, value_cell
from dmp_tui.dmp.cda.details import (
    NOT_DONE,
    device_words,
    hanging_words,
    manner_words,
    status_of,
    status_word,
    supplied_words,
    taking_part,
)
from dmp_tui.dmp.cda.narrative import Place, one_line
from dmp_tui.dmp.cda.related import comment, sites
from dmp_tui.dmp.cda.scope import Scope, answered, beside, code_of, dated, original, question
from dmp_tui.dmp.cda.times import after, fhir_date, span
from dmp_tui.dmp.cda.unstated import agentless, shortened
from dmp_tui.dmp.cda.words import denial, name_the_same, same_words, yes_or_no
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from dmp_tui.dmp.entries import Coding

_NCIT = "urn:oid:2.16.840.1.113883.3.26.1.1"
"""Where CI-SIS says of a device's translations that they give its brand or its model: no code of the device."""
_ASIDES = re.compile(r"COMMENTAIRE|PRECISION")
_DENIALS = frozenset({Assertion.NONE, Assertion.NO_DATA})


def read_act(statement: "Element", scope: Scope, kind: Kind) -> Entry | None:
    """A procedure, encounter or act; None if it says nothing at all (no code, no words)."""
    code = statement.find("code")
    codes = code_of(statement)
    if absence(codes) is not None:
        return agentless(kind, statement, scope)
    place = scope.place(original(code)) or scope.place(statement.find("text"))
    place, aside = _beside_its_name(place, codes, scope)
    label, answer = _chosen(place, kind, codes, qualifiers(code)) or answered(place, kind)
    answer = answer or aside
    displays = [c.display for c in codes if c.display]
    if statement.tag == "act" and not answer and (told := _told_beside(place, label, displays)):
        label, answer = displays[0], told
    label = label or next(iter(displays), answer)
    label = label or (display(code) if code is not None else "")
    if not label:
        return None
    if denial(label) in _DENIALS and all(denial(c.display) in _DENIALS for c in codes):
        return agentless(kind, statement, scope)
    if place is None:
        row = scope.row_around(statement)
        place = Place("", row) if row else Place(shortened(scope.narrative.plain))
    planned = kind is Kind.PLAN or statement.get("moodCode") not in {"EVN", None}
    return _entry(statement, scope, kind, label, codes, place=place, planned=planned, answer=answer)


def _told_beside(place: "Place | None", label: str, displays: list[str]) -> str:
    """What a form's row answers where the act points at a question that does not name it ("Etablissement")."""
    if place is None or place.row is None or place.column is None or not displays or name_the_same(label, displays):
        return ""
    after = range(place.column + 1, len(place.row.cells))
    return (
        value_cell(place.row, place.column) if any(ANSWER_HEADERS.search(place.row.heading(i)) for i in after) else ""
    )


def _beside_its_name(place: "Place | None", codes: "tuple[Coding, ...]", scope: Scope) -> "tuple[Place | None, str]":
    """``(place of the name, precision)``, where what is pointed at is a comment or a precision on the act."""
    if place is None or place.row is None or place.column is None:
        return place, ""
    header, text = place.row.heading(place.column), one_line(place.text)
    displays = [c.display for c in codes if c.display]
    if not _ASIDES.search(header) or not displays or any(same_words(text, display) for display in displays):
        return place, ""
    for column, cell in enumerate(place.row.cells[: place.column]):
        if any(c.isalpha() for c in cell) and name_the_same(cell, displays):
            return Place(cell, place.row, column), "" if "COMMENTAIRE" in header else text
    elsewhere = next((found for display in displays if (found := scope.row_named(display))), None)
    return (elsewhere, "") if elsewhere is not None else (place, "")


def _chosen(
    place: "Place | None", kind: Kind, codes: "tuple[Coding, ...]", precisions: "tuple[Coding, ...]"
) -> tuple[str, str] | None:
    """``(question, choice)`` of a form's row ("mode d'accouchement", "voie basse"), whichever cell is pointed at."""
    if place is None or place.row is None or place.column is None:
        return None
    text = one_line(place.text)
    header = place.row.heading(place.column)
    if any(same_words(text, c.display) for c in precisions) and (not header or ANSWER_HEADERS.search(header)):
        asked = question(place.row, place.column, kind)
        return (asked, text) if asked else None
    if any(same_words(text, c.display) for c in codes):
        return None
    answers = [c.display for c in (*codes, *precisions) if c.display]
    said = (one_line(cell) for cell in place.row.cells[place.column + 1 :])
    chosen = next((cell for cell in said if any(same_words(cell, answer) for answer in answers)), "")
    return (text, chosen) if chosen else None


def read_device(statement: "Element", scope: Scope) -> Entry:
    """A ``supply`` of a device. An implant that is worn and a bed that is prescribed differ by mark and status."""
    device = statement.find("participant/participantRole/playingDevice")
    code = (
        device.find("code")
        if device is not None
        else statement.find("product/manufacturedProduct/manufacturedMaterial/code")
    )
    own = statement.find("code")
    codes = tuple(c for c in codings(code) or codings(own) if c.system != _NCIT)
    if absence(codes) is not None:
        return agentless(Kind.DEVICE, statement, scope)
    place = scope.place(original(code), original(own)) or scope.place(statement.find("text"))
    if place is None and (row := scope.row_around(statement)) is not None:
        column = name_column(row, Kind.DEVICE)
        place = Place(row.cells[column] if column is not None else "", row, column)
    name = device.findtext("manufacturerModelName") if device is not None else ""
    label = (
        (one_line(place.text) if place else "")
        or next((c.display for c in codes if c.display), "")
        or one_line(name or "")
    )
    label = label or (codes[0].code if codes else "")
    if not label or (not codes and denial(label) in _DENIALS):
        return agentless(Kind.DEVICE, statement, scope)
    planned = statement.get("moodCode") not in {"EVN", None}
    return _entry(statement, scope, Kind.DEVICE, label, codes, place=place, planned=planned, answer="")


def _entry(
    statement: "Element",
    scope: Scope,
    kind: Kind,
    label: str,
    codes: "tuple[Coding, ...]",
    *,
    place: "Place | None",
    planned: bool,
    answer: str,
) -> Entry:
    time = span(statement.find("effectiveTime"))
    planned = planned and (statement.get("moodCode") not in {"EVN", None} or not after(scope.date, time.start))
    code_label, differs = beside(label, codes)
    # the code of an encounter is its class, not its subject; an answer that is the code's own words agrees with it
    chosen = any(same_words(answer, c.display) for c in (*codes, *qualifiers(statement.find("code"))) if c.display)
    differs = differs and statement.tag != "encounter" and not chosen
    told = statement.get("negationInd") == "true"
    # what was cancelled before it began is not done; what was broken off was begun
    undone = not planned and status_of(statement) == "cancelled"
    negated = told or undone or yes_or_no(answer) is False
    marks = set()
    if differs or (answer and yes_or_no(answer) is told):
        marks.add(Mark.CODE_DIFFERS)
    if not codes:
        marks.add(Mark.UNCODED)
    if scope.reimbursement:
        marks.add(Mark.REIMBURSED)
    if kind in {Kind.DEVICE, Kind.PROCEDURE} and (planned or scope.prescription):
        marks.add(Mark.PRESCRIBED)
    words = place.words if place else ""
    handed_over = (
        next((d for t in statement.iterfind("performer/time") if (d := fhir_date(t.get("value"))[0])), "")
        if kind is Kind.DEVICE
        else ""
    )
    return dated(
        Entry(
            kind,
            f"{label}, {site}" if (site := sites(statement, scope, words) or _side(statement, words)) else label,
            assertion=Assertion.NEGATED if negated else Assertion.STATED,
            codes=codes,
            code_label=code_label,
            status=_status(statement, scope, kind, time.end, planned=planned),
            start=time.start,
            end=time.end,
            noted=handed_over,
            value=answer,
            author=scope.author(statement),
            section=scope.code,
            words=" · ".join(
                text
                for text in (
                    words,
                    comment(statement, scope, words),
                    *manner_words(statement, scope, words),
                    *taking_part(statement, words),
                    *device_words(statement, words),
                    *(hanging_words(statement, scope, words) if statement.tag == "supply" else ()),
                    *(supplied_words(statement, words) if statement.tag == "supply" else ()),
                    status_word(statement),
                )
                if text
            ),
            marks=frozenset(marks),
        ),
        scope,
        doubtful=time.doubtful,
    )


def _side(statement: "Element", words: str) -> str:
    side = side_of(statement.find("code"))
    return "" if fold(side) in fold(words) else side


def _status(statement: "Element", scope: Scope, kind: Kind, end: str, *, planned: bool) -> Status:
    if status_of(statement) in NOT_DONE:
        return Status.ENDED
    if planned:
        return Status.PLANNED
    if kind is Kind.DEVICE and end:
        return Status.ACTIVE if after(end, scope.date) else Status.ENDED
    return Status.UNKNOWN
