"""Which professions may consult which types of documents: the matrix of the arrêté of 26 October 2023 (R1111-46).

The whole official matrix (19 professions, 87 types) is published by the DMP; what this package carries are the cells
that public sources state, each with its source. A cell that nobody states is unknown, and an unknown one bars nobody:
the functional rights and the patient's will still decide. A site loads the official one.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

ANY = "*"
"""In a file, every type that no row of the same profession names."""
_HEADER = ("profession", "type", "consultation", "source")
_YES, _NO = frozenset({"oui", "true", "1", "yes"}), frozenset({"non", "false", "0", "no"})
_CODE = re.compile(r"[A-Za-z0-9_-]{1,16}")
_MOST_ROWS = 20_000


class Cell(StrEnum):
    """What the matrix says of a profession and a type."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class HabilitationsError(ValueError):
    """A file that is no matrix. ``line`` is 1 for the header; ``column`` is empty where the whole line is meant."""

    def __init__(self, line: int, column: str = "") -> None:
        super().__init__(line, column)
        self.line, self.column = line, column


@dataclass(frozen=True, slots=True)
class Habilitations:
    """A matrix: ``(G15 profession, code of type or ANY) -> (whether to consult, source)``."""

    cells: Mapping[tuple[str, str], tuple[bool, str]]

    def cell(self, profession: str, document_type: str) -> Cell:
        """What it says of a profession (G15) and a document's type (JDV_J66)."""
        found = self.cells.get((profession, document_type)) or self.cells.get((profession, ANY))
        if found is None:
            return Cell.UNKNOWN
        return Cell.ALLOWED if found[0] else Cell.REFUSED

    def refused(self, profession: str, types: Iterable[str]) -> frozenset[str]:
        """Those of the types that this profession may not consult."""
        return frozenset(one for one in types if self.cell(profession, one) is Cell.REFUSED)


def read_habilitations(content: bytes) -> Habilitations:
    """A matrix from CSV in UTF-8, comma or semicolon: ``profession,type,consultation[,source]`` with its header.

    ``consultation`` is oui or non (true or false, 1 or 0). A cell that is given twice must be given alike.

    Raises:
        HabilitationsError: which line, which column.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HabilitationsError(content.count(b"\n", 0, error.start) + 1) from None
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells: dict[tuple[str, str], tuple[bool, str]] = {}
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        for name in _HEADER[:3]:
            if header.count(name) != 1:
                raise HabilitationsError(1, name)
        for row in rows:
            if not any(field.strip() for field in row):
                continue
            found = dict(zip(header, (field.strip() for field in row), strict=False))
            key, cell = _row(found, rows.line_num)
            if cells.setdefault(key, cell)[0] is not cell[0] or len(cells) > _MOST_ROWS:
                raise HabilitationsError(rows.line_num)
    except csv.Error:
        raise HabilitationsError(rows.line_num) from None
    if not cells:
        raise HabilitationsError(1)
    return Habilitations(cells)


def _row(found: Mapping[str, str], line: int) -> tuple[tuple[str, str], tuple[bool, str]]:
    profession, document_type = found.get("profession", ""), found.get("type", "")
    if not _CODE.fullmatch(profession):
        raise HabilitationsError(line, "profession")
    if document_type != ANY and not _CODE.fullmatch(document_type):
        raise HabilitationsError(line, "type")
    said = found.get("consultation", "").lower()
    if said not in _YES | _NO:
        raise HabilitationsError(line, "consultation")
    return (profession, document_type), (said in _YES, found.get("source", ""))


@cache
def known_habilitations() -> Habilitations:
    """The cells that public sources state."""
    return read_habilitations(files("dmp_tui.dmp").joinpath("data/habilitations.csv").read_bytes())


NO_HABILITATIONS = Habilitations({})
"""The matrix that knows nothing."""
