"""The half of the app that knows cards: what lies on the desk, the CPS that was opened, the Vitale that was read.

Cards are spoken to in worker threads, and the app's half above is told what came of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from dmp_tui.screens.lock import Desk, LockScreen
from dmp_tui.widgets.line import ALARM, PLAIN
from dmp_tui.widgets.terminal_app import TerminalApp

if TYPE_CHECKING:
    from dmp_tui.cards.authentication import AuthenticationCard
    from dmp_tui.cards.events import CardEvent, CardKind
    from dmp_tui.cards.monitor import Monitor
    from dmp_tui.cards.source import CardSource
    from dmp_tui.cards.vitale import Vitale
    from dmp_tui.config import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@dataclass
class CardChanged(Message):
    """Something came or went at the readers."""

    event: "CardEvent"


class DeskApp(TerminalApp):
    """Readers and cards. Subclasses say what follows from them."""

    def __init__(
        self, settings: "Settings", source: "CardSource | Callable[[], CardSource]", clock: Clock = utc_now
    ) -> None:
        super().__init__(idle_seconds=settings.idle_minutes * 60)
        self.settings = settings
        self.clock = clock
        self.desk = Desk(by_module=settings.pkcs11_module is not None)
        self.card: AuthenticationCard | None = None
        self._card_reader = ""
        """Where the CPS is that was opened, or is being opened."""
        self._openings = 0
        """Counts openings of a CPS: one that took so long that another began, or the card left, is of no use."""
        self._vitale_reader = ""
        self._given_source = source
        self._source: CardSource | None = None
        self._monitor: Monitor | None = None

    # --- what the half above says to these

    def cps_gone(self) -> None:
        """The CPS was pulled, or its reader unplugged."""

    def vitale_read(self, vitale: "Vitale") -> None:
        """A Vitale was read."""

    def vitale_gone(self) -> None:
        """The Vitale that was read last was pulled."""

    def server_now(self) -> datetime:
        """The time by which cards are judged: the server's where it is known, else this workstation's."""
        return self.clock()

    def tell(self, sentence: str, *, alarm: bool = False) -> None:
        """Show a sentence on the screen in view; on the one below, where that one (the palette) says nothing."""
        says = (say for screen in reversed(self.screen_stack) if (say := getattr(screen, "say", None)) is not None)
        next(says)(sentence, ALARM if alarm else PLAIN)

    # --- the desk

    @property
    def lock_screen(self) -> LockScreen:
        """The lowest screen."""
        screen = self.screen_stack[0]
        assert isinstance(screen, LockScreen)  # noqa: S101 - get_default_screen makes no other; narrows the type
        return screen

    def set_desk(self, desk: Desk) -> None:
        """Remember and show another state of the desk."""
        self.desk = desk
        self.lock_screen.show_desk(desk)

    async def watch_cards(self) -> None:
        """Start the monitor; its events become messages."""
        from dmp_tui.cards.channel import CardError
        from dmp_tui.cards.monitor import Monitor

        try:
            given = self._given_source
            self._source = await asyncio.to_thread(given) if callable(given) else given
        except CardError as error:
            self.set_desk(replace(self.desk, problem=error.problem))
            return
        self._monitor = Monitor(self._source, self._post_card_event)
        self._monitor.start()

    def _post_card_event(self, event: "CardEvent") -> None:
        """Called in the monitor's thread."""
        self.post_message(CardChanged(event))

    async def leave_cards(self) -> None:
        """Reset the card and stop the monitor."""
        card, self.card = self.card, None
        if card is not None:
            await asyncio.to_thread(card.close)
        if self._monitor is not None:
            await asyncio.to_thread(self._monitor.stop)

    @on(CardChanged)
    def card_changed(self, message: CardChanged) -> None:
        """Follow what came and went."""
        from dmp_tui.cards.channel import CardProblem
        from dmp_tui.cards.events import CardInserted, CardRemoved, CardsUnavailable, ReaderArrived, ReaderLeft

        event, desk = message.event, self.desk
        match event:
            case ReaderArrived(reader):
                cleared = None if desk.problem is not CardProblem.NO_HOTPLUG else desk.problem
                self.set_desk(replace(desk, cards=_put(desk, reader, None), problem=cleared))
            case ReaderLeft(reader):
                self._left(reader)
                self.set_desk(replace(self.desk, cards=tuple(pair for pair in self.desk.cards if pair[0] != reader)))
            case CardRemoved(reader):
                self._left(reader)
                self.set_desk(replace(self.desk, cards=_put(self.desk, reader, None)))
            case CardsUnavailable(problem):
                self.set_desk(replace(desk, problem=problem))
            case CardInserted(reader, _atr, kind):
                self.set_desk(replace(desk, cards=_put(desk, reader, kind)))
                self._inserted(reader, kind)

    def _inserted(self, reader: str, kind: "CardKind") -> None:
        from dmp_tui.cards.events import CardKind
        from dmp_tui.cards.sentences import unsupported_sentence

        if self._is_cps(kind):
            if self.card is None:
                self.tell("")
                self._begin_opening(reader)
        elif kind is CardKind.VITALE2:
            self.run_worker(self._read_vitale(reader), group="vitale", exclusive=True)
        elif self.screen is not self.lock_screen:
            # The lock screen says it beside the reader.
            self.tell(unsupported_sentence(kind), alarm=True)

    def _left(self, reader: str) -> None:
        """A card, or its reader, is gone."""
        if reader == self._card_reader:
            card, self.card, self._card_reader = self.card, None, ""
            known = bool(self.desk.holder)
            self._openings += 1
            self.lock_screen.forget_pin()
            self.set_desk(replace(self.desk, holder="", test_card=False, tries_left=None))
            if card is not None:
                self.run_worker(asyncio.to_thread(card.close), group="closing")
            if known:
                self.cps_gone()
            self._open_another_cps(reader)
        if reader == self._vitale_reader:
            self._vitale_reader = ""
            self.vitale_gone()

    def _open_another_cps(self, left: str) -> None:
        """A CPS that lay in another reader all the time is used now."""
        for reader, kind in self.desk.cards:
            if reader != left and kind is not None and self._is_cps(kind):
                self._begin_opening(reader)
                return

    def _is_cps(self, kind: "CardKind") -> bool:
        """Whether a card of this kind logs in here: those older and newer than a CPS3 need a PKCS#11 module."""
        return kind.cps and (kind.supported or self.settings.pkcs11_module is not None)

    def _begin_opening(self, reader: str) -> None:
        self.run_worker(self._open_cps(reader), group="cps")

    async def _open_cps(self, reader: str, *, again: bool = False) -> None:
        """Read what the CPS says before the PIN, and whether it may be used today. ``again``: it was known before."""
        from dmp_tui.cards.channel import CardError, CardProblem
        from dmp_tui.cards.sentences import error_sentence
        from dmp_tui.screens.words import holder_name

        self._card_reader = reader
        self._openings += 1
        opening = self._openings
        try:
            card, tries = await asyncio.to_thread(self._connect_cps, reader)
        except CardError as error:
            if again and error.problem in {CardProblem.NO_CARD, CardProblem.NO_READER, CardProblem.REMOVED}:
                return  # its removal is on the way here, and says it
            if opening == self._openings:
                self._card_reader = ""
                self.set_desk(replace(self.desk, holder="", test_card=False, tries_left=None))
            self.tell(error_sentence(error), alarm=True)
            return
        if opening != self._openings:
            await asyncio.to_thread(card.close)
            return
        self.card = card
        name = holder_name(card.holder)
        self.set_desk(replace(self.desk, holder=name, test_card=card.holder.test, tries_left=tries))

    def _connect_cps(self, reader: str) -> "tuple[AuthenticationCard, int | None]":
        """Blocking. The CPS of a reader, by the configured PKCS#11 module or by APDU, and its PIN tries.

        Raises:
            CardError: EXPIRED and NOT_YET_VALID too: no PIN is asked for a card that no server takes.
        """
        from dmp_tui.cards.authentication import check_validity
        from dmp_tui.cards.channel import CardError

        if self.settings.pkcs11_module:
            from dmp_tui.cards.pkcs11 import open_pkcs11

            module, cache = str(self.settings.pkcs11_module), self.settings.pkcs11_cache
            card: AuthenticationCard = (
                open_pkcs11(module, reader, cache=cache) if cache else open_pkcs11(module, reader)
            )
        else:
            from dmp_tui.cards.cps import open_cps

            assert self._source is not None  # noqa: S101 - events come from the source; narrows the type
            card = open_cps(self._source.connect(reader))
        try:
            check_validity(card.validity, self.server_now())
            return card, card.tries_left()
        except CardError:
            card.close()
            raise

    async def reset_card(self) -> None:
        """The card forgets its PIN; it is read again, so that the PIN can be asked."""
        card, reader, self.card = self.card, self._card_reader, None
        if card is not None:
            await asyncio.to_thread(card.close)
            if self._card_reader == reader:
                await self._open_cps(reader, again=True)

    def read_vitale_again(self) -> None:
        """Read the Vitale that lies in a reader, if one does."""
        from dmp_tui.cards.events import CardKind

        for reader, kind in self.desk.cards:
            if kind is CardKind.VITALE2:
                self.run_worker(self._read_vitale(reader), group="vitale", exclusive=True)

    async def _read_vitale(self, reader: str) -> None:
        from dmp_tui.cards.channel import CardError
        from dmp_tui.cards.sentences import error_sentence

        try:
            vitale = await asyncio.to_thread(self._connect_vitale, reader)
        except CardError as error:
            self.tell(error_sentence(error), alarm=True)
            return
        self._vitale_reader = reader
        self.vitale_read(vitale)

    def _connect_vitale(self, reader: str) -> "Vitale":
        """Blocking. Read the Vitale of a reader and let it go."""
        from dmp_tui.cards.vitale import read_vitale

        assert self._source is not None  # noqa: S101 - events come from the source; narrows the type
        channel = self._source.connect(reader)
        try:
            return read_vitale(channel)
        finally:
            channel.close()


def _put(desk: Desk, reader: str, kind: "CardKind | None") -> "tuple[tuple[str, CardKind | None], ...]":
    """The desk's readers, with this one holding a card of ``kind``, or none."""
    if any(name == reader for name, _kind in desk.cards):
        return tuple((name, kind if name == reader else old) for name, old in desk.cards)
    return (*desk.cards, (reader, kind))
