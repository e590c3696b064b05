"""The emergency sheet laid out on a terminal of a given size: a pure function from a sheet to rows of cells.

Allergies come first and whole; what can kill next (pregnancy, directives, alerts, devices); then treatments beside
problems, the points to check, biology and the rest. Rows are shared out so that 80x24 shows something of everything:
what does not fit says how many lines it keeps back, and Enter on that opens them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.identity import NO_TRAITS, Traits
from dmp_tui.dmp.sheet.kidney import Computed
from dmp_tui.dmp.sheet.model import Disagreement, Line, Presence, Sheet, Topic
from dmp_tui.dmp.sheet.states import state_rank
from dmp_tui.i18n import _
from dmp_tui.screens.allergies import allergy_cell, allergy_lines, allergy_presence, label_width
from dmp_tui.screens.biology import (
    anticoagulated,
    by_urgency,
    computed_words,
    date_group,
    group_date,
    value_words,
)
from dmp_tui.screens.coded import document_name
from dmp_tui.screens.dates import day
from dmp_tui.screens.keys import OfDocuments, OfLine, OfSection
from dmp_tui.screens.sheet_blocks import Block
from dmp_tui.screens.sheet_lines import (
    alert_text,
    is_only_paid,
    is_stated,
    over,
    person_text,
    pregnancy_text,
    presence_text,
    problem_cell,
    problem_width,
    treatment_cell,
    treatment_width,
    vaccine_text,
    weighs,
)
from dmp_tui.screens.sheet_topics import biology_block, check_block, first_blocks, last_blocks, others_block
from dmp_tui.screens.words import contradicted, critical_rank, kind_title, named, stated_label
from dmp_tui.widgets.line import ALARM, FRAME, PLAIN, STRONG, Cell, Row, beside, text_row, title
from dmp_tui.widgets.text import cut, visible, wrap

GUTTER = 1
_PROBLEMS_AT_LEAST = 33
_TITLE = 24
"""Cells that the title of an empty list of problems takes."""
_ALL = 10_000

# Who is given rows, how many at most, in which order; a second turn comes after everyone's first.
_TURNS = (
    ("first", 2),
    ("main", 4),
    ("checks", 2),
    ("biology", 2),
    ("main", 6),
    ("first", 3),
    ("checks", 3),
    ("biology", 3),
    ("main", 8),
    ("last", 2),
    ("checks", 5),
    ("main", _ALL),
    ("first", _ALL),
    ("checks", _ALL),
    ("biology", _ALL),
    ("last", _ALL),
    ("others", _ALL),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A titled list, one line a row. ``limit`` rows of it are shown."""

    title: str
    width: int
    rows: tuple[Row, ...]
    kinds: tuple[Kind, ...]
    limit: int = _ALL
    style: Style = FRAME

    def placed(self, x: int = 0) -> list[Row]:
        """Title and rows at column ``x``; what is kept back is counted in the title, which then opens the section."""
        kept_back = sum(len([c for c in row if c.key is not None]) for row in self.rows[self.limit :])
        right = _("+{count} (Entrée)").format(count=kept_back) if kept_back else ""
        head = title(cut(self.title, self.width - cell_len(right) - 2), self.width, right=right)
        head = replace(head, style=self.style)
        if kept_back:
            head = replace(head, key=OfSection(self.kinds), style=STRONG)
        return [tuple(replace(cell, x=cell.x + x) for cell in row) for row in ((head,), *self.rows[: self.limit])]


def lay_out(
    sheet: Sheet,
    width: int,
    height: int,
    today: date,
    traits: Traits = NO_TRAITS,
    *,
    computed: Computed | None = None,
) -> list[Row]:
    """Rows for a body of ``width`` x ``height`` cells. More rows than ``height`` come out only if even the shortest
    form of every block does not fit: the body then scrolls, and allergies are what it shows first.

    ``computed``: a filtration that no document states. It is shown where nothing that one states gives way to it.
    """
    rows = _laid_out(sheet, width, height, today, traits)
    if computed is None:
        return rows
    fuller = _laid_out(sheet, width, height, today, traits, computed=computed)
    return fuller if len(fuller) <= max(height, len(rows)) and _texts(rows) <= _texts(fuller) else rows


def _texts(rows: Sequence[Row]) -> Counter[str]:
    """What rows say, but for what parts one text from the next."""
    return Counter(text for row in rows for cell in row if (text := cell.text.strip()) not in {"", "·"})


def _laid_out(
    sheet: Sheet, width: int, height: int, today: date, traits: Traits, *, computed: Computed | None = None
) -> list[Row]:
    allergies = _allergies(sheet, width)
    main = _main(sheet, width, today)
    checks, biology = check_block(sheet, today), biology_block(sheet, today, computed)
    others = others_block(sheet, today, traits)
    first, last = first_blocks(sheet, today, traits), last_blocks(sheet, today)
    blocks: list[tuple[str, Block | None]] = [
        *(("first", block) for block in first),
        ("main", None),
        *((("checks", checks),) if checks else ()),
        *((("biology", biology),) if biology else ()),
        *(("last", block) for block in last),
        *((("others", others),) if others else ()),
    ]
    wants = [max(len(column.rows) for column in main) if b is None else b.want(width) for _name, b in blocks]
    room = height - len(allergies) - 1
    shares = _share([name for name, _block in blocks], wants, room)
    _lengthen(blocks, wants, shares, room - sum(shares), width)
    rows = allergies
    for (_name, block), share in zip(blocks, shares, strict=True):
        rows = rows + (_abreast([replace(c, limit=share) for c in main]) if block is None else block.rows(width, share))
    return rows


# --- sharing rows out


def _share(names: Sequence[str], wants: Sequence[int], room: int) -> list[int]:
    """How many rows each block is given: one at least, then by turns, the most urgent first."""
    shares = [min(want, 1) for want in wants]
    room -= sum(shares)
    for name, limit in _TURNS:
        for index, want in enumerate(wants):
            if names[index] == name:
                given = max(0, min(want, limit) - shares[index])
                given = min(given, max(room, 0))
                shares[index] += given
                room -= given
    return shares


def _lengthen(
    blocks: Sequence[tuple[str, Block | None]], wants: Sequence[int], shares: list[int], room: int, width: int
) -> None:
    """Give rows that nobody needs to blocks that say more in a longer form."""
    for index, (_name, block) in enumerate(blocks):
        if block is None or shares[index] < wants[index]:
            continue
        more = block.want(width, long=True) - shares[index]
        if 0 < more <= room:
            shares[index] += more
            room -= more


def _abreast(columns: Sequence[Column]) -> list[Row]:
    """Columns side by side, each at its own width."""
    rows: list[Row] = []
    x = 0
    for column in columns:
        placed = column.placed(x)
        rows = beside(rows, placed) if rows else placed
        x += column.width + GUTTER
    return rows


# --- allergies, treatments, problems


def _allergies(sheet: Sheet, width: int) -> list[Row]:
    lines = allergy_lines(sheet)
    rows = _allergy_rows(lines, width)
    topic = sheet.topic(Kind.ALLERGY)
    if not topic.lines or topic.presence is Presence.UNREADABLE:
        style = ALARM if topic.presence is Presence.UNREADABLE else STRONG
        rows.insert(0, (Cell(0, width, allergy_presence(sheet), style, OfDocuments()),))
    kinds = (Kind.ALLERGY, Kind.ADVERSE_EFFECT)
    return Column("!! " + _("ALLERGIES"), width, tuple(rows), kinds, style=ALARM).placed()


def _allergy_rows(lines: Sequence[Line], width: int) -> list[Row]:
    names = label_width(lines, width)
    return [(allergy_cell(line, width, names),) for line in lines]


def _main(sheet: Sheet, width: int, today: date) -> list[Column]:
    """Treatments beside problems; the treatments are given what the problems do not need."""
    treatments = sheet.topic(Kind.TREATMENT)
    problems = sorted(
        (*sheet.topic(Kind.PROBLEM).lines, *sheet.topic(Kind.PROCEDURE).lines),
        key=lambda line: (not (weighs(line) and is_stated(line)), state_rank(line.critical)),
    )
    lines = treatments_in_order(treatments.lines, today)
    half = (width - GUTTER) // 2
    wanted = max((treatment_width(line, today) for line in lines), default=half)
    needed = max((problem_width(line) for line in problems), default=_TITLE)
    left = max(half, min(wanted, width - GUTTER - min(needed, half, _PROBLEMS_AT_LEAST)))
    right = width - GUTTER - left
    # Consultations and acts that were only paid for come after all that a carer wrote.
    paid = Mark.REIMBURSED
    ordered = sorted(problems, key=lambda x: (paid in x.marks, x.kind is Kind.PROCEDURE or over(x, today)))
    first: list[Row] = [(treatment_cell(line, left, today),) for line in lines]
    second: list[Row] = [(problem_cell(line, right, today),) for line in ordered]
    for rows, topic, room in ((first, treatments, left), (second, sheet.topic(Kind.PROBLEM), right)):
        if not rows or topic.presence is Presence.UNREADABLE:
            rows.insert(0, _presence_row(topic, room))
    return [
        Column(_("TRAITEMENTS"), left, tuple(first), (Kind.TREATMENT,)),
        Column(_("EN COURS / ANTÉCÉDENTS"), right, tuple(second), (Kind.PROBLEM, Kind.PROCEDURE)),
    ]


def treatments_in_order(lines: Sequence[Line], today: date) -> list[Line]:
    """Current ones first: those given in spite of an allergy, then what weighs, anticoagulants before all."""

    def order(line: Line) -> tuple[object, ...]:
        despite = any(each.kind is Disagreement.PRESCRIBED_DESPITE for each in line.contradictions)
        # What is taken now stands before what is only planned or paid for.
        later = is_only_paid(line) or line.status is Status.PLANNED
        return (over(line, today), not despite, later, critical_rank(line.critical), not contradicted(line))

    return sorted(lines, key=order)


def _presence_row(topic: Topic, width: int) -> Row:
    text, style = presence_text(topic)
    key = OfDocuments() if topic.presence is Presence.UNREADABLE else None
    return (Cell(0, width, cut(text, width), style, key),)


# --- a section whole


def section_rows(
    sheet: Sheet, kinds: Sequence[Kind], width: int, today: date, *, computed: Computed | None = None
) -> list[Row]:
    """Sections whole, nothing cut that may be wrapped; ``computed`` stands below the creatinine that it comes from."""
    rows: list[Row] = []
    for kind in kinds:
        topic = sheet.topic(kind)
        rows.append((title(kind_title(kind), width),))
        if not topic.lines or topic.presence is Presence.UNREADABLE:
            text, style = presence_text(topic)
            key = OfDocuments() if topic.presence is Presence.UNREADABLE else None
            rows += [text_row(part, width, style, key) for part in wrap(text, width)]
        rows += _whole(sheet, topic, width, today, computed)
    return rows


def _whole(sheet: Sheet, topic: Topic, width: int, today: date, computed: Computed | None) -> list[Row]:
    if topic.kind in {Kind.ALLERGY, Kind.ADVERSE_EFFECT}:
        kept = [line for line in allergy_lines(sheet) if line.kind is topic.kind]
        return _allergy_rows(kept, width)
    if topic.kind is Kind.TREATMENT:
        return [(treatment_cell(line, width, today),) for line in treatments_in_order(topic.lines, today)]
    if topic.kind in {Kind.PROBLEM, Kind.PROCEDURE}:
        return [(problem_cell(line, width, today),) for line in sorted(topic.lines, key=lambda x: over(x, today))]
    if topic.kind in {Kind.RESULT, Kind.VITAL}:
        return _value_rows(sheet, topic, width, today, computed)
    return [row for line in topic.lines for row in _wrapped(line, width, today)]


def _value_rows(sheet: Sheet, topic: Topic, width: int, today: date, computed: Computed | None) -> list[Row]:
    rows: list[Row] = []
    for line in by_urgency(topic.lines, today, bleeds=anticoagulated(sheet)):
        words, style = value_words(line, width - 12, units=True, contradicted=contradicted(line))
        text = f"{group_date(line, today):<10} {words}"
        if line.reference:
            text += "  " + _("référence {range}").format(range=visible(line.reference))
        rows.append(text_row(text, width, style, OfLine(line.kind, line.key)))
        if computed is not None and (line.kind, line.key) == (computed.line.kind, computed.line.key):
            words = f"{date_group(computed.creatinine.date, today):<10} {computed_words(computed)}"
            rows += [text_row(part, width) for part in wrap(words, width, " " * 11)]
    return rows


def _wrapped(line: Line, width: int, today: date) -> list[Row]:
    """The words of a line, over as many rows as they take; Enter on the first opens its sources."""
    texts: dict[Kind, Callable[[Line, int, date], tuple[str, Style]]] = {
        Kind.PREGNANCY: pregnancy_text,
        Kind.DEVICE: alert_text,
        Kind.ALERT: alert_text,
        Kind.VACCINATION: vaccine_text,
        Kind.CONTACT: person_text,
    }
    make = texts.get(line.kind)
    text, style = make(line, width, today) if make else (_full_words(line), PLAIN)
    if line.assertion is Assertion.UNREADABLE:
        style = ALARM
    parts = wrap(text, width, "  ")
    head = text_row(parts[0], width, style, OfLine(line.kind, line.key))
    return [head, *(text_row(part, width, style) for part in parts[1:])]


def _full_words(line: Line) -> str:
    """A directive or any other statement, with nothing left out."""
    said = named(stated_label(line), f"« {visible(line.value)} »") if line.value else stated_label(line)
    source = document_name(line.sources[0].origin) if line.kind is Kind.DIRECTIVE else ""
    told = ", ".join(part for part in (day(line.start or line.noted)[:10], source) if part)
    return f"{said} ({told})" if told else said
