"""Documents whose resources have the right names in the wrong places: read, or refused by a DocumentError."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from dmp_tui.dmp.entries import Assertion, DocumentError, Reading
from dmp_tui.dmp.fhir.reading import read_fhir_document
from dmp_tui.dmp.fhir.summary import read_summary
from dmp_tui.dmp.sheet.model import Sheet
from tests.dmp.fhir.builders import Json

_KINDS = st.sampled_from(
    [
        *[
            "AllergyIntolerance",
            "Condition",
            "Procedure",
            "MedicationStatement",
            "MedicationRequest",
            "Medication",
            "List",
            "Immunization",
        ],
        *[
            "DeviceUseStatement",
            "Device",
            "Observation",
            "DiagnosticReport",
            "Consent",
            "Goal",
            "CarePlan",
            "Composition",
            "Patient",
        ],
        *[
            "FamilyMemberHistory",
            "Flag",
            "CareTeam",
            "Encounter",
            "Bundle",
            "Nonsense",
            "Goal",
            "ImmunizationRecommendation",
            "RelatedPerson",
        ],
        *["ClinicalImpression", "ImagingStudy", "DocumentReference"],
    ]
)
_NAMES = st.sampled_from(
    [
        *[
            "id",
            "code",
            "coding",
            "text",
            "div",
            "display",
            "system",
            "status",
            "reference",
            "entry",
            "section",
            "resource",
            "subject",
            "extension",
            "url",
        ],
        *[
            "contained",
            "valueQuantity",
            "valueString",
            "value",
            "unit",
            "component",
            "name",
            "hasMember",
            "result",
            "item",
            "dosage",
            "timing",
            "repeat",
        ],
        *[
            "sequence",
            "event",
            "onsetDateTime",
            "onsetAge",
            "verificationStatus",
            "clinicalStatus",
            "reaction",
            "manifestation",
            "substance",
        ],
        *[
            "medicationReference",
            "note",
            "effectivePeriod",
            "start",
            "end",
            "identifier",
            "title",
            "emptyReason",
            "target",
            "participant",
            "member",
        ],
        *[
            "provision",
            "category",
            "content",
            "attachment",
            "data",
            "birthDate",
            "contact",
            "telecom",
            "relationship",
            "_display",
            "_valueString",
        ],
        *[
            "doseAndRate",
            "doseQuantity",
            "referenceRange",
            "low",
            "interpretation",
            "period",
            "protocolApplied",
            "series",
            "recommendation",
        ],
        *["dateCriterion", "device", "deviceName", "udiCarrier", "condition"],
    ]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(-1e3, 1e3),
    st.sampled_from(["", "a", "#a", "#", "Observation/a", "Condition/b", "urn:uuid:a", "2024-01-02", "48765-2", "8"])
    | st.text(max_size=8),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=25,
)


@st.composite
def bundles(draw: st.DrawFn) -> Json:
    """Bundles whose resources have the right names in the wrong places."""
    entries = []
    for _ in range(draw(st.integers(1, 6))):
        body = draw(st.dictionaries(_NAMES, _VALUES, max_size=8))
        entry: Json = {"resource": {"resourceType": draw(_KINDS), **body}}
        if draw(st.booleans()):
            entry["fullUrl"] = draw(st.sampled_from(["urn:uuid:a", "http://x/Observation/a", "x", ""]))
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "document", "entry": entries}


def assert_on_the_sheet(reading: Reading, sheet: Sheet) -> None:
    """Each statement of a document is a source of a line of its kind, in its own words and with its own assertion."""
    held = {(line.kind, s.label, s.assertion) for topic in sheet.topics for line in topic.lines for s in line.sources}
    stated = {(e.kind, e.label, e.assertion) for e in reading.entries}
    assert {told for told in stated - held if told[2] not in {Assertion.NONE, Assertion.NO_DATA}} == set()


@settings(max_examples=300, deadline=None)
@given(bundles())
def test_a_document_of_any_shape_is_read_or_refused(bundle: Json) -> None:
    content = json.dumps(bundle).encode("utf-8", "surrogatepass")
    with suppress(DocumentError):
        reading = read_fhir_document(content)
        assert all(entry.label for entry in reading.entries)
        assert_on_the_sheet(reading, read_summary(content).sheet)
