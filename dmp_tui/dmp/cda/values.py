"""Values of observations: what the structure holds, what the words say, and whether they agree."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import display
from dmp_tui.dmp.cda.narrative import flowing, one_line
from dmp_tui.dmp.cda.times import fhir_minute
from dmp_tui.dmp.cda.xml import kind_of_value, squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

_SAID = re.compile(r"\s*([<>≤≥]=?)?\s*([+-]?\d+(?:[.,]\d+)?)\s*([^\d<>(]{0,24})(?:\(.*\))?\s*")
_TNM = "2.16.840.1.113883.15.6"
"""TNM of the UICC."""
_COUNT = re.compile(r"\{(?:score|scores?[ _].*|points?|pts|count|nbr|nb|nombre|number|#|ratio|titer|INR|inr|1)\}")
_ANNOTATION = re.compile(r"\{[^{}]+\}")
_FLAVORS = {"NINF": "-∞", "PINF": "+∞", "TRC": "traces", "QS": "quantité suffisante"}
"""Null flavors that are values."""
_MOST_FIGURES = 40
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)?")
_PLAIN_UNITS = re.compile(
    r"(?:[kmµu]?g|[mµucd]?l|[km]?m|cm|mm|[mµunp]?mol|[kM]?UI|IU)(?:/(?:[dm]?l|min|h|j|d|g|kg))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written. ``number``, ``truth``, ``date``: what sort it is, where it is one."""

    text: str
    unit: str = ""
    number: float | None = None
    truth: bool | None = None
    date: bool = False
    sign: str = ""
    from_words: bool = False

    @property
    def words(self) -> str:
        """The value without its unit."""
        return self.text

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return f"{self.text} {self.unit}".strip()


def coded_value(value: "Element") -> Value:
    """The value that an element of any HL7 type holds; empty for a null flavor."""
    match kind_of_value(value):
        case "BL":
            truth = {"true": True, "1": True, "false": False, "0": False}.get(squeeze(value.get("value")).lower())
            return Value("" if truth is None else "oui" if truth else "non", truth=truth)
        case "TS" | "IVL_TS":
            day = moment_of(value)
            return Value(day, date=bool(day))
        case "IVL_PQ" | "IVL_INT" | "IVL_REAL":
            return _bound(value) or Value(interval(value))
        case "RTO" | "RTO_PQ_PQ" | "RTO_QTY_QTY":
            parts = [quantity(part) for name in ("numerator", "denominator") if (part := value.find(name)) is not None]
            return Value(" / ".join(part for part in parts if part))
        case "II":
            return Value(" ".join(t for t in (squeeze(value.get("extension")) or squeeze(value.get("root")),) if t))
        case "SLIST_PQ" | "GLIST_PQ" | "GLIST_TS" | "SLIST_TS":
            return _series(value)
    if value.get("value") is not None:
        text = squeeze(value.get("value"))
        number = number_of(text)
        # a decimal comma is no number of XML, but software writes it
        return Value(text.replace(",", ".") if number is not None else text, unit_of(value), number)
    other = value.find("translation")
    if other is not None and other.get("value"):
        return coded_value(other)
    if (flavor := _FLAVORS.get(value.get("nullFlavor") or "")) and display(value) == "":
        return Value(flavor)
    if value.get("representation") == "B64":
        return Value("")
    text = _staged(value) or display(value) or one_line(flowing(value)) or _qualified(value)
    measured = said_value(text) if kind_of_value(value) in {"ST", "ED", ""} else None
    return measured if measured is not None else Value(text)


def _staged(value: "Element") -> str:
    """``T1b : envahit la sous-muqueuse``: of a stage the code is what people say, and its display explains it."""
    code, shown = squeeze(value.get("code")), squeeze(value.get("displayName"))
    if value.get("codeSystem") != _TNM or not code:
        return ""
    return f"{code} : {shown}" if shown and shown != "None" and not shown.startswith(code) else code


def _qualified(value: "Element") -> str:
    """``Stade clinique : IB``: what the qualifiers of a value say that has no code of its own."""
    said = []
    for qualifier in value.iterfind("qualifier"):
        name, told = qualifier.find("name"), qualifier.find("value")
        text = (_staged(told) or display(told)) if told is not None else ""
        asked = display(name) if name is not None else ""
        if text:
            said.append(f"{asked} : {text}" if asked else text)
    return ", ".join(said)


def unit_of(element: "Element") -> str:
    """The UCUM unit of a quantity, or a currency; "" for the unity and for a mere count of what the label names."""
    unit = squeeze(element.get("unit")) or squeeze(element.get("currency"))
    if unit == "1" or _COUNT.fullmatch(unit):
        return ""
    return unit[1:-1] if _ANNOTATION.fullmatch(unit) else unit


def further_values(values: "Sequence[Element]", text: str = "") -> list[str]:
    """What an observation's other values say, and the first one's translations into other units, unless in ``text``."""
    others = [*(v for first in values[:1] for v in first.iterfind("translation") if v.get("value")), *values[1:]]
    shown = (coded_value(other).shown for other in others)
    return list(dict.fromkeys(said for said in shown if said and said not in text))


def moment_of(value: "Element") -> str:
    """A time as a FHIR date, with its hour where one is written (``2019-04-01 08:30``); or an interval."""
    return fhir_minute(value.get("value")) or " - ".join(filter(None, (_date(value, "low"), _date(value, "high"))))


def _series(value: "Element") -> Value:
    """The figures of a sampled curve, in the order of their times, cut where they are many."""
    figures = squeeze(value.findtext("digits")).split()
    scale = value.find("scale")
    unit = unit_of(scale) if scale is not None else ""
    if not figures:
        head = value.find("head")
        return Value(squeeze(head.get("value")) if head is not None else "")
    words = " ".join(figures[:_MOST_FIGURES]) + (" …" if len(figures) > _MOST_FIGURES else "")
    factor = squeeze(scale.get("value")) if scale is not None else ""
    step = f" (× {factor} {unit})".replace("  ", " ") if factor and (factor != "1" or unit) else ""
    return Value(words + step)


def _bound(value: "Element") -> Value | None:
    """``<0.128 ug/mL``: an interval of one bound, as a measure below or above what can be told."""
    low, high = (value.find(name) for name in ("low", "high"))
    given = [b for b in (low, high) if b is not None and b.get("value")]
    if len(given) != 1 or value.find("width") is not None:
        return None
    text = squeeze(given[0].get("value"))
    inclusive = given[0].get("inclusive") == "true"
    sign = ("≥" if inclusive else ">") if given[0] is low else ("≤" if inclusive else "<")
    return Value(sign + text, unit_of(given[0]), number_of(text), sign=sign)


def _date(value: "Element", name: str) -> str:
    bound = value.find(name)
    return fhir_minute(bound.get("value")) if bound is not None else ""


def number_of(text: str) -> float | None:
    """The number that a text is, with a decimal point or comma."""
    return float(text.replace(",", ".")) if re.fullmatch(r"[+-]?\d{1,30}(?:[.,]\d{1,30})?", text) else None


def said_value(text: str) -> Value | None:
    """``<1,0 mg/L`` -> value ``<1.0``, unit ``mg/L``; None for a text that is no single measure."""
    match = _SAID.fullmatch(text)
    if not match:
        return None
    sign, figure, unit = match[1] or "", match[2].replace(",", "."), match[3].strip()
    return Value(sign + figure, unit, number_of(figure), sign=sign, from_words=True)


def agree(said: Value, coded: Value) -> bool:
    """Whether words and structure give one measure: the same figure, or one of another unit by a power of ten."""
    if said.number is None or coded.number is None:
        return True
    if said.sign and coded.sign and (said.sign[0] in "<≤") is not (coded.sign[0] in "<≤"):
        return False
    ours, theirs = said.unit.lower().replace("µ", "u"), coded.unit.lower().replace("µ", "u")
    plain = bool(_PLAIN_UNITS.fullmatch(said.unit) and _PLAIN_UNITS.fullmatch(coded.unit))
    if said.number == coded.number:
        return not plain or ours == theirs
    if not said.unit or ours == theirs or 0 in (said.number, coded.number):
        return False
    ratio = said.number / coded.number
    return any(abs(ratio - power) < power * 1e-6 for power in (0.001, 0.01, 0.1, 10.0, 100.0, 1000.0))


def quantity(element: "Element") -> str:
    """``3.89 mmol/L``."""
    return f"{squeeze(element.get('value'))} {unit_of(element)}".strip()


def interval(value: "Element") -> str:
    """``3.89 - 6.00 mmol/L``, ``< 6.0 mg/L``: bounds as written."""
    low, high = value.find("low"), value.find("high")
    below = quantity(low) if low is not None and low.get("value") else ""
    above = quantity(high) if high is not None and high.get("value") else ""
    if below and above:
        unit = unit_of(low) if low is not None else ""
        return (
            f"{below.removesuffix(unit).strip()} - {above}" if unit and above.endswith(unit) else f"{below} - {above}"
        )
    center, width = (value.find(name) for name in ("center", "width"))
    wide = f"largeur {quantity(width)}" if width is not None and width.get("value") else ""
    if center is not None and center.get("value"):
        return ", ".join(text for text in (quantity(center), wide) if text)
    one = f"> {below}" if below else f"< {above}" if above else ""
    return ", ".join(text for text in (one, wide) if text)


def range_of(observation: "Element") -> str:
    """The coded reference range, or its text; several of them one after the other, each with what it means."""
    ranges = []
    for found in observation.iterfind("referenceRange/observationRange"):
        value = found.find("value")
        text = (interval(value) if value is not None else "") or one_line(flowing(found.find("text")))
        if not text and value is not None:
            text = coded_value(value).shown
        if text:
            meaning = found.find("interpretationCode")
            ranges.append((text, display(meaning) if meaning is not None else ""))
    if len(ranges) < 2:
        return ranges[0][0] if ranges else ""
    return " ; ".join(f"{text} ({meaning})" if meaning else text for text, meaning in dict.fromkeys(ranges))


def ranges_agree(said: str, coded: str) -> bool:
    """Whether every bound that the words name is one that the structure names."""
    ours = {float(n.replace(",", ".")) for n in _NUMBERS.findall(said) if len(n) < 30}
    theirs = {float(n.replace(",", ".")) for n in _NUMBERS.findall(coded) if len(n) < 30}
    return ours <= theirs or not theirs
