"""A fuzz of names on the set that ships: as they are spoken, shouted, misspelt, with a dose; never another medicine."""

import unicodedata
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.emergency import emergency_base
from dmp_tui.dmp.medicines.naming import _singular
from dmp_tui.dmp.safety.naming import medicine_of
from dmp_tui.dmp.safety.proposed import propose

SET = emergency_base()
NAMES: dict[str, frozenset[str]] = {}
"""Every name without figures, and the substances that it means."""
for own in SET.substances.values():
    NAMES |= {name: frozenset({own.key}) for name in (own.name, *own.synonyms)}
for box in SET.specialities:
    NAMES.setdefault(box.name, frozenset(part.substance.key for part in box.components))
WORDS = sorted(name for name in NAMES if not any(letter.isdigit() for letter in name))
LONG = [name for name in WORDS if len(fold(name)) >= 6]
DOSES = ("", " 1 g", " 500 mg", " 2,5 mg", " 10 mg/ml, solution injectable", " cp", " inj", " 75", " (2 boîtes)")


def bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def meant(typed: str) -> frozenset[str] | None:
    """The substances of what is taken for it; None where nothing is."""
    found, unknown = propose([typed], SET)
    return None if unknown else frozenset(own.key for own in found[0].substances)


@given(
    st.sampled_from(WORDS),
    st.sampled_from([str.upper, str.lower, str.title, bare]),
    st.sampled_from(DOSES),
    st.sampled_from(["", " ", "\t", "\u00a0"]),
)
def test_a_name_is_known_whatever_its_accents_capitals_and_dose(
    name: str, write: Callable[[str], str], dose: str, space: str
) -> None:
    typed = f"{space}{write(name)}{dose}{space}"
    found, unknown = propose([typed], SET)
    assert not unknown
    assert frozenset(own.key for own in found[0].substances) == NAMES[name]
    assert not found[0].guess


@given(st.sampled_from([own.name for own in SET.substances.values() if " " not in own.name and len(own.name) > 4]))
def test_a_plural_is_the_same(name: str) -> None:
    assert meant(f"{name}s") == NAMES[name]


SLIPS = ("drop", "double", "swap", "other")


@st.composite
def slipped(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and the same with one slip of a finger."""
    name = draw(st.sampled_from(LONG))
    folded = fold(name).lower()
    at = draw(st.integers(0, len(folded) - 2))
    head, letter, tail = folded[:at], folded[at], folded[at + 1 :]
    return name, {
        "drop": head + tail,
        "double": head + letter * 2 + tail,
        "swap": head + tail[:1] + letter + tail[1:],
        "other": head + draw(st.sampled_from("aeioustrnlmcdp")) + tail,
    }[draw(st.sampled_from(SLIPS))]


@given(slipped())
def test_a_slip_never_becomes_another_medicine(case: tuple[str, str]) -> None:
    name, typed = case
    found, unknown = propose([typed], SET)
    if unknown:
        return
    if frozenset(own.key for own in found[0].substances) != NAMES[name]:
        assert any(fold(typed) == fold(other) for other in NAMES), typed
    elif fold(typed) != fold(name):
        assert found[0].guess or any(_singular(fold(typed)) == _singular(fold(other)) for other in NAMES)


@given(slipped())
def test_a_slip_that_is_not_taken_shows_the_name_that_was_meant(case: tuple[str, str]) -> None:
    name, typed = case
    found = SET.find(typed)
    held = {frozenset(own.key for own in medicine_of(one, typed).substances) for one in found}
    assert NAMES[name] in held, (typed, [one.name for one in found])


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_an_order_and_marks_every_guess(typed: str) -> None:
    found = SET.find(typed)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= 8
    assert all(0 < one.score <= 100 for one in found)
