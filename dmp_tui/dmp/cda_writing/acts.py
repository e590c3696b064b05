"""What entries share: ids, relations between acts, the concern that follows a problem or an allergy."""

import uuid

from lxml import etree

from dmp_tui.dmp.cda_writing.xml import e, interval, templates

_NAMESPACE = uuid.UUID("5d0b7a52-4c57-5b0a-9d55-0c6d6b1d5f10")
PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")
_CONCERN = ("2.16.840.1.113883.10.20.1.27", "1.3.6.1.4.1.19376.1.5.3.1.4.5.1")
OBSERVATION = {"classCode": "OBS", "moodCode": "EVN"}


def identifier(seed: str) -> etree._Element:
    """A stable id for the thing that ``seed`` names."""
    return e("id", {"root": str(uuid.uuid5(_NAMESPACE, seed)).upper()})


def related(kind: str, *children: etree._Element, inverted: bool = False) -> etree._Element:
    """What hangs on a statement: a remark, a reaction, an observation."""
    return e("entryRelationship", {"typeCode": kind, "inversionInd": "true" if inverted else "false"}, *children)


def concern(
    template: str, seed: str, since: str, until: str, observation: etree._Element, *, active: bool | None
) -> etree._Element:
    """The act that follows a problem or an allergy over time, with its observation.

    CI-SIS has no such act for what is not known to last or to have ended (``active`` None): then the observation stands
    alone, and claims to be no more than it is.
    """
    if active is None:
        return e("entry", None, observation)
    own = "1.2.250.1.213.1.1.3.40" if template.endswith("5.3") else "1.2.250.1.213.1.1.3.39"
    act = e(
        "act",
        {"classCode": "ACT", "moodCode": "EVN"},
        *templates(*_CONCERN, template, own),
        identifier(f"{seed}-concern"),
        e("code", {"nullFlavor": "NA"}),
        e("statusCode", {"code": "active" if active else "completed"}),
        interval(since, until, lasting=active),
        related("SUBJ", observation),
    )
    return e("entry", None, act)
