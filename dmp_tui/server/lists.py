"""ITI-66: search and reading of submission sets and folders. A list is what its reader may see of it."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.documents import URI, identifier_of
from dmp_tui.dmp.fhir.lists import LIST_TYPES, to_list
from dmp_tui.dmp.lists import DocumentList, ListKind
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import Access, access_to, eyes_without_record
from dmp_tui.server.caller import Caller
from dmp_tui.server.documents import patient_of, search_text, searchset
from dmp_tui.server.outcomes import fhir_response, not_found
from dmp_tui.server.search import by_author, by_date, by_name, by_string, by_token, parse_query, sorted_by_date
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import unknown_patient


def _named(unique_id: str) -> Sequence[Coding]:
    if not unique_id:
        return []
    identifier = identifier_of(unique_id)
    return [Coding(identifier["system"], identifier["value"])]


def _identifiers(found: DocumentList) -> Sequence[Coding]:
    return [*_named(found.unique_id), Coding(URI, f"urn:uuid:{found.id}")]


_MATCHERS = {
    "_id": by_token(lambda found: [Coding("", found.id)]),
    "_lastUpdated": by_date(lambda found: (found.submitted, "")),
    "code": by_token(lambda found: [Coding(LIST_TYPES, found.kind.value)]),
    "date": by_date(lambda found: (found.date, "")),
    "designationType": by_token(lambda found: found.designations),
    "identifier": by_token(_identifiers),
    "isArchived": by_token(lambda _found: [Coding("", "false")]),
    "sourceId": by_token(lambda found: _named(found.source_id)),
    "status": by_token(lambda _found: [Coding("http://hl7.org/fhir/list-status", "current")]),
    "source.family": by_name,
    "source.given": by_name,
    "source.identifier": by_author,
    "title": by_string(lambda found: [found.title]),
}
SEARCHED = tuple(sorted({*_MATCHERS, "patient", "patient.identifier"}))
"""The parameters of ITI-66 that are understood."""


async def search(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/List?patient.identifier=...``, or the same parameters as a form to ``_search``."""
    query = parse_query(await search_text(services, request), _MATCHERS)
    record = patient_of(services, query)
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.SEARCH_METADATA)
    if record is None:
        raise unknown_patient()
    documents = _visible(services, access, record.id)
    lists = services.store.lists(record.id, access.eyes)
    seen = [shown for kept in lists if (shown := _shown(kept, documents)) is not None]
    found = sorted_by_date([one for one in seen if query.matches(one)], ascending=query.ascending)
    await services.store.trace(access.event(Operation.SEARCH_METADATA, decision, detail="lists"))
    by_id = {d.id: d for d in documents}

    def write(one: DocumentList) -> dict[str, object]:
        return to_list(one, [by_id[id_] for id_ in one.documents], record, services.base_url)

    return fhir_response(searchset(services, "List", query, found, write))


async def read(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/List/<id>``."""
    kept = services.store.list_of(request.path_params["id"], eyes_without_record(services.store, caller))
    record = services.store.patient(kept.patient_id) if kept else None
    access = access_to(services.store, caller, record, services.settings, services.clock)
    documents = _visible(services, access, record.id) if record else []
    shown = _shown(kept, documents) if kept else None
    if record is None or shown is None:
        raise not_found()
    decision = access.require(Operation.SEARCH_METADATA)
    await services.store.trace(access.event(Operation.SEARCH_METADATA, decision, detail="list"))
    inside = [d for d in documents if d.id in set(shown.documents)]
    inside.sort(key=lambda d: shown.documents.index(d.id))
    return fhir_response(to_list(shown, inside, record, services.base_url))


def _visible(services: Services, access: Access, patient_id: str) -> list[DocumentEntry]:
    return [
        d for d in services.store.documents(patient_id, access.eyes) if access.ask(Operation.SEARCH_METADATA, d).allowed
    ]


def _shown(kept: DocumentList, documents: Sequence[DocumentEntry]) -> DocumentList | None:
    """A list of what is visible of it; None where nothing is. A folder is as new as what is seen in it."""
    seen = {d.id: d.submitted for d in documents}
    inside = tuple(id_ for id_ in kept.documents if id_ in seen)
    if not inside:
        return None
    shown = replace(kept, documents=inside)
    if kept.kind is ListKind.FOLDER:
        newest = max(seen[id_] for id_ in inside)
        return replace(shown, date=newest, submitted=newest)
    # Its words stay: a set that fell silent where something in it is masked would tell that something is.
    return shown
