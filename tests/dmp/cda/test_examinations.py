"""Examinations: germs and their antibiograms, intervals of one bound, what an image's report says of the patient."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Reading, Status
from tests.dmp.cda.build import LOINC, SNOMED, cell, code, document, medicine, observation, ref, section, table


def read(*sections: str, type_code: str = "11502-2") -> Reading:
    return read_cda(document(*sections, type_code=type_code))


def one(*sections: str, type_code: str = "11502-2") -> Entry:
    (entry,) = read(*sections, type_code=type_code).entries
    return entry


# --- laboratory -------------------------------------------------------------------------------------------------------


def isolate(name: str, snomed: str, least: str) -> str:
    drug = observation(
        code("code", "18928-2", LOINC, "Gentamicine", inner=ref(f"g-{name}")),
        f'<value xsi:type="IVL_PQ"><high value="{least}" unit="ug/mL" inclusive="false"/></value>'
        '<interpretationCode code="S"/>',
    )
    entity = f"<specimenPlayingEntity>{code('code', snomed, SNOMED, name, inner=ref(name))}</specimenPlayingEntity>"
    return (
        '<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.5"/>'
        f'<effectiveTime value="20240104"/><specimen><specimenRole>{entity}</specimenRole></specimen>'
        f'<component><organizer classCode="BATTERY" moodCode="EVN"><component>{drug}</component></organizer>'
        "</component></organizer>"
    )


def test_results_of_one_germ_are_not_those_of_another() -> None:
    text = "".join(
        f'<table><thead><tr><th>Isolat : <content ID="{name}">{name}</content></th><th>Résultat</th></tr></thead>'
        f"<tbody><tr><td>{cell('g-' + name, 'Gentamicine')}</td><td>&lt;{said} µg/ml</td></tr></tbody></table>"
        for name, said in (("Escherichia coli", "0,032"), ("Enterococcus", "0,14"))
    )
    held = isolate("Escherichia coli", "112283007", "0.032") + isolate("Enterococcus", "76327009", "0.014")
    coli, first, coccus, second = read(section("18725-2", "ECBU", text, held), type_code="11502-2").entries
    assert (coli.kind, coli.label, coli.codes[0].code) == (Kind.RESULT, "Escherichia coli", "112283007")
    assert (first.label, first.value, first.unit) == ("Escherichia coli : Gentamicine", "<0.032", "ug/mL")
    assert (first.interpretation, first.noted, first.codes, first.marks) == ("S", "2024-01-04", (), frozenset())
    assert (coccus.label, second.label) == ("Enterococcus", "Enterococcus : Gentamicine")
    assert (second.value, second.marks) == ("<0.14", frozenset({Mark.CODE_DIFFERS}))
    assert "<0.014 ug/mL" in second.code_label


@pytest.mark.parametrize(
    ("bound", "value"),
    [('<low value="0.5" inclusive="true"/>', "≥0.5"), ('<high value="2"/>', "<2"), ('<low value="7"/>', ">7")],
)
def test_an_interval_of_one_bound(bound: str, value: str) -> None:
    own = observation(code("code", "20-8", LOINC, "CMI"), f'<value xsi:type="IVL_PQ">{bound}</value>')
    assert one(section("30954-2", "Résultats", "", own)).value == value


def test_two_measures_named_in_one_cell() -> None:
    text = f"<table><tbody><tr><td>Tension {cell('s', 'systolique')} / {cell('d', 'diastolique')}</td><td>155 / 85</td>"
    own = observation(
        code("code", "8480-6", LOINC, "Pression artérielle systolique"),
        '<value xsi:type="PQ" value="155" unit="mm[Hg]"/>',
        text=ref("s", "text"),
    )
    entry = one(section("8716-3", "Constantes", f"{text}</tr></tbody></table>", own))
    assert (entry.label, entry.value, entry.marks) == ("Pression artérielle systolique", "155", frozenset())


# --- imaging ----------------------------------------------------------------------------------------------------------


def test_a_history_that_holds_all_sorts() -> None:
    text = table(
        ("Antécédents", "Commentaire"),
        (cell("m", "Asthme"), ""),
        (cell("c", "Appendicectomie"), ""),
        (cell("i", "patiente actuellement enceinte"), cell("k", "terme en mars")),
    )
    medical, surgical, contra = (
        observation(
            code("code", own, LOINC, words),
            f'<value xsi:type="CD" {coded}>{ref(place)}</value>',
            text=ref(told, "text"),
        )
        for own, words, coded, place, told in (
            ("11348-0", "Antécédents médicaux", "", "m", "m"),
            ("47519-4", "Antécédents chirurgicaux", "", "c", "c"),
            ("64100-1", "Contre-indications", f'code="77386006" codeSystem="{SNOMED}"', "i", "k"),
        )
    )
    title = "Antécédents médicaux / Antécédents chirurgicaux / Contre-indications"
    found = read(section("11329-0", title, text, medical, surgical, contra), type_code="18748-4").entries
    assert [(e.kind, e.label) for e in found] == [
        (Kind.PROBLEM, "Asthme"),
        (Kind.PROCEDURE, "Appendicectomie"),
        (Kind.PREGNANCY, "patiente actuellement enceinte"),
    ]
    assert found[2].status is Status.ACTIVE


@pytest.mark.parametrize(
    ("answer", "assertion", "value", "differs"),
    [("Oui", Assertion.STATED, "Enceinte", False), ("Non", Assertion.NEGATED, "Non", True)],
)
def test_a_pregnancy_answered_by_yes_or_no(answer: str, assertion: Assertion, value: str, differs: bool) -> None:
    own = observation(
        code("code", "364320009", SNOMED, "statut de grossesse"),
        code("value", "77386006", SNOMED, "Enceinte", kind="CD", inner=ref("g")),
    )
    text = f"<paragraph>Femme enceinte : {cell('g', answer)}</paragraph>"
    entry = one(section("73569-6", "Exposition aux rayonnements", text, own), type_code="18748-4")
    assert (entry.kind, entry.assertion, entry.value) == (Kind.PREGNANCY, assertion, value)
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


def test_a_contrast_medium_is_no_current_treatment() -> None:
    given = medicine(
        code("code", "3400936915657", "1.2.250.1.213.2.3.2", "XENETIX 350"),
        own='<templateId root="1.2.250.1.213.1.1.3.151"/>',
    )
    entry = one(section("55111-9", "Technique", "", given), type_code="18748-4")
    assert (entry.kind, entry.status) == (Kind.TREATMENT, Status.ENDED)


@pytest.mark.parametrize(
    ("system", "interpretation", "words"),
    [("2.16.840.1.113883.5.83", "H", ""), ("1.2.250.1.213.1.1.4.322", "", "Absence de symptômes")],
)
def test_an_interpretation_of_another_table_is_words(system: str, interpretation: str, words: str) -> None:
    meaning = code("interpretationCode", "H", system, "Absence de symptômes")
    own = observation(code("code", "75859-9", LOINC, "Score de Rankin"), f'<value xsi:type="INT" value="0"/>{meaning}')
    entry = one(section("30954-2", "Résultats", "", own))
    assert (entry.value, entry.interpretation, entry.words) == ("0", interpretation, words)


@pytest.mark.parametrize(("own", "count"), [("30954-2", 0), ("MED-036", 0), ("DEQP003", 1)])
def test_an_act_that_names_no_examination_is_no_statement(own: str, count: int) -> None:
    act = (
        f'<procedure classCode="PROC" moodCode="EVN">{code("code", own, "1.2.3", "Acte")}{ref("x", "text")}</procedure>'
    )
    reading = read(section("30954-2", "Résultats", "<paragraph>Normal</paragraph>", act))
    assert (len(reading.entries), reading.unread) == (count, ())


def test_a_quantity_that_is_only_a_translation() -> None:
    own = observation(
        code("code", "1-1", LOINC, "Glycémie"),
        '<value xsi:type="PQ" nullFlavor="OTH"><translation value="12" unit="g/L"/></value>',
    )
    entry = one(section("30954-2", "Résultats", "", own))
    assert (entry.value, entry.unit) == ("12", "g/L")


TARGET = ("Molécule", "Cible souhaitée", "Durée envisagée")


@pytest.mark.parametrize(
    ("loinc", "text", "value", "label", "said"),
    [
        (
            "18776-5",
            table(TARGET, ("warfarine", cell("own", "2.5"), "6 mois")),
            ("REAL", "2.5"),
            "Cible souhaitée",
            "2.5",
        ),
        ("30954-2", table(("Analyse", "Résultat"), ("INR", cell("own", "2,1"))), ("REAL", "2.1"), "INR", "2.1"),
        ("34895-3", f"<list><item>Carnet : {cell('own', 'Oui')}</item></list>", ("BL", "true"), "Carnet remis", "oui"),
    ],
)
def test_a_code_that_points_at_its_value_is_named_by_the_question(
    loinc: str, text: str, value: tuple[str, str], label: str, said: str
) -> None:
    own = code("code", "L1", "1.2.250.1.213.1.1.4.322", "Carnet remis", inner=ref("own"))
    mood = observation(own, f'<value xsi:type="{value[0]}" value="{value[1]}"/>')
    (entry,) = read_cda(document(section(loinc, "Titre", text, mood))).entries
    assert (entry.label, entry.value.lower()) == (label, said)
