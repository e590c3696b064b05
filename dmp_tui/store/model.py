"""What the store holds beside records and documents."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


class StoreKind(StrEnum):
    """What a store is for. Demonstration authorities and TEST cards are trusted in the last two only."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Authority:
    """A card authority that this store trusts."""

    der: bytes = field(repr=False)
    demonstration: bool = False
    """Made by ``demo`` or ``sandbox``, or a test authority."""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store says of itself."""

    kind: StoreKind
    created: datetime
    schema: int
