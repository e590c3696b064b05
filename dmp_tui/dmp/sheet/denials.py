"""What a statement of "none" covers: "no known food allergy" says nothing of penicillin."""

from collections.abc import Sequence

from dmp_tui.dmp.entries import Entry, Kind
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.matching import Statement

_SCOPE_CODES = {
    "409137002": "drug",
    "no-known-medication-allergies": "drug",
    "no-known-drug-allergies": "drug",
    "429625007": "food",
    "no-known-food-allergies": "food",
    "428607008": "environment",
    "no-known-environmental-allergies": "environment",
    "1003774007": "latex",
    "no-known-latex-allergies": "latex",
}
"""SNOMED CT and IPS absent-unknown codes that deny one sort of allergy only."""

_SCOPE_WORDS = {
    "MEDICAMENT": "drug",
    "MEDICATION": "drug",
    "DRUG": "drug",
    "ALIMENT": "food",
    "FOOD": "food",
    "ENVIRON": "environment",
    "PNEUMALLERG": "environment",
    "LATEX": "latex",
}

_THINGS = {
    "food": (
        "ARACHID", "CACAHUET", "PEANUT", "NOIX", "NOISET", "AMAND", "NUT", "LAIT", "MILK", "OEUF", "EGG", "POISSON",
        "FISH", "CRUSTAC", "CREVET", "MOLLUSQU", "FRUIT", "GLUTEN", "BLE", "SOJA", "SOY", "SESAM", "KIWI", "FRAIS",
        "MOUTARD", "CELERI", "ALIMENT", "FOOD",
    ),
    "environment": (
        "POLLEN", "ACARIEN", "GRAMIN", "BOULEAU", "POIL", "CHAT", "CHIEN", "VENIN", "GUEP", "ABEIL", "MOISIS",
    ),
    "latex": ("LATEX",),
}  # fmt: skip


def scopes(entry: Entry) -> frozenset[str]:
    """Which sorts of allergy a "none" covers (``drug``, ``food``, ``environment``, ``latex``); empty if all."""
    if entry.kind is not Kind.ALLERGY:
        return frozenset()
    by_code = frozenset(_SCOPE_CODES[c.code] for c in entry.codes if c.code in _SCOPE_CODES)
    words = fold(entry.label).split()
    by_words = frozenset(scope for word in words for start, scope in _SCOPE_WORDS.items() if word.startswith(start))
    return by_code or by_words


def is_general(entry: Entry) -> bool:
    """Whether a "none" covers its whole kind."""
    return not scopes(entry)


def applies(denial: Statement, stated: Sequence[Statement]) -> bool:
    """Whether a "none" denies what is stated. One document's own partial "none" never denies what it states."""
    origin, entry = denial
    covered = scopes(entry)
    if not covered:
        return True
    if any(other.document == origin.document for other, _ in stated):
        return False
    return bool(covered & _sorts(stated))


def _sorts(stated: Sequence[Statement]) -> frozenset[str]:
    """Sorts that the words of an allergy tell; a medicine where they tell nothing."""
    words = [word for _, entry in stated for word in fold(entry.label).split()]
    found = {
        sort for sort, starts in _THINGS.items() if any(word.startswith(start) for word in words for start in starts)
    }
    return frozenset(found or {"drug"})
