"""Treatments, prescriptions, dispensations, reimbursements and vaccines."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark, Status
from tests.dmp.cda.build import (
    ATC,
    CIP,
    CIS,
    LOINC,
    SNOMED,
    cell,
    code,
    document,
    interval,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)

HEADERS = ("Date de début", "Date de fin", "Médicament", "Posologie", "Voie d'administration")
ROW = table(HEADERS, ("01/02/2021", "-", cell("med", "COUMADINE 2 mg"), "1 cp/j", "Voie orale"))
PRODUCT = code(
    "code",
    "63245753",
    CIS,
    "COUMADINE 2 mg, comprimé sécable",
    inner=ref("med") + code("translation", "3400935693099", CIP, "COUMADINE 2 mg boîte"),
)


def treatments(
    *entries: str, loinc: str = "10160-0", title: str = "Traitements", text: str = ROW, type_code: str = "60591-5"
) -> list[Entry]:
    reading = read_cda(document(section(loinc, title, text, *entries), type_code=type_code))
    return [entry for entry in reading.entries if entry.kind in {Kind.TREATMENT, Kind.VACCINATION, Kind.DEVICE}]


def test_words_codes_dates_and_dosage() -> None:
    (entry,) = treatments(medicine(PRODUCT, time=interval("20210201", kind="IVL_TS")))
    assert (entry.label, entry.dose) == ("COUMADINE 2 mg", "1 cp/j, Voie orale")
    assert (entry.start, entry.end, entry.status) == ("2021-02-01", "", Status.ACTIVE)
    assert [c.code for c in entry.codes] == ["63245753", "3400935693099"]
    assert entry.code_label == "COUMADINE 2 mg, comprimé sécable"
    assert entry.marks == frozenset()


@pytest.mark.parametrize(
    ("loinc", "title", "end", "mood", "status"),
    [
        ("10160-0", "Traitements", "", "EVN", Status.ACTIVE),
        ("10160-0", "Traitements", "", "INT", Status.ACTIVE),
        ("10160-0", "Traitements", "20230301", "EVN", Status.ENDED),
        ("10160-0", "Traitements", "20240301", "EVN", Status.ACTIVE),
        ("10160-0", "Traitements arrêtés", "", "EVN", Status.ENDED),
        ("10183-2", "Traitements à la sortie", "20240301", "EVN", Status.ACTIVE),
        ("42346-7", "Traitements à l'admission", "", "EVN", Status.ACTIVE),
        ("18610-6", "Traitements arrêtés", "", "EVN", Status.ENDED),
        ("18776-5", "Plan de soins", "", "INT", Status.PLANNED),
    ],
)
def test_section_and_end_decide_never_completed(loinc: str, title: str, end: str, mood: str, status: Status) -> None:
    (entry,) = treatments(
        medicine(PRODUCT, time=interval("20210201", end, kind="IVL_TS"), attributes=f'moodCode="{mood}"'),
        loinc=loinc,
        title=title,
    )
    assert entry.status is status
    assert (entry.kind, entry.end[:4]) == (Kind.TREATMENT, end[:4])


def test_a_prescription_is_marked_and_its_steps_are_said() -> None:
    step = medicine('<code nullFlavor="NA"/>', time=('<effectiveTime xsi:type="PIVL_TS">'
        '<period value="12" unit="h"/></effectiveTime>'),
                    inner=('<doseQuantity><low value="1" unit="{tablet}"/><high value="2" unit="{tablet}"/>'
                        '</doseQuantity>'), attributes='moodCode="INT"')  # fmt: skip
    (entry,) = treatments(
        medicine(code("code", "1", CIS, "DOLIPRANE 500 mg"), attributes='moodCode="INT"', more="").replace(
            "</substanceAdministration>", related(step, "COMP") + "</substanceAdministration>"
        ),
        loinc="57828-6",
        title="Prescription",
        text="",
        type_code="57833-6",
    )
    assert entry.marks == {Mark.PRESCRIBED}
    assert entry.dose == "1 comprimé à 2 comprimés, toutes les 12 heures"


def test_reimbursed_medicines_are_not_known_to_be_taken() -> None:
    supply = related(
        '<supply classCode="SPLY" moodCode="EVN"><performer><time value="20231105"/></performer></supply>', "REFR"
    )
    (entry,) = treatments(
        medicine(PRODUCT).replace("</substanceAdministration>", supply + "</substanceAdministration>"),
        text="",
        type_code="REMB",
    )
    assert entry.marks == {Mark.REIMBURSED, Mark.PRESCRIBED}
    assert (entry.status, entry.start, entry.noted) == (Status.UNKNOWN, "", "2023-11-05")


def test_nothing_reimbursed_is_not_nothing_taken() -> None:
    none = medicine(code("code", "no-known-medications", "1.2.3"))
    (taken,) = treatments(none, text="Aucun traitement")
    (reimbursed,) = treatments(none, text="Aucun traitement", type_code="REMB")
    assert (taken.assertion, reimbursed.assertion) == (Assertion.NONE, Assertion.NO_DATA)


@pytest.mark.parametrize(
    ("entry", "text", "assertion"),
    [
        (medicine('<code nullFlavor="NA"/>', own=code("code", "182849000", SNOMED)), "", Assertion.NONE),
        (medicine('<code nullFlavor="NA"/>', own=code("code", "182904002", SNOMED)), "", Assertion.NO_DATA),
        (medicine('<code nullFlavor="NA"/>'), "Pas de traitement au long cours", Assertion.NONE),
        (medicine('<code nullFlavor="UNK"/>'), "", Assertion.NO_DATA),
        (medicine('<code nullFlavor="UNK"/>'), "Voir ordonnance", Assertion.UNREADABLE),
        (medicine(PRODUCT, attributes='negationInd="true"'), ROW, Assertion.NEGATED),
    ],
)
def test_agentless_and_negated_medicines(entry: str, text: str, assertion: Assertion) -> None:
    (found,) = treatments(entry, text=text)
    assert found.assertion is assertion


def test_the_dose_in_words_is_shown_and_another_in_the_structure_marked() -> None:
    (entry,) = treatments(
        medicine(
            PRODUCT,
            time=interval("20210201", kind="IVL_TS")
            + '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="6" unit="h"/></effectiveTime>',
            inner='<doseQuantity value="1" unit="{tablet}"/>',
        )
    )
    assert entry.dose.startswith("1 cp/j")
    assert Mark.CODE_DIFFERS in entry.marks
    assert "1 comprimé, toutes les 6 heures" in entry.code_label


def test_another_unit_of_strength_and_another_ingredient_are_marked() -> None:
    ingredient = (
        '<ingredient><quantity><numerator xsi:type="PQ" value="75" unit="mg"/></quantity><ingredient>'
        + code("code", "1", "9.9", "LÉVOTHYROXINE SODIQUE")
        + "<name>paracetamol</name></ingredient></ingredient>"
    )
    (entry,) = treatments(medicine(code("code", "2", CIS, "LEVOTHYROX 75 microgrammes"), more=ingredient), text="")
    assert entry.label == "LEVOTHYROX 75 microgrammes"
    assert entry.marks >= {Mark.PRODUCT_DIFFERS, Mark.CODE_DIFFERS}


def test_a_label_without_code_or_date() -> None:
    (entry,) = treatments(
        medicine('<code nullFlavor="NA"><originalText><reference value="med"/></originalText></code>')
    )
    assert (entry.label, entry.codes) == ("COUMADINE 2 mg", ())
    assert Mark.UNCODED in entry.marks


def test_rows_alone_are_treatments_with_their_dates_and_dose() -> None:
    (entry,) = treatments(text=ROW)
    assert (entry.label, entry.start, entry.dose, entry.status) == (
        "COUMADINE 2 mg",
        "2021-02-01",
        "1 cp/j, Voie orale",
        Status.ACTIVE,
    )
    assert entry.marks == {Mark.UNCODED}


def test_a_dispensed_supply_is_a_treatment_not_known_to_be_taken() -> None:
    supply = (
        '<supply classCode="SPLY" moodCode="EVN"><effectiveTime value="20240105"/><product>'
        f"<manufacturedProduct><manufacturedMaterial>{PRODUCT}</manufacturedMaterial></manufacturedProduct></product></supply>"
    )
    (entry,) = treatments(supply, loinc="60590-7", title="Dispensation", type_code="60593-1")
    assert (entry.kind, entry.label, entry.status) == (Kind.TREATMENT, "COUMADINE 2 mg", Status.UNKNOWN)
    assert Mark.PRESCRIBED in entry.marks


# --- vaccines ---------------------------------------------------------------------------------------------------------

VACCINE = code(
    "code", "60917345", CIS, "REVAXIS", inner=code("translation", "J07CA01", ATC, "Diphtérie-poliomyélite-tétanos")
)
IMMUNIZ = code("code", "IMMUNIZ", "2.16.840.1.113883.5.4")


@pytest.mark.parametrize(
    ("attributes", "type_code", "marks", "assertion"),
    [
        ("", "11369-6", frozenset(), Assertion.STATED),
        ('moodCode="INT"', "11369-6", frozenset({Mark.PRESCRIBED}), Assertion.STATED),
        ('negationInd="true"', "11369-6", frozenset(), Assertion.NEGATED),
        ("", "REMB", frozenset({Mark.PRESCRIBED, Mark.REIMBURSED}), Assertion.STATED),
    ],
)
def test_only_an_administration_is_an_injection(
    attributes: str, type_code: str, marks: frozenset[Mark], assertion: Assertion
) -> None:
    (entry,) = treatments(
        medicine(VACCINE, own=IMMUNIZ, time='<effectiveTime value="2016"/>', attributes=attributes),
        loinc="11369-6",
        text="",
        type_code=type_code,
    )
    assert (entry.kind, entry.label, entry.start, entry.assertion) == (Kind.VACCINATION, "REVAXIS", "2016", assertion)
    assert entry.marks == marks


def test_a_vaccine_handed_over_without_a_date_of_injection_is_prescribed() -> None:
    supply = related(
        '<supply classCode="SPLY" moodCode="EVN"><performer><time value="20231105"/></performer></supply>', "REFR"
    )
    entry = medicine(VACCINE, own=IMMUNIZ, time='<effectiveTime nullFlavor="UNK"/>').replace(
        "</substanceAdministration>", supply + "</substanceAdministration>"
    )
    (found,) = treatments(entry, loinc="11369-6", text="")
    assert (found.start, found.noted, found.marks) == ("", "2023-11-05", frozenset({Mark.PRESCRIBED}))


def test_the_words_say_that_it_was_not_done() -> None:
    text = table(("Vaccin", "Effectué (oui/non)"), (cell("v", "Tétanos"), "non"))
    product = code("code", "1", CIS, "VACCIN TETANIQUE", inner=ref("v"))
    (entry,) = treatments(medicine(product, own=IMMUNIZ), loinc="11369-6", text=text)
    assert entry.assertion is Assertion.NEGATED
    assert Mark.CODE_DIFFERS in entry.marks


def test_rank_lot_and_reaction_of_a_vaccine() -> None:
    rank = related(observation(code("code", "30973-2", LOINC), '<value xsi:type="INT" value="2"/>'))
    fever = related(
        observation(code("code", "418799008", SNOMED), code("value", "R50.2", "9.9", "Fièvre", kind="CD")), "CAUS"
    )
    entry = medicine(VACCINE, own=IMMUNIZ, more="<lotNumberText>A77</lotNumberText>").replace(
        "</substanceAdministration>", rank + fever + "</substanceAdministration>"
    )
    (found,) = treatments(entry, loinc="11369-6", text="")
    assert found.dose == "rang 2, lot A77"
    assert [r.label for r in found.reactions] == ["Fièvre"]


@pytest.mark.parametrize(
    ("written", "end", "status"), [("12/05/2009", "", Status.ACTIVE), ("12/03/2000", "2000-04-04", Status.ENDED)]
)
def test_a_coded_end_that_the_row_refutes_ends_nothing(written: str, end: str, status: Status) -> None:
    text = table(("Médicament", "Date", "INR"), (cell("m", "COUMADINE 5 mg"), written, "2,5"))
    taken = medicine(code("code", "63245753", CIS, "COUMADINE", inner=ref("m")), time=interval("20000328", "20000404"))
    (entry,) = read_cda(document(section("10160-0", "Traitements", text, taken))).entries
    assert (entry.status, entry.end) == (status, end)
    refuted = {Mark.CODE_DIFFERS, Mark.IMPLAUSIBLE_DATE} <= entry.marks
    assert refuted is (not end)
    assert ("fin 2000-04-04" in entry.code_label) is (not end)
