"""Which calls a patient's own token may make. Whatever is not here refuses it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.server import own_changes, own_reading
from dmp_tui.server.access import Refused
from dmp_tui.server.caller import PatientCaller
from dmp_tui.server.outcomes import FhirError, refused
from dmp_tui.server.own import not_for_patients, unanswered
from dmp_tui.server.parameters import check_format
from dmp_tui.server.services import Services
from dmp_tui.store.trail import TrailEvent

PatientHandler = Callable[[Services, PatientCaller, Request], Awaitable[Response]]

OWN_ROUTES: dict[tuple[str, str], PatientHandler] = {
    ("GET", "/fhir/Patient/$summary"): own_reading.summary,
    ("GET", "/fhir/Patient/{id}/$summary"): own_reading.summary,
    ("GET", "/fhir/Patient/{id}"): own_reading.read_admin,
    ("PATCH", "/fhir/Patient/{id}"): own_changes.patch_admin,
    ("POST", "/fhir/Patient/{id}/$close"): own_changes.close,
    ("POST", "/fhir/Patient/{id}/$administrator"): own_changes.administrator,
    ("GET", "/fhir/DocumentReference"): own_reading.search,
    ("POST", "/fhir/DocumentReference"): own_changes.add_document,
    ("GET", "/fhir/DocumentReference/{id}"): own_reading.read,
    ("PATCH", "/fhir/DocumentReference/{id}"): own_changes.patch_document,
    ("GET", "/fhir/Binary/{id}"): own_reading.content,
    ("GET", "/fhir/Consent"): own_reading.consents,
    ("POST", "/fhir/Consent"): own_changes.block,
    ("PATCH", "/fhir/Consent/{id}"): own_changes.end_consent,
    ("GET", "/fhir/AuditEvent"): own_reading.trail,
    ("GET", "/fhir/Communication"): own_reading.notices,
}


async def answer_patient(
    services: Services, caller: PatientCaller, handler: PatientHandler | None, operation: str, request: Request
) -> Response | tuple[FhirError, TrailEvent | None]:
    """The answer to a holder, or why there is none and what the trail keeps of it."""
    caller = replace(caller, address=request.client.host if request.client else "", request=request.state.name)
    try:
        if handler is None:
            raise not_for_patients()
        check_format(request)
        return await handler(services, caller, request)
    except Refused as refusal:
        return refused(refusal.decision), refusal.event
    except FhirError as error:
        kept = None if error.status >= 500 else unanswered(caller, operation, error.rule, request.path_params)
        return error, kept
