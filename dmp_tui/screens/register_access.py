"""One emergency access whole, with its reviews; and the forms of a verdict and of a period."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from dmp_tui.client.register import RegisterFilter
from dmp_tui.dmp.register import LONGEST_COMMENT, Emergency, Verdict
from dmp_tui.i18n import _
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.forms import FormScreen
from dmp_tui.screens.register_words import mode_words, reason_words, review_line, role_words, verdict_word, when, who
from dmp_tui.screens.words import day_and_time
from dmp_tui.widgets.field import Field
from dmp_tui.widgets.line import ALARM, BAR, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import visible, wrap


@dataclass
class AskVerdict(Message):
    """Show the form of a verdict."""

    access: Emergency
    verdict: Verdict


@dataclass
class VerdictGiven(Message):
    """A verdict was typed."""

    access: Emergency
    verdict: Verdict
    comment: str = field(repr=False)


@dataclass
class PeriodChosen(Message):
    """Two days were typed, or none."""

    chosen: RegisterFilter


class AccessScreen(PageScreen):
    """Who, when, in which mode, why, which record by its reference; and each verdict, the last one of which holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "judge('justified')", show=False, id="access.justified"),
        Binding("n", "judge('not-justified')", show=False, id="access.not-justified"),
        Binding("o", "judge('to-review')", show=False, id="access.to-review"),
        Binding("question_mark,f1", "go('help')", show=False, id="go.help"),
    ]

    def __init__(self, access: Emergency) -> None:
        self.access = access
        super().__init__()

    def keys(self) -> str:
        """The verdicts."""
        return " " + _("j Justifié  n Non justifié  o À revoir  Échap Registre  ^L Verrou  ? Aide")

    def banner_rows(self, width: int) -> list[Row]:
        """The verdict that holds."""
        told = _("ACCÈS D'URGENCE {number} : {verdict}")
        return [text_row(told.format(number=self.access.seq, verdict=verdict_word(self.access.verdict)), width, BAR)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Everything that the register holds of it."""
        access = self.access
        acting = visible(access.on_behalf_of)
        told = [
            (_("Quand"), when(access)),
            (_("Qui"), f"{who(access)} ({visible(access.actor)}), {role_words(access.role)}"),
            *([(_("Pour"), acting)] if acting else []),
            (_("Mode"), mode_words(access.mode)),
            (_("Motif"), reason_words(access.reason_code) if access.reason_code else "-"),
            (_("En mots"), visible(access.reason) or "-"),
            (_("Dossier"), access.record or _("aucun : recherche seulement")),
        ]
        rows: list[Row] = [()]
        for label, text in told:
            lines = wrap(text, width - 12) or [""]
            rows.append((Cell(0, 11, label, STRONG), Cell(12, width - 12, lines[0])))
            rows += [(Cell(12, width - 12, line),) for line in lines[1:]]
        rows += [(), (title(_("AVIS"), width),)]
        if not access.reviews:
            rows.append(text_row(_("Aucun : cet accès est à examiner."), width))
        for review in access.reviews:
            by = visible(review.by_name or review.by)
            style = ALARM if review.verdict is Verdict.NOT_JUSTIFIED else PLAIN
            rows += [
                text_row(line, width, style)
                for line in wrap(review_line(review.verdict, by, day_and_time(review.at)), width)
            ]
            rows += [text_row(line, width) for line in wrap(visible(review.comment), width, "  ") if review.comment]
        return rows

    def action_judge(self, verdict: str) -> None:
        """Ask for the comment of a verdict."""
        self.post_message(AskVerdict(self.access, Verdict(verdict)))

    def show(self, access: Emergency) -> None:
        """As it is now."""
        self.access = access
        self.lay_out()


class VerdictForm(FormScreen):
    """The comment of a verdict. Only "justified" goes without one."""

    def __init__(self, access: Emergency, verdict: Verdict, today: date) -> None:
        self.access = access
        self.verdict = verdict
        super().__init__(None, today, [Field(_("Commentaire :"), limit=LONGEST_COMMENT)])

    def banner_rows(self, width: int) -> list[Row]:
        """Which access, which verdict."""
        told = _("ACCÈS D'URGENCE {number} : {verdict} ?")
        return [text_row(told.format(number=self.access.seq, verdict=verdict_word(self.verdict)), width, BAR)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """What is about to be kept."""
        access = self.access
        told = [
            f"{when(access)}, {who(access)}, {mode_words(access.mode)}",
            visible(access.reason),
            _("L'avis et son commentaire sont gardés avec votre nom et l'heure ; un autre avis s'y ajoute."),
        ]
        if self.verdict is Verdict.JUSTIFIED:
            told.append(_("Le commentaire est facultatif."))
        return [(), *(text_row(line, width) for text in told if text for line in wrap(text, width))]

    def on_mount(self) -> None:
        """The comment is what is missing."""
        self.fields[0].focus()

    def hand_over(self) -> None:
        """Keep it, unless it lacks its comment."""
        comment = self.fields[0].value.strip()
        if self.verdict is not Verdict.JUSTIFIED and not comment:
            self.say(_("Dites pourquoi en quelques mots, ou Échap pour renoncer."), ALARM)
        else:
            self.post_message(VerdictGiven(self.access, self.verdict, comment))


class PeriodForm(FormScreen):
    """The first and the last day, each of which may be left out."""

    def __init__(self, chosen: RegisterFilter, today: date) -> None:
        self.chosen = chosen
        fields = [Field(_("Du (JJ/MM/AAAA) :"), limit=10), Field(_("Au (JJ/MM/AAAA) :"), limit=10)]
        for one, day in zip(fields, (chosen.since, chosen.until), strict=True):
            one.value = f"{day:%d/%m/%Y}" if day else ""
        super().__init__(None, today, fields)

    def banner_rows(self, width: int) -> list[Row]:
        """What is asked."""
        return [text_row(_("PÉRIODE DU REGISTRE"), width, BAR)]

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """How."""
        told = _("Les deux jours sont compris ; un jour laissé vide ne borne rien.")
        return [(), *(text_row(line, width) for line in wrap(told, width))]

    def on_mount(self) -> None:
        """The first day first."""
        self.fields[0].focus()

    def hand_over(self) -> None:
        """Two days in order, or empty ones."""
        days: list[date | None] = []
        for one in self.fields:
            day = _typed(one.value)
            if day is None and one.value.strip():
                one.focus()
                self.say(
                    _("Ce n'est pas une date : JJ/MM/AAAA, par exemple {day}.").format(day=f"{self.today:%d/%m/%Y}"),
                    ALARM,
                )
                return
            days.append(day)
        since, until = days
        if since and until and since > until:
            self.say(_("Le premier jour est après le dernier : corrigez l'un des deux."), ALARM)
            return
        self.post_message(PeriodChosen(replace(self.chosen, since=since, until=until)))


def _typed(text: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip(), re.ASCII)
    if match is None:
        return None
    day, month, year = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
