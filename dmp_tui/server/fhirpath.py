"""FHIRPath Patch (FHIR R4, fhirpatch.html): a Parameters resource of add, insert, delete, replace and move.

Of FHIRPath, what names an element of a DocumentReference is understood: names, ``[n]``, ``extension('url')``,
``first()``, ``last()``, and ``where(path = 'text')``. Anything else is refused, never guessed.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dmp_tui.dmp.fhir.lenient import many, text
from dmp_tui.server.outcomes import FhirError, broken_rule, malformed

Json = dict[str, Any]
Place = tuple[str | int, ...]
"""Where an element is: the steps from the resource to it."""

_MOST = 50
_TEXT = r"'([^'\\]{0,200})'"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}")
_STEP = re.compile(
    rf"\[(?P<index>[0-9]{{1,4}})\]|\.?where\((?P<path>[A-Za-z.]{{1,100}})\s*=\s*{_TEXT}\)"
    rf"|\.?extension\({_TEXT}\)|\.?(?P<end>first|last)\(\)|\.(?P<name>[A-Za-z][A-Za-z0-9]{{0,40}})(?!\()"
)
_LISTS = frozenset({"securityLabel", "extension", "coding"})


def fhirpath_patched(resource: Json, parameters: Mapping[str, Any]) -> Json:
    """The resource after a FHIRPath Patch.

    Raises:
        FhirError: 400 (no patch), 422 (it does not apply).
    """
    operations = parameters.get("parameter")
    if not isinstance(operations, list) or not operations or len(operations) > _MOST:
        raise _no_patch()
    result = copy.deepcopy(resource)
    for operation in operations:
        if not isinstance(operation, dict) or operation.get("name") != "operation":
            raise _no_patch()
        parts = {text(part, "name"): part for part in many(operation, "part")}
        kind, path = text(parts.get("type", {}), "valueCode"), text(parts.get("path", {}), "valueString")
        if kind not in _OPERATIONS or not path:
            raise _no_patch()
        _OPERATIONS[kind](result, path, parts)
    return result


def _no_patch() -> FhirError:
    return malformed("FHIRPath Patch mal formé.", "Malformed FHIRPath Patch.", "patch")


def _does_not_apply() -> FhirError:
    return broken_rule("patch", "Le FHIRPath Patch ne s'applique pas.", "The FHIRPath Patch does not apply.")


# --- operations -------------------------------------------------------------------------------------------------------

Parts = Mapping[str, Mapping[str, Any]]


def _add(resource: Json, path: str, parts: Parts) -> None:
    parent = _at(resource, _one(resource, path))
    name = text(parts.get("name", {}), "valueString")
    if not isinstance(parent, dict) or not _NAME.fullmatch(name):
        raise _does_not_apply()
    key, value = _value(parts, name)
    if key in _LISTS or isinstance(parent.get(key), list):
        parent.setdefault(key, []).append(value)
    elif key in parent:
        raise _does_not_apply()
    else:
        parent[key] = value


def _insert(resource: Json, path: str, parts: Parts) -> None:
    elements = _list(resource, path)
    index = _number(parts, "index", len(elements))
    elements.insert(index, _value(parts, "")[1])


def _delete(resource: Json, path: str, _parts: Parts) -> None:
    found = _places(resource, path)
    if len(found) > 1 or found == [()]:
        raise _does_not_apply()
    for place in found:
        parent = _at(resource, place[:-1])
        del parent[place[-1]]
        if not parent and place[:-1]:
            del _at(resource, place[:-2])[place[-2]]


def _replace(resource: Json, path: str, parts: Parts) -> None:
    place = _one(resource, path)
    if not place:
        raise _does_not_apply()
    _at(resource, place[:-1])[place[-1]] = _value(parts, "")[1]


def _move(resource: Json, path: str, parts: Parts) -> None:
    elements = _list(resource, path)
    source = _number(parts, "source", len(elements) - 1)
    destination = _number(parts, "destination", len(elements) - 1)
    elements.insert(destination, elements.pop(source))


_OPERATIONS = {"add": _add, "insert": _insert, "delete": _delete, "replace": _replace, "move": _move}


def _number(parts: Parts, name: str, most: int) -> int:
    number = parts.get(name, {}).get("valueInteger")
    if type(number) is not int:
        raise _no_patch()
    if not 0 <= number <= most:
        raise _does_not_apply()
    return number


def _value(parts: Parts, name: str) -> tuple[str, Any]:
    """The key and the value that an operation gives: of any type, or made of parts."""
    given = parts.get("value")
    if given is None:
        raise _no_patch()
    return _named(given, name)


def _named(part: Mapping[str, Any], name: str) -> tuple[str, Any]:
    if "part" in part:
        made: Json = {}
        for inner in many(part, "part"):
            key, value = _named(inner, text(inner, "name"))
            if key in _LISTS:
                made.setdefault(key, []).append(value)
            else:
                made[key] = value
        return name, made
    keys = [key for key in part if key.startswith("value")]
    if len(keys) != 1:
        raise _no_patch()
    return keys[0] if name == "value" else name, part[keys[0]]


# --- paths ------------------------------------------------------------------------------------------------------------


def _one(resource: Json, path: str) -> Place:
    found = _places(resource, path)
    if len(found) != 1:
        raise _does_not_apply()
    return found[0]


def _list(resource: Json, path: str) -> list[Any]:
    """The list that a path names as a whole; one that is not there is empty."""
    parent, _, name = path.rpartition(".")
    if not _NAME.fullmatch(name):
        raise _does_not_apply()
    owner = _at(resource, _one(resource, parent))
    elements = owner.setdefault(name, []) if isinstance(owner, dict) and name in _LISTS else None
    if not isinstance(elements, list):
        raise _does_not_apply()
    return elements


def _at(resource: Any, place: Place) -> Any:
    for step in place:
        resource = resource[step]
    return resource


def _places(resource: Json, path: str) -> list[Place]:
    """The elements that a path names.

    Raises:
        FhirError: 400, a path that is not understood.
    """
    kind = "DocumentReference"
    rest = path.strip().removeprefix(kind)
    if rest == path.strip():
        rest = f".{rest}"
    found: list[Place] = [()]
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise malformed("Chemin FHIRPath non pris en charge.", "FHIRPath path not supported.", "patch")
        rest = rest[step.end() :]
        _, where, is_, url, end, name = step.groups()
        if step["index"]:
            found = found[int(step["index"]) :][:1]
        elif end:
            found = found[:1] if end == "first" else found[-1:]
        elif where:
            found = [place for place in found if is_ in _texts(_at(resource, place), where.split("."))]
        elif url is not None:
            inside = [child for place in found for child in _children(resource, place, "extension")]
            found = [place for place in inside if url in _texts(_at(resource, place), ["url"])]
        else:
            found = [child for place in found for child in _children(resource, place, name)]
    return found


def _children(resource: Json, place: Place, name: str) -> Iterator[Place]:
    """The elements of a name; ``value`` is that of any type."""
    owner = _at(resource, place)
    if not isinstance(owner, dict):
        return
    keys = [key for key in owner if key == name or (name == "value" and key.startswith("value"))]
    for key in keys:
        if isinstance(owner[key], list):
            yield from ((*place, key, index) for index in range(len(owner[key])))
        else:
            yield (*place, key)


def _texts(element: Any, path: list[str]) -> list[str]:
    """The texts that a path of names reaches."""
    reached = [element]
    for name in path:
        inside = [owner[name] for owner in reached if isinstance(owner, dict) and name in owner]
        reached = [value for found in inside for value in (found if isinstance(found, list) else [found])]
    return [value for value in reached if isinstance(value, str)]
