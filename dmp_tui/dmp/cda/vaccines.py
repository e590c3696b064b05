"""Vaccinations: only an administration (``EVN``, not negated) is an injection; others are prescribed or refused."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.allergies import reactions_of
from dmp_tui.dmp.cda.codes import absence, codings, display
from dmp_tui.dmp.cda.columns import DATE_CELL, name_column
from dmp_tui.dmp.cda.details import NOT_DONE, hanging_words, status_of, status_word, taking_part
from dmp_tui.dmp.cda.medicines import material_of
from dmp_tui.dmp.cda.narrative import one_line
from dmp_tui.dmp.cda.related import comment, with_code
from dmp_tui.dmp.cda.scope import Scope, beside, code_of, dated, original
from dmp_tui.dmp.cda.times import Span, fhir_date, span
from dmp_tui.dmp.cda.unstated import agentless
from dmp_tui.dmp.cda.words import denial, name_the_same, yes_or_no
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from dmp_tui.dmp.cda.narrative import Place, Row

VACCINE_CODES = frozenset({"IMMUNIZ", "INITIMMUNIZ", "BOOSTER"})
_RANK = "30973-2"
_AGAINST = re.compile(r"\banti[- ]?", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DONE_HEADER = re.compile(r"EFFECTUE|REALISE|\bFAIT\b")


def read_vaccination(statement: "Element", scope: Scope) -> Entry:
    """A ``substanceAdministration`` of a vaccine. ``start`` is the day of the injection."""
    material = material_of(statement)
    product = material.find("code") if material is not None else None
    codes = codings(product)
    place = scope.place(original(product)) or scope.place(statement.find("text"))
    name = squeeze(material.findtext("name")) if material is not None else ""
    said, answer, dose = _said(place)
    label = said or name or next((c.display or c.code for c in codes), "")
    if (
        absence((*code_of(statement), *codes)) is not None
        or not label
        or (not codes and denial(label) in {Assertion.NONE, Assertion.NO_DATA})
    ):
        return agentless(Kind.VACCINATION, statement, scope)
    time = span(statement.find("effectiveTime"))
    if not time.start and not time.doubtful and (day := _DAY.fullmatch(answer)):
        start, doubtful = fhir_date(f"{day[3]}{day[2]:0>2}{day[1]:0>2}")
        time = Span(start, "", doubtful)
    row = place.row if place else None
    handed_over = next(
        (
            d
            for t in statement.iterfind("entryRelationship/supply/performer/time")
            if (d := fhir_date(t.get("value"))[0])
        ),
        "",
    )
    planned = statement.get("moodCode") not in {"EVN", None}
    dispensed = scope.reimbursement or scope.dispensation or (bool(handed_over) and not time.start)
    done = _said_done(row) if yes_or_no(answer) is None else yes_or_no(answer)
    negated = statement.get("negationInd") == "true" or status_of(statement) in NOT_DONE
    marks = {Mark.PRESCRIBED} if planned or dispensed or scope.prescription else set()
    if scope.reimbursement:
        marks.add(Mark.REIMBURSED)
    code_label, differs = beside(label, codes)
    if differs and (displays := [c.display for c in codes if c.display]):
        differs = not name_the_same(_AGAINST.sub("", label), displays)  # antituberculeux, "de la tuberculose"
    if differs or (done is False and not negated):
        marks.add(Mark.CODE_DIFFERS)
    if not codes:
        marks.add(Mark.UNCODED)
    words = place.words if place else ""
    entry = Entry(
        Kind.VACCINATION,
        label,
        assertion=Assertion.NEGATED if negated or done is False else Assertion.STATED,
        codes=codes,
        code_label=code_label,
        status=Status.PLANNED if planned else Status.UNKNOWN,
        start=time.start,
        end=time.end,
        noted=handed_over,
        reactions=tuple(reactions_of(statement, scope)),
        dose=_detail(statement, material) or dose,
        author=scope.author(statement),
        section=scope.code,
        words=" · ".join(
            text
            for text in (
                words,
                comment(statement, scope, words),
                _circumstances(statement, scope, words),
                *hanging_words(statement, scope, words),
                *taking_part(statement, words),
                status_word(statement),
            )
            if text
        ),
        marks=frozenset(marks),
    )
    return dated(entry, scope, doubtful=time.doubtful)


def _said(place: "Place | None") -> tuple[str, str, str]:
    """``(vaccine, answer, dose)``: in a grid of doses the cell pointed at says "oui" or a date, not the vaccine."""
    if place is None:
        return "", "", ""
    text = one_line(place.text) or place.words
    row, column = place.row, place.column
    if yes_or_no(text) is None and not DATE_CELL.fullmatch(text):
        return text, "", ""
    if row is None or column is None:
        return "", text, ""
    named = name_column(row, Kind.VACCINATION) or 0
    dose = row.header(column) if column != named and not _DONE_HEADER.search(row.heading(column)) else ""
    return (one_line(row.cells[named]) if named != column else ""), text, dose


def _said_done(row: "Row | None") -> bool | None:
    for column, cell in enumerate(row.cells if row else ()):
        if row and _DONE_HEADER.search(row.heading(column)):
            return yes_or_no(cell)
    return None


def _circumstances(statement: "Element", scope: Scope, words: str) -> str:
    """Why it was not given, by which route and where it was put."""
    found = []
    for related in statement.iterfind("entryRelationship[@typeCode='RSON']/*"):
        code, value = related.find("code"), related.find("value")
        why = scope.words(original(value), original(code), related.find("text"))
        coded = next((display(e) for e in (value, code) if e is not None and display(e)), "")
        if why or coded:
            found.append(f"motif : {why or coded}")
    places = (*statement.iterfind("routeCode"), *statement.iterfind("approachSiteCode"))
    found += [text for element in places if (text := scope.words(original(element)) or display(element))]
    return " · ".join(text for text in dict.fromkeys(found) if fold(text.removeprefix("motif : ")) not in fold(words))


def _detail(statement: "Element", material: "Element | None") -> str:
    """Rank and lot in words: what tells one injection of a vaccine from another."""
    found = with_code(statement, _RANK)
    value = found.find("value") if found is not None else None
    rank = squeeze(value.get("value")) if value is not None else ""
    lot = squeeze(material.findtext("lotNumberText")) if material is not None else ""
    return ", ".join(text for text in (f"rang {rank}" if rank else "", f"lot {lot}" if lot else "") if text)
