"""The people of the demonstration. All are invented; national ids are of the test range (899700...)."""

from dataclasses import dataclass

from dmp_tui.dmp.consents import Contact, EmergencyConsents
from dmp_tui.dmp.identity import OID_NIR_TEST, Ins, Sex, Traits, nir_key, parse_birth_date
from dmp_tui.dmp.professions import Role


@dataclass(frozen=True, slots=True)
class Facility:
    """A structure: national id (1 + FINESS, OID 1.2.250.1.71.4.2.2), sector of R02 and practice setting of JDV_J62."""

    id: str
    name: str
    sector: str
    sector_name: str
    setting: str
    setting_name: str
    town: str


def _hospital(number: str, name: str, town: str, setting: tuple[str, str]) -> Facility:
    return Facility(number, name, "SA01", "Etablissement public de santé", *setting, town)


_WARD = ("ETABLISSEMENT", "Etablissement de santé")
_TOWN = ("AMBULATOIRE", "Ambulatoire")

CHU = _hospital("1990000011", "CHU de Valfontaine", "VALFONTAINE", _WARD)
OTHER_HOSPITAL = _hospital("1990000029", "Centre hospitalier de Montclar", "MONTCLAR", _WARD)
SAMU = _hospital("1990000037", "SAMU 99 Valfontaine", "VALFONTAINE", ("SAMU_SMUR", "SAMU SMUR"))
SURGERY = Facility("1990000045", "Cabinet médical des Tilleuls", "SA07", "Cabinet individuel", *_TOWN, "VALFONTAINE")
WORK_HEALTH = Facility(
    "1990000052", "Service de santé au travail du Val", "SA20", "Prévention et soins en entreprise", *_TOWN, "MONTCLAR"
)
LABORATORY = Facility(
    "1990000060", "Laboratoire du Vieux Pont", "SA25", "Laboratoire de biologie médicale", *_TOWN, "VALFONTAINE"
)
PHARMACY = Facility("1990000078", "Pharmacie de la Halle", "SA33", "Pharmacie d'officine", *_TOWN, "VALFONTAINE")
INSURANCE = Facility(
    "1990000086", "Assurance Maladie du Val", "SA24", "Organisme de sécurité sociale", *_TOWN, "MONTCLAR"
)


@dataclass(frozen=True, slots=True)
class Worker:
    """A professional of the demonstration. ``role`` is the part before the dot of a column of the rights table.

    ``card`` is G02's card type: ``00`` CPS, ``02`` CPE, empty for a software certificate or an author without a card.
    ``pin`` is None where nothing is to be typed.
    """

    key: str
    id: str
    family: str
    given: str
    profession: str
    specialty: str
    role: Role
    facility: Facility
    title: str = ""
    phone: str = ""
    regulator: bool = False
    card: str = "00"
    pin: str | None = "1234"
    does: str = ""
    """What one comes to try with this card, in one line."""

    @property
    def name(self) -> str:
        """As people say it: ``Dr SIMON Claire``."""
        return " ".join(part for part in (self.title, self.family, self.given) if part)

    @property
    def specialty_code(self) -> str:
        """Profession and specialty as CI-SIS headers write them (``G15_10/SM59``)."""
        return f"G15_{self.profession}" + (f"/{self.specialty}" if self.specialty else "")


def national_id(rpps: str) -> str:
    """``8`` + the eleven digits of an RPPS number whose ten first are given: its last digit is a Luhn key."""
    total = 0
    for place, digit in enumerate(reversed(rpps)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"8{rpps}{-total % 10}"


def _doctor(key: str, number: str, name: str, specialty: str, facility: Facility, *, does: str = "") -> Worker:
    family, given = name.split()
    return Worker(
        key, national_id(number), family, given, "10", specialty, Role.DOCTOR, facility, "Dr", "0199000015", does=does
    )


WORKERS = (
    _doctor("simon", "9970000001", "SIMON Claire", "SM59", CHU, does="urgentiste : la fiche, le bris de glace"),
    Worker(
        "lefevre", national_id("9970000002"), "LEFEVRE", "Nadia", "60", "", Role.NON_DOCTOR, CHU, "", "0199000015",
        does="infirmière des urgences : la fiche, le bris de glace",
    ),
    Worker(
        "durand", national_id("9970000003"), "DURAND", "Paul", "10", "SM26", Role.DOCTOR, SURGERY, "Dr", "0199000101",
        does="généraliste : médecin traitant, voit aussi les documents masqués",
    ),
    Worker(
        "mercier", national_id("9970000004"), "MERCIER", "Hélène", "10", "SM25", Role.OCCUPATIONAL_DOCTOR, WORK_HEALTH,
        "Dr", "0199000202", does="médecin du travail : pas de lecture des documents en bris de glace",
    ),
    Worker(
        "samson", national_id("9970000005"), "SAMSON", "Yves", "10", "SM59", Role.DOCTOR, SAMU, "Dr", "0199000015",
        regulator=True, does="médecin régulateur du SAMU : accès par centre 15",
    ),
    Worker(
        "joly", national_id("9970000006"), "JOLY", "Karim", "60", "", Role.NON_DOCTOR, SAMU, "", "0199000015",
        regulator=True, does="opérateur du SAMU, non médecin : accès par centre 15",
    ),
    Worker(
        "faure", national_id("9970000007"), "FAURE", "Inès", "50", "", Role.NON_DOCTOR, CHU, "", "0199000015",
        does="sage-femme : dossier de grossesse",
    ),
    Worker(
        "colin", national_id("9970000008"), "COLIN", "Marc", "21", "", Role.NON_DOCTOR, PHARMACY, "", "0199000303",
        does="pharmacien d'officine",
    ),
    _doctor("marchand", "9970000009", "MARCHAND Luc", "SM02", OTHER_HOSPITAL, does="autre hôpital : sans autorisation"),
    Worker(
        "blanc", "3990000011/DEMO01", "BLANC", "Odile", "", "", Role.CPE_CLERK, CHU, card="02",
        does="agent d'accueil (carte CPE) : existence du dossier, autorisation, pas de lecture",
    ),
    Worker(
        "chu", CHU.id, "CHU DE VALFONTAINE", "", "", "", Role.FACILITY_CERTIFICATE, CHU, card="", pin=None,
        does="certificat logiciel de l'établissement : alimentation",
    ),
    Worker(
        "samu", SAMU.id, "SAMU 99 VALFONTAINE", "", "", "", Role.FACILITY_CERTIFICATE, SAMU, card="", pin=None,
        regulator=True, does="certificat logiciel du SAMU : recherche par traits en centre 15",
    ),
    Worker(
        "delorme", "3990000011/DEMO02", "DELORME", "Sylvie", "", "", Role.PRIVACY_OFFICER, CHU, card="02",
        does="déléguée à la protection des données : registre des bris de glace, aucun dossier",
    ),
)  # fmt: skip
"""Those who can log in."""

AUTHORS = (
    _doctor("renard", "9970000011", "RENARD Anne", "SM04", CHU),
    _doctor("vasseur", "9970000012", "VASSEUR Hugo", "SM63", LABORATORY),
    _doctor("picard", "9970000013", "PICARD Lise", "SM74", CHU),
    _doctor("meunier", "9970000014", "MEUNIER Sonia", "SM20", CHU),
    _doctor("brunet", "9970000015", "BRUNET Eric", "SM40", CHU),
    _doctor("legrand", "9970000016", "LEGRAND Maud", "SM32", CHU),
    _doctor("carpentier", "9970000017", "CARPENTIER Jean", "SM62", CHU),
    _doctor("guerin", "9970000018", "GUERIN Flore", "SM58", CHU),
    _doctor("boyer", "9970000019", "BOYER Alain", "SM42", OTHER_HOSPITAL),
    _doctor("masson", "9970000020", "MASSON Edith", "SM18", OTHER_HOSPITAL),
    Worker(
        "insurance",
        INSURANCE.id,
        "ASSURANCE MALADIE",
        "",
        "",
        "",
        Role.FACILITY_CERTIFICATE,
        INSURANCE,
        card="",
        pin=None,
    ),
)
"""Those who only signed documents."""


def worker(key: str) -> Worker:
    """The worker or author of a key. Raises KeyError."""
    for candidate in (*WORKERS, *AUTHORS):
        if candidate.key == key:
            return candidate
    raise KeyError(key)


_NO_OPPOSITION = EmergencyConsents()


@dataclass(frozen=True, slots=True)
class Holder:
    """A beneficiary as a Vitale card states him; ``nir`` is the card's, for some children the insured's."""

    family: str
    given: str
    birth: str
    """``AAAAMMJJ``."""
    nir: str

    @property
    def traits(self) -> Traits:
        """Traits as the card gives them: no sex, no birth place."""
        return Traits(self.family, self.given, parse_birth_date(self.birth))


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient: identity, what is special, and how the record stands. ``status``: ``active``, ``closed``, ``none``."""

    key: str
    family: str
    given: str
    birth: str
    """``AAAAMMJJ``."""
    sex: Sex
    ins: Ins
    expects: str
    status: str = "active"
    treating_doctor: str = "durand"
    authorised: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    """Keys of those whose authorisation has ended."""
    blocked: tuple[str, ...] = ()
    emergency: EmergencyConsents = _NO_OPPOSITION
    contacts: tuple[Contact, ...] = ()
    address: str = "12 rue des Tilleuls, 99000 VALFONTAINE"
    phones: tuple[str, ...] = ()
    recorded_given: str = ""
    """The given name of the record, where it is not the patient's."""
    beside: tuple[Holder, ...] = ()
    """Who else stands on the patient's card, before the patient."""
    card_of: str = ""
    """Key of the patient on whose card this one stands as ``beside``; empty where the card is the patient's own."""
    card_nir: str = ""
    """The number the card states for the patient, where it is the insured's."""

    @property
    def traits(self) -> Traits:
        """The patient's own traits, as a datamatrix gives them."""
        return Traits(self.family, self.given, parse_birth_date(self.birth), self.sex)

    @property
    def recorded_traits(self) -> Traits:
        """The traits that the record holds."""
        return Traits(self.family, self.recorded_given or self.given, parse_birth_date(self.birth), self.sex)

    @property
    def card(self) -> tuple[Holder, ...]:
        """All beneficiaries of a card made out for this patient."""
        own = Holder(self.family, self.given, self.birth, self.card_nir or self.ins.matricule)
        return (*self.beside, own)


def ins(number: str, key: str = "") -> Ins:
    """A test INS (OID 1.2.250.1.213.1.4.10) of 13 characters, spaces ignored; ``key`` only to give a wrong one."""
    compact = number.replace(" ", "")
    return Ins(compact + (key or nir_key(compact)), OID_NIR_TEST)
