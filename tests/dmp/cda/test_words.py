"""What French words deny, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.cda.words import course, denial, grade, name_the_same, yes_or_no
from dmp_tui.dmp.entries import Assertion, Criticality, Status


@pytest.mark.parametrize(
    "text",
    [
        "Pas d'allergie connue",
        "Aucune allergie / intolérance identifiée pendant le séjour",
        "Néant",
        "RAS",
        "Allergies : non",
        "aucun antécédent notable",
        "Ne prend aucun traitement",
        "Absence d'allergie médicamenteuse connue.",
        "Patient sans allergie",
        "Aucun traitement au long cours\nAucun dispositif",
    ],
)
def test_nothing(text: str) -> None:
    assert denial(text) is Assertion.NONE


@pytest.mark.parametrize(
    "text",
    ["Non renseigné", "Allergies non connues", "Allergie inconnue", "Pas d'information", "Aucune donnée", "Sans objet"],
)
def test_nothing_known(text: str) -> None:
    assert denial(text) is Assertion.NO_DATA


@pytest.mark.parametrize("text", ["Pas d'allergie à la pénicilline", "Aucune réaction à l'iode"])
def test_not_this_one(text: str) -> None:
    assert denial(text) is Assertion.NEGATED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pénicilline",
        "Aucune, sauf iode",
        "Pas d'allergie. Intolérance au lactose",
        "Aucun traitement hormis aspirine",
        "Allergie au latex, pas à l'iode",
        "NaCl",
        "Allergie d'origine inconnue",
        "aucun " * 100,
    ],
)
def test_statements_and_exceptions_are_no_denial(text: str) -> None:
    assert denial(text) is None


@given(st.text(max_size=80))
def test_a_substance_is_never_denied_as_none(text: str) -> None:
    assert denial(f"{text} pénicilline") is not Assertion.NONE


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_names_is_symmetric_on_one_display(one: str, other: str) -> None:
    assert name_the_same(one, [other]) in {True, False}
    assert name_the_same(one, [one])


def test_names_of_one_substance_that_share_no_stem() -> None:
    assert name_the_same("Aspirine", ["acide acétylsalicylique"])
    assert not name_the_same("Aspirine", ["paracétamol"])


@pytest.mark.parametrize(
    ("text", "answer"),
    [("oui", True), ("Non autorisé", False), ("10/07/2018, Oui", True), ("peut-être", None), ("", None)],
)
def test_answers(text: str, answer: bool | None) -> None:
    assert yes_or_no(text) is answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("modéré", Criticality.MODERATE),
        ("léger à modéré", Criticality.MODERATE),
        ("modéré à sévère", Criticality.HIGH),
        ("Non grave", Criticality.LOW),
        ("grave", Criticality.HIGH),
        ("fatal", Criticality.FATAL),
        ("bleu", Criticality.UNKNOWN),
    ],
)
def test_grades(text: str, expected: Criticality) -> None:
    assert grade(text) is expected


def test_courses() -> None:
    assert [course(t) for t in ("Inactif", "Actif", "Récurrent", "en rémission", "")] == [
        Status.ENDED,
        Status.ACTIVE,
        Status.ACTIVE,
        Status.UNKNOWN,
        Status.UNKNOWN,
    ]
