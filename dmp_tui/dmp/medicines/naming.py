"""A typed medicine among the names of a base: letter for letter, by its beginning, with slips of typing."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.model import Found, Speciality, Substance

T = TypeVar("T")

_FORM = re.compile(
    r"\b(?:comprim\w*|cp[rs]?|g[eé]lules?|capsules?|sachets?|solution|suspension|sirop|gouttes?|ampoules?|flacons?"
    r"|seringues?|patch\w*|dispositif|cr[eè]me|pommade|gel|spray|suppositoires?|injectable|inj|poudre|stylo|collyre"
    r"|tablets?|capsule|orale?|buvable|ivd?|ivl|per os|im|sc)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![A-Za-z])\d+(?:[.,]\d+)?\s*(?:mg|g|µg|microg\w*|mcg|ui|u|ml|%|mmol|meq|/|x|$|\s)", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LEAST_PREFIX = 3
"""Letters from which a beginning is looked for: three open a list that one can read."""
_LEAST_SLIP = 4
_LEAST_LIKENESS = 72.0
EXACT = 100.0
_BEGINNING, _BEGINNING_SPAN = 58.0, 32.0
"""A beginning counts from 58 (nothing of the name) to 90 (all of it): never enough to be taken without a choice."""


def short_name(text: str) -> str:
    """What stands before the first strength, form or comma: ``COUMADINE 2 mg, comprimé`` is ``COUMADINE``."""
    cuts = [match.start() for match in (_FORM.search(text), _FIGURE.search(text)) if match and match.start() > 0]
    cuts += [at for mark in (",", "(", ";", ":") if (at := text.find(mark)) > 0]
    return text[: min(cuts, default=len(text))].strip(" -,")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A name of the base, all that bears it, and how near what was typed comes to it (of 100)."""

    name: str
    items: tuple[T, ...]
    guess: bool
    score: float


class Names(Generic[T]):
    """The names of a base, made once from pairs of a name and what bears it; asking changes nothing.

    A name may be borne by several items (the boxes of a brand), an item may have several names. ``whole`` are names of
    boxes as they are printed: found letter for letter, or by a beginning that holds a figure, so that they do not crowd
    out the brands.
    """

    def __init__(self, named: Iterable[tuple[str, T]], whole: Iterable[tuple[str, T]] = ()) -> None:
        shown: dict[str, str] = {}
        items: dict[str, dict[T, None]] = {}
        for name, item in named:
            folded = fold(name)
            if folded:
                shown.setdefault(folded, name)
                items.setdefault(folded, {})[item] = None
        self._folded = sorted(shown)
        for name, item in whole:
            folded = fold(name)
            if folded:
                shown.setdefault(folded, name)
                items.setdefault(folded, {})[item] = None
        self._shown = shown
        self._items = {folded: tuple(own) for folded, own in items.items()}
        self._whole = sorted(shown.keys() - set(self._folded))
        self._singular: dict[str, list[str]] = {}
        for folded in self._items:
            self._singular.setdefault(_singular(folded), []).append(folded)
        self._words = sorted((word, folded) for folded in self._folded for word in folded.split()[1:] if len(word) > 3)

    def __len__(self) -> int:
        return len(self._folded)

    def exact(self, name: str) -> tuple[T, ...]:
        """All that bears exactly this name, accents, capitals and plurals aside."""
        folded = fold(name)
        if folded in self._items:
            return self._items[folded]
        return tuple(dict.fromkeys(item for same in self._alike(folded) for item in self._items[same]))

    def find(self, typed: str, limit: int = 8) -> tuple[Match[T], ...]:
        """Names that may be meant, best first: the same, those that begin so, those with a word that begins so, slips.

        A dose or a form typed along is passed over where the whole is no name. Nothing is found of fewer than three
        letters but a name of two.
        """
        texts = tuple(dict.fromkeys(text for text in (fold(typed), fold(short_name(typed))) if text))
        scores: dict[str, tuple[float, bool]] = {}
        for text in texts:
            for folded in (text,) if text in self._items else self._alike(text):
                scores.setdefault(folded, (EXACT, False))
        for text in texts:
            for folded, score in self._beginning(text, limit * 4):
                scores.setdefault(folded, (score, True))
        if len(scores) < limit:
            for text in texts:
                for folded, score in self._slips(text, limit):
                    if score > scores.get(folded, (0.0, True))[0]:
                        scores[folded] = (score, True)
        ranked = sorted(scores.items(), key=lambda one: (-one[1][0], one[0] != texts[0], len(one[0]), one[0]))
        return tuple(
            Match(self._shown[folded], self._items[folded], guess, round(score, 1))
            for folded, (score, guess) in ranked[:limit]
        )

    def _alike(self, folded: str) -> Sequence[str]:
        return self._singular.get(_singular(folded), ()) if folded else ()

    def _beginning(self, text: str, most: int) -> list[tuple[str, float]]:
        if len(text) < _LEAST_PREFIX:
            return []
        found: list[tuple[str, float]] = []
        for names in (self._folded, self._whole) if _DIGITS.search(text) else (self._folded,):
            at = bisect_left(names, text)
            while at < len(names) and names[at].startswith(text):
                found.append((names[at], _BEGINNING + _BEGINNING_SPAN * len(text) / len(names[at])))
                at += 1
        at = bisect_left(self._words, (text, ""))
        while at < len(self._words) and self._words[at][0].startswith(text):
            folded = self._words[at][1]
            found.append((folded, _BEGINNING * 0.9 + 10 * len(text) / len(folded)))
            at += 1
        found.sort(key=lambda one: -one[1])
        return found[:most]

    def _slips(self, text: str, most: int) -> list[tuple[str, float]]:
        if len(text) < _LEAST_SLIP:
            return []
        from rapidfuzz import fuzz, process

        near = process.extract(text, self._folded, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS, limit=most)
        # Alike to the last letter of a longer text is still no name of the base: it stays a guess, below the exact.
        return [(folded, min(score, 99.0)) for folded, score, _ in near]


def _singular(folded: str) -> str:
    return " ".join(word[:-1] if len(word) > 4 and word.endswith("S") else word for word in folded.split())


def found_of(
    matches: Iterable[Match[T]], typed: str, medicine_of: Callable[[T], Substance | Speciality], limit: int = 8
) -> tuple[Found, ...]:
    """Matches as what a base answers. A name whose boxes hold different substances is never taken for one of them.

    Figures typed along choose among the boxes of a brand (``KARDEGIC 75``); substances come before boxes.
    """
    figures = set(_DIGITS.findall(typed))
    found: list[Found] = []
    for match in matches:
        held = [medicine_of(item) for item in match.items]
        substances = [own for own in held if isinstance(own, Substance)]
        boxes = [own for own in held if isinstance(own, Speciality)]
        if substances:
            found += [Found(own, match.name, match.guess, match.score) for own in substances[:1]]
            continue
        chosen = [own for own in boxes if figures and figures <= set(_DIGITS.findall(own.name))] or boxes
        chosen.sort(key=lambda own: (not own.marketed, len(own.name)))
        kinds: dict[frozenset[str], Speciality] = {}
        for own in chosen:
            kinds.setdefault(frozenset(part.substance.key for part in own.components), own)
        several = len(kinds) > 1
        for own in kinds.values():
            name = own.name if several else match.name
            found.append(Found(own, name, match.guess or several, match.score))
    return tuple(found[:limit])
