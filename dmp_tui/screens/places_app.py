"""The half of the app that goes from screen to screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.medicines_app import MedicinesApp
from dmp_tui.screens.record_app import HOME, READY

if TYPE_CHECKING:
    from dmp_tui.screens import messages


class PlacesApp(MedicinesApp):
    """Where a key or the palette leads. What makes no sense now does nothing."""

    def on_go(self, message: "messages.Go") -> None:
        """What a screen asked for."""
        self.go(message.where)

    def go(self, where: str) -> None:
        """Show a screen by its name."""
        if self.is_officer and where not in {"back", "help"}:
            return
        actions: dict[str, Callable[[], None]] = {
            "back": self._back,
            "help": self._help,
            "search": self._search,
            "sheet": self._sheet,
            "break-glass": self._break_glass,
            "declare": self._declare,
            "create": self._create,
            "reopen": self._reopen,
            "secret": self._secret_session,
        }
        actions.get(where, lambda: self._place(where))()

    def _place(self, where: str) -> None:
        """A screen of the open record, above its sheet."""
        from dmp_tui.screens.places import PLACES

        if self.record is None:
            return
        make = {place.where: place.make for place in PLACES}[where]
        screen = make(self.record, self.today())
        if type(screen) is type(self.screen):
            return
        with self.batch_update():
            self.pop_to(HOME)
            self.prepare(screen)
            self.push_screen(screen)

    def _back(self) -> None:
        """One screen back; the sheet, "ready" and the lock screen stay."""
        kept = 1 if self.session is None else READY if self.record is None else HOME
        if len(self.screen_stack) > kept:
            self.pop_screen()

    def _help(self) -> None:
        from dmp_tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.record, officer=self.is_officer))

    def _search(self) -> None:
        from dmp_tui.screens.search import SearchScreen

        if self.session is not None and not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen(self.today(), self.settings.site_oid, record=self.record))

    def _sheet(self) -> None:
        if self.record is not None:
            self.pop_to(HOME)

    def _break_glass(self) -> None:
        from dmp_tui.screens.access import BreakGlassScreen

        if not self.may_break_glass() or self._asked_for is None or isinstance(self.screen, BreakGlassScreen):
            return
        regulator = self._professional().regulator
        self.push_screen(
            BreakGlassScreen(
                self._asked_for, self.today(), regulator=regulator, secret=self.secret_for(self._asked_for)
            )
        )

    def _create(self) -> None:
        from dmp_tui.screens.creation import CreationScreen

        if self.session is not None and self._absent is not None:
            who, card_in = self._professional().name, not self._vitale_pulled
            self.push_screen(CreationScreen(self._absent, self.today(), who, card_in=card_in))

    def _reopen(self) -> None:
        from dmp_tui.screens.closed import ReopenScreen

        if self.session is not None and self._absent is not None:
            self.push_screen(ReopenScreen(self._absent, self.today()))

    def _secret_session(self) -> None:
        from dmp_tui.dmp.minors import age_of, is_minor
        from dmp_tui.screens.secret import SecretScreen

        if self.record is None or isinstance(self.screen, SecretScreen):
            return
        if is_minor(age_of(self.record.identity, self.today())):
            self.push_screen(SecretScreen(self.record, self.today()))
        else:
            self.tell(_("La connexion secrète est pour les patients mineurs."))

    def _declare(self) -> None:
        from dmp_tui.screens.access import DeclareScreen

        if self.session is not None and self._asked_for is not None and self.record is None:
            self.push_screen(
                DeclareScreen(
                    self._asked_for,
                    self.today(),
                    self.clock(),
                    self._professional().name,
                    secret=self.secret_for(self._asked_for),
                )
            )
