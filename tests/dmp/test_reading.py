"""CDA or FHIR, told apart by the content."""

import pytest

from dmp_tui.dmp.entries import DocumentError, DocumentProblem
from dmp_tui.dmp.reading import read_document
from tests.dmp.cda.build import document, section

CDA = document(section("48765-2", "Allergies", "Néant"))


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_a_cda_document_whatever_its_declared_type(prefix: bytes) -> None:
    content = prefix + CDA if prefix != b"\n  " else prefix + CDA.partition(b"?>")[2]
    assert read_document(content, "application/json").format == "cda-n3"


@pytest.mark.parametrize(
    ("content", "media_type", "problem"),
    [
        (b"", "text/xml", DocumentProblem.EMPTY),
        (b" \n", "", DocumentProblem.EMPTY),
        (b"%PDF-1.7", "", DocumentProblem.NOT_XML),
        (b"bonjour", "application/fhir+json", DocumentProblem.NOT_JSON),
        (b"<html/>", "", DocumentProblem.NOT_CDA),
        (b'{"resourceType": "Patient"}', "", DocumentProblem.NOT_FHIR_DOCUMENT),
    ],
)
def test_what_is_neither(content: bytes, media_type: str, problem: DocumentProblem) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(content, media_type)
    assert caught.value.problem is problem
