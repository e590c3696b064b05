"""From an entry to statements: which reader reads it, panels and concerns opened, nothing dropped silently."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.acts import read_act, read_device
from dmp_tui.dmp.cda.allergies import read_adverse_effects, read_allergies
from dmp_tui.dmp.cda.codes import ICD10, codings, side_of
from dmp_tui.dmp.cda.details import SPECIMEN_TEMPLATES
from dmp_tui.dmp.cda.isolates import of_isolate, read_isolate
from dmp_tui.dmp.cda.medicines import material_of, read_treatment
from dmp_tui.dmp.cda.observations import PREGNANT, read_observation, uncoded
from dmp_tui.dmp.cda.problems import is_remark, read_family, read_problem, read_problems
from dmp_tui.dmp.cda.related import COMMENT, relative_of, sites
from dmp_tui.dmp.cda.scope import Scope
from dmp_tui.dmp.cda.sections import kind_of_entry, names_a_problem
from dmp_tui.dmp.cda.times import span
from dmp_tui.dmp.cda.vaccines import VACCINE_CODES, read_vaccination
from dmp_tui.dmp.cda.xml import kind_of_value
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Person, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

STATEMENTS = frozenset(
    {"act", "observation", "substanceAdministration", "supply", "procedure", "organizer", "encounter"}
)
_SILENT = frozenset({"observationMedia", "regionOfInterest"})
_ATTACHED = "55107-7"
_ASIDES = frozenset({COMMENT, "33882-2", "SPRECEIVE"})
_HOSPITAL_ALERTS = frozenset({"MED-143", "MED-309", "MED-144", "MED-145", "MED-146", "MED-147", "MED-148"})
"""TA_ASIP codes of the hospital letter: adverse events, multiresistant germs, transfusions."""
_HOSPITAL_STAY = frozenset({"ORG-070", "ORG-074", "MED-142", "57277-6"})
"""Ways in and out of hospital, the stay's summary, why a resident is sent to the emergency department."""
_NAMED = frozenset({Kind.REASON, Kind.ALERT, Kind.PROCEDURE, Kind.FUNCTIONAL, Kind.SOCIAL, Kind.RESULT})
"""Kinds of which a statement may have the form of a problem: a sort in its code, the thing itself in its value."""
_EVENTS = "42545-4"
_SOME_EXAMINATION = "MED-036"
"""TA_ASIP "examen réalisé"."""
_BELONGING = "1.2.250.1.213.1.1.3.12"
"""CI-SIS FR-Prothese-et-objet-personnel."""
_TERMS = "urn:oid:1.2.250.1.213.1.1.4.322"
"""TA_ASIP; its codes GEN-... are of descriptions that fit anything."""
_DETAILS = frozenset({Kind.RESULT, Kind.PROCEDURE, Kind.PLAN, Kind.FUNCTIONAL, Kind.ALERT})
_SIDED = frozenset({Kind.RESULT, Kind.FUNCTIONAL, Kind.VITAL, Kind.ALERT, Kind.SOCIAL, Kind.REASON})
_SIDES = re.compile(r"\b(?:DROITE?|GAUCHE)\b")
_DEVICES = "1.2.250.1.213.2.68"
"""EMDN, the European nomenclature of devices."""


def read_entry(entry: "Element", scope: Scope) -> tuple[list[Entry], bool]:
    """The statements of an ``entry`` and whether something of it could not be structured."""
    statements: list[Entry] = []
    lost = False
    for child in entry:
        if child.tag == "act" and _is_comment(child):
            lost = lost or bool(scope.words(child.find("text")))
        elif child.tag in STATEMENTS:
            found = list(_read(child, scope, ""))
            statements.extend(found)
            lost = lost or (not found and _says_something(child) and child.tag != "procedure") or _is_measured(child)
            lost = lost or any(_points_nowhere(value, scope) for value in child.iter("value"))
        elif child.tag not in _SILENT and child.tag not in {"templateId", "sequenceNumber"}:
            lost = True
    return statements, lost


def _is_comment(statement: "Element") -> bool:
    return any(coding.code == COMMENT for coding in codings(statement.find("code")))


def _is_measured(statement: "Element") -> bool:
    """Whether a device's measures hang on it: of which lead or chamber they are, only the narrative tells."""
    worn = statement.tag == "supply" and statement.get("moodCode") in {"EVN", None}
    if not worn or statement.find("participant/participantRole/playingDevice") is None:
        return False
    return any(kind_of_value(v) == "PQ" for v in statement.iterfind("entryRelationship/observation/value"))


def _points_nowhere(value: "Element", scope: Scope) -> bool:
    """Whether a value is nothing but a pointer to words that are not there."""
    told = any(element.get("code") or element.get("value") for element in value.iter("value", "translation"))
    pointer = None if told or value.get("nullFlavor") else value.find(".//reference")
    if pointer is None or not (name := (pointer.get("value") or "").strip()) or name == "#":
        return False
    return "://" not in name and scope.find(name) is None


def _says_something(statement: "Element") -> bool:
    if any(coding.code == _ATTACHED for coding in codings(statement.find("code"))):
        return False
    return any(element.get("code") for element in statement.iter("code", "value")) and any(
        True for _ in statement.iter("value", "text")
    )


def _read(statement: "Element", scope: Scope, noted: str) -> "Iterator[Entry]":
    role = relative_of(statement) or scope.relative
    for entry in _read_as_own(statement, scope, noted):
        if not role or entry.kind is Kind.FAMILY:
            yield entry
        elif entry.assertion not in {Assertion.NONE, Assertion.NO_DATA}:
            yield replace(entry, kind=Kind.FAMILY, person=Person("", role))


def _read_as_own(statement: "Element", scope: Scope, noted: str) -> "Iterator[Entry]":
    kind = kind_of_entry(statement, scope.kind)
    if scope.code == _EVENTS and statement.tag == "observation" and _names_a_disease(statement):
        kind = Kind.PROBLEM
    if kind is Kind.ALLERGY and statement.tag in {"act", "observation"}:
        yield from read_allergies(statement, scope)
    elif kind is Kind.ADVERSE_EFFECT and statement.tag in {"act", "observation"}:
        yield from read_adverse_effects(statement, scope)
    elif kind is Kind.FAMILY and statement.tag in {"organizer", "act", "observation"}:
        yield from read_family(statement, scope)
    elif statement.tag in {"substanceAdministration", "supply"}:
        yield _product(statement, scope, kind)
    elif kind is Kind.PROBLEM and statement.tag == "act":
        yield from _concern(statement, scope)
    elif kind is Kind.PROBLEM and statement.tag == "observation" and not _is_a_figure(statement):
        yield from _problem(statement, scope, None)
    elif kind in _NAMED and statement.tag == "observation" and names_a_problem(statement):
        yield _named(read_problem(statement, scope, None, kind or Kind.RESULT))
    elif statement.tag in {"procedure", "encounter"}:
        yield from _act(statement, scope, kind, noted)
    elif statement.tag == "observation":
        yield from _observation(statement, scope, kind, noted)
    else:
        yield from _panel(statement, scope, kind, noted)


def _act(statement: "Element", scope: Scope, kind: Kind | None, noted: str) -> "Iterator[Entry]":
    """An act, and what its form observes of it (reason, complication); acts that it refers to stand elsewhere."""
    act = None
    if not (statement.tag == "procedure" and kind is Kind.RESULT and _stands_in(statement, scope)):
        act = read_act(statement, scope, _kind_of_act(statement, kind))
        yield from _some(act)
    for child in _inner(statement):
        if child.tag in {"observation", "organizer", "substanceAdministration"}:
            for entry in _read(child, scope, _moment(statement) or noted):
                yield _detail_of(entry, child, act)


def _detail_of(entry: Entry, child: "Element", whole: Entry | None) -> Entry:
    """A detail that is coded as no more than one ("difficulté", "description"), named by what it is a detail of."""
    general = any(c.system == _TERMS and c.code.startswith("GEN-") for c in codings(child.find("code")))
    if whole is None or not general or entry.kind not in _DETAILS or not entry.value:
        return entry
    return uncoded(replace(entry, label=f"{whole.label} : {entry.label}"))


def _names_a_disease(observation: "Element") -> bool:
    """Whether an observed event is a disease of the CIM-10, named or ticked: a complication."""
    if names_a_problem(observation):
        return any(c.system == ICD10 for c in codings(*observation.iterfind("value")))
    return _says_yes_or_no(observation) and any(c.system == ICD10 for c in codings(observation.find("code")))


def _stands_in(procedure: "Element", scope: Scope) -> bool:
    """The act that CI-SIS wants in every section of results, where it names none: "résultats d'examens"."""
    codes = {coding.code for coding in codings(procedure.find("code"))}
    return bool(codes & {scope.code, _SOME_EXAMINATION}) and not scope.words(procedure.find("text"))


def _some(entry: Entry | None) -> "Iterator[Entry]":
    if entry is not None:
        yield entry


def _kind_of_act(statement: "Element", kind: Kind | None) -> Kind:
    if kind in {Kind.PLAN, Kind.ALERT, Kind.REASON}:
        return kind
    return Kind.PROCEDURE if statement.get("moodCode") in {"EVN", None} else Kind.PLAN


def _product(statement: "Element", scope: Scope, kind: Kind | None) -> Entry:
    """A medicine, a vaccine or a device, whatever the section."""
    code = statement.find("code")
    if kind is Kind.VACCINATION or (code is not None and code.get("code") in VACCINE_CODES):
        return read_vaccination(statement, scope)
    if statement.tag == "substanceAdministration":
        return read_treatment(statement, scope)
    worn = statement.find("participant/participantRole/playingDevice") is not None or kind is Kind.DEVICE
    return read_device(statement, scope) if worn or material_of(statement) is None else read_treatment(statement, scope)


def _concern(act: "Element", scope: Scope) -> "Iterator[Entry]":
    """A concern act of problems, in which an allergy may stand, too."""
    inner = [o for o in act.iterfind("entryRelationship/observation") if not is_remark(o)]
    if not inner:
        yield from read_problems(act, scope)
    for observation in inner:
        if kind_of_entry(observation, scope.kind) is Kind.ALLERGY:
            yield from read_allergies(observation, scope)
        elif _is_a_figure(observation):
            yield from _observation(observation, scope, Kind.RESULT, "")
        else:
            yield from _problem(observation, scope, act)


def _problem(observation: "Element", scope: Scope, concern: "Element | None") -> "Iterator[Entry]":
    """A problem, the devices that hang on it (a stenosis's stent), and what else does and is not in its row (TNM)."""
    problem = read_problem(observation, scope, concern)
    yield problem
    for related in observation.iterfind("entryRelationship/observation"):
        if _names_a_device(related):
            for device in _observation(related, scope, Kind.DEVICE, ""):
                yield uncoded(replace(device, label=f"{device.label} : {problem.label}"))
        elif not is_remark(related) and not _is_aside(related):
            for part in (related, *related.iterfind(".//entryRelationship/observation")):
                detail = None if is_remark(part) else read_observation(part, scope, Kind.RESULT)
                if detail is not None and detail.value and fold(detail.value) not in fold(problem.words):
                    yield uncoded(replace(detail, label=f"{problem.label} : {detail.label}"))


def _names_a_device(observation: "Element") -> bool:
    code = observation.find("code")
    templates = {template.get("root") for template in observation.iterfind("templateId")}
    return _BELONGING in templates or (code is not None and code.get("codeSystem") == _DEVICES)


def _named(entry: Entry) -> Entry:
    """A contraindication that is a pregnancy is shown with the pregnancies."""
    pregnant = entry.kind is Kind.ALERT and any(coding.code in PREGNANT for coding in entry.codes)
    return replace(entry, kind=Kind.PREGNANCY, status=Status.ACTIVE) if pregnant else entry


def _observation(observation: "Element", scope: Scope, kind: Kind | None, noted: str) -> "Iterator[Entry]":
    own = _kind_of_observation(observation, kind)
    entry = read_observation(observation, scope, own, noted)
    if entry is not None and own is Kind.DEVICE and (site := sites(observation, scope)):
        # one code for the prostheses of both jaws or ears: only their words tell them apart
        named = fold(site) in fold(entry.label) or scope.row_around(observation) is not None
        entry = uncoded(entry if named else replace(entry, label=f"{entry.label}, {site}"))
    if entry is not None and own in _SIDED and (side := _side(observation, scope)):
        entry = uncoded(replace(entry, label=f"{entry.label}, {side}"))
    inner = _inner(observation)
    if entry is not None and (entry.value or entry.codes or not inner):
        yield entry
    for child in inner:
        yield from _read(child, scope, _moment(observation) or noted)


def _side(observation: "Element", scope: Scope) -> str:
    """Which eye or ear a measure is of, or where a sign is: one code stands for all of them."""
    site = sites(observation, scope) or side_of(observation.find("code"), observation.find("value"))
    return site if _SIDES.search(fold(site)) or _says_yes_or_no(observation) else ""


def _kind_of_observation(observation: "Element", kind: Kind | None) -> Kind:
    code = observation.find("code")
    own = (code.get("code") or "") if code is not None else ""
    if kind is Kind.FUNCTIONAL and own in _HOSPITAL_ALERTS:
        return Kind.ALERT
    if kind is Kind.FUNCTIONAL and own in _HOSPITAL_STAY:
        return Kind.REASON
    if observation.get("moodCode") not in {"EVN", None} and kind not in {Kind.DIRECTIVE, Kind.REASON}:
        return Kind.PLAN
    if kind is Kind.DEVICE and (_names_a_device(observation) or _says_yes_or_no(observation)):
        return Kind.DEVICE
    if kind in {None, Kind.TREATMENT, Kind.PROCEDURE, Kind.DEVICE, Kind.PROBLEM}:
        return Kind.RESULT
    return kind


def _is_a_figure(observation: "Element") -> bool:
    """Whether an observation gives a figure (the INR beside its reason): no problem, wherever it stands."""
    value = observation.find("value")
    return value is not None and kind_of_value(value) in {"PQ", "REAL", "INT", "IVL_PQ"}


def _says_yes_or_no(observation: "Element") -> bool:
    value = observation.find("value")
    return value is not None and kind_of_value(value) == "BL"


def _panel(statement: "Element", scope: Scope, kind: Kind | None, noted: str) -> "Iterator[Entry]":
    """An organizer or an act that holds others: its components one by one; an act without any as itself."""
    if any(coding.code == _ATTACHED for coding in codings(statement.find("code"))):
        return
    inner = _inner(statement)
    when = _moment(statement) or noted
    germ = read_isolate(statement, scope, when)
    if germ is not None:
        yield germ
    for child in inner:
        for entry in _read(child, scope, when):
            yield of_isolate(entry, germ) if germ is not None else entry
    if not inner and statement.tag == "act":
        own = Kind.PLAN if statement.get("moodCode") not in {"EVN", None} else kind
        yield from _some(read_act(statement, scope, own or Kind.PROCEDURE))


def _inner(statement: "Element") -> "list[Element]":
    found: list[Element] = []
    for path in ("component", "entryRelationship"):
        for related in statement.iterfind(path):
            if related.get("typeCode") == "RSON" and path == "entryRelationship":
                continue
            found.extend(c for c in related if c.tag in STATEMENTS and not is_remark(c) and not _is_aside(c))
    return found


def _is_aside(statement: "Element") -> bool:
    """A comment on the statement, or the taking of the specimen of a result: no statement of its own."""
    code = statement.find("code")
    if any(template.get("root") in SPECIMEN_TEMPLATES for template in statement.iterfind("templateId")):
        return True
    return code is not None and code.get("code") in _ASIDES


def _moment(statement: "Element") -> str:
    return span(statement.find("effectiveTime")).at
