"""The half of the app that deposits: files of the workstation, read, checked with the user, sent."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from dmp_tui.i18n import _
from dmp_tui.screens.documents_app import DocumentsApp

if TYPE_CHECKING:
    from dmp_tui.dmp.files import Draft
    from dmp_tui.screens import messages
    from dmp_tui.screens.deposit_check import DepositCheckScreen
    from dmp_tui.screens.dropped import Dropped
    from dmp_tui.screens.pdf import PdfText
    from dmp_tui.screens.record import OpenRecord


_PDF_SECONDS = 3.0
"""How long the text of a PDF is awaited before the page that asks whether it is to be deposited."""
_TELL_EVERY = 1.0
"""Seconds between two rows of a deposit's progress."""


class DepositApp(DocumentsApp):
    """Puts documents into the open record."""

    _on_the_way = 0
    """Documents that left, and of which no answer came yet."""

    def on_list_files(self, message: "messages.ListFiles") -> None:
        """A screen shows the folder of files to deposit."""
        message.stop()
        self.run_worker(self._list_files(), group="files", exclusive=True)

    async def _list_files(self) -> None:
        from dmp_tui.screens.deposit import DepositScreen
        from dmp_tui.screens.dropped import PathError, default_folder, files_in
        from dmp_tui.screens.sentences import path_sentence

        chosen = self.settings.deposit_folder
        folder = chosen if chosen is not None else await asyncio.to_thread(default_folder)
        trouble = ""
        files: tuple[Dropped, ...] = ()
        try:
            files = await asyncio.to_thread(files_in, folder)
        except PathError as error:
            trouble = path_sentence(error.problem)
        if isinstance(self.screen, DepositScreen):
            self.screen.show_files(folder, files, trouble)

    def on_choose_file(self, message: "messages.ChooseFile") -> None:
        """A file was chosen: read it, and show what would be deposited."""
        message.stop()
        if self.record is not None:
            self.run_worker(self._choose(self.record, message.path), group="files", exclusive=True)

    async def _choose(self, record: "OpenRecord", path: Path) -> None:
        from dmp_tui.dmp.files import FileError, FileKind, draft_of
        from dmp_tui.dmp.subjects import held_ins, is_of_another
        from dmp_tui.screens.deposit import DepositScreen
        from dmp_tui.screens.deposit_check import DepositCheckScreen
        from dmp_tui.screens.dropped import PathError, read_file
        from dmp_tui.screens.sentences import file_sentence, path_sentence
        from dmp_tui.widgets.text import visible

        now = self.server_now().isoformat(timespec="seconds").replace("+00:00", "Z")
        ins = record.identity.ins
        try:
            content = await asyncio.to_thread(read_file, path)
            draft = await asyncio.to_thread(draft_of, content, ins, now)
            pdf = await _text_in_time(content) if draft.kind is FileKind.PDF else None
        except PathError as error:
            self.tell(path_sentence(error.problem), alarm=True)
            return
        except FileError as error:
            self.tell(file_sentence(error), alarm=True)
            return
        if draft.subject is not None and is_of_another(draft.subject, ins):
            sentence = _("Refusé : ce document porte l'INS {theirs}, et le dossier ouvert est celui de {ours}.")
            self.tell(sentence.format(theirs=visible(held_ins(draft.subject)), ours=ins.grouped), alarm=True)
        elif self.record is not None and isinstance(self.screen, DepositScreen):
            # Whoever went on meanwhile is not interrupted: his next Enter would deposit.
            self.push_screen(DepositCheckScreen(self.record, self.today(), draft, path.name, pdf))

    def on_deposit_draft(self, message: "messages.DepositDraft") -> None:
        """The user said yes."""
        message.stop()
        if self.record is not None:
            self.run_worker(self._deposit(self.record, message.draft), group="deposit")

    async def _deposit(self, record: "OpenRecord", draft: "Draft") -> None:
        done = await self.told(self._sent(record, draft))
        check = self._check_of(draft)
        if check is not None and not done:
            check.failed()

    def _check_of(self, draft: "Draft") -> "DepositCheckScreen | None":
        """The page that asked about this draft, while it is there."""
        from dmp_tui.screens.deposit_check import DepositCheckScreen

        pages = (screen for screen in self.screen_stack if isinstance(screen, DepositCheckScreen))
        return next((page for page in pages if page.draft is draft), None)

    @property
    def sending(self) -> bool:
        """Whether a document is on its way to the server, and nobody knows yet whether it arrived."""
        return self._on_the_way > 0

    async def _sent(self, record: "OpenRecord", draft: "Draft") -> None:
        """Send it, go back to the sheet, and read the record again: what it says now counts."""
        from dmp_tui.screens.opening import named
        from dmp_tui.screens.record_app import HOME
        from dmp_tui.widgets.text import visible

        ins = record.identity.ins
        sent = self._progress()
        self._on_the_way += 1
        try:
            deposited = await self.ask(lambda client: client.deposit(ins, draft.entry, draft.content, sent))
        finally:
            self._on_the_way -= 1
        if self._check_of(draft) is not None:
            self.pop_to(HOME)
        # After the editor of a note has gone: it keeps its text as it goes.
        self.deposited(draft)
        if self.record is None or self.record.identity != record.identity:
            # Its record was closed meanwhile. The title would tell something of it.
            self.tell(_("Le document de {name} est déposé.").format(name=named(record.identity)))
            return
        title = visible(draft.entry.title)
        if deposited.created:
            self.tell(_("Déposé : {title}").format(title=title))
        else:
            self.tell(_("Ce document était déjà dans le dossier : rien n'a changé ({title}).").format(title=title))
        await self._read_again(self.record)

    def deposited(self, draft: "Draft") -> None:
        """The server has it. For the half above."""

    def _progress(self) -> Callable[[int, int], None]:
        """Says how much of a document has left, once a second at most: a short one says nothing."""
        from dmp_tui.screens.deposit import size_words

        told = monotonic()

        def sent(done: int, whole: int) -> None:
            nonlocal told
            if monotonic() - told < _TELL_EVERY:
                return
            told = monotonic()
            if done < whole:
                self.tell(_("Envoi : {done} sur {whole}.").format(done=size_words(done), whole=size_words(whole)))
            else:
                self.tell(_("Envoyé, lecture par le serveur."))

        return sent

    async def _read_again(self, record: "OpenRecord") -> None:
        from dmp_tui.dmp.sheet.news import with_news

        ins = record.identity.ins
        answer = await self.ask(lambda client: client.summary(ins))
        documents = await self.ask(lambda client: client.documents(ins))
        now = self.record
        if now is not None and now.identity == record.identity:
            sheet = with_news(answer.sheet, now.last_access)
            self.update_record(replace(now, sheet=sheet, documents=documents, read_at=answer.read_at))


async def _text_in_time(content: bytes) -> "PdfText":
    """The text of a PDF, to look for whose it is; TOO_LONG where it takes too long to wait for."""
    from dmp_tui.screens.pdf import PdfProblem, PdfText, pdf_text

    try:
        async with asyncio.timeout(_PDF_SECONDS):
            return await pdf_text(content)
    except TimeoutError:
        return PdfText(problem=PdfProblem.TOO_LONG)
