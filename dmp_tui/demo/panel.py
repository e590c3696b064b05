"""The panel of the demonstration: cards to insert and to pull out, by keyboard."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message

from dmp_tui.demo.cards import Offer, demonstration_cards
from dmp_tui.dmp.identity import fold
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import wrap

_NAME_WIDTH = 26


@dataclass
class CardChosen(Message):
    """A card of the panel: to be inserted, or pulled out if it is in a reader."""

    key: str


@dataclass
class PanelClosed(Message):
    """The panel is left, and no card was touched."""


class PanelScreen(PageScreen):
    """Lists professionals, patients and cards with a problem. A letter goes to the next name that begins with it."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f9", "leave", show=False, id="panel.leave")]

    def __init__(self, inserted: Mapping[str, str]) -> None:
        self.inserted = dict(inserted)
        """Key of the card in each reader; empty where there is none."""
        super().__init__()

    def keys(self) -> str:
        """How to choose."""
        return " " + _("Flèches ou lettre, Entrée : insérer ou retirer la carte  Échap fermer")

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What is in the readers, then all cards by kind."""
        by_key = {offer.key: offer for offer in demonstration_cards()}
        rows: list[Row] = [(title(_("LECTEURS DE LA DÉMONSTRATION"), width),)]
        for reader, key in self.inserted.items():
            words = by_key[key].name if key else _("vide")
            rows.append(text_row(f" {reader} : {words}", width))
        headings = {
            "cps": _("PROFESSIONNELS"),
            "vitale": _("PATIENTS (carte Vitale)"),
            "problem": _("CARTES À PROBLÈME"),
        }
        for kind, heading in headings.items():
            rows.append((title(heading, width),))
            for offer in by_key.values():
                if offer.kind == kind:
                    rows += self._offer_rows(offer, width)
        return rows

    def _offer_rows(self, offer: Offer, width: int) -> list[Row]:
        """Name, what one comes to see, and the PIN; as many rows as the words need."""
        words = offer.does
        if offer.pin:
            words += " " + _("(code {pin})").format(pin=offer.pin)
        inside = offer.key in self.inserted.values()
        first, *rest = wrap(words, width - _NAME_WIDTH)
        name = Cell(0, _NAME_WIDTH, f"{'*' if inside else ' '}{offer.name}", STRONG, offer.key)
        rows: list[Row] = [(name, Cell(_NAME_WIDTH, width - _NAME_WIDTH, first))]
        rows += [(Cell(_NAME_WIDTH, width - _NAME_WIDTH, line),) for line in rest]
        return rows

    def on_key(self, event: events.Key) -> None:
        """A letter goes on to the next name that begins with it."""
        character = event.character or ""
        if len(character) == 1 and character.isalpha():
            event.stop()
            if (found := following(character, self.board.selected)) is not None:
                self.board.show(self.board.rows, key=found)

    @on(Board.Opened)
    def choose(self, message: Board.Opened) -> None:
        """Enter chooses."""
        message.stop()
        self.post_message(CardChosen(str(message.key)))

    def action_leave(self) -> None:
        """Close the panel."""
        self.post_message(PanelClosed())


def following(letter: str, current: Hashable | None) -> str | None:
    """Key of the next card after ``current`` whose family name begins with ``letter``; None if there is none."""
    offers = demonstration_cards()
    keys = [offer.key for offer in offers]
    start = keys.index(current) + 1 if isinstance(current, str) and current in keys else 0
    wanted = fold(letter)
    for offer in (*offers[start:], *offers[:start]):
        if fold(offer.name.removeprefix("Dr ")).startswith(wanted):
            return offer.key
    return None
