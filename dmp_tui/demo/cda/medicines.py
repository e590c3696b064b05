"""The coded entries of medicines: what is taken or prescribed, and the vaccines that were given."""

from lxml import etree

from dmp_tui.demo.cda.codes import code_attributes, v3
from dmp_tui.demo.clinical import Code, Drug, Vaccine
from dmp_tui.dmp.cda_writing import entries
from dmp_tui.dmp.cda_writing.acts import OBSERVATION, identifier, related
from dmp_tui.dmp.cda_writing.xml import COMPLETED, V3Code, e, narrative, stamp, templates

PRESCRIBING = "57828-6"
"""Section of a prescription: what stands there is intended (moodCode INT), not given."""


def drug(statement: Drug, at: str, seed: str, section: str) -> etree._Element:
    """The entry of a medicine."""
    codes = _codes(statement.label, statement.cis, statement.atc, statement.substance)
    mood = "INT" if section == PRESCRIBING else "EVN"
    return entries.drug(
        statement.label, codes, f"{at}-2", seed, since=statement.since, until=statement.until, mood=mood
    )


def _codes(label: str, cis: str, atc: str, substance: str) -> tuple[V3Code, ...]:
    """CIS code of the product, ATC code of its substance."""
    found = (Code("cis", cis, label) if cis else None, Code("atc", atc, substance) if atc else None)
    return tuple(v3(code) for code in found if code is not None)


def vaccine(statement: Vaccine, at: str, seed: str) -> list[etree._Element]:
    repeat = None
    if statement.rank:
        repeat = related(
            "SUBJ",
            e(
                "observation",
                OBSERVATION,
                *templates("2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.79"),
                e("code", code_attributes(Code("loinc", "30973-2", "Rang de la vaccination"))),
                e("statusCode", COMPLETED),
                e("value", {"type": "INT", "value": statement.rank}),
            ),
        )
    product = entries.product(
        statement.label, _codes(statement.label, statement.cis, statement.atc, statement.label), f"{at}-1"
    )
    if statement.lot:
        product[-1].append(e("lotNumberText", None, statement.lot))
    administration = e(
        "substanceAdministration",
        {"classCode": "SBADM", "moodCode": "EVN", "negationInd": "false"},
        *templates("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45"),
        identifier(seed),
        e("code", {"code": "IMMUNIZ", "displayName": "Vaccination", "codeSystem": "2.16.840.1.113883.5.4"}),
        narrative(f"{at}-1"),
        e("statusCode", COMPLETED),
        e("effectiveTime", {"value": stamp(statement.on)}),
        e("consumable", {"typeCode": "CSM"}, product),
        repeat,
    )
    return [e("entry", None, administration)]
