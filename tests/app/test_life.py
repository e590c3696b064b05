"""The life of a record at the keyboard, before the real server: opened, authorised, corrected, closed, opened again."""

import pytest

from dmp_tui.demo.patients import patient
from dmp_tui.screens.creation import CreationScreen
from tests.app.conftest import SECOND, Desk, NewDesk
from tests.serving import ServerProcess


async def create(desk: Desk, *answers: str) -> None:
    """The three steps for the card that is in, up to the last word."""
    await desk.until_shows("AUCUN DMP POUR CE PATIENT")
    desk.app.awake()
    await desk.pilot.press("n")
    await desk.until_shows("ÉTAPE 1")
    await desk.pilot.press("1")
    await desk.until_shows("Vous décidez")
    await desk.pilot.press("enter")
    await desk.until_shows("FAIT")
    await desk.pilot.press("2", "3", "4", *answers)


async def confirm(desk: Desk, word: str = "OUI") -> None:
    await desk.pilot.press(*word, "enter")


async def consents(desk: Desk) -> None:
    """The screen of consents, filled."""
    await desk.pilot.press("p")
    await desk.until_shows("CE QUE VOUS POUVEZ FAIRE")


async def test_a_record_is_opened_in_three_steps(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        desk.insert("costa", SECOND)
        await create(desk, "6")
        await desk.pilot.press("enter")
        await desk.until_shows("OUVRIR LE DMP DE COSTA Elena")
        await confirm(desk, "NON")
        await desk.until_shows("Rien n'est créé")
        assert desk.app.record is None
        await desk.pilot.press("ctrl+u")
        await confirm(desk)
        await desk.until_shows("DMP ouvert.")
        assert desk.shown.startswith("COSTA Elena")
        await consents(desk)
        assert "bris de glace PERMIS · centre 15 PERMIS · documents masqués REFUSÉ" in desk.shown
        assert "Dr SIMON Claire (vous)" in desk.shown


async def test_nothing_is_opened_while_a_step_is_missing(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("costa", SECOND)
        await desk.until_shows("AUCUN DMP POUR CE PATIENT")
        desk.app.awake()
        await desk.pilot.press("n", "enter")
        await desk.until_shows("Il manque l'information du patient")
        await desk.pilot.press("1")
        await desk.until_shows("Vous décidez")
        await desk.pilot.press("escape")
        await desk.until_shows("à faire")
        await desk.pilot.press("1", "enter", "enter")
        await desk.until_shows("Il manque le consentement du patient")
        await desk.pilot.press("2", "2", "enter")
        await desk.until_shows("Le patient refuse l'ouverture")
        for key, missing in (("2", "bris de glace : 3"), ("3", "centre 15 : 4"), ("4", "le consulter ? 6")):
            await desk.pilot.press(key, "enter")
            await desk.until_shows(missing)
        await desk.pilot.press("6")
        desk.source.remove(SECOND)
        await desk.until_shows("absente : remettez-la")
        await desk.pilot.press("enter")
        await desk.until_shows("Il manque la carte Vitale")
        desk.insert("costa", SECOND)
        await desk.until_shows("[x] ÉTAPE 3")
        await desk.pilot.press("enter")
        await desk.until_shows("OUVRIR LE DMP DE COSTA")
        desk.source.remove(SECOND)
        await desk.until(lambda: not _creation(desk).steps.card_in)
        await confirm(desk)
        await desk.until_shows("Il manque la carte Vitale")
        assert desk.app.client is not None
        assert await desk.app.client.find_patient(patient("costa").ins) is None


def _creation(desk: Desk) -> CreationScreen:
    [screen] = [screen for screen in desk.app.screen_stack if isinstance(screen, CreationScreen)]
    return screen


async def test_another_card_is_no_step_of_this_record(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("costa", SECOND)
        await create(desk, "6")
        desk.source.remove(SECOND)
        await desk.until(lambda: not _creation(desk).steps.card_in)
        desk.insert("garnier", SECOND)
        await desk.until_shows("Carte de GARNIER Henri lue, F2 ouvre.")
        assert desk.shown.startswith("COSTA Elena")
        assert not _creation(desk).steps.card_in


async def test_without_a_card_no_record_is_opened(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.scan("costa")
        await desk.until_shows("il faut la carte Vitale du patient : insérez-la")
        desk.app.awake()
        await desk.pilot.press("n")
        assert "n Ouvrir" not in desk.shown
        assert not any(isinstance(screen, CreationScreen) for screen in desk.app.screen_stack)
        assert not desk.app.may_break_glass()


async def test_a_record_is_closed_by_name_and_opened_again(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("garnier")
        await consents(desk)
        await desk.pilot.press("7")
        await desk.until_shows("FERMER LE DMP DE GARNIER Henri")
        await desk.pilot.press("1", "enter", "enter", *"leroy", "enter")
        await desk.until_shows("Rien n'est fermé")
        assert desk.app.record is not None
        await desk.pilot.press("ctrl+u", *"Garnier", "enter")
        await desk.until_shows("DMP fermé. Il est conservé dix ans")
        desk.source.remove(SECOND)
        desk.insert("garnier", SECOND)
        await desk.until_shows("Motif : à la demande du patient")
        desk.app.awake()
        await desk.pilot.press("o")
        await desk.until_shows("ROUVRIR LE DMP DE GARNIER Henri")
        await confirm(desk)
        await desk.until_shows("!! ALLERGIES")


async def test_who_may_not_open_a_closed_record_again_is_told_who_can(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in("lefevre")
        desk.insert("vidal", SECOND)
        await desk.until_shows("DMP FERMÉ")
        await desk.until_shows("un soignant qu'il avait autorisé, le peut")
        desk.app.awake()
        await desk.pilot.press("o")
        assert "ROUVRIR" not in desk.shown


async def test_an_authorisation_is_renewed_then_withdrawn(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("nguyen")
        await consents(desk)
        await desk.pilot.press("1")
        await desk.until_shows("AUTORISATION DU PATIENT")
        await desk.pilot.press("up", "ctrl+u", *"31/12/2099", "enter", *"OUI", "enter")
        await desk.until_shows("Cette date est dans l'avenir")
        await desk.pilot.press("ctrl+u", *desk.app.today().strftime("%d/%m/%Y"), "enter", "enter")
        await desk.until_shows("Autorisation déclarée")
        await desk.until_shows("CE QUE VOUS POUVEZ FAIRE")
        await desk.pilot.press("2")
        await desk.until_shows("RETIRER MON AUTORISATION")
        await confirm(desk)
        await desk.until_shows("Votre autorisation est retirée. Le dossier est fermé à l'écran.")
        assert desk.app.record is None


async def test_wishes_and_people_are_taken_down(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("nguyen")
        await consents(desk)
        await desk.pilot.press("4", "3", "1", "2")
        await desk.until_shows("Les deux accès sont refusés : les documents masqués le sont donc aussi.")
        await desk.pilot.press("enter")
        await desk.until_shows("bris de glace REFUSÉ · centre 15 REFUSÉ · documents masqués REFUSÉ")
        await desk.pilot.press("5")
        await desk.until_shows("+ une personne")
        await desk.pilot.press("end", "enter")
        await desk.until_shows("PERSONNE À PRÉVENIR OU REPRÉSENTANT")
        await desk.pilot.press(*"NGUYEN Lan", "enter", *"soeur", "enter", *"abc", "enter", "enter")
        await desk.until_shows("Ce n'est pas un numéro de téléphone")
        await desk.pilot.press("ctrl+u", *"0699000099", "enter", "ctrl+u", "2", "enter")
        await desk.until_shows("NGUYEN Lan (soeur, personne de confiance)")
        await desk.until_shows("06 99 00 00 99")


async def test_in_break_glass_nothing_is_decided_for_the_patient(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        desk.insert("rossi", SECOND)
        await desk.until_shows("ACCÈS NON AUTORISÉ")
        desk.app.awake()
        await desk.pilot.press("exclamation_mark")
        await desk.pilot.press("1", "enter", *"inconsciente, accident", "enter")
        await desk.until_shows("BRIS DE GLACE jusqu'à")
        await consents(desk)
        assert "BRIS DE GLACE jusqu'à" in desk.shown
        await desk.until_shows("Fermer le DMP : pas en bris de glace : avec le patient, en accès normal")
        await desk.until_shows("Liste non montrée")
        await desk.pilot.press("1", "7")
        await desk.until_shows("CE QUE VOUS POUVEZ FAIRE")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_screen_of_consents_names_who_is_blocked(new_desk: NewDesk, size: tuple[int, int]) -> None:
    async with new_desk().running(size) as desk:
        await desk.log_in("durand")
        await desk.open("lambert")
        await consents(desk)
        await desk.until_shows("vous-même")
        await desk.pilot.press("end", "pagedown")
        await desk.until_shows("Dr MARCHAND Luc, bloqué par le patient depuis le")
