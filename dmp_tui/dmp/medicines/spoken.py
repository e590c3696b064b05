"""The official base, understanding the names that people use: those of the emergency set beside its own.

The official tables know brands as they are printed ("EFFEXOR L.P."), no English name, no abbreviation and few ATC
codes. The emergency set knows those of some 300 substances. What is answered is still the official base's: its
substances, its boxes, its pairs.
"""

from collections.abc import Iterable
from dataclasses import replace

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.emergency import EmergencyBase
from dmp_tui.dmp.medicines.model import Base, Edition, Found, Interaction, Speciality, Substance


class SpokenBase:
    """A ``Base`` that asks an official one, and the emergency set for names. One thread at a time, as the official."""

    def __init__(self, official: Base, usual: EmergencyBase) -> None:
        self._official = official
        self._usual = usual
        self._known: dict[str, Substance] = {}

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The official base's."""
        return self._official.editions

    @property
    def whole(self) -> bool:
        """The official base's."""
        return self._official.whole

    def find(self, typed: str, limit: int = 8) -> tuple[Found, ...]:
        """What the official base finds; before it, what the set knows letter for letter and that base does not.

        A substance that the set knows is the set's to name; a box is the official base's, if it finds one that holds
        the figures that were typed.
        """
        found = tuple(self._dressed_found(one) for one in self._official.find(typed, limit))
        own = next(iter(self._usual.find(typed, 1)), None)
        if own is None or own.guess:
            return found
        first = next((one for one in found if not one.guess), None)
        if first is not None and isinstance(own.medicine, Speciality) and _suits(first, own.medicine, typed):
            return found
        taken = self._translated(own)
        return (taken, *(one for one in found if one.medicine != taken.medicine))[:limit]

    def substance(self, key: str) -> Substance | None:
        """The substance of a folded name, a synonym or a salt."""
        own = self._usual.substance(key)
        if own is not None and (held := self._held(own)) is not None:
            return held
        found = self._official.substance(key)
        return self._dressed(found) if found is not None else None

    def speciality(self, code: str) -> Speciality | None:
        """The speciality of a CIS, CIP7 or CIP13."""
        found = self._official.speciality(code)
        return self._dressed_box(found) if found is not None else None

    def interactions(self, one: Substance, other: Substance) -> tuple[Interaction, ...]:
        """All pairs of the thesaurus that hold between two substances, directly or through their classes."""
        return self._official.interactions(one, other)

    def _held(self, own: Substance) -> Substance | None:
        """The official substance that one of the set means; None where that base has none of its names."""
        names = {fold(name) for name in (own.name, *own.synonyms)}
        found = [held for name in (own.name, *own.synonyms) if (held := self._official.substance(name)) is not None]
        best = next((one for one in found if one.key in names), None)
        return self._dressed(best) if best is not None else None

    def _dressed(self, found: Substance) -> Substance:
        """An official substance, with the ATC codes and the synonyms that the set knows of it."""
        if found.key not in self._known:
            own = self._usual.substance(found.key)
            synonyms = () if own is None else tuple(dict.fromkeys((*found.synonyms, own.name, *own.synonyms)))
            codes = found.atc or (own.atc if own is not None else ())
            self._known[found.key] = replace(found, atc=codes, synonyms=synonyms) if own is not None else found
        return self._known[found.key]

    def _dressed_box(self, box: Speciality) -> Speciality:
        return replace(box, components=tuple(replace(p, substance=self._dressed(p.substance)) for p in box.components))

    def _dressed_found(self, found: Found) -> Found:
        own = found.medicine
        return replace(found, medicine=self._dressed(own) if isinstance(own, Substance) else self._dressed_box(own))

    def _translated(self, own: Found) -> Found:
        """A find of the set in the official base's substances; one that it does not hold stays the set's."""
        medicine = own.medicine
        if isinstance(medicine, Substance):
            return replace(own, medicine=self._held(medicine) or medicine)
        parts = tuple(replace(p, substance=self._held(p.substance) or p.substance) for p in medicine.components)
        return replace(own, medicine=replace(medicine, components=parts))


def _suits(found: Found, own: Speciality, typed: str) -> bool:
    """Whether an official find may stand for the set's: it is a box, and holds the typed figures if the set's does."""
    box = found.medicine
    if isinstance(box, Substance):
        return False
    return not (_figures([own.name]) & _figures([typed]) - _figures([box.name]))


def _figures(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in fold(text).split() if word.isdigit())
