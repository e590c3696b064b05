"""Hostile, broken and mislabelled bytes."""

import base64
import tracemalloc

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.cda.xml import MAX_BYTES
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Kind
from tests.dmp.cda.build import document, section

GOOD = document(section("48765-2", "Allergies", "<paragraph>Pénicilline : œdème</paragraph>"))


def problem(content: bytes, limit: int = 1 << 20) -> DocumentProblem:
    with pytest.raises(DocumentError) as caught:
        read_cda(content, limit)
    assert "Pénicilline" not in str(caught.value)
    return caught.value.problem


DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", DocumentProblem.EMPTY),
        (b" \n\x00", DocumentProblem.EMPTY),
        (b"\xef\xbb\xbf", DocumentProblem.EMPTY),
        (b"{}", DocumentProblem.NOT_XML),
        (b"%PDF-1.4", DocumentProblem.NOT_XML),
        (b"<a>", DocumentProblem.NOT_XML),
        (b"<a>\x01</a>", DocumentProblem.NOT_XML),
        (b"<a/><b/>", DocumentProblem.NOT_XML),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-FR"?><a/>', DocumentProblem.NOT_XML),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', DocumentProblem.NOT_CDA),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', DocumentProblem.MISSING_HEADER),
        (DECLARATION + b"<!DOCTYPE ClinicalDocument><ClinicalDocument/>", DocumentProblem.FORBIDDEN_XML),
        (b'<!-- x --><?p?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', DocumentProblem.FORBIDDEN_XML),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', DocumentProblem.FORBIDDEN_XML),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"), DocumentProblem.FORBIDDEN_XML),
        (b"<a>&x;</a>", DocumentProblem.FORBIDDEN_XML),
        (b"<a>" * 199 + b"<b/>" + b"</a>" * 199, DocumentProblem.NOT_CDA),
        (b"<a>" * 201 + b"</a>" * 201, DocumentProblem.TOO_DEEP),
        (b"<a>" * 5000 + b"</a>" * 5000, DocumentProblem.TOO_DEEP),
        (b" " * (1 << 20) + b"<a/>", DocumentProblem.TOO_LARGE),
        (b"\xef\xbb\xbf\xef\xbb\xbf<!DOCTYPE a [<!ENTITY x 'y'>]><a b='&x;'/>", DocumentProblem.NOT_XML),
        (b"\x0c<!DOCTYPE a><a/>", DocumentProblem.FORBIDDEN_XML),
    ],
)
def test_bytes_that_are_no_document(content: bytes, expected: DocumentProblem) -> None:
    assert problem(content) is expected


def test_a_bomb_in_attributes_and_in_text_is_refused_before_it_grows() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    assert problem(f'<!DOCTYPE a [{entities}]><a x="&a9;">&a9;</a>'.encode()) is DocumentProblem.FORBIDDEN_XML


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" * 1_000_001,
        b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
        b"<a " + b" ".join(b'b%d=""' % n for n in range(1_000_001)) + b"/>",
        b"<!---->" * 1_000_001 + b"<a/>",
        b"<?a?>" * 1_000_001 + b"<a/>",
    ],
    ids=["nested", "flat", "attributes", "comments", "instructions"],
)
def test_a_bomb_of_markup_is_refused_before_it_becomes_a_tree(content: bytes) -> None:
    tracemalloc.start()
    try:
        assert problem(content, MAX_BYTES) is DocumentProblem.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 4 * len(content)
    finally:
        tracemalloc.stop()


def test_as_deep_as_libxml2_goes_is_too_deep() -> None:
    assert problem(b"<a>" * 400_000 + b"</a>" * 400_000, MAX_BYTES) is DocumentProblem.TOO_DEEP


def test_a_file_of_25_megabytes_is_read() -> None:
    pdf = b"%PDF-1.7\n" + bytes(range(256)) * 97_656
    text = f'<text mediaType="application/pdf" representation="B64">{base64.b64encode(pdf).decode()}</text>'
    reading = read_cda(document(body=f"<component><nonXMLBody>{text}</nonXMLBody></component>"))
    assert reading.attachments[0].content == pdf
    media = f"<observationMedia>{text.replace('text', 'value')}</observationMedia>"
    assert read_cda(document(section("55108-5", "Copie", "", media))).attachments[0].content == pdf


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-15", "windows-1252"])
def test_declared_encodings(encoding: str) -> None:
    content = GOOD.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    reading = read_cda(content)
    assert reading.entries[0].label == "Pénicilline : œdème"
    assert reading.unread == ("Allergies",)


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_cda(b"\xef\xbb\xbf" + GOOD).entries[0].kind is Kind.ALLERGY


def test_windows_bytes_declared_as_utf8_are_read_and_said() -> None:
    reading = read_cda(GOOD.decode().encode("windows-1252"))
    assert reading.entries[0].label == "Pénicilline : œdème"
    assert reading.unread[0] == "encodage : déclaré UTF-8, lu comme windows-1252"


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "iso-8859-15"])
def test_utf8_bytes_declared_as_another_encoding_are_read_and_said(declared: str) -> None:
    reading = read_cda(GOOD.replace(b'"UTF-8"', f'"{declared}"'.encode()))
    assert reading.entries[0].label == "Pénicilline : œdème"
    assert reading.unread[0] == f"encodage : déclaré {declared}, lu comme UTF-8"


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "ascii"])
def test_a_declaration_that_cannot_be_true_is_passed_over(declared: str) -> None:
    reading = read_cda(GOOD.replace(b'"UTF-8"', f'"{declared}"'.encode()))
    assert (reading.entries[0].label, reading.unread) == ("Pénicilline : œdème", ("Allergies",))


def test_bytes_of_no_encoding_are_refused() -> None:
    assert problem(GOOD.replace("é".encode(), b"\x81\xff")) is DocumentProblem.NOT_XML


def test_ten_thousand_entries_are_read() -> None:
    row = "<tr><td>Latex</td></tr>"
    text = f"<table><tbody>{row * 10_000}</tbody></table>"
    act = '<act classCode="ACT" moodCode="EVN"><code nullFlavor="NA"/></act>'
    assert len(read_cda(document(section("48765-2", "A", text))).entries) == 10_000
    assert len(read_cda(document(section("48765-2", "A", text, *[act] * 10_000))).entries) >= 10_000
