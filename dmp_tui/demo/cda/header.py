"""The people of the demonstration, as the header of a document names them."""

from dmp_tui.demo.cda.codes import v3
from dmp_tui.demo.kinds import DocumentKind
from dmp_tui.demo.people import Patient, Worker, worker
from dmp_tui.dmp.cda_writing.header import Contact, Header, Structure, Subject, Writer
from dmp_tui.dmp.cda_writing.xml import V3Code, stamp

_RELATIONS = {"ECON": "EMERGENCY", "NOK": "TRUSTED"}
_KIN = {
    "conjoint": "SIGOTHR", "épouse": "WIFE", "époux": "HUSB", "mère": "MTH", "père": "FTH", "fils": "SONC",
    "fille": "DAUC", "frère": "BRO", "sœur": "SIS",
}  # fmt: skip
_PROFESSIONS = {"10": "Médecin", "60": "Infirmier", "50": "Sage-femme", "21": "Pharmacien"}


def header_of(
    unique_id: str, kind: DocumentKind, title: str, on: str, *, patient: Patient, author: Worker, replaces: str = ""
) -> Header:
    """The header of a document of a patient; ``on`` is its FHIR date."""
    moment = f"{stamp(on)}093000+0100"
    subject, writer, encounter = _subject(patient), _writer(author), kind.encounter or "AMB"
    return Header(
        unique_id,
        v3(kind.type),
        title,
        moment,
        subject,
        writer,
        encounter,
        kind.template,
        replaces,
        set_id=replaces,
        version=2 if replaces else 1,
    )


def _subject(patient: Patient) -> Subject:
    treating = _writer(worker(patient.treating_doctor)) if patient.treating_doctor else None
    return Subject(
        patient.ins, patient.recorded_traits, patient.address, tuple(patient.phones), _contacts(patient), treating
    )


def _contacts(patient: Patient) -> tuple[Contact, ...]:
    made = []
    for class_code, kind in _RELATIONS.items():
        for contact in patient.contacts:
            if contact.kind == kind:
                family, _, given = contact.name.partition(" ")
                code = _KIN.get(contact.relation, "FAMMEMB")
                relation = V3Code(code, contact.relation, "2.16.840.1.113883.5.111")
                made.append(Contact(class_code, family, given, relation, contact.phone))
    return tuple(made)


def _writer(one: Worker) -> Writer:
    place = one.facility
    structure = Structure(
        place.id,
        place.name,
        V3Code(place.setting, place.setting_name, "1.2.250.1.213.1.1.4.9"),
        V3Code(place.sector, place.sector_name, "1.2.250.1.71.4.2.4"),
    )
    speciality = None
    if one.profession:
        speciality = V3Code(one.specialty_code, _PROFESSIONS[one.profession], "1.2.250.1.213.1.1.4.5")
    return Writer(one.id, one.family, one.given, structure, speciality, "DR" if one.title else "", one.phone)
