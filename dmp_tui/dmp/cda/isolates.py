"""Germs of microbiology (IHE PALM isolates), and the results that are of one germ."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import codings
from dmp_tui.dmp.cda.narrative import one_line
from dmp_tui.dmp.cda.observations import uncoded
from dmp_tui.dmp.cda.scope import Scope, beside, dated, original
from dmp_tui.dmp.entries import Entry, Kind, Mark

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ISOLATE = "1.3.6.1.4.1.19376.1.3.1.5"


def read_isolate(organizer: "Element", scope: Scope, noted: str) -> Entry | None:
    """The germ of a microbiological isolate (IHE PALM), None for every other organizer."""
    entity = organizer.find("specimen/specimenRole/specimenPlayingEntity")
    if entity is None or not any(t.get("root") == _ISOLATE for t in organizer.iterfind("templateId")):
        return None
    code = entity.find("code")
    codes = codings(code)
    place = scope.place(original(code))
    label = (one_line(place.text) if place else "") or next((c.display or c.code for c in codes), "")
    if not label:
        return None
    code_label, differs = beside(label, codes)
    marks = ({Mark.CODE_DIFFERS} if differs else set()) | (set() if codes else {Mark.UNCODED})
    entry = Entry(Kind.RESULT, label, codes=codes, code_label=code_label, noted=noted, section=scope.code)
    return dated(replace(entry, words=place.words if place else "", marks=frozenset(marks)), scope)


def of_isolate(entry: Entry, germ: Entry) -> Entry:
    """A result of one germ, named so, that no code makes one with that of another germ."""
    return uncoded(replace(entry, label=f"{germ.label} : {entry.label}"))
