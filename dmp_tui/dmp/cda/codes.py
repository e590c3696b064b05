"""Codes of CDA -> codings with FHIR systems; the codes that say "none" or "not known" in place of a thing."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.absent_codes import NO_DATA, NONE
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Assertion, Coding, Criticality

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
UCUM = "http://unitsofmeasure.org"
CIS = "urn:oid:1.2.250.1.213.2.3.1"
CIP = "urn:oid:1.2.250.1.213.2.3.2"

_CIP13 = re.compile(r"34009\d{8}")
_TABLES = re.compile(
    r"(?:TA|TRE|JDV|ASS|NOS)[_-][A-Z0-9][\w.-]*|LOINC|SNOMED(?:[ -]?CT)?|CIM[ -]?10|UCUM|ATC|CCAM|CI[SP]"
)
"""Names of code systems and value sets, which name no thing."""
_ATC5 = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")
_SYSTEMS = {
    "2.16.840.1.113883.6.96": SNOMED,
    "2.16.840.1.113883.6.1": LOINC,
    "2.16.840.1.113883.6.73": ATC,
    "2.16.840.1.113883.6.3": ICD10,
    "2.16.840.1.113883.6.8": UCUM,
}

_SEVERITIES = {
    "399166001": Criticality.FATAL,
    "442452003": Criticality.HIGH,
    "24484000": Criticality.HIGH,
    "371924009": Criticality.HIGH,
    "6736007": Criticality.MODERATE,
    "371923003": Criticality.MODERATE,
    "255604002": Criticality.LOW,
    "high": Criticality.HIGH,
    "low": Criticality.LOW,
    "H": Criticality.HIGH,
    "M": Criticality.MODERATE,
    "L": Criticality.LOW,
}


def system_uri(oid: str) -> str:
    """The FHIR URI of a code system's OID; ``urn:oid:...`` where FHIR has none of its own."""
    return _SYSTEMS.get(oid, f"urn:oid:{oid}" if oid else "")


def _national(code: str, system: str) -> str:
    """The tables of the Assurance Maladie hold CIP13 and ATC codes under OIDs of their own: given their common name."""
    if system == "urn:oid:1.2.250.1.215.200.1.1.1" and _CIP13.fullmatch(code):
        return CIP
    return ATC if system == "urn:oid:1.2.250.1.215.200.1.2.2" and _ATC5.fullmatch(code) else system


def codings(*elements: "Element | None") -> tuple[Coding, ...]:
    """All codings of coded elements: the code and its translations, nested ones too, each once."""
    found: dict[tuple[str, str], Coding] = {}
    waiting = [element for element in reversed(elements) if element is not None]
    while waiting:
        element = waiting.pop()
        code = squeeze(element.get("code"))
        if code:
            system = _national(code, system_uri(squeeze(element.get("codeSystem"))))
            found.setdefault((system, code), Coding(system, code, _name(element)))
        waiting.extend(reversed(element.findall("translation")))
    return tuple(found.values())


def _name(element: "Element") -> str:
    """The display of a code; none where software wrote the name of the table there."""
    name = squeeze(element.get("displayName"))
    return "" if name == squeeze(element.get("codeSystemName")) or _TABLES.fullmatch(name) else name


def qualifiers(element: "Element | None") -> tuple[Coding, ...]:
    """What the qualifiers of a coded element say; CI-SIS puts there what a general code is about ("autre élément").

    A side is no such thing: ``side_of`` gives it.
    """
    if element is None:
        return ()
    found = [q for q in element.findall("qualifier") if not _is_side(q)]
    return codings(*(q.find("value") if q.find("value") is not None else q.find("name") for q in found))


_LATERALITY = frozenset({"20228-3", "78615007", "272741003", "C25185"})
"""LOINC, SNOMED CT and NCIT "laterality"."""


def _is_side(qualifier: "Element") -> bool:
    name = qualifier.find("name")
    return name is not None and (name.get("code") or "") in _LATERALITY


def side_of(*elements: "Element | None") -> str:
    """``droit``: the side that the qualifiers of coded elements name; empty if none."""
    found = (q.find("value") for e in elements if e is not None for q in e.iterfind("qualifier") if _is_side(q))
    return next((display(value) for value in found if value is not None and display(value)), "")


def display(element: "Element | None") -> str:
    """The code's own words: its display, else its first translation's, else the code."""
    found = codings(element)
    return next((coding.display for coding in found if coding.display), found[0].code if found else "")


def absence(codes: "Iterable[Coding]") -> Assertion | None:
    """NONE or NO_DATA where a code says so in place of a thing, else None."""
    for coding in codes:
        if coding.code in NONE:
            return Assertion.NONE
        if coding.code in NO_DATA:
            return Assertion.NO_DATA
    return None


def severity(codes: "Iterable[Coding]") -> Criticality:
    """The severity that a code states (SNOMED CT, FHIR criticality, HL7 v3 SeverityObservation)."""
    return min(
        (_SEVERITIES.get(coding.code, Criticality.UNKNOWN) for coding in codes),
        key=lambda c: c.rank,
        default=Criticality.UNKNOWN,
    )
