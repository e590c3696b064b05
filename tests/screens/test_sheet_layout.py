"""The sheet laid out: what is where at 80x24 and wider, and what may never be lost."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from dmp_tui.dmp.entries import Coding, Kind, Mark, Reaction, Status
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.sheet.model import Line, Presence, Sheet, Topic
from dmp_tui.screens.keys import OfLine, OfSection
from dmp_tui.screens.sheet_layout import lay_out
from dmp_tui.widgets.line import Row, strip_of
from tests.screens.people import CLAIRE, SHEET, TODAY, VSM, line, topic


def text(rows: list[Row], width: int) -> str:
    return "\n".join(strip_of(row, width).text.rstrip() for row in rows)


@pytest.mark.parametrize(("width", "height"), [(80, 20), (120, 36)])
def test_the_sheet(width: int, height: int, snapshot: SnapshotAssertion) -> None:
    rows = lay_out(SHEET, width, height, TODAY, CLAIRE)
    assert len(rows) <= height
    assert text(rows, width) == snapshot


@pytest.mark.parametrize(
    ("presence", "said"),
    [
        (Presence.NONE_STATED, "aucune allergie déclarée par Dr ROUX Anne le 12/02/2026"),
        (Presence.NOT_STATED, "non renseigné : aucun document ne parle d'allergie"),
        (Presence.UNREADABLE, "! ILLISIBLE"),
    ],
)
def test_none_not_stated_and_unreadable_are_three_things(presence: Presence, said: str) -> None:
    by = (VSM,) if presence is Presence.NONE_STATED else ()
    sheet = Sheet("p", "", (Topic(Kind.ALLERGY, presence, said_by=by),))
    assert said in text(lay_out(sheet, 80, 20, TODAY), 80)


def test_an_unreadable_section_is_said_even_where_allergies_are_listed() -> None:
    sheet = Sheet("p", "", (Topic(Kind.ALLERGY, Presence.UNREADABLE, (line(Kind.ALLERGY, "latex"),)),))
    shown = text(lay_out(sheet, 80, 20, TODAY), 80)
    assert "latex" in shown
    assert "ILLISIBLE" in shown


def many(kind: Kind, count: int) -> tuple[Line, ...]:
    return tuple(line(kind, f"{kind.value} {i}") for i in range(count))


def test_what_does_not_fit_is_counted_and_opens() -> None:
    sheet = Sheet("p", "", (topic(Kind.TREATMENT, *many(Kind.TREATMENT, 30)),))
    rows = lay_out(sheet, 80, 20, TODAY)
    shown = text(rows, 80)
    assert len(rows) <= 20
    listed = sum(f"treatment {i} " in shown + " " for i in range(30))
    assert f"+{30 - shown.count('  treatment')} (Entrée)" in shown
    assert listed < 30
    assert OfSection((Kind.TREATMENT,)) in [cell.key for row in rows for cell in row]


def test_an_adverse_effect_and_a_doubtful_allergy_say_so() -> None:
    sheet = Sheet(
        "p",
        "",
        (
            topic(Kind.ALLERGY, line(Kind.ALLERGY, "lait", marks=frozenset({Mark.NOT_AN_ALLERGY}))),
            topic(Kind.ADVERSE_EFFECT, line(Kind.ADVERSE_EFFECT, "tramadol")),
        ),
    )
    shown = text(lay_out(sheet, 120, 36, TODAY), 120)
    assert "lait (pas une allergie ?)" in shown
    assert "tramadol (effet indés.)" in shown


@given(st.text("AB ", min_size=1, max_size=80), st.text("cd ", min_size=1, max_size=80), st.integers(72, 160))
def test_a_contradicted_allergy_always_says_so(label: str, reaction: str, width: int) -> None:
    lengthy = replace(VSM, type=Coding("http://loinc.org", "?", "Compte rendu de passage aux urgences"))
    one = line(Kind.ALLERGY, label, lengthy, reactions=(Reaction(reaction),), marks=frozenset({Mark.CONTRADICTED}))
    assert "CONTREDIT" in text(lay_out(Sheet("p", "", (topic(Kind.ALLERGY, one),)), width, 20, TODAY), width)


WORDS = st.text(st.characters(categories=("L", "N", "Cf", "Cc")), min_size=1, max_size=60)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    topics = []
    for kind in Kind:
        labels = draw(st.lists(WORDS, max_size=8 if kind is Kind.ALLERGY else 4, unique=True))
        lines = tuple(
            line(
                kind,
                label,
                status=draw(st.sampled_from(Status)),
                dose=draw(WORDS),
                reactions=(Reaction(draw(WORDS)),),
                critical=draw(st.sampled_from(["", "avk", "autre"])),
            )
            for label in labels
        )
        presence = Presence.STATED if lines else draw(st.sampled_from(list(Presence)[1:]))
        topics.append(Topic(kind, presence, lines))
    return Sheet("p", "", tuple(topics))


@given(sheets(), st.integers(72, 160), st.integers(16, 50), st.sampled_from(Sex))
def test_every_sheet_lays_out_within_its_width_and_keeps_every_allergy(
    sheet: Sheet, width: int, height: int, sex: Sex
) -> None:
    rows = lay_out(sheet, width, height, TODAY, Traits("", "", sex=sex))
    for row in rows:
        assert strip_of(row, width).cell_length == width
        assert all(a.x + a.width <= b.x for a, b in pairwise(row))
        assert all(cell.x + cell.width <= width for cell in row)
    keys = [cell.key for row in rows for cell in row]
    allergies = {OfLine(each.kind, each.key) for each in sheet.topic(Kind.ALLERGY).lines}
    assert allergies <= set(keys[: len(allergies) + len(sheet.topic(Kind.ADVERSE_EFFECT).lines) + 2])


@given(sheets(), st.integers(72, 160))
def test_every_line_is_shown_or_its_section_opens(sheet: Sheet, width: int) -> None:
    keys = {cell.key for row in lay_out(sheet, width, 30, TODAY) for cell in row}
    opened = {kind for key in keys if isinstance(key, OfSection) for kind in key.kinds}
    for each in sheet.topics:
        for one in each.lines:
            assert OfLine(one.kind, one.key) in keys or one.kind in opened
