"""The state of an authorisation, as TD0.2 returns it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import (
    AuthorisationState,
    Consent,
    ConsentKind,
    EmergencyConsents,
    authorisation_state,
    settled,
)
from dmp_tui.dmp.professions import Professional, Role

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
DOCTOR = Professional("899700000001", "Dr LIBRE Max", "10", Role.DOCTOR, facility="10B0000001")
PERMIT = Consent(
    "c1",
    "p1",
    ConsentKind.PERMIT,
    DOCTOR.id,
    DOCTOR.name,
    NOW - timedelta(days=1),
    NOW + timedelta(days=364),
    DOCTOR.id,
    DOCTOR.name,
)
OF_THE_STRUCTURE = replace(PERMIT, actor=DOCTOR.facility, actor_is_organisation=True)
BLOCK = replace(PERMIT, id="c2", kind=ConsentKind.BLOCK, end=None)


@pytest.mark.parametrize(
    ("consents", "state"),
    [
        ([], AuthorisationState.NONE),
        ([PERMIT], AuthorisationState.VALID),
        ([replace(PERMIT, end=None)], AuthorisationState.VALID),
        ([OF_THE_STRUCTURE], AuthorisationState.VALID),
        ([replace(PERMIT, actor="899700000002")], AuthorisationState.NONE),
        ([replace(PERMIT, actor=DOCTOR.facility)], AuthorisationState.NONE),
        ([replace(PERMIT, end=NOW)], AuthorisationState.EXPIRED),
        ([replace(PERMIT, end=NOW + timedelta(microseconds=1))], AuthorisationState.VALID),
        ([replace(PERMIT, start=NOW + timedelta(seconds=1))], AuthorisationState.NONE),
        ([replace(PERMIT, active=False)], AuthorisationState.NONE),
        ([replace(PERMIT, end=NOW), PERMIT], AuthorisationState.VALID),
        ([PERMIT, BLOCK], AuthorisationState.FORBIDDEN),
        ([PERMIT, replace(BLOCK, active=False)], AuthorisationState.VALID),
        ([PERMIT, replace(BLOCK, end=NOW)], AuthorisationState.VALID),
        ([replace(BLOCK, actor=DOCTOR.facility, actor_is_organisation=True)], AuthorisationState.FORBIDDEN),
    ],
)
def test_state(consents: list[Consent], state: AuthorisationState) -> None:
    assert authorisation_state(consents, DOCTOR, "", NOW).state is state


def test_the_treating_doctor_needs_none_but_may_be_blocked() -> None:
    found = authorisation_state([], DOCTOR, DOCTOR.id, NOW)
    assert (found.state, found.end, found.treating) == (AuthorisationState.VALID, None, True)
    assert authorisation_state([BLOCK], DOCTOR, DOCTOR.id, NOW).state is AuthorisationState.FORBIDDEN
    nurse = replace(DOCTOR, role=Role.NON_DOCTOR, profession="60")
    assert not authorisation_state([], nurse, nurse.id, NOW).treating


INSTANT = timedelta(microseconds=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "collected",
    [
        datetime(2027, 3, 1, 8, tzinfo=UTC),
        datetime(2028, 2, 29, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 2, 30, tzinfo=PARIS),
        datetime(2027, 10, 31, 2, 30, tzinfo=PARIS),
        datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=PARIS),
    ],
    ids=["leap year", "29 February", "hour that is not", "hour that is twice", "its second time"],
)
def test_a_year_ends_at_one_instant_whatever_calendar_and_clocks_do(collected: datetime) -> None:
    start = collected.astimezone(UTC)
    end = start + timedelta(days=365)
    held = replace(PERMIT, start=start, end=end)

    def state(now: datetime) -> AuthorisationState:
        return authorisation_state([held], DOCTOR, "", now).state

    for zone in (UTC, PARIS):
        assert state((end - timedelta(seconds=1)).astimezone(zone)) is AuthorisationState.VALID
        assert state((end - INSTANT).astimezone(zone)) is AuthorisationState.VALID
        assert state(end.astimezone(zone)) is AuthorisationState.EXPIRED
        assert state((start - INSTANT).astimezone(zone)) is AuthorisationState.NONE
        assert state(start.astimezone(zone)) is AuthorisationState.VALID


def test_the_end_that_is_shown_is_the_last() -> None:
    later = replace(PERMIT, end=NOW + timedelta(days=500))
    assert authorisation_state([later, PERMIT], DOCTOR, "", NOW).end == later.end


@given(st.permutations([PERMIT, BLOCK, OF_THE_STRUCTURE, replace(PERMIT, end=NOW)]))
def test_the_order_of_consents_never_matters(consents: list[Consent]) -> None:
    assert authorisation_state(consents, DOCTOR, "", NOW).state is AuthorisationState.FORBIDDEN


@pytest.mark.parametrize(
    ("given_", "masked"),
    [
        (EmergencyConsents(False, False, True), False),
        (EmergencyConsents(True, False, True), True),
        (EmergencyConsents(False, True, True), True),
        (EmergencyConsents(True, True, False), False),
    ],
)
def test_masked_is_forced_off_where_both_accesses_are_refused(given_: EmergencyConsents, masked: bool) -> None:
    assert settled(given_).masked is masked
