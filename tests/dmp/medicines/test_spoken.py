"""The official base with the names that people use: its own answers, and more that it understands."""

from datetime import date

import pytest

from dmp_tui.asking.base import open_base
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.model import Base
from dmp_tui.dmp.safety.naming import medicine_of
from dmp_tui.reference.importing import interactions_of, medicines_of
from dmp_tui.reference.writing import write
from tests.reference.tables import bdpm_in, thesaurus_in

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("spoken")
    path = folder / "reference.db"
    write(path, [medicines_of(bdpm_in(folder / "b"), TODAY), interactions_of(thesaurus_in(folder / "t"), TODAY)])
    return open_base(path).base


def test_it_is_the_official_base(base: Base) -> None:
    assert base.whole
    assert [edition.source for edition in base.editions] == ["BDPM", "ANSM"]
    box = base.speciality("60000001")
    assert box is not None
    assert base.speciality("69999999") is None
    assert base.substance("qqq") is None


def test_an_english_name_and_an_abbreviation_are_the_official_substance(base: Base) -> None:
    for typed in ("aspirin", "AAS", "acide acétylsalicylique", "acétylsalicylate de DL-lysine"):
        own = base.substance(typed)
        assert own is not None
        assert own.key == "ACIDE ACETYLSALICYLIQUE"
        assert own.classes == ("antiagrégants plaquettaires",)
        assert base.find(typed)[0].medicine == own
    warfarin = base.substance("warfarin")
    assert warfarin is not None
    assert warfarin.atc == ("B01AA03",)
    tramadol = base.substance("tramadol")
    assert tramadol is not None
    assert base.interactions(warfarin, tramadol)[0].grades[0].level == "precaution-d-emploi"


def test_a_brand_that_only_the_set_knows_is_made_of_official_substances(base: Base) -> None:
    found = base.find("Duoplavin 75 mg/75 mg")[0]
    medicine = medicine_of(found, "Duoplavin 75 mg/75 mg")
    assert not found.guess
    assert medicine.substances[1] == base.substance("aspirin")
    assert medicine.substances[0] == emergency_base().substance("clopidogrel")
    assert medicine.strengths == ("75 mg", "75 mg")


def test_a_box_is_the_official_one_where_it_holds_what_was_typed(base: Base) -> None:
    assert getattr(base.find("kardegic 75")[0].medicine, "cis", "") == "60000001"
    assert getattr(base.find("Kardégic")[0].medicine, "cis", "") == "60000001"
    other = base.find("kardegic 160")[0].medicine
    assert (getattr(other, "cis", None), getattr(other, "name", "")) == ("", "KARDÉGIC 160 mg")


def test_parts_of_a_box_carry_what_the_set_knows_of_them(base: Base) -> None:
    box = base.speciality("60000004")
    assert box is not None
    assert box.components[0].substance.atc == ("B01AA03",)
    assert "warfarin" in box.components[0].substance.synonyms


def test_a_guess_stays_the_official_bases(base: Base) -> None:
    found = base.find("kardegik")
    assert found[0].guess
    assert found[0].name == "KARDEGIC"
