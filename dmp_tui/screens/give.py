"""Puis-je donner ?: up to five medicines against the merged sheet and each other, weighed as their names are typed."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.answers import AT_ONCE, check
from dmp_tui.dmp.safety.known import Known, known_of
from dmp_tui.dmp.safety.model import Answer, Medicine
from dmp_tui.dmp.safety.proposed import LETTERS, candidates
from dmp_tui.dmp.safety.sheet_checks import sheet_checks
from dmp_tui.dmp.sheet.model import Check, Origin, Sheet
from dmp_tui.i18n import _
from dmp_tui.screens.asking import AskingScreen
from dmp_tui.screens.give_flags import EVERY, Beside, OfFlag, asked_for, beside, beside_rows, bleeding_rows, concerned
from dmp_tui.screens.give_rows import (
    OfCandidate,
    OfLimit,
    OfPair,
    OfReason,
    among_rows,
    candidate_rows,
    head_rows,
    in_order,
    limit_rows,
    reason_rows,
)
from dmp_tui.screens.messages import OpenMedicines, ReadDocument
from dmp_tui.screens.record import OpenRecord
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, PLAIN, Row, text_row, title
from dmp_tui.widgets.text import wrap

_CANDIDATES = 4
_ANY, _SLIP = "adrenaline", "adrennaline"


@dataclass(frozen=True, slots=True)
class Weighing:
    """A base, and what it makes of one sheet: of one patient, so it goes with his record."""

    base: Base
    sheet: Sheet
    known: Known
    beside: Beside
    among: tuple[Check, ...] = ()
    """What its treatments are to each other, where its server did not say so: another vendor's sheet."""


class GiveScreen(AskingScreen):
    """One field; the verdict stands above the reasons and stays in view. No card takes the screen while it is open."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "edge(1)", show=False, id="give.end"),
        Binding("home", "edge(-1)", show=False, id="give.home"),
        Binding("delete", "remove", show=False, id="give.remove"),
    ]

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.given: tuple[Medicine, ...] = ()
        """The drugs that were added."""
        self._typed = ""
        self._found: tuple[Medicine, ...] = ()
        """What the typed name may become."""
        self._answer: Answer | None = None
        self._ready: Weighing | None = None
        self._gone = False
        """The base could not be read any more."""
        super().__init__(record, today)
        self.board.whole = True

    def on_mount(self) -> None:
        """Ask for a name, and for the base."""
        self.ask(_("Médicament :"))
        self.tell_keys()
        if self._ready is None:
            self.post_message(OpenMedicines())

    def tell_keys(self) -> None:
        """Say what the keys do here."""
        self.say(_("Entrée : ajouter, ouvrir la source · Retour arr. : ôter le dernier"))

    # --- the base and the sheet

    async def show_base(self, base: Base, given: tuple[Medicine, ...] = ()) -> Weighing | None:
        """The base is open: read the sheet through it, off the event loop, and weigh what was typed meanwhile.

        ``given``: what was being checked when the screen was left. What was read is returned, for the next time; None
        where the base cannot be read.
        """
        sheet, traits = self.record.sheet, self.record.reckoned

        def read() -> Weighing:
            known = known_of(sheet, base, self.today, birth=traits.birth, sex=traits.sex)
            # What a base reads when something is first looked for is read here, and not under the first letter typed.
            if found := (*candidates(_ANY, base), *candidates(_SLIP, base)):
                check(found[:1], known, base)
            told = any(each.weighed is not None for each in sheet.checks)
            among = () if told else sheet_checks(known, base)
            return Weighing(base, sheet, known, beside(sheet, known, traits.birth, self.today), among)

        try:
            ready = await asyncio.to_thread(read)
            self.take(ready, given)
        except sqlite3.Error:
            self._tell_gone()
            ready = None
        self.lay_out()
        return ready

    def take(self, ready: Weighing, given: tuple[Medicine, ...] = ()) -> None:
        """What was read of this sheet before: nothing is shown yet."""
        if ready.sheet is not self.record.sheet:
            return  # it was read again meanwhile, and is asked for again
        self._ready = ready
        self.given = self.given or given
        self._reckon()

    def show_record(self, record: OpenRecord) -> None:
        """The same record: read again where its sheet is another."""
        super().show_record(record)
        if self._ready is not None and self._ready.sheet is not record.sheet:
            self._ready = self._answer = None
            self.post_message(OpenMedicines())
            self.lay_out()

    def _weigh(self) -> None:
        """Weigh, and show it; a base on a share that went away says so, and takes nobody's screen."""
        try:
            self._reckon()
        except sqlite3.Error:
            self._tell_gone()
        self.lay_out()

    def _tell_gone(self) -> None:
        self._ready = self._answer = None
        self._gone = True
        self.say(_("La base de médicaments ne peut plus être lue : Échap, puis g, la rouvre."), ALARM)

    def _reckon(self) -> None:
        """Find what the typed name may become, and weigh it with what was added."""
        ready = self._ready
        if ready is None:
            return
        found = candidates(self._typed, ready.base, _CANDIDATES)
        # Who asks for tetanus means no medicine that is spelt a little like it.
        self._found = tuple(one for one in found if not (one.guess and asked_for(self._typed)))
        proposed = self.proposed
        self._answer = check(proposed, ready.known, ready.base) if proposed else None

    @property
    def tried(self) -> Medicine | None:
        """The first candidate, weighed before it is added."""
        return self._found[0] if self._found and len(self.given) < AT_ONCE else None

    @property
    def proposed(self) -> tuple[Medicine, ...]:
        """What is weighed: what was added, and the first candidate of what is being typed."""
        tried = self.tried
        return self.given if tried is None else (*self.given, tried)

    # --- what is shown

    def banner_rows(self, width: int) -> list[Row]:
        """Who, how, the allergies; then the base, the drugs and the verdict, which stay in view."""
        rows = super().banner_rows(width)
        if self._ready is None:
            return [*rows, (title(_("PUIS-JE DONNER ?"), width),)]
        rows += bleeding_rows(self._ready.beside, width)
        return rows + head_rows(self._answer, self.tried, self._ready.base, width, self.today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Candidates, reasons, what is not known; with nothing typed, what an emergency asks beside."""
        ready = self._ready
        if ready is None:
            return [] if self._gone else [text_row(_("La base de médicaments s'ouvre."), width)]
        rows: list[Row] = []
        asked = asked_for(self._typed)
        if self._found or (len(self._typed.strip()) >= LETTERS and not asked):
            rows += candidate_rows(self._found, self._typed, width)
        rows += beside_rows(ready.beside, asked, width)
        if self._answer is not None:
            more = concerned(self._answer.proposed) - asked
            rows += reason_rows(self._answer, width)
            return rows + beside_rows(ready.beside, more, width) + limit_rows(self._answer, width, self.today)
        if asked or self._typed.strip():
            return rows
        words = _("Tapez un médicament ou une marque (trois lettres suffisent) ; ou : plaie, saignement, glycémie.")
        rows = [text_row(part, width) for part in wrap(words, width)]
        return rows + among_rows(ready.among, width, self.today) + beside_rows(ready.beside, EVERY, width)

    # --- what is typed

    def typed(self, text: str) -> None:
        """Weigh as one types."""
        self._typed = text
        self._weigh()
        self.board.action_edge(-1)

    def submitted(self, _text: str) -> None:
        """What the cursor is on: a candidate is added, a reason's document is opened."""
        self.board.action_open()

    def rubbed_empty(self) -> None:
        """Backspace in the empty field takes the last drug away."""
        self.action_remove()

    def action_remove(self) -> None:
        """Take the last drug away."""
        if self.given:
            self.given = self.given[:-1]
            self._weigh()

    def action_edge(self, direction: int) -> None:
        """To the first row, or to what is not known, without leaving the field."""
        self.board.action_edge(direction)

    def given_up(self) -> None:
        """Escape clears what is typed first; then it leaves."""
        if self.field.value:
            self.field.value = ""
            return
        self.asking = False
        self.action_go("back")

    # --- what is opened

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Add the candidate, or open the document that says it."""
        message.stop()
        answer = self._answer
        match message.key:
            case OfCandidate(index):
                self._add(self._found[index])
            case OfReason(index) if answer is not None:
                self._open(answer.reasons[index].origins, _("Cette raison ne vient d'aucun document du dossier."))
            case OfLimit(index) if answer is not None:
                self._open(in_order(answer.limits)[index].origins, _("Aucun document du dossier ne le dit."))
            case OfFlag(_, document) | OfPair(_, document):
                self._read(document, _("Aucun document du dossier ne le dit."))

    def _add(self, medicine: Medicine) -> None:
        if len(self.given) >= AT_ONCE:
            self.say(_("Cinq médicaments à la fois : ôtez-en un (Retour arrière)."), ALARM)
            return
        if medicine not in self.given:
            self.given = (*self.given, medicine)
        self.tell_keys()
        self.field.value = ""

    def _open(self, origins: Sequence[Origin], nothing: str) -> None:
        self._read(next((origin.document for origin in origins if origin.document), ""), nothing)

    def _read(self, document: str, nothing: str) -> None:
        if document:
            self.post_message(ReadDocument(document))
        else:
            self.say(nothing, PLAIN)
