"""The demonstration: invented people, their cards and their records."""
