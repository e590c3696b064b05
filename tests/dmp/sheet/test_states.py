"""States that change what an emergency may do."""

from datetime import date

import pytest

from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind
from dmp_tui.dmp.sheet.merge import merge
from dmp_tui.dmp.sheet.model import Origin, Sheet
from dmp_tui.dmp.sheet.states import is_past_term, is_pregnant, on_dialysis, state_code

TODAY = date(2026, 11, 22)
DOCUMENT = Origin("d1", Coding("http://loinc.org", "60591-5"), "Synthèse", "2026-10-05", "Dr A")


def sheet(*entries: Entry) -> Sheet:
    return merge([(DOCUMENT, entry) for entry in entries])


@pytest.mark.parametrize(
    ("kind", "label", "code"),
    [
        (Kind.PROBLEM, "Insuffisance rénale terminale, hémodialysé", "dialysis"),
        (Kind.PROCEDURE, "Greffe rénale", "transplant"),
        (Kind.PROCEDURE, "Greffe de peau", ""),
        (Kind.PROCEDURE, "Splénectomie post-traumatique", "asplenia"),
        (Kind.DEVICE, "Stimulateur cardiaque double chambre", "electric-device"),
        (Kind.DEVICE, "DAI", "electric-device"),
        (Kind.PROBLEM, "Daignostic", ""),
        (Kind.PROBLEM, "Hémophilie A sévère", "bleeding-disorder"),
        (Kind.PROBLEM, "Insuffisance surrénale lente", "adrenal"),
        (Kind.PROBLEM, "Insuffisance cardiaque", ""),
        (Kind.ALERT, "Intubation difficile", "difficult-airway"),
        (Kind.ALERT, "Hyperthermie maligne : risque", "malignant-hyperthermia"),
        (Kind.PROBLEM, "Pas de VIH", ""),
        (Kind.ALERT, "Refus de transfusion", ""),
        (Kind.TREATMENT, "Greffe rénale", ""),
    ],
)
def test_by_words(kind: Kind, label: str, code: str) -> None:
    assert state_code(kind, (), [label]) == code


def test_by_code_where_the_words_tell_nothing() -> None:
    icd = Coding("http://hl7.org/fhir/sid/icd-10", "Z99.2")
    assert state_code(Kind.PROBLEM, [icd], ["IRCT"]) == "dialysis"
    assert state_code(Kind.PROBLEM, [icd], ["Refus de dialyse"]) == ""


def test_it_marks_its_line_and_stands_first() -> None:
    found = sheet(Entry(Kind.PROBLEM, "Asthme"), Entry(Kind.PROBLEM, "Myasthénie"), Entry(Kind.PROBLEM, "Goutte"))
    assert [line.critical for line in found.topic(Kind.PROBLEM).lines] == ["myasthenia", "", ""]


def test_what_is_negated_marks_nothing() -> None:
    negated = Entry(Kind.PROBLEM, "Myasthénie", assertion=Assertion.NEGATED)
    [line] = sheet(negated).topic(Kind.PROBLEM).lines
    assert line.critical == ""


def test_dialysis() -> None:
    assert on_dialysis(sheet(Entry(Kind.PROBLEM, "Dialyse péritonéale")), TODAY)
    assert not on_dialysis(sheet(Entry(Kind.PROBLEM, "Dialyse péritonéale", end="2019")), TODAY)


def term(value: str, noted: str = "2026-06-01") -> Entry:
    return Entry(Kind.PREGNANCY, "Date prévue d'accouchement", value=value, noted=noted)


def test_a_pregnancy_ends_with_its_term() -> None:
    assert is_pregnant(sheet(term("2027-02-22")), TODAY)
    assert is_pregnant(sheet(term("2026-11-10")), TODAY)
    assert not is_pregnant(sheet(term("2025-02-22", "2024-09-01")), TODAY)
    [line] = sheet(term("2025-02-22", "2024-09-01")).topic(Kind.PREGNANCY).lines
    assert is_past_term(line, TODAY)


def test_a_later_statement_outlives_an_old_term() -> None:
    later = Entry(Kind.PREGNANCY, "Grossesse en cours", noted="2026-10-01")
    assert is_pregnant(sheet(term("2025-02-22", "2024-09-01"), later), TODAY)
    assert not is_pregnant(sheet(Entry(Kind.PREGNANCY, "Pas de grossesse", noted="2026-10-01")), TODAY)
    assert not is_pregnant(sheet(), TODAY)
