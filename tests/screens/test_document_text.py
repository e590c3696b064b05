"""What a document's bytes become for a reader: narrative, the text of a PDF, or why there is none."""

import base64
import json
from io import BytesIO

import pytest

from dmp_tui.demo.pdf import text_pdf
from dmp_tui.screens.document_text import DocumentText, document_text, text_of
from dmp_tui.screens.pdf import PdfProblem, pdf_text
from tests.dmp.cda.build import document


def shown(text: DocumentText) -> str:
    return "\n".join(line for each in text_of(text, 60) for line in each.lines)


async def test_the_text_of_a_pdf() -> None:
    text = await document_text(text_pdf(("Compte rendu", "INR 2,8")), "application/pdf")
    assert "INR 2,8" in shown(text)
    assert "page 1/1" in shown(text)


async def test_a_pdf_without_text_says_so() -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    buffer = BytesIO()
    writer.write(buffer)
    assert (await pdf_text(buffer.getvalue())).problem is PdfProblem.NO_TEXT
    assert "w : l'enregistrer" in shown(await document_text(buffer.getvalue(), "application/pdf"))


async def test_a_protected_pdf_says_so() -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    assert (await pdf_text(buffer.getvalue())).problem is PdfProblem.ENCRYPTED


@pytest.mark.parametrize("content", [b"%PDF-1.4\nrubbish", b"%PDF-", b"%PDF-1.7\n" + b"\x00" * 5000])
async def test_a_broken_pdf_is_said_and_nothing_falls(content: bytes) -> None:
    text = await document_text(content, "application/pdf")
    assert "PDF illisible" in shown(text) or "PDF sans texte" in shown(text)


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        (b"", "text/xml", "Document vide"),
        (b"<a><b></a>", "text/xml", "XML mal form"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "text/xml", "dangereuse"),
        (b"{", "application/fhir+json", "JSON mal form"),
        (b"{}", "application/fhir+json", "pas un document FHIR"),
        (b"\xff\xd8\xff", "image/jpeg", "C'est une image"),
        (b"Texte \x1b[2J simple", "text/plain", "Texte <U+001B>[2J simple"),
        (rb"{\rtf1\ansi Entr\'e9e aux urgences\par}", "text/rtf", "Entrée aux urgences"),
        (rb"{\rtf1\ansi Chute}", "application/octet-stream", "Texte extrait d'un RTF"),
        (b"<html><p>Chute</p></html>", "text/html", "Texte extrait d'une page HTML"),
    ],
)
async def test_what_cannot_be_read_is_said(content: bytes, media_type: str, said: str) -> None:
    assert said in shown(await document_text(content, media_type))


async def test_what_stands_on_no_sheet_is_named_first() -> None:
    wrong = {"resourceType": "Condition", "verificationStatus": {"text": "entered-in-error"}, "code": {"text": "X"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Task"}}, {"resource": wrong}]}
    text = shown(await document_text(json.dumps(bundle).encode(), "application/fhir+json"))
    assert text.startswith("! Pas sur la fiche, à lire dans le document : tâche (1)")
    assert "1 énoncé retiré par son auteur" in text


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        ("Sortie prévue".encode("cp1252"), "text/plain", "Sortie prévue"),
        (rb"{\rtf1 Sortie {\b demain}}", "text/rtf", "Sortie demain"),
        (b"", "text/plain", "Pas sur la fiche, à lire dans le document : Synthèse"),
    ],
)
async def test_a_text_inside_a_cda_is_shown(content: bytes, media_type: str, said: str) -> None:
    held = f'<text mediaType="{media_type}" representation="B64">{base64.b64encode(content).decode()}</text>'
    cda = document(body=f"<component><nonXMLBody>{held}</nonXMLBody></component>")
    assert said in shown(await document_text(cda, "text/xml"))
