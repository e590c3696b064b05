"""Conditions of levels, in the thesaurus' turns of phrase: decided only where nothing is left to guess."""

from datetime import date

import pytest

from dmp_tui.dmp.medicines.model import Grade, Interaction, Level, Substance
from dmp_tui.dmp.safety.conditions import Side, decided, is_conduct
from dmp_tui.dmp.safety.known import Known, known_of
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.safety.naming import of_substance
from dmp_tui.dmp.safety.typed import Typed, typed_sheet

from .bases import BASE

TODAY = date(2026, 11, 20)
NOBODY = Known(TODAY)


def substance(key: str, *classes: str) -> Substance:
    return Substance(key.upper(), key, (), classes)


def judged(one: Substance, other: Substance, *conditions: str, known: Known = NOBODY) -> tuple[bool | None, ...]:
    levels = list(Level)
    grades = tuple(Grade(levels[at], text) for at, text in enumerate(conditions))
    pair = Interaction("a", "b", "A", "B", grades)
    return tuple(x for _, x in decided(pair, Side(one, of_substance(one)), Side(other, of_substance(other)), known))


DOXAZOSINE, PRAZOSINE, SILDENAFIL = substance("doxazosine"), substance("prazosine"), substance("sildenafil")


@pytest.mark.parametrize(
    ("one", "expected"), [(DOXAZOSINE, (True, False)), (PRAZOSINE, (False, True))], ids=["named", "other"]
)
def test_a_level_for_one_substance_and_one_for_the_others(one: Substance, expected: tuple[bool, bool]) -> None:
    texts = (":\n- avec la doxazosine", ":\n- avec les autres alpha-bloquants\nDébuter à dose minimale.")
    assert judged(one, SILDENAFIL, *texts) == expected
    assert judged(SILDENAFIL, one, *texts) == expected


def test_an_empty_condition_always_holds() -> None:
    assert judged(DOXAZOSINE, SILDENAFIL, "") == (True,)


@pytest.mark.parametrize(
    "text",
    [
        "en cas d'altération de la fonction ventriculaire gauche.",
        "avec des doses de sildenafil supérieures à 50 mg",
        "en dehors des indications validées pour cette association",
        "pendant la phase de titration.",
        "Eviter de mettre en route le sildenafil pendant la période d'ajustement",
        "Pour connaître les niveaux, se reporter aux AMM",
    ],
)
def test_what_nobody_knows_is_left_open(text: str) -> None:
    assert judged(DOXAZOSINE, SILDENAFIL, text, text) == (None, None)


@pytest.mark.parametrize(
    ("age", "expected"), [(None, (None, None)), (40, (False, True)), (70, (None, None)), (80, (True, False))]
)
def test_old_age(age: int | None, expected: tuple[bool | None, ...]) -> None:
    texts = ("- chez les patients âgés", "chez les sujets non âgés")
    assert judged(DOXAZOSINE, SILDENAFIL, *texts, known=Known(TODAY, age=age)) == expected


@pytest.mark.parametrize(("dfg", "expected"), [(30, (True, False)), (70, (None, None)), (100, (False, True))])
def test_kidneys(dfg: float, expected: tuple[bool | None, ...]) -> None:
    known = known_of(typed_sheet(Typed(dfg=dfg), TODAY), BASE, TODAY)
    texts = (": \n- en cas de fonction rénale faible à modérée .", ":\n- en cas de fonction rénale normale.")
    assert judged(DOXAZOSINE, SILDENAFIL, *texts, known=known) == expected


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        ("75 mg", (False, False, True)),
        ("160 mg", (False, False, True)),
        ("300 mg", (None, None, None)),
        ("500 mg", (None, None, False)),
        ("1 g", (True, None, False)),
        ("", (None, None, None)),
    ],
)
def test_doses_of_a_box_of_aspirin(strength: str, expected: tuple[bool | None, ...]) -> None:
    aspirin, warfarin = BASE.substances["ACIDE ACETYLSALICYLIQUE"], BASE.substances["WARFARINE"]
    grades = next(p[2] for p in BASE.pairs if p[:2] == ("acide acetylsalicylique", "anticoagulants oraux"))
    box = Medicine("boîte", "boîte", (aspirin,), (strength,))
    pair = Interaction("a", "b", "A", "B", grades)
    found = decided(pair, Side(aspirin, box), Side(warfarin, of_substance(warfarin)), NOBODY)
    assert tuple(x for _, x in found) == expected


def test_between_two_named_classes() -> None:
    oxybate, texts = substance("oxybate de sodium"), ("entre l'oxybate de sodium et les opiacés ou les barbituriques.",)
    assert judged(oxybate, substance("morphine", "analgésiques morphiniques agonistes"), *texts) == (True,)
    assert judged(oxybate, substance("zolpidem", "médicaments sédatifs"), *texts) == (False,)
    assert judged(substance("zopiclone", "hypnotiques"), substance("zolpidem", "hypnotiques"), *texts) == (False,)


def test_the_general_row_of_torsades() -> None:
    texts = (
        "- Pour l'érythromycine, la voie IV seule. Le citalopram est contre-indiqué quel que soit le torsadogène.",
        "- avec les antiparasitaires (chloroquine, pentamidine), les neuroleptiques, la méthadone.",
    )
    amiodarone, sotalol = substance("amiodarone"), substance("sotalol")
    assert judged(amiodarone, sotalol, *texts)[0] is True
    assert judged(amiodarone, substance("haloperidol", "neuroleptiques"), *texts) == (False, True)
    assert judged(amiodarone, substance("erythromycine", "macrolides"), *texts) == (None, False)
    assert judged(substance("citalopram"), substance("haloperidol", "neuroleptiques"), *texts)[0] is True


def test_a_general_level_is_open_where_a_milder_one_may_be_this_pairs() -> None:
    texts = ("si l'association est justifiée, contrôle strict", "pour la spironolactone à des doses de 12,5 à 50 mg")
    ramipril = substance("ramipril")
    assert judged(ramipril, substance("spironolactone"), *texts) == (None, None)
    assert judged(ramipril, substance("amiloride"), *texts)[0] is True


def test_part_of_a_class_is_not_the_class() -> None:
    text = "- avec les anticonvulsivants inducteurs enzymatiques"
    one = substance("glasdegib")
    assert judged(one, substance("apalutamide", "inducteurs enzymatiques"), text, text) == (None, None)
    assert judged(one, substance("phenytoine", "anticonvulsivants inducteurs enzymatiques"), text, text) == (True, True)


@pytest.mark.parametrize(
    "text", ["Adapter la posologie.", "Contre-indiqué sauf s'il existe une hypokaliémie.", "Réduire la dose de moitié."]
)
def test_a_lone_level_that_only_tells_what_to_do_holds(text: str) -> None:
    assert judged(DOXAZOSINE, SILDENAFIL, text) == (True,)
    assert is_conduct(text)


@pytest.mark.parametrize(("other", "expected"), [("citalopram", (True, False)), ("sotalol", (False, True))])
def test_a_contraindication_written_inside_a_milder_level(other: str, expected: tuple[bool, ...]) -> None:
    grade = Grade(Level.DISCOURAGED, "Contre-indication :\n- avec le citalopram, la dompéridone.")
    pair = Interaction("a", "b", "A", "B", (grade,))
    one, two = substance("crizotinib"), substance(other)
    found = decided(pair, Side(one, of_substance(one)), Side(two, of_substance(two)), NOBODY)
    assert [g.level for g, _ in found] == [Level.CONTRAINDICATED, Level.DISCOURAGED]
    assert tuple(x for _, x in found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chez le patient parkinsonien, utiliser les doses minimales efficaces de chacun.", True),
        ("Si l'usage d'un IEC est indispensable, surveillance stricte de la lithémie.", True),
        ("En cas d'intervention programmée, il est préférable d'interrompre le traitement.", True),
        ("Dans l'indication post-chirurgicale : surveillance clinique et adaptation de la posologie.", True),
        ("Sauf en cas d'hypokaliémie.", None),
        ("chez le patient insuffisant rénal ou hépatique sévère.", None),
    ],
)
def test_a_lone_level_that_tells_what_to_do_holds(text: str, expected: bool | None) -> None:
    assert judged(DOXAZOSINE, SILDENAFIL, text) == (expected,)
