"""Treatments, prescriptions, dispensations, reimbursements: what is taken, was taken, or was only prescribed."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import ATC, absence, codings
from dmp_tui.dmp.cda.details import (
    NOT_DONE,
    hanging_words,
    reasons,
    status_of,
    status_word,
    supplied_words,
    taking_part,
)
from dmp_tui.dmp.cda.dosage import dosage
from dmp_tui.dmp.cda.narrative import one_line
from dmp_tui.dmp.cda.related import comment, status_words
from dmp_tui.dmp.cda.scope import Scope, beside, code_of, dated, original, written_years
from dmp_tui.dmp.cda.times import Span, after, span
from dmp_tui.dmp.cda.unstated import agentless, shortened
from dmp_tui.dmp.cda.words import course, name_the_same
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Assertion, Coding, Entry, Kind, Mark, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from dmp_tui.dmp.cda.narrative import Place

STOPPED = "18610-6"
PLAN = "18776-5"
_CURRENT = frozenset({"10160-0", "10183-2", "42346-7", "75311-1", "52471-0", "56445-0"})
_STOPPED_TITLE = re.compile(r"\b(?:ARRETES?|ARRET|STOPPES?|INTERROMPUS?|SUSPENDUS?)\b")
_WISHES = frozenset({"INT", "RQO", "PRMS", "PRP", "ARQ", "GOL"})
_ONCE = frozenset({"1.2.840.10008.9.13", "1.2.250.1.213.1.1.3.151", "1.2.250.1.213.1.1.3.173"})
"""Products given for an examination, once: contrast media, radiopharmaceuticals (DICOM part 20, CI-SIS)."""
_LAST_INTAKE = re.compile(r"\bDERNIERES? (?:PRISE|ADMINISTRATION|INJECTION|DOSE)S?\b")
_ANY_MEDICINE = frozenset({"410942007", "763158003", "373873005"})
"""SNOMED CT "drug", "medicinal product", "pharmaceutical product": negated, they deny all of them."""
_KINDS_OF_ACT = frozenset({"DRUG", "TREAT", "SBADM", "ASSERTION", "416118004", "432102000", "18629005"})
"""Codes of an administration that only say that it is one."""
_STRENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s?(MICROGRAMMES?|MCG|ΜG|µG|MG|G|UI|ML)\b")
_UNIT_NAMES = {"MICROGRAMME": "UG", "MICROGRAMMES": "UG", "MCG": "UG", "ΜG": "UG", "µG": "UG"}


def material_of(statement: "Element") -> "Element | None":
    """The product of an administration or a supply."""
    for path in ("consumable/manufacturedProduct", "product/manufacturedProduct", "participant/participantRole"):
        if (found := statement.find(path)) is None:
            continue
        for name in ("manufacturedMaterial", "manufacturedLabeledDrug", "playingMaterial"):
            if (material := found.find(name)) is not None:
                return material
    return None


def read_treatment(statement: "Element", scope: Scope) -> Entry:
    """A ``substanceAdministration`` or the ``supply`` of a medicine as a treatment."""
    material = material_of(statement)
    product = material.find("code") if material is not None else None
    classes = material.findall("asSpecializedKind/generalizedMedicineClass/code") if material is not None else []
    named, codes = codings(product), codings(product, *classes)
    place = scope.place(original(product)) or scope.place(statement.find("text"))
    name = squeeze(material.findtext("name")) if material is not None else ""
    if absence((*code_of(statement), *codes)) is not None:
        return agentless(Kind.TREATMENT, statement, scope)
    label = (one_line(place.text or place.words) if place else "") or name or _display(named) or _display(codes)
    if not label and material is None:
        named = codes = tuple(c for c in code_of(statement) if c.code not in _KINDS_OF_ACT)
        label = _display(codes)
    if not label and (taken := _last_intake(statement, scope)) is not None:
        return taken
    if statement.get("negationInd") == "true" and any(c.code in _ANY_MEDICINE for c in codes):
        return agentless(Kind.TREATMENT, statement, scope)
    if not label or (not codes and not name and _is_negation(label)):
        return agentless(Kind.TREATMENT, statement, scope)
    words = _words(statement, scope, place)
    time, refuted = _believed(_time(statement), words)
    noted = _dispensed(statement)
    status = _status(statement, scope, time)
    given = dosage(statement, scope, place.row if place else None)
    code_label, differs = beside(label, codes or named, tuple(c for c in named if c.system != ATC) or named)
    marks = _marks(statement, scope)
    if differs or given.coded or refuted or _other_strength(label, material):
        marks.add(Mark.CODE_DIFFERS)
    if _other_ingredient(material, codes):
        marks.add(Mark.PRODUCT_DIFFERS)
    if not codes:
        marks.add(Mark.UNCODED)
    return dated(
        Entry(
            Kind.TREATMENT,
            label,
            assertion=Assertion.NEGATED if statement.get("negationInd") == "true" else Assertion.STATED,
            codes=codes,
            code_label=", ".join(text for text in (code_label, given.coded, refuted) if text),
            status=status,
            start=time.start,
            end=time.end,
            noted=noted,
            dose=", ".join(text for text in (_paused(statement, scope), given.words) if text),
            author=scope.author(statement),
            section=scope.code,
            words=words,
            marks=frozenset(marks),
        ),
        scope,
        doubtful=time.doubtful,
        row=place.row if place else None,
    )


def _last_intake(statement: "Element", scope: Scope) -> Entry | None:
    """When the usual medicines were last taken: an administration of no product (CI-SIS transfer to emergency)."""
    hour = _time(statement).at
    if not hour or not _LAST_INTAKE.search(fold(f"{scope.title} {scope.narrative.plain[:200]}")):
        return None
    words = one_line(scope.narrative.plain)
    said = hour[:16].replace("T", " ")
    return Entry(
        Kind.FUNCTIONAL,
        shortened(scope.title) or "Dernière prise",
        value=said,
        noted=hour[:10],
        section=scope.code,
        words=shortened(words),
        marks=frozenset({Mark.UNCODED}),
    )


def _display(codes: tuple[Coding, ...]) -> str:
    return next((coding.display or coding.code for coding in codes), "")


def _is_negation(label: str) -> bool:
    from dmp_tui.dmp.cda.words import denial

    return denial(label) in {Assertion.NONE, Assertion.NO_DATA}


def _words(statement: "Element", scope: Scope, place: "Place | None") -> str:
    words = place.words if place else ""
    said = comment(statement, scope, words)
    why = ", ".join(text for text in reasons(statement, scope) if fold(text) not in fold(words))
    stated = status_words(statement, scope)[0]
    more = (
        said,
        f"motif : {why}" if why else "",
        f"statut : {stated}" if stated and fold(stated) not in fold(words) else status_word(statement),
        *supplied_words(statement, words),
        *taking_part(statement, words),
        *hanging_words(statement, scope, f"{words} · {said}"),
    )
    return " · ".join(text for text in (words, *more) if text)


def _paused(statement: "Element", scope: Scope) -> str:
    """``suspendu``: neither given now nor ended, which no status of ours says."""
    said = f"{status_words(statement, scope)[0]} {status_of(statement)}"
    return "suspendu" if "SUSPEN" in fold(said) else ""


def _time(statement: "Element") -> Span:
    for time in statement.iterfind("effectiveTime"):
        if (found := span(time)).start or found.end or found.doubtful:
            return found
    # what is handed over is taken as the administration within says
    within = statement.find("entryRelationship/substanceAdministration") if statement.tag == "supply" else None
    return _time(within) if within is not None else Span()


def _believed(time: Span, words: str) -> tuple[Span, str]:
    """The time, and the coded end that it lost: no medicine has ended before every date that its own row writes."""
    years = written_years(words)
    if not time.end or not years or min(years) <= time.end[:4]:
        return time, ""
    return Span(time.start, "", True), f"fin {time.end}"


def _dispensed(statement: "Element") -> str:
    """When it was handed over, where the statement is of a dispensation."""
    for path in ("entryRelationship/supply/performer/time", "entryRelationship/supply/effectiveTime", "performer/time"):
        for time in statement.iterfind(path):
            found = span(time)
            if found.start or found.end:
                return found.start or found.end
    return ""


def _status(statement: "Element", scope: Scope, time: Span) -> Status:
    """Section, end date and mood decide; ``statusCode=completed`` says nothing of the treatment's course."""
    if status_of(statement) in NOT_DONE:
        return Status.ENDED
    if any(template.get("root") in _ONCE for template in statement.iterfind("templateId")):
        return Status.ENDED
    said, coded, _ = status_words(statement, scope)
    if (stated := course(said or coded)) is not Status.UNKNOWN:
        return stated
    by_section = course_of_section(scope, time.end)
    wished = statement.get("moodCode") in _WISHES
    if wished and by_section is not Status.ENDED and (scope.code == PLAN or after(time.start, scope.date)):
        return Status.PLANNED
    return by_section


def course_of_section(scope: Scope, end: str) -> Status:
    """The course of a treatment as its section and its end say it."""
    if scope.code == STOPPED or _STOPPED_TITLE.search(scope.heading) or (end and after(scope.date, end)):
        return Status.ENDED
    if scope.reimbursement or scope.dispensation:
        return Status.UNKNOWN
    return Status.ACTIVE if scope.code in _CURRENT or scope.prescription or scope.code == PLAN else Status.UNKNOWN


def _marks(statement: "Element", scope: Scope) -> set[Mark]:
    marks = set()
    if scope.reimbursement:
        marks.add(Mark.REIMBURSED)
    wished = statement.get("moodCode") in _WISHES and scope.code not in _CURRENT and scope.code != STOPPED
    if wished or scope.prescription or scope.dispensation or scope.reimbursement or statement.tag == "supply":
        marks.add(Mark.PRESCRIBED)
    return marks


def _other_ingredient(material: "Element | None", codes: tuple[Coding, ...]) -> bool:
    """Whether the names that the structure itself gives to one ingredient are of different substances."""
    if material is None:
        return False
    ingredients = material.findall("ingredient/ingredient")
    for ingredient in ingredients:
        name, code = squeeze(ingredient.findtext("name")), ingredient.find("code")
        displays = [coding.display for coding in codings(code) if coding.display]
        if name and displays and not name_the_same(name, displays):
            return True
        if len(ingredients) == 1:
            substances = [c.display for c in codes if c.system == ATC and len(c.code) == 7 and c.display]
            if substances and not name_the_same(name or " ".join(displays), substances):
                return True
    return False


def _other_strength(label: str, material: "Element | None") -> bool:
    """The same figure in another unit: 75 microgrammes in words, 75 mg in the structure."""
    if material is None:
        return False
    said = {(value.replace(",", "."), _UNIT_NAMES.get(unit, unit)) for value, unit in _STRENGTH.findall(label.upper())}
    for strength in material.iterfind("ingredient/quantity/numerator"):
        value = squeeze(strength.get("value"))
        unit = _UNIT_NAMES.get((strength.get("unit") or "").upper(), (strength.get("unit") or "").upper())
        same = {other for figure, other in said if figure == value}
        if same and unit and unit not in same:
            return True
    return False
