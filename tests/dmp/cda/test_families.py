"""What documents of other families hold: checklists, devices, qualifiers, other persons, comments."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Reading, Status
from tests.dmp.cda.build import (
    CIS,
    ICD10,
    LOINC,
    SNOMED,
    cell,
    code,
    concern,
    document,
    interval,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)

TERMS = "1.2.250.1.213.1.1.4.322"
EMDN = "1.2.250.1.213.2.68"
PROBLEM = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/>'
SYMPTOM = code("code", "418799008", SNOMED, "symptôme rapporté par le patient ou le répondant")
MOTHER = f"<subject><relatedSubject>{code('code', 'MTH', '2.16.840.1.113883.5.111', 'Mère')}</relatedSubject></subject>"


def read(*sections: str, type_code: str = "60591-5") -> Reading:
    return read_cda(document(*sections, type_code=type_code))


def one(*sections: str, type_code: str = "60591-5") -> Entry:
    (entry,) = read(*sections, type_code=type_code).entries
    return entry


def problem(value: str, *, text: str = "", negated: bool = False, inner: str = "", own: str = SYMPTOM) -> str:
    attributes = f'negationInd="{str(negated).lower()}"'
    return observation(PROBLEM + own, value, text=text, attributes=attributes, inner=inner)


# --- checklists: the reference points at "oui" ------------------------------------------------------------------------


def test_a_problem_answered_by_yes_is_named_by_its_question() -> None:
    text = "<table><tbody><tr><td>Porteur d'un stimulateur</td><td>" + cell("p", "oui") + "</td></tr></tbody></table>"
    value = code("value", "441509002", SNOMED, "stimulateur cardiaque en place", kind="CD", inner=ref("p"))
    entry = one(section("11450-4", "Problèmes", text, concern(problem(value, text=ref("p", "text")))))
    assert (entry.label, entry.value, entry.assertion) == ("Porteur d'un stimulateur", "oui", Assertion.STATED)
    assert not entry.marks


@pytest.mark.parametrize(
    ("answer", "negated", "assertion", "differs"),
    [
        ("Oui", False, Assertion.STATED, False),
        ("Non", True, Assertion.NEGATED, False),
        ("Non", False, Assertion.NEGATED, True),
        ("Oui", True, Assertion.NEGATED, True),
    ],
)
def test_a_symptom_of_a_reason(answer: str, negated: bool, assertion: Assertion, differs: bool) -> None:
    text = table(("Motif", "Réponse", "Côté"), ("Déficit moteur", cell("d", answer), "gauche"))
    value = code("value", "R29.8", ICD10, "Déficit moteur", kind="CD", inner=ref("d"))
    entry = one(section("42349-1", "Motif", text, problem(value, text=ref("d", "text"), negated=negated)))
    assert (entry.kind, entry.label, entry.assertion) == (Kind.REASON, "Déficit moteur", assertion)
    assert [c.code for c in entry.codes] == ["R29.8"]
    assert (Mark.CODE_DIFFERS in entry.marks) is differs
    assert entry.words == f"Déficit moteur · {answer} · gauche"


def test_one_row_answers_for_either_side() -> None:
    text = table(
        ("Antécédents personnels", "Année", "Droit", "Gauche"),
        ("Cancer du sein", "2007", cell("r", "oui"), cell("l", "non")),
    )
    right, left = (
        problem(
            code("value", "C50", ICD10, "Cancer du sein", kind="CD", inner=ref(at)), text=ref(at, "text"), negated=no
        )
        for at, no in (("r", False), ("l", True))
    )
    found = read(section("11348-0", "Antécédents", text, concern(right, left))).entries
    assert [(e.label, e.assertion, e.marks) for e in found] == [
        ("Cancer du sein, Droit", Assertion.STATED, frozenset()),
        ("Cancer du sein, Gauche", Assertion.NEGATED, frozenset()),
    ]


@pytest.mark.parametrize(("truth", "assertion"), [("true", Assertion.STATED), ("false", Assertion.NEGATED)])
def test_a_problem_that_is_true_or_false(truth: str, assertion: Assertion) -> None:
    own = code("code", "MED-029", TERMS, "Traitement hormonal en cours")
    entry = one(
        section("11348-0", "Antécédents", "", concern(observation(own, f'<value xsi:type="BL" value="{truth}"/>')))
    )
    assert (entry.label, entry.assertion) == ("Traitement hormonal en cours", assertion)
    assert [c.code for c in entry.codes] == ["MED-029"]


@pytest.mark.parametrize(("words", "differs"), [("Hypertension", True), ("Pas d'hypertension", False)])
def test_a_negation_that_the_words_do_not_say_is_marked(words: str, differs: bool) -> None:
    text = table(("Problème", "Commentaire"), (cell("h", words), ""))
    value = code("value", "I10", ICD10, "Hypertension", kind="CD", inner=ref("h"))
    entry = one(section("11450-4", "Problèmes", text, concern(problem(value, text=ref("h", "text"), negated=True))))
    assert entry.assertion is Assertion.NEGATED
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


def test_a_negation_of_a_value_that_is_written_out_is_none_and_is_marked() -> None:
    text = table(("Question", "Réponse"), (cell("d", "Durée d'hospitalisation"), "3 jours"))
    own = code("code", "ORG-077", TERMS, "Durée d'hospitalisation")
    value = '<value xsi:type="PQ" value="3" unit="d"/>'
    entry = one(
        section("47420-5", "S", text, observation(own, value, text=ref("d", "text"), attributes='negationInd="true"'))
    )
    assert (entry.value, entry.assertion) == ("3", Assertion.STATED)
    assert entry.marks == {Mark.CODE_DIFFERS}


# --- devices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "assertion"), [("true", Assertion.STATED), ("false", Assertion.NEGATED)])
def test_a_prosthesis_that_is_an_observation(answer: str, assertion: Assertion) -> None:
    text = table(("Prothèse", "Commentaire"), (cell("l", "Lunettes"), "oui" if answer == "true" else "non"))
    own = code("code", "Q021003", EMDN, "LUNETTES")
    value = f'<value xsi:type="BL" value="{answer}"/>'
    entry = one(section("46264-8", "Prothèses", text, observation(own, value, text=ref("l", "text"))))
    assert (entry.kind, entry.label, entry.assertion) == (Kind.DEVICE, "Lunettes", assertion)


def test_a_stent_that_hangs_on_a_problem() -> None:
    text = table(
        ("Pathologie", "Date", "Présence d'endoprothèse"), (cell("p", "Sténose"), "22/08/2022", cell("e", "Oui"))
    )
    stent = observation(
        code("code", "P0704", EMDN, "ENDOPROTHÈSES VASCULAIRES"),
        '<value xsi:type="BL" value="true"/>',
        text=ref("e", "text"),
    )
    value = code("value", "I65.2", ICD10, "Sténose de la carotide", kind="CD", inner=ref("p"))
    held = concern(problem(value, text=ref("p", "text"), inner=related(stent, "COMP")))
    stenosis, device = read(section("11450-4", "Problèmes", text, held)).entries
    assert (stenosis.kind, stenosis.label) == (Kind.PROBLEM, "Sténose")
    assert (device.kind, device.label, device.value) == (Kind.DEVICE, "Présence d'endoprothèse : Sténose", "Oui")
    assert (device.codes, device.code_label) == ((), "ENDOPROTHÈSES VASCULAIRES")
    assert device.words == "Sténose · 22/08/2022 · Oui"


def test_brand_and_model_are_no_codes_of_a_device() -> None:
    text = table(("Date", "Dispositif", "Marque"), ("Nov 1999", cell("s", "Sonde auriculaire"), cell("m", "Acme")))
    brand = code("translation", "C101668", "2.16.840.1.113883.3.26.1.1", "Marque", inner=ref("m"))
    device = code("code", "J0190", EMDN, "SONDES", inner=ref("nowhere") + brand)
    supply = (
        '<supply classCode="SPLY" moodCode="EVN"><participant typeCode="DEV"><participantRole>'
        f"<playingDevice>{device}</playingDevice></participantRole></participant></supply>"
    )
    entry = one(section("46264-8", "Matériel implanté", text, supply))
    assert (entry.label, [c.code for c in entry.codes]) == ("Sonde auriculaire", ["J0190"])


def test_a_prosthesis_on_either_side_is_two_things() -> None:
    text = table(("Prothèse", "Commentaire"), (cell("r", "Prothèse auditive (droite)"), "oui"))
    right, left = (
        observation(
            code("code", "Y2145", EMDN, "AIDES À L'AUDITION"),
            f'<value xsi:type="BL" value="{truth}"/>{code("targetSiteCode", side, SNOMED, words)}',
            text=ref(at, "text"),
        )
        for truth, side, words, at in (("true", "24028007", "droit", "r"), ("false", "7771000", "gauche", "x"))
    )
    found = read(section("46264-8", "Prothèses", text, right, left)).entries
    assert [(e.label, e.codes, e.assertion) for e in found] == [
        ("Prothèse auditive (droite)", (), Assertion.STATED),
        ("AIDES À L'AUDITION, gauche", (), Assertion.NEGATED),
    ]


@pytest.mark.parametrize(("words", "label"), [("Tumeur", "Tumeur, sein, droit"), ("Tumeur du sein droit", None)])
def test_the_site_of_a_problem_is_part_of_its_name(words: str, label: str | None) -> None:
    text = table(("Diagnostic", "Code"), (cell("t", words), "8000/3"))
    side = f"<qualifier>{code('value', 'C25228', '2.16.840.1.113883.3.26.1.1', 'droit')}</qualifier>"
    site = code("targetSiteCode", "C502", "2.16.840.1.113883.6.43.1", "sein", inner=side)
    value = code("value", "8000/3", "2.16.840.1.113883.6.43.1", "Tumeur maligne", kind="CD", inner=ref("t"))
    entry = one(section("11450-4", "Problèmes", text, concern(problem(value + site, text=ref("t", "text")))))
    assert (entry.label, entry.words) == (label or words, f"{words} · 8000/3")


def test_details_below_a_problem_are_no_problems() -> None:
    rows = ("<tr><td>Morphologie</td><td>" + cell("t", "Tumeur") + "</td></tr>", "<tr><td>Stade</td><td>IB</td></tr>")
    value = code("value", "8000/3", "2.16.840.1.113883.6.43.1", "Tumeur", kind="CD", inner=ref("t"))
    text = f"<table><tbody>{''.join(rows)}</tbody></table>"
    reading = read(section("11450-4", "Problèmes", text, concern(problem(value, text=ref("t", "text")))))
    assert [e.label for e in reading.entries] == ["Tumeur"]
    assert reading.unread == ("Problèmes",)


# --- qualifiers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["name", "value"])
def test_a_general_code_gives_way_to_its_qualifier(tag: str) -> None:
    qualifier = f"<qualifier>{code(tag, 'MED-181', TERMS, 'Risque de saturnisme')}</qualifier>"
    own = code("code", "11345-6", LOINC, "Autre élément social", inner=qualifier)
    entry = one(section("29762-2", "Mode de vie", "", observation(own, '<value xsi:type="BL" value="false"/>')))
    assert (entry.label, entry.assertion) == ("Risque de saturnisme", Assertion.NEGATED)
    assert [c.code for c in entry.codes] == ["MED-181"]


def test_a_value_with_a_qualifier_says_what_the_words_say() -> None:
    text = table(("Question", "Réponse"), ("Latéralité", cell("l", "Gaucher")))
    inner = ref("l") + f"<qualifier>{code('value', '87683000', SNOMED, 'gaucher')}</qualifier>"
    value = code("value", "364940007", SNOMED, "manualité", kind="CD", inner=inner)
    entry = one(section("42349-1", "Motif", text, problem(value, text=ref("l", "text"))))
    assert (entry.label, entry.words, entry.marks) == ("Gaucher", "Latéralité · Gaucher", frozenset())


# --- of someone else --------------------------------------------------------------------------------------------------


def test_what_is_said_of_the_mother_is_not_said_of_the_child() -> None:
    births = observation(code("code", "11636-8", LOINC, "Enfants nés"), f'<value xsi:type="INT" value="3"/>{MOTHER}')
    entry = one(section("10162-6", "Grossesse de la mère", "", births))
    assert (entry.kind, entry.label, entry.value) == (Kind.FAMILY, "Enfants nés", "3")
    assert entry.person
    assert entry.person.role == "Mère"


def test_a_section_about_the_mother_holds_for_its_subsections() -> None:
    own = observation(code("code", "51659-1", LOINC, "Ag HBs"), '<value xsi:type="ST">négatif</value>')
    inner = section("30954-2", "Résultats", "", own)
    outer = section("57074-7", "Accouchement", "", inner=MOTHER + inner)
    nothing = medicine('<code nullFlavor="NA"/>', own=code("code", "no-known-medications", "x", "Aucun traitement"))
    entry = one(outer, section("10160-0", "Traitements", "", nothing.replace("<consumable>", MOTHER + "<consumable>")))
    assert (entry.kind, entry.value) == (Kind.FAMILY, "négatif")


def test_what_the_fetus_has_is_not_what_the_mother_has() -> None:
    mothers = table(("Pathologies maternelles", "Commentaire"), (cell("m", "Diabète gestationnel"), "-"))
    childs = table(("Pathologies fœtales", "Commentaire"), (cell("f", "Atrésie de l'œsophage"), "-"))
    held = (
        problem(code("value", own, ICD10, words, kind="CD", inner=ref(at)), text=ref(at, "text"))
        for own, words, at in (("O24", "Diabète gestationnel", "m"), ("Q39.0", "Atrésie de l'oesophage", "f"))
    )
    mother, child = read(section("11450-4", "Problèmes", mothers + childs, concern(*held))).entries
    assert (mother.kind, mother.person) == (Kind.PROBLEM, None)
    assert child.kind is Kind.FAMILY
    assert child.person
    assert child.person.role == "fœtus"


# --- comments, references that lead nowhere, plans --------------------------------------------------------------------


@pytest.mark.parametrize(
    "loinc", ["48765-2", "10160-0", "11450-4", "29762-2"], ids=["allergies", "treatments", "problems", "social"]
)
def test_a_comment_is_no_statement_and_is_not_lost(loinc: str) -> None:
    comment = code("code", "48767-8", LOINC, "Commentaire") + ref("k", "text")
    act = f'<act classCode="ACT" moodCode="EVN">{comment}</act>'
    coded = {
        "48765-2": concern(observation(SYMPTOM, code("value", "Z88", ICD10, "Allergie", kind="CD"))),
        "10160-0": medicine(code("code", "6", CIS, "AMLODIPINE")),
        "11450-4": concern(problem(code("value", "I10", ICD10, "HTA", kind="CD"))),
        "29762-2": observation(code("code", "74011-8", LOINC, "Tabac"), '<value xsi:type="INT" value="2"/>'),
    }[loinc]
    reading = read(section(loinc, "Titre", f"<paragraph>{cell('k', 'patient peu observant')}</paragraph>", coded, act))
    assert len(reading.entries) == 1
    assert "observant" not in reading.entries[0].label
    assert reading.unread == ("Titre",)


def test_a_statement_that_points_nowhere_has_the_sentence_of_its_section() -> None:
    own = observation(
        code("code", "GEN-244", TERMS, "Dernier repas"),
        '<value xsi:type="REAL" nullFlavor="NA"/>',
        text=ref("x", "text"),
    )
    entry = one(section("47420-5", "Repas", "Dernier repas pris le 27 mars à 12h00.", own))
    assert (entry.label, entry.words) == ("Dernier repas", "Dernier repas pris le 27 mars à 12h00.")


def test_why_a_resident_is_transferred_is_a_reason() -> None:
    text = table(("Transfert", "Précision"), (cell("m", "Motif"), "détresse respiratoire"))
    own = observation(
        code("code", "57277-6", LOINC, "Motif du transfert"),
        f'<value xsi:type="CD">{ref("m")}</value>',
        text=ref("m", "text"),
    )
    entry = one(section("42545-4", "Transfert", text, own), type_code="74207-2")
    assert (entry.kind, entry.label, entry.value) == (Kind.REASON, "Motif", "détresse respiratoire")


@pytest.mark.parametrize(("truth", "assertion"), [("true", Assertion.STATED), ("false", Assertion.NEGATED)])
def test_a_complication_is_a_problem(truth: str, assertion: Assertion) -> None:
    text = table(("Complication", "Date"), (cell("c", "Crise convulsive"), ""))
    own = code("code", "R56.8", ICD10, "Convulsions, autres")
    value = f'<value xsi:type="BL" value="{truth}"/>'
    entry = one(section("42545-4", "Complications", text, observation(own, value, text=ref("c", "text"))))
    assert (entry.kind, entry.label, entry.assertion) == (Kind.PROBLEM, "Crise convulsive", assertion)
    assert [c.code for c in entry.codes] == ["R56.8"]


@pytest.mark.parametrize(
    ("start", "status"), [("20181213", Status.UNKNOWN), ("20240301", Status.PLANNED), ("", Status.PLANNED)]
)
def test_an_encounter_of_a_care_plan_that_has_begun_is_no_plan(start: str, status: Status) -> None:
    inner = code("code", "IMP", "2.16.840.1.113883.5.4", "Hospitalisation") + interval(start)
    entry = one(section("18776-5", "Plan", "", f'<encounter classCode="ENC" moodCode="EVN">{inner}</encounter>'))
    assert entry.status is status


def test_no_stay_reimbursed_is_no_data() -> None:
    words = "Aucune donnée de remboursement connue dans la période"
    inner = code("code", "02276797", "1.2.250.1.213.2.63", "Aucun") + ref("n", "text")
    act = f'<encounter classCode="ENC" moodCode="EVN">{inner}</encounter>'
    entry = one(section("46240-8", "Hospitalisations", cell("n", words), act), type_code="REMB")
    assert (entry.assertion, entry.label) == (Assertion.NO_DATA, words)


def test_details_of_an_observation_are_statements() -> None:
    inner = related(observation(code("code", "ORG-118", TERMS, "Appareil"), '<value xsi:type="ST">sein</value>'))
    own = observation(code("code", "GEN-098", TERMS, "Nature"), '<value xsi:type="ST">RCP</value>', inner=inner)
    found = read(section("42349-1", "Motif", "", own)).entries
    assert [(e.label, e.value) for e in found] == [("Nature", "RCP"), ("Appareil", "sein")]


@pytest.mark.parametrize(
    ("words", "unread"), [("Pas d'allergie connue", ()), ("Non renseigné", ()), ("Pénicilline", ("Allergies",))]
)
def test_a_denial_in_words_leaves_nothing_unread(words: str, unread: tuple[str, ...]) -> None:
    assert read(section("48765-2", "Allergies", words)).unread == unread
