"""CI-SIS documents (CDA R2) in, entries out."""
