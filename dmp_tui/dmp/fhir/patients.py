"""A patient's record as a FHIR Patient: its state as TD0.2 gives it, and its administrative data (TD1.3a).

Extension names of the national draft (PDSM4DMP TD0.2) where it has them; ``urn:dmp-tui:fhir:...`` for the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dmp_tui.dmp.consents import (
    Authorisation,
    AuthorisationState,
    Contact,
    EmergencyConsents,
    Record,
    RecordStatus,
    settled,
)
from dmp_tui.dmp.fhir.documents import PROFESSIONAL_ID
from dmp_tui.dmp.fhir.lenient import extension_parts, many, one, text, texts
from dmp_tui.dmp.identity import (
    IdentityError,
    IdentityProblem,
    IdentityStatus,
    Ins,
    Sex,
    Traits,
    parse_birth_date,
    parse_matricule,
)

Json = dict[str, Any]

_NATIONAL = "https://interop.esante.gouv.fr/ig/fhir/dmp/StructureDefinition/"
CLOSING = f"{_NATIONAL}dmp-fermeture"
TREATING_DOCTOR = f"{_NATIONAL}dmp-medecin-traitant"
AUTHORISATION = "urn:dmp-tui:fhir:authorisation"
EMERGENCY = "urn:dmp-tui:fhir:emergency"
TREATING_PHONE = "urn:dmp-tui:fhir:treating-doctor-phone"
RELIABILITY = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
BIRTH_TEXT = "urn:dmp-tui:fhir:birth-date"
KIND = "urn:dmp-tui:fhir:contact-kind"
CREATED = "urn:dmp-tui:fhir:created"
LAST_ACCESS = "urn:dmp-tui:fhir:last-access"
OPENING = "urn:dmp-tui:fhir:opening"
GENDERS = {Sex.F: "female", Sex.M: "male", Sex.U: "unknown"}
_SEXES = {"female": Sex.F, "male": Sex.M}


@dataclass(frozen=True, slots=True)
class Existence:
    """What TD0.2 says of a record to one caller."""

    id: str
    ins: Ins
    traits: Traits
    status: RecordStatus
    authorisation: Authorisation
    closed: str = ""
    """FHIR date."""
    closing_reason: str = ""
    treating_doctor: str = ""
    treating_doctor_name: str = ""
    treating_doctor_phone: str = ""
    btg_open: bool = True
    """The patient does not oppose bris de glace."""
    etreat_open: bool = True
    """The patient does not oppose centre 15."""
    last_access: datetime | None = None
    """When the caller last read this record, before now."""


@dataclass(frozen=True, slots=True)
class Administrative:
    """What TD1.3a says: where the patient lives, how to call him, whom to warn."""

    address: str = ""
    phones: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    emergency: EmergencyConsents | None = None
    """None where they are not said."""
    created: str = ""
    """FHIR instant at which the record was opened."""
    email: str = ""


def to_existence(record: Record, authorisation: Authorisation, last_access: datetime | None = None) -> Json:
    """The Patient that ``GET Patient?identifier=`` returns: no address, no telephone of the patient, no contact.

    ``last_access`` is when the caller himself last read this record.
    """
    resource = _patient(record)
    extensions: list[Json] = [_closing(record)] if record.status is RecordStatus.CLOSED else []
    state: list[Json] = [{"url": "state", "valueCode": authorisation.state.value}]
    if authorisation.end is not None:
        state.append({"url": "end", "valueInstant": authorisation.end.isoformat()})
    extensions += [
        {"url": TREATING_DOCTOR, "valueBoolean": authorisation.treating},
        {"url": AUTHORISATION, "extension": state},
        {
            "url": EMERGENCY,
            "extension": [
                {"url": "BTG", "valueBoolean": record.emergency.btg},
                {"url": "ETREAT", "valueBoolean": record.emergency.etreat},
            ],
        },
    ]
    if last_access is not None:
        extensions.append({"url": LAST_ACCESS, "valueInstant": last_access.isoformat()})
    resource["extension"] = resource.get("extension", []) + extensions
    if record.treating_doctor or record.treating_doctor_name:
        doctor: Json = {}
        if record.treating_doctor:
            doctor["identifier"] = {"system": PROFESSIONAL_ID, "value": record.treating_doctor}
        if record.treating_doctor_name:
            doctor["display"] = record.treating_doctor_name
        if record.treating_doctor_phone:
            doctor["extension"] = [{"url": TREATING_PHONE, "valueString": record.treating_doctor_phone}]
        resource["generalPractitioner"] = [doctor]
    return resource


def to_administrative(record: Record) -> Json:
    """The Patient that ``GET Patient/<id>`` returns: with address, telephones and contacts."""
    resource = _patient(record)
    resource["extension"] += [
        {"url": CREATED, "valueInstant": record.created.isoformat()},
        emergency_extension(record.emergency),
    ]
    telecom = [{"system": "phone", "value": phone} for phone in record.phones]
    telecom += [{"system": "email", "value": record.email}] if record.email else []
    if telecom:
        resource["telecom"] = telecom
    if record.address:
        resource["address"] = [{"text": record.address}]
    if record.contacts:
        resource["contact"] = [contact_of(contact) for contact in record.contacts]
    if record.deceased:
        resource["deceasedDateTime"] = record.deceased
    return resource


def emergency_extension(consents: EmergencyConsents) -> Json:
    """The three emergency consents, as administrative data say them."""
    said = (("BTG", consents.btg), ("ETREAT", consents.etreat), ("MASKED", consents.masked))
    return {"url": EMERGENCY, "extension": [{"url": code, "valueBoolean": given} for code, given in said]}


def _patient(record: Record) -> Json:
    """Identifier, reliability, names, sex, birth date, active: what every Patient of ours holds."""
    traits = record.traits
    resource: Json = {
        "resourceType": "Patient",
        "id": record.id,
        "meta": {"versionId": str(record.version)},
        "extension": [
            {
                "url": RELIABILITY,
                "extension": [{"url": "identityStatus", "valueCode": record.identity_status.value}],
            }
        ],
        "identifier": [{"use": "official", "system": record.ins.system, "value": record.ins.matricule}],
        "active": record.status is RecordStatus.ACTIVE,
        "gender": GENDERS[traits.sex],
    }
    name: Json = {"use": "official"}
    if traits.family:
        name["family"] = traits.family
    if traits.given:
        name["given"] = [traits.given]
    resource["name"] = [name]
    if traits.birth is not None and traits.birth.iso:
        resource["birthDate"] = traits.birth.iso
        if traits.birth.iso != traits.birth.text:
            resource["_birthDate"] = {"extension": [{"url": BIRTH_TEXT, "valueString": traits.birth.text}]}
    return resource


def _closing(record: Record) -> Json:
    parts: list[Json] = []
    if record.closed is not None:
        parts.append({"url": "dateFermeture", "valueDate": record.closed.date().isoformat()})
    if record.closing_reason:
        parts.append({"url": "raisonFermeture", "valueString": record.closing_reason})
    return {"url": CLOSING, "extension": parts}


def contact_of(contact: Contact) -> Json:
    """Someone to call, as a Patient's ``contact``."""
    written: Json = {
        "extension": [{"url": KIND, "valueCode": contact.kind}],
        "relationship": [{"text": contact.relation}] if contact.relation else [],
        "name": {"text": contact.name},
        "telecom": [{"system": "phone", "value": contact.phone}] if contact.phone else [],
    }
    return {key: value for key, value in written.items() if value}


# --- reading ----------------------------------------------------------------------------------------------------------


def from_existence(resource: Mapping[str, Any]) -> Existence:
    """What a Patient of ``GET Patient?identifier=`` says.

    Raises:
        IdentityError: it holds no INS.
    """
    extensions = list(many(resource, "extension"))
    closing = extension_parts(resource, CLOSING)
    state = extension_parts(resource, AUTHORISATION)
    emergency = extension_parts(resource, EMERGENCY)
    doctor = next(many(resource, "generalPractitioner"), {})
    phone = next((e.get("valueString") for e in many(doctor, "extension") if e.get("url") == TREATING_PHONE), "")
    code = str(state.get("state", ""))
    end = state.get("end")
    treating = any(e.get("url") == TREATING_DOCTOR and e.get("valueBoolean") is True for e in extensions)
    accessed = next((e.get("valueInstant") for e in extensions if e.get("url") == LAST_ACCESS), None)
    return Existence(
        id=text(resource, "id"),
        ins=ins_of(resource),
        traits=traits_of(resource),
        status=RecordStatus.ACTIVE if resource.get("active") is True else RecordStatus.CLOSED,
        authorisation=Authorisation(
            AuthorisationState(code) if code in set(AuthorisationState) else AuthorisationState.NONE,
            datetime.fromisoformat(end) if isinstance(end, str) else None,
            treating,
        ),
        closed=str(closing.get("dateFermeture", "")),
        closing_reason=str(closing.get("raisonFermeture", "")),
        treating_doctor=text(one(doctor, "identifier"), "value"),
        treating_doctor_name=text(doctor, "display"),
        treating_doctor_phone=str(phone or ""),
        btg_open=emergency.get("BTG") is not False,
        etreat_open=emergency.get("ETREAT") is not False,
        last_access=datetime.fromisoformat(accessed) if isinstance(accessed, str) else None,
    )


def from_administrative(resource: Mapping[str, Any]) -> Administrative:
    """Address, telephones and contacts of a Patient, of any system."""
    return Administrative(
        address=_address(resource),
        phones=tuple(_phones(resource)),
        contacts=tuple(map(_read_contact, many(resource, "contact"))),
        emergency=_emergency_of(resource),
        created=next((str(e.get("valueInstant")) for e in many(resource, "extension") if e.get("url") == CREATED), ""),
        email=next((text(t, "value") for t in many(resource, "telecom") if t.get("system") == "email"), ""),
    )


def _emergency_of(resource: Mapping[str, Any]) -> EmergencyConsents | None:
    """All three, with their rule applied; None where one is not said."""
    said = extension_parts(resource, EMERGENCY)
    etreat, btg, masked = (said.get(code) for code in ("ETREAT", "BTG", "MASKED"))
    if not (isinstance(etreat, bool) and isinstance(btg, bool) and isinstance(masked, bool)):
        return None
    return settled(EmergencyConsents(etreat, btg, masked))


def ins_of(resource: Mapping[str, Any]) -> Ins:
    """The INS among a Patient's identifiers.

    Raises:
        IdentityError: none, or one that is no INS.
    """
    problem: IdentityError | None = None
    for identifier in many(resource, "identifier"):
        try:
            return parse_ins(text(identifier, "system"), text(identifier, "value"))
        except IdentityError as error:
            problem = error
    raise problem or IdentityError(IdentityProblem.EMPTY)


def parse_ins(system: str, value: str) -> Ins:
    """An INS from a FHIR identifier (``urn:oid:<oid>``, matricule of 13 or 15 characters).

    Raises:
        IdentityError: it is none.
    """
    return Ins(parse_matricule(value), system.removeprefix("urn:oid:"))


def traits_of(resource: Mapping[str, Any]) -> Traits:
    """Names, birth date and sex of a Patient; the birth name (``official``) where there are several names."""
    names = list(many(resource, "name"))
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    given = texts(name, "given")
    exact = next((e.get("valueString") for e in many(one(resource, "_birthDate"), "extension")), None)
    written = exact if isinstance(exact, str) else text(resource, "birthDate")
    try:
        birth = parse_birth_date(written) if written else None
    except IdentityError:
        birth = None
    return Traits(text(name, "family"), " ".join(given), birth, _SEXES.get(text(resource, "gender"), Sex.U))


def identity_status_of(resource: Mapping[str, Any]) -> IdentityStatus:
    """How far the identity is trusted (``fr-core-identity-reliability``); PROV where it is not said."""
    parts = extension_parts(resource, RELIABILITY)
    code = parts.get("identityStatus")
    if isinstance(code, dict):
        code = code.get("code")
    return IdentityStatus(code) if code in set(IdentityStatus) else IdentityStatus.PROV


def opening_of(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The three steps of a creation (TD1.1), as parts of the extension ``opening``; empty where there are none."""
    return extension_parts(resource, OPENING)


def emergency_of(opening: Mapping[str, Any]) -> EmergencyConsents:
    """The emergency consents that an opening states: oppositions are stated, their absence is none."""
    return EmergencyConsents(
        etreat=opening.get("opposition-etreat") is not True,
        btg=opening.get("opposition-btg") is not True,
        masked=opening.get("masked-in-emergency") is True,
    )


def _read_contact(contact: Mapping[str, Any]) -> Contact:
    name = one(contact, "name")
    parts = [text(name, "family"), *texts(name, "given")]
    relation = next(many(contact, "relationship"), {})
    coding = next(many(relation, "coding"), {})
    kind = next((e.get("valueCode") for e in many(contact, "extension") if e.get("url") == KIND), None)
    return Contact(
        text(name, "text") or " ".join(parts).strip(),
        text(relation, "text") or text(coding, "display"),
        next(_phones(contact), ""),
        kind if isinstance(kind, str) else "EMERGENCY",
    )


def _phones(resource: Mapping[str, Any]) -> Iterator[str]:
    return (text(t, "value") for t in many(resource, "telecom") if t.get("system") in {"phone", "sms", None})


def _address(resource: Mapping[str, Any]) -> str:
    address = next(many(resource, "address"), {})
    parts = [*texts(address, "line"), f"{text(address, 'postalCode')} {text(address, 'city')}".strip()]
    return text(address, "text") or ", ".join(part for part in parts if part)
