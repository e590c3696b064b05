"""What closes a session: the card, a key, idleness, a PIN that the card has lost."""

from datetime import timedelta

import pytest

from dmp_tui.demo.patients import patient
from dmp_tui.dmp.identity import Identity, IdentityStatus, Origin
from dmp_tui.screens import session_app
from dmp_tui.screens.access import BreakGlassScreen
from dmp_tui.screens.lock import LockScreen
from dmp_tui.screens.messages import AuthorisationDeclared, GlassBroken, OpenIdentity
from tests.app.conftest import FIRST, SECOND, NewDesk
from tests.looking import screen_text
from tests.serving import ServerProcess


async def test_pulling_the_cps_locks_and_ends_the_session_on_the_server_too(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        client = desk.app.client
        assert client is not None
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée : la session est fermée.")
        assert "LEROY" not in desk.shown
        assert desk.app.record is None
        await desk.until(lambda: not client._conversation._tokens)


async def test_pulling_the_cps_before_its_pin_says_what_to_do(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("simon")
        await desk.until_shows("> Code PIN :")
        await desk.pilot.press(*"12")
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée : remettez-la, puis tapez le code PIN.")
        await desk.log_in()
        await desk.until_shows("Insérez la carte Vitale")


async def test_ctrl_l_locks_resets_the_card_and_asks_the_pin_again(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        card = desk.cps("simon")
        await desk.log_in(card)
        await desk.open("leroy")
        assert card._verified
        await desk.pilot.press("ctrl+l")
        await desk.until_shows("Verrouillé.")
        assert "LEROY" not in desk.shown
        await desk.until_forgotten(card)
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        await desk.until_shows("LEROY Martine")


async def test_a_pin_typed_while_the_card_is_read_is_asked_again(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.app.action_lock()
        desk.app.card = None  # as it is while a slow card is read again
        await desk.type_pin()
        await desk.until_shows("La carte CPS est en cours de lecture : retapez le code PIN")


async def test_idle_minutes_lock(new_desk: NewDesk) -> None:
    desk = new_desk(idle_minutes=7)
    desk.app._idle_seconds = 0.5
    async with desk.running():
        await desk.log_in()
        await desk.until_shows("Verrouillé après 7 minutes sans frappe.")
        assert isinstance(desk.app.screen, LockScreen)


async def test_a_wish_that_comes_after_the_lock_opens_nothing(new_desk: NewDesk) -> None:
    person = Identity(patient("rossi").ins, patient("rossi").traits, IdentityStatus.PROV, Origin.CARD)
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.app.action_lock()
        assert desk.app.session is None
        desk.app.post_message(OpenIdentity(person))
        desk.app.post_message(GlassBroken(person, "other", "une raison assez longue"))
        desk.app.post_message(AuthorisationDeclared(person))
        await desk.pilot.pause()
        assert isinstance(desk.app.screen, LockScreen)
        assert not desk.app._grants


async def test_the_cps_pulled_out_over_a_form_closes_it_unsent(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("rossi", SECOND)
        await desk.until_shows("vous n'avez pas d'autorisation")
        desk.app.awake()
        await desk.pilot.press("exclamation_mark", "1")
        await desk.until(lambda: isinstance(desk.app.screen, BreakGlassScreen))
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS retirée")
        assert "ROSSI" not in desk.shown
        await desk.log_in()
        await desk.until_shows("vous n'avez pas d'autorisation")


async def test_the_vitale_pulled_out_over_a_form_leaves_the_form(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("rossi", SECOND)
        await desk.until_shows("vous n'avez pas d'autorisation")
        desk.app.awake()
        await desk.pilot.press("exclamation_mark", "1")
        desk.source.remove(SECOND)
        await desk.until(lambda: desk.app.desk.cards[1][1] is None)
        assert isinstance(desk.app.screen, BreakGlassScreen)
        assert desk.shown.startswith("ROSSI Paola")


async def test_a_session_is_renewed_ahead_of_its_end_and_nothing_is_painted(
    new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_app, "_RENEW_BEFORE", timedelta(minutes=15))
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        first, shown = desk.app.session, screen_text(desk.app)
        assert first is not None
        await desk.until(lambda: desk.app.session is not first)
        assert desk.app.session is not None
        assert desk.app.session.expires > first.expires
        assert screen_text(desk.app) == shown


async def test_a_card_that_forgot_its_pin_meanwhile_asks_it(new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_app, "_RENEW_BEFORE", timedelta(minutes=15))
    async with new_desk().running() as desk:
        card = desk.cps("simon")
        await desk.log_in(card)
        await desk.open("leroy")
        first = desk.app.card
        card.reset()  # as another program does that uses the card
        await desk.until_shows("La carte a oublié le code PIN : retapez-le.")
        assert "LEROY" not in desk.shown
        await desk.until(lambda: desk.app.card not in {None, first})
        await desk.type_pin()
        await desk.until_shows("LEROY Martine")


async def test_a_server_that_is_away_when_a_session_is_to_be_renewed_is_told_by_the_next_call_only(
    new_desk: NewDesk, own_server: ServerProcess
) -> None:
    async with new_desk(own_server).running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        shown = desk.shown
        own_server.crash()
        desk.app._renew_ahead()
        await desk.until(lambda: not any(w.group == "renewal" for w in desk.app.workers))
        assert desk.shown == shown
        await desk.pilot.press("d")
        await desk.until_shows("Serveur injoignable")


async def test_letters_are_dead_after_a_switch_that_nobody_typed(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert("leroy", SECOND)
        await desk.until_shows("!! ALLERGIES")
        assert desk.app._dead_until > 0
        desk.app._dead_until = float("inf")
        before = desk.app.screen
        await desk.pilot.press("d")
        assert desk.app.screen is before
