"""The strict reading of what JSON Web Signatures are made of (RFC 7515): base64url segments and JSON objects."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NoReturn

_SEGMENT = re.compile(r"[A-Za-z0-9_-]*")


class MalformedError(ValueError):
    """Bytes that are not what they claim to be. Never holds them."""


def encode(content: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decode(segment: str) -> bytes:
    """The bytes of a base64url segment that has no padding and no foreign character.

    Raises:
        MalformedError: any other text.
    """
    if not _SEGMENT.fullmatch(segment) or len(segment) % 4 == 1:
        raise MalformedError("base64url")
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object without a name given twice, NaN or infinity.

    Raises:
        MalformedError: anything else, nested too deep included.
    """
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MalformedError("json") from None
    if not isinstance(value, dict):
        raise MalformedError("json")
    return value


def split(compact: str, limit: int) -> tuple[str, str, str]:
    """The three segments of a compact JWS of at most ``limit`` characters.

    Raises:
        MalformedError: not three segments, or too long.
    """
    parts = compact.split(".") if len(compact) <= limit else []
    if len(parts) != 3 or not all(parts):
        raise MalformedError("jws")
    return parts[0], parts[1], parts[2]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("name given twice")
    return found


def _refuse(_: str) -> NoReturn:
    raise MalformedError("not a number")
