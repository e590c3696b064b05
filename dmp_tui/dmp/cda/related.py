"""What CI-SIS hangs on a statement by ``entryRelationship``: its status, its certainty, its comment."""

from typing import TYPE_CHECKING

from dmp_tui.dmp.cda.codes import codings, display
from dmp_tui.dmp.cda.scope import Scope, original
from dmp_tui.dmp.cda.words import course
from dmp_tui.dmp.entries import Status
from dmp_tui.dmp.identity import fold

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

STATUS = "33999-4"
CERTAINTY = "66455-7"
SEVERITY = "SEV"
COMMENT = "48767-8"


def with_code(statement: "Element", code: str) -> "Element | None":
    """The observation or act that is related to a statement and has this code."""
    for related in statement.iterfind("entryRelationship/*"):
        own = related.find("code")
        if own is not None and own.get("code") == code:
            return related
    return None


def sites(statement: "Element", scope: Scope, words: str = "") -> str:
    """Where in the body a statement is about, with its side, unless ``words`` hold it already."""
    found = []
    for site in statement.iterfind("targetSiteCode"):
        named = scope.words(original(site)) or display(site)
        sides = [scope.words(original(side)) or display(side) for side in site.iterfind("qualifier/value")]
        found += [text for text in (named, *sides) if text and fold(text) not in fold(words)]
    return ", ".join(dict.fromkeys(found))


def relative_of(element: "Element") -> str:
    """Whom a statement or a section is about where that is not the patient: "Mère", in a child's certificate."""
    related = element.find("subject/relatedSubject")
    if related is None:
        return ""
    code = related.find("code")
    if code is not None and code.get("code") in {"SELF", "ONESELF"}:
        return ""
    return (display(code) if code is not None else "") or "autre personne"


def status_words(statement: "Element", scope: Scope) -> tuple[str, str, bool]:
    """``(words, code, differ)`` of the status observation: "Intermittent", ``inactive``, and whether they disagree."""
    found = with_code(statement, STATUS)
    if found is None:
        return "", "", False
    value = found.find("value")
    said = scope.words(original(value), found.find("text"))
    codes = codings(value)
    coded = codes[0].code if codes else ""
    ours, theirs = course(said), course(coded or display(value))
    return (
        said,
        coded,
        bool(said and coded) and theirs is not Status.UNKNOWN and ours is not theirs and ours is not Status.UNKNOWN,
    )


def comment(statement: "Element", scope: Scope, words: str = "") -> str:
    """The author's comment on a statement, unless ``words`` hold it already."""
    found = with_code(statement, COMMENT)
    text = scope.words(found.find("text")) if found is not None else ""
    return "" if text in words else text
