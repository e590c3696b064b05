"""A section that nobody put into words, written from its coded statements, so that a reader finds it not empty."""

from collections.abc import Iterable

from dmp_tui.dmp.entries import Assertion, Entry
from dmp_tui.dmp.narrative import Block, Items

_ASSERTIONS = {Assertion.NEGATED: "nié", Assertion.UNREADABLE: "illisible"}


def coded_blocks(entries: Iterable[Entry]) -> tuple[Block, ...]:
    """One item a statement; no block where there is none."""
    items = tuple(_item(entry) for entry in entries)
    return (Items(items),) if items else ()


def _item(entry: Entry) -> str:
    """``label : value unit (reference), dose, reactions, dates, words``, as far as each is known."""
    measured = f"{entry.value} {entry.unit}".strip()
    measured = f"{measured} ({entry.reference})" if measured and entry.reference else measured or entry.reference
    course = " - ".join(date for date in (entry.start, entry.end) if date)
    shown = [reaction.label for reaction in entry.reactions if not reaction.negated]
    told = [_ASSERTIONS.get(entry.assertion, ""), measured, entry.dose, *shown, course or entry.noted, entry.words]
    beside = ", ".join(dict.fromkeys(text for text in told if text and text != entry.label))
    return f"{entry.label} : {beside}" if beside else entry.label
