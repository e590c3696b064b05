"""What we write as CDA: the header of CI-SIS, and the same words when it is read back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp_tui.dmp.cda_writing import structured, wrapped
from dmp_tui.dmp.cda_writing.header import Header, Structure, Subject, Writer
from dmp_tui.dmp.cda_writing.xml import V3Code, e
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Sex, Traits, parse_birth_date
from dmp_tui.dmp.narrative import Paragraph
from dmp_tui.dmp.reading import read_document

PLACE = Structure(
    "1750000001",
    "CH des Lilas",
    V3Code("ETABLISSEMENT", "Etablissement de santé", "1.2.250.1.213.1.1.4.9"),
    V3Code("SA01", "Etablissement public de santé", "1.2.250.1.71.4.2.4"),
)
AUTHOR = Writer(
    "810000000012", "MARCHAL", "Odile", PLACE, V3Code("G15_10/SM26", "Médecin", "1.2.250.1.213.1.1.4.5"), "DR"
)
TRAITS = Traits("BERTIN", "JEANNE MARIE", parse_birth_date("1951-07-02"), Sex.F)
SUBJECT = Subject(Ins("251077505600183", OID_NIR_TEST), TRAITS)
REPORT = V3Code("15507-7", "CR de passage aux urgences", "2.16.840.1.113883.6.1", "LOINC")
HEAD = Header("2.25.17", REPORT, "Passage aux urgences", "20260504093000+0200", SUBJECT, AUTHOR, "EMER")
NS = {"h": "urn:hl7-org:v3"}

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


def attribute(document: bytes, path: str) -> list[str]:
    """What an XPath to attributes finds."""
    found = etree.fromstring(document).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [str(one) for one in found]


def test_header_states_what_ci_sis_asks_of_every_document() -> None:
    written = wrapped(HEAD, b"%PDF-1.4")
    assert attribute(written, "/h:*/h:realmCode/@code") == ["FR"]
    assert attribute(written, "/h:*/h:typeId/@extension") == ["POCD_HD000040"]
    roots = attribute(written, "/h:*/h:templateId/@root")
    assert roots[:2] == ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"]
    assert attribute(written, "/h:*/h:effectiveTime/@value") == ["20260504093000+0200"]
    assert attribute(written, "//h:recordTarget//h:id/@root") == [OID_NIR_TEST]
    assert attribute(written, "//h:patient/h:name/h:family/@qualifier") == ["BR", "CL"]
    assert attribute(written, "//h:author//h:code/@code") == ["G15_10/SM26"]
    assert attribute(written, "//h:healthCareFacility/h:code/@code") == ["SA01"]
    assert attribute(written, "//h:encompassingEncounter/h:code/@code") == ["EMER"]


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    unknown = replace(HEAD, subject=Subject(SUBJECT.ins, replace(TRAITS, birth=None)))
    written = wrapped(unknown, b"x")
    assert attribute(written, "//h:birthTime/@nullFlavor") == ["UNK"]
    assert attribute(written, "//h:patientRole/h:addr/@nullFlavor") == ["NAV"]
    assert attribute(written, "//h:patientRole/h:telecom/@nullFlavor") == ["NAV"]


def test_a_document_that_replaces_another_names_it() -> None:
    assert read_document(wrapped(replace(HEAD, replaces="2.25.16"), b"x")).replaces == ("2.25.16",)


@given(st.binary(min_size=1, max_size=300))
def test_a_wrapped_file_comes_back_byte_for_byte(content: bytes) -> None:
    read = read_document(wrapped(HEAD, b"%PDF-1.4\n" + content))
    assert [(one.media_type, one.content) for one in read.attachments] == [("application/pdf", b"%PDF-1.4\n" + content)]


@given(title=words, family=words, given_name=words, text=words)
def test_what_is_written_is_read_back(title: str, family: str, given_name: str, text: str) -> None:
    traits = replace(TRAITS, family=family, given=given_name)
    head = replace(HEAD, title=title, subject=Subject(SUBJECT.ins, traits))
    section = e("section", None, e("title", None, "Motif"), e("text", None, e("paragraph", None, text)))
    read = read_document(structured(head, [section]))
    assert (read.unique_id, read.type.code, read.title) == ("2.25.17", "15507-7", title)
    assert read.date.startswith("2026-05-04T09:30")
    assert (read.subject.traits.family, read.subject.traits.given) == (family, given_name)
    assert (SUBJECT.ins.oid, SUBJECT.ins.matricule) in read.subject.identifiers
    assert [part.blocks for part in read.parts] == [(Paragraph(text),)]
