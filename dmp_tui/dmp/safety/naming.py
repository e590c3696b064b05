"""Which medicine of a base some words or codes mean: a prescription's line, an allergy's name, what was typed."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.makers import without_maker
from dmp_tui.dmp.medicines.model import Base, Found, Speciality, Substance
from dmp_tui.dmp.medicines.naming import short_name
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.sheet.critical import atc_codes, snomed_names, substances

_PRODUCT_SYSTEMS = ("1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2", "/cis", "/cip", "/ucd")
"""Ends of the systems of CIS, CIP and UCD codes."""
_DIGITS = re.compile(r"\d+")
SURE = 91.0
"""Least likeness (of 100) at which a guess is used; prednisone and prednisolone are 90.9 alike."""


def medicine_of(found: Found, label: str) -> Medicine:
    """A base's answer as what is weighed."""
    own = found.medicine
    if isinstance(own, Substance):
        return Medicine(label, own.name, (own,), ("",), (), found.guess, found.name)
    box = of_speciality(own, label, guess=found.guess, matched=found.name)
    if _names_the_box(label, own):
        return box
    # A brand alone is several boxes: none of their strengths and routes is known to be this one's.
    return replace(box, name=found.name, strengths=("",) * len(box.substances), routes=())


def _names_the_box(label: str, own: Speciality) -> bool:
    """Whether words hold figures of a box's name or strengths: ``KARDEGIC 75`` does, ``KARDEGIC`` does not."""
    figures = set(_DIGITS.findall(label))
    known = _DIGITS.findall(" ".join((own.name, *(component.strength for component in own.components))))
    return fold(label) == fold(own.name) or bool(figures & set(known))


def of_speciality(own: Speciality, label: str, *, guess: bool = False, matched: str = "") -> Medicine:
    """A speciality as what is weighed."""
    substances = tuple(component.substance for component in own.components)
    strengths = tuple(component.strength for component in own.components)
    return Medicine(label, own.name, substances, strengths, own.routes, guess, matched or own.name)


def of_substance(own: Substance, label: str = "") -> Medicine:
    """A substance as what is weighed."""
    return Medicine(label or own.name, own.name, (own,), ("",))


def resolve(labels: Iterable[str], codes: Iterable[Coding], base: Base) -> Medicine | None:
    """What a line's codes or words mean: a box by its code, then words, names that the sheet's own table knows, ATC.

    Words come before an ATC code, which names no form and, for a combination, not all of its substances. A guess is
    last, and only a near one.
    """
    own = tuple(codes)
    texts = tuple(dict.fromkeys(label for label in (*labels, *snomed_names(own)) if label.strip()))
    label = texts[0] if texts else ""
    for coding in own:
        if coding.system.rstrip("/").lower().endswith(_PRODUCT_SYSTEMS):
            box = base.speciality(coding.code.strip())
            if box is not None:
                return of_speciality(box, label or box.name)
    guesses: list[Found] = []
    for name in dict.fromkeys(name for text in texts for name in (text, short_name(text)) if name):
        known = exact(name, label, base)
        if known is not None:
            return known
        first = next(iter(base.find(name, 1)), None)
        guesses += [first] if first is not None and first.guess and first.score >= SURE else []
    tabled = [base.substance(name) for name in sorted(substances(own, texts))]
    held = tuple(one for one in tabled if one is not None)
    if held and len(held) == len(tabled):
        return Medicine(label, " + ".join(one.name for one in held), held, ("",) * len(held))
    for code in atc_codes(own):
        if len(code) == 7:
            first = next(iter(base.find(code, 1)), None)
            if first is not None and not first.guess:
                return medicine_of(first, label or first.name)
    best = max(guesses, key=lambda found: found.score, default=None)
    return medicine_of(best, label) if best is not None else None


_AND = re.compile(r"\s*(?:/|\+|\bet\b|\band\b)\s*", re.IGNORECASE)


def exact(name: str, label: str, base: Base) -> Medicine | None:
    """The medicine of a name that is, letter for letter, one of the base's, or several of them joined.

    A generic's firm is passed over ("AMOXICILLINE ACIDE CLAVULANIQUE BIOGARAN"), never a word that nobody knows.
    """
    own = base.substance(name)
    if own is not None:
        return of_substance(own, label)
    first = next(iter(base.find(name, 1)), None)
    if first is not None and not first.guess:
        return medicine_of(first, label)
    parts = [part for part in _AND.split(name) if part.strip()]
    held = [base.substance(part) for part in parts]
    both = tuple(one for one in held if one is not None)
    if len(parts) > 1 and len(both) == len(parts):
        return _of_several(both, label)
    bare = without_maker(name)
    if bare:
        return exact(bare, label, base)
    several = _several(fold(name).split(), base)
    return _of_several(several, label) if len(several) > 1 else None


def _of_several(held: tuple[Substance, ...], label: str) -> Medicine:
    return Medicine(label, " + ".join(one.name for one in held), held, ("",) * len(held))


_MOST_WORDS = 8


def _several(words: list[str], base: Base) -> tuple[Substance, ...]:
    """The substances whose names, written one after the other, are all of these words; else none."""
    if not words or len(words) > _MOST_WORDS:
        return ()
    for end in range(len(words), 0, -1):
        own = base.substance(" ".join(words[:end])) if len(words[0]) > 3 else None
        if own is not None and (end == len(words) or (rest := _several(words[end:], base))):
            return (own,) if end == len(words) else (own, *rest)
    return ()


@lru_cache(maxsize=8192)
def folded_name(text: str) -> str:
    """``fold`` of the base's own words (names, conditions), which come again and again; never of a patient's."""
    return fold(text)


def same_substance(one: Substance, other: Substance) -> bool:
    """Whether two are one active substance, whatever their salts."""
    return folded_name(one.key) == folded_name(other.key)
