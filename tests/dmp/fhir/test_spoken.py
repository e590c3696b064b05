"""Words that deny: all, nothing known, one thing; and those that only look so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion
from dmp_tui.dmp.fhir.spoken import denial
from tests.dmp.fhir.builders import LATEX, document, narrative, one, only, section

NONE, NO_DATA, NEGATED = Assertion.NONE, Assertion.NO_DATA, Assertion.NEGATED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No known allergies", NONE),
        ("No known drug, food or environmental allergies.", NONE),
        ("NKDA", NONE),
        ("None known", NONE),
        ("Aucune allergie médicamenteuse connue", NONE),
        ("Néant", NONE),
        ("Patient has no current medications", NONE),
        ("Keine bekannten Allergien", NONE),
        ("Sin alergias conocidas", NONE),
        ("Geen allergieën bekend", NONE),
        ("Nessuna allergia nota", NONE),
        ("Sem alergias conhecidas", NONE),
        ("Not asked", NO_DATA),
        ("There is no information available about the allergies of the subject", NO_DATA),
        ("Non renseigné", NO_DATA),
        ("No latex allergy", NEGATED),
        ("Pas d'allergie à la pénicilline", NEGATED),
    ],
)
def test_what_words_deny(text: str, expected: Assertion) -> None:
    assert denial(text) is expected
    assert one({**LATEX, "code": {"text": text}}).assertion is expected


@pytest.mark.parametrize(
    "text",
    [
        "No drug allergies except penicillin",
        "Pas d'allergie sauf latex",
        "No medication allergies, allergic to peanuts",
        "No allergy to contrast; reacts to latex",
        "No current medications other than warfarin",
        "No surgery since appendectomy",
        "Keine Allergien außer Penicillin",
        "NO",
        "Not known",
        "Absence of left kidney",
        "Non-insulin-dependent diabetes",
        "Nil by mouth",
        "Drug allergy",
        "",
    ],
)
def test_what_words_do_not_deny(text: str) -> None:
    assert denial(text) is None


def test_a_section_with_an_exception_is_to_be_read() -> None:
    excepted = {**section("48765-2", title="Allergies"), "text": narrative("No known allergies except latex")}
    entry = only(document(sections=[excepted]))
    assert (entry.assertion, entry.words) == (Assertion.UNREADABLE, "No known allergies except latex")
    one_thing = {**section("48765-2", title="Allergies"), "text": narrative("No latex allergy")}
    assert only(document(sections=[one_thing])).assertion is Assertion.UNREADABLE


@given(st.text(max_size=60))
def test_a_name_beside_a_denial_is_never_dropped(name: str) -> None:
    assert denial(f"No known allergies. Penicillin {name}") is None
    assert denial(f"{name} Penicillin, no known allergies") is not NONE
