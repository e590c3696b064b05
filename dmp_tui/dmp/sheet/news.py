"""What came into a record since its reader last read it. Nothing is new to who reads it for the first time."""

from dataclasses import replace
from datetime import datetime
from enum import IntEnum

from dmp_tui.dmp.entries import Mark
from dmp_tui.dmp.sheet.model import Line, Origin, Sheet


class News(IntEnum):
    """How new a line is."""

    NONE = 0
    SOURCE = 1
    """A line known before, of which another document speaks now."""
    LINE = 2
    """Nothing of it was there."""


def is_new(origin: Origin, since: datetime | None) -> bool:
    """Whether a document was taken after a moment (aware); one of which that is not known is not."""
    if since is None or not origin.submitted:
        return False
    try:
        return datetime.fromisoformat(origin.submitted) > since
    except (ValueError, TypeError):
        return False


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
