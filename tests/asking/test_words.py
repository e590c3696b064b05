"""Every code that an answer may hold has words, and an answer can be told as text and as JSON."""

import json
from datetime import date

import pytest

from dmp_tui.asking.telling import json_of, text_of
from dmp_tui.asking.words import (
    caveat_words,
    condition_words,
    evidence_words,
    kind_words,
    limit_words,
    old_editions,
    phrase,
    reason_words,
    state_words,
    verdict_words,
)
from dmp_tui.dmp.medicines.emergency import emergency_base, english_phrases
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.safety.answers import check
from dmp_tui.dmp.safety.known import known_of
from dmp_tui.dmp.safety.model import Answer, Caveat, Evidence, Limit, LimitKind, Reason, ReasonKind, Verdict
from dmp_tui.dmp.safety.proposed import propose
from dmp_tui.dmp.safety.rules import crosses, pair_rules, patient_rules, states
from dmp_tui.dmp.safety.typed import Typed, typed_sheet
from dmp_tui.dmp.sheet.kidney import NotComputed
from tests.dmp.safety.bases import BASE

TODAY = date(2026, 11, 20)


def answer(drugs: list[str], typed: Typed) -> Answer:
    known = known_of(typed_sheet(typed, TODAY), BASE, TODAY, birth=typed.birth(TODAY), sex=typed.sex)
    return check(propose(drugs, BASE)[0], known, BASE)


def test_every_code_has_words() -> None:
    assert all(verdict_words(one) for one in Verdict)
    assert all(kind_words(one) for one in ReasonKind)
    assert all(evidence_words(one) for one in Evidence)
    assert all(caveat_words(one) for one in Caveat)
    assert all(limit_words(Limit(one, "x", 2)) for one in LimitKind)
    assert all(limit_words(Limit(LimitKind.KIDNEY, one.value)) != one.value for one in NotComputed)
    assert all(state_words(state.code) != state.code for state in states())


def test_every_condition_of_our_rules_has_words() -> None:
    kinds = {"dfg": ReasonKind.KIDNEY, "age": ReasonKind.AGE, "pregnant": ReasonKind.PREGNANCY}
    for rule in patient_rules():
        what = rule.condition.partition("<")[0].partition(">")[0].partition(":")[0]
        if what == "state":
            continue
        kind = kinds.get(what, ReasonKind.BREAST_FEEDING if what == "breast-feeding" else ReasonKind.LABORATORY)
        reason = Reason(kind, rule.level, "x", rule.source, condition=rule.condition, holds=False)
        assert condition_words(reason).startswith("si ")
        assert what != "dfg" or "DFG" in condition_words(reason)


@pytest.mark.parametrize("rule", [*crosses(), *pair_rules(), *patient_rules()], ids=lambda r: r.source[:30])
def test_every_rule_speaks_french_and_english_and_has_a_source(rule: object) -> None:
    assert getattr(rule, "french", "")
    assert getattr(rule, "english", "")
    assert len(getattr(rule, "source", "")) > 5


def test_an_answer_as_text_says_the_verdict_its_source_and_what_is_not_known() -> None:
    said = text_of(answer(["ibuprofene"], Typed(["COUMADINE"], age=60)), TODAY)
    assert "DÉCONSEILLÉ" in said
    assert "Source : ANSM 10/2020" in said
    assert "ibuprofene / COUMADINE" in said
    assert "sans dossier" in said
    assert "sûr" not in said


def test_an_answer_with_a_condition_says_both() -> None:
    said = text_of(answer(["metformine"], Typed()), TODAY)
    assert "RIEN TROUVÉ DANS CE QUI EST CONNU, CONTRE-INDIQUÉ SELON UNE CONDITION À VÉRIFIER" in said
    assert "si DFG < 30 mL/min" in said


def test_an_answer_as_json_holds_what_a_program_asks() -> None:
    told = json.loads(
        json.dumps(json_of(answer(["amoxicilline", "ketamine"], Typed(allergies=["pénicillines"])), TODAY))
    )
    assert told["verdict"] == "contraindicated"
    assert [drug["verdict"] for drug in told["drugs"]] == ["contraindicated", "nothing-found"]
    reason = told["reasons"][0]
    assert (reason["kind"], reason["level"], reason["other"]) == ("class-allergy", "contraindicated", "pénicillines")
    assert reason["text"]
    assert reason["source"]
    assert {limit["kind"] for limit in told["limits"]} >= {"no-record", "age"}


def test_english_is_spoken_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_LANG", "en")
    found = answer(["iohexol"], Typed(allergies=["crustacés"]))
    assert "proteins" in next(reason_words(reason) for reason in found.reasons if reason.kind is ReasonKind.MYTH)


def test_the_conditions_and_conducts_of_our_own_tables_are_spoken_in_english_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grades = [grade for pair in emergency_base().pairs.values() for grade in pair.grades]
    ours = {text for grade in grades for text in (grade.condition, grade.conduct)}
    ours |= {rule.condition for rule in pair_rules()}
    assert all(phrase(text) == text for text in ours)
    monkeypatch.setenv("DMP_LANG", "en")
    assert not [text for text in ours if text and phrase(text) == text]
    assert phrase("mots du thésaurus") == "mots du thésaurus"
    assert set(english_phrases()) <= ours


def test_an_old_base_warns() -> None:
    found = Answer((), Verdict.NOTHING_FOUND, Verdict.NOTHING_FOUND, editions=(Edition("ANSM", "2020-10"),))
    assert old_editions(found, TODAY) == ("base ancienne : ANSM 10/2020",)
    assert old_editions(found, date(2021, 3, 1)) == ()
