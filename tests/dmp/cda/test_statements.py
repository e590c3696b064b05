"""Problems, results, vital signs, pregnancy, directives, plans, devices, families: one statement each."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Reading, Status
from tests.dmp.cda.build import (
    ICD10,
    LOINC,
    SNOMED,
    cell,
    code,
    concern,
    document,
    interval,
    observation,
    ref,
    related,
    section,
    table,
)

DIAGNOSIS = code("code", "282291009", SNOMED, "interprétation diagnostique")


def read(loinc: str, title: str, text: str, *entries: str, type_code: str = "60591-5") -> Reading:
    return read_cda(document(section(loinc, title, text, *entries), type_code=type_code))


def one(loinc: str, title: str, text: str, *entries: str) -> Entry:
    (entry,) = read(loinc, title, text, *entries).entries
    return entry


def problem(
    display: str = "Fibrillation auriculaire", *, time: str = "", negated: bool = False, inner: str = ""
) -> str:
    return observation(
        DIAGNOSIS,
        code("value", "I48", ICD10, display, inner=ref("pb"), kind="CD"),
        time=time or interval("2019"),
        inner=inner,
        attributes=f'negationInd="{str(negated).lower()}"',
    )


PROBLEMS = table(("Date", "Pathologie"), ("2019", cell("pb", "Fibrillation auriculaire")))


def test_an_active_problem() -> None:
    severity = related(observation(code("code", "SEV", "5.4"), code("value", "6736007", SNOMED, kind="CD")))
    entry = one("11450-4", "Pathologies", PROBLEMS, concern(problem(inner=severity)))
    assert (entry.kind, entry.label, entry.start, entry.status) == (
        Kind.PROBLEM,
        "Fibrillation auriculaire",
        "2019",
        Status.ACTIVE,
    )
    assert entry.codes[0].system == "http://hl7.org/fhir/sid/icd-10"
    assert entry.criticality is Criticality.MODERATE


def test_a_negated_problem_is_not_a_problem() -> None:
    assert one("11450-4", "Pathologies", PROBLEMS, concern(problem(negated=True))).assertion is Assertion.NEGATED


def test_history_is_past_only_where_it_ends() -> None:
    ended = one("11348-0", "Antécédents", PROBLEMS, concern(problem(time=interval("2019", "2020"))))
    stated = one("11348-0", "Antécédents", PROBLEMS, concern(problem()))
    assert (ended.status, stated.status) == (Status.ENDED, Status.UNKNOWN)


@pytest.mark.parametrize(
    ("words", "display", "differs"),
    [
        ("HTA", "Hypertension artérielle essentielle", False),
        ("Hypertension", "Hyperthyroïdie", True),
        ("Diabète de type 1", "Diabète sucré de type 2", True),
        ("Fracture du bras gauche", "Fracture du bras droit", True),
        ("Infarctus inférieur", "Infarctus transmural aigu du myocarde", False),
        ("Epilepsie (DRC : 114)", "epilepsie", False),
        ("Asthme", "Fibrillation auriculaire", True),
    ],
)
def test_code_and_words_of_a_problem(words: str, display: str, differs: bool) -> None:
    text = table(("Date", "Pathologie"), ("2019", cell("pb", words)))
    entry = one("11450-4", "Pathologies", text, concern(problem(display)))
    assert entry.label == words
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


@pytest.mark.parametrize(
    ("time", "text_year", "marked"),
    [
        (interval("2019"), "2019", False),
        (interval("1950"), "1950", True),
        (interval("20250101"), "2025", True),
        (interval("20190101"), "01/01/2018", True),
        (interval("20191399"), "2019", True),
        (interval("2019", "2017"), "2019", True),
    ],
)
def test_dates_that_cannot_be_are_shown_and_marked(time: str, text_year: str, marked: bool) -> None:
    text = table(("Date", "Pathologie"), (text_year, cell("pb", "Asthme")))
    entry = one("11450-4", "Pathologies", text, concern(problem("Asthme", time=time)))
    assert (Mark.IMPLAUSIBLE_DATE in entry.marks) is marked
    assert entry.start


def result(value: str, *, text: str = "", more: str = "", own: str = "") -> str:
    return observation(
        own or code("code", "2823-3", LOINC, "Potassium [Moles/Volume]"),
        value,
        text=text or ref("lab", "text"),
        time='<effectiveTime value="20240109081500+0100"/>',
        inner=more,
    )


LAB = ("Examen", "Résultat", "Valeurs de référence")


def test_a_result_with_its_range_and_interpretation() -> None:
    more = (
        '<interpretationCode code="H" codeSystem="2.16.840.1.113883.5.83"/><referenceRange>'
        '<observationRange><value xsi:type="IVL_PQ">'
        '<low value="3.5" unit="mmol/L"/><high value="5.0" unit="mmol/L"/></value></observationRange></referenceRange>'
    )
    entry = one(
        "30954-2",
        "Résultats",
        table(LAB, (cell("lab", "Kaliémie"), "5,8 mmol/L", "3,5 - 5,0")),
        result('<value xsi:type="PQ" value="5.8" unit="mmol/L"/>', more=more),
    )
    assert (entry.kind, entry.label, entry.value, entry.unit) == (Kind.RESULT, "Kaliémie", "5.8", "mmol/L")
    assert (entry.reference, entry.interpretation) == ("3,5 - 5,0", "H")
    assert entry.noted == "2024-01-09T08:15:00+01:00"
    assert entry.marks == frozenset()


@pytest.mark.parametrize(
    ("said", "coded", "value", "unit", "differs"),
    [
        ("5,8 mmol/L", '<value xsi:type="PQ" value="5.8" unit="mmol/L"/>', "5.8", "mmol/L", False),
        ("1,70 m", '<value xsi:type="PQ" value="170" unit="cm"/>', "170", "cm", False),
        ("8,5 mmol/L", '<value xsi:type="PQ" value="5.8" unit="mmol/L"/>', "8.5", "mmol/L", True),
        ("75 mg", '<value xsi:type="PQ" value="75" unit="g"/>', "75", "mg", True),
        ("&lt;1,0 mg/L", '<value xsi:type="ST">&lt;1.0 mg/L</value>', "<1.0", "mg/L", False),
        ("non", '<value xsi:type="BL" value="true"/>', "non", "", True),
        ("Présence de BMR", '<value xsi:type="ST">Présence de BMR</value>', "Présence de BMR", "", False),
        ("-", '<value xsi:type="PQ" value="5.8" unit="mmol/L"/>', "5.8", "mmol/L", False),
    ],
)
def test_values_in_words_and_in_structure(said: str, coded: str, value: str, unit: str, differs: bool) -> None:
    entry = one("30954-2", "Résultats", table(LAB, (cell("lab", "Examen demandé"), said, "-")), result(coded))
    assert (entry.value, entry.unit) == (value, unit)
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


def test_a_range_of_other_bounds_is_marked_and_the_written_one_shown() -> None:
    more = (
        '<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="3.89"/>'
        '<high value="3.89"/></value></observationRange></referenceRange>'
    )
    entry = one(
        "30954-2",
        "Résultats",
        table(LAB, (cell("lab", "Glycémie"), "4.89", "(3.89 - 6.00)")),
        result('<value xsi:type="PQ" value="4.89"/>', more=more),
    )
    assert entry.reference == "(3.89 - 6.00)"
    assert Mark.CODE_DIFFERS in entry.marks


def test_panels_are_opened_and_dated() -> None:
    quantity = [f'<value xsi:type="PQ" value="{v}"/>' for v in (1, 2)]
    own = code("code", "2823-3", LOINC, "Potassium")
    inner = "".join(f"<component>{observation(own, value)}</component>" for value in quantity)
    panel = f'<organizer classCode="BATTERY" moodCode="EVN"><effectiveTime value="20240108"/>{inner}</organizer>'
    lab = f'<act classCode="ACT" moodCode="EVN">{code("code", "18719-5", LOINC)}{related(panel, "COMP")}</act>'
    entries = read("18719-5", "BIOCHIMIE", "", lab).entries
    assert [(e.value, e.noted, e.kind) for e in entries] == [
        ("1", "2024-01-08", Kind.RESULT),
        ("2", "2024-01-08", Kind.RESULT),
    ]


def test_a_reference_to_the_value_cell_finds_the_label_beside_it() -> None:
    text = table(("Date", "Signe vital", "Valeur"), ("09/01/2024", "Poids", cell("w", "55 kg")))
    entry = one(
        "8716-3",
        "Constantes",
        text,
        observation(
            code("code", "29463-7", LOINC, "Poids"),
            '<value xsi:type="PQ" value="55" unit="kg"/>',
            text=ref("w", "text"),
        ),
    )
    assert (entry.kind, entry.label, entry.value) == (Kind.VITAL, "Poids", "55")


@pytest.mark.parametrize(
    ("answer", "words", "assertion", "status"),
    [
        ("77386006", "Enceinte", Assertion.STATED, Status.ACTIVE),
        ("60001007", "Non enceinte", Assertion.NEGATED, Status.UNKNOWN),
    ],
)
def test_pregnancy(answer: str, words: str, assertion: Assertion, status: Status) -> None:
    text = table(("Observation", "Précision"), (cell("p", "Statut de grossesse"), words))
    entry = one(
        "10162-6",
        "Grossesses",
        text,
        observation(
            code("code", "11449-6", LOINC, "Statut de grossesse"),
            code("value", answer, SNOMED, "grossesse", kind="CD"),
            text=ref("p", "text"),
        ),
    )
    assert (entry.kind, entry.value, entry.assertion, entry.status) == (Kind.PREGNANCY, words, assertion, status)


def test_a_directive_that_refuses_is_a_directive() -> None:
    text = table(("Directive", "Précision"), (cell("d", "Réanimation cardiaque"), "Non autorisé"))
    entry = one(
        "42348-3",
        "Directives",
        text,
        observation(
            code("code", "75779-9", LOINC, "Réanimation cardiaque"),
            '<value xsi:type="BL" value="false"/>',
            text=ref("d", "text"),
            time=interval("20180101"),
        ),
    )
    assert (entry.value, entry.assertion, entry.noted) == ("Non autorisé", Assertion.STATED, "2018-01-01")
    assert Mark.CODE_DIFFERS not in entry.marks


def test_no_directives_is_none() -> None:
    entry = one(
        "42348-3",
        "Directives",
        table(("Directive", "Choix"), ("Directives anticipées", "non")),
        observation(code("code", "42348-3", LOINC, "Directives anticipées"), '<value xsi:type="BL" value="false"/>'),
    )
    assert (entry.value, entry.assertion) == ("non", Assertion.NONE)


def test_a_boolean_against_its_words_follows_the_words() -> None:
    text = table(("Déplacements", "Observation"), (cell("c", "contention"), "non"))
    entry = one(
        "42545-4",
        "Observations",
        text,
        observation(
            code("code", "386423001", SNOMED, "contention physique"),
            '<value xsi:type="BL" value="true"/>',
            text=ref("c", "text"),
        ),
    )
    assert (entry.kind, entry.value, entry.assertion) == (Kind.FUNCTIONAL, "non", Assertion.NEGATED)
    assert Mark.CODE_DIFFERS in entry.marks


def test_family_names_the_relative() -> None:
    inner = (
        f"<component>{observation(DIAGNOSIS, code('value', 'D57.1', ICD10, 'Drépanocytose', kind='CD'))}</component>"
    )
    subject = f"<subject><relatedSubject>{code('code', 'MTH', '5.111', 'Mère')}</relatedSubject></subject>"
    entry = one(
        "10157-6",
        "Antécédents familiaux",
        "",
        f'<organizer classCode="CLUSTER" moodCode="EVN">{subject}{inner}</organizer>',
    )
    assert (entry.kind, entry.label) == (Kind.FAMILY, "Drépanocytose")
    assert entry.person is not None
    assert entry.person.role == "Mère"


def device(mood: str = "EVN") -> str:
    return (
        f'<supply classCode="SPLY" moodCode="{mood}">{interval("20190811")}'
        '<participant typeCode="DEV"><participantRole><playingDevice>'
        f"{code('code', 'J0101', '1.2.250.1.213.2.68', 'STIMULATEURS CARDIAQUES', inner=ref('dm'))}"
        "</playingDevice></participantRole></participant></supply>"
    )


def test_an_implant_and_a_prescribed_bed() -> None:
    text = table(("Date", "Type de DM"), ("11/08/2019", cell("dm", "Stimulateur cardiaque")))
    worn, wished = read("46264-8", "Dispositifs", text, device(), device("INT")).entries
    assert (worn.kind, worn.label, worn.start, worn.status, worn.marks) == (
        Kind.DEVICE,
        "Stimulateur cardiaque",
        "2019-08-11",
        Status.UNKNOWN,
        frozenset(),
    )
    assert (wished.status, wished.marks) == (Status.PLANNED, frozenset({Mark.PRESCRIBED}))


def test_plans_procedures_and_encounters() -> None:
    def procedure(mood: str, negated: str = "false") -> str:
        act = code("code", "DDAF004", "1.2.250.1.215.300.1", "Angioplastie")
        start = f'<procedure classCode="PROC" moodCode="{mood}" negationInd="{negated}">'
        return f'{start}{act}<effectiveTime value="20180114"/></procedure>'

    done, wished, refused = read(
        "47519-4", "Actes", "", procedure("EVN"), procedure("INT"), procedure("EVN", "true")
    ).entries
    assert (done.kind, done.start, wished.kind, wished.status) == (
        Kind.PROCEDURE,
        "2018-01-14",
        Kind.PLAN,
        Status.PLANNED,
    )
    assert refused.assertion is Assertion.NEGATED
    visit = (
        f'<encounter classCode="ENC" moodCode="ARQ">{code("code", "AMB", "5.4", "Ambulatoire")}'
        "<text>Cardiologue</text></encounter>"
    )
    assert one("18776-5", "Plan", "", visit).label == "Cardiologue"


def test_points_of_vigilance_wherever_they_are_filed() -> None:
    for loinc in ("44944-7", "30954-2"):
        entry = one(loinc, "Points de vigilance", "<paragraph>Risque de chute</paragraph>")
        assert (entry.kind, entry.label) == (Kind.ALERT, "Risque de chute")


def test_the_innermost_section_decides() -> None:
    inner = section("10160-0", "Traitements", table(("Médicament",), ("PLAVIX",)))
    reading = read_cda(document(section("18776-5", "Plan de traitement", "", inner=inner)))
    assert [(e.kind, e.status) for e in reading.entries] == [(Kind.TREATMENT, Status.ACTIVE)]
    assert [(p.code, p.depth) for p in reading.parts] == [("18776-5", 0), ("10160-0", 1)]
    assert reading.sections_read == {"18776-5", "10160-0"}


def test_an_observation_in_an_unknown_section_is_a_result() -> None:
    entry = one(
        "99999-9",
        "Examen clinique",
        "",
        observation(code("code", "1", "9.9", "Souffle"), '<value xsi:type="ST">systolique</value>'),
    )
    assert (entry.kind, entry.label, entry.value) == (Kind.RESULT, "Souffle", "systolique")


def test_what_cannot_be_structured_is_counted_and_stays_readable() -> None:
    reading = read("29545-1", "Examen", "<paragraph>voir</paragraph>", "<strange><code code='1'/></strange>")
    assert reading.unread == ("Examen",)
    assert reading.parts[0].blocks


def test_a_text_of_history_and_allergies_is_not_sorted_by_machine() -> None:
    reading = read("99999-9", "Antécédents et allergies", "<paragraph>Appendicectomie 1998. Pénicilline.</paragraph>")
    assert reading.entries == ()
    assert reading.unread == ("Antécédents et allergies",)


def test_templates_say_what_an_entry_is_in_an_unknown_section() -> None:
    template = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/>'
    entry = one("99999-9", "Bilan", "", problem().replace("<code", f"{template}<code", 1))
    assert (entry.kind, entry.label) == (Kind.PROBLEM, "Fibrillation auriculaire")


def test_the_taking_of_a_specimen_is_no_procedure() -> None:
    specimen = f'<procedure classCode="PROC" moodCode="EVN">{code("code", "33882-2", LOINC, "Prélèvement")}</procedure>'
    lab = result('<value xsi:type="PQ" value="1"/>')
    panel = f"<organizer><component>{specimen}</component><component>{lab}</component></organizer>"
    assert [e.kind for e in read("26436-6", "Biologie", "", panel).entries] == [Kind.RESULT]


def test_a_reference_to_a_whole_row_finds_the_cell_that_names() -> None:
    text = (
        "<table><thead><tr><th>Date</th><th>Pathologie</th></tr></thead>"
        '<tbody><tr ID="pb"><td>2019</td><td>Asthme</td></tr></tbody></table>'
    )
    entry = one("11450-4", "Pathologies", text, concern(problem("Asthme")))
    assert (entry.label, entry.words) == ("Asthme", "2019 · Asthme")


def test_results_in_words_alone_have_a_name_and_a_value() -> None:
    text = table(("Date", "Examen", "Résultat"), ("09/01/2024", "INR", "2,8"), ("09/01/2024", "ECG", "normal"))
    entries = read("30954-2", "Résultats", text).entries
    assert [(e.label, e.value, e.noted or e.start) for e in entries] == [
        ("INR", "2.8", "2024-01-09"),
        ("ECG", "normal", "2024-01-09"),
    ]


@pytest.mark.parametrize(
    ("words", "assertion"),
    [
        ("Pas de réanimation : voir les directives.", Assertion.STATED),
        ("Ne pas perfuser le bras gauche.", Assertion.STATED),
        ("Aucune.", Assertion.NONE),
    ],
)
def test_what_must_not_be_done_is_said_and_not_denied(words: str, assertion: Assertion) -> None:
    entry = one("44944-7", "Points de vigilance", f"<paragraph>{words}</paragraph>")
    assert (entry.kind, entry.assertion) == (Kind.ALERT, assertion)
