"""One line from the statements of one thing: whose words, which dates, and how its sources disagree."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.critical import critical_code
from dmp_tui.dmp.sheet.dates import Moment, agree, day, is_over_before, moment
from dmp_tui.dmp.sheet.matching import MEASURED, Group, Statement
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement, Line, Origin, Source
from dmp_tui.dmp.sheet.reading import reaction_rank
from dmp_tui.dmp.sheet.states import state_code

_NEVER_OVER = frozenset({Kind.ALLERGY, Kind.ADVERSE_EFFECT})
"""Kinds that a later document cannot end by itself: as long as one source does not say "ended", the line stands."""
_DATED_ONCE = frozenset({Kind.ALLERGY, Kind.ADVERSE_EFFECT, Kind.PROBLEM, Kind.DEVICE})
_ONLY_IF_ALL = frozenset(
    {
        Mark.UNCODED,
        Mark.CODE_ONLY,
        Mark.VALUE_CODE,
        Mark.PRESCRIBED,
        Mark.REIMBURSED,
        Mark.NOT_AN_ALLERGY,
        Mark.SUPERSEDED,
    }
)


def origin_key(origin: Origin) -> tuple[object, ...]:
    """Sorts origins oldest first, the same way whatever the order of input.

    What the server gives a document as it comes, its id and its moment, decides last: of two documents of one date it
    would else be chance that puts one first.
    """
    return (
        moment(origin.date),
        origin.date,
        origin.title,
        origin.author,
        origin.type,
        origin.archived,
        origin.submitted,
        origin.document,
    )


def newest_origins(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Origins once each, newest first."""
    return tuple(sorted(set(origins), key=origin_key, reverse=True))


def entry_key(entry: Entry) -> tuple[object, ...]:
    """A total order of entries, so that nothing hangs on the order of input."""
    person = entry.person or Person("")
    return (
        entry.label, entry.assertion, entry.status, entry.start, entry.end, entry.noted, entry.dose, entry.value,
        entry.unit, entry.reference, entry.interpretation, entry.words, entry.section, entry.author, entry.code_label,
        entry.criticality, entry.codes, tuple((r.label, r.criticality, r.negated, r.codes) for r in entry.reactions),
        (person.name, person.role, person.phones, person.address, person.kind), tuple(sorted(entry.marks)),
    )  # fmt: skip


def event_moment(statement: Statement) -> Moment:
    """When it was measured or done, else when its document was written."""
    origin, entry = statement
    return moment(entry.noted or entry.start) if moment(entry.noted or entry.start)[0] else moment(origin.date)


def newest_first(kind: Kind, statements: Sequence[Statement]) -> list[Statement]:
    """By document, newest first; measurements, injections and operations by their own date before that."""
    by_event = kind in MEASURED or kind is Kind.VACCINATION

    def order(statement: Statement) -> tuple[object, ...]:
        event = (event_moment(statement),) if by_event else ()
        origin, entry = statement
        # Of one document, what is taken speaks before the prescription behind it.
        said = (Mark.PRESCRIBED not in entry.marks, entry.status is not Status.PLANNED)
        return (*event, origin_key(origin), *said, entry_key(entry))

    return sorted(statements, key=order, reverse=True)


def build_line(kind: Kind, found: Group, denials: Sequence[Statement] = ()) -> Line:
    """The line of a group whose statements all say the same (stated, negated...). ``denials`` contradict it."""
    newest = newest_first(kind, found.statements)
    ordered = _carers_first(kind, newest)
    lead = _lead(kind, ordered)
    ended = _is_over(kind, ordered, lead)
    entries = [entry for _, entry in ordered]
    reactions = _reactions(entries)
    critical = _critical(kind, entries, lead)
    line = Line(
        kind=kind,
        key=found.key,
        label=_label(entries, lead),
        assertion=lead.assertion,
        status=ended or lead.status,
        sources=_sources(newest),
        codes=_codes(entries),
        start=lead.start if kind is Kind.VACCINATION else _first(entries, lead, lambda e: e.start),
        end=lead.end if kind not in _NEVER_OVER or ended is Status.ENDED else "",
        noted=lead.noted if kind is Kind.VACCINATION else _first(entries, lead, lambda e: e.noted),
        criticality=min((e.criticality for e in entries), key=lambda c: c.rank),
        reactions=reactions,
        dose=_first(entries, lead, lambda e: e.dose),
        value=lead.value,
        unit=lead.unit,
        reference=lead.reference,
        interpretation=lead.interpretation,
        critical=critical,
        person=_person(entries),
    )
    contradictions = _unique([*_denied(denials), *_disagreements(kind, ordered, lead)])
    return replace(line, contradictions=contradictions, marks=_marks(entries, line, found, contradictions))


def _label(entries: Sequence[Entry], lead: Entry) -> str:
    """The lead's words; where it gives a code only, those of the next source that has any."""
    if Mark.CODE_ONLY not in lead.marks:
        return lead.label
    return next((e.label for e in entries if Mark.CODE_ONLY not in e.marks), lead.label)


def _critical(kind: Kind, entries: Sequence[Entry], lead: Entry) -> str:
    """By codes that agree with their words, and by words: never by a code that its words deny."""
    sound = [e for e in entries if not e.marks & {Mark.CODE_DIFFERS, Mark.PRODUCT_DIFFERS}]
    labels = [e.label for e in entries]
    if kind is Kind.TREATMENT:
        return critical_code(_codes(sound), labels)
    return state_code(kind, _codes(sound), labels) if lead.assertion is Assertion.STATED else ""


def with_contradictions(line: Line, more: Iterable[Contradiction]) -> Line:
    """The line with further contradictions, and so marked."""
    contradictions = _unique([*line.contradictions, *more])
    marks = line.marks | {Mark.CONTRADICTED} if contradictions else line.marks
    return replace(line, contradictions=contradictions, marks=marks)


def _lead(kind: Kind, ordered: Sequence[Statement]) -> Entry:
    """The statement that speaks for the line: the newest; of one day's documents, one that does not say "ended"."""
    if kind in MEASURED:
        return next((e for _, e in ordered if e.value), ordered[0][1])
    if kind is Kind.VACCINATION:
        given = [e for _, e in ordered if is_injection(e)]
        return next((e for e in given if e.start), given[0] if given else ordered[0][1])
    last_day = day(ordered[0][0].date)
    same_day = [e for o, e in ordered if day(o.date) == last_day]
    candidates = [e for _, e in ordered] if kind in _NEVER_OVER else same_day
    return next((e for e in candidates if e.status is not Status.ENDED), ordered[0][1])


def _carers_first(kind: Kind, newest: list[Statement]) -> list[Statement]:
    """What was only paid for knows no dose and no beginning: it speaks after every carer, however new.

    Not where carers say that it is over: what is paid for after that is seen again.
    """
    carers = [(o, e) for o, e in newest if Mark.REIMBURSED not in e.marks]
    if kind in MEASURED or kind is Kind.VACCINATION or not carers or _lead(kind, carers).status is Status.ENDED:
        return newest
    return [*carers, *((o, e) for o, e in newest if Mark.REIMBURSED in e.marks)]


def is_injection(entry: Entry) -> bool:
    """Whether a vaccine was given: prescribed, dispensed, reimbursed or planned, it is not known to have been."""
    return entry.status is not Status.PLANNED and not entry.marks & {Mark.PRESCRIBED, Mark.REIMBURSED}


def _is_over(kind: Kind, ordered: Sequence[Statement], lead: Entry) -> Status | None:
    """For what no later document can end: ENDED only if every source says so."""
    if kind not in _NEVER_OVER:
        return None
    if all(e.status is Status.ENDED for _, e in ordered):
        return Status.ENDED
    return lead.status


def _first(entries: Sequence[Entry], lead: Entry, field: Callable[[Entry], str]) -> str:
    return field(lead) or next((field(e) for e in entries if field(e)), "")


def _codes(entries: Sequence[Entry]) -> tuple[Coding, ...]:
    found: dict[tuple[str, str], Coding] = {}
    for entry in entries:
        for coding in entry.codes:
            known = found.get((coding.system, coding.code))
            if known is None or not known.display:
                found[coding.system, coding.code] = coding
    return tuple(sorted(found.values()))


def _reactions(entries: Sequence[Entry]) -> tuple[Reaction, ...]:
    """Worst first; one of each name, with the worst severity that a source gives it."""
    found: dict[tuple[str, bool], Reaction] = {}
    for reaction in (r for entry in entries for r in entry.reactions):
        key = (fold(reaction.label) or reaction.label, reaction.negated)
        known = found.get(key)
        if known is None or reaction.criticality.rank < known.criticality.rank:
            found[key] = reaction
    return tuple(sorted(found.values(), key=lambda r: (reaction_rank(r), r.label, r.codes)))


def _person(entries: Sequence[Entry]) -> Person | None:
    people = [e.person for e in entries if e.person is not None]
    if not people:
        return None
    return Person(
        name=people[0].name,
        role=next((p.role for p in people if p.role), ""),
        phones=tuple(dict.fromkeys(phone for p in people for phone in p.phones)),
        address=next((p.address for p in people if p.address), ""),
        kind=next((p.kind for p in people if p.kind), ""),
    )


def _sources(ordered: Sequence[Statement]) -> tuple[Source, ...]:
    sources = [
        Source(
            *(o, e.label, e.assertion, e.status, e.start, e.end, e.noted, _detail(e)),
            *(e.reference, e.interpretation, e.words, e.marks),
        )
        for o, e in ordered
    ]
    return tuple(dict.fromkeys(sources))


def _detail(entry: Entry) -> str:
    """What this source says beyond the label: reactions, dose or value, as its own words."""
    if entry.kind is Kind.CONTACT and entry.person is not None:
        return ", ".join(entry.person.phones)
    reactions = ", ".join(r.label for r in entry.reactions if not r.negated)
    return reactions or entry.dose or f"{entry.value} {entry.unit}".strip()


def _marks(
    entries: Sequence[Entry], line: Line, found: Group, contradictions: Sequence[Contradiction]
) -> frozenset[Mark]:
    anywhere = frozenset().union(*(e.marks for e in entries)) - _ONLY_IF_ALL
    everywhere = frozenset.intersection(*(e.marks for e in entries)) & _ONLY_IF_ALL
    own = {
        Mark.GUESS: found.guessed,
        Mark.CRITICAL: bool(line.critical),
        Mark.CONTRADICTED: bool(contradictions),
    }
    return anywhere | everywhere | {mark for mark, holds in own.items() if holds}


def _unique(contradictions: Iterable[Contradiction]) -> tuple[Contradiction, ...]:
    """Once each, by kind as declared, newest document first."""
    order = list(Disagreement)

    def key(c: Contradiction) -> tuple[object, ...]:
        return (origin_key(c.origin), c.words)

    newest = sorted(set(contradictions), key=key, reverse=True)
    return tuple(sorted(newest, key=lambda c: order.index(c.kind)))


def _denied(denials: Sequence[Statement]) -> list[Contradiction]:
    return [Contradiction(Disagreement.DENIED, origin, entry.words or entry.label) for origin, entry in denials]


def _disagreements(kind: Kind, ordered: Sequence[Statement], lead: Entry) -> list[Contradiction]:
    if lead.assertion is not Assertion.STATED or kind in MEASURED:
        return []
    found = _status(kind, ordered, lead)
    if kind in _DATED_ONCE:
        found += _dates(ordered)
    if kind in _NEVER_OVER:
        found += _severity(ordered) + _reaction_sets(ordered)
    if kind is Kind.TREATMENT:
        found += _dose(ordered, lead)
    return found


def _status(kind: Kind, ordered: Sequence[Statement], lead: Entry) -> list[Contradiction]:
    """Who says "ended" of what stands: "stopped by X on D, seen again in Y"; who lists what had ended by then."""
    if kind in {Kind.VACCINATION, Kind.PROCEDURE}:
        return []
    if lead.status is Status.ENDED:
        return _seen_after_the_end(ordered, lead) if kind in {Kind.TREATMENT, Kind.DEVICE} else []
    return [
        Contradiction(Disagreement.STATUS, origin, entry.end or entry.words or entry.label)
        for origin, entry in ordered
        if entry.status is Status.ENDED
    ]


def _seen_after_the_end(ordered: Sequence[Statement], lead: Entry) -> list[Contradiction]:
    return [
        Contradiction(Disagreement.STATUS, origin, entry.label)
        for origin, entry in ordered
        if entry.status is Status.ACTIVE and not entry.end and is_over_before(lead.end, origin.date)
    ]


def _dates(ordered: Sequence[Statement]) -> list[Contradiction]:
    dated = [(origin, entry.start) for origin, entry in ordered if entry.start]
    return [
        Contradiction(Disagreement.DATES, origin, start) for origin, start in dated if not agree(start, dated[0][1])
    ]


def _severity(ordered: Sequence[Statement]) -> list[Contradiction]:
    """Who gives it another severity than the worst."""
    graded = [(o, e.criticality) for o, e in ordered if e.criticality is not Criticality.UNKNOWN]
    worst = min((c.rank for _, c in graded), default=0)
    return [Contradiction(Disagreement.SEVERITY, o, c.value) for o, c in graded if c.rank != worst]


def _reaction_sets(ordered: Sequence[Statement]) -> list[Contradiction]:
    """Who describes other reactions than the newest that describes any, and who negates one that another has."""
    told = [(o, frozenset(fold(r.label) for r in e.reactions if not r.negated), e) for o, e in ordered if e.reactions]
    stated = [(o, labels, e) for o, labels, e in told if labels]
    found = [(o, e) for o, labels, e in stated if labels != stated[0][1]]
    known = frozenset[str]().union(*(labels for _, labels, _ in stated))
    found += [(o, e) for o, _, e in told if any(r.negated and fold(r.label) in known for r in e.reactions)]
    return [Contradiction(Disagreement.REACTION, o, ", ".join(r.label for r in e.reactions)) for o, e in found]


def _dose(ordered: Sequence[Statement], lead: Entry) -> list[Contradiction]:
    """Whose dose differs from the line's, among the carers' sources that do not say "stopped"."""
    carers = [(o, e) for o, e in ordered if Mark.REIMBURSED not in e.marks]
    running = [(o, e) for o, e in carers if e.dose and e.status not in {Status.ENDED, Status.PLANNED}]
    shown = lead.dose or next((e.dose for _, e in running), "")
    if lead.status is Status.ENDED:
        return []
    return [
        Contradiction(Disagreement.DOSE, o, e.dose)
        for o, e in running
        if fold(e.dose) != fold(shown) and not _are_apart(e, lead)
    ]


def _are_apart(one: Entry, other: Entry) -> bool:
    """Whether one course was surely over before the other began: they may well differ."""
    return is_over_before(one.end, other.start) or is_over_before(other.end, one.start)
