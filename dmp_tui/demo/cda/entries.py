"""Coded entries of the body, with the structure of CI-SIS.

``at`` is the prefix of the ids that the statement's cells have in the narrative: ``<at>-0`` is its first cell.
``seed`` names the statement for ever, so that its id is the same each time the document is written.
"""

from lxml import etree

from dmp_tui.demo.cda.codes import code_attributes, v3
from dmp_tui.demo.cda.medicines import drug, vaccine
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
    Statement,
    Vaccine,
    Words,
)
from dmp_tui.dmp.cda_writing import allergies
from dmp_tui.dmp.cda_writing import entries as written
from dmp_tui.dmp.cda_writing.acts import OBSERVATION, concern, identifier
from dmp_tui.dmp.cda_writing.allergies import Allergen, Shown
from dmp_tui.dmp.cda_writing.xml import COMPLETED, e, interval, narrative, original, stamp, templates
from dmp_tui.dmp.entries import Criticality

_ALLERGY_KINDS = {"drug": allergies.DRUG, "food": allergies.FOOD, "substance": allergies.SUBSTANCE}
_SEVERITIES = {
    "": Criticality.UNKNOWN,
    "mild": Criticality.LOW,
    "moderate": Criticality.MODERATE,
    "severe": Criticality.HIGH,
    "fatal": Criticality.FATAL,
}


def entries(statement: Statement, at: str, seed: str, section: str) -> list[etree._Element]:
    """The ``entry`` elements of a statement (a bare observation for a measure); none for what stays narrative."""
    match statement:
        case Allergy():
            return allergy(statement, at, seed)
        case Nothing():
            return nothing(statement, at, seed, section)
        case Drug():
            return [drug(statement, at, seed, section)]
        case Vaccine():
            return vaccine(statement, at, seed)
        case Problem():
            return problem(statement, at, seed)
        case Procedure():
            return procedure(statement, at, seed)
        case Device():
            return device(statement, at, seed)
        case Measure():
            return measure(statement, at, seed, section)
        case Pregnancy():
            return pregnancy(statement, at, seed)
        case Directive():
            return directive(statement, at, seed)
        case Words():
            return []


def allergy(statement: Allergy, at: str, seed: str) -> list[etree._Element]:
    reactions = tuple(
        Shown((v3(reaction.code),) if reaction.code else (), _SEVERITIES[reaction.severity])
        for reaction in statement.reactions
    )
    stated = Allergen(
        statement.agent,
        _ALLERGY_KINDS[statement.kind],
        (v3(statement.code),) if statement.code else (),
        statement.since,
        statement.until,
        active=not statement.until,
        criticality=statement.criticality,
        reactions=reactions,
    )
    return [allergies.allergy(stated, at, seed)]


def nothing(statement: Nothing, at: str, seed: str, section: str) -> list[etree._Element]:
    time = e("effectiveTime", {"nullFlavor": "NA"})
    observation = written.diagnosis((v3(statement.code),), f"{at}-0", seed, time)
    listed = section == "48765-2"
    template = "1.3.6.1.4.1.19376.1.5.3.1.4.5.3" if listed else "1.3.6.1.4.1.19376.1.5.3.1.4.5.2"
    return [concern(template, seed, "", "", observation, active=True)]


def problem(statement: Problem, at: str, seed: str) -> list[etree._Element]:
    codes = (v3(Code("cim10", statement.cim10, statement.label)),) if statement.cim10 else ()
    since, until = statement.since, statement.until
    return [
        written.problem(codes, f"{at}-1", seed, since=since, until=until, active=not until, absent=statement.absent)
    ]


def procedure(statement: Procedure, at: str, seed: str) -> list[etree._Element]:
    when = {"value": stamp(statement.on)} if statement.on else {"nullFlavor": "UNK"}
    act = e(
        "procedure",
        {"classCode": "PROC", "moodCode": "EVN"},
        *templates("1.3.6.1.4.1.19376.1.5.3.1.4.19", "2.16.840.1.113883.10.20.1.29", "1.2.250.1.213.1.1.3.62"),
        identifier(seed),
        e("code", {"nullFlavor": "UNK"}, original(f"{at}-1")),
        narrative(f"{at}-1"),
        e("statusCode", COMPLETED),
        e("effectiveTime", when),
    )
    return [e("entry", None, act)]


def device(statement: Device, at: str, seed: str) -> list[etree._Element]:
    implant = e(
        "participant",
        {"typeCode": "DEV"},
        e(
            "participantRole",
            {"classCode": "MANU"},
            e(
                "playingDevice",
                {"classCode": "DEV", "determinerCode": "INSTANCE"},
                e("code", {"nullFlavor": "UNK"}, original(f"{at}-1")),
            ),
        ),
    )
    supply = e(
        "supply",
        {"classCode": "SPLY", "moodCode": "EVN"},
        *templates("2.16.840.1.113883.10.20.1.34", "1.2.250.1.213.1.1.3.20"),
        identifier(seed),
        narrative(f"{at}-1"),
        interval(statement.since),
        implant,
    )
    return [e("entry", None, supply)]


def measure(statement: Measure, at: str, seed: str, section: str) -> list[etree._Element]:
    when = e("effectiveTime", {"value": stamp(statement.on)})
    sign = section == "8716-3"
    limits = None
    if statement.low or statement.high:
        bounds = [
            e(side, {"value": limit, "unit": statement.unit})
            for side, limit in (("low", statement.low), ("high", statement.high))
            if limit
        ]
        limits = e(
            "referenceRange",
            {"typeCode": "REFV"},
            e("observationRange", {"classCode": "OBS", "moodCode": "EVN.CRT"}, e("value", {"type": "IVL_PQ"}, *bounds)),
        )
    flag = e("interpretationCode", {"code": statement.flag, "codeSystem": "2.16.840.1.113883.5.83"})
    numeric = statement.value.replace(".", "", 1).isdecimal()
    observation = e(
        "observation",
        OBSERVATION,
        *templates("1.3.6.1.4.1.19376.1.5.3.1.4.13.2" if sign else "1.3.6.1.4.1.19376.1.3.1.6"),
        identifier(seed),
        e("code", code_attributes(Code("loinc", statement.loinc, statement.label)), original(f"{at}-1")),
        narrative(f"{at}-1"),
        e("statusCode", COMPLETED),
        when,
        e("value", {"type": "PQ", "value": statement.value, "unit": statement.unit})
        if numeric
        else e("value", {"type": "ST"}, statement.value),
        flag if statement.flag else None,
        limits,
    )
    return [observation]


def pregnancy(statement: Pregnancy, at: str, seed: str) -> list[etree._Element]:
    state = e(
        "observation",
        OBSERVATION,
        *templates("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.3.6.1.4.1.19376.1.5.3.1.4.13.5", "1.2.250.1.213.1.1.3.53"),
        identifier(seed),
        e("code", code_attributes(Code("loinc", "11449-6", "Statut de grossesse"))),
        narrative(f"{at}-0"),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "NA"}),
        e("value", {"type": "CD", **code_attributes(Code("snomed", "77386006", "enceinte"))}, original(f"{at}-1")),
    )
    due = e(
        "observation",
        OBSERVATION,
        *templates("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.3.6.1.4.1.19376.1.5.3.1.4.13.5", "1.2.250.1.213.1.1.3.53"),
        identifier(f"{seed}-due"),
        e("code", code_attributes(Code("loinc", "11778-8", "Date prévue d'accouchement"))),
        narrative(f"{at}-2"),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"nullFlavor": "NA"}),
        e("value", {"type": "TS", "value": stamp(statement.due)}),
    )
    return [e("entry", None, state), e("entry", None, due)]


def directive(statement: Directive, at: str, seed: str) -> list[etree._Element]:
    kind = (statement.loinc, statement.label) if statement.loinc else ("42348-3", "Directives anticipées")
    agreed = statement.agreed
    value = e("value", {"type": "BL", "value": "true" if agreed else "false"}) if agreed is not None else None
    observation = e(
        "observation",
        OBSERVATION,
        *templates(
            "2.16.840.1.113883.10.20.1.17",
            "1.3.6.1.4.1.19376.1.5.3.1.4.13",
            "1.3.6.1.4.1.19376.1.5.3.1.4.13.7",
            "1.2.250.1.213.1.1.3.54",
        ),
        identifier(seed),
        e("code", code_attributes(Code("loinc", *kind)), original(f"{at}-0")),
        narrative(f"{at}-0"),
        e("statusCode", COMPLETED),
        interval(statement.on),
        value,
    )
    return [e("entry", None, observation)]
