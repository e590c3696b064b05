"""Entries that name nothing: "none", "not known" and "could not be read", told apart."""

from typing import TYPE_CHECKING

from dmp_tui.dmp.absent_codes import FLAVORS
from dmp_tui.dmp.cda.codes import absence, codings
from dmp_tui.dmp.cda.narrative import one_line
from dmp_tui.dmp.cda.scope import Scope
from dmp_tui.dmp.cda.words import denial, name_the_same
from dmp_tui.dmp.entries import Assertion, Entry, Kind, Mark

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LONGEST_LABEL = 160
_LONGEST_WORDS = 1000


def agentless(kind: Kind, statement: "Element", scope: Scope) -> Entry:
    """The statement of an entry that names no agent, product or problem.

    Read from its codes ("no known allergy"), its words, the section's words and its null flavors, in this order.
    NONE and NO_DATA are what the author said; UNREADABLE is all that cannot be told, or where words and code disagree.
    """
    codes = tuple(coding for coding in codings(*statement.iter("code", "value")) if absence((coding,)))
    own = scope.words(statement.find("text"), *statement.iter("originalText"))
    around = scope.narrative.plain
    marks = {Mark.REIMBURSED} if scope.reimbursement else set()
    assertion = absence(codes)
    if assertion is None:
        assertion = _said(own) or _said(around)
    elif own and denial(own) is None and not name_the_same(own, [coding.display for coding in codes]):
        assertion = Assertion.UNREADABLE
        marks.add(Mark.CODE_DIFFERS)
    if assertion is None:
        silent = not own and not around.strip()
        if statement.get("negationInd") == "true" and not around.strip():
            assertion = Assertion.NONE
        else:
            assertion = Assertion.NO_DATA if silent and _flavored(statement) else Assertion.UNREADABLE
    if assertion is Assertion.NONE and scope.reimbursement:
        assertion = Assertion.NO_DATA  # nothing reimbursed is not nothing taken
    stated = next((coding.display for coding in codes if coding.display), "")
    label = (own if denial(own) else "") or stated or one_line(around[:_LONGEST_WORDS]) or own or scope.title
    return Entry(
        kind,
        shortened(label) or kind.value,
        assertion=assertion,
        codes=codes,
        section=scope.code,
        words=one_line(around[:_LONGEST_WORDS]) or own,
        marks=frozenset(marks),
    )


def nothing_known(section: "Element", scope: Scope) -> Entry | None:
    """The NO_DATA statement of a section without words that is there only for its ``nullFlavor``."""
    if scope.kind is None or section.get("nullFlavor") not in FLAVORS or scope.narrative.plain.strip():
        return None
    return Entry(scope.kind, shortened(scope.title) or scope.kind.value, Assertion.NO_DATA, section=scope.code)


def shortened(text: str) -> str:
    """A text cut to the length of a label; its whole stays in the narrative."""
    text = one_line(text)
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


def _said(text: str) -> Assertion | None:
    said = denial(text)
    return said if said in {Assertion.NONE, Assertion.NO_DATA} else None


def _flavored(statement: "Element") -> bool:
    return any(element.get("nullFlavor") in FLAVORS for element in statement.iter())
