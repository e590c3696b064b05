"""A record's trail, as AuditEvents tell it (IHE BALP): who, what, when, in which mode, why, allowed or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.professions import Mode

OPERATION = "urn:dmp-tui:fhir:operation"
REASON = "urn:dmp-tui:fhir:reason"
PURPOSES = {Mode.NORMAL: "TREAT", Mode.BREAK_GLASS: "BTG", Mode.CENTRE_15: "ETREAT"}
"""Access modes as FHIR's purposes of use."""
_MODES = {code: mode for mode, code in PURPOSES.items()}


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One act on a record. What the server does not say is empty."""

    id: str
    at: datetime | None
    actor: str
    """National id."""
    actor_name: str
    role: str
    operation: str
    """A row of the rights table, or another operation of the server's."""
    mode: Mode
    allowed: bool
    rule: str = ""
    reason_code: str = ""
    reason: str = ""
    """In words, as they were typed."""
    document: str = ""
    """Id of the document that it was about."""
    on_behalf_of: str = ""
    """Who acted, where a facility's certificate did."""


def read_audit_event(resource: Mapping[str, Any]) -> TrailEntry:
    """A line of a trail; of another vendor's, as much as it says in the standard's places."""
    agents = list(many(resource, "agent"))
    agent = next((a for a in agents if a.get("requestor") is True), agents[0] if agents else {})
    who = one(agent, "who")
    purpose = next(many(agent, "purposeOfUse"), {})
    codes = {text(coding, "code") for coding in many(purpose, "coding")}
    codes |= {text(c, "code") for p in many(resource, "purposeOfEvent") for c in many(p, "coding")}
    entities = list(many(resource, "entity"))
    documents = (text(one(entity, "what"), "reference") for entity in entities)
    reason_code = next((text(c, "code") for c in many(purpose, "coding") if c.get("system") == REASON), "")
    reads = next((text(s, "code") for s in many(resource, "subtype") if s.get("system") == OPERATION), "")
    return TrailEntry(
        text(resource, "id"),
        _moment(text(resource, "recorded")),
        text(one(who, "identifier"), "value"),
        text(who, "display") or text(agent, "name"),
        text(next(many(agent, "role"), {}), "text"),
        reads or next((text(s, "code") for s in many(resource, "subtype")), ""),
        next((_MODES[code] for code in codes if code in _MODES), Mode.NORMAL),
        text(resource, "outcome") in {"", "0"},
        text(resource, "outcomeDesc"),
        reason_code,
        text(purpose, "text"),
        next((r.rpartition("/")[2] for r in documents if "/DocumentReference/" in r), ""),
        text(agent, "altId"),
    )


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
