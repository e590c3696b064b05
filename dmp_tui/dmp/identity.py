"""Who the patient is: NIR, INS, INS-C, INS datamatrix, birth dates and how far an identity may be trusted.

Sources: CNIL/INSEE rules of the NIR; HL7 FR Core ``fr-core-patient-ins`` (OIDs, reliability codes); ANS "Format
datamatrix INS" 2.2; ASIP "Identifiant national de sante" of 30/10/2009 (INS-C).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OID_NIR = "1.2.250.1.213.1.4.8"
OID_NIA = "1.2.250.1.213.1.4.9"
OID_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_NIR_DEMO = "1.2.250.1.213.1.4.11"
OID_INS_C = "1.2.250.1.213.1.4.2"
INS_OIDS = frozenset({OID_NIR, OID_NIA, OID_NIR_TEST, OID_NIR_DEMO})
FICTIVE_OIDS = frozenset({OID_NIR_TEST, OID_NIR_DEMO})
"""Test and demonstration identities: the only ones that may be written on a command line."""

_MATRICULE = re.compile(r"[1-8][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}")
_INS = re.compile(_MATRICULE.pattern + r"[0-9]{2}")
_WORDS = re.compile(r"[A-Z0-9]+")
_SEPARATORS = re.compile(r"[\s.\-_\u00a0\u202f]+")


class IdentityProblem(StrEnum):
    """What is wrong with something read as an identity; the interface says each in one sentence."""

    EMPTY = "empty"
    BAD_LENGTH = "bad-length"
    BAD_CHARACTERS = "bad-characters"
    UNKNOWN_OID = "unknown-oid"
    NOT_A_DATAMATRIX = "not-a-datamatrix"
    TRUNCATED_DATAMATRIX = "truncated-datamatrix"
    AMBIGUOUS_DATAMATRIX = "ambiguous-datamatrix"
    BAD_BIRTH_DATE = "bad-birth-date"


class IdentityError(ValueError):
    """Text that is no identity. Holds the kind of problem and never the text itself."""

    def __init__(self, problem: IdentityProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Sex(StrEnum):
    """Administrative sex as INSi knows it (RNIV); U is "not known"."""

    F = "F"
    M = "M"
    U = "U"


class IdentityStatus(StrEnum):
    """Reliability of an identity (HL7 FR ``fr-core-cs-identity-reliability``)."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"


class Origin(StrEnum):
    """Where an identity on screen came from. The record itself is never an origin (RG_0320)."""

    CARD = "card"
    DATAMATRIX = "datamatrix"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Ins:
    """An INS: matricule (13 characters and a key of 2) and the OID of its authority, which never travel apart."""

    matricule: str
    oid: str

    def __post_init__(self) -> None:
        if not _INS.fullmatch(self.matricule):
            raise IdentityError(IdentityProblem.BAD_CHARACTERS)
        if self.oid not in INS_OIDS:
            raise IdentityError(IdentityProblem.UNKNOWN_OID)

    def __len__(self) -> int:
        return len(self.matricule)

    @property
    def system(self) -> str:
        """The FHIR identifier system."""
        return f"urn:oid:{self.oid}"

    @property
    def token(self) -> str:
        """``<oid>|<matricule>``: the form of the token exchange (``WIRE.md``)."""
        return f"{self.oid}|{self.matricule}"

    @property
    def key_is_right(self) -> bool:
        """Whether the two last digits are the key of the first thirteen. A wrong key warns, it never refuses."""
        return self.matricule[13:] == nir_key(self.matricule[:13])

    @property
    def grouped(self) -> str:
        """``2 79 03 51 215 189 89``: how people read a matricule aloud."""
        m = self.matricule
        return " ".join((m[0], m[1:3], m[3:5], m[5:7], m[7:10], m[10:13], m[13:]))


def nir_key(nir: str) -> str:
    """Two-digit key of a 13-character NIR: 97 - (NIR mod 97), with 2A read as 19 and 2B as 18."""
    department = {"2A": "19", "2B": "18"}.get(nir[5:7], nir[5:7])
    return f"{97 - int(nir[:5] + department + nir[7:]) % 97:02d}"


def parse_matricule(text: str) -> str:
    """Fifteen characters from what a person typed: separators dropped; thirteen characters are given their key.

    Raises:
        IdentityError: EMPTY, BAD_LENGTH or BAD_CHARACTERS.
    """
    compact = _SEPARATORS.sub("", text).upper()
    if not compact:
        raise IdentityError(IdentityProblem.EMPTY)
    if len(compact) not in {13, 15}:
        raise IdentityError(IdentityProblem.BAD_LENGTH)
    if not _MATRICULE.fullmatch(compact[:13]) or not (compact[13:] or "0").isdecimal() or not compact.isascii():
        raise IdentityError(IdentityProblem.BAD_CHARACTERS)
    return compact if len(compact) == 15 else compact + nir_key(compact)


def oid_of_matricule(matricule: str, site_oid: str = OID_NIR) -> str:
    """The OID of a matricule that came without one: a waiting number (NIA) begins with 3, 4, 7 or 8.

    ``site_oid`` is the site's setting; a test or demonstration site keeps its own for every number.
    """
    if site_oid in FICTIVE_OIDS:
        return site_oid
    return OID_NIA if matricule[0] in "3478" else site_oid


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date as civil status holds it: month and day may be unknown (0) or out of the calendar (lunar dates).

    ``text`` is what was read. ``year`` is 0 when two digits only were read and nothing tells the century.
    """

    year: int
    month: int
    day: int
    text: str

    @property
    def calendar(self) -> date | None:
        """The date, or None where it is partial or lunar."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    @property
    def lunar(self) -> bool:
        """Out of the Gregorian calendar, as foreign civil status may be: shown as it is, never corrected."""
        if self.month > 12 or self.day > 31:
            return True
        # Where the century is not known, 29 February is a date.
        known = BirthDate(self.year or 2000, self.month, self.day, "")
        return 0 not in (self.month, self.day) and known.calendar is None

    @property
    def partial(self) -> bool:
        """The day, the month or the century is not known."""
        return 0 in (self.year, self.month, self.day)

    @property
    def two_digit_year(self) -> str:
        """``79``, also where that is all that was read; empty if the year is not known at all."""
        if self.year:
            return f"{self.year % 100:02d}"
        return self.text[:2] if re.fullmatch(r"[0-9]{6}", self.text) else ""

    @property
    def iso(self) -> str:
        """FHIR date of the precision that is known (``1979``, ``1979-03``, ``1979-03-28``); empty without a year."""
        if not self.year:
            return ""
        if self.calendar is not None:
            return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"
        return f"{self.year:04d}-{self.month:02d}" if 1 <= self.month <= 12 and not self.lunar else f"{self.year:04d}"

    @property
    def french(self) -> str:
        """``28/03/1979``; unknown parts as they were read (``00/00/1950``, ``28/03/??79``)."""
        year = f"{self.year:04d}" if self.year else f"??{self.two_digit_year or '??'}"
        return f"{self.day:02d}/{self.month:02d}/{year}"

    def age(self, today: date) -> int | None:
        """Whole years on ``today``; by the year alone where the date is partial or lunar; None without a past year."""
        if not self.year:
            return None
        born = self.calendar
        before_birthday = born is not None and (today.month, today.day) < (born.month, born.day)
        years = today.year - self.year - before_birthday
        return years if years >= 0 else None


def parse_birth_date(text: str) -> BirthDate:
    """A birth date from ``AAAAMMJJ``, ``AAMMJJ``, ``JJ-MM-AAAA``, ``JJ/MM/AAAA`` or FHIR (``AAAA[-MM[-JJ]]``).

    Raises:
        IdentityError: BAD_BIRTH_DATE.
    """
    t = text.strip()
    if not t.isascii():
        raise IdentityError(IdentityProblem.BAD_BIRTH_DATE)
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:\d{4,6})?", t):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"(\d{2})[-/.](\d{2})[-/.](\d{4})", t):
        day, month, year = match.groups()
    elif match := re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", t):
        year, month, day = match.groups(default="0")
    elif match := re.fullmatch(r"\d{2}(\d{2})(\d{2})", t):
        year, (month, day) = "0", match.groups()
    else:
        raise IdentityError(IdentityProblem.BAD_BIRTH_DATE)
    return BirthDate(int(year), int(month), int(day), t)


@dataclass(frozen=True, slots=True)
class Traits:
    """Identity traits as a datamatrix, a card or a person gives them; empty means "not given"."""

    family: str
    given: str
    birth: BirthDate | None = None
    sex: Sex = Sex.U
    birth_place: str = ""
    """COG code of the birth place (INSEE, 5 characters)."""


NO_TRAITS = Traits("", "")
"""A document or a person that gives none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The patient before the clinician: from the card, the datamatrix or the keyboard, never from the record."""

    ins: Ins
    traits: Traits
    status: IdentityStatus
    origin: Origin

    @property
    def transmissible(self) -> bool:
        """Only a qualified INS may be sent to the national DMP (RNIV)."""
        return self.status is IdentityStatus.QUAL


# --- datamatrix -------------------------------------------------------------------------------------------------------

_HEADER = re.compile(r"IS01[0-9A-Z]{22}")
_NAME = r"(?:(?!S[1-7])[^\x1d]){1,100}"
"""A name never holds the mark of a field: letters, spaces, hyphens and apostrophes are all that civil status has."""
_FIELD = re.compile(
    r"(?:S1(?P<S1>[0-9AB]{15})|S2(?P<S2>[0-9.]{19,20})|S5(?P<S5>[FMIU])|S6(?P<S6>[0-9]{2}-[0-9]{2}-[0-9]{4})"
    rf"|S7(?P<S7>[0-9AB]{{5}})|S3(?P<S3>{_NAME})|S4(?P<S4>{_NAME}))\x1d?"
)
_REQUIRED = frozenset({"S1", "S2", "S3", "S4", "S5", "S6"})


def is_datamatrix(text: str) -> bool:
    """Whether the text begins as an INS datamatrix does: what tells a scanner's burst from typing."""
    return text.startswith("IS01")


def parse_datamatrix(text: str) -> tuple[str, str, Traits]:
    """``(matricule, oid, traits)`` of an INS datamatrix, its fields in any order (ANS 2.2).

    Keyboard-wedge scanners may drop the group separators: a field then ends where the mark of the next one stands.
    A mark that comes twice is refused: an identity is never guessed.

    Raises:
        IdentityError: NOT_A_DATAMATRIX, TRUNCATED_DATAMATRIX, AMBIGUOUS_DATAMATRIX, or the problem of a field.
    """
    payload = text.strip("\r\n\t ")
    header = _HEADER.match(payload)
    if not header:
        raise IdentityError(IdentityProblem.NOT_A_DATAMATRIX)
    fields: dict[str, str] = {}
    at = header.end()
    while at < len(payload):
        field = _FIELD.match(payload, at)
        if field is None or field.lastgroup is None:
            raise IdentityError(IdentityProblem.TRUNCATED_DATAMATRIX)
        if field.lastgroup in fields:
            raise IdentityError(IdentityProblem.AMBIGUOUS_DATAMATRIX)
        fields[field.lastgroup] = field[field.lastgroup]
        at = field.end()
    if not fields.keys() >= _REQUIRED:
        raise IdentityError(IdentityProblem.TRUNCATED_DATAMATRIX)
    sex = {"F": Sex.F, "M": Sex.M}.get(fields["S5"], Sex.U)
    traits = Traits(fields["S4"], fields["S3"], parse_birth_date(fields["S6"]), sex, fields.get("S7", ""))
    return fields["S1"], fields["S2"], traits


# --- the Vitale card's own question: is this number the patient's? ----------------------------------------------------


class OwnershipDoubt(StrEnum):
    """Why a NIR read on a card may be the insured's and not the patient's."""

    SHARED = "shared"
    YEAR = "year"
    SEX = "sex"
    ABSENT = "absent"


def ownership_doubts(nir: str, traits: Traits, nirs_on_card: Sequence[str] = ()) -> tuple[OwnershipDoubt, ...]:
    """Reasons why ``nir`` must not open a record by itself for the person of ``traits``.

    ``nirs_on_card`` are the NIRs of all beneficiaries of the card. A number that two beneficiaries share, or whose
    year or sex is not the person's, is the insured's ("ouvrant droit").
    """
    if not nir:
        return (OwnershipDoubt.ABSENT,)
    doubts = []
    if sum(other[:13] == nir[:13] for other in nirs_on_card) > 1:
        doubts.append(OwnershipDoubt.SHARED)
    birth = traits.birth
    if birth is not None and nir[1:3] != birth.two_digit_year:
        doubts.append(OwnershipDoubt.YEAR)
    if traits.sex is not Sex.U and sex_of_nir(nir) not in {Sex.U, traits.sex}:
        doubts.append(OwnershipDoubt.SEX)
    return tuple(doubts)


def sex_of_nir(nir: str) -> Sex:
    """The sex that a NIR's first digit states; U for the waiting numbers that state none."""
    return {"1": Sex.M, "3": Sex.M, "7": Sex.M, "2": Sex.F, "4": Sex.F, "8": Sex.F}.get(nir[:1], Sex.U)


# --- INS-C ------------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Upper-case ASCII letters and digits of a text, accents and ligatures undone; other characters become spaces."""
    if text.isascii():
        return " ".join(_WORDS.findall(text.upper()))
    expanded = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", expanded)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).upper()
    return " ".join(_WORDS.findall(plain))


def folds_whole(text: str) -> bool:
    """Whether ``fold`` keeps every letter of a text: none of another script than the Latin."""
    return text.isascii() or all(fold(letter) for letter in set(text) if letter.isalpha())


def ins_c(nir: str, given: str, birth: BirthDate | None) -> str:
    """The historic INS-C (22 digits) that Vitale-only systems computed; for the holder's own certified NIR only."""
    name = "".join(letter for letter in fold(given) if letter.isalpha())[:10].ljust(10)
    born = "000000"
    if birth is not None:
        month, day = birth.month, birth.day
        if birth.lunar:
            month, day = (month if 1 <= month <= 12 else 1), (day if 1 <= day <= 31 else 1)
        born = f"{birth.two_digit_year or '00'}{month:02d}{day:02d}"
    digest = hashlib.sha256(f"{name}{born}{nir[:13]}".encode("ascii")).digest()
    number = int.from_bytes(digest[:8], "big")
    return f"{number:020d}{97 - number % 97:02d}"
