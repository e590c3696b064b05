"""FHIR in XML as FHIR in JSON. No schema is asked: what stands once is no array, and the reader takes either."""

import re
from typing import TYPE_CHECKING

from dmp_tui.dmp.entries import DocumentError, DocumentProblem
from dmp_tui.dmp.fhir.strict import Json

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HEAD = 4096
_ASIDES = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ROOT = re.compile(rb"<(?:([\w.-]{1,40}):)?\w[^<>]*>?")
_TRUTHS = {"true": True, "false": False}
_BOOLEANS = frozenset(
    {"active", "asNeeded", "contributedToDeath", "deleted", "doNotPerform", "isSubpotent", "notDone", "notGiven"}
    | {"notPerformed", "primarySource", "userSelected", "wasNotGiven", "wasNotTaken"}
)
"""Elements that hold true or false, of those that are read, beside all whose name ends in ``Boolean``."""
_HOLDERS = frozenset({"resource", "contained"})
"""Elements that hold a whole resource, whose type is the name of their child."""


def is_fhir_xml(content: bytes) -> bool:
    """Whether the first element of XML bytes, in whatever encoding of one or two bytes a letter, is FHIR's."""
    root = _ROOT.search(_ASIDES.sub(b"", content[:_HEAD].replace(b"\x00", b"")))
    if root is None:
        return False
    prefix = rb":" + re.escape(root[1]) if root[1] else b""
    return re.search(rb"\sxmlns" + prefix + rb"\s*=\s*[\"']http://hl7\.org/fhir[\"']", root[0]) is not None


def parse_xml(content: bytes) -> Json:
    """The resource that bytes of FHIR XML hold, as ``strict.parse_object`` would give it: its numbers are texts.

    Raises:
        DocumentError: EMPTY, TOO_LARGE, FORBIDDEN_XML, TOO_DEEP, NOT_XML; NOT_FHIR_DOCUMENT if it is no FHIR resource.
    """
    from dmp_tui.dmp.cda.xml import parse

    root = parse(content).root
    if not root.tag[:1].isupper():
        raise DocumentError(DocumentProblem.NOT_FHIR_DOCUMENT)
    return _resource(root)


def _resource(element: "Element") -> Json:
    return {"resourceType": element.tag, **_object(element)}


def _object(element: "Element") -> Json:
    found: Json = {name: value for name in ("id", "url") if (value := element.get(name)) is not None}
    for child in element:
        name = child.tag
        if name in _HOLDERS:
            for inner in child:
                _put(found, name, _resource(inner))
        elif name == "div":
            found[name] = _markup(child)
        elif (value := child.get("value")) is not None:
            _put(found, name, _truth(name, value))
            if len(child):
                _put(found, f"_{name}", _object(child))
        elif held := _object(child):
            _put(found, name, held)
            if held.keys() <= {"id", "extension"}:
                # A primitive element without a value, or a complex one without content: both say why.
                _put(found, f"_{name}", held)
    return found


def _put(found: Json, name: str, value: object) -> None:
    """A second element of a name makes an array."""
    held = found.get(name)
    if held is None:
        found[name] = value
    elif isinstance(held, list):
        held.append(value)
    else:
        found[name] = [held, value]


def _truth(name: str, value: str) -> object:
    return _TRUTHS.get(value, value) if name in _BOOLEANS or name.endswith("Boolean") else value


def _markup(element: "Element") -> str:
    from lxml import etree

    return etree.tostring(element, encoding="unicode", with_tail=False)
