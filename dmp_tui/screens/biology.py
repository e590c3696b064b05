"""Results and vital signs as people write them, in the order in which an emergency asks for them."""

import re
from collections.abc import Iterable
from datetime import date

from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Kind, Mark
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.analytes import analyte, rank_of
from dmp_tui.dmp.sheet.critical import ANTICOAGULANTS
from dmp_tui.dmp.sheet.kidney import Computed
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.dmp.sheet.series import Flag, flag_of
from dmp_tui.dmp.units import printed
from dmp_tui.i18n import _, language
from dmp_tui.screens.dates import day, days_since, recent
from dmp_tui.widgets.line import PLAIN, STRONG
from dmp_tui.widgets.text import cut, visible

_OLD = 365
"""Days after which a result tells of another time: it stands after the newer ones."""
_NOW = 31
"""Days within which a critical value comes before everything."""
_LABEL = 24
"""Cells of a name that has no short form of ours."""

_BLOOD_GROUP = frozenset({"882-1", "883-9", "10331-7"})
_SHORT = {"mL/min/{1.73_m2}": "mL/min"}
"""Units that are shorter on a screen than in print."""


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

    def order(line: Line) -> tuple[object, ...]:
        what, age = analyte(line), days_since(measured_on(line), today)
        rank = rank_of(what)
        first = bleeds and rank == 0
        alarming = abnormal(line) == "!!" and age <= _NOW
        return (age > _OLD, not (first or alarming), not first, rank, line.kind is Kind.VITAL, not abnormal(line), age)

    return sorted(lines, key=order)


def abnormal(line: Line) -> str:
    """The sign of a value outside its range: ``!`` out, ``!!`` critical; empty if normal or not said."""
    return flag_sign(flag_of(line))


def flag_sign(flag: Flag) -> str:
    """``!`` out of range, ``!!`` critical."""
    return "!!" if flag.is_critical else "!" if flag.is_out else ""


def flag_arrow(flag: Flag) -> str:
    """Above or below the range; empty where that is not said."""
    if flag in {Flag.HIGH, Flag.CRITICALLY_HIGH}:
        return "↑"
    return "↓" if flag in {Flag.LOW, Flag.CRITICALLY_LOW} else ""


def arrow(line: Line) -> str:
    """Above or below its range; empty where that is not said."""
    return flag_arrow(flag_of(line))


def unit_words(unit: str) -> str:
    """A unit as people write it."""
    return visible(_SHORT.get(unit) or printed(unit))


def figure(value: str) -> str:
    """A value; the decimal sign is the reader's, the digits are the document's."""
    if language() == "fr" and re.fullmatch(r"[<>]?\s*-?\d+\.\d+", value):
        value = value.replace(".", ",")
    return visible(value)


def value_of(line: Line) -> str:
    """``2,8`` with its unit; a code that nobody put into words says so."""
    if Mark.VALUE_CODE in line.marks:
        return _("{code} (code sans libellé)").format(code=visible(line.value))
    return f"{figure(line.value)} {unit_words(line.unit)}".strip()


def name_of(line: Line) -> str:
    """The short name of an analyte that we know, else its own words."""
    known = analyte(line)
    return _spoken(known.short) if known else visible(line.label)


def value_words(line: Line, width: int, *, units: bool, contradicted: bool = False) -> tuple[str, Style]:
    """``créat 142 !↑``: name, value, signs. Only the name may be cut.

    Without ``units``, the one that goes without saying is left out, never another.
    """
    known = analyte(line)
    name = _spoken(known.short) if known else cut(visible(line.label), _LABEL)
    if line.assertion is not Assertion.STATED:
        name = visible(line.label)
    unit = unit_words(line.unit)
    if known and not units and unit == known.unit:
        unit = ""
    signs = abnormal(line) + arrow(line) + ("≠" if contradicted else "")
    tail = " ".join(part for part in (figure(line.value), unit, signs) if part)
    tail = f" {tail}" if tail else ""
    if Mark.NEW in line.marks:
        name = f"*{name}"
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


def computed_words(made: Computed) -> str:
    """A filtration that we computed: its value, by which formula, from what."""
    return _("DFG calculé {value} mL/min/1,73 m² (CKD-EPI 2009, sans ethnie ; créatinine du {date}, {age} ans)").format(
        value=made.value, date=day(made.creatinine.date)[:10], age=made.age
    )


def group_date(line: Line, today: date) -> str:
    """``(13/11)``, before the values of that day."""
    return date_group(measured_on(line), today)


def date_group(when: str, today: date) -> str:
    """The same of a FHIR date."""
    return f"({recent(when[:10], today) or _('date ?')})"
