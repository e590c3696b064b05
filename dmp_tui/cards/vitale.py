"""The Vitale 2 card: who is on it, read without a PIN.

What is open is the identity of the holder and of the beneficiaries, in two files of templates ``65`` that are matched
by order: names and birth dates in the master file, NIRs in the VITALE application (as the Rufus and cardpeek readers
do). Whatever a card says is a provisional identity at best: only INSi qualifies one.
"""

from dataclasses import dataclass

from dmp_tui.cards import tlv
from dmp_tui.cards.atr import AID_VITALE, kind_of
from dmp_tui.cards.channel import CardError, CardProblem, Channel, exchange
from dmp_tui.cards.events import CardKind
from dmp_tui.cards.files import checked, read_tlv_file, select_aid
from dmp_tui.dmp.identity import BirthDate, IdentityError, Traits, parse_birth_date, parse_matricule

_ATTEMPTS = 4
_SFI = 2
_TEMPLATE = 0x65
_NAME, _GIVEN, _BIRTH, _COUNTRY, _NIR = 0x80, 0x81, 0x82, 0x90, 0x93


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """One person of a Vitale card."""

    traits: Traits
    """Sex is never on the card's open files; ``birth`` is None where it is absent or no date (see ``birth_text``)."""
    nir: str
    """Fifteen characters, maybe the insured's and not this person's (``ownership_doubts``); empty if none."""
    country: str
    """Nationality as the card has it; empty if none."""
    birth_text: str = ""
    """The birth date as it was read, also where it is no date."""
    nir_unread: bool = False
    """The card has something in the place of the NIR that is not one: not the same as having none."""


@dataclass(frozen=True, slots=True)
class Vitale:
    """What a Vitale card says."""

    beneficiaries: tuple[Beneficiary, ...]
    """In the card's order, never empty."""
    unattributed: tuple[str, ...] = ()
    """NIRs of a card that has not as many NIRs as names: whose they are is not known, and is not guessed."""


def read_vitale(channel: Channel) -> Vitale:
    """Read the identities of the card in a channel.

    Readers fail now and then on this card: a reading that fails is made again, up to four times in all.

    Raises:
        CardError: REMOVED, WRONG_KIND (another card), UNREADABLE.
    """
    if kind_of(channel.atr) not in {CardKind.VITALE2, CardKind.UNKNOWN}:
        raise CardError(CardProblem.WRONG_KIND)
    attempt = 1
    while True:
        try:
            with channel.transaction():
                return _read(channel)
        except CardError as error:
            if error.problem is not CardProblem.UNREADABLE or attempt == _ATTEMPTS:
                raise
            attempt += 1


def _read(channel: Channel) -> Vitale:
    checked(exchange(channel, bytes.fromhex("00A40000023F00")))
    people = _templates(read_tlv_file(channel, _SFI))
    select_aid(channel, AID_VITALE)
    numbers = [template.get(_NIR, b"") for template in _templates(read_tlv_file(channel, _SFI))]
    if not people:
        raise CardError(CardProblem.UNREADABLE)
    if len(numbers) == len(people):
        return Vitale(tuple(_beneficiary(p, n) for p, n in zip(people, numbers, strict=True)))
    stray = tuple(nir for nir, _unread in map(_nir, numbers) if nir)
    return Vitale(tuple(_beneficiary(person, b"") for person in people), stray)


def _templates(content: bytes) -> list[dict[int, bytes]]:
    """Each template ``65`` as a map of its objects."""
    return [{o.tag: o.value for o in tlv.parse(value)} for value in tlv.find_all(content, _TEMPLATE)]


def _beneficiary(person: dict[int, bytes], number: bytes) -> Beneficiary:
    birth_text = _text(person.get(_BIRTH, b""))
    nir, unread = _nir(number)
    return Beneficiary(
        traits=Traits(_text(person.get(_NAME, b"")), _text(person.get(_GIVEN, b"")), _birth(birth_text)),
        nir=nir,
        country=_text(person.get(_COUNTRY, b"")),
        birth_text=birth_text,
        nir_unread=unread,
    )


def _birth(text: str) -> BirthDate | None:
    try:
        return parse_birth_date(text)
    except IdentityError:
        return None


def _nir(number: bytes) -> tuple[str, bool]:
    """The NIR, and whether there was something that is none. Zeros and blanks are how a card has none."""
    text = _text(number)
    if not text.strip("0"):
        return "", False
    try:
        return parse_matricule(text), False
    except IdentityError:
        return "", True


def _text(value: bytes) -> str:
    """Latin-1, padded with blanks (zeros on some cards)."""
    return value.decode("latin-1").strip(" \x00")
