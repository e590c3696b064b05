"""The register's screens on their own: what fits, what is said, and a file that no spreadsheet executes."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from textual.message import Message
from textual.pilot import Pilot

from dmp_tui.client.register import RegisterFilter
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Emergency, Review, Verdict
from dmp_tui.screens.base import PageScreen
from dmp_tui.screens.register import ReadRegister, RegisterScreen
from dmp_tui.screens.register_access import AccessScreen
from dmp_tui.screens.register_words import filter_words, register_csv
from dmp_tui.widgets.terminal_app import TerminalApp
from tests.looking import screen_text, until_shows

AT = datetime(2026, 11, 12, 13, 2, tzinfo=UTC)
ACCESS = Emergency(
    *(7, AT, "899700000096", "Dr MARCHAND-DELACROIX Jean-Baptiste", "doctor", Mode.BREAK_GLASS),
    *("incapacity", "trouvé inconscient sur la voie publique", "ABCD-1234-EF56"),
)
REVIEW = Review(Verdict.NOT_JUSTIFIED, "Le service était fermé.", "3750000001/90", "ESSAI Flo", AT)
TODAY = date(2026, 12, 1)


class Alone(TerminalApp):
    """Shows one screen, and keeps what it asks."""

    def __init__(self, screen: PageScreen) -> None:
        super().__init__(idle_seconds=600)
        self.first = screen
        self.asked: list[Message] = []

    def on_mount(self) -> None:
        self.push_screen(self.first)

    def on_read_register(self, message: Message) -> None:
        self.asked.append(message)

    on_ask_verdict = on_open_access = on_go = on_read_register


@asynccontextmanager
async def alone(
    screen: PageScreen, shows: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Alone, Pilot[object]]]:
    app = Alone(screen)
    async with app.run_test(size=size) as pilot:
        await until_shows(pilot, shows)
        yield app, pilot


@pytest.mark.parametrize("size", [(80, 24), (72, 20), (120, 40)])
async def test_each_access_is_one_row_with_its_verdict_first(size: tuple[int, int]) -> None:
    screen = RegisterScreen("ESSAI Flo", "CH INVENTÉ", TODAY)
    async with alone(screen, "REGISTRE", size) as (app, pilot):
        assert [type(m) for m in app.asked] == [ReadRegister]
        judged = replace(ACCESS, seq=6, mode=Mode.CENTRE_15, reviews=(REVIEW,))
        screen.show((ACCESS, judged), {Verdict.TO_REVIEW: 1, Verdict.NOT_JUSTIFIED: 1}, cut=True)
        await until_shows(pilot, "NON JUSTIFIÉ")
        rows = [row for row in screen_text(app).splitlines() if "ABCD-1234-EF56" in row]
        assert len(rows) == 2
        assert rows[0].startswith("À EXAMINER   12/11/26")
        assert all(len(row) <= size[0] for row in rows)
        assert "C15" in rows[1]
        assert "Il y en a davantage" in screen_text(app)


async def test_a_reviewed_access_changes_its_row_and_the_counts() -> None:
    screen = RegisterScreen("ESSAI Flo", "", TODAY)
    async with alone(screen, "REGISTRE") as (app, pilot):
        screen.show((ACCESS,), {Verdict.TO_REVIEW: 1}, cut=False)
        screen.replace_access(replace(ACCESS, reviews=(replace(REVIEW, verdict=Verdict.JUSTIFIED),)))
        await until_shows(pilot, "à examiner 0 · justifié 1 · non justifié 0")
        screen.replace_access(replace(ACCESS, seq=99))
        assert "justifié 1" in screen_text(app)


async def test_an_access_is_told_whole() -> None:
    screen = AccessScreen(replace(ACCESS, reviews=(REVIEW,), on_behalf_of="Jo ESSAI", reason="x " * 120))
    async with alone(screen, "NON JUSTIFIÉ") as (app, _pilot):
        words = " ".join(screen_text(app).split())
        for told in ("899700000096", "Jo ESSAI", "ABCD-1234-EF56", "Le service était fermé.", "x x x"):
            assert told in words
        assert "…" not in screen_text(app)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (RegisterFilter(), "tous les accès"),
        (RegisterFilter(Verdict.JUSTIFIED, mode=Mode.CENTRE_15), "accès justifiés, centre 15"),
        (RegisterFilter(actor="8997"), "tous les accès, NOM"),
        (RegisterFilter(since=TODAY, until=TODAY), "tous les accès, du 01/12/2026, au 01/12/2026"),
    ],
)
def test_a_filter_is_said_in_words(chosen: RegisterFilter, words: str) -> None:
    assert filter_words(chosen, "NOM" if chosen.actor else "") == words


def test_the_file_has_a_row_an_access_and_no_formula() -> None:
    evil = replace(ACCESS, reason='=HYPERLINK("http://x")', actor_name="+33 1;\r\n@A", reviews=(REVIEW,))
    content = register_csv([ACCESS, evil])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == 3
    assert {len(row) for row in rows} == {14}
    assert rows[2][8].startswith("'=")
    assert rows[2][2].startswith("'+")
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@")]
    assert (rows[2][10], rows[2][11], rows[1][10]) == ("non justifié", "Le service était fermé.", "à examiner")
