"""The list of a record's documents: what is new, the last two years, or everything; by type, and by what is typed."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.consultation import (
    BATCH,
    Links,
    View,
    distinct,
    first_view,
    is_by_others,
    is_recent,
    links_of,
    matcher,
    nested,
)
from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.sheet.dates import moment
from dmp_tui.dmp.sheet.news import is_new
from dmp_tui.i18n import _, n_
from dmp_tui.screens.asking import AskingScreen
from dmp_tui.screens.document_rows import document_rows, found_by, groups
from dmp_tui.screens.messages import ChangeDocumentState, ListDocuments, ReadDocument
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.words import clock_time
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import two_ends, visible, wrap

_MORE = ("more",)
"""Key of the row that stands for the changes not shown yet."""


class DocumentsScreen(AskingScreen):
    """Newest first; Enter reads one. What is left out is always said, and one key brings it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", show=False, id="documents.all"),
        Binding("n", "new", show=False, id="documents.new"),
        Binding("m", "more", show=False, id="documents.more"),
        Binding("l", "types", show=False, id="documents.types"),
        Binding("e", "state", show=False, id="documents.state"),
        Binding("ctrl+f", "search", show=False, id="documents.search"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.view: View | None = None
        """None until there are documents to choose it by."""
        self.group = ""
        """A row of the list of types; empty for all of them."""
        self.words = ""
        """What was typed."""
        self.choosing = False
        """The list of types is in view."""
        self.room = BATCH
        """How many changes are shown at most."""
        self.shown: tuple[DocumentEntry, ...] = ()
        """In their order on the screen."""
        self._chosen: list[DocumentEntry] = []
        """What passes the filter as it is laid out: the banner counts it, the body shows it."""
        self._listed: tuple[DocumentEntry, ...] | None = None
        self._all: tuple[DocumentEntry, ...] = ()
        self._links: Mapping[str, Links] = {}
        self._found_by: dict[str, str] = {}
        """Words by which documents are found, once something was typed."""
        self._rows: dict[tuple[str, int, int], list[Row]] = {}
        super().__init__(record, today)

    def on_mount(self) -> None:
        """Ask for the list."""
        self.tell_keys()
        self.post_message(ListDocuments())

    def tell_keys(self) -> None:
        """Say what the keys do here, as things stand."""
        if self.choosing:
            self.say(_("Entrée : choisir · Échap : retour"))
            return
        keys = _("f {what} · n nouveaux · l types · ^F mots · e état · Entrée")
        self.say(keys.format(what=self._what_f_does()))

    def _what_f_does(self) -> str:
        return _("2 ans") if self._is_whole() else _("tout montrer")

    def _is_whole(self) -> bool:
        return self.view is View.ALL and not self.group and not self.words

    # --- what is shown

    def take(self) -> None:
        """Look at the record's documents once, when they have come or changed."""
        documents = self.record.documents
        if documents is None or documents is self._listed:
            return
        self._listed, self._all = documents, distinct(documents)
        self._links = links_of(self._all)
        self._found_by.clear()
        self._rows.clear()
        if self.view is None:
            self.view = first_view(self._all, self.record.last_access)

    def in_view(self) -> list[DocumentEntry]:
        """The documents that the view lets through, before type and words."""
        last = self.record.last_access
        if self.view is View.NEW:
            new = [entry for entry in self._all if is_new(entry, last)]
            return sorted(new, key=lambda entry: moment(entry.submitted), reverse=True)
        if self.view is View.RECENT:
            return [entry for entry in self._all if is_recent(entry, self.today)]
        return list(self._all)

    def chosen(self) -> list[DocumentEntry]:
        """The documents that view, type and words let through."""
        held = [entry for entry in self.in_view() if not self.group or self.group in groups(entry)]
        if not self.words:
            return held
        fits = matcher(self.words)
        return [entry for entry in held if fits(entry, self._words_of(entry))]

    def _words_of(self, entry: DocumentEntry) -> str:
        if entry.id not in self._found_by:
            self._found_by[entry.id] = found_by(entry, self._links)
        return self._found_by[entry.id]

    def banner_rows(self, width: int) -> list[Row]:
        """Under the allergies: which documents these are, how many of how many, and the key that shows the others."""
        self.take()
        rows = super().banner_rows(width)
        if self.record.documents is None:
            return rows
        self._chosen = self.chosen()
        return rows + [text_row(line, width, STRONG) for line in wrap(self._filter_words(), width)]

    def _filter_words(self) -> str:
        last = self.record.last_access
        names = {
            View.RECENT: _("2 ans, actuels"),
            View.ALL: _("Tous les documents"),
            View.NEW: _("Depuis mon dernier accès"),
        }
        name = names[self.view or View.ALL]
        if self.view is View.NEW and last is not None:
            name = _("Depuis mon accès du {date} à {time}").format(
                date=last.astimezone().strftime("%d/%m/%Y"), time=clock_time(last)
            )
        parts = [name]
        if self.group:
            parts.append(self.group)
        if self.words:
            parts.append(f"« {visible(self.words)} »")
        count, total = len(self._chosen), len(self._all)
        others = sum(is_by_others(entry, self.record.professional_id) for entry in self._all)
        words = _("{filter} : {count} sur {total}").format(filter=", ".join(parts), count=count, total=total)
        if others:
            told = n_("{count} document d'un autre auteur", "{count} documents d'autres auteurs", others)
            words += f" ({told.format(count=others)})"
        return words + " · " + _("f : {what}").format(what=self._what_f_does())

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The documents, or the list of types."""
        if self.record.documents is None:
            return [text_row(_("Liste des documents demandée au serveur."), width)]
        if self.choosing:
            return self._type_rows(width)
        rows = self._list_rows(width)
        return rows or [text_row(line, width) for line in wrap(self._nothing(), width)]

    def _nothing(self) -> str:
        if not self._all:
            return _("Aucun document que vous puissiez lire dans ce dossier.")
        if self.view is View.NEW and self.record.last_access is None:
            return _("Aucun accès antérieur de votre part à ce dossier : rien à comparer. f : tout montrer.")
        if self.view is View.NEW and not self.group and not self.words:
            return _("Aucun document déposé depuis votre dernier accès. f : tout montrer.")
        return _("Aucun document ne passe ce filtre. f : tout montrer.")

    def _list_rows(self, width: int) -> list[Row]:
        chosen = self._chosen
        left = 0
        if self.view is View.NEW:
            left = max(len(chosen) - self.room, 0)
            chosen = chosen[: self.room]
        placed = list(nested(chosen, self._links))
        self.shown = tuple(entry for entry, _depth in placed)
        rows: list[Row] = []
        for entry, depth in placed:
            rows += self._rows_of(entry, depth, width)
        if left:
            more = n_("{count} autre, plus ancien", "{count} autres, plus anciens", left).format(count=left)
            rows.append(text_row(_("{more} · m : 20 suivants").format(more=more), width, STRONG, _MORE))
        return rows

    def _rows_of(self, entry: DocumentEntry, depth: int, width: int) -> list[Row]:
        """Laid out once: a filter that is typed lays out nothing again."""
        key = (entry.id, depth, width)
        if key not in self._rows:
            new = is_new(entry, self.record.last_access)
            self._rows[key] = document_rows(entry, self._links.get(entry.id, Links()), width, new=new, depth=depth)
        return self._rows[key]

    def _type_rows(self, width: int) -> list[Row]:
        everything = Counter(group for entry in self._all for group in groups(entry))
        here = Counter(group for entry in self.in_view() for group in groups(entry))
        rows: list[Row] = [(title(_("TYPES"), width, right=_("dans cette vue / en tout")),)]
        counts = f"{len(self.in_view())} / {len(self._all)}"
        rows.append(text_row(two_ends(_("tous les types"), counts, width), width, PLAIN, ""))
        for group, total in sorted(everything.items(), key=lambda pair: (-pair[1], pair[0])):
            rows.append(text_row(two_ends(group, f"{here[group]} / {total}", width), width, PLAIN, group))
        return rows

    # --- keys

    def change(self) -> None:
        """Show what the keys have chosen."""
        self.lay_out()
        self.tell_keys()

    def action_filter(self) -> None:
        """Show everything; from there back to the automatic view."""
        self.view = View.RECENT if self._is_whole() else View.ALL
        self.group = self.words = ""
        self.choosing = False
        if self.asking:
            self.stop_asking()
        self.change()

    def action_new(self) -> None:
        """What was deposited since the last access; from there back to the automatic view."""
        self.view = View.RECENT if self.view is View.NEW else View.NEW
        self.room = BATCH
        self.choosing = False
        self.change()

    def action_more(self) -> None:
        """The next changes."""
        if self.view is View.NEW and not self.choosing:
            self.room += BATCH
            self.change()

    def action_types(self) -> None:
        """The list of types, or back from it."""
        self.choosing = not self.choosing and bool(self._all)
        self.change()

    def action_state(self) -> None:
        """What can be done with the document under the cursor."""
        if not self.choosing and isinstance(key := self.board.selected, str):
            self.post_message(ChangeDocumentState(key))

    def action_search(self) -> None:
        """Type what to look for."""
        self.choosing = False
        self.ask(_("Filtrer :"), self.words)
        self.say(_("type, auteur, mot, 2024, 11/2024 · Entrée lire · Tab garder"))

    def typed(self, text: str) -> None:
        """Filter as one types."""
        self.words = text.strip()
        self.lay_out()

    def submitted(self, _text: str) -> None:
        """Read what the cursor is on."""
        self.board.action_open()

    def given_up(self) -> None:
        """Escape: nothing is filtered by words any more."""
        self.words = ""
        self.stop_asking()
        self.tell_keys()

    def action_leave_field(self) -> None:
        """The filter stays; the list has the keyboard."""
        if self.asking:
            self.stop_asking()
            self.tell_keys()

    def action_go(self, where: str) -> None:
        """Escape leaves the list of types first."""
        if where == "back" and self.choosing:
            self.action_types()
        else:
            super().action_go(where)

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Read the document, choose the type, or show more."""
        message.stop()
        if message.key == _MORE:
            self.action_more()
        elif self.choosing:
            self.group, self.choosing = str(message.key), False
            if self.group and not self.chosen():
                self.view = View.ALL
            self.change()
        else:
            self.post_message(ReadDocument(str(message.key)))
