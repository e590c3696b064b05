"""One line of the sheet as cells of a given width: allergies, treatments, problems, values, people."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.sheet.model import Line, Presence, Topic
from dmp_tui.i18n import _, n_
from dmp_tui.screens.record import worst_reaction
from dmp_tui.screens.words import abnormal, critical_class, day, document_name, document_type, phone, said_by, value_of
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell
from dmp_tui.widgets.text import ELLIPSIS, cut, fit, two_ends, visible

_DOSE = 10
"""Columns that a name leaves to the dose after it, where both do not fit."""
NARROW = 50
"""Columns of a section below which dates are years."""


@dataclass(frozen=True, slots=True)
class OfLine:
    """Opens the sources of one line."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class OfSection:
    """Opens a section whole: its lines of these kinds."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class OfCheck:
    """Opens a point to check, by its place."""

    index: int


@dataclass(frozen=True, slots=True)
class OfDocuments:
    """Opens the list of documents."""


def contradicted(line: Line) -> bool:
    """Whether sources disagree on a line."""
    return bool(line.contradictions) or Mark.CONTRADICTED in line.marks


def stated_label(line: Line) -> str:
    """The line's words; what is negated or unreadable says so before anything else."""
    label = visible(line.label)
    if line.assertion is Assertion.NEGATED:
        return _("PAS DE {label}").format(label=label)
    if line.assertion is Assertion.UNREADABLE:
        return _("! ILLISIBLE : {label}").format(label=label)
    return label


def allergy_label(line: Line) -> str:
    """The words of an allergy, and that it is perhaps none."""
    label = stated_label(line)
    if line.kind is Kind.ADVERSE_EFFECT:
        label = _("{label} (effet indésirable)").format(label=label)
    if Mark.NOT_AN_ALLERGY in line.marks:
        label += " " + _("(pas une allergie ?)")
    return label


def allergy_cell(line: Line, width: int, label_width: int, reaction_width: int) -> Cell:
    """``PARACETAMOL  bronchospasme  12/2021 CONTREDIT LDL 12/2019 IPS +6 sources``."""
    label = allergy_label(line)
    ended = line.status is Status.ENDED
    middle = _("(terminée {date})").format(date=day(line.end)).replace(" )", ")") if ended else worst_reaction(line)
    first = line.sources[0].origin
    more = len(line.sources) - 1
    # What contradicts comes before where it stands: it is the last thing that may be cut.
    right = [day((line.noted or line.start or first.date)[:7])]
    if contradicted(line):
        right.append(_("CONTREDIT"))
        right += [document_name(each.origin) for each in line.contradictions[:1]]
    right.append(document_type(first.type, first.title))
    if more:
        right.append(n_("+{count} source", "+{count} sources", more).format(count=more))
    text = f"{fit(label, label_width)} {fit(middle, reaction_width)} "
    text += cut(" ".join(part for part in right if part), max(width - cell_len(text), 0))
    style = PLAIN if ended else ALARM
    return Cell(0, width, text, style, OfLine(line.kind, line.key))


def treatment_cell(line: Line, width: int) -> Cell:
    """``!  COUMADINE 2 mg  1/j soir   AVK 2022``; the signs: what weighs in an emergency, what is contradicted."""
    weighs = bool(line.critical) or Mark.CRITICAL in line.marks
    notes = [critical_class(line.critical)]
    if line.status is Status.ENDED:
        notes.append(_("arrêté {date}").format(date=_when(line.end, width)).strip())
    elif line.status is Status.PLANNED:
        notes.append(_("prévu"))
    elif Mark.REIMBURSED in line.marks:
        notes.append(_("remboursé"))
    if line.status is not Status.ENDED:
        notes.append(_when(line.start or line.noted, width))
    right = " ".join(note for note in notes if note)
    left = _signs("!" if weighs else " ", line) + _named_and_dosed(line, width - cell_len(right) - 4)
    return Cell(0, width, two_ends(left, right, width), STRONG if weighs else PLAIN, OfLine(line.kind, line.key))


def _named_and_dosed(line: Line, room: int) -> str:
    """Name and dose. Where both do not fit, the name loses its form (with a sign): the dose matters more."""
    label = stated_label(line)
    dose = f"  {visible(line.dose)}" if line.dose else ""
    if dose and cell_len(label) + cell_len(dose) > room:
        name = label.partition(", ")[0]
        label = (
            name + ELLIPSIS if name != label and cell_len(name) + _DOSE < room else cut(label, max(room - _DOSE, 12))
        )
    return label + dose


def _signs(first: str, line: Line) -> str:
    """Two columns: the line's own sign, and ``≠`` where sources disagree."""
    return f"{first}{'≠' if contradicted(line) else ' '}"


def _when(date: str, width: int) -> str:
    """Month and year; the year alone in a narrow column."""
    return day(date[: 4 if width < NARROW else 7])


def problem_cell(line: Line, width: int) -> Cell:
    """``o`` a current problem, ``-`` an ended one or an act."""
    current = line.kind is Kind.PROBLEM and line.status in {Status.ACTIVE, Status.UNKNOWN}
    left = _signs("o" if current else "-", line) + stated_label(line)
    text = two_ends(left, _when(line.start or line.noted, width), width)
    return Cell(0, width, text, PLAIN, OfLine(line.kind, line.key))


def alert_cell(line: Line, width: int) -> Cell:
    """Pregnancy, device or alert: the kind in capitals, then the words."""
    word = {Kind.PREGNANCY: _("GROSSESSE"), Kind.DEVICE: _("DISPOSITIF")}.get(line.kind, _("ALERTE"))
    left = f"! {word} {stated_label(line)} {value_of(line)}".rstrip()
    right = _("CONTREDIT") + " " if contradicted(line) else ""
    right += day((line.noted or line.start or line.end or line.sources[0].origin.date)[:10])
    return Cell(0, width, two_ends(left, right, width), STRONG, OfLine(line.kind, line.key))


def value_text(line: Line, width: int) -> tuple[str, Style]:
    """``! INR 2,8 (12/11/2026)``; in a narrow column the century is left out."""
    sign = abnormal(line)
    when = day((line.noted or line.start or line.sources[0].origin.date)[:10])
    if width < NARROW and len(when) == 10:
        when = when[:6] + when[8:]
    words = f"{stated_label(line)} {value_of(line)}".strip()
    # Signs come first: the end of a text is what may be cut.
    signs = sign + ("≠" if contradicted(line) else "")
    text = " ".join(part for part in (signs, words, f"({when})" if when else "") if part)
    return text, STRONG if sign else PLAIN


def vaccine_text(line: Line, _width: int) -> tuple[str, Style]:
    """``tétanos 2016``."""
    when = day((line.start or line.noted)[:7]) or _("date ?")
    return f"{stated_label(line)} {when}", PLAIN


def person_text(line: Line, width: int) -> tuple[str, Style]:
    """``PAT-TROIS Paul (conjoint) 06 12 34 56 78``: the number never gives way to the name."""
    person = line.person
    if person is None:
        return stated_label(line), PLAIN
    role = f" ({visible(person.role)})" if person.role else ""
    phones = " ".join(phone(number) for number in person.phones) or _("sans téléphone")
    name = f"{visible(person.name) or stated_label(line)}{role}"
    return f"{cut(name, max(width - cell_len(phones) - 1, 8))} {phones}", PLAIN


def directive_text(line: Line, _width: int) -> tuple[str, Style]:
    """A directive and its date."""
    when = day((line.start or line.noted or line.sources[0].origin.date)[:10])
    return f"{stated_label(line)} {when}".strip(), PLAIN


def presence_text(topic: Topic) -> tuple[str, Style]:
    """What is known of a kind that lists nothing."""
    if topic.presence is Presence.NONE_STATED:
        feminine = topic.kind in {Kind.PREGNANCY, Kind.ALERT, Kind.DIRECTIVE, Kind.ALLERGY, Kind.RESULT, Kind.VITAL}
        sentence = _("aucune déclarée {by}") if feminine else _("aucun déclaré {by}")
        return sentence.format(by=said_by(topic)).strip(), PLAIN
    if topic.presence is Presence.UNREADABLE:
        return _("! ILLISIBLE : ouvrir les documents (d)"), ALARM
    if topic.said_by:
        return _("inconnu {by}").format(by=said_by(topic)).strip(), PLAIN
    return _("non renseigné"), PLAIN
