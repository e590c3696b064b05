"""Puis-je donner ?, as a nurse reads it and types it."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from dmp_tui.dmp.entries import Kind
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.medicines.model import Edition, Found
from dmp_tui.dmp.sheet.model import Check, Line, Presence, Sheet, Topic, Weighed
from dmp_tui.screens.give import GiveScreen
from dmp_tui.screens.messages import Go, OpenMedicines, ReadDocument
from dmp_tui.screens.record import OpenRecord
from tests.dmp.safety.bases import BASE, SmallBase
from tests.dmp.safety.test_flags import vaccinated
from tests.looking import until
from tests.screens.alone import SIZES, Alone, alone
from tests.screens.people import CLAIRE, LDL, TODAY, VSM, line, record, topic

OFFICIAL = SmallBase(editions=(Edition("BDPM", "2019-11"), Edition("ANSM", "2020-10")))


def sheet(allergies: Sequence[Line] = (), treatments: Sequence[Line] = (), *more: Topic) -> Sheet:
    kinds = ((Kind.ALLERGY, allergies), (Kind.TREATMENT, treatments))
    return Sheet("p", "", (*(topic(kind, *own) for kind, own in kinds if own), *more), documents=3)


PENICILLIN = sheet([line(Kind.ALLERGY, "Pénicillines", LDL, noted="2014")])
THINNED = sheet((), [line(Kind.TREATMENT, "COUMADINE 2 mg", LDL), line(Kind.TREATMENT, "PLAVIX 75 mg")])


@asynccontextmanager
async def giving(
    of: Sheet, base: SmallBase = BASE, size: tuple[int, int] = (80, 24), held: OpenRecord | None = None
) -> AsyncIterator[tuple[Alone, Pilot[object]]]:
    """The screen, its base open."""
    screen = GiveScreen(held or record(of), TODAY)
    async with alone(screen, size) as (app, pilot):
        assert app.of(OpenMedicines)
        await screen.show_base(base)
        await pilot.pause()
        yield app, pilot


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_three_letters_and_the_verdict_stands(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with giving(PENICILLIN, OFFICIAL, size) as (app, pilot):
        await pilot.press(*"amoxicilline")
        assert "!!! CONTRE-INDIQUÉ" in app.text
        assert app.own == snapshot


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_typed_shows_what_an_emergency_asks_beside(
    size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with giving(THINNED, size=size) as (app, _pilot):
        assert app.own == snapshot


async def test_until_the_base_is_open_letters_are_kept_and_weighed_then() -> None:
    screen = GiveScreen(record(PENICILLIN), TODAY)
    async with alone(screen) as (app, pilot):
        await pilot.press(*"amoxicilline")
        assert "La base de médicaments s'ouvre." in app.text
        await screen.show_base(BASE)
        await pilot.pause()
        assert "!!! CONTRE-INDIQUÉ" in app.text


async def test_enter_adds_up_to_five_and_they_are_weighed_against_each_other() -> None:
    async with giving(sheet()) as (app, pilot):
        for name in ("etomidate", "suxamethonium", "sufentanil", "midazolam", "ketamine"):
            await pilot.press(*name, "enter")
        assert "sufentanil  +  i midazolam" in app.words or "i sufentanil" in app.words
        assert "(Entrée ajoute)" not in app.text
        await pilot.press(*"propofol")
        assert "(Entrée ajoute)" not in app.text
        await pilot.press("enter")
        assert "Cinq médicaments à la fois" in app.said


async def test_the_reason_that_makes_the_verdict_is_the_first() -> None:
    async with giving(THINNED) as (app, pilot):
        await pilot.press(*"aspirine", "enter")
        lines = app.text.splitlines()
        verdict = next(i for i, text in enumerate(lines) if "SELON UNE CONDITION À VÉRIFIER" in text)
        assert lines[verdict].startswith("i À PRENDRE EN COMPTE, CONTRE-INDIQUÉ")
        assert lines[verdict + 2].startswith("i À PRENDRE EN COMPTE")


async def test_enter_on_a_reason_opens_its_document_and_the_drugs_stay() -> None:
    async with giving(PENICILLIN) as (app, pilot):
        await pilot.press(*"amoxicilline", "enter", "enter")
        await until(pilot, lambda: ReadDocument("d2") in app.asked)
        assert "amoxicilline" in app.text


async def test_a_reason_of_no_document_says_so() -> None:
    async with giving(sheet()) as (app, pilot):
        await pilot.press(*"sufentanil", "enter", *"midazolam", "enter", "enter")
        assert "ne vient d'aucun document" in app.said
        assert not app.of(ReadDocument)


async def test_backspace_and_delete_take_the_last_drug_away() -> None:
    async with giving(PENICILLIN) as (app, pilot):
        await pilot.press(*"amoxicilline", "enter", *"etomidate", "enter")
        await pilot.press("backspace")
        assert "etomidate" not in app.text
        assert "CONTRE-INDIQUÉ" in app.text
        await pilot.press("delete")
        assert "CONTRE-INDIQUÉ" not in app.text


async def test_escape_clears_what_is_typed_and_then_leaves() -> None:
    async with giving(PENICILLIN) as (app, pilot):
        await pilot.press(*"amox", "escape")
        assert app.of(Go) == []
        await pilot.press("escape")
        await until(pilot, lambda: Go("back") in app.asked)


async def test_a_slip_is_a_guess_and_is_told_where_it_is_weighed() -> None:
    async with giving(PENICILLIN) as (app, pilot):
        await pilot.press(*"amoxiciline")
        assert "deviné, à vérifier" in app.words
        assert "deviné : amoxicilline" in app.words
        await pilot.press("enter")
        assert "médicament deviné d'après son nom" in app.words


async def test_a_name_that_means_nothing_has_no_verdict_and_the_others_keep_theirs() -> None:
    async with giving(PENICILLIN) as (app, pilot):
        await pilot.press(*"amoxicilline", "enter", *"zzzzzz")
        assert "Médicament inconnu : zzzzzz. Aucun verdict pour lui." in app.words
        assert "!!! CONTRE-INDIQUÉ" in app.text
        await pilot.press("enter")
        assert "zzzzzz" not in app.text.split("PUIS-JE DONNER ?")[1].splitlines()[1]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (Sheet("p", "", ()), "dossier sans document : rien n'est connu du patient"),
        (replace(PENICILLIN, unread=(VSM, LDL)), "2 documents lus en partie"),
        (PENICILLIN, "aucun document ne parle de traitements"),
        (Sheet("p", "", (Topic(Kind.ALLERGY, Presence.UNREADABLE),), documents=1), "illisible, lire le document"),
    ],
)
async def test_what_is_not_known_stands_below_the_verdict_and_whole_one_key_away(of: Sheet, said: str) -> None:
    async with giving(of) as (app, pilot):
        await pilot.press(*"etomidate", "enter")
        head = next(text for text in app.text.splitlines() if text.startswith("Non connu ou non évalué : "))
        assert "(touche Fin)" in head
        await pilot.press("end")
        assert said in app.words
        assert "non évalué : dose, voie et excipients" in app.words


async def test_a_patient_without_birth_date_or_sex_is_told() -> None:
    nobody = replace(CLAIRE, birth=None, sex=Sex.U)
    held = record(PENICILLIN, nobody)
    async with giving(PENICILLIN, held=held) as (app, pilot):
        await pilot.press(*"etomidate", "enter")
        assert "âge inconnu" in app.words
        await pilot.press("end")
        assert "sexe inconnu" in app.words


async def test_the_base_and_that_it_is_old_stand_at_the_top() -> None:
    async with giving(PENICILLIN, OFFICIAL) as (app, pilot):
        assert "BDPM 11/2019, ANSM 10/2020 ! base ancienne" in app.words
        await pilot.press(*"amoxicilline")
        assert "BDPM 11/2019, ANSM 10/2020" in app.words
    async with giving(PENICILLIN, SmallBase(whole=False)) as (app, _pilot):
        assert "jeu d'urgence intégré" in app.text


async def test_who_bleeds_is_told_before_anything_is_typed_and_after() -> None:
    async with giving(THINNED) as (app, pilot):
        told = "! SAIGNEMENT : COUMADINE 2 mg (anticoagulant), PLAVIX 75 mg (antiagrégant)"
        assert told in app.text
        await pilot.press(*"etomidate")
        assert told in app.text


@pytest.mark.parametrize("typed", ["tet", "tétanos", "plaie"])
async def test_tetanus_for_a_wound_is_asked_in_its_own_words(typed: str) -> None:
    async with giving(vaccinated("1999-05-10")) as (app, pilot):
        await pilot.press(*typed)
        assert "PLAIE : TÉTANOS" in app.text
        assert "dernier vaccin trouvé : REVAXIS, 10/05/1999" in app.words
        assert "Plaie mineure et propre : une dose de vaccin" in app.words
        assert "immunoglobulines 250 UI" in app.words
        assert "Source : Ministère chargé de la santé" in app.words


async def test_an_insulin_shows_the_last_glucose_of_who_takes_one() -> None:
    sugar = line(Kind.RESULT, "Glycémie", LDL, value="3.1", unit="mmol/L", noted="2026-11-21")
    held = sheet((), [line(Kind.TREATMENT, "NOVORAPID")], topic(Kind.RESULT, sugar))
    async with giving(held) as (app, pilot):
        assert "RISQUE DE SAIGNEMENT : " not in app.text
        await pilot.press(*"insuline asparte", "enter", "pagedown", "pagedown")
        assert "DERNIÈRE GLYCÉMIE" in app.text


async def test_a_card_never_takes_it_and_a_sheet_read_again_is_weighed_again() -> None:
    screen = GiveScreen(record(PENICILLIN), TODAY)
    assert screen.HOLDS
    async with alone(screen) as (app, pilot):
        await screen.show_base(BASE)
        await pilot.press(*"amoxicilline", "enter")
        screen.show_record(replace(screen.record, card_out=True))
        assert len(app.of(OpenMedicines)) == 1
        assert "CONTRE-INDIQUÉ" in app.text
        screen.show_record(record(sheet()))
        await until(pilot, lambda: len(app.of(OpenMedicines)) == 2)
        await screen.show_base(BASE)
        await pilot.pause()
        assert "amoxicilline" in app.text
        assert "CONTRE-INDIQUÉ" not in app.text


async def test_nothing_is_wider_than_the_screen() -> None:
    long = line(Kind.ALLERGY, "Pénicillines " + "é" * 300, LDL)
    async with giving(sheet([long])) as (app, pilot):
        await pilot.press(*"amoxicilline", "enter", "end")
        assert all(cell_len(text) <= 80 for text in app.text.splitlines())


async def test_another_vendors_sheet_has_its_treatments_weighed_here() -> None:
    treatments = [line(Kind.TREATMENT, "COUMADINE 2 mg", LDL), line(Kind.TREATMENT, "ADVIL", LDL)]
    foreign = sheet((), treatments)
    async with giving(foreign, OFFICIAL) as (app, pilot):
        assert "TRAITEMENTS DE LA FICHE ENTRE EUX" in app.text
        assert "! COUMADINE 2 mg + ADVIL : déconseillé" in app.text
        assert "Base : BDPM 11/2019, ANSM 10/2020" in app.words
        await pilot.press("enter")
        await until(pilot, lambda: ReadDocument("d2") in app.asked)
    told = Check("interaction", "COUMADINE 2 mg + ADVIL", (), (), Weighed("discouraged", "", "ANSM"))
    async with giving(replace(foreign, checks=(told,)), OFFICIAL) as (app, _pilot):
        assert "TRAITEMENTS DE LA FICHE ENTRE EUX" not in app.text


class GoneBase(SmallBase):
    """A base on a share that goes away."""

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        if typed.startswith("keto"):
            raise sqlite3.OperationalError("disk I/O error")
        return super().find(typed, limit)


async def test_a_base_that_goes_away_is_told_and_gives_no_verdict() -> None:
    async with giving(PENICILLIN, GoneBase()) as (app, pilot):
        await pilot.press(*"amoxicilline", "enter")
        assert "CONTRE-INDIQUÉ" in app.text
        await pilot.press(*"keto")
        assert "La base de médicaments ne peut plus être lue" in app.said
        assert "CONTRE-INDIQUÉ" not in app.text
        await pilot.press("escape", "escape")
        await until(pilot, lambda: Go("back") in app.asked)


async def test_a_base_that_cannot_be_read_at_all_is_told() -> None:
    screen = GiveScreen(record(PENICILLIN), TODAY)
    async with alone(screen) as (app, _pilot):
        assert await screen.show_base(DeadBase()) is None
        assert "La base de médicaments ne peut plus être lue" in app.said


class DeadBase(SmallBase):
    """A base of which nothing can be read."""

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        raise sqlite3.OperationalError("disk I/O error")
