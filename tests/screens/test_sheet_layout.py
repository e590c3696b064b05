"""The sheet laid out: what is where at 80x24 and wider, and what may never be lost."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from dmp_tui.dmp.entries import Coding, Entry, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.sheet.kidney import Computed, filtration
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Check, Line, Presence, Sheet, Topic
from dmp_tui.screens.keys import OfLine, OfSection
from dmp_tui.screens.prescription import short_dose
from dmp_tui.screens.sheet_layout import lay_out, section_rows
from dmp_tui.widgets.line import Row, strip_of
from tests.screens.people import CLAIRE, SHEET, TODAY, VSM, born, line, topic


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


def result(label: str, value: str, unit: str = "mg/L", noted: str = "2026-11-12") -> Entry:
    return Entry(Kind.RESULT, label, value=value, unit=unit, noted=noted)


def computed(sheet: Sheet) -> Computed:
    """The filtration that this sheet lets compute for Claire."""
    found = filtration(sheet, CLAIRE.sex, CLAIRE.birth, TODAY).computed
    assert found is not None
    return found


CREATININE = result("Créatinine", "104", "µmol/L")


def test_a_computed_filtration_stands_behind_its_creatinine() -> None:
    sheet = merge([(VSM, CREATININE), (VSM, result("CRP", "3"))])
    rows = lay_out(sheet, 80, 20, TODAY, CLAIRE, computed=computed(sheet))
    assert "(12/11) créat 104 µmol/L · DFG calc. 55 mL/min · CRP 3 mg/L" in text(rows, 80)
    [key] = [cell.key for row in rows for cell in row if cell.text.startswith("DFG")]
    [creatinine] = [one for one in sheet.topic(Kind.RESULT).lines if one.label == "Créatinine"]
    assert key == OfLine(Kind.RESULT, creatinine.key)
    assert "DFG" not in text(lay_out(sheet, 80, 20, TODAY, CLAIRE), 80)


def test_a_computed_filtration_of_another_day_has_its_date() -> None:
    haemolysed = result("Créatinine", "hémolysé", "µmol/L")
    sheet = merge([(VSM, replace(CREATININE, noted="2026-11-02")), (VSM, haemolysed), (VSM, result("CRP", "3"))])
    shown = text(lay_out(sheet, 80, 20, TODAY, CLAIRE, computed=computed(sheet)), 80)
    assert "(12/11) créat hémolysé µmol/L  (02/11) DFG calc. 55 mL/min" in shown


@given(st.integers(0, 14), st.integers(0, 12), st.integers(72, 130), st.integers(14, 40))
def test_nothing_stated_gives_way_to_a_computed_filtration(results: int, others: int, width: int, height: int) -> None:
    values = [result(f"Dosage {i}", str(i)) for i in range(results)]
    named = [Entry(kind, f"{kind.value} {i}") for kind in (Kind.TREATMENT, Kind.VACCINATION) for i in range(others)]
    sheet = merge([(VSM, entry) for entry in (CREATININE, *values, *named)])
    without = lay_out(sheet, width, height, TODAY, CLAIRE)
    held = lay_out(sheet, width, height, TODAY, CLAIRE, computed=computed(sheet))
    assert len(held) <= max(height, len(without))
    said = {cell.text.strip() for row in held for cell in row} | {"·"}
    assert {cell.text.strip() for row in without for cell in row} <= said


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


HOSTILE = "\x1b[2J\u202egnp\x07[red]x[/]\x9b31m\u200b漢字"


@given(st.sampled_from([(80, 20), (72, 16), (120, 36)]))
def test_nothing_of_a_document_reaches_the_terminal_active(size: tuple[int, int]) -> None:
    topics = []
    for kind in Kind:
        one = line(kind, HOSTILE, dose=HOSTILE, value=HOSTILE, unit=HOSTILE, interpretation=HOSTILE, noted=HOSTILE)
        person = Person(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE, HOSTILE)
        one = replace(one, person=person, reference=HOSTILE, reactions=(Reaction(HOSTILE),), critical=HOSTILE)
        topics.append(topic(kind, one))
    sheet = Sheet("p", "", tuple(topics), checks=(Check("association", HOSTILE), Check(HOSTILE, HOSTILE)))
    width, height = size
    shown = lay_out(sheet, width, height, TODAY, CLAIRE) + section_rows(sheet, tuple(Kind), width, TODAY)
    for row in shown:
        strip = strip_of(row, width)
        assert strip.cell_length == width
        assert all(character.isprintable() for character in strip.text)


@given(
    st.text("ABC ", min_size=1, max_size=40),
    st.sampled_from(["1 comprimé le soir", "28 unités le soir, Voie sous-cutanée", "1 comprimé matin et soir"]),
    st.sampled_from(["avk", "insulin", "immunosuppressant"]),
    st.integers(72, 160),
)
def test_the_dose_of_what_weighs_is_whole_however_long_the_name(name: str, dose: str, weighs: str, width: int) -> None:
    one = line(Kind.TREATMENT, name, dose=dose, critical=weighs, start="2019-02")
    problem = line(Kind.PROBLEM, "p" * 60)
    rows = lay_out(Sheet("p", "", (topic(Kind.TREATMENT, one), topic(Kind.PROBLEM, problem))), width, 20, TODAY)
    shown = text(rows, width)
    assert short_dose(dose) in shown or dose in shown


def test_directives_are_told_by_the_decision() -> None:
    one = line(
        Kind.DIRECTIVE,
        "Réanimation cardiaque et respiratoire en cas d'arrêt",
        value="Je ne veux pas être réanimée.",
        noted="2025-09-22",
    )
    many_more = many(Kind.TREATMENT, 30)
    sheet = Sheet("p", "", (topic(Kind.DIRECTIVE, one), topic(Kind.TREATMENT, *many_more)))
    assert "« Je ne veux pas être réanimée. » (09/2025)" in text(lay_out(sheet, 80, 20, TODAY), 80)


def test_a_pregnancy_shows_its_term_and_the_blood_group() -> None:
    sheet = Sheet(
        "p",
        "",
        (
            topic(
                Kind.PREGNANCY,
                line(Kind.PREGNANCY, "Date prévue d'accouchement", value="2027-02-22"),
                line(Kind.PREGNANCY, "Statut de grossesse", value="Grossesse en cours, 2e geste"),
            ),
            topic(Kind.RESULT, line(Kind.RESULT, "Groupe ABO et rhésus", value="O négatif", noted="2026-05-22")),
        ),
    )
    shown = text(lay_out(sheet, 80, 20, TODAY, CLAIRE), 80)
    assert "GROSSESSE  Grossesse en cours, 2e geste · terme 22/02/2027" in shown
    assert "groupe O négatif (05/2026)" in shown


def test_the_words_of_a_pregnancy_stay_where_its_value_is_something_else() -> None:
    coded = (Coding("http://loinc.org", "11449-6"),)
    one = line(Kind.PREGNANCY, "Grossesse gémellaire en cours", value="22/02/2027", codes=coded)
    shown = text(lay_out(Sheet("p", "", (topic(Kind.PREGNANCY, one),)), 80, 20, TODAY), 80)
    assert "Grossesse gémellaire en cours 22/02/2027" in shown


def test_the_silence_about_a_pregnancy_is_seen_where_it_matters() -> None:
    young = replace(CLAIRE, birth=born("28-03-1999"))
    rows = text(lay_out(Sheet("p", "", ()), 80, 20, TODAY, young), 80)
    assert "GROSSESSE  non renseigné" in rows
    ageless = replace(CLAIRE, birth=None)
    assert "non renseigné : grossesse," in text(lay_out(Sheet("p", "", ()), 80, 20, TODAY, ageless), 80)
    old = replace(CLAIRE, birth=born("28-03-1939"))
    assert "rossesse" not in text(lay_out(Sheet("p", "", ()), 80, 20, TODAY, old), 80).replace("GROSSESSE", "grossesse")


def test_what_is_over_stands_below_and_says_so() -> None:
    ended = line(Kind.TREATMENT, "AUGMENTIN 1 g, sachet", start="2026-11-10", end="2026-11-17")
    sheet = Sheet("p", "", (topic(Kind.TREATMENT, ended, line(Kind.TREATMENT, "AMLOR", start="2009")),))
    shown = text(lay_out(sheet, 80, 20, TODAY), 80)
    assert shown.index("AMLOR") < shown.index("AUGMENTIN")
    assert "fini 17/11" in shown


def test_rows_that_nobody_needs_say_in_words_what_was_a_count() -> None:
    sheet = Sheet("p", "", (topic(Kind.PLAN, line(Kind.PLAN, "Arrêt du clopidogrel à discuter")),))
    assert "Plan de soins : Arrêt du clopidogrel" in text(lay_out(sheet, 80, 20, TODAY), 80)
    full = Sheet("p", "", (*sheet.topics, topic(Kind.TREATMENT, *many(Kind.TREATMENT, 30))))
    assert "Plan de soins (1)" in text(lay_out(full, 80, 20, TODAY), 80)
