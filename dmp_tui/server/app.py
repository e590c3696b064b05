"""The server as one ASGI application: login, FHIR, health; refusals traced and errors answered in one place."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp_tui import __version__
from dmp_tui.dmp.holder import HolderAct
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import READ_REGISTER, REVIEWED
from dmp_tui.dmp.rights import Decision, Operation, Refusal
from dmp_tui.server import (
    administrative,
    checking,
    communications,
    consents,
    documents,
    lists,
    patient_access,
    patients,
    register,
    summaries,
    trails,
    transactions,
    treating,
    web,
)
from dmp_tui.server.access import Refused, unanswered
from dmp_tui.server.caller import Caller, PatientCaller, request_name
from dmp_tui.server.deposit import instant
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.login import Login, LoginPolicy, policy_of
from dmp_tui.server.mail_settings import MailSettings
from dmp_tui.server.mailing import Mailing
from dmp_tui.server.medicines import Medicines, shipped
from dmp_tui.server.metadata import capability_statement
from dmp_tui.server.openapi import describe
from dmp_tui.server.outcomes import (
    FhirError,
    Said,
    error_response,
    fhir_response,
    internal,
    not_found,
    not_supported,
    refused,
    unavailable,
)
from dmp_tui.server.own_routes import OWN_ROUTES, PatientHandler, answer_patient
from dmp_tui.server.parameters import check_format, is_secret
from dmp_tui.server.refusals import AuthError
from dmp_tui.server.services import Services
from dmp_tui.server.settings import ServerSettings
from dmp_tui.server.workers import WorkerProcess, Workers
from dmp_tui.store.model import Clock
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.store import Store
from dmp_tui.store.trail import TrailEvent

Handler = Callable[[Services, Caller, Request], Awaitable[Response]]
Handlers = tuple[Handler, PatientHandler | None]
"""What answers a professional, and what answers a patient, of his own record; None: he is refused."""
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log = logging.getLogger(__name__)


async def patients_only(_services: Services, _caller: Caller, _request: Request) -> Response:
    """403: what only the patient does, whatever record the path names."""
    raise refused(Decision(False, "CSP L1111-16", Refusal.ROLE))


_ROUTES: tuple[tuple[str, str, Handler, str], ...] = (
    ("GET", "/fhir/Patient/$summary", summaries.summary, Operation.READ_UNMASKED),
    ("GET", "/fhir/Patient", patients.existence, Operation.TEST_EXISTENCE),
    ("POST", "/fhir/Patient", patients.create, patients.CREATE),
    ("POST", "/fhir/Patient/$match", patients.match, Operation.SEARCH_PATIENT_WITHOUT_INS),
    ("GET", "/fhir/Patient/$authorised", consents.authorised, Operation.LIST_AUTHORISED_RECORDS),
    ("GET", "/fhir/Patient/{id}/$summary", summaries.summary, Operation.READ_UNMASKED),
    ("GET", "/fhir/Patient/{id}", patients.read, Operation.READ_ADMIN_DATA),
    ("PATCH", "/fhir/Patient/{id}", administrative.patch, administrative.CHANGE),
    ("POST", "/fhir/Patient/{id}/$web-access", web.open_page, Operation.CONTEXTUAL_WEB_ACCESS),
    ("POST", "/fhir/Patient/{id}/$patient-access", patient_access.open_access, patient_access.OPEN_ACCESS),
    ("POST", "/fhir/Patient/{id}/$administrator", patients_only, HolderAct.NAME_ADMINISTRATOR),
    ("POST", "/fhir/Patient/{id}/$close", patients.close, patients.CLOSE),
    ("POST", "/fhir/Patient/{id}/$reopen", patients.reopen, patients.REOPEN),
    ("POST", "/fhir/Patient/{id}/$check", checking.check_medicines, checking.CHECK),
    ("POST", "/fhir/Patient/{id}/$declare-treating-doctor", treating.declare, treating.DECLARE),
    ("POST", "/fhir/Patient/{id}/$resign-treating-doctor", treating.resign, Operation.TREATING_DOCTOR_RESIGN),
    ("GET", "/fhir/DocumentReference", documents.search, Operation.SEARCH_METADATA),
    ("POST", "/fhir/DocumentReference", documents.create, Operation.SUBMIT_DOCUMENT),
    ("POST", "/fhir/DocumentReference/_search", documents.search, Operation.SEARCH_METADATA),
    ("PATCH", "/fhir/DocumentReference", documents.patch, documents.CHANGE),
    ("GET", "/fhir/DocumentReference/{id}", documents.read, Operation.SEARCH_METADATA),
    ("PATCH", "/fhir/DocumentReference/{id}", documents.patch, documents.CHANGE),
    ("GET", "/fhir/List", lists.search, Operation.SEARCH_METADATA),
    ("POST", "/fhir/List/_search", lists.search, Operation.SEARCH_METADATA),
    ("GET", "/fhir/List/{id}", lists.read, Operation.SEARCH_METADATA),
    ("GET", "/fhir/Binary/{id}", documents.content, documents.READ),
    ("POST", "/fhir/Consent", consents.declare, Operation.AUTHORISATION_DECLARE),
    ("GET", "/fhir/Consent", consents.listing, Operation.LIST_AUTHORISED_OR_BLOCKED),
    ("PATCH", "/fhir/Consent/{id}", consents.withdraw, Operation.AUTHORISATION_REMOVE),
    ("GET", "/fhir/AuditEvent/$emergency-register", register.read, READ_REGISTER),
    ("POST", "/fhir/AuditEvent/{id}/$review", register.review, REVIEWED),
    ("GET", "/fhir/AuditEvent", trails.search, trails.READ_TRAIL),
    ("GET", "/fhir/AuditEvent/{id}", trails.read, trails.READ_TRAIL),
    ("GET", "/fhir/Communication", communications.search, communications.READ_NOTICES),
    ("POST", "/fhir", transactions.provide, Operation.SUBMIT_DOCUMENT),
)
"""Tried in this order: the sheet comes first, as it is asked for most; a fixed name before ``{id}``.

The last column names the operation in the trail where a request is refused before the rules name it themselves."""


def create_app(
    store: Store,
    identity: ServerIdentity,
    clock: Clock,
    settings: ServerSettings | None = None,
    *,
    policy: LoginPolicy | None = None,
    workers: Workers | None = None,
    medicines: Medicines | None = None,
    mail: MailSettings | None = None,
) -> Starlette:
    """The application of one server. ``store`` is the caller's: opened before, closed after.

    Its worker, unless one is given, is started when first needed; either is ended at shutdown. ``mail`` is the mail
    server by which people are told that a notice awaits them.
    """
    settings = settings or ServerSettings()
    login = Login(store, identity, clock, policy or policy_of(settings))
    workers = workers or WorkerProcess()
    services = Services(store, clock, settings, workers, medicines or shipped(), f"{identity.base_url}/fhir")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(Mailing(store, clock, mail).run()) if mail else None
        try:
            yield
        finally:
            if sending is not None:
                sending.cancel()
                await asyncio.wait([sending])
            workers.close()

    methods: dict[str, dict[str, Endpoint]] = {}
    for method, path, handler, operation in _ROUTES:
        methods.setdefault(path, {})[method] = partial(
            _answer, services, login, (handler, OWN_ROUTES.get((method, path))), operation
        )
    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/openapi.json", partial(_openapi, identity.base_url), methods=["GET"]),
            Route("/fhir/metadata", partial(_metadata, services), methods=["GET"]),
            Route("/web/{ticket}", partial(web.page, services), methods=["GET"]),
            *login.routes(),
            *(Route(path, partial(_by_method, found), methods=_METHODS) for path, found in methods.items()),
        ],
        middleware=[login.middleware()],
        exception_handlers={HTTPException: _no_route},
        lifespan=lifespan,
    )
    # A redirection would repeat the Host header and the identifiers of the query to whoever sent them.
    app.router.redirect_slashes = False
    return app


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})


async def _openapi(base_url: str, _request: Request) -> Response:
    return JSONResponse(describe(base_url))


async def _metadata(services: Services, _request: Request) -> Response:
    return fhir_response(capability_statement(services.base_url, instant(services.clock())))


async def _by_method(endpoints: dict[str, Endpoint], request: Request) -> Response:
    """The endpoint of this method on one path; HEAD is a GET whose body the server leaves out."""
    method = "GET" if request.method == "HEAD" else request.method
    endpoint = endpoints.get(method)
    if endpoint is None:
        error = not_supported(405)
        error.headers = {"Allow": ", ".join(sorted(endpoints))}
        return error_response(error, request.headers.get("accept-language", ""))
    return await endpoint(request)


async def _answer(services: Services, login: Login, handlers: Handlers, operation: str, request: Request) -> Response:
    """Hand over, and turn whatever is not the answer asked for into an OperationOutcome.

    A refusal is answered once it is in the trail; where the trail cannot take it, the answer is 503.
    """
    request.state.name = request_name(request.headers.get("x-request-id", ""))
    response = await _answered(services, login, handlers, operation, request)
    response.headers["X-Request-Id"] = request.state.name
    return response


async def _answered(services: Services, login: Login, handlers: Handlers, operation: str, request: Request) -> Response:
    language = request.headers.get("accept-language", "")
    try:
        answer = await _asked(services, login, handlers, operation, request)
        if isinstance(answer, Response):
            return answer
        error, event = answer
        if event is not None:
            await services.store.trace(event)
        return error_response(error, language)
    except StoreError as error:
        return error_response(_store_error(error), language)
    except Exception as error:  # noqa: BLE001 - left to the framework, its text would be logged, and may hold data
        return _fault(request, error)


async def _asked(
    services: Services, login: Login, handlers: Handlers, operation: str, request: Request
) -> Response | tuple[FhirError, TrailEvent | None]:
    """The answer; or why there is none, and what the trail is to keep of it: whatever was refused to someone known."""
    address, name = request.client.host if request.client else "", request.state.name
    try:
        found = login.authenticate(request)
        if isinstance(found, PatientCaller):
            return await answer_patient(services, found, handlers[1], operation, request)
        caller = replace(found, address=address, request=name)
    except AuthError as refusal:
        said = Said(refusal.description, refusal.description_en)
        error = FhirError(refusal.status, "login", refusal.rule.value, said, headers=refusal.headers)
        if refusal.professional is None:
            return error, None
        misused = Caller(refusal.professional, Mode.NORMAL, refusal.session, address=address, request=name)
        return error, unanswered(misused, operation, error.rule, request.path_params)
    try:
        check_format(request)
        caller = replace(caller, secret=is_secret(request))
        return await handlers[0](services, caller, request)
    except Refused as refusal:
        return refused(refusal.decision), refusal.event
    except FhirError as raised:
        error = raised
    except StoreError as raised:
        error = _store_error(raised)
    return error, None if error.status >= 500 else unanswered(caller, operation, error.rule, request.path_params)


def _store_error(error: StoreError) -> FhirError:
    """503 where trying again may help; what was asked for and is gone is 404; the rest is a fault."""
    if error.problem is StoreProblem.STALE:
        said = Said("Les données ont changé entre-temps : recommencez.", "The data have changed meanwhile: try again.")
        return FhirError(409, "conflict", "stale", said)
    if error.problem in {StoreProblem.UNKNOWN_DOCUMENT, StoreProblem.UNKNOWN_PATIENT, StoreProblem.KEY_DESTROYED}:
        return not_found()
    if error.problem in {StoreProblem.FULL, StoreProblem.IO, StoreProblem.BUSY, StoreProblem.CLOSED}:
        _log.error("the store cannot write: %s", error.problem.value)
        return unavailable(error.problem.value)
    _log.error("the store is at fault: %s", error.problem.value)
    return internal()


async def _no_route(request: Request, error: Exception) -> Response:
    """A path that is not here, or a method: said in FHIR (under ``/auth`` as RFC 6749 has it), without repeating it."""
    known = error if isinstance(error, HTTPException) else HTTPException(404)
    if request.scope["path"].startswith("/auth/"):
        body = {"error": "invalid_request", "error_description": known.detail, "rule": "request"}
        return JSONResponse(body, known.status_code, {"Cache-Control": "no-store", **(known.headers or {})})
    found = not_supported(known.status_code)
    found.headers = dict(known.headers or {})
    return error_response(found, request.headers.get("accept-language", ""))


def _fault(request: Request, error: Exception) -> Response:
    """500. The log gets the kind of fault and where it is, never its text: that may hold data."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    _log.error("fault: %s at %s", type(error).__name__, where)
    return error_response(internal(), request.headers.get("accept-language", ""))
