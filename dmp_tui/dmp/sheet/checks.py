"""Cross-line checks ("A VERIFIER"). Labels are the lines' own words; the interface says the sentence for each kind.

``docs/sheet.md`` lists the kinds, what ``keys`` and ``origins`` hold, and the sentence that each stands for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from dmp_tui.dmp.entries import Assertion, Entry, Status
from dmp_tui.dmp.sheet.critical import ANTICOAGULANTS, atc_codes, atc_of_substance, families, stems, substances
from dmp_tui.dmp.sheet.lines import newest_origins, with_contradictions
from dmp_tui.dmp.sheet.matching import code_keys, label_key
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Origin, Topic

_DOUBTS = frozenset({Disagreement.MISSING, Disagreement.STATUS, Disagreement.DOSE})
_GRAVE_DISAGREEMENTS = frozenset({Disagreement.DENIED, Disagreement.STATUS, Disagreement.SEVERITY})


def prescribed_despite(allergies: Topic, treatments: Topic) -> tuple[Topic, Topic, tuple[Check, ...]]:
    """Both topics with their PRESCRIBED_DESPITE contradictions, and one check for each pair."""
    allergy_lines = {line: line for line in allergies.lines}
    treatment_lines = {line: line for line in treatments.lines}
    contents = {line: _facets(line) for line in treatments.lines}
    checks: list[Check] = []
    for allergy in allergies.lines:
        named = _facets(allergy)
        if allergy.assertion is not Assertion.STATED:
            continue
        for treatment in treatments.lines:
            if treatment.assertion is not Assertion.STATED or not _contains(named, contents[treatment]):
                continue
            own, other = treatment.sources[0].origin, allergy.sources[0].origin
            despite = Disagreement.PRESCRIBED_DESPITE
            allergy_lines[allergy] = with_contradictions(
                allergy_lines[allergy], [Contradiction(despite, own, treatment.label)]
            )
            treatment_lines[treatment] = with_contradictions(
                treatment_lines[treatment], [Contradiction(despite, other, allergy.label)]
            )
            label = f"{allergy.label} / {treatment.label}"
            checks.append(Check("allergy-treatment", label, (allergy.key, treatment.key), newest_origins((own, other))))
    return (
        replace(allergies, lines=tuple(allergy_lines[line] for line in allergies.lines)),
        replace(treatments, lines=tuple(treatment_lines[line] for line in treatments.lines)),
        tuple(checks),
    )


def _as_entry(line: Line, label: str = "") -> Entry:
    """What matching asks of a statement, for a whole line."""
    return Entry(line.kind, label or line.label, codes=line.codes, unit=line.unit, person=line.person, marks=line.marks)


def _labels(line: Line) -> tuple[str, ...]:
    return (line.label, *(source.label for source in line.sources), *(c.display for c in line.codes if c.display))


@dataclass(frozen=True, slots=True)
class _Facets:
    """By what a line may be the same substance as another."""

    keys: frozenset[str]
    substances: frozenset[str]
    atc: frozenset[str]
    """Its own ATC codes, and those of its substances."""
    classes: frozenset[str]
    """ATC prefixes of what it names: its own codes from the fourth level on, and families ("pénicillines")."""
    name: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]


def _facets(line: Line) -> _Facets:
    labels = dict.fromkeys(_labels(line))
    named = substances(line.codes, labels)
    own = atc_codes(line.codes)
    return _Facets(
        keys=frozenset(code_keys(_as_entry(line))),
        substances=named,
        atc=frozenset(own) | {code for name in named for code in atc_of_substance(name)},
        classes=frozenset([c for c in own if len(c) >= 4] + [p for label in labels for p in families(label)]),
        name=stems(label_key(_as_entry(line))),
        texts=tuple(stems(label) for label in labels),
    )


def _contains(allergy: _Facets, treatment: _Facets) -> bool:
    """Whether a treatment holds what an allergy names: same code, same substance, its ATC class, or its name."""
    if allergy.keys & treatment.keys or allergy.substances & treatment.substances:
        return True
    if any(code.startswith(prefix) for code in treatment.atc for prefix in allergy.classes):
        return True
    return len("".join(allergy.name)) >= 4 and any(_within(allergy.name, text) for text in treatment.texts)


def _within(words: tuple[str, ...], text: tuple[str, ...]) -> bool:
    return any(text[at : at + len(words)] == words for at in range(len(text) - len(words) + 1))


def allergy_checks(allergies: Topic) -> list[Check]:
    """One check for each allergy whose sources deny it, end it or grade it otherwise."""
    return [_contradiction(line, _GRAVE_DISAGREEMENTS) for line in allergies.lines if _has(line, _GRAVE_DISAGREEMENTS)]


def treatment_checks(treatments: Topic) -> list[Check]:
    """Doubts about anticoagulants, associations plainly known to bleed, the same substance twice.

    Only lines that are not said to be ended; whether an end date is past is the reader's to say.
    """
    lines = [x for x in treatments.lines if x.assertion is Assertion.STATED and x.status is not Status.ENDED]
    checks = [
        replace(_contradiction(line, _DOUBTS), kind="anticoagulant")
        for line in lines
        if line.critical in ANTICOAGULANTS and _has(line, _DOUBTS)
    ]
    contents = {line: substances(line.codes, dict.fromkeys(_labels(line))) for line in lines}
    for one, other in combinations(lines, 2):
        kinds = {one.critical, other.critical}
        thins = [line for line in (one, other) if line.critical in ANTICOAGULANTS]
        if len(thins) == 2 or (thins and "antiplatelet" in kinds):
            checks.append(_pair("association", one, other))
        if contents[one] & contents[other]:
            checks.append(_pair("same-substance", one, other))
    checks += [check for line in lines if (check := _twice_in_one_document(line)) is not None]
    return checks


def _twice_in_one_document(line: Line) -> Check | None:
    """Two products of one substance, both running, in one document."""
    names: dict[Origin, set[str]] = {}
    for source in line.sources:
        if source.status is not Status.ENDED and not source.end:
            names.setdefault(source.origin, set()).add(label_key(_as_entry(line, source.label)))
    twice = [origin for origin, products in names.items() if len(products) > 1]
    if not twice:
        return None
    labels = sorted({s.label for s in line.sources if s.origin in twice})
    return Check("same-substance", " + ".join(labels), (line.key,), newest_origins(twice))


def unreadable_checks(topics: Sequence[Topic]) -> list[Check]:
    """One check for each thing that stands in a document and could not be read."""
    return [
        Check("unreadable", line.label, (line.key,), newest_origins(s.origin for s in line.sources))
        for topic in topics
        for line in topic.lines
        if line.assertion is Assertion.UNREADABLE
    ]


def _has(line: Line, kinds: frozenset[Disagreement]) -> bool:
    return any(c.kind in kinds for c in line.contradictions)


def _contradiction(line: Line, kinds: frozenset[Disagreement]) -> Check:
    against = newest_origins(c.origin for c in line.contradictions if c.kind in kinds)
    return Check("contradiction", line.label, (line.key,), against)


def _pair(kind: str, one: Line, other: Line) -> Check:
    first, second = sorted((one, other), key=lambda line: (line.critical not in ANTICOAGULANTS, line.label, line.key))
    origins = newest_origins((first.sources[0].origin, second.sources[0].origin))
    return Check(kind, f"{first.label} + {second.label}", (first.key, second.key), origins)
