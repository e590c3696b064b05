"""What is asked, what is answered, and why."""

from dataclasses import dataclass, field
from enum import StrEnum

from dmp_tui.dmp.medicines.model import Edition, Level, Substance
from dmp_tui.dmp.sheet.model import Line, Origin


class Verdict(StrEnum):
    """The five answers, worst first. There is none that says "safe"."""

    CONTRAINDICATED = "contraindicated"
    DISCOURAGED = "discouraged"
    PRECAUTION = "precaution"
    TO_CONSIDER = "to-consider"
    NOTHING_FOUND = "nothing-found"
    """Nothing found in what is known. As a reason's level: it informs, and weighs nothing."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}

OF_LEVEL = {
    Level.CONTRAINDICATED: Verdict.CONTRAINDICATED,
    Level.DISCOURAGED: Verdict.DISCOURAGED,
    Level.PRECAUTION: Verdict.PRECAUTION,
    Level.TO_CONSIDER: Verdict.TO_CONSIDER,
}
"""The thesaurus' levels as answers."""


def worst(verdicts: "list[Verdict] | tuple[Verdict, ...]") -> Verdict:
    """The worst of some; NOTHING_FOUND of none."""
    return min(verdicts, key=lambda v: v.rank, default=Verdict.NOTHING_FOUND)


class ReasonKind(StrEnum):
    """What a reason rests on."""

    ALLERGY = "allergy"
    """To the substance itself."""
    CLASS_ALLERGY = "class-allergy"
    """To the class that the substance is of."""
    CROSS_ALLERGY = "cross-allergy"
    MYTH = "myth"
    """A cross-reactivity that is often told and does not exist: it informs, and weighs nothing."""
    ADVERSE_EFFECT = "adverse-effect"
    INTERACTION = "interaction"
    """Of the ANSM thesaurus, as the base holds it."""
    PAIR = "pair"
    """Two medicines, by a rule of ours with its public source."""
    SAME_SUBSTANCE = "same-substance"
    SAME_CLASS = "same-class"
    KIDNEY = "kidney"
    PREGNANCY = "pregnancy"
    BREAST_FEEDING = "breast-feeding"
    AGE = "age"
    STATE = "state"
    """An illness or a condition that the sheet tells."""
    LABORATORY = "laboratory"
    QT = "qt"


class Evidence(StrEnum):
    """What stands behind a reason, firmest first."""

    OFFICIAL = "official"
    """A summary of product characteristics, the ANSM thesaurus, an official table."""
    GUIDELINE = "guideline"
    """Of a learned society or a health authority."""
    STUDIES = "studies"
    WEAK = "weak"
    """Reports of cases, or a shared structure only."""
    REFUTED = "refuted"


class Caveat(StrEnum):
    """What the reader of a reason must know of what it rests on."""

    GUESS_DRUG = "guess-drug"
    """The medicine was matched to a name by likeness."""
    GUESS_LINE = "guess-line"
    """The sheet's line was matched to a name by likeness, or by its words only."""
    PAST = "past"
    """The line is said to be ended."""
    STOPPED = "stopped"
    """The treatment was stopped, not longer ago than it acts."""
    STOPPED_UNDATED = "stopped-undated"
    CONTRADICTED = "contradicted"
    """A document denies the line, or says otherwise."""
    DENIED_BY_CODE = "denied-by-code"
    NOT_AN_ALLERGY = "not-an-allergy"
    """The line stands among allergies; its code or words are of an intolerance."""
    PLANNED = "planned"
    OLD_VALUE = "old-value"
    """The value that decided is older than the rule allows."""
    PRESCRIBED = "prescribed"
    """Prescribed or reimbursed, not known to be taken."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``level`` holds where ``holds``; else it holds only if ``condition`` is met, which nobody knows."""

    kind: ReasonKind
    level: Verdict
    subject: str
    """The proposed medicine, as it was named."""
    source: str
    """Public source of the rule; never empty."""
    other: str = ""
    """The other side: the sheet's own words (an allergy, a treatment, a value), or the other proposed medicine."""
    substances: tuple[str, ...] = ()
    """Names of the substances (or classes) that met, the proposed one first."""
    text: str = ""
    """Why, in French: the thesaurus' mechanism, or our rule's words."""
    english: str = ""
    """The same in English; empty where the source speaks French only."""
    condition: str = ""
    """In French, as its source has it: without "si"."""
    conduct: str = ""
    holds: bool = True
    evidence: Evidence = Evidence.OFFICIAL
    caveats: frozenset[Caveat] = frozenset()
    keys: tuple[str, ...] = ()
    """Keys of the lines that it rests on."""
    origins: tuple[Origin, ...] = ()
    """Their documents, newest first: the first is what Enter opens."""
    date: str = ""
    """FHIR date of the value, the end or the statement that it rests on."""


class LimitKind(StrEnum):
    """What is not known, or was not looked at."""

    NO_BASE = "no-base"
    """No official base is imported: the emergency set answered."""
    UNKNOWN_TREATMENT = "unknown-treatment"
    """A treatment of the sheet that the base does not know: its interactions are not evaluated."""
    GUESSED_TREATMENT = "guessed-treatment"
    UNKNOWN_ALLERGY = "unknown-allergy"
    """An allergy whose words name nothing that the base or the tables know."""
    UNREADABLE = "unreadable"
    """A line that stands in a document and could not be read."""
    UNREAD_DOCUMENTS = "unread-documents"
    ALLERGIES_NOT_STATED = "allergies-not-stated"
    TREATMENTS_NOT_STATED = "treatments-not-stated"
    PROBLEMS_NOT_STATED = "problems-not-stated"
    NO_RECORD = "no-record"
    """Nothing is known of the patient but what was typed."""
    EMPTY_RECORD = "empty-record"
    """The record holds no document, or none that this reader may see."""
    AGE = "age"
    SEX = "sex"
    WEIGHT = "weight"
    KIDNEY = "kidney"
    """No filtration: ``detail`` is a ``NotComputed``."""
    KIDNEY_OLD = "kidney-old"
    PREGNANCY = "pregnancy"
    BREAST_FEEDING = "breast-feeding"
    LABORATORY = "laboratory"
    """A value that a rule asks for is missing: ``detail`` is its short name."""
    NOT_EVALUATED = "not-evaluated"
    """A class of rules that holds no row for this medicine, so that nothing was looked at: ``detail`` is its code."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that the answer does not rest on."""

    kind: LimitKind
    detail: str = ""
    """Words of the sheet, a code or a date, as the kind says."""
    count: int = 0
    keys: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine as it was resolved through a base: its substances, and what is known of this box."""

    label: str
    """As it was typed, or as the sheet has it."""
    name: str
    """What the base calls it."""
    substances: tuple[Substance, ...]
    strengths: tuple[str, ...] = ()
    """One for each substance, as written; empty strings where unknown."""
    routes: tuple[str, ...] = ()
    guess: bool = False
    matched: str = ""
    """The name that matched."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A treatment of the sheet, resolved."""

    line: Line
    medicine: Medicine
    caveats: frozenset[Caveat] = frozenset()
    stopped: str = ""
    """FHIR date of the end; empty where it is current or the end is not dated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. ``verdict`` is the worst of what holds; ``at_worst`` counts also what needs a condition."""

    proposed: tuple[Medicine, ...]
    verdict: Verdict
    at_worst: Verdict
    reasons: tuple[Reason, ...] = ()
    """Worst first; of one level those that hold before those that need a condition."""
    limits: tuple[Limit, ...] = ()
    editions: tuple[Edition, ...] = field(default=())
    whole: bool = False
    """Whether the base was the official one."""

    def of(self, medicine: Medicine) -> Verdict:
        """The worst of what holds of one of the proposed medicines."""
        own = [r.level for r in self.reasons if r.holds and medicine.label in {r.subject, r.other}]
        return worst(own)
