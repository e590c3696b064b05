"""What a holder reads of his own record: sheet, documents, trail, who may read it, notices."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.accounts import HolderKind
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.consents import to_consent
from dmp_tui.dmp.fhir.documents import to_document_reference
from dmp_tui.dmp.fhir.patients import to_administrative
from dmp_tui.dmp.holder import HolderAct
from dmp_tui.dmp.notices import Notice, Recipient
from dmp_tui.server import documents, summaries
from dmp_tui.server.audit_events import to_audit_event
from dmp_tui.server.caller import PatientCaller
from dmp_tui.server.communications import to_communication
from dmp_tui.server.outcomes import fhir_response, malformed, not_found
from dmp_tui.server.own import Own, named, own_record, referred
from dmp_tui.server.parameters import parameters
from dmp_tui.server.search import parse_query, sorted_by_date, with_references
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import as_seen, own_sheet
from dmp_tui.server.subjects import ins_of_token
from dmp_tui.store.trail import TrailRow
from dmp_tui.store.trail_reads import TrailQuery

Json = dict[str, Any]
ADMINISTRATORS = "urn:dmp-tui:fhir:administrator"
"""Extension of Patient: a professional whom the patient gave the treating doctor's sight of masked documents."""
MOST = 100


# --- sheet and administrative data ------------------------------------------------------------------------------------


async def summary(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``$summary``: the sheet of the documents that exist for him; it is made for him, and kept nowhere."""
    own = _of_request(services, caller, request)
    decision = own.require(HolderAct.READ_SHEET)
    visible = _visible(services, own)
    shown = {d.id for d in visible}
    statements = [held for held in services.store.encoded_entries(own.record.id) if held[0] in shown]
    sheet = await services.workers.run(own_sheet, own.record, visible, statements, services.weighing())
    await services.store.trace(own.event(HolderAct.READ_SHEET, decision, detail="summary"))
    return summaries.sent(sheet, request)


def _of_request(services: Services, caller: PatientCaller, request: Request) -> Own:
    if "id" in request.path_params:
        return named(services, caller, request.path_params["id"])
    token = parameters(request, "identifier").get("identifier")
    if token is None:
        return own_record(services, caller)
    record = services.store.patient_by_ins(ins_of_token(token))
    return named(services, caller, record.id if record else "")


async def read_admin(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/Patient/<id>``, with the professionals whom he named administrators."""
    own = named(services, caller, request.path_params["id"])
    decision = own.require(HolderAct.READ_ADMIN)
    await services.store.trace(own.event(HolderAct.READ_ADMIN, decision))
    return admin_response(services, own)


def admin_response(services: Services, own: Own) -> Response:
    """His administrative data."""
    resource = to_administrative(own.record)
    resource["active"] = own.record.closed is None
    for id_ in own.record.administrators:
        professional = services.store.professional(id_)
        reference: Json = {"type": "Practitioner", "identifier": {"value": id_}}
        if professional is not None:
            reference["display"] = professional.name
        resource.setdefault("extension", []).append({"url": ADMINISTRATORS, "valueReference": reference})
    return fhir_response(resource, headers={"ETag": f'W/"{own.record.version}"'})


# --- documents --------------------------------------------------------------------------------------------------------


def _visible(services: Services, own: Own) -> list[DocumentEntry]:
    return as_seen([d for d in services.store.documents(own.record.id) if own.sees(d)])


async def search(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/DocumentReference``: his documents."""
    text = await documents.search_text(services, request)
    query = parse_query(text)
    if query.patient or query.patient_identifier[1]:
        record = documents.patient_of(services, query)
        own = named(services, caller, record.id if record else "")
    else:
        own = own_record(services, caller)
    decision = own.require(HolderAct.READ_DOCUMENTS)
    visible = _visible(services, own)
    asked = parse_query(with_references(text, visible))
    found = sorted_by_date([d for d in visible if asked.matches(d)], ascending=query.ascending)
    await services.store.trace(own.event(HolderAct.READ_DOCUMENTS, decision))

    def write(document: DocumentEntry) -> Json:
        return to_document_reference(document, own.record, services.base_url)

    return fhir_response(documents.searchset(services, "DocumentReference", query, found, write))


def own_document(services: Services, caller: PatientCaller, document_id: str) -> tuple[Own, DocumentEntry]:
    """One of his documents that exists for him, as he sees it.

    Raises:
        FhirError: 404, alike for what is absent, hidden, or another's.
    """
    own = own_record(services, caller)
    found = next((d for d in _visible(services, own) if d.id == document_id), None)
    if found is None:
        raise not_found()
    return own, found


async def read(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/DocumentReference/<id>``."""
    own, document = own_document(services, caller, request.path_params["id"])
    decision = own.require(HolderAct.READ_DOCUMENTS, document)
    await services.store.trace(own.event(HolderAct.READ_DOCUMENTS, decision, document))
    return documents.answer_of(services, document)


async def content(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/Binary/<id>``: the bytes."""
    own, document = own_document(services, caller, request.path_params["id"])
    decision = own.require(HolderAct.READ_CONTENT, document)
    body = services.store.content(document.patient_id, document.id)
    await services.store.trace(own.event(HolderAct.READ_CONTENT, decision, document))
    return documents.sent(document, body, request)


# --- who did what, who may -------------------------------------------------------------------------------------------


async def trail(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/AuditEvent``: every trace of his record, newest first; secret sessions are not a representative's."""
    asked = parameters(request, "patient", "_count", "_cursor")
    own = referred(services, caller, asked.get("patient", ""))
    decision = own.require(HolderAct.READ_TRAIL)
    count = min(_whole(asked.get("_count", "50")), MOST)
    seq = await services.store.trace(own.event(HolderAct.READ_TRAIL, decision))
    after = _whole(asked["_cursor"]) if "_cursor" in asked else None
    rows = _rows(services, own, count + 1, after, seq)
    shown = {d.id for d in _visible(services, own)}
    links = [{"relation": "self", "url": _link(services, "AuditEvent", asked, after)}]
    if count and len(rows) > count:
        links.append({"relation": "next", "url": _link(services, "AuditEvent", asked, rows[count - 1].seq)})
    events = [to_audit_event(row, services.base_url, shown.__contains__) for row in rows[:count]]
    return fhir_response(_bundle(services, events, links))


def _rows(services: Services, own: Own, most: int, after: int | None, upto: int) -> list[TrailRow]:
    """The rows that exist for him. What is secret is sealed: it is left out as it is read."""
    query, found = TrailQuery(own.record.id, upto=upto), list[TrailRow]()
    while len(found) < most:
        page = services.store.search_trail(query, MOST, after=after)
        found += [row for row in page if not (row.secret and own.caller.holder is HolderKind.REPRESENTATIVE)]
        if len(page) < MOST:
            break
        after = page[-1].seq
    return found[:most]


async def consents(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/Consent``: who is authorised, who is blocked."""
    own = referred(services, caller, parameters(request, "patient").get("patient", ""))
    decision = own.require(HolderAct.READ_CONSENTS)
    await services.store.trace(own.event(HolderAct.READ_CONSENTS, decision))
    found = [to_consent(c, services.base_url) for c in services.store.consents(own.record.id) if c.active]
    return fhir_response(_bundle(services, found, total=len(found)))


async def notices(services: Services, caller: PatientCaller, request: Request) -> Response:
    """``GET /fhir/Communication``: what he is told of accesses and of documents that are to be told to him."""
    asked = parameters(request, "patient", "_count", "_cursor")
    own = referred(services, caller, asked.get("patient", ""))
    decision = own.require(HolderAct.READ_NOTICES)
    count = min(_whole(asked.get("_count", "50")), MOST)
    before = _whole(asked["_cursor"]) if "_cursor" in asked else None
    await services.store.trace(own.event(HolderAct.READ_NOTICES, decision))
    found = _notices(services, own, count + 1, before)
    links = [{"relation": "self", "url": _link(services, "Communication", asked, before)}]
    if count and len(found) > count:
        links.append({"relation": "next", "url": _link(services, "Communication", asked, found[count - 1].seq)})
    return fhir_response(_bundle(services, [to_communication(n, services.base_url) for n in found[:count]], links))


def _notices(services: Services, own: Own, most: int, before: int | None) -> list[Notice]:
    """His notices; a representative is not told of a secret session, nor of a document that is kept from him."""
    found: list[Notice] = []
    hidden = {d.id for d in services.store.documents(own.record.id) if not own.sees(d)}
    while len(found) < most:
        page = services.store.notices(own.record.id, own.now, MOST, recipient=Recipient.PATIENT, before=before)
        for notice in page:
            if own.caller.holder is HolderKind.REPRESENTATIVE:
                row = services.store.trail_row(notice.seq)
                if row is None or row.secret or notice.document_id in hidden:
                    continue
            found.append(notice)
        if len(page) < MOST:
            break
        before = page[-1].seq
    return found[:most]


def _bundle(
    services: Services, resources: list[Json], links: list[Json] | None = None, total: int | None = None
) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        **({"total": total} if total is not None else {}),
        **({"link": links} if links else {}),
        "entry": [
            {
                "fullUrl": f"{services.base_url}/{r['resourceType']}/{r['id']}",
                "resource": r,
                "search": {"mode": "match"},
            }
            for r in resources
        ],
    }


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise malformed("Paramètre de recherche mal formé.", "Malformed search parameter.", "parameter")
    return int(text)


def _link(services: Services, kind: str, asked: dict[str, str], cursor: int | None) -> str:
    pairs = [(name, value) for name, value in asked.items() if name != "_cursor"]
    pairs += [("_cursor", str(cursor))] if cursor is not None else []
    return f"{services.base_url}/{kind}?{urlencode(pairs)}"
