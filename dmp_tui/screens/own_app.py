"""``dmp-tui patient``: a patient's own space. Nothing is written to disk."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_tui.dmp.consents import Contact, EmergencyConsents, settled
from dmp_tui.i18n import _
from dmp_tui.screens import own_words as words
from dmp_tui.screens.own_pages import Item, OwnPage
from dmp_tui.screens.own_session import OwnSession
from dmp_tui.widgets.field import Field

if TYPE_CHECKING:
    from dmp_tui.dmp.documents import DocumentEntry

_MOST = 5 * 1024 * 1024


class OwnApp(OwnSession):
    """One patient, one record."""

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
        items = words.trace_items(page, self.documents)
        while page.next:
            page = await self.client.trail(self.client.patient_id, page.next)
            items += words.trace_items(page, self.documents)
        told = [_("Choisissez une ligne pour bloquer cette personne.")]
        self.push_screen(OwnPage("trail", _("Qui a vu"), told, items))

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
