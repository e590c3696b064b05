"""The register of emergency accesses in FHIR: an AuditEvent an access, without a patient, with its reviews."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dmp_tui.dmp.fhir.lenient import extension_parts, many, one, text
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Emergency, Review, Verdict

Json = dict[str, Any]

RECORDS = "urn:dmp-tui:fhir:record-reference"
"""System of what the register calls a record by."""
REVIEW = "urn:dmp-tui:fhir:review"
"""Extension of an entry: each review, the last of which holds."""
COUNT = "urn:dmp-tui:fhir:review-count"
"""Extension of the Bundle's meta: how many accesses there are of each verdict."""
ROLES = "urn:dmp-tui:fhir:role"
REASONS = "urn:dmp-tui:fhir:reason"
_IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
_ACT_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
PURPOSES = {Mode.BREAK_GLASS: "BTG", Mode.CENTRE_15: "ETREAT"}
_MODES = {code: mode for mode, code in PURPOSES.items()}


def to_entry(access: Emergency) -> Json:
    """An emergency access as an AuditEvent without a patient."""
    coding = [{"system": _ACT_REASONS, "code": PURPOSES[access.mode]}]
    if access.reason_code:
        coding.append({"system": REASONS, "code": access.reason_code})
    purpose = {"coding": coding, **({"text": access.reason} if access.reason else {})}
    agent: Json = {
        "who": {"identifier": {"system": _IDNPS, "value": access.actor}, "display": access.actor_name},
        "name": access.actor_name,
        "role": [{"coding": [{"system": ROLES, "code": access.role}], "text": access.role}],
        "requestor": True,
        "purposeOfUse": [purpose],
    }
    if access.on_behalf_of:
        agent["altId"] = access.on_behalf_of
    entry: Json = {
        "resourceType": "AuditEvent",
        "id": str(access.seq),
        "type": {"system": _DCM, "code": "110113", "display": "Security Alert"},
        "subtype": [{"system": _DCM, "code": "110127", "display": "Emergency Override Started"}],
        "action": "E",
        "recorded": access.at.isoformat(),
        "outcome": "0",
        "purposeOfEvent": [purpose],
        "agent": [agent],
        "source": {"observer": {"type": "Device", "display": "dmp-tui"}},
    }
    if access.reviews:
        entry["extension"] = [_review(one_) for one_ in access.reviews]
    if access.record:
        entry["entity"] = [{"what": {"identifier": {"system": RECORDS, "value": access.record}}}]
    return entry


def _review(made: Review) -> Json:
    parts: list[Json] = [
        {"url": "verdict", "valueCode": made.verdict.value},
        {"url": "by", "valueIdentifier": {"system": _IDNPS, "value": made.by}},
        {"url": "by-name", "valueString": made.by_name},
        {"url": "at", "valueInstant": made.at.isoformat()},
    ]
    if made.comment:
        parts.append({"url": "comment", "valueString": made.comment})
    return {"url": REVIEW, "extension": parts}


def to_counts(counts: Mapping[Verdict, int]) -> Json:
    """How many accesses there are of each verdict, as an extension."""
    return {"url": COUNT, "extension": [{"url": v.value, "valueInteger": counts.get(v, 0)} for v in Verdict]}


def read_counts(bundle: Mapping[str, Any]) -> dict[Verdict, int]:
    """The counts that a page of the register states."""
    parts = extension_parts(one(bundle, "meta"), COUNT)
    return {v: int(parts[v.value]) for v in Verdict if isinstance(parts.get(v.value), int)}


def read_entry(resource: Mapping[str, Any]) -> Emergency:
    """An entry of the register.

    Raises:
        ValueError: it has no number, time or mode.
    """
    agent = next(many(resource, "agent"), {})
    who = one(agent, "who")
    purpose = next(many(resource, "purposeOfEvent"), {})
    codes = {text(coding, "system"): text(coding, "code") for coding in many(purpose, "coding")}
    mode = _MODES.get(codes.get(_ACT_REASONS, ""))
    if mode is None:
        raise ValueError("mode")
    entity = next(many(resource, "entity"), {})
    return Emergency(
        seq=int(text(resource, "id")),
        at=_instant(text(resource, "recorded")),
        actor=text(one(who, "identifier"), "value"),
        actor_name=text(agent, "name") or text(who, "display"),
        role=text(next(many(agent, "role"), {}), "text"),
        mode=mode,
        reason_code=codes.get(REASONS, ""),
        reason=text(purpose, "text"),
        record=text(one(one(entity, "what"), "identifier"), "value"),
        reviews=tuple(_read_review(e) for e in many(resource, "extension") if e.get("url") == REVIEW),
        on_behalf_of=text(agent, "altId"),
    )


def _read_review(extension: Mapping[str, Any]) -> Review:
    parts = {text(part, "url"): part for part in many(extension, "extension")}
    return Review(
        Verdict(text(parts.get("verdict", {}), "valueCode")),
        text(parts.get("comment", {}), "valueString"),
        text(one(parts.get("by", {}), "valueIdentifier"), "value"),
        text(parts.get("by-name", {}), "valueString"),
        _instant(text(parts.get("at", {}), "valueInstant")),
    )


def _instant(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
