"""The register of emergency accesses: who opened a record in an emergency, when and why. No patient, no content."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from dmp_tui.client.register import RegisterFilter
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Emergency, Verdict
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.register_words import (
    filter_words,
    mode_word,
    reason_word,
    register_csv,
    short_when,
    verdict_word,
    who,
)
from dmp_tui.screens.saving import SaveError, free_name, save_new
from dmp_tui.screens.sentences import save_sentence
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, BAR, PLAIN, STRONG, Cell, Row, text_row
from dmp_tui.widgets.text import two_ends, visible, wrap


@dataclass
class ReadRegister(Message):
    """Get the register under a filter."""

    chosen: RegisterFilter


@dataclass
class OpenAccess(Message):
    """Show one access whole."""

    access: Emergency


@dataclass
class AskPeriod(Message):
    """Ask for the first and the last day."""

    chosen: RegisterFilter


_VERDICTS = (None, Verdict.TO_REVIEW, Verdict.NOT_JUSTIFIED, Verdict.JUSTIFIED)
_MODES = (None, Mode.BREAK_GLASS, Mode.CENTRE_15)
_STYLES = {Verdict.TO_REVIEW: STRONG, Verdict.JUSTIFIED: PLAIN, Verdict.NOT_JUSTIFIED: ALARM}


class RegisterScreen(PageScreen):
    """The home of a privacy officer: accesses to review first, then the newest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_verdict", show=False, id="register.verdict"),
        Binding("m", "next_mode", show=False, id="register.mode"),
        Binding("p", "person", show=False, id="register.person"),
        Binding("d", "period", show=False, id="register.period"),
        Binding("x", "everything", show=False, id="register.everything"),
        Binding("r", "read", show=False, id="register.read"),
        Binding("e", "save", show=False, id="register.save"),
        Binding("question_mark,f1", "go('help')", show=False, id="go.help"),
    ]

    def __init__(self, officer: str, facility: str, today: date) -> None:
        self.officer = officer
        self.facility = facility
        self.today = today
        self.chosen = RegisterFilter()
        self.person = ""
        """Name of the person of the filter."""
        self.accesses: tuple[Emergency, ...] | None = None
        """None until they were read."""
        self.counts: Mapping[Verdict, int] = {}
        self.cut = False
        """There are more than were read."""
        self.asking = False
        self.field = Field("")
        self.field.display = False
        super().__init__()

    def keys(self) -> str:
        """What can be done."""
        return " " + _("Entrée Examiner  v Avis  m Mode  p Personne  d Dates  x Tout  e Exporter  ? Aide")

    def form(self) -> Sequence[Widget]:
        """The path of a file, while it is asked for."""
        return (self.field,) if self.asking else ()

    def compose(self) -> ComposeResult:
        """The path's field stands below the rows."""
        self.lay_out()
        yield self.banner
        yield self.board
        yield self.field
        yield self.foot
        yield self.notice

    def banner_rows(self, width: int) -> list[Row]:
        """Who reads, what is shown, how much there is of each verdict."""
        counted = " · ".join(
            f"{verdict_word(verdict).lower()} {self.counts.get(verdict, 0)}" for verdict in Verdict if self.counts
        )
        shown = _("Affichés : {filter}").format(filter=filter_words(self.chosen, self.person))
        return [
            (
                Cell(
                    0,
                    width,
                    two_ends(
                        _("REGISTRE DES ACCÈS D'URGENCE"),
                        visible(", ".join(part for part in (self.officer, self.facility) if part)),
                        width,
                    ),
                    BAR,
                ),
            ),
            *(text_row(line, width) for line in wrap(shown, width)),
            *(text_row(line, width) for line in wrap(counted, width) if counted),
        ]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """One access a row."""
        if self.accesses is None:
            return [text_row(_("Lecture du registre."), width)]
        if not self.accesses:
            return [text_row(_("Aucun accès d'urgence sous ce filtre."), width)]
        rows = [_head(width), *(_row(access, width) for access in self.accesses)]
        if self.cut:
            told = _("Il y en a davantage : choisissez une période (d), une personne (p) ou un avis (v).")
            rows += [text_row(line, width, STRONG) for line in wrap(told, width)]
        return rows

    def on_mount(self) -> None:
        """Read it."""
        self.post_message(ReadRegister(self.chosen))

    def show(self, accesses: tuple[Emergency, ...], counts: Mapping[Verdict, int], *, cut: bool) -> None:
        """What was read."""
        self.accesses, self.counts, self.cut = accesses, counts, cut
        self.lay_out()

    def replace_access(self, access: Emergency) -> None:
        """An access was reviewed: its row says so, and stays where it is."""
        before = next((a for a in self.accesses or () if a.seq == access.seq), None)
        if before is None or self.accesses is None:
            return
        self.accesses = tuple(access if a.seq == access.seq else a for a in self.accesses)
        if before.verdict is not access.verdict:
            counts = dict(self.counts)
            counts[before.verdict] = max(counts.get(before.verdict, 0) - 1, 0)
            counts[access.verdict] = counts.get(access.verdict, 0) + 1
            self.counts = counts
        self.lay_out()

    def selected(self) -> Emergency | None:
        """The access under the cursor."""
        key = self.board.selected
        return next((a for a in self.accesses or () if a.seq == key), None)

    @on(Board.Opened)
    def open_access(self, message: Board.Opened) -> None:
        """Enter."""
        message.stop()
        if (access := self.selected()) is not None:
            self.post_message(OpenAccess(access))

    # --- filters

    def choose(self, chosen: RegisterFilter, name: str = "") -> None:
        """Read under another filter."""
        self.chosen, self.person = chosen, name
        self.accesses, self.counts = None, {}
        self.lay_out()
        self.post_message(ReadRegister(chosen))

    def action_next_verdict(self) -> None:
        """All, to review, not justified, justified."""
        at = _VERDICTS.index(self.chosen.verdict)
        self.choose(replace(self.chosen, verdict=_VERDICTS[(at + 1) % len(_VERDICTS)]), self.person)

    def action_next_mode(self) -> None:
        """Both, bris de glace, centre 15."""
        at = _MODES.index(self.chosen.mode)
        self.choose(replace(self.chosen, mode=_MODES[(at + 1) % len(_MODES)]), self.person)

    def action_person(self) -> None:
        """Only whom the cursor is on; everybody again."""
        access = self.selected()
        if self.chosen.actor:
            self.choose(replace(self.chosen, actor=None))
        elif access is not None:
            self.choose(replace(self.chosen, actor=access.actor), access.actor_name)

    def action_period(self) -> None:
        """Ask for two days."""
        self.post_message(AskPeriod(self.chosen))

    def action_everything(self) -> None:
        """No filter."""
        self.choose(RegisterFilter())

    def action_read(self) -> None:
        """Read again."""
        self.choose(self.chosen, self.person)

    # --- the file for a report

    def action_save(self) -> None:
        """Ask for a path."""
        if not self.accesses:
            self.say(_("Rien à exporter sous ce filtre."), ALARM)
            return
        self.asking = True
        self.field.ask(_("Exporter sous :"), free_name(f"~/acces-urgence-{self.today.isoformat()}.csv"))
        self.field.display = True
        self.lay_out()
        self.field.focus()

    @on(Field.Submitted)
    async def write(self, message: Field.Submitted) -> None:
        """The path was typed: a new file, readable by its owner alone."""
        message.stop()
        try:
            target = await asyncio.to_thread(save_new, message.value, register_csv(self.accesses or ()))
        except SaveError as error:
            self.say(save_sentence(error.problem), ALARM)
            self.field.value = free_name(message.value)
            return
        self._stop_asking()
        told = _("Accès exportés : {count}, {path}").format(count=len(self.accesses or ()), path=visible(str(target)))
        self.say(told + " " + _("Il y en a davantage.") if self.cut else told)

    def _stop_asking(self) -> None:
        self.asking = False
        self.field.display = False
        self.board.focus()
        self.lay_out()

    def action_go(self, where: str) -> None:
        """Escape closes the field."""
        if where == "back" and self.asking:
            self._stop_asking()
        else:
            super().action_go(where)


_STATE, _WHEN, _MODE, _RECORD = 13, 15, 5, 15


def _columns(width: int) -> tuple[int, int]:
    """``(width of who, width of why)``: what is left is shared."""
    left = width - _STATE - _WHEN - _MODE - _RECORD
    why = min(max(left * 2 // 5, 8), 12)
    return left - why, why


def _head(width: int) -> Row:
    name, _why = _columns(width)
    words = (_("AVIS"), _("QUAND"), _("MODE"), _("QUI"), _("MOTIF"), _("DOSSIER"))
    return _laid(words, name, width)


def _row(access: Emergency, width: int) -> Row:
    name, _why = _columns(width)
    words = (
        *(verdict_word(access.verdict), short_when(access), mode_word(access.mode), who(access)),
        *(reason_word(access.reason_code), access.record or "-"),
    )
    first, *rest = _laid(words, name, width)
    return (replace(first, style=_STYLES[access.verdict], key=access.seq), *rest)


def _laid(words: tuple[str, ...], name: int, width: int) -> Row:
    xs = (0, _STATE, _STATE + _WHEN, _STATE + _WHEN + _MODE, _STATE + _WHEN + _MODE + name, width - _RECORD + 1)
    ends = (*xs[1:], width + 1)
    return tuple(Cell(x, end - x - 1, text) for x, end, text in zip(xs, ends, words, strict=True))
