"""Kinds of document: type (JDV_J66), class (JDV_J57), format (JDV_J60), CDA template and title."""

from dataclasses import dataclass

from dmp_tui.demo.clinical import Code


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """What the metadata and the header of a kind of document hold."""

    type: Code
    class_: str
    class_name: str
    format: str
    title: str
    template: str = ""
    encounter: str = ""
    """Code of the kind of care (TRE_R291...): ``AMB`` where ambulatory, ``EMER`` for the emergency department."""


def _loinc(code: str, display: str) -> Code:
    return Code("loinc", code, display)


_REPORT = ("10", "Compte rendu")
_SUMMARY = ("11", "Synthèse")
_PRESCRIPTION = ("42", "Prescription")

KINDS = {
    "summary": DocumentKind(
        _loinc("60591-5", "Synthèse médicale"), *_SUMMARY, "urn:ihe:pcc:ips:2020", "Synthèse médicale",
        "1.2.250.1.213.1.1.1.51", "AMB",
    ),
    "dlu": DocumentKind(
        _loinc("74207-2", "Document de liaison d'urgence"), *_SUMMARY, "urn:asip:ci-sis:dlu:2015",
        "Document de liaison d'urgence", "1.2.250.1.213.1.1.1.22", "AMB",
    ),
    "discharge": DocumentKind(
        _loinc("11490-0", "Lettre de liaison à la sortie d'un établissement de soins"), *_REPORT,
        "urn:asip:ci-sis:ldl-ses:2017", "Lettre de liaison à la sortie", "1.2.250.1.213.1.1.1.29", "IMP",
    ),
    "emergency": DocumentKind(
        _loinc("15507-7", "CR de passage aux urgences"), *_REPORT, "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "Compte rendu de passage aux urgences", "", "EMER",
    ),
    "visit": DocumentKind(
        _loinc("11488-4", "CR ou fiche de consultation ou de visite"), *_REPORT,
        "urn:ihe:iti:xds:2017:mimeTypeSufficient", "Compte rendu de consultation", "", "AMB",
    ),
    "operation": DocumentKind(
        _loinc("34874-8", "CR opératoire"), *_REPORT, "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "Compte rendu opératoire", "", "IMP",
    ),
    "stay": DocumentKind(
        _loinc("34112-3", "CR hospitalier (séjour)"), *_REPORT, "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "Compte rendu d'hospitalisation", "", "IMP",
    ),
    "laboratory": DocumentKind(
        _loinc("11502-2", "CR d'examens biologiques"), *_REPORT, "urn:ihe:lab:xd-lab:2008",
        "Compte rendu d'examens biologiques", "1.2.250.1.213.1.1.1.55", "AMB",
    ),
    "imaging": DocumentKind(
        _loinc("18748-4", "CR d'imagerie médicale"), *_REPORT, "urn:ihe:iti:xds-sd:pdf:2008",
        "Compte rendu d'imagerie", "1.3.6.1.4.1.19376.1.2.20", "AMB",
    ),
    "prescription": DocumentKind(
        _loinc("57833-6", "Prescription de produits de santé"), *_PRESCRIPTION, "urn:ihe:pharm:pre:2010",
        "Prescription de médicaments", "1.2.250.1.213.1.1.1.39", "AMB",
    ),
    "vaccines": DocumentKind(
        _loinc("11369-6", "Historique des vaccinations"), *_SUMMARY, "urn:asip:ci-sis:vac:2019",
        "Historique des vaccinations", "1.2.250.1.213.1.1.1.37", "AMB",
    ),
    "directives": DocumentKind(
        Code("tre-a05", "EXPPAT_3", "Directives anticipées"), "90", "Autres documents déposés par le patient",
        "urn:ihe:iti:xds:2017:mimeTypeSufficient", "Directives anticipées", "", "AMB",
    ),
    "reimbursements": DocumentKind(
        Code("tre-a05", "REMB", "Données de remboursement"), "60", "Remboursements",
        "urn:asip:ci-sis:cnam-hr:2021", "Données de remboursement", "1.2.250.1.213.1.1.1.36", "AMB",
    ),
    "psychiatry": DocumentKind(
        _loinc("68599-0", "Synthèse psychiatrique"), *_SUMMARY, "urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "Synthèse psychiatrique", "", "AMB",
    ),
}  # fmt: skip
