"""People in FHIR documents: the subject, authors, contacts."""

from dmp_tui.dmp.entries import Coding, Person, Subject
from dmp_tui.dmp.fhir.elements import (
    address,
    codings,
    concept_text,
    first,
    human_name,
    objects,
    phones,
    string,
    strings,
    texts,
)
from dmp_tui.dmp.fhir.strict import Json
from dmp_tui.dmp.identity import BirthDate, IdentityError, Sex, Traits, fold, parse_birth_date

_CONTACT_KINDS = "http://terminology.hl7.org/CodeSystem/v2-0131"
_TRUSTED = "trusted"
_RELATIONS = {
    "MTH": "mère",
    "FTH": "père",
    "PRN": "parent",
    "SPS": "conjoint",
    "HUSB": "époux",
    "WIFE": "épouse",
    "SIGOTHR": "conjoint",
    "DOMPART": "partenaire",
    "CHILD": "enfant",
    "SON": "fils",
    "SONC": "fils",
    "DAU": "fille",
    "DAUC": "fille",
    "SIB": "frère ou sœur",
    "BRO": "frère",
    "SIS": "sœur",
    "GRPRN": "grand-parent",
    "GRMTH": "grand-mère",
    "GRFTH": "grand-père",
    "GRNDSO": "petit-fils",
    "GRNDDAU": "petite-fille",
    "UNCLE": "oncle",
    "AUNT": "tante",
    "NEPHEW": "neveu",
    "NIECE": "nièce",
    "COUSN": "cousin",
    "FAMMEMB": "famille",
    "FRND": "ami",
    "NBOR": "voisin",
    "GUARD": "tuteur",
}
"""HL7 v3-RoleCode in the record's language, for relations that come as a bare code."""
_PREFERRED_NAMES = ("official", "usual", "", "maiden", "temp", "nickname", "anonymous", "old")


def oid_of(system: str) -> str:
    """The OID of an identifier system; another URI as it is."""
    return system.removeprefix("urn:oid:")


def read_subject(patient: Json) -> Subject:
    """Whom a document says it is about."""
    identifiers = [
        (oid_of(string(item.get("system"))), string(item.get("value")))
        for item in objects(patient.get("identifier"))
        if string(item.get("value"))
    ]
    name = _preferred(objects(patient.get("name")))
    family = string(name.get("family")) or ("" if name.get("given") else string(name.get("text")))
    sexes = {"female": Sex.F, "male": Sex.M}
    return Subject(
        identifiers=tuple(dict.fromkeys(identifiers)),
        traits=Traits(
            family,
            " ".join(strings(name.get("given"))),
            _birth(string(patient.get("birthDate"))),
            sexes.get(string(patient.get("gender")), Sex.U),
        ),
        phones=phones(patient.get("telecom")),
        address=address(patient.get("address")),
        used_name=_used_name(objects(patient.get("name")), name),
    )


def _used_name(names: list[Json], preferred: Json) -> str:
    """``LENOIR Rose``: the usual name beside the official one."""
    usual = next((name for name in names if string(name.get("use")) == "usual" and name is not preferred), {})
    given = strings(usual.get("given"))
    return " ".join(part for part in [string(usual.get("family")), *given] if part)


def _preferred(names: list[Json]) -> Json:
    """The official name, else the usual one, an old one last."""

    def order(name: Json) -> int:
        use = string(name.get("use"))
        return _PREFERRED_NAMES.index(use) if use in _PREFERRED_NAMES else len(_PREFERRED_NAMES)

    return min(names, key=order, default={})


def _birth(text: str) -> BirthDate | None:
    try:
        return parse_birth_date(text[:10])
    except IdentityError:
        return None


def read_contacts(patient: Json) -> list[Person]:
    """The people to call that a Patient resource names."""
    found = [_contact(item, "relationship", "role") for item in objects(patient.get("contact"))]
    return [person for person in found if person.name or person.phones]


def read_related_person(resource: Json) -> Person:
    """A RelatedPerson."""
    return _contact(resource, "relationship")


def _contact(item: Json, *relations: str) -> Person:
    relation = [concept for name in relations for concept in objects(item.get(name))]
    relation += [first(e.get("valueCodeableConcept")) for e in objects(item.get("extension")) if _names_relation(e)]
    kinds = [kind for c in codings(relation) if (kind := _kind_of(c))]
    organisation = string(first(item.get("organization")).get("display"))
    names = [human_name(name) for name in [item.get("name"), *objects(item.get("additionalName"))]]
    return Person(
        name=next((name for name in names if name), organisation),
        role=", ".join(dict.fromkeys(_RELATIONS.get(text, text) for text in texts(relation))),
        phones=phones(item.get("telecom")),
        address=address(item.get("address")),
        kind=next((kind for kind in kinds if kind == _TRUSTED), kinds[0] if kinds else ""),
    )


def _names_relation(extension: Json) -> bool:
    """Whether an extension tells whose mother or friend a contact is, where a guide has a place of its own for it."""
    return "relation" in string(extension.get("url")).lower()


def _kind_of(coding: Coding) -> str:
    """``Person.kind`` of a relation: HL7 v2's code, or what v3 and the French guides say instead."""
    if "PERSONNE DE CONFIANCE" in fold(coding.display):
        return _TRUSTED
    if coding.system == _CONTACT_KINDS:
        return coding.code
    return {"ECON": "C", "NOK": "N"}.get(coding.code, "")


def read_person(resource: Json, linked: Json, organisation: Json) -> Person:
    """A Practitioner, PractitionerRole (with its practitioner and organisation), Organization, Device or Patient."""
    kind = resource.get("resourceType")
    if kind == "Device":
        names = [string(item.get("name") or item.get("value")) for item in objects(resource.get("deviceName"))]
        named = [*names, *(string(i.get("value")) for i in objects(resource.get("name")))]
        return Person(next((n for n in named if n), string(resource.get("manufacturer"))))
    if kind == "PractitionerRole":
        name = human_name(linked.get("name")) or string(organisation.get("name"))
        telecom = phones(linked.get("telecom")) or phones(resource.get("telecom"))
        return Person(name, ", ".join(texts(resource.get("code")) or texts(resource.get("specialty"))), telecom)
    name = string(resource.get("name")) if isinstance(resource.get("name"), str) else human_name(resource.get("name"))
    roles = [concept_text(item.get("code")) for item in objects(resource.get("qualification"))]
    return Person(name, ", ".join(r for r in roles if r), phones(resource.get("telecom")))
