"""From statements to the emergency sheet: one line a thing, all its sources, nothing hidden, nothing chosen silently.

Pure, and the same for any order of input. Absolute dates only: what is current, due or new is asked of
``dmp.sheet.reading`` with the day given. ``docs/sheet.md`` tells the rules kind by kind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet import checks
from dmp_tui.dmp.sheet.critical import ANTICOAGULANTS, critical_rank
from dmp_tui.dmp.sheet.dates import day, moment
from dmp_tui.dmp.sheet.denials import applies, is_general, scopes
from dmp_tui.dmp.sheet.lines import build_line, entry_key, newest_origins, origin_key, with_contradictions
from dmp_tui.dmp.sheet.matching import (
    MEASURED,
    Group,
    Statement,
    code_keys,
    group,
    label_key,
    split_events,
    split_products,
)
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Origin, Presence, Sheet, Topic
from dmp_tui.dmp.sheet.reading import reaction_rank
from dmp_tui.dmp.sheet.states import state_rank

_LISTS = frozenset({"10160-0", "10183-2", "42346-7", "29549-3"})
"""LOINC sections that claim to list what the patient takes: only there does an absence mean something."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """A document that another one of the record replaced, with what it stated.

    ``whole`` says that the replacement was read whole (entries, nothing unread): then these statements leave the
    sheet. Otherwise they stay, marked SUPERSEDED.
    """

    origin: Origin
    entries: tuple[Entry, ...]
    replacement: Origin
    whole: bool


def merge(
    statements: Sequence[Statement],
    *,
    patient: str = "",
    updated: str = "",
    unread: Sequence[Origin] = (),
    superseded: Sequence[Superseded] = (),
    warned: Sequence[tuple[Origin, str]] = (),
) -> Sheet:
    """The sheet of one patient.

    Args:
        statements: ``(document, statement)`` of every document that this reader may see and that holds: current or
            archived (``Origin.archived``). Those of documents ``entered-in-error`` are simply not given.
        patient: FHIR id of the patient.
        updated: FHIR instant of the newest change.
        unread: documents of which some content could not be structured.
        superseded: replaced documents; an allergy that leaves with one becomes a check ``allergy-superseded``.
        warned: ``(document, warning)`` for the warnings of ``DocumentEntry.warnings``; those on identity become checks.
    """
    kept = [(old.origin, _superseded(entry)) for old in superseded if not old.whole for entry in old.entries]
    held = [s for s in dict.fromkeys([*statements, *kept]) if not _is_empty_template(s[1])]
    topics = {kind: _topic(kind, [s for s in held if s[1].kind is kind]) for kind in Kind}
    topics[Kind.TREATMENT] = _with_missing(topics[Kind.TREATMENT], held)
    allergies, treatments, alerts = checks.prescribed_despite(topics[Kind.ALLERGY], topics[Kind.TREATMENT])
    topics[Kind.ALLERGY], topics[Kind.TREATMENT] = allergies, treatments
    said = tuple(t for t in topics.values() if t.lines or t.said_by or t.presence is not Presence.NOT_STATED)
    return Sheet(
        patient=patient,
        updated=updated,
        topics=said,
        checks=(
            *_identity_checks(warned),
            *alerts,
            *checks.allergy_checks(allergies),
            *_left_allergies(superseded, allergies),
            *checks.treatment_checks(treatments),
            *checks.denied_by_code_checks(said),
            *checks.unreadable_checks(said),
        ),
        documents=len({origin.document for origin, _ in held} | {origin.document for origin in unread}),
        unread=newest_origins(unread),
    )


def _is_empty_template(entry: Entry) -> bool:
    """Whether it is a model's own "(texte libre)" that nobody filled in: no words of an author, no code, no value."""
    told = {fold(text) for text in (entry.label, entry.words, entry.value)} - {""}
    return told == {"TEXTE LIBRE"} and not entry.codes and not entry.dose and not entry.reactions


def _superseded(entry: Entry) -> Entry:
    return replace(entry, marks=entry.marks | {Mark.SUPERSEDED})


def _topic(kind: Kind, statements: Sequence[Statement]) -> Topic:
    """The lines of a kind, and what is known of it as a whole."""
    said = {assertion: [s for s in statements if s[1].assertion is assertion] for assertion in Assertion}
    none, no_data, negated = said[Assertion.NONE], said[Assertion.NO_DATA], said[Assertion.NEGATED]
    lines: list[Line] = []
    deniers = _by_scope(none)
    for found in group([*said[Assertion.STATED], *negated]):
        lines += _lines_of(kind, found, deniers)
    for own in (said[Assertion.UNREADABLE], [s for s in none if not is_general(s[1])]):
        lines += [build_line(kind, found) for found in _by_label(own)]
    lines.sort(key=lambda line: _order(kind, line))
    general = [s for s in none if is_general(s[1])]
    presence = _presence(said, general)
    speakers = no_data if presence is Presence.NOT_STATED else general
    return Topic(kind, presence, tuple(lines), newest_origins(origin for origin, _ in speakers))


def _by_scope(none: Sequence[Statement]) -> list[Statement]:
    """One "none" of each document for each sort of thing that it denies."""
    found: dict[tuple[Origin, frozenset[str]], Statement] = {}
    for statement in sorted(none, key=lambda s: (origin_key(s[0]), entry_key(s[1]))):
        found[statement[0], scopes(statement[1])] = statement
    return list(found.values())


def _presence(said: dict[Assertion, list[Statement]], general: Sequence[Statement]) -> Presence:
    if said[Assertion.STATED]:
        return Presence.STATED
    if said[Assertion.UNREADABLE]:
        return Presence.UNREADABLE
    return Presence.NONE_STATED if general else Presence.NOT_STATED


def _lines_of(kind: Kind, found: Group, none: Sequence[Statement]) -> Iterable[Line]:
    """A line of what is stated, and one of its own for what is negated: each is the other's contradiction."""
    stated = tuple(s for s in found.statements if s[1].assertion is Assertion.STATED)
    negated = tuple(s for s in found.statements if s[1].assertion is Assertion.NEGATED)
    if kind is Kind.VACCINATION:
        denied: tuple[Statement, ...] = ()
    else:
        denied = negated
    if stated:
        general = [s for s in none if kind is Kind.ALLERGY and applies(s, stated) and not _over_before(stated, s[0])]
        own = replace(found, statements=stated)
        for part in _SPLITS[kind](own) if kind in _SPLITS else [own]:
            yield build_line(kind, part, [*denied, *general])
    if negated:
        yield build_line(kind, replace(found, statements=negated))


_SPLITS = {Kind.PROCEDURE: split_events, Kind.TREATMENT: split_products}


def _over_before(stated: Sequence[Statement], origin: Origin) -> bool:
    """Whether every source ends it on a date before a document: that document's "none" then denies nothing."""
    ends = [moment(entry.end) if entry.status is Status.ENDED else None for _, entry in stated]
    written = moment(origin.date)
    return all(end is not None and end[0] and end < written for end in ends)


def _by_label(statements: Sequence[Statement]) -> list[Group]:
    """One group for each document's own words: what was not understood is not merged."""
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(f"{statement[1].assertion.value}|{label_key(statement[1])}", []).append(statement)
    return [Group(key, tuple(own), guessed=False) for key, own in sorted(groups.items())]


def _order(kind: Kind, line: Line) -> tuple[object, ...]:
    """Worst or most current first; then by name, so that nothing hangs on the order of input."""
    newest = tuple(-part for part in moment(_shown_date(kind, line)))
    told = {Assertion.STATED: 0, Assertion.UNREADABLE: 1}.get(line.assertion, 3)
    over = line.status is Status.ENDED
    rest = (line.label, line.key, line.assertion.value)
    if kind in {Kind.ALLERGY, Kind.ADVERSE_EFFECT}:
        reaction = min((reaction_rank(r) for r in line.reactions), default=(1, Criticality.UNKNOWN.rank, 1))
        severity = min(line.criticality.rank, reaction[1] if not reaction[0] else Criticality.UNKNOWN.rank)
        doubtful = Mark.NOT_AN_ALLERGY in line.marks
        return (2 if over and told == 0 else told, doubtful, severity, reaction, newest, rest)
    if kind is Kind.TREATMENT:
        return (told, over, critical_rank(line.critical), newest, rest)
    if kind in MEASURED or kind in {Kind.VACCINATION, Kind.PROCEDURE}:
        return (told, state_rank(line.critical), newest, rest)
    return (told, over, state_rank(line.critical), line.criticality.rank, newest, rest)


def _shown_date(kind: Kind, line: Line) -> str:
    if kind in MEASURED:
        return line.noted or line.start or line.sources[0].origin.date
    return line.start or line.noted or line.sources[0].origin.date


def _with_missing(treatments: Topic, held: Sequence[Statement]) -> Topic:
    """Anticoagulants open in one list and missing from another list of the same day, or of a later one."""
    lists: set[Origin] = set()
    for origin, entry in held:
        if entry.kind is not Kind.TREATMENT:
            continue
        if entry.section in _LISTS or entry.assertion is Assertion.NONE:
            lists.add(origin)
    lines = []
    for line in treatments.lines:
        missing: list[Contradiction] = []
        if line.critical in ANTICOAGULANTS and line.assertion is Assertion.STATED and line.status is not Status.ENDED:
            holders = {s.origin.document for s in line.sources}
            last = max(day(s.origin.date) for s in line.sources)
            missing = [
                Contradiction(Disagreement.MISSING, origin)
                for origin in lists
                if origin.document not in holders and day(origin.date) >= last
            ]
        lines.append(with_contradictions(line, missing))
    return replace(treatments, lines=tuple(lines))


_IDENTITY_WARNINGS = frozenset({"name-differs", "birth-date-differs", "sex-differs", "ins-differs"})


def _identity_checks(warned: Sequence[tuple[Origin, str]]) -> list[Check]:
    """One check a document whose identity differs from the record's; the label is the warnings' codes."""
    found: dict[Origin, set[str]] = {}
    for origin, warning in warned:
        if warning in _IDENTITY_WARNINGS:
            found.setdefault(origin, set()).add(warning)
    other_person = sorted({(o, w) for o, w in warned if w == "other-person"}, key=lambda pair: origin_key(pair[0]))
    return [
        *(Check("identity", " ".join(sorted(found[origin])), (), (origin,)) for origin in newest_origins(found)),
        *(Check("other-person", origin.title, (), (origin,)) for origin, _ in other_person),
    ]


def _left_allergies(superseded: Sequence[Superseded], allergies: Topic) -> list[Check]:
    """Allergies that left with a replaced document and that no line of the sheet states any more, reactions included.

    ``origins`` holds the replaced document, then its replacement.
    """
    stated = _stated_names(allergies)
    found: dict[tuple[object, ...], Check] = {}
    for old in superseded:
        for entry in old.entries if old.whole else ():
            if entry.kind is not Kind.ALLERGY or entry.assertion is not Assertion.STATED or _is_stated(entry, stated):
                continue
            check = Check("allergy-superseded", entry.label, (label_key(entry),), (old.origin, old.replacement))
            found[entry.label, origin_key(old.origin), origin_key(old.replacement)] = check
    return [found[key] for key in sorted(found)]


def _stated_names(allergies: Topic) -> dict[str, frozenset[str]]:
    """Folded reactions by each code and name under which an allergy is stated."""
    found: dict[str, frozenset[str]] = {}
    for line in allergies.lines:
        if line.assertion is not Assertion.STATED:
            continue
        own = Entry(line.kind, line.label, codes=line.codes, marks=line.marks)
        reactions = frozenset(fold(r.label) for r in line.reactions)
        names = {label_key(replace(own, label=source.label)) for source in line.sources}
        for name in {*code_keys(own), *names}:
            found[name] = found.get(name, frozenset()) | reactions
    return found


def _is_stated(entry: Entry, stated: dict[str, frozenset[str]]) -> bool:
    known = [stated[name] for name in (*code_keys(entry), label_key(entry)) if name in stated]
    shown = {fold(r.label) for r in entry.reactions if not r.negated}
    return any(shown <= reactions for reactions in known)
