"""Treatments that do not go together, on the sheet and one Enter below it."""

from dataclasses import replace

import pytest

from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.sheet.model import Check, Sheet, Weighed
from dmp_tui.screens.messages import ReadDocument
from dmp_tui.screens.record_screen import RecordScreen
from dmp_tui.screens.sheet import SheetScreen
from dmp_tui.screens.sources import CheckScreen
from tests.looking import until
from tests.screens.alone import alone
from tests.screens.people import LDL, TODAY, line, record, topic

WEIGHED = Weighed(
    "discouraged",
    "Risque hémorragique accru.",
    "ANSM 10/2020",
    "Surveillance clinique étroite.",
    editions=("BDPM 2019-11", "ANSM 2020-10"),
    caveats=("contradicted", "guess-line"),
)
CHECK = Check("interaction", "COUMADINE 2 mg + ADVIL 400 mg", ("coumadine 2 mg", "advil 400 mg"), (LDL,), WEIGHED)


def sheet(check: Check = CHECK) -> Sheet:
    treatments = (line(Kind.TREATMENT, "COUMADINE 2 mg", LDL), line(Kind.TREATMENT, "ADVIL 400 mg", LDL))
    return Sheet("p", "", (topic(Kind.TREATMENT, *treatments),), checks=(check,), documents=2)


async def test_the_sheet_says_the_pair_and_its_level() -> None:
    async with alone(SheetScreen(record(sheet()), TODAY)) as (app, _pilot):
        assert "COUMADINE 2 mg + ADVIL 400 mg : déconseillé (nom deviné)" in app.text
    plain = replace(CHECK, weighed=replace(WEIGHED, caveats=()))
    async with alone(SheetScreen(record(sheet(plain)), TODAY), (120, 40)) as (app, _pilot):
        assert "COUMADINE 2 mg + ADVIL 400 mg : déconseillé : Risque hémorragique accru" in app.text


async def test_enter_shows_why_what_to_do_whose_word_it_is_and_the_documents() -> None:
    screen: RecordScreen = CheckScreen(record(sheet()), TODAY, 0)
    async with alone(screen) as (app, pilot):
        for said in (
            "Risque hémorragique accru. Surveillance clinique étroite.",
            "(contredit par un document, ligne de la fiche devinée d'après son nom)",
            "Source : ANSM 10/2020",
            "Base : BDPM 11/2019, ANSM 10/2020 ! base ancienne",
            "Traitements : COUMADINE 2 mg",
            "Traitements : ADVIL 400 mg",
        ):
            assert said in app.words
        await pilot.press("end", "enter")
        await until(pilot, lambda: ReadDocument("d2") in app.asked)


async def test_the_set_that_ships_is_named() -> None:
    check = replace(CHECK, weighed=replace(WEIGHED, editions=()))
    async with alone(CheckScreen(record(sheet(check)), TODAY, 0)) as (app, _pilot):
        assert "Base : jeu d'urgence intégré." in app.words


@pytest.mark.parametrize("level", ["", "no level of ours", "\x1b[31m"])
async def test_a_level_of_nobody_is_shown_as_it_is_and_nothing_crashes(level: str) -> None:
    check = replace(CHECK, weighed=replace(WEIGHED, level=level, caveats=("no caveat of ours",)))
    async with alone(SheetScreen(record(sheet(check)), TODAY)) as (app, pilot):
        await pilot.press("end", "enter")
        assert "\x1b" not in app.text


async def test_a_pair_of_which_one_counts_no_more_is_past() -> None:
    check = replace(CHECK, weighed=replace(WEIGHED, until="2026-11-20"))
    async with alone(SheetScreen(record(sheet(check)), TODAY)) as (app, _pilot):
        assert "(passé)" in app.text


async def test_too_many_treatments_are_said_to_be_weighed_in_part() -> None:
    check = Check("not-weighed", "12", ("coumadine 2 mg",))
    async with alone(SheetScreen(record(sheet(check)), TODAY)) as (app, _pilot):
        assert "n'ont pas tous été comparés" in app.words
