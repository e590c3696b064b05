"""The patient's own access: what his account holds, his second factor, and which passwords it takes. Pure.

Sources: TD1.5a of the DMP (a professional opens the access), RFC 6238 and RFC 4226 (time-based codes), NIST SP 800-63B
5.1.1.2 (length, no rules of composition, known passwords refused). ``docs/decisions/0021-patients-passwords.md``.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, urlencode

from dmp_tui.dmp.consents import Record

STEP = 30
"""Seconds of one time-based code (RFC 6238, X)."""
DIGITS = 6
CODES = 10
"""One-time codes that are printed."""
ACTIVATION_LIFE = timedelta(days=30)
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit. What is typed instead of one is read as the digit."""
ACTIVATION_LENGTH, CODE_LENGTH = 16, 10
"""Characters of an activation code (80 bits) and of a one-time code (50 bits)."""


class HolderKind(StrEnum):
    """In whose name somebody uses a patient's own access."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    """A minor's legal representative."""


class AccountState(StrEnum):
    """How far an access is."""

    INVITED = "invited"
    """A code was given, and not used."""
    CONFIRMING = "confirming"
    """A password was chosen; the second factor has not answered yet."""
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """A patient's own access. Nothing in it can be turned back into a password or a one-time code."""

    id: str
    patient_id: str
    login: str
    """Ten digits, by which he says who he is."""
    holder: HolderKind
    name: str
    """Who uses it."""
    state: AccountState
    activation: bytes = field(default=b"", repr=False)
    """Keyed hash of the activation code; empty once it was used."""
    activation_end: datetime | None = None
    """Excluded."""
    password: str = field(default="", repr=False)
    """Argon2id, as its PHC string."""
    totp: bytes = field(default=b"", repr=False)
    """Key of the time-based codes."""
    step: int = 0
    """Last step of time whose code was taken: neither it nor one before it is taken again."""
    codes: tuple[str, ...] = field(default=(), repr=False)
    """Hashes of the one-time codes that are left."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Factor:
    """What is left of an account's second factor once a code of it was taken."""

    step: int
    codes: tuple[str, ...]


# --- codes ------------------------------------------------------------------------------------------------------------


def grouped(code: str) -> str:
    """A code as it is printed: groups of four or five, with dashes."""
    size = 5 if len(code) % 5 == 0 else 4
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def typed(code: str) -> str:
    """A code as it was typed: upper case, without what parts its groups; O is read as 0, I and L as 1."""
    kept = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def code_hash(account_id: str, code: str) -> str:
    """What is kept of a one-time code. It has 50 bits of chance: a plain hash is enough, under the store's key."""
    return hashlib.sha256(f"{account_id}|{typed(code)}".encode()).hexdigest()


def totp(key: bytes, step: int) -> str:
    """The code of a step of time (RFC 4226, 5.3, with HMAC-SHA-1 as every authenticator has it)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: datetime) -> int:
    """The step of time of a moment."""
    return int(now.timestamp()) // STEP


def second_factor(account: Account, code: str, now: datetime) -> Factor | None:
    """What is left of the second factor if ``code`` is one; None if it is none, or was used.

    A time-based code holds in its own step and in the one before and after it; a step is taken once, and none before
    it. An access that is not confirmed takes no one-time code: the authenticator has to have been set up.
    """
    given = typed(code)
    if len(given) == DIGITS:
        around = range(step_of(now) - 1, step_of(now) + 2)
        # Each is compared, whatever the others gave.
        found = [step for step in around if hmac.compare_digest(totp(account.totp, step), given)]
        fresh = [step for step in found if step > account.step]
        return Factor(fresh[0], account.codes) if fresh and account.totp else None
    if account.state is not AccountState.OPEN:
        return None
    hashed = code_hash(account.id, given)
    matching = [kept for kept in account.codes if hmac.compare_digest(kept, hashed)]
    if not matching:
        return None
    return Factor(account.step, tuple(kept for kept in account.codes if kept != hashed))


def base32(key: bytes) -> str:
    """The key as an authenticator takes it by hand."""
    return base64.b32encode(key).decode("ascii").rstrip("=")


def otpauth(login: str, key: bytes) -> str:
    """The address that an authenticator reads from a square code. It names the login, and nobody."""
    label = quote(f"DMP:{login}")
    return f"otpauth://totp/{label}?{urlencode({'secret': base32(key), 'issuer': 'DMP', 'digits': DIGITS})}"


# --- passwords --------------------------------------------------------------------------------------------------------


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "password-short"
    LONG = "password-long"
    KNOWN = "password-known"
    """What is tried first: a known word with digits, one group again and again, a row of the keyboard."""
    OWN = "password-own"
    """Little more than the names, the birth date, the number or the login of its owner."""


_KNOWN = (
    "motdepasse",
    "password",
    "passe",
    "azerty",
    "azertyuiop",
    "qwerty",
    "qwertyuiop",
    "qsdfghjklm",
    "asdfghjkl",
    "wxcvbn",
    "zxcvbnm",
    "bonjour",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "jetaime",
    "admin",
    "administrateur",
    "administrator",
    "welcome",
    "bienvenue",
    "letmein",
    "iloveyou",
    "dragon",
    "monkey",
    "football",
    "marseille",
    "paris",
    "france",
    "docteur",
    "medecin",
    "hopital",
    "urgence",
    "urgences",
    "sante",
    "masante",
    "secret",
    "secrete",
    "dmp",
)
_ROWS = ("0123456789", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALPHABET_ROW = "abcdefghijklmnopqrstuvwxyz"
_LOOKS = str.maketrans("@4301$5!|7", "aaeoissiit")


def normal(password: str) -> str:
    """A password as it is hashed: the same letters typed on another keyboard are the same (Unicode NFC)."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, own: Iterable[str]) -> Weakness | None:
    """Why a password is not taken, or None. ``own`` are words that are its owner's: names, dates, numbers, login."""
    chosen = normal(password)
    if len(chosen) < SHORTEST or not chosen.strip():
        return Weakness.SHORT
    if len(chosen) > LONGEST:
        return Weakness.LONG
    plain = _plain(chosen)
    if _is_repeated(plain) or _is_row(plain) or _is_known(chosen):
        return Weakness.KNOWN
    left = plain
    for word in sorted({_plain(word) for word in own}, key=len, reverse=True):
        left = left.replace(word, "") if len(word) >= 3 else left
    return Weakness.OWN if left != plain and len(left) < SHORTEST // 2 else None


def own_words(record: Record, login: str, name: str) -> list[str]:
    """The words of a person that anyone about him knows."""
    traits, birth = record.traits, record.traits.birth
    words = [*re.split(r"[\s-]+", f"{traits.family} {traits.given} {name}"), record.ins.matricule, login]
    if birth is not None:
        day, month, year = f"{birth.day:02}", f"{birth.month:02}", f"{birth.year:04}"
        words += [day + month + year, year + month + day, day + month + year[2:], year]
    return words


def _plain(text: str) -> str:
    """Letters and digits alone, small and without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if c.isalnum())


def _is_repeated(plain: str) -> bool:
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, 5)) if plain else True


def _is_row(plain: str) -> bool:
    """Whether it is made of rows of the keyboard or of the alphabet, in either direction, four characters and more."""
    rows = [row * 2 for row in (*_ROWS, _ALPHABET_ROW)]
    rows += [row[::-1] for row in rows]
    at = 0
    while at < len(plain):
        most = next((n for n in range(len(plain) - at, 3, -1) if any(plain[at : at + n] in row for row in rows)), 0)
        if not most:
            return False
        at += most
    return True


def _is_known(chosen: str) -> bool:
    """Whether known words and digits are all there is, whichever signs stand for letters."""
    for read in (chosen, chosen.casefold().translate(_LOOKS)):
        left = "".join(c for c in _plain(read) if c.isalpha())
        for word in sorted(_KNOWN, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < 4:
            return True
    return False
