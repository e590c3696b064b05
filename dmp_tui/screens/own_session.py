"""The way into a patient's own space: activation, login, home, and the end of it after ten minutes without a key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.patient import PatientClient
from dmp_tui.i18n import _
from dmp_tui.screens import own_words as words
from dmp_tui.screens.messages import Go
from dmp_tui.screens.own_pages import Item, OwnForm, OwnPage, Picked, Typed
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM
from dmp_tui.widgets.terminal_app import TerminalApp

if TYPE_CHECKING:
    from dmp_tui.client.answers import AdminData
    from dmp_tui.client.patient import Activation
    from dmp_tui.dmp.consents import Consent
    from dmp_tui.dmp.documents import DocumentEntry

IDLE = 600
RENEWED = 300
"""Seconds after which a key asks for a new token."""


class OwnSession(TerminalApp):
    """The way in, the home page, and asking the server. What can be chosen there is in ``own_app``."""

    TITLE = "dmp-tui patient"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave", show=False, priority=True, id="own.quit")]

    def __init__(self, client: PatientClient, *, idle_seconds: float = IDLE) -> None:
        super().__init__(idle_seconds=idle_seconds)
        self.client = client
        self.token_at = self._now()
        self.documents: tuple[DocumentEntry, ...] = ()
        self.consents: tuple[Consent, ...] = ()
        self.admin: AdminData | None = None
        self.document = ""
        self.consent = ""
        self.actor = ""
        self.actor_name = ""

    # --- coming and going ---------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """The way in."""
        self.watch_for_idleness()
        self.push_screen(self.way_in())

    def way_in(self) -> OwnPage:
        """Log in, or use the code of the desk."""
        items = [
            Item("login", _("Me connecter")),
            Item("activate", _("J'ai reçu un code : première fois")),
            Item("quit", _("Quitter")),
        ]
        return OwnPage("in", _("Mon DMP"), [_("Votre dossier médical partagé. Que voulez-vous faire ?")], items)

    def home(self) -> OwnPage:
        """What can be done."""
        name = self.client.space.name if self.client.space else ""
        items = [
            Item("sheet", _("Ma fiche d'urgence")),
            Item("documents", _("Mes documents")),
            Item("trail", _("Qui a vu mon dossier")),
            Item("consents", _("Qui est autorisé")),
            Item("choices", _("Mes choix en urgence")),
            Item("contacts", _("Mes proches")),
            Item("add", _("Ajouter un document")),
            Item("notices", _("Messages")),
            Item("close", _("Fermer mon dossier")),
            Item("quit", _("Quitter")),
        ]
        return OwnPage("home", name or _("Mon DMP"), (), items)

    def left_alone(self) -> None:
        """Nobody is there any more."""
        self.action_leave()

    def action_leave(self) -> None:
        """End the session and the app."""
        self.run_worker(self._leave(), group="leaving", exclusive=True)

    async def _leave(self) -> None:
        await self.client.log_out()
        await self.client.aclose()
        self.exit()

    def on_go(self, message: Go) -> None:
        """Escape: one page back, never out by mistake."""
        if message.where == "back" and len(self.screen_stack) > 2:
            leaving = getattr(self.screen, "leaving", None)
            if leaving is not None:
                leaving()
            self.pop_screen()

    # --- asking the server --------------------------------------------------------------------------------------------

    def do(self, work: Awaitable[None]) -> None:
        """Ask, and say in one sentence what went wrong."""
        self.run_worker(self._told(work), group="asking", exclusive=True)

    async def _told(self, work: Awaitable[None]) -> None:
        try:
            if self.client.space is not None and self._now() - self.token_at > RENEWED:
                await self.client.renew()
                self.token_at = self._now()
            await work
        except ClientError as error:
            if error.problem is ClientProblem.SESSION_ENDED and self.client.space is not None:
                self.client.space = None
                self.start_again()
            self.tell(words.trouble(error), alarm=True)

    def start_again(self) -> None:
        """Back to the way in; nothing of the record stays."""
        self.documents, self.consents, self.admin = (), (), None
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def tell(self, sentence: str, *, alarm: bool = False) -> None:
        """Say something above the keys."""
        if isinstance(self.screen, OwnPage | OwnForm):
            self.screen.say(sentence, ALARM) if alarm else self.screen.say(sentence)

    # --- choices ------------------------------------------------------------------------------------------------------

    def on_picked(self, message: Picked) -> None:
        """A thing was chosen: the page says which method, its key says what."""
        handler: Callable[[str], None] = getattr(self, f"pick_{message.page}", lambda _key: None)
        handler(message.key)

    def on_typed(self, message: Typed) -> None:
        """A form was filled in."""
        handler: Callable[[tuple[str, ...]], Awaitable[None]] = getattr(self, f"typed_{message.page}")
        self.do(handler(message.values))

    def ask(self, page: str, heading: str, told: list[str], *fields: Field) -> None:
        """Show a form."""
        self.push_screen(OwnForm(page, heading, told, fields, datetime.now(UTC).date()))

    def pick_in(self, key: str) -> None:
        """Log in, activate, or leave."""
        if key == "quit":
            self.action_leave()
        elif key == "login":
            self.ask_login()
        elif key == "activate":
            self.ask(
                "activate",
                _("Première fois"),
                [
                    _("Le code est sur le papier que l'on vous a donné."),
                    _("Choisissez un mot de passe : 12 lettres ou plus, par exemple quatre mots."),
                ],
                Field(_("Code :"), limit=40),
                Field(_("Né(e) le (JJ/MM/AAAA) :"), limit=10),
                Field(_("Mot de passe :"), masked=True, limit=256),
                Field(_("Encore une fois :"), masked=True, limit=256),
            )

    def ask_login(self, login: str = "") -> None:
        """Identifier, password, code."""
        first = Field(_("Identifiant :"), limit=20)
        first.value = login
        told = [_("Le code est dans l'application de votre téléphone, ou sur votre papier.")]
        password, code = Field(_("Mot de passe :"), masked=True, limit=256), Field(_("Code :"), limit=20)
        self.ask("login", _("Connexion"), told, first, password, code)

    async def typed_activate(self, values: tuple[str, ...]) -> None:
        """Choose a password with the code."""
        code, birth, password, again = values
        day, _slash, rest = birth.partition("/")
        month, _slash, year = rest.partition("/")
        if password != again:
            self.tell(_("Les deux mots de passe ne sont pas les mêmes."), alarm=True)
            return
        given = await self.client.activate(code, f"{year}-{month.zfill(2)}-{day.zfill(2)}", password)
        self.on_go(Go("back"))
        self.push_screen(self._given(given))

    def _given(self, given: "Activation") -> OwnPage:
        told = [
            _("Votre identifiant : {login}").format(login=given.login),
            _("Dans l'application de codes de votre téléphone, entrez cette clé :"),
            " ".join(given.secret[at : at + 4] for at in range(0, len(given.secret), 4)),
            _("Notez ces codes de secours. Chacun sert une fois :"),
            "  ".join(given.codes[:5]),
            "  ".join(given.codes[5:]),
        ]
        items = [
            Item(f"login {given.login}", _("C'est noté : me connecter")),
            Item(f"qr {given.otpauth}", _("Montrer le carré à photographier")),
        ]
        return OwnPage("given", _("À noter"), told, items)

    def pick_given(self, key: str) -> None:
        """On to the login, or the square code."""
        what, _space, value = key.partition(" ")
        if what == "login":
            self.ask_login(value)
        elif what == "qr":
            from dmp_tui.screens.own_square import SquarePage

            self.push_screen(SquarePage(value))

    async def typed_login(self, values: tuple[str, ...]) -> None:
        """Open the space."""
        login, password, code = values
        await self.client.log_in(login, password, code)
        self.token_at = self._now()
        self.start_again()
        self.push_screen(self.home())
