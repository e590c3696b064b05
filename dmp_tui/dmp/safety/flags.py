"""What an emergency asks beside "may I give it": who bleeds, tetanus for a wound, the last glucose; with sources."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import BirthDate, Sex
from dmp_tui.dmp.safety.known import Known, origins_of
from dmp_tui.dmp.safety.rules import groups, subjects_of
from dmp_tui.dmp.sheet.ages import Standing
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet
from dmp_tui.dmp.sheet.prevention import vaccinations
from dmp_tui.dmp.sheet.series import Measurement
from dmp_tui.dmp.sheet.vaccines import Injection

# --- bleeding ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that makes a patient bleed: a code, the sheet's words, where they stand, and the rule's source."""

    code: str
    """``anticoagulants``, ``antiplatelets``, ``nsaids``, ``bleeding-disorder``, ``platelets``, ``inr``..."""
    label: str
    source: str
    date: str = ""
    keys: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()


_BLEEDS = ("anticoagulants", "thrombolytics", "antiplatelets", "nsaids")
_ILL = ("bleeding-disorder", "cirrhosis", "ulcer", "stroke-haemorrhagic")
_STATES_SOURCE = "HAS et GFHT, Prise en charge des surdosages et accidents hémorragiques des AVK, 2008"
_LOW_PLATELETS = 100
_HIGH_INR = 4


def bleeding_flags(known: Known) -> tuple[Flag, ...]:
    """What makes this patient bleed: treatments (also those stopped not long ago), illnesses, platelets and INR.

    Platelets below 100 G/L and an INR of 4 and more, whatever their age: their date is shown.
    """
    found: list[Flag] = []
    for code in _BLEEDS:
        found += [
            _of_line(code, taken.line, groups()[code].source, taken.stopped)
            for taken in known.treatments
            if any(code in subjects_of(own) for own in taken.medicine.substances)
        ]
    for code in _ILL:
        found += [_of_line(code, s.line, _STATES_SOURCE, s.line.start) for s in known.states if s.code == code]
    platelets = known.value("plaq.")
    if platelets is not None and _is_low(platelets[1]):
        found.append(_of_value("platelets", platelets, "RCP de l'altéplase, rubrique 4.3 (plaquettes < 100 G/L)"))
    inr = known.value("INR")
    if inr is not None and inr[1].number is not None and inr[1].number >= _HIGH_INR:
        found.append(_of_value("inr", inr, _STATES_SOURCE))
    return tuple(dict.fromkeys(found))


def _is_low(value: Measurement) -> bool:
    in_giga = value.unit in {"G/L", "G/l", "10*9/L", "10^9/L", "10*3/uL"}
    return in_giga and value.number is not None and value.number < _LOW_PLATELETS


def _of_line(code: str, line: Line, source: str, when: str = "") -> Flag:
    return Flag(code, line.label, source, when, (line.key,), origins_of(line))


def _of_value(code: str, value: tuple[Line, Measurement], source: str) -> Flag:
    line, found = value
    return Flag(code, f"{found.text} {found.unit}".strip(), source, found.date, (line.key,), origins_of(line))


# --- tetanus ----------------------------------------------------------------------------------------------------------


class Wound(StrEnum):
    """The two rows of the official table."""

    CLEAN = "clean"
    """Minor and clean."""
    DIRTY = "dirty"
    """Major (wide, penetrating, with a foreign body, treated late), or soiled by earth."""


class Immunity(StrEnum):
    """What the record says of tetanus."""

    UP_TO_DATE = "up-to-date"
    NOT_UP_TO_DATE = "not-up-to-date"
    """The last dose found is too old, or too few are found."""
    NOT_FOUND = "not-found"
    """No dose in the record, which is not the same as none given: to be treated as not up to date unless proven."""
    UNKNOWN = "unknown"
    """The age is not known, or the vaccinations could not be read."""


TETANUS_SOURCE = (
    "Ministère chargé de la santé, Calendrier des vaccinations et recommandations vaccinales : prévention du tétanos "
    "dans le cadre de la prise en charge des plaies ; HCSP, avis du 24 mai 2013"
)
IMMUNOGLOBULIN_IU = 250


@dataclass(frozen=True, slots=True)
class Tetanus:
    """What the official table asks for a wound. ``vaccine`` and ``immunoglobulin`` are None where nobody can say."""

    immunity: Immunity
    vaccine: bool | None
    immunoglobulin: bool | None
    """250 IU in the other arm."""
    last: Injection | None = None
    next: str = ""
    """FHIR date of the next booster, where it is up to date."""
    source: str = TETANUS_SOURCE


def tetanus(sheet: Sheet, birth: BirthDate | None, today: date, wound: Wound) -> Tetanus:
    """What to give against tetanus for a wound, by the vaccinations that the record tells.

    Up to date: nothing. Else: a dose for a clean wound; a dose and immunoglobulin for a dirty one.
    """
    found = next((v for v in vaccinations(sheet, birth, Sex.U, today) if v.code == "dtp"), None)
    topic = sheet.topic(Kind.VACCINATION)
    last = next(iter(found.given), None) if found is not None else None
    if found is None or found.standing is Standing.UNKNOWN:
        return Tetanus(Immunity.UNKNOWN, None, None, last)
    if found.standing is Standing.UP_TO_DATE:
        return Tetanus(Immunity.UP_TO_DATE, vaccine=False, immunoglobulin=False, last=last, next=found.next)
    if topic.presence is Presence.UNREADABLE:
        return Tetanus(Immunity.UNKNOWN, None, None, last)
    immunity = Immunity.NOT_UP_TO_DATE if found.given else Immunity.NOT_FOUND
    return Tetanus(immunity, vaccine=True, immunoglobulin=wound is Wound.DIRTY, last=last)


# --- glucose ----------------------------------------------------------------------------------------------------------

GLUCOSE_SOURCE = "RCP des insulines et du gliclazide, rubrique 4.4 (hypoglycémie)"


@dataclass(frozen=True, slots=True)
class Glucose:
    """What lowers this patient's sugar, and the last glucose that the record gives."""

    treatments: tuple[str, ...]
    last: Measurement | None
    origins: tuple[Origin, ...] = ()
    source: str = GLUCOSE_SOURCE


def glucose(known: Known) -> Glucose | None:
    """The insulin or sulfonylurea that is taken and the last glucose; None of who takes none."""
    taken = [t for t in known.treatments if any("glucose-lowering" in subjects_of(s) for s in t.medicine.substances)]
    if not taken:
        return None
    value = known.value("glyc.")
    labels = tuple(t.line.label for t in taken)
    return Glucose(labels, value[1] if value else None, value[1].origins if value else ())
