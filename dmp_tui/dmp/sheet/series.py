"""The measurements behind a line: every value once, newest first, each with its own date, range and documents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from dmp_tui.dmp.entries import Assertion
from dmp_tui.dmp.sheet.dates import day, moment
from dmp_tui.dmp.sheet.model import Line, Origin, Source

_NUMBER = re.compile(r"(?P<sign>[<>≤≥]=?)?\s*(?P<number>[-+]?\d{1,12}(?:[.,]\d{1,9})?)(?=\s|%|$)")
_ASIDE = re.compile(r"\([^()]*\)")
_FIGURE = r"([-+]?\d{1,12}(?:[.,]\d{1,9})?)"
_BETWEEN = re.compile(_FIGURE + r"\s*(?:[-–—à]|to|et|\.\.|;)\s*" + _FIGURE)
_ABOVE = re.compile(r"(?:>|≥|(?<![/\w])(?:sup\w*|min\w*|plus de|above))\D{0,12}?" + _FIGURE, re.IGNORECASE)
_BELOW = re.compile(r"(?:<|≤|(?<![/\w])(?:inf\w*|max\w*|moins de|up to|below))\D{0,12}?" + _FIGURE, re.IGNORECASE)


class Flag(StrEnum):
    """How a value stands to its range."""

    UNKNOWN = "unknown"
    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"
    """Out, without a direction (a positive test, a resistant germ)."""
    CRITICALLY_LOW = "critically-low"
    CRITICALLY_HIGH = "critically-high"
    CRITICAL = "critical"

    @property
    def is_critical(self) -> bool:
        """Whether its laboratory calls it critical."""
        return self in {Flag.CRITICAL, Flag.CRITICALLY_LOW, Flag.CRITICALLY_HIGH}

    @property
    def is_out(self) -> bool:
        """Whether it lies outside its range."""
        return self not in {Flag.UNKNOWN, Flag.NORMAL}


_FLAGS = {
    "N": Flag.NORMAL, "NEG": Flag.NORMAL, "ND": Flag.NORMAL, "S": Flag.NORMAL,
    "L": Flag.LOW, "L<": Flag.LOW, "<": Flag.LOW, "H": Flag.HIGH, "H>": Flag.HIGH, ">": Flag.HIGH,
    "LL": Flag.CRITICALLY_LOW, "LU": Flag.CRITICALLY_LOW, "HH": Flag.CRITICALLY_HIGH, "HU": Flag.CRITICALLY_HIGH,
    "A": Flag.ABNORMAL, "POS": Flag.ABNORMAL, "DET": Flag.ABNORMAL, "R": Flag.ABNORMAL, "AA": Flag.CRITICAL,
}  # fmt: skip
"""HL7 v3 ObservationInterpretation."""
_OTHER_SIDE = {
    Flag.LOW: frozenset({Flag.NORMAL, Flag.HIGH, Flag.CRITICALLY_HIGH}),
    Flag.HIGH: frozenset({Flag.NORMAL, Flag.LOW, Flag.CRITICALLY_LOW}),
}
_RANGE_UNIT = re.compile(r"\b10\s?[*^]\s?\d+|\b10E\d+|[a-zA-Z]\d+|/\s?[\d.,]+")
"""Figures of a range that belong to its unit (10*9/L, 1,73 m2)."""

Range = tuple[Decimal | None, Decimal | None]
"""Lowest and highest value that are normal; None where that side is open."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value. ``date`` is its own where it has one, else its newest document's."""

    date: str
    dated: bool
    """The date is the measurement's own."""
    text: str
    """As written, without its unit."""
    number: Decimal | None
    """None for a text ("positif", a germ)."""
    sign: str
    """``<`` or ``>`` where the laboratory gives a bound and no value."""
    unit: str
    reference: str
    interpretation: str
    origins: tuple[Origin, ...]
    """The documents that give it, newest first."""

    @property
    def flag(self) -> Flag:
        """As its laboratory flags it, unless its own range refutes that; else by its own range."""
        return flagged(self.interpretation, self.number, self.sign, self.reference)


def flag_of(line: Line) -> Flag:
    """How a line's own value stands: as its laboratory flags it, unless its own range refutes that; else by it."""
    return flag_of_value(line.interpretation, line.value, line.reference)


def flag_of_value(interpretation: str, value: str, reference: str) -> Flag:
    """``flagged`` for a value as written, without its unit."""
    match = _NUMBER.fullmatch(value)
    number = _decimal(match["number"]) if match else None
    return flagged(interpretation, number, (match["sign"] or "")[:1] if match else "", reference)


def flagged(interpretation: str, number: Decimal | None, sign: str, reference: str) -> Flag:
    """How a value stands: an HL7 interpretation first, but none that its own range, written plainly, refutes."""
    said, judged = _FLAGS.get(interpretation.upper()), flag_by_range(number, sign, reference)
    return judged if said is None or _refutes(judged, said, reference) else said


def is_refuted(interpretation: str, value: str, reference: str) -> bool:
    """Whether an interpretation says "normal", or the other side, of a value outside its own plain range."""
    said = _FLAGS.get(interpretation.upper())
    return said is not None and _refutes(flag_of_value("", value, reference), said, reference)


def _refutes(judged: Flag, said: Flag, reference: str) -> bool:
    # ranges by sex or age hold more figures than two: which of them holds for this person is the laboratory's to say
    if not judged.is_out or len(re.findall(_FIGURE, _RANGE_UNIT.sub("", reference))) > 2:
        return False
    return said in _OTHER_SIDE[judged]


def series(line: Line) -> tuple[Measurement, ...]:
    """The values of a measured line, newest first. One that several documents give stands once, with all of them."""
    found: dict[tuple[str, str, str], Measurement] = {}
    for source in line.sources:
        if source.assertion is not Assertion.STATED or not source.detail:
            continue
        one = measurement(source)
        # The same value of one day in another document is the same blood, unless both say when and differ.
        key = (day(one.date), one.text, one.unit)
        known = found.get(key)
        if known is None:
            found[key] = one
        else:
            origins = tuple(dict.fromkeys((*known.origins, *one.origins)))
            fuller = known if known.reference or known.interpretation else one
            found[key] = replace(fuller, origins=origins)
    return tuple(sorted(found.values(), key=lambda m: (moment(m.date), m.text), reverse=True))


def measurement(source: Source) -> Measurement:
    """What one source measured."""
    own = source.noted or source.start
    match = _NUMBER.match(source.detail)
    text, unit = source.detail, ""
    if match and _is_unit(rest := source.detail[match.end() :].strip()):
        text, unit = match.group().strip(), rest
    else:
        match = None
    return Measurement(
        date=own or source.origin.date,
        dated=bool(own),
        text=text,
        number=_decimal(match["number"]) if match else None,
        sign=(match["sign"] or "")[:1] if match else "",
        unit=unit,
        reference=source.reference,
        interpretation=source.interpretation,
        origins=(source.origin,),
    )


def _is_unit(text: str) -> bool:
    """Whether what follows a figure is its unit, and not more words ("2 germes isolés")."""
    return len(text) <= 24 and len(text.split()) <= 2


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def parse_range(text: str) -> Range | None:
    """``(3.89 - 6.00)``, ``3,5 à 5,0 mmol/L``, ``<6.0``, ``>60``: the bounds; None for none, or several."""
    found = parse_ranges(text)
    return found[0] if len(found) == 1 else None


def parse_ranges(text: str) -> tuple[Range, ...]:
    """Every range that the words give, each for some people (``130 - 170 (men); 120 - 150 (women)``), once each.

    None at all where one of them could not be read: it may be this patient's.
    """
    parts = [(part, _bounds(part)) for part in text.split(";")]
    if not any(bounds for _, bounds in parts):
        parts = [(text, _bounds(text))]
    if any(not bounds and any(c.isdigit() for c in _ASIDE.sub("", part)) for part, bounds in parts):
        return ()
    return tuple(dict.fromkeys(one for _, bounds in parts for one in bounds))


def _bounds(text: str) -> list[Range]:
    """The ranges of words; what stands in brackets (an age) only where all of it does."""
    outside = _ASIDE.sub(" ", text)
    text = outside if any(c.isdigit() for c in outside) else text
    pairs = [(_decimal(match[1]), _decimal(match[2])) for match in _BETWEEN.finditer(text)]
    if pairs:
        return [(low, high) for low, high in pairs if low <= high]
    lowest = [_decimal(match[1]) for match in _ABOVE.finditer(text)]
    highest = [_decimal(match[1]) for match in _BELOW.finditer(text)]
    if lowest and highest:
        return []
    return [(low, None) for low in lowest] or [(None, high) for high in highest]


def flag_by_range(number: Decimal | None, sign: str, reference: str) -> Flag:
    """How a value stands to its range; a bound (``<5``) is judged only where it settles the matter.

    Of several ranges none is known to be this patient's: they judge only where they all agree.
    """
    if number is None or not reference:
        return Flag.UNKNOWN
    found = {_flag(number, sign, bounds) for bounds in parse_ranges(reference)}
    return found.pop() if len(found) == 1 else Flag.UNKNOWN


def _flag(number: Decimal, sign: str, bounds: Range) -> Flag:
    low, high = bounds
    below = low is not None and (number < low or (sign in {"<", "≤"} and number <= low))
    above = high is not None and (number > high or (sign in {">", "≥"} and number >= high))
    if below and sign not in {">", "≥"}:
        return Flag.LOW
    if above and sign not in {"<", "≤"}:
        return Flag.HIGH
    return Flag.NORMAL if not (below or above or sign) else Flag.UNKNOWN


def plotted(values: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """What can stand on one plot, oldest first: numbers of the newest number's unit."""
    numbers = [m for m in values if m.number is not None and not m.sign]
    return tuple(m for m in reversed(numbers) if m.unit == numbers[0].unit)
