"""Déjà fait ?: an examination or a vaccine is typed; when, where and with what result it was done, newest first."""

from dataclasses import dataclass
from datetime import date

from textual import on

from dmp_tui.dmp.consultation import distinct
from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.exams import Answer, Found, Proof, Searchable, Told, answer, searchable, unread
from dmp_tui.i18n import _, n_
from dmp_tui.screens.asking import AskingScreen
from dmp_tui.screens.biology import figure, unit_words
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.messages import ListDocuments, ReadDocument
from dmp_tui.screens.record import OpenRecord
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap

_DATE = 11


@dataclass(frozen=True, slots=True)
class _OfFound:
    """What Enter opens: the line of the sheet, or the document; ``place`` tells rows apart."""

    place: int
    line: OfLine | None
    document: str


class ExamsScreen(AskingScreen):
    """One field, and what the record tells of what is typed in it. It says what was not searched, never "not done"."""

    def __init__(self, record: OpenRecord, today: date) -> None:
        self.words = ""
        self._held: tuple[Searchable, ...] = ()
        self._taken: OpenRecord | None = None
        super().__init__(record, today)

    def on_mount(self) -> None:
        """Ask for an examination, and for the list of documents."""
        self.ask(_("Examen, vaccin :"))
        self.say(_("Entrée : la source · flèches : choisir · Échap : retour"))
        self.post_message(ListDocuments())

    def take(self) -> None:
        """Gather what may be found, once for each state of the record."""
        if self._taken is not self.record:
            self._taken = self.record
            self._held = searchable(self.record.sheet, self.record.documents or ())

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What was found; what was searched."""
        self.take()
        rows: list[Row] = [(title(_("DÉJÀ FAIT ?"), width),)]
        if not self.words:
            example = _("Tapez un examen : scanner cérébral, INR, écho coeur, coloscopie, vaccin tétanos…")
            return rows + _wrapped(example, width) + _wrapped(self._searched(), width)
        told = answer(self.words, self._held)
        rows += _slip_rows(told, width)
        for place, found in enumerate(told.found):
            rows += found_rows(found, place, width)
        if not told.found:
            return rows + _wrapped(self._nothing(), width, strong=True)
        return [*rows, (title(_("ce qui a été cherché"), width),), *_wrapped(self._searched(), width)]

    def _nothing(self) -> str:
        sentence = _("Rien trouvé pour « {words} » {where} : cela ne dit pas que ce n'a pas été fait.")
        return sentence.format(words=visible(self.words), where=self._where())

    def _where(self) -> str:
        if self.record.documents is None:
            return _("sur la fiche (la liste des documents n'est pas encore là)")
        count, missed = len(distinct(self.record.documents)), unread(self.record.documents)
        sentence = n_(
            "dans le document que vous pouvez lire ({count} document{but})",
            "dans les documents que vous pouvez lire ({count} documents{but})",
            count,
        )
        but = n_(", dont {missed} non lu", ", dont {missed} non lus", missed).format(missed=missed) if missed else ""
        return sentence.format(count=count, but=but)

    def _searched(self) -> str:
        sentence = _("Cherché {where}.")
        if self.record.documents is None or unread(self.record.documents):
            sentence = _("Cherché {where} ; de ceux qui ne sont que du texte ou un fichier, le titre seul est cherché.")
        return sentence.format(where=self._where())

    def typed(self, text: str) -> None:
        """Search as one types."""
        self.words = text.strip()
        self.board.show(self.body_rows(self.app.size.width, self.board.size.height))

    def submitted(self, _text: str) -> None:
        """Open what the cursor is on."""
        self.board.action_open()

    def given_up(self) -> None:
        """Escape leaves: the field is the screen."""
        self.asking = False
        self.action_go("back")

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """The sources of the line, or the document."""
        message.stop()
        if not isinstance(message.key, _OfFound):
            return
        if message.key.line is not None:
            self.open_line(message.key.line)
        else:
            self.post_message(ReadDocument(message.key.document))


def found_rows(found: Found, place: int, width: int) -> list[Row]:
    """``27/10/2026 Potassium : 5,6 mmol/L``, then who, where and what it is worth."""
    told = found.told
    when = day(told.when)[:10] or _("date ?")
    result = result_words(told)
    what = f"{visible(told.what)} : {result}" if result else visible(told.what)
    sign = "? " if found.guess else ""
    line = OfLine(told.line.kind, told.line.key) if told.line is not None else None
    indent = " " * _DATE
    first, *more = wrap(f"{when:<{_DATE}}{sign}{what}", width, indent)
    worth = [proof_words(told.proof)]
    if told.of_document:
        worth.append(_("date du document"))
    if found.guess:
        worth.append(_("supposé : à vérifier"))
    where = ", ".join(part for part in (visible(told.author), visible(told.organisation)) if part) or "?"
    rows: list[Row] = [text_row(first, width, STRONG, _OfFound(place, line, told.document))]
    rows += [text_row(text, width, STRONG) for text in more]
    about = f"{indent}{where} · {', '.join(worth)}"
    return rows + [text_row(text, width) for text in wrap(about, width, indent)]


def result_words(told: Told) -> str:
    """The value or the words of the result, as the source gives them."""
    if told.line is None or told.source is None:
        return ""
    if told.line.kind not in {Kind.RESULT, Kind.VITAL}:
        return visible(told.result)
    value, _blank, unit = told.result.partition(" ")
    words = f"{figure(value)} {unit_words(unit)}" if value[:1].isdigit() or value[:1] in "<>-" else visible(told.result)
    signs = f" ({told.source.interpretation})" if told.source.interpretation not in {"", "N"} else ""
    return words.strip() + visible(signs)


def proof_words(proof: Proof) -> str:
    """What tells of it, and what that is worth."""
    return {
        Proof.RESULT: _("résultat"),
        Proof.PROCEDURE: _("acte"),
        Proof.VACCINATION: _("vaccin fait"),
        Proof.DOCUMENT: _("document : le résultat est à y lire"),
        Proof.PRESCRIBED: _("PRESCRIT : n'est pas fait pour autant"),
        Proof.PLANNED: _("PRÉVU : n'est pas fait pour autant"),
        Proof.REIMBURSED: _("REMBOURSÉ : n'est pas fait ici pour autant"),
        Proof.NEGATED: _("PAS FAIT, dit ce document"),
    }[proof]


def _slip_rows(told: Answer, width: int) -> list[Row]:
    rows: list[Row] = []
    for typed, name in told.taken_for:
        rows += _wrapped(_("? « {typed} » lu comme « {name} » : à vérifier").format(typed=typed, name=name), width)
    return rows


def _wrapped(sentence: str, width: int, *, strong: bool = False) -> list[Row]:
    return [text_row(line, width, STRONG if strong else PLAIN) for line in wrap(sentence, width)]
