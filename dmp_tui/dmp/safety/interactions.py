"""Reasons of two medicines: the thesaurus', our own pairs, the same substance or class twice, and QT."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from dmp_tui.dmp.medicines.model import Base, Grade, Interaction, Substance
from dmp_tui.dmp.safety.conditions import Side, decided, is_conduct
from dmp_tui.dmp.safety.known import Known, origins_of, washout_days
from dmp_tui.dmp.safety.model import OF_LEVEL, Caveat, Evidence, Medicine, Reason, ReasonKind, Taken, Verdict, worst
from dmp_tui.dmp.safety.naming import folded_name, same_substance
from dmp_tui.dmp.safety.rules import PairRule, pair_rules, subjects_of, washouts
from dmp_tui.dmp.sheet.critical import atc_of_substance
from dmp_tui.dmp.sheet.model import Origin

QT = "qt"
"""Code of the group of substances that prolong QT."""
_LEVEL_4 = 5
"""Characters of an ATC code of level 4: one chemical subgroup."""
_SAME_CLASS = "OMS, classification ATC, niveau 4 (sous-groupe chimique) : whocc.no"
_SAME_SUBSTANCE = "RCP, rubrique 4.9 (surdosage) de la substance"
ANSM = "ANSM, Thésaurus des interactions médicamenteuses"


@dataclass(frozen=True, slots=True)
class Met:
    """A medicine that a proposed one meets: a treatment of the sheet, or another proposed one."""

    medicine: Medicine
    caveats: frozenset[Caveat] = frozenset()
    keys: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    stopped: bool = False
    date: str = ""


def met_of(taken: Taken) -> Met:
    """A treatment of the sheet as what is met."""
    stopped = bool(taken.caveats & {Caveat.STOPPED, Caveat.STOPPED_UNDATED})
    origins = origins_of(taken.line)
    return Met(taken.medicine, taken.caveats, (taken.line.key,), origins, stopped, taken.stopped)


def between(proposed: Medicine, met: Met, known: Known, base: Base) -> Iterator[Reason]:
    """All reasons of two medicines, one a pair of the thesaurus, a pair of ours, a substance or a class."""
    caveats = met.caveats | ({Caveat.GUESS_DRUG} if proposed.guess else frozenset())
    torsades = False
    for one, other in product(proposed.substances, met.medicine.substances):
        if same_substance(one, other):
            if not met.stopped:
                yield _twice(ReasonKind.SAME_SUBSTANCE, (one.name,), proposed, met, caveats)
            continue
        if met.stopped and not _lasts(one, other, met):
            continue
        for interaction in base.interactions(one, other):
            torsades = torsades or "TORSADE" in folded_name(f"{interaction.first_name} {interaction.second_name}")
            yield from _graded(
                interaction, Side(one, proposed), Side(other, met.medicine), met=met, caveats=caveats, known=known
            )
        for rule in pair_rules():
            if _pairs(rule, one, other):
                yield _paired(rule, (one.name, other.name), proposed, met, caveats)
        if not met.stopped and _shared_class(one, other):
            yield _twice(ReasonKind.SAME_CLASS, (one.name, other.name), proposed, met, caveats)
    if not torsades:
        yield from _qt(proposed, met, caveats)


def _lasts(one: Substance, other: Substance, met: Met) -> bool:
    """Whether a stopped treatment's own substance is why its window is open (not its companion's in one box)."""
    del one
    own = [row for row in washouts() if row.subject in subjects_of(other)]
    return bool(own) or not washout_days(met.medicine)


def _graded(
    interaction: Interaction, one: Side, other: Side, *, met: Met, caveats: frozenset[Caveat], known: Known
) -> Iterator[Reason]:
    grades = decided(interaction, one, other, known)
    possible = [(grade, holds) for grade, holds in grades if holds is not False]
    certain = worst([OF_LEVEL[grade.level] for grade, holds in possible if holds])
    open_ = [grade for grade, holds in possible if holds is None]
    source = interaction.source or ANSM
    base = Reason(
        ReasonKind.INTERACTION,
        Verdict.TO_CONSIDER,
        one.medicine.label,
        source,
        other=other.medicine.label,
        substances=_names(interaction, one.substance, other.substance),
        text=" ".join(interaction.mechanism.split()),
        english=interaction.english,
        caveats=caveats,
        keys=met.keys,
        origins=met.origins,
        date=met.date,
    )
    for grade, holds in possible:
        level = OF_LEVEL[grade.level]
        # A milder level says nothing more where a worse one surely holds.
        if level.rank > certain.rank:
            continue
        told = is_conduct(grade.condition, lone=len(interaction.grades) == 1)
        conduct = grade.conduct or (grade.condition if told else "")
        yield _with(base, level, grade.condition if not holds else "", conduct, holds=bool(holds))
    if open_ and certain is Verdict.NOTHING_FOUND:
        yield _with(base, _floor(open_), "", "", holds=True)


def _floor(open_: list[Grade]) -> Verdict:
    """What holds at least where no condition is decided: the mildest of the levels left open, if there are several."""
    if len(open_) > 1:
        return max((OF_LEVEL[grade.level] for grade in open_), key=lambda v: v.rank)
    return Verdict.TO_CONSIDER


def _with(reason: Reason, level: Verdict, condition: str, conduct: str, *, holds: bool) -> Reason:
    return replace(
        reason,
        level=level,
        condition=" ".join(condition.split()).strip(" :-"),
        conduct=" ".join(conduct.split()),
        holds=holds,
    )


def _names(interaction: Interaction, one: Substance, other: Substance) -> tuple[str, ...]:
    """The two substances, and the thesaurus' own names of the pair where they are classes."""
    own = {folded_name(name) for name in (one.name, one.key, other.name, other.key)}
    pair = [name for name in (interaction.first_name, interaction.second_name) if folded_name(name) not in own]
    return (one.name, other.name, *pair)


def _pairs(rule: PairRule, one: Substance, other: Substance) -> bool:
    a, b = subjects_of(one), subjects_of(other)
    return (rule.one in a and rule.other in b) or (rule.one in b and rule.other in a)


def _paired(rule: PairRule, names: tuple[str, str], proposed: Medicine, met: Met, caveats: frozenset[Caveat]) -> Reason:
    return Reason(
        ReasonKind.PAIR,
        rule.level,
        proposed.label,
        rule.source,
        other=met.medicine.label,
        substances=names,
        text=rule.french,
        english=rule.english,
        condition=rule.condition,
        holds=not rule.condition,
        evidence=rule.evidence,
        caveats=caveats,
        keys=met.keys,
        origins=met.origins,
        date=met.date,
    )


def _twice(
    kind: ReasonKind, names: tuple[str, ...], proposed: Medicine, met: Met, caveats: frozenset[Caveat]
) -> Reason:
    level = Verdict.PRECAUTION if kind is ReasonKind.SAME_SUBSTANCE else Verdict.TO_CONSIDER
    return Reason(
        kind,
        level,
        proposed.label,
        _SAME_SUBSTANCE if kind is ReasonKind.SAME_SUBSTANCE else _SAME_CLASS,
        other=met.medicine.label,
        substances=names,
        caveats=caveats,
        keys=met.keys,
        origins=met.origins,
        date=met.date,
    )


def _atc(substance: Substance) -> tuple[str, ...]:
    return substance.atc or atc_of_substance(substance.key.lower())


def _shared_class(one: Substance, other: Substance) -> bool:
    codes = {code[:_LEVEL_4] for code in _atc(one) if len(code) >= _LEVEL_4}
    return bool(codes & {code[:_LEVEL_4] for code in _atc(other) if len(code) >= _LEVEL_4})


def _qt(proposed: Medicine, met: Met, caveats: frozenset[Caveat]) -> Iterator[Reason]:
    """One reason for two medicines that prolong QT, where the thesaurus holds no torsades between them."""
    own = next((s for s in proposed.substances if QT in subjects_of(s)), None)
    other = next((s for s in met.medicine.substances if QT in subjects_of(s)), None)
    if own is None or other is None or same_substance(own, other):
        return
    yield Reason(
        ReasonKind.QT,
        Verdict.PRECAUTION,
        proposed.label,
        "RCP, rubriques 4.4 et 4.5, des deux substances (allongement de QT) ; " + ANSM,
        other=met.medicine.label,
        substances=(own.name, other.name),
        evidence=Evidence.OFFICIAL,
        caveats=caveats,
        keys=met.keys,
        origins=met.origins,
        date=met.date,
    )
