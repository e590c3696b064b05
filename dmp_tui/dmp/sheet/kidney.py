"""Glomerular filtration (DFG): the laboratory's own first, else computed from creatinine, and marked so.

CKD-EPI 2009 without its coefficient of ethnicity: A. S. Levey and others, A new equation to estimate glomerular
filtration rate, Ann Intern Med 2009;150:604-612, table 2. HAS, "Évaluation du débit de filtration glomérulaire et du
dosage de la créatininémie" (2011) recommends it for adults.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dmp_tui.dmp.entries import Assertion, Kind
from dmp_tui.dmp.identity import BirthDate, Sex
from dmp_tui.dmp.sheet.analytes import analyte
from dmp_tui.dmp.sheet.dates import day, moment
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.dmp.sheet.series import Measurement, series
from dmp_tui.dmp.sheet.states import is_pregnant, on_dialysis

DFG = "DFG"
CREATININE = "créat"
_ADULT = 18
_PLAUSIBLE = (Decimal(10), Decimal(3000))
"""µmol/L: what lies outside is of another unit than it says, or no creatinine of a living adult's blood."""
_PER_UNIT = {
    "umol/L": Decimal(1), "µmol/L": Decimal(1), "μmol/L": Decimal(1), "umol/l": Decimal(1), "µmol/l": Decimal(1),
    "micromol/L": Decimal(1), "nmol/mL": Decimal(1), "mmol/L": Decimal(1000),
    "mg/L": Decimal("8.84"), "mg/l": Decimal("8.84"), "mg/dL": Decimal("88.4"), "mg/dl": Decimal("88.4"),
}  # fmt: skip
"""µmol/L in one unit; the molar mass of creatinine is 113.12 g/mol."""
_BLOOD = frozenset({"14682-9", "2160-0", "59826-8", "38483-4", "77140-2"})
"""LOINC codes of creatinine in blood, serum or plasma."""


class NotComputed(StrEnum):
    """Why no filtration is computed."""

    NO_CREATININE = "no-creatinine"
    UNIT = "unit"
    """The creatinine's unit is not known, or its value is not one of that unit."""
    SEX = "sex"
    AGE = "age"
    """The birth date is not known."""
    CHILD = "child"
    PREGNANCY = "pregnancy"
    DIALYSIS = "dialysis"


@dataclass(frozen=True, slots=True)
class Computed:
    """A filtration that we computed. ``value`` in mL/min/1.73 m2, whole."""

    value: int
    creatinine: Measurement
    line: Line
    """The creatinine's line."""
    age: int
    """Years on the creatinine's day."""


@dataclass(frozen=True, slots=True)
class Filtration:
    """What is known of the kidneys. With the laboratory's own, ``computed`` is there only of a later creatinine."""

    laboratory: Measurement | None = None
    line: Line | None = None
    """The laboratory's line."""
    computed: Computed | None = None
    why_not: NotComputed | None = None
    """Set where neither is there, and where a later creatinine could not be computed."""


def filtration(sheet: Sheet, sex: Sex, birth: BirthDate | None, today: date) -> Filtration:
    """The glomerular filtration that a sheet gives, or lets compute.

    Args:
        sex: of the patient, as the identity before the reader has it; U is not known.
        birth: birth date; a partial one counts by its year.
        today: decides whether a pregnancy is running.
    """
    line, own = _newest(sheet, DFG)
    measured = _newest(sheet, CREATININE)
    creatinine = measured[1]
    if own is not None and (creatinine is None or day(creatinine.date) <= day(own.date)):
        return Filtration(own, line)
    found = _computed(sheet, measured, sex, birth, today)
    if isinstance(found, NotComputed):
        return Filtration(own, line, why_not=found)
    return Filtration(own, line, found)


def _newest(sheet: Sheet, short: str) -> tuple[Line | None, Measurement | None]:
    """The newest number of an analyte in blood, and its line."""
    best: tuple[Line | None, Measurement | None] = (None, None)
    for line in sheet.topic(Kind.RESULT).lines:
        known = analyte(line)
        if line.assertion is not Assertion.STATED or known is None or known.short != short or _is_urine(line):
            continue
        newest = next((m for m in series(line) if m.number is not None), None)
        if newest is not None and (best[1] is None or moment(newest.date) > moment(best[1].date)):
            best = (line, newest)
    return best


def _is_urine(line: Line) -> bool:
    """Whether it bears creatinine's name and the code of another specimen."""
    codes = {coding.code for coding in line.codes if "loinc" in coding.system}
    known = analyte(line)
    return known is not None and known.short == CREATININE and bool(codes) and not codes & _BLOOD


def _computed(
    sheet: Sheet, measured: tuple[Line | None, Measurement | None], sex: Sex, birth: BirthDate | None, today: date
) -> Computed | NotComputed:
    if on_dialysis(sheet, today):
        return NotComputed.DIALYSIS
    if is_pregnant(sheet, today):
        return NotComputed.PREGNANCY
    line, creatinine = measured
    if line is None or creatinine is None or creatinine.number is None:
        return NotComputed.NO_CREATININE
    if sex is Sex.U:
        return NotComputed.SEX
    age = _age_on(creatinine.date, birth)
    if age is None:
        return NotComputed.AGE
    if age < _ADULT:
        return NotComputed.CHILD
    factor = _PER_UNIT.get(creatinine.unit)
    if factor is None or creatinine.sign or not _PLAUSIBLE[0] <= creatinine.number * factor <= _PLAUSIBLE[1]:
        return NotComputed.UNIT
    value = ckd_epi_2009(float(creatinine.number * factor), age, female=sex is Sex.F)
    return Computed(round(value), creatinine, line, age)


def _age_on(when: str, birth: BirthDate | None) -> int | None:
    year, month, day_, *_ = moment(when)
    if birth is None or not year:
        return None
    try:
        return birth.age(date(year, month or 7, day_ or 1))
    except ValueError:
        return None


def ckd_epi_2009(creatinine: float, age: int, *, female: bool) -> float:
    """Glomerular filtration in mL/min/1.73 m2 from creatinine in µmol/L (IDMS-traceable) and age in years."""
    kappa, alpha, factor = (0.7, -0.329, 1.018) if female else (0.9, -0.411, 1.0)
    ratio = creatinine / 88.4 / kappa
    return float(141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age * factor)
