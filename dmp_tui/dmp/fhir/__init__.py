"""FHIR R4 in and out: summaries, documents, metadata."""
