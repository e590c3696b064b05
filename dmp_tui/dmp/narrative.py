"""The narrative of a document (CDA ``text`` blocks, FHIR ``Narrative``) as plain blocks that any screen can lay out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``heading`` marks a caption or a title."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list. Each item is a text; ``ordered`` says whether it is numbered."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Every row has as many cells as the widest; spanned cells are repeated as empty strings."""

    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a terminal cannot show: it is named, never dropped silently."""

    name: str
    media_type: str = ""


Block = Paragraph | Items | Table | Picture
