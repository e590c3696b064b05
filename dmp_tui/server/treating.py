"""The treating doctor of a record (TD0.3): declared by himself with the patient's consent, and resigned."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.consents import Record
from dmp_tui.dmp.fhir.patients import to_existence
from dmp_tui.dmp.professions import Role
from dmp_tui.dmp.rights import SHEET, Decision, Operation, Refusal
from dmp_tui.server.access import Refused, access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import fhir_response, not_found
from dmp_tui.server.services import Services
from dmp_tui.store.transaction import Transaction

DECLARE = "treating_doctor_declare"


async def declare(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$declare-treating-doctor``: a doctor becomes his, at the patient's word.

    It takes what declaring an authorisation takes; a patient has one treating doctor: the former is one no more.
    """
    record = services.store.patient(request.path_params["id"])

    def write(transaction: Transaction) -> Record:
        present = transaction.patient(record.id) if record else None
        access = access_to(transaction, caller, present, services.settings, services.clock)
        decision = access.require(Operation.AUTHORISATION_DECLARE)
        if present is None:
            raise not_found()
        professional = caller.professional
        if professional.role is not Role.DOCTOR:
            refused = Decision(False, f"{SHEET} TD0.3", Refusal.ROLE)
            raise Refused(access.event(DECLARE, refused), refused)
        transaction.trace(access.event(DECLARE, decision, detail=f"collected-by={professional.id}"))
        return transaction.put_patient(
            replace(
                present,
                treating_doctor=professional.id,
                treating_doctor_name=professional.name,
                treating_doctor_phone="",
            )
        )

    stored = await services.store.write(write)
    access = access_to(services.store, caller, stored, services.settings, services.clock)
    return fhir_response(to_existence(stored, access.authorisation))


async def resign(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$resign-treating-doctor`` (TD0.3)."""
    record = services.store.patient(request.path_params["id"])

    def write(transaction: Transaction) -> Record:
        present = transaction.patient(record.id) if record else None
        access = access_to(transaction, caller, present, services.settings, services.clock)
        decision = access.require(Operation.TREATING_DOCTOR_RESIGN)
        if present is None:
            raise not_found()
        changed = replace(present, treating_doctor="", treating_doctor_name="", treating_doctor_phone="")
        transaction.trace(access.event(Operation.TREATING_DOCTOR_RESIGN, decision))
        return transaction.put_patient(changed)

    stored = await services.store.write(write)
    access = access_to(services.store, caller, stored, services.settings, services.clock)
    return fhir_response(to_existence(stored, access.authorisation))
