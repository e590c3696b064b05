"""Units as they are printed."""

import pytest

from dmp_tui.dmp.units import printed


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("umol/L", "µmol/L"),
        ("10*9/L", "G/L"),
        ("mL/min/{1.73_m2}", "mL/min/1,73 m²"),
        ("{INR}", ""),
        ("mg/dL", "mg/dL"),
        ("{score}", "score"),
        ("", ""),
    ],
)
def test_units_in_print(unit: str, words: str) -> None:
    assert printed(unit) == words
