"""Whose record opens, in which mode, and what is said where it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dmp_tui.demo.patients import patient
from dmp_tui.screens.choose import ChooseScreen
from dmp_tui.screens.search import SearchScreen
from dmp_tui.screens.sheet import SheetScreen
from tests.app.conftest import SECOND, Desk, NewDesk
from tests.looking import screen_text, until_shows
from tests.serving import ServerProcess

NOT_AUTHORISED = "vous n'avez pas d'autorisation"


async def break_the_glass(desk: Desk, reason: str = "inconsciente, accident") -> None:
    desk.app.awake()
    await desk.pilot.press("exclamation_mark")
    await desk.until_shows("Motif (1 à 3)")
    await desk.pilot.press("1", "enter", *reason, "enter")


async def test_two_people_on_one_card_are_asked_for(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("moreau", SECOND)
        await desk.until_shows("qui est le patient ?")
        assert isinstance(desk.app.screen, ChooseScreen)
        desk.app.awake()
        await desk.pilot.press("2")
        await desk.until_shows("!! ALLERGIES")
        assert desk.shown.startswith("MOREAU Lucas")


async def test_the_insured_persons_number_opens_nothing(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("moreau_jade", SECOND)
        await desk.until_shows("qui est le patient ?")
        desk.app.awake()
        await desk.pilot.press("2")
        await desk.until_shows("NIR de l'assuré : saisir ou scanner l'INS du patient")
        assert isinstance(desk.app.screen, SearchScreen)
        assert desk.app.record is None
        await desk.pilot.press(*patient("moreau_jade").ins.matricule, "enter")
        await desk.until_shows("!! ALLERGIES")
        assert desk.shown.startswith("MOREAU Jade")


async def test_with_a_form_open_a_card_never_switches(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("rossi", SECOND)
        await desk.until_shows(NOT_AUTHORISED)
        desk.app.awake()
        await desk.pilot.press("exclamation_mark")
        await desk.until_shows("BRIS DE GLACE")
        desk.insert("garnier", SECOND)
        await desk.until_shows("Carte de GARNIER Henri lue, F2 ouvre.")
        assert desk.shown.startswith("ROSSI Paola")
        await desk.pilot.press("f2")
        await desk.until_shows("GARNIER Henri M 77 ans")


async def test_breaking_the_glass_needs_a_code_and_a_reason(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("rossi", SECOND)
        await desk.until_shows(NOT_AUTHORISED)
        await break_the_glass(desk, "court")
        await desk.until_shows("10 caractères au moins")
        assert not desk.app._grants
        await desk.pilot.press(*" mais plus long", "enter")
        await desk.until_shows("BRIS DE GLACE jusqu'à")
        await desk.until_shows("Latex")


async def test_a_second_visit_in_the_same_session_asks_no_new_reason_until_the_access_ends(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.scan("kowalski")
        await desk.until_shows(NOT_AUTHORISED)
        await break_the_glass(desk)
        await desk.until_shows("BRIS DE GLACE jusqu'à")
        desk.app.close_record()
        desk.scan("kowalski")
        await desk.until_shows("BRIS DE GLACE jusqu'à")
        # An access lasts an hour on the server: that it is over is what the app is made to believe here, no more.
        ins = patient("kowalski").ins
        desk.app._grants[ins] = replace(desk.app._grants[ins], end=desk.app.server_now() - timedelta(seconds=1))
        desk.app._mode_over()
        await desk.until_shows("L'accès en urgence est terminé : le dossier est fermé.")
        desk.scan("kowalski")
        await desk.until_shows(NOT_AUTHORISED)


async def test_who_opposed_stays_closed(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("lambert", SECOND)
        await desk.until_shows("Il s'est opposé au bris de glace.")
        await break_the_glass(desk)
        await desk.until_shows("Le patient s'est opposé à l'accès en urgence : le dossier reste fermé")
        assert desk.app.record is None


async def test_the_patients_consent_is_declared_by_a_whole_word(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        desk.insert("dubois", SECOND)
        await desk.until_shows("a expiré")
        desk.app.awake()
        await desk.pilot.press("a")
        await desk.until_shows("recueilli par Dr SIMON Claire")
        await desk.pilot.press("o", "enter")
        await desk.until_shows("Rien n'est déclaré")
        await desk.pilot.press("u", "i", "enter")
        await desk.until_shows("!! ALLERGIES")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("costa", "Aucun DMP pour l'INS 2 97 01 99 139 910"),
        ("vidal", "Le DMP de ce patient est fermé depuis le"),
    ],
)
async def test_what_cannot_be_opened_is_said(new_desk: NewDesk, key: str, sentence: str) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert(key, SECOND)
        await desk.until_shows(sentence)
        assert desk.app.record is None


async def test_ten_records_one_after_the_other(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        for key in ("leroy", "garnier", "benali", "duval", "martin", "martin_bis", "nguyen", "bernard", "haddad"):
            await desk.open(key)
            assert desk.shown.startswith(patient(key).family)


async def test_contacts_show_the_declared_address_as_no_identity(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("duval")
        await desk.pilot.press("c")
        await desk.until_shows("EHPAD Les Glycines")
        assert "ne l'identifie pas" in desk.shown
        assert "!! ALLERGIES" in desk.shown
        await desk.pilot.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, SheetScreen))


async def test_a_small_terminal_gets_one_sentence(new_desk: NewDesk) -> None:
    async with new_desk().running(size=(60, 15)) as desk:
        await desk.until_shows("Terminal trop petit (60x15)")
        assert "Lecteur" not in desk.shown


async def test_the_palette_speaks_the_users_language(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.pilot.press("ctrl+p")
        await until_shows(desk.pilot, "Chercher une commande…")
        assert "LEROY" not in screen_text(desk.app)


async def test_the_last_inr_and_back_are_two_keys_from_the_sheet(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await desk.pilot.press("b")
        await desk.until_shows("INR 4,8")
        await desk.pilot.press("s")
        await desk.until(lambda: isinstance(desk.app.screen, SheetScreen))
