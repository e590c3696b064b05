"""What the demonstration's documents say, as compact data: statements, sections, documents.

Dates are either absolute (``1998``, ``1998-05``, ``1998-05-12``) or counted back from the day the demonstration is
prepared (``-3d``, ``-8m``, ``-2y``; ``+4m`` lies ahead), so that records stay current whenever one looks at them.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_RELATIVE = re.compile(r"([+-])(\d+)([dmy])")


def day(text: str, today: date) -> str:
    """The FHIR date of a date of this module; empty stays empty."""
    match = _RELATIVE.fullmatch(text)
    if not match:
        return text
    sign, number, unit = match[1], int(match[2]), match[3]
    amount = -number if sign == "-" else number
    if unit == "d":
        return (today + timedelta(days=amount)).isoformat()
    months = today.year * 12 + today.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])).isoformat()


@dataclass(frozen=True, slots=True)
class Code:
    """A code of one of ``SYSTEMS``."""

    system: str
    code: str
    display: str = ""


SYSTEMS = {
    "snomed": ("2.16.840.1.113883.6.96", "SNOMED CT"),
    "loinc": ("2.16.840.1.113883.6.1", "LOINC"),
    "cim10": ("2.16.840.1.113883.6.3", "CIM-10"),
    "atc": ("2.16.840.1.113883.6.73", "ATC"),
    "cis": ("1.2.250.1.213.2.3.1", "CIS"),
    "tre-a05": ("1.2.250.1.213.1.1.4.12", "TRE_A05"),
}


@dataclass(frozen=True, slots=True)
class Reaction:
    """How an allergy showed itself; ``severity``: mild, moderate, severe, fatal, or empty."""

    label: str
    code: Code | None = None
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy. ``kind``: drug, food, substance. ``criticality``: high, low or empty."""

    agent: str
    code: Code | None = None
    since: str = ""
    until: str = ""
    reactions: tuple[Reaction, ...] = ()
    criticality: str = ""
    kind: str = "drug"


@dataclass(frozen=True, slots=True)
class Nothing:
    """The author states that there is none ("aucune allergie connue"), with the SNOMED code that says so."""

    label: str
    code: Code


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine: a product of the demonstration's ``products`` or a label alone."""

    label: str
    dose: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""
    cis: str = ""
    atc: str = ""
    substance: str = ""
    route: str = "Voie orale"


@dataclass(frozen=True, slots=True)
class Problem:
    """A disease or an event; ``absent`` where the author says that it is not present."""

    label: str
    cim10: str = ""
    since: str = ""
    until: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """An operation or an act."""

    label: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """An implant or a device."""

    label: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A laboratory result or a vital sign. ``low`` and ``high`` are reference limits, empty where there are none."""

    label: str
    loinc: str
    value: str
    unit: str
    low: str = ""
    high: str = ""
    flag: str = ""
    on: str = ""
    """Where empty, the document's date."""


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccination that was given."""

    label: str
    on: str
    cis: str = ""
    atc: str = ""
    lot: str = ""
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """A pregnancy under way and the expected date of delivery."""

    label: str
    due: str


@dataclass(frozen=True, slots=True)
class Directive:
    """One point of advance directives, in the patient's words; ``loinc`` and ``agreed`` where it is a coded choice."""

    label: str
    decision: str
    on: str
    loinc: str = ""
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph that stays narrative."""

    text: str


Statement = Allergy | Nothing | Drug | Problem | Procedure | Device | Measure | Vaccine | Pregnancy | Directive | Words


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document by its LOINC code."""

    code: str
    statements: tuple[Statement, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be written. ``name`` is unique for its patient; ``kind`` is a key of ``kinds.KINDS``.

    ``page`` holds the lines of a PDF, for a document without structure. ``confidentiality`` holds codes beside N.
    """

    name: str
    kind: str
    on: str
    author: str
    sections: tuple[Section, ...] = ()
    title: str = ""
    page: tuple[str, ...] = ()
    confidentiality: tuple[str, ...] = ()
    replaces: str = ""
    archived: bool = False


# --- shorthands of the histories --------------------------------------------------------------------------------------


def snomed(code: str, display: str) -> Code:
    """A SNOMED CT code."""
    return Code("snomed", code, display)


def drug(
    product: tuple[str, str, str, str], dose: str = "", since: str = "", *, until: str = "", reason: str = ""
) -> Drug:
    """A line for a product of ``products``."""
    label, cis, atc, substance = product
    return Drug(label, dose, since, until, reason, cis, atc, substance)


NO_KNOWN_ALLERGY = Nothing("Aucune allergie connue", snomed("716186003", "Pas d'allergie connue"))
