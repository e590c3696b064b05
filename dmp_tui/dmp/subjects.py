"""Is this document the patient's? Whom a document says it is about, held against a record. Pure."""

import re

from dmp_tui.dmp.entries import Subject
from dmp_tui.dmp.identity import INS_OIDS, IdentityError, Ins, Sex, Traits, fold, nir_key, parse_matricule

KEY_WRONG = "ins-key-wrong"
"""The INS inside has a wrong key, as official examples have too: a warning, never a refusal."""


def is_of_another(subject: Subject, ins: Ins) -> bool:
    """Whether a document holds the INS of someone else, and not this one."""
    inside = _inside(subject)
    return bool(inside) and not any(one is not None and _same(one, ins) for one in inside)


def held_ins(subject: Subject) -> str:
    """The first INS that a document holds, as it is written; empty where it holds none."""
    values = [value for oid, value in subject.identifiers if oid.removeprefix("urn:oid:") in INS_OIDS]
    return values[0] if values else ""


def ins_of(subject: Subject) -> Ins | None:
    """The INS that a document holds, where it can be read."""
    return next((one for one in _inside(subject) if one is not None), None)


def holds_several(subject: Subject) -> bool:
    """Whether a document holds the INS of several people, the key aside."""
    return len({(one.oid, one.matricule[:13]) for one in _inside(subject) if one is not None}) > 1


_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-478](?:[ .\u00a0\u202f]?[0-9]{2}){2}[ .\u00a0\u202f]?(?:[0-9]{2}|2[ABab])"
    r"(?:[ .\u00a0\u202f]?[0-9]{3}){2}[ .\u00a0\u202f]?[0-9]{2}(?![0-9A-Za-z])"
)


def written_numbers(text: str) -> tuple[str, ...]:
    """The INS or NIR, of 15 characters with a right key, that a text writes; each once, in its order."""
    numbers = (re.sub("[^0-9AB]", "", found.upper()) for found in _NUMBER.findall(text))
    return tuple(dict.fromkeys(number for number in numbers if nir_key(number[:13]) == number[13:]))


def numbers_of_others(text: str, ins: Ins) -> tuple[str, ...]:
    """Those of a text that are not this person's. A number may be an insured parent's: it warns, it decides nothing."""
    return tuple(number for number in written_numbers(text) if number[:13] != ins.matricule[:13])


DOUBTS = frozenset({"name-differs", "birth-date-differs"})
"""Differences that make a document perhaps another person's."""


def warnings_of(subject: Subject, ins: Ins, traits: Traits) -> tuple[str, ...]:
    """What differs between a document's subject and a person: ``name-differs``, ``birth-date-differs``,
    ``sex-differs``, ``ins-key-wrong``."""
    own = [one for one in _inside(subject) if one is not None and _same(one, ins)]
    found = differing(subject.traits, traits)
    return (*found, KEY_WRONG) if any(not one.key_is_right for one in own) else found


def differing(said: Traits, known: Traits) -> tuple[str, ...]:
    """What one side lacks never differs; neither does one given name of several."""
    found: list[str] = []
    for ours, theirs in ((said.family, known.family), (said.given, known.given)):
        one, other = fold(ours).split(), fold(theirs).split()
        if one and other and not (set(one) <= set(other) or set(other) <= set(one)):
            found = ["name-differs"]
    if said.birth and known.birth and said.birth.year and known.birth.year:
        dates = [(b.year, b.month, b.day) for b in (said.birth, known.birth)]
        if any(a and b and a != b for a, b in zip(*dates, strict=True)):
            found.append("birth-date-differs")
    if Sex.U not in {said.sex, known.sex} and said.sex is not known.sex:
        found.append("sex-differs")
    return tuple(found)


def _inside(subject: Subject) -> list[Ins | None]:
    return [_ins(oid, value) for oid, value in subject.identifiers if oid.removeprefix("urn:oid:") in INS_OIDS]


def _ins(oid: str, value: str) -> Ins | None:
    """The INS, or None: an identifier that is none can only be someone else's."""
    try:
        return Ins(parse_matricule(value), oid.removeprefix("urn:oid:"))
    except IdentityError:
        return None


def _same(one: Ins, other: Ins) -> bool:
    """The same thirteen characters of the same authority; the key is only a check of them."""
    return one.oid == other.oid and one.matricule[:13] == other.matricule[:13]
