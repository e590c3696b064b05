"""One line of the sheet as a cell or a text of a given width: treatments, problems, people, directives, the rest."""

from datetime import date
from itertools import product

from rich.cells import cell_len
from rich.style import Style

from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.sheet.model import Line, Presence, Topic
from dmp_tui.dmp.sheet.reading import is_current
from dmp_tui.dmp.sheet.states import is_past_term, is_term
from dmp_tui.i18n import _
from dmp_tui.screens.biology import value_of
from dmp_tui.screens.dates import day, month, recent, year
from dmp_tui.screens.keys import OfLine
from dmp_tui.screens.prescription import short_dose, short_name
from dmp_tui.screens.words import contradicted, critical_class, named, phone, said_by, stated_label
from dmp_tui.widgets.line import ALARM, PLAIN, STRONG, Cell
from dmp_tui.widgets.text import cut, two_ends, visible

NARROW = 56
"""Columns of a section below which dates are years."""
_SIGNS = 2
_NAME_AT_LEAST = 12
_DOSE_AT_LEAST = 5
_PREGNANT = frozenset({"11449-6", "82810-3"})
_TETANUS = ("TETAN", "REVAXIS", "REPEVAX", "BOOSTRIX", "DTPOLIO", "INFANRIX", "HEXYON", "VAXELIS")
_TREATING = ("MEDECIN TRAITANT", "PCP")


def over(line: Line, today: date) -> bool:
    """Whether a line is said to be ended, or its end has passed."""
    return not is_current(line, today)


def treatment_cell(line: Line, width: int, today: date) -> Cell:
    """``!≠COUMADINE 2 mg  1 cp ½ soir  AVK 2022``: signs, name, dose, why it weighs, since when.

    What gives way: the form, the words of the dose, the year, the end of the name; a dose that weighs comes last.
    """
    style = STRONG if weighs(line) else PLAIN
    text = next((form for form in _treatment_forms(line, width, today) if cell_len(form) <= width), None)
    if text is None:
        text = _squeezed(line, width, today)
    return Cell(0, width, text, style, OfLine(line.kind, line.key))


def treatment_width(line: Line, today: date) -> int:
    """Cells that a treatment takes in its short form."""
    name, dose, note = short_name(stated_label(line)), short_dose(line.dose), _note(line, today)
    if over(line, today):
        dose = ""
    else:
        note = f"{note} 2026".strip()
    return _SIGNS + cell_len("  ".join(part for part in (name, dose) if part)) + cell_len(note) + 2


def weighs(line: Line) -> bool:
    """Whether a treatment, or a state, counts in an emergency."""
    return bool(line.critical) or Mark.CRITICAL in line.marks


def _treatment_forms(line: Line, width: int, today: date) -> list[str]:
    full, dose = stated_label(line), visible(line.dose)
    name, note = short_name(full), _note(line, today)
    since = line.start or line.noted
    dates = [month(since), year(since)] if width >= NARROW else [year(since)]
    if over(line, today):
        dates = [""]
    lefts = [(full, dose), (name, short_dose(dose))] if width >= NARROW else [(name, short_dose(dose))]
    if over(line, today):
        lefts.append((name, ""))
    forms = []
    for words, when in (*product(lefts, dates), *((words, "") for words in lefts)):
        left = _signs("!" if weighs(line) else " ", line) + "  ".join(part for part in words if part)
        right = " ".join(part for part in (note, when) if part)
        if cell_len(left) + cell_len(right) + (2 if right else 0) <= width:
            forms.append(two_ends(left, right, width))
    return forms


def _squeezed(line: Line, width: int, today: date) -> str:
    """Where not even the short form fits: of what weighs the name is cut before the dose, else the dose first."""
    name, dose, note = short_name(stated_label(line)), short_dose(line.dose), _note(line, today)
    if over(line, today):
        dose = ""
    elif weighs(line) and _SIGNS + _NAME_AT_LEAST + cell_len(dose) + cell_len(note) + 3 > width:
        note = ""
    if cell_len(note) > width // 2 and over(line, today):
        # That it is over, and since when, is whole; why it would weigh is a key away.
        note = _note(line, today, why=False)
    note = cut(note, width // 2)
    room = width - _SIGNS - (cell_len(note) + 1 if note else 0)
    if not dose:
        left = cut(name, room)
    elif weighs(line):
        left = cut(name, max(room - cell_len(dose) - 2, _NAME_AT_LEAST))
        left += "  " + cut(dose, max(room - cell_len(left) - 2, 0))
    else:
        left = cut(name, max(room - _DOSE_AT_LEAST - 2, _NAME_AT_LEAST))
        left += "  " + cut(dose, max(room - cell_len(left) - 2, 0))
    return two_ends(_signs("!" if weighs(line) else " ", line) + left, note, width)


def _note(line: Line, today: date, *, why: bool = True) -> str:
    """Why it weighs, and that it is over, planned or only known by reimbursements."""
    notes = [critical_class(line.critical)] if why else []
    if line.status is Status.ENDED:
        notes.append(_("arrêté {date}").format(date=month(line.end)).strip())
    elif over(line, today):
        notes.append(_("fini {date}").format(date=recent(line.end, today)).strip())
    elif line.status is Status.PLANNED:
        notes.append(_("prévu"))
    elif Mark.REIMBURSED in line.marks:
        notes.append(_("remboursé"))
    return " ".join(note for note in notes if note)


def _signs(first: str, line: Line) -> str:
    """Two columns: the line's own sign, and ``≠`` where sources disagree."""
    return f"{first}{'≠' if contradicted(line) else ' '}"


def problem_cell(line: Line, width: int, today: date) -> Cell:
    """``!`` what changes what may be done, ``o`` a current problem, ``-`` an ended one or an act."""
    current = line.kind is Kind.PROBLEM and line.status is not Status.ENDED and not over(line, today)
    sign = "!" if weighs(line) else "o" if current else "-"
    left = _signs(sign, line) + stated_label(line)
    since = line.start or line.noted
    when = year(since) if width < NARROW else month(since)
    if Mark.REIMBURSED in line.marks:
        when = f"{_('remb.')} {when}".strip()
    return Cell(0, width, two_ends(left, when, width), STRONG if weighs(line) else PLAIN, OfLine(line.kind, line.key))


def problem_width(line: Line) -> int:
    """Cells that a problem takes."""
    return _SIGNS + cell_len(stated_label(line)) + 5


# --- what flows: texts of which several stand on a row


def pregnancy_rank(line: Line) -> int:
    """That she is pregnant, then the term, then what was before."""
    folded = fold(f"{line.label} {line.value}")
    if "ENCEINTE" in folded or "EN COURS" in folded or any(coding.code in _PREGNANT for coding in line.codes):
        return 0
    return 1 if is_term(line) else 2


def pregnancy_text(line: Line, _width: int, today: date) -> tuple[str, Style]:
    """``terme 22/02/2027``; the state of a pregnancy by its own words; a term long past says so."""
    label, value = stated_label(line), day(line.value) if line.value else ""
    folded = fold(line.label)
    if is_term(line) or visible(line.label) == value:
        text = _("terme {date}").format(date=value or day(line.start or line.end) or label)
        if is_past_term(line, today):
            return _("{term} : dépassé, grossesse terminée ?").format(term=text), PLAIN
        return text, STRONG
    if value and folded in {"STATUT DE GROSSESSE", "GROSSESSE", "PREGNANCY STATUS"}:
        return value, STRONG
    return f"{label} {value_of(line)}".strip() + _contra(line), STRONG


def directive_text(line: Line, width: int, today: date) -> tuple[str, Style]:
    """The decision in the patient's words and its date; what it is about is cut before the decision."""
    del today
    when = month(line.start or line.noted or line.sources[0].origin.date)
    label, value = stated_label(line), visible(line.value)
    tail = f" ({when})" if when else ""
    tail += _contra(line)
    if not value:
        return cut(label, max(width - cell_len(tail), 8)) + tail, STRONG
    said = f"« {value} »"
    left = width - cell_len(said) - cell_len(tail) - 3
    if left >= 8:
        return named(cut(label, left), said) + tail, STRONG
    return f"{cut(said, width - cell_len(tail))}{tail}", STRONG


def directive_rank(line: Line) -> int:
    """Resuscitation first, then breathing, then the rest."""
    folded = fold(f"{line.label} {line.value}")
    return 0 if "REANIM" in folded or "CARDI" in folded else 1 if "RESPIR" in folded or "VENTIL" in folded else 2


def alert_text(line: Line, width: int, today: date) -> tuple[str, Style]:
    """An alert or a device, and its month."""
    words = f"{stated_label(line)} {value_of(line)}".strip()
    when = line.start or line.noted or line.end or line.sources[0].origin.date
    mark = _(", retiré") if line.kind is Kind.DEVICE and over(line, today) else ""
    if Mark.REIMBURSED in line.marks:
        mark += _(", remboursé")
    tail = f" ({month(when)}{mark})" + _contra(line)
    return cut(words, max(width - cell_len(tail), 8)) + tail, STRONG


def device_rank(line: Line) -> int:
    """What is electric or driven first: a defibrillator changes what may be done."""
    folded = fold(line.label)
    electric = ("STIMULATEUR", "DEFIBRILLATEUR", "PACEMAKER", "POMPE", "VALVE", "DERIVATION", "NEUROSTIM", "CHAMBRE")
    return 0 if any(word in folded for word in electric) else 1


def vaccine_text(line: Line, _width: int, today: date) -> tuple[str, Style]:
    """``REVAXIS (tétanos...) 10/2016``."""
    del today
    label = stated_label(line)
    name, bracket, _rest = label.partition(" (")
    if bracket and is_tetanus(line):
        label = _("{vaccine} (tétanos)").format(vaccine=name)
    return f"{label} {month(line.start or line.noted) or _('date ?')}", PLAIN


def is_tetanus(line: Line) -> bool:
    """Whether a vaccine protects from tetanus: the one that an emergency asks for."""
    folded = fold(line.label)
    return any(word in folded for word in _TETANUS) or any(
        coding.code.startswith(("J07AM", "J07CA")) for coding in line.codes
    )


def person_text(line: Line, width: int, today: date) -> tuple[str, Style]:
    """``PAT-TROIS Paul (conjoint) 06 12 34 56 78``: the number never gives way to the name."""
    del today
    person = line.person
    if person is None:
        return stated_label(line), PLAIN
    roles = [visible(person.role)] if person.role else []
    if person.kind == "trusted":
        roles.append(_("pers. de confiance"))
    role = f" ({', '.join(roles)})" if roles else ""
    phones = " ".join(phone(number) for number in person.phones) or _("sans téléphone")
    new = "*" if Mark.NEW in line.marks else ""
    name = f"{new}{visible(person.name) or visible(line.label)}{role}"
    return f"{cut(name, max(width - cell_len(phones) - 1, 8))} {phones}", PLAIN


def person_rank(line: Line) -> int:
    """The trusted person, then whom to call, then the treating doctor, who stands above already."""
    person = line.person
    if person is not None and person.kind == "trusted":
        return 0
    return 2 if person is not None and fold(person.role).startswith(_TREATING) else 1


def other_text(line: Line) -> str:
    """Any other statement, and the value that it has."""
    return f"{stated_label(line)} {value_of(line)}".strip() + _contra(line)


def _contra(line: Line) -> str:
    return " " + _("CONTREDIT") if contradicted(line) else ""


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


def is_only_paid(line: Line) -> bool:
    """Whether only the health insurance speaks of it."""
    return Mark.REIMBURSED in line.marks


def is_stated(line: Line) -> bool:
    """Whether the line says that something is, not that it is not."""
    return line.assertion is Assertion.STATED
