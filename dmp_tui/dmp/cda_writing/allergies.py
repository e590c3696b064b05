"""The coded entry of an allergy: agent, course, severity, criticality, reactions and their severity."""

from dataclasses import dataclass

from lxml import etree

from dmp_tui.dmp.cda_writing.acts import OBSERVATION, PROBLEM, concern, identifier, related
from dmp_tui.dmp.cda_writing.xml import (
    COMPLETED,
    LOINC,
    SNOMED,
    V3Code,
    coded,
    e,
    interval,
    narrative,
    original,
    templates,
)
from dmp_tui.dmp.entries import Criticality

DRUG = V3Code("416098002", "allergie médicamenteuse", *SNOMED)
FOOD = V3Code("414285001", "allergie alimentaire", *SNOMED)
SUBSTANCE = V3Code("419199007", "allergie à une substance", *SNOMED)
_SEVERITIES = {
    Criticality.LOW: V3Code("255604002", "léger", *SNOMED),
    Criticality.MODERATE: V3Code("6736007", "modéré", *SNOMED),
    Criticality.HIGH: V3Code("24484000", "sévère", *SNOMED),
    Criticality.FATAL: V3Code("399166001", "fatal", *SNOMED),
}
_REPORTED = V3Code("418799008", "symptôme rapporté par le patient ou le répondant", *SNOMED)


@dataclass(frozen=True, slots=True)
class Shown:
    """How an allergy showed itself."""

    codes: tuple[V3Code, ...] = ()
    severity: Criticality = Criticality.UNKNOWN
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Allergen:
    """An allergy. Dates are FHIR dates; ``active`` is None where its course is not known.

    ``severity`` is the allergy's own; ``criticality`` is ``high``, ``low`` or empty.
    """

    name: str
    kind: V3Code = SUBSTANCE
    codes: tuple[V3Code, ...] = ()
    since: str = ""
    until: str = ""
    active: bool | None = None
    severity: Criticality = Criticality.UNKNOWN
    criticality: str = ""
    reactions: tuple[Shown, ...] = ()


def allergy(statement: Allergen, at: str, seed: str) -> etree._Element:
    """The entry. In the narrative ``<at>-1`` is the sort of allergy, ``-2`` the agent, ``-4`` severities, ``-6`` the
    course, ``-r0`` the first reaction."""
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "false"},
        *templates(
            "2.16.840.1.113883.10.20.1.18", *PROBLEM[:2], "1.3.6.1.4.1.19376.1.5.3.1.4.6", "1.2.250.1.213.1.1.3.41"
        ),
        identifier(seed),
        e("code", statement.kind.attributes),
        narrative(f"{at}-1"),
        e("statusCode", COMPLETED),
        interval(statement.since, statement.until),
        e("value", {"type": "CD"}, original(f"{at}-2")),
        e(
            "participant",
            {"typeCode": "CSM"},
            e(
                "participantRole",
                {"classCode": "MANU"},
                e(
                    "playingEntity",
                    {"classCode": "MMAT"},
                    coded("code", statement.codes, f"{at}-2"),
                    e("name", None, statement.name),
                ),
            ),
        ),
        None if statement.active is None else _course(statement.active, f"{at}-6"),
        _severity(statement.severity),
        _criticality(statement.criticality, seed),
        *(_reaction(shown, at, f"{seed}-r{n}", f"{at}-r{n}") for n, shown in enumerate(statement.reactions)),
    )
    template = "1.3.6.1.4.1.19376.1.5.3.1.4.5.3"
    return concern(template, seed, statement.since, statement.until, observation, active=statement.active)


def severity_words(statement: Allergen) -> str:
    """The severities that the entry says, the allergy's own and its reactions', as the narrative tells them."""
    said = (statement.severity, *(shown.severity for shown in statement.reactions))
    return ", ".join(dict.fromkeys(_SEVERITIES[one].display for one in said if one in _SEVERITIES))


def _course(active: bool, words: str) -> etree._Element:
    value = {
        "type": "CE",
        "code": "active" if active else "inactive",
        "displayName": "Actif" if active else "Inactif",
        "codeSystem": "2.16.840.1.113883.4.642.4.1373",
        "codeSystemName": "HL7:allergyintolerance-clinical",
    }
    observation = e(
        "observation",
        OBSERVATION,
        *templates(
            "2.16.840.1.113883.10.20.1.57",
            "2.16.840.1.113883.10.20.1.50",
            "1.3.6.1.4.1.19376.1.5.3.1.4.1.1",
            "1.2.250.1.213.1.1.3.30",
        ),
        e("code", V3Code("33999-4", "Statut", *LOINC).attributes),
        narrative(words),
        e("statusCode", COMPLETED),
        e("value", value),
    )
    return related("REFR", observation)


def _criticality(criticality: str, seed: str) -> etree._Element | None:
    if not criticality:
        return None
    value = {
        "type": "CE",
        "code": criticality,
        "displayName": "Haut" if criticality == "high" else "Bas",
        "codeSystem": "2.16.840.1.113883.4.642.4.130",
        "codeSystemName": "HL7:allergy-intolerance-criticality",
    }
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "false"},
        *templates("1.2.250.1.213.1.1.3.172", "1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48"),
        identifier(f"{seed}-criticality"),
        e("code", V3Code("82606-5", "Criticité", *LOINC).attributes),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "NA"}),
        e("value", value),
    )
    return related("SUBJ", observation, inverted=True)


def _severity(severity: Criticality, words: str = "") -> etree._Element | None:
    if severity not in _SEVERITIES:
        return None
    observation = e(
        "observation",
        OBSERVATION,
        *templates("2.16.840.1.113883.10.20.1.55", "1.3.6.1.4.1.19376.1.5.3.1.4.1", "1.2.250.1.213.1.1.3.29"),
        e("code", {"code": "SEV", "displayName": "Sévérité", "codeSystem": "2.16.840.1.113883.5.4"}),
        narrative(words) if words else None,
        e("statusCode", COMPLETED),
        e("value", {"type": "CD", **_SEVERITIES[severity].attributes}),
    )
    return related("SUBJ", observation, inverted=True)


def _reaction(shown: Shown, at: str, seed: str, words: str) -> etree._Element:
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "true" if shown.negated else "false"},
        *templates(*PROBLEM, "2.16.840.1.113883.10.20.1.54"),
        identifier(seed),
        e("code", _REPORTED.attributes),
        narrative(words),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "UNK"}),
        coded("value", shown.codes, words, kind="CD"),
        _severity(shown.severity, f"{at}-4"),
    )
    return related("MFST", observation)
