"""The file beside a PDF that says whose it is: ``lettre.pdf.json``. JSON, UTF-8, 64 KiB at most.

| member | |
|---|---|
| ``ins``, ``oid`` | 15 characters, and the OID of the authority |
| ``birth_name``, ``birth_date`` | mandatory: ``AAAA-MM-JJ``, or as civil status has it |
| ``given_names``, ``sex`` | ``M``, ``F``; may be left out |
| ``type``, ``title``, ``author`` | JDV_J66 code, title, name of who wrote it; may be left out |
| ``date`` | of the letter, ``AAAA[-MM[-JJ]]`` or a FHIR instant, not in the future; may be left out |
"""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from dmp_tui.dmp.files import is_type, stated_date
from dmp_tui.dmp.identity import IdentityError, Ins, Sex, Traits, parse_birth_date, parse_matricule

LARGEST = 64 * 1024
_KNOWN = frozenset({"ins", "oid", "birth_name", "birth_date", "given_names", "sex", "type", "title", "date", "author"})
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_MANDATORY = ("ins", "oid", "birth_name", "birth_date")


class SidecarError(ValueError):
    """A sidecar that cannot be used. ``member`` names what is wrong in it, or is empty where it is no JSON object."""

    def __init__(self, member: str = "") -> None:
        super().__init__(member)
        self.member = member


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Whose a file is, and as what it is deposited."""

    ins: Ins
    traits: Traits = field(repr=False)
    type_code: str = ""
    title: str = ""
    date: str = ""
    author: str = ""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose members stand once each: of two patients none is chosen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _hides(value: str) -> bool:
    """Whether a text holds what is not seen: line ends, escapes, marks that turn the direction of writing."""
    return any(unicodedata.category(character) in _HIDDEN for character in value)


def parse_sidecar(content: bytes, now: datetime) -> Sidecar:
    """Read a sidecar. A member that is not known is an error: it may be a misspelt one that counts.

    Args:
        now: aware; no letter is dated after it.

    Raises:
        SidecarError: with the member that is wrong.
    """
    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once) if len(content) <= LARGEST else None
    except (ValueError, RecursionError):
        raise SidecarError from None
    if not isinstance(given, dict):
        raise SidecarError
    for name, value in given.items():
        if name not in _KNOWN or not isinstance(value, str) or len(value) > 500 or _hides(value):
            raise SidecarError(str(name)[:40])
    for name in _MANDATORY:
        if not given.get(name, "").strip():
            raise SidecarError(name)
    try:
        ins = Ins(parse_matricule(given["ins"]), given["oid"].removeprefix("urn:oid:"))
    except IdentityError:
        raise SidecarError("ins") from None
    try:
        birth = parse_birth_date(given["birth_date"])
    except IdentityError:
        raise SidecarError("birth_date") from None
    if given.get("sex", "") not in {"", "M", "F"}:
        raise SidecarError("sex")
    if (code := given.get("type", "")) and not is_type(code):
        raise SidecarError("type")
    if (date := given.get("date", "")) and not stated_date(date, now):
        raise SidecarError("date")
    sex = Sex(given["sex"]) if given.get("sex") else Sex.U
    traits = Traits(given["birth_name"].strip(), given.get("given_names", "").strip(), birth, sex)
    title, author = given.get("title", "").strip(), given.get("author", "").strip()
    return Sidecar(ins, traits, code, title, date, author)
