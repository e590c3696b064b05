"""Dosages of FHIR documents, in words."""

from typing import Any

import pytest

from dmp_tui.dmp.fhir.dosage import dosage_text, dosages_text
from tests.dmp.fhir.builders import Json

TABLET = {"doseQuantity": {"value": "1", "unit": "tablet"}}


def repeat(**fields: Any) -> Json:
    return {"timing": {"repeat": fields}}


@pytest.mark.parametrize(
    ("dosage", "expected"),
    [
        ({"text": "As directed", "doseAndRate": [TABLET]}, "As directed; 1 tablet"),
        ({"text": "Take one a day", "doseAndRate": [TABLET]}, "Take one a day"),
        (
            {"text": "2 a day", "additionalInstruction": [{"text": "With food"}, {"text": "Sit up"}]},
            "2 a day; With food; Sit up",
        ),
        ({"text": "2 a day, with food", "additionalInstruction": [{"text": "With food"}]}, "2 a day, with food"),
        ({"text": "1 drop", "site": {"text": "left eye"}}, "1 drop; left eye"),
        ({"doseAndRate": [TABLET], "asNeededFor": [{"text": "pain"}, {"text": "fever"}]}, "1 tablet, PRN pain, fever"),
        (
            {
                "maxDosePerPeriod": [
                    {"numerator": {"value": "4", "unit": "g"}, "denominator": {"value": "1", "unit": "d"}}
                ]
            },
            "max 4 g / 1 d",
        ),
        ({"maxDosePerAdministration": {"value": "2", "unit": "mg"}}, "max 2 mg"),
        (repeat(frequency="1", frequencyMax="2", period="4", periodMax="6", periodUnit="h"), "1-2 x / 4-6 h"),
        (repeat(when=["AC"], offset="30", duration="2", durationUnit="h"), "AC 30 min 2 h"),
        (
            {"timing": {"code": {"text": "BID"}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}},
            "BID 08:00:00 20:00:00",
        ),
        ({"timing": {"event": ["2024-01-02", "2024-02-02"]}}, "2024-01-02 2024-02-02"),
    ],
)
def test_every_element_of_a_dosage_is_told(dosage: Json, expected: str) -> None:
    assert dosage_text(dosage) == expected


def test_dosages_follow_their_sequence() -> None:
    tapering: list[Json] = [{"text": "then 1", "sequence": "2"}, {"text": "first 2", "sequence": "1"}]
    assert dosages_text(tapering) == ["first 2", "then 1"]
    assert dosages_text([{"text": "a", "sequence": "x"}, {"text": "b", "sequence": {}}]) == ["a", "b"]
