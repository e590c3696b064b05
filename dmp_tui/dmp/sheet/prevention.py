"""What the French calendar of vaccinations asks of a person on a day, and what of it a record holds. "Not found in the
record" is not "not done": documents may lack.

Sources: ministère chargé de la santé, "Calendrier des vaccinations et recommandations vaccinales 2025"; CSP L3111-2
(obligations of infants); décret n° 2024-694 du 5 juillet 2024 (meningococci ACWY and B of infants, from 1 January 2025:
children born before then fall under a catch-up whose doses hang on the age at the first one, which is not judged);
HAS, June 2024 (RSV in pregnancy). Particular recommendations (illness, work, travel) are the clinician's to judge.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dmp_tui.dmp.identity import BirthDate, Sex, fold
from dmp_tui.dmp.sheet.ages import Standing, birthday, born_on, day_of, years_old
from dmp_tui.dmp.sheet.model import Sheet
from dmp_tui.dmp.sheet.states import is_pregnant, last_periods
from dmp_tui.dmp.sheet.vaccines import Injection, dated, injections

_YEAR = 365.25
_BEFORE = 5
"""Years before an appointment of the adult's booster within which an injection counts as it."""
_ADULT_BOOSTERS = (25, 45, 65)
"""Then every ten years."""


@dataclass(frozen=True, slots=True)
class Vaccination:
    """Where someone stands with one disease (or with diphtheria, tetanus and polio together)."""

    code: str
    """``dtp``, or a code of ``vaccines.VALENCES``."""
    standing: Standing
    given: tuple[Injection, ...] = ()
    """Newest first."""
    wanted: int = 0
    """Doses that are asked up to this age, where they are counted; 0 where the date of the last one decides."""
    since: str = ""
    """FHIR date from which it is due."""
    next: str = ""
    """FHIR date of the next one, where the calendar gives one."""
    why: str = ""
    """``age``, ``pregnancy``, ``season``, ``infant``."""


def vaccinations(sheet: Sheet, birth: BirthDate | None, sex: Sex, today: date) -> tuple[Vaccination, ...]:
    """Where a person stands on ``today``, tetanus first; what is neither asked nor found is left out."""
    del sex
    given = injections(sheet)
    born = born_on(birth)
    pregnant = is_pregnant(sheet, today)
    found = [_booster(given["tetanus"], born, today)]
    counted = dict.fromkeys(rule.code for rule in _COUNTED)
    found += [_after_pregnancy(_counted(code, given[code], born, today), pregnant=pregnant) for code in counted]
    found.append(_pertussis(given["pertussis"], born, today, pregnant=pregnant))
    found += [_seasonal(code, given[code], born, today, pregnant=pregnant) for code in ("influenza", "covid")]
    began = last_periods(sheet, today) if pregnant else frozenset()
    found.append(_rsv(given["rsv"], born, today, began, pregnant=pregnant))
    found.append(Vaccination("yellow-fever", Standing.NOT_ASKED, given["yellow-fever"]))
    kept = [one for one in found if one.given or one.standing is not Standing.NOT_ASKED]
    return tuple(kept)


def _newest(given: Sequence[Injection]) -> date | None:
    days = [day for text in dated(given) if (day := day_of(text)) is not None]
    return max(days, default=None)


# --- diphtheria, tetanus, polio ---------------------------------------------------------------------------------------

_CHILD_BOOSTERS = ((0.4, 2), (1.0, 3), (7.0, 4), (14.0, 5))
"""``(age in years, doses by then)``: 2, 4 and 11 months, 6 years, 11 to 13 years, each with some months of grace."""


_CHILD_NEXT = ((6, 4), (11, 5), (25, 6))
"""``(age in years, number of the dose)``."""


def _booster(given: tuple[Injection, ...], born: date | None, today: date) -> Vaccination:
    if born is None:
        return Vaccination("dtp", Standing.UNKNOWN, given)
    if years_old(born, today) < _ADULT_BOOSTERS[0]:
        return _child_booster(given, born, today)
    appointments = [*_ADULT_BOOSTERS, *range(75, 125, 10)]
    passed = [birthday(born, age) for age in appointments if birthday(born, age) <= today]
    coming = next((birthday(born, age) for age in appointments if birthday(born, age) > today), None)
    last, latest = _newest(given), passed[-1]
    due = latest.isoformat()
    if last is None:
        return Vaccination("dtp", Standing.NOT_FOUND, given, since=due, why="age")
    if last >= latest - timedelta(days=_BEFORE * _YEAR):
        return Vaccination("dtp", Standing.UP_TO_DATE, given, next=coming.isoformat() if coming else "", why="age")
    missed = next(day for day in passed if last < day - timedelta(days=_BEFORE * _YEAR))
    return Vaccination("dtp", Standing.DUE, given, since=missed.isoformat(), why="age")


def _child_booster(given: tuple[Injection, ...], born: date, today: date) -> Vaccination:
    age = years_old(born, today)
    wanted = max((doses for years, doses in _CHILD_BOOSTERS if age >= years), default=0)
    if not wanted:
        return Vaccination("dtp", Standing.NOT_ASKED if age >= 0 else Standing.UNKNOWN, given)
    standing = _by_count(len(given), wanted)
    coming = next(
        (years for years, doses in ((6, 4), (11, 5), (25, 6)) if doses > len(given) and age < years + 1), None
    )
    next_ = birthday(born, coming).isoformat() if coming and standing is Standing.UP_TO_DATE else ""
    return Vaccination("dtp", standing, given, wanted, next=next_, why="infant" if age < 2 else "age")


def _by_count(found: int, wanted: int) -> Standing:
    if found >= wanted:
        return Standing.UP_TO_DATE
    return Standing.DUE if found else Standing.NOT_FOUND


# --- what is counted in doses -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    """Asked from one age to another (years, the second excluded) of those born since a year; ``doses`` in all."""

    code: str
    from_: float
    until: float
    doses: int
    born_since: int = 0
    within: float = 200
    """Years: older injections don't count."""
    only: tuple[str, ...] = ()
    """Folded names, one of which a vaccine that counts bears: another is shown, and completes nothing."""
    never: str = ""
    """Folded name of one that doesn't count."""
    given_from: int = 0
    """Age in years from which an injection counts."""


_WIDE_CONJUGATES = (
    *("PREVENAR 20", "PREVENAR20", "APEXXNAR", "CAPVAXIVE", "20 VALENT", "21 VALENT"),
    *(f"{name}{gap}{valences}" for name in ("VPC", "PCV") for gap in ("", " ") for valences in (20, 21)),
)
_COUNTED = (
    _Rule("measles", 1.5, 200, 2, born_since=1980),
    _Rule("hepatitis-b", 1.0, 16, 3),
    _Rule("hpv", 11, 15, 2),
    _Rule("hpv", 15, 20, 3),
    _Rule("meningococcus-acwy", 1.25, 3, 2, born_since=2025),
    _Rule("meningococcus-acwy", 11, 25, 1, within=14),
    _Rule("meningococcus-b", 1.25, 3, 3, born_since=2025),
    _Rule("pneumococcus", 1.0, 3, 3),
    # One dose of a conjugate of 20 or 21 valences, whatever was given before (HAS, 2023 and 2025).
    _Rule("pneumococcus", 65, 200, 1, only=_WIDE_CONJUGATES, given_from=18),
    # The live vaccine is no dose of the recombinant one.
    _Rule("zoster", 65, 200, 2, never="ZOSTAVAX"),
    _Rule("rotavirus", 0.35, 0.6, 2),
    _Rule("hib", 1.0, 5, 3),
)


def _counted(code: str, given: tuple[Injection, ...], born: date | None, today: date) -> Vaccination:
    if born is None:
        return Vaccination(code, Standing.UNKNOWN if given else Standing.NOT_ASKED, given)
    rule = next((r for r in _COUNTED if r.code == code and _applies(r, born, today)), None)
    if rule is None:
        return Vaccination(code, Standing.NOT_ASKED, given)
    limit = date.min
    if rule.given_from:
        limit = birthday(born, rule.given_from)
    elif rule.within < 200:
        limit = today - timedelta(days=rule.within * _YEAR)
    counted = [one for one in given if (day_of(one.date) or today) >= limit and _is_dose(rule, one.label)]
    why = "infant" if rule.until <= 5 else "age"
    standing = _by_count(len(counted), rule.doses)
    if given and standing is Standing.NOT_FOUND and (rule.only or rule.never):
        standing = Standing.DUE
    wanted = rule.doses if len(counted) == len(given) else 0
    return Vaccination(code, standing, given, wanted, why=why)


_LIVE = frozenset({"measles"})
"""Valences asked of adults whose vaccines are alive: none is given in pregnancy."""


def _after_pregnancy(one: Vaccination, *, pregnant: bool) -> Vaccination:
    """What a live vaccine lacks is completed after the birth."""
    if pregnant and one.code in _LIVE and one.standing in {Standing.DUE, Standing.NOT_FOUND}:
        return replace(one, standing=Standing.LATER, why="pregnancy")
    return one


_MONTH = "JANVIER|F[EÉ]VRIER|MARS|AVRIL|MAI|JUIN|JUILLET|AO[UÛ]T|SEPTEMBRE|OCTOBRE|NOVEMBRE|D[EÉ]CEMBRE"
_DATES = re.compile(
    r"\b\d{1,2}(?:[/.-]\d{1,2}[/.-]\d{2,4}|[/.-]\d{2}(?:\d{2})?| \d{1,2} \d{4})\b"
    rf"|\b\d{{1,2}}(?:ER)? (?:{_MONTH})\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b",
    re.IGNORECASE,
)
"""Days written into the name of a vaccine: ``Prevenar 20/05/2014`` is no vaccine of 20 valences."""


def _is_dose(rule: _Rule, label: str) -> bool:
    words = f" {fold(_DATES.sub(' ', label))} "
    named = not rule.only or any(f" {name} " in words for name in rule.only)
    return named and not (rule.never and f" {rule.never} " in words)


def _applies(rule: _Rule, born: date, today: date) -> bool:
    return born.year >= rule.born_since and rule.from_ <= years_old(born, today) < rule.until


# --- pertussis, influenza, COVID-19, RSV ------------------------------------------------------------------------------

_PREGNANCY = timedelta(days=300)


def _pertussis(given: tuple[Injection, ...], born: date | None, today: date, *, pregnant: bool) -> Vaccination:
    """At each pregnancy; else at 25, with that booster. Children have it with every booster of theirs."""
    last = _newest(given)
    if pregnant:
        standing = Standing.UP_TO_DATE if last and last > today - _PREGNANCY else Standing.DUE
        return Vaccination("pertussis", standing, given, why="pregnancy")
    if born is None or not 25 <= years_old(born, today) < 40:
        return Vaccination("pertussis", Standing.NOT_ASKED, given)
    early = birthday(born, 25) - timedelta(days=10 * _YEAR)
    if last is None:
        return Vaccination("pertussis", Standing.NOT_FOUND, given, why="age")
    return Vaccination("pertussis", Standing.UP_TO_DATE if last >= early else Standing.DUE, given, why="age")


def _seasonal(
    code: str, given: tuple[Injection, ...], born: date | None, today: date, *, pregnant: bool
) -> Vaccination:
    """Each autumn from 65, and in pregnancy. Between campaigns the last one's is what counts."""
    asked = pregnant or (born is not None and years_old(born, today) >= 65)
    if not asked:
        return Vaccination(code, Standing.UNKNOWN if born is None and given else Standing.NOT_ASKED, given)
    begins = date(today.year if today.month >= 10 else today.year - 1, 9, 1)
    last = _newest(given)
    why = "pregnancy" if pregnant else "season"
    if last is not None and last >= begins:
        return Vaccination(code, Standing.UP_TO_DATE, given, next=date(begins.year + 1, 10, 1).isoformat(), why=why)
    if last is None:
        return Vaccination(code, Standing.NOT_FOUND, given, why=why)
    return Vaccination(code, Standing.DUE, given, since=date(begins.year, 10, 1).isoformat(), why=why)


_RSV_WEEKS = range(32, 37)
"""Whole weeks of amenorrhoea."""
_RSV_MONTHS = frozenset({9, 10, 11, 12, 1})


def _rsv(
    given: tuple[Injection, ...], born: date | None, today: date, began: frozenset[date], *, pregnant: bool
) -> Vaccination:
    """Once from 75; in pregnancy from 32 to 36 weeks, September to January, by the record's own dates.

    Not judged: a pregnancy of which no date is told, or one puts her outside those weeks; a woman vaccinated before
    this pregnancy, whose infant is rather given antibodies (HAS 2024).
    """
    if pregnant:
        last = _newest(given)
        if began and last is not None and last >= max(began):
            return Vaccination("rsv", Standing.UP_TO_DATE, given, why="pregnancy")
        weeks = {(today - day).days // 7 for day in began}
        asked = bool(weeks) and weeks <= set(_RSV_WEEKS) and today.month in _RSV_MONTHS and not given
        return Vaccination("rsv", Standing.NOT_FOUND if asked else Standing.NOT_ASKED, given, why="pregnancy")
    if born is None or years_old(born, today) < 75:
        return Vaccination("rsv", Standing.NOT_ASKED, given)
    return Vaccination("rsv", _by_count(len(given), 1), given, 1, why="age")
