"""The set that ships: whole in itself, findable by every name, refused where a row cannot be meant."""

import pytest

from dmp_tui.dmp.facts import FactError
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines import emergency
from dmp_tui.dmp.medicines.emergency import EmergencyBase, emergency_base
from dmp_tui.dmp.medicines.model import Base, Level, Speciality, Substance
from dmp_tui.dmp.safety.naming import medicine_of
from dmp_tui.dmp.safety.rules import groups, pair_rules, patient_rules, washouts

SET = emergency_base()


def test_it_is_a_base_that_says_it_is_not_the_official_one() -> None:
    base: Base = SET
    assert not base.whole
    assert base.editions == ()
    assert base.speciality("61266250") is None


def test_it_holds_a_trolley() -> None:
    assert 150 <= len(SET.substances) <= 300
    assert {own.atc[0][0] for own in SET.substances.values()} >= set("ABCDGHJLMNRV")
    assert len(SET.specialities) > 400


def test_nothing_is_read_before_it_is_asked() -> None:
    assert not vars(EmergencyBase())


@pytest.mark.parametrize("own", SET.substances.values(), ids=lambda own: own.key)
def test_a_substance_is_found_by_each_of_its_names(own: Substance) -> None:
    for name in (own.name, own.key, *own.synonyms):
        assert SET.substance(name) == own
        first = SET.find(name)[0]
        assert (first.medicine, first.guess) == (own, False), name
    assert "," not in own.name
    assert all(len(code) in {5, 7} for code in own.atc)
    assert own.atc


@pytest.mark.parametrize("box", SET.specialities, ids=lambda box: box.name)
def test_a_box_is_found_by_its_name_and_holds_substances_of_the_set(box: Speciality) -> None:
    first = SET.find(box.name)[0]
    assert not first.guess
    medicine = medicine_of(first, box.name)
    assert {own.key for own in medicine.substances} == {part.substance.key for part in box.components}
    assert all(SET.substances[part.substance.key] == part.substance for part in box.components)


def test_a_box_that_is_printed_whole_keeps_its_route_and_strength() -> None:
    assert medicine_of(SET.find("TILDIEM 25 mg")[0], "TILDIEM 25 mg").routes == ("intraveineuse",)
    assert medicine_of(SET.find("Gluconate de calcium 10 %")[0], "Gluconate de calcium 10 %").routes == (
        "intraveineuse",
    )
    assert medicine_of(SET.find("kardegic 75")[0], "kardegic 75").strengths == ("75 mg",)
    assert medicine_of(SET.find("kardegic")[0], "kardegic").strengths == ("",)


def test_every_pair_is_told_in_both_orders_with_its_mechanism_in_two_languages_and_its_source() -> None:
    for (first, second), pair in SET.pairs.items():
        assert SET.pairs[second, first] is pair
        assert pair.mechanism
        assert pair.english
        assert "ANSM" in pair.source
        assert {grade.level for grade in pair.grades} <= set(Level)


def test_every_mechanism_and_every_class_serves() -> None:
    told = {pair.mechanism for pair in SET.pairs.values()}
    assert len(told) == len(emergency._table("mechanisms"))
    paired = {name for pair in SET.pairs for name in pair}
    assert {fold(name) for own in SET.substances.values() for name in own.classes} <= paired


def test_a_substance_has_no_pair_with_itself() -> None:
    ibuprofen = SET.substances["IBUPROFENE"]
    assert SET.interactions(ibuprofen, ibuprofen) == ()
    assert SET.interactions(ibuprofen, SET.substances["KETOPROFENE"])


def test_every_rule_on_a_named_substance_reaches_one() -> None:
    """A rule whose name nobody bears would never be told."""
    known = {fold(name) for own in SET.substances.values() for name in (own.name, *own.synonyms)}
    known |= {name for group in groups().values() for name in group.names}
    subjects = {rule.subject for rule in patient_rules()} | {row.subject for row in washouts()}
    subjects |= {side for rule in pair_rules() for side in (rule.one, rule.other)}
    assert {subject for subject in subjects if subject not in groups()} - known <= NOT_IN_THE_SET


NOT_IN_THE_SET = {
    *("BUPROPION", "EDOXABAN", "LEFLUNOMIDE", "MEFLOQUINE", "MILLEPERTUIS", "RASBURICASE", "RIFAMPICINE", "SELEGILINE"),
    "VARDENAFIL",
}
"""Substances of rules that the official base holds and the emergency set does not."""

GOOD = {"name": "a", "atc": "A01AA01", "classes": "c", "brands": "B", "synonyms": "", "source": "s"}
PAIR = {
    "first": "a", "second": "c", "level": "contre-indication", "condition": "", "conduct": "", "mechanism": "m",
    "source": "s",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([GOOD, GOOD], "substances.csv line 3: a twice"),
        ([GOOD | {"name": "-"}], "substances.csv line 2: - twice"),
        ([GOOD, GOOD | {"name": "b", "synonyms": "A"}], "substances.csv line 3: A is also A"),
    ],
)
def test_a_substance_that_cannot_be_meant_is_refused(table: list[dict[str, str]], said: str) -> None:
    with pytest.raises(FactError) as error:
        emergency._substances(list(enumerate(table, 2)))
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([PAIR | {"second": "d"}], "interactions.csv line 2: no substance or class d"),
        ([PAIR | {"mechanism": "n"}], "interactions.csv line 2: no mechanism n"),
        ([PAIR | {"level": "grave"}], "interactions.csv line 2: no level grave"),
        (
            [PAIR, PAIR | {"first": "c", "second": "a"}],
            "interactions.csv line 3: the pair stands in the other order too",
        ),
    ],
)
def test_a_pair_that_cannot_be_meant_is_refused(table: list[dict[str, str]], said: str) -> None:
    with pytest.raises(FactError) as error:
        list(emergency._interactions(list(enumerate(table, 2)), {"m": ("fr", "en")}, {"A", "C"}))
    assert str(error.value) == said


def test_a_box_of_an_unknown_substance_is_refused() -> None:
    row = {"name": "B", "form": "", "routes": "", "components": "a + d@1 mg", "source": "s"}
    with pytest.raises(FactError) as error:
        list(emergency._boxes([(2, row)], emergency._substances([(2, GOOD)])))
    assert str(error.value) == "specialities.csv line 2: no substance d"
