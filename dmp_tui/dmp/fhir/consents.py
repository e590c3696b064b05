"""Authorisations and blocks as FHIR Consents: who may read, since when, until when, who collected the consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dmp_tui.dmp.consents import Consent, ConsentKind
from dmp_tui.dmp.fhir.documents import PROFESSIONAL_ID, STRUCTURE_ID
from dmp_tui.dmp.fhir.lenient import extension_parts, many, one, text

Json = dict[str, Any]

COLLECTED = "urn:dmp-tui:fhir:consent-collected"
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a posted Consent asks for. Empty strings and None where it does not say."""

    patient: str
    """Reference of the patient: ``Patient/<id>``, a URL, or ``Patient?identifier=<system>|<value>``."""
    kind: ConsentKind | None
    actor: str
    actor_is_organisation: bool
    collected_by: str
    collected: datetime | None
    start: datetime | None
    end: datetime | None
    active: bool


def to_consent(consent: Consent, base_url: str) -> Json:
    """The Consent resource of an authorisation or a block."""
    system = STRUCTURE_ID if consent.actor_is_organisation else PROFESSIONAL_ID
    kind = "Organization" if consent.actor_is_organisation else "Practitioner"
    collector: Json = {"identifier": {"system": PROFESSIONAL_ID, "value": consent.collected_by}}
    if consent.collected_by_name:
        collector["display"] = consent.collected_by_name
    actor: Json = {"type": kind, "identifier": {"system": system, "value": consent.actor}}
    if consent.actor_name:
        actor["display"] = consent.actor_name
    period = {"start": consent.start.isoformat()}
    if consent.end is not None:
        period["end"] = consent.end.isoformat()
    return {
        "resourceType": "Consent",
        "id": consent.id,
        "meta": {"versionId": str(consent.version)},
        "extension": [
            {
                "url": COLLECTED,
                "extension": [
                    {"url": "by", "valueReference": collector},
                    {"url": "on", "valueInstant": (consent.collected or consent.start).isoformat()},
                ],
            }
        ],
        "status": "active" if consent.active else "inactive",
        "scope": {"coding": [{"system": _SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": _CATEGORY, "code": "INFA"}]}],
        "patient": {"reference": f"{base_url}/Patient/{consent.patient_id}"},
        "dateTime": consent.start.isoformat(),
        "policyRule": {"text": "CSP L1111-17, R1111-46"},
        "provision": {
            "type": consent.kind.value,
            "period": period,
            "actor": [{"role": {"coding": [{"system": _ROLE, "code": "IRCP"}]}, "reference": actor}],
        },
    }


def from_consent(resource: Mapping[str, Any]) -> Asked:
    """What a Consent says, of any system; a moment without time zone is taken as UTC."""
    provision = one(resource, "provision")
    period = one(provision, "period")
    actor = one(next(many(provision, "actor"), {}), "reference")
    identifier = one(actor, "identifier")
    parts = extension_parts(resource, COLLECTED)
    by, on = parts.get("by"), parts.get("on")
    kind = text(provision, "type")
    organisation = text(identifier, "system") == STRUCTURE_ID or text(actor, "type") == "Organization"
    return Asked(
        patient=text(one(resource, "patient"), "reference"),
        kind=ConsentKind(kind) if kind in set(ConsentKind) else None,
        actor=text(identifier, "value"),
        actor_is_organisation=organisation,
        collected_by=text(one(by, "identifier"), "value") if isinstance(by, dict) else "",
        collected=_moment(on) if isinstance(on, str) else None,
        start=_moment(text(period, "start")),
        end=_moment(text(period, "end")),
        active=text(resource, "status") == "active",
    )


def read_consent(resource: Mapping[str, Any], patient_id: str) -> Consent | None:
    """An authorisation or a block as a list gives it (TD1.6); None for what is neither, or says no beginning."""
    asked = from_consent(resource)
    actor = one(next(many(one(resource, "provision"), "actor"), {}), "reference")
    by = extension_parts(resource, COLLECTED).get("by")
    start = asked.start or asked.collected
    if asked.kind is None or start is None:
        return None
    return Consent(
        text(resource, "id"),
        patient_id,
        asked.kind,
        asked.actor,
        text(actor, "display"),
        start,
        asked.end,
        asked.collected_by,
        text(by, "display") if isinstance(by, dict) else "",
        active=asked.active,
        actor_is_organisation=asked.actor_is_organisation,
        collected=asked.collected,
    )


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
