"""Documents: ITI-67 (search), reading of metadata, ITI-68 (contents), ITI-105 (deposit), PATCH of what may change."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.documents import identifier_of, to_document_reference, unique_id_of
from dmp_tui.dmp.rights import Limit, Operation, state_of
from dmp_tui.server.access import Access, access_to, eyes_of, eyes_without_record
from dmp_tui.server.bodies import JSON_TYPES, PATCH_TYPES, SMALL, check_type, parse_json, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.changes import Plan, carry_out, check_if_match
from dmp_tui.server.deposit import deposit_all
from dmp_tui.server.fhirpath import fhirpath_patched
from dmp_tui.server.intake import read_reference
from dmp_tui.server.outcomes import MEDIA_TYPE, FhirError, Said, fhir_response, malformed, not_found
from dmp_tui.server.patches import changed, operations_of, patched
from dmp_tui.server.search import D, Query, parse_query, sorted_by_date, with_references
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import as_seen
from dmp_tui.server.subjects import record_of, unknown_patient

Json = dict[str, Any]

READ = "read_document"
CHANGE = "change_document"
"""In the trail, where a document is not there and no row of the table is asked."""

_FORM = frozenset({"application/x-www-form-urlencoded"})
_FORM_LIMIT = 64 * 1024

# --- ITI-67 -----------------------------------------------------------------------------------------------------------


async def search(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/DocumentReference?patient.identifier=...``, or the same parameters as a form to ``_search``."""
    text = await search_text(services, request)
    query = parse_query(text)
    access = access_to(services.store, caller, patient_of(services, query), services.settings, services.clock)
    operation = Operation.SEARCH_METADATA
    if query.by_identifier and not access.ask(operation).allowed:
        operation = Operation.SEARCH_DOCUMENT_REFERENCE
    decision = access.require(operation)
    record = access.record
    if record is None:
        raise unknown_patient()
    visible = as_seen([d for d in services.store.documents(record.id, access.eyes) if access.ask(operation, d).allowed])
    asked = parse_query(with_references(text, visible))
    found = sorted_by_date([d for d in visible if asked.matches(d)], ascending=query.ascending)
    event = access.event(operation, decision)
    await services.store.trace(event)
    reference_only = Limit.REFERENCE_ONLY in decision.limits
    write = _reference if reference_only else to_document_reference
    return fhir_response(
        searchset(services, "DocumentReference", query, found, lambda d: write(d, record, services.base_url))
    )


async def search_text(services: Services, request: Request) -> str:
    """The parameters of a search as a query string: those of the URL, and those of a form sent to ``_search``."""
    if request.method != "POST":
        return request.url.query
    check_type(request, _FORM)
    body = await read_body(request, services.settings, _FORM_LIMIT)
    return "&".join(part for part in (request.url.query, body.decode("ascii", "replace")) if part)


def patient_of(services: Services, query: Query) -> Record | None:
    """The record that a search is about.

    Raises:
        FhirError: 400, it names none or names two.
    """
    system, value = query.patient_identifier
    if value and query.patient:
        raise malformed("Un seul patient par recherche.", "A search is about one patient.", "patient")
    if value:
        return record_of(services.store, f"Patient?identifier={system}|{value}", services.base_url)
    if query.patient:
        reference = query.patient if "/" in query.patient else f"Patient/{query.patient}"
        return record_of(services.store, reference, services.base_url)
    raise malformed(
        "Paramètre obligatoire : patient.identifier.", "Mandatory parameter: patient.identifier.", "patient"
    )


def searchset(services: Services, kind: str, query: Query, found: Sequence[D], write: Callable[[D], Json]) -> Json:
    """The page of a search that ``query`` asks for, of resources of this type."""
    count = min(services.settings.page if query.count is None else query.count, services.settings.page)
    page = found[query.offset : query.offset + count]
    links = [{"relation": "self", "url": _link(services, kind, query, count, query.offset)}]
    if count and query.offset + count < len(found):
        links.append({"relation": "next", "url": _link(services, kind, query, count, query.offset + count)})
    if query.offset:
        links.append({"relation": "previous", "url": _link(services, kind, query, count, max(query.offset - count, 0))})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": links,
        "entry": [
            {
                "fullUrl": f"{services.base_url}/{kind}/{d.id}",
                "resource": write(d),
                "search": {"mode": "match"},
            }
            for d in page
        ],
    }


def _link(services: Services, kind: str, query: Query, count: int, offset: int) -> str:
    parameters = [*query.kept, ("_count", str(count)), ("_offset", str(offset))]
    return f"{services.base_url}/{kind}?{urlencode(parameters)}"


def _reference(document: DocumentEntry, _record: Record, _base_url: str) -> Json:
    """Id, identifier and status: all that y5 gives."""
    return {
        "resourceType": "DocumentReference",
        "id": document.id,
        "meta": {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}]},
        "masterIdentifier": identifier_of(document.unique_id),
        "status": document.status.value,
    }


# --- one document -----------------------------------------------------------------------------------------------------


def _find(services: Services, caller: Caller, document_id: str) -> tuple[Access, DocumentEntry]:
    """A document that exists for this caller, with his access to its record.

    Raises:
        FhirError: 404, alike for what is absent and what is not to be seen.
    """
    document = services.store.document(document_id, eyes_without_record(services.store, caller))
    record = services.store.patient(document.patient_id) if document else None
    access = access_to(services.store, caller, record, services.settings, services.clock)
    if document is None or record is None or _is_hidden(access, document):
        raise not_found()
    return access, document


def _is_hidden(access: Access, document: DocumentEntry) -> bool:
    """Masked, and the caller is none of those who see it, whatever else he may or may not do here."""
    return document.masked and not access.sees(document)


async def read(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/DocumentReference/<id>``."""
    access, document = _find(services, caller, request.path_params["id"])
    decision = access.require(Operation.SEARCH_METADATA, document)
    event = access.event(Operation.SEARCH_METADATA, decision, document)
    await services.store.trace(event)
    return answer_of(services, _as_seen_by(services, access, document))


def _as_seen_by(services: Services, access: Access, document: DocumentEntry) -> DocumentEntry:
    """The document as the caller sees it. He sees one of which he is told even where he has just masked it."""
    return _seen(access, document, services.store.documents(document.patient_id, access.eyes))


def _seen(access: Access, document: DocumentEntry, documents: Sequence[DocumentEntry]) -> DocumentEntry:
    visible = [d for d in documents if d.id == document.id or access.sees(d)]
    return next((d for d in as_seen(visible) if d.id == document.id), document)


def answer_of(services: Services, document: DocumentEntry, status: int = 200) -> Response:
    """A document's metadata with its version, and its place where it is new."""
    record = services.store.patient(document.patient_id)
    if record is None:
        raise not_found()
    headers = {"ETag": f'W/"{document.version}"'}
    if status == 201:
        headers["Location"] = f"{services.base_url}/DocumentReference/{document.id}/_history/{document.version}"
    return fhir_response(to_document_reference(document, record, services.base_url), status, headers)


_ROWS = (
    ("masked", Operation.READ_MASKED),
    ("deleted", Operation.READ_DELETED),
    ("superseded", Operation.READ_SUPERSEDED),
    ("archived", Operation.READ_ARCHIVED),
    ("hidden_from_patient", Operation.READ_HIDDEN_FROM_PATIENT),
)


def reading_of(document: DocumentEntry) -> Operation:
    """The row of the table that names the reading of a document in its state; its other rows are asked as well."""
    state = state_of(document)
    return next((row for flag, row in _ROWS if getattr(state, flag)), Operation.READ_UNMASKED)


async def content(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Binary/<id>``: ITI-68, the bytes as deposited, or a Binary resource where that is asked for."""
    access, document = _find(services, caller, request.path_params["id"])
    document = _as_seen_by(services, access, document)
    operation = reading_of(document)
    decision = access.require(operation, document)
    body = services.store.content(document.patient_id, document.id)
    event = access.event(operation, decision, document)
    await services.store.trace(event)
    return sent(document, body, request)


def sent(document: DocumentEntry, body: bytes, request: Request) -> Response:
    """The bytes of a document, or a Binary resource; 304 where the client holds them."""
    accept = request.headers.get("accept", "")
    as_resource = MEDIA_TYPE in accept and document.media_type != MEDIA_TYPE
    headers = {"ETag": f'"{document.hash}{"+json" if as_resource else ""}"', "Vary": "Accept"}
    if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers | {"Cache-Control": "no-store"})
    if as_resource:
        data = b64encode(body).decode("ascii")
        resource = {"resourceType": "Binary", "id": document.id, "contentType": document.media_type, "data": data}
        return fhir_response(resource, 200, headers)
    headers |= {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Type": document.media_type,
    }
    return Response(body, 200, headers)


def _is_known(if_none_match: str, etag: str) -> bool:
    """Whether the client holds these bytes already (RFC 9110, 13.1.2). That he asks is a reading all the same."""
    held = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in held or etag in held


# --- deposit ----------------------------------------------------------------------------------------------------------


async def create(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/DocumentReference``: ITI-105; 201, or 200 for what was deposited before."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings)
    if_none_exist = request.headers.get("if-none-exist", "")
    incoming = await services.workers.run(read_reference, body, if_none_exist)
    record = record_of(services.store, incoming.subject, services.base_url)
    if record is None:
        raise unknown_patient()
    plan = await deposit_all(services, caller, record, [incoming])
    document, is_new = plan.answer[0]
    return answer_of(services, document, 201 if is_new else 200)


# --- PATCH ------------------------------------------------------------------------------------------------------------


async def patch(services: Services, caller: Caller, request: Request) -> Response:
    """``PATCH /fhir/DocumentReference?identifier=...`` and ``/DocumentReference/<id>``: status, labels, archiving."""
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    if_match = request.headers.get("if-match", "")
    found = _to_patch(services, caller, request)

    def plan(access: Access, documents: Sequence[DocumentEntry]) -> Plan:
        document = next((d for d in documents if d.id == found.id), None)
        if document is None or access.record is None or not access.sees(document):
            raise not_found()
        # What he does not see (a replacement that is masked) must not show in what he may change, nor be changed by it.
        seen = _seen(access, document, documents)
        check_if_match(if_match, seen)
        before = to_document_reference(seen, access.record, services.base_url)
        after = changed(seen, before, patched_by(before, operations))
        decisions = [(o, access.require(o, seen)) for o in operations_of(seen, after)]
        events = tuple(access.event(o, decision, document) for o, decision in decisions)
        if not events:
            unchanged = access.event("patch", access.require(Operation.SEARCH_METADATA, seen), document)
            return Plan([(document, False)], events=(unchanged,))
        status = document.status if after.status is seen.status else after.status
        kept = replace(document, status=status, archived=after.archived, confidentiality=after.confidentiality)
        return Plan([(kept, False)], updated=(kept,), events=events)

    record = services.store.patient(found.patient_id)
    if record is None:
        raise not_found()
    planned = await carry_out(services, caller, record, plan)
    access = access_to(services.store, caller, record, services.settings, services.clock)
    return answer_of(services, _as_seen_by(services, access, planned.answer[0][0]))


def patched_by(before: Json, operations: Any) -> Json:
    """A JSON Patch is a list, a FHIRPath Patch a Parameters resource: the body tells them apart by itself."""
    if isinstance(operations, dict) and operations.get("resourceType") == "Parameters":
        return fhirpath_patched(before, operations)
    return patched(before, operations)


def _to_patch(services: Services, caller: Caller, request: Request) -> DocumentEntry:
    """The one document that a PATCH names and that exists for the caller.

    Raises:
        FhirError: 400, 404, 412 (several).
    """
    if "id" in request.path_params:
        return _find(services, caller, request.path_params["id"])[1]
    query = parse_query(request.url.query)
    if not query.by_identifier:
        raise malformed("Paramètre obligatoire : identifier.", "Mandatory parameter: identifier.", "identifier")
    found = [
        d
        for d in _named(services, caller, query, request.query_params["identifier"])
        if query.matches(d)
        and (record := services.store.patient(d.patient_id))
        and access_to(services.store, caller, record, services.settings, services.clock).sees(d)
    ]
    if len(found) > 1:
        said = Said("Plusieurs documents ont cet identifiant.", "Several documents have this identifier.")
        raise FhirError(412, "multiple-matches", "multiple-matches", said)
    if not found:
        raise not_found()
    return found[0]


def _named(services: Services, caller: Caller, query: Query, identifier: str) -> list[DocumentEntry]:
    """The documents of the record that is named, if one is; else those of this entryUUID or uniqueId."""
    store = services.store
    if query.patient or query.patient_identifier[1]:
        record = patient_of(services, query)
        return store.documents(record.id, eyes_of(caller, record)) if record else []
    value = unique_id_of(*identifier.rpartition("|")[::2])
    eyes = eyes_without_record(store, caller)
    document = store.document(value.removeprefix("urn:uuid:"), eyes)
    return [document] if document else store.documents_of_unique_id(value, eyes)
