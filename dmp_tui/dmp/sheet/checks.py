"""Cross-line checks ("A VERIFIER"). Labels are the lines' own words; the interface says the sentence for each kind.

``docs/sheet.md`` lists the kinds, what ``keys`` and ``origins`` hold, and the sentence that each stands for.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Status
from dmp_tui.dmp.sheet.critical import (
    ANTICOAGULANTS,
    atc_codes,
    atc_of_substance,
    families,
    snomed_names,
    stems,
    substances,
)
from dmp_tui.dmp.sheet.dates import is_over_before
from dmp_tui.dmp.sheet.lines import newest_origins, with_contradictions
from dmp_tui.dmp.sheet.matching import code_keys, label_key
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Topic

_DOUBTS = frozenset({Disagreement.MISSING, Disagreement.STATUS, Disagreement.DOSE})
_GRAVE_DISAGREEMENTS = frozenset({Disagreement.DENIED, Disagreement.STATUS, Disagreement.SEVERITY})
_GRAVE = frozenset({Criticality.FATAL, Criticality.HIGH})
MAX_PAIRS = 20
MAX_LABELS = 5
LONGEST_NAME = 8
"""Words of the longest name of an allergy that is looked for in the names of treatments."""


def prescribed_despite(allergies: Topic, treatments: Topic) -> tuple[Topic, Topic, tuple[Check, ...]]:
    """Both topics with their PRESCRIBED_DESPITE contradictions, and one check for each pair.

    An allergy that was over before the treatment began is none of them. A line has at most ``MAX_PAIRS`` pairs, and
    each treatment that an allergy names has one at least: what a hostile record costs grows with its lines only.
    """
    pairs = [
        (allergies.lines[a], treatments.lines[t])
        for a, t in _pairs(allergies.lines, treatments.lines)
        if not _allergy_was_over(allergies.lines[a], treatments.lines[t])
    ]
    of_allergy: dict[str, list[Contradiction]] = {}
    of_treatment: dict[str, list[Contradiction]] = {}
    checks: list[Check] = []
    for allergy, treatment in pairs:
        own, other = treatment.sources[0].origin, allergy.sources[0].origin
        despite = Disagreement.PRESCRIBED_DESPITE
        of_allergy.setdefault(allergy.key, []).append(Contradiction(despite, own, treatment.label))
        of_treatment.setdefault(treatment.key, []).append(Contradiction(despite, other, allergy.label))
        label = f"{allergy.label} / {treatment.label}"
        checks.append(Check("allergy-treatment", label, (allergy.key, treatment.key), newest_origins((own, other))))
    return (_contradicted(allergies, of_allergy), _contradicted(treatments, of_treatment), tuple(checks))


def _contradicted(topic: Topic, found: dict[str, list[Contradiction]]) -> Topic:
    lines = [
        with_contradictions(line, found[line.key]) if line.key in found and _counts(line) else line
        for line in topic.lines
    ]
    return replace(topic, lines=tuple(lines))


def _counts(line: Line) -> bool:
    return line.assertion is Assertion.STATED


def _allergy_was_over(allergy: Line, treatment: Line) -> bool:
    return allergy.status is Status.ENDED and is_over_before(allergy.end, treatment.start)


def _pairs(allergies: Sequence[Line], treatments: Sequence[Line]) -> list[tuple[int, int]]:
    """Indexes of the allergies and treatments that share a sign, in order."""
    named = [_signs_of_allergy(line) if _counts(line) else frozenset[str]() for line in allergies]
    names = frozenset(sign[1:] for signs in named for sign in signs if sign.startswith("="))
    held = [_signs_of_treatment(line, names) if _counts(line) else frozenset[str]() for line in treatments]
    by_treatment = _places(held)
    by_allergy = _places(named)
    found: set[tuple[int, int]] = set()
    for a, signs in enumerate(named):
        shared = dict.fromkeys(t for sign in sorted(signs) for t in by_treatment.get(sign, ())[:MAX_PAIRS])
        found |= {(a, t) for t in list(shared)[:MAX_PAIRS]}
    served = {t for _, t in found}
    for t, signs in enumerate(held):
        first = min((by_allergy[sign][0] for sign in signs if sign in by_allergy), default=None)
        if t not in served and first is not None:
            found.add((first, t))
    return sorted(found)


def _places(signs: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, own in enumerate(signs):
        for sign in own:
            found.setdefault(sign, []).append(place)
    return found


def _as_entry(line: Line, label: str = "") -> Entry:
    """What matching asks of a statement, for a whole line."""
    return Entry(line.kind, label or line.label, codes=line.codes, unit=line.unit, person=line.person, marks=line.marks)


def _labels(line: Line) -> tuple[str, ...]:
    return (line.label, *(source.label for source in line.sources), *(c.display for c in line.codes if c.display))


def _signs_of_allergy(line: Line) -> frozenset[str]:
    """By what a treatment may hold what an allergy names: its codes, substances, ATC classes (``^``), name (``=``)."""
    labels = dict.fromkeys(_labels(line))
    named = (*labels, *snomed_names(line.codes))
    name = stems(label_key(_as_entry(line)))
    classes = [c for c in atc_codes(line.codes) if len(c) >= 4] + [p for label in named for p in families(label)]
    said = " ".join(name)
    return frozenset(
        {
            *code_keys(_as_entry(line)),
            *substances(line.codes, labels),
            *(f"^{prefix}" for prefix in classes),
            *([f"={said}"] if len("".join(name)) >= 4 and len(name) <= LONGEST_NAME else []),
        }
    )


def _signs_of_treatment(line: Line, names: frozenset[str]) -> frozenset[str]:
    """The same of a treatment, ``names`` being those that its labels are searched for."""
    labels = dict.fromkeys(_labels(line))
    held = substances(line.codes, labels)
    atc = {*atc_codes(line.codes), *(code for name in held for code in atc_of_substance(name))}
    return frozenset(
        {
            *code_keys(_as_entry(line)),
            *held,
            *(f"^{code[:size]}" for code in atc for size in range(1, len(code) + 1)),
            *(f"={name}" for label in labels for name in _named_in(stems(label), names)),
        }
    )


def _named_in(words: tuple[str, ...], names: frozenset[str]) -> frozenset[str]:
    sizes = range(1, LONGEST_NAME + 1) if names else ()
    runs = {" ".join(words[at : at + size]) for size in sizes for at in range(len(words) - size + 1)}
    return names & runs


def allergy_checks(allergies: Topic) -> list[Check]:
    """One check for each allergy whose sources deny it, end it, or do not all call it as grave as one does."""
    found = []
    for line in allergies.lines:
        kinds = _GRAVE_DISAGREEMENTS if line.criticality in _GRAVE else _GRAVE_DISAGREEMENTS - {Disagreement.SEVERITY}
        if _has(line, kinds):
            found.append(_contradiction(line, kinds))
    return found


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
    checks += _associations(lines)
    checks += _same_substance(lines)
    return checks


def _associations(lines: Sequence[Line]) -> list[Check]:
    """Anticoagulant with anticoagulant or antiplatelet: one check for two substances, however many lines they have."""
    first: dict[object, Line] = {}
    for line in lines:
        if line.critical in ANTICOAGULANTS or line.critical == "antiplatelet":
            first.setdefault(substances(line.codes, dict.fromkeys(_labels(line))) or line.critical, line)
    return [
        _pair("association", one, other)
        for one, other in combinations(first.values(), 2)
        if one.critical in ANTICOAGULANTS or other.critical in ANTICOAGULANTS
    ]


def _same_substance(lines: Sequence[Line]) -> list[Check]:
    """One check for the lines that hold the same substance: by name where it is known, else by its code."""
    holders: dict[str, list[Line]] = {}
    for line in lines:
        for name in substances(line.codes, dict.fromkeys(_labels(line))) or set(code_keys(_as_entry(line))):
            holders.setdefault(name, []).append(line)
    groups = dict.fromkeys(tuple(_anticoagulants_first(own)) for own in holders.values() if len(own) > 1)
    return [_together("same-substance", own) for own in sorted(groups, key=lambda own: [x.label for x in own])]


def _anticoagulants_first(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.critical not in ANTICOAGULANTS, line.label, line.key))


def _together(kind: str, lines: Sequence[Line]) -> Check:
    label = " + ".join(line.label for line in lines[:MAX_LABELS]) + (" + ..." if len(lines) > MAX_LABELS else "")
    origins = newest_origins(line.sources[0].origin for line in lines)
    return Check(kind, label, tuple(line.key for line in lines), origins)


def unreadable_checks(topics: Sequence[Topic]) -> list[Check]:
    """One check for each thing that stands in a document and could not be read."""
    return [
        Check("unreadable", line.label, (line.key,), newest_origins(s.origin for s in line.sources))
        for topic in topics
        for line in topic.lines
        if line.assertion is Assertion.UNREADABLE
    ]


def denied_by_code_checks(topics: Sequence[Topic]) -> list[Check]:
    """One check for each allergy or problem that a code denies and whose words do not, or the other way round."""
    return [
        Check("code-denies", line.label, (line.key,), newest_origins(s.origin for s in line.sources))
        for topic in topics
        if topic.kind in {Kind.ALLERGY, Kind.PROBLEM}
        for line in topic.lines
        if line.assertion is Assertion.NEGATED and Mark.CODE_DIFFERS in line.marks
    ]


def _has(line: Line, kinds: frozenset[Disagreement]) -> bool:
    return any(c.kind in kinds for c in line.contradictions)


def _contradiction(line: Line, kinds: frozenset[Disagreement]) -> Check:
    against = newest_origins(c.origin for c in line.contradictions if c.kind in kinds)
    return Check("contradiction", line.label, (line.key,), against)


def _pair(kind: str, one: Line, other: Line) -> Check:
    return _together(kind, _anticoagulants_first((one, other)))
