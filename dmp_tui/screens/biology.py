"""Results and vital signs as people write them, in the order in which an emergency asks for them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Kind
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.critical import ANTICOAGULANTS
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.i18n import _, language
from dmp_tui.screens.dates import days_since, recent
from dmp_tui.widgets.line import PLAIN, STRONG
from dmp_tui.widgets.text import cut, visible

_OLD = 365
"""Days after which a result tells of another time: it stands after the newer ones."""
_NOW = 31
"""Days within which a critical value comes before everything."""
_LABEL = 24
"""Cells of a name that has no short form of ours."""

# One line an analyte, in the order of an emergency: short name | unit that goes without saying | LOINC | other names.
_TABLE = """
INR | | 6301-6 34714-6 38875-1 | INR
K | mmol/L | 2823-3 6298-4 | potassium, kaliémie
créat | µmol/L | 14682-9 2160-0 | créatinine, créatininémie
DFG | mL/min | 62238-1 33914-3 48642-3 48643-1 69405-9 98979-8 77147-7 | DFG, DFG (CKD-EPI), eGFR
Hb | g/dL | 718-7 20509-6 | hémoglobine, hemoglobin
plaq. | G/L | 777-3 26515-7 | plaquettes, platelets
glyc. | | 2345-7 14749-6 15074-8 2339-0 14743-9 41653-7 32016-8 | glycémie, glycémie capillaire, glucose
tropo | ng/L | 6598-7 10839-9 49563-0 67151-1 89579-7 | troponine, troponine T, troponine I
lactates | mmol/L | 2524-7 32693-4 59032-3 | lactates, lactate
pH | | 2744-1 11558-4 | pH
CRP | mg/L | 1988-5 30522-7 | CRP
NT-proBNP | ng/L | 33762-6 83107-3 | NT-proBNP
BNP | ng/L | 30934-4 42637-9 | BNP
D-dim. | | 48065-7 48066-5 48058-2 | D-dimères
Na | mmol/L | 2951-2 | sodium, natrémie
Ca | mmol/L | 2000-8 17861-6 | calcium, calcémie
TP | | 5894-1 | TP
fibri. | g/L | 3255-7 | fibrinogène
anti-Xa | | 3271-6 | anti-Xa
leuco. | G/L | 6690-2 26464-8 | leucocytes
HbA1c | | 4548-4 17856-6 59261-8 | HbA1c
groupe | | 882-1 883-9 | groupe ABO et rhésus, groupe sanguin
digox. | | 10535-3 | digoxinémie
lithium | | 14334-7 3719-2 | lithiémie
ASAT | UI/L | 1920-8 | ASAT
ALAT | UI/L | 1742-6 | ALAT
lipase | UI/L | 3040-3 | lipase
poids | | 29463-7 3141-9 | poids, poids corporel
taille | | 8302-2 | taille
PAS | mmHg | 8480-6 | PA systolique, pression artérielle systolique
PAD | mmHg | 8462-4 | PA diastolique, pression artérielle diastolique
FC | /min | 8867-4 | fréquence cardiaque
SpO2 | | 2708-6 59408-5 | SpO2, saturation
T° | °C | 8310-5 | température
FR | /min | 9279-1 | fréquence respiratoire
"""

_BLOOD_GROUP = frozenset({"882-1", "883-9", "10331-7"})
_UNITS = {
    "umol/L": "µmol/L",
    "10*9/L": "G/L",
    "10*3/uL": "G/L",
    "10*12/L": "T/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min",
    "{INR}": "",
    "Cel": "°C",
    "[iU]/L": "UI/L",
    "U/L": "UI/L",
    "ug/L": "µg/L",
    "m[iU]/L": "mUI/L",
    "1": "",
}
"""UCUM as it is written in a French laboratory."""
_UCUM_SIGNS = str.maketrans({"{": None, "}": None, "_": " "})
"""UCUM's own signs, which mean nothing to a reader."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """What we call an analyte, its place in an emergency, and the unit that goes without saying."""

    short: str
    rank: int
    unit: str


@cache
def _known() -> dict[str, Analyte]:
    """By LOINC code, and by folded name."""
    known: dict[str, Analyte] = {}
    for rank, row in enumerate(_TABLE.strip().splitlines()):
        short, unit, codes, names = (part.strip() for part in row.split("|"))
        analyte = Analyte(short, rank, unit)
        for key in (*codes.split(), *(fold(name) for name in names.split(","))):
            known[key] = analyte
    return known


def analyte(line: Line) -> Analyte | None:
    """What a line measures, by its LOINC code, else by its whole name; None where we do not know it."""
    codes = (coding.code for coding in line.codes if "loinc" in coding.system)
    return next((a for key in (*codes, fold(line.label)) if (a := _known().get(key)) is not None), None)


def is_blood_group(line: Line) -> bool:
    """ABO and rhesus."""
    return any(coding.code in _BLOOD_GROUP for coding in line.codes) or fold(line.label).startswith("GROUPE ")


def anticoagulated(sheet: Sheet) -> bool:
    """Whether an anticoagulant stands among the treatments."""
    return any(line.critical in ANTICOAGULANTS for line in sheet.topic(Kind.TREATMENT).lines)


def measured_on(line: Line) -> str:
    """The FHIR date of a value."""
    return (line.noted or line.start or line.sources[0].origin.date)[:10]


def by_urgency(lines: Iterable[Line], today: date, *, bleeds: bool) -> list[Line]:
    """Critical values of this month, then what an emergency asks for, normal or not; old values last.

    ``bleeds``: an anticoagulant is on the sheet, so that INR comes before everything.
    """
    last = len(_known())

    def order(line: Line) -> tuple[object, ...]:
        what, age = analyte(line), days_since(measured_on(line), today)
        rank = what.rank if what else last
        first = bleeds and rank == 0
        alarming = abnormal(line) == "!!" and age <= _NOW
        return (age > _OLD, not (first or alarming), not first, rank, line.kind is Kind.VITAL, not abnormal(line), age)

    return sorted(lines, key=order)


def abnormal(line: Line) -> str:
    """The sign of a value outside its range: ``!`` out, ``!!`` critical; empty if normal or not said."""
    code = line.interpretation.upper()
    if code in {"HH", "LL", "AA", "HU", "LU"}:
        return "!!"
    return "!" if code in {"H", "L", "A", "POS", "DET", "R", "H>", "L<"} else ""


def arrow(line: Line) -> str:
    """Above or below its range; empty where that is not said."""
    return {"H": "↑", "L": "↓"}.get(line.interpretation.upper()[:1], "") if abnormal(line) else ""


def unit_of(line: Line) -> str:
    """The unit as people write it."""
    return visible(_UNITS.get(line.unit, line.unit.translate(_UCUM_SIGNS)))


def figure(line: Line) -> str:
    """The value; the decimal sign is the reader's, the digits are the document's."""
    value = line.value
    if language() == "fr" and re.fullmatch(r"[<>]?\s*-?\d+\.\d+", value):
        value = value.replace(".", ",")
    return visible(value)


def value_of(line: Line) -> str:
    """``2,8`` with its unit."""
    return f"{figure(line)} {unit_of(line)}".strip()


def value_words(line: Line, width: int, *, units: bool, contradicted: bool = False) -> tuple[str, Style]:
    """``créat 142 !↑``: name, value, signs. Only the name may be cut.

    Without ``units``, the one that goes without saying is left out, never another.
    """
    known = analyte(line)
    name = _spoken(known.short) if known else cut(visible(line.label), _LABEL)
    if line.assertion is not Assertion.STATED:
        name = visible(line.label)
    unit = unit_of(line)
    if known and not units and unit == known.unit:
        unit = ""
    signs = abnormal(line) + arrow(line) + ("≠" if contradicted else "")
    tail = " ".join(part for part in (figure(line), unit, signs) if part)
    tail = f" {tail}" if tail else ""
    return cut(name, max(width - len(tail), 3)) + tail, STRONG if signs else PLAIN


def _spoken(short: str) -> str:
    """A short name of the table in the reader's language; one that is the same everywhere as it is."""
    return {
        "créat": _("créat"),
        "DFG": _("DFG"),
        "plaq.": _("plaq."),
        "glyc.": _("glyc."),
        "D-dim.": _("D-dim."),
        "TP": _("TP"),
        "fibri.": _("fibri."),
        "leuco.": _("leuco."),
        "groupe": _("groupe"),
        "poids": _("poids"),
        "taille": _("taille"),
        "PAS": _("PAS"),
        "PAD": _("PAD"),
        "FC": _("FC"),
        "FR": _("FR"),
    }.get(short, short)


def group_date(line: Line, today: date) -> str:
    """``(13/11)``, before the values of that day."""
    when = recent(measured_on(line), today)
    return f"({when or _('date ?')})"
