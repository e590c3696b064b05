"""Names that sound alike share a key; names that do not, do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.store.phonetic import phonetic_key, phonetic_keys


@pytest.mark.parametrize(
    "alike",
    [
        ("DUPONT", "DUPOND", "Dupon"),
        ("LEFEBVRE", "LEFEVRE", "Lefèvre", "Lefaivre"),
        ("GAUTHIER", "GAUTIER", "GOTIER"),
        ("THOMAS", "TOMAS", "TOMA"),
        ("PHILIPPE", "FILIP"),
        ("RENAUD", "RENAULT", "RENAUT", "RENO"),
        ("MARTIN", "MARTAIN"),
        ("FRANÇOIS", "FRANCOIS", "FRANSOIS"),
        ("MEYER", "MAYER", "MEIER"),
        ("MOREAU", "MORO", "MAUREAU"),
        ("CATHERINE", "KATERINE"),
        ("JEAN", "JAN"),
        ("GÉRARD", "JERARD", "GERARD"),
        ("ROUSSEAU", "ROUSSO"),
        ("PAT-TROIS", "PAT TROIS", "pattrois"),
        ("MATTHIEU", "MATHIEU", "MATIEU"),
    ],
)
def test_names_that_sound_alike(alike: tuple[str, ...]) -> None:
    assert len({phonetic_key(name) for name in alike}) == 1


@pytest.mark.parametrize(
    "apart",
    [
        ("JEAN", "JEANNE"),
        ("MARTIN", "MARTINE"),
        ("DUPONT", "DUPUIS"),
        ("BERNARD", "BERTRAND"),
        ("LEROY", "LEROUX"),
        ("PETIT", "PETITJEAN"),
        ("SIMON", "SIMONE"),
    ],
)
def test_names_that_do_not(apart: tuple[str, str]) -> None:
    assert phonetic_key(apart[0]) != phonetic_key(apart[1])


@given(st.text(min_size=1))
def test_any_name_has_a_key(name: str) -> None:
    key = phonetic_key(name)
    assert key
    assert phonetic_key(name) == key


def test_a_compound_name_is_found_by_each_part() -> None:
    assert phonetic_keys("DUPONT-MARTIN") >= {phonetic_key("Dupond"), phonetic_key("Martin")}
    assert phonetic_keys("LE GOFF") == {phonetic_key("LEGOFF"), phonetic_key("GOFF")}
