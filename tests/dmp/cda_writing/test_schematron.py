"""What we write, held against each rule of the agency's schematron "CI-SIS_StructurationMinimale" that concerns it.

The rules are put here in our words, each under the name of the agency's pattern; they run over notes with everything
and with nothing, and over every document of the demonstration. Its value sets are read where this machine has them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from lxml import etree

from dmp_tui.demo.documents import documents_of
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.dmp.cda_writing import replacing, wrapped
from dmp_tui.dmp.cda_writing.notes import Note, note_header, write_note
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.dmp.reading import read_document
from tests.dmp.cda_writing.test_notes import AUTHOR, INS, TRAITS
from tests.reference import needs_reference, reference_files

TODAY = date(2026, 12, 1)
V3 = "{urn:hl7-org:v3}"
NULLS = frozenset({"UNK", "NASK", "ASKU", "NAV", "MSK"})
TITLES = frozenset({"DR", "MC", "MG", "PC", "PG", "PR"})
CIVILITIES = TITLES | {"M", "MLLE", "MME"}
STRUCTURES, PERSONS = "1.2.250.1.71.4.2.2", "1.2.250.1.71.4.2.1"
TIME = re.compile(r"\d{4}|\d{4}(0\d|1[0-2])|\d{4}(0\d|1[0-2])[0-3]\d(([01]\d|2[0-3])\d{2}(\d{2})?[+-]\d{4})?")
TEXT = "Chute.\n\nDouleur <à droite> & fièvre"
NURSE = Professional("810000000020", "LEROUX Ana", "60", Role.NON_DOCTOR, "", "1750000001", "CH des Lilas")
REGULATOR = replace(AUTHOR, specialty="SM59", regulator=True)

Element = etree._Element
Rule = Callable[[Element], bool]


def every(root: Element, path: str) -> list[Element]:
    return list(root.iterfind("." + "".join(f"/{V3}{step}" for step in path.split("/"))))


def anywhere(root: Element, tag: str) -> list[Element]:
    return list(root.iter(V3 + tag))


def one(root: Element, path: str) -> bool:
    return len(every(root, path)) == 1


def coded(element: Element) -> bool:
    return bool(element.get("code") and element.get("codeSystem") and element.get("displayName"))


def known(element: Element) -> bool:
    """A code that may not be unknown."""
    return bool(element.get("code") and element.get("codeSystem") and not element.get("nullFlavor"))


def _addr(root: Element) -> bool:
    for found in anywhere(root, "addr"):
        lines = found.findall(f"{V3}streetAddressLine")
        empty = len(found) == 0 and set(found.keys()) == {"nullFlavor"} and found.get("nullFlavor") in NULLS
        if not (empty or (len(found) and len(lines) in {0, len(found)})):
            return False
    return True


def _person(root: Element, holder: str, person: str) -> bool:
    for found in (p for h in anywhere(root, holder) for p in h.findall(V3 + person)):
        names = found.findall(f"{V3}name")
        count = {t: len(found.findall(f"{V3}name/{V3}{t}")) for t in ("family", "given", "prefix", "suffix")}
        prefix, suffix = (found.findtext(f"{V3}name/{V3}{t}") for t in ("prefix", "suffix"))
        if len(names) != 1 or count["family"] != 1 or max(count.values()) > 1:
            return False
        if (prefix is not None and prefix not in CIVILITIES) or (suffix is not None and suffix not in TITLES):
            return False
    return True


def _structures(root: Element, holder: str) -> bool:
    found = [o for h in anywhere(root, holder) for o in h.findall(f"{V3}representedOrganization")]
    ids = [o.find(f"{V3}id") for o in found]
    return all(i is None or i.get("root") == STRUCTURES for i in ids) and all(
        len(o.findall(f"{V3}name")) <= 1 for o in found
    )


def _ids(root: Element, holder: str) -> bool:
    for found in anywhere(root, holder):
        ids = found.findall(f"{V3}id")
        if len(ids) != 1 or not ((ids[0].get("root") and ids[0].get("extension")) or ids[0].get("nullFlavor")):
            return False
    return True


def _telecom(root: Element) -> bool:
    schemes = {"tel", "fax", "mailto", "http", "ftp", "mllp"}
    for found in anywhere(root, "telecom"):
        scheme, _, rest = (found.get("value") or "").partition(":")
        if not (
            (set(found.keys()) == {"nullFlavor"} and found.get("nullFlavor") in NULLS) or (scheme in schemes and rest)
        ):
            return False
    return True


def _relatives(root: Element) -> bool:
    classes = {"ECON", "NOK", "CON", "CAREGIVER", "PAT"}
    for found in every(root, "informant/relatedEntity"):
        names = (len(every(found, f"relatedPerson/name{step}")) for step in ("", "/family", "/given"))
        if found.get("classCode") not in classes or tuple(names) != (1, 1, 1):
            return False
    return True


def _traits(root: Element) -> bool:
    [role] = every(root, "recordTarget/patientRole")
    families, given = every(role, "patient/name/family"), every(role, "patient/name/given")
    return (
        all(i.get("nullFlavor") is None and i.get("extension") for i in every(role, "id"))
        and one(role, "patient/name")
        and all(f.get("qualifier") in {"BR", "SP", "CL"} for f in families)
        and all(g.get("qualifier") in {None, "BR", "CL"} for g in given)
        and bool(families and given and every(role, "patient/birthTime"))
        and one(role, "patient/administrativeGenderCode")
    )


RULES: dict[str, Rule] = {
    "addr": _addr,
    "assignedAuthor_fr persons": lambda r: _person(r, "assignedAuthor", "assignedPerson"),
    "assignedAuthor_fr structures": lambda r: _structures(r, "assignedAuthor"),
    "assignedEntity_fr ids": lambda r: _ids(r, "assignedEntity"),
    "assignedEntity_fr persons": lambda r: _person(r, "assignedEntity", "assignedPerson"),
    "assignedEntity_fr structures": lambda r: _structures(r, "assignedEntity"),
    "associatedEntity_fr persons": lambda r: _person(r, "associatedEntity", "associatedPerson"),
    "author_fr": lambda r: all(t.get("value") for t in every(r, "author/time")) and one(r, "author/time"),
    "componentOf_fr location": lambda r: len(every(r, "componentOf/encompassingEncounter/location")) <= 1,
    "componentOf_fr code": lambda r: all(coded(c) for c in every(r, "componentOf/encompassingEncounter/code")),
    "custodian_fr": lambda r: (
        [i.get("root") for o in anywhere(r, "representedCustodianOrganization") for i in o.findall(f"{V3}id")]
        == [STRUCTURES]
    ),
    "documentationOf_fr code": lambda r: all(coded(c) for c in every(r, "documentationOf/serviceEvent/code")),
    "documentationOf_fr time": lambda r: all(
        t.get("nullFlavor") is None and t.find(f"{V3}low") is not None
        for t in every(r, "documentationOf/serviceEvent/effectiveTime")
    ),
    "documentationOf_fr performer": lambda r: (
        all(p.get("typeCode") == "PRF" for p in every(r, "documentationOf/serviceEvent/performer"))
        and one(
            r,
            "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode",
        )
    ),
    "documentEffectiveTime": lambda r: all(TIME.fullmatch(t.get("value") or "") for t in every(r, "effectiveTime")),
    "informantRelatedEntity_fr": _relatives,
    "legalAuthenticator_fr": lambda r: (
        one(r, "legalAuthenticator/assignedEntity/assignedPerson")
        and all(s.get("code") == "S" for s in every(r, "legalAuthenticator/signatureCode"))
        and all(t.get("value") for t in every(r, "legalAuthenticator/time"))
    ),
    "modeleEntete_fr cardinalities": lambda r: (
        all(
            one(r, tag)
            for tag in ("realmCode", "recordTarget", "legalAuthenticator", "title", "documentationOf", "componentOf")
        )
        and len(every(r, "relatedDocument")) <= 1
    ),
    "modeleEntete_fr templates": lambda r: (
        len(every(r, "templateId")) >= 3
        and {"2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"} <= {t.get("root") for t in every(r, "templateId")}
    ),
    "modeleEntete_fr constants": lambda r: (
        [x.get("code") for x in every(r, "realmCode")] == ["FR"]
        and [x.get("code") for x in every(r, "languageCode")] == ["fr-FR"]
        and [x.get("extension") for x in every(r, "typeId")] == ["POCD_HD000040"]
    ),
    "modeleEntete_fr code": lambda r: all(coded(c) for c in every(r, "code")),
    "participant_fr": lambda r: (
        all(
            (f.get("code") and f.get("codeSystem")) or f.get("nullFlavor") for f in every(r, "participant/functionCode")
        )
        and all(e.get("classCode") == "PROV" for e in every(r, "participant/associatedEntity"))
    ),
    "recordTarget_fr": _traits,
    "relatedDocument_fr": lambda r: all(
        d.get("typeCode") == "RPLC" and one(d, "parentDocument/id") for d in every(r, "relatedDocument")
    ),
    "telecom": _telecom,
    "JDV_authorSpecialty": lambda r: all(known(c) for c in every(r, "author/assignedAuthor/code")),
    "JDV_healthcareFacilityCode": lambda r: all(
        known(c) for c in every(r, "componentOf/encompassingEncounter/location/healthCareFacility/code")
    ),
    "JDV_informantRelatedEntityCode": lambda r: all(known(c) for c in every(r, "informant/relatedEntity/code")),
    "JDV_standardIndustryClassCode": lambda r: all(known(c) for c in anywhere(r, "standardIndustryClassCode")),
    "JDV_confidentialityCode": lambda r: all(known(c) for c in every(r, "confidentialityCode")),
    "JDV problem, allergy, sign and directive codes": lambda r: all(
        known(code)
        for o in anywhere(r, "observation")
        if {t.get("root") for t in o.findall(f"{V3}templateId")}
        & {
            "1.3.6.1.4.1.19376.1.5.3.1.4.5",
            "1.3.6.1.4.1.19376.1.5.3.1.4.6",
            "1.3.6.1.4.1.19376.1.5.3.1.4.13.2",
            "1.3.6.1.4.1.19376.1.5.3.1.4.13.7",
        }
        for code in o.findall(f"{V3}code")
    ),
    "JDV clinical status": lambda r: all(
        known(value)
        for o in anywhere(r, "observation")
        if "1.3.6.1.4.1.19376.1.5.3.1.4.1.1" in {t.get("root") for t in o.findall(f"{V3}templateId")}
        for value in o.findall(f"{V3}value")
    ),
    "immunizationCode": lambda r: all(
        coded(code)
        for s in anywhere(r, "substanceAdministration")
        if "1.3.6.1.4.1.19376.1.5.3.1.4.12" in {t.get("root") for t in s.findall(f"{V3}templateId")}
        for code in s.findall(f"{V3}code")
    ),
}


def notes() -> Iterator[tuple[str, bytes]]:
    whole, least = Note(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), Note(reason="Chute")
    nobody = Traits("BERTIN", "JEANNE", None, Sex.U)
    authors = {"doctor": AUTHOR, "nurse": NURSE, "regulator": REGULATOR, "plain": replace(AUTHOR, specialty="")}
    for name, author in authors.items():
        head = note_header("2.25.17", "20261201140200+0100", ins=INS, traits=TRAITS, author=author)
        yield f"whole note of a {name}", write_note(head, whole)
        yield f"letter of a {name}", wrapped(head, b"%PDF-1.4")
    bare = note_header("2.25.18", "20261201140200+0100", ins=INS, traits=nobody, author=AUTHOR)
    yield "least note", write_note(bare, least)
    yield "replacing note", write_note(replacing(bare, read_document(write_note(head, whole))), least)


@cache
def written() -> tuple[tuple[str, Element], ...]:
    ours = [*notes(), *((f"{p.key}/{d.name}", d.content) for p in PATIENTS for d in documents_of(p, TODAY))]
    return tuple((name, etree.fromstring(content)) for name, content in ours)


@pytest.mark.parametrize("name", RULES)
def test_whatever_we_write_keeps_the_rule(name: str) -> None:
    assert [document for document, root in written() if not RULES[name](root)] == []


SETS = {
    "JDV_J01": ("author/assignedAuthor/code", "legalAuthenticator/assignedEntity/code"),
    "JDV_J02": ("componentOf/encompassingEncounter/location/healthCareFacility/code",),
    "JDV_J04": (
        "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode",
        "legalAuthenticator/assignedEntity/representedOrganization/standardIndustryClassCode",
    ),
    "JDV_J07": ("code",),
    "JDV_J11": ("informant/relatedEntity/code",),
    "JDV_J47": ("participant/functionCode",),
}


@needs_reference
@pytest.mark.parametrize("name", SETS)
def test_codes_are_of_their_value_set(name: str) -> None:
    [file] = reference_files(f"data/valuesets/{name}_*.xml")
    concepts = {(c.get("code"), c.get("codeSystem")) for c in etree.parse(file).iter("{urn:ihe:iti:svs:2008}Concept")}
    assert concepts
    used = {
        (document, c.get("code"), c.get("codeSystem"))
        for document, root in written()
        for path in SETS[name]
        for c in every(root, path)
    }
    assert used
    assert sorted((d, c) for d, c, system in used if (c, system) not in concepts) == []
