"""JSON Patch of metadata: what applies, what it may change, which rights it asks for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.documents import Confidentiality, DocumentStatus
from dmp_tui.dmp.fhir.documents import IS_ARCHIVED, to_document_reference
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.outcomes import FhirError
from dmp_tui.server.patches import changed, operations_of, patched
from tests.dmp.fhir.test_documents import ENTRY, RECORD

BEFORE = replace(
    ENTRY, status=DocumentStatus.CURRENT, archived=False, confidentiality=frozenset({Confidentiality.NORMAL})
)
RESOURCE = to_document_reference(BEFORE, RECORD, "https://localhost/fhir")
NAMED = f"extension[url%s'{IS_ARCHIVED}']"
MASK = {"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]}


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ({"op": "replace", "path": "/status", "value": "entered-in-error"}, [Operation.DELETE]),
        ({"op": "add", "path": "/securityLabel/-", "value": MASK}, [Operation.MASK]),
        ({"op": "add", "path": "/securityLabel/0", "value": MASK}, [Operation.MASK]),
        ({"op": "replace", "path": "/extension/0/valueBoolean", "value": True}, [Operation.ARCHIVE]),
        (
            {"op": "replace", "path": f"/extension[url:'{IS_ARCHIVED}']/valueBoolean", "value": True},
            [Operation.ARCHIVE],
        ),
        (
            {"op": "replace", "path": f"/extension[url='{IS_ARCHIVED}']/valueBoolean", "value": True},
            [Operation.ARCHIVE],
        ),
        ({"op": "replace", "path": "/status", "value": "current"}, []),
        ({"op": "test", "path": "/status", "value": "current"}, []),
    ],
)
def test_what_a_patch_asks_for(operation: dict[str, Any], asked: list[Operation]) -> None:
    after = changed(BEFORE, RESOURCE, patched(RESOURCE, [operation]))
    assert operations_of(BEFORE, after) == asked
    assert replace(after, status=BEFORE.status, archived=False, confidentiality=BEFORE.confidentiality) == BEFORE


def test_unmasking_and_showing_to_the_patient() -> None:
    levels = frozenset({Confidentiality.NORMAL, Confidentiality.MASKED, Confidentiality.HIDDEN_FROM_PATIENT})
    hidden = replace(BEFORE, confidentiality=levels, archived=True)
    assert operations_of(hidden, BEFORE) == [Operation.MAKE_VISIBLE_TO_PATIENT, Operation.UNMASK, Operation.UNARCHIVE]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"op": "replace", "path": "/date", "value": "2020"}, 405),
        ({"op": "add", "path": "/description", "value": "x"}, 405),
        ({"op": "add", "path": "/extension/-", "value": {"url": "x"}}, 405),
        ({"op": "remove", "path": "/author"}, 405),
        ({"op": "replace", "path": "/status", "value": "draft"}, 422),
        ({"op": "remove", "path": "/status"}, 422),
        ({"op": "remove", "path": "/securityLabel"}, 422),
        ({"op": "replace", "path": "/securityLabel", "value": "restricted"}, 422),
        ({"op": "replace", "path": "/securityLabel", "value": [{"coding": [{"code": "UNKNOWN"}]}]}, 422),
        ({"op": "replace", "path": "/extension/0/valueBoolean", "value": "true"}, 422),
        ({"op": "replace", "path": "/nowhere/0", "value": 1}, 422),
        ({"op": "test", "path": "/status", "value": "superseded"}, 422),
        ({"op": "replace", "path": "/extension[url:'urn:x']/valueBoolean", "value": True}, 422),
        ({"op": "replace", "path": "/extension", "value": 5}, 422),
        ({"op": "move", "from": "/status", "path": "/date"}, 405),
        ({"op": "merge", "path": "/date", "value": 1}, 400),
        ({"op": "replace", "path": "status", "value": "current"}, 400),
        ({"op": "replace", "path": "/status"}, 400),
        ({"path": 5}, 400),
        ("text", 400),
    ],
)
def test_what_does_not_apply(operation: Any, status: int) -> None:
    with pytest.raises(FhirError) as raised:
        changed(BEFORE, RESOURCE, patched(RESOURCE, [operation]))
    assert raised.value.status == status


@pytest.mark.parametrize(
    "after",
    [
        replace(BEFORE, status=DocumentStatus.SUPERSEDED),
        replace(BEFORE, confidentiality=frozenset({Confidentiality.NORMAL, Confidentiality.HIDDEN_FROM_PATIENT})),
        replace(BEFORE, confidentiality=frozenset({Confidentiality.RESTRICTED})),
    ],
)
def test_what_nobody_may_change_this_way(after: Any) -> None:
    with pytest.raises(FhirError) as raised:
        operations_of(BEFORE, after)
    assert raised.value.status == 422


paths = st.sampled_from(
    ["/status", "/securityLabel", "/securityLabel/0", "/extension/0", "/date", "/", "", "/a~1b", "/content/0"]
)
values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["coding", "code", "url"]), inner),
    max_leaves=6,
)
verbs = st.sampled_from(["add", "remove", "replace", "test"])
steps = st.fixed_dictionaries({"op": verbs, "path": paths, "value": values})


@given(st.lists(steps, max_size=3))
def test_a_patch_either_changes_what_it_may_or_is_refused(operations: list[dict[str, Any]]) -> None:
    try:
        after = changed(BEFORE, RESOURCE, patched(RESOURCE, operations))
    except FhirError as error:
        assert error.status in {400, 405, 422}  # noqa: PT017 - both outcomes are right
        return
    assert replace(after, status=BEFORE.status, archived=False, confidentiality=BEFORE.confidentiality) == BEFORE


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": 1, "l": [1, 2, 3]}),
        ({"op": "copy", "from": "/a", "path": "/a/b"}, {"a": {"b": {"b": 1}}, "l": [1, 2, 3]}),
        ({"op": "move", "from": "/l/0", "path": "/l/2"}, {"a": {"b": 1}, "l": [2, 3, 1]}),
        ({"op": "copy", "from": "/l/0", "path": "/l/-"}, {"a": {"b": 1}, "l": [1, 2, 3, 1]}),
        ({"op": "move", "from": "/l", "path": "/l"}, {"a": {"b": 1}, "l": [1, 2, 3]}),
    ],
)
def test_moving_and_copying(operation: dict[str, Any], result: dict[str, Any]) -> None:
    assert patched({"a": {"b": 1}, "l": [1, 2, 3]}, [operation]) == result


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "move", "from": "/a", "path": "/a/b"},
        {"op": "move", "path": "/c"},
        {"op": "copy", "from": 3, "path": "/c"},
        {"op": "copy", "from": "/none", "path": "/c"},
        {"op": "move", "from": "/l/7", "path": "/c"},
        {"op": ["replace"], "path": "/c", "value": 1},
        {"op": "replace", "path": "/a[url:'x']/valueBoolean", "value": True},
    ],
)
def test_what_cannot_be_moved_or_copied(operation: dict[str, Any]) -> None:
    with pytest.raises(FhirError):
        patched({"a": {"b": 1}, "l": [1, 2, 3]}, [operation])
