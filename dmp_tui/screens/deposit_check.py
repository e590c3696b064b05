"""Before a document is sent: into whose record, what it is, and everything that does not fit. Only here is it sent."""

from datetime import date
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType

from dmp_tui.dmp import codes
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.files import USUAL_TYPES, Draft, is_dated_ahead, is_free, with_level, with_type
from dmp_tui.dmp.identity import NO_TRAITS, Ins
from dmp_tui.dmp.minors import age_of, is_minor
from dmp_tui.dmp.subjects import DOUBTS, warnings_of, written_numbers
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.coded import document_type
from dmp_tui.screens.dates import day
from dmp_tui.screens.deposit import kind_name, size_words
from dmp_tui.screens.document_text import pdf_words
from dmp_tui.screens.messages import DepositDraft
from dmp_tui.screens.pdf import PdfProblem, PdfText
from dmp_tui.screens.record import OpenRecord, banner_rows
from dmp_tui.screens.words import document_warning, traits_line
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


class DepositCheckScreen(PageScreen):
    """Enter sends. Where the document names somebody else, Enter does nothing and ``o`` sends, after both were read."""

    HOLDS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send(False)", show=False, id="deposit.send"),
        Binding("o", "send(True)", show=False, id="deposit.send-anyway"),
        Binding("m", "level('MASQUE_PS')", show=False, id="deposit.mask"),
        Binding("i", "level('INVISIBLE_PATIENT')", show=False, id="deposit.hide"),
        Binding("r", "level('INVISIBLE_REPRESENTANTS_LEGAUX')", show=False, id="deposit.hide-representatives"),
        *(
            Binding(str(n), f"type({n - 1})", show=False, id=f"deposit.type-{n}")
            for n in range(1, len(USUAL_TYPES) + 1)
        ),
    ]

    def __init__(self, record: OpenRecord, today: date, draft: Draft, name: str, pdf: PdfText | None = None) -> None:
        self.record = record
        self.today = today
        self.draft = draft
        self.name_shown = name
        self.pdf = pdf
        """The text of a PDF, which tells whose it is where it writes a number."""
        self.sending = False
        super().__init__()
        self.board.can_focus = False

    @property
    def differs(self) -> tuple[str, ...]:
        """What differs between whom the document names and whom the record before us is about."""
        if self.draft.subject is None:
            return ()
        return warnings_of(self.draft.subject, self.record.identity.ins, self.record.identity.traits)

    @property
    def doubtful(self) -> bool:
        """Whether it may be somebody else's: a key that is wrong is nobody else's."""
        return bool(DOUBTS & set(self.differs)) or bool(self._others)

    @property
    def _others(self) -> tuple[str, ...]:
        """Numbers that a PDF writes and that are not the patient's; none where his own stands there too."""
        numbers = written_numbers(pdf_words(self.pdf)) if self.pdf else ()
        own = self.record.identity.ins.matricule[:13]
        return () if any(number[:13] == own for number in numbers) else numbers

    @property
    def _minor(self) -> bool:
        return is_minor(age_of(self.record.identity, self.today))

    def keys(self) -> str:
        """How to send and how to leave."""
        return " " + _("Entrée déposer  Échap ne pas déposer")

    def show_record(self, record: OpenRecord) -> None:
        """The same record: its card was pulled, say."""
        self.record = record
        self.lay_out()

    def banner_rows(self, width: int) -> list[Row]:
        """Into whose record."""
        return banner_rows(self.record, width, self.today, allergies=False)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """The document, its warnings, what may be chosen."""
        entry = self.draft.entry
        rows: list[Row] = [(title(_("DÉPOSER DANS CE DOSSIER"), width),)]
        rows += _lines(visible(self.name_shown), width, STRONG)
        facts = [kind_name(self.draft.kind), size_words(entry.size), document_type(entry.type)]
        rows += _lines(" · ".join(facts), width)
        rows += _lines(_("Titre : {title}").format(title=visible(entry.title)), width)
        rows += _lines(_("Daté du {date}").format(date=day(entry.date)[:10]), width)
        rows += self._warning_rows(width)
        if is_free(self.draft):
            rows.append((title(_("TYPE (1 à {count})").format(count=len(USUAL_TYPES)), width),))
            for number, code in enumerate(USUAL_TYPES, 1):
                chosen = code == entry.type.code
                text = f"{'>' if chosen else ' '} {number} {_type_name(code)}"
                rows.append(text_row(text, width, STRONG if chosen else PLAIN))
        rows.append((title(_("CONFIDENTIALITÉ"), width),))
        levels = [
            ("m", Confidentiality.MASKED, _("masqué aux professionnels")),
            ("i", Confidentiality.HIDDEN_FROM_PATIENT, _("pas encore visible par le patient")),
        ]
        if self._minor and not self.record.secret:
            words = _("caché aux représentants légaux (soins secrets, CSP R1111-50)")
            levels.append(("r", Confidentiality.HIDDEN_FROM_REPRESENTATIVES, words))
        for key, level, words in levels:
            sign = "x" if level in entry.confidentiality else " "
            rows.append(text_row(f"  {key} [{sign}] {words}", width))
        if self.record.secret:
            rows += _lines(_("  connexion secrète : caché aux représentants légaux"), width, STRONG)
        return rows

    def _warning_rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        subject = self.draft.subject
        for code in self.differs:
            rows += _lines(f"! {document_warning(code)}", width, ALARM)
        for number in self._others:
            words = _("! le PDF porte un autre INS ou NIR que celui du dossier : {number}")
            rows += _lines(words.format(number=Ins(number, self.record.identity.ins.oid).grouped), width, ALARM)
        if self._others:
            rows += _lines(_("Est-ce le même patient ? o : oui, déposer · Échap : non"), width, STRONG)
        elif self.doubtful and subject is not None:
            theirs, ours = traits_line(subject.traits, self.today), traits_line(self.record.identity.traits, self.today)
            rows += _lines(_("  le document nomme : {traits}").format(traits=theirs), width, ALARM)
            rows += _lines(_("  le dossier ouvert : {traits}").format(traits=ours), width, ALARM)
            rows += _lines(_("Est-ce le même patient ? o : oui, déposer · Échap : non"), width, STRONG)
        if subject is not None and not subject.identifiers and subject.traits == NO_TRAITS:
            rows += _lines(_("! le document ne dit pas de qui il est"), width)
        if is_dated_ahead(self.draft, self.today.isoformat()):
            rows += _lines(_("! le document est daté dans l'avenir"), width, ALARM)
        if self.pdf is not None and self.pdf.problem is not PdfProblem.NONE:
            rows += _lines(_pdf_warning(self.pdf.problem), width, ALARM)
        return rows

    def action_go(self, where: str) -> None:
        """Leave, but not what is being sent: whether it arrived would be told to nobody."""
        if self.sending:
            self.say(_("Envoi en cours : Échap ne l'arrête pas, attendez la réponse."), ALARM)
        else:
            super().action_go(where)

    def action_type(self, place: int) -> None:
        """Choose a type."""
        self._change(with_type(self.draft, USUAL_TYPES[place]))

    def action_level(self, value: str) -> None:
        """Set or take away a level of confidentiality."""
        level = Confidentiality(value)
        if level is Confidentiality.HIDDEN_FROM_REPRESENTATIVES and (self.record.secret or not self._minor):
            return  # he has none, or the secret session hides it already
        self._change(with_level(self.draft, level, on=level not in self.draft.entry.confidentiality))

    def _change(self, draft: Draft) -> None:
        if not self.sending and draft != self.draft:
            self.draft = draft
            self.lay_out()

    def action_send(self, sure: bool) -> None:
        """Send it, once."""
        if self.sending or self.doubtful is not sure:
            return
        self.sending = True
        self.say(_("Envoi de {size}, puis lecture par le serveur.").format(size=size_words(self.draft.entry.size)))
        self.post_message(DepositDraft(self.draft))

    def failed(self) -> None:
        """It was not taken: the draft stays, and Enter sends it again as the same document."""
        self.sending = False


def _lines(text: str, width: int, style: Style = PLAIN) -> list[Row]:
    return [text_row(part, width, style) for part in wrap(text, width, "  ")]


def _pdf_warning(problem: PdfProblem) -> str:
    return {
        PdfProblem.NONE: "",
        PdfProblem.NO_TEXT: _("! PDF sans texte (une image) : regardez qu'il est bien du patient ; il ira tel quel"),
        PdfProblem.ENCRYPTED: _("! PDF chiffré : il sera déposé, mais son texte ne pourra pas être lu ici"),
        PdfProblem.UNREADABLE: _("! PDF abîmé : son texte n'a pas pu être lu ; il sera déposé tel quel"),
        PdfProblem.TOO_LONG: _("! PDF long : son texte n'a pas été vérifié ; regardez qu'il est bien du patient"),
    }[problem]


def _type_name(code: str) -> str:
    return codes.document_type(code).display
