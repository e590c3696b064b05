"""Medicines: substances, specialities, their interactions, and how a base of them is asked."""
