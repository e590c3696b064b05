"""``GET /fhir/Communication``: the notices of emergency accesses, for the treating doctor to whom they were given."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.notices import Notice, NoticeKind, Recipient, told
from dmp_tui.dmp.rights import Decision, Operation
from dmp_tui.dmp.trail import Readable, readable_by_professional
from dmp_tui.server.access import Access, access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of
from dmp_tui.server.trail_search import IDNPS
from dmp_tui.store.reads import Reads

Json = dict[str, Any]

READ_NOTICES = "read_notices"
KINDS = "urn:dmp-tui:fhir:notice"
"""System of a notice's kind, which is its category."""
REFERENCES = "urn:dmp-tui:fhir:notice-reference"
"""System of what a message calls a notice by."""
MOST = 100
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/communication-category"


async def search(services: Services, caller: Caller, request: Request) -> Response:
    """The caller's own notices, newest first: of one record (``patient``), or of all whose treating doctor he is."""
    asked = parameters(request, "patient", "_count", "_cursor")
    count = min(_whole(asked.get("_count", str(MOST))), MOST)
    before = _whole(asked["_cursor"]) if "_cursor" in asked else None
    found = await _found(services, caller, asked.get("patient"), count, before)
    links = [{"relation": "self", "url": _link(services, asked, before)}]
    if count and len(found) > count:
        links.append({"relation": "next", "url": _link(services, asked, found[count - 1].seq)})
    return fhir_response(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": links,
            "entry": [
                {
                    "fullUrl": f"{services.base_url}/Communication/{id_of(notice)}",
                    "resource": to_communication(notice, services.base_url, caller.professional.id),
                    "search": {"mode": "match"},
                }
                for notice in found[:count]
            ],
        }
    )


async def _found(
    services: Services, caller: Caller, patient: str | None, count: int, before: int | None
) -> list[Notice]:
    """One more than ``count``, where there are so many; traced before they are read."""
    store, doctor = services.store, caller.professional.id
    if patient is None:
        access = access_to(store, caller, None, services.settings, services.clock)
        await store.trace(access.event(READ_NOTICES, Decision(True, "CSP R1111-48")))
        known: dict[str, bool] = {}
        found: list[Notice] = []
        while len(found) <= count:
            page = store.notices_of_doctor(doctor, services.clock(), MOST, before=before)
            for notice in page:
                if notice.patient_id not in known:
                    known[notice.patient_id] = _reads_all(_access(services, caller, notice.patient_id))
            found += [notice for notice in page if known[notice.patient_id]]
            if len(page) < MOST:
                break
            before = page[-1].seq
        return found[: count + 1]
    record = record_of(store, patient if "/" in patient else f"Patient/{patient}", services.base_url)
    access = access_to(store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.TEST_EXISTENCE)
    if record is None:
        raise not_found()
    await store.trace(access.event(READ_NOTICES, decision))
    if not _reads_all(access):
        return []
    return store.notices(
        record.id,
        services.clock(),
        count + 1,
        recipient=Recipient.TREATING_DOCTOR,
        doctor=doctor,
        before=before,
    )


def notices_for_patient(
    reads: Reads, patient_id: str, now: datetime, most: int, *, before: int | None = None
) -> list[Notice]:
    """What a record's holder is told, newest first; not of documents that were shown to him before they were told."""
    found = reads.notices(patient_id, now, most, before=before)
    return [notice for notice in found if notice.kind is not NoticeKind.HIDDEN or _still_hidden(reads, notice)]


def _still_hidden(reads: Reads, notice: Notice) -> bool:
    document = reads.document(notice.document_id)
    return document is not None and Confidentiality.HIDDEN_FROM_PATIENT in document.confidentiality


def _access(services: Services, caller: Caller, patient_id: str) -> Access:
    record = services.store.patient(patient_id)
    return access_to(services.store, caller, record, services.settings, services.clock)


def _reads_all(access: Access) -> bool:
    """A notice holds what the trail holds: who is treating doctor no more reads none, nor one who is blocked."""
    record = access.record
    if record is None or not access.ask(Operation.TEST_EXISTENCE).allowed:
        return False
    return readable_by_professional(access.authorisation, record.status) is Readable.EVERYTHING


def id_of(notice: Notice) -> str:
    """The id of a notice's Communication."""
    return f"{notice.seq}-{notice.recipient.value}"


def to_communication(notice: Notice, base_url: str, doctor: str = "") -> Json:
    """A notice as a Communication. ``doctor`` is the national id of the treating doctor to whom it was given."""
    french, english = told(notice)
    patient = {"reference": f"{base_url}/Patient/{notice.patient_id}", "type": "Patient"}
    practitioner = {"type": "Practitioner", "identifier": {"system": IDNPS, "value": doctor}}
    of_doctor = notice.recipient is Recipient.TREATING_DOCTOR
    return {
        "resourceType": "Communication",
        "id": id_of(notice),
        "identifier": [{"system": REFERENCES, "value": notice.reference}],
        "status": "completed",
        "category": [
            {"coding": [{"system": _CATEGORIES, "code": "notification"}]},
            {"coding": [{"system": KINDS, "code": notice.kind.value}]},
        ],
        "priority": "routine" if notice.kind is NoticeKind.ACCESS else "urgent",
        "subject": patient,
        "about": [{"reference": f"{base_url}/AuditEvent/{notice.seq}", "type": "AuditEvent"}],
        "sent": notice.due.isoformat(),
        "recipient": [practitioner if of_doctor else patient],
        "sender": {"type": "Device", "display": "dmp-tui"},
        "payload": [{"contentString": french}, {"contentString": english}],
    }


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise malformed("Paramètre de recherche mal formé.", "Malformed search parameter.", "parameter")
    return int(text)


def _link(services: Services, asked: dict[str, str], cursor: int | None) -> str:
    pairs = [(name, value) for name, value in asked.items() if name != "_cursor"]
    pairs += [("_cursor", str(cursor))] if cursor is not None else []
    return f"{services.base_url}/Communication?{urlencode(pairs)}"
