"""Which documents a consultation shows: the automatic view, what is new, everything; replacements; what is typed.

Source: PDSM4DMP, "exemples d'usage" (26/05/2026): the first search shows current documents of two years at most,
vaccination history exempt, by a filter that is shown and can be removed; later ones what changed since the last access,
by twenty; the number of third parties' documents is told; documents are told apart by uniqueId.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dmp_tui.dmp.documents import DocumentEntry, DocumentStatus
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.news import is_new
from dmp_tui.dmp.sheet.reading import is_before

YEARS = 2
"""Age in years of the oldest document that the automatic view shows."""
BATCH = 20
"""How many changes are shown at once."""
IDENTITY_WARNINGS = frozenset({"name-differs", "birth-date-differs", "sex-differs", "ins-differs", "other-person"})
"""Warnings of a document that may be of another person than the record."""
PARTLY_READ = "partly-read"
"""Warning of a document of which some section could not be structured."""
_VACCINATION_TYPES = frozenset({"11369-6", "87273-9", "82593-5"})
_VACCINATION_FORMATS = ("urn:asip:ci-sis:vac:", "urn:ihe:pcc:ic:")


class View(StrEnum):
    """What is listed before anything else is asked for."""

    NEW = "new"
    """Deposited since the caller's last access."""
    RECENT = "recent"
    """Current, not archived, of two years at most; vaccinations of any age."""
    ALL = "all"


def is_vaccination(entry: DocumentEntry) -> bool:
    """Whether the document is of a history of vaccination, which no age takes away."""
    return entry.type.code in _VACCINATION_TYPES or entry.format.code.startswith(_VACCINATION_FORMATS)


def is_recent(entry: DocumentEntry, today: date) -> bool:
    """Whether the automatic view shows it. One whose date is not known is shown."""
    if entry.status is not DocumentStatus.CURRENT or entry.archived:
        return False
    return is_vaccination(entry) or not is_before(entry.date[:10], _years_ago(today))


def _years_ago(today: date) -> date:
    try:
        return today.replace(year=today.year - YEARS)
    except ValueError:  # 29 February
        return today.replace(year=today.year - YEARS, day=28)


def first_view(documents: Iterable[DocumentEntry], last_access: datetime | None) -> View:
    """What changed since the last access where something did; else the automatic view."""
    return View.NEW if any(is_new(entry, last_access) for entry in documents) else View.RECENT


def is_by_others(entry: DocumentEntry, caller: str) -> bool:
    """Whether a third party wrote it: neither author nor depositor has the caller's national id."""
    return caller not in {author.id for author in (*entry.authors, entry.submitter)} - {""}


def is_unread(entry: DocumentEntry) -> bool:
    """Whether some of its content is on no sheet: text, image or PDF only, or a section that was not understood."""
    return entry.readable != "entries" or PARTLY_READ in entry.warnings


def names_another(entry: DocumentEntry) -> bool:
    """Whether it may be of another person, by its warnings."""
    return not IDENTITY_WARNINGS.isdisjoint(entry.warnings)


def distinct(documents: Iterable[DocumentEntry]) -> tuple[DocumentEntry, ...]:
    """Newest first, one of each uniqueId: the newest version of it.

    Two organisations may give one uniqueId to two documents: where their bytes differ both stay.
    """
    ordered = sorted(documents, key=lambda d: (moment(d.date), moment(d.submitted), d.version, d.id), reverse=True)
    kept: dict[tuple[str, str], DocumentEntry] = {}
    for entry in ordered:
        key = (entry.unique_id, entry.hash) if entry.unique_id else ("", entry.id)
        known = kept.get(key)
        if known is None or (known.status is not DocumentStatus.CURRENT and entry.status is DocumentStatus.CURRENT):
            kept[key] = entry
    return tuple(kept.values())


# --- replacements -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Links:
    """What replaces a document, and what it replaces, among those that can be seen; newest first."""

    newer: tuple[DocumentEntry, ...] = ()
    older: tuple[DocumentEntry, ...] = ()


def links_of(documents: Sequence[DocumentEntry]) -> Mapping[str, Links]:
    """By id, for the documents that have any. A replacement that was withdrawn replaces nothing."""
    named: dict[str, list[DocumentEntry]] = {}
    for entry in documents:
        for name in {entry.unique_id, entry.id} - {""}:
            named.setdefault(name, []).append(entry)
    newer: dict[str, list[DocumentEntry]] = {}
    older: dict[str, list[DocumentEntry]] = {}
    for entry in documents:
        if entry.status is DocumentStatus.ENTERED_IN_ERROR:
            continue
        for relation in entry.relations:
            targets = named.get(relation.target) or named.get(relation.target.rpartition("/")[2], [])
            for target in targets if relation.code == "replaces" else ():
                if target.id != entry.id:
                    newer.setdefault(target.id, []).append(entry)
                    older.setdefault(entry.id, []).append(target)
    return {id_: Links(tuple(newer.get(id_, ())), tuple(older.get(id_, ()))) for id_ in {*newer, *older}}


def chain(entry: DocumentEntry, links: Mapping[str, Links]) -> tuple[DocumentEntry, ...]:
    """All versions that a document is one of, newest first; the document alone where it has no other."""
    found, waiting = {entry.id: entry}, [entry]
    while waiting:
        known = links.get(waiting.pop().id, Links())
        for other in (*known.newer, *known.older):
            if other.id not in found:
                found[other.id] = other
                waiting.append(other)
    return tuple(sorted(found.values(), key=lambda d: (moment(d.submitted), moment(d.date), d.id), reverse=True))


def nested(documents: Sequence[DocumentEntry], links: Mapping[str, Links]) -> Iterator[tuple[DocumentEntry, int]]:
    """The documents in their order, with depth: what was replaced stands under its replacement where that is shown."""
    shown = {entry.id: entry for entry in documents}
    placed: set[str] = set()

    def under(root: DocumentEntry) -> Iterator[tuple[DocumentEntry, int]]:
        waiting = [(root, 0)]
        while waiting:
            entry, depth = waiting.pop()
            if entry.id in placed:
                continue
            placed.add(entry.id)
            yield entry, depth
            old = [o for o in links.get(entry.id, Links()).older if o.status is DocumentStatus.SUPERSEDED]
            waiting += [(o, depth + 1) for o in reversed(old) if o.id in shown]

    for entry in documents:
        replaced = entry.status is DocumentStatus.SUPERSEDED
        if not (replaced and any(new.id in shown for new in links.get(entry.id, Links()).newer)):
            yield from under(entry)
    for entry in documents:  # those that replace each other in a circle
        if entry.id not in placed:
            yield from under(entry)


# --- what is typed ----------------------------------------------------------------------------------------------------

_SLASHED = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{0,4})")
_ISO = re.compile(r"\d{4}-[\d-]{0,5}")
_ANYWHERE = 4
"""Letters from which a word is sought within words too, and not at their beginning only."""


def matcher(typed: str) -> Callable[[DocumentEntry, str], bool]:
    """Whether a document fits what was typed: every word of it, in any order.

    The function takes the document and its folded words (type, title, author, specialty...). A word fits at the
    beginning of one of those, a longer one anywhere; ``2024``, ``11/2024``, ``12/11/2024``, ``12/11`` are dates too.
    """
    tests = [_test(word) for word in typed.split()]

    def fits(entry: DocumentEntry, words: str) -> bool:
        return all(test(entry, words) for test in tests)

    return fits


def _test(word: str) -> Callable[[DocumentEntry, str], bool]:
    if "/" in word and (found := _SLASHED.fullmatch(word)):
        first, second, last = found.groups()
        return lambda entry, _words: _is_of(entry.date, first or "", second, last)
    if _ISO.fullmatch(word):
        return lambda entry, _words: entry.date.startswith(word)
    parts = fold(word).split()

    def test(entry: DocumentEntry, words: str) -> bool:
        if word.isdigit() and entry.date.startswith(word):
            return True
        return all(f" {part}" in f" {words}" or (len(part) >= _ANYWHERE and part in words) for part in parts)

    return test


def _is_of(fhir_date: str, first: str, second: str, last: str) -> bool:
    """``first/second/last`` as day, month and year; ``second/last`` as month and year, or as day and month."""
    year, month, day = fhir_date[:4], fhir_date[5:7], fhir_date[8:10]
    years = year.startswith(last) or (len(last) == 2 and year.endswith(last))
    if first:
        return (day, month) == (first.zfill(2), second.zfill(2)) and years
    if month == second.zfill(2) and years:
        return True
    return len(last) in {1, 2} and (day, month) == (second.zfill(2), last.zfill(2))
