"""The patients of the demonstration. Identities are invented and their INS are test ones (OID 1.2.250.1.213.1.4.10)."""

from dmp_tui.demo.people import Holder, Patient, ins
from dmp_tui.dmp.consents import Contact, EmergencyConsents
from dmp_tui.dmp.identity import Sex

_WARD = ("simon", "lefevre")
_JULIEN = "1 88 05 99 030 917"

PATIENTS = (
    Patient(
        "leroy", "LEROY", "Martine", "19580412", Sex.F, ins("2 58 04 99 012 901"),
        "allergie à l'amoxicilline : réactions contradictoires, et represcrite malgré l'allergie",
        authorised=(*_WARD, "durand", "colin", "mercier"), phones=("0699000001",),
        contacts=(Contact("LEROY Gérard", "conjoint", "0699000002"),),
    ),
    Patient(
        "garnier", "GARNIER", "Henri", "19491120", Sex.M, ins("1 49 11 99 014 902"),
        "AVK et antiagrégant ensemble, INR suivi, dose d'AVK qui diffère d'un document à l'autre",
        authorised=(*_WARD, "durand"), phones=("0699000003",),
        contacts=(Contact("GARNIER Odette", "épouse", "0699000004"),),
    ),
    Patient(
        "benali", "BENALI", "Samira", "19940603", Sex.F, ins("2 94 06 99 351 903"),
        "enceinte, rhésus négatif, diabète gestationnel",
        authorised=(*_WARD, "faure", "durand"), phones=("0699000005",),
        contacts=(Contact("BENALI Karim", "conjoint", "0699000006"),),
    ),
    Patient(
        "moreau", "MOREAU", "Lucas", "20190908", Sex.M, ins("1 19 09 99 020 904"),
        "enfant, deux bénéficiaires sur la carte : choisir ; anaphylaxie à l'arachide, asthme",
        authorised=_WARD,
        contacts=(
            Contact("MOREAU Sophie", "mère", "0699000007"),
            Contact("MOREAU Sophie", "mère", "0699000007", "REPRESENTATIVE"),
        ),
        beside=(Holder("MOREAU", "Sophie", "19900214", ins("2 90 02 99 077 905").matricule),),
    ),
    Patient(
        "moreau_sophie", "MOREAU", "Sophie", "19900214", Sex.F, ins("2 90 02 99 077 905"),
        "mère de Lucas, sur la même carte : migraine, codéine mal tolérée",
        authorised=("simon",), card_of="moreau",
    ),
    Patient(
        "moreau_jade", "MOREAU", "Jade", "20220317", Sex.F, ins("2 22 03 99 020 906"),
        "NIR de l'assuré : la carte porte le numéro du père ; saisir ou scanner l'INS de l'enfant",
        authorised=_WARD,
        contacts=(Contact("MOREAU Julien", "père", "0699000008", "REPRESENTATIVE"),),
        beside=(Holder("MOREAU", "Julien", "19880509", ins(_JULIEN).matricule),),
        card_nir=ins(_JULIEN).matricule,
    ),
    Patient(
        "petit", "PETIT", "Louane", "20110520", Sex.F, ins("2 11 05 99 041 924"),
        "mineure de quinze ans : la connexion secrète est proposée avant l'ouverture",
        authorised=(*_WARD, "durand"), phones=("0699000015",),
        contacts=(Contact("PETIT Carole", "mère", "0699000016", "REPRESENTATIVE"),),
    ),
    Patient(
        "fontaine", "FONTAINE", "Rémi", "19820725", Sex.M, ins("1 82 07 99 045 907"),
        "documents masqués : le médecin traitant les voit, le bris de glace aussi (accord du patient)",
        emergency=EmergencyConsents(etreat=True, btg=True, masked=True), phones=("0699000009",),
    ),
    Patient(
        "roussel", "ROUSSEL", "Agathe", "19760130", Sex.F, ins("2 76 01 99 033 908"),
        "document masqué sans accord d'urgence : il n'existe pas, même en bris de glace",
        authorised=("durand",),
    ),
    Patient(
        "vidal", "VIDAL", "Bernard", "19610818", Sex.M, ins("1 61 08 99 008 909"),
        "dossier fermé à la demande du patient : à rouvrir avec lui", status="closed", authorised=("simon",),
    ),
    Patient(
        "costa", "COSTA", "Elena", "19970111", Sex.F, ins("2 97 01 99 139 910"),
        "carte Vitale valable, aucun DMP : à ouvrir en trois étapes", status="none", treating_doctor="",
    ),
    Patient(
        "lambert", "LAMBERT", "Christine", "19690529", Sex.F, ins("2 69 05 99 062 911"),
        "opposition au bris de glace ; centre 15 permis",
        emergency=EmergencyConsents(etreat=True, btg=False), authorised=("durand",), blocked=("marchand",),
    ),
    Patient(
        "duval", "DUVAL", "Marguerite", "19310206", Sex.F, ins("2 31 02 99 004 912"),
        "née en 1931, quarante documents : insuffisance cardiaque, démence, pacemaker, chutes",
        authorised=(*_WARD, "durand"), address="EHPAD Les Glycines, 99000 VALFONTAINE",
        contacts=(
            Contact("DUVAL Jacques", "fils", "0699000010"),
            Contact("DUVAL Jacques", "fils", "0699000010", "TRUSTED"),
        ),
    ),
    Patient(
        "martin", "MARTIN", "Philippe", "19580310", Sex.M, ins("1 58 03 99 051 913"),
        "homonyme 1/2 : même nom, même année, autre INS ; sous rivaroxaban", authorised=(*_WARD, "durand"),
    ),
    Patient(
        "martin_bis", "MARTIN", "Philippe", "19580922", Sex.M, ins("1 58 09 99 051 914"),
        "homonyme 2/2 : même nom, même année, autre INS ; aucun traitement", authorised=_WARD, treating_doctor="",
    ),
    Patient(
        "nguyen", "NGUYEN", "Thierry", "19850704", Sex.M, ins("1 85 07 99 243 915"),
        "dossier vide : rien n'est renseigné, ce qui n'est pas « aucun »", authorised=_WARD, treating_doctor="",
    ),
    Patient(
        "bernard", "BERNARD", "Suzanne", "19441103", Sex.F, ins("2 44 11 99 027 916"),
        "directives anticipées et personne de confiance ; cancer évolué",
        authorised=(*_WARD, "durand"),
        contacts=(
            Contact("BERNARD Claire", "fille", "0699000011", "TRUSTED"),
            Contact("BERNARD Claire", "fille", "0699000011"),
        ),
    ),
    Patient(
        "haddad", "HADDAD", "Youssef", "19670915", Sex.M, ins("1 67 09 99 352 917"),
        "diabétique sous insuline, hypoglycémies sévères",
        authorised=(*_WARD, "durand"), contacts=(Contact("HADDAD Leïla", "épouse", "0699000012"),),
    ),
    Patient(
        "kowalski", "KOWALSKI", "Anna", "19990422", Sex.F, ins("2 99 04 99 122 918"),
        "épileptique ; pas d'autorisation : bris de glace", authorised=("durand",),
        contacts=(Contact("KOWALSKI Piotr", "frère", "0699000013"),),
    ),
    Patient(
        "rossi", "ROSSI", "Paola", "19730819", Sex.F, ins("2 73 08 99 127 919"),
        "allergie au latex, réaction au produit de contraste iodé ; pas d'autorisation : bris de glace",
    ),
    Patient(
        "dubois", "DUBOIS", "Antoine", "19910616", Sex.M, ins("1 91 06 99 060 920"),
        "choc anaphylactique à la pénicilline ; autorisation expirée",
        expired=("simon",), contacts=(Contact("DUBOIS Julie", "sœur", "0699000014"),),
    ),
    Patient(
        "perrin", "PERRIN", "Camille", "19830125", Sex.F, ins("2 83 01 99 088 921"),
        "identité qui diffère : la carte dit Camille, le dossier Camilla", authorised=_WARD, recorded_given="Camilla",
    ),
    Patient(
        "schmitt", "SCHMITT", "Roland", "19550727", Sex.M, ins("1 55 07 99 067 922", "45"),
        "clé de l'INS fausse : avertit et continue", authorised=_WARD,
    ),
    Patient(
        "traore", "TRAORE", "Aminata", "20020900", Sex.F, ins("8 02 09 99 335 923"),
        "NIA (numéro d'attente), jour de naissance inconnu", authorised=_WARD, treating_doctor="",
    ),
)  # fmt: skip


def patient(key: str) -> Patient:
    """The patient of a key. Raises KeyError."""
    for candidate in PATIENTS:
        if candidate.key == key:
            return candidate
    raise KeyError(key)


def card_holders(key: str) -> tuple[Holder, ...]:
    """The beneficiaries of the card that a patient presents, in the card's order. Raises KeyError."""
    shown = patient(key)
    return patient(shown.card_of).card if shown.card_of else shown.card
