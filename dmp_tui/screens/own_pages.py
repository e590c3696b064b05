"""The pages of a patient's own space: large headings, short lines, few things at a time, numbers to press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.forms import FormScreen
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import BAR, STRONG, Row, text_row
from dmp_tui.widgets.text import visible, wrap

MARGIN = 4
LINE = 64
"""Columns of a line at most: what is short is read."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be chosen; ``more`` stands below it."""

    key: str
    text: str
    more: str = ""


@dataclass
class Picked(Message):
    """A thing was chosen on a page."""

    page: str
    key: str


@dataclass
class Typed(Message):
    """A form was filled in."""

    page: str
    values: tuple[str, ...]


def heading_rows(heading: str, width: int) -> list[Row]:
    """A heading over three rows, spaced."""
    spaced = " ".join(heading.upper()) if len(heading) * 2 < width - MARGIN * 2 else heading.upper()
    return [text_row("", width, BAR), text_row(" " * MARGIN + spaced, width, BAR), text_row("", width, BAR)]


def paragraph(text: str, width: int) -> list[Row]:
    """Short lines, and an empty one after them."""
    lines = [text_row(" " * MARGIN + line, width) for line in wrap(visible(text), min(LINE, width - MARGIN * 2))]
    return [*lines, ()]


class OwnPage(PageScreen):
    """A heading, words, and things to choose: by number, or by arrows and Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(number, f"number({number})", show=False, id=f"own.{number}") for number in "1234567890"
    ]

    def __init__(self, page: str, heading: str, words: Sequence[str] = (), items: Sequence[Item] = ()) -> None:
        self.page = page
        self.heading = heading
        self.words = tuple(words)
        self.items = tuple(items)
        super().__init__()
        self.board.whole = True

    def keys(self) -> str:
        """How to choose and to go back."""
        return " " + _("Flèches : bouger   Entrée : choisir   Échap : retour")

    def banner_rows(self, width: int) -> list[Row]:
        """The heading."""
        return heading_rows(self.heading, width)

    def body_rows(self, width: int, height: int) -> list[Row]:
        """Words, then what can be chosen; empty rows between them where there is room."""
        rows: list[Row] = [()]
        for text in self.words:
            rows += paragraph(text, width)
        spaced = len(rows) + 2 * len(self.items) <= height
        for number, item in enumerate(self.items, start=1):
            label = f"{' ' * MARGIN}{number if number < 10 else 0 if number == 10 else ' '}   {visible(item.text)}"
            rows.append(text_row(label, width, STRONG, item.key))
            more = wrap(visible(item.more), min(LINE, width - MARGIN * 2 - 4)) if item.more else []
            rows += [text_row(" " * (MARGIN + 4) + line, width) for line in more]
            rows += [()] if spaced or more else []
        return rows

    def on_board_opened(self, message: Message) -> None:
        """Enter on a thing."""
        self.post_message(Picked(self.page, str(getattr(message, "key", ""))))

    def action_number(self, number: int) -> None:
        """A number: the thing that bears it."""
        at = (number or 10) - 1
        if at < len(self.items):
            self.post_message(Picked(self.page, self.items[at].key))


class OwnForm(FormScreen):
    """A heading, words, and fields."""

    def __init__(self, page: str, heading: str, words: Sequence[str], fields: Sequence[Field], today: date) -> None:
        self.page = page
        self.heading = heading
        self.words = tuple(words)
        super().__init__(None, today, fields)

    def banner_rows(self, width: int) -> list[Row]:
        """The heading."""
        return heading_rows(self.heading, width)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The words."""
        return [(), *(row for text in self.words for row in paragraph(text, width))]

    def on_mount(self) -> None:
        """The first field first."""
        self.fields[0].focus()

    def leaving(self) -> None:
        """Nothing typed stays."""
        for one in self.fields:
            one.value = ""

    def hand_over(self) -> None:
        """As it was typed."""
        self.post_message(Typed(self.page, tuple(one.value.strip() for one in self.fields)))
