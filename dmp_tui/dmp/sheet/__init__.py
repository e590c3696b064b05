"""Entries in, the emergency sheet out."""
