"""The header of a CDA document as CI-SIS asks for it: who it is about, who wrote it, who answers for it."""

from dataclasses import dataclass

from lxml import etree

from dmp_tui.demo.cda.xml import code_attributes, e, stamp, templates
from dmp_tui.demo.clinical import Code
from dmp_tui.demo.kinds import DocumentKind
from dmp_tui.demo.people import Patient, Worker, worker

_PERSONS = "1.2.250.1.71.4.2.1"
_STRUCTURES = "1.2.250.1.71.4.2.2"
_ENCOUNTERS = {"AMB": "Ambulatoire", "IMP": "Hospitalisation", "EMER": "Urgences"}
_RELATIONS = {"ECON": "EMERGENCY", "NOK": "TRUSTED"}
_KIN = {
    "conjoint": "SPS", "épouse": "SPS", "mère": "MTH", "père": "FTH", "fils": "CHILD", "fille": "CHILD",
    "frère": "BRO", "sœur": "SIS",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What the header states. ``on`` is the FHIR date of the document; ``unique_id`` an OID."""

    unique_id: str
    kind: DocumentKind
    title: str
    on: str
    patient: Patient
    author: Worker
    confidentiality: tuple[str, ...] = ()
    replaces: str = ""


def header(content: Header) -> list[etree._Element]:
    """The elements of ``ClinicalDocument`` that come before its body."""
    moment = f"{stamp(content.on)}093000+0100"
    return [
        e("realmCode", {"code": "FR"}),
        e("typeId", {"root": "2.16.840.1.113883.1.3", "extension": "POCD_HD000040"}),
        *templates("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", content.kind.template),
        e("id", {"root": content.unique_id}),
        e("code", code_attributes(content.kind.type)),
        e("title", None, content.title),
        e("effectiveTime", {"value": moment}),
        e("confidentialityCode", {"code": "N", "codeSystem": "2.16.840.1.113883.5.25", "displayName": "Normal"}),
        e("languageCode", {"code": "fr-FR"}),
        e("setId", {"root": content.unique_id}),
        e("versionNumber", {"value": "1"}),
        _patient(content.patient),
        _author(content.author, moment),
        *_informants(content.patient),
        _custodian(content.author),
        _authenticator(content.author, moment),
        *_treating_doctor(content.patient),
        _event(content, moment),
        *_replaced(content.replaces),
        _encounter(content, moment),
    ]


def _patient(patient: Patient) -> etree._Element:
    traits = patient.recorded_traits
    name = e(
        "name",
        None,
        e("family", {"qualifier": "BR"}, traits.family),
        e("given", None, traits.given),
        e("given", {"qualifier": "BR"}, traits.given.split()[0]),
        e("family", {"qualifier": "CL"}, traits.family),
        e("given", {"qualifier": "CL"}, traits.given),
    )
    words = "Féminin" if traits.sex == "F" else "Masculin"
    gender = {"code": traits.sex.value, "displayName": words, "codeSystem": "2.16.840.1.113883.5.1"}
    born = stamp(traits.birth.iso) if traits.birth else ""
    person = e(
        "patient",
        {"classCode": "PSN"},
        name,
        e("administrativeGenderCode", gender),
        e("birthTime", {"value": born}),
    )
    role = e(
        "patientRole",
        None,
        e("id", {"extension": patient.ins.matricule, "root": patient.ins.oid}),
        e("addr", None, e("streetAddressLine", None, patient.address)),
        *(_phone(number) for number in patient.phones),
        person,
    )
    return e("recordTarget", None, role)


def _phone(number: str) -> etree._Element:
    return e("telecom", {"value": f"tel:{number}"} if number else {"nullFlavor": "NAV"})


def _name(one: Worker) -> etree._Element:
    suffix = e("suffix", None, "DR") if one.title else None
    return e("name", None, e("given", None, one.given), e("family", None, one.family), suffix)


def _speciality(one: Worker) -> etree._Element | None:
    if not one.profession:
        return None
    words = {"10": "Médecin", "60": "Infirmier", "50": "Sage-femme", "21": "Pharmacien"}[one.profession]
    return e("code", {"code": one.specialty_code, "displayName": words, "codeSystem": "1.2.250.1.213.1.1.4.5"})


def _structure(one: Worker, tag: str = "representedOrganization", *, industry: bool = False) -> etree._Element:
    facility = one.facility
    setting = {"code": facility.setting, "displayName": facility.setting_name, "codeSystem": "1.2.250.1.213.1.1.4.9"}
    return e(
        tag,
        None,
        e("id", {"root": _STRUCTURES, "extension": facility.id}),
        e("name", None, facility.name),
        e("standardIndustryClassCode", setting) if industry else None,
    )


def _entity(tag: str, one: Worker, *, industry: bool = False) -> etree._Element:
    return e(
        tag,
        None,
        e("id", {"root": _PERSONS, "extension": one.id}),
        _speciality(one),
        e("addr", {"nullFlavor": "NAV"}),
        _phone(one.phone),
        e("assignedPerson", None, _name(one)),
        _structure(one, industry=industry),
    )


def _author(one: Worker, moment: str) -> etree._Element:
    return e("author", None, e("time", {"value": moment}), _entity("assignedAuthor", one))


def _informants(patient: Patient) -> list[etree._Element]:
    """Who is to be called, and the "personne de confiance"."""
    made = []
    for class_code, kind in _RELATIONS.items():
        for contact in patient.contacts:
            if contact.kind != kind:
                continue
            family, _, given = contact.name.partition(" ")
            relation = {
                "code": _KIN.get(contact.relation, "FAMMEMB"),
                "displayName": contact.relation,
                "codeSystem": "2.16.840.1.113883.5.111",
            }
            entity = e(
                "relatedEntity",
                {"classCode": class_code},
                e("code", relation),
                e("addr", {"nullFlavor": "NAV"}),
                _phone(contact.phone),
                e("relatedPerson", None, e("name", None, e("family", None, family), e("given", None, given))),
            )
            made.append(e("informant", None, entity))
    return made


def _custodian(one: Worker) -> etree._Element:
    return e("custodian", None, e("assignedCustodian", None, _structure(one, "representedCustodianOrganization")))


def _authenticator(one: Worker, moment: str) -> etree._Element:
    entity = _entity("assignedEntity", one, industry=True)
    return e("legalAuthenticator", None, e("time", {"value": moment}), e("signatureCode", {"code": "S"}), entity)


def _treating_doctor(patient: Patient) -> list[etree._Element]:
    if not patient.treating_doctor:
        return []
    doctor = worker(patient.treating_doctor)
    entity = e(
        "associatedEntity",
        {"classCode": "PROV"},
        e("id", {"root": _PERSONS, "extension": doctor.id}),
        e("addr", {"nullFlavor": "NAV"}),
        _phone(doctor.phone),
        e("associatedPerson", None, _name(doctor)),
        _structure(doctor, "scopingOrganization"),
    )
    role = {"code": "PCP", "displayName": "Médecin traitant", "codeSystem": "2.16.840.1.113883.5.88"}
    return [
        e(
            "participant",
            {"typeCode": "INF"},
            e("functionCode", role),
            e("time", {"type": "IVL_TS", "nullFlavor": "UNK"}),
            entity,
        )
    ]


def _event(content: Header, moment: str) -> etree._Element:
    event = e(
        "serviceEvent",
        None,
        e("code", code_attributes(Code("loinc", "34117-2", "Historique et clinique"))),
        e("effectiveTime", None, e("low", {"value": moment})),
        e("performer", {"typeCode": "PRF"}, _entity("assignedEntity", content.author, industry=True)),
    )
    return e("documentationOf", None, event)


def _replaced(unique_id: str) -> list[etree._Element]:
    if not unique_id:
        return []
    return [e("relatedDocument", {"typeCode": "RPLC"}, e("parentDocument", None, e("id", {"root": unique_id})))]


def _encounter(content: Header, moment: str) -> etree._Element:
    kind, facility = content.kind.encounter or "AMB", content.author.facility
    place = e(
        "healthCareFacility",
        None,
        e("code", {"code": facility.sector, "displayName": facility.sector_name, "codeSystem": "1.2.250.1.71.4.2.4"}),
        e("location", None, e("name", None, facility.name)),
    )
    encounter = e(
        "encompassingEncounter",
        None,
        e("code", {"code": kind, "displayName": _ENCOUNTERS[kind], "codeSystem": "2.16.840.1.113883.5.4"}),
        e("effectiveTime", None, e("low", {"value": moment})),
        e("location", None, place),
    )
    return e("componentOf", None, encounter)
