"""JSON from outside, parsed as hostile bytes: limits on size and depth, no duplicate keys, numbers kept as written.

Tabs and line ends may stand in texts as they are: some writers do not escape them.
"""

import json
import math
from collections.abc import Iterator

from dmp_tui.dmp.entries import DocumentError, DocumentProblem

Json = dict[str, object]

MAX_BYTES = 32 * 1024 * 1024
"""The server's body limit (``WIRE.md``)."""
MAX_DEPTH = 100
MAX_DIGITS = 40


class Number(str):
    """A JSON number, as written: ``4.0`` stays ``4.0``."""

    __slots__ = ()


def parse_object(content: bytes) -> Json:
    """The JSON object that bytes hold; its numbers are ``Number`` texts.

    Raises:
        DocumentError: EMPTY, TOO_LARGE, TOO_DEEP, NOT_JSON (also for NaN, 1e999, endless numbers, duplicate keys and
            lone surrogates), NOT_FHIR_DOCUMENT if it is JSON but no object.
    """
    if not content.strip():
        raise DocumentError(DocumentProblem.EMPTY)
    if len(content) > MAX_BYTES:
        raise DocumentError(DocumentProblem.TOO_LARGE)
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(
            text, strict=False, object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant
        )
    except RecursionError:
        raise DocumentError(DocumentProblem.TOO_DEEP) from None
    except DocumentError:
        raise
    except ValueError:
        # The decoder's message quotes what it read: it goes no further.
        raise DocumentError(DocumentProblem.NOT_JSON) from None
    if _depth(value) > MAX_DEPTH:
        raise DocumentError(DocumentProblem.TOO_DEEP)
    if "\\u" in text and any(not _encodable(string) for string in _strings(value)):
        raise DocumentError(DocumentProblem.NOT_JSON, "surrogate")
    if not isinstance(value, dict):
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT)
    return value


def _object(pairs: list[tuple[str, object]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentError(DocumentProblem.NOT_JSON, "duplicate key")
    return found


def _float(text: str) -> Number:
    if len(text) > MAX_DIGITS or not math.isfinite(float(text)):
        raise DocumentError(DocumentProblem.NOT_JSON, "number")
    return Number(text)


def _int(text: str) -> Number:
    if len(text) > MAX_DIGITS:
        raise DocumentError(DocumentProblem.NOT_JSON, "number")
    return Number(text)


def _constant(_: str) -> Number:
    raise DocumentError(DocumentProblem.NOT_JSON, "number")


def _depth(value: object) -> int:
    """How deep objects and arrays are nested; without recursion."""
    depth = 0
    level = [value]
    while level and depth <= MAX_DEPTH:
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
            if isinstance(child, dict | list)
        ]
        depth += 1
    return depth


def _strings(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield from item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str):
            yield item


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
