"""Official tables as lines of text: what is wrong with one, said with its file, its line and its column."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class TableProblem(StrEnum):
    """Why a table cannot be used."""

    NO_FILE = "no-file"
    SEVERAL_FILES = "several-files"
    UNREADABLE = "unreadable"
    NOT_TEXT = "not-text"
    TOO_LARGE = "too-large"
    EMPTY = "empty"
    COLUMNS = "columns"
    """A line has fewer columns than the table has had since it is published."""
    VALUE = "value"
    """A column holds something else than what stands there: another year's layout, or another table."""
    UNKNOWN_CODE = "unknown-code"
    """A line names a medicine that the table of specialities does not have, for too many of its lines."""
    NOT_JSON = "not-json"


class TableError(Exception):
    """A table that cannot be used. ``line`` counts from 1, 0 for the whole file; ``column`` is its official name."""

    def __init__(self, problem: TableProblem, file: str, line: int = 0, column: str = "", detail: str = "") -> None:
        super().__init__(f"{file}:{line}: {column}: {problem.value}")
        self.problem = problem
        self.file = file
        self.line = line
        self.column = column
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, its place from 0, and what it must look like."""

    name: str
    place: int
    form: re.Pattern[str]


def decoded(content: bytes, file: str) -> str:
    """A file's text: UTF-8 where it is, else Windows-1252, as these tables have been published.

    Raises:
        TableError: NOT_TEXT (a NUL byte: no table of text, or UTF-16).
    """
    if b"\0" in content:
        raise TableError(TableProblem.NOT_TEXT, file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves open are kept as what they are: one stray byte loses no table.
        return (
            "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in content)
            if _OPEN & set(content)
            else content.decode("cp1252")
        )


_OPEN = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})


def rows(text: str, file: str, least: int, checked: Iterable[Column]) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table, numbered, cut at tabs, blank ones left out.

    Raises:
        TableError: EMPTY, COLUMNS or VALUE, with the line and the column.
    """
    columns = tuple(checked)
    found = False
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.rstrip("\r")
        if not bare.strip():
            continue
        found = True
        cells = [cell.strip() for cell in bare.split("\t")]
        if len(cells) < least:
            raise TableError(TableProblem.COLUMNS, file, number, detail=f"{len(cells)} / {least}")
        for column in columns:
            if not column.form.fullmatch(cells[column.place]):
                raise TableError(TableProblem.VALUE, file, number, column.name)
        yield number, cells
    if not found:
        raise TableError(TableProblem.EMPTY, file)
