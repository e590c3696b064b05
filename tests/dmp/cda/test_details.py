"""What hangs on statements: method, sample, further values, hours, statuses, destinations, stages, sites."""

import base64
import zlib

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import Assertion, DocumentError, DocumentProblem, Entry, Kind, Reading, Status
from tests.dmp.cda.build import (
    CIS,
    ICD10,
    LOINC,
    SNOMED,
    allergy,
    cell,
    code,
    concern,
    document,
    medicine,
    observation,
    ref,
    related,
    section,
    table,
)

TERMS = "1.2.250.1.213.1.1.4.322"
TNM = "2.16.840.1.113883.15.6"
POTASSIUM = code("code", "2823-3", LOINC, "Potassium")


def read(*sections: str, type_code: str = "60591-5") -> Reading:
    return read_cda(document(*sections, type_code=type_code))


def one(*sections: str, type_code: str = "60591-5") -> Entry:
    (entry,) = read(*sections, type_code=type_code).entries
    return entry


def measured(value: str, *, more: str = "", time: str = "") -> Entry:
    return one(section("30954-2", "Résultats", "", observation(POTASSIUM, value + more, time=time)))


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        ('<value xsi:type="PQ" value="4,2" unit="mmol/L"/>', "4.2", "mmol/L"),
        ('<value xsi:type="PQ" value="9" unit="{score}"/>', "9", ""),
        ('<value xsi:type="PQ" value="3" unit="{ratio}"/>', "3", ""),
        ('<value xsi:type="PQ" value="2" unit="{pack}/a"/>', "2", "{pack}/a"),
        ('<value xsi:type="MO" value="23" currency="EUR"/>', "23", "EUR"),
        ('<value xsi:type="PQ" nullFlavor="OTH"><translation value="3" unit="mg/L"/></value>', "3", "mg/L"),
        ('<value xsi:type="PQ" nullFlavor="TRC"/>', "traces", ""),
        ('<value xsi:type="IVL_PQ"><center value="2" unit="g/L"/></value>', "2 g/L", ""),
        ('<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="64"/></value>', "1 / 64", ""),
        ('<value xsi:type="II" root="1.2.3" extension="AB12"/>', "AB12", ""),
        ('<value xsi:type="SLIST_PQ"><scale value="2" unit="ms"/><digits>1 5 3</digits></value>', "1 5 3 (× 2 ms)", ""),
        ('<value xsi:type="TS" value="202401091530+0100"/>', "2024-01-09 15:30", ""),
        ('<value xsi:type="TS" value="20240109000000"/>', "2024-01-09", ""),
    ],
)
def test_values_of_every_type(value: str, text: str, unit: str) -> None:
    entry = measured(value)
    assert (entry.value, entry.unit) == (text, unit)


def test_a_second_value_and_a_translation_are_told() -> None:
    value = '<value xsi:type="PQ" value="5" unit="mmol/L"><translation value="0.9" unit="g/L"/></value>'
    entry = measured(value, more='<value xsi:type="PQ" value="7" unit="mmol/L"/>')
    assert (entry.value, entry.words) == ("5", "autre valeur : 0.9 g/L · autre valeur : 7 mmol/L")


def test_several_ranges_are_all_told() -> None:
    ranges = "".join(
        f'<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="{low}" unit="g/L"/></value>{sort}'
        "</observationRange></referenceRange>"
        for low, sort in ((1, code("interpretationCode", "N", "2.16.840.1.113883.5.83", "normal")), (4, ""))
    )
    assert (
        measured('<value xsi:type="PQ" value="2" unit="g/L"/>', more=ranges).reference == "> 1 g/L (normal) ; > 4 g/L"
    )


def test_method_and_sample() -> None:
    sample = (
        "<specimen><specimenRole><specimenPlayingEntity>"
        + code("code", "119297000", SNOMED, "sang veineux")
        + "</specimenPlayingEntity></specimenRole></specimen>"
    )
    method = code("methodCode", "M1", "1.2.3", "Potentiométrie")
    entry = measured('<value xsi:type="PQ" value="4" unit="mmol/L"/>', more=method + sample)
    assert entry.words == "méthode : Potentiométrie · échantillon : sang veineux"


def test_the_sample_of_a_panel_is_that_of_its_results_and_a_germ_is_none() -> None:
    taking = (
        '<procedure classCode="PROC" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.2"/>'
        '<participant typeCode="PRD"><participantRole classCode="SPEC"><playingEntity>'
        + code("code", "UR", "1.2", "Urine")
        + "</playingEntity></participantRole></participant></procedure>"
    )
    germ = code("code", "56415008", SNOMED, "Klebsiella pneumoniae")
    drug = observation(
        code("code", "18886-2", LOINC, "Céfotaxime"),
        '<value xsi:type="IVL_PQ"><low value="4" unit="mg/L" inclusive="true"/></value>'
        '<interpretationCode code="R" codeSystem="2.16.840.1.113883.5.83"/>',
    )
    isolate = (
        '<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.5"/><specimen>'
        f'<specimenRole><specimenPlayingEntity classCode="MIC">{germ}</specimenPlayingEntity></specimenRole></specimen>'
        f"<component>{drug}</component></organizer>"
    )
    held = related(taking, "COMP") + related(isolate, "COMP")
    act = f'<act classCode="ACT" moodCode="EVN">{code("code", "18725-2", LOINC, "Microbiologie")}{held}</act>'
    found, resistant = read(section("30954-2", "ECBU", "", act), type_code="11502-2").entries
    assert (found.label, resistant.label) == ("Klebsiella pneumoniae", "Klebsiella pneumoniae : Céfotaxime")
    assert (resistant.value, resistant.interpretation, resistant.words) == ("≥4", "R", "échantillon : Urine")


@pytest.mark.parametrize(
    ("time", "noted"),
    [
        ('<effectiveTime value="202401091530+0100"/>', "2024-01-09T15:30:00+01:00"),
        ('<effectiveTime value="20240109153015"/>', "2024-01-09T15:30:00"),
        ('<effectiveTime value="20240109000000+0100"/>', "2024-01-09"),
        ('<effectiveTime value="20240109"/>', "2024-01-09"),
        ('<effectiveTime><low nullFlavor="UNK"/><high value="202401090700"/></effectiveTime>', "2024-01-09T07:00:00"),
    ],
)
def test_the_hour_of_a_measure_orders_a_day(time: str, noted: str) -> None:
    assert measured('<value xsi:type="PQ" value="4" unit="mmol/L"/>', time=time).noted == noted


def test_a_value_that_points_at_words_or_elsewhere() -> None:
    text = f"<paragraph>{cell('ok', 'fonction conservée')}</paragraph>"
    own = code("code", "18782-3", LOINC, "Conclusion")
    for target, value, unread in (("#ok", "fonction conservée", ()), ("#nulle-part", "", ("R",))):
        reading = read(
            section(
                "30954-2", "R", text, observation(own, f'<value xsi:type="ED"><reference value="{target}"/></value>')
            )
        )
        assert (reading.entries[0].value, reading.unread) == (value, unread)
    link = observation(own, '<value xsi:type="ED"><reference value="https://pacs.example/1"/></value>')
    assert "https://pacs.example/1" in one(section("30954-2", "R", "", link)).words


def test_a_file_as_a_value_is_a_file_of_the_document() -> None:
    written = base64.b64encode(b"%PDF-1.4 x").decode()
    value = f'<value xsi:type="ED" mediaType="application/pdf" representation="B64">{written}</value>'
    reading = read(section("30954-2", "R", "", observation(code("code", "11524-6", LOINC, "ECG"), value)))
    assert [(a.title, a.media_type, a.content) for a in reading.attachments] == [
        ("ECG", "application/pdf", b"%PDF-1.4 x")
    ]


# --- statuses ---------------------------------------------------------------------------------------------------------


def act(tag: str, status: str) -> str:
    own = code("code", "80146002", SNOMED, "Appendicectomie")
    return f'<{tag} classCode="PROC" moodCode="EVN">{own}<statusCode code="{status}"/></{tag}>'


@pytest.mark.parametrize(
    ("status", "assertion", "course", "words"),
    [
        ("completed", Assertion.STATED, Status.UNKNOWN, ""),
        ("aborted", Assertion.STATED, Status.ENDED, "statut : interrompu"),
        ("cancelled", Assertion.NEGATED, Status.ENDED, "statut : annulé"),
    ],
)
def test_an_act_that_was_not_carried_through(status: str, assertion: Assertion, course: Status, words: str) -> None:
    entry = one(section("47519-4", "Actes", "", act("procedure", status)))
    assert (entry.assertion, entry.status, entry.words) == (assertion, course, words)


@pytest.mark.parametrize("status", ["aborted", "cancelled"])
def test_a_vaccine_that_was_not_carried_through_is_no_injection(status: str) -> None:
    given = medicine(code("code", "J07AM01", "2.16.840.1.113883.6.73", "Tétanos"), time='<effectiveTime value="2023"/>')
    entry = one(section("11369-6", "Vaccins", "", given.replace('"completed"', f'"{status}"')))
    assert entry.assertion is Assertion.NEGATED


def test_a_medicine_that_is_suspended_says_so_where_its_dose_stands() -> None:
    given = medicine(code("code", "60000001", CIS, "APIXABAN"), inner='<doseQuantity value="1" unit="{tablet}"/>')
    entry = one(section("10160-0", "T", "", given.replace('"completed"', '"suspended"')))
    assert (entry.status, entry.dose, entry.words) == (Status.ACTIVE, "suspendu, 1 comprimé", "statut : suspendu")


NULLIFIED = {
    "48765-2": concern(allergy(code("code", "1", CIS, "Latex", inner=ref("x"))), status="nullified"),
    "11450-4": concern(
        observation(
            code("code", "55607006", SNOMED, "problème"), code("value", "I10", ICD10, "HTA", kind="CD", inner=ref("x"))
        )
    ).replace('"completed"', '"nullified"'),
    "10160-0": medicine(code("code", "2", CIS, "PLAVIX", inner=ref("x"))).replace('"completed"', '"nullified"'),
    "30954-2": observation(POTASSIUM, '<value xsi:type="PQ" value="9"/>', text=ref("x", "text")).replace(
        '"completed"', '"nullified"'
    ),
}


@pytest.mark.parametrize("loinc", NULLIFIED)
def test_what_was_entered_in_error_is_no_statement_and_is_counted(loinc: str) -> None:
    reading = read(section(loinc, "Titre", table(("Libellé", "Date"), (cell("x", "Chose"), "2019")), NULLIFIED[loinc]))
    assert (reading.entries, reading.unread) == ((), ())
    assert reading.withdrawn == 1


@pytest.mark.parametrize(
    ("loinc", "denied"),
    [
        ("10160-0", medicine(code("code", "410942007", SNOMED, "médicament"), attributes='negationInd="true"')),
        ("48765-2", concern(allergy(code("code", "105590001", SNOMED, "substance quelconque"), negated=True))),
    ],
)
def test_any_agent_denied_is_none(loinc: str, denied: str) -> None:
    assert one(section(loinc, "T", "", denied)).assertion is Assertion.NONE


def test_an_administration_without_product_is_named_by_its_code() -> None:
    own = code("code", "371907003", SNOMED, "oxygénothérapie")
    given = f'<substanceAdministration classCode="SBADM" moodCode="EVN">{own}</substanceAdministration>'
    assert one(section("10160-0", "T", "", given)).label == "oxygénothérapie"


# --- transfer to emergency --------------------------------------------------------------------------------------------

NO_PRODUCT = (
    '<substanceAdministration classCode="SBADM" moodCode="EVN"><code nullFlavor="NA"/><text><reference/></text>'
    '<statusCode code="completed"/><effectiveTime xsi:type="IVL_TS"><low value="20240110120000"/>'
    '<high value="20240110120100"/></effectiveTime><effectiveTime operator="A"/><consumable><manufacturedProduct>'
    '<manufacturedMaterial><code nullFlavor="UNK"/><name nullFlavor="UNK"/></manufacturedMaterial>'
    "</manufacturedProduct></consumable></substanceAdministration>"
)


@pytest.mark.parametrize("told", ["Dernière prise le 10 janvier à 12 h.", ""])
def test_the_hour_of_the_last_intake_is_no_medicine(told: str) -> None:
    entry = one(section("10160-0", "Date et heure de la dernière prise du traitement", told, NO_PRODUCT))
    assert (entry.kind, entry.assertion, entry.value) == (Kind.FUNCTIONAL, Assertion.STATED, "2024-01-10 12:00")
    assert one(section("10160-0", "Traitements", "Voir l'ordonnance", NO_PRODUCT)).assertion is Assertion.UNREADABLE


def test_the_hour_of_the_last_meal() -> None:
    own = code("code", "GEN-244", TERMS, "Dernier repas")
    time = '<effectiveTime value="20240110123000"/>'
    entry = one(
        section("47420-5", "Repas", "", observation(own, '<value xsi:type="REAL" nullFlavor="NA"/>', time=time))
    )
    assert (entry.label, entry.value) == ("Dernier repas", "2024-01-10 12:30")


def test_a_pain_in_two_places_is_two_pains() -> None:
    text = table(
        ("Observation", "Résultat"),
        (cell("d", "Douleurs récentes"), f"{cell('d1', 'genou droit')}<br/>{cell('d2', 'abdomen')}"),
    )
    first, second = (
        observation(
            code("code", "R52.9", ICD10, "Douleur"),
            '<value xsi:type="BL" value="true"/>' + code("targetSiteCode", at, SNOMED, words, inner=ref(at)),
            text=ref("d", "text"),
        )
        for at, words in (("d1", "genou droit"), ("d2", "abdomen"))
    )
    found = read(section("30954-2", "Observations", text, first, second)).entries
    assert [(e.label, e.value) for e in found] == [
        ("Douleurs récentes, genou droit", "oui"),
        ("Douleurs récentes, abdomen", "oui"),
    ]


def test_where_a_patient_is_sent_can_be_called() -> None:
    text = table(("Transfert", "Précision"), (cell("e", "Etablissement"), "Urgences du CHU des Tilleuls"))
    to = (
        '<participant typeCode="DST"><participantRole classCode="SDLOC"><addr><city>VALMONT</city></addr>'
        '<telecom value="tel:0100000009"/><playingEntity><name>CHU DES TILLEULS NORD</name></playingEntity>'
        "</participantRole></participant>"
    )
    own = code("code", "80413-8", LOINC, "Transfert du patient")
    sent = f'<act classCode="ACT" moodCode="EVN">{own}{ref("e", "text")}{to}</act>'
    entry = one(section("42545-4", "Transfert", text, sent))
    assert entry.value == "Urgences du CHU des Tilleuls"
    assert entry.words.endswith("destination : CHU DES TILLEULS NORD, VALMONT, tél. 0100000009")


# --- acts and tumours -------------------------------------------------------------------------------------------------

ACTS = ("Acte", "Abord", "Difficulté", "Dispositif")


def procedure(at: str, words: str, inner: str = "") -> str:
    return (
        f'<procedure classCode="PROC" moodCode="EVN">{code("code", f"c{at}", SNOMED, words, inner=ref(at))}'
        f'{ref(at, "text")}<statusCode code="completed"/>{inner}</procedure>'
    )


def difficulty(at: str, words: str) -> str:
    own = code("code", "GEN-023", TERMS, "Précision difficulté")
    return related(observation(own, code("value", f"v{at}", SNOMED, words, kind="CD"), text=ref(at, "text")), "COMP")


def test_a_difficulty_is_named_by_its_act() -> None:
    text = table(
        ACTS,
        (cell("i", "Intubation"), "orotrachéale", cell("id", "Difficile (Cormack 3)"), "[R0103]"),
        (cell("k", "Cathéter central"), "fémoral", cell("kd", "Facile"), "[C01]"),
    )
    entries = read(
        section(
            "29554-3", "Actes", text,
            procedure("i", "intubation", difficulty("id", "difficile")),
            procedure("k", "cathéter", difficulty("kd", "facile")),
        )
    ).entries  # fmt: skip
    assert [(e.kind, e.label, e.value) for e in entries] == [
        (Kind.PROCEDURE, "Intubation", ""),
        (Kind.RESULT, "Intubation : Difficulté", "Difficile (Cormack 3)"),
        (Kind.PROCEDURE, "Cathéter central", ""),
        (Kind.RESULT, "Cathéter central : Difficulté", "Facile"),
    ]
    assert not any(entry.codes for entry in entries if entry.kind is Kind.RESULT)


def test_acts_that_no_entry_names_are_statements_and_counted() -> None:
    text = table(ACTS, (cell("i", "Intubation"), "orotrachéale", "", ""), ("Trachéotomie", "cervicale", "", ""))
    reading = read(section("47519-4", "Actes", text, procedure("i", "intubation")))
    assert [(e.label, bool(e.codes)) for e in reading.entries] == [("Intubation", True), ("Trachéotomie", False)]
    assert reading.unread == ("Actes",)


@pytest.mark.parametrize(("figure", "unread"), [("132 mmol/L", ("R",)), ("non fait", ())])
def test_a_figure_that_no_entry_holds_is_counted(figure: str, unread: tuple[str, ...]) -> None:
    text = table(("Analyse", "Résultat"), (cell("k", "Kaliémie"), "4,1 mmol/L"), ("Natrémie", figure))
    own = observation(POTASSIUM, '<value xsi:type="PQ" value="4.1" unit="mmol/L"/>', text=ref("k", "text"))
    assert read(section("30954-2", "R", text, own)).unread == unread


def test_the_stage_of_a_tumour_is_told() -> None:
    text = table(
        ("Tumeur", "Code", "Libellé"),
        ("Morphologie", "8140/3", cell("m", "Adénocarcinome")),
        ("TNM (T)", cell("t", "T3 : sous-séreuse"), "4 cm"),
    )
    t = observation(
        code("code", "21905-5", LOINC, "TNM Clinique T"),
        code("value", "T3", TNM, "sous-séreuse", kind="CD"),
        text=ref("t", "text"),
    )
    clinical = (
        f"<qualifier>{code('name', '21909-7', LOINC, 'Stade clinique')}{code('value', 'IIA', TNM, 'None')}</qualifier>"
    )
    stage = observation(
        code("code", "75620-5", LOINC, "Stade TNM"),
        f'<value xsi:type="CD">{clinical}</value>',
        inner=related(t, "COMP"),
    )
    tumour = observation(
        code("code", "282291009", SNOMED, "diagnostic"),
        code("value", "8140/3", "2.16.840.1.113883.6.43.1", "Adénocarcinome", kind="CD", inner=ref("m")),
        inner=related(stage),
    )
    problem, staged, sized = read(section("11450-4", "Tumeur", text, concern(tumour))).entries
    assert problem.label == "Adénocarcinome"
    assert (staged.label, staged.value) == ("Adénocarcinome : Stade TNM", "Stade clinique : IIA")
    assert (sized.label, sized.value) == ("Adénocarcinome : TNM (T)", "T3 : sous-séreuse")


# --- files ------------------------------------------------------------------------------------------------------------


def body(content: bytes, attributes: str, *, written: str = "") -> bytes:
    text = written or base64.b64encode(content).decode()
    return document(
        body=f'<component><nonXMLBody><text representation="B64" {attributes}>{text}</text></nonXMLBody></component>'
    )


PDF = b"%PDF-1.4 \xff\xfe\xfb"


@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        (zlib.compress(PDF), 'mediaType="application/pdf" compression="ZL"'),
        (zlib.compress(PDF)[2:-4], 'mediaType="application/pdf" compression="DF"'),
        (PDF, 'mediaType="image/jpeg"'),
        (PDF, ""),
    ],
    ids=["zlib", "deflate", "wrong type", "no type"],
)
def test_a_body_however_it_is_packed(content: bytes, attributes: str) -> None:
    (file,) = read_cda(body(content, attributes)).attachments
    assert (file.media_type, file.content) == ("application/pdf", PDF)


def test_base64_of_urls_and_in_lines() -> None:
    written = base64.urlsafe_b64encode(PDF).decode()
    (file,) = read_cda(
        body(b"", 'mediaType="application/pdf"', written=f"\n {written[:7]}\n\t{written[7:]}\n")
    ).attachments
    assert file.content == PDF


@pytest.mark.parametrize(
    ("content", "compression", "problem"),
    [
        (b"no stream", "ZL", DocumentProblem.BAD_BASE64),
        (b"x", "Z7", DocumentProblem.BAD_BASE64),
        (zlib.compress(bytes(40 * 2**20)), "ZL", DocumentProblem.TOO_LARGE),
    ],
)
def test_a_packed_body_that_cannot_be_had(content: bytes, compression: str, problem: DocumentProblem) -> None:
    with pytest.raises(DocumentError) as caught:
        read_cda(body(content, f'mediaType="application/pdf" compression="{compression}"'))
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("declared", "codec", "word", "recoded"),
    [
        ("windows-1250", "cp1250", "řečiště", ()),
        ("ISO-8859-7", "iso-8859-7", "αλλεργία", ()),
        ("macintosh", "mac-roman", "élevé", ()),
        ("UTF-8", "cp1252", "élevé", ("encodage : déclaré UTF-8, lu comme windows-1252",)),
    ],
)
def test_other_alphabets(declared: str, codec: str, word: str, recoded: tuple[str, ...]) -> None:
    plain = (
        document(section("48765-2", "A", word)).decode().replace("UTF-8", declared).replace("Synthèse médicale", "x")
    )
    text = plain.replace("Synthèse", "S").replace("Médecin généraliste", "M")
    reading = read_cda(text.encode(codec))
    assert [e.label for e in reading.entries if e.kind is Kind.ALLERGY] == [word]
    assert reading.unread[: len(recoded)] == recoded


def test_a_byte_order_mark_before_windows_1252() -> None:
    content = document(section("48765-2", "A", "élevé")).decode().encode("cp1252")
    assert read_cda(b"\xef\xbb\xbf" + content).unread[0] == "encodage : déclaré UTF-8, lu comme windows-1252"


# --- sides ------------------------------------------------------------------------------------------------------------


def of_side(words: str, sct: str, own: str = "MED-020") -> str:
    side = f"<qualifier>{code('name', '20228-3', LOINC, 'Latéralité')}{code('value', sct, SNOMED, words)}</qualifier>"
    return code("code", own, TERMS, "Masse", inner=side)


@pytest.mark.parametrize("told", [True, False])
def test_a_side_is_no_code_and_joins_nothing(told: bool) -> None:
    text = (
        table(("Anomalie", "Sein droit", "Sein gauche"), ("Masse", cell("d", "Non"), cell("g", "Oui"))) if told else ""
    )
    right, left = (
        observation(of_side(words, sct), f'<value xsi:type="BL" value="{truth}"/>', text=ref(at, "text"))
        for words, sct, truth, at in (("droit", "24028007", "false", "d"), ("gauche", "7771000", "true", "g"))
    )
    found = read(section("30954-2", "Bilan", text, right, left)).entries
    assert [(e.label, e.value.lower(), e.codes) for e in found] == [
        ("Masse, droit", "non", ()),
        ("Masse, gauche", "oui", ()),
    ]


def test_the_side_of_an_act_and_of_a_problem() -> None:
    act_ = f'<procedure classCode="PROC" moodCode="EVN">{of_side("gauche", "7771000")}</procedure>'
    assert one(section("47519-4", "Actes", "", act_)).label == "Masse, gauche"
    value = of_side("droit", "24028007").replace("<code ", '<value xsi:type="CD" ').replace("</code>", "</value>")
    problem = concern(observation(code("code", "55607006", SNOMED, "problème"), value))
    assert one(section("11450-4", "Problèmes", "", problem)).label == "Masse, droit"


# --- devices, relatives, and denials of all of a sort -----------------------------------------------------------------

IMPLANT = (
    '<participant typeCode="DEV"><participantRole classCode="MANU"><id root="1.2.3" extension="SN-77"/><playingDevice>'
    + code("code", "704708004", SNOMED, "Défibrillateur")
    + "<manufacturerModelName>Victoire SR</manufacturerModelName></playingDevice>"
    "<scopingEntity><id root='1.2'/><desc>Acme</desc></scopingEntity></participantRole></participant>"
)


def test_model_maker_and_number_of_an_implant() -> None:
    hung = observation(code("code", "P1", "1.2", "Polarité"), code("value", "b", "1.2", "Bipolaire", kind="CD"))
    held = IMPLANT + related(hung, "COMP")
    entry = one(section("46264-8", "Implants", "", f'<supply classCode="SPLY" moodCode="EVN">{held}</supply>'))
    assert entry.label == "Défibrillateur"
    assert entry.words == "modèle : Victoire SR · fabricant : Acme · n° SN-77 · Polarité : Bipolaire"


def test_the_device_of_an_act() -> None:
    own = code("code", "36969009", SNOMED, "Implantation")
    entry = one(
        section("47519-4", "Actes", "", f'<procedure classCode="PROC" moodCode="EVN">{own}{IMPLANT}</procedure>')
    )
    assert entry.words.startswith("dispositif : Défibrillateur · modèle : Victoire SR")


def test_how_old_a_relative_was() -> None:
    ill = observation(
        code("code", "64572001", SNOMED, "maladie"),
        code("value", "22298006", SNOMED, "Infarctus", kind="CD"),
        inner=related(
            observation(code("code", "445518008", SNOMED, "Âge"), '<value xsi:type="PQ" value="57" unit="a"/>')
        )
        + related(observation(code("code", "ASSERTION", "1"), code("value", "1", SNOMED, "décès", kind="CD")), "CAUS"),
    )
    father = f"<subject><relatedSubject>{code('code', 'FTH', '1.2', 'Père')}</relatedSubject></subject>"
    held = f'<organizer classCode="CLUSTER" moodCode="EVN">{father}<component>{ill}</component></organizer>'
    assert one(section("10157-6", "Famille", "", held)).words == "Âge : 57 a · décès"


def test_a_sort_that_is_denied_is_none() -> None:
    denied = 'negationInd="true"'
    any_allergy = code("value", "416098002", SNOMED, "allergie médicamenteuse", kind="CD")
    own = code("code", "ASSERTION", "2.16.840.1.113883.5.4")
    held = concern(observation(own, any_allergy, attributes=denied))
    assert one(section("48765-2", "Allergies", "", held)).assertion is Assertion.NONE
    problem = code("code", "55607006", SNOMED, "problème")
    any_problem = code("value", "55607006", SNOMED, "problème", kind="CD")
    held = concern(observation(problem, any_problem, attributes=denied))
    assert one(section("11450-4", "Problèmes", "", held)).assertion is Assertion.NONE


def test_who_speaks_for_the_patient() -> None:
    agent = (
        '<participant typeCode="CST"><participantRole><telecom value="tel:0600000003"/><playingEntity><name>'
        "<family>LENOIR</family><given>Jean</given></name></playingEntity></participantRole></participant>"
    )
    own = code("code", "304251008", SNOMED, "Réanimation")
    held = observation(own, code("value", "1", SNOMED, "ne pas réanimer", kind="CD"), inner=agent)
    entry = one(section("42348-3", "Directives", "", held))
    assert entry.words == "mandataire ou dépositaire : LENOIR Jean, tél. 0600000003"


@pytest.mark.parametrize(
    ("row", "labels", "unread"),
    [
        (("Trachéotomie", ""), ["Intubation", "Trachéotomie"], ("Actes",)),
        (("Acte", ""), ["Intubation"], ()),
    ],
    ids=["an act alone in its row", "the header again"],
)
def test_a_row_of_one_cell(row: tuple[str, str], labels: list[str], unread: tuple[str, ...]) -> None:
    text = table(("Acte", "Note"), (cell("i", "Intubation"), "facile"), row)
    reading = read(section("47519-4", "Actes", text, procedure("i", "intubation")))
    assert ([e.label for e in reading.entries], reading.unread) == (labels, unread)


# --- why and how ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["procedure", "encounter", "act"])
def test_why_and_how_an_act_was_done(tag: str) -> None:
    why = f'<act classCode="ACT" moodCode="EVN">{code("code", "I47.2", ICD10, "Tachycardie")}</act>'
    inner = (
        code("code", "c", SNOMED, "Pose") + code("priorityCode", "UR", "1.2", "urgent")
        + code("methodCode", "m", "1.2", "coelioscopie") + related(why, "RSON")
    )  # fmt: skip
    entry = one(section("47519-4", "Actes", "", f'<{tag} classCode="ACT" moodCode="EVN">{inner}</{tag}>'))
    assert entry.words == "motif : Tachycardie · priorité : urgent · méthode : coelioscopie"


def test_a_dispensation_says_for_how_long_and_by_whom() -> None:
    within = medicine(
        '<code nullFlavor="NA"/>',
        time='<effectiveTime xsi:type="IVL_TS"><low value="20240102"/><high value="20240109"/></effectiveTime>',
        inner='<doseQuantity value="1" unit="{tablet}"/>',
    )
    product = code("code", "3400930000001", "1.2.250.1.213.2.3.2", "AMOXICILLINE 1 g")
    held = (
        '<supply classCode="SPLY" moodCode="EVN"><quantity value="2" unit="{boîte}"/><product><manufacturedProduct>'
        f"<manufacturedMaterial>{product}</manufacturedMaterial></manufacturedProduct></product><performer>"
        "<assignedEntity><representedOrganization><name>Pharmacie des Pins</name></representedOrganization>"
        f"</assignedEntity></performer>{related(within, 'COMP')}</supply>"
    )
    entry = one(section("60590-7", "Dispensation", "", held), type_code="60593-1")
    assert (entry.start, entry.end, entry.status, entry.dose) == (
        "2024-01-02",
        "2024-01-09",
        Status.ENDED,
        "1 comprimé",
    )
    assert entry.words == "quantité : 2 boîte · délivré par : Pharmacie des Pins"


@pytest.mark.parametrize(
    ("flavor", "words"), [("NASK", "valeur non demandée"), ("MSK", "valeur masquée"), ("NA", ""), ("OTH", "")]
)
def test_why_there_is_no_value(flavor: str, words: str) -> None:
    assert measured(f'<value xsi:type="PQ" nullFlavor="{flavor}"/>').words == words


def test_a_term_is_a_day() -> None:
    own = code("code", "11778-8", LOINC, "Date prévue d'accouchement")
    due = observation(own, '<value xsi:type="TS" value="20240601120000+0200"/>')
    assert one(section("10162-6", "Grossesse", "", due)).value == "2024-06-01"
