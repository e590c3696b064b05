"""FHIRPath Patch of metadata: what each operation does, what it may change, and that nothing else ever happens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui.dmp.fhir.documents import IS_ARCHIVED
from dmp_tui.dmp.rights import Operation
from dmp_tui.server.fhirpath import fhirpath_patched
from dmp_tui.server.outcomes import FhirError
from dmp_tui.server.patches import changed, operations_of
from tests.server.api import MASKED, Api, reference
from tests.server.login.world import DOCTOR, record
from tests.server.test_patches import BEFORE, RESOURCE

ARCHIVING = f"DocumentReference.extension.where(url = '{IS_ARCHIVED}')"
MASK = {
    "name": "value",
    "valueCodeableConcept": {"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]},
}
CODING = {"name": "coding", "part": [{"name": "code", "valueCode": "MASQUE_PS"}]}


def step(kind: str, path: str, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One operation. Keyword arguments are its integers and its name."""
    made = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}, *parts]
    made += [{"name": k, "valueString" if isinstance(v, str) else "valueInteger": v} for k, v in fields.items()]
    return {"name": "operation", "part": made}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(operations)}


YES = {"name": "value", "valueBoolean": True}
ERROR = {"name": "value", "valueCode": "entered-in-error"}


@pytest.mark.parametrize(
    ("operations", "asked"),
    [
        ([step("replace", "DocumentReference.status", ERROR)], [Operation.DELETE]),
        ([step("replace", "status", ERROR)], [Operation.DELETE]),
        ([step("add", "DocumentReference", MASK, name="securityLabel")], [Operation.MASK]),
        (
            [step("add", "DocumentReference", {"name": "value", "part": [CODING]}, name="securityLabel")],
            [Operation.MASK],
        ),
        ([step("insert", "DocumentReference.securityLabel", MASK, index=0)], [Operation.MASK]),
        ([step("replace", f"{ARCHIVING}.value", YES)], [Operation.ARCHIVE]),
        ([step("replace", f"DocumentReference.extension('{IS_ARCHIVED}').value", YES)], [Operation.ARCHIVE]),
        ([step("replace", f"{ARCHIVING}.first().valueBoolean", YES)], [Operation.ARCHIVE]),
        ([step("delete", f"{ARCHIVING}.value"), step("add", ARCHIVING, YES, name="value")], [Operation.ARCHIVE]),
        ([step("delete", ARCHIVING)], []),
        ([step("delete", "DocumentReference.securityLabel[7]")], []),
        ([step("move", "DocumentReference.securityLabel", source=0, destination=0)], []),
        (
            [
                step("insert", "DocumentReference.securityLabel", MASK, index=1),
                step("move", "DocumentReference.securityLabel", source=1, destination=0),
                step("delete", "DocumentReference.securityLabel.where(coding.code = 'N')"),
            ],
            [Operation.MASK],
        ),
    ],
)
def test_what_a_patch_asks_for(operations: list[dict[str, Any]], asked: list[Operation]) -> None:
    after = changed(BEFORE, RESOURCE, fhirpath_patched(RESOURCE, patch(*operations)))
    assert operations_of(BEFORE, after) == asked


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (step("replace", "DocumentReference.date", {"name": "value", "valueInstant": "2020"}), 405),
        (step("add", "DocumentReference", {"name": "value", "valueString": "x"}, name="docStatus"), 405),
        (step("delete", "DocumentReference.author[0]"), 405),
        (step("delete", "DocumentReference"), 422),
        (step("replace", "DocumentReference", ERROR), 422),
        (step("delete", "DocumentReference.status"), 422),
        (step("add", "DocumentReference", ERROR, name="status"), 422),
        (step("replace", "DocumentReference.nowhere", ERROR), 422),
        (step("insert", "DocumentReference.securityLabel", MASK, index=9), 422),
        (step("move", "DocumentReference.status", source=0, destination=0), 422),
        (step("replace", "DocumentReference.status", {"name": "value", "valueCode": "draft"}), 422),
        (step("replace", "DocumentReference.status"), 400),
        (step("insert", "DocumentReference.securityLabel", MASK), 400),
        (step("replace", "DocumentReference.status | x", ERROR), 400),
        (step("copy", "DocumentReference.status", ERROR), 400),
        ({"name": "other"}, 400),
    ],
)
def test_what_does_not_apply(operation: dict[str, Any], status: int) -> None:
    with pytest.raises(FhirError) as raised:
        changed(BEFORE, RESOURCE, fhirpath_patched(RESOURCE, patch(operation)))
    assert raised.value.status == status


paths = st.sampled_from(
    ["DocumentReference", "DocumentReference.status", "securityLabel", "securityLabel[0]", "extension", "extension[0]"]
) | st.text("DocumentRfc.sta[0]()'='xe", max_size=20)
values = st.sampled_from([ERROR, YES, MASK, {"name": "value", "part": [CODING]}, {"name": "value"}, {}])
names = st.sampled_from(["status", "securityLabel", "extension", "value", "id", "", "a b"])
kinds = st.sampled_from(["add", "insert", "delete", "replace", "move"])
steps = st.builds(
    lambda kind, path, value, name, number: step(
        kind, path, value, name=name, index=number, source=number, destination=0
    ),
    *(kinds, paths, values, names, st.integers(-1, 2)),
)


@given(st.lists(steps, max_size=3))
def test_a_patch_either_changes_what_it_may_or_is_refused(operations: list[dict[str, Any]]) -> None:
    try:
        after = changed(BEFORE, RESOURCE, fhirpath_patched(RESOURCE, patch(*operations)))
    except FhirError as error:
        assert error.status in {400, 405, 422}  # noqa: PT017 - both outcomes are right
        return
    assert replace(after, status=BEFORE.status, archived=False, confidentiality=BEFORE.confidentiality) == BEFORE


async def test_through_the_server(api: Api) -> None:
    patient = api.keep(record())
    api.permit(patient, DOCTOR)
    doctor = await api.login(DOCTOR)
    made = await doctor.post("/fhir/DocumentReference", reference(b"un", patient))
    path = f"/fhir/DocumentReference/{made.json()['id']}"
    masked = await doctor.send("PATCH", path, patch(step("add", "DocumentReference", MASK, name="securityLabel")))
    assert (masked.status_code, masked.headers["etag"]) == (200, 'W/"2"')
    codes = [c["code"] for label in masked.json()["securityLabel"] for c in label["coding"]]
    assert sorted(codes) == sorted(c["code"] for label in MASKED for c in label["coding"])
    gone = await doctor.send("PATCH", path, patch(step("replace", "DocumentReference.status", ERROR)), If_Match='W/"1"')
    assert gone.status_code == 412
    gone = await doctor.send("PATCH", path, patch(step("replace", "DocumentReference.status", ERROR)), If_Match='W/"2"')
    assert (gone.status_code, gone.json()["status"]) == (200, "entered-in-error")
