"""Allergies: severity and contradiction are on the row whatever else stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dmp_tui.dmp.entries import Criticality, Kind, Reaction, Status
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement, Line, Presence, Sheet, Topic
from dmp_tui.screens.allergies import allergy_cell, allergy_lines, allergy_summary, label_width, reactions, severity
from tests.screens.people import LDL, VSM, line, topic

SHOCK = Reaction("Choc anaphylactique", Criticality.LOW)
SPASM = Reaction("Bronchospasme", Criticality.HIGH)
RASH = Reaction("Urticaire", Criticality.MODERATE)
DENIED = Contradiction(Disagreement.DENIED, LDL, "aucune allergie")
DESPITE = Contradiction(Disagreement.PRESCRIBED_DESPITE, LDL, "AUGMENTIN 1 g, sachet")


def allergy(label: str = "Amoxicilline", *said: Reaction, **more: object) -> Line:
    return line(Kind.ALLERGY, label, VSM, LDL, reactions=said, **more)


def shown(one: Line, width: int = 80) -> str:
    return allergy_cell(one, width, label_width([one], width)).text


def test_the_worst_reaction_comes_first_whatever_its_code() -> None:
    one = allergy("Amoxicilline", RASH, SPASM, SHOCK, Reaction("Œdème", negated=True))
    assert reactions(one) == ["Choc anaphylactique", "Bronchospasme", "Urticaire"]
    assert severity(allergy("x", SHOCK)) == "GRAVE"
    assert severity(allergy("x", Reaction("Rash", Criticality.FATAL))) == "MORTELLE"
    assert severity(allergy("x")) == ""


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (allergy("Amoxicilline", SHOCK), "Amoxicilline GRAVE Choc anaphylactique  VSM 02/2026 +1"),
        (
            allergy("Amoxicilline", SHOCK, contradictions=(DENIED, DESPITE)),
            "Amoxicilline GRAVE Choc anaphylactique  CONTREDIT LDL-SES 12/2019  VSM 02/2026 +1",
        ),
        (
            allergy("Amoxicilline", RASH, contradictions=(DESPITE,)),
            "Amoxicilline modérée Urticaire  PRESCRIT MALGRÉ AUGMENTIN 1 g (12/2019)  VSM 02/2026 +1",
        ),
        (
            allergy("Crustacés", status=Status.ENDED, end="2019-07-02"),
            "Crustacés    (terminée 07/2019)  VSM 02/2026 +1",
        ),
    ],
)
def test_an_allergy_on_one_row(one: Line, words: str) -> None:
    assert shown(one, 90) == words


def test_who_contradicts_gives_way_before_the_source() -> None:
    one = allergy("Amoxicilline", SHOCK, RASH, contradictions=(DENIED,))
    assert "CONTREDIT LDL-SES  VSM 02/2026 +1" in shown(one, 80)
    assert "CONTREDIT  VSM 02/2026 +1" in shown(one, 70)


TEXT = st.text(st.characters(categories=("L", "N", "Zs")), min_size=1, max_size=90)


@given(TEXT, st.lists(TEXT, max_size=4), st.integers(72, 160), st.sampled_from(Criticality))
def test_severity_and_contradiction_are_never_cut(label: str, said: list[str], width: int, level: Criticality) -> None:
    one = allergy(label, *(Reaction(each) for each in said), criticality=level, contradictions=(DENIED,))
    text = shown(one, width)
    assert cell_len(text) <= width
    assert "CONTREDIT" in text
    assert severity(one) in text


@given(st.lists(TEXT, min_size=1, max_size=12), st.integers(72, 160))
def test_the_summary_of_other_screens_counts_what_it_does_not_name(labels: list[str], width: int) -> None:
    lines = [allergy(f"{index} {label}", SHOCK, contradictions=(DENIED,)) for index, label in enumerate(labels)]
    rows = [text for text, _style in allergy_summary(Sheet("p", "", (topic(Kind.ALLERGY, *lines),)), width)]
    assert len(rows) <= 2
    assert all(cell_len(row) <= width for row in rows)
    named = "".join(rows).count("CONTREDIT")
    assert named == len(lines) or f"+{len(lines) - named}" in rows[-1]


def test_an_unreadable_section_is_told_beside_what_was_read() -> None:
    sheet = Sheet("p", "", (Topic(Kind.ALLERGY, Presence.UNREADABLE, (allergy("latex"),)),))
    assert "ILLISIBLE" in allergy_summary(sheet, 80)[0][0]


def test_adverse_effects_stand_below_the_allergies_and_above_what_is_over() -> None:
    over = allergy("ancienne", status=Status.ENDED)
    effect = line(Kind.ADVERSE_EFFECT, "tramadol")
    sheet = Sheet(
        "p",
        "",
        (topic(Kind.ALLERGY, over, allergy("latex", SPASM), allergy("x", SHOCK)), topic(Kind.ADVERSE_EFFECT, effect)),
    )
    assert [each.label for each in allergy_lines(sheet)] == ["x", "latex", "tramadol", "ancienne"]
