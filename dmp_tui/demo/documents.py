"""The demonstration's documents, ready to be deposited: bytes and the metadata that go with them."""

import uuid
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from dmp_tui.demo.cda import header_of, write_cda
from dmp_tui.demo.clinical import Document, Measure, Section, day
from dmp_tui.demo.histories import HISTORIES
from dmp_tui.demo.kinds import KINDS, DocumentKind
from dmp_tui.demo.pdf import text_pdf
from dmp_tui.demo.people import Patient, Worker, worker

_NAMESPACE = uuid.UUID("7b1f3c58-92d4-5c0e-8c2b-3a5f0e6d9a17")


@dataclass(frozen=True, slots=True)
class Built:
    """A document of a patient as it is sent: a CDA, and what the metadata say beside it."""

    name: str
    unique_id: str
    kind: DocumentKind
    title: str
    on: str
    """FHIR date."""
    author: Worker
    content: bytes
    confidentiality: tuple[str, ...]
    replaces: str
    """uniqueId of the document that it replaces, or empty."""
    archived: bool


def unique_id(patient_key: str, name: str) -> str:
    """An OID of the UUID arc (2.25), the same each time the demonstration is prepared."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, f'{patient_key}/{name}').int}"


def documents_of(patient: Patient, today: date) -> list[Built]:
    """All documents of a patient, oldest first, their relative dates counted from ``today``."""
    built = [_built(patient, document, today) for document in HISTORIES.get(patient.key, ())]
    return sorted(built, key=lambda one: (one.on, one.name))


def _built(patient: Patient, document: Document, today: date) -> Built:
    kind, on, author = KINDS[document.kind], day(document.on, today), worker(document.author)
    own = unique_id(patient.key, document.name)
    title = document.title or kind.title
    replaces = unique_id(patient.key, document.replaces) if document.replaces else ""
    head = header_of(own, kind, title, on, patient=patient, author=author, replaces=replaces)
    sections = tuple(_dated(section, today, on) for section in document.sections)
    pdf = b"" if sections else text_pdf((*document.page, "", f"Dr {author.family}, le {on}"))
    content = write_cda(head, sections, pdf)
    return Built(
        document.name,
        own,
        kind,
        title,
        on,
        author,
        content,
        ("N", *document.confidentiality),
        replaces,
        document.archived,
    )


_DATES = ("since", "until", "on", "due")


def _dated(section: Section, today: date, on: str) -> Section:
    """The section with absolute dates; a measure without one has the document's."""
    statements = []
    for statement in section.statements:
        changes: dict[str, Any] = {
            field.name: day(getattr(statement, field.name), today)
            for field in fields(statement)
            if field.name in _DATES
        }
        if isinstance(statement, Measure) and not statement.on:
            changes["on"] = on
        statements.append(replace(statement, **changes))
    return replace(section, statements=tuple(statements))
