"""Prevention: vaccines with what is due, tetanus first, and screenings; each with what the record really holds."""

from rich.cells import cell_len
from textual import on

from dmp_tui.dmp.documents import DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.ages import Standing
from dmp_tui.dmp.sheet.model import Line
from dmp_tui.dmp.sheet.prevention import Vaccination, vaccinations
from dmp_tui.dmp.sheet.screenings import Found, Screening, screenings
from dmp_tui.dmp.sheet.vaccines import other_lines, was_given
from dmp_tui.i18n import _, n_
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.messages import ListDocuments, ReadDocument
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_lines import presence_text
from dmp_tui.screens.words import stated_label
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import cut, fit, two_ends, visible, wrap

_NAME = 22
_REPORTS = frozenset({"10", "31"})
"""Classes of documents (TRE_A03) that report what was done: reports and images."""


class PreventionScreen(RecordScreen):
    """What is due today by the calendar and the programmes, beside what documents tell."""

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Vaccines, what else of vaccines stands in the record, screenings."""
        traits = self.record.reckoned
        sheet = self.record.sheet
        topic = sheet.topic(Kind.VACCINATION)
        rows: list[Row] = [(title(_("VACCINS"), width, right=_("d'après le calendrier 2025")),)]
        if not topic.lines:
            text, style = presence_text(topic)
            rows += [text_row(part, width, style) for part in wrap(text, width)]
        for one in vaccinations(sheet, traits.birth, traits.sex, self.today):
            rows += self._vaccination_rows(one, width)
        rows += self._other_rows(width)
        rows.append((title(_("DÉPISTAGES"), width, right=_("programmes nationaux")),))
        held = screenings(sheet, traits.birth, traits.sex, self.today, _titles(self.record.documents or ()))
        for screening in held:
            rows += self._screening_rows(screening, width)
        if not held:
            rows.append(text_row(_("Aucun programme ne concerne cet âge, aucun examen trouvé."), width))
        sentence = _(
            "« Non trouvé » : aucun document que vous pouvez lire n'en parle ; cela ne dit pas que ce n'est pas fait."
        )
        rows += [(), *(text_row(part, width) for part in wrap(sentence, width))]
        return rows

    def _vaccination_rows(self, one: Vaccination, width: int) -> list[Row]:
        """``! DTP  à faire depuis 11/2024 (rappel)   dernier 05/2014``, then each injection."""
        due = one.standing is Standing.DUE
        asks = due or one.standing is Standing.NOT_FOUND
        style = STRONG if due else PLAIN
        said = standing_words(one)
        if one.given:
            right = _("dernière {date}").format(date=day(one.given[0].date)[:10] or _("date ?"))
        else:
            right = _("aucune injection trouvée")
        left = f"{'!' if asks else ' '} {fit(vaccine_name(one.code), _NAME)} {said}"
        key = OfLine(Kind.VACCINATION, one.given[0].line.key) if one.given else None
        if cell_len(left) + cell_len(right) < width:
            rows = [text_row(two_ends(left, right, width), width, style, key)]
        else:
            # What is asked, and why, is never cut; what was found goes below it.
            parts = [left] if cell_len(left) <= width else wrap(left, width, " " * (_NAME + 3))
            rows = [text_row(part, width, style, key) for part in parts]
            if one.given or one.standing is not Standing.NOT_FOUND:
                rows.append(text_row(two_ends("", right, width), width, style))
        for given in one.given[:6]:
            new = "*" if Mark.NEW in given.line.marks else " "
            text = f"   {new} {day(given.date)[:10] or _('date ?'):<10} {visible(given.label)}"
            rows.append(text_row(two_ends(text, visible(given.origin.author), width), width))
        if len(one.given) > 6:
            more = len(one.given) - 6
            rows.append(text_row("     " + n_("+{n} plus ancienne", "+{n} plus anciennes", more).format(n=more), width))
        return rows

    def _other_rows(self, width: int) -> list[Row]:
        """Vaccinations that the calendar's table does not name; refused, prescribed or planned ones."""
        sheet = self.record.sheet
        others = [*other_lines(sheet)]
        others += [line for line in sheet.topic(Kind.VACCINATION).lines if line not in others and not _is_given(line)]
        rows: list[Row] = []
        for line in others:
            words = f"    {_status_words(line)} {stated_label(line)}".rstrip()
            when = day(line.start or line.noted or line.sources[0].origin.date)[:10]
            key = OfLine(line.kind, line.key)
            rows.append(text_row(two_ends(words, when, width), width, PLAIN, key))
        return [(title(_("AUTRES MENTIONS DE VACCINS"), width),), *rows] if rows else []

    def _screening_rows(self, one: Screening, width: int) -> list[Row]:
        due = one.standing is Standing.DUE
        asks = due or one.standing is Standing.NOT_FOUND
        every = _("tous les {n} ans").format(n=one.every) if one.every else ""
        words = {
            Standing.DUE: _("à refaire depuis {date}").format(date=day(one.next)[3:10]),
            Standing.NOT_FOUND: _("non trouvé dans le dossier"),
            Standing.UP_TO_DATE: _("prochain {date}").format(date=day(one.next)[3:10]),
            Standing.LATER: "",
            Standing.NOT_ASKED: _("hors de l'âge du programme"),
            Standing.UNKNOWN: _("âge ou sexe inconnu"),
        }[one.standing]
        left = f"{'!' if asks else ' '} {fit(screening_name(one.code), _NAME)} {words}"
        rows = [text_row(two_ends(left, every, width), width, STRONG if due else PLAIN)]
        # A document whose title and whose words tell one examination tells it once.
        told = {(found.date[:10], fold(found.label)) for found in one.found if found.line is not None}
        found = [f for f in one.found if f.line is not None or (f.date[:10], fold(f.label)) not in told]
        rows += [_found_row(each, width) for each in found[:4]]
        rows += [_surgery_row(line, width) for line in one.surgery]
        return rows

    def on_mount(self) -> None:
        """Ask for the titles of documents, and say what Enter does here."""
        self.say(_("Entrée : sources · Échap : retour"))
        self.post_message(ListDocuments())

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of a line, or a document."""
        message.stop()
        if isinstance(message.key, OfLine):
            self.open_line(message.key)
        elif isinstance(message.key, str):
            self.post_message(ReadDocument(message.key))


def _found_row(found: Found, width: int) -> Row:
    key = OfLine(found.line.kind, found.line.key) if found.line is not None else found.document
    text = f"     {day(found.date)[:10] or _('date ?'):<10} {visible(found.label)}"
    return text_row(cut(text, width), width, PLAIN, key)


def _surgery_row(line: Line, width: int) -> Row:
    """An operation that may leave nothing to screen: stated beside the programme, which still stands."""
    when = day(line.start or line.noted)[:10] or _("date ?")
    text = f"     {when:<10} " + _("à noter : {label}").format(label=stated_label(line))
    return text_row(cut(text, width), width, PLAIN, OfLine(line.kind, line.key))


def _titles(documents: tuple[DocumentEntry, ...]) -> list[Found]:
    """The titles of reports that stand, as examinations that they may tell: what prepares or orders one is none."""
    return [
        Found(document.title, document.service_start or document.date, document=document.id)
        for document in documents
        if document.status is DocumentStatus.CURRENT and document.class_.code in _REPORTS
    ]


def _is_given(line: Line) -> bool:
    return line.assertion is Assertion.STATED and any(was_given(source) for source in line.sources)


def _status_words(line: Line) -> str:
    if line.assertion is Assertion.NEGATED:
        return _("non fait :")
    if line.assertion is Assertion.UNREADABLE:
        return _("illisible :")
    if line.assertion is Assertion.STATED and not _is_given(line):
        return _("prévu :") if line.status is Status.PLANNED else _("prescrit ou délivré :")
    return ""


def standing_words(one: Vaccination) -> str:
    """What is due, since when, and how many doses are found of how many."""
    doses = _("{found} doses sur {wanted}").format(found=len(one.given), wanted=one.wanted) if one.wanted else ""
    since = day(one.since)[3:10]
    words = {
        Standing.DUE: _("à faire depuis {date}").format(date=since) if since else _("à compléter"),
        Standing.NOT_FOUND: _("attendu, non trouvé"),
        Standing.UP_TO_DATE: _("à jour"),
        Standing.LATER: _("vaccin vivant : après la grossesse"),
        Standing.NOT_ASKED: "",
        Standing.UNKNOWN: _("date de naissance inconnue"),
    }[one.standing]
    if one.standing is Standing.UP_TO_DATE and one.next:
        words += ", " + _("prochain {date}").format(date=day(one.next)[3:10])
    if one.why == "pregnancy" and one.standing is not Standing.LATER:
        words += " " + _("(grossesse)")
    return ", ".join(part for part in (words, doses if one.standing is Standing.DUE else "") if part)


def vaccine_name(code: str) -> str:
    """What a vaccine protects from, short."""
    return {
        "dtp": _("Tétanos (DTP)"),
        "measles": _("Rougeole (ROR)"),
        "hepatitis-b": _("Hépatite B"),
        "hpv": _("Papillomavirus"),
        "meningococcus-acwy": _("Méningocoque ACWY"),
        "meningococcus-b": _("Méningocoque B"),
        "pneumococcus": _("Pneumocoque"),
        "zoster": _("Zona"),
        "rotavirus": _("Rotavirus"),
        "hib": _("Haemophilus b"),
        "pertussis": _("Coqueluche"),
        "influenza": _("Grippe"),
        "covid": _("Covid-19"),
        "rsv": _("VRS"),
        "yellow-fever": _("Fièvre jaune"),
    }[code]


def screening_name(code: str) -> str:
    """What a programme looks for."""
    return {
        "colorectal": _("Cancer colorectal"),
        "breast": _("Cancer du sein"),
        "cervix": _("Col de l'utérus"),
    }[code]
