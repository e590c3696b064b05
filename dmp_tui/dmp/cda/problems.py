"""Problems and history (11450-4, 11348-0, diagnoses), and the family's (10157-6)."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import absence, codings, display, qualifiers, severity, side_of
from dmp_tui.dmp.cda.details import hanging_words, status_word
from dmp_tui.dmp.cda.narrative import one_line
from dmp_tui.dmp.cda.related import CERTAINTY, SEVERITY, STATUS, comment, sites, status_words, with_code
from dmp_tui.dmp.cda.scope import Scope, answered, beside, code_of, dated, original
from dmp_tui.dmp.cda.times import Span, after, span
from dmp_tui.dmp.cda.unstated import agentless
from dmp_tui.dmp.cda.values import coded_value
from dmp_tui.dmp.cda.words import course, denial, denies, grade, name_the_same, same_words, yes_or_no
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Person, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from dmp_tui.dmp.cda.narrative import Place
    from dmp_tui.dmp.entries import Coding

ACTIVE_PROBLEMS = "11450-4"
_ANY_PROBLEM = frozenset({"55607006", "64572001", "404684003", "282291009", "418799008", "29308-4", "75326-9"})
"""Sorts of problem, which name none: negated, they deny all."""
_FAMILY_LINKS = frozenset({"RSON", "MFST", "REFR"})
"""Links that a relative's disease does not tell in words; how old he was and whether he died of it, it does."""
_RULED_OUT = frozenset({"refuted", "entered-in-error", "410516002"})
_FETUS = re.compile(r"\bF(?:OE|E)T(?:US|AL|AUX)")
"""Headers of what a pregnant woman's document says of her child."""
_REMARKS = frozenset({STATUS, SEVERITY, CERTAINTY, "11323-3", "82606-5"})


def is_remark(observation: "Element") -> bool:
    """Whether an observation speaks of the statement that it hangs on (status, severity, certainty)."""
    code = observation.find("code")
    return code is not None and code.get("code") in _REMARKS


def read_problems(element: "Element", scope: Scope, kind: Kind = Kind.PROBLEM) -> "Iterator[Entry]":
    """The problems of an entry: of each observation of a concern act, or of the observation itself."""
    if element.tag == "observation":
        yield read_problem(element, scope, None, kind)
        return
    found = [child for child in element.iterfind("entryRelationship/observation") if not is_remark(child)]
    for observation in found:
        yield read_problem(observation, scope, element, kind)
    if not found:
        yield agentless(kind, element, scope)


def read_problem(
    observation: "Element",
    scope: Scope,
    concern: "Element | None",
    kind: Kind = Kind.PROBLEM,
    person: Person | None = None,
) -> Entry:
    """One problem, named by its value's words, then by the statement's own, then by its code."""
    values = observation.findall("value")
    kinds = code_of(observation)
    truth = coded_value(values[0]).truth if values else None
    codes = codings(*values) or (kinds if truth is not None else ())
    if absence((*codes, *kinds)) is not None:
        return agentless(kind, observation, scope)
    said = scope.place(observation.find("text"))
    if said and any(same_words(said.text, coding.display) for coding in kinds):
        said = None
    place = next((p for value in values if (p := scope.place(original(value)))), None) or said
    label, answer = answered(place, kind)
    label = _beside(place, label, codings(*values)) or label
    if not label:
        label = next((squeeze(v.text) for v in values if squeeze(v.text)), "") or next(
            (c.display or c.code for c in codes), ""
        )
    any_problem = (
        observation.get("negationInd") == "true" and bool(codes) and all(c.code in _ANY_PROBLEM for c in codes)
    )
    if not label or any_problem or (not codes and denial(label) in {Assertion.NONE, Assertion.NO_DATA}):
        return agentless(kind, observation, scope)
    if kind is Kind.PROBLEM and place and place.row and _FETUS.search(place.row.heading(place.column or 0)):
        kind, person = Kind.FAMILY, Person("", "fœtus")
    time = _time(observation, concern)
    words = place.words if place else ""
    code_label, differs = beside(label, codes, (*codes, *(q for v in values for q in qualifiers(v))))
    status, status_differs = _status(observation, scope, concern, time)
    negated = _ruled_out(observation) or truth is False
    # a negation that nobody can read is no firm one; a "non" is one, coded or not
    contrary = (negated and bool(words) and not denies(words)) or yes_or_no(answer) is negated
    marks = {Mark.CODE_DIFFERS} if differs or status_differs or contrary else set()
    if not codes:
        marks.add(Mark.UNCODED)
    return dated(
        Entry(
            kind,
            f"{label}, {site}" if (site := sites(observation, scope, words) or _side(values, words)) else label,
            assertion=Assertion.NEGATED if negated or yes_or_no(answer) is False else Assertion.STATED,
            codes=codes,
            code_label=code_label,
            status=status,
            start=time.start,
            end=time.end,
            criticality=_criticality(observation, scope),
            value=answer,
            author=scope.author(observation, concern),
            person=person,
            section=scope.code,
            words=" · ".join(
                text
                for text in (
                    words,
                    comment(observation, scope, words),
                    *_age(observation, scope, kind, words),
                    *_unfinished(observation, concern),
                )
                if text
            ),
            marks=frozenset(marks),
        ),
        scope,
        doubtful=time.doubtful,
    )


def _beside(place: "Place | None", label: str, codes: "tuple[Coding, ...]") -> str:
    """The cell of the row that says what its value says, where "autre pathologie" is pointed at; "" if none."""
    displays = [coding.display for coding in codes if coding.display]
    if place is None or place.row is None or not label or not displays or name_the_same(label, displays):
        return ""
    cells = (one_line(cell) for cell in place.row.cells)
    return next((cell for cell in cells if any(same_words(cell, display) for display in displays)), "")


def _side(values: "list[Element]", words: str) -> str:
    side = side_of(*values)
    return "" if fold(side) in fold(words) else side


def _age(observation: "Element", scope: Scope, kind: Kind, words: str) -> "Iterator[str]":
    """Of a relative's disease, at what age he had it and whether he died of it."""
    return hanging_words(observation, scope, words, _FAMILY_LINKS) if kind is Kind.FAMILY else iter(())


def _unfinished(observation: "Element", concern: "Element | None") -> tuple[str, ...]:
    """What the status of the statement, or of the concern around it, says other than that it holds."""
    return tuple(dict.fromkeys(filter(None, map(status_word, (e for e in (observation, concern) if e is not None)))))


def _ruled_out(observation: "Element") -> bool:
    certainty = with_code(observation, CERTAINTY)
    refuted = certainty is not None and any(c.code in _RULED_OUT for c in codings(certainty.find("value")))
    return refuted or observation.get("negationInd") == "true"


def _time(observation: "Element", concern: "Element | None") -> Span:
    own = span(observation.find("effectiveTime"))
    if own.start or own.end or own.doubtful or concern is None:
        return own
    return span(concern.find("effectiveTime"))


def _status(observation: "Element", scope: Scope, concern: "Element | None", time: Span) -> tuple[Status, bool]:
    said, coded, differ = status_words(observation, scope)
    stated = course(said) if said else course(coded)
    if stated is Status.UNKNOWN and course(coded) is Status.ACTIVE:
        stated = Status.ACTIVE
    if stated is not Status.UNKNOWN:
        return stated, differ
    if time.end:
        return (Status.ACTIVE if after(time.end, scope.date) else Status.ENDED), differ
    code = concern.find("statusCode") if concern is not None else None
    if scope.code == ACTIVE_PROBLEMS or (code is not None and code.get("code") == "active"):
        return Status.ACTIVE, differ
    return Status.UNKNOWN, differ


def _criticality(observation: "Element", scope: Scope) -> Criticality:
    found = with_code(observation, SEVERITY)
    if found is None:
        return Criticality.UNKNOWN
    value = found.find("value")
    said = grade(scope.words(original(value), found.find("text")))
    return said if said is not Criticality.UNKNOWN else severity(codings(value))


def read_family(element: "Element", scope: Scope) -> "Iterator[Entry]":
    """The problems of a relative; ``person.role`` is the relation ("Mère")."""
    related = element.find("subject/relatedSubject")
    if related is None:
        related = element.find(".//subject/relatedSubject")
    code = related.find("code") if related is not None else None
    role = scope.words(original(code)) or (display(code) if code is not None else "")
    person = Person("", role) if role else None
    observations = (
        [element]
        if element.tag == "observation"
        else [o for path in ("component", "entryRelationship") for o in element.iterfind(f"{path}/observation")]
    )
    for observation in observations:
        yield read_problem(observation, scope, None, Kind.FAMILY, person)
    if not observations:
        yield agentless(Kind.FAMILY, element, scope)
