"""A sheet made of what was typed, for a check without a record: names, an age, a few values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dmp_tui.dmp.entries import Assertion, Coding, Kind, Status
from dmp_tui.dmp.identity import BirthDate, Sex
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet, Source, Topic

_LOINC = "http://loinc.org"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is known of a patient by what was typed. None and empty are "not said"."""

    treatments: Sequence[str] = ()
    allergies: Sequence[str] = ()
    problems: Sequence[str] = ()
    age: int | None = None
    sex: Sex = Sex.U
    creatinine: float | None = None
    """µmol/L"""
    dfg: float | None = None
    """mL/min/1.73 m2"""
    weight: float | None = None
    """kg"""
    potassium: float | None = None
    """mmol/L"""
    glucose: float | None = None
    """mmol/L"""
    pregnant: bool = False
    weeks: int | None = None
    """Of amenorrhoea."""
    breast_feeding: bool = False

    def birth(self, today: date) -> BirthDate | None:
        """A birth date that gives the age on ``today``."""
        return None if self.age is None else BirthDate(today.year - self.age, today.month, today.day, "")


def typed_sheet(typed: Typed, today: date) -> Sheet:
    """What was typed, as a sheet of no document, with all that was said dated ``today``."""
    day = today.isoformat()
    lines: dict[Kind, list[Line]] = {}
    for kind, labels in (
        (Kind.TREATMENT, typed.treatments),
        (Kind.ALLERGY, typed.allergies),
        (Kind.PROBLEM, typed.problems),
    ):
        lines[kind] = [_line(kind, label, day) for label in dict.fromkeys(labels)]
    lines[Kind.RESULT] = [
        _line(Kind.RESULT, label, day, code=code, value=f"{value:g}", unit=unit)
        for label, code, value, unit in (
            ("Créatinine", "14682-9", typed.creatinine, "µmol/L"),
            ("DFG", "62238-1", typed.dfg, "mL/min"),
            ("Potassium", "2823-3", typed.potassium, "mmol/L"),
            ("Glucose", "14749-6", typed.glucose, "mmol/L"),
        )
        if value is not None
    ]
    if typed.weight is not None:
        lines[Kind.VITAL] = [_line(Kind.VITAL, "Poids", day, code="29463-7", value=f"{typed.weight:g}", unit="kg")]
    lines[Kind.PREGNANCY] = _pregnancy(typed, today)
    topics = [Topic(kind, Presence.STATED, tuple(own)) for kind, own in lines.items() if own]
    return Sheet("", day, tuple(topics))


def with_typed(sheet: Sheet, typed: Typed, today: date) -> Sheet:
    """A record's sheet, and beside its lines what was typed: today's potassium, a treatment that nobody wrote down."""
    held = {topic.kind: topic for topic in sheet.topics}
    for topic in typed_sheet(typed, today).topics:
        own = held.get(topic.kind, topic)
        lines = topic.lines if own is topic else (*own.lines, *topic.lines)
        held[topic.kind] = replace(own, presence=Presence.STATED, lines=lines)
    return replace(sheet, topics=tuple(held.values()))


def _pregnancy(typed: Typed, today: date) -> list[Line]:
    day = today.isoformat()
    found = []
    if typed.weeks is not None:
        began = (today - timedelta(weeks=typed.weeks)).isoformat()
        found.append(_line(Kind.PREGNANCY, "Date des dernières règles", day, code="8665-2", value=began))
    if typed.pregnant or typed.weeks is not None:
        found.append(_line(Kind.PREGNANCY, "Grossesse en cours", day))
    if typed.breast_feeding:
        found.append(_line(Kind.PREGNANCY, "Allaitement en cours", day))
    return found


def _line(kind: Kind, label: str, day: str, *, code: str = "", value: str = "", unit: str = "") -> Line:
    origin = Origin("", Coding("", ""), "", day, "")
    detail = f"{value} {unit}".strip()
    status = Status.UNKNOWN if value else Status.ACTIVE
    source = Source(origin, label, Assertion.STATED, status, noted=day if value else "", detail=detail)
    codes = (Coding(_LOINC, code),) if code else ()
    key = f"{_LOINC}|{code}" if code else label
    return Line(
        kind, key, label, Assertion.STATED, status, (source,), codes, noted=day if value else "", value=value, unit=unit
    )
