"""What a client sends to open a record (TD1.1) and to change what it declares (TD1.3b)."""

from dataclasses import dataclass
from typing import Any

from dmp_tui.dmp.consents import EmergencyConsents, settled
from dmp_tui.dmp.fhir.patients import (
    BIRTH_TEXT,
    EMERGENCY,
    GENDERS,
    OPENING,
    RELIABILITY,
    Administrative,
    contact_of,
    emergency_extension,
)
from dmp_tui.dmp.identity import Identity
from dmp_tui.dmp.rights import UNSAID

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opening:
    """The three legal steps of a creation (TD1.1), as they were taken."""

    informed: bool = False
    consent: bool = False
    emergency: EmergencyConsents = UNSAID
    """The two oppositions are the accesses that it does not allow."""
    identified_by: str = ""
    """``vitale``, ``ins``, ``datamatrix``."""
    authorise_me: bool = False
    """The patient authorises who opens the record, at the same time."""


def to_new_patient(identity: Identity, opening: Opening) -> Json:
    """The Patient that opens a record (TD1.1): the identity before us, and the three steps."""
    birth = identity.traits.birth
    extension = [
        {"url": RELIABILITY, "extension": [{"url": "identityStatus", "valueCode": identity.status.value}]},
        {
            "url": OPENING,
            "extension": [
                {"url": "informed", "valueBoolean": opening.informed},
                {"url": "consent", "valueBoolean": opening.consent},
                {"url": "opposition-btg", "valueBoolean": not opening.emergency.btg},
                {"url": "opposition-etreat", "valueBoolean": not opening.emergency.etreat},
                {"url": "masked-in-emergency", "valueBoolean": settled(opening.emergency).masked},
                {"url": "identified-by", "valueCode": opening.identified_by},
                {"url": "authorise-me", "valueBoolean": opening.authorise_me},
            ],
        },
    ]
    name = {"use": "official", "family": identity.traits.family, "given": [identity.traits.given]}
    resource: Json = {
        "resourceType": "Patient",
        "extension": extension,
        "identifier": [{"use": "official", "system": identity.ins.system, "value": identity.ins.matricule}],
        "active": True,
        "name": [{key: value for key, value in name.items() if value not in ("", [""])}],
        "gender": GENDERS[identity.traits.sex],
    }
    if birth is not None and birth.iso:
        resource["birthDate"] = birth.iso
        if birth.iso != birth.text:
            resource["_birthDate"] = {"extension": [{"url": BIRTH_TEXT, "valueString": birth.text}]}
    return resource


def admin_patch(before: Administrative, after: Administrative) -> list[Json]:
    """The JSON Patch (TD1.3b) that makes what is declared from what was declared; empty where nothing differs."""
    operations: list[Json] = []
    written = (
        ("telecom", _reached(before), _reached(after), _reached(after)),
        ("address", before.address, after.address, [{"text": after.address}]),
        ("contact", before.contacts, after.contacts, [contact_of(contact) for contact in after.contacts]),
    )
    for name, was, wanted, value in written:
        if was == wanted:
            continue
        verb = "remove" if not wanted else "replace" if was else "add"
        operations.append({"op": verb, "path": f"/{name}", **({} if verb == "remove" else {"value": value})})
    return operations


def _reached(declared: Administrative) -> list[Json]:
    """How the patient is reached, all of it: a patch of his telephones must not drop his e-mail address."""
    reached = [{"system": "phone", "value": number} for number in declared.phones]
    return reached + ([{"system": "email", "value": declared.email}] if declared.email else [])


def emergency_patch(wanted: EmergencyConsents, *, known: bool = True) -> list[Json]:
    """The JSON Patch (TD1.3b) of what the patient wants in emergencies; ``known``: the resource says it already."""
    value = emergency_extension(settled(wanted))
    path = f"/extension[url:'{EMERGENCY}']" if known else "/extension/-"
    return [{"op": "replace" if known else "add", "path": path, "value": value}]
