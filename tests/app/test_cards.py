"""Cards that come and go at the desk: each ends on a sheet, or in one sentence that says what to do."""

import sys
from datetime import timedelta

import pytest

from dmp_tui import app as app_module
from dmp_tui.cards.atr import AID_VITALE
from dmp_tui.cards.pcsc import PcscSource
from dmp_tui.cards.tlv import encode
from dmp_tui.cards.virtual import Faulty, Vitale2
from dmp_tui.cards.vitale import Beneficiary
from dmp_tui.dmp.identity import Traits
from dmp_tui.screens.lock import LockScreen
from dmp_tui.screens.search import SearchScreen
from tests.app.conftest import FIRST, SECOND, NewDesk


async def test_two_cards_and_a_pin_bring_the_sheet(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("simon")
        desk.insert("perrin", SECOND)
        await desk.until_shows("Carte Vitale lue")
        assert "PERRIN" not in desk.shown
        await desk.until_shows("Carte CPS de SIMON Claire")
        await desk.type_pin()
        await desk.until_shows("!! ALLERGIES")
        assert desk.shown.startswith("PERRIN Camille  F 43 ans  25/01/1983")
        assert "AU DOSSIER : PERRIN Camilla" in desk.shown
        assert "NORMAL Dr SIMON Claire" in desk.shown


async def test_with_a_session_a_vitale_opens_without_a_key(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.until_shows("Insérez la carte Vitale")
        await desk.open("leroy")
        desk.source.remove(SECOND)
        await desk.until_shows("CARTE RETIRÉE")
        assert desk.shown.startswith("LEROY Martine")


async def test_one_reader_takes_the_vitale_first(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.source.unplug(SECOND)
        desk.insert("leroy")
        await desk.until_shows("Carte Vitale lue")
        desk.source.remove(FIRST)
        await desk.log_in()
        await desk.until_shows("!! ALLERGIES")
        assert desk.shown.startswith("LEROY Martine")


async def test_a_vitale_of_two_minutes_ago_is_forgotten(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("leroy")
        await desk.until_shows("Carte Vitale lue")
        desk.source.remove(FIRST)
        desk.offset += timedelta(minutes=2)
        await desk.log_in()
        await desk.until_shows("Insérez la carte Vitale")
        assert desk.app.record is None


async def test_when_the_two_minutes_are_over_the_lock_screen_says_nothing_of_it(
    new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "_VITALE_KEPT", timedelta(seconds=0.3))
    async with new_desk().running() as desk:
        desk.insert("leroy")
        await desk.until_shows("Carte Vitale lue")
        await desk.until(lambda: "Carte Vitale lue" not in desk.shown)
        assert desk.app._waiting is None


async def test_a_wrong_pin_says_how_many_tries_are_left_and_reaches_no_server(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("simon")
        await desk.until_shows("Il reste 3 essais")
        for left in ("2 essais", "1 essai"):
            await desk.type_pin("9999")
            await desk.until_shows(f"Code PIN faux : retapez-le. Il reste {left}")
        await desk.type_pin("9999")
        await desk.until_shows("Carte CPS bloquée après trop de codes faux : débloquez-la")
        await desk.until_shows("! Carte bloquée")
        assert desk.app.session is None


async def test_too_few_digits_spend_no_try(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.insert("simon")
        await desk.until_shows("Il reste 3 essais")
        await desk.type_pin("12")
        await desk.until_shows("Le code PIN a 4 chiffres")
        assert "Il reste 3 essais" in desk.shown


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("blocked", "! Carte bloquée : débloquez-la"),
        ("bank", "C'est une carte bancaire : insérez"),
        ("vitale1", "Carte Vitale de première génération, illisible ici : scannez"),
        ("unreadable", "Carte illisible : retirez-la"),
        ("expired", "Carte CPS expirée : utilisez"),
        ("not-yet-valid", "Carte CPS pas encore valide : vérifiez la date"),
    ],
)
async def test_a_card_that_cannot_serve_says_why_and_asks_no_pin(new_desk: NewDesk, key: str, sentence: str) -> None:
    async with new_desk().running() as desk:
        desk.insert(key)
        await desk.until_shows(sentence)
        assert key == "blocked" or "> Code PIN" not in desk.shown
        desk.source.remove(FIRST)
        await desk.log_in()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [("revoked", "Carte CPS révoquée"), ("foreign", "L'autorité de cette carte CPS n'est pas connue du serveur")],
)
async def test_a_card_that_the_server_refuses_says_why_and_forgets_its_pin(
    new_desk: NewDesk, key: str, sentence: str
) -> None:
    async with new_desk().running() as desk:
        card = desk.cps(key)
        desk.insert(card)
        await desk.until_shows("> Code PIN :")
        await desk.type_pin()
        await desk.until_shows(sentence)
        await desk.until_forgotten(card)
        desk.source.remove(FIRST)
        await desk.until_shows("Insérez votre carte CPS")
        await desk.log_in()


@pytest.mark.parametrize("key", ["bank", "vitale1", "unreadable"])
async def test_over_a_session_such_cards_say_it_on_the_screen_in_view(new_desk: NewDesk, key: str) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        desk.insert(key, SECOND)
        await desk.until_shows("arte")
        await desk.until(lambda: any(w in desk.shown for w in ("bancaire", "première génération", "illisible")))
        assert desk.shown.startswith("LEROY Martine")


async def test_a_reader_unplugged_and_plugged_back(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        desk.source.unplug(FIRST)
        desk.source.unplug(SECOND)
        await desk.until_shows("Aucun lecteur de cartes")
        desk.source.plug(FIRST)
        await desk.log_in()
        await desk.until_shows("Insérez la carte Vitale")


async def test_the_reader_of_the_cps_unplugged_locks(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        await desk.open("leroy")
        desk.source.unplug(FIRST)
        await desk.until_shows("Carte CPS retirée")
        assert "LEROY" not in desk.shown
        desk.source.plug(FIRST)
        await desk.log_in()


async def test_without_pyscard_the_lock_screen_names_what_to_install(
    new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dmp_tui.cards.scard", raising=False)
    monkeypatch.setitem(sys.modules, "smartcard", None)
    desk = new_desk()
    desk.app._given_source = PcscSource
    async with desk.app.run_test() as desk.pilot:
        await desk.until_shows("Il manque de quoi lire les cartes : installez dmp-tui[cards] (pyscard")
        await desk.until_shows("répond.")
        await desk.app.action_quit()


async def test_a_cps_that_lay_in_the_other_reader_is_read_once_the_first_has_left(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in("simon")
        desk.insert("lefevre", SECOND)
        await desk.until(lambda: all(kind is not None for _reader, kind in desk.app.desk.cards))
        desk.source.remove(FIRST)
        await desk.until_shows("Carte CPS de LEFEVRE")
        assert isinstance(desk.app.screen, LockScreen)


async def apdus_of_a_login(new_desk: NewDesk) -> tuple[int, int]:
    """How many APDUs a CPS sees until the PIN is asked, and until the session began."""
    async with new_desk().running() as desk:
        card = Faulty(desk.card("simon"))
        desk.insert(card)
        await desk.until_shows("> Code PIN :")
        read = card.count
        await desk.type_pin()
        await desk.until(lambda: desk.app.session is not None)
        return read, card.count


async def test_a_cps_pulled_out_at_any_moment_of_a_login(new_desk: NewDesk) -> None:
    read, all_ = await apdus_of_a_login(new_desk)
    assert 5 < read < all_
    for at in (1, 2, read // 2, read - 1, read, read + 1, read + 2, *range(all_ - 3, all_ + 1)):
        async with new_desk().running() as desk:
            desk.insert(Faulty(desk.card("simon"), vanish_at=at))
            if at > read:
                await desk.until_shows("> Code PIN :")
                await desk.type_pin()
            await desk.until_shows("retirée")
            assert desk.app.session is None
            await desk.log_in()
            await desk.until_shows("Insérez la carte Vitale")


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_a_vitale_pulled_out_while_it_is_read(new_desk: NewDesk, at: int) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert(Faulty(desk.card("leroy"), vanish_at=at), SECOND)
        await desk.until_shows("La carte a été retirée pendant la lecture : remettez-la")
        await desk.open("leroy")


async def test_a_vitale_that_fails_now_and_then_is_read_again(new_desk: NewDesk) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert(Faulty(desk.card("leroy"), {2: b"\x6f\x00", 5: b"\x6f\x00"}), SECOND)
        await desk.until_shows("!! ALLERGIES")
        assert desk.shown.startswith("LEROY Martine")


def card_with_numbers(*numbers: str) -> Vitale2:
    """A card of two people whose file of numbers holds these."""
    people = (Beneficiary(Traits("LEROY", "Martine"), "", "FR"), Beneficiary(Traits("LEROY", "Tom"), "", "FR"))
    card = Vitale2(people)
    application = card._root.application(AID_VITALE)
    assert application is not None
    found = application.by_sfi(2)
    assert found is not None
    found.content = b"".join(encode(0x65, encode(0x93, number.encode())) for number in numbers) + bytes(16)
    return card


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (("258049901290175",), "La carte a des NIR sans dire de qui (2 58 04 99 012 901 75) : saisir ou scanner"),
        (("258049901290175", "?????????????99"), "NIR illisible sur la carte : saisir ou scanner"),
        (("258049901290175", "0" * 15), "la carte ne donne pas son NIR"),
    ],
)
async def test_a_number_that_is_nobodys_for_certain_is_told_and_opens_nothing(
    new_desk: NewDesk, numbers: tuple[str, ...], sentence: str
) -> None:
    async with new_desk().running() as desk:
        await desk.log_in()
        desk.insert(card_with_numbers(*numbers), SECOND)
        await desk.until_shows("qui est le patient ?")
        desk.app.awake()
        await desk.pilot.press("2")
        await desk.until(lambda: isinstance(desk.app.screen, SearchScreen))
        await desk.until_shows(sentence)
        assert desk.app.record is None
