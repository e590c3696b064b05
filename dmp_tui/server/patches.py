"""PATCH of a document's metadata (PDSm flow 03): JSON Patch, on status, securityLabel and isArchived alone."""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dmp_tui.dmp.documents import Confidentiality, DocumentEntry, DocumentStatus
from dmp_tui.dmp.fhir.documents import IS_ARCHIVED, from_document_reference
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.outcomes import FhirError, Said, broken_rule, malformed

Json = dict[str, Any]

_MOST = 50
_FILTER = re.compile(r"\[url[:=]['\"”“‘’]([^'\"”“‘’]{1,200})['\"”“‘’]\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")


def patched(resource: Json, operations: object) -> Json:
    """The resource after a JSON Patch (RFC 6902).

    The path ``/extension[url:'...']/valueBoolean`` of the national guide names an extension by its URL.

    Raises:
        FhirError: 400 (no patch), 422 (it does not apply).
    """
    if not isinstance(operations, list) or not operations or len(operations) > _MOST:
        raise malformed("JSON Patch attendu.", "A JSON Patch is expected.", "patch")
    result = copy.deepcopy(resource)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise malformed("JSON Patch mal formé.", "Malformed JSON Patch.", "patch")
        _apply(result, operation)
    return result


_NEEDS = {"add": "value", "remove": "", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def _apply(resource: Json, operation: Mapping[str, Any]) -> None:
    verb = operation.get("op")
    if not isinstance(verb, str) or verb not in _NEEDS or (_NEEDS[verb] and _NEEDS[verb] not in operation):
        raise malformed("Opération de JSON Patch inconnue.", "Unknown JSON Patch operation.", "patch")
    if verb in {"move", "copy"}:
        _bring(resource, operation["from"], operation["path"], moving=verb == "move")
        return
    parent, last = _place(resource, operation["path"])
    if verb == "add":
        _add(parent, last, operation["value"])
        return
    present = _child(parent, last)
    if verb == "test":
        if present != operation["value"]:
            raise _does_not_apply()
    elif verb == "remove":
        _remove(parent, last)
    elif isinstance(parent, list):
        parent[int(last)] = operation["value"]
    else:
        parent[last] = operation["value"]


def _bring(resource: Json, source: object, path: str, *, moving: bool) -> None:
    """Copies or moves what is at a path to another; nothing is moved into itself."""
    if not isinstance(source, str) or (moving and path.startswith(f"{source}/")):
        raise malformed("JSON Patch mal formé.", "Malformed JSON Patch.", "patch")
    held, name = _place(resource, source)
    value = copy.deepcopy(_child(held, name))
    if moving:
        _remove(held, name)
    parent, last = _place(resource, path)
    _add(parent, last, value)


def _place(resource: Json, path: str) -> tuple[Any, str]:
    """What holds the end of a path, and the name of that end in it."""
    *way, last = _steps(resource, path)
    parent: Any = resource
    for step in way:
        parent = _child(parent, step)
    return parent, last


def _remove(parent: Any, step: str) -> None:
    _child(parent, step)
    del parent[int(step) if isinstance(parent, list) else step]


def _steps(resource: Json, path: str) -> list[str]:
    """The steps of a JSON pointer; a filter on ``url`` is turned into its index first."""
    if found := _FILTER.search(path):
        before, after = path[: found.start()], path[found.end() :]
        extensions = resource.get(before.strip("/"))
        if not isinstance(extensions, list):
            raise _does_not_apply()
        indexes = [i for i, e in enumerate(extensions) if isinstance(e, dict) and e.get("url") == found[1]]
        if not indexes:
            raise _does_not_apply()
        path = f"{before}/{indexes[0]}{after}"
    if not path.startswith("/"):
        raise malformed("Chemin de JSON Patch mal formé.", "Malformed JSON Patch path.", "patch")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _child(parent: Any, step: str) -> Any:
    if isinstance(parent, dict) and step in parent:
        return parent[step]
    if isinstance(parent, list) and _INDEX.fullmatch(step) and int(step) < len(parent):
        return parent[int(step)]
    raise _does_not_apply()


def _add(parent: Any, step: str, value: Any) -> None:
    if isinstance(parent, dict):
        parent[step] = value
    elif isinstance(parent, list) and step == "-":
        parent.append(value)
    elif isinstance(parent, list) and _INDEX.fullmatch(step) and int(step) <= len(parent):
        parent.insert(int(step), value)
    else:
        raise _does_not_apply()


def _does_not_apply() -> FhirError:
    return broken_rule("patch", "Le JSON Patch ne s'applique pas.", "The JSON Patch does not apply.")


# --- what it means ----------------------------------------------------------------------------------------------------


def changed(entry: DocumentEntry, before: Json, after: Json) -> DocumentEntry:
    """The metadata after a patch.

    Raises:
        FhirError: 405, something else than status, securityLabel and isArchived would change.
    """
    if _rest(before) != _rest(after):
        raise immutable()
    flags = [e.get("valueBoolean") for e in after.get("extension", []) if e.get("url") == IS_ARCHIVED]
    status = after.get("status")
    if not isinstance(status, str) or status not in set(DocumentStatus) or any(not isinstance(f, bool) for f in flags):
        raise broken_rule("value", "Valeur inconnue.", "Unknown value.")
    check_labels(after.get("securityLabel"))
    read = from_document_reference(after, entry.patient_id)
    # One that was added beside the one that stands there is what is asked for, whichever comes first.
    archived = not entry.archived if (not entry.archived) in flags else bool(flags) and entry.archived
    return replace(entry, status=read.status, archived=archived, confidentiality=read.confidentiality)


def immutable() -> FhirError:
    """405: metadata that may not change."""
    said = Said(
        "Seuls le statut, la confidentialité et l'archivage d'un document se modifient.",
        "Only a document's status, confidentiality and archiving may be changed.",
    )
    return FhirError(405, "not-supported", "immutable", said, headers={"Allow": "GET, PATCH"})


def _rest(resource: Json) -> Json:
    """Everything that a patch may not change."""
    rest = {key: value for key, value in resource.items() if key not in {"status", "securityLabel", "extension"}}
    extensions = resource.get("extension", [])
    if not isinstance(extensions, list) or not all(isinstance(e, dict) for e in extensions):
        raise _does_not_apply()
    rest["extension"] = [e for e in extensions if e.get("url") != IS_ARCHIVED]
    return rest


def check_labels(labels: object) -> None:
    """An unknown level is refused: read leniently, it would unmask.

    Raises:
        FhirError: 422.
    """
    known = {level.value for level in Confidentiality}
    concepts = labels if isinstance(labels, list) else [None]
    lists = [concept.get("coding") if isinstance(concept, dict) else None for concept in concepts]
    codings = [coding for found in lists for coding in (found if isinstance(found, list) else [None])]
    codes = [coding.get("code") if isinstance(coding, dict) else None for coding in codings]
    if not all(isinstance(code, str) and code in known for code in codes):
        raise broken_rule("confidentiality", "Niveau de confidentialité inconnu.", "Unknown level of confidentiality.")


def operations_of(before: DocumentEntry, after: DocumentEntry) -> Sequence[Operation]:
    """The rows of the rights table that a change asks for, each of which has to be allowed.

    Raises:
        FhirError: 422, a change that nobody may make this way.
    """
    asked = []
    if before.status is not after.status:
        if after.status is not DocumentStatus.ENTERED_IN_ERROR:
            raise broken_rule(
                "status",
                "Un document se remplace par un dépôt, et ne se rétablit pas une fois supprimé.",
                "A document is replaced by a deposit, and is not restored once deleted.",
            )
        asked.append(Operation.DELETE)
    added, removed = after.confidentiality - before.confidentiality, before.confidentiality - after.confidentiality
    rows = {
        (Confidentiality.MASKED, True): Operation.MASK,
        (Confidentiality.MASKED, False): Operation.UNMASK,
        (Confidentiality.HIDDEN_FROM_PATIENT, False): Operation.MAKE_VISIBLE_TO_PATIENT,
    }
    for level, is_added in [*((c, True) for c in sorted(added)), *((c, False) for c in sorted(removed))]:
        if (level, is_added) not in rows:
            raise broken_rule(
                "confidentiality",
                "Ce niveau de confidentialité ne se change pas après le dépôt.",
                "This level of confidentiality is not changed after the deposit.",
            )
        asked.append(rows[level, is_added])
    if before.archived is not after.archived:
        asked.append(Operation.ARCHIVE if after.archived else Operation.UNARCHIVE)
    return asked
