"""What came into a record since its reader last read it. Nothing is new to who reads it for the first time."""

from dataclasses import replace
from datetime import datetime
from enum import IntEnum

from dmp_tui.dmp.documents import DocumentEntry
from dmp_tui.dmp.entries import Mark
from dmp_tui.dmp.sheet.model import Line, Origin, Sheet


class News(IntEnum):
    """How new a line is."""

    NONE = 0
    SOURCE = 1
    """A line known before, of which another document speaks now."""
    LINE = 2
    """Nothing of it was there."""


def is_new(document: Origin | DocumentEntry, since: datetime | None) -> bool:
    """Whether the server took a document after its reader's last access.

    Nothing is new to who never read; a document of which the moment is not told may be, and so it is; one of which only
    the day is told is from that day on.
    """
    if since is None:
        return False
    try:
        submitted = datetime.fromisoformat(document.submitted)
    except ValueError:
        return True
    if submitted.tzinfo is None or since.tzinfo is None:
        return submitted.date() >= since.date()
    return submitted > since


def news_of(line: Line, since: datetime | None) -> News:
    """How new a line is to someone who read the record at ``since`` (aware; None: never)."""
    fresh = [is_new(source.origin, since) for source in line.sources]
    if not any(fresh):
        return News.NONE
    return News.LINE if all(fresh) else News.SOURCE


def with_news(sheet: Sheet, since: datetime | None) -> Sheet:
    """The sheet for a reader who read the record at ``since``: what is new has the mark NEW."""
    if since is None:
        return sheet
    topics = (
        replace(topic, lines=tuple(_marked(line) if news_of(line, since) else line for line in topic.lines))
        for topic in sheet.topics
    )
    return replace(sheet, topics=tuple(topics))


def _marked(line: Line) -> Line:
    return replace(line, marks=line.marks | {Mark.NEW})


def new_lines(sheet: Sheet) -> tuple[Line, ...]:
    """The lines that are marked so, in the sheet's order."""
    return tuple(line for topic in sheet.topics for line in topic.lines if Mark.NEW in line.marks)
