"""What a resource says that no field of its entries holds, in words: nothing is lost for being rare."""

import re
from collections.abc import Iterator
from itertools import islice

from dmp_tui.dmp.entries import Criticality, Entry, Status
from dmp_tui.dmp.fhir.dosage import timing_text
from dmp_tui.dmp.fhir.elements import choice, concept_text, first, objects, quantity, range_text, ratio_text, string
from dmp_tui.dmp.fhir.strict import Json, Number
from dmp_tui.dmp.identity import fold, folds_whole

MOST = 1_000
"""Longest list of leftovers, in characters; the document itself stays whole."""
_LOOKED_AT = 500
"""Most texts of a resource that are compared with its entries, and most characters of these: the time is bounded."""
_LOOKED_THROUGH = 20_000
_COMPARED = 500
"""How much of a text is compared: two that begin alike for so long are one."""

_ELSEWHERE = frozenset(
    {"resourceType", "id", "meta", "identifier", "implicitRules", "language", "contained", "extension"}
    | {"modifierExtension", "subject", "patient", "encounter", "context", "basedOn", "partOf", "category"}
    | {"insurance", "endpoint", "eventHistory", "securityLabel", "photo", "udiCarrier", "result", "hasMember"}
    | {
        "relationship",
        "telecom",
        "address",
        "referenceRange",
        "function",
        "presentedForm",
        "content",
        "sourceAttachment",
    }
    | {"instantiatesCanonical", "instantiatesUri", "rank", "sequence", "uid", "linkId", "supportingInfo"}
    | {"supportingInformation", "derivedFrom", "slot", "policy", "verification", "data"}
)
"""Elements that are read where they belong, or that say nothing of the patient."""
_STATED = frozenset({"confirmed", "unconfirmed", "presumed", "provisional", "differential", "refuted"})


def leftovers(resource: Json, entries: list[Entry]) -> list[str]:
    """``element: words`` for each thing that a resource says and its entries do not, the order being the resource's."""
    shown = _Shown(" ".join(_parts(entry) for entry in entries))
    unknown = {entry.status for entry in entries} <= {Status.UNKNOWN}
    unrated = {entry.criticality for entry in entries} <= {Criticality.UNKNOWN}
    judged = any(entry.interpretation for entry in entries)
    found: list[str] = []
    length = 0
    for name, text in islice(dict.fromkeys(_texts(resource)), _LOOKED_AT):
        told = {"clinicalStatus": not unknown, "severity": not unrated, "interpretation": judged}.get(name, False)
        told = told or (name == "verificationStatus" and text.lower() in _STATED)
        if not text or told or text in shown or all(part in shown for part in text.split(" - ")):
            continue
        length += len(name) + len(text) + 4
        if length > MOST:
            found.append("…")
            break
        found.append(f"{name}: {text}" if name else text)
    return found


class _Shown:
    """A text to be asked many times what it says: folded once, and only its beginning."""

    def __init__(self, text: str) -> None:
        self._folded = fold(text[:_LOOKED_THROUGH])
        self._written = text[:_LOOKED_THROUGH].casefold()

    def __contains__(self, piece: object) -> bool:
        text = str(piece)[:_COMPARED]
        return fold(text) in self._folded if folds_whole(text) and fold(text) else text.casefold() in self._written


def _parts(entry: Entry) -> str:
    """Everything that an entry shows."""
    person = entry.person
    told = [entry.label, entry.code_label, entry.dose, entry.words, entry.author]
    told += [
        f"{entry.value} {entry.unit}",
        entry.start,
        entry.end,
        entry.noted,
        entry.reference,
        *(r.label for r in entry.reactions),
    ]
    told += [person.name, person.role, person.address, *person.phones] if person is not None else []
    told += [text for coding in entry.codes for text in (coding.display, coding.code)]
    return " ".join(told)


def _texts(resource: Json) -> Iterator[tuple[str, str]]:
    """``(element, words)`` of whatever a person may read in a resource, in its own order."""
    yield from _asides(resource)
    pending: list[tuple[str, object]] = [(name, value) for name, value in reversed(resource.items())]
    while pending:
        name, value = pending.pop()
        if name.removeprefix("_") in _ELSEWHERE:
            continue
        if name.startswith("_"):
            yield from ((name[1:], text) for part in objects(value) for _, text in _asides(part))
            continue
        if isinstance(value, list):
            pending += [(name, item) for item in reversed(value)]
        elif isinstance(value, dict):
            text = "" if "div" in value else _words(value)
            if text:
                yield name, text
            elif "div" not in value and not _names_only(value):
                pending += list(reversed(value.items()))
        elif text := _scalar(name, value):
            yield name, text


_TOLD_ELSEWHERE = re.compile(
    "rendereddosage|abatement|narrativelink|classification|productname|actor|author|performer|translation"
    "|substanceexposure|data-absent-reason",
    re.IGNORECASE,
)
"""Names of extensions that are read where what they say belongs."""
_LONGEST_ASIDE = 300


def _asides(element: Json) -> Iterator[tuple[str, str]]:
    """What extensions say for which FHIR has no element: words alone, anything else with the extension's name."""
    pending = objects(element.get("extension"))[::-1]
    while pending:
        item = pending.pop()
        name = string(item.get("url")).rpartition("/")[2]
        if _TOLD_ELSEWHERE.search(name):
            continue
        pending += objects(item.get("extension"))[::-1]
        kind, value = choice(item, "value")
        if kind == "Boolean" and isinstance(value, bool):
            yield (name, "oui" if value else "non")
        elif kind in {"String", "Markdown"}:
            text = string(value)
            if text and len(text) <= _LONGEST_ASIDE and "://" not in text:
                yield ("", text)
        elif kind == "Coding":
            yield ("", concept_text({"coding": [first(value)]}))
        elif isinstance(value, dict):
            yield ("" if kind == "CodeableConcept" else name, _words(value))
        elif kind in _MEASURES:
            yield (name, string(value))


_MEASURES = frozenset({"Date", "DateTime", "Instant", "Integer", "Decimal", "PositiveInt", "UnsignedInt", "Time"})


def _words(part: Json) -> str:
    """A data type in words; empty for what is none, or has none."""
    keys = part.keys()
    if "coding" in keys or keys <= {"id", "extension", "text"}:
        return concept_text(part)
    if string(part.get("reference")).startswith("Patient/"):
        return ""
    if (
        "concept" in keys
        or string(part.get("reference"))
        or keys <= {"id", "extension", "display", "type", "identifier"}
    ):
        return concept_text(part) or string(part.get("display"))
    if "numerator" in keys or "denominator" in keys:
        return ratio_text(part)
    if "low" in keys or "high" in keys:
        return range_text(part)
    if "value" in keys and keys <= _QUANTITY and not _names_only(part):
        return quantity(part)
    if keys & {"repeat", "event"} and keys <= {"id", "extension", "modifierExtension", "repeat", "event", "code"}:
        return timing_text(part)
    if keys & {"start", "end"} and keys <= {"id", "extension", "start", "end"}:
        return " - ".join(text for text in (string(part.get("start")), string(part.get("end"))) if text)
    if "text" in keys and keys <= {"id", "extension", "text", "time", "authorString", "authorReference"}:
        return string(part.get("text"))
    if "display" in keys and keys & {"code", "system"}:
        return string(part.get("display")) or string(first(part).get("code"))
    return string(part.get("title")) if keys & {"contentType", "url", "title"} and "data" not in keys else ""


def _names_only(part: Json) -> bool:
    """Whether an object is a Reference or an Identifier, which name a thing and say nothing of it."""
    return bool(string(part.get("reference"))) or {"system", "value"} <= part.keys() <= _IDENTIFIER


_IDENTIFIER = frozenset({"id", "extension", "use", "type", "system", "value", "period", "assigner"})
_QUANTITY = frozenset({"id", "extension", "value", "unit", "code", "system", "comparator", "currency"})
_CODES = frozenset({"code", "system", "unit", "version", "type", "mode", "use", "contentType", "reference", "url"})
_CODE = re.compile(r"[a-z][a-z0-9-]*")


def _scalar(name: str, value: object) -> str:
    """A number, a date or a text; nothing for a code."""
    text = string(value)
    if not text or "://" in text or text.startswith(("urn:", "#")) or name in _CODES:
        return ""
    worded = name.endswith(_WORDED) or name in _NAMED or not _CODE.fullmatch(text)
    return text if isinstance(value, Number) or worded else ""


_WORDED = ("String", "Markdown", "Instruction", "Name", "rationale", "description", "comment", "reason", "detail")
_NAMED = frozenset({"name", "title", "summary", "instruction", "series", "display"})
"""Elements whose single words are words, and no codes."""
