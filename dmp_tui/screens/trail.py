"""Who did what to this record, when, in which mode, why: the newest first, as far as the reader may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.fhir.audit import TrailEntry
from dmp_tui.dmp.professions import Mode
from dmp_tui.i18n import _, n_
from dmp_tui.screens.messages import ListDocuments, ReadTrail
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.trail_words import act_words, mode_word, reason_words, role_words, rule_words
from dmp_tui.screens.words import day_and_time, named
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell, Row, text_row
from dmp_tui.widgets.text import visible, wrap

if TYPE_CHECKING:
    from dmp_tui.client.answers import TrailPage

_WHEN = 17
_MORE = ("more",)
"""Key of the row that stands for what is older."""


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What of the trail is asked for."""

    emergency: bool = False
    """Emergency accesses alone."""
    actor: str = ""
    """National id of the one whose acts are asked for; empty: everybody's."""


class TrailScreen(RecordScreen):
    """A page at a time; what is left out by a filter, or not to be seen, is said above."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "emergency", show=False, id="trail.emergency"),
        Binding("q", "actor", show=False, id="trail.actor"),
        Binding("m", "more", show=False, id="trail.more"),
        Binding("f", "everything", show=False, id="trail.all"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.filter = TrailFilter()
        self.entries: tuple[TrailEntry, ...] | None = None
        """None until the first page came."""
        self.next = ""
        """Asks for what is older; empty where nothing is."""
        self.asking = False
        self._names: dict[str, str] = {}
        self._laid: dict[tuple[str, int, bool], list[Row]] = {}
        super().__init__(record, today)

    def on_mount(self) -> None:
        """Ask for the newest, and for the documents' names."""
        self.say(_("u urgences · q cette personne · f tout · m anciens · Échap"))
        self.post_message(ListDocuments())
        self._ask()

    def _ask(self, page: str = "") -> None:
        self.asking = True
        self.post_message(ReadTrail(self.filter, page))

    # --- what is shown

    def show_page(self, asked: TrailFilter, page: "TrailPage", *, first: bool) -> None:
        """A page came; one that was asked for by another filter is of no use."""
        if asked != self.filter:
            return
        self.asking = False
        self.entries = page.entries if first else (self.entries or ()) + page.entries
        self.next = page.next
        self._names |= {entry.actor: entry.actor_name for entry in page.entries if entry.actor}
        self.lay_out()

    def failed(self) -> None:
        """It was not answered; the sentence is told by the app."""
        self.asking = False

    def show_record(self, record: OpenRecord) -> None:
        """The documents' names may have come."""
        self._laid.clear()
        super().show_record(record)

    def banner_rows(self, width: int) -> list[Row]:
        """Under the allergies: whose acts these are, and which are left out."""
        rows = super().banner_rows(width)
        return rows + [text_row(line, width, STRONG) for line in wrap(self._filter_words(), width)]

    def _filter_words(self) -> str:
        seen = (
            _("Tous les accès à ce dossier (vous êtes son médecin traitant)")
            if self.record.treating
            else _("Vos propres actions seulement : le patient et son médecin traitant voient tout")
        )
        parts = [seen]
        if self.filter.emergency:
            parts.append(_("urgences seulement"))
        if self.filter.actor:
            name = self._names.get(self.filter.actor, "") or self.filter.actor
            parts.append(_("{name} seulement").format(name=visible(name)))
        if self.filter != TrailFilter():
            parts.append(_("f : tout"))
        return " · ".join(parts)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """One act a row; what is unusual about it on the rows below."""
        if self.entries is None:
            return [text_row(_("Traces demandées au serveur."), width)]
        if not self.entries:
            return [text_row(_("Aucune trace ne passe ce filtre. f : tout."), width)]
        documents = {entry.id: entry for entry in self.record.documents or ()}
        rows: list[Row] = []
        above = ("", "")
        for entry in self.entries:
            # One emergency access, one reason: it is told with its newest act, and not with each.
            access = (entry.actor, entry.reason)
            rows += self._entry_rows(entry, documents, width, reason=access != above)
            above = access
        if self.next:
            rows.append(text_row(_("m : plus anciens"), width, STRONG, _MORE))
        else:
            count = len(self.entries)
            rows.append(
                text_row(n_("{count} trace en tout", "{count} traces en tout", count).format(count=count), width)
            )
        return rows

    def _entry_rows(
        self, entry: TrailEntry, documents: Mapping[str, DocumentEntry], width: int, *, reason: bool
    ) -> list[Row]:
        """``01/12/2026 14:02 Dr SIMON Claire, médecin : a lu la fiche``, the mode, a refusal, then the reason."""
        key = (entry.id, width, reason)
        if key not in self._laid:
            self._laid[key] = self._lay(entry, documents, width, reason=reason)
        return self._laid[key]

    def _lay(self, entry: TrailEntry, documents: Mapping[str, DocumentEntry], width: int, *, reason: bool) -> list[Row]:
        when = day_and_time(entry.at) if entry.at else "?"
        who = visible(entry.actor_name) or entry.actor or "?"
        role = role_words(entry.role)
        on_behalf = visible(entry.on_behalf_of)
        who = ", ".join(part for part in (who, role, on_behalf) if part)
        urgent = entry.mode is not Mode.NORMAL
        style = ALARM if urgent or not entry.allowed else PLAIN
        act = act_words(entry, documents)
        if not entry.allowed:
            act = _("REFUSÉ, sans effet : {act} ({rule})").format(act=act, rule=rule_words(entry.rule))
        text = named(who, act)
        if urgent:
            text += f" · {mode_word(entry.mode)}"
        first, *more = wrap(text, width - _WHEN)
        rows: list[Row] = [(Cell(0, _WHEN - 1, when, style, entry.id), Cell(_WHEN, width - _WHEN, first, style))]
        below = list(more)
        if urgent and reason and (words := reason_words(entry)):
            below += wrap(words, width - _WHEN)
        return rows + [(Cell(_WHEN, width - _WHEN, line, style),) for line in below]

    # --- keys

    def _change(self, wanted: TrailFilter) -> None:
        self.filter = wanted
        self.entries, self.next = None, ""
        self.lay_out()
        self._ask()

    def action_emergency(self) -> None:
        """Emergency accesses alone, or all modes again."""
        self._change(TrailFilter(not self.filter.emergency, self.filter.actor))

    def action_actor(self) -> None:
        """The acts of the person under the cursor alone, or everybody's again."""
        if self.filter.actor:
            self._change(TrailFilter(self.filter.emergency))
            return
        at = next((entry for entry in self.entries or () if entry.id == self.board.selected), None)
        if at is not None and at.actor:
            self._change(TrailFilter(self.filter.emergency, at.actor))

    def action_everything(self) -> None:
        """No filter."""
        if self.filter != TrailFilter():
            self._change(TrailFilter())

    def action_more(self) -> None:
        """What is older."""
        if self.next and not self.asking:
            self._ask(self.next)
