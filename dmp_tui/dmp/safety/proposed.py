"""What a clinician typed as the medicines to give: found, guessed, or unknown with the nearest names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dmp_tui.dmp.identity import fold
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

    One whose name (or a word of it) begins with what was typed was meant; one that is only like it is a guess.
    """
    text = typed.strip()
    if len(text) < LETTERS:
        return ()
    whole = exact(text, text, base)
    found = [_spelt(whole)] if whole is not None and whole.substances else []
    held = {medicine.name for medicine in found}
    for one in base.find(text, limit):
        medicine = medicine_of(one, one.medicine.name if isinstance(one.medicine, Substance) else one.name)
        if medicine.substances and medicine.name not in held:
            held.add(medicine.name)
            found.append(replace(medicine, guess=one.guess and not begins(one.name, text)))
    return tuple(found[:limit])


def _spelt(medicine: Medicine) -> Medicine:
    """With its accents, where it was typed without."""
    same = fold(medicine.label) == fold(medicine.name)
    return replace(medicine, label=medicine.name) if same else medicine


def begins(name: str, typed: str) -> bool:
    """Whether a name, or what follows one of its words, begins with what was typed, accents and capitals aside."""
    return f" {fold(name)}".find(f" {fold(typed).strip()}") >= 0
