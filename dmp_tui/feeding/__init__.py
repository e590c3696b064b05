"""Feeding records without the app: from the shell with a card (TD2.1), from a folder with a certificate (TD2.2)."""
