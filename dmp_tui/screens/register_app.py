"""The half of the app that knows the register of emergency accesses: a privacy officer's home, and all he has."""

from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.session_app import SessionApp

if TYPE_CHECKING:
    from dmp_tui.client.register import RegisterFilter
    from dmp_tui.dmp.register import Emergency
    from dmp_tui.screens import register, register_access

MOST = 1000
"""Accesses that are read at most: more are asked for by a period, a person or a verdict."""


class RegisterApp(SessionApp):
    """Reads and judges. Nothing here knows a record."""

    @property
    def is_officer(self) -> bool:
        """Whether a privacy officer is logged in."""
        from dmp_tui.dmp.register import reads_register

        return self.session is not None and reads_register(self.session.professional)

    def show_register(self) -> None:
        """The officer's home, above the lock screen."""
        from dmp_tui.screens.register import RegisterScreen

        assert self.session is not None  # noqa: S101 - a session just began; narrows the type
        who = self.session.professional
        self.push_screen(RegisterScreen(who.name, who.facility_name, self.clock().astimezone().date()))

    def on_read_register(self, message: "register.ReadRegister") -> None:
        """Read it, in a worker; a newer question takes the place of an older one."""
        self.run_worker(self.told(self._read_register(message.chosen)), group="register", exclusive=True)

    async def _read_register(self, chosen: "RegisterFilter") -> None:
        from dmp_tui.screens.register import RegisterScreen

        page = await self.ask(lambda client: client.register(chosen))
        accesses, counts = list(page.accesses), page.counts
        while page.next and len(accesses) < MOST:
            following = page.next
            page = await self.ask(lambda client, following=following: client.register(chosen, following))  # type: ignore[misc] # binds the loop's value
            accesses += page.accesses
        for screen in self.screen_stack:
            if isinstance(screen, RegisterScreen) and screen.chosen == chosen:
                screen.show(tuple(accesses), counts, cut=bool(page.next))

    def on_open_access(self, message: "register.OpenAccess") -> None:
        """One access whole."""
        from dmp_tui.screens.register_access import AccessScreen

        self.push_screen(AccessScreen(message.access))

    def on_ask_period(self, message: "register.AskPeriod") -> None:
        """Two days."""
        from dmp_tui.screens.register_access import PeriodForm

        self.push_screen(PeriodForm(message.chosen, self.clock().astimezone().date()))

    def on_period_chosen(self, message: "register_access.PeriodChosen") -> None:
        """Back to the register, between these days."""
        from dmp_tui.screens.register import RegisterScreen

        self.pop_screen()
        if isinstance(self.screen, RegisterScreen):
            self.screen.choose(message.chosen, self.screen.person)

    def on_ask_verdict(self, message: "register_access.AskVerdict") -> None:
        """Its comment."""
        from dmp_tui.screens.register_access import VerdictForm

        self.push_screen(VerdictForm(message.access, message.verdict, self.clock().astimezone().date()))

    def on_verdict_given(self, message: "register_access.VerdictGiven") -> None:
        """Send it, in a worker; the form stays until the server has kept it."""
        self.run_worker(self.told(self._judge(message)), group="register", exclusive=True)

    async def _judge(self, given: "register_access.VerdictGiven") -> None:
        from dmp_tui.screens.register_access import VerdictForm

        seq, verdict, comment = given.access.seq, given.verdict, given.comment
        access = await self.ask(lambda client: client.review(seq, verdict, comment))
        if isinstance(self.screen, VerdictForm):
            self.pop_screen()
        self._show_judged(access)
        self.tell(_("Avis enregistré."))

    def _show_judged(self, access: "Emergency") -> None:
        from dmp_tui.screens.register import RegisterScreen
        from dmp_tui.screens.register_access import AccessScreen

        for screen in self.screen_stack:
            if isinstance(screen, RegisterScreen):
                screen.replace_access(access)
            elif isinstance(screen, AccessScreen) and screen.access.seq == access.seq:
                screen.show(access)
