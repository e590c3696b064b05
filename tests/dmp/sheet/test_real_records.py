"""What an emergency doctor would object to on a sheet: two medicines as one, one as two, false alarms, missed ones."""

import pytest

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Reaction, Status
from dmp_tui.dmp.sheet import checks
from dmp_tui.dmp.sheet.merge import Superseded, merge
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement, Line
from tests.dmp.sheet.strategies import ATC, LOINC, SNOMED
from tests.dmp.sheet.test_merge import DLU, IPS, LDL, VSM, allergy, check_kinds, document, kinds, only, treatment

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOCAL = "https://laboratory.example/codes"


def labels(lines: tuple[Line, ...]) -> list[str]:
    return sorted(line.label for line in lines)


def atc(code: str) -> tuple[Coding, ...]:
    return (Coding(ATC, code),)


def result(label: str, value: str, *codes: Coding, unit: str = "") -> Entry:
    return Entry(Kind.RESULT, label, codes=codes, value=value, unit=unit)


# --- one thing, one line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["-", "UNK", "OTH", "unknown", " ", "..."])
def test_what_stands_for_no_code_joins_nothing(code: str) -> None:
    own = (Coding(LOCAL, code),)
    assert len(merge([(IPS, allergy("Iode", codes=own)), (IPS, allergy("Fraise", codes=own))]).topics[0].lines) == 2


def test_products_that_share_an_ingredient_code_are_not_one() -> None:
    both = (Coding(RXNORM, "161"), Coding(RXNORM, "7804"))
    held = [(IPS, treatment("oxycodone-acetaminophen", codes=both))]
    held.append((VSM, treatment("Tylenol", codes=(Coding(RXNORM, "161"),))))
    assert len(merge(held).topic(Kind.TREATMENT).lines) == 2
    again = [*held, (VSM, treatment("Percocet", codes=both[::-1]))]
    assert len(merge(again).topic(Kind.TREATMENT).lines) == 2


@pytest.mark.parametrize(("code", "lines"), [("N02BE51", 2), ("B01AC30", 2), ("N02BE01", 1)])
def test_a_code_for_any_combination_names_no_product(code: str, lines: int) -> None:
    held = [(IPS, treatment("LAMALINE", codes=atc(code))), (VSM, treatment("ACTRON", codes=atc(code)))]
    assert len(merge(held).topic(Kind.TREATMENT).lines) == lines


@pytest.mark.parametrize(
    ("one", "other", "lines"),
    [
        ("VITAMINE B 12 1000 µg", "VITAMINE B 6 250 mg", 2),
        ("Facteur 8", "Facteur 9", 2),
        ("HUMALOG", "HUMALOG MIX 25", 2),
        ("NOVORAPID", "NOVOMIX 30", 2),
        ("VITAMINE C 500 mg", "Vitamine C 1 g", 1),
        ("MODOPAR 125", "MODOPAR 62,5 mg", 1),
        ("AUGMENTIN 1 g/125 mg", "amoxicilline/acide clavulanique", 1),
    ],
)
def test_names_with_figures_and_with_two_substances(one: str, other: str, lines: int) -> None:
    assert len(merge([(IPS, treatment(one)), (VSM, treatment(other))]).topic(Kind.TREATMENT).lines) == lines


def test_slow_and_fast_morphine_of_one_document_are_two_lines_and_one_check() -> None:
    slow = treatment("SKENAN LP 30 mg", dose="1 matin et soir", codes=atc("N02AA01"))
    fast = treatment("ACTISKENAN 10 mg", dose="1 si douleur", codes=atc("N02AA01"))
    sheet = merge([(IPS, slow), (IPS, fast), (VSM, slow)])
    lines = sheet.topic(Kind.TREATMENT).lines
    assert labels(lines) == ["ACTISKENAN 10 mg", "SKENAN LP 30 mg"]
    assert [line.contradictions for line in lines] == [(), ()]
    assert check_kinds(sheet) == ["same-substance"]
    assert len(merge([(IPS, slow), (VSM, fast)]).topic(Kind.TREATMENT).lines) == 1


def test_two_products_with_one_unknown_code_are_the_same_substance() -> None:
    held = [(IPS, treatment(name, codes=atc("C10AA05"))) for name in ("TAHOR 20 mg", "ATORVASTATINE EG 20 mg")]
    assert [(c.kind, c.label) for c in merge(held).checks] == [
        ("same-substance", "ATORVASTATINE EG 20 mg + TAHOR 20 mg")
    ]


def test_one_analyte_with_a_local_code_and_a_loinc_code_is_one_series() -> None:
    held = [(IPS, result("INR", "2.8", Coding(LOINC, "6301-6"))), (VSM, result("INR", "3.1", Coding(LOCAL, "TPINR")))]
    line = only(merge(held), Kind.RESULT)
    assert (line.value, len(line.sources)) == ("2.8", 2)
    assert Mark.GUESS in line.marks


def test_inr_of_blood_and_of_plasma_is_one_series_and_two_glucoses_are_not() -> None:
    inr = [
        (IPS, result("INR", "2.8", Coding(LOINC, "6301-6"))),
        (VSM, result("INR (doigt)", "3", Coding(LOINC, "38875-1"))),
    ]
    assert len(merge(inr).topic(Kind.RESULT).lines) == 1
    glucose = [(IPS, result("Glucose", "5", Coding(LOINC, c), unit="mmol/L")) for c in ("15074-8", "15076-3")]
    assert len(merge(glucose).topic(Kind.RESULT).lines) == 2


def test_an_undated_mention_of_a_vaccine_does_not_hide_the_injection() -> None:
    code = atc("J07AM01")
    held = [
        (IPS, Entry(Kind.VACCINATION, "Tétanos", codes=code)),
        (VSM, Entry(Kind.VACCINATION, "REVAXIS", codes=code, start="2009-09-28")),
    ]
    line = only(merge(held), Kind.VACCINATION)
    assert (line.label, line.start) == ("REVAXIS", "2009-09-28")


def test_what_is_taken_speaks_before_the_prescription_behind_it() -> None:
    taken = treatment("Metformin", status=Status.ACTIVE, end="2018-09-26")
    planned = treatment("Metformin", status=Status.PLANNED, marks=frozenset({Mark.PRESCRIBED}))
    line = only(merge([(IPS, planned), (IPS, taken)]), Kind.TREATMENT)
    assert (line.status, line.end) == (Status.ACTIVE, "2018-09-26")


def test_an_empty_template_line_is_no_statement() -> None:
    empty = Entry(Kind.ALERT, "(texte libre)", words="(texte libre)")
    filled = Entry(Kind.ALERT, "Autre : (texte libre)", value="Port-a-cath")
    sheet = merge([(IPS, empty), (IPS, filled)])
    assert labels(sheet.topic(Kind.ALERT).lines) == ["Autre : (texte libre)"]


# --- critical ---------------------------------------------------------------------------------------------------------


def test_what_makes_bleed_comes_first_then_what_lowers_sugar() -> None:
    names = ["CARDENSIEL", "LANTUS", "DOLIPRANE", "PLAVIX", "COUMADINE"]
    held = [(IPS, treatment(name, start=f"202{n}")) for n, name in enumerate(names)]
    order = [line.label for line in merge(held).topic(Kind.TREATMENT).lines]
    assert order == ["COUMADINE", "PLAVIX", "LANTUS", "CARDENSIEL", "DOLIPRANE"]


def test_a_cream_is_no_critical_treatment_for_its_substance() -> None:
    cream = treatment("BETAMETHASONE 0,05 %, crème", codes=atc("D07AC01"))
    assert only(merge([(IPS, cream)]), Kind.TREATMENT).critical == ""
    tablet = treatment("BETAMETHASONE 2 mg", codes=atc("H02AB01"))
    assert only(merge([(IPS, tablet)]), Kind.TREATMENT).critical == "corticoid"


def test_a_code_that_differs_from_its_words_makes_nothing_critical() -> None:
    wrong = treatment("LEVOTHYROX 75", codes=atc("B01AA03"), marks=frozenset({Mark.CODE_DIFFERS}))
    assert only(merge([(IPS, wrong)]), Kind.TREATMENT).critical == ""


# --- contradictions that are real -------------------------------------------------------------------------------------


def test_two_courses_apart_may_have_two_doses() -> None:
    old = treatment("DOLIPRANE", dose="3 par jour", start="2020-01-22", end="2020-02-22")
    new = treatment("DOLIPRANE", dose="1 si fièvre", start="2021-11-10", end="2021-11-17")
    assert only(merge([(VSM, old), (IPS, new)]), Kind.TREATMENT).contradictions == ()
    unsure = treatment("DOLIPRANE", dose="3 par jour", end="2021")
    assert kinds(only(merge([(VSM, unsure), (IPS, new)]), Kind.TREATMENT)) == [Disagreement.DOSE]


def test_listed_as_taken_after_it_had_been_stopped() -> None:
    held = [
        (IPS, treatment("DEPAKINE CHRONO", status=Status.ENDED, end="2018-03")),
        (VSM, treatment("DEPAKINE (selon le frère)", status=Status.ACTIVE)),
    ]
    line = only(merge(held), Kind.TREATMENT)
    assert line.status is Status.ENDED
    assert line.contradictions == (Contradiction(Disagreement.STATUS, VSM, "DEPAKINE (selon le frère)"),)
    same_year = [(IPS, treatment("PLAVIX", status=Status.ENDED, end="2020")), (VSM, treatment("PLAVIX"))]
    assert only(merge(same_year), Kind.TREATMENT).contradictions == ()


def test_mild_and_moderate_are_no_alarm_and_high_and_low_are() -> None:
    moderate = [(IPS, allergy(criticality=Criticality.LOW)), (VSM, allergy(criticality=Criticality.MODERATE))]
    sheet = merge(moderate)
    assert kinds(only(sheet, Kind.ALLERGY)) == [Disagreement.SEVERITY]
    assert sheet.checks == ()
    grave = [(IPS, allergy(criticality=Criticality.LOW)), (VSM, allergy(criticality=Criticality.HIGH))]
    assert check_kinds(merge(grave)) == ["contradiction"]


# --- allergy and treatment --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        (allergy("Amoxicilline"), treatment("AUGMENTIN 1 g", codes=atc("J01CR02"))),
        (allergy("Amoxicilline", codes=atc("J01CA04")), treatment("Ciblor", codes=atc("J01CR02"))),
        (allergy("Pénicillines"), treatment("Ciblor", codes=atc("J01CR02"))),
        (allergy("91936005", codes=(Coding(SNOMED, "91936005"),)), treatment("CLAMOXYL")),
        (allergy("372687004", codes=(Coding(SNOMED, "372687004"),)), treatment("AUGMENTIN")),
        (allergy("Povidone iodée"), treatment("Solution de povidone iodee 10 %")),
    ],
)
def test_an_allergy_finds_its_treatment(named: Entry, taken: Entry) -> None:
    assert check_kinds(merge([(IPS, named), (VSM, taken)])) == ["allergy-treatment"]


def test_an_allergy_that_was_over_before_the_treatment_began_raises_nothing() -> None:
    over = allergy("Paracétamol", status=Status.ENDED, end="2019-07-17")
    assert merge([(LDL, over), (IPS, treatment("DOLIPRANE", start="2021-01-01"))]).checks == ()
    assert check_kinds(merge([(LDL, over), (IPS, treatment("DOLIPRANE", start="2019-07"))])) == ["allergy-treatment"]


def test_an_allergy_that_left_with_its_document_is_found_by_any_of_its_names() -> None:
    latex = allergy("Latex", Reaction("choc"), codes=(Coding(SNOMED, "111088007"),))
    kept = Superseded(DLU, (latex,), IPS, whole=True)
    assert merge([(IPS, allergy("LATEX", Reaction("Choc")))], superseded=[kept]).checks == ()
    without = [check.kind for check in merge([(IPS, allergy("Latex"))], superseded=[kept]).checks]
    assert without == ["allergy-superseded"]


# --- hostile records --------------------------------------------------------------------------------------------------


def test_many_allergies_and_many_treatments_all_at_odds() -> None:
    size = 1_000
    held = [(IPS, allergy(f"Pénicilline X{n}")) for n in range(size)]
    held += [(VSM, treatment(f"Y{n}", codes=(Coding(ATC, "J01CA04"), Coding(LOCAL, str(n))))) for n in range(3)]
    held += [
        (VSM, treatment(f"Z{n}", codes=(Coding(ATC, f"J01CA{n % 50:02}"), Coding(LOCAL, f"z{n}")))) for n in range(size)
    ]
    found = [check.keys for check in merge(held).checks if check.kind == "allergy-treatment"]
    sheet = merge(held)
    treated = {line.key for line in sheet.topic(Kind.TREATMENT).lines}
    assert {keys[1] for keys in found} == treated
    assert {keys[0] for keys in found} == {line.key for line in sheet.topic(Kind.ALLERGY).lines}
    assert len(found) <= checks.MAX_PAIRS * size + len(treated)


def test_each_substance_is_named_once_however_many_lines_it_has() -> None:
    held = [(IPS, treatment(f"COUMADINE {c}", codes=(Coding(LOCAL, c),))) for c in "ABCDEFGH"]
    held.append((IPS, treatment("PLAVIX")))
    found = merge(held).checks
    assert [(c.kind, len(c.keys)) for c in found] == [("association", 2), ("same-substance", 8)]
    assert found[1].label.endswith("COUMADINE E + ...")


def test_many_nones_of_one_document_deny_once() -> None:
    nones = [(VSM, allergy(f"aucune {n}", assertion=Assertion.NONE)) for n in range(50)]
    line = merge([(IPS, allergy("Latex")), *nones]).topic(Kind.ALLERGY).lines[0]
    assert kinds(line) == [Disagreement.DENIED]


def test_documents_of_one_day_in_any_order() -> None:
    morning, evening = document("m", "2024-01-01T08:00:00Z"), document("e", "2024-01-01T20:00:00Z")
    held = [(morning, treatment("XARELTO", dose="15 mg")), (evening, treatment("XARELTO", dose="20 mg"))]
    assert merge(held) == merge(held[::-1])
    assert only(merge(held), Kind.TREATMENT).dose == "20 mg"
