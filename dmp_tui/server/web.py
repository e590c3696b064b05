"""Contextual web access (TD0.9): a URL that opens once, within 60 seconds, one static page without script."""

import hashlib
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from dmp_tui.dmp.rights import Operation
from dmp_tui.server.access import access_to
from dmp_tui.server.caller import Caller
from dmp_tui.server.outcomes import fhir_response, not_found
from dmp_tui.server.services import Services

LIFE = timedelta(seconds=60)
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>DMP</title></head>
<body><h1>Accès au DMP</h1>
<p>L'accès est ouvert et tracé. Consultez ce dossier dans l'application dmp-tui de votre poste.</p></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def open_page(services: Services, caller: Caller, request: Request) -> Response:
    """``POST /fhir/Patient/<id>/$web-access``: Parameters with ``url`` and ``expires``."""
    record = services.store.patient(request.path_params["id"])
    access = access_to(services.store, caller, record, services.settings, services.clock)
    decision = access.require(Operation.CONTEXTUAL_WEB_ACCESS)
    if record is None:
        raise not_found()
    event = access.event(Operation.CONTEXTUAL_WEB_ACCESS, decision)
    await services.store.trace(event)
    ticket = secrets.token_urlsafe(32)
    for old in [digest for digest, end in services.tickets.items() if end <= access.now]:
        del services.tickets[old]
    end = min(access.now + LIFE, decision.until or access.now + LIFE)
    services.tickets[_digest(ticket)] = end
    return fhir_response(
        {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "url", "valueUrl": f"{services.base_url.removesuffix('/fhir')}/web/{ticket}"},
                {"name": "expires", "valueInstant": end.isoformat()},
            ],
        }
    )


async def page(services: Services, request: Request) -> Response:
    """``GET /web/<ticket>``: the page, once. It holds nothing of the record."""
    end = services.tickets.pop(_digest(request.path_params["ticket"]), None)
    if end is None or end <= services.clock():
        return Response("Lien expiré ou déjà utilisé.", 404, _HEADERS, "text/plain")
    return Response(_PAGE, 200, _HEADERS, "text/html")


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()
