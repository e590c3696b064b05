"""Feeding records without the app: from the shell, with a card (TD2.1)."""
