"""States of a patient that change what an emergency may do, found in the words and codes of lines.

A small table written from public knowledge. It serves to mark and to order, never to dismiss: what it does not know is
shown all the same, without a mark.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from dmp_tui.dmp.entries import Assertion, Coding, Kind
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.dmp.sheet.reading import is_current

# One line a state: code | kinds (p problem, a act, d device, l alert) | beginnings of words, all words of one must be
# there | beginnings of ICD-10 codes | SNOMED CT codes.
_TABLE = """
dialysis | pal | DIALYS; HEMODIALYS | Z49 Z99.2 | 108241001 302497006 265764009 105502003
transplant | pal | GREFF RENA; GREFF REIN; GREFF HEPAT; GREFF FOIE; GREFF CARDI; GREFF COEUR; GREFF PULMON; GREFF PANCREA; GREFF MOELL; ALLOGREFF; TRANSPLANT | Z94 | 161665007 313039003
electric-device | pad | STIMUL CARDI; PACEMAKER; PACE-MAKER; DEFIBRILL IMPLANT; DEFIBRILL AUTOMAT; DAI; NEUROSTIMUL; STIMUL NEURO; IMPLANT COCHLE; POMPE INSULIN; POMPE INTRATHEC | Z95.0 | 441509002 14106009 72506001
valve-prosthesis | pad | PROTHES VALV; PROTHES MITRAL; PROTHES AORTI; VALV MECANI; BIOPROTHES; TAVI | Z95.2 Z95.3 Z95.4 | 17107009
asplenia | pal | SPLENECTOM; ASPLEN | D73.0 Q89.0 | 93030006 38096003 707147002
immunodeficiency | pl | IMMUNODEPR; IMMUNODEFIC; DEFICIT IMMUNI; VIH; SIDA; AGRANULOCYT; APLASI MEDULL; NEUTROPEN | B20 B21 B22 B23 B24 D70 D80 D81 D82 D83 D84 Z21 | 86406008 234532001
bleeding-disorder | pl | HEMOPHIL; WILLEBRAND; THROMBOPEN; THROMBOPATH | D66 D67 D68.0 D69.3 D69.6 | 90935002 128105004 302215000
adrenal | pl | INSUFFISANC SURREN; ADDISON | E27.1 E27.2 E27.4 E89.6 | 386584007 363732003
difficult-airway | pal | INTUBAT DIFFICIL; INTUBAT IMPOSSIB; LARYNGECTOM; TRACHEOTOM; TRACHEOSTOM | Z93.0 T88.4 | 718447001
malignant-hyperthermia | pl | HYPERTHERM MALIGN | T88.3 | 405501007
myasthenia | pl | MYASTHEN | G70.0 | 91637004
porphyria | pl | PORPHYRI | E80.0 E80.1 E80.2 | 418470004
g6pd | pl | G6PD; FAVISM | D55.0 | 62403005
sickle-cell | pl | DREPANOCYT | D57 | 417357006 127040003
long-qt | pl | QT LONG; BRUGADA | I45.8 | 9651007 418818005
"""  # noqa: E501 - a row is one state
_KINDS = {"p": Kind.PROBLEM, "a": Kind.PROCEDURE, "d": Kind.DEVICE, "l": Kind.ALERT}
_BUT = ("REFUS", "PAS DE", "ABSENCE", "SANS ", "DONNEUR", "DON DE", "BILAN PRE", "TEST VIH", "SEROLOGIE")
"""Words after which a state is not this patient's, or not known to be."""
_SNOMED = ("http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96")
_ICD10 = ("http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3")

_Row = tuple[str, frozenset[Kind], tuple[tuple[str, ...], ...], tuple[str, ...], frozenset[str]]


def _rows() -> tuple[_Row, ...]:
    rows: list[_Row] = []
    for text in _TABLE.strip().splitlines():
        code, kinds, words, icd, snomed = (part.strip() for part in text.split("|"))
        phrases = tuple(tuple(phrase.split()) for phrase in words.split(";"))
        rows.append((code, frozenset(_KINDS[k] for k in kinds), phrases, tuple(icd.split()), frozenset(snomed.split())))
    return tuple(rows)


_ROWS = _rows()
_ORDER = {row[0]: place for place, row in enumerate(_ROWS)}


def state_rank(code: str) -> int:
    """Sorts lines by their state: in the order of the table, those without one last."""
    return _ORDER.get(code, len(_ORDER))


def state_code(kind: Kind, codes: Iterable[Coding], labels: Iterable[str]) -> str:
    """Which state a statement of a problem, an act, a device or an alert tells, as a code; empty if none is known."""
    folded = [fold(label) for label in labels]
    own = tuple(codes)
    for code, kinds, phrases, icd, snomed in _ROWS:
        if kind not in kinds:
            continue
        if any(_says(text, phrase) for text in folded for phrase in phrases):
            return code
        if any(_is_coded(c, icd, snomed) for c in own) and not any(word in text for text in folded for word in _BUT):
            return code
    return ""


def _says(text: str, phrase: tuple[str, ...]) -> bool:
    if any(word in text for word in _BUT):
        return False
    words = text.split()
    exact = len(phrase) == 1 and len(phrase[0]) <= 4
    return all(any(word == start if exact else word.startswith(start) for word in words) for start in phrase)


def _is_coded(coding: Coding, icd: tuple[str, ...], snomed: frozenset[str]) -> bool:
    if coding.system in _SNOMED:
        return coding.code in snomed
    return coding.system in _ICD10 and bool(icd) and coding.code.startswith(icd)


# --- pregnancy --------------------------------------------------------------------------------------------------------

_PAST_TERM = timedelta(weeks=3)
"""No pregnancy lasts longer past its term: 44 weeks of amenorrhoea and more are none."""
_FROM_LAST_PERIOD = timedelta(weeks=44)
_TO_TERM = timedelta(weeks=41)
_DUE = frozenset({"11778-8", "11779-6", "11780-4"})
_LAST_PERIOD = frozenset({"8665-2"})
_NOT_NOW = (
    *(" NON ", " PAS ", " NOT ", " NO ", "ABSENCE", "AUCUNE", "NEGATI"),
    *("ANTECEDENT", "NOMBRE", "PARITE", "GESTITE"),
)
_STATUS = frozenset({"82810-3", "11449-6"})


def is_term(line: Line) -> bool:
    """Whether a line about a pregnancy gives the expected day of delivery."""
    return any(coding.code in _DUE for coding in line.codes) or "ACCOUCHEMENT" in fold(line.label)


def is_past_term(line: Line, today: date) -> bool:
    """Whether a line tells a term, or a last period, so long ago that the pregnancy is over on ``today``."""
    if is_term(line):
        limit = _PAST_TERM
    elif _is_last_period(line):
        limit = _FROM_LAST_PERIOD
    else:
        return False
    told = _date(line.value) or _date(line.start) or _date(line.end)
    return told is not None and told + limit < today


def is_over_by_dates(sheet: Sheet, today: date) -> bool:
    """Whether the record's own dates say that the pregnancy it tells is over: a term passed, and no later statement."""
    lines = sheet.topic(Kind.PREGNANCY).lines
    past = [line for line in lines if is_past_term(line, today)]
    if not past:
        return False
    last = max(told for line in past if (told := _date(line.value) or _date(line.start) or _date(line.end)))
    return all((_date(line.noted or line.sources[0].origin.date) or date.min) <= last for line in lines)


def is_pregnant(sheet: Sheet, today: date) -> bool:
    """Whether the record tells a pregnancy that may be running on ``today``: in doubt it is."""
    lines = [line for line in sheet.topic(Kind.PREGNANCY).lines if line.assertion is Assertion.STATED]
    running = [line for line in lines if is_current(line, today) and not _denies(line)]
    told = [line for line in running if is_term(line) or _affirms(line)]
    return bool(told) and not is_over_by_dates(sheet, today)


def last_periods(sheet: Sheet, today: date) -> frozenset[date]:
    """First days of the last period of a pregnancy that may be running, as each line that tells a whole date has it.

    A French term stands at 41 weeks of amenorrhoea (HAS and CNGOF, "Grossesse prolongée et terme dépassé", 2011).
    """
    found: set[date] = set()
    for line in sheet.topic(Kind.PREGNANCY).lines:
        if line.assertion is not Assertion.STATED or not (is_term(line) or _is_last_period(line)) or _denies(line):
            continue
        text = next((text for text in (line.value, line.start, line.end) if _date(text)), "")
        told = _date(text) if moment(text)[2] else None
        if told is None:
            continue
        began = told - _TO_TERM if is_term(line) else told
        if timedelta(0) <= today - began <= _FROM_LAST_PERIOD:
            found.add(began)
    return frozenset(found)


def _is_last_period(line: Line) -> bool:
    return any(coding.code in _LAST_PERIOD for coding in line.codes) or "DERNIERES REGLES" in fold(line.label)


def _affirms(line: Line) -> bool:
    folded = fold(f"{line.label} {line.value}")
    coded = any(coding.code in _STATUS for coding in line.codes)
    return coded or "ENCEINTE" in folded or "EN COURS" in folded or "GROSSESSE" in folded or "PREGNAN" in folded


def _denies(line: Line) -> bool:
    folded = f" {fold(f'{line.label} {line.value}')} "
    return any(word in folded for word in _NOT_NOW)


def _date(text: str) -> date | None:
    year, month, day, *_ = moment(text)
    try:
        return date(year, month or 12, day or 28) if year else None
    except ValueError:
        return None


def on_dialysis(sheet: Sheet, today: date) -> bool:
    """Whether a problem, an act or an alert that holds tells of dialysis."""
    return any(
        line.assertion is Assertion.STATED
        and line.critical == "dialysis"
        and (line.kind is Kind.PROCEDURE or is_current(line, today))
        for kind in (Kind.PROBLEM, Kind.PROCEDURE, Kind.ALERT)
        for line in sheet.topic(kind).lines
    )
