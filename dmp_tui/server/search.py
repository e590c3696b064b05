"""ITI-67: what a search of documents asks, and which documents answer it. Pure."""

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from dmp_tui.dmp.codes import confidentiality_coding
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.documents import identifier_of, identifiers_of
from dmp_tui.dmp.identity import fold
from dmp_tui.server.outcomes import FhirError, malformed
from dmp_tui.server.parameters import COMMON

Predicate = Callable[[Any], bool]
"""Whether a document, or a list of them, answers one parameter."""
Matcher = Callable[[str, str], Predicate]
"""What a parameter asks: its value and its modifier, empty where none is given."""
_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class Query:
    """A search. ``patient`` is a reference, ``patient_identifier`` ``(system, value)``: empty where not given."""

    predicates: tuple[Predicate, ...] = ()
    patient: str = ""
    patient_identifier: tuple[str, str] = ("", "")
    by_identifier: bool = False
    """It names the document it wants (TD3.1b)."""
    count: int | None = None
    offset: int = 0
    ascending: bool = False
    kept: tuple[tuple[str, str], ...] = ()
    """The parameters, without paging, for links."""

    def matches(self, document: Any) -> bool:
        """Whether the document, or the list, answers every parameter."""
        return all(predicate(document) for predicate in self.predicates)


def parse_query(text: str, matchers: Mapping[str, Matcher] | None = None) -> Query:
    """A search from a query string; of documents, unless the parameters are those of something else.

    Raises:
        FhirError: 400, a parameter that is not known or cannot be understood: a filter is never passed over.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_PARAMETERS)
    except ValueError:
        raise _bad() from None
    pairs = [(_ALIASES.get(name, name), value) for name, value in pairs]
    predicates: list[Predicate] = []
    single = dict(pairs)
    if any(sum(given == name for given, _ in pairs) > 1 for name in _OTHERS):
        raise _bad()
    known = _MATCHERS if matchers is None else matchers
    for name, value in pairs:
        plain, colon, modifier = name.partition(":")
        if plain in known and bool(colon) == bool(modifier):
            predicates.append(known[plain](value, modifier))
        elif name not in _OTHERS:
            raise _unknown(name)
    system, bar, value = single.get("patient.identifier", "").partition("|")
    if single.get("patient.identifier") and not bar:
        raise _bad()
    sort = single.get("_sort", "-date")
    if sort not in {"date", "-date"} or single.get("_total", "accurate") != "accurate":
        raise _bad()
    if single.get("_summary", "false") not in {"false", "count"}:
        raise _unknown("_summary")
    counted = "0" if single.get("_summary") == "count" else single.get("_count")
    return Query(
        tuple(predicates),
        single.get("patient") or single.get("subject", ""),
        (system, value),
        "identifier" in single,
        None if counted is None else _whole(counted),
        _whole(single.get("_offset", "0")),
        sort == "date",
        tuple(pair for pair in pairs if pair[0] not in {"_count", "_offset"}),
    )


def _bad() -> FhirError:
    return malformed("Paramètre de recherche mal formé.", "Malformed search parameter.", "parameter")


def _unknown(name: str) -> FhirError:
    """400. It names what FHIR defines and this server does not do; other words could be anybody's name."""
    if name in _NOT_DONE:
        french = f"Paramètre de recherche non pris en charge : {name}."
        return malformed(french, f"Search parameter not supported: {name}.", "parameter")
    return malformed("Paramètre de recherche inconnu.", "Unknown search parameter.", "parameter")


def _no_modifier(modifier: str) -> FhirError:
    if modifier in _MODIFIERS:
        french = f"Modificateur non pris en charge sur ce paramètre : {modifier}."
        return malformed(french, f"Modifier not supported on this parameter: {modifier}.", "parameter")
    return malformed("Modificateur de recherche inconnu.", "Unknown search modifier.", "parameter")


_NOT_DONE = {"_include", "_include:iterate", "_revinclude", "_revinclude:iterate", "_summary", "_elements", "_has"}
_NOT_DONE |= {"_contained", "_containedType", "_text", "_content", "_filter", "_query", "_list", "_type"}
_NOT_DONE |= {"_profile", "_tag", "_security", "_source"}
_MODIFIERS = {"missing", "not", "exact", "contains", "identifier", "text", "in", "not-in", "above", "below", "of-type"}


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 6:
        raise _bad()
    return int(text)


class Dated(Protocol):
    """What has a date of its own and one of its deposit."""

    @property
    def id(self) -> str: ...
    @property
    def date(self) -> str: ...
    @property
    def submitted(self) -> str: ...


D = TypeVar("D", bound=Dated)


def sorted_by_date(documents: Sequence[D], *, ascending: bool) -> list[D]:
    """By creation of the document, then by deposit: newest first unless said otherwise."""
    return sorted(documents, key=lambda d: (interval(d.date) or _NEVER, d.submitted, d.id), reverse=not ascending)


_NEVER = (datetime.min.replace(tzinfo=UTC),) * 2

# --- tokens -----------------------------------------------------------------------------------------------------------


def _is_missing(value: str, values: Callable[[Any], Sequence[object]]) -> Predicate:
    """``:missing``: whether nothing is said."""
    if value not in {"true", "false"}:
        raise _bad()
    return lambda document: (not any(values(document))) is (value == "true")


def by_token(codings: Callable[[Any], Sequence[Coding]], *also: str) -> Matcher:
    """A token parameter: ``code``, ``system|code``, ``|code`` or ``system|``, several by commas.

    ``:not`` also finds what says nothing (FHIR R4, 3.1.1.4.5). ``also`` are modifiers that change nothing here.
    """

    def parse(value: str, modifier: str) -> Predicate:
        if modifier == "missing":
            return _is_missing(value, lambda document: [c for c in codings(document) if c.code])
        if modifier and modifier != "not" and modifier not in also:
            raise _no_modifier(modifier)
        wanted = [_system_and_code(part) for part in value.split(",")]

        def matches(document: Any) -> bool:
            return any(
                (system is None or system == coding.system) and (not code or code == coding.code)
                for coding in codings(document)
                for system, code in wanted
            )

        return (lambda document: not matches(document)) if modifier == "not" else matches

    return parse


def _system_and_code(part: str) -> tuple[str | None, str]:
    system, bar, code = part.partition("|")
    if not part or (bar and not system and not code):
        raise _bad()
    return (system, code) if bar else (None, system)


def by_string(texts: Callable[[Any], Sequence[str]], *, words: bool = False) -> Matcher:
    """A string parameter: how the text begins, case and accents aside, several by commas; ``:exact``, ``:contains``.

    ``words``: each word, or several in their order, may be what is looked for.
    """

    def parse(value: str, modifier: str) -> Predicate:
        if modifier == "missing":
            return _is_missing(value, texts)
        if modifier not in {"", "exact", "contains"}:
            raise _no_modifier(modifier)
        parts = value.split(",")
        wanted = parts if modifier == "exact" else [fold(part) for part in parts]
        if not all(wanted):
            raise _bad()

        def answers(text: str, part: str) -> bool:
            if modifier == "exact":
                return f" {part} " in f" {text} " if words else part == text
            have = fold(text)
            if modifier == "contains":
                return part in have
            return f" {part}" in f" {have}" if words else have.startswith(part)

        return lambda document: any(answers(text, part) for text in texts(document) for part in wanted)

    return parse


by_name = by_string(lambda document: [author.name for author in document.authors], words=True)
"""Authors' names. They are kept as they are displayed: family and given are words of the same text."""


def _labels(document: DocumentEntry) -> Sequence[Coding]:
    return [confidentiality_coding(level) for level in document.confidentiality]


def _identifiers(document: DocumentEntry) -> Sequence[Coding]:
    master = identifier_of(document.unique_id)
    own = [Coding(master["system"], master["value"]), Coding("urn:ietf:rfc:3986", f"urn:uuid:{document.id}")]
    if document.logical_id:
        own.append(Coding("urn:ietf:rfc:3986", f"urn:uuid:{document.logical_id}"))
    return own


by_author = by_token(lambda found: [Coding(*known) for author in found.authors for known in identifiers_of(author)])
"""Authors' national identifiers, and their structures'."""


def _relations(document: DocumentEntry) -> Sequence[Coding]:
    found = [identifier_of(r.target) for r in document.relations]
    return [Coding(i["system"], i["value"]) for i in found]


def _related(document: DocumentEntry) -> Sequence[Coding]:
    """What a document is about, by identifier; and by literal reference, where its sender gave one."""
    literal = [Coding("", r.reference) for r in document.related if r.reference]
    return [*(Coding(r.system, r.value) for r in document.related if r.value), *literal]


def with_references(text: str, documents: Iterable[DocumentEntry]) -> str:
    """A search whose ``relatesto`` names documents as PDSm does: by reference, which is to be one of these."""
    if "relatesto" not in text.lower():
        return text
    ids = {d.id: identifier_of(d.unique_id)["value"] for d in documents}
    pairs = []
    for name, value in parse_qsl(text, keep_blank_values=True):
        id_ = value.rpartition("DocumentReference/")[2] if name.partition(":")[0].lower() == "relatesto" else ""
        pairs.append((name, ids.get(id_, value)))
    return urlencode(pairs)


def _optional(coding: Coding | None) -> Sequence[Coding]:
    return [coding] if coding else []


# --- dates ------------------------------------------------------------------------------------------------------------

_COMPARATORS: dict[str, Callable[[tuple[datetime, datetime], tuple[datetime, datetime]], bool]] = {
    "eq": lambda have, want: want[0] <= have[0] and have[1] <= want[1],
    "ne": lambda have, want: not (want[0] <= have[0] and have[1] <= want[1]),
    "gt": lambda have, want: have[1] > want[1],
    "lt": lambda have, want: have[0] < want[0],
    "ge": lambda have, want: have[1] > want[1] or (want[0] <= have[0] and have[1] <= want[1]),
    "le": lambda have, want: have[0] < want[0] or (want[0] <= have[0] and have[1] <= want[1]),
    "sa": lambda have, want: have[0] >= want[1],
    "eb": lambda have, want: have[1] <= want[0],
    "ap": lambda have, want: have[0] < want[1] and want[0] < have[1],
}


def by_date(dates: Callable[[Any], tuple[str, str]]) -> Matcher:
    """A date parameter with FHIR's comparators, on intervals as its precision gives them; ``:missing``."""

    def parse(value: str, modifier: str) -> Predicate:
        if modifier == "missing":
            return _is_missing(value, dates)
        if modifier:
            raise _no_modifier(modifier)
        wanted = []
        for part in value.split(","):
            comparator, text = (part[:2], part[2:]) if part[:2].isalpha() else ("eq", part)
            asked = interval(text)
            if asked is None or comparator not in _COMPARATORS:
                raise _bad()
            wanted.append((_COMPARATORS[comparator], asked))

        def matches(document: Any) -> bool:
            start, end = dates(document)
            first, last = interval(start), interval(end or start)
            if first is None or last is None:
                return False
            return any(compare((first[0], last[1]), asked) for compare, asked in wanted)

        return matches

    return parse


def interval(text: str) -> tuple[datetime, datetime] | None:
    """From when to when (excluded) a FHIR date of any precision lasts; None if it is none. Without a zone: UTC."""
    try:
        if len(text) == 4 and text.isdecimal():
            year = int(text)
            return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        if len(text) == 7:
            first = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
            return first, first + timedelta(days=calendar.monthrange(first.year, first.month)[1])
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    length = timedelta(days=1) if len(text) == 10 else timedelta(seconds=1 if "." not in text else 0.001)
    try:
        return moment, moment + length
    except OverflowError:
        return None


_MATCHERS: dict[str, Matcher] = {
    "_id": by_token(lambda d: [Coding("", d.id)]),
    "identifier": by_token(_identifiers),
    "status": by_token(lambda d: [Coding("http://hl7.org/fhir/document-reference-status", d.status.value)]),
    "type": by_token(lambda d: [d.type]),
    "category": by_token(lambda d: [d.class_]),
    "facility": by_token(lambda d: _optional(d.facility_type)),
    "setting": by_token(lambda d: _optional(d.practice_setting)),
    "format": by_token(lambda d: [d.format]),
    "security-label": by_token(_labels),
    "event": by_token(lambda d: d.events),
    "related": by_token(_related, "identifier"),
    "relatesto": by_token(_relations, "identifier"),
    "description": by_string(lambda d: [d.description]),
    "author.family": by_name,
    "author.given": by_name,
    "author.identifier": by_author,
    "date": by_date(lambda d: (d.date, "")),
    "creation": by_date(lambda d: (d.date, "")),
    "period": by_date(lambda d: (d.service_start, d.service_end)),
    "period-start": by_date(lambda d: (d.service_start, "")),
    "period-end": by_date(lambda d: (d.service_end, "")),
    "_lastUpdated": by_date(lambda d: (d.submitted, "")),
    "isArchived": by_token(lambda d: [Coding("", "true" if d.archived else "false")]),
}
_CHAINS = tuple(
    (path, kind, name)
    for path in ("author", "source")
    for kind in ("Practitioner", "Patient")
    for name in ("family", "given", "identifier")
)
_ALIASES = {
    "patient:identifier": "patient.identifier",
    "patient:Patient.identifier": "patient.identifier",
    "subject:identifier": "patient.identifier",
    "subject:Patient.identifier": "patient.identifier",
    "subject.identifier": "patient.identifier",
    **{f"{path}:{kind}.{name}": f"{path}.{name}" for path, kind, name in _CHAINS},
    **{f"{path}:identifier": f"{path}.identifier" for path in ("author", "source")},
    "relatesTo": "relatesto",
    "relatesTo:identifier": "relatesto:identifier",
    "relatesTo:missing": "relatesto:missing",
    "PDSm_isArchived": "isArchived",
    "PDSm_DocumentReference_period-start": "period-start",
    "PDSm_DocumentReference_period-end": "period-end",
}
"""Other names that the drafts, or FHIR's own rules, give to a parameter."""
_OTHERS = COMMON | {"patient", "subject", "patient.identifier", "_count", "_offset", "_sort", "_summary", "_total"}
SEARCHED = tuple(sorted({*_MATCHERS, "patient", "patient.identifier"}))
"""The parameters of ITI-67 that are understood."""
