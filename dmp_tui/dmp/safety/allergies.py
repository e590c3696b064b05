"""Reasons of allergies: to the substance, to its class, across classes, and what is wrongly told of others."""

from collections.abc import Iterator
from dataclasses import replace

from dmp_tui.dmp.entries import Criticality
from dmp_tui.dmp.medicines.model import Substance
from dmp_tui.dmp.safety.known import Known, KnownAllergy, origins_of
from dmp_tui.dmp.safety.model import Caveat, Evidence, Medicine, Reason, ReasonKind, Verdict
from dmp_tui.dmp.safety.naming import same_substance
from dmp_tui.dmp.safety.rules import Cross, Group, crosses, groups, subjects_of
from dmp_tui.dmp.sheet.reading import reaction_rank, worst_reaction

_OWN = "RCP, rubrique 4.3 : hypersensibilité à la substance active ou à l'un des excipients"
_MILD = frozenset({Caveat.NOT_AN_ALLERGY})


def of_allergies(proposed: Medicine, known: Known) -> Iterator[Reason]:
    """All reasons that a patient's allergies are against a medicine, the closest of each allergy only."""
    for allergy in known.allergies:
        closest: list[Reason] = []
        for substance in proposed.substances:
            closest += _of_one(proposed, substance, allergy)
        yield from closest


def _of_one(proposed: Medicine, substance: Substance, allergy: KnownAllergy) -> Iterator[Reason]:
    own = allergy.medicine.substances if allergy.medicine is not None else ()
    if any(same_substance(substance, one) for one in own):
        yield _reason(ReasonKind.ALLERGY, Verdict.CONTRAINDICATED, proposed, substance, allergy, source=_OWN)
        return
    mine = subjects_of(substance)
    named = next((group for group in allergy.groups if group.code in mine), None)
    if named is not None:
        yield _reason(
            ReasonKind.CLASS_ALLERGY,
            Verdict.CONTRAINDICATED,
            proposed,
            substance,
            allergy,
            group=named,
            source=named.source,
        )
        return
    of_allergy = {group.code for group in allergy.groups}.union(*(subjects_of(one) for one in own))
    told = [rule for rule in crosses() if rule.allergy in of_allergy and rule.given in mine]
    for rule in _nearest(told):
        yield from _crossed(rule, proposed, substance, allergy)


def _nearest(rules: list[Cross]) -> list[Cross]:
    """The first row of the file that fits: it is sorted from the particular to the general. Myths stand by the side."""
    real = [rule for rule in rules if not rule.myth]
    return real[:1] or rules[:1]


def _crossed(rule: Cross, proposed: Medicine, substance: Substance, allergy: KnownAllergy) -> Iterator[Reason]:
    """The reason of a row, at the level of a grave reaction where the allergy was one; on that condition if unknown."""
    grave = _was_grave(allergy) if rule.grave is not None else False
    kind = ReasonKind.MYTH if rule.myth else ReasonKind.CROSS_ALLERGY
    found = _reason(
        kind,
        rule.grave if rule.grave is not None and grave else rule.level,
        proposed,
        substance,
        allergy,
        group=groups().get(rule.allergy),
        source=rule.source,
        french=rule.french,
        english=rule.english,
        evidence=rule.evidence,
    )
    yield found
    if rule.grave is not None and grave is None and found.level.rank > rule.grave.rank and not allergy.adverse_effect:
        yield replace(found, level=rule.grave, holds=False, condition=GRAVE)


GRAVE = "réaction immédiate grave ou toxidermie sévère"
"""Condition of what a grave reaction would forbid."""


def _was_grave(allergy: KnownAllergy) -> bool | None:
    """Whether a source tells a reaction that kills; None where none tells any reaction."""
    if allergy.line.criticality in _GRAVE:
        return True
    worst = worst_reaction(allergy.line)
    if worst is None:
        return None
    return reaction_rank(worst)[1] <= Criticality.HIGH.rank


_GRAVE = frozenset({Criticality.FATAL, Criticality.HIGH})


def _reason(
    kind: ReasonKind,
    level: Verdict,
    proposed: Medicine,
    substance: Substance,
    allergy: KnownAllergy,
    *,
    group: Group | None = None,
    source: str = "",
    french: str = "",
    english: str = "",
    evidence: Evidence = Evidence.OFFICIAL,
) -> Reason:
    caveats = allergy.caveats | ({Caveat.GUESS_DRUG} if proposed.guess else frozenset())
    if kind is not ReasonKind.MYTH and (allergy.adverse_effect or allergy.caveats & _MILD):
        kind = ReasonKind.ADVERSE_EFFECT if allergy.adverse_effect else kind
        level = max(level, Verdict.PRECAUTION, key=lambda v: v.rank)
    names = (substance.name, *((group.french,) if group is not None else ()))
    return Reason(
        kind,
        level,
        proposed.label,
        source,
        other=allergy.line.label,
        substances=names,
        text=french,
        english=english,
        evidence=evidence,
        caveats=caveats,
        keys=(allergy.line.key,),
        origins=origins_of(allergy.line),
        date=allergy.line.noted or allergy.line.start,
    )
