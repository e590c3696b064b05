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


SECRECY = "DMP-Connexion-Secrete"
"""Header of a secret session; its one value is the code of TRE_A07 (EX_0.1-1100)."""
_HIDDEN = "INVISIBLE_REPRESENTANTS_LEGAUX"


def is_secret(request: Request) -> bool:
    """Whether a request is one of a secret session.

    Raises:
        FhirError: 400, the header has another value: that it would be passed over must not go unnoticed.
    """
    given = request.headers.getlist(SECRECY)
    if given and given != [_HIDDEN]:
        raise malformed(
            f"{SECRECY} : une seule valeur, {_HIDDEN}.",
            f"{SECRECY}: one value, {_HIDDEN}.",
            "secret-session",
        )
    return bool(given)


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
