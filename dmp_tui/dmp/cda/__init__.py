"""CI-SIS documents (HL7 CDA R2) as statements, narrative and files: ``read_cda`` is all that others need."""

from dmp_tui.dmp.cda.reading import read_cda

__all__ = ["read_cda"]
