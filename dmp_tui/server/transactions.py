"""``POST /fhir``: ITI-65, a submission set of documents, all of it or nothing."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.server.bodies import JSON_TYPES, check_type, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.deposit import deposit_all, instant
from dmp_tui.server.intake import read_transaction
from dmp_tui.server.outcomes import broken_rule, fhir_response
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of, unknown_patient

Json = dict[str, Any]


async def provide(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir`` with a transaction Bundle; 200 and its ``transaction-response``, one entry for each of its own."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings)
    submission = await services.workers.run(read_transaction, body)
    subjects = [*(one.subject for one in submission.documents), *(one.subject for one in submission.lists)]
    records = [record_of(services.store, subject, services.base_url) for subject in subjects]
    record = records[0]
    if record is None:
        raise unknown_patient()
    if any(other is None or other.id != record.id for other in records):
        raise broken_rule("one-patient", "Un lot ne concerne qu'un patient.", "A submission set is of one patient.")
    plan = await deposit_all(services, caller, record, submission.documents, submission.lists)
    now = instant(services.clock())
    entries: list[Json] = [{"response": {"status": "201 Created", "lastModified": now}}] * submission.entries
    for slot in submission.patches:
        entries[slot] = {"response": {"status": "200 OK", "lastModified": now}}
    for slot, (document, is_new) in zip(submission.slots, plan.answer, strict=True):
        entries[slot] = {
            "response": {
                "status": "201 Created" if is_new else "200 OK",
                "location": f"DocumentReference/{document.id}/_history/{document.version}",
                "etag": f'W/"{document.version}"',
                "lastModified": now if is_new else document.submitted,
            }
        }
    for incoming, (kept, is_new) in zip(submission.lists, plan.listed, strict=True):
        status = "201 Created" if is_new else "200 OK"
        entries[incoming.slot] = {
            "response": {
                "status": status,
                "location": f"List/{kept.id}",
                "lastModified": now if is_new else kept.submitted,
            }
        }
    return fhir_response({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})
