"""Biology and vital signs by analyte: the last value, how it stands, its age and its trend; Enter gives all values."""

from datetime import date

from rich.cells import cell_len
from textual import on

from dmp_tui.dmp.entries import Assertion, Kind, Mark
from dmp_tui.dmp.sheet.kidney import Filtration, NotComputed, filtration
from dmp_tui.dmp.sheet.model import Line, Presence
from dmp_tui.dmp.sheet.reading import age_of
from dmp_tui.dmp.sheet.series import Measurement, parse_range, plotted, series
from dmp_tui.i18n import _, n_
from dmp_tui.screens.analyte import AnalyteScreen
from dmp_tui.screens.biology import (
    anticoagulated,
    by_urgency,
    computed_words,
    figure,
    flag_arrow,
    flag_sign,
    measured_on,
    name_of,
    unit_words,
)
from dmp_tui.screens.dates import day, recent
from dmp_tui.screens.keys import OfDocuments, OfLine
from dmp_tui.screens.messages import Go
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_lines import presence_text
from dmp_tui.screens.trend import spark
from dmp_tui.screens.words import contradicted, kind_title
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import PLAIN, STRONG, Row, text_row, title
from dmp_tui.widgets.text import cut, fit, two_ends, visible, wrap

_NAME, _VALUE, _RANGE, _DATE = 15, 17, 13, 14
_TREND = 8
_WIDE = 110
"""Columns from which names, trends and the laboratory have more room."""


class LabsScreen(RecordScreen):
    """One analyte a row, as an emergency asks for them."""

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Results, the filtration of the kidneys among them, then vital signs."""
        rows: list[Row] = []
        for kind in (Kind.RESULT, Kind.VITAL):
            topic = self.record.sheet.topic(kind)
            rows.append((title(kind_title(kind), width, right=_head(width) if topic.lines else ""),))
            if not topic.lines or topic.presence is Presence.UNREADABLE:
                text, style = presence_text(topic)
                key = OfDocuments() if topic.presence is Presence.UNREADABLE else None
                rows += [text_row(part, width, style, key) for part in wrap(text, width)]
            lines = by_urgency(topic.lines, self.today, bleeds=anticoagulated(self.record.sheet))
            rows += [row for line in lines for row in self._rows(line, width)]
            if kind is Kind.RESULT:
                rows += self._kidney_rows(width)
        return rows

    def _rows(self, line: Line, width: int) -> list[Row]:
        """``! INR   4,8   (2,0 - 3,0)  13/11 (9 j)  ▁▂▃█ 6``; a text result stands whole, below its name if it must."""
        measured = series(line)
        key = OfLine(line.kind, line.key)
        new = "*" if Mark.NEW in line.marks else " "
        wide = width >= _WIDE
        if line.assertion is not Assertion.STATED or not measured:
            name = f"  {new}{visible(line.label)}"
            return [text_row(two_ends(name, day(measured_on(line)), width), width, PLAIN, key)]
        newest = measured[0]
        sign = flag_sign(newest.flag)
        name = f"{sign:<2}{new}{fit(name_of(line), _NAME + (12 if wide else 0))}"
        style = STRONG if sign else PLAIN
        when = _when(newest, self.today)
        value = " ".join(p for p in (figure(newest.text), unit_words(newest.unit), flag_arrow(newest.flag)) if p)
        value += "≠" if contradicted(line) else ""
        label_cut = cell_len(name_of(line)) > _NAME
        if cell_len(value) > _VALUE or (newest.number is None and label_cut):
            room = width - cell_len(name) - _DATE - 2
            if cell_len(value) <= room and cell_len(visible(line.label)) <= _NAME:
                return [text_row(f"{name} {fit(value, room)} {when}", width, style, key)]
            label = fit(visible(line.label), width - _DATE - 4)
            below = wrap(f"      {value}", width, "      ")
            return [
                text_row(f"{sign:<2}{new}{label} {when}", width, style, key),
                *(text_row(part, width, style) for part in below),
            ]
        room = _TREND * (2 if wide else 1)
        numbers = [m.number for m in plotted(measured) if m.number is not None]
        trend = spark(numbers, parse_range(newest.reference), room)
        count = f"{len(measured)}" if len(measured) > 1 else ""
        text = " ".join(
            (
                name,
                fit(value, _VALUE),
                fit(visible(newest.reference), _RANGE),
                fit(when, _DATE),
                fit(trend, room),
                count,
            )
        )
        author = visible(newest.origins[0].author) if wide else ""
        return [text_row(two_ends(text, author, width), width, style, key)]

    def _kidney_rows(self, width: int) -> list[Row]:
        """The filtration where we compute it, or why nobody can; where the laboratory's stands above, nothing."""
        traits = self.record.reckoned
        text = kidney_words(filtration(self.record.sheet, traits.sex, traits.birth, self.today))
        return [text_row(part, width) for part in wrap(f"   {text}", width, "     ")] if text else []

    def on_mount(self) -> None:
        """Say what Enter does here."""
        self.say(_("Entrée : toutes les valeurs · Échap : retour"))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """All values of an analyte, or the documents."""
        message.stop()
        if isinstance(message.key, OfLine):
            for line in self.record.sheet.topic(message.key.kind).lines:
                if line.key == message.key.key:
                    self.app.push_screen(AnalyteScreen(self.record, self.today, line))
        elif isinstance(message.key, OfDocuments):
            self.post_message(Go("documents"))


def _head(width: int) -> str:
    """What the columns are, where there is room to say it."""
    return _("valeur · norme · date (âge) · évolution · nombre") if width >= 78 else ""


def _when(newest: Measurement, today: date) -> str:
    """``13/11 (9 j)``; the date of its document where it has none of its own."""
    when = recent(newest.date, today) or _("date ?")
    age = age_of(newest.date[:10], today)
    told = _age_words(*age) if age else ""
    return cut(f"{when} ({told})" if told else when, _DATE)


def _age_words(n: int, unit: str) -> str:
    words = {"y": n_("{n} an", "{n} ans", n), "m": _("{n} mois"), "d": _("{n} j")}
    return words[unit].format(n=n)


def kidney_words(found: Filtration) -> str:
    """The filtration that we computed, with what from; why it is not known; empty where the laboratory's is enough."""
    if found.computed is not None:
        return computed_words(found.computed)
    if found.why_not is None:
        return ""
    reasons = {
        NotComputed.NO_CREATININE: "",
        NotComputed.UNIT: _("l'unité de la créatinine n'est pas sûre"),
        NotComputed.SEX: _("le sexe n'est pas connu"),
        NotComputed.AGE: _("la date de naissance n'est pas connue"),
        NotComputed.CHILD: _("formule d'adulte, patient de moins de 18 ans"),
        NotComputed.PREGNANCY: _("grossesse"),
        NotComputed.DIALYSIS: _("dialyse"),
    }
    why = reasons[found.why_not]
    return _("DFG non calculé : {why}").format(why=why) if why else ""
