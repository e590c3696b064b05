"""Which statements speak of the same thing: by code, then by name (a guess), never by order of arrival."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dmp_tui.dmp.entries import Coding, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold, folds_whole
from dmp_tui.dmp.sheet.critical import ATC, named_substances, stems
from dmp_tui.dmp.sheet.dates import day
from dmp_tui.dmp.sheet.model import Origin

Statement = tuple[Origin, Entry]

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"

_ALIASES = {
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "http://whocc.no/atc": ATC,
    "https://www.whocc.no/atc": ATC,
}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_PRODUCT_SYSTEMS = ("urn:oid:1.2.250.1.213.2.3.1", "urn:oid:1.2.250.1.213.2.3.2")
"""CIS and CIP: what a box is, whatever its ingredient is called."""

MEASURED = frozenset({Kind.RESULT, Kind.VITAL, Kind.PREGNANCY, Kind.SOCIAL, Kind.FUNCTIONAL})
"""Kinds whose newest value counts, the others being its history."""
_BY_LABEL = frozenset({Kind.DIRECTIVE, Kind.FAMILY, Kind.OCCUPATIONAL, Kind.PLAN, Kind.REASON, Kind.CONTACT})
"""Kinds whose codes name the sort of statement, not the thing stated."""
_WITH_SUBSTANCE = frozenset({Kind.TREATMENT, Kind.ALLERGY, Kind.ADVERSE_EFFECT})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GENERIC = frozenset(
    (SNOMED, code)
    for code in _words(
        "419199007 420134006 418038007 418471000 416098002 414285001 419511003 418634005 426232007 59037007 "
        "235719002 782415009 609328004 404684003 55607006 64572001 282291009 439401001 409586006 418799008 71388002 "
        "763158003 105590001 260413007 10828004 260385009"
    )
)
"""Codes that say what sort of statement it is ("allergy to drug", "diagnosis"): two of them prove nothing."""
_TYPE_SYSTEMS = (
    "http://terminology.hl7.org/CodeSystem/v2-",
    "http://terminology.hl7.org/CodeSystem/v3-",
    "http://terminology.hl7.org/CodeSystem/condition-",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    "http://hl7.org/fhir/uv/ips/",
    "urn:oid:2.16.840.1.113883.5.",
)

_STOP = _words("AN AND AU AUX DE DES DU EN ET FOR LA LE LES OF ON OR OU THE TO PRODUCT CONTAINING")
_ALLERGY_WORDS = _words(
    "ALLERGI ALLERGY ALLERGIC ALLERGIQU ADVERS ADVERSE REACTION INTOLERANC INTOLERANT HYPERSENSIBILIT A SUBSTANC"
)
_NOISE = re.compile(
    r"\b[dl]['’]|\bà\b|\((?:substance|product|medicinal product|clinical drug|finding|situation|disorder|procedure"
    r"|physical object|organism|observable entity)\)",
    re.IGNORECASE,
)
"""Elisions, ``à`` and SNOMED CT's semantic tags."""
_FORMS = _words(
    "CP CPR COMPRIM COMPRIME PELLICUL TABLET GELUL CAPSUL CAP SOLUTION SOL INJ INJECTABL INJECTION SACHET POUDR "
    "SUSPENSION BUVABL SIROP GOUTT AMPOUL FLACON SERINGU PATCH CREM POMMAD OINTMENT SPRAY ORAL SUPPOSITOIR"
)


_NO_CODES = _words("OTH UNK UNKNOWN OTHER NI NA NAV ASKU NASK MSK NULL NONE")
"""What stands where a code should, in any system."""

_SAME_ANALYTE = {
    (LOINC, code): (LOINC, codes[0])
    for codes in (
        ("6301-6", "34714-6", "38875-1", "46418-0"),  # INR: plasma, blood, capillary
        ("29463-7", "3141-9"),  # weight, weight measured
        ("8302-2", "3137-7"),  # height, height measured
        ("59408-5", "2708-6"),  # oxygen saturation, by pulse oximetry or not said how
    )
    for code in codes[1:]
}
"""LOINC codes whose values clinicians read as one series. Others differ by sample or unit, and stay apart."""

_NUMBERED = _words("FACTEUR FACTOR OMEGA MIX VITAMIN BETA ALPHA")
_UNITS = _words("MG G UG MCG NG ML L UI IU U UNIT UNITE MICROGRAMM MMOL MEQ POUR PERCENT BOUFF DOS")


def code_keys(entry: Entry) -> tuple[str, ...]:
    """The codes by which a statement may be merged, the firmest first; empty if only its words can be trusted."""
    if entry.kind in _BY_LABEL or Mark.CODE_DIFFERS in entry.marks:
        return ()
    found = [c for c in entry.codes if _identifies(c, entry)]
    ingredients = sorted({c.code.strip() for c in found if c.system == RXNORM})
    if entry.kind is Kind.TREATMENT and len(ingredients) > 1:
        # Some give a combined product the codes of its ingredients too: only all of them together are this product.
        found = [c for c in found if c.system != RXNORM] + [Coding(RXNORM, "+".join(ingredients))]
    return tuple(dict.fromkeys(sorted((_analyte_key(c) for c in found), key=_firmness)))


def _analyte_key(coding: Coding) -> str:
    system, code = _ALIASES.get(coding.system, coding.system), coding.code.strip()
    return "|".join(_SAME_ANALYTE.get((system, code), (system, code)))


def _identifies(coding: Coding, entry: Entry) -> bool:
    system = _ALIASES.get(coding.system, coding.system)
    code = coding.code.strip()
    if not re.search("[0-9A-Za-z]", code) or code.upper() in _NO_CODES:
        return False
    if not system or (system, code) in GENERIC or system.startswith(_TYPE_SYSTEMS):
        return False
    if Mark.PRODUCT_DIFFERS in entry.marks:
        return system in _PRODUCT_SYSTEMS
    if system == ATC:
        return entry.kind is not Kind.TREATMENT or (len(code) == 7 and not _is_any_combination(code))
    return system != LOINC or entry.kind in MEASURED


def _is_any_combination(atc: str) -> bool:
    """Whether an ATC code stands for a substance with others unnamed: two products that share it are not one."""
    return atc[5:].isdigit() and (int(atc[5:]) >= 50 or atc == "B01AC30")


def _firmness(key: str) -> tuple[int, str]:
    order = (SNOMED, ATC, LOINC, ICD10, *_PRODUCT_SYSTEMS)
    system = key.partition("|")[0]
    return (order.index(system) if system in order else len(order), key)


def label_key(entry: Entry) -> str:
    """A statement's name without what writers vary: case, accents, plural, "allergie à", strength and form."""
    if entry.kind is Kind.CONTACT and entry.person is not None and fold(entry.person.name):
        return " ".join(sorted(fold(entry.person.name).split()))
    if not folds_whole(entry.label):
        # What another script names is none of the Latin letters and figures beside it ("生蠔 500").
        return " ".join(f"{entry.label} {entry.unit if entry.kind in MEASURED else ''}".casefold().split())
    words = [word for word in stems(_NOISE.sub(" ", entry.label)) if word not in _STOP]
    if entry.kind is Kind.TREATMENT:
        words = _product_name(words)
    elif entry.kind in _WITH_SUBSTANCE:
        words = [word for word in words if word not in _ALLERGY_WORDS] or words
    name = " ".join(words) or fold(entry.label) or entry.label.strip()
    if entry.kind in MEASURED:
        return f"{name} {fold(entry.unit)}".strip()
    if entry.kind is Kind.FAMILY and entry.person is not None:
        return f"{name} {fold(entry.person.role)}".strip()
    return name


def _product_name(words: list[str]) -> list[str]:
    """The words before the first strength or form: ``DOLIPRANE 1000 mg, comprime`` is DOLIPRANE.

    A figure is part of the name after a letter or a word that wants one (``vitamine B 12``, ``facteur 8``).
    """
    name: list[str] = []
    for at, word in enumerate(words):
        if name and word.rstrip("0123456789") in _FORMS:
            break
        if name and word[0].isdigit():
            unit = words[at + 1] if at + 1 < len(words) else ""
            numbered = word.isdigit() and (len(name[-1]) == 1 or name[-1] in _NUMBERED) and unit not in _UNITS
            if not numbered:
                break
        name.append(word)
    return name


@dataclass(frozen=True, slots=True)
class Group:
    """Statements of one thing. ``guessed`` where names, not codes, brought some of them together."""

    key: str
    statements: tuple[Statement, ...]
    guessed: bool


class _Union:
    """Disjoint sets of indexes."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, indexes: Iterable[int]) -> None:
        roots = sorted({self.root(index) for index in indexes})
        for other in roots[1:]:
            self._parent[other] = roots[0]


def _buckets(keys: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, own in enumerate(keys):
        for key in own:
            found.setdefault(key, []).append(index)
    return found


def group(statements: Sequence[Statement]) -> list[Group]:
    """Statements of one kind, grouped. The result is the same whatever their order."""
    codes = [code_keys(entry) for _, entry in statements]
    labels = [(label_key(entry),) for _, entry in statements]
    by_code, merged = _Union(len(statements)), _Union(len(statements))
    for indexes in _buckets(codes).values():
        by_code.join(indexes)
        merged.join(indexes)
    for _, indexes in sorted(_buckets(labels).items()):
        apart = statements[indexes[0]][1].kind in MEASURED and _codes_disagree(indexes, codes, by_code)
        merged.join([i for i in indexes if not codes[i]] if apart else indexes)
    _join_brands(statements, codes, merged)
    groups: dict[int, list[int]] = {}
    for index in range(len(statements)):
        groups.setdefault(merged.root(index), []).append(index)
    return sorted((_group(statements, codes, by_code, own) for own in groups.values()), key=lambda g: g.key)


def _codes_disagree(indexes: Sequence[int], codes: Sequence[tuple[str, ...]], by_code: _Union) -> bool:
    """Whether one system gives two codes to what has one name; a local code beside a LOINC code says nothing."""
    told: dict[str, int] = {}
    for index in indexes:
        root = by_code.root(index)
        for key in codes[index]:
            if told.setdefault(key.partition("|")[0], root) != root:
                return True
    return False


def _join_brands(statements: Sequence[Statement], codes: Sequence[tuple[str, ...]], merged: _Union) -> None:
    """Join a brand to its substance or substances, unless two different codes already say that they are two things."""
    names: list[tuple[str, ...]] = []
    for _, entry in statements:
        named = named_substances(entry.label) if entry.kind in _WITH_SUBSTANCE else frozenset[str]()
        names.append(("+".join(sorted(named)),) if named else ())
    coded = {merged.root(i) for i in range(len(statements)) if codes[i]}
    for _, indexes in sorted(_buckets(names).items()):
        known = coded & {merged.root(i) for i in indexes}
        if len(known) < 2:
            merged.join(indexes)
            coded |= {merged.root(indexes[0])} if known else set()


def _group(statements: Sequence[Statement], codes: Sequence[tuple[str, ...]], by_code: _Union, own: list[int]) -> Group:
    keys = sorted({key for i in own for key in codes[i]}, key=_firmness)
    key = keys[0] if keys else min(label_key(statements[i][1]) for i in own)
    return Group(key, tuple(statements[i] for i in own), guessed=len({by_code.root(i) for i in own}) > 1)


def split_products(found: Group) -> list[Group]:
    """Medicines of one substance, one group a name where a document lists two of them at once (slow and fast morphine).

    Where no document does, two names are what two documents call one medicine.
    """
    names: dict[tuple[Origin, bool], set[str]] = {}
    by_name: dict[str, list[Statement]] = {}
    for statement in found.statements:
        origin, entry = statement
        name = label_key(entry)
        by_name.setdefault(name, []).append(statement)
        if entry.status is not Status.ENDED and not entry.end:
            names.setdefault((origin, Mark.PRESCRIBED in entry.marks), set()).add(name)
    if all(len(own) < 2 for own in names.values()):
        return [found]
    return [Group(f"{found.key}#{name}", tuple(own), guessed=False) for name, own in sorted(by_name.items())]


def split_events(found: Group) -> list[Group]:
    """A group of dated events (operations), one group a year; undated statements stay with the newest."""
    years = sorted({day(entry.start)[:4] for _, entry in found.statements} - {""})
    if len(years) < 2:
        return [found]
    events: dict[str, list[Statement]] = {year: [] for year in years}
    for statement in found.statements:
        events[day(statement[1].start)[:4] or years[-1]].append(statement)
    return [Group(f"{found.key}@{year}", tuple(own), found.guessed) for year, own in events.items()]
