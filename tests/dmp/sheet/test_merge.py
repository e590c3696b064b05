"""The rules of merging, one by one (``docs/sheet.md``)."""

from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.sheet.merge import Superseded, merge
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Origin, Presence, Sheet
from tests.dmp.sheet.strategies import ATC, LOINC, SNOMED

PARACETAMOL = Coding(SNOMED, "387517004", "Paracétamol")


def document(name: str, date: str, *, archived: bool = False) -> Origin:
    return Origin(name, Coding(LOINC, "60591-5"), f"Document {name}", date, f"Dr {name}", archived)


IPS = document("ips", "2021-12-03")
VSM = document("vsm", "2020-03-12")
LDL = document("ldl", "2019-12-03")
DLU = document("dlu", "2019-12-03")


def allergy(label: str = "Paracétamol", *reactions: Reaction, **fields: object) -> Entry:
    return replace(Entry(Kind.ALLERGY, label, reactions=reactions), **fields)  # type: ignore[arg-type]  # fields by name


def treatment(label: str, **fields: object) -> Entry:
    return replace(Entry(Kind.TREATMENT, label), **fields)  # type: ignore[arg-type]  # fields by name


def only(sheet: Sheet, kind: Kind) -> Line:
    (line,) = sheet.topic(kind).lines
    return line


def kinds(line: Line) -> list[Disagreement]:
    return [c.kind for c in line.contradictions]


def check_kinds(sheet: Sheet) -> list[str]:
    return [check.kind for check in sheet.checks]


# --- allergies --------------------------------------------------------------------------------------------------------


def test_one_allergy_of_two_documents_is_one_line_with_the_worst_reaction_first() -> None:
    sheet = merge(
        [
            (VSM, allergy("Paracétamol", Reaction("urticaire", Criticality.LOW), codes=(PARACETAMOL,))),
            (IPS, allergy("Allergie au paracétamol", Reaction("choc", Criticality.FATAL), codes=(PARACETAMOL,))),
        ]
    )
    line = only(sheet, Kind.ALLERGY)
    assert line.key == f"{SNOMED}|387517004"
    assert [r.label for r in line.reactions] == ["choc", "urticaire"]
    assert [s.origin for s in line.sources] == [IPS, VSM]
    assert Contradiction(Disagreement.REACTION, VSM, "urticaire") in line.contradictions
    assert Mark.GUESS not in line.marks
    assert Mark.CONTRADICTED in line.marks


def test_a_line_takes_the_words_of_another_source_where_the_newest_gives_a_code_only() -> None:
    bare = replace(PARACETAMOL, display="")
    coded = allergy(bare.code, codes=(bare,), marks=frozenset({Mark.CODE_ONLY}))
    assert Mark.CODE_ONLY in only(merge([(IPS, coded)]), Kind.ALLERGY).marks
    line = only(merge([(VSM, allergy("Paracétamol", codes=(PARACETAMOL,))), (IPS, coded)]), Kind.ALLERGY)
    assert (line.label, Mark.CODE_ONLY in line.marks) == ("Paracétamol", False)


def test_names_alone_merge_as_a_guess() -> None:
    sheet = merge([(VSM, allergy("Crustacés")), (IPS, allergy("ALLERGIE AUX CRUSTACES"))])
    assert Mark.GUESS in only(sheet, Kind.ALLERGY).marks


def test_vitamins_are_not_one_for_sharing_a_name() -> None:
    sheet = merge([(VSM, allergy("Vitamine D")), (VSM, allergy("Vitamine A"))])
    assert len(sheet.topic(Kind.ALLERGY).lines) == 2


def test_a_later_none_never_cancels_an_allergy() -> None:
    later = document("later", "2024-01-01")
    none = allergy("Pas d'allergie identifiée", assertion=Assertion.NONE)
    sheet = merge([(IPS, allergy()), (later, none)])
    topic = sheet.topic(Kind.ALLERGY)
    assert topic.presence is Presence.STATED
    assert topic.said_by == (later,)
    assert only(sheet, Kind.ALLERGY).contradictions == (
        Contradiction(Disagreement.DENIED, later, "Pas d'allergie identifiée"),
    )
    assert check_kinds(sheet) == ["contradiction"]


def test_no_known_food_allergy_says_nothing_of_penicillin() -> None:
    food = allergy("No known food allergy", assertion=Assertion.NONE, codes=(Coding(SNOMED, "429625007"),))
    sheet = merge([(IPS, allergy("Penicillin")), (VSM, food)])
    stated, none = sheet.topic(Kind.ALLERGY).lines
    assert stated.contradictions == ()
    assert (none.assertion, none.label) == (Assertion.NONE, "No known food allergy")


def test_no_known_food_allergy_denies_crustaceans_of_another_document() -> None:
    food = allergy("No known food allergy", assertion=Assertion.NONE, codes=(Coding(SNOMED, "429625007"),))
    sheet = merge([(IPS, allergy("Crustacés")), (VSM, food)])
    assert kinds(sheet.topic(Kind.ALLERGY).lines[0]) == [Disagreement.DENIED]


def test_none_unknown_and_unreadable_are_three_things() -> None:
    none = allergy("aucune", assertion=Assertion.NONE)
    unknown = allergy("inconnu", assertion=Assertion.NO_DATA)
    unreadable = allergy("Allergies", assertion=Assertion.UNREADABLE)
    assert merge([(IPS, none)]).topic(Kind.ALLERGY).presence is Presence.NONE_STATED
    assert merge([(IPS, unknown)]).topic(Kind.ALLERGY).presence is Presence.NOT_STATED
    assert merge([(IPS, unknown)]).topic(Kind.ALLERGY).said_by == (IPS,)
    assert merge([]).topic(Kind.ALLERGY).presence is Presence.NOT_STATED
    sheet = merge([(IPS, none), (VSM, unreadable)])
    assert sheet.topic(Kind.ALLERGY).presence is Presence.UNREADABLE
    assert check_kinds(sheet) == ["unreadable"]


def test_a_problem_that_its_code_alone_denies_is_to_be_checked() -> None:
    denied = Entry(Kind.PROBLEM, "Asthme", Assertion.NEGATED, marks=frozenset({Mark.CODE_DIFFERS}))
    plainly = Entry(Kind.PROBLEM, "Diabète", Assertion.NEGATED)
    sheet = merge([(document("a", "2024-01-01"), denied), (document("a", "2024-01-01"), plainly)])
    assert [(check.kind, check.label) for check in sheet.checks] == [("code-denies", "Asthme")]


def test_an_ended_allergy_stays_and_is_past_only_if_all_say_so() -> None:
    ended = allergy("Crustacés", status=Status.ENDED, end="2019-07")
    assert only(merge([(LDL, ended)]), Kind.ALLERGY).status is Status.ENDED
    both = only(merge([(LDL, ended), (VSM, allergy("Crustacés", status=Status.ACTIVE))]), Kind.ALLERGY)
    assert both.status is Status.ACTIVE
    assert both.end == ""
    assert kinds(both) == [Disagreement.STATUS]


def test_what_ended_before_is_not_denied_by_a_later_none() -> None:
    ended = allergy("Crustacés", status=Status.ENDED, end="2019-07")
    sheet = merge([(LDL, ended), (IPS, allergy("aucune", assertion=Assertion.NONE))])
    assert only(sheet, Kind.ALLERGY).contradictions == ()


def test_a_negated_reaction_is_still_an_allergy() -> None:
    sheet = merge([(IPS, allergy("Latex", Reaction("choc", negated=True))), (VSM, allergy("Latex", Reaction("choc")))])
    line = only(sheet, Kind.ALLERGY)
    assert line.assertion is Assertion.STATED
    assert kinds(line) == [Disagreement.REACTION]


def test_a_refuted_allergy_is_its_own_line_and_a_contradiction() -> None:
    sheet = merge([(IPS, allergy("Latex", assertion=Assertion.NEGATED)), (VSM, allergy("Latex"))])
    stated, negated = sheet.topic(Kind.ALLERGY).lines
    assert kinds(stated) == [Disagreement.DENIED]
    assert negated.assertion is Assertion.NEGATED


def test_an_adverse_effect_never_becomes_an_allergy() -> None:
    sheet = merge([(IPS, replace(allergy("Amoxicilline"), kind=Kind.ADVERSE_EFFECT))])
    assert sheet.topic(Kind.ALLERGY).lines == ()
    assert len(sheet.topic(Kind.ADVERSE_EFFECT).lines) == 1


def test_the_worst_allergy_comes_first_and_doubtful_ones_last() -> None:
    sheet = merge(
        [
            (IPS, allergy("Gluten", marks=frozenset({Mark.NOT_AN_ALLERGY}), criticality=Criticality.FATAL)),
            (IPS, allergy("Pollen", criticality=Criticality.LOW)),
            (IPS, allergy("Arachide", Reaction("Œdème de Quincke"))),
            (IPS, allergy("Latex", criticality=Criticality.FATAL)),
            (IPS, allergy("Soja", status=Status.ENDED, criticality=Criticality.FATAL)),
        ]
    )
    assert [line.label for line in sheet.topic(Kind.ALLERGY).lines] == ["Latex", "Arachide", "Pollen", "Gluten", "Soja"]


# --- treatments -------------------------------------------------------------------------------------------------------


def test_two_doses_are_both_shown() -> None:
    sheet = merge(
        [
            (VSM, treatment("COUMADINE 2 mg", dose="1 le soir", codes=(Coding(ATC, "B01AA03"),))),
            (IPS, treatment("COUMADINE 5 mg", dose="1/2 le soir", codes=(Coding(ATC, "B01AA03"),))),
        ]
    )
    line = only(sheet, Kind.TREATMENT)
    assert line.dose == "1/2 le soir"
    assert line.contradictions == (Contradiction(Disagreement.DOSE, VSM, "1 le soir"),)
    assert line.critical == "avk"
    assert "anticoagulant" in check_kinds(sheet)


def test_a_brand_and_its_substance_are_one_line_and_a_guess() -> None:
    line = only(merge([(VSM, treatment("COUMADINE 2 mg")), (IPS, treatment("warfarine"))]), Kind.TREATMENT)
    assert Mark.GUESS in line.marks


def test_a_figure_in_a_name_is_part_of_it_and_a_strength_is_not() -> None:
    vitamins = [(IPS, treatment("Vitamine B12 250 µg")), (IPS, treatment("Vitamine D3 100 000 UI"))]
    assert len(merge(vitamins).topic(Kind.TREATMENT).lines) == 2
    packs = [(IPS, treatment("CRESTOR 5MG CPR9/10")), (VSM, treatment("Crestor cpr3/21"))]
    assert len(merge(packs).topic(Kind.TREATMENT).lines) == 1


def test_what_was_only_paid_for_never_takes_a_dose_away() -> None:
    paid = treatment(
        "Coumadine", codes=(Coding(ATC, "B01AA03"),), start="2021-11-20", marks=frozenset({Mark.REIMBURSED})
    )
    taken = treatment("Coumadine 2 mg", codes=(Coding(ATC, "B01AA03"),), dose="2 le soir", start="2019-02")
    line = only(merge([(VSM, taken), (IPS, replace(paid, dose="Voie orale"))]), Kind.TREATMENT)
    assert (line.label, line.dose, line.start) == ("Coumadine 2 mg", "2 le soir", "2019-02")
    assert [s.origin for s in line.sources] == [IPS, VSM]
    assert not line.contradictions
    assert Mark.REIMBURSED not in line.marks


def test_what_is_paid_for_after_a_stop_is_seen_again() -> None:
    paid = treatment("Coumadine", start="2021-11-20", marks=frozenset({Mark.REIMBURSED}))
    line = only(
        merge([(VSM, treatment("Coumadine", status=Status.ENDED, end="2020-03-12")), (IPS, paid)]), Kind.TREATMENT
    )
    assert line.status is not Status.ENDED
    assert kinds(line) == [Disagreement.STATUS]


def test_stopped_then_seen_again() -> None:
    stopped = treatment("PREVISCAN", status=Status.ENDED, end="2019-11-30")
    line = only(merge([(LDL, stopped), (IPS, treatment("PREVISCAN", status=Status.ACTIVE))]), Kind.TREATMENT)
    assert line.status is Status.ACTIVE
    assert line.end == ""
    assert line.contradictions == (Contradiction(Disagreement.STATUS, LDL, "2019-11-30"),)


def test_seen_then_stopped_is_no_contradiction() -> None:
    stopped = treatment("PREVISCAN", status=Status.ENDED, end="2021-11-30")
    line = only(merge([(LDL, treatment("PREVISCAN")), (IPS, stopped)]), Kind.TREATMENT)
    assert (line.status, line.end, line.contradictions) == (Status.ENDED, "2021-11-30", ())


def test_stopped_and_listed_on_one_day_stands_and_is_contradicted() -> None:
    stopped = treatment("XARELTO", status=Status.ENDED)
    sheet = merge([(LDL, stopped), (DLU, treatment("XARELTO", status=Status.ACTIVE))])
    line = only(sheet, Kind.TREATMENT)
    assert line.status is Status.ACTIVE
    assert kinds(line) == [Disagreement.STATUS]


def test_an_anticoagulant_missing_from_another_list_of_the_day() -> None:
    sheet = merge(
        [
            (LDL, treatment("XARELTO 20 mg", section="10160-0")),
            (DLU, treatment("DOLIPRANE 500", section="10160-0")),
            (VSM, treatment("SPASFON", section="57828-6")),
        ]
    )
    (line,) = [x for x in sheet.topic(Kind.TREATMENT).lines if x.critical]
    assert line.contradictions == (Contradiction(Disagreement.MISSING, DLU),)
    assert check_kinds(sheet) == ["anticoagulant"]


def test_an_older_list_without_it_is_no_doubt() -> None:
    sheet = merge([(IPS, treatment("XARELTO", section="10160-0")), (VSM, treatment("SPASFON", section="10160-0"))])
    assert sheet.checks == ()


def test_marks_that_must_hold_of_all_sources() -> None:
    prescribed = treatment("SPASFON", marks=frozenset({Mark.PRESCRIBED}))
    assert Mark.PRESCRIBED in only(merge([(IPS, prescribed)]), Kind.TREATMENT).marks
    taken = only(merge([(IPS, prescribed), (VSM, treatment("SPASFON"))]), Kind.TREATMENT)
    assert Mark.PRESCRIBED not in taken.marks


def test_a_code_that_differs_from_the_words_merges_nothing() -> None:
    code = (Coding(ATC, "B01AA03"),)
    sheet = merge(
        [
            (IPS, treatment("LEVOTHYROX 75", codes=code, marks=frozenset({Mark.CODE_DIFFERS}))),
            (VSM, treatment("COUMADINE", codes=code)),
        ]
    )
    assert len(sheet.topic(Kind.TREATMENT).lines) == 2


def test_anticoagulant_and_antiplatelet_and_two_anticoagulants() -> None:
    held = [(IPS, treatment("COUMADINE 2 mg")), (IPS, treatment("PLAVIX 75")), (IPS, treatment("LOVENOX"))]
    labels = {check.label for check in merge(held).checks if check.kind == "association"}
    assert labels == {"COUMADINE 2 mg + PLAVIX 75", "LOVENOX + PLAVIX 75", "COUMADINE 2 mg + LOVENOX"}


def test_the_same_substance_twice_in_one_document() -> None:
    code = (Coding(ATC, "N02BE01"),)
    sheet = merge([(IPS, treatment("DOLIPRANE 1 g", codes=code)), (IPS, treatment("EFFERALGAN 500", codes=code))])
    assert [(c.kind, c.label) for c in sheet.checks] == [("same-substance", "DOLIPRANE 1 g + EFFERALGAN 500")]


def test_nothing_is_raised_from_a_stopped_treatment() -> None:
    held = [(IPS, treatment("COUMADINE", status=Status.ENDED)), (IPS, treatment("PLAVIX"))]
    assert merge(held).checks == ()


# --- allergy and treatment --------------------------------------------------------------------------------------------


def test_a_treatment_prescribed_despite_an_allergy() -> None:
    sheet = merge([(IPS, allergy("Paracétamol")), (VSM, treatment("DOLIPRANE 500 mg, gélule"))])
    assert kinds(only(sheet, Kind.ALLERGY)) == [Disagreement.PRESCRIBED_DESPITE]
    assert kinds(only(sheet, Kind.TREATMENT)) == [Disagreement.PRESCRIBED_DESPITE]
    (check,) = sheet.checks
    assert check == Check(
        "allergy-treatment",
        "Paracétamol / DOLIPRANE 500 mg, gélule",
        (only(sheet, Kind.ALLERGY).key, only(sheet, Kind.TREATMENT).key),
        (IPS, VSM),
    )


def test_an_allergy_to_a_family_reaches_its_members() -> None:
    sheet = merge([(IPS, allergy("Allergie aux pénicillines")), (VSM, treatment("AUGMENTIN 1 g"))])
    assert check_kinds(sheet) == ["allergy-treatment"]


def test_an_allergy_reaches_a_label_that_names_it() -> None:
    sheet = merge([(IPS, allergy("Spasfon")), (VSM, treatment("SPASFON LYOC 80 mg"))])
    assert check_kinds(sheet) == ["allergy-treatment"]
    assert merge([(IPS, allergy("Lait")), (VSM, treatment("SPASFON LYOC 80 mg"))]).checks == ()


# --- the others -------------------------------------------------------------------------------------------------------


def test_a_negated_problem_is_not_a_problem() -> None:
    sheet = merge([(IPS, Entry(Kind.PROBLEM, "Diabète", Assertion.NEGATED))])
    assert sheet.topic(Kind.PROBLEM).presence is Presence.NOT_STATED
    assert only(sheet, Kind.PROBLEM).assertion is Assertion.NEGATED


def test_the_newest_value_of_an_analyte_leads_whatever_its_document() -> None:
    code = (Coding(LOINC, "6301-6", "INR"),)
    old = Entry(Kind.RESULT, "INR", codes=code, value="4.0", noted="2019-01-02")
    new = Entry(Kind.RESULT, "INR", codes=code, value="2.8", noted="2019-11-12")
    line = only(merge([(IPS, old), (LDL, new)]), Kind.RESULT)
    assert line.value == "2.8"
    assert [s.detail for s in line.sources] == ["2.8", "4.0"]


def test_one_name_in_two_fluids_is_two_analytes() -> None:
    blood = Entry(Kind.RESULT, "Leucocytes", codes=(Coding(LOINC, "6690-2"),), value="7")
    urine = Entry(Kind.RESULT, "Leucocytes", codes=(Coding(LOINC, "5799-2"),), value="0")
    assert len(merge([(IPS, blood), (IPS, urine)]).topic(Kind.RESULT).lines) == 2


def test_only_an_injection_dates_a_vaccination() -> None:
    code = (Coding(ATC, "J07AM01"),)
    given_ = Entry(Kind.VACCINATION, "Tétanos", codes=code, start="2016-05-01")
    due = Entry(
        Kind.VACCINATION, "Tétanos", codes=code, start="2026-05-01", status=Status.PLANNED,
        marks=frozenset({Mark.PRESCRIBED}),
    )  # fmt: skip
    line = only(merge([(VSM, given_), (IPS, due)]), Kind.VACCINATION)
    assert (line.start, line.status) == ("2016-05-01", Status.UNKNOWN)
    assert len(line.sources) == 2


def test_operations_of_two_years_are_two_lines() -> None:
    stent = [Entry(Kind.PROCEDURE, "Stent", start=year) for year in ("2017-08", "2018-01-14", "2018")]
    assert len(merge([(IPS, e) for e in stent]).topic(Kind.PROCEDURE).lines) == 2


def test_contacts_keep_all_their_numbers() -> None:
    one = Entry(Kind.CONTACT, "Paul", person=Person("PAT Paul", "conjoint", ("0612345678",)))
    other = Entry(Kind.CONTACT, "Paul", person=Person("Paul PAT", "", ("0145454545",), kind="C"))
    line = only(merge([(IPS, one), (VSM, other)]), Kind.CONTACT)
    assert line.person == Person("PAT Paul", "conjoint", ("0612345678", "0145454545"), kind="C")


# --- replaced, archived, warned ---------------------------------------------------------------------------------------


def test_an_allergy_that_leaves_with_its_document_is_listed() -> None:
    old = Superseded(VSM, (allergy("Latex"), allergy("Pollen")), IPS, whole=True)
    sheet = merge([(IPS, allergy("Pollen"))], superseded=[old])
    assert [line.label for line in sheet.topic(Kind.ALLERGY).lines] == ["Pollen"]
    assert sheet.checks == (Check("allergy-superseded", "Latex", ("LATEX",), (VSM, IPS)),)


def test_a_lost_reaction_is_listed_too() -> None:
    old = Superseded(VSM, (allergy("Latex", Reaction("choc")),), IPS, whole=True)
    assert check_kinds(merge([(IPS, allergy("Latex"))], superseded=[old])) == ["allergy-superseded"]


def test_a_replacement_that_was_not_read_whole_removes_nothing() -> None:
    old = Superseded(VSM, (allergy("Latex"),), IPS, whole=False)
    sheet = merge([], superseded=[old])
    assert Mark.SUPERSEDED in only(sheet, Kind.ALLERGY).marks
    assert sheet.documents == 1


def test_archived_sources_stay_marked() -> None:
    archived = document("old", "2015-01-01", archived=True)
    assert only(merge([(archived, allergy())]), Kind.ALLERGY).sources[0].origin.archived


def test_identity_warnings_are_checks() -> None:
    sheet = merge([], warned=[(IPS, "name-differs"), (IPS, "birth-date-differs"), (VSM, "unknown-parent")])
    assert sheet.checks == (Check("identity", "birth-date-differs name-differs", (), (IPS,)),)
