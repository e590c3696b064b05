"""The app at a desk of virtual readers and real APDUs; the server is on paper here, and real in tests/terminal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from dmp_tui.app import DmpApp
from dmp_tui.cards.virtual.reader import VirtualSource
from dmp_tui.client import DmpClient
from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.demo.authority import cached_authority
from dmp_tui.demo.cards import demonstration_card
from dmp_tui.dmp.consents import AuthorisationState, RecordStatus
from dmp_tui.screens.choose import ChooseScreen
from dmp_tui.screens.lock import LockScreen
from dmp_tui.screens.messages import GlassBroken, OpenIdentity
from dmp_tui.screens.search import SearchScreen
from dmp_tui.screens.sheet import SheetScreen
from tests.looking import screen_text, until, until_shows
from tests.screens.paper import SETTINGS, PaperServer
from tests.screens.people import NOW, identity

FIRST, SECOND = "Lecteur virtuel 1", "Lecteur virtuel 2"
DATAMATRIX = (
    "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10\x1dS3CLAIRE\x1dS4MARTINEAU\x1dS5FS628-03-1979"
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cached_authority(tmp_path_factory.mktemp("authority"), datetime.now(NOW.tzinfo))


class Desk:
    """A running app, its readers and its server."""

    def __init__(self, authority: Path, server: PaperServer) -> None:
        self.authority = authority
        self.server = server
        self.source = VirtualSource((FIRST, SECOND))
        self.now = NOW
        self.app = DmpApp(SETTINGS, lambda: self.source, self._connect, clock=lambda: self.now)

    async def _connect(self) -> DmpClient:
        return self.server  # type: ignore[return-value]  # answers the same calls, from values

    def insert(self, key: str, reader: str = FIRST) -> None:
        self.source.insert(reader, demonstration_card(key, self.authority))

    @asynccontextmanager
    async def running(self, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[object]]:
        async with self.app.run_test(size=size) as pilot:
            await until_shows(pilot, FIRST)
            yield pilot
            await self.app.leave_cards()

    async def log_in(self, pilot: Pilot[object], key: str = "simon") -> None:
        self.insert(key)
        await until_shows(pilot, "> Code PIN :")
        await pilot.press(*"1234", "enter")
        await until(pilot, lambda: not isinstance(self.app.screen, LockScreen))


NewDesk = Callable[..., Desk]


@pytest.fixture
def new_desk(authority: Path) -> NewDesk:
    return lambda **server: Desk(authority, PaperServer(**server))


async def test_two_cards_and_a_pin_bring_the_sheet(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.insert("simon")
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "Carte Vitale lue")
        assert "LEROY" not in screen_text(pilot.app)
        await until_shows(pilot, "Carte CPS de SIMON Claire")
        await pilot.press(*"1234", "enter")
        await until_shows(pilot, "!! ALLERGIES")
        shown = screen_text(pilot.app)
        assert shown.startswith("LEROY Martine  F 68 ans  12/04/1958")
        assert "AU DOSSIER : MARTINEAU Claire" in shown
        assert "NORMAL Dr LIBRE Max" in shown


async def test_with_a_session_a_vitale_opens_without_a_key(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        await until_shows(pilot, "Insérez la carte Vitale")
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "!! ALLERGIES")
        desk.source.remove(SECOND)
        await until_shows(pilot, "CARTE RETIRÉE")
        assert screen_text(pilot.app).startswith("LEROY Martine")


async def test_one_reader_takes_the_vitale_first(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.insert("leroy")
        await until_shows(pilot, "Carte Vitale lue")
        desk.source.remove(FIRST)
        await desk.log_in(pilot)
        await until_shows(pilot, "!! ALLERGIES")


async def test_a_wrong_pin_says_how_many_tries_are_left_and_sends_nothing(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.insert("simon")
        await until_shows(pilot, "Il reste 3 essais")
        await pilot.press(*"9999", "enter")
        await until_shows(pilot, "Code PIN faux")
        assert "Il reste 2 essais" in screen_text(pilot.app)
        assert desk.server.calls == []


async def test_a_blocked_card_is_explained(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.insert("blocked")
        await until_shows(pilot, "Carte bloquée")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("bank", "C'est une carte bancaire"),
        ("vitale1", "Carte Vitale de première génération"),
        ("unreadable", "Carte illisible"),
    ],
)
async def test_other_cards_are_named(new_desk: NewDesk, key: str, sentence: str) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.insert(key)
        await until_shows(pilot, sentence)


async def test_a_reader_unplugged_and_plugged_back(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        desk.source.unplug(FIRST)
        desk.source.unplug(SECOND)
        await until_shows(pilot, "Aucun lecteur de cartes")
        desk.source.plug(FIRST)
        await desk.log_in(pilot)
        await until_shows(pilot, "Insérez la carte Vitale")


async def test_pulling_the_cps_locks_and_ends_the_session(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "!! ALLERGIES")
        desk.source.remove(FIRST)
        await until_shows(pilot, "Carte CPS retirée")
        assert "LEROY" not in screen_text(pilot.app)
        assert desk.app.record is None
        await until(pilot, lambda: "logout" in desk.server.calls)


async def test_ctrl_l_locks_and_the_pin_is_asked_again(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "!! ALLERGIES")
        await pilot.press("ctrl+l")
        await until_shows(pilot, "Verrouillé.")
        assert "LEROY" not in screen_text(pilot.app)
        await until_shows(pilot, "> Code PIN :")
        await pilot.press(*"1234", "enter")
        await until_shows(pilot, "LEROY Martine")


async def test_idle_time_locks(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.left_alone()
        await until_shows(pilot, "Verrouillé après 5 minutes")


async def test_a_wish_that_comes_after_the_lock_opens_nothing(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.action_lock()
        await until(pilot, lambda: desk.app.session is None)
        desk.app.post_message(OpenIdentity(identity()))
        desk.app.post_message(GlassBroken(identity(), "other", "une raison assez longue"))
        await pilot.pause()
        assert desk.app.is_running
        assert "find_patient" not in desk.server.calls


async def test_two_people_on_one_card_are_asked_for(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("moreau", SECOND)
        await until_shows(pilot, "qui est le patient ?")
        assert isinstance(desk.app.screen, ChooseScreen)
        desk.app.awake()
        await pilot.press("2")
        await until_shows(pilot, "!! ALLERGIES")
        assert screen_text(pilot.app).startswith("MOREAU Lucas")


async def test_the_insured_persons_number_opens_nothing(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("moreau_jade", SECOND)
        await until_shows(pilot, "qui est le patient ?")
        desk.app.awake()
        await pilot.press("2")
        await until_shows(pilot, "NIR de l'assuré : saisir ou scanner l'INS du patient")
        assert isinstance(desk.app.screen, SearchScreen)
        assert "find_patient" not in desk.server.calls
        await pilot.press(*"290035121518926", "enter")
        await until_shows(pilot, "!! ALLERGIES")
        assert "MOREAU Jade" in screen_text(pilot.app)


async def test_a_scan_opens_a_record_on_any_screen(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        await pilot.press("question_mark")
        await until_shows(pilot, "TOUCHES")
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "!! ALLERGIES")
        assert screen_text(pilot.app).startswith("MARTINEAU CLAIRE")


async def test_with_a_form_open_a_card_never_switches(new_desk: NewDesk) -> None:
    desk = new_desk(authorisation=AuthorisationState.NONE)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "vous n'avez pas d'autorisation")
        desk.app.awake()
        await pilot.press("exclamation_mark")
        await until_shows(pilot, "BRIS DE GLACE")
        desk.insert("garnier", SECOND)
        await until_shows(pilot, "Carte de GARNIER Henri lue, F2 ouvre.")
        assert screen_text(pilot.app).startswith("LEROY Martine")
        await pilot.press("f2")
        await until_shows(pilot, "GARNIER Henri  M 77 ans")


async def test_breaking_the_glass_needs_a_code_and_a_reason(new_desk: NewDesk) -> None:
    desk = new_desk(authorisation=AuthorisationState.NONE)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "vous n'avez pas d'autorisation")
        desk.app.awake()
        await pilot.press("exclamation_mark")
        await until_shows(pilot, "Motif (1 à 3)")
        await pilot.press("2", "enter", *"court", "enter")
        await until_shows(pilot, "10 caractères au moins")
        assert not [call for call in desk.server.calls if call.startswith("break_glass")]
        await pilot.press(*" mais plus long", "enter")
        await until_shows(pilot, "BRIS DE GLACE jusqu'à")
        assert "break_glass immediate-risk 20" in desk.server.calls


async def test_a_second_visit_in_the_same_session_asks_no_new_reason(new_desk: NewDesk) -> None:
    desk = new_desk(authorisation=AuthorisationState.NONE)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "vous n'avez pas d'autorisation")
        desk.app.awake()
        await pilot.press("exclamation_mark", "1", "enter", *"inconscient, accident", "enter")
        await until_shows(pilot, "BRIS DE GLACE jusqu'à")
        desk.app.close_record()
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "BRIS DE GLACE jusqu'à")
        desk.now += timedelta(hours=1)
        desk.app.close_record()
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "vous n'avez pas d'autorisation")


async def test_the_patients_consent_is_declared_by_a_whole_word(new_desk: NewDesk) -> None:
    desk = new_desk(authorisation=AuthorisationState.EXPIRED)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "a expiré")
        desk.app.awake()
        await pilot.press("a")
        await until_shows(pilot, "recueilli par Dr LIBRE Max")
        await pilot.press("o", "enter")
        await until_shows(pilot, "Rien n'est déclaré")
        await pilot.press("u", "i", "enter")
        await until_shows(pilot, "!! ALLERGIES")


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ({"known": False}, "Aucun DMP pour l'INS 2 79 03 51 215 189 89"),
        ({"status": RecordStatus.CLOSED}, "est fermé depuis le 22/11/2026"),
        ({"trouble": {"find_patient": ClientError(ClientProblem.UNREACHABLE)}}, "Serveur injoignable"),
        ({"trouble": {"summary": ClientError(ClientProblem.REFUSED, "opposed")}}, "s'est opposé"),
    ],
)
async def test_what_cannot_be_opened_is_said(new_desk: NewDesk, server: dict[str, object], sentence: str) -> None:
    desk = new_desk(**server)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, sentence)
        assert desk.app.record is None


async def test_a_server_that_restarted_is_given_the_card_again(new_desk: NewDesk) -> None:
    desk = new_desk(trouble={"find_patient": ClientError(ClientProblem.SESSION_ENDED)})
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "!! ALLERGIES")
        assert "renew" in desk.server.calls


async def test_a_session_that_cannot_be_renewed_locks(new_desk: NewDesk) -> None:
    ended = ClientError(ClientProblem.SESSION_ENDED)
    desk = new_desk(trouble={"find_patient": ended})
    desk.server.on_call = lambda name: desk.server.trouble.update(find_patient=ended)
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "La session a pris fin")
        assert isinstance(desk.app.screen, LockScreen)


async def test_letters_are_dead_after_a_switch_that_nobody_typed(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.insert("leroy", SECOND)
        await until_shows(pilot, "!! ALLERGIES")
        assert desk.app._dead_until > 0
        desk.app._dead_until = float("inf")
        await pilot.press("d")
        assert isinstance(desk.app.screen, SheetScreen)


async def test_a_small_terminal_gets_one_sentence(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.app.run_test(size=(60, 15)) as pilot:
        await until_shows(pilot, "Terminal trop petit (60x15)")
        assert "Lecteur" not in screen_text(pilot.app)
        await desk.app.leave_cards()


async def test_the_palette_speaks_the_users_language(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await pilot.press("ctrl+p")
        await until_shows(pilot, "Chercher une commande…")


async def test_contacts_show_the_declared_address_as_no_identity(new_desk: NewDesk) -> None:
    desk = new_desk()
    async with desk.running() as pilot:
        await desk.log_in(pilot)
        desk.app.scanned(DATAMATRIX)
        await until_shows(pilot, "!! ALLERGIES")
        desk.app.awake()
        await pilot.press("c")
        await until_shows(pilot, "12 rue des Lilas")
        shown = screen_text(pilot.app)
        assert "ne l'identifie pas" in shown
        assert "!! ALLERGIES PARACETAMOL (bronchospasme) CONTREDIT" in shown
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(desk.app.screen, SheetScreen))
