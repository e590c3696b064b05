"""Allergies and adverse effects: what stands, what is past, what is denied, what could not be read."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Status
from tests.dmp.cda.build import (
    ATC,
    ICD10,
    LOINC,
    SNOMED,
    allergy,
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

HEADERS = ("Date", "Type d'allergie", "Agent responsable", "Réaction", "Statut")


def allergies(text: str, *entries: str, loinc: str = "48765-2", title: str = "Allergies") -> list[Entry]:
    reading = read_cda(document(section(loinc, title, text, *entries)))
    return [entry for entry in reading.entries if entry.kind in {Kind.ALLERGY, Kind.ADVERSE_EFFECT}]


def agent(label: str = "Amoxicilline", name: str = "agent") -> str:
    return code("code", "J01CA04", ATC, label, inner=ref(name))


def row(words: str = "Amoxicilline", reaction: str = "Urticaire", status: str = "Actif") -> str:
    return table(
        HEADERS,
        (
            "03/05/2019",
            cell("type", "Allergie médicamenteuse"),
            cell("agent", words),
            cell("reaction", reaction),
            cell("status", status),
        ),
    )


def reaction(*, negated: bool = False, severity: str = "") -> str:
    worst = (
        related(observation(code("code", "SEV", "2.16.840.1.113883.5.4"), code("value", severity, SNOMED, kind="CD")))
        if severity
        else ""
    )
    return related(
        observation(
            code("code", "418799008", SNOMED, "symptôme"),
            code("value", "126485001", SNOMED, "urticaire", inner=ref("reaction"), kind="CD"),
            inner=worst,
            attributes='negationInd="true"' if negated else "",
        ),
        "MFST",
    )


def status(value: str) -> str:
    return related(
        observation(
            code("code", "33999-4", LOINC), code("value", value, "1.2.3", kind="CE"), text=ref("status", "text")
        ),
        "REFR",
    )


def test_the_agents_words_are_the_label_and_the_row_the_words() -> None:
    (entry,) = allergies(
        row(), concern(allergy(agent(), time=interval("20190503"), inner=reaction(severity="24484000")))
    )
    assert (entry.label, entry.start, entry.section) == ("Amoxicilline", "2019-05-03", "48765-2")
    assert entry.codes[0].system == "http://www.whocc.no/atc"
    assert entry.words == "03/05/2019 · Allergie médicamenteuse · Amoxicilline · Urticaire · Actif"
    assert [(r.label, r.criticality, r.negated) for r in entry.reactions] == [("Urticaire", Criticality.HIGH, False)]
    assert entry.criticality is Criticality.HIGH
    assert entry.assertion is Assertion.STATED
    assert entry.marks == frozenset()


def test_a_negated_reaction_is_still_an_allergy() -> None:
    (entry,) = allergies(row(), concern(allergy(agent(), inner=reaction(negated=True, severity="24484000"))))
    assert entry.assertion is Assertion.STATED
    assert entry.reactions[0].negated
    assert entry.criticality is Criticality.UNKNOWN


def test_a_negated_allergy_is_one_thing_that_is_not_present() -> None:
    (entry,) = allergies(row(), concern(allergy(agent(), negated=True)))
    assert (entry.assertion, entry.label) == (Assertion.NEGATED, "Amoxicilline")


def test_an_end_makes_an_allergy_past_and_completed_does_not() -> None:
    past, open_ended = allergies(
        row(),
        concern(allergy(agent(), time=interval("20190503", "20200101")), allergy(agent(), time=interval("20190503"))),
    )
    assert (past.status, past.end) == (Status.ENDED, "2020-01-01")
    assert (open_ended.status, open_ended.end) == (Status.UNKNOWN, "")


@pytest.mark.parametrize(
    ("words", "coded", "expected", "differs"),
    [
        ("Actif", "active", Status.ACTIVE, False),
        ("Résolue", "resolved", Status.ENDED, False),
        ("Intermittent", "inactive", Status.ACTIVE, True),
        ("-", "inactive", Status.ENDED, False),
        ("à surveiller", "inactive", Status.UNKNOWN, False),
    ],
)
def test_the_status_in_words_comes_before_its_code(words: str, coded: str, expected: Status, differs: bool) -> None:
    (entry,) = allergies(row(status=words), concern(allergy(agent(), inner=status(coded))))
    assert entry.status is expected
    assert (Mark.CODE_DIFFERS in entry.marks) is differs


def test_a_code_of_another_substance_is_marked_and_the_words_are_shown() -> None:
    (entry,) = allergies(row("Pénicilline"), concern(allergy(agent("Ibuprofène"))))
    assert (entry.label, entry.code_label) == ("Pénicilline", "Ibuprofène")
    assert Mark.CODE_DIFFERS in entry.marks


def test_words_without_a_narrative_fall_back_on_the_display_then_the_code() -> None:
    one, two = allergies(
        "<paragraph>Voir ci-dessous</paragraph>",
        concern(allergy(code("code", "J01CA04", ATC, "Amoxicilline")), allergy(code("code", "J01CA04", ATC))),
    )
    assert (one.label, two.label) == ("Amoxicilline", "J01CA04")


def test_an_uncoded_agent_is_read_from_its_name() -> None:
    (entry,) = allergies("", concern(allergy('<code nullFlavor="UNK"/><name>Latex</name>')))
    assert entry.label == "Latex"
    assert Mark.UNCODED in entry.marks


def test_an_allergen_coded_as_value_is_read() -> None:
    (entry,) = allergies(
        "", concern(allergy(value=code("value", "Z88.0", ICD10, "Allergie à la pénicilline", kind="CD")))
    )
    assert entry.label == "Allergie à la pénicilline"
    assert entry.codes[0].code == "Z88.0"


@pytest.mark.parametrize(
    "kind",
    [
        code("code", "79899007", SNOMED, "interaction médicamenteuse"),
        code("code", "59037007", SNOMED),
        code("code", "DNAINT", "2.16.840.1.113883.5.4"),
    ],
)
def test_interactions_and_intolerances_among_allergies_are_marked(kind: str) -> None:
    (entry,) = allergies(row(), concern(allergy(agent(), kind=kind)))
    assert entry.kind is Kind.ALLERGY
    assert Mark.NOT_AN_ALLERGY in entry.marks


def test_words_of_an_intolerance_are_marked_too() -> None:
    (entry,) = allergies(row("Intolérance au lactose"), concern(allergy(agent("lactose"))))
    assert Mark.NOT_AN_ALLERGY in entry.marks


# --- nothing, not known, not readable ---------------------------------------------------------------------------------

AGENTLESS = concern(
    allergy(
        text=ref("nowhere", "text"),
        value='<value xsi:type="CD"><originalText><reference value="#"/></originalText></value>',
    )
)


@pytest.mark.parametrize(
    ("text", "entry", "expected"),
    [
        ("Aucune allergie / intolérance identifiée pendant le séjour", AGENTLESS, Assertion.NONE),
        ("Pas d'allergie connue", AGENTLESS, Assertion.NONE),
        ("<paragraph>Allergies non renseignées</paragraph>", AGENTLESS, Assertion.NO_DATA),
        ("", concern(allergy(value='<value xsi:type="CD" nullFlavor="NASK"/>')), Assertion.NO_DATA),
        ("Voir le courrier du 12 mars", AGENTLESS, Assertion.UNREADABLE),
        ("Aucune, sauf pénicilline", AGENTLESS, Assertion.UNREADABLE),
        (
            "",
            concern(allergy(value=code("value", "716186003", SNOMED, "aucune allergie connue", kind="CD"))),
            Assertion.NONE,
        ),
        ("", concern(allergy(code("code", "no-allergy-info", "1.2.3"))), Assertion.NO_DATA),
        ("", concern(allergy(kind=code("code", "419199007", SNOMED), negated=True)), Assertion.NONE),
        ("", "<act><code nullFlavor='NA'/></act>", Assertion.UNREADABLE),
    ],
)
def test_none_no_data_and_unreadable_are_three_things(text: str, entry: str, expected: Assertion) -> None:
    (found,) = allergies(text, entry)
    assert found.assertion is expected
    assert found.label


def test_a_code_that_says_none_beside_words_that_name_something_is_not_believed() -> None:
    (entry,) = allergies(
        row("Pénicilline"),
        concern(allergy(code("code", "716186003", SNOMED, "aucune allergie connue", inner=ref("agent")))),
    )
    assert entry.assertion is Assertion.UNREADABLE
    assert Mark.CODE_DIFFERS in entry.marks


@pytest.mark.parametrize(
    ("text", "label", "assertion"),
    [
        ("Néant", "Néant", Assertion.NONE),
        ("<paragraph>Allergie au latex (oedème)</paragraph>", "Allergie au latex (oedème)", Assertion.STATED),
        (
            "<list><item>Pas d'allergie à la pénicilline</item></list>",
            "Pas d'allergie à la pénicilline",
            Assertion.NEGATED,
        ),
        (row("Codéine"), "Codéine", Assertion.STATED),
    ],
)
def test_a_section_of_words_alone_still_says_them(text: str, label: str, assertion: Assertion) -> None:
    (entry,) = allergies(text)
    assert (entry.label, entry.assertion) == (label, assertion)
    if assertion is not Assertion.NONE:
        assert Mark.UNCODED in entry.marks


def test_a_row_that_no_entry_stands_for_is_not_lost() -> None:
    text = table(("Date", "Agent"), ("2019", cell("agent", "Amoxicilline")), ("2020", "Latex"))
    reading = read_cda(document(section("48765-2", "Allergies", text, concern(allergy(agent())))))
    assert [(e.label, Mark.UNCODED in e.marks) for e in reading.entries] == [("Amoxicilline", False), ("Latex", True)]
    assert reading.unread == ("Allergies",)


def test_a_section_there_only_for_its_null_flavor_states_no_data() -> None:
    reading = read_cda(document(section("48765-2", "Allergies", "", attributes=' nullFlavor="NI"')))
    assert [(e.kind, e.assertion) for e in reading.entries] == [(Kind.ALLERGY, Assertion.NO_DATA)]


def test_an_adverse_effect_never_becomes_an_allergy() -> None:
    drug = medicine(code("code", "J01CA04", ATC, "amoxicilline", inner=ref("drug")))
    effect = observation(
        '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.6"/>' + code("code", "419511003", SNOMED, "effet indésirable"),
        time=interval("20211204"),
        inner=related(drug, "COMP") + reaction(),
    )
    text = table(("Médicament", "Réaction"), (cell("drug", "AMOXICILLINE 1 g"), cell("reaction", "nausées")))
    (entry,) = allergies(text, effect, loinc="44939-7", title="Effets indésirables")
    assert (entry.kind, entry.label, entry.start) == (Kind.ADVERSE_EFFECT, "AMOXICILLINE 1 g", "2021-12-04")
    assert [r.label for r in entry.reactions] == ["nausées"]
