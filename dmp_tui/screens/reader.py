"""A document read: its header, what does not fit, its versions, its text; searched, copied, saved."""

import asyncio
from collections.abc import Hashable, Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.consultation import chain, distinct, links_of
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.i18n import _, n_
from dmp_tui.screens.asking import AskingScreen
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.document_header import foreign, header_passages, identity_passages
from dmp_tui.screens.document_text import DocumentText, other_passages, others_in, text_of
from dmp_tui.screens.finding import Finder
from dmp_tui.screens.messages import ChangeDocumentState, FetchContent, ReadDocument, ReadNeighbour
from dmp_tui.screens.narrative_layout import Passage, passage
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.saving import SaveError, SaveProblem, free_name, proposed, save_new
from dmp_tui.screens.sentences import save_sentence
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import cut, visible

_GUTTER = 2
"""Cells before the text: the cursor, and the sign of what was found."""
_CLIPBOARD = 74_994
"""Bytes that terminals take by OSC 52: 100,000 in all, in base64 (xterm's and hterm's limit)."""


class ReaderScreen(AskingScreen):
    """One document. It opens at once with what is known of it; its text follows.

    A document that names another identity shows its text only once the reader has said that he means it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,ctrl+f", "search", show=False, id="reader.search"),
        Binding("n", "found(1)", show=False, id="reader.next-found"),
        Binding("N", "found(-1)", show=False, id="reader.previous-found"),
        Binding("right_square_bracket", "section(1)", show=False, id="reader.next-section"),
        Binding("left_square_bracket", "section(-1)", show=False, id="reader.previous-section"),
        Binding("l", "sections", show=False, id="reader.sections"),
        Binding("greater_than_sign", "neighbour(1)", show=False, id="reader.next-document"),
        Binding("less_than_sign", "neighbour(-1)", show=False, id="reader.previous-document"),
        Binding("w", "save", show=False, id="reader.save"),
        Binding("W", "save_file", show=False, id="reader.save-file"),
        Binding("y", "copy", show=False, id="reader.copy"),
        Binding("e", "state", show=False, id="reader.state"),
        Binding("o", "confirm", show=False, id="reader.confirm"),
    ]

    def __init__(self, record: OpenRecord, today: date, entry: DocumentEntry) -> None:
        self.entry = entry
        self.text: DocumentText | None = None
        self.content = b""
        """As deposited: kept here, and nowhere else."""
        self.confirmed = False
        """The reader has said that he reads another identity's document."""
        self.listing = False
        """The list of sections is in view."""
        self.saving: tuple[str, bytes] | None = None
        """What is to be saved, in words, and its bytes, while its path is asked for."""
        self._others: tuple[tuple[str, str], ...] = ()
        """Numbers of other people that its PDFs write."""
        self._laid: tuple[int, list[Passage]] = (0, [])
        """The text laid out for a width: the longest take a quarter of a second."""
        self._passages: list[Passage] = []
        self._finder = Finder(())
        self._rows: list[Row] = []
        self._starts: list[int] = []
        self._copied: tuple[int, int] = (-1, 0)
        documents = distinct(record.documents or (entry,))
        self._links = links_of(documents)
        super().__init__(record, today)

    @property
    def waiting(self) -> bool:
        """The document may be of another person, and nobody has said yet that he means it."""
        return not self.confirmed and self.text is not None and foreign(self.record, self.entry, self.text.reading)

    @property
    def holds(self) -> bool:
        """A path is being typed, or an identity is to be confirmed: no card takes the screen."""
        return self.saving is not None or self.waiting

    def on_mount(self) -> None:
        """Ask for the bytes."""
        self.tell_keys()
        self.post_message(FetchContent(self.entry))

    def tell_keys(self) -> None:
        """Say what the keys do here, as things stand."""
        if self.waiting:
            self.say(_("o : lire ce document quand même · Échap : retour"), ALARM)
        elif self.listing:
            self.say(_("Entrée : aller à la section · Échap : retour"))
        else:
            self.say(_("f chercher · l sections [ ] · y copier · w fichier · e état · < >"))

    async def show_text(self, text: DocumentText, content: bytes) -> None:
        """Show what was read, laid out off the event loop."""
        room = self.app.size.width - _GUTTER
        laid = await asyncio.to_thread(text_of, text, room)
        self._others = await asyncio.to_thread(others_in, text, self.record.identity.ins)
        self._laid = (room, laid)
        self.text, self.content = text, content
        self.lay_out()
        self.tell_keys()

    def show_record(self, record: OpenRecord) -> None:
        """The list of documents may have come: versions are known now."""
        self._links = links_of(distinct(record.documents or (self.entry,)))
        self.entry = next((entry for entry in record.documents or () if entry.id == self.entry.id), self.entry)
        super().show_record(record)

    # --- what is shown

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Header, warnings, then the text."""
        room = width - _GUTTER
        versions = chain(self.entry, self._links)
        self._passages = header_passages(self.entry, versions, self._links, room)
        self._passages += other_passages(self._others, room)
        if self.text is None:
            self._passages.append(passage(_("Document demandé au serveur."), room))
        elif self.waiting:
            self._passages += identity_passages(self.record, self.entry, self.text.reading, self.today, room)
        else:
            if self._laid[0] != room:
                self._laid = (room, text_of(self.text, room))
            self._passages += self._laid[1]
        words, self._finder = self._finder.words, Finder(self._passages)
        self._rows, self._starts = [], []
        for index in range(len(self._passages)):
            self._starts.append(len(self._rows))
            self._rows += self._rows_of(index, width)
        if self.listing:
            return self._section_rows(width)
        if words and not self.waiting:
            self._finder.seek(words, 0)
            return self._marked()
        return self._rows

    def _rows_of(self, index: int, width: int, sign: str = " ") -> list[Row]:
        each = self._passages[index]
        style = STRONG if sign != " " and each.style is PLAIN else each.style
        return [
            (
                Cell(0, 1, sign, style, (index, number) if each.text else None),
                Cell(_GUTTER, width - _GUTTER, line, style),
            )
            for number, line in enumerate(each.lines)
        ]

    def _marked(self) -> list[Row]:
        """The rows, those of what was found with their sign."""
        rows, width = list(self._rows), self.app.size.width
        for index in self._finder.found:
            start, lines = self._starts[index], len(self._passages[index].lines)
            rows[start : start + lines] = self._rows_of(index, width, "»")
        return rows

    def _section_rows(self, width: int) -> list[Row]:
        rows: list[Row] = [(title(_("SECTIONS"), width),)]
        sections = [(i, each) for i, each in enumerate(self._passages) if each.section]
        return rows + [text_row(each.text, width, PLAIN, (index, 0)) for index, each in sections]

    @property
    def _at(self) -> int:
        """Index of the passage under the cursor."""
        key = self.board.selected
        return key[0] if isinstance(key, tuple) and not self.listing else 0

    def _go(self, index: int) -> None:
        self.board.go((index, 0))

    # --- sections and documents

    def action_section(self, direction: int) -> None:
        """To the next title, or to the one before."""
        at, titles = self._at, [i for i, each in enumerate(self._passages) if each.section]
        ahead = [i for i in titles if (i - at) * direction > 0]
        if ahead and not self.listing:
            self._go(ahead[0] if direction > 0 else ahead[-1])

    def action_sections(self) -> None:
        """The list of titles, or back from it."""
        if self.waiting:
            return
        at = self._at
        self.listing = not self.listing
        self.lay_out()
        titles = [i for i, each in enumerate(self._passages) if each.section and i <= at]
        if self.listing and titles:
            self._go(titles[-1])
        self.tell_keys()

    def action_state(self) -> None:
        """What can be done with this document."""
        if not self.waiting:
            self.post_message(ChangeDocumentState(self.entry.id))

    def action_neighbour(self, direction: int) -> None:
        """The next document of the list, or the one before."""
        self.post_message(ReadNeighbour(self.entry.id, direction))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Go to the section, or read the other version."""
        message.stop()
        key: Hashable = message.key
        if not isinstance(key, tuple):
            return
        if self.listing:
            self.action_sections()
            self._go(key[0])
        elif link := self._passages[key[0]].link:
            self.post_message(ReadDocument(link))

    def action_go(self, where: str) -> None:
        """Escape leaves the list of sections first."""
        if where == "back" and self.listing:
            self.action_sections()
        else:
            super().action_go(where)

    def action_confirm(self) -> None:
        """Read the document of another identity, knowing that it is."""
        if self.waiting:
            self.confirmed = True
            self.lay_out()
            self.tell_keys()

    # --- search

    def action_search(self) -> None:
        """Type what to look for."""
        if self.text is not None and not self.waiting:
            self.listing = False
            self.ask(_("Chercher :"), self._finder.words)
            self._tell_found()

    def typed(self, text: str) -> None:
        """Find as one types."""
        if self.saving is None:
            self._finder.seek(text, self._at)
            self.board.show(self._marked())
            self._show_found()

    def action_found(self, direction: int) -> None:
        """The next passage that holds the words, or the one before."""
        if not self._finder.words:
            self.say(_("Rien n'est cherché : f, puis les mots."))
            return
        self._finder.step(direction)
        self._show_found()

    def _show_found(self) -> None:
        if self._finder.current is not None:
            self._go(self._finder.current)
        self._tell_found()

    def _tell_found(self) -> None:
        found = self._finder
        if not found.words:
            self.say(_("Entrée garder, puis n suivant, N précédent · Échap effacer"))
        elif not found.found:
            self.say(_("« {words} » n'est pas dans ce texte.").format(words=visible(found.words)), STRONG)
        else:
            place = f"{found.at + 1}/{len(found.found)}"
            self.say(
                _("« {words} » : {place} · n suivant · N précédent").format(words=visible(found.words), place=place)
            )

    # --- the field

    def submitted(self, text: str) -> None:
        """Keep what was found, or write the file."""
        if self.saving is None:
            self.stop_asking()
            self._show_found()
        else:
            self.run_worker(self._save(text, self.saving[1]), group="save", exclusive=True)

    def given_up(self) -> None:
        """Nothing is sought, nothing is saved."""
        if self.saving is None:
            self._finder.seek("", 0)
        self.saving = None
        self.stop_asking()
        self.tell_keys()

    # --- the file

    def action_save(self) -> None:
        """Ask where to save the original."""
        if self.text is not None and self.content:
            self._ask_path(_("Enregistrer l'original dans :"), self.entry.media_type, self.content)

    def action_save_file(self) -> None:
        """Ask where to save a file that the document contains: the one under the cursor, else the first."""
        files = self.text.files if self.text else ()
        if not files or self.waiting:
            self.say(_("Ce document ne contient pas d'autre fichier : w enregistre l'original."))
            return
        heading = next((each.text for each in reversed(self._passages[: self._at + 1]) if each.section), "")
        chosen = next((file for file in files if file.title and visible(file.title) in heading), files[0])
        name = visible(chosen.title) or _("sans titre")
        label = _("Enregistrer la pièce jointe ({name}) dans :").format(name=cut(name, 20))
        self._ask_path(label, chosen.media_type, chosen.content)

    def _ask_path(self, label: str, media_type: str, content: bytes) -> None:
        if self.waiting:
            return
        self.saving = (label, content)
        self.listing = False
        path = proposed(self.entry, document_type(self.entry.type), media_type, content)
        self.ask(label, free_name(path))
        self.say(_("Lisible par vous seul · Entrée écrire · Échap annuler"))

    async def _save(self, path: str, content: bytes) -> None:
        try:
            saved = await asyncio.to_thread(save_new, path, content)
        except SaveError as error:
            if self.saving is not None:
                if error.problem is SaveProblem.EXISTS:
                    self.field.ask(self.saving[0], free_name(path))
                self.say(save_sentence(error.problem), ALARM)
            return
        self.saving = None
        self.stop_asking()
        size = n_("{count} octet", "{count} octets", len(content)).format(count=len(content))
        self.say(_("Enregistré : {path} ({size}).").format(path=visible(str(saved)), size=size))

    # --- the clipboard

    def action_copy(self) -> None:
        """Copy what the cursor is on; again: its section; again: the whole document."""
        if self.text is None or self.waiting or self.listing:
            return
        at = self._at
        level = (self._copied[1] + 1) % 3 if self._copied[0] == at else 0
        self._copied = (at, level)
        chosen = (self._passages[at : at + 1], self._section_at(at), self._passages)[level]
        text = "\n".join(visible(line) for each in chosen if each.text for line in each.text.splitlines())
        names = (_("passage"), _("section"), _("document"))
        size = len(text.encode())
        if size > _CLIPBOARD:
            sentence = _("Trop long à copier ({size} ko, {most} au plus) : rien n'est copié. w : un fichier.")
            self.say(sentence.format(size=size // 1000, most=_CLIPBOARD // 1000), ALARM)
            return
        self.app.copy_to_clipboard(text)
        sentence = _("Copié, si le terminal le permet : {what}, {count} car. · y : {more}")
        self.say(sentence.format(what=names[level], count=len(text), more=names[(level + 1) % 3]))

    def _section_at(self, at: int) -> Sequence[Passage]:
        """From the title above to the next one."""
        first = max((i for i in range(at + 1) if self._passages[i].section), default=0)
        after = (i for i in range(at + 1, len(self._passages)) if self._passages[i].section)
        return self._passages[first : next(after, len(self._passages))]
