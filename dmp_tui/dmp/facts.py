"""Tables of our own that ship with the program: one row a fact, each with its public source."""

import csv
from collections.abc import Iterator
from importlib.resources import files


class FactError(ValueError):
    """A row of our own data that cannot be meant. Its text holds the file, the line and what is wrong."""


def rows(package: str, name: str, columns: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of ``data/NAME.csv`` of a package with its line, cells stripped; ``|`` between them, no quoting.

    Raises:
        FactError: another header than ``columns`` (where they are given), a row of another width, one without a
            source: no source, no fact.
    """
    text = files(package).joinpath(f"data/{name}.csv").read_text("utf-8")
    yield from rows_of(text, f"{name}.csv", columns)


def rows_of(text: str, file: str, columns: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """As ``rows``, of a text that is at hand; ``file`` is how its errors name it."""
    reader = csv.DictReader(text.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE, strict=True)
    if columns and tuple(reader.fieldnames or ()) != columns:
        raise FactError(f"{file} line 1: columns are {'|'.join(columns)}")
    for number, row in enumerate(reader, 2):
        if any(column is None or cell is None for column, cell in row.items()):
            raise FactError(f"{file} line {number}: columns")
        if not row.get("source", "").strip():
            raise FactError(f"{file} line {number}: no source")
        yield number, {column: cell.strip() for column, cell in row.items()}
