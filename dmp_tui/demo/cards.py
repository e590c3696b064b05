"""The demonstration's cards: one for each professional and each patient, and those that something is wrong with."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.demo.patients import PATIENTS, card_holders
from dmp_tui.demo.people import WORKERS, Holder, Worker, worker

if TYPE_CHECKING:
    from dmp_tui.cards.virtual import emulator
    from dmp_tui.cards.virtual.card import VirtualCard
    from dmp_tui.cards.vitale import Beneficiary

PUK = "12345678"
_WRONG_PIN = bytes.fromhex("002000010439393939")
_DEAD = {
    "bank": bytes.fromhex("3B6500002063CBA000"),
    "vitale1": bytes.fromhex("3F6525002C09699000"),
    "unreadable": bytes.fromhex("3B751300004409EA9000"),
}
"""ATRs of cards that have nothing to read."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that can be inserted. ``kind``: ``cps``, ``vitale`` or ``problem``; ``pin`` is empty where none serves."""

    key: str
    kind: str
    name: str
    does: str
    pin: str = ""


PROBLEMS = (
    Offer("expired", "problem", "CPS expirée", "certificat périmé : connexion refusée", "1234"),
    Offer("not-yet-valid", "problem", "CPS pas encore valable", "certificat du futur : connexion refusée", "1234"),
    Offer("revoked", "problem", "CPS révoquée", "dans la liste de révocation : connexion refusée", "1234"),
    Offer("foreign", "problem", "CPS d'une autre autorité", "autorité inconnue du serveur : refusée", "1234"),
    Offer("blocked", "problem", "CPS au code bloqué", "trois codes faux ont été tapés : à débloquer par le PUK"),
    Offer("bank", "problem", "Carte bancaire", "nommée comme telle"),
    Offer("vitale1", "problem", "Carte Vitale 1", "ancienne carte, nommée comme telle"),
    Offer("unreadable", "problem", "Carte Vitale illisible", "reconnue, mais sa lecture échoue"),
)


def demonstration_cards() -> tuple[Offer, ...]:
    """All cards: professionals', patients', then those with a problem. Makes none."""
    staff = tuple(Offer(w.key, "cps", w.name, w.does, w.pin or "") for w in WORKERS if w.card)
    people = tuple(Offer(p.key, "vitale", f"{p.family} {p.given}", p.expects) for p in PATIENTS)
    return (*staff, *people, *PROBLEMS)


def emulator_offers(sandbox: Path | None) -> "list[emulator.Offer]":
    """All cards for ``dmp-tui card emulate``: of a sandbox's authority, else of this machine's demonstration.

    Listing them makes nothing: the demonstration's keys are made where the first card that needs one is inserted.
    """
    from dmp_tui.cards.virtual import emulator

    return [
        emulator.Offer(one.key, one.kind, one.name, partial(_emulated, one.key, sandbox))
        for one in demonstration_cards()
    ]


def _emulated(key: str, sandbox: Path | None) -> "VirtualCard":
    from datetime import UTC, datetime

    from dmp_tui.demo.authority import AUTHORITY, cached_authority
    from dmp_tui.demo.places import cache_directory

    if reader_of(key) == 1:
        return demonstration_card(key, None)
    authority = sandbox / AUTHORITY if sandbox else cached_authority(cache_directory(), datetime.now(UTC))
    return demonstration_card(key, authority)


def reader_of(key: str) -> int:
    """Which of the two readers a card goes to: 0 for those that log in, 1 for those of patients."""
    return 1 if key in {p.key for p in PATIENTS} | set(_DEAD) else 0


def demonstration_card(key: str, authority: Path | None) -> "VirtualCard":
    """A new virtual card of a key of :func:`demonstration_cards`.

    ``authority`` holds certificates and keys; cards of the second reader need none.

    Raises:
        KeyError: there is no such card.
        ValueError: this one needs an authority.
    """
    by_key = {offer.key: offer for offer in demonstration_cards()}
    kind = by_key[key].kind
    if kind == "vitale":
        from dmp_tui.cards.virtual import Vitale2

        return Vitale2([_beneficiary(holder) for holder in card_holders(key)])
    if key in _DEAD:
        from dmp_tui.cards.virtual.card import FileCard
        from dmp_tui.cards.virtual.filesystem import Directory

        return FileCard(_DEAD[key], Directory(0x3F00, ()))
    if authority is None:
        raise ValueError(key)
    if kind == "cps":
        return _cps(worker(key), key, authority)
    return _problem(key, authority)


def _beneficiary(holder: Holder) -> "Beneficiary":
    from dmp_tui.cards.vitale import Beneficiary

    return Beneficiary(holder.traits, holder.nir, "FR", holder.birth)


def _cps(holder: Worker, credential: str, authority: Path) -> "VirtualCard":
    """The card of a professional, with the authentication certificate of ``credential``."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from dmp_tui.cards.authentication import Situation
    from dmp_tui.cards.virtual import Cps3
    from dmp_tui.demo.authority import SIGNATURE, load

    login, signing = load(authority, credential), load(authority, f"{holder.key}-{SIGNATURE}")
    facility = holder.facility
    number = [one.key for one in WORKERS].index(holder.key) + 1
    return Cps3(
        (login.certificate.public_bytes(Encoding.DER), login.key),
        (signing.certificate.public_bytes(Encoding.DER), signing.key),
        pin=holder.pin or "1234",
        puk=PUK,
        serial=f"{number:08d}",
        specialty=holder.specialty,
        situations=(Situation(facility.name, facility.id, facility.sector),),
        intermediates=[certificate.public_bytes(Encoding.DER) for certificate in login.chain],
    )


def _problem(key: str, authority: Path) -> "VirtualCard":
    """The first professional's card, with what is wrong with it."""
    if key != "blocked":
        return _cps(WORKERS[0], key, authority)
    card = _cps(WORKERS[0], WORKERS[0].key, authority)
    for _try in range(3):
        card.process(_WRONG_PIN)
    return card
