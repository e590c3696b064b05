"""One analyte: all its values, newest first, and a plot of those that are numbers of one unit."""

from datetime import date

from rich.cells import cell_len
from textual import on

from dmp_tui.dmp.sheet.model import Line
from dmp_tui.dmp.sheet.model import Origin as Document
from dmp_tui.dmp.sheet.series import Measurement, parse_range, plotted, series
from dmp_tui.i18n import _, n_
from dmp_tui.screens.biology import figure, flag_arrow, flag_sign, unit_words
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day
from dmp_tui.screens.messages import ReadDocument
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.trend import plot, scale
from dmp_tui.screens.words import disagreement, mark
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import ALARM, FRAME, PLAIN, STRONG, Cell, Row, text_row, title
from dmp_tui.widgets.text import cut, fit, two_ends, visible, wrap

_PLOT_ROWS = 5
_AXIS = 10
"""Cells of the figures beside a plot."""


class AnalyteScreen(RecordScreen):
    """Everything that is known of one analyte. Enter opens the document of a value."""

    def __init__(self, record: OpenRecord, today: date, line: Line) -> None:
        self.line = line
        super().__init__(record, today)

    def body_rows(self, width: int, _height: int) -> list[Row]:
        """Name, plot, values."""
        measured = series(self.line)
        rows = [text_row(part, width, STRONG) for part in wrap(self.line.label, width, "  ")]
        codes = ", ".join(f"{c.system.rsplit('/', 1)[-1]} {c.code}" for c in self.line.codes)
        rows += [text_row(part, width) for part in wrap(codes, width) if codes]
        for contradiction in self.line.contradictions:
            rows += [text_row(part, width, ALARM) for part in wrap(f"≠ {disagreement(contradiction)}", width, "  ")]
        for value in sorted(self.line.marks):
            rows += [text_row(part, width) for part in wrap(f"! {mark(value)}", width, "  ")]
        rows += _plot_rows(measured, width)
        count = len(measured)
        rows.append((title(n_("{count} VALEUR", "{count} VALEURS", count).format(count=count), width),))
        for one in measured:
            rows += _value_rows(one, width)
        if not measured:
            rows.append(text_row(_("Aucune valeur : ouvrez les sources depuis la synthèse."), width))
        return rows

    def on_mount(self) -> None:
        """Say what Enter does here."""
        self.say(_("Entrée : ouvrir le document · Échap : retour"))

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Open the document of a value."""
        message.stop()
        if isinstance(message.key, Document):
            self.post_message(ReadDocument(message.key.document))


def _value_rows(one: Measurement, width: int) -> list[Row]:
    """``!! 13/11/2026 08:15  4,8 ↑ (2,0 - 3,0)   CR de biologie 13/11/2026  Laboratoire A``."""
    sign = flag_sign(one.flag)
    style = STRONG if sign else PLAIN
    when = _moment(one.date) if one.dated else _("{date} (document)").format(date=day(one.date)[:10])
    value = " ".join(p for p in (figure(one.text), unit_words(one.unit), flag_arrow(one.flag)) if p)
    reference = f"({visible(one.reference).strip('()')})" if one.reference else ""
    origin = one.origins[0]
    said = f"{document_name(origin)}  {visible(origin.author)}"
    if len(one.origins) > 1:
        said += f" +{len(one.origins) - 1}"
    left = f"{sign:<3}{fit(when, 17)} {value}  {reference}".rstrip()
    if cell_len(left) + 20 <= width and cell_len(value) < width // 2:
        room = max(width - cell_len(left) - 2, 20)
        return [(Cell(0, width, two_ends(left, cut(said, room), width), style, origin),)]
    first, *rest = wrap(left, width, " " * 21)
    rows: list[Row] = [text_row(first, width, style, origin), *(text_row(part, width, style) for part in rest)]
    return [*rows, text_row(f"{'':21}{cut(said, width - 21)}", width)]


def _moment(fhir_date: str) -> str:
    """The day, and the hour where it is known."""
    hour = fhir_date[11:16]
    return f"{day(fhir_date)[:10]} {hour}".strip()


def _plot_rows(measured: tuple[Measurement, ...], width: int) -> list[Row]:
    """The numbers of one unit, with the highest and the lowest figure and the first and the last day."""
    shown = plotted(measured)
    numbers = [m.number for m in shown if m.number is not None]
    if len(numbers) < 2:
        return []
    bounds = parse_range(shown[-1].reference)
    room = width - _AXIS - 2
    kept = shown[-max(room // 2, 1) :]
    low, high = scale(numbers[-len(kept) :], bounds)
    labels = {0: f"{high:f}", _PLOT_ROWS - 1: f"{low:f}"}
    rows: list[Row] = []
    for place, row in enumerate(plot(numbers, bounds, room, _PLOT_ROWS)):
        label = cut(figure(labels.get(place, "")), _AXIS)
        rows.append((Cell(0, _AXIS, f"{label:>{_AXIS}}", FRAME), Cell(_AXIS + 1, room, row)))
    dates = f"{day(kept[0].date)[:10]} → {day(kept[-1].date)[:10]}"
    if bounds is not None:
        dates += "  " + _("· norme {range}").format(range=visible(shown[-1].reference).strip("()"))
    rows.append((Cell(_AXIS + 1, room, cut(dates, room), FRAME),))
    return rows
