"""Names and doses in short: words may go, figures never."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.screens.prescription import short_dose, short_name, short_names


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("COUMADINE 2 mg, comprimé", "COUMADINE 2 mg"),
        ("CARDENSIEL 2,5 mg, comprimé pelliculé sécable", "CARDENSIEL 2,5 mg"),
        ("ANAPEN 150 µg, solution injectable", "ANAPEN 150 µg inj."),
        ("DUROGESIC 25, dispositif transdermique", "DUROGESIC 25 patch"),
        ("EPIPEN 0,30 mg, stylo", "EPIPEN 0,30 mg, stylo"),
        ("PLAVIX", "PLAVIX"),
    ],
)
def test_the_form_goes_where_it_tells_nothing(label: str, short: str) -> None:
    assert short_name(label) == short


def test_names_of_a_check() -> None:
    joined = "COUMADINE 2 mg, comprimé + AUGMENTIN 1 g/125 mg, sachet"
    assert short_names(joined) == "COUMADINE 2 mg + AUGMENTIN 1 g/125 mg"


@pytest.mark.parametrize(
    ("dose", "short"),
    [
        ("1 comprimé et demi le soir, Voie orale", "1 cp et demi soir"),
        ("1 sachet 3 fois par jour pendant 7 jours, Voie orale", "1 sach. 3x/j, 7 j"),
        ("28 unités le soir, Voie sous-cutanée", "28 unités soir, SC"),
        ("1 injection intramusculaire si anaphylaxie", "1 inj. IM si anaphylaxie"),
        ("one tablet daily", "one tablet daily"),
    ],
)
def test_a_dose_as_a_prescriber_writes_it(dose: str, short: str) -> None:
    assert short_dose(dose) == short


UNTOUCHED = ("1", "12", "2,5", "demi", "unités", "si", "et", ",", "orale", "Voie", "sous-cutanée")
SHORTENED = ("comprimé", "gélule", "fois", "par", "jour", "toutes", "les", "heures", "pendant", "jours", "le", "soir")
WORDS = st.sampled_from((*UNTOUCHED, *SHORTENED))


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_no_figure_and_no_unit_of_insulin_is_ever_lost(dose: str) -> None:
    def figures(text: str) -> list[str]:
        return re.findall(r"\d+(?:,\d+)?", text)

    short = short_dose(dose)
    assert figures(short) == figures(dose)
    assert short.count("unités") == dose.count("unités")
    assert short.count("demi") == dose.count("demi")
