"""Elements of HL7 v3, and the small pieces that every part of a CDA document is made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from dmp_tui.dmp.entries import Coding

V3 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_PREFIXES: dict[Any, str] = {None: V3, "xsi": XSI}

_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold (XML 1.0 2.2)."""

Child = etree._Element | str | None  # noqa: SLF001 (the type that lxml gives its elements has no public name)


@dataclass(frozen=True, slots=True)
class V3Code:
    """A code of HL7 v3; ``system`` is an OID."""

    code: str
    display: str
    system: str
    system_name: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of a ``CD``; what is not known is left out."""
        every = {
            "code": self.code,
            "displayName": self.display,
            "codeSystem": self.system,
            "codeSystemName": self.system_name,
        }
        return {name: value for name, value in every.items() if value}


SNOMED = ("2.16.840.1.113883.6.96", "SNOMED CT")
LOINC = ("2.16.840.1.113883.6.1", "LOINC")
"""OID and name of a system, as a ``V3Code`` wants them."""


_OIDS = {
    "http://snomed.info/sct": SNOMED,
    "http://loinc.org": LOINC,
    "http://www.whocc.no/atc": ("2.16.840.1.113883.6.73", "ATC"),
    "http://hl7.org/fhir/sid/icd-10": ("2.16.840.1.113883.6.3", "CIM-10"),
}


def v3_codes(codes: Iterable[Coding]) -> tuple[V3Code, ...]:
    """Codings of FHIR as HL7 v3 writes them; one of a system that has no OID here has no place in CDA."""
    found: list[V3Code] = []
    for coding in codes:
        oid, name = _OIDS.get(coding.system, (coding.system.removeprefix("urn:oid:"), ""))
        if oid[:1].isdigit():
            found.append(V3Code(coding.code, coding.display, oid, name))
    return tuple(found)


def e(tag: str, attributes: Mapping[str, str] | None = None, *children: Child) -> etree._Element:
    """An element of HL7 v3. ``type`` becomes ``xsi:type``; a child that is None is left out.

    A control character in a text is written as its picture, what XML cannot hold else as U+FFFD: nothing is dropped.
    """
    element = etree.Element(f"{{{V3}}}{tag}", nsmap=_PREFIXES)
    for name, value in (attributes or {}).items():
        element.set(f"{{{XSI}}}type" if name == "type" else name, held(value))
    last: etree._Element | None = None
    for child in children:
        if isinstance(child, str):
            if last is None:
                element.text = (element.text or "") + held(child)
            else:
                last.tail = (last.tail or "") + held(child)
        elif child is not None:
            element.append(child)
            last = child
    return element


def held(text: str) -> str:
    """A text as XML can hold it."""
    return _UNHELD.sub(lambda found: _picture(found[0]), text)


def _picture(character: str) -> str:
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


def templates(*roots: str) -> list[etree._Element]:
    """``templateId`` elements."""
    return [e("templateId", {"root": root}) for root in roots if root]


def reference(target: str) -> etree._Element:
    """A reference to a part of the narrative."""
    return e("reference", {"value": f"#{target}"})


def narrative(target: str) -> etree._Element:
    """``text`` of an entry: the words it stands for."""
    return e("text", None, reference(target))


def original(target: str) -> etree._Element:
    """``originalText`` of a code: the words it was chosen for."""
    return e("originalText", None, reference(target))


def coded(tag: str, codes: Sequence[V3Code], words: str, *, kind: str = "") -> etree._Element:
    """A coded element: the first code, the words it was chosen for, the other codes as translations."""
    attributes = codes[0].attributes if codes else {"nullFlavor": "UNK"}
    others = (e("translation", code.attributes) for code in codes[1:])
    return e(tag, {"type": kind, **attributes} if kind else attributes, original(words), *others)


COMPLETED = {"code": "completed"}


def stamp(fhir_date: str) -> str:
    """An HL7 v3 time of a FHIR date (``2021-05`` -> ``202105``)."""
    return fhir_date.replace("-", "")


def french(fhir_date: str) -> str:
    """How a person writes a FHIR date (``2021-05-03`` -> ``03/05/2021``)."""
    return "/".join(reversed(fhir_date.split("-"))) if fhir_date else ""


def interval(since: str, until: str = "", *, lasting: bool = False) -> etree._Element:
    """``effectiveTime`` as an interval.

    An end that is not known is said to be unknown; what is ``lasting`` has none.
    """
    low = e("low", {"value": stamp(since)} if since else {"nullFlavor": "UNK"})
    high = None if lasting else e("high", {"value": stamp(until)} if until else {"nullFlavor": "UNK"})
    return e("effectiveTime", {"type": "IVL_TS"}, low, high)
