"""Reading JSON that others wrote: what is missing or of the wrong type is empty, never an error."""

from collections.abc import Iterator, Mapping
from typing import Any


def text(mapping: Mapping[str, Any], key: str) -> str:
    """The string under ``key``, else empty."""
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def whole(mapping: Mapping[str, Any], key: str) -> int:
    """The whole number under ``key``, else 0."""
    value = mapping.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def one(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under ``key``, else an empty one."""
    value = mapping.get(key)
    return value if isinstance(value, dict) else {}


def many(mapping: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of the list under ``key``; anything else in it is passed over."""
    value = mapping.get(key)
    return (v for v in value if isinstance(v, dict)) if isinstance(value, list) else iter(())


def texts(mapping: Mapping[str, Any], key: str) -> list[str]:
    """The strings of the list under ``key``."""
    value = mapping.get(key)
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def extension_parts(resource: Mapping[str, Any], url: str) -> dict[str, Any]:
    """``part -> value`` of a complex extension; empty where the resource has none of this URL."""
    found = next((e for e in many(resource, "extension") if e.get("url") == url), {})
    return {
        text(part, "url"): next((v for k, v in part.items() if k.startswith("value")), None)
        for part in many(found, "extension")
    }
