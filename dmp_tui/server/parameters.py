"""Parameters of a URL: known ones only, each at most once. A filter is never passed over, nor one of two chosen."""

from starlette.requests import Request

from dmp_tui.server.outcomes import FhirError, Said, malformed

COMMON = frozenset({"_format", "_pretty"})
"""Understood everywhere: how the answer is written, never what is in it."""


def parameters(request: Request, *known: str) -> dict[str, str]:
    """The parameters of a request.

    Raises:
        FhirError: 400, one that is not known, or given twice.
    """
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) != len(pairs) or not found.keys() <= COMMON.union(known):
        names = ", ".join(known)
        raise malformed(
            f"Paramètres attendus, chacun une fois : {names}.", f"Expected parameters, each once: {names}.", "parameter"
        )
    return found


def check_format(request: Request) -> None:
    """Only JSON is written (documents aside, which go out as they came).

    Raises:
        FhirError: 406.
    """
    if "/Binary/" in request.scope["path"]:
        return
    accept = request.headers.get("accept") or "*/*"
    asked = b"_format" in request.scope["query_string"] and request.query_params.get("_format", "")
    if any(kind in accept for kind in ("json", "*/*", "application/*")) and (not asked or "json" in asked):
        return
    said = Said("Ce serveur ne répond qu'en application/fhir+json.", "This server answers application/fhir+json only.")
    raise FhirError(406, "not-supported", "accept", said)
