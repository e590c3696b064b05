"""The coded entry of an allergy: agent, course, criticality, reactions and their severity."""

from lxml import etree

from dmp_tui.demo.cda.acts import OBSERVATION, PROBLEM, concern, identifier, related
from dmp_tui.demo.cda.codes import code_attributes
from dmp_tui.demo.clinical import Allergy, Code, Reaction
from dmp_tui.dmp.cda_writing.xml import COMPLETED, e, interval, narrative, original, templates

_ALLERGY_KINDS = {
    "drug": Code("snomed", "416098002", "allergie médicamenteuse"),
    "food": Code("snomed", "414285001", "allergie alimentaire"),
    "substance": Code("snomed", "419199007", "allergie à une substance"),
}
_SEVERITIES = {
    "mild": Code("snomed", "255604002", "léger"),
    "moderate": Code("snomed", "6736007", "modéré"),
    "severe": Code("snomed", "24484000", "sévère"),
    "fatal": Code("snomed", "399166001", "fatal"),
}
_REPORTED = Code("snomed", "418799008", "symptôme rapporté par le patient ou le répondant")


def allergy(statement: Allergy, at: str, seed: str) -> list[etree._Element]:
    agent = code_attributes(statement.code) if statement.code else {"nullFlavor": "UNK"}
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "false"},
        *templates(
            "2.16.840.1.113883.10.20.1.18", *PROBLEM[:2], "1.3.6.1.4.1.19376.1.5.3.1.4.6", "1.2.250.1.213.1.1.3.41"
        ),
        identifier(seed),
        e("code", code_attributes(_ALLERGY_KINDS[statement.kind])),
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
                    e("code", agent, original(f"{at}-2")),
                    e("name", None, statement.agent),
                ),
            ),
        ),
        _allergy_status(statement, at),
        _criticality(statement, seed),
        *(_reaction(reaction, at, f"{seed}-r{n}", f"{at}-r{n}") for n, reaction in enumerate(statement.reactions)),
    )
    return [concern("1.3.6.1.4.1.19376.1.5.3.1.4.5.3", seed, statement.since, statement.until, observation)]


def _allergy_status(statement: Allergy, at: str) -> etree._Element:
    ended = bool(statement.until)
    value = {
        "type": "CE",
        "code": "inactive" if ended else "active",
        "displayName": "Inactif" if ended else "Actif",
        "codeSystem": "2.16.840.1.113883.4.642.4.1373",
        "codeSystemName": "HL7:allergyintolerance-clinical",
    }
    observation = e(
        "observation",
        OBSERVATION,
        *templates("2.16.840.1.113883.10.20.1.50", "1.3.6.1.4.1.19376.1.5.3.1.4.1.1", "1.2.250.1.213.1.1.3.30"),
        e("code", code_attributes(Code("loinc", "33999-4", "Statut"))),
        narrative(f"{at}-6"),
        e("statusCode", COMPLETED),
        e("value", value),
    )
    return related("REFR", observation)


def _criticality(statement: Allergy, seed: str) -> etree._Element | None:
    if not statement.criticality:
        return None
    value = {
        "type": "CE",
        "code": statement.criticality,
        "displayName": "Haut" if statement.criticality == "high" else "Bas",
        "codeSystem": "2.16.840.1.113883.4.642.4.130",
        "codeSystemName": "HL7:allergy-intolerance-criticality",
    }
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "false"},
        *templates("1.2.250.1.213.1.1.3.172", "1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48"),
        identifier(f"{seed}-criticality"),
        e("code", code_attributes(Code("loinc", "82606-5", "Criticité"))),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "NA"}),
        e("value", value),
    )
    return related("SUBJ", observation, inverted=True)


def _reaction(reaction: Reaction, at: str, seed: str, words: str) -> etree._Element:
    coded = code_attributes(reaction.code) if reaction.code else {"nullFlavor": "UNK"}
    severity = None
    if reaction.severity:
        severity = related(
            "SUBJ",
            e(
                "observation",
                OBSERVATION,
                *templates("2.16.840.1.113883.10.20.1.55", "1.3.6.1.4.1.19376.1.5.3.1.4.1", "1.2.250.1.213.1.1.3.29"),
                e("code", {"code": "SEV", "displayName": "Sévérité", "codeSystem": "2.16.840.1.113883.5.4"}),
                narrative(f"{at}-4"),
                e("statusCode", COMPLETED),
                e("value", {"type": "CD", **code_attributes(_SEVERITIES[reaction.severity])}),
            ),
            inverted=True,
        )
    observation = e(
        "observation",
        {**OBSERVATION, "negationInd": "false"},
        *templates(*PROBLEM, "2.16.840.1.113883.10.20.1.54"),
        identifier(seed),
        e("code", code_attributes(_REPORTED)),
        narrative(words),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "UNK"}),
        e("value", {"type": "CD", **coded}, original(words)),
        severity,
    )
    return related("MFST", observation)
