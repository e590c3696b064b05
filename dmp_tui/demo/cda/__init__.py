"""Writes the demonstration's documents as CDA R2, with the header and the coded sections of CI-SIS."""

from dmp_tui.demo.cda.header import header_of
from dmp_tui.demo.cda.sections import section
from dmp_tui.demo.clinical import Section
from dmp_tui.dmp.cda_writing import Header, structured, wrapped

__all__ = ["header_of", "write_cda"]


def write_cda(head: Header, sections: tuple[Section, ...], pdf: bytes = b"") -> bytes:
    """A whole document: a structured body of ``sections``, or ``pdf`` as the body where there are none."""
    if not sections:
        return wrapped(head, pdf)
    return structured(
        head,
        [section(content, f"{head.unique_id}/{number}", f"s{number}-") for number, content in enumerate(sections)],
    )
