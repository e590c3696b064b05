"""A CI-SIS CDA R2 document, level 1 (a file in a header) or level 3 (coded sections), as a Reading."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.attachments import body_attachment, embedded, media_names
from dmp_tui.dmp.cda.columns import first_cell, name_column, value_cell
from dmp_tui.dmp.cda.details import take_out_errors
from dmp_tui.dmp.cda.header import Header, read_header, read_partial_header
from dmp_tui.dmp.cda.narrative import Narrative, Row, flowing, is_blank, one_line, read_narrative
from dmp_tui.dmp.cda.problems import is_remark
from dmp_tui.dmp.cda.related import relative_of
from dmp_tui.dmp.cda.roles import context_part
from dmp_tui.dmp.cda.scope import Scope
from dmp_tui.dmp.cda.sections import SAFETY, WITHOUT_STATEMENTS, kind_of_section, kinds_of_title
from dmp_tui.dmp.cda.statements import read_entry
from dmp_tui.dmp.cda.unstated import nothing_known
from dmp_tui.dmp.cda.unstructured import of_rows, statements_of
from dmp_tui.dmp.cda.values import said_value
from dmp_tui.dmp.cda.words import key, yes_or_no
from dmp_tui.dmp.cda.xml import MAX_BYTES, parse, squeeze
from dmp_tui.dmp.entries import (
    Assertion,
    Attachment,
    DocumentError,
    DocumentProblem,
    Entry,
    Kind,
    Part,
    Reading,
    with_code_mark,
)
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_REIMBURSEMENT_TYPES = frozenset({"REMB"})
_PRESCRIPTION_TYPES = frozenset({"57833-6"})
_DISPENSATION_TYPES = frozenset({"60593-1"})
_PRESCRIPTION_SECTIONS = frozenset({"57828-6"})
_DISPENSATION_SECTIONS = frozenset({"60590-7"})
_PREGNANCY = frozenset({"10162-6", "57078-8"})
"""History of pregnancies, antenatal examinations."""
_COMMENTS = "55112-7"
_MOTHER = "Mère"
_TOO_YOUNG = 8
_DENIALS = frozenset({Assertion.NONE, Assertion.NO_DATA})
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_ROWS_COUNT = frozenset({Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.PROCEDURE, Kind.DEVICE, Kind.VACCINATION})
"""Kinds of which a table row that no entry points to is a statement that the structure forgot."""


_NAMED_ROWS = frozenset({Kind.PROBLEM, Kind.PROCEDURE, Kind.DEVICE, Kind.VACCINATION})
"""Those of them whose tables also hold rows that are no statements: only below a header that names them."""
_MEASURES = frozenset({Kind.RESULT, Kind.VITAL})


def read_cda(content: bytes, limit: int = MAX_BYTES) -> Reading:
    """Read a CDA document: header, statements, narrative, attached files, and what could not be structured.

    ``limit`` is the most bytes that are looked at.

    Raises:
        DocumentError: bytes that are no CDA document, or one without id, type or patient. Nothing else is raised.
    """
    parsed = parse(content, limit)
    root = parsed.root
    if root.tag != "ClinicalDocument":
        raise DocumentError(DocumentProblem.NOT_CDA)
    header = read_header(root)
    context = context_part(root)
    unread = [f"encodage : {parsed.recoded}"] if parsed.recoded else []
    level_one = root.find("component/nonXMLBody/text")
    body = root.find("component/structuredBody")
    if level_one is not None:
        file = body_attachment(level_one, header.title)
        held = [file] if file.content else []
        return _reading(
            header, "cda-n1", context=context, attachments=held, unread=[*unread, *([] if held else [header.title])]
        )
    if body is None:
        raise DocumentError(DocumentProblem.MISSING_HEADER, "component")
    sections = list(_sections(body, of_child=_is_child(header)))
    narratives = _narratives(sections, media_names(body))
    files, failed = embedded(body)
    entries: list[Entry] = list(header.contacts)
    withdrawn = 0
    for section in sections:
        coded = section.element.findall("entry")
        scope = _scope(section, header, narratives)
        claimed = _claimed(scope.narrative, coded)
        wrong = sum(map(take_out_errors, coded))
        found, lost = _statements(section, scope, claimed, withdrawn=bool(wrong))
        withdrawn += wrong
        entries.extend(found)
        if lost:
            unread.append(section.title or section.code)
    return _reading(
        header,
        "cda-n3",
        entries=entries,
        parts=[Part(s.code, s.title, narratives.of[s.index].blocks, s.depth) for s in sections],
        context=context,
        attachments=files,
        sections_read=frozenset(s.code for s in sections if s.code),
        unread=[*unread, *failed],
        withdrawn=withdrawn,
    )


def read_incomplete_cda(content: bytes, limit: int = MAX_BYTES) -> Reading:
    """What a CDA document without a whole header or without a body still says of itself: no statement, no narrative.

    Raises:
        DocumentError: bytes that are no CDA document.
    """
    root = parse(content, limit).root
    if root.tag != "ClinicalDocument":
        raise DocumentError(DocumentProblem.NOT_CDA)
    header = read_partial_header(root)
    return _reading(header, "cda", entries=[], attachments=[], unread=[header.title or "ClinicalDocument"])


def _reading(
    header: Header,
    format_: str,
    *,
    entries: list[Entry] | None = None,
    parts: list[Part] | None = None,
    attachments: list[Attachment],
    sections_read: frozenset[str] = frozenset(),
    unread: list[str],
    withdrawn: int = 0,
    context: Part | None = None,
) -> Reading:
    return Reading(
        unique_id=header.unique_id,
        type=header.type,
        title=header.title,
        date=header.date,
        format=format_,
        subject=header.subject,
        authors=header.authors,
        custodian=header.custodian,
        custodian_id=header.custodian_id,
        service_start=header.service_start,
        service_end=header.service_end,
        facility_type=header.facility_type,
        practice_setting=header.practice_setting,
        confidentiality=header.confidentiality,
        replaces=header.replaces,
        set_id=header.set_id,
        version=header.version,
        language=header.language,
        entries=tuple(map(with_code_mark, header.contacts if entries is None else entries)),
        parts=tuple(parts or ()),
        attachments=tuple(attachments),
        sections_read=sections_read,
        unread=tuple(dict.fromkeys(unread)),
        withdrawn=withdrawn,
        context=context,
    )


# --- sections ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    element: "Element"
    index: int
    code: str
    title: str
    depth: int
    kind: Kind | None
    relative: str


@dataclass(frozen=True, slots=True)
class _Narratives:
    of: tuple[Narrative, ...]
    elsewhere: Mapping[str, Narrative]


def _sections(body: "Element", *, of_child: bool) -> Iterator[_Section]:
    """All sections, in reading order, nested ones after their parent."""
    index = 0
    waiting: list[tuple[Element, int, Kind | None, str]] = [
        (s, 0, None, "") for s in reversed(body.findall("component/section"))
    ]
    while waiting:
        element, depth, parent, relative = waiting.pop()
        coded = element.find("code")
        code = squeeze(coded.get("code")) if coded is not None else ""
        title = one_line(flowing(element.find("title"))) or (
            squeeze(coded.get("displayName")) if coded is not None else ""
        )
        kind = kind_of_section(code, title, parent)
        relative = relative_of(element) or relative or (_MOTHER if of_child and code in _PREGNANCY else "")
        yield _Section(element, index, code, title, depth, kind, relative)
        index += 1
        waiting.extend((s, depth + 1, kind, relative) for s in reversed(element.findall("component/section")))


def _is_child(header: Header) -> bool:
    """Whether the patient is too young to be pregnant: what the document says of a pregnancy is her mother's."""
    born, now = header.birth[:4], header.date[:4]
    return born.isdecimal() and now.isdecimal() and int(now) - int(born) < _TOO_YOUNG


def _narratives(sections: list[_Section], media: Mapping[str, tuple[str, str]]) -> _Narratives:
    found = tuple(read_narrative(section.element.find("text"), media) for section in sections)
    elsewhere: dict[str, Narrative] = {}
    for narrative in found:
        for name in narrative.marked:
            elsewhere.setdefault(name, narrative)
    return _Narratives(found, elsewhere)


def _scope(section: _Section, header: Header, narratives: _Narratives) -> Scope:
    return Scope(
        code=section.code,
        title=section.title,
        kind=section.kind,
        heading=fold(section.title),
        narrative=narratives.of[section.index],
        elsewhere=narratives.elsewhere,
        date=header.date[:10],
        birth=header.birth,
        reimbursement=header.type.code in _REIMBURSEMENT_TYPES,
        prescription=header.type.code in _PRESCRIPTION_TYPES or section.code in _PRESCRIPTION_SECTIONS,
        dispensation=header.type.code in _DISPENSATION_TYPES or section.code in _DISPENSATION_SECTIONS,
        relative=section.relative,
        authors=frozenset(author.name for author in header.authors),
    )


def _statements(section: _Section, scope: Scope, claimed: set[int], *, withdrawn: bool) -> tuple[list[Entry], bool]:
    """The statements of a section, and whether something of it is reachable only as narrative.

    ``claimed``: the rows that entries point into, those that were ``withdrawn`` too.
    """
    if section.code in WITHOUT_STATEMENTS:
        # papers, payers and attachments state nothing of the patient; what is coded below a comment does
        return [], section.code == _COMMENTS and any(read_entry(e, scope)[0] for e in section.element.findall("entry"))
    told = bool(scope.narrative.plain.strip())
    elements = section.element.findall("entry")
    found: list[Entry] = []
    lost = False
    for element in elements:
        statements, missed = read_entry(element, scope)
        found.extend(statements)
        lost = lost or missed
    if not found and section.kind is not None:
        if told and withdrawn:
            lost = lost or any(_unclaimed(scope.narrative, claimed, found))
        elif told:
            if section.kind in SAFETY or not elements:
                found = list(statements_of(scope, section.kind))
                lost = lost or (section.kind in _ROWS_COUNT and not all(entry.assertion in _DENIALS for entry in found))
        elif (nothing := nothing_known(section.element, scope)) is not None:
            found = [nothing]
    elif section.kind in _ROWS_COUNT and section.kind is not None:
        rows = list(_unclaimed(scope.narrative, claimed, found))
        # below no header that says "problème", a row is as likely a detail of the one above it
        named = section.kind in _NAMED_ROWS
        listed = [r for r in rows if not named or name_column(r, section.kind) is not None]
        if section.kind is Kind.VACCINATION:  # a grid of doses names all vaccines: what is ticked is one
            return found, lost or any(map(_is_ticked, rows))
        found.extend(of_rows(listed, scope, section.kind))
        lost = lost or bool(listed if named and section.kind is not Kind.PROBLEM else rows)
    elif section.kind in _MEASURES:
        lost = lost or any(map(_is_measure, _unclaimed(scope.narrative, claimed, found)))
    elif not found and told and len(kinds_of_title(section.title)) > 1:
        lost = True  # "antécédents et allergies" in one text: readable, and not to be sorted by machine
    return found, lost


def _is_ticked(row: Row) -> bool:
    """Whether a cell says "oui", or a day."""
    return any(yes_or_no(cell) or _DAY.fullmatch(cell.strip()) for cell in row.cells)


def _is_measure(row: Row) -> bool:
    """Whether a row gives a figure of something."""
    if not (name := first_cell(row)):
        return False
    column = next(i for i, cell in enumerate(row.cells) if one_line(cell) == name)
    measured = said_value(value_cell(row, column))
    return measured is not None and measured.number is not None


def _claimed(narrative: Narrative, elements: "list[Element]") -> set[int]:
    """Rows that an entry points into, other than by a remark on it."""
    claimed = set()
    for element in elements:
        remarks = {r for o in element.iter("observation") if is_remark(o) for r in o.iter("reference")}
        for reference in element.iter("reference"):
            if reference in remarks:
                continue
            name = (reference.get("value") or "").strip().removeprefix("#")
            if name in narrative.marked and (row := narrative.marked[name][1]) is not None:
                claimed.add(id(row))
    return claimed


def _unclaimed(narrative: Narrative, claimed: set[int], found: list[Entry]) -> Iterator[Row]:
    """Rows of a list that no entry points to and whose words no entry has."""
    words = {told for entry in found for told in accumulate(entry.words.split(" · "), "{} · {}".format)}
    labels = {key(entry.label) for entry in found}
    for row in narrative.rows:
        own = [cell for cell, begins in zip(row.cells, row.own, strict=True) if begins]
        said = [cell for cell in own if not is_blank(cell)]
        # a row of one or two wide cells below a list of many columns comments on the row above, or names a group
        narrow = len(own) * 2 < len(row.headers) or (len(said) < 2 and len(own) < len(row.cells))
        bare = not said or (len(said) == 1 and (len(row.cells) < 2 or any(key(said[0]) == key(h) for h in row.headers)))
        if id(row) in claimed or row.words in words or narrow or bare:
            continue
        if not any(key(cell) in labels for cell in said):
            yield row
