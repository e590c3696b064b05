"""The header of a CDA document as CI-SIS asks for it: who it is about, who wrote it, who answers for it."""

from dataclasses import dataclass, replace

from lxml import etree

from dmp_tui.dmp.cda_writing.xml import V3Code, e, stamp, templates
from dmp_tui.dmp.entries import Reading
from dmp_tui.dmp.identity import Ins, Sex, Traits

_PERSONS = "1.2.250.1.71.4.2.1"
_STRUCTURES = "1.2.250.1.71.4.2.2"
_ENCOUNTERS = {"AMB": "Ambulatoire", "IMP": "Hospitalisation", "EMER": "Urgences"}
_MEDICAL_DOCUMENT = "1.3.6.1.4.1.19376.1.5.3.1.1.1"
"""IHE PCC Medical Documents."""
_SCANNED_DOCUMENT = "1.3.6.1.4.1.19376.1.2.20"
"""IHE XDS-SD."""
_GENDERS = {Sex.F: "Féminin", Sex.M: "Masculin"}
_CARE = V3Code("34117-2", "Historique et clinique", "2.16.840.1.113883.6.1", "LOINC")


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure: national id (OID 1.2.250.1.71.4.2.2), setting (JDV_J04), sector (JDV_J02; None is not known)."""

    id: str
    name: str
    setting: V3Code
    sector: V3Code | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """A professional: national id (OID 1.2.250.1.71.4.2.1), profession and specialty, where there is one."""

    id: str
    family: str
    given: str
    structure: Structure
    speciality: V3Code | None = None
    suffix: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone to call. ``class_code``: ``ECON`` in an emergency, ``NOK`` the "personne de confiance"."""

    class_code: str
    family: str
    given: str
    relation: V3Code
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the document is about; empty is not known, and is written so."""

    ins: Ins
    traits: Traits
    address: str = ""
    phones: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    treating: Writer | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What the header states. ``moment`` is an HL7 v3 time with its zone; ``unique_id`` and ``template`` are OIDs.

    ``encounter`` is a code of HL7 ActCode: ``AMB``, ``IMP`` or ``EMER``. ``set_id`` is what all versions of a document
    share; empty for a first version, whose own id it is.
    """

    unique_id: str
    type: V3Code
    title: str
    moment: str
    subject: Subject
    author: Writer
    encounter: str = "AMB"
    template: str = ""
    replaces: str = ""
    set_id: str = ""
    version: int = 1


def replacing(content: Header, former: Reading) -> Header:
    """The header of a document that replaces one that was read: the same set, the next version (CDA R2 4.2.1.7)."""
    version = int(former.version) if former.version.isdecimal() else 1
    return replace(
        content, replaces=former.unique_id, set_id=former.set_id or former.unique_id, version=max(version, 1) + 1
    )


def header(content: Header, *, structured: bool) -> list[etree._Element]:
    """The elements of ``ClinicalDocument`` that come before its body.

    An unstructured document has the template of its kind (XDS-SD) in place of all others, says CI-SIS.
    """
    moment = content.moment
    profiles = (_MEDICAL_DOCUMENT, content.template) if structured else (_SCANNED_DOCUMENT,)
    elements = [
        e("realmCode", {"code": "FR"}),
        e("typeId", {"root": "2.16.840.1.113883.1.3", "extension": "POCD_HD000040"}),
        *templates("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", *profiles),
        e("id", {"root": content.unique_id}),
        e("code", content.type.attributes),
        e("title", None, content.title),
        e("effectiveTime", {"value": moment}),
        e("confidentialityCode", {"code": "N", "codeSystem": "2.16.840.1.113883.5.25", "displayName": "Normal"}),
        e("languageCode", {"code": "fr-FR"}),
        e("setId", {"root": content.set_id or content.unique_id}),
        e("versionNumber", {"value": str(content.version)}),
        _patient(content.subject),
        _author(content.author, moment),
        *(_informant(one) for one in content.subject.contacts),
        _custodian(content.author),
        _authenticator(content.author, moment),
        _treating_doctor(content.subject.treating) if content.subject.treating else None,
        _event(content, moment),
        *_replaced(content.replaces),
        _encounter(content, moment),
    ]
    return [element for element in elements if element is not None]


def _patient(patient: Subject) -> etree._Element:
    traits = patient.traits
    name = e(
        "name",
        None,
        _part("family", traits.family, "BR"),
        _part("given", traits.given),
        _part("given", (traits.given.split() or [""])[0], "BR"),
        _part("family", traits.family, "CL"),
        _part("given", traits.given, "CL"),
    )
    gender = {"nullFlavor": "UNK"}
    if traits.sex in _GENDERS:
        words = _GENDERS[traits.sex]
        gender = {"code": traits.sex.value, "displayName": words, "codeSystem": "2.16.840.1.113883.5.1"}
    born = stamp(traits.birth.iso) if traits.birth else ""
    person = e(
        "patient",
        {"classCode": "PSN"},
        name,
        e("administrativeGenderCode", gender),
        e("birthTime", {"value": born} if born else {"nullFlavor": "UNK"}),
        e("birthplace", None, e("place", None, e("addr", None, _birth_place(traits.birth_place)))),
    )
    role = e(
        "patientRole",
        None,
        e("id", {"extension": patient.ins.matricule, "root": patient.ins.oid}),
        _address(patient.address),
        *(_phone(number) for number in patient.phones or ("",)),
        person,
    )
    return e("recordTarget", None, role)


def _birth_place(cog: str) -> etree._Element:
    """The commune or country of birth (COG): a trait of the INS, which CI-SIS wants named or said to be unknown."""
    return e("county", None, cog) if cog else e("county", {"nullFlavor": "UNK"})


def _address(line: str) -> etree._Element:
    return e("addr", None, e("streetAddressLine", None, line)) if line else e("addr", {"nullFlavor": "NAV"})


def _phone(number: str) -> etree._Element:
    return e("telecom", {"value": f"tel:{number}"} if number else {"nullFlavor": "NAV"})


def _name(one: Writer) -> etree._Element:
    suffix = e("suffix", None, one.suffix) if one.suffix else None
    given = e("given", None, one.given) if one.given else None
    return e("name", None, given, _part("family", one.family), suffix)


def _part(tag: str, text: str, qualifier: str = "") -> etree._Element:
    """A part of a name that CI-SIS wants there: empty is said to be unknown."""
    attributes = {"qualifier": qualifier} if qualifier else {}
    return e(tag, attributes, text) if text else e(tag, {**attributes, "nullFlavor": "UNK"})


def _person(one: Writer) -> etree._Element:
    return e("id", {"root": _PERSONS, "extension": one.id} if one.id else {"nullFlavor": "UNK"})


def _structure(one: Writer, tag: str = "representedOrganization", *, industry: bool = False) -> etree._Element:
    facility = one.structure
    identifier = e("id", {"root": _STRUCTURES, "extension": facility.id}) if facility.id else None
    if identifier is None and tag == "representedCustodianOrganization":
        identifier = e("id", {"nullFlavor": "UNK"})  # the one structure that may not go without
    return e(
        tag,
        None,
        identifier,
        e("name", None, facility.name) if facility.name else None,
        e("standardIndustryClassCode", facility.setting.attributes) if industry else None,
    )


def _entity(tag: str, one: Writer, *, industry: bool = False) -> etree._Element:
    return e(
        tag,
        None,
        _person(one),
        e("code", one.speciality.attributes) if one.speciality else None,
        e("addr", {"nullFlavor": "NAV"}),
        _phone(one.phone),
        e("assignedPerson", None, _name(one)),
        _structure(one, industry=industry),
    )


def _author(one: Writer, moment: str) -> etree._Element:
    return e("author", None, e("time", {"value": moment}), _entity("assignedAuthor", one))


def _informant(contact: Contact) -> etree._Element:
    """Who is to be called, or the "personne de confiance"."""
    entity = e(
        "relatedEntity",
        {"classCode": contact.class_code},
        e("code", contact.relation.attributes),
        e("addr", {"nullFlavor": "NAV"}),
        _phone(contact.phone),
        e("relatedPerson", None, e("name", None, _part("family", contact.family), _part("given", contact.given))),
    )
    return e("informant", None, entity)


def _custodian(one: Writer) -> etree._Element:
    return e("custodian", None, e("assignedCustodian", None, _structure(one, "representedCustodianOrganization")))


def _authenticator(one: Writer, moment: str) -> etree._Element:
    entity = _entity("assignedEntity", one, industry=True)
    return e("legalAuthenticator", None, e("time", {"value": moment}), e("signatureCode", {"code": "S"}), entity)


def _treating_doctor(doctor: Writer) -> etree._Element:
    entity = e(
        "associatedEntity",
        {"classCode": "PROV"},
        _person(doctor),
        e("addr", {"nullFlavor": "NAV"}),
        _phone(doctor.phone),
        e("associatedPerson", None, _name(doctor)),
        _structure(doctor, "scopingOrganization"),
    )
    role = {"code": "PCP", "displayName": "Médecin traitant", "codeSystem": "2.16.840.1.113883.5.88"}
    return e(
        "participant",
        {"typeCode": "INF"},
        e("functionCode", role),
        e("time", {"type": "IVL_TS", "nullFlavor": "UNK"}),
        entity,
    )


def _event(content: Header, moment: str) -> etree._Element:
    event = e(
        "serviceEvent",
        None,
        e("code", _CARE.attributes),
        e("effectiveTime", None, e("low", {"value": moment})),
        e("performer", {"typeCode": "PRF"}, _entity("assignedEntity", content.author, industry=True)),
    )
    return e("documentationOf", None, event)


def _replaced(unique_id: str) -> list[etree._Element]:
    if not unique_id:
        return []
    return [e("relatedDocument", {"typeCode": "RPLC"}, e("parentDocument", None, e("id", {"root": unique_id})))]


def _encounter(content: Header, moment: str) -> etree._Element:
    kind, facility = content.encounter, content.author.structure
    place = e(
        "healthCareFacility",
        None,
        # Not to be said unknown: CI-SIS admits no nullFlavor there, and no code at all.
        e("code", facility.sector.attributes) if facility.sector else None,
        e("location", None, e("name", None, facility.name)) if facility.name else None,
    )
    encounter = e(
        "encompassingEncounter",
        None,
        e("code", {"code": kind, "displayName": _ENCOUNTERS[kind], "codeSystem": "2.16.840.1.113883.5.4"}),
        e("effectiveTime", None, e("low", {"value": moment})),
        e("location", None, place),
    )
    return e("componentOf", None, encounter)
