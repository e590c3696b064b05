"""Sections of the body: title, narrative table, coded entries."""

from collections.abc import Callable, Iterable
from itertools import groupby

from lxml import etree

from dmp_tui.demo.cda.codes import code_attributes
from dmp_tui.demo.cda.entries import entries
from dmp_tui.demo.clinical import (
    Allergy,
    Code,
    Device,
    Directive,
    Drug,
    Measure,
    Nothing,
    Pregnancy,
    Problem,
    Procedure,
    Section,
    Statement,
    Vaccine,
    Words,
)
from dmp_tui.dmp.cda_writing.acts import identifier
from dmp_tui.dmp.cda_writing.sections import section_templates
from dmp_tui.dmp.cda_writing.xml import e, french, templates
from dmp_tui.dmp.units import printed

TITLES = {
    "10160-0": ("Traitements en cours", "1.2.250.1.213.1.1.2.143"),
    "10162-6": ("Grossesse", "1.2.250.1.213.1.1.2.77"),
    "10164-2": ("Histoire de la maladie", ""),
    "10183-2": ("Traitements à la sortie", "1.2.250.1.213.1.1.2.146"),
    "11348-0": ("Antécédents médicaux", "1.2.250.1.213.1.1.2.134"),
    "11369-6": ("Vaccinations", "1.2.250.1.213.1.1.2.147"),
    "11450-4": ("Problèmes actifs", "1.2.250.1.213.1.1.2.132"),
    "18610-6": ("Traitements arrêtés", "1.2.250.1.213.1.1.2.145"),
    "18719-5": ("Biochimie", "1.2.250.1.213.1.1.2.70"),
    "18720-3": ("Hémostase", "1.2.250.1.213.1.1.2.70"),
    "18723-7": ("Hématologie", "1.2.250.1.213.1.1.2.70"),
    "18725-2": ("Microbiologie", "1.2.250.1.213.1.1.2.70"),
    "18776-5": ("Plan de soins", "1.2.250.1.213.1.1.2.158"),
    "29762-2": ("Mode de vie", "1.2.250.1.213.1.1.2.140"),
    "30954-2": ("Résultats d'examens", "1.2.250.1.213.1.1.2.244"),
    "42348-3": ("Directives anticipées", "1.2.250.1.213.1.1.2.157"),
    "42349-1": ("Motif", "1.2.250.1.213.1.1.2.127"),
    "44939-7": ("Effets indésirables", "1.2.250.1.213.1.1.2.242"),
    "44944-7": ("Points de vigilance", "1.2.250.1.213.1.1.2.241"),
    "46264-8": ("Dispositifs médicaux", "1.2.250.1.213.1.1.2.1"),
    "47420-5": ("Statut fonctionnel", "1.2.250.1.213.1.1.2.156"),
    "47519-4": ("Actes et interventions", "1.2.250.1.213.1.1.2.136"),
    "48765-2": ("Allergies et hypersensibilités", "1.2.250.1.213.1.1.2.137"),
    "55112-7": ("Commentaire", "1.2.250.1.213.1.1.2.73"),
    "57828-6": ("Prescriptions", "1.2.250.1.213.1.1.2.171"),
    "8716-3": ("Signes vitaux", "1.2.250.1.213.1.1.2.75"),
}
"""Title and CI-SIS template of each section, by LOINC code."""

_CHAPTERS = {"18719-5", "18720-3", "18723-7", "18725-2"}
_SEVERITY_WORDS = {"": "", "mild": "léger", "moderate": "modéré", "severe": "sévère", "fatal": "mortel"}
_KIND_WORDS = {"drug": "Allergie médicamenteuse", "food": "Allergie alimentaire", "substance": "Allergie"}

Cells = tuple[str | tuple[str, ...], ...]
"""A row: a text per cell, or several texts, one under another."""


def _number(text: str) -> str:
    return text.replace(".", ",")


def _allergy(s: Allergy) -> Cells:
    reactions = tuple(reaction.label for reaction in s.reactions)
    severities = ", ".join(_SEVERITY_WORDS[reaction.severity] for reaction in s.reactions if reaction.severity)
    risk = {"high": "Haute", "low": "Basse"}.get(s.criticality, "")
    ended = f"Terminée le {french(s.until)}" if s.until else "Active"
    return french(s.since), _KIND_WORDS[s.kind], s.agent, reactions, severities, risk, ended


def _measure(s: Measure) -> Cells:
    limits = f"{_number(s.low)} - {_number(s.high)}" if s.low and s.high else (s.low and f"> {s.low}") or ""
    limits = limits or (f"< {_number(s.high)}" if s.high else "")
    return french(s.on), s.label, f"{_number(s.value)} {printed(s.unit)}".strip(), limits


def _directive(s: Directive) -> Cells:
    return s.label, s.decision, french(s.on)


_SHAPES: dict[type[Statement], tuple[tuple[str, ...], Callable[..., Cells]]] = {
    Allergy: (("Date", "Type", "Agent responsable", "Réaction", "Sévérité", "Criticité", "Statut"), _allergy),
    Nothing: (("Mention",), lambda s: (s.label,)),
    Drug: (
        ("Date de début", "Date de fin", "Médicament", "Posologie", "Voie", "Motif"),
        lambda s: (french(s.since), french(s.until) or "-", s.label, s.dose, s.route, s.reason),
    ),
    Problem: (("Date", "Problème", "Fin"), lambda s: (french(s.since), _problem_words(s), french(s.until))),
    Procedure: (("Date", "Acte"), lambda s: (french(s.on), s.label)),
    Device: (("Date", "Dispositif"), lambda s: (french(s.since), s.label)),
    Measure: (("Date", "Examen", "Résultat", "Valeurs de référence"), _measure),
    Vaccine: (
        ("Date", "Vaccin", "Lot", "Rang"),
        lambda s: (french(s.on), s.label, s.lot, s.rank),
    ),
    Pregnancy: (("Observation", "Précision"), lambda s: ("Statut de grossesse", s.label)),
    Directive: (("Directive", "Décision", "Date"), _directive),
}


def _problem_words(s: Problem) -> str:
    return f"Absence de : {s.label}" if s.absent else s.label


def section(content: Section, seed: str, prefix: str) -> etree._Element:
    """The ``section`` element. ``prefix`` begins the ids of its cells; statements hold absolute dates here."""
    title, template = TITLES[content.code]
    placed = [(f"{prefix}{n}", f"{seed}/{n}", statement) for n, statement in enumerate(content.statements)]
    text = e("text")
    for kind, grouped in groupby(placed, key=lambda row: type(row[2])):
        rows = list(grouped)
        text.extend(_table(kind, rows) if kind is not Words else _paragraphs(rows))
    element = e(
        "section",
        None,
        *section_templates(template),
        identifier(seed),
        e("code", code_attributes(Code("loinc", content.code, title))),
        e("title", None, content.title or title),
        text,
    )
    measures: list[etree._Element] = []
    for at, own, statement in placed:
        made = entries(statement, at, own, content.code)
        (measures if isinstance(statement, Measure) else element).extend(made)
    if measures:
        element.append(_together(measures, content.code, title, seed))
    return element


def _paragraphs(rows: Iterable[tuple[str, str, Statement]]) -> list[etree._Element]:
    return [
        e("paragraph", None, e("content", {"ID": f"{at}-0"}, words.text))
        for at, _, words in rows
        if isinstance(words, Words)
    ]


def _table(kind: type[Statement], rows: list[tuple[str, str, Statement]]) -> list[etree._Element]:
    header, cells_of = _SHAPES[kind]
    head = e("thead", None, e("tr", None, *(e("th", None, title) for title in header)))
    body = e("tbody")
    for at, _, statement in rows:
        body.append(e("tr", None, *(_cell(f"{at}-{n}", at, texts) for n, texts in enumerate(cells_of(statement)))))
        if isinstance(statement, Pregnancy):
            due = (_cell(f"{at}-2", at, "Date prévue d'accouchement"), _cell(f"{at}-3", at, french(statement.due)))
            body.append(e("tr", None, *due))
    return [e("table", {"border": "0"}, head, body)]


def _cell(own: str, at: str, texts: str | tuple[str, ...]) -> etree._Element:
    """A cell: one text under its own id, or several, each with the id of a reaction (``<at>-r0``)."""
    if isinstance(texts, str):
        return e("td", None, e("content", {"ID": own}, texts))
    contents: list[etree._Element] = []
    for n, words in enumerate(texts):
        contents += [e("br")] if n else []
        contents.append(e("content", {"ID": f"{at}-r{n}"}, words))
    return e("td", None, *contents)


def _together(measures: list[etree._Element], code: str, title: str, seed: str) -> etree._Element:
    """The measures of a section in one entry: an act for a chapter of a laboratory report, else an organizer."""
    if code in _CHAPTERS:
        related = [e("entryRelationship", {"typeCode": "COMP"}, measure) for measure in measures]
        act = e(
            "act",
            {"classCode": "ACT", "moodCode": "EVN"},
            e("code", code_attributes(Code("loinc", code, title))),
            e("statusCode", {"code": "completed"}),
            *related,
        )
        return e("entry", {"typeCode": "DRIV"}, *templates("1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21"), act)
    signs = code == "8716-3"
    group = Code("loinc", "85353-1", "Signes vitaux") if signs else Code("loinc", "26436-6", "Biologie polyvalente")
    roots = ("1.3.6.1.4.1.19376.1.5.3.1.4.13.1", "1.2.250.1.213.1.1.3.49") if signs else ("1.2.250.1.213.1.1.3.208",)
    organizer = e(
        "organizer",
        {"classCode": "CLUSTER", "moodCode": "EVN"},
        *templates(*roots),
        identifier(f"{seed}-together"),
        e("code", code_attributes(group)),
        e("statusCode", {"code": "completed"}),
        *(e("component", {"typeCode": "COMP"}, measure) for measure in measures),
    )
    return e("entry", None, organizer)
