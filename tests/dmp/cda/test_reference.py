"""The ten CI-SIS example documents, against what a person read in them."""

from pathlib import Path

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, Criticality, Entry, Kind, Mark, Reading, Status
from dmp_tui.dmp.narrative import Picture, Table
from tests.reference import REFERENCE, needs_reference, reference_files

pytestmark = needs_reference


def load(name: str) -> Reading:
    assert REFERENCE is not None
    return read_cda((REFERENCE / "data" / "cda" / f"{name}.xml").read_bytes())


def of(reading: Reading, kind: Kind) -> list[Entry]:
    return [entry for entry in reading.entries if entry.kind is kind]


@pytest.mark.parametrize("path", reference_files("data/cda/*.xml"), ids=lambda path: path.stem)
def test_every_document_is_read_whole(path: Path) -> None:
    reading = read_cda(path.read_bytes())
    assert reading.unread == ()
    assert reading.subject.identifiers[0] == ("1.2.250.1.213.1.4.10", "279035121518989")
    assert (reading.subject.traits.family, reading.subject.traits.given) == ("PAT-TROIS", "DOMINIQUE MARIE-LOUISE")
    assert reading.subject.used_name == "PAT-TROIS DOMINIQUE"
    assert reading.authors
    assert reading.custodian
    assert reading.confidentiality == ("N",)
    assert reading.language == "fr-FR"
    assert all(entry.label for entry in reading.entries)
    assert Assertion.UNREADABLE not in {entry.assertion for entry in reading.entries}


def test_vsm() -> None:
    reading = load("VSM_1.4_2022.01")
    assert (reading.unique_id, reading.type.code, reading.type.system) == (
        "1.2.250.1.213.1.1.1.13.2022.1.1",
        "SYNTH",
        "urn:oid:1.2.250.1.213.1.1.4.12",
    )
    assert (reading.date, reading.service_start) == ("2020-03-12T11:17:00+01:00", "2020-03-12T11:17:00+01:00")
    assert [(e.label, e.status, e.start, e.end) for e in of(reading, Kind.PROBLEM)] == [
        ("Accident ischémique cérébral transitoire", Status.ACTIVE, "2019-08-11", ""),
        ("Angine de poitrine instable", Status.ACTIVE, "2019-08-11", ""),
        ("Pyélonéphrite aiguë", Status.ENDED, "2018-04-22", "2018-04-30"),
        ("Infarctus transmural inférieur", Status.ENDED, "2018-01-14", "2018-01-25"),
    ]
    (allergy,) = of(reading, Kind.ALLERGY)
    assert (allergy.label, allergy.start, allergy.codes[0].code) == ("Paracétamol", "2018-06-03", "60234100")
    assert allergy.status is Status.ACTIVE  # "Intermittent", coded "inactive"
    assert allergy.marks == {Mark.CODE_DIFFERS}
    plavix, coumadine = of(reading, Kind.TREATMENT)
    assert (plavix.label, plavix.dose, plavix.status) == (
        "PLAVIX 75mg, comprimé pelliculé",
        "1 cp/j, Voie orale",
        Status.ACTIVE,
    )
    assert (coumadine.codes[0].code, coumadine.start, coumadine.end) == ("63245753", "2019-08-11", "")
    assert "toutes les 6 heures" in coumadine.code_label
    assert plavix.marks == coumadine.marks == {Mark.CODE_DIFFERS}
    assert next(e.label for e in of(reading, Kind.ALERT)) == "ECG Hémibloc antérieur gauche"
    (family,) = of(reading, Kind.FAMILY)
    assert (family.label, family.person and family.person.role) == ("Anémie drépanocytaire", "Mère")
    assert [(p.depth, p.code) for p in reading.parts][:3] == [(0, "46612-8"), (1, "34117-2"), (2, "11450-4")]
    assert [(e.person.kind, e.person.name) for e in of(reading, Kind.CONTACT) if e.person] == [
        ("C", "NESSI Sophie"),
        ("trusted", "NESSI Sophie"),
        ("", "Dr MEDIONI Stéphane"),
        ("guardian", "NESSI Jeanne"),
    ]


def test_dlu() -> None:
    reading = load("DLU-EHPAD-DLU_2022.01")
    assert reading.type.code == "74207-2"
    shellfish, paracetamol = of(reading, Kind.ALLERGY)
    assert (shellfish.status, shellfish.start, shellfish.end) == (Status.ENDED, "2019-06-30", "2019-07-17")
    assert (paracetamol.label, paracetamol.start, paracetamol.status) == ("Paracétamol", "2014-01-07", Status.UNKNOWN)
    (ampicillin,) = of(reading, Kind.TREATMENT)
    assert (ampicillin.status, ampicillin.end) == (Status.ENDED, "2020-03-09")
    assert ampicillin.dose == "de 2 à 4 CP, par 1 jour(s)"
    (directive,) = of(reading, Kind.DIRECTIVE)
    assert (directive.value, directive.assertion, directive.noted) == ("oui", Assertion.STATED, "2018-02-21")
    assert "ftp://ftp.ihe.net/advancedirectives" in directive.words
    observed = {e.label: e for e in of(reading, Kind.FUNCTIONAL)}
    assert len(observed) == 15
    assert (observed["risque suicidaire"].value, observed["risque suicidaire"].assertion) == ("oui", Assertion.STATED)
    assert (observed["fugue"].value, observed["fugue"].assertion) == ("non", Assertion.NEGATED)
    restraint = observed["contention"]  # coded true, written "non"
    assert (restraint.value, restraint.assertion) == ("non", Assertion.NEGATED)
    assert Mark.CODE_DIFFERS in restraint.marks
    (palliative,) = [e for e in of(reading, Kind.PLAN) if e.label == "Soins palliatifs"]
    assert (palliative.value, palliative.assertion) == ("non", Assertion.NEGATED)
    assert [(e.label, e.start) for e in of(reading, Kind.VACCINATION)] == [
        ("Tétanos", ""),
        ("Grippe", ""),
        ("Pneumocoque", ""),
    ]
    (germ,) = of(reading, Kind.RESULT)
    assert (germ.value, germ.codes[0].code) == ("non", "U83.71")
    assert [a.content[:5] for a in reading.attachments] == [b"%PDF-", b"%PDF-"]
    assert Picture("Attestation de mutuelle", "application/pdf") in reading.parts[-1].blocks


def test_ips() -> None:
    reading = load("IPS-FR_2024.01")
    assert reading.replaces == ("8D5E778C-E155-4685-95C6-5FF65A362964",)
    assert reading.version == "2"
    (allergy,) = of(reading, Kind.ALLERGY)
    assert (allergy.label, allergy.start, allergy.criticality, allergy.status) == (
        "Paracétamol",
        "2021-12-04",
        Criticality.LOW,
        Status.ACTIVE,
    )
    assert [(r.label, r.criticality) for r in allergy.reactions] == [
        ("Bronchospasme d'origine médicamenteuse", Criticality.MODERATE),
        ("Troubles allergiques ou d'hypersensibilité de la peau ou des muqueuses", Criticality.LOW),
    ]
    (effect,) = of(reading, Kind.ADVERSE_EFFECT)
    assert (effect.label, [r.label for r in effect.reactions]) == ("AMOXICILLINE EG 1G BUV SACH 6", ["nausées"])
    active, planned = (
        [e for e in of(reading, Kind.TREATMENT) if e.status is status] for status in (Status.ACTIVE, Status.PLANNED)
    )
    (levothyrox,) = active
    # 75 microgrammes written, 75 mg coded; an ingredient named paracetamol; 2024 written, 2022 coded
    assert levothyrox.label == "LEVOTHYROX 75 microgrammes, comprimé sécable"
    assert levothyrox.marks == {Mark.CODE_DIFFERS, Mark.PRODUCT_DIFFERS, Mark.IMPLAUSIBLE_DATE}
    assert (levothyrox.dose, levothyrox.start) == ("1 cp, 1 fois/j, Voie orale", "2022-02-11")
    assert [e.label for e in planned] == [
        "ROSUVASTATINE EG 5 mg, comprimé pelliculé",
        "Autre traitement : (texte libre)",
    ]
    assert all(e.marks == {Mark.PRESCRIBED} for e in planned)
    assert len(of(reading, Kind.PROBLEM)) == 7
    stroke = next(e for e in of(reading, Kind.PROBLEM) if "Ischémique" in e.label)
    assert (stroke.status, stroke.start, stroke.marks) == (
        Status.ENDED,
        "2018-04-22",
        frozenset({Mark.IMPLAUSIBLE_DATE}),
    )
    status, due, *_ = of(reading, Kind.PREGNANCY)
    assert (status.value, status.status) == ("patiente actuellement enceinte", Status.ACTIVE)
    assert (due.label, due.value) == ("Date prévisionnelle d'accouchement", "2024-09-03")
    directives = {e.label: e.value for e in of(reading, Kind.DIRECTIVE)}
    assert directives["Réanimation cardiaque et respiratoire"] == "Non autorisé"
    assert directives["Dialyse rénale"] == "Autorisé"
    crp, scan = of(reading, Kind.RESULT)
    assert (crp.label, crp.value, crp.unit, crp.reference) == ("CRP", "<1.0", "mg/L", "<6.0 mg/L")
    assert (scan.label, scan.value) == ("CT rachis dorsal avec contraste IV", "Pas d'embolie pulmonaire proximale")
    assert [(e.label, e.value, e.unit) for e in of(reading, Kind.VITAL)] == [
        ("Poids", "58", "kg"),
        ("Taille", "1.60", "m"),
    ]
    given = [e for e in of(reading, Kind.VACCINATION) if Mark.PRESCRIBED not in e.marks]
    assert [(e.start, e.dose) for e in given] == [
        ("2009-09-28", "rang 2, lot 4456672"),
        ("2009-09-28", "rang 1, lot 4456668"),
    ]
    assert [a.title for a in reading.attachments] == [
        "Directives anticipées",
        "Attestation de la carte vitale",
        "Attestation de mutuelle",
    ]


def test_letters_of_entry_and_discharge() -> None:
    entry, discharge = load("LDL-EES_2022.01"), load("LDL-SES_2022.01")
    (allergy,) = of(entry, Kind.ALLERGY)
    assert (allergy.assertion, allergy.criticality, allergy.reactions[0].negated) == (
        Assertion.STATED,
        Criticality.MODERATE,
        True,
    )
    (at_entry,) = of(entry, Kind.TREATMENT)
    assert (at_entry.label, at_entry.status, at_entry.section) == ("SOLIAN 100 mg", Status.ACTIVE, "42346-7")
    stopped, leaving = of(discharge, Kind.TREATMENT)
    assert (stopped.label, stopped.status, stopped.end) == ("SOLIAN 100 mg", Status.ENDED, "2019-10-29")
    assert (leaving.label, leaving.status, leaving.end) == ("LEPONEX 100 mg", Status.ACTIVE, "2020-02-02")
    assert leaving.dose == "1 comprimé, 1 fois / jour, 100 mg / jour, Dose max 300 mg / jour, prendre par la bouche"
    (none,) = of(discharge, Kind.ALLERGY)
    assert (none.assertion, none.label) == (
        Assertion.NONE,
        "Aucune allergie / intolérance identifiée pendant le séjour",
    )
    stay = {e.label: e for kind in (Kind.REASON, Kind.ALERT) for e in of(discharge, kind)}
    assert stay["Synthèse médicale"].value == "Infection respiratoire aigüe"
    assert stay["Transfusion de produits sanguins"].assertion is Assertion.NEGATED
    assert stay["Identification de micro-organismes multirésistants"].value == "Streptococcus pneumoniae"
    assert [e.label for e in of(discharge, Kind.PLAN)][1:] == ["Suivi par le psychiatre à prévoir", "Médecin traitant"]
    (pacemaker,) = of(discharge, Kind.DEVICE)
    assert pacemaker.label == "STIMULATEUR CARDIAQUE IMPLANTABLE TRIPLE CHAMBRE"


def test_reimbursements() -> None:
    reading = load("CNAM-HR_2021.01")
    assert all(Mark.REIMBURSED in e.marks for e in reading.entries if e.kind is not Kind.CONTACT)
    assert [(e.label, e.noted, e.status) for e in of(reading, Kind.TREATMENT)] == [
        ("LUDEAL CPR3/21", "2019-05-26", Status.UNKNOWN),
        ("CRESTOR 5MG CPR9/10", "2019-03-11", Status.UNKNOWN),
        ("PRODUIT HOMEOPATHIQUE", "2019-03-08", Status.UNKNOWN),
    ]
    assert all(Mark.PRESCRIBED in e.marks and not e.start for e in of(reading, Kind.VACCINATION))
    dressing = of(reading, Kind.DEVICE)[0]  # the code is a pacemaker's
    assert dressing.label.startswith("COMPRESSES")
    assert dressing.code_label.startswith("Stimulateur cardiaque")
    assert Mark.CODE_DIFFERS in dressing.marks
    assert len(of(reading, Kind.PROCEDURE)) == 17
    assert of(reading, Kind.PROCEDURE)[0].label == "Interventions majeures sur l'intestin grêle et le côlon, niveau 2"


def test_vaccinations() -> None:
    bcg, first, second, last = of(load("VAC_2023.01"), Kind.VACCINATION)
    assert (bcg.label, bcg.start, bcg.marks) == ("Vaccin antituberculeux", "1975", frozenset({Mark.IMPLAUSIBLE_DATE}))
    assert (first.start, second.start, second.dose) == ("2009-09-28", "2009-09-28", "rang 2, lot 4456672")
    assert first.reactions[0].label == "fièvre due à des médicaments"
    assert (last.label, last.code_label[:30]) == ("VACCIN MENINGOCOCCIQUE", "VACCIN MENINGOCOCCIQUE A+C POL")


def test_prescription() -> None:
    reading = load("eP-MED-DM_2024.01_PosoStruct")
    paracetamol, cream = of(reading, Kind.TREATMENT)
    assert (paracetamol.label, paracetamol.start, paracetamol.end) == (
        "PARACETAMOL MYLAN 500 mg, comprimé",
        "2023-12-01",
        "2023-12-06",
    )
    assert paracetamol.dose.startswith("3 fois/j à partir du 01/12/2023 pendant 2 jours; 2 fois/j")
    assert paracetamol.dose.endswith("A prendre au cours d'un repas")
    assert cream.label == "Préparation magistrale : - 30g de diprosone - 70g de Cérat Frais de Galien"
    assert cream.marks == {Mark.PRESCRIBED, Mark.UNCODED}
    (bed,) = of(reading, Kind.DEVICE)
    assert bed.label.startswith("Lit médical, lit + 135 kg")
    assert (bed.status, bed.marks) == (Status.PLANNED, frozenset({Mark.PRESCRIBED}))
    assert [(e.value, e.unit) for e in of(reading, Kind.VITAL)] == [("55", "kg"), ("170", "cm")]
    (pregnant,) = of(reading, Kind.PREGNANCY)
    assert (pregnant.value, pregnant.status) == ("Enceinte", Status.ACTIVE)
    assert [a.media_type for a in reading.attachments] == ["image/png", "application/pdf"]  # whatever it declares


def test_laboratory_reports() -> None:
    pdf, structured = load("BIO-CR-BIO_2021.01_CDA-R2-Niveau-1"), load("BIO-CR-BIO_2024.01_Glycemie_mole")
    assert (pdf.format, pdf.parts) == ("cda-n1", ())
    assert [e.kind for e in pdf.entries] == [Kind.CONTACT] * 3
    assert pdf.attachments[0].content.startswith(b"%PDF-")
    (glucose,) = of(structured, Kind.RESULT)
    assert (glucose.label, glucose.value, glucose.unit, glucose.noted) == (
        "Glycémie à jeun",
        "4.89",
        "mmol/L",
        "2014-04-02T14:55:21+02:00",
    )
    assert (glucose.reference, glucose.interpretation) == ("(3.89 - 6.00)", "N")  # coded 3.89 - 3.89
    assert glucose.marks == {Mark.CODE_DIFFERS}
    table = next(block for block in structured.parts[1].blocks if isinstance(block, Table))
    assert table.header == ("AUTRES EXAMENS DE BIOCHIMIE SANGUINE", "Résultats", "Valeurs de référence")
    assert table.rows[1] == ("", "0.88 g/L", "(0.70 - 1.08)")
