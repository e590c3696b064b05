"""Names that vendors give one code system, and the one name by which the sheet knows it."""

import re

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
CIS = "urn:oid:1.2.250.1.213.2.3.1"
CIP = "urn:oid:1.2.250.1.213.2.3.2"

_NAMES = {
    "snomed.info/sct": SNOMED,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "loinc.org": LOINC,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "www.whocc.no/atc": ATC,
    "whocc.no/atc": ATC,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "smt.esante.gouv.fr/terminologie-atc": ATC,
    "fhir.de/codesystem/bfarm/atc": ATC,
    "fhir.de/codesystem/dimdi/atc": ATC,
    "hl7.org/fhir/sid/icd-10": ICD10,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:1.3.6.1.4.1.12559.11.10.1.3.1.44.2": ICD10,  # as MyHealth@EU names it
    "smt.esante.gouv.fr/terminologie-cim-10": ICD10,
}
_BOXES = frozenset({"smt.esante.gouv.fr/terminologie-bdpm", "www.whocc.no/atc"})
"""French medicines: boxes and products by one name; some say ATC of them, whose codes begin with a letter."""
_OID = re.compile(r"[0-2](?:\.\d+){3,}")
_CIP13 = re.compile(r"34009\d{8}")
_CIS8 = re.compile(r"6\d{7}")


def system_of(system: str, code: str) -> str:
    """The name of the system of a code: FHIR's own where it has one, whichever way it was written.

    An edition or a version after it is dropped ("http://snomed.info/sct/900000000000207008"), a bare OID made a URN.
    """
    plain = system.partition("|")[0].rstrip("/")
    if _OID.fullmatch(plain):
        plain = f"urn:oid:{plain}"
    folded = plain.lower().removeprefix("https://").removeprefix("http://")
    if folded.startswith("snomed.info/sct/"):
        folded = "snomed.info/sct"
    if folded in _BOXES and _CIP13.fullmatch(code):
        return CIP
    if folded in _BOXES and _CIS8.fullmatch(code):
        return CIS
    return _NAMES.get(folded, plain)
