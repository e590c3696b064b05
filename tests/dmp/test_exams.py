"""Was it already done? What is typed finds what a record tells, by any of its names; a guess is a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.documents import Author, DocumentEntry, DocumentStatus
from dmp_tui.dmp.entries import Assertion, Coding, Kind, Mark, Status
from dmp_tui.dmp.exam_names import by_name, concepts
from dmp_tui.dmp.exams import Proof, answer, searchable, unread
from dmp_tui.dmp.sheet.model import Line, Origin, Presence, Sheet, Source, Topic
from tests.dmp.test_consultation import document


def line(kind: Kind, label: str, *dates: str, detail: str = "", **more: object) -> Line:
    marks: frozenset[Mark] = more.pop("marks", frozenset())  # type: ignore[assignment]  # a test's short hand
    sources = tuple(
        Source(
            Origin(f"d-{label}-{on}", Coding("", "x"), "Doc", on, "Dr A"),
            label,
            more.get("assertion", Assertion.STATED),  # type: ignore[arg-type]  # a test's short hand
            Status.ACTIVE,
            noted=on,
            detail=detail,
            marks=marks,
        )
        for on in dates
    )
    codes: tuple[Coding, ...] = more.get("codes", ())  # type: ignore[assignment]  # a test's short hand
    return Line(kind, label, label, Assertion.STATED, Status.ACTIVE, sources, codes, marks=marks)


def sheet(*lines: Line) -> Sheet:
    kinds = dict.fromkeys(each.kind for each in lines)
    return Sheet("p", "", tuple(Topic(k, Presence.STATED, tuple(x for x in lines if x.kind is k)) for k in kinds))


def titled(title: str, on: str = "2026-03-12", type_: str = "18748-4", **more: object) -> DocumentEntry:
    return document(title, on, title=title, type=Coding("http://loinc.org", type_, "imagerie"), **more)


def found(typed: str, lines: tuple[Line, ...] = (), documents: tuple[DocumentEntry, ...] = ()) -> list[str]:
    return [f.told.what for f in answer(typed, searchable(sheet(*lines), documents)).found]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("scanner cerebral", "TDM crânienne sans injection"),
        ("TDM crâne", "Scanner cérébral"),
        ("scanners cérébraux", "Scanner cérébral"),
        ("scanner thorax", "TAP"),
        ("tap", "Scanner thoraco-abdomino-pelvien"),
        ("angioscanner thoracique", "Angioscanner des artères pulmonaires"),
        ("irm genou", "Imagerie par résonance magnétique du genou droit"),
        ("echo coeur", "Échocardiographie transthoracique"),
        ("écho cardiaque", "ETT"),
        ("ETT", "Échographie cardiaque"),
        ("rp", "Radiographie du thorax face"),
        ("Rx poumon", "Radio pulmonaire"),
        ("ECG", "Électrocardiogramme de repos"),
        ("electrocardiogramme", "ECG 12 dérivations"),
        ("coloscopie", "Compte rendu de coloscopie"),
        ("fogd", "Endoscopie œso-gastro-duodénale"),
        ("doppler tsa", "Écho-doppler des troncs supra-aortiques"),
        ("coro", "Coronarographie"),
        ("mammo", "Mammographie de dépistage"),
        ("pl", "Ponction lombaire"),
        ("ostéodensitométrie", "DMO rachis et hanche"),
        ("scanner du rachis", "Scanner lombaire"),
        ("genou", "Arthroscopie du genou"),
    ],
)
def test_an_examination_by_any_of_its_names(typed: str, title: str) -> None:
    held = searchable(sheet(), (titled(title),))
    assert [f.guess for f in answer(typed, held).found] == [False]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("scanner cerebral", "IRM cérébrale"),
        ("scanner cerebral", "Scanner thoracique"),
        ("echo coeur", "Échographie hépatique"),
        ("radio", "Radiothérapie"),
        ("irm", "Infirmerie"),
        ("ecg", "EEG"),
        ("coloscopie", "Colposcopie"),
        ("fogd", "Fibroscopie bronchique"),
    ],
)
def test_another_examination_is_not_taken_for_it(typed: str, title: str) -> None:
    assert found(typed, documents=(titled(title),)) == []


@pytest.mark.parametrize(
    ("typed", "label", "code"),
    [
        ("INR", "INR", ""),
        ("inr", "Temps de Quick", "6301-6"),
        ("kaliémie", "Potassium", ""),
        ("K", "Potassium", ""),
        ("nfs", "Hémoglobine", ""),
        ("NFS", "Plaquettes", ""),
        ("iono", "Natrémie", ""),
        ("tropo", "Troponine T hs", ""),
        ("créat", "Créatininémie", ""),
        ("dfg", "DFG (CKD-EPI)", ""),
        ("bilan hepatique", "ASAT", ""),
        ("ddimeres", "D-dimères", ""),
        ("gaz du sang", "Lactates", "11558-4"),
    ],
)
def test_a_result_by_any_of_its_names_and_by_its_code(typed: str, label: str, code: str) -> None:
    codes = (Coding("http://loinc.org", code),) if code else ()
    assert found(typed, (line(Kind.RESULT, label, "2026-01-01", codes=codes),)) == [label]


@pytest.mark.parametrize("vaccine", ["REVAXIS", "Boostrixtetra", "Tétanos", "DTPolio rappel", "Infanrix Hexa"])
def test_a_vaccine_by_its_disease(vaccine: str) -> None:
    lines = (line(Kind.VACCINATION, vaccine, "2016-10-04"), line(Kind.VACCINATION, "PNEUMOVAX", "2018"))
    assert found("vaccin tetanos", lines) == [vaccine]


@pytest.mark.parametrize(
    ("typed", "name"), [("scaner", "scanner"), ("sacnner", "scanner"), ("colosopie", "coloscopie")]
)
def test_a_slip_is_understood_and_marked_as_a_guess(typed: str, name: str) -> None:
    told = answer(typed, searchable(sheet(), (titled("Scanner"), titled("Coloscopie"))))
    assert [(f.told.what.lower(), f.guess) for f in told.found] == [(name, True)]
    assert [taken for _typed, taken in told.taken_for] == [name]


def test_an_examination_of_no_stated_part_may_be_the_one() -> None:
    told = answer("scanner cerebral", searchable(sheet(), (titled("Scanner"),)))
    assert [f.guess for f in told.found] == [True]


def test_newest_first_with_when_where_and_result() -> None:
    labs = line(Kind.RESULT, "INR", "2026-11-18", "2026-09-27", "2026-10-27", detail="2.8")
    author = Author("1", "Dr A", organisation_name="Laboratoire")
    entry = document("d-INR-2026-11-18", authors=(author,))
    told = [f.told for f in answer("inr", searchable(sheet(labs), (entry,))).found]
    assert [t.when for t in told] == ["2026-11-18", "2026-10-27", "2026-09-27"]
    assert (told[0].result, told[0].organisation, told[0].proof) == ("2.8", "Laboratoire", Proof.RESULT)


@pytest.mark.parametrize(
    ("made", "proof"),
    [
        (line(Kind.PROCEDURE, "Coloscopie", "2026-01-01"), Proof.PROCEDURE),
        (line(Kind.PROCEDURE, "Coloscopie", "2026-01-01", marks=frozenset({Mark.REIMBURSED})), Proof.REIMBURSED),
        (line(Kind.PROCEDURE, "Coloscopie", "2026-01-01", marks=frozenset({Mark.PRESCRIBED})), Proof.PRESCRIBED),
        (line(Kind.PROCEDURE, "Coloscopie", "2026-01-01", assertion=Assertion.NEGATED), Proof.NEGATED),
        (line(Kind.PLAN, "Coloscopie", "2026-01-01"), Proof.PLANNED),
    ],
)
def test_what_is_only_paid_prescribed_or_planned_is_not_done(made: Line, proof: Proof) -> None:
    assert [f.told.proof for f in answer("coloscopie", searchable(sheet(made), ())).found] == [proof]


def test_a_prescription_or_a_reimbursement_is_no_report() -> None:
    documents = (titled("Coloscopie", type_="57832-8"), titled("Coloscopie (remb.)", "2025", type_="REMB"))
    proofs = [f.told.proof for f in answer("coloscopie", searchable(sheet(), documents)).found]
    assert proofs == [Proof.PRESCRIBED, Proof.REIMBURSED]


def test_who_says_that_there_is_none_tells_of_no_examination() -> None:
    assert found("coloscopie", (line(Kind.PROCEDURE, "Coloscopie", "2026", assertion=Assertion.NONE),)) == []


def test_a_withdrawn_document_counts_for_nothing_and_unread_ones_are_counted() -> None:
    gone = titled("Coloscopie", status=DocumentStatus.ENTERED_IN_ERROR, readable="nothing")
    assert found("coloscopie", documents=(gone,)) == []
    assert unread((gone, titled("a", readable="attachment"), titled("b"))) == 1


def test_every_name_finds_itself() -> None:
    for name, meant in by_name().items():
        assert meant
        told = answer(" ".join(name), searchable(sheet(), (titled(" ".join(name)),)))
        assert [f.guess for f in told.found] == [False], name


def test_no_name_is_without_a_pattern() -> None:
    assert all(concept.patterns and all(concept.patterns) for concept in concepts())


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    held = searchable(sheet(line(Kind.RESULT, "INR", "2026-01-01")), (titled("Scanner (cérébral) [x] *"),))
    assert len(answer(typed, held).found) <= len(held)


def test_several_examinations_in_one_breath_are_each_looked_for() -> None:
    inr, potassium = line(Kind.RESULT, "INR", "2026-11-18"), line(Kind.RESULT, "Potassium", "2026-11-18")
    held = searchable(Sheet("p", "", (Topic(Kind.RESULT, Presence.STATED, (inr, potassium)),)), ())
    assert [found.told.what for found in answer("tp inr", held).found] == ["INR"]
    assert {found.told.what for found in answer("INR kaliémie", held).found} == {"INR", "Potassium"}


def test_dt_is_the_vaccine_against_tetanus_and_diphtheria() -> None:
    given = line(Kind.VACCINATION, "REVAXIS", "2013-03-19")
    held = searchable(Sheet("p", "", (Topic(Kind.VACCINATION, Presence.STATED, (given,)),)), ())
    assert [found.told.what for found in answer("dT", held).found] == ["REVAXIS"]
