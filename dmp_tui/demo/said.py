"""What the demonstration's server says to who started it: JSON lines."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A line. ``step``: ``keys`` and ``records`` (being made, at a first start only), ``authority``, ``ready``."""

    step: str
    authority: str = ""
    """Directory of the card authority, once there."""
    directory: str = ""
    """Directory of the temporary data, once ready."""
    url: str = ""
    """Base URL of the server, once ready."""
    ca: str = ""
    """PEM file of the authority that signed the server's certificate, once ready."""


def line_of(said: Said) -> str:
    """One JSON line."""
    return json.dumps(asdict(said)) + "\n"


def heard(line: str) -> Said | None:
    """What a line says; None if it is none of ours."""
    try:
        return Said(**json.loads(line))
    except (ValueError, TypeError):
        return None
