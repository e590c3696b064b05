"""``GET /fhir/AuditEvent``: who did what to a record, for who may read it (R1111-43; IHE BALP, ITI-81)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.rights import Operation
from dmp_tui.dmp.trail import Readable, readable_by_professional
from dmp_tui.server.access import Access, access_to
from dmp_tui.server.audit_events import to_audit_event
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of
from dmp_tui.server.trail_search import Asked, parse_trail_search
from dmp_tui.store.reads import Reads
from dmp_tui.store.trail import TrailRow
from dmp_tui.store.trail_reads import TrailQuery

Json = dict[str, Any]

READ_TRAIL = "read_trail"
_ALL = 2**31


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a trail, and what of it exists for him."""

    seq: int
    """The row of his own reading: a first page counts up to it."""
    actor: str | None
    """Whose acts alone are shown; None for everybody's."""
    is_shown: Callable[[str], bool]
    """Whether a document exists for him: the id of another is in no answer, nor found by a search."""
    representative: bool = False
    """A minor's legal representative: acts of secret sessions do not exist for him."""


async def search(services: Services, caller: Caller, request: Request) -> Response:
    """A page of a record's trail: all of it for the treating doctor, for anyone else what he did himself."""
    asked = parse_trail_search(request.url.query)
    record = named_record(services, asked)
    access, seq = await _traced(services, caller, record)
    actor = None if _readable(access) is Readable.EVERYTHING else caller.professional.id
    reader = Reader(seq, actor, shown(services.store, access))
    return fhir_response(page_of_trail(services.store, record, asked, reader, services.base_url))


async def read(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/AuditEvent/<id>``: one event of a record's trail."""
    parameters(request)
    id_ = request.path_params["id"]
    found = services.store.trail_row(int(id_)) if id_.isdecimal() and id_.isascii() and len(id_) < 16 else None
    record = services.store.patient(found.patient_id) if found and found.patient_id else None
    access = access_to(services.store, caller, record, services.settings, services.clock)
    allowed = found and record and access.ask(Operation.TEST_EXISTENCE).allowed
    own = found and found.actor == caller.professional.id
    if not found or not allowed or not (own or _readable(access) is Readable.EVERYTHING):
        # As if it were not there: that something was done in a record is nobody's else to know.
        raise not_found()
    await _traced(services, caller, record)
    return fhir_response(to_audit_event(found, services.base_url, shown(services.store, access)))


async def _traced(services: Services, caller: Caller, record: Record | None) -> tuple[Access, int]:
    """The caller before the record, and the sequence of the row that says that he reads its trail."""
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.TEST_EXISTENCE)
    if record is None:
        raise not_found()
    return access, await services.store.trace(access.event(READ_TRAIL, decision))


def _readable(access: Access) -> Readable:
    if access.record is None:
        return Readable.OWN
    return readable_by_professional(access.authorisation, access.record.status)


def named_record(services: Services, asked: Asked) -> Record | None:
    """The record that a search names, by reference or by INS.

    Raises:
        FhirError: 400, it names none, or two.
    """
    if bool(asked.patient) == bool(asked.identifier):
        raise malformed(
            "Paramètre obligatoire, un seul des deux : patient ou patient.identifier.",
            "Mandatory, one of the two: patient or patient.identifier.",
            "patient",
        )
    if asked.identifier:
        return record_of(services.store, f"Patient?identifier={asked.identifier}", services.base_url)
    reference = asked.patient if "/" in asked.patient else f"Patient/{asked.patient}"
    return record_of(services.store, reference, services.base_url)


def shown(reads: Reads, access: Access) -> Callable[[str], bool]:
    """Whether the id of a document may stand in an answer: it is there, and its reader sees it."""

    @cache
    def is_shown(document_id: str) -> bool:
        document = reads.document(document_id, access.eyes)
        return document is not None and access.sees(document)

    return is_shown


def page_of_trail(reads: Reads, record: Record | None, asked: Asked, reader: Reader, base_url: str) -> Json:
    """The Bundle of a page."""
    if record is None:
        raise not_found()
    is_shown = reader.is_shown
    upto = reader.seq if asked.upto is None else min(reader.seq, asked.upto)
    query = TrailQuery(
        record.id,
        actors=_actors(asked, reader),
        acts=_acts(reads, record, asked),
        outcomes=asked.outcomes,
        modes=asked.modes,
        documents=_documents(record, asked, is_shown),
        sequences=asked.sequences,
        dates=asked.dates,
        upto=upto,
    )
    rows, total = _found(reads, query, asked, reader)
    links = [("self", f"{upto}-{asked.after}" if asked.after is not None else "")]
    if asked.count and len(rows) > asked.count:
        links.append(("next", f"{upto}-{rows[asked.count - 1].seq}"))
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": name, "url": _link(base_url, asked, cursor)} for name, cursor in links],
        "entry": [
            {
                "fullUrl": f"{base_url}/AuditEvent/{row.seq}",
                "resource": to_audit_event(row, base_url, is_shown, asked.profile),
                "search": {"mode": "match"},
            }
            for row in rows[: asked.count]
        ],
    }


def _found(reads: Reads, query: TrailQuery, asked: Asked, reader: Reader) -> tuple[list[TrailRow], int]:
    """The rows of the page and one more, and how many there are in all."""
    if not reader.representative:
        rows = reads.search_trail(query, asked.count + 1, after=asked.after, ascending=asked.ascending)
        return rows, reads.count_trail(query)
    # Whether a session was secret is sealed in its rows: all of a child's are read, and counted.
    whole = [row for row in reads.search_trail(query, _ALL, ascending=asked.ascending) if not row.secret]
    after = asked.after
    following = [row for row in whole if after is None or (row.seq > after if asked.ascending else row.seq < after)]
    return following[: asked.count + 1], len(whole)


def _actors(asked: Asked, reader: Reader) -> frozenset[str] | None:
    if reader.actor is None:
        return asked.agents
    own = frozenset({reader.actor})
    return own if asked.agents is None else asked.agents & own


def _acts(reads: Reads, record: Record, asked: Asked) -> frozenset[tuple[str, bool]] | None:
    """Of the acts that this trail knows, those that pass every test."""
    if not asked.acts:
        return None
    return frozenset(act for act in reads.traced_acts(record.id) if all(test(*act) for test in asked.acts))


def _documents(record: Record, asked: Asked, is_shown: Callable[[str], bool]) -> frozenset[str] | None:
    if asked.entities is None or f"Patient/{record.id}" in asked.entities:
        return None
    return frozenset(id_ for id_ in asked.entities if not id_.startswith("Patient/") and is_shown(id_))


def _link(base_url: str, asked: Asked, cursor: str) -> str:
    parameters = [*asked.kept, *([("_cursor", cursor)] if cursor else [])]
    return f"{base_url}/AuditEvent?{urlencode(parameters)}"
