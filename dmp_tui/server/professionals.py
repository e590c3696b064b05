"""The directory of professionals as a CSV file: who works here, as what. A fault is said with its line and column."""

import csv
import io
import re
from enum import StrEnum

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.mail import is_email
from dmp_tui.dmp.professions import DOCTOR, PROFESSIONS, Professional, Role

COLUMNS = (
    "id",
    "name",
    "profession",
    "specialty",
    "facility",
    "facility_name",
    "occupational_doctor",
    "regulator",
)
OPTIONAL = ("privacy_officer", "email")
"""Columns that may be there too."""
_BY_LABEL = {fold(label): code for code, label in PROFESSIONS.items()}
_YES = {"1", "OUI", "VRAI", "TRUE", "YES", "X"}
_NO = {"", "0", "NON", "FAUX", "FALSE", "NO"}
_ID = re.compile(r"[0-9A-Za-z/._-]{5,64}")
_LONGEST = 200


class CsvProblem(StrEnum):
    """What is wrong with a line."""

    NOT_UTF8 = "not-utf8"
    HEADER = "header"
    """A column of ``COLUMNS`` is missing, or there is one more."""
    CELLS = "cells"
    """More or fewer cells than columns."""
    EMPTY = "empty"
    NATIONAL_ID = "national-id"
    TWICE = "twice"
    """The same national id on an earlier line."""
    PROFESSION = "profession"
    """Neither a code of G15 nor a label of ``PROFESSIONS``."""
    YES_OR_NO = "yes-or-no"
    NOT_A_DOCTOR = "not-a-doctor"
    """An occupational doctor whose profession is another."""
    OFFICER = "officer"
    """A privacy officer who is an occupational doctor or a regulator too."""
    EMAIL = "email"
    TEXT = "text"
    """Longer than 200 characters, or with control characters."""
    NOBODY = "nobody"
    """No line beside the header."""


class CsvError(ValueError):
    """A file that is not taken, none of it. ``line`` counts from 1; ``column`` is a name of ``COLUMNS`` or empty."""

    def __init__(self, problem: CsvProblem, line: int, column: str = "") -> None:
        super().__init__(f"{problem.value} line {line} {column}".strip())
        self.problem = problem
        self.line = line
        self.column = column


def read_professionals(content: bytes) -> list[Professional]:
    """The professionals of a CSV file (UTF-8; comma or semicolon; the columns in any order).

    ``profession`` is a G15 code or its label, empty for a clerk (national id ``<structure>/<number>``) or a facility's
    certificate (its national id is the structure's). ``occupational_doctor`` and ``regulator`` are yes or no; so
    is ``privacy_officer``, which may be left out: its yes excludes every other right. ``email`` may be left out too.

    Raises:
        CsvError: the first thing that is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError(CsvProblem.NOT_UTF8, content[: error.start].count(b"\n") + 1) from error
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",")
    found: dict[str, Professional] = {}
    columns: list[str] = []
    try:
        for cells in reader:
            line = reader.line_num
            if not columns:
                columns = [cell.strip().lower() for cell in cells]
                if len(set(columns)) != len(columns) or not set(COLUMNS) <= set(columns) <= {*COLUMNS, *OPTIONAL}:
                    raise CsvError(CsvProblem.HEADER, line, _odd_column(columns))
            elif any(cell.strip() for cell in cells):
                professional = _professional(columns, cells, line)
                if professional.id in found:
                    raise CsvError(CsvProblem.TWICE, line, "id")
                found[professional.id] = professional
    except csv.Error as error:
        raise CsvError(CsvProblem.CELLS, reader.line_num) from error
    if not found:
        raise CsvError(CsvProblem.NOBODY, max(reader.line_num, 1))
    return list(found.values())


def _odd_column(columns: list[str]) -> str:
    missing = [column for column in COLUMNS if column not in columns]
    return missing[0] if missing else ""


def _professional(columns: list[str], cells: list[str], line: int) -> Professional:
    if len(cells) != len(columns):
        raise CsvError(CsvProblem.CELLS, line)
    row = dict.fromkeys(OPTIONAL, "") | {c: cell.strip() for c, cell in zip(columns, cells, strict=True)}
    for column, cell in row.items():
        if len(cell) > _LONGEST or not cell.isprintable():
            raise CsvError(CsvProblem.TEXT, line, column)
    for column in ("id", "name"):
        if not row[column]:
            raise CsvError(CsvProblem.EMPTY, line, column)
    if not _ID.fullmatch(row["id"]):
        raise CsvError(CsvProblem.NATIONAL_ID, line, "id")
    profession = _profession(row["profession"], line)
    occupational = _yes(row, "occupational_doctor", line)
    if occupational and profession != DOCTOR:
        raise CsvError(CsvProblem.NOT_A_DOCTOR, line, "occupational_doctor")
    officer = _yes(row, "privacy_officer", line)
    if officer and (occupational or _yes(row, "regulator", line)):
        raise CsvError(CsvProblem.OFFICER, line, "privacy_officer")
    if row["email"] and not is_email(row["email"]):
        raise CsvError(CsvProblem.EMAIL, line, "email")
    role = _role(row["id"], profession, occupational=occupational)
    return Professional(
        row["id"],
        row["name"],
        profession,
        Role.PRIVACY_OFFICER if officer else role,
        row["specialty"],
        row["facility"],
        row["facility_name"],
        _yes(row, "regulator", line),
        email=row["email"],
    )


def _profession(text: str, line: int) -> str:
    """A G15 code, also one whose label is not in ``PROFESSIONS``; empty for none."""
    code = _BY_LABEL.get(fold(text), text)
    if code and not re.fullmatch(r"[0-9]{2}", code, re.ASCII):
        raise CsvError(CsvProblem.PROFESSION, line, "profession")
    return code


def _yes(row: dict[str, str], column: str, line: int) -> bool:
    word = fold(row[column])
    if word not in _YES | _NO:
        raise CsvError(CsvProblem.YES_OR_NO, line, column)
    return word in _YES


def _role(national_id: str, profession: str, *, occupational: bool) -> Role:
    if occupational:
        return Role.OCCUPATIONAL_DOCTOR
    if profession:
        return Role.DOCTOR if profession == DOCTOR else Role.NON_DOCTOR
    # A clerk is numbered by his structure (PS_IdNat type 3: FINESS/number); a certificate is the structure itself.
    return Role.CPE_CLERK if "/" in national_id else Role.FACILITY_CERTIFICATE
