"""Who a certificate names, and what it is for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.cards.authentication import (
    Validity,
    check_validity,
    holder_of,
    is_authentication,
    is_authority,
    validity_of,
)
from dmp_tui.cards.channel import CardError, CardProblem
from tests.cards.certificates import NOW, certificate, new_key, subject
from tests.cards.conftest import Doctor, attempt


def test_usage_tells_the_certificates_apart(doctor: Doctor) -> None:
    assert is_authentication(doctor.authentication)
    assert not is_authentication(doctor.signature)
    assert not is_authentication(doctor.authority)
    assert is_authority(doctor.authority)
    assert not is_authority(doctor.authentication)


@pytest.mark.parametrize(
    ("title", "profession"),
    [
        ("Médecin", "10"),
        ("MEDECIN", "10"),
        ("10", "10"),
        ("Sage-Femme", "50"),
        ("Physicien médical", "Physicien médical"),
    ],
)
def test_the_profession(doctor: Doctor, title: str, profession: str) -> None:
    der = certificate(doctor.key, subject("810000000001", "DUPONT", "Zoé", title))
    assert holder_of(der).profession == profession


def test_test_cards_are_told(doctor: Doctor) -> None:
    name = subject("810000000001", "DUPONT", "Zoé", "Médecin")
    assert not holder_of(certificate(doctor.key, name)).test
    assert holder_of(certificate(doctor.key, name, issuer="AC TEST INVENTEE")).test


def test_an_unlikely_specialty_is_none(doctor: Doctor) -> None:
    assert holder_of(doctor.authentication, specialty="SM59").specialty == "SM59"
    assert holder_of(doctor.authentication, specialty="\x00\x04S!").specialty == ""


@given(st.binary(max_size=300))
def test_what_is_no_certificate(der: bytes) -> None:
    with pytest.raises(CardError):
        holder_of(der)
    assert not is_authentication(der)
    assert not is_authority(der)


def test_validity(doctor: Doctor) -> None:
    validity = validity_of(doctor.authentication)
    assert validity == Validity(NOW - timedelta(days=365), NOW + timedelta(days=365))
    check_validity(validity, NOW)
    for at, problem in ((366, CardProblem.EXPIRED), (-366, CardProblem.NOT_YET_VALID)):
        with pytest.raises(CardError) as caught:
            check_validity(validity, NOW + timedelta(days=at))
        assert caught.value.problem is problem


def hostile(doctor: Doctor) -> dict[str, bytes]:
    """Certificates that the parser refuses each with an error of its own; who signed them does not matter here."""
    name = subject("899700000012", "MARTIN", "Claire", "Médecin")
    key_usage, constraints = bytes.fromhex("0603551D0F"), bytes.fromhex("0603551D13")
    return {
        "a version that is none": doctor.authentication.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09"),
        "one extension twice": doctor.authentication.replace(constraints, key_usage),
        "a name of an unknown kind": certificate(doctor.key, name, alternative_name=b"\x30\x02\xa5\x00"),
    }


@pytest.mark.parametrize("kind", ["a version that is none", "one extension twice", "a name of an unknown kind"])
def test_a_hostile_certificate_is_unreadable_or_of_no_use(doctor: Doctor, kind: str) -> None:
    der = hostile(doctor)[kind]
    assert der != doctor.authentication
    assert not is_authority(der)
    assert not is_authentication(der)
    if kind == "a version that is none":
        assert attempt(lambda: holder_of(der)) is CardProblem.UNREADABLE
        assert attempt(lambda: validity_of(der)) is CardProblem.UNREADABLE


@given(st.data())
def test_a_certificate_with_a_byte_changed(doctor: Doctor, data: st.DataObject) -> None:
    der = bytearray(doctor.authentication)
    at = data.draw(st.integers(0, len(der) - 1))
    der[at] = data.draw(st.integers(0, 255))
    for reading in (holder_of, validity_of, is_authentication, is_authority):
        assert attempt(lambda read=reading: read(bytes(der))) is not None  # type: ignore[misc] # bound now


def test_a_certificate_without_a_name_is_unreadable() -> None:
    from cryptography import x509

    with pytest.raises(CardError):
        holder_of(certificate(new_key(), x509.Name([])))
