"""Writes the demonstration's documents as CDA R2, with the header and the coded sections of CI-SIS."""

import base64

from lxml import etree

from dmp_tui.demo.cda.header import Header, header
from dmp_tui.demo.cda.sections import section
from dmp_tui.demo.cda.xml import e
from dmp_tui.demo.clinical import Section

__all__ = ["Header", "write_cda"]


def write_cda(head: Header, sections: tuple[Section, ...], pdf: bytes = b"") -> bytes:
    """A whole document: a structured body of ``sections``, or ``pdf`` as the body where there are none."""
    if sections:
        body = e("structuredBody")
        for number, content in enumerate(sections):
            seed = f"{head.unique_id}/{number}"
            body.append(e("component", None, section(content, seed, f"s{number}-")))
    else:
        encoded = base64.encodebytes(pdf).decode()
        body = e("nonXMLBody", None, e("text", {"mediaType": "application/pdf", "representation": "B64"}, encoded))
    document = e("ClinicalDocument", None, *header(head), e("component", None, body))
    etree.cleanup_namespaces(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")
