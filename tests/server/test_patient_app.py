"""``dmp-tui patient`` against a real server over TLS: activated, logged in and used by keys alone."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.pilot import Pilot

from dmp_tui.client.patient import PatientClient
from dmp_tui.dmp.accounts import ACTIVATION_LIFE, ALPHABET, Account, AccountState, HolderKind
from dmp_tui.dmp.consents import Consent, ConsentKind, Record
from dmp_tui.dmp.identity import Traits, parse_birth_date
from dmp_tui.screens.own_app import OwnApp
from dmp_tui.server.app import create_app
from dmp_tui.server.workers import Inline
from dmp_tui.store import Store, Transaction
from dmp_tui.store.trail import TrailEvent
from tests.looking import screen_text, until, until_shows
from tests.server.login.serving import Clock, Credentials, serving
from tests.server.login.world import DOCTOR, record
from tests.server.patients import PASSWORD, code_of

NAME = "DOMINIQUE PAT-ESSAI"


def invited(store: Store, clock: Clock) -> tuple[Record, str]:
    """A record whose patient was given a code."""
    traits = Traits("PAT-ESSAI", "DOMINIQUE", birth=parse_birth_date("1979-03-28"))
    code = "".join(secrets.choice(ALPHABET) for _ in range(16))
    kept = store.write_now(lambda tx: tx.put_patient(replace(record(), traits=traits)))
    account = Account("a1", kept.id, "4821073955", HolderKind.PATIENT, NAME, AccountState.INVITED)
    consent = Consent("c1", kept.id, ConsentKind.PERMIT, DOCTOR.id, DOCTOR.name, clock(), None, DOCTOR.id, DOCTOR.name)
    seen = TrailEvent(DOCTOR.id, DOCTOR.name, "doctor", "normal", "read_unmasked", "allowed", patient_id=kept.id)

    def write(tx: Transaction) -> None:
        ready = replace(account, activation=tx.activation_key(code), activation_end=clock() + ACTIVATION_LIFE)
        tx.put_account(ready)
        tx.put_consent(consent)
        tx.trace(seen)

    store.write_now(write)
    return kept, code


@asynccontextmanager
async def at_home(store: Store, clock: Clock, credentials: Credentials) -> AsyncIterator[Pilot[object]]:
    """A patient who has just activated his access and logged in."""
    _kept, code = invited(store, clock)
    async with serving(lambda identity: create_app(store, identity, clock, workers=Inline()), credentials) as identity:
        app = OwnApp(PatientClient(identity.base_url, credentials.authority, clock))
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shows(pilot, "Me connecter")
            await pilot.press("2")
            await until_shows(pilot, "Né(e) le")
            for field in (code, "28/03/1979", PASSWORD, PASSWORD):
                await type_in(pilot, field)
            await until_shows(pilot, "4821073955")
            assert PASSWORD not in screen_text(app)
            account = store.account_of_login("4821073955")
            assert account
            await pilot.press("2")
            await until_shows(pilot, "▀")
            await pilot.press("escape")
            await until_shows(pilot, "4821073955")
            await pilot.press("1")
            await until_shows(pilot, "Identifiant")
            await type_in(pilot, "")
            await type_in(pilot, PASSWORD)
            secret = base64.b32encode(account.totp).decode()
            await type_in(pilot, code_of(secret, clock().timestamp()))
            await until_shows(pilot, "Fermer mon dossier")
            yield pilot
        await app.client.aclose()


async def type_in(pilot: Pilot[object], text: str) -> None:
    for character in text:
        await pilot.press({" ": "space", "/": "slash", "-": "minus"}.get(character, character))
    await pilot.press("enter")


async def test_activation_login_and_every_page(store: Store, clock: Clock, credentials: Credentials) -> None:
    async with at_home(store, clock, credentials) as pilot:
        for number, shown in (
            ("1", "Votre fiche"),
            ("2", "Vous n'avez pas de document"),
            ("3", "Anne ESSAI"),
            ("4", "peut lire votre dossier"),
            ("5", "SAMU"),
            ("6", "Vous n'avez nommé personne"),
            ("7", "Fichier"),
            ("8", "pas de message"),
            ("9", "FERMER"),
        ):
            await pilot.press(number)
            if number == "3":
                await until_shows(pilot, "Choisissez une ligne")
                await pilot.press("end")
            await until_shows(pilot, shown)
            print(screen_text(pilot.app))  # noqa: T201 - read by eye where a test fails
            await pilot.press("escape")
            await until_shows(pilot, "Qui a vu mon dossier")


async def test_he_takes_an_authorisation_back_and_says_no_to_the_samu(
    store: Store, clock: Clock, credentials: Credentials
) -> None:
    async with at_home(store, clock, credentials) as pilot:
        await pilot.press("4")
        await until_shows(pilot, "Anne ESSAI")
        await pilot.press("1")
        await until_shows(pilot, "Oui, arrêter cela")
        await pilot.press("1")
        await until_shows(pilot, "ni bloqué personne")
        assert not any(consent.active for consent in store.consents(record().id))
        await pilot.press("escape")
        await until_shows(pilot, "Mes choix en urgence")
        await pilot.press("5")
        await until_shows(pilot, "SAMU")
        await pilot.press("1")
        await until(pilot, lambda: "peut lire : NON" in screen_text(pilot.app))
        kept = store.patient(record().id)
        assert kept
        assert not kept.emergency.etreat
