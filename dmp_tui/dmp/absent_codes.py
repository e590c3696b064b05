"""Codes that stand in place of a thing to say that there is none, or that nothing is known of it.

IHE PCC 6.3.4, HL7 IPS absent-unknown, SNOMED CT situations.
"""

NONE = frozenset(
    {
        "160244002", "716186003", "409137002", "429625007", "428607008", "716184000", "716220001", "428197003",
        "160243008", "160245001", "182849000", "787481004", "787480003", "787482006", "787483001", "160266009",
        "1003774007",
        "no-known-allergies", "no-known-medication-allergies", "no-known-environmental-allergies",
        "no-known-food-allergies", "no-known-medications", "no-known-problems", "no-known-procedures",
        "no-known-devices", "no-known-immunizations",
    }
)  # fmt: skip
NO_DATA = frozenset(
    {
        "182904002", "396782006", "407559004", "1287211007", "64970000", "1631000175102",
        "no-allergy-info", "no-medication-info", "no-problem-info", "no-procedure-info", "no-device-info",
        "no-immunization-info",
    }
)  # fmt: skip
FLAVORS = frozenset({"NI", "UNK", "NASK", "ASKU", "NAV", "NAVU", "MSK"})
"""HL7 v3 NullFlavor: no information, unknown, not asked..."""
