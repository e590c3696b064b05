"""The emergency sheet: merged lines, each with its sources. Absolute dates only; age, due and new are the reader's."""

from dataclasses import dataclass
from enum import StrEnum

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Kind, Mark, Person, Reaction, Status


@dataclass(frozen=True, slots=True)
class Origin:
    """The document that a statement comes from."""

    document: str
    """Id of its DocumentReference."""
    type: Coding
    title: str
    date: str
    author: str
    archived: bool = False
    submitted: str = ""
    """FHIR instant when the server took it; empty in another vendor's summary."""


@dataclass(frozen=True, slots=True)
class Source:
    """One document's statement of a line: its own words, dates, reaction, dose or value."""

    origin: Origin
    label: str
    assertion: Assertion
    status: Status
    start: str = ""
    end: str = ""
    noted: str = ""
    detail: str = ""
    """Reactions, dose or value in words, as this document gives them."""
    reference: str = ""
    """Reference range of this source's measurement, as written."""
    interpretation: str = ""
    """HL7 v3 ObservationInterpretation code of this source's measurement, empty if none."""
    words: str = ""
    marks: frozenset[Mark] = frozenset()


class Disagreement(StrEnum):
    """How the sources of a line, or two lines, disagree."""

    DENIED = "denied"
    """A document says "none" or negates what another states."""
    REACTION = "reaction"
    SEVERITY = "severity"
    STATUS = "status"
    """Ended or stopped in one document, current in another ("stopped by X on D, seen again in Y")."""
    DATES = "dates"
    DOSE = "dose"
    MISSING = "missing"
    """In one list of a day and not in another of the same day."""
    PRESCRIBED_DESPITE = "prescribed-despite"
    """A treatment contains what an allergy names."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A disagreement and the document that disagrees."""

    kind: Disagreement
    origin: Origin
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One merged statement. ``sources`` is never empty and is sorted newest document first."""

    kind: Kind
    key: str
    """What it was merged by: ``<system>|<code>`` or the folded label."""
    label: str
    assertion: Assertion
    status: Status
    sources: tuple[Source, ...]
    codes: tuple[Coding, ...] = ()
    start: str = ""
    end: str = ""
    noted: str = ""
    criticality: Criticality = Criticality.UNKNOWN
    reactions: tuple[Reaction, ...] = ()
    """Worst first, of all sources."""
    dose: str = ""
    """Of the newest source; others differ where a DOSE contradiction says so."""
    value: str = ""
    unit: str = ""
    reference: str = ""
    interpretation: str = ""
    critical: str = ""
    """Why it weighs in an emergency, as a code: ``avk``, ``doac``, ``antiplatelet``, ``insulin``..., else empty."""
    person: Person | None = None
    contradictions: tuple[Contradiction, ...] = ()
    marks: frozenset[Mark] = frozenset()


class Presence(StrEnum):
    """What is known of a kind of statement as a whole."""

    STATED = "stated"
    NONE_STATED = "none-stated"
    """Someone says there is none, and nobody states any."""
    NOT_STATED = "not-stated"
    """No document speaks of it."""
    UNREADABLE = "unreadable"
    """Something is there that could not be read."""


@dataclass(frozen=True, slots=True)
class Topic:
    """All lines of a kind, worst or most current first, and what is known of the kind as a whole."""

    kind: Kind
    presence: Presence
    lines: tuple[Line, ...] = ()
    said_by: tuple[Origin, ...] = ()
    """Who says "none" (or "no data"), newest first."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a base of medicines, or a rule with a public source, says of two lines (``dmp/safety``)."""

    level: str
    """A code of ``safety.model.Verdict``."""
    text: str
    """Why, in the source's own words (French)."""
    source: str
    """Never empty."""
    conduct: str = ""
    english: str = ""
    """``text`` in English, where the rule speaks it."""
    editions: tuple[str, ...] = ()
    """``ANSM 2020-10``: what the base was filled from; empty for the set that the application ships."""
    until: str = ""
    """The last day on which it counts (FHIR date): a treatment of the two ended, or will; empty where none does."""
    caveats: tuple[str, ...] = ()
    """Codes of ``safety.model.Caveat``, sorted."""


@dataclass(frozen=True, slots=True)
class Check:
    """A line of "A VERIFIER": something that a clinician must look at, with the keys of the lines it concerns."""

    kind: str
    """``contradiction``, ``allergy-treatment``, ``allergy-superseded``, ``interaction``, ``identity``..."""
    label: str
    keys: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    weighed: Weighed | None = None
    """Of ``interaction``, and of ``allergy-treatment`` where a source grades it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole emergency sheet of one patient as one caller may see it."""

    patient: str
    """FHIR id of the patient, empty if another vendor's summary has none."""
    updated: str
    """FHIR instant of the newest change it holds."""
    topics: tuple[Topic, ...]
    checks: tuple[Check, ...] = ()
    documents: int = 0
    """How many documents it was built from."""
    unread: tuple[Origin, ...] = ()
    """Documents of which some content could not be structured."""

    def topic(self, kind: Kind) -> Topic:
        """The topic of a kind; an empty "not stated" one where nothing is known."""
        for topic in self.topics:
            if topic.kind is kind:
                return topic
        return Topic(kind, Presence.NOT_STATED)
