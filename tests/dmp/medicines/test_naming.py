"""Names as nurses type them: whole, begun, with a slip, with a dose; and nothing that is not meant."""

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.medicines.model import Component, Speciality, Substance
from dmp_tui.dmp.medicines.naming import Names, found_of, short_name


def box(cis: str, name: str, *substances: str, marketed: bool = True) -> Speciality:
    parts = tuple(Component(Substance(one.upper(), one)) for one in substances)
    return Speciality(cis, name, "", (), parts, marketed)


BOXES = {
    one.cis: one
    for one in (
        box("1", "KARDEGIC 75 mg, poudre pour solution buvable", "acide acetylsalicylique"),
        box("2", "KARDEGIC 160 mg, poudre pour solution buvable", "acide acetylsalicylique"),
        box("3", "HUMEX RHUME, comprimé", "paracetamol", "pseudoephedrine"),
        box("4", "HUMEX MAL DE GORGE, pastille", "lidocaine"),
        box("5", "HUMEX", "paracetamol", "pseudoephedrine"),
        box("6", "HUMEX", "lidocaine"),
    )
}
SUBSTANCES = ("amoxicilline", "amoxapine", "acide acétylsalicylique", "étomidate", "prednisone", "prednisolone")
NAMES: Names[Substance | str] = Names(
    [(name, Substance(name.upper(), name)) for name in SUBSTANCES]
    + [(short_name(one.name), cis) for cis, one in BOXES.items()],
    [(one.name, cis) for cis, one in BOXES.items()],
)


def names(typed: str) -> list[str]:
    return [match.name for match in NAMES.find(typed)]


def test_a_name_is_found_whatever_its_accents_capitals_and_plurals() -> None:
    for typed in ("Etomidate", "ÉTOMIDATE", "étomidates", "  etomidate "):
        first = NAMES.find(typed)[0]
        assert (first.name, first.guess, first.score) == ("étomidate", False, 100)


def test_three_letters_open_a_list_and_decide_nothing() -> None:
    found = NAMES.find("amo")
    assert {match.name for match in found} == {"amoxicilline", "amoxapine"}
    assert all(match.guess and match.score < 91 for match in found)
    assert NAMES.find("am") == ()


def test_a_word_within_a_name_opens_it_too() -> None:
    assert names("acetylsal")[0] == "acide acétylsalicylique"


def test_a_slip_is_a_guess() -> None:
    first = NAMES.find("amoxicillne")[0]
    assert first.name == "amoxicilline"
    assert first.guess


def test_near_names_are_both_told() -> None:
    assert names("prednisone")[:2] == ["prednisone", "prednisolone"]
    assert not NAMES.find("prednisone")[0].guess


def test_a_dose_and_a_form_typed_along_are_passed_over() -> None:
    assert NAMES.find("kardegic 75 mg sachet")[0].name == "KARDEGIC"


def test_figures_choose_the_box() -> None:
    found = found_of(NAMES.find("kardegic 160"), "kardegic 160", lambda item: BOXES[str(item)])
    assert found[0].medicine == BOXES["2"]
    assert not found[0].guess


def test_a_brand_of_several_compositions_is_never_taken_for_one() -> None:
    found = found_of(NAMES.find("humex")[:1], "humex", lambda item: BOXES[str(item)])
    assert len(found) == 2
    assert all(one.guess for one in found)


@given(st.text(max_size=40))
def test_anything_may_be_typed(typed: str) -> None:
    found = NAMES.find(typed, 5)
    assert len(found) <= 5
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(match.score == 100 for match in found if not match.guess)


@given(st.sampled_from(SUBSTANCES), st.data())
def test_one_wrong_letter_still_finds_a_long_name(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = name[:at] + letter + name[at + 1 :]
    assert name in names(typed)
