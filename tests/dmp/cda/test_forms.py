"""Forms that are ticked: vaccines by dose, allergies by yes or no, the choices of a birth's acts."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark
from tests.dmp.cda.build import (
    ATC,
    ICD10,
    LOINC,
    PATIENT,
    SNOMED,
    cell,
    code,
    concern,
    document,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)

TERMS = "1.2.250.1.213.1.1.4.322"
VACCINE = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.12"/>'
NO_TIME = '<effectiveTime nullFlavor="NAV"/>'


def entries(*sections: str) -> tuple[Entry, ...]:
    return read_cda(document(*sections)).entries


def dose(at: str, atc: str, display: str, name: str, *, rank: int = 0, negated: bool = False) -> str:
    product = f"<code>{ref(at)}{code('translation', atc, ATC, display)}</code>"
    given = medicine(
        product,
        own=VACCINE + code("code", "INITIMMUNIZ", "2.16.840.1.113883.5.4", "1ère série"),
        text=ref(at, "text"),
        time=NO_TIME,
        name=name,
        attributes=f'negationInd="{str(negated).lower()}"',
    )
    own = code("code", "30973-2", LOINC, "Rang")
    ranked = related(observation(own, f'<value xsi:type="INT" value="{rank}"/>')) if rank else ""
    return given.replace("</substanceAdministration>", f"{ranked}</substanceAdministration>")


# --- vaccines by dose -------------------------------------------------------------------------------------------------

GRID = table(
    ("Vaccin", "1ère dose", "2ème dose", "Rappel"),
    ("Vaccin antituberculeux", cell("b", "Oui"), "-", "-"),
    ("Vaccin contre la coqueluche", cell("c1", "Oui"), cell("c2", "12/03/2020"), cell("c3", "Non")),
)
BCG = ("b", "J07AN", "vaccins de la tuberculose", "BCG")


def vaccine(at: str, *, rank: int = 0, negated: bool = False) -> Entry:
    given = dose(at, "J07AJ", "vaccins de la coqueluche", "Coqueluche", rank=rank, negated=negated)
    (entry,) = entries(section("11369-6", "Vaccinations", GRID, given))
    assert (entry.kind, entry.label) == (Kind.VACCINATION, "Vaccin contre la coqueluche")
    return entry


def test_a_ticked_dose_is_named_by_its_vaccine() -> None:
    entry = vaccine("c1", rank=1)
    assert (entry.assertion, entry.dose, entry.marks) == (Assertion.STATED, "rang 1", frozenset())
    assert vaccine("c1").dose == "1ère dose"


def test_a_dose_whose_cell_is_a_date_was_given_that_day() -> None:
    entry = vaccine("c2")
    assert (entry.assertion, entry.start, entry.dose) == (Assertion.STATED, "2020-03-12", "2ème dose")


@pytest.mark.parametrize("negated", [True, False])
def test_a_dose_ticked_no_was_not_given(negated: bool) -> None:
    entry = vaccine("c3", rank=3, negated=negated)
    assert entry.assertion is Assertion.NEGATED
    assert (Mark.CODE_DIFFERS in entry.marks) is not negated


def test_a_vaccine_against_a_disease_is_the_vaccine_of_that_disease() -> None:
    (entry,) = entries(section("11369-6", "Vaccinations", GRID, dose(*BCG, rank=1)))
    assert (entry.label, entry.marks) == ("Vaccin antituberculeux", frozenset())


# --- allergies by yes or no -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "negated", "assertion", "differs"),
    [
        ("Oui", False, Assertion.STATED, False),
        ("Non", True, Assertion.NEGATED, False),
        ("Non", False, Assertion.NEGATED, True),
        ("Oui", True, Assertion.NEGATED, True),
    ],
)
def test_an_allergy_that_is_ticked(answer: str, negated: bool, assertion: Assertion, differs: bool) -> None:
    text = f"<table><tbody><tr><td>Allergie au lait</td><td>{cell('a', answer)}</td></tr></tbody></table>"
    held = observation(
        code("code", "414285001", SNOMED, "allergie alimentaire"),
        f'<value xsi:type="CD">{ref("a")}</value>',
        text=ref("a", "text"),
        attributes=f'negationInd="{str(negated).lower()}"',
    )
    (entry,) = entries(section("48765-2", "Allergies", text, concern(held)))
    assert (entry.kind, entry.label, entry.assertion) == (Kind.ALLERGY, "Allergie au lait", assertion)
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


# --- acts and their choices -------------------------------------------------------------------------------------------


def act(own: str, at: str, inner: str = "") -> str:
    return (
        f'<procedure classCode="PROC" moodCode="EVN">{own}{ref(at, "text")}<statusCode code="completed"/>'
        f'<effectiveTime value="20230425"/>{inner}</procedure>'
    )


def test_an_act_that_is_the_answer_to_a_question() -> None:
    rows = (cell("m", "Mode d'accouchement"), "voie basse")
    own = code("code", "700000006", SNOMED, "Voie basse")
    text = f"<table><tbody><tr><td>{rows[0]}</td><td>{rows[1]}</td></tr></tbody></table>"
    (entry,) = entries(section("29554-3", "Actes", text, act(own, "m")))
    assert (entry.kind, entry.label, entry.value) == (Kind.PROCEDURE, "Mode d'accouchement", "voie basse")
    assert not entry.marks


def test_the_precision_of_an_act_is_no_act() -> None:
    text = table(("Acte", "Précision"), ("Motif de déclenchement", cell("d", "Terme dépassé")))
    precise = f"<qualifier>{code('value', 'O48', ICD10, 'Terme dépassé')}</qualifier>"
    own = code("code", "236958009", SNOMED, "induction du travail", inner=precise)
    (entry,) = entries(section("29554-3", "Actes", text, act(own, "d")))
    assert (entry.label, entry.value, entry.code_label) == (
        "Motif de déclenchement",
        "Terme dépassé",
        "induction du travail",
    )
    assert not entry.marks


def test_what_is_observed_of_an_act_is_read_and_a_document_that_it_names_is_no_act() -> None:
    text = table(("Acte", "Précision"), (cell("a", "Extraction"), ""), (cell("w", "Motif"), "Travail prolongé"))
    why = observation(
        code("code", "MED-1", TERMS, "Motif"),
        code("value", "O63.9", ICD10, "Travail prolongé", kind="CD"),
        text=ref("w", "text"),
    )
    elsewhere = f'<act classCode="ACT" moodCode="EVN"><code nullFlavor="NA">{ref("a")}</code></act>'
    own = code("code", "61586001", SNOMED, "extraction")
    found = entries(section("29554-3", "Actes", text, act(own, "a", related(why, "COMP") + related(elsewhere, "REFR"))))
    assert [(e.kind, e.label, e.value) for e in found] == [
        (Kind.PROCEDURE, "Extraction", ""),
        (Kind.RESULT, "Motif", "Travail prolongé"),
    ]
    assert found[1].noted == "2023-04-25"


# --- reasons and bounds -----------------------------------------------------------------------------------------------


def test_a_reason_ticked_no_is_no_reason() -> None:
    text = f"<table><tbody><tr><td>Recours</td><td>{cell('r', 'Non')}</td></tr></tbody></table>"
    held = observation(
        code("code", "ORG-184", TERMS, "Recours"), '<value xsi:type="BL" value="false"/>', text=ref("r", "text")
    )
    (entry,) = entries(section("42349-1", "Motif de la réunion", text, held))
    assert (entry.kind, entry.label, entry.assertion) == (Kind.REASON, "Recours", Assertion.NEGATED)


@pytest.mark.parametrize(("words", "differs"), [("&lt;0,5 mg/L", False), ("&gt;0,5 mg/L", True)])
def test_below_is_not_above(words: str, differs: bool) -> None:
    text = table(("Examen", "Résultat"), (cell("c", "CRP"), words))
    value = '<value xsi:type="IVL_PQ"><high value="0.5" unit="mg/L"/></value>'
    held = observation(code("code", "1988-5", LOINC, "CRP"), value, text=ref("c", "text"))
    (entry,) = entries(section("30954-2", "Résultats", text, held))
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


# --- a child's certificate ------------------------------------------------------------------------------------------


def test_a_child_is_not_pregnant_but_her_mother_was() -> None:
    text = "<table><tbody><tr><td>Antigène HBs</td><td>" + cell("h", "négatif") + "</td></tr></tbody></table>"
    held = observation(code("code", "51659-1", LOINC, "Antigène HBs"), text=ref("h", "text"))
    before_birth = section("57078-8", "Examens prénataux", text, held)
    (of_child,) = read_cda(document(before_birth, patient=PATIENT.replace("19550612", "20231231"))).entries
    (of_woman,) = entries(before_birth)
    assert of_child.person is not None
    assert (of_child.kind, of_child.person.role) == (Kind.FAMILY, "Mère")
    assert (of_woman.kind, of_woman.person) == (Kind.RESULT, None)


def test_a_choice_that_its_code_points_at_is_named_by_its_question() -> None:
    rows = "<tr><td>Première consultation</td><td>" + cell("t", "premier trimestre") + "</td></tr>"
    text = f'<table><thead><tr><th colspan="2">Grossesse</th></tr></thead><tbody>{rows}</tbody></table>'
    own = code("code", "75200-6", LOINC, "Date de la première consultation", inner=ref("t"))
    value = code("value", "57630001", SNOMED, "premier trimestre", kind="CD")
    (entry,) = entries(section("10162-6", "Grossesses", text, observation(own, value, text=ref("t", "text"))))
    assert (entry.label, entry.value) == ("Première consultation", "premier trimestre")


PROBLEM = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/>'
DIAGNOSIS = PROBLEM + code("code", "282291009", SNOMED, "interprétation diagnostique")


def test_an_answer_with_its_detail_names_both() -> None:
    text = "<table><tbody><tr><td>Autre maladie</td><td>" + cell("o", "Oui : hernie") + "</td></tr></tbody></table>"
    value = code("value", "GEN-092", TERMS, "Autre maladie", kind="CD", inner=ref("o"))
    (entry,) = entries(section("11450-4", "Problèmes", text, observation(DIAGNOSIS, value, text=ref("o", "text"))))
    assert (entry.label, entry.value, entry.assertion) == ("Autre maladie : hernie", "Oui", Assertion.STATED)


def test_a_status_that_points_at_another_row_does_not_hide_it() -> None:
    text = table(("Date", "Pathologie"), ("12/05/1985", cell("t", "Tachycardie")), ("22/06/2009", cell("a", "Angor")))
    own = code("code", "33999-4", LOINC, "Statut")
    status = observation(own, code("value", "active", "1.2.3", kind="CE"), text=ref("a", "text"))
    value = code("value", "I47.2", ICD10, "Tachycardie", kind="CD", inner=ref("t"))
    first = observation(DIAGNOSIS, value, text=ref("t", "text"), inner=related(status, "REFR"))
    reading = read_cda(document(section("11450-4", "Pathologies", text, concern(first))))
    assert [e.label for e in reading.entries] == ["Tachycardie", "Angor"]
    assert reading.unread == ("Pathologies",)


def test_a_value_below_the_title_of_its_table_is_named_by_the_title() -> None:
    rows = "<tr><td>15/02/2019</td><td>" + cell("g", "Grade 0") + "</td><td>Activité normale</td></tr>"
    text = f'<table><thead><tr><th colspan="3">Échelle de performance</th></tr></thead><tbody>{rows}</tbody></table>'
    own = code("code", "MED-239", TERMS, "Echelle de performance OMS")
    value = code("value", "MED-240", TERMS, "Grade 0", kind="CD")
    (entry,) = entries(section("46006-3", "Fonctions", text, observation(own, value, text=ref("g", "text"))))
    assert (entry.label, entry.value) == ("Échelle de performance", "Grade 0")


@pytest.mark.parametrize(("title", "said"), [("Comorbidités", "Diabète"), ("Antécédents notables", "Mastectomie")])
@pytest.mark.parametrize(("written", "start"), [("10/01/2019", "2019-01-10"), ("1978", "1978")])
def test_an_uncoded_list_below_one_title_is_dated_by_its_first_cells(
    title: str, said: str, written: str, start: str
) -> None:
    rows = f"<tr><td>{written}</td><td>{said}</td></tr>"
    text = f'<table><thead><tr><th colspan="2">{title}</th></tr></thead><tbody>{rows}</tbody></table>'
    (entry,) = entries(section("11450-4", "Problèmes", text))
    assert (entry.kind, entry.label, entry.start) == (Kind.PROBLEM, said, start)
    assert entry.words == f"{written} · {said}"


def test_the_conclusion_of_an_operation_is_no_problem() -> None:
    text = "<table><tbody><tr><td>Conclusion</td><td>" + cell("c", "Suites simples") + "</td></tr></tbody></table>"
    own = code("code", "10218-6", LOINC, "Note postopératoire")
    (entry,) = entries(
        section("10218-6", "Opération", text, observation(own, f'<value xsi:type="CD">{ref("c")}</value>'))
    )
    assert (entry.kind, entry.label, entry.value) == (Kind.RESULT, "Note postopératoire", "Suites simples")


STAYS = table(
    ("Date", "Rencontre", "Commentaire"),
    ("11/12/2022", "Entretien précoce", cell("s1", "sans particularité")),
    ("11/01/2023", "Naissance préparée", cell("s2", "avec le père")),
)


@pytest.mark.parametrize(
    ("display", "at", "when"), [("Entretien précoce", "s1", "2022"), ("Naissance préparée", "s1", "2023")]
)
def test_a_stay_is_not_named_by_its_comment_nor_by_that_of_another(display: str, at: str, when: str) -> None:
    day = {"2022": "20221211", "2023": "20230111"}[when]
    stay = (
        f'<encounter classCode="ENC" moodCode="EVN">{code("code", "GEN-079", TERMS, display)}{ref(at, "text")}'
        f'<effectiveTime><low value="{day}"/></effectiveTime></encounter>'
    )
    (entry,) = entries(section("46240-8", "Rencontres", STAYS, stay))
    assert (entry.label, entry.start[:4], entry.marks) == (display, when, frozenset())
    assert display in entry.words


def test_the_precision_of_another_treatment_is_its_value() -> None:
    text = table(("Type de traitement", "Précision"), ("Autres traitements", cell("p", "immunothérapie")))
    own = code("code", "GEN-092", TERMS, "Autres traitements (à préciser)")
    (entry,) = entries(section("29554-3", "Actes", text, act(own, "p")))
    assert (entry.label, entry.value, entry.marks) == ("Autres traitements", "immunothérapie", frozenset())


def test_transfusions_are_acts() -> None:
    text = table(("Transfusions",), ("2 PFC le 13/05/2008",))
    (entry,) = entries(section("56836-0", "Antécédents transfusionnels", text))
    assert (entry.kind, entry.label) == (Kind.PROCEDURE, "2 PFC le 13/05/2008")


def test_measures_of_an_implant_are_counted_as_unread() -> None:
    text = table(("Dispositif", "Seuil"), (cell("d", "Défibrillateur"), cell("v", "0,7 V")))
    own = code("code", "J0105", "1.2.250.1.213.2.68", "DÉFIBRILLATEURS", inner=ref("d"))
    measure = observation(code("code", "MED-2", TERMS, "Seuil"), '<value xsi:type="PQ" value="0.7" unit="V"/>')
    supply = (
        '<supply classCode="SPLY" moodCode="EVN"><participant typeCode="DEV"><participantRole><playingDevice>'
        f"{own}</playingDevice></participantRole></participant>{related(measure, 'COMP')}</supply>"
    )
    reading = read_cda(document(section("46264-8", "Matériel implanté", text, supply)))
    assert [e.label for e in reading.entries] == ["Défibrillateur"]
    assert reading.unread == ("Matériel implanté",)


# --- several results in a row -----------------------------------------------------------------------------------------

POTASSIUM = code("code", "2823-3", LOINC, "Potassium", inner=ref("k"))


def measure(value: str, day: str, inner: str = "", own: str = POTASSIUM) -> str:
    return observation(
        own,
        f'<value xsi:type="PQ" value="{value}" unit="mmol/L"/>',
        time=f'<effectiveTime value="{day}"/>',
        inner=inner,
    )


@pytest.mark.parametrize("own", [POTASSIUM, code("code", "2823-3", LOINC, "Potassium")])
def test_an_earlier_result_has_its_own_value_and_date(own: str) -> None:
    text = table(
        ("Examen", "Résultat", "Référence", "Antériorité"),
        (cell("k", "Potassium"), "4,1 mmol/L", "3,5 - 5,0", "3,9 mmol/L (12/12/2023)"),
    )
    held = measure("4.1", "20240104", related(measure("3.9", "20231212", own=own), "REFR"))
    found = entries(section("30954-2", "Biologie", text, held))
    assert [(e.label, e.value, e.noted, e.marks) for e in found] == [
        ("Potassium", "4.1", "2024-01-04", frozenset()),
        ("Potassium", "3.9", "2023-12-12", frozenset()),
    ]


def test_the_result_of_the_coded_day_is_taken_from_its_column() -> None:
    text = table(
        ("Examen", "Résultat du 12/12/2023", "Résultat du 04/01/2024"),
        (cell("k", "Potassium"), "3,9 mmol/L", "4,1 mmol/L"),
    )
    (entry,) = entries(section("30954-2", "Biologie", text, measure("4.1", "20240104")))
    assert (entry.value, entry.unit, entry.marks) == ("4.1", "mmol/L", frozenset())


def test_a_preference_is_no_reference_range() -> None:
    text = table(("Préférences", "Précision"), ("Souhait", cell("w", "Rester à domicile")))
    own = code("code", "PAT-008", TERMS, "Souhait")
    (entry,) = entries(
        section("30954-2", "Dispositions", text, observation(own, f'<value xsi:type="CD">{ref("w")}</value>'))
    )
    assert (entry.value, entry.reference) == ("Rester à domicile", "")


def test_a_measure_of_either_eye_is_two_measures() -> None:
    text = table(("Réfraction", "Œil droit", "Œil gauche"), ("Sphère (D)", cell("r", "2.50"), cell("l", "1.25")))
    right, left = (
        observation(
            code("code", "95290-3", LOINC, "Puissance de la sphère"),
            f'<value xsi:type="PQ" value="{value}" unit="d"/>{code("targetSiteCode", site, SNOMED, words)}',
            text=ref(at, "text"),
        )
        for value, site, words, at in (("2.50", "18944008", "œil droit", "r"), ("1.25", "8966001", "œil gauche", "l"))
    )
    found = entries(section("30954-2", "Réfraction", text, right, left))
    assert [(e.label, e.value, e.codes) for e in found] == [
        ("Sphère (D), œil droit", "2.50", ()),
        ("Sphère (D), œil gauche", "1.25", ()),
    ]


def test_an_event_that_is_a_disease_is_a_problem_named_by_itself() -> None:
    text = table(("Problème", "Précision"), (cell("o", "Autre trouble observé"), "Hypertension gestationnelle"))
    value = code("value", "O13", ICD10, "Hypertension gestationnelle", kind="CD", inner=ref("o"))
    (entry,) = entries(section("42545-4", "Événements", text, observation(DIAGNOSIS, value, text=ref("o", "text"))))
    assert (entry.kind, entry.label, entry.marks) == (Kind.PROBLEM, "Hypertension gestationnelle", frozenset())
    assert entry.words == "Autre trouble observé · Hypertension gestationnelle"


def test_a_figure_among_problems_is_a_result() -> None:
    text = table(("Cause", "INR"), (cell("c", "Embolie"), cell("i", "2,5")))
    value = code("value", "I26.9", ICD10, "Embolie", kind="CD", inner=ref("c"))
    cause = observation(DIAGNOSIS, value, text=ref("c", "text"))
    inr = observation(
        code("code", "3289-6", LOINC, "INR"), '<value xsi:type="REAL" value="2.5"/>', text=ref("i", "text")
    )
    found = entries(section("11450-4", "Pathologies", text, concern(cause, inr), inr))
    assert [(e.kind, e.label, e.value) for e in found] == [
        (Kind.PROBLEM, "Embolie", ""),
        (Kind.RESULT, "INR", "2.5"),
        (Kind.RESULT, "INR", "2.5"),
    ]
