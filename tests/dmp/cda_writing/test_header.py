"""The header that we write, held against the rules of CI-SIS.

Each test is named for a rule of the agency's schematron of the "Structuration minimale" (1.2.250.1.213.1.1.1.1), or of
its ``CI-SISRecordTarget`` (1.2.250.1.213.1.1.1.1.10.10).
"""

import re
from dataclasses import replace

import pytest
from lxml import etree

from dmp_tui.dmp.cda_writing import replacing, structured, wrapped
from dmp_tui.dmp.cda_writing.header import Header, Subject
from dmp_tui.dmp.cda_writing.xml import e
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.reading import read_document
from tests.dmp.cda_writing.test_writing import AUTHOR, HEAD, PLACE, TRAITS

NS = {"h": "urn:hl7-org:v3"}
UID = re.compile(r"[0-2](\.(0|[1-9]\d*))*")


def document(head: Header = HEAD) -> etree._Element:
    return etree.fromstring(structured(head, [e("section", None, e("title", None, "Motif"))]))


def scanned(head: Header = HEAD) -> etree._Element:
    return etree.fromstring(wrapped(head, b"%PDF-1.4"))


def found(root: etree._Element, path: str) -> list[etree._Element]:
    result = root.xpath(path, namespaces=NS)
    assert isinstance(result, list)
    return [element for element in result if isinstance(element, etree._Element)]


def template_roots(root: etree._Element) -> list[str | None]:
    return [template.get("root") for template in found(root, "h:templateId")]


WRITTEN = pytest.mark.parametrize("root", [document(), scanned()], ids=["structured", "unstructured"])


@WRITTEN
@pytest.mark.parametrize(
    "path",
    [
        "h:realmCode[@code='FR']",
        "h:typeId[@root='2.16.840.1.113883.1.3'][@extension='POCD_HD000040']",
        "h:templateId[@root='2.16.840.1.113883.2.8.2.1']",
        "h:templateId[@root='1.2.250.1.213.1.1.1.1']",
        "h:id[not(@nullFlavor)]",
        "h:code[not(@nullFlavor)]",
        "h:title[not(@nullFlavor)]",
        "h:effectiveTime[not(@nullFlavor)]",
        "h:confidentialityCode[not(@nullFlavor)]",
        "h:languageCode[not(@nullFlavor)]",
        "h:setId[not(@nullFlavor)]",
        "h:versionNumber[not(@nullFlavor)]",
        "h:recordTarget[not(@nullFlavor)]",
        "h:author[not(@nullFlavor)][h:assignedAuthor]",
        "h:custodian[not(@nullFlavor)][h:assignedCustodian]",
        "h:legalAuthenticator[h:signatureCode[@code='S']]",
        "h:documentationOf[not(@nullFlavor)][h:serviceEvent]",
        "h:documentationOf[1]/h:serviceEvent/h:performer",
        "h:documentationOf[1]/h:serviceEvent/h:effectiveTime",
        "h:componentOf[not(@nullFlavor)][h:encompassingEncounter]",
        "h:component",
        "h:recordTarget/h:patientRole[h:patient]",
        "h:recordTarget/h:patientRole/h:patient[not(@nullFlavor)]",
    ],
)
def test_exactly_one(root: etree._Element, path: str) -> None:
    assert len(found(root, path)) == 1


def test_a_structured_document_has_a_template_of_its_kind() -> None:
    assert "1.3.6.1.4.1.19376.1.5.3.1.1.1" in template_roots(document())
    volet = document(replace(HEAD, template="1.2.250.1.213.1.1.1.29"))
    assert "1.2.250.1.213.1.1.1.29" in template_roots(volet)


def test_an_unstructured_document_has_three_templates_and_no_other() -> None:
    roots = template_roots(scanned(replace(HEAD, template="1.2.250.1.213.1.1.1.29")))
    assert roots == ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20"]


@WRITTEN
def test_ids_are_uids_and_empty_attributes_are_left_out(root: etree._Element) -> None:
    for element in found(root, "h:id | h:setId | h:templateId | h:typeId"):
        assert UID.fullmatch(element.get("root") or "")
    assert [a for element in root.iter(etree.Element) for a in element.attrib.values() if not a] == []


@WRITTEN
@pytest.mark.parametrize("tag", ["code", "confidentialityCode"])
def test_a_code_has_its_display_and_its_system(root: etree._Element, tag: str) -> None:
    [element] = found(root, f"h:{tag}")
    assert element.get("code")
    assert element.get("displayName")
    assert UID.fullmatch(element.get("codeSystem") or "")


@WRITTEN
def test_times_language_and_version_are_well_formed(root: etree._Element) -> None:
    [time], [language], [version] = (
        found(root, f"h:{tag}") for tag in ("effectiveTime", "languageCode", "versionNumber")
    )
    assert re.match(r"\d{4,14}", time.get("value") or "")
    assert len(time) == 0
    assert re.fullmatch("[a-z]{2}-[A-Z]{2}", language.get("code") or "")
    assert re.fullmatch(r"[1-9]\d*", version.get("value") or "")


def test_the_traits_of_an_ins_are_all_there() -> None:
    root = document(replace(HEAD, subject=Subject(HEAD.subject.ins, replace(TRAITS, birth_place="99351"))))
    patient = "h:recordTarget/h:patientRole/h:patient"
    assert [x.text for x in found(root, f"{patient}/h:name/h:family[@qualifier='BR']")] == ["BERTIN"]
    assert [x.text for x in found(root, f"{patient}/h:name/h:given[@qualifier='BR']")] == ["JEANNE"]
    assert [x.text for x in found(root, f"{patient}/h:name/h:given[not(@qualifier)]")] == ["JEANNE MARIE"]
    assert [x.get("value") for x in found(root, f"{patient}/h:birthTime")] == ["19510702"]
    assert [x.text for x in found(root, f"{patient}/h:birthplace/h:place/h:addr/h:county")] == ["99351"]
    assert [x.get("code") for x in found(root, f"{patient}/h:administrativeGenderCode")] == ["F"]
    assert read_document(etree.tostring(root)).subject.traits.birth_place == "99351"


def test_what_is_not_known_of_the_patient_and_the_place_is_said_to_be_unknown() -> None:
    place = replace(PLACE, sector=None)
    subject = Subject(HEAD.subject.ins, replace(TRAITS, sex=Sex.U))
    root = document(replace(HEAD, subject=subject, author=replace(AUTHOR, structure=place)))
    [gender] = found(root, "//h:administrativeGenderCode")
    assert gender.items() == [("nullFlavor", "UNK")]
    assert [x.get("nullFlavor") for x in found(root, "//h:birthplace//h:county")] == ["UNK"]
    assert found(root, "//h:healthCareFacility/h:code") == []
    assert read_document(etree.tostring(root)).subject.traits.sex is Sex.U


def test_a_replacement_keeps_the_set_and_raises_the_version() -> None:
    first = read_document(wrapped(HEAD, b"%PDF-1.4"))
    second = read_document(wrapped(replacing(replace(HEAD, unique_id="2.25.18"), first), b"%PDF-1.4"))
    third = read_document(wrapped(replacing(replace(HEAD, unique_id="2.25.19"), second), b"%PDF-1.4"))
    assert [(r.set_id, r.version, r.replaces) for r in (first, second, third)] == [
        ("2.25.17", "1", ()),
        ("2.25.17", "2", ("2.25.17",)),
        ("2.25.17", "3", ("2.25.18",)),
    ]


def test_the_place_of_care_is_read_back() -> None:
    read = read_document(wrapped(HEAD, b"%PDF-1.4"))
    assert read.facility_type is not None
    assert read.practice_setting is not None
    assert (read.facility_type.code, read.practice_setting.code) == ("SA01", "ETABLISSEMENT")
    unknown = replace(HEAD, author=replace(AUTHOR, structure=replace(PLACE, sector=None)))
    assert read_document(wrapped(unknown, b"%PDF-1.4")).facility_type is None
