"""Codes that FHIR documents of all vendors use to say "none", "no information", or what a section is about."""

from collections.abc import Iterable

from dmp_tui.dmp.absent_codes import FLAVORS, NO_DATA, NONE
from dmp_tui.dmp.entries import Assertion, Coding, Kind

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
_SNOMED_SYSTEMS = frozenset({SNOMED, "urn:oid:2.16.840.1.113883.6.96"})

DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

SECTIONS = {
    "48765-2": Kind.ALLERGY,
    "10160-0": Kind.TREATMENT,
    "10183-2": Kind.TREATMENT,
    "18610-6": Kind.TREATMENT,
    "42346-7": Kind.TREATMENT,
    "29549-3": Kind.TREATMENT,
    "57828-6": Kind.TREATMENT,
    "11450-4": Kind.PROBLEM,
    "11348-0": Kind.PROBLEM,
    "46240-8": Kind.PROBLEM,
    "47519-4": Kind.PROCEDURE,
    "46264-8": Kind.DEVICE,
    "8716-3": Kind.VITAL,
    "30954-2": Kind.RESULT,
    "11502-2": Kind.RESULT,
    "18748-4": Kind.RESULT,
    "44944-7": Kind.ALERT,
    "104605-1": Kind.ALERT,
    "75310-3": Kind.ALERT,
    "44939-7": Kind.ADVERSE_EFFECT,
    "47420-5": Kind.FUNCTIONAL,
    "29762-2": Kind.SOCIAL,
    "10157-6": Kind.FAMILY,
    "10161-8": Kind.OCCUPATIONAL,
    "11341-5": Kind.OCCUPATIONAL,
    "11369-6": Kind.VACCINATION,
    "60484-3": Kind.VACCINATION,
    "85847-2": Kind.CONTACT,
    "57852-6": Kind.PROBLEM,
    "75326-9": Kind.PROBLEM,
    "10155-0": Kind.ALLERGY,
    "26436-6": Kind.RESULT,
    "10162-6": Kind.PREGNANCY,
    "18776-5": Kind.PLAN,
    "81338-6": Kind.PLAN,
    "61146-7": Kind.PLAN,
    "42348-3": Kind.DIRECTIVE,
    "42349-1": Kind.REASON,
    "10154-3": Kind.REASON,
    "46239-0": Kind.REASON,
    "29299-5": Kind.REASON,
    "10164-2": Kind.REASON,
    "51847-2": Kind.PLAN,
    "11535-2": Kind.PROBLEM,
    "11493-4": Kind.RESULT,
    "886921000000105": Kind.ALLERGY,
    "1103671000000101": Kind.ALLERGY,
    "933361000000108": Kind.TREATMENT,
    "10182-4": Kind.SOCIAL,
}
"""Section codes (IPS 2.0, CI-SIS, British lists, and those of other documents) and the kind of what stands in them."""

STORIES = frozenset({"81338-6"})
"""Sections that tell again, in the patient's words, what others hold."""
HISTORY = frozenset({"11348-0"})
STOPPED = frozenset({"18610-6"})
PLANNED = frozenset({"18776-5"})
LISTED = frozenset({"10160-0", "10183-2", "42346-7", "29549-3"})
"""Sections that list what is taken."""

TEXTUAL = frozenset(
    {
        Kind.PLAN,
        Kind.REASON,
        Kind.SOCIAL,
        Kind.FUNCTIONAL,
        Kind.ALERT,
        Kind.DIRECTIVE,
        Kind.FAMILY,
        Kind.OCCUPATIONAL,
        Kind.PREGNANCY,
    }
)
"""Kinds whose narrative alone is a statement; the others' narrative alone is something that could not be structured."""

_NO_DATA_WORDS = frozenset({"unavailable", "notasked", "withheld", "notstarted", "closed"})
NIL_KNOWN = "nilknown"


def is_placeholder(coding: Coding) -> bool:
    """Whether a code only says why there is none."""
    named = coding.system.rpartition("/")[2]
    return (named == "v3-NullFlavor" and coding.code in FLAVORS) or named == "data-absent-reason"


def absence(codes: Iterable[Coding]) -> Assertion | None:
    """NONE or NO_DATA where a code says so: SNOMED CT, a null flavor, IPS (``no-known-...``, ``no-...-info``)."""
    codes = tuple(codes)
    if codes and all(is_placeholder(coding) for coding in codes):
        return Assertion.NO_DATA
    for coding in codes:
        if coding.system in _SNOMED_SYSTEMS and coding.code in NONE:
            return Assertion.NONE
        if coding.system in _SNOMED_SYSTEMS and coding.code in NO_DATA:
            return Assertion.NO_DATA
        if coding.code.startswith("no-known-"):
            return Assertion.NONE
        if coding.code.startswith("no-") and coding.code.endswith("-info"):
            return Assertion.NO_DATA
    return None


SAYS_NONE = frozenset(
    {Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.PROCEDURE, Kind.DEVICE, Kind.VACCINATION, Kind.ADVERSE_EFFECT}
)
"""Kinds of which people write "none" as if it were one of them."""


def empty_reason(codes: Iterable[Coding]) -> Assertion | None:
    """What a section's ``emptyReason`` says; None if it gives no known reason."""
    for coding in codes:
        if coding.code == NIL_KNOWN:
            return Assertion.NONE
        if coding.code in _NO_DATA_WORDS:
            return Assertion.NO_DATA
    return absence(codes)


PREGNANCY_CODES = frozenset(
    {"82810-3", "11778-8", "11779-6", "11780-4", "11636-8", "11637-6", "11638-4", "11639-2", "11640-0", "11612-9"}
    | {"11613-7", "11614-5", "11449-6", "8665-2", "33065-4", "49051-6", "57064-8"}
    | {"11884-4", "72149-8", "73812-0", "93857-1"}
)
"""LOINC: pregnancy status, expected date of delivery, outcomes, deliveries, last period, gestational age."""
SOCIAL_CODES = frozenset({"72166-2", "74013-4", "11331-6", "11366-2", "63773-6", "88031-0", "74205-6"})
"""LOINC: smoking, alcohol."""

VITAL_CODES = frozenset(
    {"85354-9", "8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "8302-2", "29463-7", "39156-5", "2708-6", "59408-5"}
    | {"3141-9", "9843-4", "8287-5", "8478-0", "20564-1", "2710-2", "72514-3", "8289-1", "3140-1", "8331-1", "96607-7"}
)
"""LOINC: blood pressure, heart and respiratory rates, temperature, height, weight, BMI, oxygen, head, pain."""

PREGNANT = frozenset({"77386006", "72892002", "Z33", "Z34", "W78"})
"""A pregnancy that stands among problems: SNOMED CT, ICD-10, ICPC."""
NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})

VALUE_NAMES = {
    "LA15173-0": "enceinte",
    "LA26683-5": "non enceinte",
    "77386006": "enceinte",
    "60001007": "non enceinte",
    "LA18976-3": "fumeur quotidien",
    "LA18977-1": "fumeur occasionnel",
    "LA15920-4": "ancien fumeur",
    "LA18978-9": "n'a jamais fumé",
    "LA18979-7": "fumeur, sans précision",
    "LA18980-5": "inconnu",
    "LA18981-3": "gros fumeur",
    "LA18982-1": "petit fumeur",
    "449868002": "fumeur quotidien",
    "428041000124106": "fumeur occasionnel",
    "8517006": "ancien fumeur",
    "266919005": "n'a jamais fumé",
    "77176002": "fumeur",
    "10828004": "positif",
    "260385009": "négatif",
    "LA6576-8": "positif",
    "LA6577-6": "négatif",
    "112144000": "groupe A",
    "112149005": "groupe B",
    "165743006": "groupe AB",
    "58460004": "groupe O",
    "165747007": "rhésus positif",
    "165746003": "rhésus négatif",
    "373066001": "oui",
    "373067005": "non",
    "LA33-6": "oui",
    "LA32-8": "non",
}
"""Answers that come as a bare code and weigh in an emergency (LOINC answer lists, SNOMED CT), in words."""

REFUTED = frozenset({"refuted", "410516002", "410594000", "723511001"})
"""``verificationStatus``: FHIR's code and SNOMED CT (known absent, definitely not present, refuted)."""

SEVERITY_WORDS = {
    "24484000": "high",
    "6736007": "moderate",
    "255604002": "low",
    "399166001": "fatal",
    "442452003": "high",
    "371924009": "high",
    "371923003": "moderate",
    "LA6750-9": "high",
    "LA6751-7": "moderate",
    "LA6752-5": "low",
    "severe": "high",
    "moderate": "moderate",
    "mild": "low",
    "medium": "moderate",
    "med": "moderate",
    "fatal": "fatal",
    "high": "high",
    "low": "low",
    "life-threatening": "high",
    "sévère": "high",
    "grave": "high",
    "modéré": "moderate",
    "modérée": "moderate",
    "léger": "low",
    "légère": "low",
    "bénin": "low",
}
"""Severity codes of SNOMED CT, LOINC and FHIR as ``Criticality`` values."""
