"""Coded entries of problems and medicines, with the structure of CI-SIS.

``words`` is the id that the statement's name has in the narrative; ``seed`` names the statement for ever, so that its
id is the same each time the document is written. Dates are FHIR dates.
"""

from collections.abc import Sequence

from lxml import etree

from dmp_tui.dmp.cda_writing.acts import OBSERVATION, PROBLEM, concern, identifier
from dmp_tui.dmp.cda_writing.xml import COMPLETED, SNOMED, V3Code, coded, e, interval, narrative, templates

_DIAGNOSIS = V3Code("282291009", "interprétation diagnostique", *SNOMED)
_NORMAL_DOSING = "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"
"""One administration, no subordinate ones: IHE PCC wants each medicine to say how it is given."""
_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")


def diagnosis(
    codes: Sequence[V3Code], words: str, seed: str, time: etree._Element, *, absent: bool = False
) -> etree._Element:
    """The observation of a problem, or of "none"."""
    return e(
        "observation",
        {**OBSERVATION, "negationInd": "true" if absent else "false"},
        *templates(*PROBLEM),
        identifier(seed),
        e("code", _DIAGNOSIS.attributes),
        narrative(words),
        e("statusCode", COMPLETED),
        time,
        coded("value", codes, words, kind="CD"),
    )


def problem(
    codes: Sequence[V3Code],
    words: str,
    seed: str,
    *,
    since: str = "",
    until: str = "",
    active: bool | None,
    absent: bool = False,
) -> etree._Element:
    """The entry of a problem; ``absent`` where the author says that it is not present."""
    observation = diagnosis(codes, words, seed, interval(since, until), absent=absent)
    return concern("1.3.6.1.4.1.19376.1.5.3.1.4.5.2", seed, since, until, observation, active=active)


def drug(
    label: str, codes: Sequence[V3Code], words: str, seed: str, *, since: str = "", until: str = "", mood: str = "EVN"
) -> etree._Element:
    """The entry of a medicine: taken (mood EVN), or intended (INT)."""
    administration = e(
        "substanceAdministration",
        {"classCode": "SBADM", "moodCode": mood},
        *templates(
            "2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.7", "1.2.250.1.213.1.1.3.42", _NORMAL_DOSING
        ),
        identifier(seed),
        e("code", {"code": "DRUG", "displayName": "Médicament", "codeSystem": "2.16.840.1.113883.5.4"}),
        narrative(words),
        e("statusCode", COMPLETED),
        interval(since, until),
        e("consumable", None, product(label, codes, words)),
    )
    return e("entry", {"typeCode": "DRIV"}, administration)


def product(label: str, codes: Sequence[V3Code], words: str) -> etree._Element:
    """A product: its codes, the words of the row, its name."""
    material = e("manufacturedMaterial", None, coded("code", codes, words), e("name", None, label))
    return e("manufacturedProduct", None, *templates(*_PRODUCT), material)
