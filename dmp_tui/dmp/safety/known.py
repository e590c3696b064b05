"""What is known of a patient, read once from a sheet: treatments and allergies resolved, age, kidneys, states."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dmp_tui.dmp.entries import Assertion, Coding, Kind, Mark, Status
from dmp_tui.dmp.identity import BirthDate, Sex, fold
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.model import Caveat, Limit, LimitKind, Medicine, Taken
from dmp_tui.dmp.safety.naming import resolve
from dmp_tui.dmp.safety.rules import DEFAULT_WASHOUT, Group, groups_named, is_of, states, washouts
from dmp_tui.dmp.sheet.ages import day_of
from dmp_tui.dmp.sheet.analytes import analyte
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.kidney import Filtration, filtration
from dmp_tui.dmp.sheet.model import Disagreement, Line, Origin, Presence, Sheet
from dmp_tui.dmp.sheet.reading import is_current, is_planned
from dmp_tui.dmp.sheet.series import Measurement, series
from dmp_tui.dmp.sheet.states import is_pregnant, last_periods

_ANALYTES = frozenset({"K", "glyc.", "poids", "INR", "plaq.", "Ca"})


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    """An allergy of the sheet: the groups and the medicine that its words or codes mean."""

    line: Line
    groups: tuple[Group, ...]
    medicine: Medicine | None
    caveats: frozenset[Caveat] = frozenset()
    adverse_effect: bool = False


@dataclass(frozen=True, slots=True)
class KnownState:
    """An illness that a rule asks for, and the line that tells it."""

    code: str
    line: Line
    past: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one patient on one day. ``None`` is "not known", nowhere "no"."""

    today: date
    treatments: tuple[Taken, ...] = ()
    allergies: tuple[KnownAllergy, ...] = ()
    states: tuple[KnownState, ...] = ()
    age: int | None = None
    sex: Sex = Sex.U
    kidney: Filtration = field(default_factory=Filtration)
    pregnant: bool | None = None
    """None where nobody says, and it may be."""
    weeks: int | None = None
    """Weeks of amenorrhoea, the fewest that the record's dates give."""
    breast_feeding: bool | None = None
    values: tuple[tuple[str, Line, Measurement], ...] = ()
    """Newest measurement of each analyte that a rule asks for, by its short name."""
    pregnancy_lines: tuple[Line, ...] = ()
    limits: tuple[Limit, ...] = ()

    def value(self, short: str) -> tuple[Line, Measurement] | None:
        """The newest measurement of an analyte."""
        return next(((line, found) for name, line, found in self.values if name == short), None)


def known_of(sheet: Sheet, base: Base, today: date, *, birth: BirthDate | None = None, sex: Sex = Sex.U) -> Known:
    """All that a check asks of a sheet. Costly against a large base (names are looked up): done once a sheet.

    Args:
        today: injected; decides what is current, and ages.
        birth: of the identity before the reader; None where it is not known.
        sex: of the identity; U is not known.
    """
    age = birth.age(today) if birth else None
    treatments, unknown_treatments = _treatments(sheet, base, today)
    allergies, unknown_allergies = _allergies(sheet, base, today)
    pregnancy = sheet.topic(Kind.PREGNANCY)
    pregnant = _pregnant(sheet, today, sex, age)
    began = last_periods(sheet, today) if pregnant else frozenset[date]()
    kidney = filtration(sheet, sex, birth, today)
    return Known(
        today,
        treatments,
        allergies,
        _states(sheet, today),
        age,
        sex,
        kidney,
        pregnant,
        min(((today - day).days // 7 for day in began), default=None),
        _breast_feeding(sheet, today, sex, age),
        _values(sheet),
        pregnancy.lines,
        (*_limits(sheet, base, age, sex, kidney), *unknown_treatments, *unknown_allergies),
    )


# --- treatments -------------------------------------------------------------------------------------------------------


def _treatments(sheet: Sheet, base: Base, today: date) -> tuple[tuple[Taken, ...], list[Limit]]:
    found: list[Taken] = []
    limits: list[Limit] = []
    for line in sheet.topic(Kind.TREATMENT).lines:
        if line.assertion is not Assertion.STATED:
            continue
        medicine = resolve(labels_of(line), _codes(line), base)
        stopped = _stop(line, today)
        if medicine is None or not medicine.substances:
            if stopped is None:
                limits.append(_of_line(LimitKind.UNKNOWN_TREATMENT, line))
            continue
        if stopped is not None and not _still_acts(medicine, stopped, today):
            continue
        if medicine.guess and stopped is None:
            limits.append(_of_line(LimitKind.GUESSED_TREATMENT, line))
        found.append(Taken(line, medicine, _treatment_caveats(line, medicine, stopped, today), stopped or ""))
    return tuple(found), limits


def _of_line(kind: LimitKind, line: Line) -> Limit:
    return Limit(kind, line.label, keys=(line.key,), origins=origins_of(line))


def _stop(line: Line, today: date) -> str | None:
    """None of what is current; else when it was stopped, at the latest: its end, or its newest document's date."""
    if is_current(line, today):
        return None
    return line.end if moment(line.end)[0] else line.sources[0].origin.date


def _still_acts(medicine: Medicine, stopped: str, today: date) -> bool:
    last = acts_until(medicine, stopped)
    return last is None or last >= today


def acts_until(medicine: Medicine, end: str) -> date | None:
    """The last day on which a treatment that ends at a FHIR date still counts; None where that is not known."""
    ended = _latest(end)
    if ended is None:
        return None
    days = max(washout_days(medicine), default=DEFAULT_WASHOUT)
    return ended + timedelta(days=days)


def washout_days(medicine: Medicine) -> tuple[int, ...]:
    """The windows after a stop that our table holds for a medicine's substances, in days."""
    return tuple(row.days for row in washouts() for own in medicine.substances if is_of(own, row.subject))


def _latest(text: str) -> date | None:
    """The last day that a FHIR date of any precision may mean."""
    year, month, day, *_ = moment(text)
    if not year:
        return None
    try:
        return date(year, month or 12, day or 28) + timedelta(days=0 if day else 3)
    except (ValueError, OverflowError):
        return None


def _treatment_caveats(line: Line, medicine: Medicine, stopped: str | None, today: date) -> frozenset[Caveat]:
    found = set(_line_caveats(line))
    if medicine.guess:
        found.add(Caveat.GUESS_LINE)
    if stopped is not None:
        found.add(Caveat.STOPPED if moment(line.end)[0] else Caveat.STOPPED_UNDATED)
    if is_planned(line, today):
        found.add(Caveat.PLANNED)
    if line.marks & {Mark.PRESCRIBED, Mark.REIMBURSED}:
        found.add(Caveat.PRESCRIBED)
    return frozenset(found)


def _line_caveats(line: Line) -> frozenset[Caveat]:
    grave = {Disagreement.DENIED, Disagreement.STATUS, Disagreement.MISSING}
    contradicted = any(c.kind in grave for c in line.contradictions)
    return frozenset({Caveat.CONTRADICTED}) if contradicted else frozenset()


# --- allergies --------------------------------------------------------------------------------------------------------


def _allergies(sheet: Sheet, base: Base, today: date) -> tuple[tuple[KnownAllergy, ...], list[Limit]]:
    found: list[KnownAllergy] = []
    limits: list[Limit] = []
    for kind in (Kind.ALLERGY, Kind.ADVERSE_EFFECT):
        for line in sheet.topic(kind).lines:
            if not _allergy_counts(line):
                continue
            labels = labels_of(line)
            named = tuple(dict.fromkeys(group for label in labels for group in groups_named(label)))
            medicine = resolve([without_allergy_words(label) for label in labels], _codes(line), base)
            if medicine is not None and medicine.guess and named:
                medicine = None
            if medicine is None and not named:
                limits.append(_of_line(LimitKind.UNKNOWN_ALLERGY, line))
                continue
            guess = medicine is not None and medicine.guess
            adverse = kind is Kind.ADVERSE_EFFECT
            found.append(KnownAllergy(line, named, medicine, _allergy_caveats(line, guess, today), adverse))
    return tuple(found), limits


def _allergy_counts(line: Line) -> bool:
    """What is stated, and what is denied by a code only. What its one author denies is no allergy."""
    if line.assertion is Assertion.NEGATED:
        stated = any(source.assertion is Assertion.STATED for source in line.sources)
        return stated or Mark.CODE_DIFFERS in line.marks
    return line.assertion is Assertion.STATED


def _allergy_caveats(line: Line, guess: bool, today: date) -> frozenset[Caveat]:
    found = set(_line_caveats(line))
    if guess:
        found.add(Caveat.GUESS_LINE)
    if not is_current(line, today):
        found.add(Caveat.PAST)
    if line.assertion is Assertion.NEGATED:
        found.add(Caveat.DENIED_BY_CODE if Mark.CODE_DIFFERS in line.marks else Caveat.CONTRADICTED)
    if Mark.NOT_AN_ALLERGY in line.marks:
        found.add(Caveat.NOT_AN_ALLERGY)
    return frozenset(found)


_ALLERGY_WORDS = frozenset(
    word
    for row in (
        "ALLERGIE ALLERGIES ALLERGIQUE ALLERGY ALLERGIC HYPERSENSIBILITE INTOLERANCE REACTION CHOC ANAPHYLACTIQUE",
        "ANAPHYLAXIE OEDEME QUINCKE URTICAIRE MEDICAMENTEUSE CONNUE SUBSTANCE PRODUCT DRUG ADVERSE EFFET INDESIRABLE",
        "A AU AUX LA LE LES L DE DES DU D TO SOUS APRES",
    )
    for word in row.split()
)


def without_allergy_words(label: str) -> str:
    """``Allergie à l'amoxicilline (urticaire)`` is ``amoxicilline``; words that are all such stay as they are."""
    kept = [word for word in label.replace("’", " ").replace("'", " ").split() if not _is_allergy_word(word)]
    return " ".join(kept) or label


def _is_allergy_word(word: str) -> bool:
    folded = fold(word)
    return not folded or folded in _ALLERGY_WORDS


# --- states and values ------------------------------------------------------------------------------------------------

_STATE_KINDS = (Kind.PROBLEM, Kind.PROCEDURE, Kind.DEVICE, Kind.ALERT)
_NOT_HIS = ("PAS D ", "PAS DE ", "ABSENCE D", "DEPISTAGE", "FAMILIA", "RECHERCHE D", "RISQUE D")
_ICD10 = ("http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3")


def _states(sheet: Sheet, today: date) -> tuple[KnownState, ...]:
    lines = [
        (line, [fold(text) for text in labels_of(line)])
        for kind in _STATE_KINDS
        for line in sheet.topic(kind).lines
        if line.assertion is Assertion.STATED
    ]
    return tuple(
        KnownState(state.code, line, line.status is Status.ENDED or not is_current(line, today))
        for state in states()
        for line, texts in lines
        if (state.critical and line.critical == state.critical)
        or any(_is_coded(coding, state.icd) for coding in line.codes)
        or any(_says(text, phrase) for text in texts for phrase in state.phrases)
    )


def _says(text: str, phrase: tuple[str, ...]) -> bool:
    if any(word in f"{text} " for word in _NOT_HIS):
        return False
    words = text.split()
    return all(any(_begins(word, start) for word in words) for start in phrase)


def _begins(word: str, start: str) -> bool:
    return word == start[1:] if start.startswith("=") else word.startswith(start)


def _is_coded(coding: Coding, icd: Sequence[str]) -> bool:
    return bool(icd) and coding.system in _ICD10 and coding.code.upper().startswith(tuple(icd))


def _values(sheet: Sheet) -> tuple[tuple[str, Line, Measurement], ...]:
    best: dict[str, tuple[Line, Measurement]] = {}
    for kind in (Kind.RESULT, Kind.VITAL):
        for line in sheet.topic(kind).lines:
            found = analyte(line)
            if found is None or found.short not in _ANALYTES or line.assertion is not Assertion.STATED:
                continue
            newest = next((m for m in series(line) if m.number is not None), None)
            known = best.get(found.short)
            if newest is not None and (known is None or moment(newest.date) > moment(known[1].date)):
                best[found.short] = (line, newest)
    return tuple((short, line, value) for short, (line, value) in best.items())


CHILD_BEARING = range(12, 56)
"""Ages at which a pregnancy that nobody speaks of may be."""


def _pregnant(sheet: Sheet, today: date, sex: Sex, age: int | None) -> bool | None:
    if is_pregnant(sheet, today):
        return True
    if sex is Sex.M or (age is not None and age not in CHILD_BEARING):
        return False
    return None


def _breast_feeding(sheet: Sheet, today: date, sex: Sex, age: int | None) -> bool | None:
    kinds = (Kind.PREGNANCY, Kind.PROBLEM, Kind.SOCIAL, Kind.ALERT)
    for kind in kinds:
        for line in sheet.topic(kind).lines:
            texts = [fold(f"{text} {line.value}") for text in labels_of(line)]
            told = any("ALLAITE" in text or "BREAST FEED" in text or "BREASTFEED" in text for text in texts)
            denied = any(f" {word} " in f" {text} " for text in texts for word in ("PAS", "NON", "NO", "NOT", "ARRET"))
            if line.assertion is Assertion.STATED and is_current(line, today) and told and not denied:
                return True
    if sex is Sex.M or (age is not None and age not in CHILD_BEARING):
        return False
    return None


# --- what is not known ------------------------------------------------------------------------------------------------


def _limits(sheet: Sheet, base: Base, age: int | None, sex: Sex, kidney: Filtration) -> list[Limit]:
    found: list[Limit] = []
    if not base.whole:
        found.append(Limit(LimitKind.NO_BASE))
    if not sheet.documents:
        found.append(Limit(LimitKind.EMPTY_RECORD if sheet.patient else LimitKind.NO_RECORD))
    for kind, limit in (
        (Kind.ALLERGY, LimitKind.ALLERGIES_NOT_STATED),
        (Kind.TREATMENT, LimitKind.TREATMENTS_NOT_STATED),
        (Kind.PROBLEM, LimitKind.PROBLEMS_NOT_STATED),
    ):
        topic = sheet.topic(kind)
        if topic.presence is Presence.NOT_STATED:
            found.append(Limit(limit))
        unreadable = [line for line in topic.lines if line.assertion is Assertion.UNREADABLE]
        found += [_of_line(LimitKind.UNREADABLE, line) for line in unreadable]
        if topic.presence is Presence.UNREADABLE and not unreadable:
            found.append(Limit(LimitKind.UNREADABLE, kind.value))
    if sheet.unread:
        found.append(Limit(LimitKind.UNREAD_DOCUMENTS, count=len(sheet.unread), origins=sheet.unread))
    found += [Limit(LimitKind.AGE)] if age is None else []
    found += [Limit(LimitKind.SEX)] if sex is Sex.U else []
    if not any(short == "poids" for short, *_ in _values(sheet)):
        found.append(Limit(LimitKind.WEIGHT))
    if kidney.laboratory is None and kidney.computed is None and kidney.why_not is not None:
        found.append(Limit(LimitKind.KIDNEY, kidney.why_not.value))
    return found


def labels_of(line: Line) -> tuple[str, ...]:
    """A line's names: its own, those of its sources, those of its codes."""
    texts = (line.label, *(source.label for source in line.sources), *(c.display for c in line.codes))
    return tuple(dict.fromkeys(text for text in texts if text))


def _codes(line: Line) -> tuple[Coding, ...]:
    return () if Mark.CODE_DIFFERS in line.marks else line.codes


def origins_of(line: Line) -> tuple[Origin, ...]:
    """The documents of a line, newest first."""
    return tuple(dict.fromkeys(source.origin for source in line.sources))


def days_since(text: str, today: date) -> int | None:
    """Days from the first day that a FHIR date may mean; None where it is not known."""
    day = day_of(text)
    return (today - day).days if day is not None else None
