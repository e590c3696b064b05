"""The header: identifiers, patient, authors, contacts, dates."""

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.cda.times import fhir_date, fhir_datetime
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Kind
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.narrative import Table
from tests.dmp.cda.build import PATIENT, document, section

CONTACTS = """
<informant><relatedEntity classCode="ECON"><code code="SIS" displayName="Soeur" codeSystem="2.16.840.1.113883.5.111"/>
  <telecom value="tel:0600000001"/><relatedPerson><name><family>VERGER</family><given>Lise</given></name>
    </relatedPerson></relatedEntity></informant>
<informant><relatedEntity classCode="NOK"><telecom value="tel:0600000002"/>
  <relatedPerson><name><family>LENOIR</family><given>Jean</given></name></relatedPerson></relatedEntity></informant>
<informant><relatedEntity classCode="ECON"><addr nullFlavor="NAV"/></relatedEntity></informant>
<participant typeCode="INF"><functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88"/>
  <associatedEntity classCode="PROV"><telecom value="tel:0320000009"/><associatedPerson><name>
    <given>Anne</given><family>BOIS</family><suffix>DR</suffix></name>
  </associatedPerson><scopingOrganization><name>Maison médicale</name></scopingOrganization></associatedEntity>
    </participant>
<participant typeCode="REF"><associatedEntity classCode="PROV"><associatedPerson><name><family>AUTRE</family>
    </name></associatedPerson></associatedEntity></participant>
<documentationOf><serviceEvent><effectiveTime><low value="20240109"/><high value="20240110103000+0100"/>
    </effectiveTime></serviceEvent></documentationOf>
<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3.4" extension="doc-0"/></parentDocument>
    </relatedDocument>
<relatedDocument typeCode="APND"><parentDocument><id root="9.9"/></parentDocument></relatedDocument>
"""


def test_the_header_of_a_document() -> None:
    reading = read_cda(document(section("48765-2", "Allergies", "Néant"), header=CONTACTS))
    assert (reading.unique_id, reading.set_id, reading.version) == ("1.2.3.4^doc-1", "1.2.3.4^set-1", "2")
    assert (reading.type.system, reading.type.code, reading.title) == ("http://loinc.org", "60591-5", "Synthèse")
    assert (reading.date, reading.language, reading.format) == ("2024-01-10T12:00:00+01:00", "fr-FR", "cda-n3")
    assert (reading.service_start, reading.service_end) == ("2024-01-09", "2024-01-10T10:30:00+01:00")
    assert reading.confidentiality == ("N",)
    assert reading.replaces == ("1.2.3.4^doc-0",)
    assert (reading.custodian, reading.custodian_id) == ("Cabinet des Saules", "1590000001")
    assert [a.name for a in reading.authors] == ["Dr ARBRE Paul"]
    assert reading.authors[0].role == "Médecin généraliste, Cabinet des Saules"
    assert reading.authors[0].phones == ("0320000002",)


def test_the_patient_with_all_identifiers_and_names() -> None:
    subject = read_cda(document(section("48765-2", "Allergies", "Néant"))).subject
    assert subject.identifiers == (("1.2.250.1.213.1.4.10", "255069900000154"), ("1.2.3.4.5", "IPP-77"))
    assert (subject.traits.family, subject.traits.given, subject.used_name) == ("VERGER", "Adele Rose", "LENOIR Rose")
    assert (subject.traits.sex, subject.traits.birth_place) == (Sex.F, "59350")
    assert subject.traits.birth is not None
    assert subject.traits.birth.iso == "1955-06-12"
    assert subject.phones == ("0320000001",)
    assert subject.address == "4 rue des Saules, 59000 LILLE"


def test_who_to_call() -> None:
    contacts = [
        e
        for e in read_cda(document(section("48765-2", "A", "Néant"), header=CONTACTS)).entries
        if e.kind is Kind.CONTACT
    ]
    people = [e.person for e in contacts]
    assert all(people)
    assert [(p.name, p.role, p.kind, p.phones) for p in people if p] == [
        ("VERGER Lise", "Soeur", "C", ("0600000001",)),
        ("LENOIR Jean", "personne de confiance", "trusted", ("0600000002",)),
        ("Dr BOIS Anne", "médecin traitant", "", ("0320000009",)),
    ]


@pytest.mark.parametrize("birth", ["19551399", "00000000", "", "1955", "195506", "hier"])
def test_a_birth_date_out_of_the_calendar_does_not_stop_the_reading(birth: str) -> None:
    content = document(section("48765-2", "A", "Néant"), patient=PATIENT.replace("19550612", birth))
    assert read_cda(content).subject.traits.family == "VERGER"


@pytest.mark.parametrize(
    ("removed", "place"),
    [('<id root="1.2.3.4" extension="doc-1"/>', "id"), (PATIENT, "recordTarget")],
)
def test_without_id_or_patient_nothing_can_be_filed(removed: str, place: str) -> None:
    content = document(section("48765-2", "A", "Néant")).replace(removed.encode(), b"")
    with pytest.raises(DocumentError) as caught:
        read_cda(content)
    assert (caught.value.problem, caught.value.place) == (DocumentProblem.MISSING_HEADER, place)


@pytest.mark.parametrize(
    ("text", "day", "doubtful"),
    [
        ("2018", "2018", False),
        ("201804", "2018-04", False),
        ("20180422", "2018-04-22", False),
        ("20180422101500+0200", "2018-04-22", False),
        ("202010", "2020-10", False),
        ("20180400", "2018-04", False),
        ("20180000", "2018", False),
        ("20181322", "2018", True),
        ("20180231", "2018-02", True),
        ("00000000", "", True),
        ("hier", "", True),
        ("", "", False),
        (None, "", False),
    ],
)
def test_hl7_dates(text: str | None, day: str, doubtful: bool) -> None:
    assert fhir_date(text) == (day, doubtful)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20200312111700+0100", "2020-03-12T11:17:00+01:00"),
        ("202003121117+0100", "2020-03-12T11:17:00+01:00"),
        ("20200312111700.123-0500", "2020-03-12T11:17:00-05:00"),
        ("20200312111700", "2020-03-12"),
        ("20200312257000+0100", "2020-03-12"),
        ("2020", "2020"),
    ],
)
def test_hl7_times_keep_their_zone_or_their_day(text: str, expected: str) -> None:
    assert fhir_datetime(text) == expected


# --- who took part ----------------------------------------------------------------------------------------------------

STAY = """
<legalAuthenticator><time value="202401101300+0100"/><assignedEntity>
  <assignedPerson><name><family>ARBRE</family><given>Paul</given></name></assignedPerson></assignedEntity></legalAuthenticator>
<informationRecipient><intendedRecipient><telecom value="tel:0320000009"/>
  <informationRecipient><name><family>RIVE</family><given>Lea</given></name></informationRecipient>
  <receivedOrganization><name>Clinique du Pont</name></receivedOrganization></intendedRecipient></informationRecipient>
<participant typeCode="REF"><time><high value="20240109"/></time><associatedEntity classCode="PROV">
  <associatedPerson><name><family>SOURCE</family></name></associatedPerson></associatedEntity></participant>
<participant typeCode="PRF"><functionCode code="PRELV" displayName="Préleveur" codeSystem="1.2"/>
  <associatedEntity classCode="PROV"><associatedPerson><name><family>GOUTTE</family></name></associatedPerson>
  </associatedEntity></participant>
<participant typeCode="CON"><associatedEntity classCode="PROV"><id nullFlavor="UNK"/></associatedEntity></participant>
<inFulfillmentOf><order><id root="1.2.3" extension="DEMANDE-7"/></order></inFulfillmentOf>
<documentationOf><serviceEvent><code code="GEN" codeSystem="1.2" displayName="Consultation"/>
  <effectiveTime><low value="202401100900"/><high value="202401101000"/></effectiveTime></serviceEvent>
</documentationOf><componentOf><encompassingEncounter><code code="IMP" codeSystem="1.2" displayName="Hospitalisation"/>
  <effectiveTime value="20240108"/>
  <dischargeDispositionCode code="D" codeSystem="1.2" displayName="retour au domicile"/>
  <location><healthCareFacility><code code="SA01" codeSystem="1.2" displayName="Etablissement public"/>
  <location><name>CH des Lilas</name></location></healthCareFacility></location></encompassingEncounter></componentOf>
"""


def test_who_took_part_is_a_section_of_its_own() -> None:
    reading = read_cda(document(header=STAY))
    assert reading.context is not None
    (table,) = reading.context.blocks
    assert isinstance(table, Table)
    assert [row[:3] for row in table.rows] == [
        ("acte documenté", "Consultation", "10/01/2024 09:00 - 10/01/2024 10:00"),
        ("prise en charge", "Hospitalisation, retour au domicile", "08/01/2024"),
        ("demande", "DEMANDE-7", ""),
        ("auteur", "Dr ARBRE Paul, Cabinet des Saules, Médecin généraliste", "10/01/2024 12:00"),
        ("destinataire", "RIVE Lea, Clinique du Pont", ""),
        ("responsable du document", "ARBRE Paul", "10/01/2024 13:00"),
        ("prescripteur ou adresseur", "SOURCE", "09/01/2024"),
        ("Préleveur", "GOUTTE", ""),
        ("lieu de la prise en charge", "CH des Lilas, Etablissement public", ""),
    ]
    assert table.rows[4][3] == "0320000009"
    assert reading.context not in reading.parts
