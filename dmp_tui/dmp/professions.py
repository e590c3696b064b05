"""Professions and roles of those who use the DMP (TRE_G15, TRE_R38; columns of the functional rights table)."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The columns of the official rights table (PDT-INF-526), before the dot."""

    NON_DOCTOR = "non_doctor"
    DOCTOR = "doctor"
    OCCUPATIONAL_DOCTOR = "occupational_doctor"
    TREATING_DOCTOR = "treating_doctor"
    CPE_CLERK = "cpe_clerk"
    FACILITY_CERTIFICATE = "facility_certificate"
    PRIVACY_OFFICER = "privacy_officer"
    """Not of the table, which gives him nothing: he reads the register of emergency accesses, and no record."""


class Mode(StrEnum):
    """Access modes (TRE_R248, OID 1.2.250.1.213.1.1.4.248)."""

    NORMAL = "normal"
    BREAK_GLASS = "bris_de_glace"
    CENTRE_15 = "centre_15"


DOCTOR = "10"
"""Code of "medecin" in G15. Other codes are health professionals but no doctors."""

PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "26": "Audioprothésiste",
    "28": "Opticien-lunetier",
    "36": "Ambulancier",
    "40": "Chirurgien-dentiste",
    "50": "Sage-femme",
    "60": "Infirmier",
    "70": "Masseur-kinésithérapeute",
    "80": "Pédicure-podologue",
    "91": "Orthophoniste",
    "92": "Orthoptiste",
}
"""G15 codes and their labels, the ones that emergency departments meet."""


@dataclass(frozen=True, slots=True)
class Professional:
    """A logged-in professional as the server knows him: certificate plus directory, never a client's claim."""

    id: str
    """National id (CN of the certificate: 8 + RPPS, 0 + ADELI, 3 + FINESS...)."""
    name: str
    profession: str
    """G15 code; empty for a clerk or a facility certificate."""
    role: Role
    """Never TREATING_DOCTOR here: that is computed per patient."""
    specialty: str = ""
    """R01/R38 code (SM59 = emergency medicine); empty if unknown."""
    facility: str = ""
    """National id of the structure he works for."""
    facility_name: str = ""
    regulator: bool = False
    """Works in a SAMU centre (centre 15): may use ETREAT."""
    on_behalf_of: str = ""
    """For a facility certificate: the person who acts, as traced."""
    email: str = ""
    """Where the notices of a treating doctor are announced; empty if unknown."""
