"""Two readers of vpcd, and somebody who puts cards in and takes them out by short commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dmp_tui.cards.atr import kind_of
from dmp_tui.cards.channel import CardError
from dmp_tui.cards.sentences import problem_sentence
from dmp_tui.cards.virtual.card import VirtualCard
from dmp_tui.cards.virtual.vpcd import VpcdSlot
from dmp_tui.i18n import _


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that can be put in."""

    key: str
    kind: str
    """``vitale`` or ``cps``, else what its owner calls it; ``insert`` takes any."""
    label: str
    make: Callable[[], VirtualCard]
    """Called once, so that the tries of a PIN are counted over insertions."""


class Emulator:
    """Answers commands: ``vitale KEY``, ``cps KEY``, ``insert KEY``, ``remove``, ``list``, ``quit``.

    The reader is 0 or 1, behind the key; without one a CPS goes to 0 and any other card to 1.
    """

    def __init__(self, ports: tuple[int, int], offers: Sequence[Offer]) -> None:
        self._slots = tuple(VpcdSlot(port) for port in ports)
        self._offers = {offer.key: offer for offer in offers}
        self._cards: dict[str, VirtualCard] = {}

    def answer(self, command: str) -> str | None:
        """Do what a line says and say what was done; None to end."""
        match command.split():
            case ["quit" | "q"]:
                return None
            case ["list"]:
                return self._list()
            case ["remove", ("0" | "1") as reader]:
                self._slots[int(reader)].remove()
                return _("Lecteur {reader} : vide").format(reader=reader)
            case [("vitale" | "cps" | "insert") as kind, key]:
                return self._insert(kind, key, None)
            case [("vitale" | "cps" | "insert") as kind, key, ("0" | "1") as reader]:
                return self._insert(kind, key, int(reader))
            case []:
                return ""
            case _:
                return _("Commandes : vitale CLÉ [0|1], cps CLÉ [0|1], insert CLÉ [0|1], remove 0|1, list, quit")

    def close(self) -> None:
        """Take all cards out."""
        for slot in self._slots:
            slot.remove()

    def _insert(self, kind: str, key: str, reader: int | None) -> str:
        offer = self._offers.get(key)
        if offer is None or kind not in {"insert", offer.kind}:
            return _("Pas de carte « {key} » : list les donne toutes.").format(key=key)
        if key not in self._cards:
            try:
                self._cards[key] = offer.make()
            except (OSError, ValueError):
                return _("La carte « {key} » ne peut être faite : ses fichiers manquent ou sont illisibles.").format(
                    key=key
                )
        card = self._cards[key]
        for slot in self._slots:
            if slot.card is card:
                slot.remove()
        chosen = (0 if kind_of(card.atr).cps else 1) if reader is None else reader
        try:
            self._slots[chosen].insert(card)
        except CardError as error:
            return problem_sentence(error.problem)
        return _("Lecteur {reader} : {label}").format(reader=chosen, label=offer.label)

    def _list(self) -> str:
        if not self._offers:
            return _("Aucune carte à offrir : donnez --vitale FICHIER.json ou --cps DOSSIER.")
        return "\n".join(f"{offer.kind:8} {offer.key:24} {offer.label}" for offer in self._offers.values())
