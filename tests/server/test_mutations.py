"""Valid requests with something broken in them: never a fault; a refusal keeps nothing but its row in the trail."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dmp_tui.store import Store
from tests.server.api import MASKED, Json, reference
from tests.server.blocking import PATIENT, Blocking
from tests.server.login.world import DOCTOR, ins
from tests.server.test_transactions import submission

EXAMPLES = 40
SUBJECT = {"reference": f"Patient?identifier={PATIENT.ins.system}|{PATIENT.ins.matricule}"}
ACTOR = {
    "role": {"coding": [{"code": "PRCP"}]},
    "reference": {"type": "Practitioner", "identifier": {"value": DOCTOR.id}},
}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["\x00", "\u202e", "é" * 300, "urn:uuid:document-0", "http://loinc.org", "2026-13-45", "", " "]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
BODIES: dict[str, tuple[str, Json]] = {
    "document": ("/fhir/DocumentReference", reference(b"autre", PATIENT, unique_id="1.2.250.1.10")),
    "replacement": (
        "/fhir/DocumentReference",
        reference(
            b"corrige",
            PATIENT,
            unique_id="1.2.250.1.11",
            relatesTo=[{"code": "replaces", "target": {"identifier": {"value": "urn:oid:1.2.250.1.9"}}}],
            securityLabel=MASKED,
        ),
    ),
    "transaction": ("/fhir", submission(b"un", b"deux")),
    "check": (
        f"/fhir/Patient/{PATIENT.id}/$check",
        {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "medication", "valueString": "amoxicilline"},
                {
                    "name": "medication",
                    "valueCodeableConcept": {
                        "coding": [{"system": "http://www.whocc.no/atc", "code": "M01AE03"}],
                        "text": "ketoprofene",
                    },
                },
            ],
        },
    ),
    "consent": (
        "/fhir/Consent",
        {
            "resourceType": "Consent",
            "status": "active",
            "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
            "patient": SUBJECT,
            "dateTime": "2026-06-12T10:00:00+02:00",
            "performer": [{"identifier": {"value": DOCTOR.id}}],
            "provision": {"type": "permit", "actor": [ACTOR]},
        },
    ),
    "patient": (
        "/fhir/Patient",
        {
            "resourceType": "Patient",
            "identifier": [{"system": ins(7).system, "value": ins(7).matricule}],
            "name": [{"use": "official", "family": "NEUVE", "given": ["Ada"]}],
            "gender": "female",
            "birthDate": "1979-03-28",
            "extension": [
                {
                    "url": "urn:dmp-tui:fhir:opening",
                    "extension": [
                        {"url": "informed", "valueBoolean": True},
                        {"url": "consent", "valueBoolean": True},
                        {"url": "identified-by", "valueCode": "ins"},
                    ],
                }
            ],
        },
    ),
}
PATCHES: list[Json] = [
    {"op": "replace", "path": "/status", "value": "entered-in-error"},
    {"op": "replace", "path": "/securityLabel", "value": MASKED},
    {"op": "move", "from": "/securityLabel", "path": "/status"},
    {"op": "copy", "from": "/description", "path": "/status"},
    {"op": "test", "path": "/status", "value": "current"},
    {"op": "remove", "path": "/securityLabel/0"},
    {"op": "add", "path": "/content/-", "value": {}},
]


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where everything in a JSON value lies."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inside:
        yield (*at, key)
        yield from places(held, (*at, key))


@st.composite
def broken(draw: st.DrawFn, body: Any) -> Any:
    """A JSON value with one to three of its parts gone, replaced, doubled or wrapped."""
    made = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(made))
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        held = made
        for key in way:
            held = held[key]
        how = draw(st.sampled_from(["remove", "replace", "double", "wrap"]))
        if how == "remove":
            del held[last]
        elif how == "replace":
            held[last] = draw(VALUES)
        elif how == "double" and isinstance(held, list):
            held.append(copy.deepcopy(held[int(last)]))
        else:
            held[last] = [held[last]]
    return made


def kept(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the store but the trail's."""
    store._latest()
    tables = [name for (name,) in store._rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    names = [name for name in tables if not name.startswith(("trail", "sqlite"))]
    return {name: store._rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in names}  # noqa: S608 - its own tables


def tried(served: Blocking, method: str, path: str, body: Any, kind: str = "application/fhir+json") -> None:
    before = kept(served.api.store)
    answer = served.run(served.doctor.send(method, path, body, kind=kind))
    assert answer.status_code < 500 or answer.status_code == 501, answer.text
    if answer.status_code >= 300:
        outcome = answer.json()
        assert outcome["resourceType"] == "OperationOutcome"
        assert outcome["issue"][0]["diagnostics"]
        assert kept(served.api.store) == before


@pytest.mark.parametrize("name", BODIES)
def test_the_whole_ones_are_taken(served: Blocking, name: str) -> None:
    path, body = BODIES[name]
    answer = served.run(served.doctor.post(path, body))
    assert answer.status_code in {200, 201}, answer.text


@pytest.mark.parametrize("name", BODIES)
def test_a_broken_body_is_taken_or_refused_whole(served: Blocking, name: str) -> None:
    path, body = BODIES[name]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(broken(body))
    def tries(made: Any) -> None:
        tried(served, "POST", path, made)

    tries()


def test_a_broken_patch_is_taken_or_refused_whole(served: Blocking) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from(PATCHES), min_size=1, max_size=4).flatmap(broken))
    def tries(made: Any) -> None:
        path = f"/fhir/DocumentReference/{served.document}"
        tried(served, "PATCH", path, made, "application/json-patch+json")

    tries()
