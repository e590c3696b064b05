"""The two cards of a deposit from the shell: the professional's, opened by a PIN, and the patient's."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.cards.atr import identify
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.source import CardSource

if TYPE_CHECKING:
    from dmp_tui.cards.authentication import AuthenticationCard
    from dmp_tui.cards.vitale import Vitale


def find_cps(source: CardSource, module: Path | None = None, cache: Path | None = None) -> "AuthenticationCard":
    """The first CPS of the readers, before its PIN; by a PKCS#11 module where one is configured.

    Raises:
        CardError: NO_CARD: none lies in a reader; else what the card or the service does.
    """
    for reader in source.readers():
        kind = _kind_in(source, reader)
        if kind is None or not kind.cps:
            continue
        if module is not None:
            from dmp_tui.cards.pkcs11 import open_pkcs11

            return open_pkcs11(str(module), reader, cache=cache) if cache else open_pkcs11(str(module), reader)
        from dmp_tui.cards.cps import open_cps

        return open_cps(source.connect(reader))
    raise CardError(CardProblem.NO_CARD)


def find_vitale(source: CardSource) -> "Vitale":
    """The first Vitale of the readers, read.

    Raises:
        CardError: NO_CARD: none lies in a reader; else what the card or the service does.
    """
    from dmp_tui.cards.vitale import read_vitale

    for reader in source.readers():
        if _kind_in(source, reader) is CardKind.VITALE2:
            channel = source.connect(reader)
            try:
                return read_vitale(channel)
            finally:
                channel.close()
    raise CardError(CardProblem.NO_CARD)


def _kind_in(source: CardSource, reader: str) -> CardKind | None:
    try:
        channel = source.connect(reader)
    except CardError as error:
        if error.problem is CardProblem.NO_CARD:
            return None
        raise
    try:
        return identify(channel)
    finally:
        channel.close()


def open_with_pin(card: "AuthenticationCard", ask: Callable[[int | None], str]) -> None:
    """Give the card the PIN that ``ask`` returns (it is told the tries left), once.

    Raises:
        CardError: PIN_FORMAT, PIN_WRONG, PIN_BLOCKED, REMOVED, UNREADABLE.
    """
    tries = card.tries_left()
    if tries == 0:
        raise CardError(CardProblem.PIN_BLOCKED, 0)
    card.verify(ask(tries))
