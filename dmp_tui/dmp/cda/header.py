"""The header of a CDA document (CI-SIS "structuration minimale"): which document, of whom, by whom, and who to call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import codings, display
from dmp_tui.dmp.cda.persons import address_words, name_part, name_words, own_text, participant, phones
from dmp_tui.dmp.cda.times import fhir_date, fhir_datetime
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Coding, DocumentError, DocumentProblem, Entry, Kind, Person, Subject
from dmp_tui.dmp.identity import BirthDate, IdentityError, Sex, Traits, parse_birth_date

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CONTACT_KINDS = {"ECON": "C", "NOK": "trusted", "CAREGIVER": "caregiver", "GUARD": "guardian"}
"""CI-SIS: ECON is "personne à prévenir", NOK "personne de confiance" (volet structuration minimale, informant)."""
_CONTACT_WORDS = {
    "C": "personne à prévenir",
    "trusted": "personne de confiance",
    "caregiver": "aidant",
    "guardian": "représentant",
}
_REPLACES = frozenset({"RPLC"})
_FACILITY = "componentOf/encompassingEncounter/location/healthCareFacility/code"
_SETTING = "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode"


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, in the shape of a Reading."""

    unique_id: str
    type: Coding
    title: str
    date: str
    subject: Subject
    birth: str
    authors: tuple[Person, ...]
    custodian: str
    custodian_id: str
    service_start: str
    service_end: str
    facility_type: Coding | None
    practice_setting: Coding | None
    confidentiality: tuple[str, ...]
    replaces: tuple[str, ...]
    set_id: str
    version: str
    language: str
    contacts: tuple[Entry, ...]


def read_header(root: "Element") -> Header:
    """The header of a ClinicalDocument.

    Raises:
        DocumentError: MISSING_HEADER without an id, a type or a patient: nothing can be filed then.
    """
    header = read_partial_header(root)
    if not header.unique_id or not header.type.code or root.find("recordTarget/patientRole") is None:
        missing = "id" if not header.unique_id else "code" if not header.type.code else "recordTarget"
        raise DocumentError(DocumentProblem.MISSING_HEADER, missing)
    return header


def read_partial_header(root: "Element") -> Header:
    """What a header says, whatever it lacks; what is missing is empty."""
    types = codings(root.find("code"))
    patient_role = root.find("recordTarget/patientRole")
    custodian = root.find("custodian/assignedCustodian/representedCustodianOrganization")
    start, end = _service(root)
    subject = _subject(patient_role) if patient_role is not None else Subject(())
    type_ = types[0] if types else Coding("", "")
    return Header(
        unique_id=identifier(root.find("id")),
        type=type_,
        title=own_text(root.find("title")) or type_.display,
        date=fhir_datetime(_value(root.find("effectiveTime"))),
        subject=subject,
        birth=subject.traits.birth.iso if subject.traits.birth else "",
        authors=_authors(root),
        custodian=own_text(custodian.find("name")) if custodian is not None else "",
        custodian_id=_attribute(custodian.find("id"), "extension") if custodian is not None else "",
        service_start=start,
        service_end=end,
        facility_type=_first(root, _FACILITY),
        practice_setting=_first(root, _SETTING),
        confidentiality=tuple(
            coding.code for element in root.iterfind("confidentialityCode") for coding in codings(element)
        ),
        replaces=tuple(
            found
            for related in root.iterfind("relatedDocument")
            if related.get("typeCode") in _REPLACES
            for parent in related.iterfind("parentDocument/id")
            if (found := identifier(parent))
        ),
        set_id=identifier(root.find("setId")),
        version=_value(root.find("versionNumber")),
        language=_attribute(root.find("languageCode"), "code"),
        contacts=tuple(_contacts(root, patient_role)) if patient_role is not None else (),
    )


def identifier(element: "Element | None") -> str:
    """``root`` or ``root^extension`` of an instance identifier; empty if it has none."""
    if element is None:
        return ""
    root, extension = squeeze(element.get("root")), squeeze(element.get("extension"))
    return f"{root}^{extension}" if root and extension else root or extension


def _value(element: "Element | None") -> str:
    return _attribute(element, "value")


def _attribute(element: "Element | None", name: str) -> str:
    return "" if element is None else squeeze(element.get(name))


def _first(root: "Element", path: str) -> Coding | None:
    return next((coding for element in root.iterfind(path) for coding in codings(element)), None)


def _service(root: "Element") -> tuple[str, str]:
    for path in ("documentationOf/serviceEvent/effectiveTime", "componentOf/encompassingEncounter/effectiveTime"):
        for time in root.iterfind(path):
            start = fhir_datetime(_value(time.find("low")) or _value(time))
            end = fhir_datetime(_value(time.find("high")))
            if start or end:
                return start or end, end
    return "", ""


def _authors(root: "Element") -> tuple[Person, ...]:
    found: dict[Person, None] = {}
    for author in root.iterfind("author"):
        assigned = author.find("assignedAuthor")
        person = participant(assigned, "assignedPerson", "representedOrganization") if assigned is not None else None
        if person is not None:
            function = display(author.find("functionCode")) if author.find("functionCode") is not None else ""
            role = ", ".join(text for text in (function, person.role) if text)
            found[Person(person.name, role, person.phones, person.address)] = None
    return tuple(found)


# --- the patient ------------------------------------------------------------------------------------------------------


def _subject(role: "Element") -> Subject:
    patient = role.find("patient")
    identifiers = tuple(
        (squeeze(element.get("root")), squeeze(element.get("extension")))
        for element in role.iterfind("id")
        if element.get("root") and element.get("extension")
    )
    if patient is None:
        return Subject(identifiers, phones=phones(role), address=address_words(*role.findall("addr")))
    names = patient.findall("name")
    family = next((text for name in names if (text := name_part(name, "family", ("BR", "", "CL", "SP")))), "")
    given = next((text for name in names if (text := name_part(name, "given", ("", "BR", "CL", "SP")))), "")
    gender = patient.find("administrativeGenderCode")
    sex = {"F": Sex.F, "M": Sex.M}.get(_attribute(gender, "code").upper(), Sex.U)
    place = patient.find("birthplace/place/addr")
    born_at = (own_text(place.find("county")) or own_text(place.find("city"))) if place is not None else ""
    used = " ".join(
        next((text for name in names if (text := name_part(name, tag, ("CL", "SP")))), "")
        for tag in ("family", "given")
    ).strip()
    traits = Traits(family, given, _birth(_value(patient.find("birthTime"))), sex, born_at)
    return Subject(identifiers, traits, phones(role), address_words(*role.findall("addr")), used)


def _birth(text: str) -> BirthDate | None:
    try:
        return parse_birth_date(text[:8] if text[:4].isdigit() and len(text) >= 8 else text)
    except IdentityError:
        year_month, _ = fhir_date(text)
        try:
            return parse_birth_date(year_month)
        except IdentityError:
            return None


# --- who to call ------------------------------------------------------------------------------------------------------


def _contacts(root: "Element", patient_role: "Element") -> "list[Entry]":
    found = [_relative(informant, "relatedPerson") for informant in root.iterfind("informant/relatedEntity")]
    for related in root.iterfind("participant"):
        entity = related.find("associatedEntity")
        if entity is None:
            continue
        if _attribute(related.find("functionCode"), "code") == "PCP":
            found.append(_treating_doctor(entity))
        elif entity.get("classCode") in _CONTACT_KINDS:
            found.append(_relative(entity, "associatedPerson"))
    found.extend(_relative(g, "guardianPerson", "GUARD") for g in patient_role.iterfind("patient/guardian"))
    return list(dict.fromkeys(entry for entry in found if entry is not None))


def _relative(element: "Element", person_tag: str, class_code: str = "") -> Entry | None:
    name = name_words(element.find(f"{person_tag}/name")) or own_text(element.find("guardianOrganization/name"))
    numbers = phones(element)
    kind = _CONTACT_KINDS.get(class_code or element.get("classCode") or "", "")
    relation = display(element.find("code")) if element.find("code") is not None else ""
    if not name and not numbers:
        return None
    person = Person(name, relation or _CONTACT_WORDS.get(kind, ""), numbers, address_words(element.find("addr")), kind)
    return Entry(Kind.CONTACT, name or person.role or numbers[0], codes=codings(element.find("code")), person=person)


def _treating_doctor(entity: "Element") -> Entry | None:
    person = participant(entity, "associatedPerson", "scopingOrganization")
    if person is None:
        return None
    doctor = Person(person.name, "médecin traitant", person.phones, person.address, "")
    function = Coding("http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction", "PCP", "Médecin traitant")
    return Entry(Kind.CONTACT, doctor.name, codes=(function,), person=doctor)
