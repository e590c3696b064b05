"""Déjà fait ?, as a person sees it."""

import pytest
from syrupy.assertion import SnapshotAssertion

from dmp_tui.dmp.entries import Coding, Kind, Mark
from dmp_tui.dmp.sheet.model import Sheet
from dmp_tui.screens.exams import ExamsScreen
from dmp_tui.screens.messages import Go, ListDocuments, ReadDocument
from dmp_tui.screens.record import OpenRecord
from tests.dmp.test_consultation import document
from tests.dmp.test_exams import line
from tests.looking import until
from tests.screens.alone import SIZES, alone
from tests.screens.people import TODAY, record, topic

LABS = line(Kind.RESULT, "INR", "2026-11-18", "2026-10-27", detail="2.8 {INR}")
PAID = line(Kind.PROCEDURE, "Scanner cérébral", "2026-08-01", marks=frozenset({Mark.REIMBURSED}))
SHEET = Sheet("p", "", (topic(Kind.RESULT, LABS), topic(Kind.PROCEDURE, PAID)))
SCAN = document("scan", "2026-09-02", title="TDM crânienne", type=Coding("", "18748-4"), readable="attachment")


def of() -> OpenRecord:
    return record(SHEET, documents=(SCAN, document("b", title="Lettre")))


@pytest.mark.parametrize("size", SIZES)
async def test_a_scan_is_found_wherever_it_is_told(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with alone(ExamsScreen(of(), TODAY), size) as (app, pilot):
        assert app.of(ListDocuments)
        await pilot.press(*"scanner cerebral")
        assert app.own == snapshot


async def test_results_come_as_one_types_and_letters_go_nowhere_else() -> None:
    async with alone(ExamsScreen(of(), TODAY)) as (app, pilot):
        await pilot.press(*"inr")
        assert "18/11/2026 INR : 2,8" in app.text
        assert "27/10/2026 INR : 2,8" in app.text
        assert not app.of(Go)


async def test_nothing_found_never_says_never_done() -> None:
    async with alone(ExamsScreen(of(), TODAY)) as (app, pilot):
        await pilot.press(*"coloscopie")
        said = "dans les documents que vous pouvez lire (2 documents, dont 1 non lu)"
        assert said in app.words
        assert "cela ne dit pas que ce n'a pas été fait" in app.words


async def test_enter_opens_the_document_and_escape_leaves() -> None:
    async with alone(ExamsScreen(of(), TODAY)) as (app, pilot):
        await pilot.press(*"tdm", "enter")
        await until(pilot, lambda: ReadDocument("scan") in app.asked)
        await pilot.press("escape")
        await until(pilot, lambda: Go("back") in app.asked)


async def test_without_the_list_it_says_what_was_searched() -> None:
    async with alone(ExamsScreen(record(SHEET), TODAY)) as (app, pilot):
        await pilot.press(*"irm")
        assert "la liste des documents n'est pas encore là" in app.words


async def test_nothing_unread_is_not_counted() -> None:
    async with alone(ExamsScreen(record(SHEET, documents=(document("b", title="Lettre"),)), TODAY)) as (app, pilot):
        await pilot.press(*"coloscopie")
        assert "(1 document) : cela ne dit pas" in app.words
        assert "dont" not in app.words


async def test_the_keys_named_are_those_that_work_while_one_types() -> None:
    async with alone(ExamsScreen(of(), TODAY)) as (app, pilot):
        await until(pilot, lambda: "Tab quitter le champ" in app.text.splitlines()[-1])
        assert "d Docs" not in app.text.splitlines()[-1]
        await pilot.press("tab")
        await until(pilot, lambda: "d Docs" in app.text.splitlines()[-1])
