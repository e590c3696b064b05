"""The sheet against itself: its treatments against each other and against its allergies, as lines of "A VERIFIER".

A line says nothing that the day alone would change: until which day it counts is part of it, so that it can be stored
with the sheet. What a birthday may change is told by ``stale_on``.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from dmp_tui.dmp.identity import BirthDate
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.answers import reasons_among
from dmp_tui.dmp.safety.known import Known, acts_until
from dmp_tui.dmp.safety.model import Caveat, Reason, ReasonKind, Taken, Verdict
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.lines import newest_origins
from dmp_tui.dmp.sheet.model import Check, Sheet, Weighed

MAX_TREATMENTS = 80
"""What a hostile record costs must not grow with the square of its lines; a ward's longest prescription has thirty."""
MAX_CHECKS = 50
SHOWN_FROM = Verdict.PRECAUTION
"""A sheet's own treatments are said to interact from this level on: what is only to be considered is not."""
_PAIRS = frozenset({ReasonKind.INTERACTION, ReasonKind.PAIR, ReasonKind.QT})
_ALLERGIES = frozenset({ReasonKind.ALLERGY, ReasonKind.CLASS_ALLERGY, ReasonKind.CROSS_ALLERGY})
_FIRST = ("identity", "other-person", "allergy-treatment")
"""Kinds that stand before what is contraindicated or discouraged; the rest stands behind it."""
AGES = (65, 75)
"""Birthdays on which a condition of the thesaurus may be met (``safety/conditions``)."""


def sheet_checks(known: Known, base: Base) -> tuple[Check, ...]:
    """One line a pair, by the worst that holds, worst first: ``interaction`` or ``allergy-treatment``.

    ``label`` is the two lines' own words, ``keys`` are theirs, ``weighed`` tells level, reason and source.
    """
    return tuple(check for check, _shown in _weighed(known, base) if _shown)[:MAX_CHECKS]


def verified(sheet: Sheet, known: Known, base: Base) -> Sheet:
    """The sheet with these lines among its checks.

    A pair that merging tells already (treated in spite of an allergy, an association that bleeds) is told once, with
    its level and source.
    """
    known, left_out = _bounded(known)
    weighed = _weighed(known, base)
    by_pair = {(check.kind, frozenset(check.keys)): check for check, _shown in weighed}
    told: set[frozenset[str]] = set()
    kept: list[Check] = []
    for check in sheet.checks:
        pair = frozenset(check.keys)
        kind = "interaction" if check.kind == "association" else check.kind
        found = by_pair.get((kind, pair)) if check.kind in {"association", "allergy-treatment"} else None
        if found is not None:
            told.add(pair)
            check = replace(check, kind=kind, weighed=found.weighed)  # noqa: PLW2901 - the same line, told better
        kept.append(check)
    new = [check for check, shown in weighed if shown and frozenset(check.keys) not in told]
    unsaid = [*left_out, *(key for check in new[MAX_CHECKS:] for key in check.keys)]
    rest = [Check("not-weighed", str(len(set(unsaid))), tuple(dict.fromkeys(unsaid)))] if unsaid else []
    return replace(sheet, checks=tuple(sorted([*kept, *new[:MAX_CHECKS], *rest], key=_rank)))


def _bounded(known: Known) -> tuple[Known, list[str]]:
    """The first treatments of the sheet, whose order puts what weighs first; and the keys of those left out."""
    kept, rest = known.treatments[:MAX_TREATMENTS], known.treatments[MAX_TREATMENTS:]
    return replace(known, treatments=kept), [taken.line.key for taken in rest]


def stale_on(birth: BirthDate | None, today: date) -> str:
    """The next birthday on which what was weighed may change, as a FHIR date; empty where there is none."""
    born = birth.calendar if birth is not None else None
    if born is None:
        return ""
    coming = (f"{born.year + age:04d}{born.isoformat()[4:]}" for age in AGES)
    return next((day for day in coming if day > today.isoformat()), "")


def _weighed(known: Known, base: Base) -> list[tuple[Check, bool]]:
    """Each pair once, by the worst reason of it that holds; and whether it is told where nothing else tells it."""
    treatments = {taken.line.key: taken for taken in known.treatments}
    found: dict[frozenset[str], tuple[Check, bool]] = {}
    for reason in reasons_among(known, base):
        if not reason.holds or reason.level is Verdict.NOTHING_FOUND or Caveat.PAST in reason.caveats:
            continue
        pair = frozenset(reason.keys)
        shown = reason.level.rank <= SHOWN_FROM.rank
        if reason.kind in _PAIRS and len(pair) > 1:
            found.setdefault(pair, (_pair(reason, treatments, base), shown))
        elif reason.kind in _ALLERGIES:
            found.setdefault(pair, (_despite(reason, treatments, base), shown))
    return list(found.values())


def _pair(reason: Reason, treatments: dict[str, Taken], base: Base) -> Check:
    keys = tuple(sorted(set(reason.keys)))
    origins = newest_origins(reason.origins)
    return Check("interaction", f"{reason.subject} + {reason.other}", keys, origins, _told(reason, treatments, base))


def _despite(reason: Reason, treatments: dict[str, Taken], base: Base) -> Check:
    treatment, *allergy = reason.keys
    own = treatments[treatment].line.sources[0].origin
    origins = newest_origins((own, *reason.origins[:1]))
    label = f"{reason.other} / {reason.subject}"
    return Check("allergy-treatment", label, (*allergy, treatment), origins, _told(reason, treatments, base))


def _told(reason: Reason, treatments: dict[str, Taken], base: Base) -> Weighed:
    return Weighed(
        reason.level.value,
        reason.text,
        reason.source,
        reason.conduct,
        reason.english,
        tuple(f"{edition.source} {edition.month}" for edition in base.editions),
        _until(treatments[key] for key in reason.keys if key in treatments),
        tuple(sorted(caveat.value for caveat in reason.caveats)),
    )


def _until(taken: Iterable[Taken]) -> str:
    """The last day on which all of them count."""
    ends = [(own.medicine, own.stopped or own.line.end) for own in taken]
    days = [acts_until(medicine, end) for medicine, end in ends if moment(end)[0]]
    return min((day.isoformat() for day in days if day is not None), default="")


def _rank(check: Check) -> tuple[int, int]:
    grave = check.weighed is not None and check.weighed.level in {Verdict.CONTRAINDICATED, Verdict.DISCOURAGED}
    if check.kind in _FIRST:
        return (_FIRST.index(check.kind), 0)
    if grave and check.weighed is not None:
        return (len(_FIRST), Verdict(check.weighed.level).rank)
    return (len(_FIRST) + 1, 0)
