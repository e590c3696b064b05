"""Authorisations: declaring (TD0.3), withdrawing, listing (TD1.6), and the caller's own records (TD0.4)."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import AuthorisationState, Consent, ConsentKind, Record
from dmp_tui.dmp.fhir.consents import Asked, from_consent, to_consent
from dmp_tui.dmp.fhir.patients import to_existence
from dmp_tui.dmp.identity import BirthDate, ins_c
from dmp_tui.dmp.rights import Decision, Limit, Operation, Refusal
from dmp_tui.server.access import Access, Refused, access_to
from dmp_tui.server.bodies import JSON_TYPES, PATCH_TYPES, SMALL, check_type, parse_json, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.intake import read_resource
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.search import interval
from dmp_tui.server.services import Services
from dmp_tui.server.subjects import record_of, unknown_patient
from dmp_tui.store.transaction import Transaction

Json = dict[str, Any]

AUTHORISED = "urn:dmp-tui:fhir:authorised"
PROFESSIONAL = "urn:dmp-tui:fhir:professional"
"""In the list of TD1.6: profession, specialty and last access of who is authorised or blocked."""
INS_C = "urn:oid:1.2.250.1.213.1.4.2"
_CLOCKS_APART = timedelta(minutes=1)
_NOTICES = 200


# --- TD0.3 ------------------------------------------------------------------------------------------------------------


async def declare(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Consent``: the caller's own authorisation (a clerk: his structure's), one year unless it says so."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings, SMALL)
    asked = from_consent(await services.workers.run(read_resource, body, "Consent"))
    record = record_of(services.store, asked.patient, services.base_url)
    if record is None:
        raise unknown_patient()

    def write(transaction: Transaction) -> Consent:
        present = transaction.patient(record.id)
        access = access_to(transaction, caller, present, services.settings, services.clock)
        decision = access.require(Operation.AUTHORISATION_DECLARE)
        consent = _declared(asked, record, access, decision, services.settings.authorisation_days)
        # Declared again, it is renewed: one authorisation of an actor stands, the newest.
        for former in transaction.consents(record.id):
            if former.active and former.kind is ConsentKind.PERMIT and former.actor == consent.actor:
                transaction.put_consent(replace(former, active=False))
        stored = transaction.put_consent(consent)
        transaction.trace(
            access.event(Operation.AUTHORISATION_DECLARE, decision, detail=f"collected-by={consent.collected_by}")
        )
        return stored

    stored = await services.store.write(write)
    headers = {"Location": f"{services.base_url}/Consent/{stored.id}", "ETag": f'W/"{stored.version}"'}
    return fhir_response(to_consent(stored, services.base_url), 201, headers)


def _declared(asked: Asked, record: Record, access: Access, decision: Decision, days: int) -> Consent:
    """The consent to be kept.

    Raises:
        FhirError: 422. A professional declares for himself, from now on, and blocks nobody: that is the patient's.
    """
    professional, now = access.caller.professional, access.now
    if asked.kind is not ConsentKind.PERMIT or not asked.active:
        raise broken_rule(
            "consent-kind",
            "Un professionnel déclare une autorisation (permit, active) : le blocage appartient au patient.",
            "A professional declares an authorisation (permit, active): blocking is the patient's.",
        )
    structure = asked.actor_is_organisation
    actor = professional.facility if structure else professional.id
    if not actor or asked.actor != actor or (Limit.FOR_THE_STRUCTURE in decision.limits and not structure):
        raise broken_rule(
            "actor",
            "On déclare sa propre autorisation ou celle de sa structure ; un agent d'établissement, celle-ci.",
            "One declares one's own authorisation or one's structure's; an establishment's clerk, the latter only.",
        )
    collected = _collected(asked, record, now)
    # A year from the day on which the patient was asked, however late it is declared.
    latest = collected + timedelta(days=days)
    end = min(asked.end, latest) if asked.end else latest
    if end <= now:
        raise broken_rule("period", "La fin de l'autorisation est passée.", "The authorisation's end is past.")
    return Consent(
        str(uuid.uuid4()),
        record.id,
        ConsentKind.PERMIT,
        actor,
        professional.facility_name if structure else professional.name,
        now,
        end,
        asked.collected_by or professional.id,
        professional.name if asked.collected_by in {"", professional.id} else "",
        actor_is_organisation=structure,
        collected=collected,
    )


def _collected(asked: Asked, record: Record, now: datetime) -> datetime:
    """When the patient was asked: now, if nothing is said.

    Raises:
        FhirError: 422, in the future (a workstation's clock may be a minute ahead), or before he was born.
    """
    collected = asked.collected or now
    if collected > now + _CLOCKS_APART or _precedes(collected, record.traits.birth):
        raise broken_rule(
            "collected",
            "La date du recueil de l'accord est dans l'avenir ou antérieure à la naissance.",
            "The day on which the consent was collected is in the future, or before the birth.",
        )
    return min(collected, now)


def _precedes(collected: datetime, birth: BirthDate | None) -> bool:
    """Whether it was before the birth: by the day where one is known, a day of time zones apart; else by the year."""
    if birth is None:
        return False
    if birth.calendar is None:
        return collected.year < birth.year
    return collected.date() < birth.calendar - timedelta(days=1)


async def withdraw(services: Services, caller: Caller, request: Request) -> Response:
    """``PATCH /fhir/Consent/<id>`` with ``status`` ``inactive``: the caller's own authorisation ends."""
    check_type(request, PATCH_TYPES)
    operations = parse_json(await read_body(request, services.settings, SMALL))
    if operations != [{"op": "replace", "path": "/status", "value": "inactive"}]:
        said = Said(
            "Seul le statut d'une autorisation se modifie : JSON Patch, replace /status inactive.",
            "Only an authorisation's status may change: JSON Patch, replace /status inactive.",
        )
        raise FhirError(405, "not-supported", "immutable", said, headers={"Allow": "PATCH"})
    consent_id = request.path_params["id"]

    def write(transaction: Transaction) -> Consent:
        consent = transaction.consent(consent_id)
        record = transaction.patient(consent.patient_id) if consent else None
        access = access_to(transaction, caller, record, services.settings, services.clock)
        mine = {caller.professional.id, caller.professional.facility} - {""}
        if consent is None or record is None or consent.kind is not ConsentKind.PERMIT or consent.actor not in mine:
            raise not_found()
        decision = access.require(Operation.AUTHORISATION_REMOVE)
        if consent.actor != caller.professional.id:
            own = Decision(False, "PDT-INF-526 v1.8 TD0.3", Refusal.NOT_THE_AUTHOR)
            raise Refused(access.event(Operation.AUTHORISATION_REMOVE, own), own)
        transaction.trace(access.event(Operation.AUTHORISATION_REMOVE, decision))
        return transaction.put_consent(replace(consent, active=False))

    stored = await services.store.write(write)
    return fhir_response(to_consent(stored, services.base_url), headers={"ETag": f'W/"{stored.version}"'})


# --- TD1.6 ------------------------------------------------------------------------------------------------------------


async def listing(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Consent?patient=<id>``: who is authorised, who is blocked."""
    reference = parameters(request, "patient").get("patient", "")
    if not reference:
        raise malformed("Paramètre obligatoire : patient.", "Mandatory parameter: patient.", "patient")
    record = record_of(services.store, reference if "/" in reference else f"Patient/{reference}", services.base_url)
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.LIST_AUTHORISED_OR_BLOCKED)
    if record is None:
        raise not_found()
    event = access.event(Operation.LIST_AUTHORISED_OR_BLOCKED, decision)
    await services.store.trace(event)
    found = [_described(services, c) for c in services.store.consents(record.id) if c.active]
    return fhir_response(_bundle(services, found))


def _described(services: Services, consent: Consent) -> Json:
    """A Consent with what TD1.6 says of its professional: profession and specialty, last access."""
    resource = to_consent(consent, services.base_url)
    known = None if consent.actor_is_organisation else services.store.professional(consent.actor)
    parts: list[Json] = []
    if known is not None and known.profession:
        specialty = f"/{known.specialty}" if known.specialty else ""
        parts.append({"url": "profession", "valueString": f"G15_{known.profession}{specialty}"})
    accessed = services.store.last_access(consent.patient_id, consent.actor)
    if accessed is not None:
        parts.append({"url": "last-access", "valueInstant": accessed.isoformat()})
    if parts:
        resource["extension"] = [*resource["extension"], {"url": PROFESSIONAL, "extension": parts}]
    return resource


def _bundle(services: Services, resources: Sequence[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [
            {
                "fullUrl": f"{services.base_url}/{r['resourceType']}/{r['id']}",
                "resource": r,
                "search": {"mode": "match"},
            }
            for r in resources
        ],
    }


# --- TD0.4 ------------------------------------------------------------------------------------------------------------


async def authorised(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Patient/$authorised?since=<date>&date-type=authorisation|document|access``."""
    asked = parameters(request, "since", "date-type")
    date_type = asked.get("date-type", "authorisation")
    since = _since(asked.get("since", "1900-01-01"))
    if date_type not in {"authorisation", "document", "access"}:
        raise malformed(
            "date-type : authorisation, document ou access.", "date-type: authorisation, document or access."
        )
    access = access_to(services.store, caller, None, services.settings, services.clock)
    decision = access.require(Operation.LIST_AUTHORISED_RECORDS)
    if Limit.NEW_AUTHORISATIONS in decision.limits and date_type != "authorisation":
        raise broken_rule(
            "date-type",
            "Un certificat d'établissement ne cherche que par date d'autorisation.",
            "A facility certificate searches by date of authorisation only.",
        )
    event = access.event(Operation.LIST_AUTHORISED_RECORDS, decision)
    await services.store.trace(event)
    announced = _announced(services, caller)
    listed = (
        _listed(services, caller, held, date_type=date_type, since=since, announced=announced)
        for held in _held(services, caller)
    )
    return fhir_response(_bundle(services, [resource for resource in listed if resource]))


def _since(written: str) -> datetime:
    found = interval(written)
    if found is None:
        raise malformed("since : une date.", "since: a date.")
    return found[0]


def _held(services: Services, caller: Caller) -> list[Consent]:
    """The newest authorisation of each record that the caller, or his structure, holds now."""
    professional, now = caller.professional, services.clock()
    actors = dict.fromkeys(a for a in (professional.id, professional.facility) if a)
    held: dict[str, Consent] = {}
    for actor in actors:
        for consent in services.store.consents_of(actor):
            if consent.active and consent.kind is ConsentKind.PERMIT and (consent.end is None or now < consent.end):
                held[consent.patient_id] = consent
    return list(held.values())


def _listed(
    services: Services, caller: Caller, held: Consent, *, date_type: str, since: datetime, announced: frozenset[str]
) -> Json | None:
    record = services.store.patient(held.patient_id)
    if record is None:
        return None
    access = access_to(services.store, caller, record, services.settings, services.clock)
    if access.authorisation.state is not AuthorisationState.VALID:
        return None
    documents = services.store.documents(record.id, access.eyes)
    added = max((d.submitted for d in documents if access.sees(d)), default="")
    accessed = services.store.last_access(record.id, caller.professional.id)
    dates = {
        "authorisation": held.start,
        "document": datetime.fromisoformat(added) if added else None,
        "access": accessed,
    }
    wanted = dates[date_type]
    if wanted is None or wanted < since:
        return None
    resource = to_existence(record, access.authorisation)
    parts: list[Json] = [{"url": "since", "valueInstant": held.start.isoformat()}]
    if accessed is not None:
        parts.append({"url": "last-access", "valueInstant": accessed.isoformat()})
    if added:
        parts.append({"url": "last-addition", "valueInstant": added})
    message = access.authorisation.treating and record.id in announced
    parts.append({"url": "message", "valueBoolean": message})
    identifier = _ins_c(record)
    if identifier:
        resource["identifier"] = [*resource["identifier"], {"system": INS_C, "value": identifier}]
    resource["extension"] = [*resource["extension"], {"url": AUTHORISED, "extension": parts}]
    return resource


def _announced(services: Services, caller: Caller) -> frozenset[str]:
    """Ids of the records of which emergency accesses are announced to this doctor."""
    found = services.store.notices_of_doctor(caller.professional.id, services.clock(), _NOTICES)
    return frozenset(one.patient_id for one in found)


def _ins_c(record: Record) -> str:
    """The historic INS-C, where the INS is a NIR and the given name is known; empty else."""
    traits = record.traits
    if not traits.given or not record.ins.matricule.isdecimal():
        return ""
    return ins_c(record.ins.matricule, traits.given, traits.birth)
