"""Any structured document of a DMP: CDA (XML) or a FHIR document (JSON or XML), told apart by how they begin."""

import re

from dmp_tui.dmp.entries import DocumentError, DocumentProblem, Reading

_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"
_JSON_TYPES = re.compile(r"\bjson\b", re.IGNORECASE)


def read_document(content: bytes, media_type: str = "") -> Reading:
    """Read a CDA document or a FHIR document Bundle. ``media_type`` only names the problem of bytes that are neither.

    Raises:
        DocumentError: bytes that are neither, or not readable.
    """
    first = content[:4096].lstrip(_BLANK)[:1]
    if not first:
        raise DocumentError(DocumentProblem.EMPTY)
    if first == b"<":
        from dmp_tui.dmp.fhir.xml import is_fhir_xml

        if is_fhir_xml(content):
            from dmp_tui.dmp.fhir.reading import read_fhir_document

            return read_fhir_document(content)
        from dmp_tui.dmp.cda import read_cda

        return read_cda(content)
    if first in {b"{", b"["}:
        from dmp_tui.dmp.fhir.reading import read_fhir_document

        return read_fhir_document(content)
    raise DocumentError(DocumentProblem.NOT_JSON if _JSON_TYPES.search(media_type) else DocumentProblem.NOT_XML)
