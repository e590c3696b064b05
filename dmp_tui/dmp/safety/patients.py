"""Reasons of the patient himself: kidneys, pregnancy, breast-feeding, age, illnesses, values of the laboratory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from dmp_tui.dmp.facts import FactError
from dmp_tui.dmp.medicines.model import Substance
from dmp_tui.dmp.safety.known import Known, KnownState, days_since, origins_of
from dmp_tui.dmp.safety.model import Caveat, Limit, LimitKind, Medicine, Reason, ReasonKind
from dmp_tui.dmp.safety.rules import PatientRule, patient_rules, subjects_of
from dmp_tui.dmp.sheet.model import Line
from dmp_tui.dmp.sheet.series import Measurement

OLD_KIDNEY = 90
"""Days after which a filtration is said to be old (HAS 2012, chronic kidney disease: a value holds if it lasts three
months); in an emergency it may have changed since yesterday, so its day is always shown."""
OLD_VALUE = 2
"""Days after which potassium or glucose decide nothing by themselves."""
_CONDITION = re.compile(r"(?P<what>[a-z-]+)(?::(?P<code>[a-z0-9-]+))?(?P<sign>>=|<=|<|>)?(?P<bound>[0-9.]+)?")
_PER_MMOL = {"g/L": Decimal("0.1802"), "g/l": Decimal("0.1802"), "mg/dL": Decimal("18.02"), "mg/dl": Decimal("18.02")}


@dataclass(frozen=True, slots=True)
class _Met:
    """Whether a condition is met (None: nobody knows), and what tells it."""

    holds: bool | None
    kind: ReasonKind
    other: str = ""
    line: Line | None = None
    date: str = ""
    caveats: frozenset[Caveat] = frozenset()
    missing: Limit | None = None


def of_patient(proposed: Medicine, known: Known) -> Iterator[Reason | Limit]:
    """All reasons that the patient's own state is against a medicine, and what rules asked for in vain."""
    for substance in proposed.substances:
        for rule in patient_rules():
            if rule.subject not in subjects_of(substance):
                continue
            met = _judge(rule.condition, known)
            if met.missing is not None:
                yield met.missing
            if met.holds is not False:
                yield _reason(rule, proposed, substance, met)


def subject_kinds(substance: Substance) -> frozenset[str]:
    """What our rules on patients look at for a substance: ``dfg``, ``pregnant``, ``age``..."""
    own = subjects_of(substance)
    return frozenset(_parts(rule.condition)[0] for rule in patient_rules() if rule.subject in own)


def _parts(condition: str) -> tuple[str, str, str, Decimal | None]:
    match = _CONDITION.fullmatch(condition)
    if match is None:
        raise FactError(f"patients.csv: {condition}")
    bound = Decimal(match["bound"]) if match["bound"] else None
    return (match["what"], match["code"] or "", match["sign"] or "", bound)


def _compare(value: Decimal, sign: str, bound: Decimal) -> bool:
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def _judge(condition: str, known: Known) -> _Met:
    what, code, sign, bound = _parts(condition)
    if what == "state":
        return _state(code, known)
    if what == "pregnant":
        return _pregnant(known, sign, bound)
    if what == "breast-feeding":
        missing = Limit(LimitKind.BREAST_FEEDING) if known.breast_feeding is None else None
        return _Met(known.breast_feeding, ReasonKind.BREAST_FEEDING, missing=missing)
    if bound is None:
        raise FactError(f"patients.csv: {condition}")
    if what == "age":
        if known.age is None:
            return _Met(None, ReasonKind.AGE, missing=Limit(LimitKind.AGE))
        return _Met(_compare(Decimal(known.age), sign, bound), ReasonKind.AGE, str(known.age))
    if what == "dfg":
        return _kidney(known, sign, bound)
    short = {"potassium": "K", "glucose": "glyc.", "weight": "poids", "inr": "INR", "platelets": "plaq."}.get(what)
    if short is None:
        raise FactError(f"patients.csv: {condition}")
    return _value(short, known, sign, bound)


def _state(code: str, known: Known) -> _Met:
    found = [state for state in known.states if state.code == code]
    if not found:
        return _Met(False, ReasonKind.STATE)
    best: KnownState = min(found, key=lambda state: (state.past, state.line.label))
    caveats = frozenset({Caveat.PAST}) if best.past else frozenset[Caveat]()
    line = best.line
    return _Met(True, ReasonKind.STATE, line.label, line, line.start or line.noted, caveats)


def _pregnant(known: Known, sign: str, bound: Decimal | None) -> _Met:
    line = next(iter(known.pregnancy_lines), None) if known.pregnant else None
    if known.pregnant is None:
        return _Met(None, ReasonKind.PREGNANCY, missing=Limit(LimitKind.PREGNANCY))
    if not known.pregnant or bound is None:
        return _Met(known.pregnant, ReasonKind.PREGNANCY, line.label if line else "", line)
    label = line.label if line else ""
    if known.weeks is None:
        return _Met(None, ReasonKind.PREGNANCY, label, line, missing=Limit(LimitKind.PREGNANCY, "weeks"))
    return _Met(_compare(Decimal(known.weeks), sign, bound), ReasonKind.PREGNANCY, label, line)


def _kidney(known: Known, sign: str, bound: Decimal) -> _Met:
    kidney = known.kidney
    if any(state.code == "dialysis" and not state.past for state in known.states):
        line = next(state.line for state in known.states if state.code == "dialysis" and not state.past)
        return _Met(_compare(Decimal(0), sign, bound), ReasonKind.KIDNEY, line.label, line)
    if kidney.computed is not None:
        value, day, line = Decimal(kidney.computed.value), kidney.computed.creatinine.date, kidney.computed.line
    elif kidney.laboratory is not None and kidney.laboratory.number is not None and kidney.line is not None:
        own = kidney.laboratory
        value, day, line = kidney.laboratory.number, own.date, kidney.line
        if own.sign:
            return _bounded(own, line, sign, bound)
    else:
        return _Met(None, ReasonKind.KIDNEY)
    age = days_since(day, known.today)
    old = age is None or age > OLD_KIDNEY
    missing = Limit(LimitKind.KIDNEY_OLD, day, keys=(line.key,), origins=origins_of(line)) if old else None
    caveats = frozenset({Caveat.OLD_VALUE}) if old else frozenset[Caveat]()
    met = _compare(value, sign, bound)
    # An old value that is not bad does not answer: it is said, with its day.
    return _Met(
        met, ReasonKind.KIDNEY, str(value.normalize() if value % 1 else int(value)), line, day, caveats, missing
    )


def _bounded(own: Measurement, line: Line, sign: str, bound: Decimal) -> _Met:
    """``>90`` or ``<15`` of a laboratory: judged only where it settles the matter."""
    number = own.number or Decimal(0)
    text = f"{own.sign}{number}"
    if own.sign in {">", "≥"} and sign in {"<", "<="} and number >= bound:
        return _Met(False, ReasonKind.KIDNEY, text, line, own.date)
    if own.sign in {"<", "≤"} and sign in {"<", "<="} and number <= bound:
        return _Met(True, ReasonKind.KIDNEY, text, line, own.date)
    return _Met(None, ReasonKind.KIDNEY, text, line, own.date)


def _value(short: str, known: Known, sign: str, bound: Decimal) -> _Met:
    found = known.value(short)
    missing = Limit(LimitKind.LABORATORY, short)
    if found is None or found[1].number is None or found[1].sign:
        return _Met(None, ReasonKind.LABORATORY, missing=missing)
    line, value = found
    number = found[1].number
    if short == "glyc.":
        if value.unit not in _PER_MMOL and not value.unit.startswith("mmol"):
            return _Met(None, ReasonKind.LABORATORY, missing=missing)
        number = number / _PER_MMOL.get(value.unit, Decimal(1))
    if short == "K" and value.unit not in {"mmol/L", "mmol/l", "mEq/L", "mEq/l"}:
        return _Met(None, ReasonKind.LABORATORY, missing=missing)
    age = days_since(value.date, known.today)
    if age is None or age > OLD_VALUE:
        old = replace(missing, detail=short, keys=(line.key,), origins=origins_of(line))
        holds = True if _compare(number, sign, bound) else None
        return _Met(
            holds, ReasonKind.LABORATORY, f"{value.text} {value.unit}", line, value.date,
            frozenset({Caveat.OLD_VALUE}), old,
        )  # fmt: skip
    return _Met(_compare(number, sign, bound), ReasonKind.LABORATORY, f"{value.text} {value.unit}", line, value.date)


def _reason(rule: PatientRule, proposed: Medicine, substance: Substance, met: _Met) -> Reason:
    caveats = met.caveats | ({Caveat.GUESS_DRUG} if proposed.guess else frozenset())
    return Reason(
        met.kind,
        rule.level,
        proposed.label,
        rule.source,
        other=met.other,
        substances=(substance.name,),
        text=rule.french,
        english=rule.english,
        condition=rule.condition if met.holds is None else "",
        holds=met.holds is True,
        evidence=rule.evidence,
        caveats=caveats,
        keys=(met.line.key,) if met.line is not None else (),
        origins=origins_of(met.line) if met.line is not None else (),
        date=met.date,
    )
