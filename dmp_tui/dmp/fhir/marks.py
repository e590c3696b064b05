"""What FHIR has no element for, as extensions: the codec between the sheet's values and ``docs/sheet.md``'s URLs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Kind, Mark, Person, Reaction, Status
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.sheet.model import Check, Contradiction, Disagreement, Line, Origin, Source, Weighed

BASE = "https://dmp-tui.example/fhir/StructureDefinition/"
VERSION = 2
"""Of what these extensions are; a sheet of another version is not read by them."""
SHEET, TOPIC, LINE, ORIGIN, CHECK = (BASE + name for name in ("sheet", "topic", "line", "origin", "check"))


def text_part(name: str, value: str, default: str = "") -> list[Json]:
    """A text, left out where it is ``default``; FHIR has no empty strings, so emptiness is ``false``."""
    if value == default:
        return []
    return [{"url": name, "valueString": value} if value else {"url": name, "valueBoolean": False}]


def code_part(name: str, value: str, default: str = "") -> list[Json]:
    """A code, left out where it is ``default``."""
    return [] if value == default else [{"url": name, "valueCode": value}]


def number_part(name: str, value: int) -> Json:
    """A count or an index."""
    return {"url": name, "valueUnsignedInt": value}


def coding_json(coding: Coding) -> Json:
    """A Coding without its empty elements."""
    parts = {"system": coding.system, "code": coding.code, "display": coding.display}
    return {name: value for name, value in parts.items() if value}


def concept_json(label: str, codes: Sequence[Coding]) -> Json:
    """A CodeableConcept: the words as text, the codes beside them."""
    concept: Json = {"coding": [coding_json(c) for c in codes]} if codes else {}
    return {**concept, "text": label} if label else concept


def nested(url: str, parts: Iterable[Json]) -> Json:
    """An extension made of extensions."""
    return {"url": url, "extension": list(parts)}


class Parts:
    """The inner extensions of one extension, by name.

    Raises:
        KeyError, TypeError, ValueError: where a part that must be there is not, or is of another type.
    """

    def __init__(self, extension: Json) -> None:
        self._found: dict[str, list[Json]] = {}
        inner = extension.get("extension", [])
        if not isinstance(inner, list):
            raise TypeError
        for part in inner:
            self._found.setdefault(part["url"], []).append(part)

    def text(self, name: str, default: str = "") -> str:
        part = self._found.get(name)
        if part is None:
            return default
        return "" if "valueBoolean" in part[0] else _text(part[0]["valueString"])

    def code(self, name: str, default: str) -> str:
        part = self._found.get(name)
        return default if part is None else _text(part[0]["valueCode"])

    def flag(self, name: str) -> bool:
        part = self._found.get(name)
        return part is not None and part[0]["valueBoolean"] is True

    def number(self, name: str) -> int:
        return int(_text(self._found[name][0]["valueUnsignedInt"]))

    def numbers(self, name: str) -> list[int]:
        return [int(_text(part["valueUnsignedInt"])) for part in self._found.get(name, ())]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple("" if "valueBoolean" in p else _text(p["valueString"]) for p in self._found.get(name, ()))

    def codes(self, name: str) -> tuple[str, ...]:
        return tuple(_text(part["valueCode"]) for part in self._found.get(name, ()))

    def codings(self, name: str) -> tuple[Coding, ...]:
        return tuple(read_coding(part["valueCoding"]) for part in self._found.get(name, ()))

    def concept(self, name: str) -> object:
        part = self._found.get(name)
        return None if part is None else part[0]["valueCodeableConcept"]

    def raw(self, name: str) -> list[Json]:
        return self._found.get(name, [])

    def inner(self, name: str) -> list["Parts"]:
        return [Parts(part) for part in self._found.get(name, ())]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def read_coding(value: object) -> Coding:
    """A Coding exactly as written."""
    if not isinstance(value, dict):
        raise TypeError
    return Coding(_text(value.get("system", "")), _text(value.get("code", "")), _text(value.get("display", "")))


def read_concept(value: object) -> tuple[str, tuple[Coding, ...]]:
    """``(label, codes)`` exactly as written."""
    if not isinstance(value, dict):
        raise TypeError
    return _text(value.get("text", "")), tuple(read_coding(item) for item in value.get("coding", ()))


def _all_texts(name: str, values: Iterable[str]) -> list[Json]:
    return [{"url": name, "valueString": v} if v else {"url": name, "valueBoolean": False} for v in values]


def _codings(name: str, codes: Iterable[Coding]) -> list[Json]:
    return [{"url": name, "valueCoding": coding_json(coding)} for coding in codes]


def _marks(marks: Iterable[Mark]) -> list[Json]:
    return [{"url": "mark", "valueCode": mark} for mark in sorted(mark.value for mark in marks)]


# --- origins, sources, checks -----------------------------------------------------------------------------------------


def write_origin(origin: Origin) -> Json:
    """The document of a source; sources and contradictions name it by its place among the origins."""
    return nested(
        ORIGIN,
        [
            *text_part("document", origin.document),
            *_codings("type", [origin.type]),
            *text_part("title", origin.title),
            *text_part("date", origin.date),
            *text_part("author", origin.author),
            *([{"url": "archived", "valueBoolean": True}] if origin.archived else []),
            *text_part("submitted", origin.submitted),
        ],
    )


def read_origin(extension: Json) -> Origin:
    """The inverse of ``write_origin``."""
    parts = Parts(extension)
    return Origin(
        parts.text("document"),
        parts.codings("type")[0],
        parts.text("title"),
        parts.text("date"),
        parts.text("author"),
        parts.flag("archived"),
        parts.text("submitted"),
    )


def _usual_detail(line: Line) -> str:
    """What a source's detail is where it says what its line says."""
    if line.kind is Kind.CONTACT and line.person is not None:
        return ", ".join(line.person.phones)
    reactions = ", ".join(reaction.label for reaction in line.reactions if not reaction.negated)
    return reactions or line.dose or f"{line.value} {line.unit}".strip()


def write_source(source: Source, line: Line, index: int, said: str) -> Json:
    """One source: what is the same as in its line is left out, and the words where they are ``said`` by the one before.

    Where nothing is left, the document alone is named.
    """
    differs = [
        *text_part("label", source.label, line.label),
        *code_part("assertion", source.assertion.value, line.assertion.value),
        *code_part("status", source.status.value, line.status.value),
        *text_part("start", source.start, line.start),
        *text_part("end", source.end, line.end),
        *text_part("noted", source.noted, line.noted),
        *text_part("detail", source.detail, _usual_detail(line)),
        *text_part("reference", source.reference, line.reference),
        *text_part("interpretation", source.interpretation, line.interpretation),
        *text_part("words", source.words, said),
        *_marks(source.marks),
    ]
    return nested("source", [number_part("origin", index), *differs]) if differs else number_part("source", index)


def read_source(part: Json, line: Line, origins: Sequence[Origin], said: str) -> Source:
    """The inverse of ``write_source``."""
    parts = Parts(part)
    index = parts.number("origin") if "extension" in part else Parts({"extension": [part]}).number("source")
    return Source(
        origin=origins[index],
        label=parts.text("label", line.label),
        assertion=Assertion(parts.code("assertion", line.assertion.value)),
        status=Status(parts.code("status", line.status.value)),
        start=parts.text("start", line.start),
        end=parts.text("end", line.end),
        noted=parts.text("noted", line.noted),
        detail=parts.text("detail", _usual_detail(line)),
        reference=parts.text("reference", line.reference),
        interpretation=parts.text("interpretation", line.interpretation),
        words=parts.text("words", said),
        marks=frozenset(Mark(code) for code in parts.codes("mark")),
    )


def write_check(check: Check, places: dict[Origin, int]) -> Json:
    """A line of "A VERIFIER"."""
    origins = [number_part("origin", places[origin]) for origin in check.origins]
    label = text_part("label", check.label)
    weighed = [] if check.weighed is None else [_write_weighed(check.weighed)]
    return nested(CHECK, [*text_part("kind", check.kind), *label, *_all_texts("key", check.keys), *origins, *weighed])


def _write_weighed(weighed: Weighed) -> Json:
    return nested(
        "weighed",
        [
            *code_part("level", weighed.level),
            *text_part("text", weighed.text),
            *text_part("source", weighed.source),
            *text_part("conduct", weighed.conduct),
            *text_part("english", weighed.english),
            *_all_texts("edition", weighed.editions),
            *text_part("until", weighed.until),
            *_all_texts("caveat", weighed.caveats),
        ],
    )


def read_check(extension: Json, origins: Sequence[Origin]) -> Check:
    """The inverse of ``write_check``."""
    parts = Parts(extension)
    about = tuple(origins[index] for index in parts.numbers("origin"))
    weighed = next((_read_weighed(inner) for inner in parts.inner("weighed")), None)
    return Check(parts.text("kind"), parts.text("label"), parts.texts("key"), about, weighed)


def _read_weighed(parts: Parts) -> Weighed:
    return Weighed(
        parts.code("level", ""),
        parts.text("text"),
        parts.text("source"),
        parts.text("conduct"),
        parts.text("english"),
        parts.texts("edition"),
        parts.text("until"),
        parts.texts("caveat"),
    )


# --- lines ------------------------------------------------------------------------------------------------------------


def write_line(line: Line, kind: Kind, places: dict[Origin, int], *, with_concept: bool) -> Json:
    """All of a line but its label and its codes, which the resource's own concept holds."""
    concept: Json = {"url": "concept", "valueCodeableConcept": concept_json(line.label, line.codes)}
    return nested(
        LINE,
        [
            *([concept] if with_concept else []),
            *text_part("key", line.key),
            *code_part("kind", line.kind.value, kind.value),
            *code_part("assertion", line.assertion.value, Assertion.STATED.value),
            *code_part("status", line.status.value),
            *text_part("start", line.start),
            *text_part("end", line.end),
            *text_part("noted", line.noted),
            *code_part("criticality", line.criticality.value, Criticality.UNKNOWN.value),
            *(_write_reaction(reaction) for reaction in line.reactions),
            *text_part("dose", line.dose),
            *text_part("value", line.value),
            *text_part("unit", line.unit),
            *text_part("reference", line.reference),
            *text_part("interpretation", line.interpretation),
            *text_part("critical", line.critical),
            *([_write_person(line.person)] if line.person is not None else []),
            *(_write_contradiction(c, places) for c in line.contradictions),
            *_marks(line.marks),
            *(
                write_source(source, line, places[source.origin], before.words if before else "")
                for before, source in zip((None, *line.sources), line.sources, strict=False)
            ),
        ],
    )


def read_line(extension: Json, kind: Kind, concept: object, origins: Sequence[Origin]) -> Line:
    """The inverse of ``write_line``."""
    parts = Parts(extension)
    label, codes = read_concept(concept if concept is not None else parts.concept("concept"))
    people = parts.inner("person")
    line = Line(
        kind=Kind(parts.code("kind", kind.value)),
        key=parts.text("key"),
        label=label,
        assertion=Assertion(parts.code("assertion", Assertion.STATED.value)),
        status=Status(parts.code("status", "")),
        sources=(),
        codes=codes,
        start=parts.text("start"),
        end=parts.text("end"),
        noted=parts.text("noted"),
        criticality=Criticality(parts.code("criticality", Criticality.UNKNOWN.value)),
        reactions=tuple(_read_reaction(part) for part in parts.inner("reaction")),
        dose=parts.text("dose"),
        value=parts.text("value"),
        unit=parts.text("unit"),
        reference=parts.text("reference"),
        interpretation=parts.text("interpretation"),
        critical=parts.text("critical"),
        person=_read_person(people[0]) if people else None,
        contradictions=tuple(_read_contradiction(part, origins) for part in parts.inner("contradiction")),
        marks=frozenset(Mark(code) for code in parts.codes("mark")),
    )
    sources: list[Source] = []
    for part in parts.raw("source"):
        sources.append(read_source(part, line, origins, sources[-1].words if sources else ""))
    return replace(line, sources=tuple(sources))


def _write_reaction(reaction: Reaction) -> Json:
    return nested(
        "reaction",
        [
            *code_part("criticality", reaction.criticality.value),
            *text_part("label", reaction.label),
            *([{"url": "negated", "valueBoolean": True}] if reaction.negated else []),
            *_codings("code", reaction.codes),
        ],
    )


def _read_reaction(parts: Parts) -> Reaction:
    severity = Criticality(parts.code("criticality", ""))
    return Reaction(parts.text("label"), severity, parts.flag("negated"), parts.codings("code"))


def _write_person(person: Person) -> Json:
    return nested(
        "person",
        [
            *_all_texts("name", [person.name]),
            *text_part("role", person.role),
            *_all_texts("phone", person.phones),
            *text_part("address", person.address),
            *text_part("kind", person.kind),
        ],
    )


def _read_person(parts: Parts) -> Person:
    return Person(
        parts.text("name"), parts.text("role"), parts.texts("phone"), parts.text("address"), parts.text("kind")
    )


def _write_contradiction(contradiction: Contradiction, places: dict[Origin, int]) -> Json:
    return nested(
        "contradiction",
        [
            {"url": "kind", "valueCode": contradiction.kind.value},
            number_part("origin", places[contradiction.origin]),
            *text_part("words", contradiction.words),
        ],
    )


def _read_contradiction(parts: Parts, origins: Sequence[Origin]) -> Contradiction:
    return Contradiction(Disagreement(parts.code("kind", "")), origins[parts.number("origin")], parts.text("words"))
