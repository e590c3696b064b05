"""Who is a minor, and about whom one is asked first."""

from datetime import date

import pytest

from dmp_tui.dmp.identity import (
    NO_TRAITS,
    OID_NIR_TEST,
    Identity,
    IdentityStatus,
    Ins,
    Origin,
    Sex,
    Traits,
    nir_key,
    parse_birth_date,
)
from dmp_tui.dmp.minors import age_of, asks_first, is_minor

TODAY = date(2026, 12, 1)


def someone(birth: str = "", nir: str = "2790399012901") -> Identity:
    traits = Traits("X", "Y", parse_birth_date(birth), Sex.F) if birth else NO_TRAITS
    return Identity(Ins(nir + nir_key(nir), OID_NIR_TEST), traits, IdentityStatus.PROV, Origin.CARD)


@pytest.mark.parametrize(
    ("birth", "minor", "asked"),
    [
        ("02-12-2008", True, True),  # 18 tomorrow
        ("01-12-2008", False, False),  # 18 today
        ("01-12-2014", True, True),  # 12 today
        ("02-12-2014", True, False),  # 12 tomorrow
        ("29-02-2012", True, True),
        ("00-00-2010", True, True),
        ("28-03-1979", False, False),
        ("01-01-2027", False, False),  # a birth date ahead says no age; the number does
    ],
)
def test_by_the_birth_date(birth: str, minor: bool, asked: bool) -> None:
    identity = someone(birth)
    assert (is_minor(age_of(identity, TODAY)), asks_first(identity, TODAY)) == (minor, asked)


@pytest.mark.parametrize(
    ("nir", "age"), [("2110599041924", 15), ("1580399051913", 68), ("2260999041924", 0), ("1270999041924", 99)]
)
def test_by_the_number_where_nothing_else_tells(nir: str, age: int) -> None:
    assert age_of(someone(nir=nir), TODAY) == age


def test_who_is_not_known_is_not_taken_for_a_minor() -> None:
    assert not is_minor(None)
