"""What a sheet tells of a patient: stopped treatments, doubtful allergies, limits."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Kind, Mark, Reaction, Status
from dmp_tui.dmp.medicines.naming import short_name
from dmp_tui.dmp.safety.answers import check
from dmp_tui.dmp.safety.known import Known, known_of, without_allergy_words
from dmp_tui.dmp.safety.model import Answer, Caveat, LimitKind, ReasonKind, Verdict
from dmp_tui.dmp.safety.naming import of_substance
from dmp_tui.dmp.safety.proposed import UnknownDrug, propose
from dmp_tui.dmp.safety.sheet_checks import sheet_checks
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.model import Contradiction, Disagreement, Line, Sheet

from .bases import BASE

TODAY = date(2026, 11, 20)


def changed(sheet: Sheet, kind: Kind, **fields: object) -> Sheet:
    """The sheet with its lines of a kind changed."""
    topics = tuple(
        replace(topic, lines=tuple(replace(line, **fields) for line in topic.lines)) if topic.kind is kind else topic  # type: ignore[arg-type]  # any field of a line
        for topic in sheet.topics
    )
    return replace(sheet, topics=topics)


def against(sheet: Sheet, drug: str) -> tuple[Answer, Known]:
    known = known_of(sheet, BASE, TODAY)
    own = BASE.substance(drug)
    assert own is not None
    return check([of_substance(own)], known, BASE), known


@pytest.mark.parametrize(
    ("treatment", "drug", "days", "counts"),
    [
        ("MARSILID", "pethidine", 13, True),
        ("MARSILID", "pethidine", 15, False),
        ("CORDARONE", "sotalol", 150, True),
        ("CORDARONE", "sotalol", 200, False),
        ("VIAGRA", "trinitrine", 1, True),
        ("VIAGRA", "trinitrine", 3, False),
        ("bisoprolol", "verapamil", 6, True),
        ("bisoprolol", "verapamil", 9, False),
    ],
)
def test_a_stopped_treatment_counts_as_long_as_it_acts(treatment: str, drug: str, days: int, counts: bool) -> None:
    end = (TODAY - timedelta(days=days)).isoformat()
    sheet = changed(typed_sheet(Typed([treatment]), TODAY), Kind.TREATMENT, status=Status.ENDED, end=end)
    found, _ = against(sheet, drug)
    reasons = [r for r in found.reasons if r.kind is ReasonKind.INTERACTION]
    assert bool(reasons) is counts
    assert all(Caveat.STOPPED in r.caveats and r.date == end for r in reasons)


def test_a_past_allergy_and_a_contradicted_one_count_and_are_marked() -> None:
    sheet = typed_sheet(Typed(allergies=["amoxicilline"]), TODAY)
    past, _ = against(changed(sheet, Kind.ALLERGY, status=Status.ENDED), "amoxicilline")
    assert past.verdict is Verdict.CONTRAINDICATED
    assert Caveat.PAST in past.reasons[0].caveats
    origin = sheet.topic(Kind.ALLERGY).lines[0].sources[0].origin
    denied = changed(sheet, Kind.ALLERGY, contradictions=(Contradiction(Disagreement.DENIED, origin),))
    found, _ = against(denied, "amoxicilline")
    assert found.verdict is Verdict.CONTRAINDICATED
    assert Caveat.CONTRADICTED in found.reasons[0].caveats


def test_an_allergy_that_a_code_only_denies_counts_and_one_that_its_author_denies_does_not() -> None:
    sheet = changed(typed_sheet(Typed(allergies=["amoxicilline"]), TODAY), Kind.ALLERGY, assertion=Assertion.NEGATED)
    lines = sheet.topic(Kind.ALLERGY).lines
    own = tuple(replace(source, assertion=Assertion.NEGATED) for source in lines[0].sources)
    denied = changed(sheet, Kind.ALLERGY, sources=own)
    assert against(denied, "amoxicilline")[0].verdict is Verdict.NOTHING_FOUND
    doubtful, _ = against(changed(denied, Kind.ALLERGY, marks=frozenset({Mark.CODE_DIFFERS})), "amoxicilline")
    assert doubtful.verdict is Verdict.CONTRAINDICATED
    assert Caveat.DENIED_BY_CODE in doubtful.reasons[0].caveats


def test_what_is_not_known_is_said() -> None:
    _, known = against(typed_sheet(Typed(["zzyzx 3 mg"], ["qwxyz"]), TODAY), "paracetamol")
    kinds = {limit.kind for limit in known.limits}
    assert kinds >= {
        LimitKind.UNKNOWN_TREATMENT, LimitKind.UNKNOWN_ALLERGY, LimitKind.NO_RECORD, LimitKind.PROBLEMS_NOT_STATED,
        LimitKind.AGE, LimitKind.SEX, LimitKind.KIDNEY, LimitKind.WEIGHT,
    }  # fmt: skip


def test_an_emergency_set_is_said_to_be_one() -> None:
    small = replace(BASE, whole=False)
    known = known_of(typed_sheet(Typed(), TODAY), small, TODAY)
    assert LimitKind.NO_BASE in {limit.kind for limit in known.limits}


def test_a_grave_reaction_to_a_penicillin_forbids_a_cephalosporin() -> None:
    sheet = typed_sheet(Typed(allergies=["pénicilline"]), TODAY)
    unknown, _ = against(sheet, "ceftriaxone")
    assert (unknown.verdict, unknown.at_worst) == (Verdict.PRECAUTION, Verdict.CONTRAINDICATED)
    grave, _ = against(changed(sheet, Kind.ALLERGY, reactions=(Reaction("Choc anaphylactique"),)), "ceftriaxone")
    assert grave.verdict is Verdict.CONTRAINDICATED
    mild = (Reaction("Éruption", Criticality.LOW),)
    told, _ = against(changed(sheet, Kind.ALLERGY, reactions=mild), "ceftriaxone")
    assert told.at_worst is Verdict.PRECAUTION


def test_an_unreadable_allergy_is_a_limit() -> None:
    sheet = changed(typed_sheet(Typed(allergies=["?"]), TODAY), Kind.ALLERGY, assertion=Assertion.UNREADABLE)
    _, known = against(sheet, "amoxicilline")
    assert LimitKind.UNREADABLE in {limit.kind for limit in known.limits}


def test_a_guessed_allergy_counts_and_is_marked() -> None:
    found, _ = against(typed_sheet(Typed(allergies=["Allergie à l'amoxiciline"]), TODAY), "amoxicilline")
    assert found.verdict is Verdict.CONTRAINDICATED
    assert Caveat.GUESS_LINE in found.reasons[0].caveats


def test_an_old_filtration_is_used_and_said_to_be_old() -> None:
    sheet = typed_sheet(Typed(dfg=20), TODAY - timedelta(days=200))
    found, _ = against(sheet, "metformine")
    assert found.verdict is Verdict.CONTRAINDICATED
    assert Caveat.OLD_VALUE in found.reasons[0].caveats
    assert LimitKind.KIDNEY_OLD in {limit.kind for limit in found.limits}


def test_without_creatinine_the_condition_is_told_and_is_not_the_verdict() -> None:
    found, _ = against(typed_sheet(Typed(), TODAY), "metformine")
    assert (found.verdict, found.at_worst) == (Verdict.NOTHING_FOUND, Verdict.CONTRAINDICATED)
    assert {r.condition for r in found.reasons} >= {"dfg<30", "dfg<60"}


def test_treatments_of_a_sheet_are_weighed_against_each_other() -> None:
    sheet = typed_sheet(Typed(["COUMADINE", "ibuprofene", "paracetamol"]), TODAY)
    checks = sheet_checks(known_of(sheet, BASE, TODAY), BASE)
    assert [(c.kind, set(c.keys)) for c in checks] == [("interaction", {"COUMADINE", "ibuprofene"})]
    assert all(c.origins for c in checks)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("COUMADINE 2 mg, comprimé sécable", "COUMADINE"),
        ("Amoxicilline/acide clavulanique 1 g", "Amoxicilline/acide clavulanique"),
        ("DIFFU K, gélule", "DIFFU K"),
        ("paracétamol", "paracétamol"),
    ],
)
def test_the_name_before_strength_and_form(label: str, name: str) -> None:
    assert short_name(label) == name


def test_allergy_words_are_no_name() -> None:
    assert without_allergy_words("Allergie à l'amoxicilline") == "amoxicilline"
    assert without_allergy_words("Allergie") == "Allergie"


def test_an_unknown_drug_has_nearest_names_and_no_verdict() -> None:
    found, unknown = propose(["amoxicilline", "xxamoxilinexx"], BASE)
    assert [m.label for m in found] == ["amoxicilline"]
    assert unknown[0].typed == "xxamoxilinexx"
    assert propose(["zzz"], BASE) == ((), (UnknownDrug("zzz"),))


@pytest.mark.parametrize("name", ["amoxicilline/acide clavulanique", "Amoxicilline + Acide clavulanique 1 g"])
def test_several_substances_of_one_name(name: str) -> None:
    found, _ = propose([name], BASE)
    assert [own.name for own in found[0].substances] == ["amoxicilline", "acide clavulanique"]


def test_a_brand_that_only_the_sheets_table_knows_is_resolved() -> None:
    known = known_of(typed_sheet(Typed(["SINTROM 4 mg", "NUROFEN 200 mg"]), TODAY), BASE, TODAY)
    assert [t.medicine.name for t in known.treatments] == ["ibuprofene"]
    assert [limit.detail for limit in known.limits if limit.kind is LimitKind.UNKNOWN_TREATMENT] == ["SINTROM 4 mg"]


def test_an_allergy_of_a_snomed_code_without_words() -> None:
    sheet = typed_sheet(Typed(allergies=["387517004"]), TODAY)
    coded = changed(sheet, Kind.ALLERGY, codes=(Coding("http://snomed.info/sct", "387517004"),))
    assert against(coded, "paracetamol")[0].verdict is Verdict.CONTRAINDICATED


def test_a_near_and_lonely_guess_is_taken_and_marked() -> None:
    found, unknown = propose(["amoxiciline"], BASE)
    assert not unknown
    assert found[0].guess
    assert found[0].substances[0].name == "amoxicilline"


def test_a_proposed_treatment_line_is_opened_by_its_document() -> None:
    sheet = typed_sheet(Typed(["COUMADINE"]), TODAY)
    found, _ = against(sheet, "ibuprofene")
    reason = next(r for r in found.reasons if r.kind is ReasonKind.INTERACTION)
    line: Line = sheet.topic(Kind.TREATMENT).lines[0]
    assert (reason.keys, reason.origins) == ((line.key,), (line.sources[0].origin,))


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        ("Dissection aortique opérée", "aortic-aneurysm"),
        ("Anévrisme de l'aorte abdominale", "aortic-aneurysm"),
        ("Ulcère duodénal hémorragique", "ulcer"),
        ("Hémorragie méningée", "stroke-haemorrhagic"),
        ("Hémorragie cérébrale", "stroke-haemorrhagic"),
        ("Rétention aiguë d'urines", "urinary-retention"),
        ("Dystrophie musculaire des ceintures", "myopathy"),
        ("Syndrome de Guillain-Barré", "burns-paralysis"),
        ("Sténose aortique serrée", "hypertrophic"),
        ("Prothèse valvulaire mécanique mitrale", "valve-prosthesis"),
        ("Angio-œdème héréditaire", "angioedema"),
        ("Insuffisance cardiaque NYHA IV", "heart-failure-severe"),
        ("OAP", "heart-failure-severe"),
        ("AVC ischémique", "stroke"),
        ("BAV 3", "av-block"),
        ("QT long congénital", "long-qt"),
    ],
)
def test_an_illness_is_known_by_the_beginnings_of_its_words(problem: str, code: str) -> None:
    known = known_of(typed_sheet(Typed(problems=[problem]), TODAY), BASE, TODAY)
    assert code in {state.code for state in known.states}


@pytest.mark.parametrize("problem", ["Insuffisance cardiaque NYHA II", "Bavardage", "Avcat", "Ménorragies", "Hbpm"])
def test_an_acronym_is_a_whole_word(problem: str) -> None:
    known = known_of(typed_sheet(Typed(problems=[problem]), TODAY), BASE, TODAY)
    assert {state.code for state in known.states} <= {"heart-failure"}
