"""The coded entries of medicines: what is taken or prescribed, and the vaccines that were given."""

from lxml import etree

from dmp_tui.demo.cda.acts import OBSERVATION, identifier, related
from dmp_tui.demo.cda.codes import code_attributes
from dmp_tui.demo.clinical import Code, Drug, Vaccine
from dmp_tui.dmp.cda_writing.xml import COMPLETED, e, interval, narrative, original, stamp, templates

_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
PRESCRIBING = "57828-6"
"""Section of a prescription: what stands there is intended (moodCode INT), not given."""


def drug(statement: Drug, at: str, seed: str, section: str) -> list[etree._Element]:
    administration = e(
        "substanceAdministration",
        {"classCode": "SBADM", "moodCode": "INT" if section == PRESCRIBING else "EVN"},
        *templates("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.7", "1.2.250.1.213.1.1.3.42"),
        identifier(seed),
        e("code", {"code": "DRUG", "displayName": "Médicament", "codeSystem": "2.16.840.1.113883.5.4"}),
        narrative(f"{at}-2"),
        e("statusCode", COMPLETED),
        interval(statement.since, statement.until),
        e(
            "consumable",
            None,
            _manufactured(statement.label, statement.cis, statement.atc, statement.substance, f"{at}-2"),
        ),
    )
    return [e("entry", {"typeCode": "DRIV"}, administration)]


def _manufactured(label: str, cis: str, atc: str, substance: str, column: str) -> etree._Element:
    """A product: CIS code, ATC translation, the words of the row."""
    coded = code_attributes(Code("cis", cis, label)) if cis else {"nullFlavor": "UNK"}
    translation = e("translation", code_attributes(Code("atc", atc, substance))) if atc else None
    return e(
        "manufacturedProduct",
        None,
        *templates(*_PRODUCT),
        e("manufacturedMaterial", None, e("code", coded, original(column), translation), e("name", None, label)),
    )


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
    product = _manufactured(statement.label, statement.cis, statement.atc, statement.label, f"{at}-1")
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
