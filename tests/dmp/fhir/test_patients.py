"""Patient and Consent: what the server says is what the client reads."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.consents import (
    Authorisation,
    AuthorisationState,
    Consent,
    ConsentKind,
    Contact,
    EmergencyConsents,
    Record,
    RecordStatus,
)
from dmp_tui.dmp.fhir.consents import from_consent, to_consent
from dmp_tui.dmp.fhir.patients import (
    from_administrative,
    from_existence,
    identity_status_of,
    ins_of,
    to_administrative,
    to_existence,
    traits_of,
)
from dmp_tui.dmp.identity import OID_NIR_TEST, IdentityError, IdentityStatus, Ins, Sex, Traits, parse_birth_date

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
RECORD = Record(
    "p1",
    Ins("258049901290194", OID_NIR_TEST),
    Traits("EXEMPLE", "Camille Anne", parse_birth_date("19580412"), Sex.F),
    RecordStatus.ACTIVE,
    NOW,
    IdentityStatus.VALI,
    "1 rue de la Halle, 99000 VALFONTAINE",
    ("0699000001",),
    (Contact("EXEMPLE Paul", "conjoint", "0699000002"), Contact("EXEMPLE Lise", "fille", "", "TRUSTED")),
    "899700000001",
    "Dr LIBRE Max",
    "0123456789",
    EmergencyConsents(btg=False),
    version=4,
)


@pytest.mark.parametrize("status", list(RecordStatus))
@pytest.mark.parametrize("state", list(AuthorisationState))
def test_existence_reads_back(status: RecordStatus, state: AuthorisationState) -> None:
    closed = NOW - timedelta(days=3) if status is RecordStatus.CLOSED else None
    record = replace(RECORD, status=status, closed=closed, closing_reason="demande du patient" if closed else "")
    authorisation = Authorisation(state, NOW, treating=state is AuthorisationState.VALID)
    said = from_existence(json.loads(json.dumps(to_existence(record, authorisation))))
    assert (said.id, said.ins, said.status) == (record.id, record.ins, status)
    assert (said.traits.family, said.traits.given, said.traits.sex) == ("EXEMPLE", "Camille Anne", Sex.F)
    assert said.authorisation == authorisation
    assert (said.closed, said.closing_reason) == (("2026-11-17", "demande du patient") if closed else ("", ""))
    assert (said.treating_doctor, said.treating_doctor_phone) == ("899700000001", "0123456789")
    assert (said.btg_open, said.etreat_open) == (False, True)


def test_existence_gives_no_address_no_phone_no_contact() -> None:
    said = json.dumps(to_existence(RECORD, Authorisation(AuthorisationState.NONE)))
    for private in ("VALFONTAINE", "0699000001", "Paul", "0699000002"):
        assert private not in said


def test_administrative_data_read_back() -> None:
    said = from_administrative(json.loads(json.dumps(to_administrative(RECORD))))
    assert (said.address, said.phones, said.contacts) == (RECORD.address, RECORD.phones, RECORD.contacts)
    assert identity_status_of(to_administrative(RECORD)) is IdentityStatus.VALI


def test_lunar_and_partial_birth_dates_survive() -> None:
    for written in ("19580099", "19580000", "28-03-1979", "20020900"):
        record = replace(RECORD, traits=replace(RECORD.traits, birth=parse_birth_date(written)))
        resource = to_administrative(record)
        birth = traits_of(resource).birth
        assert birth is not None
        assert record.traits.birth is not None
        assert (birth.year, birth.month, birth.day) == (
            record.traits.birth.year,
            record.traits.birth.month,
            record.traits.birth.day,
        )


@pytest.mark.parametrize(
    "written", [to_existence(RECORD, Authorisation(AuthorisationState.VALID)), to_administrative(RECORD)]
)
def test_patients_are_valid(written: dict[str, Any]) -> None:
    from fhir.resources.R4B.patient import Patient

    Patient.model_validate(written)


@pytest.mark.parametrize("kind", list(ConsentKind))
@pytest.mark.parametrize("organisation", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_consents_read_back_and_are_valid(kind: ConsentKind, organisation: bool, active: bool) -> None:
    from fhir.resources.R4B.consent import Consent as Fhir

    consent = Consent("c1", "p1", kind, "8997", "Dr", NOW, NOW + timedelta(1), "8998", "N", active, organisation)
    written = to_consent(consent, "https://localhost/fhir")
    Fhir.model_validate(written)
    asked = from_consent(written)
    assert (asked.kind, asked.actor, asked.active) == (kind, "8997", active)
    assert (asked.actor_is_organisation, asked.collected_by) == (organisation, "8998")
    assert (asked.start, asked.end) == (consent.start, consent.end)
    assert asked.patient.endswith("Patient/p1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = ["identifier", "name", "birthDate", "_birthDate", "extension", "contact", "address", "telecom", "provision"]


@given(st.dictionaries(st.sampled_from(KEYS), json_values))
def test_whatever_others_write_is_read(resource: dict[str, Any]) -> None:
    from_administrative(resource)
    traits_of(resource)
    from_consent(resource)
    with suppress(IdentityError):
        ins_of(resource)
