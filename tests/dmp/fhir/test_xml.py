"""FHIR documents in XML: the same reading as in JSON, and the same refusals."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, DocumentError, DocumentProblem, Kind, Mark, Reading
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.fhir.strict import parse_object
from dmp_tui.dmp.fhir.xml import is_fhir_xml
from dmp_tui.dmp.files import FileKind, kind_of
from dmp_tui.dmp.narrative import Paragraph, Table
from dmp_tui.dmp.reading import read_document
from tests.dmp.fhir.builders import LATEX, Json, concept, document, narrative, section
from tests.dmp.fhir.test_hostile_documents import FULL
from tests.reference import needs_reference, reference_files

NAMESPACE = 'xmlns="http://hl7.org/fhir"'


def written(resource: Json) -> bytes:
    """A resource in FHIR's XML, as its specification maps JSON to it."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_resource(resource, NAMESPACE)}'.encode()


def _resource(body: Json, namespace: str = "") -> str:
    inner = "".join(_elements({k: v for k, v in body.items() if k != "resourceType"}))
    return f"<{body['resourceType']} {namespace}>{inner}</{body['resourceType']}>"


def _elements(body: Json) -> Iterator[str]:
    for name in dict.fromkeys(key.removeprefix("_") for key in body):
        values, beside = body.get(name), body.get(f"_{name}")
        many = values if isinstance(values, list) else [values]
        for place, value in enumerate(many):
            extra = beside[place] if isinstance(beside, list) and place < len(beside) else beside
            yield _element(name, value, extra if isinstance(extra, dict) else {})


def _element(name: str, value: object, extra: Json) -> str:
    if name == "div" and isinstance(value, str):
        return value
    if isinstance(value, dict):
        if "resourceType" in value:
            return f"<{name}>{_resource(value)}</{name}>"
        url = f" url={quoteattr(value['url'])}" if name.lower().endswith("extension") else ""
        inner = {k: v for k, v in value.items() if not (url and k == "url")}
        return f"<{name}{url}>{''.join(_elements(inner))}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    shown = "" if value is None else f" value={quoteattr(text)}"
    return f"<{name}{shown}>{''.join(_elements(extra))}</{name}>"


def assert_same(bundle: Json) -> None:
    in_json, in_xml = read_fhir_document(json.dumps(bundle).encode()), read_fhir_document(written(bundle))
    assert in_xml.entries == in_json.entries
    assert _without_id(in_xml) == _without_id(in_json)


def _without_id(reading: Reading) -> tuple[object, ...]:
    return (reading.type, reading.title, reading.subject, reading.parts, reading.unread, reading.attachments)


def test_one_document_in_both_forms() -> None:
    assert_same(FULL)


@needs_reference
@pytest.mark.parametrize("path", reference_files("data/ips/*.json"), ids=lambda p: p.name)
def test_real_documents_in_both_forms(path: Path) -> None:
    content = path.read_bytes()
    parse_object(content)
    bundle = json.loads(content, parse_float=str, parse_int=str)
    try:
        in_xml = read_fhir_document(written(bundle))
    except DocumentError as error:
        # Its narrative is HTML, and no XML: nobody could have written it so.
        assert error.problem in {DocumentProblem.NOT_XML, DocumentProblem.FORBIDDEN_XML}  # noqa: PT017
        for entry in bundle["entry"]:
            entry["resource"].pop("text", None)
            for part in entry["resource"].get("section", []):
                part.pop("text", None)
        in_xml = read_fhir_document(written(bundle))
        content = json.dumps(bundle).encode()
    assert in_xml.entries == read_fhir_document(content).entries


def test_a_document_by_any_door() -> None:
    content = written(document(LATEX, sections=[section("48765-2", "AllergyIntolerance/a")]))
    reading = read_document(content, "application/xml")
    assert [(e.label, e.section, e.assertion) for e in reading.entries] == [("Latex", "48765-2", Assertion.STATED)]
    assert kind_of(content) == (FileKind.FHIR, "application/fhir+xml")


def test_a_primitive_without_a_value_says_why() -> None:
    bundle = """<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Observation><code><text value="Tobacco"/></code>
    <valueString><extension url="http://hl7.org/fhir/StructureDefinition/data-absent-reason">
    <valueCode value="asked-unknown"/></extension></valueString></Observation></resource></entry></Bundle>"""
    (entry,) = read_document(bundle.encode()).entries
    assert (entry.value, entry.words) == ("", "asked-unknown")


def test_a_display_in_another_language_and_contained_resources() -> None:
    bundle = """<f:Bundle xmlns:f="http://hl7.org/fhir"><f:entry><f:resource><f:List>
    <f:contained><f:Condition><f:id value="c"/><f:code><f:coding><f:system value="http://snomed.info/sct"/>
    <f:code value="195967001"/><f:display><f:extension url="http://hl7.org/fhir/StructureDefinition/translation">
    <f:extension url="lang"><f:valueCode value="fr"/></f:extension>
    <f:extension url="content"><f:valueString value="Asthme"/></f:extension></f:extension></f:display></f:coding>
    </f:code>
    </f:Condition></f:contained></f:List></f:resource></f:entry></f:Bundle>"""
    (entry,) = read_document(bundle.encode()).entries
    assert (entry.kind, entry.label) == (Kind.PROBLEM, "Asthme")
    assert Mark.CODE_ONLY not in entry.marks


def test_a_narrative_in_a_namespace_of_its_own() -> None:
    bundle = """<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Composition><section><title value="Résultats"/>
    <text xmlns:x="http://www.w3.org/1999/xhtml"><status value="generated"/><x:div xml:lang="fr"><x:table><x:tr>
    <x:th>Hb</x:th><x:td>7,5 &lt; 12</x:td></x:tr></x:table><x:p>à <x:b>revoir</x:b></x:p></x:div></text>
    </section></Composition></resource></entry></Bundle>"""
    (part,) = read_document(bundle.encode()).parts
    assert part.blocks == (Table((("Hb", "7,5 < 12"),)), Paragraph("à revoir"))


def test_truths_are_truths_and_words_stay_words() -> None:
    flu = {"resourceType": "Immunization", "id": "i", "vaccineCode": {"text": "Flu"}, "notGiven": True}
    note = {"resourceType": "Condition", "id": "c", "code": {"text": "true"}}
    entries = read_document(written(document(flu, note))).entries
    assert [(e.label, e.assertion) for e in entries] == [("Flu", Assertion.NEGATED), ("true", Assertion.STATED)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"<Bundle {NAMESPACE}>", DocumentProblem.NOT_XML),
        (f"<Bundle {NAMESPACE}/>", DocumentProblem.NOT_FHIR_DOCUMENT),
        (f"<Patient {NAMESPACE}/>", DocumentProblem.NOT_FHIR_DOCUMENT),
        (f"<feed {NAMESPACE}/>", DocumentProblem.NOT_FHIR_DOCUMENT),
        (f'<!DOCTYPE a [<!ENTITY x "y">]><Bundle {NAMESPACE}>&x;</Bundle>', DocumentProblem.FORBIDDEN_XML),
        (f"<Bundle {NAMESPACE}>{'<a>' * 300}{'</a>' * 300}</Bundle>", DocumentProblem.TOO_DEEP),
        (f"<Bundle {NAMESPACE}>{'<entry/>' * 1_000_001}</Bundle>", DocumentProblem.TOO_LARGE),
    ],
)
def test_what_is_refused(content: str, problem: DocumentProblem) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(content.encode())
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0"?><!-- <a/> --><Bundle xmlns="http://hl7.org/fhir">', True),
        ('<Bundle id="1" xmlns="http://hl7.org/fhir"/>'.encode("utf-16"), True),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", True),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:f="http://hl7.org/fhir"/>', False),
        (b'<!-- <Bundle xmlns="http://hl7.org/fhir"> --><ClinicalDocument xmlns="urn:hl7-org:v3"/>', False),
        (b"<!-- never closed <Bundle xmlns='http://hl7.org/fhir'>", False),
        (b"", False),
    ],
)
def test_fhir_is_told_from_cda_by_its_root(content: bytes, expected: bool) -> None:
    assert is_fhir_xml(content) is expected


_NAMES = st.sampled_from(["Bundle", "entry", "resource", "Condition", "contained", "code", "text", "div", "extension"])


@st.composite
def _trees(draw: st.DrawFn, depth: int = 4) -> str:
    name = draw(_NAMES)
    value = draw(st.sampled_from(["", ' value="x"', ' value="true"', ' url="u"', ' id="#"']))
    inner = "".join(draw(st.lists(_trees(depth - 1), max_size=3))) if depth else ""
    return f"<{name}{value}>{inner}</{name}>"


@settings(max_examples=100, deadline=None)
@given(st.lists(_trees(), max_size=4))
def test_any_tree_is_read_or_refused(trees: list[str]) -> None:
    for outer in ("{}", "<entry><resource>{}</resource></entry>"):
        with suppress(DocumentError):
            reading = read_document(f"<Bundle {NAMESPACE}>{outer.format(''.join(trees))}</Bundle>".encode())
            assert all(entry.label for entry in reading.entries)


def test_narratives_keep_their_tables() -> None:
    part = {**section("11450-4", title="Problems"), "text": narrative("<table><tr><td>a &amp; b</td></tr></table>")}
    assert_same(document(sections=[part], event=[{"code": [concept("1")]}]))
