"""The half of the app that writes notes: their drafts, their preview, and what is kept of them when a screen goes."""

from datetime import datetime
from typing import TYPE_CHECKING

from textual.await_complete import AwaitComplete
from textual.screen import Screen

from dmp_tui.i18n import _
from dmp_tui.screens.deposit_app import DepositApp
from dmp_tui.screens.drafts import KEPT, Drafts, NoteDraft

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dmp_tui.cards.source import CardSource
    from dmp_tui.client import DmpClient
    from dmp_tui.config import Settings
    from dmp_tui.dmp.cda_writing.carried import Carried
    from dmp_tui.dmp.files import Draft
    from dmp_tui.dmp.identity import Ins
    from dmp_tui.screens import messages
    from dmp_tui.screens.desk_app import Clock
    from dmp_tui.screens.record import OpenRecord


class NoteApp(DepositApp):
    """Drafts outlive the lock and the record, in memory only; they are offered to who wrote them, for that patient."""

    def __init__(
        self,
        settings: "Settings",
        source: "CardSource | Callable[[], CardSource]",
        connect: "Callable[[], Awaitable[DmpClient]]",
        *,
        clock: "Clock",
    ) -> None:
        super().__init__(settings, source, connect, clock=clock)
        self.drafts = Drafts()
        self._warned = False
        """Whoever quits was told that a draft would be lost."""

    # --- what is kept

    def pop_screen(self) -> AwaitComplete:
        """A screen that goes, whatever takes it away, keeps what was typed in it."""
        _leaving(self.screen)
        return super().pop_screen()

    def _keep(self, owner: str, ins: "Ins", text: str) -> None:
        """Keep a text; the bare template is no draft."""
        from dmp_tui.dmp.cda_writing.notes import is_blank, note_of

        if is_blank(note_of(text)):
            self.drafts.drop(owner, ins)
            return
        held = self.drafts.find(owner, ins, self.server_now())
        if held is None or held.text != text:
            # What was typed since whoever quits was told is lost by nobody's leave.
            self._warned = False
        self.drafts.write(owner, ins, text, self.server_now())
        self.set_timer(KEPT.total_seconds() + 1, lambda: self.drafts.drop_old(self.server_now()))

    async def action_leave(self) -> None:
        """Quit; with a draft that is not deposited, only when asked twice."""
        for screen in self.screen_stack:
            _leaving(screen)
        self.drafts.drop_old(self.server_now())
        if len(self.drafts) and not self._warned:
            self._warned = True
            self.tell(
                _("Un brouillon n'est pas déposé, quitter le perd. Ctrl+Q encore une fois : quitter."), alarm=True
            )
            return
        await self.action_quit()

    def _home(self, record: "OpenRecord", said: str = "") -> None:
        """The sheet, and the draft that waits for who reads it."""
        super()._home(record, said)
        draft = self.drafts.find(self._professional().id, record.identity.ins, self.server_now())
        if draft is not None:
            kept = _("Brouillon du {when} gardé : a puis n le reprend.").format(when=_when(draft.changed))
            # After what the sheet itself says as it comes.
            self.screen.call_after_refresh(self.tell, kept)

    # --- from the template to the deposit

    def on_write_note(self, message: "messages.WriteNote") -> None:
        """Open the editor, with the draft if there is one."""
        from dmp_tui.dmp.cda_writing.notes import TEMPLATE
        from dmp_tui.screens.note import NoteScreen

        message.stop()
        if self.record is None or self.session is None or isinstance(self.screen, NoteScreen):
            return
        owner, ins = self._professional().id, self.record.identity.ins
        draft = self.drafts.find(owner, ins, self.server_now())
        text = TEMPLATE if draft is None else draft.text
        self.push_screen(NoteScreen(self.record, self.today(), text, lambda typed: self._keep(owner, ins, typed)))
        if draft is not None:
            self.tell(_("Brouillon du {when} repris.").format(when=_when(draft.changed)))

    def on_preview_note(self, message: "messages.PreviewNote") -> None:
        """Show the note as it will be read."""
        from dmp_tui.dmp.cda_writing.notes import is_blank, note_of
        from dmp_tui.dmp.reading import read_document
        from dmp_tui.screens.note_preview import NotePreviewScreen

        message.stop()
        if self.record is None or self.session is None:
            return
        if is_blank(note_of(message.text)):
            self.tell(_("Rien n'est écrit : tapez sous un titre."), alarm=True)
            return
        record, owner, ins = self.record, self._professional().id, self.record.identity.ins
        draft = self.drafts.write(owner, ins, message.text, self.server_now())
        reading = read_document(self._written(record, draft, ()))

        def keep(removed: frozenset[str]) -> None:
            self.drafts.remove(owner, ins, removed, self.server_now())

        preview = NotePreviewScreen(
            record,
            self.today(),
            parts=reading.parts,
            offered=self._offered(record),
            removed=draft.removed,
            keep=keep,
        )
        self.push_screen(preview)

    def on_check_note(self, message: "messages.CheckNote") -> None:
        """The last question before it is sent; the same that a file is asked."""
        from dataclasses import replace

        from dmp_tui.dmp.documents import Author
        from dmp_tui.dmp.files import draft_of, replacing
        from dmp_tui.screens.deposit_check import DepositCheckScreen

        message.stop()
        if self.record is None or self.session is None:
            return
        record, owner, ins = self.record, self._professional().id, self.record.identity.ins
        draft = self.drafts.find(owner, ins, self.server_now())
        if draft is None:
            return
        carried = message.carried
        content = self._written(record, draft, carried)
        if draft.sent and draft.sent != _digest(content):
            draft = self.drafts.anew(owner, ins)
            content = self._written(record, draft, carried)
        made = draft_of(content, ins, draft.changed.isoformat(timespec="seconds"))
        who = self._professional()
        author = Author(who.id, who.name, who.facility, who.facility_name)
        made = replace(made, entry=replace(made.entry, authors=(author,)))
        if draft.former:
            made = replacing(made, draft.former)
        self.push_screen(DepositCheckScreen(record, self.today(), made, _("Note de passage aux urgences")))

    def on_deposit_draft(self, message: "messages.DepositDraft") -> None:
        """What leaves under the id of a draft is remembered, for its answer may be lost. The class below sends it:
        Textual calls the handlers of every class."""
        entry = message.draft.entry
        self.drafts.sent(entry.unique_id, _digest(message.draft.content))

    def deposited(self, draft: "Draft") -> None:
        """A note that is in the record is no draft any more."""
        self.drafts.forget(draft.entry.unique_id)

    def _offered(self, record: "OpenRecord") -> "tuple[Carried, ...]":
        from dmp_tui.dmp.cda_writing.carried import carried_of

        return carried_of(record.sheet, self.today())

    def _written(self, record: "OpenRecord", draft: NoteDraft, carried: "tuple[Carried, ...]") -> bytes:
        from dataclasses import replace

        from dmp_tui.dmp.cda_writing.notes import note_header, note_of, write_note

        moment = draft.changed.astimezone().strftime("%Y%m%d%H%M%S%z")
        identity = record.identity
        head = note_header(
            draft.unique_id, moment, ins=identity.ins, traits=identity.traits, author=self._professional()
        )
        if draft.former:
            head = replace(head, replaces=draft.former, set_id=draft.former, version=2)
        return write_note(head, note_of(draft.text, carried))


def _leaving(screen: Screen[object]) -> None:
    """Let a screen keep what it holds; the lock screen, which is no page, holds nothing."""
    leaving = getattr(screen, "leaving", None)
    if leaving is not None:
        leaving()


def _when(moment: datetime) -> str:
    """``22/11 14:02``."""
    return moment.astimezone().strftime("%d/%m %H:%M")


def _digest(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()
