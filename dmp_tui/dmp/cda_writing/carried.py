"""What a record already knows, carried over into a note with where it is from. Pure.

A statement that is plain (stated, current, by no one contradicted) is written again with its codes and its words, so
that it meets its own line of the sheet. Everything else (denials, what was only prescribed or reimbursed, what sources
disagree on) is quoted: in words, as what somebody else said, never as a statement of the note's author.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from dmp_tui.dmp.cda_writing.allergies import DRUG, SUBSTANCE, Allergen, Shown, allergy, severity_words
from dmp_tui.dmp.cda_writing.entries import drug, problem
from dmp_tui.dmp.cda_writing.xml import Child, V3Code, e, french, v3_codes
from dmp_tui.dmp.entries import Assertion, Kind, Mark, Status
from dmp_tui.dmp.sheet.model import Disagreement, Line, Origin, Presence, Sheet, Topic
from dmp_tui.dmp.sheet.reading import is_before, is_current
from dmp_tui.dmp.units import printed

RESULTS_DAYS = 30
"""Age in days of the oldest result that a note is offered."""
_KINDS = (Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM, Kind.RESULT)
_NAMES = {
    Kind.ALLERGY: "Allergies",
    Kind.TREATMENT: "Traitements",
    Kind.PROBLEM: "Antécédents",
    Kind.RESULT: "Biologie",
}
_DOUBTFUL = frozenset(
    {Mark.PRESCRIBED, Mark.REIMBURSED, Mark.SUPERSEDED, Mark.CODE_DIFFERS, Mark.PRODUCT_DIFFERS, Mark.NOT_AN_ALLERGY}
)
_DISPUTED = frozenset({Disagreement.DENIED, Disagreement.STATUS})
_STATED = frozenset({Kind.ALLERGY, Kind.TREATMENT, Kind.PROBLEM})
"""Others are quoted: a result that is copied would be one more point of its series."""
_SECTIONS = {Kind.ALLERGY: "48765-2", Kind.TREATMENT: "10160-0"}
QUOTED = "55112-7"
"""Comment: its narrative is read, and states nothing of its own."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Something of the sheet: ``words`` and ``source`` as the note tells them, in French as the whole document.

    ``line`` is None where no single line says it ("none stated by X").
    """

    kind: Kind
    words: str
    source: str
    section: str
    """LOINC code of the section of the note in which it stands."""
    line: Line | None = None

    @property
    def key(self) -> str:
        """What it is removed by."""
        return f"{self.kind.value}|{self.section}|{self.line.key if self.line else self.words}"


def carried_of(sheet: Sheet, today: date) -> tuple[Carried, ...]:
    """What a note of ``today`` is offered of a sheet, in the order of the sheet."""
    found: list[Carried] = []
    for kind in _KINDS:
        topic = sheet.topic(kind)
        found += _denials(topic)
        found += [_of_line(line) for line in topic.lines if _is_offered(line, today)]
    return tuple(found)


def _is_offered(line: Line, today: date) -> bool:
    if line.kind is Kind.RESULT:
        return not is_before(line.noted or line.sources[0].origin.date[:10], today - timedelta(days=RESULTS_DAYS))
    return line.kind in {Kind.ALLERGY, Kind.PROBLEM} or is_current(line, today)


def _denials(topic: Topic) -> list[Carried]:
    if topic.presence is not Presence.NONE_STATED:
        return []
    return [Carried(topic.kind, "aucun, est-il dit", _said(topic.said_by), QUOTED)]


def _of_line(line: Line) -> Carried:
    return Carried(line.kind, _words(line), _said(_speakers(line)), _section(line), line)


def _section(line: Line) -> str:
    """Where it stands; what is not plain is quoted."""
    disputed = any(one.kind in _DISPUTED for one in line.contradictions)
    if line.assertion is not Assertion.STATED or line.marks & _DOUBTFUL or disputed or line.kind not in _STATED:
        return QUOTED
    if line.kind is Kind.PROBLEM:
        return {Status.ACTIVE: "11450-4", Status.UNKNOWN: "11348-0"}.get(line.status, QUOTED)
    if line.status is Status.ENDED or (line.kind is Kind.TREATMENT and line.status is not Status.ACTIVE):
        return QUOTED
    return _SECTIONS[line.kind]


def _words(line: Line) -> str:
    """The line in words, as a reader of the note needs it."""
    said = {Assertion.NEGATED: " (absent, est-il dit)", Assertion.UNREADABLE: " (non lisible ici)"}
    reactions = ", ".join(reaction.label for reaction in line.reactions if not reaction.negated)
    number = line.value.replace(".", ",") if line.value.replace(".", "", 1).isdecimal() else line.value
    value = f"{number} {printed(line.unit)}".strip()
    dates = f"depuis {french(line.start)}" if line.start else ""
    if line.kind is Kind.RESULT:
        dates = f"le {french(line.noted[:10])}" if line.noted else ""
    ended = (f"jusqu'au {french(line.end)}" if line.end else "terminé") if line.status is Status.ENDED else ""
    doubts = [words for mark, words in _DOUBTS.items() if mark in line.marks]
    if any(one.kind in _DISPUTED for one in line.contradictions):
        doubts.append("les sources se contredisent")
    parts = (line.label + said.get(line.assertion, ""), value, reactions, line.dose, dates, ended, *doubts)
    return ", ".join(part for part in parts if part)


_DOUBTS = {
    Mark.PRESCRIBED: "prescrit, prise non connue",
    Mark.REIMBURSED: "connu par les remboursements seulement",
    Mark.SUPERSEDED: "d'un document remplacé",
    Mark.CODE_DIFFERS: "code et texte diffèrent",
    Mark.NOT_AN_ALLERGY: "n'est pas une allergie",
}


def _speakers(line: Line) -> list[Origin]:
    """The documents behind a line: those of carers where there are any, since who pays knows no dose."""
    carers = [source.origin for source in line.sources if Mark.REIMBURSED not in source.marks]
    return carers or [source.origin for source in line.sources]


def _said(origins: "tuple[Origin, ...] | list[Origin]") -> str:
    """The newest document that says it, and how many others do."""
    if not origins:
        return "source inconnue"
    newest = max(origins, key=lambda origin: origin.date)
    more = len({origin.document for origin in origins}) - 1
    author = f", {newest.author}" if newest.author else ""
    others = f" (+ {more} autre{'s' if more > 1 else ''})" if more else ""
    return f"{newest.title or newest.type.display} du {french(newest.date[:10])}{author}{others}"


# --- as parts of a document -------------------------------------------------------------------------------------------

_HEADS = {
    "48765-2": ("Type", "Agent responsable", "Réaction", "Sévérité", "Statut", "Depuis", "Selon"),
    "10160-0": ("Médicament", "Posologie", "Depuis", "Selon"),
    "11450-4": ("Problème", "Depuis", "Selon"),
    "11348-0": ("Antécédent", "Depuis", "Selon"),
}


def tables(section: str, lines: list[Carried], prefix: str) -> list[etree._Element]:
    """The narrative of a section: a table; quotations are paragraphs, each with whose words they are."""
    if section == QUOTED:
        return [e("paragraph", None, f"{_NAMES[one.kind]} : {one.words}, selon {one.source}") for one in lines]
    rows = [e("tr", None, *(e("td", None, *c) for c in _cells(one, f"{prefix}{n}"))) for n, one in enumerate(lines)]
    head = e("thead", None, e("tr", None, *(e("th", None, title) for title in _HEADS[section])))
    return [e("table", {"border": "0"}, head, e("tbody", None, *rows))]


def _cells(one: Carried, at: str) -> list[list[Child]]:
    """A row. What its coded entry says stands in it, marked by the id that the entry points to."""
    line = one.line
    assert line is not None  # noqa: S101 - what no line says is quoted; narrows the type
    name: list[Child] = [_marked(f"{at}-2", line.label)]
    dates: list[list[Child]] = [[french(line.start)], [one.source]]
    if line.kind is Kind.TREATMENT:
        return [name, [line.dose], *dates]
    if line.kind is not Kind.ALLERGY:
        return [name, *dates]
    reactions: list[Child] = []
    for number, reaction in enumerate(line.reactions):
        reactions += [e("br")] if number else []
        reactions.append(_marked(f"{at}-r{number}", reaction.label))
    said = _allergen(line, v3_codes(line.codes))
    severity = severity_words(said)
    return [
        [_marked(f"{at}-1", said.kind.display)],
        name,
        reactions,
        [_marked(f"{at}-4", severity)] if severity else [],
        [_marked(f"{at}-6", "Actif")] if said.active else [],
        *dates,
    ]


def _marked(at: str, words: str) -> etree._Element:
    return e("content", {"ID": at}, words)


def entry(one: Carried, at: str, seed: str) -> etree._Element | None:
    """The coded entry, by which the statement meets its own line of the sheet; None for what is quoted."""
    line = one.line
    if line is None or one.section == QUOTED:
        return None
    codes = v3_codes(line.codes)
    if line.kind is Kind.TREATMENT:
        return drug(line.label, codes, f"{at}-2", seed, since=line.start, until=line.end)
    if line.kind is Kind.PROBLEM:
        active = True if line.status is Status.ACTIVE else None
        return problem(codes, f"{at}-2", seed, since=line.start, until=line.end, active=active)
    return allergy(_allergen(line, codes), at, seed)


def _allergen(line: Line, codes: tuple[V3Code, ...]) -> Allergen:
    medicine = any(code.system in {"2.16.840.1.113883.6.73", "1.2.250.1.213.2.3.1"} for code in codes)
    return Allergen(
        line.label,
        DRUG if medicine else SUBSTANCE,
        codes,
        line.start,
        line.end,
        active=True if line.status is Status.ACTIVE else None,
        severity=line.criticality,
        reactions=tuple(Shown(v3_codes(r.codes), r.criticality, r.negated) for r in line.reactions),
    )
