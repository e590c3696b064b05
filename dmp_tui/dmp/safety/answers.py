"""The answer: every reason of every proposed medicine, against the patient and against each other."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.allergies import of_allergies
from dmp_tui.dmp.safety.interactions import Met, between, met_of
from dmp_tui.dmp.safety.known import Known
from dmp_tui.dmp.safety.model import Answer, Caveat, Limit, LimitKind, Medicine, Reason, ReasonKind, worst
from dmp_tui.dmp.safety.patients import of_patient, subject_kinds

AT_ONCE = 5
"""Medicines that may be proposed together."""
_LOOKED_AT = ("dfg", "pregnant", "breast-feeding", "age")
"""Classes of our own rules of which a medicine without a row is said to be not evaluated."""


def check(proposed: Sequence[Medicine], known: Known, base: Base) -> Answer:
    """What speaks against giving these medicines to this patient, together.

    Args:
        proposed: one to five, resolved (``naming.medicine_of``, ``naming.of_substance``).
        known: of the patient (``known.known_of``), or an empty one.
        base: asked for the thesaurus' pairs only.

    Raises:
        ValueError: none, or more than five.
    """
    if not 1 <= len(proposed) <= AT_ONCE:
        raise ValueError(f"one to {AT_ONCE} medicines, not {len(proposed)}")
    reasons: list[Reason] = []
    limits = [*known.limits, Limit(LimitKind.NOT_EVALUATED, "dose")]
    for medicine in proposed:
        reasons += of_allergies(medicine, known)
        for found in of_patient(medicine, known):
            if isinstance(found, Reason):
                reasons.append(found)
            else:
                limits.append(found)
        for taken in known.treatments:
            reasons += between(medicine, met_of(taken), known, base)
        limits += _not_evaluated(medicine, known)
    for one, other in combinations(sorted(proposed, key=lambda medicine: (medicine.label, medicine.name)), 2):
        caveats = frozenset({Caveat.GUESS_DRUG}) if other.guess else frozenset[Caveat]()
        reasons += between(one, Met(other, caveats), known, base)
    sorted_ = _sorted(reasons)
    return Answer(
        tuple(proposed),
        worst([r.level for r in sorted_ if r.holds]),
        worst([r.level for r in sorted_]),
        sorted_,
        _once(limits),
        base.editions,
        base.whole,
    )


def _not_evaluated(medicine: Medicine, known: Known) -> list[Limit]:
    """Classes of rules that hold no row for a medicine, where the patient makes them matter."""
    looked = frozenset[str]().union(*(subject_kinds(own) for own in medicine.substances))
    matters = {
        "dfg": True,
        "pregnant": known.pregnant is not False,
        "breast-feeding": known.breast_feeding is True,
        "age": known.age is None or known.age < 18 or known.age >= 75,
    }
    return [Limit(LimitKind.NOT_EVALUATED, what) for what in _LOOKED_AT if matters[what] and what not in looked]


def _order(reason: Reason) -> tuple[object, ...]:
    return (
        reason.level.rank,
        not reason.holds,
        list(ReasonKind).index(reason.kind),
        reason.subject,
        reason.other,
        reason.substances,
        reason.text,
        reason.condition,
        reason.source,
        reason.keys,
    )


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(dict.fromkeys(reasons), key=_order))


def _once(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    kinds = list(LimitKind)
    return tuple(sorted(dict.fromkeys(limits), key=lambda one: (kinds.index(one.kind), one.detail, one.keys)))


# --- the sheet against itself -----------------------------------------------------------------------------------------


def reasons_among(known: Known, base: Base) -> tuple[Reason, ...]:
    """All reasons that the treatments and allergies of a sheet are against each other, worst first."""
    reasons: list[Reason] = []
    for taken in known.treatments:
        if not taken.caveats & {Caveat.STOPPED, Caveat.STOPPED_UNDATED}:
            own = [replace(r, keys=(taken.line.key, *r.keys)) for r in of_allergies(taken.medicine, known)]
            reasons += [r for r in own if r.kind is not ReasonKind.MYTH]
    for one, other in combinations(known.treatments, 2):
        first, second = (one, other) if not met_of(one).stopped else (other, one)
        if not met_of(first).stopped:
            found = between(first.medicine, met_of(second), known, base)
            origins = tuple(dict.fromkeys((*met_of(first).origins, *met_of(second).origins)))
            keys = (first.line.key, second.line.key)
            caveats = first.caveats | second.caveats
            reasons += [replace(r, keys=keys, origins=origins, caveats=caveats) for r in found]
    return _sorted(reasons)
