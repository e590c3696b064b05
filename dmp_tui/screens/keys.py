"""What Enter opens, as keys of cells."""

from dataclasses import dataclass

from dmp_tui.dmp.entries import Kind


@dataclass(frozen=True, slots=True)
class OfLine:
    """The sources of one line."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class OfSection:
    """A section whole: its lines of these kinds."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class OfCheck:
    """A point to check, by its place."""

    index: int


@dataclass(frozen=True, slots=True)
class OfChecks:
    """All points to check."""


@dataclass(frozen=True, slots=True)
class OfDocuments:
    """The list of documents."""
