"""A dosage in words: those of the narrative row, else those of the structure said in French. Nothing is computed."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.narrative import Row, is_blank, one_line
from dmp_tui.dmp.cda.scope import Scope, original
from dmp_tui.dmp.cda.times import is_periodic
from dmp_tui.dmp.cda.xml import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_DOSE_HEADERS = re.compile(
    r"POSOLOGIE|DOSE|DOSAGE|FREQUENCE|PERIODICITE|RYTHME|MODE D ADMINISTRATION|MODALITES?|PRISES?\b|DEBIT|SCHEMA"
)
_NO_DOSE = re.compile(r"DATE|RANG|INSTRUCTION AU DISPENSATEUR|NOMBRE")
_ROUTE_HEADERS = re.compile(r"\bVOIE")
_NAMED_HEADERS = re.compile(r"\b(?:MIN|MAX)")
_TABLETS = frozenset({"{tablet}", "{tbl}", "{count}", "{comprime}", "{comprimé}", "{cp}", "{capsule}", "1", ""})
_UNITS = {
    "{tablet}": "comprimé", "{tbl}": "comprimé", "{cp}": "comprimé", "{capsule}": "gélule", "{count}": "unité",
    "{drop}": "goutte", "{puff}": "bouffée", "{sachet}": "sachet", "{application}": "application", "[drp]": "goutte",
    "1": "", "": "",
}  # fmt: skip
_PERIODS = {
    "s": "seconde",
    "min": "minute",
    "h": "heure",
    "d": "jour",
    "J": "jour",
    "wk": "semaine",
    "mo": "mois",
    "a": "an",
}
_HOUR = re.compile(r"\d{8}(\d{2})(\d{2})\d{0,2}(?:[.,]\d+)?(?:[+-]\d{4})?")
_CONDITION = re.compile(r"\bSI\b|BESOIN|DEMANDE|\bEN CAS\b")
_FEMININE = frozenset({"seconde", "minute", "heure", "semaine"})
_EVENTS = {
    "HS": "au coucher", "WAKE": "au réveil",
    "ACM": "avant le petit déjeuner", "CM": "au petit déjeuner", "PCM": "après le petit déjeuner",
    "ICM": "entre le petit déjeuner et le déjeuner",
    "ACD": "avant le déjeuner", "ICD": "entre le déjeuner et le dîner", "CD": "au déjeuner", "PCD": "après le déjeuner",
    "ACV": "avant le dîner", "ICV": "entre le dîner et le coucher", "CV": "au dîner", "PCV": "après le dîner",
    "AC": "avant les repas", "IC": "entre les repas", "C": "aux repas", "PC": "après les repas",
    "MORN": "le matin", "NOON": "à midi", "AFT": "l'après-midi", "EVE": "le soir", "NIGHT": "la nuit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dosage:
    """``words`` to show; ``coded`` is the structure in words where it does not say the same (else empty)."""

    words: str
    coded: str = ""


def dosage(administration: "Element", scope: Scope, row: Row | None) -> Dosage:
    """The dosage of a ``substanceAdministration`` (or of a ``supply`` that holds one)."""
    steps = [
        administration,
        *(s for s in administration.iterfind("entryRelationship/substanceAdministration") if _is_step(s)),
    ]
    said = _of_row(row) if row else []
    coded = [text for step in steps for text in [", ".join(_structured(step, scope))] if text]
    instruction = _instruction(administration, scope)
    rhythmic = any(True for step in steps for time in step.iterfind("effectiveTime") if _is_rhythm(time))
    words = ", ".join(said) if said else "; ".join(coded)
    if said and rhythmic and not any(_tells_rhythm(text) for text in (*said, instruction)):
        words = f"{words} · codé : {'; '.join(coded)}"
    route = administration.find("routeCode")
    by = (
        (_route_of_row(row) if row else "")
        or scope.words(original(route))
        or (display(route) if route is not None else "")
    )
    only_if = (
        "" if said and any(_CONDITION.search(_plain(text)) for text in said) else _condition(administration, scope)
    )
    parts = [text for text in (words, by, only_if, instruction) if text]
    disagree = bool(said) and len(steps) == 1 and _disagree(said, administration)
    return Dosage(", ".join(parts), "; ".join(coded) if disagree else "")


def dosage_of_row(row: Row) -> str:
    """The dosage of a row that no entry stands for, in its own words."""
    return ", ".join(text for text in (*_of_row(row), _route_of_row(row)) if text)


def _is_step(administration: "Element") -> bool:
    """A step of a progressive dosage repeats the administration without naming a product."""
    code = administration.find("consumable/manufacturedProduct/manufacturedMaterial/code")
    return code is None or (
        not code.get("code") and code.find("originalText") is None and code.find("translation") is None
    )


def _of_row(row: Row) -> list[str]:
    """The cells of a row that stand under headers of dosage; neighbours under one header are one ("de 2 à 4 CP")."""
    found: list[tuple[str, list[str]]] = []
    for column, cell in enumerate(row.cells):
        header = row.heading(column)
        own = row.own[column] if column < len(row.own) else True
        if (
            not own
            or is_blank(cell)
            or _NO_DOSE.search(header)
            or _ROUTE_HEADERS.search(header)
            or not _DOSE_HEADERS.search(header)
        ):
            continue
        text = "; ".join(line for line in cell.split("\n") if line)
        if found and found[-1][0] == header:
            found[-1][1].append(text)
        else:
            found.append((header, [f"{row.header(column)} {text}" if _NAMED_HEADERS.search(header) else text]))
    return [" ".join(texts) for _, texts in found]


def _route_of_row(row: Row) -> str:
    for column, cell in enumerate(row.cells):
        if _ROUTE_HEADERS.search(row.heading(column)) and not is_blank(cell):
            return one_line(cell)
    return ""


def _condition(administration: "Element", scope: Scope) -> str:
    """On what condition it is taken ("si douleur")."""
    for criterion in administration.iterfind("precondition/criterion"):
        value, code = criterion.find("value"), criterion.find("code")
        coded = next((display(e) for e in (value, code) if e is not None and display(e) not in {"", "ASSERTION"}), "")
        if text := scope.words(criterion.find("text"), original(value), original(code)) or coded:
            return text if _CONDITION.search(_plain(text)) else f"si {text}"
    return ""


def _instruction(administration: "Element", scope: Scope) -> str:
    for act in administration.iterfind("entryRelationship/act"):
        code = act.find("code")
        if code is not None and code.get("code") == "PINSTRUCT":
            return scope.words(act.find("text"))
    return ""


# --- the structure, said ----------------------------------------------------------------------------------------------


def _structured(step: "Element", scope: Scope) -> "Iterator[str]":
    dose, form = step.find("doseQuantity"), step.find("administrationUnitCode")
    if dose is not None and (text := _quantity(dose, scope)):
        bare = text.replace(",", "").replace(".", "").isdecimal() and form is not None
        yield f"{text} {scope.words(original(form)) or display(form)}".strip() if bare else text
    for time in step.iterfind("effectiveTime"):
        for part in [time, *time.findall("comp")]:
            if text := _rhythm(part, scope):
                yield text
    rate = step.find("rateQuantity")
    if rate is not None and (text := _quantity(rate, scope)):
        yield f"débit {text}"
    for site in step.iterfind("approachSiteCode"):
        if text := scope.words(original(site)) or display(site):
            yield text
    for most in step.iterfind("maxDoseQuantity"):
        top, per = most.find("numerator"), most.find("denominator")
        if top is not None and top.get("value"):
            period = (
                _period(per.get("value") or "1", per.get("unit") or "") if per is not None and per.get("unit") else ""
            )
            yield f"maximum {_amount(top)}" + (f" par {period}" if period else "")


def _quantity(element: "Element", scope: Scope) -> str:
    said = scope.words(original(element), original(element.find("low")))
    if any(character.isdigit() for character in said):
        return said
    if element.get("value"):
        other = element.find("translation")
        beside = f" ({_amount(other)})" if other is not None and other.get("value") else ""
        return _amount(element) + beside
    parts = [part for name in ("numerator", "denominator") if (part := element.find(name)) is not None]
    if parts:
        return " / ".join(_amount(part) for part in parts if part.get("value"))
    low, high = element.find("low"), element.find("high")
    bounds = list(dict.fromkeys(_amount(bound) for bound in (low, high) if bound is not None and bound.get("value")))
    return f"{' à '.join(bounds)} {said}".strip() if bounds else ""


def _amount(element: "Element") -> str:
    value, unit = squeeze(element.get("value")), squeeze(element.get("unit"))
    word = _UNITS.get(unit, unit.strip("{}"))
    if word and word == _UNITS.get(unit) and value not in {"0", "1", "0.5", "0,5"}:
        word += "s"
    return f"{value} {word}".strip().replace(".", ",", 1)


def _rhythm(time: "Element", scope: Scope) -> str:
    period, event = time.find("period"), time.find("event")
    if said := scope.words(original(time), original(period)):
        return said
    if event is not None:
        code = squeeze(event.get("code"))
        return f"{_EVENTS.get(code, code)}{_offset(time.find('offset'))}"
    if is_periodic(time):
        return " ".join(text for text in (_how_often(time), _at(time.find("phase"))) if text)
    width = time.find("width")
    if width is None or not width.get("value"):
        return ""
    return f"pendant {_amount_of_time(squeeze(width.get('value')), squeeze(width.get('unit')))}"


def _how_often(time: "Element") -> str:
    """``toutes les 12 heures``, ``toutes les 4 à 6 heures``, ``3 fois par jour``."""
    period = time.find("period")
    if period is not None and period.get("value"):
        return _every(squeeze(period.get("value")), squeeze(period.get("unit")))
    low, high = (period.find(name) for name in ("low", "high")) if period is not None else (None, None)
    given = [bound for bound in (low, high) if bound is not None and bound.get("value")]
    if given:
        unit = squeeze(given[-1].get("unit"))
        return _every(" à ".join(squeeze(bound.get("value")) for bound in given), unit)
    times, per = time.find("frequency/numerator"), time.find("frequency/denominator")
    if times is None or not times.get("value"):
        return ""
    span = _period(squeeze(per.get("value")) or "1", squeeze(per.get("unit"))) if per is not None else ""
    return f"{squeeze(times.get('value'))} fois" + (f" par {span}" if span else "")


def _at(phase: "Element | None") -> str:
    """The hour of a rhythm whose phase names one ("à 08:00")."""
    if phase is None:
        return ""
    low = phase.find("low")
    match = _HOUR.fullmatch(squeeze(phase.get("value") or (low.get("value") if low is not None else "")))
    return f"à {match[1]}:{match[2]}" if match else ""


def _offset(offset: "Element | None") -> str:
    """``(30 minutes avant)``: how long before or after the event."""
    if offset is None:
        return ""
    low = offset.find("low")
    bound = low if low is not None and not offset.get("value") else offset
    value = squeeze(bound.get("value"))
    if not value.lstrip("-+").replace(".", "", 1).isdecimal() or not value.strip("-+0."):
        return ""
    long = _amount_of_time(value.lstrip("-+"), squeeze(bound.get("unit")))
    return f" ({long} {'avant' if value.startswith('-') else 'après'})"


def _is_rhythm(time: "Element") -> bool:
    return any(is_periodic(part) for part in (time, *time.findall("comp")))


def _amount_of_time(value: str, unit: str) -> str:
    return f"1 {_period(value, unit)}" if value == "1" else _period(value, unit)


def _every(value: str, unit: str) -> str:
    word = _PERIODS.get(unit, unit)
    if value in {"1", "1.0"}:
        return f"chaque {word}"
    return f"{'toutes' if word in _FEMININE else 'tous'} les {_period(value, unit)}"


def _period(value: str, unit: str) -> str:
    word = _PERIODS.get(unit, unit)
    if value == "1":
        return word
    return f"{value.replace('.', ',')} {word if word.endswith('s') else word + 's'}"


# --- do both say the same? --------------------------------------------------------------------------------------------

_TIMES_SAID = re.compile(r"(\d{1,4})\s*(?:FOIS|X|PRISES?)\s*(?:/|PAR)\s*(?:1\s*)?(?:J\b|JOUR)")
_FIGURES = r"(\d{1,6}(?:[.,]\d{1,6})?)(?:\s*A\s*(\d{1,6}(?:[.,]\d{1,6})?))?"
_TABLET_WORDS = r"(?:CP|CPR|COMPRIME|GELULE|UNITE|TABLET)S?"
_DOSE_SAID = re.compile(rf"{_FIGURES}\s*{_TABLET_WORDS}\b")
_PER_DAY_SAID = re.compile(rf"{_FIGURES}\s*{_TABLET_WORDS}\s*(?:/|PAR)\s*(?:1\s*)?(?:J\b|JOUR)")
_LASTING = re.compile(r"\b(?:PENDANT|DURANT|DUREE)\W{0,3}(?:DE )?\d+\s*\w+")
_RHYTHM_SAID = re.compile(
    r"/\s*\d*\s*(?:J|H|SEM|MOIS|24)|\bPAR (?:\d+ )?(?:JOUR|J|HEURE|SEMAINE|MOIS|PRISE|AN)|\bFOIS\b|\d\s?[X*]"
    r"|\bPRISES?\b|MATIN|\bMIDI|\bSOIR|COUCHER|REVEIL|\bNUIT|REPAS|DEJEUNER|DINER|\bTOU(?:TE)?S LES\b|CHAQUE|QUOTIDIEN"
    r"|JOURNALI|HEBDO|MENSUEL|BESOIN|DEMANDE|CONTINU|\bSI \w|\d\s?-\s?\d\s?-\s?\d|\bUN JOUR SUR\b|\b\d+\s?H\b|UNIQUE"
    r"|LUNDI|MARDI|MERCREDI|JEUDI|VENDREDI|SAMEDI|DIMANCHE|INR"
)
_EVERY_SAID = re.compile(r"TOUTES LES (\d{1,2})\s*H")
_HOURS = {"h": 1.0, "d": 24.0, "J": 24.0, "wk": 168.0}


def _plain(text: str) -> str:
    bare = "".join(c for c in normalize("NFD", text) if not combining(c))
    return bare.upper()


def _tells_rhythm(text: str) -> bool:
    """Whether words say how often, not only how much or for how long."""
    return bool(_RHYTHM_SAID.search(_LASTING.sub(" ", _plain(text))))


def _disagree(said: list[str], administration: "Element") -> bool:
    """Whether words and structure name other daily amounts of tablets; only where both say it plainly."""
    plain = _plain(" ".join(said))
    words, structure = _daily_said(plain), _daily_coded(administration)
    if not words and structure and not _tells_rhythm(plain) and len(doses := _DOSE_SAID.findall(plain)) == 1:
        # how much, without how often: of one intake or of a day
        words = {_figure(text) for text in doses[0] if text}
        structure |= _amounts(administration)
    return bool(words and structure) and not any(abs(w - s) < 1e-6 for w in words for s in structure)


def _daily_said(plain: str) -> set[float]:
    """The daily amounts that the words allow: those of both ends of a range, none where it is not plain."""
    if ";" in plain:
        return set()
    if match := _PER_DAY_SAID.search(plain):
        return {_figure(text) for text in match.group(1, 2) if text}
    times, doses = _TIMES_SAID.search(plain), _DOSE_SAID.search(plain)
    every = _EVERY_SAID.search(plain)
    if doses and (times or every):
        often = int(times[1]) if times else 24 / max(int(every[1]), 1) if every else 1
        return {_figure(text) * often for text in doses.group(1, 2) if text}
    return set()


def _figure(text: str) -> float:
    return float(text.replace(",", "."))


def _daily_coded(administration: "Element") -> set[float]:
    dose = administration.find("doseQuantity")
    period = next((p for time in administration.iterfind("effectiveTime") for p in time.iterfind("period")), None)
    if dose is None or period is None:
        return set()
    try:
        hours = float(period.get("value") or "") * _HOURS[period.get("unit") or ""]
        return {amount * 24.0 / hours for amount in _amounts(administration)}
    except (ValueError, KeyError, ZeroDivisionError, OverflowError):
        return set()


def _amounts(administration: "Element") -> set[float]:
    """The tablets of one intake; none where the structure counts in something else."""
    dose = administration.find("doseQuantity")
    bounds = [] if dose is None else [dose, dose.find("low"), dose.find("high")]
    given = [bound for bound in bounds if bound is not None and bound.get("value")]
    if any((bound.get("unit") or "") not in _TABLETS for bound in given):
        return set()
    try:
        return {float(bound.get("value") or "") for bound in given}
    except ValueError:
        return set()
