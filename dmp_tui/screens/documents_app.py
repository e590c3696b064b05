"""The half of the app that knows documents: their list, one of them read, and what else of a record is asked for."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.record_app import RecordApp

if TYPE_CHECKING:
    from dmp_tui.dmp.documents import DocumentEntry
    from dmp_tui.screens import messages
    from dmp_tui.screens.record import OpenRecord


class DocumentsApp(RecordApp):
    """What of the open record comes from the server after its sheet."""

    # --- the list

    def on_list_documents(self, message: "messages.ListDocuments") -> None:
        """A screen shows documents."""
        message.stop()
        if self.record is not None and self.record.documents is None:
            self.run_worker(self.told(self._list_documents(self.record)), group="list", exclusive=True)

    async def _list_documents(self, record: "OpenRecord") -> tuple["DocumentEntry", ...]:
        from dmp_tui.screens.opening import with_documents

        listed = await self.ask(lambda client: with_documents(client, record))
        if self.record is not None and self.record.identity == record.identity:
            self.update_record(replace(self.record, documents=listed.documents))
        return listed.documents or ()

    # --- what the record declares

    def on_read_admin_data(self, message: "messages.ReadAdminData") -> None:
        """A screen shows whom to call."""
        message.stop()
        if self.record is not None:
            self.run_worker(self.told(self._read_admin_data(self.record)), group="declared", exclusive=True)

    async def _read_admin_data(self, record: "OpenRecord") -> None:
        from dmp_tui.screens.opening import with_admin_data

        declared = await self.ask(lambda client: with_admin_data(client, record))
        now = self.record
        if now is not None and now.identity == record.identity:
            self.update_record(
                replace(now, contacts=declared.contacts, phones=declared.phones, address=declared.address)
            )

    # --- one document

    def on_read_document(self, message: "messages.ReadDocument") -> None:
        """Open a document by its id; the list is asked for first if it is not there yet."""
        if self.record is not None:
            work = self._read_document(self.record, message.document_id)
            self.run_worker(self.told(work), group="open", exclusive=True)

    async def _read_document(self, record: "OpenRecord", document_id: str, *, beside: bool = False) -> None:
        """Open it above the screen in view; ``beside``: in the place of the one that is read."""
        from dmp_tui.screens.reader import ReaderScreen

        asked_on = self.screen
        documents = record.documents if record.documents is not None else await self._list_documents(record)
        entry = next((entry for entry in documents if entry.id == document_id), None)
        if entry is None:
            self.tell(_("Ce document n'est pas, ou plus, parmi ceux que vous pouvez lire."), alarm=True)
        elif self.record is not None and self.screen is asked_on:
            # Whoever went on meanwhile, to write a note perhaps, is not interrupted.
            with self.batch_update():
                if beside and isinstance(self.screen, ReaderScreen):
                    self.pop_screen()
                self.push_screen(ReaderScreen(self.record, self.today(), entry))

    def on_read_neighbour(self, message: "messages.ReadNeighbour") -> None:
        """Read the document beside the one in view, in its place."""
        message.stop()
        if self.record is None or self.record.documents is None:
            return
        order = self._order(message.document_id)
        at = order.index(message.document_id) + message.direction
        if 0 <= at < len(order):
            self.run_worker(self.told(self._read_document(self.record, order[at], beside=True)), group="open")
        else:
            self.tell(_("C'est le premier de la liste.") if at < 0 else _("C'est le dernier de la liste."))

    def _order(self, document_id: str) -> list[str]:
        """Ids in the order of the list below, as it is filtered; of all documents where it does not hold this one."""
        from dmp_tui.dmp.consultation import distinct
        from dmp_tui.screens.documents import DocumentsScreen

        assert self.record is not None  # noqa: S101 - asked of an open record only; narrows the type
        below = [screen.shown for screen in self.screen_stack if isinstance(screen, DocumentsScreen)]
        for shown in (*below, distinct(self.record.documents or ())):
            order = [entry.id for entry in shown]
            if document_id in order:
                return order
        return [document_id]

    def on_fetch_content(self, message: "messages.FetchContent") -> None:
        """Bytes for the reader in view."""
        self.run_worker(self.told(self._fetch(message.entry)), group="open", exclusive=True)

    async def _fetch(self, entry: "DocumentEntry") -> None:
        from dmp_tui.screens.document_text import document_text
        from dmp_tui.screens.reader import ReaderScreen

        content = await self.ask(lambda client: client.content(entry))
        text = await document_text(content, entry.media_type)
        for screen in self.screen_stack:
            if isinstance(screen, ReaderScreen) and screen.entry.id == entry.id:
                await screen.show_text(text, content)
