"""Whom to call: contacts that the record declares and those of documents, each person once, every number kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dmp_tui.dmp.consents import Contact
from dmp_tui.dmp.entries import Assertion, Kind
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.model import Line, Sheet

TRUSTED, CAREGIVER, REPRESENTATIVE = "TRUSTED", "CAREGIVER", "REPRESENTATIVE"
_RANK = {TRUSTED: 0, REPRESENTATIVE: 1}
_TITLES = frozenset({"DR", "DOCTEUR", "PR", "MME", "M", "MR", "MLLE", "MONSIEUR", "MADAME"})
_TREATING = ("MEDECIN TRAITANT", "PCP")


@dataclass(frozen=True, slots=True)
class Reachable:
    """Someone to call."""

    name: str
    roles: tuple[str, ...] = ()
    """Relations in their sources' words, each once."""
    kinds: tuple[str, ...] = ()
    """``EMERGENCY``, ``TRUSTED``, ``CAREGIVER``, ``REPRESENTATIVE``."""
    phones: tuple[str, ...] = ()
    """As written, each number once."""
    address: str = ""
    declared: bool = False
    """The record itself declares this person."""
    lines: tuple[Line, ...] = ()
    """The lines of documents that name this person."""


def people(contacts: Sequence[Contact], sheet: Sheet) -> tuple[Reachable, ...]:
    """Everyone to call: the trusted person, the legal representative, the others; who has a telephone comes first.

    Two are one person if they have the same name, words in any order; a telephone alone proves nothing: a couple
    shares one.
    """
    found: dict[tuple[str, ...], Reachable] = {}
    for one in (*map(_declared, contacts), *map(_told, _lines(sheet))):
        key = _key(one.name)
        known = found.get(key)
        found[key] = one if known is None else _together(known, one)
    return tuple(sorted(found.values(), key=_order))


def is_treating_doctor(one: Reachable, name: str) -> bool:
    """Whether someone is the treating doctor of this name, or is said to be the treating doctor."""
    told = any(fold(role).startswith(_TREATING) for role in one.roles)
    return told or (bool(_key(name)) and _key(one.name) == _key(name))


def _lines(sheet: Sheet) -> list[Line]:
    return [line for line in sheet.topic(Kind.CONTACT).lines if line.assertion is Assertion.STATED]


def _declared(contact: Contact) -> Reachable:
    roles = (contact.relation,) if contact.relation else ()
    phones = (contact.phone,) if contact.phone else ()
    return Reachable(contact.name, roles, (contact.kind,), phones, declared=True)


def _told(line: Line) -> Reachable:
    person = line.person
    if person is None:
        return Reachable(line.label, lines=(line,))
    kinds = (TRUSTED,) if person.kind == "trusted" else ("EMERGENCY",) if person.kind == "C" else ()
    roles = (person.role,) if person.role else ()
    return Reachable(person.name or line.label, roles, kinds, person.phones, person.address, lines=(line,))


def _key(name: str) -> tuple[str, ...]:
    words = re.sub(r"[^A-Z0-9]+", " ", fold(name)).split()
    return tuple(sorted(word for word in words if word not in _TITLES))


def _together(one: Reachable, other: Reachable) -> Reachable:
    numbers = {re.sub(r"\D", "", phone.replace("+33", "0")): phone for phone in reversed((*one.phones, *other.phones))}
    phones = tuple(phone for phone in dict.fromkeys((*one.phones, *other.phones)) if phone in numbers.values())
    roles = {fold(role): role for role in reversed((*one.roles, *other.roles))}
    return replace(
        one,
        roles=tuple(role for role in dict.fromkeys((*one.roles, *other.roles)) if role in roles.values()),
        kinds=tuple(dict.fromkeys((*one.kinds, *other.kinds))),
        phones=phones,
        address=one.address or other.address,
        declared=one.declared or other.declared,
        lines=(*one.lines, *other.lines),
    )


def _order(one: Reachable) -> tuple[object, ...]:
    rank = min((_RANK.get(kind, 2) for kind in one.kinds), default=3)
    return (rank, not one.phones, not one.declared, one.name)
