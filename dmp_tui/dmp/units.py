"""UCUM units as a French laboratory prints them."""

_PRINTED = {
    "umol/L": "µmol/L",
    "10*9/L": "G/L",
    "10*3/uL": "G/L",
    "10*12/L": "T/L",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1,73 m²",
    "{INR}": "",
    "Cel": "°C",
    "[iU]/L": "UI/L",
    "U/L": "UI/L",
    "ug/L": "µg/L",
    "m[iU]/L": "mUI/L",
    "1": "",
}
_SIGNS = str.maketrans({"{": None, "}": None, "_": " "})
"""UCUM's own signs, which mean nothing to a reader."""


def printed(unit: str) -> str:
    """A unit in print; one that is not known as it is, without UCUM's braces."""
    return _PRINTED.get(unit, unit.translate(_SIGNS))
