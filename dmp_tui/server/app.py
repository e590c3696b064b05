"""The server as one ASGI application: login, FHIR, health; refusals traced and errors answered in one place."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dmp_tui import __version__
from dmp_tui.server import administrative, consents, documents, patients, summaries, trails, transactions, web
from dmp_tui.server.access import Refused
from dmp_tui.server.caller import Caller
from dmp_tui.server.deposit import instant
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.login import Login, LoginPolicy
from dmp_tui.server.metadata import capability_statement
from dmp_tui.server.outcomes import (
    FhirError,
    Said,
    error_response,
    fhir_response,
    internal,
    not_supported,
    refused,
    unavailable,
)
from dmp_tui.server.refusals import AuthError
from dmp_tui.server.services import Services
from dmp_tui.server.settings import ServerSettings
from dmp_tui.server.workers import WorkerProcess, Workers
from dmp_tui.store.model import Clock
from dmp_tui.store.problems import StoreError, StoreProblem
from dmp_tui.store.store import Store

Handler = Callable[[Services, Caller, Request], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log = logging.getLogger(__name__)

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/fhir/Patient/$summary", summaries.summary),
    ("GET", "/fhir/Patient", patients.existence),
    ("POST", "/fhir/Patient", patients.create),
    ("POST", "/fhir/Patient/$match", patients.match),
    ("GET", "/fhir/Patient/$authorised", consents.authorised),
    ("GET", "/fhir/Patient/{id}/$summary", summaries.summary),
    ("GET", "/fhir/Patient/{id}", patients.read),
    ("PATCH", "/fhir/Patient/{id}", administrative.patch),
    ("POST", "/fhir/Patient/{id}/$web-access", web.open_page),
    ("POST", "/fhir/Patient/{id}/$close", patients.close),
    ("POST", "/fhir/Patient/{id}/$reopen", patients.reopen),
    ("POST", "/fhir/Patient/{id}/$resign-treating-doctor", patients.resign),
    ("GET", "/fhir/DocumentReference", documents.search),
    ("POST", "/fhir/DocumentReference", documents.create),
    ("POST", "/fhir/DocumentReference/_search", documents.search),
    ("PATCH", "/fhir/DocumentReference", documents.patch),
    ("GET", "/fhir/DocumentReference/{id}", documents.read),
    ("PATCH", "/fhir/DocumentReference/{id}", documents.patch),
    ("GET", "/fhir/Binary/{id}", documents.content),
    ("POST", "/fhir/Consent", consents.declare),
    ("GET", "/fhir/Consent", consents.listing),
    ("PATCH", "/fhir/Consent/{id}", consents.withdraw),
    ("GET", "/fhir/AuditEvent", trails.events),
    ("POST", "/fhir", transactions.provide),
)
"""Tried in this order: the sheet comes first, as it is asked for most; a fixed name before ``{id}``."""


def create_app(
    store: Store,
    identity: ServerIdentity,
    clock: Clock,
    settings: ServerSettings | None = None,
    *,
    policy: LoginPolicy | None = None,
    workers: Workers | None = None,
) -> Starlette:
    """The application of one server. ``store`` is the caller's: opened before, closed after.

    Its worker, unless one is given, is started when first needed; either is ended at shutdown.
    """
    settings = settings or ServerSettings()
    policy = policy or LoginPolicy(block_bars_emergency=settings.block_bars_emergency)
    login = Login(store, identity, clock, policy)
    workers = workers or WorkerProcess()
    services = Services(store, clock, settings, workers, f"{identity.base_url}/fhir")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            workers.close()

    methods: dict[str, dict[str, Endpoint]] = {}
    for method, path, handler in _ROUTES:
        methods.setdefault(path, {})[method] = partial(_answer, services, login, handler)
    return Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/fhir/metadata", partial(_metadata, services), methods=["GET"]),
            Route("/web/{ticket}", partial(web.page, services), methods=["GET"]),
            *login.routes(),
            *(Route(path, partial(_by_method, found), methods=_METHODS) for path, found in methods.items()),
        ],
        middleware=[login.middleware()],
        exception_handlers={HTTPException: _no_route},
        lifespan=lifespan,
    )


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})


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


async def _answer(services: Services, login: Login, handler: Handler, request: Request) -> Response:
    """Authenticate, hand over, and turn whatever is not the answer asked for into an OperationOutcome.

    A refusal is answered once it is in the trail; where the trail cannot take it, the answer is 503.
    """
    language = request.headers.get("accept-language", "")
    try:
        caller = login.authenticate(request)
        _check_accept(request)
        try:
            return await handler(services, caller, request)
        except Refused as refusal:
            event, decision = refusal.event, refusal.decision
            await services.store.write(lambda transaction: transaction.trace(event))
            return error_response(refused(decision), language)
    except AuthError as error:
        said = Said(error.description, error.description_en)
        return error_response(FhirError(error.status, "login", error.rule.value, said, headers=error.headers), language)
    except FhirError as error:
        return error_response(error, language)
    except StoreError as error:
        return error_response(_store_error(error), language)
    except Exception as error:  # noqa: BLE001 - left to the framework, its text would be logged, and may hold data
        return _fault(request, error)


def _check_accept(request: Request) -> None:
    """Only JSON is written (documents aside, which go out as they came).

    Raises:
        FhirError: 406.
    """
    accept = request.headers.get("accept", "*/*")
    if "/Binary/" in request.scope["path"] or any(kind in accept for kind in ("json", "*/*", "application/*")):
        return
    said = Said("Ce serveur ne répond qu'en application/fhir+json.", "This server answers application/fhir+json only.")
    raise FhirError(406, "not-supported", "accept", said)


def _store_error(error: StoreError) -> FhirError:
    """503 where trying again may help; what was asked for and is gone is 404; the rest is a fault."""
    if error.problem is StoreProblem.STALE:
        said = Said("Les données ont changé entre-temps : recommencez.", "The data have changed meanwhile: try again.")
        return FhirError(409, "conflict", "stale", said)
    if error.problem in {StoreProblem.UNKNOWN_DOCUMENT, StoreProblem.UNKNOWN_PATIENT, StoreProblem.KEY_DESTROYED}:
        return not_supported(404)
    if error.problem in {StoreProblem.FULL, StoreProblem.IO, StoreProblem.BUSY, StoreProblem.CLOSED}:
        _log.error("the store cannot write: %s", error.problem.value)
        return unavailable(error.problem.value)
    _log.error("the store is at fault: %s", error.problem.value)
    return internal()


async def _no_route(request: Request, error: Exception) -> Response:
    """A path that is not here, or a method: said in FHIR, without repeating it."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return error_response(not_supported(status), request.headers.get("accept-language", ""))


def _fault(request: Request, error: Exception) -> Response:
    """500. The log gets the kind of fault and where it is, never its text: that may hold data."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    _log.error("fault: %s at %s", type(error).__name__, where)
    return error_response(internal(), request.headers.get("accept-language", ""))
