"""The demonstration's documents, read back by the reader that reads everybody's."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO

import pytest
from lxml import etree
from pypdf import PdfReader

from dmp_tui.demo.clinical import day
from dmp_tui.demo.documents import Built, documents_of
from dmp_tui.demo.histories import HISTORIES
from dmp_tui.demo.patients import PATIENTS, patient
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Reading, Status
from dmp_tui.dmp.reading import read_document

TODAY = date(2026, 5, 4)
DOCUMENTS = {p.key: documents_of(p, TODAY) for p in PATIENTS}
ALL = [(key, built.name) for key, documents in DOCUMENTS.items() for built in documents]


def built(key: str, name: str) -> Built:
    return next(one for one in DOCUMENTS[key] if one.name == name)


def reading(key: str, name: str) -> Reading:
    return read_document(built(key, name).content)


def of(kind: Kind, entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind is kind]


def test_there_are_about_a_hundred_documents_and_forty_of_the_eldest() -> None:
    assert len(ALL) >= 95
    assert len(DOCUMENTS["duval"]) == 40


def test_every_history_belongs_to_a_patient_with_a_record() -> None:
    assert set(HISTORIES) <= {p.key for p in PATIENTS if p.status != "none"}
    assert "nguyen" not in HISTORIES


@pytest.mark.parametrize(("key", "name"), ALL)
def test_every_document_says_what_its_metadata_say(key: str, name: str) -> None:
    document = built(key, name)
    read = read_document(document.content)
    someone = patient(key)
    assert read.unique_id == document.unique_id
    assert read.type.code == document.kind.type.code
    assert read.title == document.title
    assert read.date.startswith(document.on)
    assert (someone.ins.oid, someone.ins.matricule) in read.subject.identifiers
    assert read.subject.traits.family == someone.family
    assert [document.author.family in author.name for author in read.authors] == [True]
    assert read.unread == ()


@pytest.mark.parametrize(("key", "name"), ALL)
def test_no_document_is_of_the_future(key: str, name: str) -> None:
    assert date.fromisoformat(built(key, name).on) <= TODAY


@pytest.mark.parametrize(("key", "name"), ALL)
def test_every_reference_leads_to_words(key: str, name: str) -> None:
    """Entry ids point to cells that are there."""
    tree = etree.fromstring(built(key, name).content)
    ids = {str(element.get("ID")) for element in tree.iter() if element.get("ID")}
    targets = {str(element.get("value"))[1:] for element in tree.iter("{urn:hl7-org:v3}reference")}
    assert targets <= ids


def test_the_same_day_writes_the_same_bytes() -> None:
    for someone in PATIENTS:
        assert documents_of(someone, TODAY) == DOCUMENTS[someone.key]


def test_the_allergy_is_contradicted_in_three_ways_and_prescribed_again() -> None:
    mild = of(Kind.ALLERGY, reading("leroy", "vsm").entries)[0]
    severe = of(Kind.ALLERGY, reading("leroy", "urgences").entries)[0]
    none = of(Kind.ALLERGY, reading("leroy", "liaison").entries)[0]
    prescribed = of(Kind.TREATMENT, reading("leroy", "ordonnance").entries)[0]
    assert [reaction.label for reaction in mild.reactions] == ["Urticaire"]
    assert mild.criticality is Criticality.LOW
    assert [reaction.label for reaction in severe.reactions] == ["Choc anaphylactique", "Bronchospasme"]
    assert {reaction.criticality for reaction in severe.reactions} == {Criticality.HIGH}
    assert {coding.code for coding in mild.codes} & {coding.code for coding in severe.codes}
    assert none.assertion is Assertion.NONE
    assert "J01CR02" in {coding.code for coding in prescribed.codes}
    assert Mark.PRESCRIBED in prescribed.marks


def test_anticoagulant_and_antiplatelet_stand_together_with_two_doses() -> None:
    summary = of(Kind.TREATMENT, reading("garnier", "vsm").entries)
    visit = of(Kind.TREATMENT, reading("garnier", "cardiologie").entries)
    codes = {coding.code for entry in summary for coding in entry.codes}
    assert {"B01AA03", "B01AC04"} <= codes
    assert summary[0].label == visit[0].label
    assert summary[0].dose != visit[0].dose
    values = [of(Kind.RESULT, reading("garnier", f"inr-{n}").entries)[0].value for n in range(1, 6)]
    assert values == ["2.4", "2.9", "3.6", "2.7", "3.1"]


def test_the_pregnancy_ends_in_the_future() -> None:
    pregnancy = of(Kind.PREGNANCY, reading("benali", "synthese").entries)
    said = " ".join(f"{entry.label} {entry.value} {entry.end} {entry.noted} {entry.words}" for entry in pregnancy)
    assert pregnancy
    assert day("+3m", TODAY) in said or "04/08/2026" in said


def test_a_stopped_treatment_is_over_and_a_current_one_is_not() -> None:
    entries = of(Kind.TREATMENT, reading("kowalski", "neurologie").entries)
    by_label = {entry.label: entry for entry in entries}
    assert by_label["DEPAKINE CHRONO 500 mg, comprimé LP"].status is Status.ENDED
    assert by_label["LAMICTAL 100 mg, comprimé"].status is Status.ACTIVE


def test_directives_keep_the_patient_s_words() -> None:
    entries = of(Kind.DIRECTIVE, reading("bernard", "directives").entries)
    assert "Je ne veux pas être réanimée." in {entry.value for entry in entries}


def test_the_trusted_person_is_named() -> None:
    people = [e.person for e in of(Kind.CONTACT, reading("bernard", "directives").entries) if e.person]
    assert "trusted" in {person.kind for person in people}


def test_the_record_names_another_given_name() -> None:
    assert reading("perrin", "vsm").subject.traits.given == "Camilla"
    assert patient("perrin").given == "Camille"


def test_masked_documents_say_so_and_the_others_do_not() -> None:
    masked = {(key, b.name) for key, held in DOCUMENTS.items() for b in held if "MASQUE_PS" in b.confidentiality}
    assert masked == {("fontaine", "infectiologie"), ("fontaine", "psychiatrie"), ("roussel", "psychiatrie")}
    assert all("N" in b.confidentiality for held in DOCUMENTS.values() for b in held)


def test_a_document_replaces_one_of_the_same_patient() -> None:
    replacing = built("schmitt", "remplacant")
    assert replacing.replaces == built("schmitt", "remplace").unique_id
    assert reading("schmitt", "remplacant").replaces == (replacing.replaces,)


def test_reimbursements_are_of_every_kind_and_marked() -> None:
    entries = reading("garnier", "remboursements").entries
    assert {Kind.TREATMENT, Kind.VACCINATION, Kind.PROCEDURE, Kind.DEVICE} <= {entry.kind for entry in entries}
    assert all(Mark.REIMBURSED in entry.marks for entry in entries if entry.kind is not Kind.CONTACT)
    assert not any(entry.dose for entry in entries)


def test_a_planned_treatment_lies_ahead_and_a_stopped_one_behind() -> None:
    (planned,) = of(Kind.TREATMENT, reading("garnier", "ordonnance-coloscopie").entries)
    assert planned.start > TODAY.isoformat()
    stopped = of(Kind.TREATMENT, reading("garnier", "sortie-infarctus").entries)
    assert {entry.status for entry in stopped if entry.end} == {Status.ENDED}


def test_values_are_repeated_over_months() -> None:
    def days(key: str, label: str) -> set[str]:
        entries = [entry for document in DOCUMENTS[key] for entry in read_document(document.content).entries]
        return {entry.noted[:10] for entry in entries if entry.kind is Kind.RESULT and entry.label == label}

    assert len(days("garnier", "INR")) >= 7
    assert len(days("haddad", "HbA1c")) >= 5
    assert len(days("garnier", "Créatinine")) >= 4


def test_an_image_report_is_a_pdf_with_text() -> None:
    attachments = reading("rossi", "scanner").attachments
    assert [attachment.media_type for attachment in attachments] == ["application/pdf"]
    text = PdfReader(BytesIO(attachments[0].content)).pages[0].extract_text()
    assert "produit de contraste iodé" in text
    assert "ROSSI Paola" in text


def test_a_long_text_makes_several_pages_and_keeps_parentheses() -> None:
    pages = PdfReader(BytesIO(text_pdf((*["ligne"] * 60, "(fin) é \\")))).pages
    assert len(pages) == 2
    assert "(fin) é \\" in pages[1].extract_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3d", "2026-05-01"),
        ("-6m", "2025-11-04"),
        ("+2m", "2026-07-04"),
        ("-2y", "2024-05-04"),
        ("2012-05", "2012-05"),
        ("", ""),
    ],
)
def test_dates_are_counted_from_the_day(text: str, expected: str) -> None:
    assert day(text, TODAY) == expected


def test_a_month_that_is_too_short_gives_its_last_day() -> None:
    assert day("-1m", date(2026, 3, 31)) == "2026-02-28"
