"""The public base of medicines (BDPM): five tables without a header, cut at tabs, as base-donnees-publique.medicaments
publishes them ("Contenu et format des fichiers telechargeables")."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.tables import Column, TableError, TableProblem, rows

_CIS = re.compile(r"\d{8}")
_ANY = re.compile(r".+")
_CIS_COLUMN = Column("code CIS", 0, _CIS)
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_LEAST_KNOWN = 0.25
"""Share of a table's lines whose CIS the specialities must know: below it, the tables are not of one edition."""

SPECIALITIES, COMPOSITIONS, PRESENTATIONS, GENERICS, CONDITIONS = (
    "CIS_bdpm",
    "CIS_COMPO_bdpm",
    "CIS_CIP_bdpm",
    "CIS_GENER_bdpm",
    "CIS_CPD_bdpm",
)
TABLES = (SPECIALITIES, COMPOSITIONS, PRESENTATIONS, GENERICS, CONDITIONS)
"""Beginnings of the names of the five files."""


@dataclass(frozen=True, slots=True)
class Part:
    """A substance of a speciality, as it is written there (a salt, often): its strength, and per what."""

    written: str
    strength: str
    per: str


@dataclass(slots=True)
class Box:
    """A speciality while its tables are read."""

    cis: str
    name: str
    form: str
    routes: tuple[str, ...]
    marketed: bool
    parts: tuple[Part, ...] = ()
    codes: list[str] = field(default_factory=list)
    generic_group: str = ""
    conditions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bdpm:
    """The whole base. ``newest`` is the newest date that its tables hold (``AAAA-MM``): it is no older than that."""

    boxes: Mapping[str, Box]
    newest: str


def read_bdpm(texts: Mapping[str, tuple[str, str]]) -> Bdpm:
    """The base from the texts of its five tables: ``{"CIS_bdpm": (file name, text)...}``.

    Raises:
        TableError: with the file, the line and the column.
    """
    file, text = texts[SPECIALITIES]
    boxes: dict[str, Box] = {}
    newest = ""
    columns = (_CIS_COLUMN, Column("dénomination", 1, _ANY), Column("date d'AMM", 7, re.compile(r"(\d{2}/){2}\d{4}|")))
    for _number, cells in rows(text, file, 12, columns):
        routes = tuple(route.strip() for route in cells[3].split(";") if route.strip())
        marketed = cells[6].casefold().startswith("commercialis") and "active" in cells[4].casefold()
        boxes[cells[0]] = Box(cells[0], cells[1], cells[2], routes, marketed)
        newest = max(newest, _month(cells[7]))
    _compositions(texts[COMPOSITIONS], boxes)
    newest = max(newest, _presentations(texts[PRESENTATIONS], boxes))
    file, text = texts[GENERICS]
    shape = (Column("identifiant du groupe", 0, re.compile(r"\d+")), Column("code CIS", 2, _CIS))
    for _number, cells in _of_boxes(rows(text, file, 4, shape), file, boxes, 2):
        boxes[cells[2]].generic_group = cells[1]
    file, text = texts[CONDITIONS]
    for _number, cells in _of_boxes(rows(text, file, 2, (_CIS_COLUMN,)), file, boxes, 0):
        if cells[1] and cells[1] not in boxes[cells[0]].conditions:
            boxes[cells[0]].conditions.append(cells[1])
    return Bdpm(boxes, newest)


def _of_boxes(
    found: Iterator[tuple[int, list[str]]], file: str, boxes: Mapping[str, Box], place: int
) -> Iterator[tuple[int, list[str]]]:
    """Lines whose speciality is known. A few others are left out: withdrawn ones linger in the official tables."""
    total = lost = 0
    first = 0
    for number, cells in found:
        total += 1
        if cells[place] in boxes:
            yield number, cells
        else:
            lost += 1
            first = first or number
    if total and lost > total * (1 - _LEAST_KNOWN):
        raise TableError(TableProblem.UNKNOWN_CODE, file, first, "code CIS", f"{lost} / {total}")


def _compositions(table: tuple[str, str], boxes: Mapping[str, Box]) -> None:
    """Fills the boxes' parts. Of a salt and its active part (FT), linked by a number, the active part is kept: the salt
    often says what the part does not ("clavulanate de potassium" is clavulanic acid). Iodine as the part of a contrast
    medium only says how much of it there is: what acts, and what one is allergic to, is the whole molecule."""
    file, text = table
    parts: dict[str, dict[tuple[str, str], dict[str, list[Part]]]] = {}
    columns = (
        _CIS_COLUMN,
        Column("dénomination de la substance", 3, _ANY),
        Column("nature du composant", 6, re.compile(r"SA|FT|ST")),
        Column("numéro de liaison", 7, re.compile(r"\d*")),
    )
    for number, cells in _of_boxes(rows(text, file, 8, columns), file, boxes, 0):
        linked = parts.setdefault(cells[0], {}).setdefault((cells[1], cells[7] or f"line {number}"), {})
        linked.setdefault(cells[6], []).append(Part(cells[3], cells[4], cells[5]))
    for cis, links in parts.items():
        kept = [part for linked in links.values() for part in _acting(linked)]
        boxes[cis].parts = tuple(dict.fromkeys(kept))


def _acting(linked: Mapping[str, list[Part]]) -> list[Part]:
    parts, salts = linked.get("FT", []), linked.get("SA", [])
    iodine = bool(parts) and all(fold(part.written) == "IODE" for part in parts)
    if iodine and salts and not any("IODURE" in fold(part.written) for part in salts):
        return salts
    return parts or next(iter(linked.values()))


def _presentations(table: tuple[str, str], boxes: Mapping[str, Box]) -> str:
    file, text = table
    newest = ""
    columns = (
        _CIS_COLUMN,
        Column("code CIP7", 1, re.compile(r"\d{7}")),
        Column("code CIP13", 6, re.compile(r"(\d{13})?")),
    )
    for _number, cells in _of_boxes(rows(text, file, 7, columns), file, boxes, 0):
        boxes[cells[0]].codes += [code for code in (cells[1], cells[6]) if code]
        newest = max(newest, _month(cells[5]))
    return newest


def _month(date: str) -> str:
    match = _FRENCH_DATE.fullmatch(date)
    return f"{match[3]}-{match[2]}" if match else ""
