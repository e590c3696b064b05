"""Which cards are let in: chains, dates, usages, revocation, and what a production store takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from dmp_tui.server.login import LoginPolicy
from dmp_tui.store import StoreKind
from tests.server.login import pki
from tests.server.login.pki import END, START, TestCard
from tests.server.login.world import DOCTOR, Authorities, World, keep_professional

DAY = timedelta(days=1)

Make = Callable[[Authorities], TestCard]


def below(parent: Callable[[Authorities], pki.Issuer]) -> Make:
    """A card of another issuer."""
    return lambda a: a.card(by=parent(a))


def made(**fields: Any) -> Make:
    return lambda a: a.card(**fields)


def same_name_other_key(a: Authorities) -> pki.Issuer:
    return pki.issuer("AC RACINE INVENTEE", a.other)


REFUSED: dict[str, tuple[Make, str]] = {
    "expired": (made(start=START - 30 * DAY, end=START - DAY), "certificate-expired"),
    "not yet valid": (made(start=END, end=END + DAY), "certificate-not-yet-valid"),
    "the signature certificate": (made(key_usage=pki.SIGNATURE), "certificate-usage"),
    "no usage": (made(key_usage=None), "certificate-usage"),
    "decipherment only": (made(key_usage=pki.usage("key_encipherment")), "certificate-usage"),
    "an authority's own": (made(authority=True, key_usage=pki.usage("digital_signature")), "certificate-usage"),
    "for servers": (made(purposes=[ExtendedKeyUsageOID.SERVER_AUTH]), "certificate-usage"),
    "a critical extension that nobody knows": (made(critical=True), "certificate"),
    "signed with SHA-1": (lambda a: pki.signed_with_sha1(a.card(), a.issuer), "certificate"),
    "a foreign authority": (below(lambda a: pki.issuer("AC ETRANGERE", a.other)), "unknown-authority"),
    "self-signed under the root's name": (below(same_name_other_key), "certificate"),
    "an issuer that may not sign": (
        below(lambda a: pki.issuer("AC MUETTE", a.other, a.root, key_usage=pki.usage("crl_sign"))),
        "certificate",
    ),
    "an issuer without usage": (
        below(lambda a: pki.issuer("AC MUETTE", a.other, a.root, key_usage=None)),
        "certificate",
    ),
    "an issuer that is no authority": (
        below(lambda a: pki.issuer("CARTE", a.other, a.root, constraints=x509.BasicConstraints(False, None))),
        "certificate",
    ),
    "an expired issuer": (
        below(lambda a: pki.issuer("AC FINIE", a.other, a.root, start=START - 9 * DAY, end=START - DAY)),
        "certificate",
    ),
    "an issuer of 1024 bits": (below(lambda a: pki.issuer("AC FAIBLE", pki.rsa_key(1024), a.root)), "certificate"),
    "a key of 1024 bits": (lambda a: a.card(key=pki.rsa_key(1024)), "certificate"),
    "a chain without its issuer": (made(with_issuer=False), "unknown-authority"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_certificate_that_is_wrong(world: World, authorities: Authorities, name: str) -> None:
    make, rule = REFUSED[name]
    answer = await world.wire().login(make(authorities))
    assert (answer.status_code, answer.json()["rule"]) == (401, rule)
    assert answer.headers["WWW-Authenticate"].startswith("DPoP")
    assert (world.trail()[-1].outcome, world.trail()[-1].rule) == ("refused", rule)


async def test_a_path_longer_than_its_authority_allows(world: World, authorities: Authorities) -> None:
    leaves = pki.issuer(
        "AC FEUILLES", authorities.issuer.key, authorities.root, constraints=x509.BasicConstraints(True, 0)
    )
    card = authorities.card(by=pki.issuer("AC DE TROP", authorities.other, leaves))
    longer = TestCard(card.key, card.certificate, (*card.intermediates, leaves.der))
    answer = await world.wire().login(longer)
    assert (answer.status_code, answer.json()["rule"]) == (401, "certificate")


@pytest.mark.parametrize("purpose", [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SMARTCARD_LOGON])
async def test_a_purpose_that_logs_in(world: World, authorities: Authorities, purpose: x509.ObjectIdentifier) -> None:
    assert (await world.wire().login(authorities.card(purposes=[purpose]))).status_code == 200


async def test_an_issuer_may_be_trusted_by_itself(world: World, authorities: Authorities) -> None:
    other = pki.issuer("AC SEULE", authorities.other)
    world.store.write_now(lambda tx: tx.put_authority(other.der))
    assert (await world.wire().login(authorities.card(by=other, with_issuer=False))).status_code == 200


async def test_a_revoked_card(world: World, authorities: Authorities) -> None:
    wire, card, another = world.wire(), authorities.card(), authorities.card(key=authorities.other)
    assert (await wire.login(card)).status_code == 200
    world.store.write_now(lambda tx: tx.put_crl(authorities.issuer.crl(card.serial)))
    answer = await wire.login(card)
    assert (answer.status_code, answer.json()["rule"]) == (401, "certificate-revoked")
    assert (await wire.login(another)).status_code == 200


async def test_a_revoked_issuer(world: World, authorities: Authorities) -> None:
    serial = authorities.issuer.certificate.serial_number
    world.store.write_now(lambda tx: tx.put_crl(authorities.root.crl(serial)))
    answer = await world.wire().login(authorities.card())
    assert answer.json()["rule"] == "certificate-revoked"


async def test_a_list_that_its_issuer_did_not_sign_says_nothing(world: World, authorities: Authorities) -> None:
    card = authorities.card()
    forged = authorities.issuer.crl(card.serial, key=authorities.other)
    world.store.write_now(lambda tx: tx.put_crl(forged))
    assert (await world.wire().login(card)).status_code == 200


async def test_a_revoked_card_stays_so_in_an_old_list(world: World, authorities: Authorities) -> None:
    card = authorities.card()
    old = authorities.issuer.crl(card.serial, start=START, end=START + DAY)
    world.store.write_now(lambda tx: tx.put_crl(old))
    assert (await world.wire().login(card)).json()["rule"] == "certificate-revoked"


class TestProduction:
    """A store for real patients."""

    @pytest.fixture
    def kind(self) -> StoreKind:
        return StoreKind.PRODUCTION

    async def test_it_asks_for_revocation_lists(self, world: World, authorities: Authorities) -> None:
        wire, card = world.wire(), real(world, authorities)
        assert (await wire.login(card)).json()["rule"] == "crl-missing"
        world.store.write_now(lambda tx: tx.put_crl(authorities.issuer.crl()))
        assert (await wire.login(card)).json()["rule"] == "crl-missing", "the issuer's own issuer needs one too"
        world.store.write_now(lambda tx: tx.put_crl(authorities.root.crl()))
        assert (await wire.login(card)).status_code == 200

    async def test_an_old_list_serves_for_its_grace(self, world: World, authorities: Authorities) -> None:
        wire, card, now = world.wire(), real(world, authorities), world.clock()
        world.store.write_now(lambda tx: tx.put_crl(authorities.root.crl()))
        world.store.write_now(lambda tx: tx.put_crl(authorities.issuer.crl(end=now + timedelta(hours=1))))
        world.clock.forward(hours=2)
        assert (await wire.login(card)).status_code == 200
        assert "past its term" in world.trail()[-1].detail
        world.clock.forward(hours=72)
        answer = await wire.login(card)
        assert (answer.status_code, answer.json()["rule"]) == (401, "crl-stale")

    async def test_it_takes_no_test_card(self, world: World, authorities: Authorities) -> None:
        for authority in (authorities.root, authorities.issuer):
            world.store.write_now(lambda tx, a=authority: tx.put_crl(a.crl()))  # type: ignore[misc] # bound now
        answer = await world.wire().login(authorities.card())
        assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
        assert answer.json()["rule"] == "demonstration-card"

    async def test_it_takes_no_card_below_a_test_authority(self, world: World, authorities: Authorities) -> None:
        below_test = pki.issuer("TEST AC PERSONNES", authorities.other, authorities.root)
        answer = await world.wire().login(real(world, authorities, by=below_test))
        assert answer.json()["rule"] == "demonstration-card"


class TestWithoutLists:
    """A site that decided to live without lists."""

    @pytest.fixture
    def kind(self) -> StoreKind:
        return StoreKind.PRODUCTION

    @pytest.fixture
    def policy(self) -> LoginPolicy:
        return LoginPolicy(crl_required=False)

    async def test_no_list_is_needed(self, world: World, authorities: Authorities) -> None:
        assert (await world.wire().login(real(world, authorities))).status_code == 200


def real(world: World, authorities: Authorities, **fields: Any) -> TestCard:
    """A card that does not say it is a test one, of someone in the directory."""
    from dataclasses import replace

    someone = replace(DOCTOR, id="810000000017")
    keep_professional(world.store, someone)
    return authorities.card(someone, **fields)
