"""Allergies (section 48765-2) and adverse drug effects (44939-7): near one another, and never one for the other."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import absence, codings, severity
from dmp_tui.dmp.cda.details import status_word
from dmp_tui.dmp.cda.related import comment, status_words, with_code
from dmp_tui.dmp.cda.scope import Scope, answered, beside, code_of, dated, original
from dmp_tui.dmp.cda.times import Span, span
from dmp_tui.dmp.cda.unstated import agentless
from dmp_tui.dmp.cda.words import course, denies, grade, same_words, yes_or_no
from dmp_tui.dmp.cda.xml import squeeze
from dmp_tui.dmp.entries import Assertion, Coding, Criticality, Entry, Kind, Mark, Reaction, Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from dmp_tui.dmp.cda.narrative import Place

_NOT_ALLERGIC = re.compile(
    r"\b(?:INTERACTION|INTOLERANCE|INTOXICATION|EFFETS? INDESIRABLES?|EFFETS? SECONDAIRES?|CONTRE INDICATION)"
)
_NOT_ALLERGIC_CODES = frozenset(
    {
        "79899007", "235719002", "59037007", "782197009", "782415009", "75478009",  # SNOMED CT
        "NAINT", "INT", "DNAINT", "FNAINT", "DINT", "FINT", "EINT",  # HL7 ObservationIntoleranceType
    }
)  # fmt: skip
_TYPES = re.compile(
    r"(?:ALLERGIES?|INTOLERANCES?|HYPERSENSIBILITES?|INTERACTIONS?)"
    r"(?: (?:MEDICAMENTEUSES?|ALIMENTAIRES?|NON ALLERGIQUES?))?"
)
_GENERIC_AGENTS = frozenset({"SUBSTANCE", "MEDICAMENT", "ALLERGIE", "ALLERGENE", "DRUG"})
_ANY_AGENT = frozenset({"105590001", "410942007", "762766007", "419199007", "763158003", "373873005"})
"""SNOMED CT "substance", "drug", "edible substance": negated, they deny all of them."""
_ANY_ALLERGY = frozenset(
    {
        "416098002",
        "419199007",
        "414285001",
        "419511003",
        "418038007",
        "420134006",
        "426232007",
        "232347008",
        "106190000",
    }
)
"""SNOMED CT sorts of allergy, which name no agent: negated, they deny all of that sort."""
_RULED_OUT = frozenset({"refuted", "entered-in-error"})


def read_allergies(element: "Element", scope: Scope) -> "Iterator[Entry]":
    """The allergies of an entry: of each observation of a concern act, or of the observation itself."""
    if element.tag == "observation":
        yield _allergy(element, scope, None)
        return
    found = [child for child in element.iterfind("entryRelationship/observation") if not _is_remark(child)]
    for observation in found:
        yield _allergy(observation, scope, element)
    if not found:
        yield agentless(Kind.ALLERGY, element, scope)


def _is_remark(observation: "Element") -> bool:
    code = observation.find("code")
    return code is not None and code.get("code") in {"33999-4", "SEV", "82606-5", "66455-7"}


def _allergy(observation: "Element", scope: Scope, concern: "Element | None") -> Entry:
    agents = observation.findall("participant/participantRole/playingEntity")
    agent = agents[0].find("code") if agents else None
    value = observation.find("value")
    kinds, values = code_of(observation), codings(value)
    codes = codings(*(entity.find("code") for entity in agents))
    agents_named = bool(codes)
    place = scope.place(original(agent), original(value), _drug_text(observation))
    named = squeeze(agents[0].findtext("name")) if agents else ""
    said = scope.place(observation.find("text"))
    if absence((*codes, *values, *kinds)) is not None:
        return agentless(Kind.ALLERGY, observation, scope)
    # The agent's words, its name, its code's words; a value (CIM-10 Z88...) only where no agent is named.
    place, answer = _answered(place)
    said, own_answer = _answered(said)
    answer = answer or own_answer
    label = (_clean(place) or named or next((c.display or c.code for c in codes), "")
             or next((c.display or c.code for c in values), ""))  # fmt: skip
    if not label and said and not _is_type(said.text, kinds):
        label, place = _clean(said), said
    negated = observation.get("negationInd") == "true"
    refused, negated = yes_or_no(answer) is False and not negated, negated or yes_or_no(answer) is False
    any_value = not agents_named and any(c.code in _ANY_ALLERGY for c in values)
    if not label or (
        negated and (any_value or fold(label) in _GENERIC_AGENTS or any(c.code in _ANY_AGENT for c in codes))
    ):
        return agentless(Kind.ALLERGY, observation, scope)
    codes = codes or values
    around = place if place and place.row else (said or place)
    words = around.words if around else ""
    time = _time(observation, concern)
    code_label, differs = beside(label, codes)
    type_words = said.text if said else ""
    status, status_differs = _status(observation, concern, scope, time)
    certainty = with_code(observation, "66455-7")
    if certainty is not None and any(c.code in _RULED_OUT for c in codings(certainty.find("value"))):
        negated = True
    marks = set()
    if differs or status_differs or refused or (negated and words and not denies(words)):
        marks.add(Mark.CODE_DIFFERS)
    if not codes:
        marks.add(Mark.UNCODED)
    if _not_allergic(kinds, values, f"{label}. {type_words}"):
        marks.add(Mark.NOT_AN_ALLERGY)
    reactions = tuple(_reactions(observation, scope))
    unfinished = (status_word(element) for element in (observation, concern) if element is not None)
    return dated(
        Entry(
            Kind.ALLERGY,
            label,
            assertion=Assertion.NEGATED if negated else Assertion.STATED,
            codes=codes,
            code_label=code_label,
            status=status,
            start=time.start,
            end=time.end,
            criticality=_criticality(observation, scope, reactions),
            reactions=reactions,
            author=scope.author(observation),
            section=scope.code,
            words=" · ".join(dict.fromkeys(t for t in (words, comment(observation, scope, words), *unfinished) if t)),
            marks=frozenset(marks),
        ),
        scope,
        doubtful=time.doubtful,
    )


def _answered(place: "Place | None") -> tuple["Place | None", str]:
    """The place of the question and its answer, where a checklist's "oui" or "non" is pointed at."""
    label, answer = answered(place, Kind.ALLERGY)
    return (replace(place, text=label) if place is not None and answer and label else place), answer


def _clean(place: "Place | None") -> str:
    return " ".join(place.text.split()) if place else ""


def _drug_text(observation: "Element") -> "Element | None":
    return original(
        observation.find(
            "entryRelationship/substanceAdministration/consumable/manufacturedProduct/manufacturedMaterial/code"
        )
    )


def _is_type(text: str, kinds: tuple[Coding, ...]) -> bool:
    """Whether the words only repeat what sort of statement this is ("Allergie médicamenteuse")."""
    return any(same_words(text, coding.display) for coding in kinds) or bool(_TYPES.fullmatch(fold(text)))


def _not_allergic(kinds: tuple[Coding, ...], values: tuple[Coding, ...], words: str) -> bool:
    coded = any(c.code in _NOT_ALLERGIC_CODES or _NOT_ALLERGIC.search(fold(c.display)) for c in (*kinds, *values))
    return coded or bool(_NOT_ALLERGIC.search(fold(words)))


def _time(observation: "Element", concern: "Element | None") -> Span:
    own = span(observation.find("effectiveTime"))
    if own.start or own.end or own.doubtful or concern is None:
        return own
    return span(concern.find("effectiveTime"))


def _status(observation: "Element", concern: "Element | None", scope: Scope, time: Span) -> tuple[Status, bool]:
    """The course that the document states, its words before its code; an end date ends it."""
    said, coded, differ = status_words(observation, scope)
    status = course(said) if said else course(coded)
    if status is Status.UNKNOWN and course(coded) is Status.ACTIVE:
        status = Status.ACTIVE
    if status is Status.UNKNOWN and time.end:
        status = Status.ENDED
    code = concern.find("statusCode") if concern is not None else None
    if status is Status.UNKNOWN and code is not None and code.get("code") == "active":
        status = Status.ACTIVE
    return status, differ


def _criticality(observation: "Element", scope: Scope, reactions: tuple[Reaction, ...]) -> Criticality:
    stated = [
        _severity(found, scope) for code in ("82606-5", "SEV") if (found := with_code(observation, code)) is not None
    ]
    graded = [c for c in stated if c is not Criticality.UNKNOWN]
    shown = [r.criticality for r in reactions if not r.negated]
    return min(graded or shown, key=lambda c: c.rank, default=Criticality.UNKNOWN)


def _severity(observation: "Element", scope: Scope) -> Criticality:
    value = observation.find("value")
    said = grade(scope.words(original(value), observation.find("text")))
    return said if said is not Criticality.UNKNOWN else severity(codings(value))


def _reactions(observation: "Element", scope: Scope) -> "Iterator[Reaction]":
    for relationship in observation.iterfind("entryRelationship"):
        if relationship.get("typeCode") not in {"MFST", "CAUS"}:
            continue
        for reaction in relationship.iterfind("observation"):
            value = reaction.find("value")
            codes = codings(value)
            label = scope.words(original(value), reaction.find("text")) or next(
                (c.display or c.code for c in codes), ""
            )
            if label:
                found = with_code(reaction, "SEV")
                worst = _severity(found, scope) if found is not None else Criticality.UNKNOWN
                yield Reaction(label, worst, reaction.get("negationInd") == "true", codes)


reactions_of = _reactions


# --- adverse effects --------------------------------------------------------------------------------------------------


def read_adverse_effects(element: "Element", scope: Scope) -> "Iterator[Entry]":
    """The adverse effects of an entry: the drug, what it did, how bad it was. Never an allergy."""
    observations = [element] if element.tag == "observation" else element.findall("entryRelationship/observation")
    for observation in observations:
        yield _adverse_effect(observation, scope)
    if not observations:
        yield agentless(Kind.ADVERSE_EFFECT, element, scope)


def _adverse_effect(observation: "Element", scope: Scope) -> Entry:
    material = observation.find(
        "entryRelationship/substanceAdministration/consumable/manufacturedProduct/manufacturedMaterial"
    )
    agent = (
        material.find("code")
        if material is not None
        else observation.find("participant/participantRole/playingEntity/code")
    )
    codes = codings(
        agent, material.find("asSpecializedKind/generalizedMedicineClass/code") if material is not None else None
    )
    place = scope.place(original(agent))
    named = (
        squeeze(material.findtext("name"))
        if material is not None
        else squeeze(observation.findtext("participant/participantRole/playingEntity/name"))
    )
    said = scope.place(observation.find("text"))
    reactions = tuple(_reactions(observation, scope))
    label = _clean(place) or named or next((c.display or c.code for c in codes), "") or _clean(said)
    if not label and reactions:
        label = reactions[0].label
    if not label:
        return agentless(Kind.ADVERSE_EFFECT, observation, scope)
    time = span(observation.find("effectiveTime"))
    around = place if place and place.row else (said or place)
    words = around.words if around else ""
    code_label, differs = beside(label, codes, codings(agent))
    serious = with_code(observation, "94030-4")
    criticality = (
        _severity(serious, scope)
        if serious is not None
        else min((r.criticality for r in reactions), key=lambda c: c.rank, default=Criticality.UNKNOWN)
    )
    return dated(
        Entry(
            Kind.ADVERSE_EFFECT,
            label,
            assertion=Assertion.NEGATED if observation.get("negationInd") == "true" else Assertion.STATED,
            codes=codes,
            code_label=code_label,
            status=Status.ENDED if time.end else Status.UNKNOWN,
            start=time.start,
            end=time.end,
            criticality=criticality,
            reactions=reactions,
            author=scope.author(observation),
            section=scope.code,
            words=words,
            marks=frozenset({Mark.CODE_DIFFERS} if differs else set())
            | (frozenset() if codes else frozenset({Mark.UNCODED})),
        ),
        scope,
        doubtful=time.doubtful,
    )
