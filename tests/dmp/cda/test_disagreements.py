"""What words and structure say of one statement beside each other, and against each other."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark
from dmp_tui.dmp.sheet.series import Flag, flag_of_value
from tests.dmp.cda.build import (
    CIS,
    LOINC,
    cell,
    code,
    document,
    interval,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)

EVERY_SIX_HOURS = '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="6" unit="h"/></effectiveTime>'
PRODUCT = code("code", "60000001", CIS, "PREVISCAN 20 mg, comprimé", inner=ref("med"))


def one(*sections: str) -> Entry:
    (entry,) = read_cda(document(*sections)).entries
    return entry


def taken(dose: str, *, amount: str = "1", headers: tuple[str, ...] = ("Médicament", "Posologie")) -> Entry:
    text = table(headers, (cell("med", "PREVISCAN 20 mg"), dose))
    given = f'<doseQuantity value="{amount}" unit="{{tbl}}"/>'
    return one(section("10160-0", "Traitements", text, medicine(PRODUCT, time=EVERY_SIX_HOURS, inner=given)))


@pytest.mark.parametrize("dose", ["1cp", "1 comprimé", "1 cp pendant 6 mois"])
def test_a_coded_rhythm_stands_beside_words_that_give_none(dose: str) -> None:
    entry = taken(dose)
    assert entry.dose == f"{dose} · codé : 1 comprimé, toutes les 6 heures"
    assert Mark.CODE_DIFFERS not in entry.marks


@pytest.mark.parametrize(
    "dose", ["1 cp toutes les 6 heures", "1 cp 4 fois par jour", "1 cp matin, midi, soir et coucher"]
)
def test_words_that_give_the_rhythm_stand_alone(dose: str) -> None:
    entry = taken(dose)
    assert (entry.dose, entry.marks) == (dose, frozenset())


@pytest.mark.parametrize(("dose", "amount"), [("1cp", "2"), ("2 cp toutes les 6 h", "1"), ("1 cp/j", "1")])
def test_another_amount_in_the_structure_is_marked(dose: str, amount: str) -> None:
    entry = taken(dose, amount=amount)
    assert Mark.CODE_DIFFERS in entry.marks
    assert "toutes les 6 heures" in entry.code_label


def test_a_coded_duration_is_said() -> None:
    width = '<effectiveTime xsi:type="IVL_TS"><low value="20240102"/><width value="6" unit="mo"/></effectiveTime>'
    entry = one(section("10160-0", "Traitements", "", medicine(PRODUCT, time=width + EVERY_SIX_HOURS)))
    assert entry.dose == "pendant 6 mois, toutes les 6 heures"


def test_indication_and_route_are_kept_where_no_reference_leads_anywhere() -> None:
    route = code("routeCode", "20053000", "9.9", "Voie orale", inner=ref("nowhere"))
    why = related(
        observation("", code("value", "I48", "9.9", "Fibrillation atriale", kind="CD", inner=ref("lost"))), "RSON"
    )
    text = table(("Médicament", "Posologie"), (cell("other", "PREVISCAN"), "1 cp le soir"))
    statement = medicine(PRODUCT, inner=route).replace("</substanceAdministration>", why + "</substanceAdministration>")
    entries = read_cda(document(section("10160-0", "Traitements", text, statement))).entries
    entry = next(found for found in entries if found.codes)
    assert (entry.dose, entry.words) == ("Voie orale", "motif : Fibrillation atriale")


@pytest.mark.parametrize(
    ("coded", "written", "marked"),
    [("20230830", "12/06/2023", True), ("20230612", "12/06/2023", False), ("202306", "12/06/2023", False),
     ("20230612", "06/2023", False), ("20230612", "05/2023", True), ("20230612", "2023", False)],
)  # fmt: skip
def test_another_beginning_in_words_is_marked(coded: str, written: str, marked: bool) -> None:
    text = table(("Médicament", "Date de début"), (cell("med", "PREVISCAN 20 mg"), written))
    entry = one(section("10160-0", "Traitements", text, medicine(PRODUCT, time=interval(coded, kind="IVL_TS"))))
    assert (Mark.IMPLAUSIBLE_DATE in entry.marks) is marked
    assert written in entry.words


# --- results ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interpretation", "value", "reference", "flag"),
    [
        ("N", "1.5", "2.5 - 3.5", Flag.LOW),
        ("N", "4", "2.5 - 3.5", Flag.HIGH),
        ("H", "1.5", "2.5 - 3.5", Flag.LOW),
        ("N", "3", "2.5 - 3.5", Flag.NORMAL),
        ("H", "3", "2.5 - 3.5", Flag.HIGH),
        ("LL", "1.5", "2.5 - 3.5", Flag.CRITICALLY_LOW),
        ("A", "1.5", "2.5 - 3.5", Flag.ABNORMAL),
        ("N", "12", "H : 13 - 17, F : 11.5 - 15", Flag.NORMAL),
        ("N", "70", "> 90 mL/min/1,73 m2", Flag.LOW),
        ("N", "Positif", "2.5 - 3.5", Flag.NORMAL),
        ("", "1.5", "2.5 - 3.5", Flag.LOW),
    ],
)
def test_a_plain_range_refutes_an_interpretation(interpretation: str, value: str, reference: str, flag: Flag) -> None:
    assert flag_of_value(interpretation, value, reference) is flag


@pytest.mark.parametrize(("value", "marked"), [("1.5", True), ("2.8", False)])
def test_a_normal_that_its_range_refutes_is_marked(value: str, marked: bool) -> None:
    text = table(("Analyse", "Résultat", "Référence"), (cell("a", "INR"), value, "2.5 - 3.5"))
    measured = observation(
        code("code", "6301-6", LOINC, "INR", inner=ref("a")),
        f'<value xsi:type="REAL" value="{value}"/><interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/>',
    )
    entry = one(section("30954-2", "Résultats", text, measured))
    assert (Mark.CODE_DIFFERS in entry.marks, entry.code_label) == (marked, "interprétation N" if marked else "")
    assert (entry.value, entry.reference, entry.interpretation) == (value, "2.5 - 3.5", "N")


def test_the_day_of_a_result_in_words_is_held_against_the_coded_one() -> None:
    text = table(("Analyse", "Résultat", "Date"), (cell("a", "INR"), "2.5", "04/01/2024"))
    measured = observation(
        code("code", "6301-6", LOINC, "INR", inner=ref("a")),
        '<value xsi:type="REAL" value="2.5"/>',
        time='<effectiveTime value="20240102"/>',
    )
    assert Mark.IMPLAUSIBLE_DATE in one(section("30954-2", "Résultats", text, measured)).marks


@pytest.mark.parametrize("display", ["TA_ASIP", "TRE_R13-Exemple", "JDV_J42", "LOINC"])
def test_the_name_of_a_table_is_no_other_name(display: str) -> None:
    text = table(("Question", "Réponse"), (cell("q", "Remise du carnet"), "Oui"))
    answer = observation(code("code", "L9001", "9.9", display, inner=ref("q")), '<value xsi:type="BL" value="true"/>')
    entry = one(section("34895-3", "Information du patient", text, answer))
    assert (entry.label, entry.code_label, entry.marks) == ("Remise du carnet", "", frozenset())


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize(("said", "shown"), [("38 SA révolues", "38 SA révolues"), ("38 SA + 4 j", "38 SA + 4 j")])
def test_an_age_of_pregnancy_is_shown_in_its_words(said: str, shown: str, negated: bool) -> None:
    text = table(("Grossesse", "Valeur"), (cell("age", "Age gestationnel"), said))
    age = observation(
        code("code", "11884-4", LOINC, "Age gestationnel", inner=ref("age")),
        '<value xsi:type="PQ" value="38" unit="wk"/>',
        attributes='negationInd="true"' if negated else "",
    )
    entry = one(section("10162-6", "Grossesses", text, age))
    assert (entry.kind, f"{entry.value} {entry.unit}".strip()) == (Kind.PREGNANCY, shown)
    assert (entry.assertion, Mark.CODE_DIFFERS in entry.marks) == (Assertion.STATED, negated)


def test_an_act_that_points_at_a_question_is_named_by_its_code() -> None:
    text = table(("Transfert", "Précision"), (cell("where", "Etablissement"), "Hôpital des Saules"))
    act = (
        f'<act classCode="ACT" moodCode="EVN">{code("code", "80413-8", LOINC, "Transfert du patient")}'
        f'{ref("where", "text")}<statusCode code="completed"/></act>'
    )
    entry = one(section("42545-4", "Transfert", text, act))
    assert (entry.label, entry.value, entry.marks) == ("Transfert du patient", "Hôpital des Saules", frozenset())
