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
    from dmp_tui.dmp.identity import Ins
    from dmp_tui.dmp.medicines.model import Base
    from dmp_tui.dmp.safety.model import Medicine
    from dmp_tui.screens import messages
    from dmp_tui.screens.desk_app import Clock
    from dmp_tui.screens.give import Weighing
    from dmp_tui.screens.record import OpenRecord
    from dmp_tui.screens.record_screen import RecordScreen


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
        self._read_so_far: Weighing | None = None
        """What the base makes of the sheet of the open record."""
        self._check_left: tuple[Ins, tuple[Medicine, ...]] | None = None
        """Whose check was left last, and its drugs: it goes on with them while his record is open."""

    # --- what is kept of a check

    def pop_screen(self) -> AwaitComplete:
        """A check that is left, whatever takes it away, can be gone on with."""
        screen = self.screen
        given: tuple[Medicine, ...] | None = getattr(screen, "given", None)
        record: OpenRecord | None = getattr(screen, "record", None)
        if given is not None and record is not None:
            self._check_left = record.identity.ins, given
        return super().pop_screen()

    def close_record(self) -> None:
        """Nothing that was asked of this patient is asked of the next."""
        super().close_record()
        self._check_left = self._read_so_far = None

    def locked(self) -> None:
        """Forget everything about any patient."""
        super().locked()
        self._check_left = self._read_so_far = None

    def _given_to(self, record: "OpenRecord") -> "tuple[Medicine, ...]":
        return (
            self._check_left[1] if self._check_left is not None and self._check_left[0] == record.identity.ins else ()
        )

    # --- the base

    def prepare(self, screen: "RecordScreen") -> None:
        """A check of a sheet that was read through this base before has it from its first frame on."""
        ready = self._read_so_far
        if ready is None or not hasattr(screen, "given"):
            return
        from dmp_tui.asking.base import stamp
        from dmp_tui.config import reference_path
        from dmp_tui.screens.give import GiveScreen

        if isinstance(screen, GiveScreen) and stamp(reference_path(self.settings)) == self._stamp:
            screen.take(ready, self._given_to(screen.record))

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
                ready = await screen.show_base(self._base, self._given_to(screen.record))
                if self.record is not None and ready is not None and self.record.sheet is ready.sheet:
                    self._read_so_far = ready
