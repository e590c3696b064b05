"""What clients send: bodies within limits, JSON without duplicate keys, constants of JavaScript, or endless depth."""

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

from dmp_tui.server.outcomes import FhirError, Said, malformed
from dmp_tui.server.settings import ServerSettings

DEPTH = 100
NODES = 100_000
"""Commas and brackets in a JSON body, at most: it bounds what its objects take, in memory and in time to validate."""
SMALL = 256 * 1024
"""Bytes of a body that holds no document, at most: it is parsed on the event loop."""
JSON_TYPES = frozenset({"application/fhir+json", "application/json"})
PATCH_TYPES = frozenset({"application/json-patch+json", "application/fhir+json", "application/json"})


def check_type(request: Request, allowed: frozenset[str]) -> str:
    """The media type of a body, without its parameters.

    Raises:
        FhirError: 415.
    """
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    charset = parameters.replace(" ", "").lower()
    if media_type not in allowed or ("charset=" in charset and "utf-8" not in charset):
        names = ", ".join(sorted(allowed))
        said = Said(f"Type de contenu attendu : {names}, en UTF-8.", f"Expected content type: {names}, in UTF-8.")
        raise FhirError(415, "not-supported", "content-type", said)
    return media_type


async def read_body(request: Request, settings: ServerSettings, most: int | None = None) -> bytes:
    """The body, if it is not too large and comes in time; a larger one is refused before it is read.

    ``most`` bytes are taken, or what the site allows a body with documents.

    Raises:
        FhirError: 400, 413.
    """
    limit = settings.body_limit if most is None else min(most, settings.body_limit)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.body_patience):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except (TimeoutError, ClientDisconnect):
        raise malformed("Le corps de la requête n'est pas arrivé en entier.", "The body did not come whole.") from None
    return b"".join(chunks)


def _too_large(limit: int) -> FhirError:
    kib = limit // 1024
    said = Said(f"Requête trop grande : {kib} Kio au plus.", f"Request too large: {kib} KiB at most.")
    return FhirError(413, "too-long", "too-large", said, headers={"Connection": "close"})


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, strictly.

    Raises:
        FhirError: 400 (not UTF-8, not JSON, a key twice, too deep, too many values).
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > NODES:
        raise malformed("JSON trop fourni.", "Too many values in this JSON.", "too-many-values")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text
    except _TwiceError:
        raise malformed("Une clé JSON est en double.", "A JSON key stands twice.", "duplicate-key") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise malformed("Ce n'est pas du JSON en UTF-8.", "This is not JSON in UTF-8.", "not-json") from None
    _check_depth(value)
    return value


def parse_resource(body: bytes, *types: str) -> dict[str, Any]:
    """The resource of a body, of one of these types.

    Raises:
        FhirError: 400.
    """
    resource = parse_json(body)
    if not isinstance(resource, dict) or resource.get("resourceType") not in types:
        names = ", ".join(types)
        raise malformed(f"Ressource attendue : {names}.", f"Expected resource: {names}.", "resource-type")
    return resource


class _TwiceError(ValueError):
    """A key that stands twice in an object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> FhirError:
    return malformed("JSON trop profond.", "This JSON is nested too deeply.", "too-deep")
