"""The narrative as blocks: paragraphs, lists, tables with spans, captions, pictures, links; and attached files."""

import base64

import pytest

from dmp_tui.dmp.cda import read_cda
from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Reading
from dmp_tui.dmp.narrative import Block, Items, Paragraph, Picture, Table
from tests.dmp.cda.build import LOINC, code, document, section

PDF = base64.b64encode(b"%PDF-1.4 nothing").decode()


def blocks(text: str) -> tuple[Block, ...]:
    return read_cda(document(section("55112-7", "Commentaire", text))).parts[0].blocks


def test_running_text_breaks_and_paragraphs() -> None:
    assert blocks("Un  deux<br/>trois<paragraph>quatre <content>cinq</content></paragraph>six") == (
        Paragraph("Un deux\ntrois"),
        Paragraph("quatre cinq"),
        Paragraph("six"),
    )


def test_lists_and_their_captions() -> None:
    assert blocks('<list listType="ordered"><caption>Titre</caption><item>a</item><item>b<br/>c</item></list>') == (
        Paragraph("Titre", heading=True),
        Items(("a", "b\nc"), ordered=True),
    )


def test_a_table_with_spans_and_caption() -> None:
    text = (
        "<table><caption>T</caption><thead><tr><th colspan='2'>Dose</th><th>Date</th></tr></thead>"
        "<tbody><tr><td rowspan='2'>a</td><td>b</td><td>c</td></tr><tr><td>d</td></tr></tbody></table>"
    )
    assert blocks(text) == (Table((("a", "b", "c"), ("", "d", "")), ("Dose", "", "Date"), "T"),)


def test_a_first_row_of_headers_is_the_header() -> None:
    assert blocks("<table><tbody><tr><th>A</th></tr><tr><td>1</td></tr></tbody></table>") == (Table((("1",),), ("A",)),)


def test_links_notes_and_deleted_words_are_said() -> None:
    text = (
        '<linkHtml href="https://e.org">page</linkHtml> x<footnote ID="f">note</footnote> '
        '<content revised="delete">y</content>'
    )
    assert blocks(text) == (Paragraph("page (https://e.org) x (note) [supprimé : y]"),)


@pytest.mark.parametrize("span", ["0", "-1", "x", "999999999", "1000000"])
def test_absurd_spans_are_bounded(span: str) -> None:
    (table,) = blocks(
        f"<table><tbody><tr><td colspan='{span}' rowspan='{span}'>a</td></tr><tr><td>b</td></tr></tbody></table>"
    )
    assert isinstance(table, Table)
    assert len(table.rows[0]) <= 256


def with_media(content: str, text: str = "<renderMultiMedia referencedObject='m1'/>") -> Reading:
    media = (
        '<observationMedia classCode="OBS" moodCode="EVN" ID="m1">'
        f'<value mediaType="application/pdf" representation="B64">{content}</value></observationMedia>'
    )
    own, value = code("code", "69764-9", LOINC), code("value", "DLU_006", "1.2", "Attestation", kind="CD")
    kind = f'<observation classCode="OBS" moodCode="EVN">{own}{value}</observation>'
    organizer = (
        f'<organizer classCode="CLUSTER" moodCode="EVN">{code("code", "55107-7", LOINC)}'
        f"<component>{kind}</component><component>{media}</component></organizer>"
    )
    return read_cda(document(section("55107-7", "Documents joints", text, organizer)))


def test_an_embedded_file_and_its_picture() -> None:
    reading = with_media(PDF)
    assert [(a.media_type, a.content, a.title) for a in reading.attachments] == [
        ("application/pdf", b"%PDF-1.4 nothing", "Attestation")
    ]
    assert reading.parts[0].blocks == (Picture("Attestation", "application/pdf"),)
    assert (reading.entries, reading.unread) == ((), ())


def test_an_embedded_file_that_cannot_be_decoded_is_counted() -> None:
    reading = with_media("%%%")
    assert (reading.attachments, reading.unread) == ((), ("Attestation",))


def level_one(text: str, attributes: str = 'mediaType="application/pdf" representation="B64"') -> bytes:
    return document(body=f"<component><nonXMLBody><text {attributes}>{text}</text></nonXMLBody></component>")


def test_a_level_one_document_is_its_file() -> None:
    reading = read_cda(level_one(f"\n{PDF[:10]}\n{PDF[10:]}\n"))
    assert (reading.format, reading.attachments[0].content, reading.entries) == ("cda-n1", b"%PDF-1.4 nothing", ())
    assert read_cda(level_one("Bonjour", 'mediaType="text/plain"')).attachments[0].content == b"Bonjour"


@pytest.mark.parametrize("text", ["%%%", "abc", "é", "YWJj=YWJj"])
def test_bad_base64_of_a_level_one_document(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_cda(level_one(text))
    assert caught.value.problem is DocumentProblem.BAD_BASE64


@pytest.mark.parametrize(
    ("attributes", "text", "media_type", "content"),
    [
        ('mediaType="text/plain"', "Bonjour\n\n  ligne 2 \n", "text/plain", "Bonjour\n\n  ligne 2"),
        ("", "été", "text/plain", "été"),
        ('mediaType="text/plain"', "JVBERi0x", "text/plain", "JVBERi0x"),
        ('mediaType="text/html"', "<p>Bonjour</p><p>au <b>revoir</b></p>", "text/html", "Bonjour\nau\nrevoir"),
        ('mediaType="text/rtf" representation="B64"', "e1xydGYx\r\n  fQ==", "text/rtf", "{\\rtf1}"),
        ('mediaType="application/pdf"', "JVBERi0x\n", "application/pdf", "%PDF-1"),
        ('representation="B64"', "JVBERi0x", "application/pdf", "%PDF-1"),
        ('representation="B64"', "AAEC", "application/octet-stream", "\x00\x01\x02"),
        ('mediaType="application/pdf" representation="B64"', "JVBE<!-- c -->Ri0x", "application/pdf", "%PDF-1"),
        ('mediaType="image/png" representation="b64"', "iVBO", "image/png", None),
    ],
)
def test_bodies_of_any_sort(attributes: str, text: str, media_type: str, content: str | None) -> None:
    (file,) = read_cda(level_one(text, attributes)).attachments
    assert file.media_type == media_type
    assert content is None or file.content == content.encode()


def test_an_empty_body_is_said() -> None:
    reading = read_cda(level_one(" "))
    assert (reading.attachments, reading.unread) == ((), ("Synthèse",))
