"""The half of the app that opens the base of medicines: in a thread, when a screen first asks, once a run."""

import asyncio
from typing import TYPE_CHECKING

from textual.await_complete import AwaitComplete

from dmp_tui.screens.life_app import LifeApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dmp_tui.cards.source import CardSource
    from dmp_tui.client import DmpClient
    from dmp_tui.config import Settings
    from dmp_tui.dmp.medicines.model import Base
    from dmp_tui.dmp.safety.model import Medicine
    from dmp_tui.screens import messages
    from dmp_tui.screens.desk_app import Clock


class MedicinesApp(LifeApp):
    """The base holds nothing of any patient, so it stays open from one record to the next."""

    def __init__(
        self,
        settings: "Settings",
        source: "CardSource | Callable[[], CardSource]",
        connect: "Callable[[], Awaitable[DmpClient]]",
        *,
        clock: "Clock",
    ) -> None:
        super().__init__(settings, source, connect, clock=clock)
        self._base: Base | None = None
        self._stamp = ""
        """Of the file that the base was opened from: another one is opened when it is there."""
        self._given: tuple[Medicine, ...] = ()
        """The drugs of the check that was left last, of the record that is open: it goes on with them."""

    def pop_screen(self) -> AwaitComplete:
        """A check that is left, whatever takes it away, is gone on with as long as its record is open."""
        given: tuple[Medicine, ...] | None = getattr(self.screen, "given", None)
        if given is not None:
            self._given = given
        return super().pop_screen()

    def close_record(self) -> None:
        """Nothing that was asked of this patient is asked of the next."""
        super().close_record()
        self._given = ()

    def locked(self) -> None:
        """Forget everything about any patient."""
        super().locked()
        self._given = ()

    def on_open_medicines(self, message: "messages.OpenMedicines") -> None:
        """A screen asks for the base."""
        message.stop()
        if self.record is not None:
            self.run_worker(self.told(self._open_medicines()), group="medicines", exclusive=True)

    async def _open_medicines(self) -> None:
        from dmp_tui.asking.base import open_base, stamp
        from dmp_tui.config import reference_path
        from dmp_tui.reference.sentences import reference_sentence
        from dmp_tui.screens.give import GiveScreen

        path = reference_path(self.settings)
        now = stamp(path)
        if self._base is None or now != self._stamp:
            opened = await asyncio.to_thread(open_base, path)
            self._base, self._stamp = opened.base, now
            if opened.fault is not None:
                self.tell(reference_sentence(opened.fault), alarm=True)
        for screen in self.screen_stack:
            if isinstance(screen, GiveScreen):
                await screen.show_base(self._base, self._given)
