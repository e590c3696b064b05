"""A line of the sheet as the FHIR R4 resource that any IPS reader expects for its kind.

What FHIR cannot say is in the ``line`` extension (``marks.py``); here is what others read.
"""

import re
from collections.abc import Callable
from datetime import date, datetime

from dmp_tui.dmp.entries import Assertion, Criticality, Kind, Mark, Person, Status
from dmp_tui.dmp.fhir.marks import concept_json
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.sheet.model import Line

_HL7 = "http://terminology.hl7.org/CodeSystem/"
SNOMED = "http://snomed.info/sct"

CONCEPT_PATHS: dict[str, tuple[str | int, ...]] = {
    "AllergyIntolerance": ("code",),
    "AdverseEvent": ("event",),
    "MedicationStatement": ("medicationCodeableConcept",),
    "Condition": ("code",),
    "Procedure": ("code",),
    "DeviceUseStatement": ("contained", 0, "type"),
    "Immunization": ("vaccineCode",),
    "Observation": ("code",),
    "Consent": ("category", 0),
    "Flag": ("code",),
    "FamilyMemberHistory": ("condition", 0, "code"),
    "CarePlan": ("category", 0),
}
"""Where each resource holds the line's own words and codes; a RelatedPerson has no such place."""

_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?", re.ASCII)


def date_time(text: str) -> str:
    """The text if it is a FHIR dateTime, else empty: what is written as a date is one. An hour without zone is cut."""
    text = text[:10] if _LOCAL.fullmatch(text) else text
    if _PARTIAL.fullmatch(text):
        return text if text[:4] != "0000" else ""
    try:
        if len(text) == 10:
            date.fromisoformat(text)
        elif _INSTANT.fullmatch(text):
            datetime.fromisoformat(text)
        else:
            return ""
    except ValueError:
        return ""
    return text


def instant(text: str) -> str:
    """The text if it is a FHIR instant, else empty."""
    return date_time(text) if "T" in text else ""


def concept(system: str, code: str, display: str = "") -> Json:
    """A CodeableConcept of one code."""
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def resource_of(line: Line, patient: str) -> Json:
    """The resource of a line about the patient whose fullUrl is ``patient``."""
    native = line.assertion is Assertion.STATED or line.kind in _WITH_NEGATION
    make = _MAKERS.get(line.kind, _observation) if native else _observation
    return make(line, patient)


def _present(**elements: object) -> Json:
    return {name.rstrip("_"): value for name, value in elements.items() if value not in ("", None, [], {})}


def _period(line: Line) -> Json:
    return _present(start=date_time(line.start), end=date_time(line.end))


def _words(line: Line) -> Json:
    """The main concept. FHIR wants one that is not empty, which a line always has."""
    return concept_json(line.label, line.codes)


def _status_by(line: Line, codes: dict[Status, str], negated: str) -> str:
    return negated if line.assertion is Assertion.NEGATED else codes[line.status]


def _clinical(line: Line, name: str) -> Json:
    codes = {Status.ACTIVE: "active", Status.ENDED: "inactive"}
    known = codes.get(line.status, "active" if name == "allergyintolerance" else "")
    return concept(f"{_HL7}{name}-clinical", known) if known else {}


def _verification(line: Line, name: str) -> Json:
    system = f"{_HL7}{name}"
    if line.assertion is Assertion.NEGATED:
        return concept(system, "refuted")
    return concept(system, "unconfirmed") if line.assertion is Assertion.UNREADABLE else {}


def _allergy(line: Line, patient: str) -> Json:
    severity = {Criticality.FATAL: "severe", Criticality.HIGH: "severe", Criticality.MODERATE: "moderate"}
    criticality = {Criticality.FATAL: "high", Criticality.HIGH: "high", Criticality.LOW: "low"}
    reactions = [
        _present(
            manifestation=[concept_json(r.label or "-", r.codes)],
            severity=severity.get(r.criticality, "mild" if r.criticality is Criticality.LOW else ""),
        )
        for r in line.reactions
        if not r.negated
    ]
    return _present(
        resourceType="AllergyIntolerance",
        clinicalStatus=_clinical(line, "allergyintolerance"),
        verificationStatus=_verification(line, "allergyintolerance-verification"),
        type="intolerance" if Mark.NOT_AN_ALLERGY in line.marks else "",
        criticality=criticality.get(line.criticality, ""),
        code=_words(line),
        patient={"reference": patient},
        onsetDateTime=date_time(line.start),
        recordedDate=date_time(line.noted),
        reaction=reactions,
    )


def _adverse_effect(line: Line, patient: str) -> Json:
    return _present(
        resourceType="AdverseEvent",
        actuality="actual",
        event=_words(line),
        subject={"reference": patient},
        date=date_time(line.start),
        recordedDate=date_time(line.noted),
    )


def _treatment(line: Line, patient: str) -> Json:
    codes = {
        Status.ACTIVE: "active",
        Status.ENDED: "stopped",
        Status.PLANNED: "intended",
        Status.UNKNOWN: "unknown",
    }
    return _present(
        resourceType="MedicationStatement",
        status=_status_by(line, codes, "not-taken"),
        medicationCodeableConcept=_words(line),
        subject={"reference": patient},
        effectivePeriod=_period(line),
        dateAsserted=date_time(line.noted),
        dosage=[{"text": line.dose}] if line.dose.strip() else [],
    )


def _problem(line: Line, patient: str) -> Json:
    return _present(
        resourceType="Condition",
        clinicalStatus=_clinical(line, "condition"),
        verificationStatus=_verification(line, "condition-ver-status"),
        code=_words(line),
        subject={"reference": patient},
        onsetDateTime=date_time(line.start),
        abatementDateTime=date_time(line.end),
        recordedDate=date_time(line.noted),
    )


def _procedure(line: Line, patient: str) -> Json:
    codes = {
        Status.ACTIVE: "in-progress",
        Status.ENDED: "completed",
        Status.PLANNED: "preparation",
        Status.UNKNOWN: "completed" if line.start else "unknown",
    }
    when = _period(line)
    return _present(
        resourceType="Procedure",
        status=_status_by(line, codes, "not-done"),
        code=_words(line),
        subject={"reference": patient},
        performedPeriod=when if line.end else {},
        performedDateTime="" if line.end else date_time(line.start),
    )


def _device(line: Line, patient: str) -> Json:
    codes = {
        Status.ACTIVE: "active",
        Status.ENDED: "completed",
        Status.PLANNED: "intended",
        Status.UNKNOWN: "active",
    }
    return _present(
        resourceType="DeviceUseStatement",
        contained=[{"resourceType": "Device", "id": "device", "type": _words(line)}],
        status=codes[line.status],
        subject={"reference": patient},
        timingPeriod=_period(line),
        recordedOn=date_time(line.noted),
        device={"reference": "#device"},
    )


def _vaccination(line: Line, patient: str) -> Json:
    when = date_time(line.start)
    return _present(
        resourceType="Immunization",
        status="not-done" if line.assertion is Assertion.NEGATED or line.status is Status.PLANNED else "completed",
        vaccineCode=_words(line),
        patient={"reference": patient},
        occurrenceDateTime=when,
        occurrenceString="" if when else "unknown",
        recorded=date_time(line.noted),
    )


def _observation(line: Line, patient: str) -> Json:
    value: object = line.value.strip()
    numeric = bool(_NUMBER.fullmatch(line.value)) and bool(line.unit.strip())
    code = line.interpretation if re.fullmatch(r"[A-Z<>+-]{1,10}", line.interpretation) else ""
    absent = line.assertion is Assertion.NEGATED
    error = line.assertion is Assertion.UNREADABLE
    return _present(
        resourceType="Observation",
        status="final",
        code=_words(line),
        subject={"reference": patient},
        effectiveDateTime=date_time(line.noted) or date_time(line.start),
        valueQuantity={"value": float(line.value), "unit": line.unit} if numeric and not absent else {},
        valueString=value if value and not numeric and not absent else "",
        valueCodeableConcept=concept(SNOMED, "2667000", "Absent") if absent else {},
        dataAbsentReason=concept(f"{_HL7}data-absent-reason", "error") if error and not value else {},
        interpretation=[concept(f"{_HL7}v3-ObservationInterpretation", code)] if code else [],
        referenceRange=[{"text": line.reference}] if line.reference.strip() else [],
    )


def _directive(line: Line, patient: str) -> Json:
    return _present(
        resourceType="Consent",
        status="inactive" if line.status is Status.ENDED else "active",
        scope=concept(f"{_HL7}consentscope", "adr", "Advanced Care Directive"),
        category=[_words(line)],
        patient={"reference": patient},
        dateTime=date_time(line.start) or date_time(line.noted),
        policyRule={"text": line.label or "-"},
    )


def contact_json(person: Person, patient: str) -> Json:
    """A RelatedPerson's elements for someone to call."""
    return _present(
        patient={"reference": patient},
        relationship=[{"text": person.role}] if person.role.strip() else [],
        name=[{"text": person.name}] if person.name.strip() else [],
        telecom=[{"system": "phone", "value": phone} for phone in person.phones if phone.strip()],
        address=[{"text": person.address}] if person.address.strip() else [],
    )


def _contact(line: Line, patient: str) -> Json:
    return {"resourceType": "RelatedPerson", **contact_json(line.person or Person(line.label), patient)}


def _alert(line: Line, patient: str) -> Json:
    return _present(
        resourceType="Flag",
        status="inactive" if line.status is Status.ENDED else "active",
        code=_words(line),
        subject={"reference": patient},
        period=_period(line),
    )


def _family(line: Line, patient: str) -> Json:
    role = line.person.role if line.person is not None else ""
    return _present(
        resourceType="FamilyMemberHistory",
        status="completed",
        patient={"reference": patient},
        date=date_time(line.noted),
        relationship={"text": role} if role.strip() else concept(f"{_HL7}v3-RoleCode", "FAMMEMB"),
        condition=[{"code": _words(line)}],
    )


def _plan(line: Line, patient: str) -> Json:
    return _present(
        resourceType="CarePlan",
        status="completed" if line.status is Status.ENDED else "active",
        intent="plan",
        category=[_words(line)],
        title=line.label.strip(),
        subject={"reference": patient},
        period=_period(line),
    )


_WITH_NEGATION = frozenset({Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.PROCEDURE, Kind.VACCINATION})
"""Kinds whose resource can say "not present" or "not done"; the others' negations are Observations "absent"."""

_MAKERS: dict[Kind, Callable[[Line, str], Json]] = {
    Kind.ALLERGY: _allergy,
    Kind.ADVERSE_EFFECT: _adverse_effect,
    Kind.TREATMENT: _treatment,
    Kind.PROBLEM: _problem,
    Kind.PROCEDURE: _procedure,
    Kind.DEVICE: _device,
    Kind.VACCINATION: _vaccination,
    Kind.DIRECTIVE: _directive,
    Kind.CONTACT: _contact,
    Kind.ALERT: _alert,
    Kind.FAMILY: _family,
    Kind.PLAN: _plan,
}
