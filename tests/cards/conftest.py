"""Cards for the tests: RSA keys are slow to make, so they are made once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from dmp_tui.cards.authentication import Situation
from dmp_tui.cards.channel import CardError, CardProblem
from dmp_tui.cards.virtual import Cps3, Vitale2
from dmp_tui.cards.vitale import Beneficiary
from dmp_tui.dmp.identity import Traits, parse_birth_date
from tests.cards.certificates import certificate, new_key, subject

T = TypeVar("T")

SITUATION = Situation("CENTRE HOSPITALIER INVENTE", "1750000001", "SA01")


@dataclass(frozen=True)
class Doctor:
    """The pieces of a doctor's CPS."""

    key: RSAPrivateKey
    authentication: bytes
    signature: bytes
    authority: bytes

    def card(self, pin: str = "1234", tries: int = 3) -> Cps3:
        return Cps3(
            (self.authentication, self.key),
            (self.signature, self.key),
            pin=pin,
            tries=tries,
            specialty="SM59",
            situations=[SITUATION],
            intermediates=[self.authority],
        )

    def check(self, signature: bytes, message: bytes) -> None:
        """Raise InvalidSignature unless the authentication key signed that message."""
        self.key.public_key().verify(signature, message, PKCS1v15(), SHA256())


@pytest.fixture(scope="session")
def doctor() -> Doctor:
    key = new_key()
    name = subject("899700000012", "MARTIN", "Claire", "Médecin")
    return Doctor(
        key,
        certificate(key, name),
        certificate(key, name, signature=True),
        certificate(key, name, authority=True),
    )


def beneficiary(family: str, given: str, birth: str, nir: str = "", country: str = "FR") -> Beneficiary:
    return Beneficiary(Traits(family, given, parse_birth_date(birth)), nir, country, birth)


def attempt(work: Callable[[], T]) -> T | CardProblem:
    """What the work returns, or the problem of the card that it raises: any other error fails the test."""
    try:
        return work()
    except CardError as error:
        return error.problem


MOTHER = beneficiary("DURAND", "Élise", "19790328", "279035121518989")
CHILD = beneficiary("DURAND", "Tom", "20150101")


@pytest.fixture
def vitale() -> Vitale2:
    return Vitale2([MOTHER, CHILD])
