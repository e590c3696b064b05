"""Codes of documents and their names in French, short enough for a list of 80 columns.

Sources: ANS value sets JDV_J57 (class), JDV_J58 (confidentiality), JDV_J60 (format), JDV_J61 (facility), JDV_J62
(setting), JDV_J66 (type). The wording is ours; a code that is not here is shown with the display it came with.
"""

from dmp_tui.dmp.documents import CONFIDENTIALITY_SYSTEM, LOINC, MASKING_SYSTEM, Confidentiality
from dmp_tui.dmp.entries import Coding

TYPE_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire"
"""National types that LOINC lacks (TRE_A05, OID 1.2.250.1.213.1.1.4.12)."""
CLASS_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
FORMAT_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_A06-FormatCodeComplementaire/FHIR/TRE-A06-FormatCodeComplementaire"
FACILITY_SYSTEM = "urn:oid:1.2.250.1.71.4.2.4"
SETTING_SYSTEM = "urn:oid:1.2.250.1.213.1.1.4.9"

CLASSES = {
    "10": "Compte rendu",
    "11": "Synthèse",
    "31": "Imagerie",
    "42": "Prescription",
    "43": "Dispensation",
    "44": "Plan de soins",
    "45": "Traitement administré",
    "52": "Certificat",
    "60": "Remboursements",
    "90": "Document du patient",
    "95": "Gestion",
}

TYPES = {
    "60591-5": ("Synthèse médicale", "11"),
    "SYNTH": ("Synthèse", "11"),
    "34133-9": ("Synthèse d'épisode de soins", "11"),
    "68599-0": ("Synthèse psychiatrique", "11"),
    "74207-2": ("Liaison d'urgence (DLU)", "11"),
    "11490-0": ("Lettre de liaison de sortie", "11"),
    "18761-7": ("Note de transfert ou d'entrée", "11"),
    "96349-6": ("Lettre d'adressage", "11"),
    "11369-6": ("Historique de vaccination", "11"),
    "87273-9": ("Note de vaccination", "10"),
    "101881-1": ("Carte d'implant", "11"),
    "15507-7": ("CR de passage aux urgences", "10"),
    "60280-5": ("Fiche de retour des urgences", "10"),
    "78341-5": ("Fiche de transfert aux urgences", "10"),
    "34112-3": ("CR hospitalier", "10"),
    "11488-4": ("CR de consultation", "10"),
    "11502-2": ("CR de biologie", "10"),
    "34749-2": ("CR de consultation d'anesthésie", "10"),
    "77436-4": ("CR d'anesthésie", "10"),
    "34874-8": ("CR opératoire", "10"),
    "15508-5": ("CR d'accouchement", "10"),
    "47420-5": ("Bilan fonctionnel", "10"),
    "29274-8": ("Signes vitaux", "10"),
    "34120-6": ("Bilan d'un professionnel", "10"),
    "60568-3": ("CR d'anatomopathologie", "10"),
    "18748-4": ("CR d'imagerie", "31"),
    "IMG-KOS": ("Références d'images", "31"),
    "57833-6": ("Prescription de produits de santé", "42"),
    "57832-8": ("Prescription de soins", "42"),
    "57828-6": ("Prescription (autre)", "42"),
    "PRESC-BIO": ("Prescription de biologie", "42"),
    "60593-1": ("Dispensation de médicaments", "43"),
    "DISP_AUT": ("Dispensation (autre)", "43"),
    "18776-5": ("Plan personnalisé de soins", "44"),
    "PROT_ALD": ("Protocole de soins ALD", "44"),
    "CERT_DECL": ("Certificat ou déclaration", "52"),
    "REMB": ("Données de remboursement", "60"),
    "EXPPAT_1": ("Volontés et droits du patient", "90"),
    "EXPPAT_2": ("Autre document du patient", "90"),
    "EXPPAT_3": ("Directives anticipées", "90"),
    "DOCPAT01": ("Synthèse (patient)", "90"),
    "DOCPAT02": ("Traitement (patient)", "90"),
    "DOCPAT03": ("Compte rendu (patient)", "90"),
    "DOCPAT04": ("Imagerie (patient)", "90"),
    "DOCPAT05": ("Biologie (patient)", "90"),
    "DOCPAT06": ("Prévention (patient)", "90"),
    "DOCPAT07": ("Certificat (patient)", "90"),
    "DOCPAT08": ("Profil médical (patient)", "90"),
    "DOCPAT09": ("Document administratif (patient)", "90"),
}
"""Type code -> name and class."""

FORMATS = {
    "urn:asip:ci-sis:vsm:2012": "VSM",
    "urn:asip:ci-sis:dlu:2015": "DLU",
    "urn:asip:ci-sis:dlu:2024": "DLU",
    "urn:asip:ci-sis:fludr:2017": "Fiche de retour d'urgence",
    "urn:asip:ci-sis:fludt:2017": "Fiche de transfert d'urgence",
    "urn:asip:ci-sis:ft-su:2024": "Fiche de transfert d'urgence",
    "urn:asip:ci-sis:fr-su:2024": "Fiche de retour d'urgence",
    "urn:asip:ci-sis:ldl-ees:2017": "Lettre de liaison d'entrée",
    "urn:asip:ci-sis:ldl-ses:2017": "Lettre de liaison de sortie",
    "urn:asip:ci-sis:vac:2019": "Vaccination",
    "urn:asip:ci-sis:hr:2019": "Historique de remboursements",
    "urn:ihe:pcc:ips:2020": "Résumé international du patient (IPS)",
    "urn:ihe:lab:xd-lab:2008": "Biologie structurée",
    "urn:ihe:pharm:pre:2010": "Prescription structurée",
    "urn:ihe:iti:xds-sd:pdf:2008": "PDF avec en-tête",
    "urn:ihe:iti:xds-sd:text:2008": "Texte avec en-tête",
}

FACILITIES = {
    "SA01": "Hôpital public",
    "SA07": "Cabinet",
    "SA25": "Laboratoire",
    "SA33": "Pharmacie",
    "SA50": "Permanence des soins",
    "SA68": "Pompiers (SDIS)",
    "EXP_PATIENT": "Expression du patient",
    "SNR": "Service référencé",
}

SETTINGS = {
    "AMBULATOIRE": "Ambulatoire",
    "AMO": "Assurance maladie",
    "DEPISTAGE": "Dépistage",
    "ETABLISSEMENT": "Établissement de santé",
    "HAD": "Hospitalisation à domicile",
    "MAD": "Maintien à domicile",
    "PALLIATIF": "Soins palliatifs",
    "SAD": "Soins à domicile",
    "SAMU_SMUR": "SAMU, SMUR",
    "EXP_PATIENT": "Expression du patient",
    "SNR": "Service référencé",
}

CONFIDENTIALITIES = {
    Confidentiality.NORMAL: "normal",
    Confidentiality.RESTRICTED: "restreint",
    Confidentiality.VERY_RESTRICTED: "très restreint",
    Confidentiality.MASKED: "masqué aux professionnels",
    Confidentiality.HIDDEN_FROM_PATIENT: "non visible par le patient",
    Confidentiality.HIDDEN_FROM_REPRESENTATIVES: "non visible par les représentants légaux",
}

_LOINC_CODE = frozenset("0123456789-")


def document_type(code: str, display: str = "", system: str = "") -> Coding:
    """A type of document with its system, and our name for it where we have one."""
    name = TYPES.get(code, (display or code, ""))[0]
    known = LOINC if code and _LOINC_CODE.issuperset(code) else TYPE_SYSTEM
    return Coding(system or known, code, name)


def class_of(type_code: str) -> Coding:
    """The class of a type, where a deposit names none (simplified publication); class 10 for a type we don't know.

    Without a type there is no class either.
    """
    if not type_code:
        return Coding(CLASS_SYSTEM, "")
    return document_class(TYPES.get(type_code, ("", "10"))[1])


def document_class(code: str, display: str = "") -> Coding:
    """A class of documents, and our name for it where we have one."""
    return Coding(CLASS_SYSTEM, code, CLASSES.get(code, display or code))


def confidentiality_coding(level: Confidentiality) -> Coding:
    """A level of confidentiality as a FHIR code."""
    hl7 = level in {Confidentiality.NORMAL, Confidentiality.RESTRICTED, Confidentiality.VERY_RESTRICTED}
    return Coding(CONFIDENTIALITY_SYSTEM if hl7 else MASKING_SYSTEM, level.value, CONFIDENTIALITIES[level])
