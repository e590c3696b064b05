"""The emergency sheet: the home of a record."""

from datetime import date
from typing import ClassVar

from textual import on

from dmp_tui.dmp.minors import age_of, is_minor
from dmp_tui.dmp.sheet.kidney import filtration
from dmp_tui.dmp.sheet.news import new_lines
from dmp_tui.i18n import _, n_
from dmp_tui.screens.keys import OfCheck, OfChecks, OfDocuments, OfLine, OfSection
from dmp_tui.screens.messages import Go
from dmp_tui.screens.record import OpenRecord
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet_layout import lay_out
from dmp_tui.screens.sources import CheckScreen, SectionScreen
from dmp_tui.screens.words import day_and_time
from dmp_tui.widgets.board import Board
from dmp_tui.widgets.line import STRONG, Row


class SheetScreen(RecordScreen):
    """The merged sheet; Enter opens the sources of a line."""

    ALLERGIES_IN_BANNER: ClassVar[bool] = False

    def __init__(self, record: OpenRecord, today: date, said: str = "") -> None:
        self.said = said
        """What is to be told first, in place of what came since the last access."""
        super().__init__(record, today)

    def body_rows(self, width: int, height: int) -> list[Row]:
        """The sheet laid out."""
        sheet, traits = self.record.sheet, self.record.reckoned
        kidneys = filtration(sheet, traits.sex, traits.birth, self.today)
        return lay_out(sheet, width, height, self.today, self.record.identity.traits, computed=kidneys.computed)

    def on_mount(self) -> None:
        """Say what came since the last access, and how a line is opened."""
        if self.said:
            self.say(self.said, STRONG)
            return
        age = age_of(self.record.identity, self.today)
        minor = ""
        if is_minor(age) and not self.record.secret:
            minor = _("Mineur ({age} ans) : k, connexion secrète.").format(age=age) + " "
        count, since = len(new_lines(self.record.sheet)), self.record.last_access
        if since is None:
            self.say(minor + _("Entrée : sources d'une ligne"))
            return
        when = day_and_time(since)
        if not count:
            self.say(minor + _("Rien de nouveau depuis votre passage du {when}. Entrée : sources").format(when=when))
            return
        text = n_(
            "{count} ligne nouvelle (*) depuis votre passage du {when}. Entrée : sources",
            "{count} lignes nouvelles (*) depuis votre passage du {when}. Entrée : sources",
            count,
        )
        self.say(minor + text.format(count=count, when=when), STRONG)

    @on(Board.Opened)
    def open_cell(self, message: Board.Opened) -> None:
        """Sources of a line, a section whole, a point to check, or the documents."""
        message.stop()
        match message.key:
            case OfLine() as key:
                self.open_line(key)
            case OfChecks():
                self.app.push_screen(CheckScreen(self.record, self.today))
            case OfSection(kinds):
                self.app.push_screen(SectionScreen(self.record, self.today, kinds))
            case OfCheck(index):
                self.app.push_screen(CheckScreen(self.record, self.today, index))
            case OfDocuments():
                self.post_message(Go("documents"))
