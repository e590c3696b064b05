"""Where an entry stands: its section, its document, and the narrative that its references point into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import codings
from dmp_tui.dmp.cda.columns import ANSWER_HEADERS, name_column
from dmp_tui.dmp.cda.narrative import Narrative, Place, Row, flowing, is_blank, one_line
from dmp_tui.dmp.cda.persons import author_name
from dmp_tui.dmp.cda.times import after
from dmp_tui.dmp.cda.words import key, name_the_same, without_code, yes_or_no
from dmp_tui.dmp.entries import Entry, Kind, Mark, Status

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from dmp_tui.dmp.entries import Coding

_WRITTEN_YEARS = re.compile(r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-]|\d{1,2}[/.-])(\d{4})(?!\d)|(?:^|· )(\d{4})(?= ·|$)")

_DAY = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})")
_BEGIN = re.compile(r"\bDATE (?:DE |DU |D )?DEBUT\b|^DEBUT$")
_END = re.compile(r"\bDATE (?:DE |DU |D )?(?:FIN|ARRET)\b|^FIN$")
_LED = re.compile(r"(oui|non)\s?[:,;]\s?(\S.*)", re.IGNORECASE)
"""An answer with its detail: "Oui : hernie"."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A section as its entries see it."""

    code: str
    title: str
    kind: Kind | None
    heading: str
    """The title in capitals without accents."""
    narrative: Narrative
    elsewhere: Mapping[str, Narrative]
    """Narratives of other sections, by the IDs that stand in them."""
    date: str = ""
    birth: str = ""
    reimbursement: bool = False
    prescription: bool = False
    dispensation: bool = False
    relative: str = ""
    """Whom the section is about where that is not the patient ("Mère")."""
    authors: frozenset[str] = frozenset()
    """Names of the document's own authors."""
    samples: "dict[Element, str]" = field(default_factory=dict)
    """What was examined, by the panel that says it, filled when first asked for."""
    named: dict[str, Place] = field(default_factory=dict)
    """Cells of the section's rows by their folded words, filled when first asked for."""

    def find(self, reference: str | None) -> Place | None:
        """The place that a reference names, in this section first."""
        if found := self.narrative.find(reference):
            return found
        name = (reference or "").strip().removeprefix("#")
        other = self.elsewhere.get(name)
        return other.find(reference) if other else None

    def place(self, *elements: "Element | None") -> Place | None:
        """The first place that one of these (``text``, ``originalText``) points to with words, or holds itself."""
        for element in elements:
            if element is None:
                continue
            for reference in element.iterfind("reference"):
                found = self.find(reference.get("value"))
                if found is not None and not is_blank(found.text or found.words):
                    return self._named_cell(found)
            if element.find("reference") is None and not is_blank(text := flowing(element)):
                return Place(text)
        return None

    def _named_cell(self, place: Place) -> Place:
        """The cell that names the thing, where an ID marks a whole row."""
        if place.row is None or place.column is not None or self.kind is None:
            return place
        column = name_column(place.row, self.kind)
        return place if column is None else Place(place.row.cells[column], place.row, column)

    def words(self, *elements: "Element | None") -> str:
        """The words of ``place``, on one line; "" if nothing is said."""
        found = self.place(*elements)
        return one_line(found.text) if found else ""

    def row_named(self, label: str) -> Place | None:
        """The row of which one cell says exactly ``label``: for entries whose own reference leads nowhere."""
        if not self.named:
            for row in self.narrative.rows:
                for column, cell in enumerate(row.cells):
                    self.named.setdefault(key(cell), Place(cell, row, column))
        return self.named.get(key(label)) if key(label) else None

    def row_around(self, statement: "Element") -> Row | None:
        """The one row that the references inside a statement point into, whatever they point at."""
        rows = {}
        for reference in statement.iter("reference"):
            found = self.narrative.find(reference.get("value"))
            if found is not None and found.row is not None:
                rows[id(found.row)] = found.row
        return next(iter(rows.values())) if len(rows) == 1 else None

    def author(self, *statements: "Element | None") -> str:
        """Who made a statement, where that is not the document's author."""
        for statement in statements:
            name = author_name(statement) if statement is not None else ""
            if name:
                return "" if name in self.authors else name
        return ""


def original(element: "Element | None") -> "Element | None":
    """The ``originalText`` of a coded element, or of one of its translations; of a text that points, itself."""
    if element is None:
        return None
    found = element.find("originalText")
    if found is None:
        found = element.find("translation//originalText")
    return element if found is None and element.find("reference") is not None else found


def answered(place: Place | None, kind: Kind) -> tuple[str, str]:
    """``(label, answer)``: where the reference points at "oui" or "non", the label is the question, if any."""
    if place is None:
        return "", ""
    text = one_line(place.text) or place.words
    if yes_or_no(text) is None:
        led = _LED.fullmatch(text)
        asked = question(place.row, place.column, kind) if led and place.row and place.column is not None else ""
        return (f"{asked} : {led[2]}", led[1]) if led and asked else (text, "")
    return (question(place.row, place.column, kind) if place.row and place.column is not None else ""), text


def question(row: Row, column: int, kind: Kind) -> str:
    """What a cell that says "oui" or "non" answers: the cell that names the row's subject, and its own header."""
    asked = [i for i, cell in enumerate(row.cells[:column]) if _asks(cell) and cell != row.cells[column]]
    if not asked:
        return ""
    named = name_column(row, kind)
    subject = named if named in asked else asked[-1]
    header = row.header(column)
    tells = header and header != row.header(subject) and not ANSWER_HEADERS.search(row.heading(column))
    return f"{one_line(row.cells[subject])}, {header}" if tells else one_line(row.cells[subject])


def _asks(cell: str) -> bool:
    return any(c.isalpha() for c in cell) and yes_or_no(cell) is None


def beside(label: str, codes: "tuple[Coding, ...]", compared: "tuple[Coding, ...] | None" = None) -> tuple[str, bool]:
    """``(code_label, differs)``: the code's words where they are not the label's; whether they name another thing.

    ``compared`` are the codings whose words may be held against the label (a class is no name of its member).
    """
    displays = [coding.display for coding in (codes if compared is None else compared) if coding.display]
    label = without_code(label)
    if not displays:
        return "", False
    own = key(label)
    same = [text == label or key(text) == own for text in displays]
    other = next((text for text, alike in zip(displays, same, strict=True) if not alike), "")
    if any(same):
        return ("" if same[0] else other), False
    return other, not name_the_same(label, displays)


def dated(entry: Entry, scope: Scope, *, doubtful: bool = False, row: Row | None = None) -> Entry:
    """The entry, marked if its dates precede birth, follow the document, or are others than its words or its row."""
    if doubtful or _implausible(entry, scope) or (row is not None and _other_day(entry, row)):
        return replace(entry, marks=entry.marks | {Mark.IMPLAUSIBLE_DATE})
    return entry


def _other_day(entry: Entry, row: Row) -> bool:
    """Whether a cell that says when it began, ended or was measured names another day than the structure does."""
    for column, cell in enumerate(row.cells):
        match = _DAY.fullmatch(cell.strip())
        if match is None:
            continue
        heading = row.heading(column)
        coded = entry.start if _BEGIN.search(heading) else entry.end if _END.search(heading) else ""
        if heading in {"DATE", "DATE DU RESULTAT", "DATE DE L EXAMEN"} and entry.kind in {Kind.RESULT, Kind.VITAL}:
            coded = entry.noted
        said = "-".join(part.zfill(2) for part in reversed(match.groups()) if part)
        shared = min(len(said), len(coded))
        if shared and said[:shared] != coded[:shared]:
            return True
    return False


def written_years(words: str) -> set[str]:
    """The years of the dates that a row or sentence writes out."""
    return {year for match in _WRITTEN_YEARS.finditer(words) for year in match.groups() if year}


def _implausible(entry: Entry, scope: Scope) -> bool:
    dates = [text for text in (entry.start, entry.end, entry.noted) if text]
    if any(after(scope.birth, text) for text in dates):
        return True
    if entry.status is not Status.PLANNED and any(after(text, scope.date) for text in (entry.start, entry.noted)):
        return True
    if entry.start and after(entry.start, entry.end):
        return True
    first = entry.start or entry.noted
    years = written_years(entry.words)
    return bool(first and years) and first[:4] not in years


def code_of(element: "Element") -> "tuple[Coding, ...]":
    """The codings of an act's own ``code``."""
    return codings(element.find("code"))
