"""Was it already done? What a record tells of an examination or a vaccine: when, where, and with what result.

Searched are the lines of the sheet (each of their sources) and the metadata of documents, not what these say only in
words, in an image or a PDF: "nothing found" never means "never done". Names are those of ``exam_names``; what was only
guessed from a slip of the keys is marked as a guess.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from dmp_tui.dmp.codes import TYPES
from dmp_tui.dmp.consultation import distinct, is_unread
from dmp_tui.dmp.documents import DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.exam_names import Concept, by_name, concepts, terms
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.model import Line, Sheet, Source

_KINDS = (Kind.RESULT, Kind.VITAL, Kind.PROCEDURE, Kind.VACCINATION, Kind.DEVICE, Kind.PLAN)
_PRESCRIPTIONS = frozenset({"57833-6", "57832-8", "57828-6", "PRESC-BIO"})
_REIMBURSEMENTS = frozenset({"REMB"})
_SLIP = 80
"""Likeness (rapidfuzz, 0 to 100) from which a word that we do not know is taken for a slip."""
_SHORTEST = 4
"""Letters of the shortest word that may hold a slip: two letters of three prove nothing."""
_PHRASE = 4


class Proof(StrEnum):
    """What tells of it, and what that is worth."""

    RESULT = "result"
    PROCEDURE = "procedure"
    VACCINATION = "vaccination"
    DOCUMENT = "document"
    """Its title or type; what it found is to be read there."""
    PRESCRIBED = "prescribed"
    """Prescribed, dispensed: not known to have been done."""
    PLANNED = "planned"
    REIMBURSED = "reimbursed"
    """Reimbursed: not known to have been done."""
    NEGATED = "negated"
    """The document says that it was not done."""


@dataclass(frozen=True, slots=True)
class Told:
    """One document's word on one examination. ``when`` is a FHIR date of any precision, or empty."""

    proof: Proof
    when: str
    what: str
    result: str
    author: str
    organisation: str
    document: str
    """Id of the document that tells it."""
    line: Line | None = None
    """The line of the sheet, where it stands on it."""
    source: Source | None = None
    of_document: bool = False
    """``when`` is the document's date: the examination's own is not said."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """What may be found, with its stemmed words and its codes."""

    told: Told
    words: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; ``guess`` where a slip was read as another word, or the part of the body is not said."""

    told: Told
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the record tells, newest first. ``taken_for``: ``(typed, name)`` of words read as a slip."""

    found: tuple[Found, ...] = ()
    taken_for: tuple[tuple[str, str], ...] = ()


# --- what can be found ------------------------------------------------------------------------------------------------


def searchable(sheet: Sheet, documents: Iterable[DocumentEntry]) -> tuple[Searchable, ...]:
    """Every source of the lines that tell of examinations, and every document, newest first."""
    known = {entry.id: entry for entry in documents}
    held = [each for kind in _KINDS for line in sheet.topic(kind).lines for each in _of_line(line, known)]
    held += [_of_document(entry) for entry in distinct(known.values()) if _counts(entry)]
    return tuple(sorted(held, key=lambda each: (moment(each.told.when), each.told.document), reverse=True))


def unread(documents: Iterable[DocumentEntry]) -> int:
    """How many documents tell something that is not searched."""
    return sum(_counts(entry) and is_unread(entry) for entry in distinct(documents))


def _counts(entry: DocumentEntry) -> bool:
    return entry.status is not DocumentStatus.ENTERED_IN_ERROR


def _of_line(line: Line, known: Mapping[str, DocumentEntry]) -> Iterable[Searchable]:
    codes = frozenset(coding.code for coding in line.codes)
    for source in line.sources:
        if source.assertion in {Assertion.NONE, Assertion.NO_DATA}:
            continue
        own = source.noted or source.start
        entry = known.get(source.origin.document)
        author = next(iter(entry.authors), None) if entry else None
        told = Told(
            _proof(line, source),
            own or source.origin.date,
            source.label,
            source.detail,
            source.origin.author,
            author.organisation_name if author else "",
            source.origin.document,
            line,
            source,
            of_document=not own,
        )
        said = f"{line.label} {source.label} {source.detail if line.kind is Kind.PROCEDURE else ''}"
        said += " vaccin" if line.kind is Kind.VACCINATION else ""
        said += " ".join(coding.display for coding in line.codes)
        yield Searchable(told, _words(said), codes)


def _proof(line: Line, source: Source) -> Proof:
    marks = source.marks or line.marks
    if source.assertion is Assertion.NEGATED:
        return Proof.NEGATED
    if Mark.REIMBURSED in marks:
        return Proof.REIMBURSED
    if Mark.PRESCRIBED in marks:
        return Proof.PRESCRIBED
    if line.kind is Kind.PLAN or source.status is Status.PLANNED:
        return Proof.PLANNED
    if line.kind in {Kind.RESULT, Kind.VITAL}:
        return Proof.RESULT
    return Proof.VACCINATION if line.kind is Kind.VACCINATION else Proof.PROCEDURE


def _of_document(entry: DocumentEntry) -> Searchable:
    author = next(iter(entry.authors), None)
    proof = Proof.DOCUMENT
    if entry.type.code in _PRESCRIPTIONS:
        proof = Proof.PRESCRIBED
    elif entry.type.code in _REIMBURSEMENTS:
        proof = Proof.REIMBURSED
    told = Told(
        proof,
        entry.service_start or entry.date,
        entry.title or entry.type.display,
        "",
        author.name if author else "",
        author.organisation_name if author else "",
        entry.id,
        of_document=not entry.service_start,
    )
    name = TYPES.get(entry.type.code, ("", ""))[0]
    events = " ".join(f"{event.display} {event.code}" for event in entry.events)
    return Searchable(told, _words(f"{entry.title} {name} {events} {entry.description}"), frozenset())


def _words(text: str) -> str:
    """Stemmed words, each between two blanks."""
    return f" {' '.join(terms(text))} "


# --- what is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """What a word or a name that was typed asks for: ``sure`` as it stands, ``slip`` as it may have been meant."""

    sure: re.Pattern[str]
    codes: frozenset[str]
    slip: re.Pattern[str] | None = None
    region: bool = False


def answer(typed: str, held: Sequence[Searchable]) -> Answer:
    """What the record tells of what was typed: all its words; nothing for none."""
    groups, taken_for = _understood(typed)
    if not groups:
        return Answer()
    kept = _found(held, lambda each: _fits(groups, each))
    if not kept and len(groups) > 1 and all(group.codes for group in groups):
        # Several examinations in one breath ("TP INR"): each of them.
        kept = _found(held, lambda each: max((_fits([g], each) for g in groups), key=_likelihood))
    told = taken_for if not kept or any(f.guess for f in kept) else ()
    return Answer(tuple(kept), told)


def _likelihood(fits: bool | None) -> int:
    return {None: 0, False: 1, True: 2}[fits]


def _found(held: Sequence[Searchable], fitting: Callable[[Searchable], bool | None]) -> list[Found]:
    """What fits; of what a document's lines tell, its title says nothing more."""
    told_by_lines: set[str] = set()
    found: list[Found] = []
    for each in held:
        fits = fitting(each)
        if fits is not None:
            found.append(Found(each.told, guess=not fits))
            if each.told.line is not None:
                told_by_lines.add(each.told.document)
    return [f for f in found if f.told.line is not None or f.told.document not in told_by_lines]


def _fits(groups: Sequence[_Group], each: Searchable) -> bool | None:
    """True: it is what was asked for; False: it may be; None: it is not."""
    sure = True
    elsewhere = None
    for group in groups:
        if group.sure.search(each.words) or not group.codes.isdisjoint(each.codes):
            continue
        if group.slip is not None and group.slip.search(each.words):
            sure = False
            continue
        if not group.region or len(groups) == 1:
            return None
        # The examination asked for, of no part of the body that we know: it may be that one.
        elsewhere = _any_region().search(each.words) if elsewhere is None else elsewhere
        if elsewhere:
            return None
        sure = False
    return sure


def _understood(typed: str) -> tuple[list[_Group], tuple[tuple[str, str], ...]]:
    words = terms(typed)
    groups: list[_Group] = []
    taken_for: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        size, meant = _longest(words[at:])
        if meant:
            groups += [_Group(_pattern(c.name, c.patterns), c.codes, region=c.region) for c in meant]
        else:
            group, name = _unknown(words[at])
            groups.append(group)
            taken_for += [(words[at], name)] if name else []
        at += size
    return groups, tuple(taken_for)


def _longest(words: Sequence[str]) -> tuple[int, tuple[Concept, ...]]:
    """The longest name at the beginning of these words, and what it means; one word that means nothing else."""
    for size in range(min(_PHRASE, len(words)), 0, -1):
        if meant := by_name().get(tuple(words[:size])):
            return size, meant
    return 1, ()


def _unknown(word: str) -> tuple[_Group, str]:
    """A word that is no name of ours: as it is, as the beginning of a name, and as what it may be a slip of."""
    begun = [c for key, meant in by_name().items() if len(word) >= 3 and key[0].startswith(word) for c in meant]
    begun = list(dict.fromkeys(begun))
    patterns = ((f"{word}*",), *(p for c in begun for p in c.patterns))
    codes = frozenset[str]().union(*(c.codes for c in begun))
    region = bool(begun) and all(c.region for c in begun)
    slip = None if begun else _slip(word)
    if slip is None:
        return _Group(_compiled(patterns), codes, region=region), ""
    name, meant = slip
    meant_patterns = tuple(p for c in meant for p in c.patterns)
    region = all(c.region for c in meant)
    return _Group(_compiled(patterns), codes, _compiled(meant_patterns), region), name


def _slip(word: str) -> tuple[str, tuple[Concept, ...]] | None:
    """The name that a word is nearest to, if it is near enough."""
    if len(word) < _SHORTEST:
        return None
    from rapidfuzz import fuzz, process

    names = {key[0]: meant for key, meant in by_name().items() if len(key) == 1 and len(key[0]) >= _SHORTEST}
    nearest = process.extractOne(word, names.keys(), scorer=fuzz.ratio, score_cutoff=_SLIP)
    if nearest is None:
        return None
    meant = names[nearest[0]]
    return meant[0].name, meant


@cache
def _pattern(_name: str, patterns: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    return _compiled(patterns)


@cache
def _any_region() -> re.Pattern[str]:
    return _compiled(tuple(p for c in concepts() if c.region for p in c.patterns))


def _compiled(patterns: Iterable[tuple[str, ...]]) -> re.Pattern[str]:
    """Any of the phrases, whole words, ``*`` for any letters."""
    phrases = (" ".join(re.escape(word).replace(r"\*", r"\S*") for word in phrase) for phrase in patterns)
    return re.compile(f" (?:{'|'.join(phrases)}) ")
