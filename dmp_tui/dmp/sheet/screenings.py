"""The programmes of screening that concern a person on a day, and what of each a record holds.

Sources: arrêté du 29 septembre 2006 (breast and colorectal cancer), arrêté du 4 mai 2018 (cervical cancer). "Not found
in the record" is not "not done": documents may lack.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dmp_tui.dmp.entries import Assertion, Kind, Status
from dmp_tui.dmp.identity import BirthDate, Sex, fold
from dmp_tui.dmp.sheet.ages import Standing, birthday, born_on, day_of, years_old
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Line, Sheet


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
    born = born_on(birth)
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
    age = int(years_old(born, today))
    if not programme.from_ <= age <= programme.to:
        return Screening(programme.code, Standing.NOT_ASKED, own)
    every = _interval(programme, own, age)
    last = max((day for one in own if (day := day_of(one.date)) is not None), default=None)
    if last is None:
        return Screening(programme.code, Standing.NOT_FOUND, own, every)
    again = birthday(last, every)
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
