"""Official files to the two halves of a reference file: which files, which month, and nothing before all are read."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from dmp_tui.dmp.medicines.bdpm import TABLES, read_bdpm
from dmp_tui.dmp.medicines.model import Edition
from dmp_tui.dmp.medicines.tables import TableError, TableProblem, decoded
from dmp_tui.dmp.medicines.thesaurus import is_index, month_of, read_thesaurus
from dmp_tui.reference.writing import ANSM, BDPM, Half

MOST = 256 * 1024 * 1024
"""Bytes of one file at most: the largest of the official tables has some 4 MB."""


def medicines_of(directory: Path, imported: date, month: str = "") -> Half:
    """The base of the five official tables in a directory (``CIS_bdpm.txt``, also ``CIS_bdpm.2019.txt`` and the like).

    Args:
        month: that the tables are of, ``AAAA-MM``; empty: what the files' names state, else the newest date that the
            tables hold (they are no older than that).

    Raises:
        TableError: a table is missing, is there twice, cannot be read or is not as it is published.
    """
    files = _tables(directory)
    texts = {table: (file.name, _text(file)) for table, file in files.items()}
    base = read_bdpm(texts)
    named = max((month_of(file.name) for file in files.values()), default="")
    return Half(base, Edition(BDPM, month or named or base.newest, imported.isoformat()))


def interactions_of(file: Path, imported: date, month: str = "", index: Path | None = None) -> Half:
    """The thesaurus of a file, with the index of substances that lies beside it, or that is named.

    Raises:
        TableError: a table cannot be read or is not as it is published; both ``file`` and ``index`` are indexes.
    """
    text = _text(file)
    beside = index or _index_beside(file)
    listed = (beside.name, _text(beside)) if beside else None
    stated = month or month_of(file.name)
    return Half(read_thesaurus((file.name, text), listed, ANSM), Edition(ANSM, stated, imported.isoformat()))


def _tables(directory: Path) -> Mapping[str, Path]:
    try:
        entries = sorted(entry for entry in directory.iterdir() if entry.is_file())
    except OSError as error:
        raise TableError(TableProblem.UNREADABLE, directory.name, detail=error.strerror or "") from None
    found = {}
    for table in TABLES:
        shape = re.compile(rf"{table}(?:[._-].*)?\.(?:txt|tsv|csv)", re.IGNORECASE)
        own = [entry for entry in entries if shape.fullmatch(entry.name)]
        if not own:
            raise TableError(TableProblem.NO_FILE, f"{table}.txt")
        if len(own) > 1:
            raise TableError(TableProblem.SEVERAL_FILES, own[0].name, detail=own[1].name)
        found[table] = own[0]
    return found


def _index_beside(file: Path) -> Path | None:
    """The index of substances in the same directory, if exactly one of the same month is there."""
    month = month_of(file.name)
    others = [one for one in sorted(file.parent.glob("*.json")) if one != file and month_of(one.name) == month]
    own = [one for one in others if one.stat().st_size <= MOST and is_index(_text(one))]
    return own[0] if len(own) == 1 else None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST + 1)
    except OSError as error:
        raise TableError(TableProblem.UNREADABLE, file.name, detail=error.strerror or "") from None
    if len(content) > MOST:
        raise TableError(TableProblem.TOO_LARGE, file.name)
    return decoded(content, file.name)
