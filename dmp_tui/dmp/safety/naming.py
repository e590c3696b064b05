"""Which medicine of a base some words or codes mean: a prescription's line, an allergy's name, what was typed."""

import re
from collections.abc import Iterable
from functools import lru_cache

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Base, Found, Speciality, Substance
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.sheet.critical import atc_codes

_PRODUCT_SYSTEMS = ("1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2", "/cis", "/cip", "/ucd")
"""Ends of the systems of CIS, CIP and UCD codes."""
_FORM = re.compile(
    r"\b(?:comprim\w*|cp[rs]?|g[eé]lules?|capsules?|sachets?|solution|suspension|sirop|gouttes?|ampoules?|flacons?"
    r"|seringues?|patch\w*|dispositif|cr[eè]me|pommade|gel|spray|suppositoires?|injectable|inj|poudre|stylo|collyre"
    r"|tablets?|capsule|orale?|buvable)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![A-Za-z])\d+(?:[.,]\d+)?\s*(?:mg|g|µg|microg\w*|mcg|ui|u|ml|%|mmol|meq|/|x|$|\s)", re.IGNORECASE
)
SURE = 91.0
"""Least likeness (of 100) at which a guess of a *sheet's* words is used: below it the words are said to be unknown."""


def medicine_of(found: Found, label: str) -> Medicine:
    """A base's answer as what is weighed."""
    own = found.medicine
    if isinstance(own, Substance):
        return Medicine(label, own.name, (own,), ("",), (), found.guess, found.name)
    return of_speciality(own, label, guess=found.guess, matched=found.name)


def of_speciality(own: Speciality, label: str, *, guess: bool = False, matched: str = "") -> Medicine:
    """A speciality as what is weighed."""
    substances = tuple(component.substance for component in own.components)
    strengths = tuple(component.strength for component in own.components)
    return Medicine(label, own.name, substances, strengths, own.routes, guess, matched or own.name)


def of_substance(own: Substance, label: str = "") -> Medicine:
    """A substance as what is weighed."""
    return Medicine(label or own.name, own.name, (own,), ("",))


def likeness(found: Found) -> float:
    """A guess's score, of 100."""
    return found.score * 100 if found.score <= 1 else found.score


def resolve(labels: Iterable[str], codes: Iterable[Coding], base: Base) -> Medicine | None:
    """What a line's codes or words mean: a box by its code, its words, a substance by its ATC code; else a guess.

    Words come before an ATC code, which names no form and, for a combination, not all of its substances.
    """
    texts = tuple(dict.fromkeys(label for label in labels if label.strip()))
    label = texts[0] if texts else ""
    own = tuple(codes)
    for coding in own:
        if coding.system.rstrip("/").lower().endswith(_PRODUCT_SYSTEMS):
            box = base.speciality(coding.code.strip())
            if box is not None:
                return of_speciality(box, label or box.name)
    names = tuple(dict.fromkeys(name for text in texts for name in (text, short_name(text)) if name))
    guesses: list[Found] = []
    for name in names:
        substance = base.substance(name)
        if substance is not None:
            return of_substance(substance, label)
        first = next(iter(base.find(name, 1)), None)
        if first is not None and not first.guess:
            return medicine_of(first, label)
        guesses += [first] if first is not None and likeness(first) >= SURE else []
    for code in atc_codes(own):
        if len(code) == 7:
            first = next(iter(base.find(code, 1)), None)
            if first is not None and not first.guess:
                return medicine_of(first, label or first.name)
    best = max(guesses, key=likeness, default=None)
    return medicine_of(best, label) if best is not None else None


def short_name(text: str) -> str:
    """What stands before the first strength, form or comma: ``COUMADINE 2 mg, comprimé`` is ``COUMADINE``."""
    cuts = [match.start() for match in (_FORM.search(text), _FIGURE.search(text)) if match and match.start() > 0]
    cuts += [at for mark in (",", "(", ";", ":") if (at := text.find(mark)) > 0]
    return text[: min(cuts, default=len(text))].strip(" -,")


@lru_cache(maxsize=8192)
def folded_name(text: str) -> str:
    """``fold`` of the base's own words (names, conditions), which come again and again; never of a patient's."""
    return fold(text)


def same_substance(one: Substance, other: Substance) -> bool:
    """Whether two are one active substance, whatever their salts."""
    return folded_name(one.key) == folded_name(other.key)
