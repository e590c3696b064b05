"""What a clinician typed as the medicines to give: found, guessed, or unknown with the nearest names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.emergency import EmergencyBase, emergency_base
from dmp_tui.dmp.medicines.model import Base, Found, Substance
from dmp_tui.dmp.medicines.naming import short_name
from dmp_tui.dmp.safety.model import Medicine
from dmp_tui.dmp.safety.naming import SURE, exact, medicine_of

_APART = 3.0
"""Of 100: two guesses nearer to each other than this are not told apart."""


@dataclass(frozen=True, slots=True)
class UnknownDrug:
    """A name that means nothing, or might mean several things: there is no verdict."""

    typed: str
    nearest: tuple[str, ...] = ()


def propose(typed: Sequence[str], base: Base) -> tuple[tuple[Medicine, ...], tuple[UnknownDrug, ...]]:
    """The medicines that names or codes mean, and those that mean none. A guess that is near and alone is taken."""
    found: list[Medicine] = []
    unknown: list[UnknownDrug] = []
    for name in dict.fromkeys(name.strip() for name in typed if name.strip()):
        one = _one(name, base)
        if isinstance(one, UnknownDrug):
            unknown.append(one)
        else:
            found.append(one)
    return tuple(found), tuple(unknown)


def _one(name: str, base: Base) -> Medicine | UnknownDrug:
    known = exact(name, name, base)
    if known is None and (short := short_name(name)) != name:
        known = exact(short, name, base)
    if known is not None and known.substances:
        return known
    found = base.find(name)
    first = next(iter(found), None)
    if first is not None and first.score >= SURE and not _rivals(first, found):
        medicine = medicine_of(first, name)
        if medicine.substances:
            return medicine
    return UnknownDrug(name, tuple(dict.fromkeys(one.name for one in found))[:5])


def _rivals(first: Found, found: Sequence[Found]) -> bool:
    """Whether another medicine is as near: other strengths of one brand are not another."""
    held = {own.key for own in medicine_of(first, "").substances}
    return any(
        first.score - one.score < _APART and {own.key for own in medicine_of(one, "").substances} != held
        for one in found[1:]
    )


LETTERS = 3
"""Letters from which a name is looked for as it is typed."""


def candidates(typed: str, base: Base, limit: int = 8) -> tuple[Medicine, ...]:
    """What a name that is being typed may become, best first; none for fewer than three letters.

    One whose name (or a word of it) begins with what was typed was meant; one that is only like it is a guess, and
    comes last. What an emergency gives comes before the thousands of names that an official base has besides, a
    substance before its brands; a brand adds nothing where its substance is there already.
    """
    text = typed.strip()
    if len(text) < LETTERS:
        return ()
    whole = exact(text, text, base)
    found = [_spelt(whole)] if whole is not None and whole.substances else []
    usual = [] if isinstance(base, EmergencyBase) else list(_usual(text, base))
    known = [_candidate(one, text) for one in sorted(base.find(text, _LOOKED_AT), key=_is_brand)]
    for medicine in sorted([*usual, *known], key=lambda one: one.guess):
        if medicine.substances and not any(_says_no_more(medicine, one) for one in found):
            found.append(medicine)
    return tuple(found[:limit])


_LOOKED_AT = 24
"""Names of a base that are looked at for a few that are shown."""


def _is_brand(one: Found) -> bool:
    return not isinstance(one.medicine, Substance)


def _candidate(one: Found, text: str) -> Medicine:
    own = one.medicine.name if isinstance(one.medicine, Substance) else one.name
    return replace(medicine_of(one, own), guess=one.guess and not begins(one.name, text))


def _usual(text: str, base: Base) -> Iterator[Medicine]:
    """Medicines of the emergency set of which the base holds the same: substances, then brands."""
    found = emergency_base().find(text, _LOOKED_AT)
    for one in sorted(found, key=_is_brand):
        name = one.medicine.name if isinstance(one.medicine, Substance) else one.name
        same = exact(name, name, base)
        if same is not None and begins(one.name, text):
            yield replace(same, matched=one.name)


def _says_no_more(medicine: Medicine, other: Medicine) -> bool:
    """Whether it is the same substances, of no strength or route that would tell it apart."""
    same = {own.key for own in medicine.substances} == {own.key for own in other.substances}
    box, before = ((one.strengths, one.routes) for one in (medicine, other))
    return same and (box == before or not any(medicine.strengths))


def _spelt(medicine: Medicine) -> Medicine:
    """With its accents, where it was typed without."""
    same = fold(medicine.label) == fold(medicine.name)
    return replace(medicine, label=medicine.name) if same else medicine


def begins(name: str, typed: str) -> bool:
    """Whether a name, or what follows one of its words, begins with what was typed, accents and capitals aside."""
    return f" {fold(name)}".find(f" {fold(typed).strip()}") >= 0
