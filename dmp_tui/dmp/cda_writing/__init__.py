"""Writes CDA R2 documents with the header of CI-SIS (volet "Structuration minimale des documents de santé")."""

import base64
from collections.abc import Iterable

from lxml import etree

from dmp_tui.dmp.cda_writing.header import Header, header, replacing
from dmp_tui.dmp.cda_writing.xml import e

__all__ = ["Header", "replacing", "structured", "wrapped"]


def structured(head: Header, sections: Iterable[etree._Element]) -> bytes:
    """A document of level 3: ``sections`` are ``section`` elements, in the order in which they are read."""
    body = e("structuredBody", None, *(e("component", None, section) for section in sections))
    return _document(header(head, structured=True), body)


def wrapped(head: Header, content: bytes, media_type: str = "application/pdf") -> bytes:
    """A document of level 1: ``content``, which is no CDA, as it is (CDA R2 4.3.1.1, ``nonXMLBody``)."""
    encoded = base64.encodebytes(content).decode()
    body = e("nonXMLBody", None, e("text", {"mediaType": media_type, "representation": "B64"}, encoded))
    return _document(header(head, structured=False), body)


def _document(head: list[etree._Element], body: etree._Element) -> bytes:
    document = e("ClinicalDocument", None, *head, e("component", None, body))
    etree.cleanup_namespaces(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")
