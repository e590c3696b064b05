"""What the six reference files say, as a person reads them."""

from collections import Counter

from dmp_tui.dmp.entries import (
    Assertion,
    Criticality,
    Kind,
    Person,
    Reading,
    Status,
)
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.identity import Sex
from tests.reference import needs_reference, reference_files


def reference(name: str) -> Reading:
    (path,) = reference_files(f"data/ips/{name}")
    return read_fhir_document(path.read_bytes())


def counts(reading: Reading) -> dict[str, int]:
    return dict(Counter(e.kind.value for e in reading.entries))


@needs_reference
def test_reference_ips_bundle_01() -> None:
    reading = reference("IPS_IG-bundle-01.json")
    assert counts(reading) == {"problem": 2, "treatment": 2, "allergy": 2, "plan": 1, "result": 6, "contact": 1}
    assert reading.unread == ()
    assert reading.unique_id == "2.16.724.4.8.10.200.10^175bd032-8b00-4728-b2dc-748bb1501aed"
    assert reading.type.code == "60591-5"
    assert (reading.format, reading.language, reading.confidentiality) == ("fhir-ips", "en-GB", ("N",))
    assert reading.authors == (Person("Beetje van Hulp", "Doctor of Medicine"),)
    assert (reading.custodian, reading.custodian_id) == ("Anorg Aniza Tion BV / The best custodian ever", "564738757")
    assert reading.subject.identifiers == (("2.16.840.1.113883.2.4.6.3", "574687583"),)
    assert (reading.subject.traits.family, reading.subject.traits.sex) == ("DeLarosa", Sex.F)
    assert reading.service_end == "2017-12-11T14:30:00+01:00"
    assert [p.title for p in reading.parts] == [
        "Active Problems", "Medication", "Allergies and Intolerances", "History of Past Illness", "Plan of Treatment",
        "Results",
    ]  # fmt: skip
    by_label = {e.label: e for e in reading.entries}
    penicillin = by_label["Substance with penicillin structure and antibacterial mechanism of action (substance)"]
    assert (penicillin.criticality, penicillin.status, penicillin.start) == (Criticality.HIGH, Status.ACTIVE, "2010")
    assert by_label["No known food allergy (situation)"].assertion is Assertion.NONE
    cancer = by_label["Malignant tumor of breast"]
    assert (cancer.status, cancer.start, cancer.end) == (Status.ENDED, "2015-01", "2015-03")
    assert cancer.criticality is Criticality.HIGH
    assert by_label["Product containing anastrozole (medicinal product)"].dose == "1 tablet, 1 x / d, Oral use"
    blood = by_label["ABO and Rh group [Type] in Blood"]
    assert (blood.value, blood.words) == ("Blood group A Rh(D) positive", "Blood typing")
    hba1c = by_label["Hemoglobin A1c/Hemoglobin.total in Blood by HPLC"]
    assert (hba1c.value, hba1c.unit, hba1c.words) == ("7.5", "%", "Above stated goal of 7.0 %")
    assert by_label["Bacteria identified in Isolate"].words == "Healthy carrier of MRSA"
    assert by_label["Martha Mum"].person == Person(
        "Martha Mum", "mère", ("+33-555-20036",), "Promenade des Anglais 111, 69001 Lyon, FR"
    )


@needs_reference
def test_reference_minimal() -> None:
    reading = reference("IPS_IG_bundle-minimal.json")
    assert counts(reading) == {"problem": 1, "treatment": 1, "allergy": 1, "contact": 1}
    problem = next(e for e in reading.entries if e.kind is Kind.PROBLEM)
    assert problem.code_label == "Menopausal and female climacteric states"
    assert "Menopausal Flushing" in problem.words


@needs_reference
def test_reference_without_information() -> None:
    reading = reference("IPS_IG_bundle-no-info-required-sections.json")
    said = {e.kind: e.assertion for e in reading.entries if e.assertion is not Assertion.STATED}
    assert said == dict.fromkeys((Kind.ALLERGY, Kind.PROBLEM, Kind.TREATMENT), Assertion.NO_DATA)
    assert counts(reading) == {"allergy": 1, "problem": 1, "treatment": 1, "vaccination": 2, "contact": 2}
    flu = [e for e in reading.entries if e.kind is Kind.VACCINATION]
    assert [(e.start, e.dose) for e in flu] == [("2020-07-03", "dose 2"), ("2019-06-03", "dose 1")]
    assert "lot B52b" in flu[0].words
    rabbit = next(e.person for e in reading.entries if "Rabbit" in e.label)
    assert rabbit is not None
    assert (rabbit.phones, rabbit.kind) == (("07 853 9191",), "C")


@needs_reference
def test_reference_nhs() -> None:
    reading = reference("UK_NHS_SCRSummary.json")
    assert counts(reading) == {
        "problem": 2, "allergy": 2, "treatment": 2, "vaccination": 2, "result": 2, "procedure": 2,
    }  # fmt: skip
    assert reading.authors == (Person("Acme Inc. Shared Care Record"),)
    by_label = {e.label: e for e in reading.entries}
    rash = by_label["Adverse reaction to tetanus vaccine"].reactions
    assert [(r.label, r.criticality) for r in rash] == [("Generalised rash", Criticality.MODERATE)]
    paracetamol = by_label["Paracetamol 500mg tablets"]
    assert (paracetamol.dose, paracetamol.author) == ("Take as needed; 500 milligram", "The Greenway Practice")
    ferritin = by_label["Ferritin"]
    assert (ferritin.value, ferritin.reference, ferritin.interpretation) == ("538", "15 - 300 %", "H")
    assert ferritin.words == "IRON STUDIES"
    assert by_label["Iron"].value == "20.5"


@needs_reference
def test_reference_epic() -> None:
    reading = reference("US_Epic_Jan_emptyReason.json")
    assert counts(reading) == {"problem": 5, "allergy": 1, "treatment": 1, "vaccination": 6, "contact": 1}
    allergy = next(e for e in reading.entries if e.kind is Kind.ALLERGY)
    assert (allergy.assertion, allergy.label) == (Assertion.NONE, "No known active allergies")
    treatment = next(e for e in reading.entries if e.kind is Kind.TREATMENT)
    assert (treatment.assertion, treatment.label) == (Assertion.NO_DATA, "Not on file")
    ended = [e.label for e in reading.entries if e.kind is Kind.PROBLEM and e.status is Status.ENDED]
    assert ended == ["Acute tension-type headache", "Cancer associated pain"]
    vaccines = [e for e in reading.entries if e.kind is Kind.VACCINATION]
    refused = [(e.label, e.start) for e in vaccines if e.assertion is Assertion.NEGATED]
    assert refused == [
        ("Yellow Fever, Live", "2021-07-15T19:10:00Z"),
        ("Mumps", "2024-09-18"),
        ("Pfizer COVID-19 Vaccine CORRECT", "2024-10-09"),
    ]
    assert any(e.words.startswith("Patient Refused; travel plan cancelled.") for e in vaccines)


@needs_reference
def test_reference_incomplete() -> None:
    reading = reference("new_incomplete_IPS_Example.json")
    assert counts(reading) == {
        "allergy": 1, "problem": 2, "treatment": 3, "vaccination": 8, "result": 64, "vital": 6, "social": 2, "alert": 1,
        "plan": 1, "procedure": 1, "device": 1, "contact": 1,
    }  # fmt: skip
    assert reading.unread == ()
    by_label = {e.label: e for e in reading.entries}
    assert by_label["No known allergy"].assertion is Assertion.NONE
    assert by_label["cilazapril 500 microgram tablet, 90"].status is Status.ENDED
    assert by_label["Total hip replacement"].start == "2000-04-28"
    assert by_label["Hip prosthesis, device (physical object)"].status is Status.ACTIVE
    assert "triggering gout attacks" in by_label["Shellfish free diet"].words
    pressures = [(e.value, e.noted) for e in reading.entries if e.label == "Systolic blood pressure"]
    assert pressures == [("140", "2024-02-16T08:50:00+00:00"), ("140", "2024-08-30T08:32:00+00:00")]
    ratios = {e.value for e in reading.entries if e.label.startswith("Cholesterol.total/")}
    assert ratios == {"4.1", "4.0", "4.2"}
    assert by_label["Tobacco smoking status"].value == "Never smoker"
    contact = by_label["Vicki JORDAN JORDAN"].person
    assert contact is not None
    assert contact.phones == ("21884820", "853 3279")
