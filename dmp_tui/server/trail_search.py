"""What a search of the trail asks (IHE BALP, ITI-81). Pure: a filter is never passed over, nor one of two chosen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from dmp_tui.dmp.trail import Act, Kind, act_of
from dmp_tui.server.outcomes import FhirError, malformed
from dmp_tui.server.parameters import COMMON
from dmp_tui.server.search import interval
from dmp_tui.store.trail import ALLOWED, REFUSED
from dmp_tui.store.trail_reads import Span

OPERATIONS = "urn:dmp-tui:fhir:operation"
"""System of the operations' own names, which are those of the trail."""
INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
EVENT_TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
ACT_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
PURPOSES = {"normal": "TREAT", "bris_de_glace": "BTG", "centre_15": "ETREAT"}
TDE = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent"
"""The French profile. It holds two agents at most and one subtype: it is written instead of BALP's where asked for."""
SECURITY_ALERT, OVERRIDE_STARTED = "110113", "110127"

MOST = 200
"""Events on one page, at most."""
USUAL = 100
_PARAMETERS = 30
_ALIASES = {
    "patient:identifier": "patient.identifier",
    "patient:Patient.identifier": "patient.identifier",
    "entity.patient.identifier": "patient.identifier",
    "agent:identifier": "agent.identifier",
    "agent:Practitioner.identifier": "agent.identifier",
}
SEARCHED = (
    "patient",
    "patient.identifier",
    "date",
    "agent",
    "agent.identifier",
    "type",
    "subtype",
    "action",
    "outcome",
    "entity",
    "purpose-of-use",
    "_id",
    "_profile",
)
"""The parameters that a search may have; ``_count``, ``_sort`` and ``_cursor`` page."""
_PAGING = ("_count", "_sort", "_cursor")
_OUTCOMES = {"0": ALLOWED, "4": REFUSED}
_OUTCOME_SYSTEM = "http://terminology.hl7.org/CodeSystem/audit-event-outcome"


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. None: not asked."""

    patient: str = ""
    """A reference, or empty."""
    identifier: str = ""
    """``<system>|<INS>``, or empty."""
    agents: frozenset[str] | None = None
    acts: tuple[Callable[[str, bool], bool], ...] = ()
    """Each says of an operation, and of whether it is about a document, whether it is asked for."""
    outcomes: frozenset[str] | None = None
    modes: frozenset[str] | None = None
    entities: frozenset[str] | None = None
    """Ids of documents, and ``Patient/<id>``."""
    sequences: frozenset[int] | None = None
    dates: tuple[tuple[Span, ...], ...] = ()
    profile: str = ""
    count: int = USUAL
    ascending: bool = False
    upto: int | None = None
    after: int | None = None
    kept: tuple[tuple[str, str], ...] = field(default=())
    """The parameters without the cursor, for links."""


def parse_trail_search(text: str) -> Asked:
    """A search from a query string. Only ``date`` may be repeated.

    Raises:
        FhirError: 400, a parameter that is not known, or that cannot be understood.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_PARAMETERS)
    except ValueError:
        raise bad_search() from None
    pairs = [(_ALIASES.get(name, name), value) for name, value in pairs]
    single = dict(pairs)
    repeated = [name for name in single if name != "date" and sum(given == name for given, _ in pairs) > 1]
    if repeated or not single.keys() <= {*SEARCHED, *_PAGING, *COMMON} or "" in single.values():
        raise bad_search()
    sort, profile = single.get("_sort", "-date"), single.get("_profile", "")
    if sort not in {"date", "-date"} or profile not in {"", TDE}:
        raise bad_search()
    if "agent" in single and "agent.identifier" in single:
        raise bad_search()
    upto, after = _cursor(single["_cursor"]) if "_cursor" in single else (None, None)
    return Asked(
        patient=single.get("patient", ""),
        identifier=single.get("patient.identifier", ""),
        agents=_agents(single),
        acts=_acts(single),
        outcomes=_known(single.get("outcome"), _OUTCOMES, _OUTCOME_SYSTEM),
        modes=_known(single.get("purpose-of-use"), {code: mode for mode, code in PURPOSES.items()}, ACT_REASONS),
        entities=_entities(single.get("entity")),
        sequences=_sequences(single.get("_id")),
        dates=tuple(_spans(value) for name, value in pairs if name == "date"),
        profile=profile,
        count=min(_whole(single["_count"]), MOST) if "_count" in single else USUAL,
        ascending=sort == "date",
        upto=upto,
        after=after,
        kept=tuple(pair for pair in pairs if pair[0] != "_cursor"),
    )


def bad_search() -> FhirError:
    """400."""
    names = ", ".join((*SEARCHED, "_count", "_sort"))
    return malformed(
        f"Recherche de traces mal formée : paramètres connus, chacun une fois (date : plusieurs) : {names}.",
        f"Malformed search of the trail: known parameters, each once (date: several): {names}.",
        "parameter",
    )


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise bad_search()
    return int(text)


def _cursor(text: str) -> tuple[int, int]:
    """``(last row of the search, row after which the page begins)``."""
    upto, dash, after = text.partition("-")
    if not dash:
        raise bad_search()
    return _whole(upto), _whole(after)


def _tokens(value: str) -> list[tuple[str | None, str]]:
    """``(system or None, code)`` of a token parameter."""
    found: list[tuple[str | None, str]] = []
    for part in value.split(","):
        system, bar, code = part.partition("|")
        if not (code if bar else system):
            raise bad_search()
        found.append((system, code) if bar else (None, system))
    return found


def _known(value: str | None, codes: dict[str, str], system: str) -> frozenset[str] | None:
    """What the codes mean; codes of other systems, and other codes, find nothing."""
    if value is None:
        return None
    return frozenset(codes[code] for given, code in _tokens(value) if code in codes and given in {None, system})


def _agents(single: dict[str, str]) -> frozenset[str] | None:
    if "agent.identifier" in single:
        return frozenset(code for system, code in _tokens(single["agent.identifier"]) if system in {None, "", IDNPS})
    if "agent" in single:
        return frozenset(part.rpartition("Practitioner/")[2] for part in single["agent"].split(",") if part)
    return None


def _acts(single: dict[str, str]) -> tuple[Callable[[str, bool], bool], ...]:
    tests: list[Callable[[str, bool], bool]] = []
    if "action" in single:
        letters = {code for _, code in _tokens(single["action"])}
        tests.append(lambda operation, about: act_of(operation, about_document=about).action in letters)
    for name, codes_of in (("subtype", subtypes_of), ("type", types_of)):
        if name not in single:
            continue
        wanted = _tokens(single[name])

        def asked(
            operation: str,
            about: bool,
            wanted: list[tuple[str | None, str]] = wanted,
            codes_of: Callable[[str, Act], list[tuple[str, str]]] = codes_of,
        ) -> bool:
            codes = codes_of(operation, act_of(operation, about_document=about))
            return any(have[1] == code and system in {None, have[0]} for have in codes for system, code in wanted)

        tests.append(asked)
    return tuple(tests)


def types_of(_operation: str, act: Act) -> list[tuple[str, str]]:
    """``AuditEvent.type`` as ``(system, code)``."""
    return [(DCM, SECURITY_ALERT) if act.kind is Kind.EMERGENCY else (EVENT_TYPES, "rest")]


def subtypes_of(operation: str, act: Act) -> list[tuple[str, str]]:
    """``AuditEvent.subtype`` as ``(system, code)``: FHIR's or DICOM's, then our own."""
    first = (DCM, OVERRIDE_STARTED) if act.kind is Kind.EMERGENCY else (INTERACTIONS, act.kind.value)
    return [first, (OPERATIONS, operation)]


def _entities(value: str | None) -> frozenset[str] | None:
    if value is None:
        return None
    found = set()
    for part in value.split(","):
        kind, slash, id_ = part.rpartition("/fhir/")[2].partition("/")
        if not slash:
            kind, id_ = "DocumentReference", part
        if not id_ or kind not in {"DocumentReference", "Binary", "Patient"}:
            raise bad_search()
        found.add(f"Patient/{id_}" if kind == "Patient" else id_)
    return frozenset(found)


def _sequences(value: str | None) -> frozenset[int] | None:
    return None if value is None else frozenset(_whole(part) for part in value.split(","))


def _spans(value: str) -> tuple[Span, ...]:
    """The spans of which one has to hold the time of an event, whose own time is an instant."""
    found: list[Span] = []
    for part in value.split(","):
        prefix, text = (part[:2], part[2:]) if part[:2].isalpha() else ("eq", part)
        asked = interval(text.replace(" ", "+"))
        if asked is None:
            raise bad_search()
        found += _span(prefix, *asked)
    return tuple(found)


def _span(prefix: str, first: datetime, end: datetime) -> list[Span]:
    spans: dict[str, list[Span]] = {
        "eq": [(first, end)],
        "ap": [(first, end)],
        "ne": [(None, first), (end, None)],
        "ge": [(first, None)],
        "gt": [(end, None)],
        "sa": [(end, None)],
        "le": [(None, end)],
        "lt": [(None, first)],
        "eb": [(None, first)],
    }
    if prefix not in spans:
        raise bad_search()
    return spans[prefix]
