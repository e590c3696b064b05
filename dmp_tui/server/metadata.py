"""``GET /fhir/metadata``: what this server does, and nothing else."""

from collections.abc import Sequence
from typing import Any

from dmp_tui import __version__
from dmp_tui.server.lists import SEARCHED as LISTS_SEARCHED
from dmp_tui.server.outcomes import MEDIA_TYPE
from dmp_tui.server.search import SEARCHED
from dmp_tui.server.trail_search import SEARCHED as TRAIL_SEARCHED

Json = dict[str, Any]

_TYPES = {
    "author.family": "string",
    "author.given": "string",
    "source.family": "string",
    "source.given": "string",
    "date": "date",
    "_lastUpdated": "date",
    "creation": "date",
    "period": "date",
    "period-start": "date",
    "period-end": "date",
    "description": "string",
    "title": "string",
    "patient": "reference",
    "related": "reference",
    "relatesto": "reference",
}
_SUMMARY = "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"


def capability_statement(base_url: str, date: str) -> Json:
    """The CapabilityStatement. ``date`` is a FHIR instant."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "dmp-tui", "version": __version__},
        "implementation": {"description": "dmp-tui", "url": base_url},
        "fhirVersion": "4.0.1",
        "format": [MEDIA_TYPE],
        "patchFormat": ["application/json-patch+json", MEDIA_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": "Card login (RFC 7523), DPoP-bound tokens (RFC 9449): see docs/integrator.md.",
                },
                "documentation": (
                    "IHE MHD 4.2: ITI-65 (the only transaction), ITI-66, ITI-67, ITI-68, ITI-105. "
                    "Batches are refused. See docs/api.md."
                ),
                "interaction": [{"code": "transaction"}],
                "resource": [
                    _resource(
                        "Patient",
                        ["read", "create", "patch", "search-type"],
                        [("identifier", "token")],
                        [
                            ("summary", _SUMMARY),
                            ("match", "http://hl7.org/fhir/OperationDefinition/Patient-match"),
                            *((name, f"{base_url}/OperationDefinition/{name}") for name in _OWN),
                        ],
                    ),
                    _resource(
                        "DocumentReference",
                        ["read", "create", "patch", "search-type"],
                        [(name, _TYPES.get(name, "token")) for name in SEARCHED],
                        conditional=True,
                    ),
                    _resource(
                        "List", ["read", "search-type"], [(name, _TYPES.get(name, "token")) for name in LISTS_SEARCHED]
                    ),
                    _resource("Binary", ["read"]),
                    _resource("Consent", ["create", "patch", "search-type"], [("patient", "reference")]),
                    _resource("Communication", ["search-type"], [("patient", "reference")]),
                    _resource(
                        "AuditEvent",
                        ["read", "search-type"],
                        [(name, _TRAIL_TYPES.get(name, "token")) for name in TRAIL_SEARCHED],
                    ),
                ],
            }
        ],
    }


_TRAIL_TYPES = {"patient": "reference", "agent": "reference", "entity": "reference", "date": "date", "_profile": "uri"}
_OWN = ("authorised", "check", "close", "declare-treating-doctor", "reopen", "resign-treating-doctor", "web-access")


def _resource(
    kind: str,
    interactions: Sequence[str],
    parameters: Sequence[tuple[str, str]] = (),
    operations: Sequence[tuple[str, str]] = (),
    *,
    conditional: bool = False,
) -> Json:
    resource: Json = {
        "type": kind,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned" if "patch" in interactions else "no-version",
    }
    if conditional:
        resource["conditionalCreate"] = True
        resource["conditionalUpdate"] = False
    if parameters:
        resource["searchParam"] = [{"name": name, "type": type_} for name, type_ in parameters]
    if operations:
        resource["operation"] = [{"name": name, "definition": url} for name, url in operations]
    return resource
