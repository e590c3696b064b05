"""Behind a line: what replaced a source, and what is archived."""

from dataclasses import replace

from dmp_tui.dmp.documents import DocumentStatus
from dmp_tui.dmp.entries import Coding, Entry, Kind
from dmp_tui.dmp.sheet.merge import Superseded, merge
from dmp_tui.dmp.sheet.model import Sheet
from dmp_tui.screens.sources import CheckScreen, SourcesScreen
from tests.dmp.test_consultation import document, replacing
from tests.screens.alone import alone
from tests.screens.people import LDL, TODAY, VSM, record

LATEX = Entry(Kind.ALLERGY, "latex")
OLD = replace(document("d2", LDL.date), type=LDL.type, status=DocumentStatus.SUPERSEDED)
NEWER = replacing("d1", OLD, VSM.date, type=VSM.type)


def kept() -> Sheet:
    """An allergy of a letter that was replaced by a summary that could not be read whole."""
    return merge([(VSM, Entry(Kind.PROBLEM, "asthme"))], superseded=[Superseded(LDL, (LATEX,), VSM, whole=False)])


async def test_a_line_kept_from_a_replaced_document_says_by_what_and_when() -> None:
    sheet = kept()
    [line] = sheet.topic(Kind.ALLERGY).lines
    held = replace(record(sheet), documents=(OLD, NEWER))
    async with alone(SourcesScreen(held, TODAY, line)) as (app, _pilot):
        assert "remplacé le 12/02/2026 par VSM, Dr PETIT Luc" in app.words


async def test_by_what_is_told_once_the_list_of_documents_is_there() -> None:
    sheet = kept()
    [line] = sheet.topic(Kind.ALLERGY).lines
    screen = SourcesScreen(record(sheet), TODAY, line)
    async with alone(screen) as (app, pilot):
        assert "remplacé" in app.words
        assert "remplacé le" not in app.words
        screen.show_record(replace(screen.record, documents=(OLD, NEWER)))
        await pilot.pause()
        assert "remplacé le 12/02/2026 par VSM" in app.words


async def test_a_line_of_another_document_says_nothing_of_replacement() -> None:
    sheet = kept()
    [line] = sheet.topic(Kind.PROBLEM).lines
    async with alone(SourcesScreen(replace(record(sheet), documents=(OLD, NEWER)), TODAY, line)) as (app, _pilot):
        assert "remplacé" not in app.words


async def test_an_allergy_that_left_tells_which_document_had_it_and_which_has_it_no_more() -> None:
    sheet = merge([(VSM, Entry(Kind.PROBLEM, "asthme"))], superseded=[Superseded(LDL, (LATEX,), VSM, whole=True)])
    async with alone(CheckScreen(record(sheet), TODAY, 0)) as (app, _pilot):
        words = app.words
        assert "latex : allergie d'un document remplacé, absente du nouveau" in words
        assert "remplacé le 12/02/2026 par VSM, Dr ROUX Anne" in words
        assert words.index("03/12/2019") < words.index("remplacé le") < words.rindex("12/02/2026")


async def test_an_archived_source_says_so_however_long_its_title_is() -> None:
    archived = replace(VSM, archived=True, title="Synthèse médicale " * 12, type=Coding("", "?", "Synthèse"))
    sheet = merge([(archived, LATEX)])
    [line] = sheet.topic(Kind.ALLERGY).lines
    async with alone(SourcesScreen(record(sheet), TODAY, line)) as (app, _pilot):
        assert "12/02/2026 (archivé) Synthèse" in app.words
