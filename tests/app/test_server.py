"""A server that is away, another one, or slow; a workstation whose clock is wrong: a sentence each, the app stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Timeout

from dmp_tui.client import transport
from dmp_tui.screens.lock import LockScreen
from dmp_tui.server.authority import load_issued, make_server_certificate, save_issued
from dmp_tui.server.layout import initialise, load_files
from tests.app.conftest import FIRST, SECOND, NewDesk
from tests.serving import ServerProcess

HOST = "127.0.0.1"


async def test_the_lock_screen_says_that_the_server_answers(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.until_shows(f"{desk.server.url} répond.")


async def test_a_server_that_is_away_at_the_start_and_comes_later(new_desk: NewDesk, own_server: ServerProcess) -> None:
    own_server.crash()
    async with new_desk(own_server).running() as desk:
        await desk.until_shows("Serveur injoignable : vérifiez le réseau")
        card = desk.cps("simon")
        desk.insert(card)
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        # The lock screen says it twice: beside the server's address, and what became of the login.
        await desk.until(lambda: desk.shown.count("Serveur injoignable") == 2)
        await desk.until_forgotten(card)
        own_server.start()
        await desk.type_pin()
        await desk.until_shows("Insérez la carte Vitale")
        assert "répond." in desk.app.desk.server_state


async def test_a_server_that_stops_leaves_the_record_in_view(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        own_server.crash()
        await desk.pilot.press("d")
        await desk.until_shows("Serveur injoignable")
        assert desk.shown.startswith("LEROY Martine")
        desk.scan("garnier")
        await desk.until(lambda: desk.app.record is None)
        await desk.until_shows("Serveur injoignable")
        await desk.until(lambda: "injoignable" in desk.app.desk.server_state)


async def test_a_server_that_restarted_is_given_the_card_again(new_desk: NewDesk, own_server: ServerProcess) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        own_server.crash()
        own_server.start()
        desk.scan("garnier")
        await desk.until_shows("GARNIER HENRI")
        await desk.until_shows("!! ALLERGIES")


async def test_a_card_that_forgot_its_pin_cannot_renew_and_asks_it(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    async with new_desk(own_server).running() as desk:
        card = desk.card("simon")
        await desk.log_in(card)
        own_server.crash()
        own_server.start()
        card.reset()
        desk.scan("garnier")
        await desk.until_shows("La carte a oublié le code PIN : retapez-le.")
        assert isinstance(desk.app.screen, LockScreen)


async def test_a_server_of_another_authority_is_sent_nothing(
    new_desk: NewDesk, own_server: ServerProcess, tmp_path: Path
) -> None:
    other = initialise(tmp_path / "other", lambda: datetime.now(UTC), names=(HOST,)).data
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        own_server.crash()
        own_server.start(other)
        desk.insert("leroy", SECOND)
        await desk.until_shows("Ce serveur n'est pas celui attendu (autre autorité) : rien n'a été envoyé")
        await desk.until(lambda: "autre autorité" in desk.app.desk.server_state)
        assert desk.app.record is None


async def test_a_certificate_that_is_not_valid_yet_means_a_slow_clock(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    own_server.crash()
    files = load_files(own_server.data)
    authority = load_issued(files.authority, files.authority_key)
    tomorrow = make_server_certificate(authority, datetime.now(UTC) + timedelta(days=2), (HOST,))
    save_issued(tomorrow, files.certificate, files.certificate_key)
    own_server.start()
    async with new_desk(own_server).running() as desk:
        await desk.until_shows("L'horloge de ce poste retarde")


async def test_a_server_that_hangs_is_waited_for_no_longer_than_is_decent(
    new_desk: NewDesk, own_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_TIMEOUTS", Timeout(0.5))
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        own_server.freeze()
        await desk.pilot.press("d")
        await desk.until_shows("Le serveur ne répond pas à temps")
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée")


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_wrong_clock_is_told_and_the_login_goes_on(new_desk: NewDesk, minutes: int) -> None:
    desk = new_desk()
    desk.offset = timedelta(minutes=minutes)
    async with desk.running():
        await desk.log_in()
        await desk.until_shows("L'heure de ce poste est fausse de 10 min : faites-la régler.")
        await desk.open("leroy")


@pytest.mark.parametrize("days", [4000, -4000])
async def test_a_card_is_judged_by_the_servers_clock(new_desk: NewDesk, days: int) -> None:
    desk = new_desk()
    desk.offset = timedelta(days=days)
    async with desk.running():
        await desk.until_shows("répond.")
        await desk.log_in()


async def test_without_a_server_a_card_is_judged_by_the_workstations_clock(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    own_server.crash()
    desk = new_desk(own_server)
    desk.offset = timedelta(days=4000)
    async with desk.running():
        await desk.until_shows("Serveur injoignable")
        desk.insert("simon")
        await desk.until_shows("vérifiez la date du poste")


async def test_a_file_of_the_authority_that_is_none(new_desk: NewDesk, own_server: ServerProcess) -> None:
    own_server.authority.write_text("nothing")
    async with new_desk(own_server).running() as desk:
        await desk.until_shows("Le fichier de l'autorité du serveur est illisible")
        desk.insert("simon")
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        await desk.until(lambda: desk.shown.count("Le fichier de l'autorité") == 2)
