"""The demonstration's people, keys, documents and records."""
