"""Allergies and adverse effects as lines: severity and contradiction are whole whatever else must give way."""

from collections.abc import Sequence
from itertools import product

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Criticality, Kind, Mark, Reaction, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.model import Disagreement, Line, Presence, Sheet
from dmp_tui.i18n import _
from dmp_tui.screens.coded import document_name, document_type
from dmp_tui.screens.dates import month
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.prescription import short_name
from dmp_tui.screens.words import contradicted, said_by, stated_label
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell
from dmp_tui.widgets.text import cut, fit, visible

_LETHAL = (
    ("ARRET CARD", "CARDIAC ARREST", "ANAPHYLA"),
    ("QUINCKE", "ANGIO", "LARYN"),
    ("BRONCHOSPASM",),
    ("LYELL", "STEVENS", "NECROLYSE", "DRESS", "AGRANULOCYTO"),
)
"""Words that name a reaction which kills, the fastest first; they count whatever code stands beside them."""
_DESPITE = Disagreement.PRESCRIBED_DESPITE
_LABEL_AT_LEAST = 12
_SUMMARY_ROWS = 2


def hazard(reaction: Reaction) -> tuple[bool, int, int, str]:
    """Sorts reactions by what kills first: shock, oedema, bronchospasm, then by severity, then by words."""
    folded = fold(reaction.label)
    rank = next((i for i, words in enumerate(_LETHAL) if any(word in folded for word in words)), len(_LETHAL))
    return (reaction.negated, rank, reaction.criticality.rank, reaction.label)


def reactions(line: Line) -> list[str]:
    """What the sources state of the reactions, worst first."""
    return [visible(each.label) for each in sorted(line.reactions, key=hazard) if not each.negated]


def severity(line: Line) -> str:
    """``GRAVE`` or ``MORTELLE`` in capitals, lesser ones small; empty where neither codes nor words tell."""
    stated = [each for each in line.reactions if not each.negated]
    worst = min([line.criticality, *(each.criticality for each in stated)], key=lambda level: level.rank)
    lethal = any(hazard(each)[1] < len(_LETHAL) for each in stated)
    if lethal and worst.rank > Criticality.HIGH.rank:
        worst = Criticality.HIGH
    return {
        Criticality.FATAL: _("MORTELLE"),
        Criticality.HIGH: _("GRAVE"),
        Criticality.MODERATE: _("modérée"),
        Criticality.LOW: _("légère"),
        Criticality.UNKNOWN: "",
    }[worst]


def allergy_lines(sheet: Sheet) -> tuple[Line, ...]:
    """Allergies, then adverse effects, worst first; the ended ones after all."""
    lines = (*sheet.topic(Kind.ALLERGY).lines, *sheet.topic(Kind.ADVERSE_EFFECT).lines)

    def order(line: Line) -> tuple[object, ...]:
        worst = min(map(hazard, line.reactions), default=(True, len(_LETHAL), 0, ""))
        return (
            line.status is Status.ENDED,
            line.assertion not in {Assertion.STATED, Assertion.UNREADABLE},
            line.kind is Kind.ADVERSE_EFFECT,
            worst[1],
            min([line.criticality.rank, *(each.criticality.rank for each in line.reactions)]),
        )

    return tuple(sorted(lines, key=order))


def allergy_label(line: Line) -> str:
    """The words of an allergy, and that it is an adverse effect, or perhaps none of both."""
    label = stated_label(line)
    if line.kind is Kind.ADVERSE_EFFECT:
        label = _("{label} (effet indés.)").format(label=label)
    if Mark.NOT_AN_ALLERGY in line.marks:
        label += " " + _("(pas une allergie ?)")
    return label


def label_width(lines: Sequence[Line], width: int) -> int:
    """The common width of the labels of a list."""
    return min(max([cell_len(allergy_label(line)) for line in lines] + [_LABEL_AT_LEAST]), width * 3 // 10)


def allergy_cell(line: Line, width: int, names: int) -> Cell:
    """``Amoxicilline  GRAVE choc anaphylactique +2  CONTREDIT LDL 06/2026  CR urg. 03/2026 +1``.

    ``names`` cells for the label. What gives way first: the lesser reactions, the type of the source, who contradicts,
    the source. Severity and the word CONTREDIT never do.
    """
    ended = line.status is Status.ENDED
    head = severity(line)
    if ended:
        head = _("(terminée {date})").format(date=month(line.end)).replace(" )", ")")
    contra = against_word(line)
    must = sum(cell_len(word) + 2 for word in (head, contra) if word)
    label = allergy_label(line)
    # In line with the others where that costs nothing; a long label whole, where the source stays.
    *forms, poorest = _forms(line, head, contra)
    places = [max(names, cell_len(label)), cell_len(label)]
    found = next(((at, f) for f in forms for at in places if at + 1 + cell_len(f) <= width), None)
    if found is None:
        at = min(names, max(width - must - 2, 1))
        room = width - at - 1
        text = next((form for form in (*forms, poorest) if cell_len(form) <= room), None)
        if text is None:
            worst = cut(next(iter(reactions(line)), ""), max(room - must, 0))
            text = "  ".join(part for part in (f"{head} {worst}".strip(), contra) if part)
        found = (max(at, width - 1 - cell_len(text)), text)
    at, text = found
    return Cell(0, width, f"{fit(label, at)} {text}", _style(line), OfLine(line.kind, line.key))


def _style(line: Line) -> Style:
    if line.status is Status.ENDED:
        return PLAIN
    return ALARM if line.assertion in {Assertion.STATED, Assertion.UNREADABLE} else STRONG


def _forms(line: Line, head: str, contra: str) -> list[str]:
    """What may follow the label, the richest form first."""
    said = reactions(line)
    shown = [", ".join(said)]
    if len(said) > 1:
        shown.append(f"{said[0]} +{len(said) - 1}")
    first = line.sources[0].origin
    more = f" +{len(line.sources) - 1}" if len(line.sources) > 1 else ""
    source = document_name(first) + more
    since = month(line.start or line.noted)
    dated = _("depuis {date}").format(date=since) + "  " + source if since not in {"", month(first.date)} else source
    who, which = _against(line)
    against = [f"{contra} {words}".strip() if contra else "" for words in (who, which, "")]
    forms = []
    for (told, origin), words in product(
        ((0, dated), (0, source), (1, source), (2, source), (2, month(first.date) + more), (2, "")), shown
    ):
        parts = (" ".join(part for part in (head, words) if part), against[told], origin)
        forms.append("  ".join(part for part in parts if part))
    return forms


def against_word(line: Line) -> str:
    """``CONTREDIT``; where nothing contradicts but a treatment was given in spite of it, that."""
    if not contradicted(line):
        return ""
    despite = line.contradictions and all(each.kind is _DESPITE for each in line.contradictions)
    return _("PRESCRIT MALGRÉ") if despite else _("CONTREDIT")


def _against(line: Line) -> tuple[str, str]:
    """Who contradicts, with the month and without; or the treatment that was given in spite of it."""
    for each in line.contradictions:
        if each.kind is not _DESPITE:
            return document_name(each.origin), document_type(each.origin.type, each.origin.title)
    if not line.contradictions:
        return "", ""
    given = short_name(visible(line.contradictions[0].words))
    return f"{given} ({month(line.contradictions[0].origin.date)})", given


def allergy_presence(sheet: Sheet) -> str:
    """What is known where no allergy is listed: none stated, not stated and unreadable are three different things."""
    topic = sheet.topic(Kind.ALLERGY)
    if topic.presence is Presence.NONE_STATED:
        return _("aucune allergie déclarée {by}").format(by=said_by(topic)).strip()
    if topic.presence is Presence.UNREADABLE:
        return _("! ILLISIBLE : une rubrique d'allergies n'a pas pu être lue, ouvrir les documents (d)")
    return _("non renseigné : aucun document ne parle d'allergie")


def allergy_summary(sheet: Sheet, width: int) -> list[tuple[str, Style]]:
    """All allergies on a row or two, for the screens that do not list them; what does not fit is counted."""
    head = "!! " + _("ALLERGIES")
    lines = [line for line in allergy_lines(sheet) if line.assertion in {Assertion.STATED, Assertion.UNREADABLE}]
    if not lines:
        return [(f"{head} {allergy_presence(sheet)}", STRONG)]
    parts = [_in_brief(line, width - cell_len(head) - 6) for line in lines]
    if sheet.topic(Kind.ALLERGY).presence is Presence.UNREADABLE:
        parts.append(_("! ILLISIBLE (d)"))
    rows = [head]
    for index, part in enumerate(parts):
        left = len(parts) - index
        note = f" +{left}"
        joint = " " if rows == [head] else " · "
        last = len(rows) == _SUMMARY_ROWS
        reserve = cell_len(note) if last and left > 1 else 0
        if cell_len(rows[-1] + joint + part) + reserve <= width:
            rows[-1] += joint + part
        elif last:
            rows[-1] += note + (" (s)" if cell_len(rows[-1] + note) + 4 <= width else "")
            break
        else:
            rows.append("   " + part)
    return [(row, ALARM) for row in rows]


def _in_brief(line: Line, width: int) -> str:
    """``Amoxicilline (GRAVE choc anaphylactique) CONTREDIT``, the label cut where even this is too long."""
    worst = next(iter(reactions(line)), "")
    inside = _("terminée") if line.status is Status.ENDED else f"{severity(line)} {worst}".strip()
    tail = f" ({inside})" if inside else ""
    if contradicted(line):
        tail += f" {against_word(line)}"
        tail += f" {_against(line)[1]}" if against_word(line) != _("CONTREDIT") else ""
    tail = tail if cell_len(tail) < width - _LABEL_AT_LEAST else _short_tail(line)
    return cut(stated_label(line), max(width - cell_len(tail), 3)) + tail


def _short_tail(line: Line) -> str:
    words = [f"({word})" for word in [severity(line)] if word and line.status is not Status.ENDED]
    if contradicted(line):
        words.append(against_word(line))
    return "".join(f" {word}" for word in words)
