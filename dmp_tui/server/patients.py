"""Records: existence and state (TD0.2), administrative data (TD1.3a), creation (TD1.1), closing, search by traits."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import (
    AuthorisationState,
    Consent,
    ConsentKind,
    Record,
    RecordStatus,
    kept_until,
    settled,
)
from dmp_tui.dmp.fhir.lenient import many, one, text
from dmp_tui.dmp.fhir.patients import (
    TREATING_PHONE,
    emergency_of,
    from_administrative,
    identity_status_of,
    ins_of,
    opening_of,
    to_administrative,
    to_existence,
    traits_of,
)
from dmp_tui.dmp.identity import BirthDate, IdentityError, IdentityStatus, Sex, Traits, parse_birth_date
from dmp_tui.dmp.professions import Mode, Role
from dmp_tui.dmp.rights import READINGS, Decision, Operation, Refusal
from dmp_tui.server.access import Access, Refused, access_to
from dmp_tui.server.administrative import check_email
from dmp_tui.server.bodies import JSON_TYPES, SMALL, check_type, parse_resource, read_body
from dmp_tui.server.caller import Caller
from dmp_tui.server.forms import is_printed
from dmp_tui.server.intake import read_resource
from dmp_tui.server.outcomes import broken_rule, conflict, fhir_response, malformed, not_found
from dmp_tui.server.parameters import parameters
from dmp_tui.server.services import Services
from dmp_tui.server.sheets import variants
from dmp_tui.server.subjects import ins_of_token
from dmp_tui.store.transaction import Transaction

Json = dict[str, Any]

CREATE = "create_record"
CLOSE = "close_record"
REOPEN = "reopen_record"
_IDENTIFIED_BY = frozenset({"vitale", "ins", "datamatrix"})


# --- TD0.2 ------------------------------------------------------------------------------------------------------------


async def existence(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Patient?identifier=urn:oid:<oid>|<ins>``: a Bundle of 0 or 1."""
    token = parameters(request, "identifier").get("identifier")
    if token is None:
        raise malformed("Paramètre obligatoire : identifier.", "Mandatory parameter: identifier.", "identifier")
    record = services.store.patient_by_ins(ins_of_token(token))
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.TEST_EXISTENCE)
    event = access.event(Operation.TEST_EXISTENCE, decision)
    me = caller.professional.id
    read_before = services.store.last_access(record.id, me, READINGS) if record is not None else None
    await services.store.trace(event)
    found = [] if record is None else [to_existence(record, access.authorisation, read_before)]
    return fhir_response(_searchset(services, found))


def _searchset(services: Services, resources: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [
            {
                "fullUrl": f"{services.base_url}/{resource['resourceType']}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in resources
        ],
    }


# --- TD1.3a -----------------------------------------------------------------------------------------------------------


async def read(services: Services, caller: Caller, request: Request) -> Response:
    """``GET /fhir/Patient/<id>``."""
    record = services.store.patient(request.path_params["id"])
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.READ_ADMIN_DATA)
    if record is None:
        raise not_found()
    event = access.event(Operation.READ_ADMIN_DATA, decision)
    await services.store.trace(event)
    return fhir_response(to_administrative(record), headers={"ETag": f'W/"{record.version}"'})


# --- TD1.1 ------------------------------------------------------------------------------------------------------------


async def create(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient``: a record with the three steps of its opening; 201, or 409 where there is one."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings, SMALL)
    resource = await services.workers.run(read_resource, body, "Patient")
    _check_may_create(services, caller)
    record = _record_of(resource, caller, services.clock())
    sheets = await services.workers.run(variants, record, [], [], services.weighing())
    opening = opening_of(resource)
    authorisation = _authorisation(services, caller, record) if opening.get("authorise-me") is True else None
    access = Access(caller, services.clock(), services.settings, record)
    event = access.event(CREATE, _self_ruled("CSP L1111-14, R1111-32 (TD1.1)"), detail=_steps(opening))

    def write(transaction: Transaction) -> Record | None:
        if transaction.patient_by_ins(record.ins) is not None:
            return None
        stored = transaction.put_patient(record)
        transaction.put_summary(record.id, *sheets)
        if authorisation is not None:
            transaction.put_consent(authorisation)
        transaction.trace(event)
        return stored

    stored = await services.store.write(write)
    if stored is None:
        raise conflict("exists", "Ce patient a déjà un dossier.", "This patient already has a record.")
    headers = {"Location": f"{services.base_url}/Patient/{stored.id}", "ETag": f'W/"{stored.version}"'}
    return fhir_response(to_administrative(stored), 201, headers)


def _check_may_create(services: Services, caller: Caller) -> None:
    """The sheet has no row for TD1.1: who may deposit or admit may create, in normal mode; not an occupational doctor.

    Raises:
        Refused.
    """
    access = Access(caller, services.clock(), services.settings)
    if caller.professional.role is Role.OCCUPATIONAL_DOCTOR:
        refusal = Decision(False, "CSP L1111-18", Refusal.ROLE)
        raise Refused(access.event(CREATE, refusal), refusal)
    access.require(Operation.AUTHENTICATE)
    if caller.patient is not None or caller.grant_end is not None:
        refusal = Decision(False, "CSP L1111-14 (TD1.1)", Refusal.MODE)
        raise Refused(access.event(CREATE, refusal), refusal)


def _self_ruled(rule: str) -> Decision:
    return Decision(True, rule)


def _record_of(resource: Mapping[str, Any], caller: Caller, now: datetime) -> Record:
    """The record to be created.

    Raises:
        FhirError: 422, an identity or a step of the opening is missing.
    """
    try:
        ins = ins_of(resource)
    except IdentityError:
        raise broken_rule(
            "ins", "L'INS du patient manque ou est mal formé.", "The INS is missing or malformed."
        ) from None
    traits = traits_of(resource)
    if not traits.family or traits.birth is None:
        raise broken_rule(
            "traits",
            "Le nom de naissance et la date de naissance sont obligatoires.",
            "Birth name and birth date are mandatory.",
        )
    opening = opening_of(resource)
    if opening.get("informed") is not True or opening.get("consent") is not True:
        raise broken_rule(
            "opening",
            "L'ouverture demande l'information du patient et son consentement (extension opening).",
            "Opening a record needs the patient informed and his consent (extension opening).",
        )
    if opening.get("identified-by") not in _IDENTIFIED_BY:
        raise broken_rule(
            "identification",
            "L'ouverture demande l'identification du patient : vitale, ins ou datamatrix.",
            "Opening a record needs the patient identified: vitale, ins or datamatrix.",
        )
    status = identity_status_of(resource)
    administrative = from_administrative(resource)
    check_email(administrative.email)
    doctor = next(many(resource, "generalPractitioner"), {})
    return Record(
        str(uuid.uuid4()),
        ins,
        traits,
        RecordStatus.ACTIVE,
        now,
        # A card read alone never qualifies (RNIV): only INSi does, and it says so with a datamatrix or an INS.
        IdentityStatus.VALI if status is IdentityStatus.QUAL and opening["identified-by"] == "vitale" else status,
        administrative.address,
        administrative.phones,
        administrative.contacts,
        text(one(doctor, "identifier"), "value"),
        text(doctor, "display"),
        _doctor_phone(doctor),
        settled(emergency_of(opening)),
        email=administrative.email,
    )


def _doctor_phone(doctor: Mapping[str, Any]) -> str:
    return next((text(e, "valueString") for e in many(doctor, "extension") if e.get("url") == TREATING_PHONE), "")


def _authorisation(services: Services, caller: Caller, record: Record) -> Consent | None:
    """The authorisation that a creator declares for himself at the same time, where he may."""
    professional = caller.professional
    now = services.clock()
    access = Access(caller, now, services.settings, record)
    access.require(Operation.AUTHORISATION_DECLARE)
    structure = professional.role is Role.CPE_CLERK
    return Consent(
        str(uuid.uuid4()),
        record.id,
        ConsentKind.PERMIT,
        professional.facility if structure else professional.id,
        professional.facility_name if structure else professional.name,
        now,
        now + timedelta(days=services.settings.authorisation_days),
        professional.id,
        professional.name,
        actor_is_organisation=structure,
    )


def _steps(opening: Mapping[str, Any]) -> str:
    """The three steps, for the trail: informed and consenting, the two oppositions, how he was identified."""
    oppositions = [name for name in ("btg", "etreat") if opening.get(f"opposition-{name}") is True]
    by = opening.get("identified-by")
    return f"informed consent oppositions={','.join(oppositions) or 'none'} identified-by={by}"


# --- closing and opening again ----------------------------------------------------------------------------------------


async def close(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$close`` (TD1.4): Parameters ``reason``."""
    reason = await _parameter(services, request, "reason")
    if not is_printed(reason):
        raise broken_rule("reason", "Le motif de fermeture est obligatoire.", "The reason for closing is mandatory.")
    return await _restate(services, caller, request, CLOSE, reason.strip()[:500])


async def reopen(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$reopen``: within ten years."""
    return await _restate(services, caller, request, REOPEN, "")


async def _restate(services: Services, caller: Caller, request: Request, verb: str, reason: str) -> Response:
    record = services.store.patient(request.path_params["id"])
    closing = verb == CLOSE

    def write(transaction: Transaction) -> Record:
        present = transaction.patient(record.id) if record else None
        access = access_to(transaction, caller, present, services.settings, services.clock)
        access.require(Operation.TEST_EXISTENCE)
        if present is None:
            raise not_found()
        _check_may_restate(access, verb)
        wanted = RecordStatus.CLOSED if closing else RecordStatus.ACTIVE
        if present.status is wanted:
            raise conflict("status", "Ce dossier est déjà dans cet état.", "This record is in that state already.")
        if not closing and present.closed and access.now >= kept_until(present.closed):
            raise broken_rule("too-late", "Ce dossier est fermé depuis plus de dix ans.", "Closed for over ten years.")
        stored = transaction.put_patient(
            replace(present, status=wanted, closed=access.now if closing else None, closing_reason=reason)
        )
        transaction.trace(access.event(verb, _self_ruled("CSP L1111-18 (TD1.4)")))
        return stored

    stored = await services.store.write(write)
    access = access_to(services.store, caller, stored, services.settings, services.clock)
    return fhir_response(to_existence(stored, access.authorisation))


def _check_may_restate(access: Access, verb: str) -> None:
    """Closing and opening again are the patient's; whom he asks to do it holds his authorisation, in normal mode.

    An authorisation outlives the closing, so the same person may open the record again.
    """
    doctor = access.caller.professional.role in {Role.DOCTOR, Role.NON_DOCTOR}
    if access.caller.mode is not Mode.NORMAL or not doctor:
        refusal = Decision(False, "CSP L1111-18 (TD1.4)", Refusal.ROLE if not doctor else Refusal.MODE)
    elif access.authorisation.state is AuthorisationState.FORBIDDEN:
        refusal = Decision(False, "CSP R1111-46", Refusal.BLOCKED)
    elif access.authorisation.state is not AuthorisationState.VALID:
        refusal = Decision(False, "CSP L1110-4, R1111-46", Refusal.NOT_AUTHORISED)
    else:
        return
    raise Refused(access.event(verb, refusal), refusal)


# --- TD0.5 ------------------------------------------------------------------------------------------------------------


async def match(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/$match`` (TD0.5, ITI-119): family, given, birthDate or its year, gender."""
    check_type(request, JSON_TYPES)
    body = await read_body(request, services.settings, SMALL)
    parameters = parse_resource(body, "Parameters")
    access = access_to(services.store, caller, None, services.settings, services.clock)
    decision = access.require(Operation.SEARCH_PATIENT_WITHOUT_INS)
    wanted, birth = _traits_asked(parameters)
    found = services.store.search_traits(wanted.family, wanted.given, birth)
    records = [r for r in found if Sex.U in {wanted.sex, r.traits.sex} or wanted.sex is r.traits.sex]
    event = access.event(Operation.SEARCH_PATIENT_WITHOUT_INS, decision)
    await services.store.trace(event)
    resources = []
    for record in records:
        held = access_to(services.store, caller, record, services.settings, services.clock)
        resources.append(to_existence(record, held.authorisation))
    return fhir_response(_searchset(services, resources))


def _traits_asked(parameters: Mapping[str, Any]) -> tuple[Traits, BirthDate]:
    asked = next((p for p in many(parameters, "parameter") if p.get("name") == "resource"), {})
    traits = traits_of(one(asked, "resource"))
    written = text(one(asked, "resource"), "birthDate")
    birth = None
    with suppress(IdentityError):
        birth = parse_birth_date(written)
    if not traits.family or birth is None or not birth.year:
        raise broken_rule(
            "traits",
            "La recherche demande un nom et une date ou une année de naissance.",
            "The search needs a family name and a birth date or year.",
        )
    return traits, birth


async def _parameter(services: Services, request: Request, name: str) -> str:
    """A string of a Parameters body."""
    check_type(request, JSON_TYPES)
    parameters = parse_resource(await read_body(request, services.settings, SMALL), "Parameters")
    return next((text(p, "valueString") for p in many(parameters, "parameter") if p.get("name") == name), "")
