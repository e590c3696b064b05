"""What the French calendar of vaccinations and the programmes of screening ask of a person on a day, and what of it a
record holds. "Not found in the record" is not "not done": documents may lack.

Sources: ministère chargé de la santé, "Calendrier des vaccinations et recommandations vaccinales 2025"; CSP L3111-2
(obligations of infants); arrêté du 29 septembre 2006 (screening of breast and colorectal cancer), arrêté du 4 mai 2018
(screening of cervical cancer). Particular recommendations (illness, work, travel) are the clinician's to judge.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from dmp_tui.dmp.entries import Assertion, Kind, Status
from dmp_tui.dmp.identity import BirthDate, Sex, fold
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Line, Sheet
from dmp_tui.dmp.sheet.states import is_pregnant
from dmp_tui.dmp.sheet.vaccines import Injection, dated, injections

_YEAR = 365.25
_BEFORE = 5
"""Years before an appointment of the adult's booster within which an injection counts as it."""
_ADULT_BOOSTERS = (25, 45, 65)
"""Then every ten years."""


class Standing(StrEnum):
    """What a record says of something that is asked at this age."""

    DUE = "due"
    """The last one found is too old, or too few are found."""
    NOT_FOUND = "not-found"
    """Asked at this age, and none is found."""
    UP_TO_DATE = "up-to-date"
    NOT_ASKED = "not-asked"
    """Nothing is asked of everybody at this age."""
    UNKNOWN = "unknown"
    """The age, or the sex where it counts, is not known."""


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
    born = _born(birth)
    pregnant = is_pregnant(sheet, today)
    found = [_booster(given["tetanus"], born, today)]
    counted = dict.fromkeys(rule.code for rule in _COUNTED)
    found += [_counted(code, given[code], born, today) for code in counted]
    found.append(_pertussis(given["pertussis"], born, today, pregnant=pregnant))
    found += [_seasonal(code, given[code], born, today, pregnant=pregnant) for code in ("influenza", "covid")]
    found.append(_rsv(given["rsv"], born, today, pregnant=pregnant))
    found.append(Vaccination("yellow-fever", Standing.NOT_ASKED, given["yellow-fever"]))
    kept = [one for one in found if one.given or one.standing is not Standing.NOT_ASKED]
    return tuple(kept)


def _born(birth: BirthDate | None) -> date | None:
    """A day to count from: the middle of what is known of the birth date."""
    if birth is None or not birth.year:
        return None
    return birth.calendar or date(birth.year, 7, 1)


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _years(born: date, today: date) -> float:
    """Age in years: whole from the birthday itself on, in which an average year would be wrong by a day."""
    whole = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return whole + (today - _birthday(born, whole)).days / 366


def _day(text: str) -> date | None:
    year, month, day_, *_ = moment(text)
    try:
        return date(year, month or 1, day_ or 1) if year else None
    except ValueError:
        return None


def _newest(given: Sequence[Injection]) -> date | None:
    days = [day for text in dated(given) if (day := _day(text)) is not None]
    return max(days, default=None)


# --- diphtheria, tetanus, polio ---------------------------------------------------------------------------------------

_CHILD_BOOSTERS = ((0.4, 2), (1.0, 3), (7.0, 4), (14.0, 5))
"""``(age in years, doses by then)``: 2, 4 and 11 months, 6 years, 11 to 13 years, each with some months of grace."""


_CHILD_NEXT = ((6, 4), (11, 5), (25, 6))
"""``(age in years, number of the dose)``."""


def _booster(given: tuple[Injection, ...], born: date | None, today: date) -> Vaccination:
    if born is None:
        return Vaccination("dtp", Standing.UNKNOWN, given)
    if _years(born, today) < _ADULT_BOOSTERS[0]:
        return _child_booster(given, born, today)
    appointments = [*_ADULT_BOOSTERS, *range(75, 125, 10)]
    passed = [_birthday(born, age) for age in appointments if _birthday(born, age) <= today]
    coming = next((_birthday(born, age) for age in appointments if _birthday(born, age) > today), None)
    last, latest = _newest(given), passed[-1]
    due = latest.isoformat()
    if last is None:
        return Vaccination("dtp", Standing.NOT_FOUND, given, since=due, why="age")
    if last >= latest - timedelta(days=_BEFORE * _YEAR):
        return Vaccination("dtp", Standing.UP_TO_DATE, given, next=coming.isoformat() if coming else "", why="age")
    missed = next(day for day in passed if last < day - timedelta(days=_BEFORE * _YEAR))
    return Vaccination("dtp", Standing.DUE, given, since=missed.isoformat(), why="age")


def _child_booster(given: tuple[Injection, ...], born: date, today: date) -> Vaccination:
    age = _years(born, today)
    wanted = max((doses for years, doses in _CHILD_BOOSTERS if age >= years), default=0)
    if not wanted:
        return Vaccination("dtp", Standing.NOT_ASKED if age >= 0 else Standing.UNKNOWN, given)
    standing = _by_count(len(given), wanted)
    coming = next(
        (years for years, doses in ((6, 4), (11, 5), (25, 6)) if doses > len(given) and age < years + 1), None
    )
    next_ = _birthday(born, coming).isoformat() if coming and standing is Standing.UP_TO_DATE else ""
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


_COUNTED = (
    _Rule("measles", 1.5, 200, 2, born_since=1980),
    _Rule("hepatitis-b", 1.0, 16, 3),
    _Rule("hpv", 11, 15, 2),
    _Rule("hpv", 15, 20, 3),
    _Rule("meningococcus-acwy", 1.25, 3, 2, born_since=2025),
    _Rule("meningococcus-acwy", 11, 25, 1, within=14),
    _Rule("meningococcus-b", 1.25, 3, 3, born_since=2025),
    _Rule("pneumococcus", 1.0, 3, 3),
    _Rule("pneumococcus", 65, 200, 1),
    _Rule("zoster", 65, 200, 2),
    _Rule("rotavirus", 0.35, 0.6, 2),
    _Rule("hib", 1.0, 5, 3),
)


def _counted(code: str, given: tuple[Injection, ...], born: date | None, today: date) -> Vaccination:
    if born is None:
        return Vaccination(code, Standing.UNKNOWN if given else Standing.NOT_ASKED, given)
    rule = next((r for r in _COUNTED if r.code == code and _applies(r, born, today)), None)
    if rule is None:
        return Vaccination(code, Standing.NOT_ASKED, given)
    limit = today - timedelta(days=rule.within * _YEAR) if rule.within < 200 else date.min
    counted = [one for one in given if (_day(one.date) or today) >= limit]
    why = "infant" if rule.until <= 5 else "age"
    return Vaccination(code, _by_count(len(counted), rule.doses), given, rule.doses, why=why)


def _applies(rule: _Rule, born: date, today: date) -> bool:
    return born.year >= rule.born_since and rule.from_ <= _years(born, today) < rule.until


# --- pertussis, influenza, COVID-19, RSV ------------------------------------------------------------------------------

_PREGNANCY = timedelta(days=300)


def _pertussis(given: tuple[Injection, ...], born: date | None, today: date, *, pregnant: bool) -> Vaccination:
    """At each pregnancy; else at 25, with that booster. Children have it with every booster of theirs."""
    last = _newest(given)
    if pregnant:
        standing = Standing.UP_TO_DATE if last and last > today - _PREGNANCY else Standing.DUE
        return Vaccination("pertussis", standing, given, why="pregnancy")
    if born is None or not 25 <= _years(born, today) < 40:
        return Vaccination("pertussis", Standing.NOT_ASKED, given)
    early = _birthday(born, 25) - timedelta(days=10 * _YEAR)
    if last is None:
        return Vaccination("pertussis", Standing.NOT_FOUND, given, why="age")
    return Vaccination("pertussis", Standing.UP_TO_DATE if last >= early else Standing.DUE, given, why="age")


def _seasonal(
    code: str, given: tuple[Injection, ...], born: date | None, today: date, *, pregnant: bool
) -> Vaccination:
    """Each autumn from 65, and in pregnancy. Between campaigns the last one's is what counts."""
    asked = pregnant or (born is not None and _years(born, today) >= 65)
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


def _rsv(given: tuple[Injection, ...], born: date | None, today: date, *, pregnant: bool) -> Vaccination:
    """Once from 75; in pregnancy it depends on the season and on what the infant is to be given: not judged."""
    if pregnant or born is None or _years(born, today) < 75:
        return Vaccination("rsv", Standing.NOT_ASKED, given)
    return Vaccination("rsv", _by_count(len(given), 1), given, 1, why="age")


# --- screening --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """An examination that may be of a programme: its words and date, and the line or the document that tells it."""

    label: str
    date: str
    line: Line | None = None
    document: str = ""
    """Id of a document, where only its title tells."""


@dataclass(frozen=True, slots=True)
class Screening:
    """Where someone stands with a programme of screening."""

    code: str
    """``colorectal``, ``breast``, ``cervix``."""
    standing: Standing
    found: tuple[Found, ...] = ()
    """Newest first."""
    every: int = 0
    """Years between two."""
    next: str = ""
    """FHIR date from which the next is asked."""
    surgery: tuple[Line, ...] = ()
    """Operations stated in the record that may leave nothing to screen: the clinician's to judge, never a dismissal."""


@dataclass(frozen=True, slots=True)
class _Programme:
    code: str
    women: bool
    from_: int
    to: int
    words: tuple[tuple[str, ...], ...]
    """Beginnings of words; all of one tuple must be there."""
    surgery: tuple[str, ...]
    """Beginnings of the words of an operation that takes away what is screened, in whole or in part."""


_PROGRAMMES = (
    _Programme(
        "colorectal", False, 50, 74,
        (("COLOSCOP",), ("COLONOSCOP",), ("HEMOCCULT",), ("TEST", "IMMUNOLOG", "SELL"), ("SANG", "SELL"), ("FIT",),
         ("RECHERCH", "SANG", "OCCULT"), ("COLO", "SCANNER")),
        ("COLECTOM", "COLOPROCTECTOM", "HEMICOLECTOM"),
    ),
    _Programme("breast", True, 50, 74, (("MAMMOGRAPH",), ("MAMMOTEST",)), ("MASTECTOM", "MAMMECTOM")),
    _Programme(
        "cervix", True, 25, 65,
        (("FROTTIS",), ("FCU",), ("TEST", "HPV"), ("HPV", "HR"), ("CYTOLOG", "CERVIC"), ("PAPILLOMA", "RECHERCH"),
         ("HPV", "COL"), ("COL", "UTER", "DEPIST")),
        ("HYSTERECTOM", "COLPOHYSTERECTOM", "TRACHELECTOM"),
    ),
)  # fmt: skip
_COLONOSCOPY_YEARS = 5
"""After a complete colonoscopy the test is not asked for five years."""


def screenings(
    sheet: Sheet, birth: BirthDate | None, sex: Sex, today: date, documents: Iterable[Found] = ()
) -> tuple[Screening, ...]:
    """The programmes that concern a person by age and sex, and what of each is found in results, acts and titles."""
    born = _born(birth)
    held = [*_examinations(sheet), *documents]
    found = []
    for programme in _PROGRAMMES:
        if programme.women and sex is Sex.M:
            continue
        own = tuple(sorted((one for one in held if _is_of(programme, one.label)), key=_when, reverse=True))
        one = _screening(programme, own, born, sex, today)
        found.append(replace(one, surgery=tuple(_surgery(programme, sheet))))
    return tuple(one for one in found if one.found or one.standing is not Standing.NOT_ASKED)


def _screening(programme: _Programme, own: tuple[Found, ...], born: date | None, sex: Sex, today: date) -> Screening:
    if born is None or (programme.women and sex is Sex.U):
        return Screening(programme.code, Standing.UNKNOWN, own)
    age = int(_years(born, today))
    if not programme.from_ <= age <= programme.to:
        return Screening(programme.code, Standing.NOT_ASKED, own)
    every = _interval(programme, own, age)
    last = max((day for one in own if (day := _day(one.date)) is not None), default=None)
    if last is None:
        return Screening(programme.code, Standing.NOT_FOUND, own, every)
    again = _birthday(last, every)
    standing = Standing.UP_TO_DATE if again > today else Standing.DUE
    return Screening(programme.code, standing, own, every, again.isoformat())


def _interval(programme: _Programme, own: Sequence[Found], age: int) -> int:
    if programme.code == "cervix":
        # From 30 the HPV test holds for five years; a smear, or one not said to be such a test, for three.
        smear = bool(own) and not {"HPV", "PAPILLOMA"} & {word[:9] for word in _words(own[0].label)}
        return 3 if age < 30 or smear else 5
    if programme.code == "colorectal" and own and "SCOP" in fold(own[0].label):
        return _COLONOSCOPY_YEARS
    return 2


def _examinations(sheet: Sheet) -> Iterable[Found]:
    for kind in (Kind.RESULT, Kind.PROCEDURE):
        for line in sheet.topic(kind).lines:
            if line.assertion is Assertion.STATED and line.status is not Status.PLANNED:
                when = line.noted or line.start or line.sources[0].origin.date
                yield Found(line.label, when, line)


def _surgery(programme: _Programme, sheet: Sheet) -> Iterable[Line]:
    """Stated operations, done or noted as a history; not those that are planned."""
    for kind in (Kind.PROCEDURE, Kind.PROBLEM):
        for line in sheet.topic(kind).lines:
            stated = line.assertion is Assertion.STATED and line.status is not Status.PLANNED
            if stated and any(word.startswith(programme.surgery) for word in _words(line.label)):
                yield line


def _words(label: str) -> list[str]:
    return re.sub(r"[^A-Z0-9]+", " ", fold(label)).split()


def _is_of(programme: _Programme, label: str) -> bool:
    words = _words(label)
    if "VACCIN" in fold(label):
        return False
    return any(
        all(any(word == start if len(start) <= 3 else word.startswith(start) for word in words) for start in phrase)
        for phrase in programme.words
    )


def _when(one: Found) -> tuple[object, ...]:
    return (moment(one.date), one.label)
