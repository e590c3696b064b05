"""FHIR elements read leniently: what has another shape than expected reads as absent, never as an error."""

import re
from collections.abc import Iterator

from dmp_tui.dmp.entries import Coding
from dmp_tui.dmp.fhir.strict import Json, Number
from dmp_tui.dmp.fhir.systems import system_of
from dmp_tui.dmp.identity import fold, folds_whole


def objects(value: object) -> list[Json]:
    """The objects of an array; an object alone counts as an array of one, an array within it as its objects."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [value]
    items = value if isinstance(value, list) else []
    return [part for item in items for part in (item if isinstance(item, list) else [item]) if isinstance(part, dict)]


def first(value: object) -> Json:
    """The first object of an array, or an empty one."""
    if isinstance(value, dict):
        return value
    found = objects(value)
    return found[0] if found else {}


def string(value: object) -> str:
    """A text on one line; a number as written; empty for anything else."""
    if isinstance(value, str):
        return " ".join(value.split())
    return ""


def strings(value: object) -> list[str]:
    """The non-empty texts of an array; a text alone counts as an array of one."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := string(item))]


def flag(value: object) -> bool | None:
    """A boolean, or None."""
    return value if isinstance(value, bool) else None


_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def coding(value: Json) -> Coding:
    """A Coding; where it has no display, the first translation of one."""
    display = string(value.get("display")) or _translated(value.get("_display"))
    code = string(value.get("code"))
    return Coding(system_of(string(value.get("system")), code), code, display)


def _translated(element: object) -> str:
    """A text among the translations that a primitive element carries: the French one, else the first."""
    found = [_translation(ext) for ext in extensions(first(element), _TRANSLATION)]
    told = [(language, text) for language, text in found if text]
    return next((text for language, text in told if language.startswith("fr")), told[0][1] if told else "")


def _translation(extension: Json) -> tuple[str, str]:
    """``(language, text)``; whatever type its parts have."""
    parts = {string(part.get("url")): string(choice(part, "value")[1]) for part in objects(extension.get("extension"))}
    return parts.get("lang", "").lower(), parts.get("content", "")


def _in_french(concept: Json) -> list[str]:
    """Displays that their author gave in French beside another language: the record's readers are French."""
    translations = [
        _translation(ext)
        for item in objects(concept.get("coding"))
        for ext in extensions(first(item.get("_display")), _TRANSLATION)
    ]
    return [text for language, text in translations if text and language.startswith("fr")]


def codings(concept: object) -> tuple[Coding, ...]:
    """The codings of one or several CodeableConcepts (R5's CodeableReference too) that hold anything."""
    if not concept:
        return ()
    found = [
        coding(item)
        for part in objects(concept)
        for item in objects(part.get("coding")) + objects(first(part.get("concept")).get("coding"))
    ]
    return tuple(dict.fromkeys(c for c in found if c.code or c.display))


_POINTER = re.compile(r"#[\w.-]+")


def concept_text(concept: object) -> str:
    """The author's words of a CodeableConcept: its text, else a display (that of the code he chose first), else a code.

    A text that only repeats the code ("52734007"), or points into a narrative ("#agent-1"), is no words: the display
    goes before it.
    """
    part = first(concept)
    if not part:
        return ""
    inner = first(part.get("concept")) or part
    own = codings(inner)
    text = string(inner.get("text")) or _translated(inner.get("_text"))
    chosen = [string(item.get("display")) for item in objects(inner.get("coding")) if item.get("userSelected") is True]
    displays = [display for display in [*chosen, *_in_french(inner), *(c.display for c in own)] if display]
    codes = [c.code for c in own if c.code]
    if text and not ((text in codes or _POINTER.fullmatch(text)) and displays):
        return text
    return next((t for t in [*displays, text, *codes] if t), "") or string(first(part.get("reference")).get("display"))


def texts(concepts: object) -> list[str]:
    """The words of each CodeableConcept of an array."""
    return [text for concept in objects(concepts) if (text := concept_text(concept))]


def is_bare(text: str, concept: object) -> bool:
    """Whether a concept's words are only its code: what others call it then says more."""
    own = codings(concept)
    return text in {c.code for c in own} and not any(c.display for c in own)


def sites(concepts: object) -> list[str]:
    """Places on the body, each with the side or the qualifiers that its extensions give."""
    found = []
    for site in objects(concepts):
        beside = [text for e in objects(site.get("extension")) if (text := concept_text(e.get("valueCodeableConcept")))]
        found.append(" ".join(text for text in [concept_text(site), *beside] if text))
    return [text for text in found if text]


def code_label(concept: object, label: str) -> str:
    """A code's display where it is not the label."""
    for own in codings(first(concept).get("concept") or concept):
        if own.display and not is_same(own.display, label):
            return own.display
    return ""


def is_told(piece: str, text: str) -> bool:
    """Whether a text says a piece already, whatever case and accents; in scripts other than Latin, as written."""
    if not folds_whole(piece):
        return piece.casefold() in text.casefold()
    folded = fold(piece)
    return folded in fold(text) if folded else piece in text


def is_same(one: str, other: str) -> bool:
    """Whether two texts are the same words."""
    return is_told(one, other) and is_told(other, one)


def quantity(value: object) -> str:
    """``< 5 mg``: comparator, value and unit as written."""
    part = first(value)
    unit = string(part.get("unit")) or string(part.get("code"))
    number = f"{string(part.get('comparator'))} {string(part.get('value'))}".strip()
    return f"{number} {unit}".strip() if number else ""


def range_text(value: object) -> str:
    """``low - high unit`` of a Range, or of a referenceRange."""
    part = first(value)
    low, high = first(part.get("low")), first(part.get("high"))
    unit = string(high.get("unit")) or string(low.get("unit"))
    numbers = (string(low.get("value")), string(high.get("value")))
    if all(numbers):
        return f"{numbers[0]} - {numbers[1]} {unit}".strip()
    if numbers[0]:
        return f"≥ {numbers[0]} {unit}".strip()
    return f"≤ {numbers[1]} {unit}".strip() if numbers[1] else ""


def ratio_text(value: object) -> str:
    """``1 tablet / 8 h``."""
    part = first(value)
    return " / ".join(t for t in (quantity(part.get("numerator")), quantity(part.get("denominator"))) if t)


_DATE = re.compile(r"\d{4}(?!\d)")
_DATE_TYPES = frozenset({"", "DateTime", "Date", "Instant", "Time"})


def choice(resource: Json, name: str) -> tuple[str, object]:
    """``(type, value)`` of a choice element (``onset[x]``); type "" for the bare name; ``("", None)`` if absent."""
    if name in resource:
        return "", resource[name]
    for key in sorted(resource, key=lambda k: (len(k), k)):
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            return key[len(name) :], resource[key]
    return "", None


def date_of(resource: Json, *names: str) -> tuple[str, str]:
    """``(start, end)`` of the first of these elements that holds a date (``x``, ``xPeriod``...), as written."""
    for name in names:
        kind, value = choice(resource, name)
        if isinstance(value, dict) and kind in {"", "Period", "Timing"}:
            start, end = string(value.get("start")), string(value.get("end"))
            bounds = first(first(value.get("repeat")).get("boundsPeriod"))
            times = strings(value.get("event"))
            start = start or string(bounds.get("start")) or (times[0] if times else "")
            end = end or string(bounds.get("end")) or (times[-1] if len(times) > 1 else "")
            if start or end:
                return start, end
        elif isinstance(value, str) and not isinstance(value, Number) and kind in _DATE_TYPES and string(value):
            return string(value), ""
    return "", ""


def choice_words(resource: Json, name: str) -> str:
    """A choice element that is no date, in words: an age, a range, a text."""
    kind, value = choice(resource, name)
    if kind in {"Age", "Quantity", "SimpleQuantity", "Duration", "Count"}:
        return quantity(value)
    if kind == "Range":
        return range_text(value)
    if kind == "CodeableConcept":
        return concept_text(value)
    # Some put words where a date is due.
    return string(value) if kind == "String" or (kind in _DATE_TYPES and not _DATE.match(string(value))) else ""


def notes(resource: Json) -> list[str]:
    """Annotations: their texts, in order."""
    return [text for note in objects(resource.get("note")) if (text := string(note.get("text")))]


def words(*parts: str | list[str]) -> str:
    """What is said beside label, code and dates, in one text; each thing once."""
    flat: list[str] = []
    for part in parts:
        flat += [part] if isinstance(part, str) else part
    return "; ".join(dict.fromkeys(text for text in flat if text))


def human_name(value: object) -> str:
    """A HumanName as one text."""
    part = first(value)
    if text := string(part.get("text")):
        return text
    pieces = [
        *strings(part.get("prefix")),
        *strings(part.get("given")),
        *strings(part.get("family")),
        *strings(part.get("suffix")),
    ]
    return " ".join(pieces)


def phones(value: object) -> tuple[str, ...]:
    """Telephone numbers of ``telecom``: no fax, e-mail or web address; ``tel:`` dropped."""
    found = []
    for contact in objects(value):
        number = string(contact.get("value")).removeprefix("tel:")
        if number and string(contact.get("system")) in {"phone", "sms", "other", "pager", ""} and "@" not in number:
            found.append(number)
    return tuple(dict.fromkeys(found))


def address(value: object) -> str:
    """The first Address as one text."""
    part = first(value)
    if text := string(part.get("text")):
        return text
    city = " ".join(t for t in (string(part.get("postalCode")), string(part.get("city"))) if t)
    pieces = [*strings(part.get("line")), city, string(part.get("state")), string(part.get("country"))]
    return ", ".join(piece for piece in pieces if piece)


def modifiers(element: Json) -> list[str]:
    """What changes the meaning of a resource, in words: nobody may read it without its rules and such extensions."""
    found = [f"implicitRules {rules}"] if (rules := string(element.get("implicitRules"))) else []
    pending = objects(element.get("modifierExtension"))[::-1]
    while pending:
        item = pending.pop()
        pending += objects(item.get("extension"))[::-1]
        kind, value = choice(item, "value")
        name = string(item.get("url")).rpartition("/")[2]
        if kind == "Boolean":
            found.append(name if value is True else f"{name} false")
        elif kind:
            told = concept_text(value) or quantity(value) or string(value) or string(first(value).get("display"))
            found.append(told or name)
    return [text for text in found if text]


def extensions(element: Json, url: str) -> Iterator[Json]:
    """The extensions of an element that have a url."""
    return (ext for ext in objects(element.get("extension")) if ext.get("url") == url)
