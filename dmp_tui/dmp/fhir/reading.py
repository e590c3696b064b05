"""A FHIR document Bundle of any vendor (IPS first of all), R4 to R5, read leniently into a ``Reading``.

Lenient on what it says: references of any form, contained resources, missing fullUrl, empty sections, no Composition.
Strict on what it is: ``strict.py`` refuses hostile JSON. Every resource is read or counted in ``unread``.
"""

from collections.abc import Iterator
from dataclasses import replace

from dmp_tui.dmp.entries import (
    Coding,
    DocumentError,
    DocumentProblem,
    Entry,
    Kind,
    Mark,
    Part,
    Reading,
    Status,
    Subject,
    with_code_mark,
)
from dmp_tui.dmp.fhir import header
from dmp_tui.dmp.fhir.bundle import Resource, read_index
from dmp_tui.dmp.fhir.coded import coded_blocks
from dmp_tui.dmp.fhir.collecting import Collector
from dmp_tui.dmp.fhir.elements import codings, concept_text, first, objects, string
from dmp_tui.dmp.fhir.narrative import read_narrative
from dmp_tui.dmp.fhir.people import read_subject
from dmp_tui.dmp.fhir.sections import Section, read_sections
from dmp_tui.dmp.fhir.statements import is_error
from dmp_tui.dmp.fhir.strict import Json, parse_object
from dmp_tui.dmp.fhir.vocabulary import LOINC, STORIES
from dmp_tui.dmp.fhir.whom import Whom
from dmp_tui.dmp.fhir.xml import is_fhir_xml, parse_xml
from dmp_tui.dmp.sheet.dates import moment

IPS = "60591-5"


def read_fhir_document(content: bytes) -> Reading:
    """The reading of a FHIR document in JSON or in XML.

    Raises:
        DocumentError: EMPTY, TOO_LARGE, TOO_DEEP, NOT_JSON, NOT_XML, FORBIDDEN_XML, or NOT_FHIR_DOCUMENT (no Bundle, or
            one without resources).
    """
    return read_bundle(parse_xml(content) if is_fhir_xml(content) else parse_object(content))


def read_bundle(bundle: Json) -> Reading:
    """The reading of a Bundle that ``strict.parse_object`` let in."""
    if bundle.get("resourceType") != "Bundle":
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT)
    index = read_index(bundle)
    if not index.resources:
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT, "entry")
    none = Resource({})
    compositions = [r for r in index.resources if r.type == "Composition"] or [none]
    composition = compositions[0]
    patient = index.resolve(composition.body.get("subject"), composition)
    if patient is None or patient.type != "Patient":
        patient = next((r for r in index.resources if r.type == "Patient"), none)
    index.patient = Whom(string(patient.body.get("gender")), string(patient.body.get("birthDate")))
    collector = Collector(index, patient)
    sections: list[Section] = []
    told: dict[int, list[Entry]] = {}
    for holder in compositions:
        own = list(read_sections(holder.body))
        # A resource is what the section of a known kind makes of it, also where a patient's story names it before.
        for place, section in sorted(enumerate(own, len(sections)), key=lambda item: _is_vague(item[1])):
            before = len(collector.entries)
            collector.read_section(section, holder)
            told[place] = collector.entries[before:]
        sections += own
    collector.read_rest()
    if is_error(composition.body):
        collector.withdraw_all()
    type_ = next((c for c in codings(composition.body.get("type")) if c.system == LOINC), None)
    type_ = type_ or next(iter(codings(composition.body.get("type"))), Coding("", ""))
    date = header.written_on(composition.body, bundle)
    start, end = header.service_period(composition.body)
    subject = read_subject(patient.body) if patient.body else Subject()
    born = subject.traits.birth.iso if subject.traits.birth is not None else ""
    return Reading(
        unique_id=header.unique_id(bundle, composition.body),
        type=type_,
        title=string(composition.body.get("title")) or concept_text(composition.body.get("type")),
        date=date,
        format="fhir-ips" if type_.code == IPS and composition.body else "fhir-document",
        subject=subject,
        authors=tuple(header.person_of(index, ref, composition) for ref in objects(composition.body.get("author"))),
        custodian=header.person_of(index, composition.body.get("custodian"), composition).name,
        custodian_id=header.custodian_id(index, composition),
        service_start=start,
        service_end=end,
        confidentiality=header.confidentiality(composition.body),
        replaces=tuple(header.replaced_ids(composition.body, index, composition)),
        set_id=header.identifier_text(first(composition.body.get("identifier"))),
        version=string(composition.body.get("version")),
        language=string(composition.body.get("language")) or string(bundle.get("language")),
        entries=tuple(with_code_mark(_with_date_mark(entry, born, date)) for entry in collector.entries),
        parts=tuple(_parts(sections, told, composition.body, collector)),
        attachments=tuple(collector.attachments),
        sections_read=frozenset(section.code for section in sections if section.code),
        unread=collector.unread(),
        withdrawn=collector.withdrawn(),
        context=None,
    )


def _is_vague(section: Section) -> bool:
    return section.kind is None or section.code in STORIES


def _parts(
    sections: list[Section], told: dict[int, list[Entry]], composition: Json, collector: Collector
) -> Iterator[Part]:
    """The narrative: of the sections, then of what gave no entry; of the Composition or the resources where there are
    no sections. Where nobody wrote any, the coded statements stand for it.

    A Composition's own narrative is most often made from its header; where its author wrote it, it comes first.
    """
    own = first(composition.get("text"))
    if sections and string(own.get("status")) == "additional" and isinstance(div := own.get("div"), str):
        yield Part("", string(composition.get("title")), read_narrative(div))
    for place, section in enumerate(sections):
        blocks = section.blocks or coded_blocks(told[place])
        coded = bool(blocks) and not section.blocks
        yield Part(section.code, section.title, blocks, section.depth, coded)
    if sections:
        yield from collector.unread_parts()
        return
    found = [
        Part("", string(body.get("title")) or string(body.get("resourceType")), blocks)
        for body in [composition, *(r.body for r in collector.index.resources if r.body is not composition)]
        if isinstance(div := first(body.get("text")).get("div"), str) and (blocks := read_narrative(div))
    ]
    title = string(composition.get("title"))
    yield from found or [Part("", title, blocks, coded=True) for blocks in [coded_blocks(collector.entries)] if blocks]


def _with_date_mark(entry: Entry, born: str, written: str) -> Entry:
    """The entry, marked where a date is none, or before the birth, or after the document. Dates stay as they are."""
    if entry.status is Status.PLANNED or entry.kind is Kind.PLAN:
        return entry
    birth, document = moment(born)[:3], moment(written)[:3]
    for date in (entry.start, entry.noted):
        day = moment(date)[:3]
        unreadable = bool(date) and not day[0]
        before = 0 < day[0] < birth[0] or (all(birth) and all(day) and day < birth)
        after = all(document) and day > document
        if unreadable or before or after:
            return replace(entry, marks=entry.marks | {Mark.IMPLAUSIBLE_DATE})
    return entry
