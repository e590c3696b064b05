"""The demonstration's cards, read through APDUs by the same code that reads real ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp_tui.cards.atr import identify
from dmp_tui.cards.channel import CardError, CardProblem, Channel
from dmp_tui.cards.cps import open_cps
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.virtual import VirtualSource
from dmp_tui.cards.vitale import read_vitale
from dmp_tui.demo import keys
from dmp_tui.demo.authority import cached_authority
from dmp_tui.demo.cards import demonstration_card, demonstration_cards, emulator_offers
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import WORKERS, worker

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
READER = "Lecteur virtuel 1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cached_authority(tmp_path_factory.mktemp("cache"), NOW)


@pytest.fixture
def inserted(authority: Path) -> Callable[[str], Channel]:
    source = VirtualSource()

    def insert(key: str) -> Channel:
        source.insert(READER, demonstration_card(key, authority))
        return source.connect(READER)

    return insert


def test_every_card_has_a_key_of_its_own_and_a_line_to_say_what_it_is_for() -> None:
    offers = demonstration_cards()
    assert len({offer.key for offer in offers}) == len(offers)
    assert all(offer.does for offer in offers)


def test_the_keys_that_the_command_line_knows_are_those_of_the_cards() -> None:
    by_kind = {kind: [o.key for o in demonstration_cards() if o.kind == kind] for kind in ("cps", "vitale", "problem")}
    assert by_kind == {"cps": list(keys.CPS), "vitale": list(keys.VITALE), "problem": list(keys.PROBLEMS)}


@pytest.mark.parametrize("key", [w.key for w in WORKERS if w.card])
def test_a_professional_s_card_signs_after_its_pin(key: str, inserted: Callable[[str], Channel]) -> None:
    card = open_cps(inserted(key))
    assert card.holder.national_id == worker(key).id
    assert card.holder.test
    card.verify(worker(key).pin or "")
    assert len(card.sign(b"to be signed")) == 256
    card.close()


@pytest.mark.parametrize("key", [p.key for p in PATIENTS])
def test_a_patient_s_card_names_the_patient(key: str, inserted: Callable[[str], Channel]) -> None:
    patient = next(p for p in PATIENTS if p.key == key)
    beneficiaries = read_vitale(inserted(key)).beneficiaries
    assert (patient.family, patient.given) in {(b.traits.family, b.traits.given) for b in beneficiaries}


@pytest.mark.parametrize(("key", "kind"), [("bank", CardKind.BANK), ("vitale1", CardKind.VITALE1)])
def test_a_foreign_card_is_named(key: str, kind: CardKind, inserted: Callable[[str], Channel]) -> None:
    assert identify(inserted(key)) is kind


def test_the_unreadable_card_is_a_vitale_that_cannot_be_read(inserted: Callable[[str], Channel]) -> None:
    channel = inserted("unreadable")
    assert identify(channel) is CardKind.VITALE2
    with pytest.raises(CardError) as caught:
        read_vitale(channel)
    assert caught.value.problem is CardProblem.UNREADABLE


def test_the_blocked_card_refuses_the_right_pin(inserted: Callable[[str], Channel]) -> None:
    card = open_cps(inserted("blocked"))
    with pytest.raises(CardError) as caught:
        card.verify("1234")
    assert caught.value.problem is CardProblem.PIN_BLOCKED


def test_what_is_no_card_is_refused(authority: Path) -> None:
    with pytest.raises(KeyError):
        demonstration_card("nobody", authority)


def test_the_emulator_is_offered_the_cards_of_a_sandbox(tmp_path: Path, authority: Path) -> None:
    (tmp_path / "authority").symlink_to(authority)
    offers = {offer.key: offer for offer in emulator_offers(tmp_path)}
    assert offers.keys() == {card.key for card in demonstration_cards()}
    assert offers["simon"].make().atr[0] == 0x3B


def test_listing_the_emulators_cards_makes_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_TUI_DEMO_CACHE", str(tmp_path / "cache"))
    offers = {offer.key: offer for offer in emulator_offers(None)}
    assert offers["garnier"].make().atr
    assert not (tmp_path / "cache").exists()
