"""The emergency sheet laid out on a terminal of a given size: a pure function from a sheet to rows of cells.

Allergies come first and whole; what can kill next (pregnancy, devices, alerts); then treatments beside problems, the
points to check, and the rest. Rows are shared out so that 80x24 shows something of everything: a section that does
not fit says how many lines it keeps back, and Enter on its title opens it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Kind, Status
from dmp_tui.dmp.identity import Sex
from dmp_tui.dmp.sheet.model import Line, Presence, Sheet, Topic
from dmp_tui.i18n import _
from dmp_tui.screens.record import allergy_lines, allergy_presence, worst_reaction
from dmp_tui.screens.sheet_lines import (
    OfCheck,
    OfDocuments,
    OfLine,
    OfSection,
    alert_cell,
    allergy_cell,
    allergy_label,
    directive_text,
    person_text,
    presence_text,
    problem_cell,
    stated_label,
    treatment_cell,
    vaccine_text,
    value_text,
)
from dmp_tui.screens.words import abnormal, check_label, check_words, kind_title
from dmp_tui.widgets.line import ALARM, FRAME, PLAIN, STRONG, Cell, Row, beside, title
from dmp_tui.widgets.text import cut, two_ends

GUTTER = 1
WIDE = 110
"""Columns from which the small sections stand four abreast instead of two."""
OTHERS = (Kind.FUNCTIONAL, Kind.SOCIAL, Kind.FAMILY, Kind.OCCUPATIONAL, Kind.PLAN, Kind.REASON)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled block at column 0 of its own width. ``limit`` rows of it are shown."""

    title: str
    width: int
    rows: tuple[Row, ...]
    kinds: tuple[Kind, ...]
    limit: int = 1
    style: Style = FRAME

    def placed(self, x: int = 0) -> list[Row]:
        """Title and rows at column ``x``; what is kept back is counted in the title, which then opens the section."""
        kept_back = sum(len([c for c in row if c.key is not None]) for row in self.rows[self.limit :])
        head = title(self.title, self.width, right=_("+{count} (Entrée)").format(count=kept_back) if kept_back else "")
        head = replace(head, style=self.style)
        if kept_back:
            head = replace(head, key=OfSection(self.kinds), style=STRONG)
        return [tuple(replace(cell, x=cell.x + x) for cell in row) for row in ((head,), *self.rows[: self.limit])]


def lay_out(sheet: Sheet, width: int, height: int, sex: Sex = Sex.U) -> list[Row]:
    """Rows for a body of ``width`` x ``height`` cells. More rows than ``height`` come out only if even the shortest
    form of every section does not fit: the body then scrolls, and allergies are what it shows first."""
    half = (width - GUTTER) // 2
    right = width - GUTTER - half
    allergies = _allergies(sheet, width)
    alerts = _alerts(sheet, width, sex)
    main = [_treatments(sheet, half), _problems(sheet, right)]
    checks = _checks(sheet, width)
    small = _small(sheet, width)
    others = _others(sheet, width)

    groups = [main, [checks] if checks else [], *small, [others] if others else []]
    groups = [group for group in groups if group]
    fixed = 1 + len(allergies.rows) + len(alerts) + len(groups)
    shares = _share([max(len(s.rows) for s in group) for group in groups], height - fixed)
    rows = replace(allergies, limit=len(allergies.rows)).placed()
    rows += alerts
    for group, share in zip(groups, shares, strict=True):
        rows += _abreast([replace(section, limit=share) for section in group])
    return rows


def section_rows(sheet: Sheet, kinds: Sequence[Kind], width: int) -> list[Row]:
    """A section whole, one line a row."""
    rows: list[Row] = []
    for kind in kinds:
        topic = sheet.topic(kind)
        rows.append((title(kind_title(kind), width),))
        rows += _whole(topic, width)
    return rows


def _whole(topic: Topic, width: int) -> list[Row]:
    if not topic.lines:
        text, style = presence_text(topic)
        return [(Cell(0, width, text, style),)]
    if topic.kind in {Kind.ALLERGY, Kind.ADVERSE_EFFECT}:
        return _allergy_rows(topic.lines, width)
    cells: dict[Kind, Callable[[Line, int], Cell]] = {
        Kind.TREATMENT: treatment_cell,
        Kind.PROBLEM: problem_cell,
        Kind.PROCEDURE: problem_cell,
        Kind.PREGNANCY: alert_cell,
        Kind.DEVICE: alert_cell,
        Kind.ALERT: alert_cell,
    }
    if make := cells.get(topic.kind):
        return [(make(line, width),) for line in topic.lines]
    return [(_text_cell(line, width),) for line in topic.lines]


def _text_cell(line: Line, width: int) -> Cell:
    texts: dict[Kind, Callable[[Line, int], tuple[str, Style]]] = {
        Kind.RESULT: value_text,
        Kind.VITAL: value_text,
        Kind.VACCINATION: vaccine_text,
        Kind.CONTACT: person_text,
        Kind.DIRECTIVE: directive_text,
    }
    make = texts.get(line.kind)
    text, style = make(line, width) if make else (stated_label(line), PLAIN)
    return Cell(0, width, text, style, OfLine(line.kind, line.key))


# --- sharing rows out


def _share(wants: Sequence[int], room: int) -> list[int]:
    """How many rows each group is given: one at least, then by turns, the first group two at a time."""
    shares = [min(want, 1) for want in wants]
    room -= sum(shares)
    while room > 0:
        hungry = [i for i, want in enumerate(wants) if shares[i] < want]
        if not hungry:
            break
        for i in hungry:
            given = min(2 if i == 0 else 1, wants[i] - shares[i], room)
            shares[i] += given
            room -= given
    return shares


def _abreast(sections: Sequence[Section]) -> list[Row]:
    """Sections side by side, each at its own width."""
    rows: list[Row] = []
    x = 0
    for section in sections:
        placed = section.placed(x)
        rows = beside(rows, placed) if rows else placed
        x += section.width + GUTTER
    return rows


# --- the sections


def _allergies(sheet: Sheet, width: int) -> Section:
    lines = allergy_lines(sheet)
    kinds = (Kind.ALLERGY, Kind.ADVERSE_EFFECT)
    rows = _allergy_rows(lines, width)
    topic = sheet.topic(Kind.ALLERGY)
    if not lines or topic.presence is Presence.UNREADABLE:
        style = ALARM if topic.presence is Presence.UNREADABLE else STRONG
        rows.append((Cell(0, width, allergy_presence(sheet), style, OfDocuments()),))
    return Section("!! " + _("ALLERGIES"), width, tuple(rows), kinds, style=ALARM)


def _allergy_rows(lines: Sequence[Line], width: int) -> list[Row]:
    label = min(max([cell_len(allergy_label(line)) for line in lines] + [10]), width // 3)
    reaction = min(max([cell_len(worst_reaction(line)) for line in lines] + [10]), width // 4)
    if any(line.status is Status.ENDED for line in lines):
        reaction = max(reaction, cell_len(_("(terminée {date})").format(date="07/2019")))
    return [(allergy_cell(line, width, label, reaction),) for line in lines]


def _alerts(sheet: Sheet, width: int, sex: Sex) -> list[Row]:
    """Pregnancy, devices, alerts: a row each; what is not stated of them shares one row."""
    rows: list[Row] = []
    silent: list[str] = []
    for kind in (Kind.PREGNANCY, Kind.ALERT, Kind.DEVICE):
        topic = sheet.topic(kind)
        rows += [(alert_cell(line, width),) for line in topic.lines]
        if topic.lines or (kind is Kind.PREGNANCY and sex is Sex.M and topic.presence is Presence.NOT_STATED):
            continue
        text, style = presence_text(topic)
        if topic.presence is Presence.UNREADABLE:
            rows.append((Cell(0, width, f"{kind_title(kind)} {text}", style, OfDocuments()),))
        else:
            silent.append(f"{kind_title(kind)} : {text}")
    if silent:
        text = cut(" · ".join(silent), width)
        rows.append((Cell(0, width, text, PLAIN, OfSection((Kind.PREGNANCY, Kind.ALERT, Kind.DEVICE))),))
    return rows


def _treatments(sheet: Sheet, width: int) -> Section:
    topic = sheet.topic(Kind.TREATMENT)
    lines = sorted(topic.lines, key=lambda line: line.status is Status.ENDED)
    rows: list[Row] = [(treatment_cell(line, width),) for line in lines] or [_presence_row(topic, width)]
    return Section(_("TRAITEMENTS"), width, tuple(rows), (Kind.TREATMENT,))


def _problems(sheet: Sheet, width: int) -> Section:
    lines = (*sheet.topic(Kind.PROBLEM).lines, *sheet.topic(Kind.PROCEDURE).lines)
    ordered = sorted(lines, key=lambda line: line.kind is Kind.PROCEDURE or line.status is Status.ENDED)
    rows: list[Row] = [(problem_cell(line, width),) for line in ordered] or [
        _presence_row(sheet.topic(Kind.PROBLEM), width)
    ]
    return Section(_("EN COURS / ANTÉCÉDENTS"), width, tuple(rows), (Kind.PROBLEM, Kind.PROCEDURE))


def _checks(sheet: Sheet, width: int) -> Section | None:
    rows: list[Row] = [
        (Cell(0, width, two_ends(f"! {check_label(check)}", check_words(check), width), STRONG, OfCheck(index)),)
        for index, check in enumerate(sheet.checks)
    ]
    if sheet.unread:
        text = _("! {count} document(s) dont une partie n'est lisible qu'en texte").format(count=len(sheet.unread))
        rows.append((Cell(0, width, text, STRONG, OfDocuments()),))
    if not rows:
        return None
    return Section(_("À VÉRIFIER ({count})").format(count=len(rows)), width, tuple(rows), ())


def _small(sheet: Sheet, width: int) -> list[list[Section]]:
    """Biology, vaccines, contacts, directives: two abreast, or four on a wide terminal."""
    abreast = 4 if width >= WIDE else 2
    each = (width - GUTTER * (abreast - 1)) // abreast
    last = width - (each + GUTTER) * (abreast - 1)
    wanted: list[tuple[str, tuple[Kind, ...], Callable[[Line, int], tuple[str, Style]]]] = [
        (_("BIOLOGIE"), (Kind.RESULT, Kind.VITAL), value_text),
        (_("VACCINS"), (Kind.VACCINATION,), vaccine_text),
        (_("À PRÉVENIR"), (Kind.CONTACT,), person_text),
        (_("DIRECTIVES"), (Kind.DIRECTIVE,), directive_text),
    ]
    groups = []
    for start in range(0, len(wanted), abreast):
        group = []
        for place, (name, kinds, text) in enumerate(wanted[start : start + abreast]):
            own = last if place == abreast - 1 else each
            group.append(Section(name, own, tuple(_flow(sheet, kinds, text, own)), kinds))
        groups.append(group)
    return groups


def _flow(sheet: Sheet, kinds: Iterable[Kind], text: Callable[[Line, int], tuple[str, Style]], width: int) -> list[Row]:
    """Short texts one after the other, as many a row as fit; values out of their range first."""
    topics = [sheet.topic(kind) for kind in kinds]
    lines = sorted((line for topic in topics for line in topic.lines), key=lambda line: -len(abnormal(line)))
    rows: list[list[Cell]] = []
    at = width + 1
    for line in lines:
        words, style = text(line, width)
        words = cut(words, width)
        size = cell_len(words)
        if at + size > width:
            rows.append([])
            at = 0
        rows[-1].append(Cell(at, size, words, style, OfLine(line.kind, line.key)))
        at += size + 2
    unreadable = [topic for topic in topics if topic.presence is Presence.UNREADABLE]
    if not lines or unreadable:
        rows.append(list(_presence_row((unreadable or topics)[0], width)))
    return [tuple(row) for row in rows]


def _others(sheet: Sheet, width: int) -> Section | None:
    """What a sheet may hold besides, by its counts; Enter opens each."""
    rows: list[list[Cell]] = []
    at = width + 1
    for kind in OTHERS:
        topic = sheet.topic(kind)
        if not topic.lines and topic.presence is not Presence.UNREADABLE:
            continue
        text = f"{kind_title(kind)} ({len(topic.lines) or '!'})"
        if at + cell_len(text) > width:
            rows.append([])
            at = 0
        rows[-1].append(Cell(at, cell_len(text), text, PLAIN, OfSection((kind,))))
        at += cell_len(text) + 2
    return Section(_("AUTRES"), width, tuple(tuple(row) for row in rows), OTHERS) if rows else None


def _presence_row(topic: Topic, width: int) -> Row:
    text, style = presence_text(topic)
    key = OfDocuments() if topic.presence is Presence.UNREADABLE else None
    return (Cell(0, width, cut(text, width), style, key),)
