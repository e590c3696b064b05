"""The body that we write, held against the CDA schema's order and the agency's rules of sections and entries.

The rules are put here in our words, under the name of the agency's pattern where there is one. They run over notes of
any text and any person, over a note that carries every kind of line, and over every document of the demonstration.
"""

from collections.abc import Callable
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp_tui.demo.documents import documents_of
from dmp_tui.demo.patients import PATIENTS
from dmp_tui.demo.people import Patient
from dmp_tui.dmp.cda_writing.carried import carried_of
from dmp_tui.dmp.cda_writing.notes import Note, lines_of, note_header, write_note
from dmp_tui.dmp.codes import class_of
from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.entries import Criticality, Entry, Kind, Reaction, Status
from dmp_tui.dmp.files import draft_of
from dmp_tui.dmp.identity import Sex, Traits
from dmp_tui.dmp.narrative import Paragraph
from dmp_tui.dmp.professions import Professional, Role
from dmp_tui.dmp.reading import read_document
from dmp_tui.dmp.sheet.merge import merge
from tests.dmp.cda_writing.test_notes import HEAD, INS, NOTE, TRAITS, statements_of
from tests.dmp.cda_writing.test_schematron import RULES, known

TODAY = date(2026, 12, 1)
V3 = "{urn:hl7-org:v3}"
PCC = "1.3.6.1.4.1.19376.1.5.3.1"
CCD = "2.16.840.1.113883.10.20.1"
Element = etree._Element
Rule = Callable[[Element], bool]

_PERSON = "id code addr telecom"
_ENDS = "subject specimen product performer author informant participant entryRelationship reference precondition"
_ORDER = {
    "ClinicalDocument": "id code title effectiveTime confidentialityCode languageCode setId versionNumber recordTarget "
    "author informant custodian informationRecipient legalAuthenticator authenticator participant inFulfillmentOf "
    "documentationOf relatedDocument authorization componentOf component",
    "patientRole": "id addr telecom patient providerOrganization",
    "patient": "id name administrativeGenderCode birthTime guardian birthplace",
    "author": "functionCode time assignedAuthor",
    "assignedAuthor": f"{_PERSON} assignedPerson representedOrganization",
    "assignedEntity": f"{_PERSON} assignedPerson representedOrganization",
    "associatedEntity": f"{_PERSON} associatedPerson scopingOrganization",
    "relatedEntity": "code addr telecom effectiveTime relatedPerson",
    "representedOrganization": "id name telecom addr standardIndustryClassCode",
    "legalAuthenticator": "time signatureCode assignedEntity",
    "participant": "functionCode time awarenessCode associatedEntity participantRole",
    "serviceEvent": "id code effectiveTime performer",
    "encompassingEncounter": "id code effectiveTime dischargeDispositionCode responsibleParty location",
    "healthCareFacility": "id code location serviceProviderOrganization",
    "section": "id code title text author entry component",
    "act": f"id code text statusCode effectiveTime priorityCode languageCode {_ENDS}",
    "observation": "id code derivationExpr text statusCode effectiveTime priorityCode repeatNumber languageCode value "
    f"interpretationCode methodCode targetSiteCode {_ENDS} referenceRange",
    "substanceAdministration": "id code text statusCode effectiveTime priorityCode repeatNumber routeCode "
    "approachSiteCode doseQuantity rateQuantity maxDoseQuantity administrationUnitCode subject specimen consumable "
    f"{_ENDS}",
    "supply": f"id code text statusCode effectiveTime priorityCode repeatNumber independentInd quantity {_ENDS}",
    "procedure": "id code text statusCode effectiveTime priorityCode languageCode methodCode approachSiteCode "
    f"targetSiteCode {_ENDS}",
    "organizer": "id code statusCode effectiveTime subject specimen performer author informant participant component",
    "manufacturedProduct": "id manufacturedLabeledDrug manufacturedMaterial manufacturerOrganization",
    "manufacturedMaterial": "code name lotNumberText",
    "participantRole": "id code addr telecom playingDevice playingEntity scopingEntity",
    "playingEntity": "code quantity name desc",
    "table": "caption col colgroup thead tfoot tbody",
}
ORDER = {tag: ("realmCode typeId templateId " + order).split() for tag, order in _ORDER.items()}
"""Children in the sequence of ``POCD_MT000040``; a schema knows no other."""


def claims(element: Element) -> set[str | None]:
    return {t.get("root") for t in element.findall(f"{V3}templateId")}


def claiming(root: Element, template: str) -> list[Element]:
    return [t.getparent() for t in root.iter(f"{V3}templateId") if t.get("root") == template]  # type: ignore[misc]  # a templateId always has a parent


def ordered(root: Element) -> bool:
    for element in root.iter(etree.Element):
        order = ORDER.get(etree.QName(element).localname)
        if order is None or etree.QName(element).namespace != V3[1:-1]:
            continue
        children = [etree.QName(c) for c in element.iterchildren(etree.Element)]
        named = [c.localname for c in children if c.namespace == V3[1:-1]]
        if any(name not in order for name in named) or [order.index(n) for n in named] != sorted(
            map(order.index, named)
        ):
            return False
    return True


def references_resolve(root: Element) -> bool:
    marked = [e.get("ID") for e in root.iter(etree.Element) if e.get("ID")]
    aimed = [(r.get("value") or "").removeprefix("#") for r in root.iter(f"{V3}reference") if r.get("value")]
    return len(marked) == len(set(marked)) and set(aimed) <= set(marked)


def ids_are_unique(root: Element) -> bool:
    body = root.find(f"{V3}component/{V3}structuredBody")
    if body is None:
        return True
    found = [(i.get("root"), i.get("extension")) for i in body.iter(f"{V3}id") if i.get("root")]
    own = [i for i in found if i[1] is None]
    return len(own) == len(set(own))


def narrative_is_whole(root: Element) -> bool:
    """Tables have a body and rows of cells only; every section has words."""
    for section in root.iter(f"{V3}section"):
        text = section.find(f"{V3}text")
        if section.find(f"{V3}component") is None and (text is None or not "".join(map(str, text.itertext())).strip()):
            return False
    return all(
        t.find(f"{V3}tbody/{V3}tr") is not None and all(len(row) for row in t.iter(f"{V3}tr"))
        for t in root.iter(f"{V3}table")
    )


def _concern(act: Element) -> bool:
    [status], [time] = act.findall(f"{V3}statusCode"), act.findall(f"{V3}effectiveTime")
    ended = status.get("code") in {"completed", "aborted"}
    return (
        act.tag == f"{V3}act"
        and (act.get("classCode"), act.get("moodCode")) == ("ACT", "EVN")
        and f"{CCD}.27" in claims(act)
        and len(act.findall(f"{V3}id")) == 1
        and [c.get("nullFlavor") for c in act.findall(f"{V3}code")] == ["NA"]
        and status.get("code") in {"active", "suspended", "aborted", "completed"}
        and time.find(f"{V3}low") is not None
        and (time.find(f"{V3}high") is not None) is ended
        and any(
            {f"{PCC}.4.5", f"{PCC}.4.6"} & claims(o)
            for r in act.findall(f"{V3}entryRelationship[@typeCode='SUBJ']")
            for o in r
        )
    )


def _allergy(observation: Element) -> bool:
    return (
        {f"{PCC}.4.5", f"{CCD}.18"} <= claims(observation)
        and len(observation.findall(f"{V3}id")) == 1
        and all(known(c) for c in observation.findall(f"{V3}code"))
    )


def _problem(observation: Element) -> bool:
    return (
        observation.tag == f"{V3}observation"
        and [known(c) for c in observation.findall(f"{V3}code")] == [True]
        and len(observation.findall(f"{V3}value")) == 1
        and [s.get("code") for s in observation.findall(f"{V3}statusCode")] == ["completed"]
    )


def _medicine(given_: Element) -> bool:
    dosings = {f"{PCC}.4.{n}" for n in ("7.1", "8", "9", "10", "11")}
    products = given_.findall(f"{V3}consumable/{V3}manufacturedProduct")
    doses = given_.findall(f"{V3}doseQuantity") + given_.findall(f"{V3}rateQuantity")
    codes = [c for p in products for c in p.findall(f"{V3}manufacturedMaterial/{V3}code")]
    times = given_.findall(f"{V3}effectiveTime")
    return (
        given_.get("classCode") == "SBADM"
        and given_.get("moodCode") in {"INT", "EVN"}
        and f"{CCD}.24" in claims(given_)
        and bool(dosings & claims(given_))
        and not (f"{PCC}.4.7.1" in claims(given_) and list(given_.iterdescendants(f"{V3}substanceAdministration")))
        and len(given_.findall(f"{V3}id")) == 1
        and len(given_.findall(f"{V3}text/{V3}reference")) == 1
        and [s.get("code") for s in given_.findall(f"{V3}statusCode")] == ["completed"]
        and all({f"{PCC}.4.7.2", f"{CCD}.53"} <= claims(p) for p in products)
        and len(products) == 1
        and all(c.get("nullFlavor") or c.find(f"{V3}originalText/{V3}reference") is not None for c in codes)
        and all(
            d.get("nullFlavor") or (len(d.findall(f"{V3}low")), len(d.findall(f"{V3}high"))) == (1, 1) for d in doses
        )
        and (not times or (times[0].find(f"{V3}low") is not None and times[0].find(f"{V3}high") is not None))
        and all(t.get("operator") == "A" or t.get("nullFlavor") for t in times[1:])
    )


def _is_section(template: str, code: str, *parents: str, of: str = "") -> Rule:
    """A section that claims a template has its LOINC code and its parents, and, where told, an entry of a kind."""

    def rule(root: Element) -> bool:
        return all(
            found.tag == f"{V3}section"
            and [c.get("code") for c in found.findall(f"{V3}code")] == [code]
            and set(parents) <= claims(found)
            and (not of or any(claiming(entry, of) for entry in found.findall(f"{V3}entry")))
            for found in claiming(root, template)
        )

    return rule


def _each(template: str, rule: Rule) -> Rule:
    return lambda root: all(rule(element) for element in claiming(root, template))


CONTENT: dict[str, Rule] = {
    "POCD_MT000040 sequences": ordered,
    "references resolve": references_resolve,
    "ids are unique": ids_are_unique,
    "NarrativeBlock": narrative_is_whole,
    "E_concernEntry": _each(f"{PCC}.4.5.1", _concern),
    "E_allergiesAndIntolerances": _each(f"{PCC}.4.6", _allergy),
    "E_problemEntry": _each(f"{PCC}.4.5", _problem),
    "E_problemStatusObservation": _each(
        f"{PCC}.4.1.1", lambda o: {f"{CCD}.50", f"{CCD}.57", "1.2.250.1.213.1.1.3.30"} <= claims(o)
    ),
    "E_medications": _each(f"{PCC}.4.7", _medicine),
    "S_allergies": _is_section("1.2.250.1.213.1.1.2.137", "48765-2", f"{CCD}.2", f"{PCC}.3.13", of=f"{PCC}.4.5.3"),
    "S_activeProblems": _is_section("1.2.250.1.213.1.1.2.132", "11450-4", f"{CCD}.11", f"{PCC}.3.6", of=f"{PCC}.4.5.2"),
    "S_pastIllness": _is_section("1.2.250.1.213.1.1.2.134", "11348-0", f"{PCC}.3.8", of=f"{PCC}.4.5.2"),
    "S_medications": _is_section("1.2.250.1.213.1.1.2.143", "10160-0", f"{CCD}.8", f"{PCC}.3.19"),
    "S_reason": _is_section("1.2.250.1.213.1.1.2.127", "42349-1", f"{PCC}.3.1"),
    "S_comment": _is_section("1.2.250.1.213.1.1.2.73", "55112-7", "2.16.840.1.113883.10.12.201"),
}


def carrying() -> bytes:
    """A note that carries lines of every kind and course."""
    entries = (
        Entry(Kind.ALLERGY, "Latex", status=Status.ACTIVE, criticality=Criticality.HIGH),
        Entry(Kind.ALLERGY, "Kiwi", reactions=(Reaction("Urticaire", criticality=Criticality.MODERATE),)),
        Entry(Kind.TREATMENT, "Apixaban 5 mg", status=Status.ACTIVE, start="2024-05", dose="1 matin et soir"),
        Entry(Kind.PROBLEM, "Asthme", status=Status.ACTIVE, start="2001"),
        Entry(Kind.PROBLEM, "Fracture du poignet"),
        Entry(Kind.PROBLEM, "Pneumonie", status=Status.ENDED, end="2019-01"),
    )
    sheet = merge([(NOTE, entry) for entry in entries])
    return write_note(HEAD, Note(reason="Chute", carried=carried_of(sheet, TODAY)))


@cache
def written() -> tuple[tuple[str, Element], ...]:
    demonstration = ((f"{p.key}/{d.name}", d.content) for p in PATIENTS for d in documents_of(p, TODAY))
    notes = ((f"note on {p.key}", _note_on(p)) for p in PATIENTS)
    return tuple((n, etree.fromstring(c)) for n, c in (("carrying", carrying()), *notes, *demonstration))


def _note_on(patient: Patient) -> bytes:
    return write_note(HEAD, Note("Chute", carried=carried_of(merge(statements_of(patient)), TODAY)))


@pytest.mark.parametrize("name", CONTENT)
def test_whatever_we_write_keeps_the_rule(name: str) -> None:
    assert [document for document, root in written() if not CONTENT[name](root)] == []


# --- any text, any person ---------------------------------------------------------------------------------------------

ANY = st.text(
    st.one_of(
        st.sampled_from(
            ["é", "'", "\u2019", "&", "<", "]", "\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\u6f22", "\n"]
        ),
        st.characters(),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=60)
@given(
    texts=st.tuples(*[ANY] * 6),
    names=st.tuples(*[ANY] * 4),
    sex=st.sampled_from(Sex),
    told=st.booleans(),
)
def test_a_note_of_any_text_and_any_person_keeps_every_rule(
    texts: tuple[str, str, str, str, str, str],
    names: tuple[str, str, str, str],
    sex: Sex,
    *,
    told: bool,
) -> None:
    family, first, author, place = names
    traits = Traits(family, first, TRAITS.birth if told else None, sex)
    nobody = Professional(
        "810000000012", author, "10" if told else "", Role.DOCTOR, "", "1750000001" if told else "", place
    )
    head = note_header("2.25.17", "20261201140200+0100", ins=INS, traits=traits, author=nobody, title=place)
    root = etree.fromstring(write_note(head, Note(*texts)))
    kept = {**RULES, **CONTENT}
    if not told:
        del kept["custodian_fr"]  # a facility without a number: said to be unknown, as the agency's rule admits
    assert [name for name, rule in kept.items() if not rule(root)] == []


def test_a_facility_without_number_and_an_author_without_name_are_said_to_be_unknown() -> None:
    nobody = Professional("", "", "", Role.NON_DOCTOR, "", "", "")
    head = note_header("2.25.17", "20261201140200+0100", ins=INS, traits=TRAITS, author=nobody)
    root = etree.fromstring(write_note(head, Note("Chute")))
    assert [dict(i.attrib) for i in root.iterfind(f".//{V3}representedCustodianOrganization/{V3}id")] == [
        {"nullFlavor": "UNK"}
    ]
    assert root.findall(f".//{V3}representedOrganization/{V3}id") == []
    assert [dict(i.attrib) for i in root.iterfind(f"{V3}author/{V3}assignedAuthor/{V3}id")] == [{"nullFlavor": "UNK"}]
    families = root.findall(f"{V3}author//{V3}family")
    assert [(f.text, dict(f.attrib)) for f in families] == [(None, {"nullFlavor": "UNK"})]
    assert [v for x in root.iter(etree.Element) for v in x.attrib.values() if not v] == []


# --- what was typed comes back ----------------------------------------------------------------------------------------


def read_back(text: str) -> list[str]:
    [part] = read_document(write_note(HEAD, Note(conclusion=text))).parts
    return [block.text for block in part.blocks if isinstance(block, Paragraph)]


def test_blank_lines_come_back_where_they_stood() -> None:
    assert read_back("Chute.\n\n\nDouleur.\n \nFièvre.") == ["Chute.", "", "", "Douleur.", "", "Fièvre."]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["", "Chute de sa hauteur.", "漢字 é ' & <b>", "- GCS 15"]), min_size=1, max_size=12))
def test_lines_come_back_as_they_were_typed(lines: list[str]) -> None:
    typed = "\n".join(lines).strip("\n")
    if typed:
        assert read_back(typed) == lines_of(typed)


def test_a_note_of_twenty_thousand_lines_comes_back() -> None:
    lines = [f"ligne {n}" if n % 3 else "" for n in range(1, 20_001)]
    assert read_back("\n".join(lines)) == lines


def test_a_blank_line_says_nothing_of_the_patient() -> None:
    told = read_document(write_note(HEAD, Note("Chute.\n\nDouleur."))).entries
    assert [entry.kind for entry in told] == [
        entry.kind for entry in read_document(write_note(HEAD, Note("Chute.\nDouleur."))).entries
    ]
    assert all(entry.label.strip() for entry in told)


# --- what is carried --------------------------------------------------------------------------------------------------


def test_a_course_that_is_not_known_is_claimed_by_no_concern() -> None:
    root = etree.fromstring(carrying())
    past = next(s for s in root.iter(f"{V3}section") if s.findall(f"{V3}code[@code='11348-0']"))
    assert past.findall(f"{V3}templateId") == []
    assert past.findall(f"{V3}entry/{V3}act") == []
    reading = read_document(carrying())
    statuses = {entry.label: entry.status for entry in reading.entries if entry.kind is Kind.PROBLEM}
    assert statuses["Asthme"] is Status.ACTIVE
    assert statuses["Fracture du poignet"] is Status.UNKNOWN


def test_severity_course_and_sort_of_an_allergy_stand_in_the_narrative() -> None:
    shown = repr(read_document(carrying()).parts)
    for words in ("Latex", "sévère", "Actif", "Kiwi", "Urticaire", "modéré", "allergie à une substance"):
        assert words in shown


# --- the metadata of a note -------------------------------------------------------------------------------------------


def test_what_is_deposited_with_a_note_is_what_its_header_says() -> None:
    content = write_note(HEAD, Note("Chute"))
    root, entry = etree.fromstring(content), draft_of(content, INS, "2027-01-01T00:00:00Z").entry
    [code], [unique_id] = root.findall(f"{V3}code"), root.findall(f"{V3}id")
    [low] = root.findall(f"{V3}documentationOf/{V3}serviceEvent/{V3}effectiveTime/{V3}low")
    assert (entry.type.code, entry.class_, entry.title) == (code.get("code"), class_of("15507-7"), HEAD.title)
    assert (entry.unique_id, entry.size, entry.media_type) == (unique_id.get("root"), len(content), "application/xml")
    assert entry.date == "2026-11-22T14:02:00+01:00"
    assert (entry.service_start, low.get("value")) == (entry.date, "20261122140200+0100")
    assert (entry.language, entry.confidentiality) == ("fr-FR", frozenset({Confidentiality.NORMAL}))
