"""A row of the trail as an AuditEvent: IHE BALP's profiles (ITI.BasicAudit), or the French TDEAuditEvent.

What was refused claims no BALP profile: those are of acts that succeeded. A search is told as the trail keeps it, by
the record's id: the query as it was sent may hold an INS, and nothing in the trail may name whose record it was.
"""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from dmp_tui.dmp.fhir.register import REASONS, ROLES
from dmp_tui.dmp.trail import Act, Kind, act_of
from dmp_tui.server.trail_search import ACT_REASONS, IDNPS, PURPOSES, TDE, subtypes_of, types_of
from dmp_tui.store.trail import ALLOWED, TrailRow

Json = dict[str, Any]

_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
_PROFILES = {
    Kind.READ: "PatientRead",
    Kind.SEARCH: "PatientQuery",
    Kind.CREATE: "PatientCreate",
    Kind.PATCH: "PatientUpdate",
}
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPES = "http://terminology.hl7.org/CodeSystem/security-source-type"
_REQUEST_ID = {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"}
_DISPLAYS = {
    "rest": "RESTful Operation",
    "110113": "Security Alert",
    "110127": "Emergency Override Started",
    "110152": "Destination Role ID",
    "110153": "Source Role ID",
}


def to_audit_event(row: TrailRow, base_url: str, is_shown: Callable[[str], bool], profile: str = "") -> Json:
    """The event, without the id of a document that ``is_shown`` does not let its reader know of.

    ``profile``: empty for BALP, or the URL of TDEAuditEvent.
    """
    act = act_of(row.operation, about_document=bool(row.document_id))
    allowed = row.outcome == ALLOWED
    emergency = act.kind is Kind.EMERGENCY
    purpose = _purpose(row)
    claimed = profile or _profile(row, act)
    tde = profile == TDE
    subtypes = [_coding(*code) for code in subtypes_of(row.operation, act)]
    user, client, server = _agents(row, act, base_url)
    recorded = row.at.isoformat()
    event: Json = {
        "resourceType": "AuditEvent",
        "id": str(row.seq),
        "meta": {"profile": [claimed]} if claimed else None,
        "type": _coding(*types_of(row.operation, act)[0]),
        "subtype": subtypes[:1] if tde else subtypes,
        "action": act.action,
        "period": {"start": recorded, "end": recorded},
        "recorded": recorded,
        "outcome": "0" if allowed else "4",
        "outcomeDesc": row.rule or row.outcome,
        "purposeOfEvent": [purpose] if emergency else None,
        "agent": [user] if tde else [user, client, server],
        "source": {
            "site": urlsplit(base_url).hostname,
            "observer": {"type": "Device", "display": "dmp-tui"},
            "type": [{"system": _SOURCE_TYPES, "code": "4", "display": "Application Server"}],
        },
        "entity": _entities(row, act, base_url, is_shown),
    }
    return {name: value for name, value in event.items() if value is not None}


def _profile(row: TrailRow, act: Act) -> str:
    """The BALP profile that the event is of; empty where it is of none."""
    known = _PROFILES.get(act.kind)
    return f"{_BALP}{known}" if known and row.outcome == ALLOWED and row.address and row.patient_id else ""


def _coding(system: str, code: str) -> Json:
    display = _DISPLAYS.get(code)
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _purpose(row: TrailRow) -> Json:
    """Why: FHIR's purpose of use, the reason's code, and its words."""
    coding = [{"system": ACT_REASONS, "code": PURPOSES.get(row.mode, "TREAT")}]
    if row.reason_code:
        coding.append({"system": REASONS, "code": row.reason_code})
    return {"coding": coding, "text": row.reason} if row.reason else {"coding": coding}


def _agents(row: TrailRow, act: Act, base_url: str) -> tuple[Json, Json, Json]:
    """Who acted, the program by which, and this server. Data flow to the client where it reads, else from it."""
    reads = act.kind is Kind.READ
    participation = "AUT" if act.kind in {Kind.CREATE, Kind.PATCH} else "IRCP"
    identifier = {"system": IDNPS, "value": row.actor} if row.actor[:1].isdigit() else {"value": row.actor}
    user: Json = {
        "type": {"coding": [{"system": _PARTICIPATION, "code": participation}]},
        "role": [{"coding": [{"system": ROLES, "code": row.role}], "text": row.role}],
        "who": {"identifier": identifier, "display": row.actor_name or row.actor},
        "name": row.actor_name or row.actor,
        "requestor": True,
        "purposeOfUse": [_purpose(row)],
    }
    if row.on_behalf_of:
        user["altId"] = row.on_behalf_of
    client: Json = {
        "type": {"coding": [_coding(_DCM, "110152" if reads else "110153")]},
        "who": {"type": "Device", "display": row.session or "dmp-tui"},
        "requestor": False,
    }
    if row.address:
        client["network"] = {"address": row.address, "type": "2"}
    host = urlsplit(base_url).hostname
    server = {
        "type": {"coding": [_coding(_DCM, "110153" if reads else "110152")]},
        "who": {"type": "Device", "display": "dmp-tui"},
        "requestor": False,
        "network": {"address": host, "type": "1"},
    }
    return user, client, server


def _entities(row: TrailRow, act: Act, base_url: str, is_shown: Callable[[str], bool]) -> list[Json]:
    patient = f"{base_url}/Patient/{row.patient_id}"
    entities: list[Json] = []
    if row.patient_id:
        person = {"type": {"system": _ENTITY, "code": "1"}, "role": {"system": _ROLE, "code": "1"}}
        entities.append({"what": {"reference": patient, "type": "Patient"}, **person})
    data: Json = {"type": {"system": _ENTITY, "code": "2"}}
    if act.kind is Kind.SEARCH:
        query = f"patient={row.patient_id}"
        data |= {"role": {"system": _ROLE, "code": "24"}, "description": query}
        data["query"] = base64.b64encode(query.encode()).decode("ascii")
    else:
        known = bool(row.document_id) and is_shown(row.document_id)
        what = {"reference": f"{base_url}/DocumentReference/{row.document_id}" if known else patient}
        data |= {"what": what, "role": {"system": _ROLE, "code": "4"}}
    entities.append(data)
    if row.request:
        entities.append({"what": {"identifier": {"value": row.request}}, "type": _REQUEST_ID})
    return entities
