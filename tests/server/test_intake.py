"""What comes in: bytes to documents, hostile or not, without ever an error that is no answer."""

import base64
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.server.bodies import parse_json
from dmp_tui.server.bundles import read_transaction
from dmp_tui.server.intake import examine, read_reference
from dmp_tui.server.outcomes import FhirError
from tests.dmp.fhir.test_hostile_documents import JUNK, PLACES, damaged
from tests.server.api import reference
from tests.server.login.world import record
from tests.server.test_deposit import _text
from tests.server.test_summaries import ips
from tests.server.test_transactions import submission

PATIENT = record()


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_body_is_json_or_a_refusal(body: bytes) -> None:
    try:
        value = parse_json(body)
    except FhirError as error:
        assert error.status == 400  # noqa: PT017 - both outcomes are right
        return
    json.dumps(value, ensure_ascii=False).encode("utf-8")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
ELEMENTS = ["status", "type", "subject", "content", "masterIdentifier", "relatesTo", "author", "contained", "context"]


@given(st.dictionaries(st.sampled_from(ELEMENTS), json_values, min_size=1, max_size=3))
def test_any_document_reference_is_read_or_refused(changes: dict[str, Any]) -> None:
    body = json.dumps(reference(b"texte", PATIENT) | changes).encode()
    try:
        incoming = read_reference(body)
    except FhirError as error:
        assert error.status in {400, 422}  # noqa: PT017 - both outcomes are right
        return
    assert incoming.content


@given(st.integers(0, 5), json_values)
def test_any_bundle_is_read_or_refused(place: int, value: Any) -> None:
    bundle = submission(b"un", b"deux")
    if place < 5:
        bundle["entry"][place]["resource"] = value
    else:
        bundle["entry"] = value
    try:
        read_transaction(json.dumps(bundle).encode())
    except FhirError as error:
        assert error.status in {400, 405, 422, 501}  # noqa: PT017 - both outcomes are right


IN_XML = b"""<Bundle xmlns="http://hl7.org/fhir"><entry><resource><AllergyIntolerance>
<code><text value="arachide"/></code></AllergyIntolerance></resource></entry></Bundle>"""


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep"),
        (b"[" * 10_000 + b"]" * 10_000, "too-deep"),
        (b'{"resourceType": "Bundle", "resourceType": "Bundle"}', "not-json"),
        (b'{"resourceType": "Bundle", "entry": NaN}', "not-json"),
        (b'{"resourceType": "Patient"}', "not-fhir-document"),
        (b'{"resourceType": "Bundle", "entry": "x"}', "not-fhir-document"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "not-fhir-document"),
        (b'<Bundle xmlns="http://hl7.org/fhir">' + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</Bundle>", "too-deep"),
    ],
)
def test_a_hostile_fhir_document_is_refused_by_name(content: bytes, rule: str) -> None:
    with pytest.raises(FhirError) as raised:
        examine(replace(_text(), media_type="application/fhir+json"), content)
    assert (raised.value.status, raised.value.rule) == (422, rule)


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=4))
def test_a_damaged_fhir_document_is_taken_or_refused(damage: list[tuple[tuple[Any, ...], Any]]) -> None:
    with suppress(FhirError):
        content = json.dumps(damaged(damage)).encode()
        assert examine(replace(_text(), media_type="application/fhir+json"), content).entry.readable


@pytest.mark.parametrize(
    ("media_type", "content", "readable", "kept"),
    [
        ("application/pdf", b"%PDF-1.7", "attachment", "application/pdf"),
        ("text/plain; charset=utf-8", b"<texte>", "attachment", "text/plain"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK", "attachment", None),
        ("image/svg+xml", b"<svg/>", "attachment", None),
        ("application/fhir+json", ips("arachide"), "entries", None),
        ("application/json", ips("arachide"), "entries", None),
        ("", ips("arachide"), "entries", "application/fhir+json"),
        ("application/fhir+xml", IN_XML, "entries", None),
        ("", IN_XML, "entries", "application/xml"),
    ],
)
def test_what_is_read_and_what_is_kept_as_it_is(
    media_type: str, content: bytes, readable: str, kept: str | None
) -> None:
    incoming = examine(replace(_text(), media_type=media_type), content)
    assert (incoming.entry.readable, incoming.entry.media_type) == (readable, kept or media_type)
    assert incoming.entry.size == len(content)
    assert (incoming.reading is not None) is (readable == "entries")


@pytest.mark.parametrize("media_type", ["", "text", "text/plain\r\nX: y", "a b/c", "text/" + "x" * 100])
def test_a_media_type_that_is_none(media_type: str) -> None:
    with pytest.raises(FhirError) as raised:
        examine(replace(_text(), media_type=media_type), b"texte")
    assert raised.value.rule == "media-type"


def test_size_and_hash_are_those_of_the_bytes() -> None:
    body = reference(b"texte", PATIENT)
    body["content"][0]["attachment"] |= {"size": 5, "hash": "4l6pYpSdEYlFyFkTZfa6nD6TcYI="}
    with pytest.raises(FhirError) as raised:
        read_reference(json.dumps(body).encode())
    assert raised.value.rule == "hash"
    document = read_reference(json.dumps(reference(b"texte", PATIENT)).encode())
    body["content"][0]["attachment"]["hash"] = document.entry.hash
    assert read_reference(json.dumps(body).encode()).content == b"texte"


def test_nothing_of_a_clients_own_marks_is_believed() -> None:
    lies = [
        {"url": "urn:dmp-tui:fhir:warning", "valueCode": "none"},
        {"url": "urn:dmp-tui:fhir:readable", "valueCode": "entries"},
    ]
    document = read_reference(json.dumps(reference(b"texte", PATIENT, extension=lies)).encode())
    assert (document.entry.warnings, document.entry.readable) == ((), "attachment")


def test_paths_are_named_and_values_are_not() -> None:
    body = reference(b"texte", PATIENT) | {"description": {"PAT-ESSAI": 1}, "Secret Name": 2}
    with pytest.raises(FhirError) as raised:
        read_reference(json.dumps(body).encode())
    said = raised.value.said.french
    assert "description" in said
    assert "PAT-ESSAI" not in said
    assert "Secret" not in said


def test_base64_may_be_wrapped() -> None:
    body = reference(b"", PATIENT)
    body["content"][0]["attachment"]["data"] = "\n".join(base64.b64encode(b"texte" * 30).decode().partition("0"))
    assert read_reference(json.dumps(body).encode()).content == b"texte" * 30
