"""``POST /fhir``: ITI-65, a submission set of documents, all of it or nothing."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.server.bodies import JSON_TYPES, check_type, read_body
from dmp_tui.server.bundles import Submission, read_transaction
from dmp_tui.server.caller import Caller
from dmp_tui.server.changes import Plan
from dmp_tui.server.deposit import deposit_all, instant
from dmp_tui.server.outcomes import broken_rule, fhir_response, warned
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import UNKNOWN_PARENT
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
    plan = await deposit_all(
        services, caller, record, submission.documents, lists=submission.lists, changes=submission.changes
    )
    return fhir_response(_response(submission, plan, instant(services.clock()), services.base_url))


def _response(submission: Submission, plan: Plan, now: str, base_url: str) -> Json:
    """What became of each entry, in its place (MHD, 3.65.4.2.2), with the warnings that it brought."""
    entries: list[Json] = [{}] * submission.entries
    for slot, (document, is_new) in zip(submission.slots, plan.answer, strict=True):
        moment = now if is_new else document.submitted
        entries[slot] = _entry(_version(document), moment, document.warnings if is_new else (), is_new=is_new)
        entries[slot]["response"]["etag"] = f'W/"{document.version}"'
    for slot, number in submission.binaries:
        document, is_new = plan.answer[number]
        entries[slot] = _entry(f"Binary/{document.id}", now if is_new else document.submitted, is_new=is_new)
    for incoming, (kept, is_new) in zip(submission.lists, plan.listed, strict=True):
        entries[incoming.slot] = _entry(f"List/{kept.id}", now if is_new else kept.submitted, is_new=is_new)
    for change, replaced in zip(submission.changes, plan.replaced, strict=True):
        if replaced is None:
            entries[change.slot] = _entry("", now, (UNKNOWN_PARENT,))
        else:
            entries[change.slot] = _entry(_version(replaced), now)
            entries[change.slot]["response"]["etag"] = f'W/"{replaced.version}"'
    link = [{"relation": "self", "url": base_url}]
    return {"resourceType": "Bundle", "type": "transaction-response", "link": link, "entry": entries}


def _version(document: DocumentEntry) -> str:
    return f"DocumentReference/{document.id}/_history/{document.version}"


def _entry(location: str, moment: str, warnings: Sequence[str] = (), *, is_new: bool = False) -> Json:
    response: Json = {"status": "201 Created" if is_new else "200 OK", "lastModified": moment}
    if location:
        response["location"] = location
    if warnings:
        response["outcome"] = warned(warnings)
    return {"response": response}
