"""``dmp-tui patient``: a patient's own space. Nothing is written to disk; ten minutes without a key end it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.patient import PatientClient
from dmp_tui.dmp.consents import Contact, EmergencyConsents, settled
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
_MOST = 5 * 1024 * 1024


class OwnApp(TerminalApp):
    """One patient, one record."""

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

    def pick_home(self, key: str) -> None:
        """One of the ten."""
        if key == "quit":
            self.action_leave()
        elif key == "add":
            told = [_("Un fichier PDF ou texte de cet ordinateur.")]
            fields = Field(_("Fichier :"), limit=400), Field(_("Titre :"), limit=120)
            self.ask("add", _("Ajouter"), told, *fields)
        elif key == "close":
            told = [
                _("Plus personne ne lira votre dossier. Il est gardé dix ans, puis détruit."),
                _("Pour le fermer, tapez FERMER. Sinon, Échap."),
            ]
            self.ask("close", _("Fermer mon dossier"), told, Field(_("Tapez FERMER :"), limit=10))
        else:
            show: Callable[[], Awaitable[None]] = getattr(self, f"show_{key}")
            self.do(show())

    # --- pages --------------------------------------------------------------------------------------------------------

    async def show_sheet(self) -> None:
        """What is read of him in an emergency."""
        found = await self.client.summary()
        self.push_screen(OwnPage("sheet", _("Ma fiche"), words.sheet_words(found.sheet)))

    async def show_documents(self) -> None:
        """His documents."""
        self.documents = await self.client.documents()
        told = [] if self.documents else [_("Vous n'avez pas de document.")]
        items = [words.document_item(document) for document in self.documents]
        self.push_screen(OwnPage("documents", _("Mes documents"), told, items))

    def pick_documents(self, key: str) -> None:
        """One document: read it, hide it, show it."""
        self.document = key
        document = self._document()
        hide = _("Le montrer de nouveau aux professionnels") if document.masked else _("Le cacher aux professionnels")
        items = [Item("read", _("Le lire")), Item("mask", hide)]
        told = [document.title or document.type.display]
        self.push_screen(OwnPage("document", _("Ce document"), told, items))

    def _document(self) -> "DocumentEntry":
        return next(document for document in self.documents if document.id == self.document)

    def pick_document(self, key: str) -> None:
        """Read, or change."""
        self.do(self._read() if key == "read" else self._mask())

    async def _read(self) -> None:
        from dmp_tui.screens.document_text import document_text, text_of

        document = self._document()
        content = await self.client.content(document)
        read = await document_text(content, document.media_type)
        passages = [line for passage in text_of(read, 64) for line in passage.lines if line.strip()]
        self.push_screen(OwnPage("text", _("Lecture"), passages))

    async def _mask(self) -> None:
        document = self._document()
        await self.client.mask(document, on=not document.masked)
        for _page in range(2):
            self.pop_screen()
        await self.show_documents()
        self.tell(_("C'est fait."))

    async def show_trail(self) -> None:
        """Who saw the record."""
        self.documents = await self.client.documents()
        page = await self.client.trail(self.client.patient_id)
        told = [_("Choisissez une ligne pour bloquer cette personne.")]
        self.push_screen(OwnPage("trail", _("Qui a vu"), told, words.trace_items(page, self.documents)))

    def pick_trail(self, key: str) -> None:
        """Block who did it?"""
        if not key[:1].isdigit():
            self.tell(_("C'est vous, ou le serveur : il n'y a personne à bloquer."))
            return
        self.actor = key
        items = [Item("yes", _("Oui, bloquer")), Item("no", _("Non"))]
        self.push_screen(OwnPage("block", _("Bloquer ?"), [_("Il ne pourra plus lire votre dossier.")], items))

    def pick_block(self, key: str) -> None:
        """Yes or no."""
        if key == "no":
            self.pop_screen()
        else:
            self.do(self._block())

    async def _block(self) -> None:
        await self.client.block(self.actor, "")
        self.pop_screen()
        self.tell(_("Cette personne est bloquée dès maintenant."))

    async def show_consents(self) -> None:
        """Who may read, who is blocked."""
        self.consents = await self.client.consents(self.client.patient_id)
        told = [_("Choisissez un nom pour lui retirer son autorisation, ou pour le débloquer.")]
        if not self.consents:
            told = [_("Vous n'avez autorisé ni bloqué personne.")]
        items = [words.consent_item(consent) for consent in self.consents]
        self.push_screen(OwnPage("consents", _("Qui est autorisé"), told, items))

    def pick_consents(self, key: str) -> None:
        """End it?"""
        self.consent = key
        item = words.consent_item(next(c for c in self.consents if c.id == key))
        items = [Item("yes", _("Oui, arrêter cela")), Item("no", _("Non"))]
        self.push_screen(OwnPage("end", _("Êtes-vous sûr ?"), [item.text, item.more], items))

    def pick_end(self, key: str) -> None:
        """Yes or no."""
        if key == "no":
            self.pop_screen()
        else:
            self.do(self._end())

    async def _end(self) -> None:
        await self.client.end_consent(next(c for c in self.consents if c.id == self.consent))
        for _page in range(2):
            self.pop_screen()
        await self.show_consents()
        self.tell(_("C'est fait, dès maintenant."))

    async def show_choices(self) -> None:
        """The three emergency consents."""
        self.admin = await self.client.patient_admin(self.client.patient_id)
        told = [_("Si vous ne pouvez pas parler, qui peut lire ? Choisissez une ligne pour la changer.")]
        items = words.choice_items(self.admin.emergency or EmergencyConsents())
        self.push_screen(OwnPage("choices", _("En urgence"), told, items))

    def pick_choices(self, key: str) -> None:
        """The other answer."""
        self.do(self._choose(key))

    async def _choose(self, key: str) -> None:
        admin = self.admin or await self.client.patient_admin(self.client.patient_id)
        present = admin.emergency or EmergencyConsents()
        changes = {key: not getattr(present, key)}
        wanted = settled(replace(present, **changes))
        self.admin = await self.client.change_emergency(self.client.patient_id, admin, wanted)
        self.pop_screen()
        await self.show_choices()
        self.tell(_("C'est enregistré."))

    async def show_contacts(self) -> None:
        """People to call."""
        self.admin = await self.client.patient_admin(self.client.patient_id)
        items = [Item("new", _("Ajouter quelqu'un"))]
        self.push_screen(OwnPage("contacts", _("Mes proches"), words.contact_words(self.admin), items))

    def pick_contacts(self, _key: str) -> None:
        """One more."""
        labels = (_("Nom et prénom :"), _("C'est (mère, ami...) :"), _("Téléphone :"))
        fields = [Field(label, limit=80) for label in labels]
        self.ask("contact", _("Un proche"), [_("Qui faut-il appeler en urgence ?")], *fields)

    async def typed_contact(self, values: tuple[str, ...]) -> None:
        """Keep one more."""
        name, relation, phone = values
        if not name or not phone:
            self.tell(_("Il faut un nom et un téléphone."), alarm=True)
            return
        before = self.admin or await self.client.patient_admin(self.client.patient_id)
        after = replace(before, contacts=(*before.contacts, Contact(name, relation, phone)))
        self.admin = await self.client.change_admin(self.client.patient_id, before, after)
        for _page in range(2):
            self.pop_screen()
        await self.show_contacts()
        self.tell(_("C'est enregistré."))

    async def show_notices(self) -> None:
        """What he is told."""
        found = await self.client.notices()
        told = [f"{words.sent_at(when)} : {text}" for when, text in found] or [_("Vous n'avez pas de message.")]
        self.push_screen(OwnPage("notices", _("Messages"), told))

    async def typed_add(self, values: tuple[str, ...]) -> None:
        """Send a file."""
        name, title = values
        try:
            content = await asyncio.to_thread(own_file, name)
        except OSError:
            self.tell(_("Ce fichier ne se lit pas, ou dépasse 5 Mo : vérifiez son nom."), alarm=True)
            return
        media = "application/pdf" if content.startswith(b"%PDF-") else "text/plain"
        await self.client.add_document("EXPPAT_2", title or Path(name).name, media, content)
        self.pop_screen()
        self.tell(_("Votre document est ajouté."))

    async def typed_close(self, values: tuple[str, ...]) -> None:
        """Close it, if that was typed."""
        if values[0] != "FERMER":
            self.tell(_("Rien n'est fermé. Tapez FERMER en majuscules, ou Échap."), alarm=True)
            return
        await self.client.close_record(self.client.patient_id, "")
        self.pop_screen()
        self.tell(_("Votre dossier est fermé. Vous voyez encore qui l'a vu."))


def own_file(name: str) -> bytes:
    """A file of his; OSError where it cannot be read, or has more than 5 MB."""
    path = Path(name).expanduser()
    if path.stat().st_size > _MOST:
        raise OSError("too large")
    return path.read_bytes()
