"""``GET /fhir/AuditEvent?patient=``: who did what to this record, for who may read it (R1111-43)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of
from dmp_tui.store.trail import ALLOWED, TrailRow

Json = dict[str, Any]

READ_TRAIL = "read_trail"
_MOST = 200
_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
_REST = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_PURPOSES = {"bris_de_glace": "BTG", "centre_15": "ETREAT", "normal": "TREAT"}


async def events(services: Services, caller: Caller, request: Request) -> Response:
    """The newest 200 events of a record: all for the treating doctor, for anyone else those that he made himself."""
    reference = parameters(request, "patient").get("patient", "")
    if not reference:
        raise malformed("Paramètre obligatoire : patient.", "Mandatory parameter: patient.", "patient")
    record = record_of(services.store, reference if "/" in reference else f"Patient/{reference}", services.base_url)
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.TEST_EXISTENCE)
    if record is None:
        raise not_found()
    event = access.event(READ_TRAIL, decision)
    await services.store.trace(event)
    actor = None if access.authorisation.treating else caller.professional.id
    rows = services.store.newest_trail(record.id, _MOST, actor)
    return fhir_response(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(rows),
            "entry": [
                {
                    "fullUrl": f"{services.base_url}/AuditEvent/{row.seq}",
                    "resource": _audit_event(row, services.base_url),
                    "search": {"mode": "match"},
                }
                for row in rows
            ],
        }
    )


def _audit_event(row: TrailRow, base_url: str) -> Json:
    """A row of the trail as an AuditEvent (BALP)."""
    purpose = {"coding": [{"system": _REASON, "code": _PURPOSES.get(row.mode, "TREAT")}]}
    agent: Json = {
        "who": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": row.actor}, "display": row.actor_name},
        "requestor": True,
        "role": [{"text": row.role}],
        "purposeOfUse": [{**purpose, "text": row.reason_code} if row.reason_code else purpose],
    }
    entity: Json = {"what": {"reference": f"{base_url}/Patient/{row.patient_id}"}}
    entities = [entity]
    if row.document_id:
        entities.append({"what": {"reference": f"{base_url}/DocumentReference/{row.document_id}"}})
    return {
        "resourceType": "AuditEvent",
        "id": str(row.seq),
        "meta": {"profile": [_BALP]},
        "type": {"system": _REST, "code": "rest"},
        "subtype": [{"system": "urn:dmp-tui:fhir:operation", "code": row.operation}],
        "recorded": row.at.isoformat(),
        "outcome": "0" if row.outcome == ALLOWED else "4",
        "outcomeDesc": row.rule or row.outcome,
        "agent": [agent],
        "source": {"observer": {"display": "dmp-tui"}},
        "entity": entities,
    }
