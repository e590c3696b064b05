"""The trail outside the store: the witness file of signed heads, and exported copies that verify by themselves.

Both are JSON lines. A witness line is ``{"head": [seq, at, hash, signature]}``. An export begins with ``{"format":
"dmp-tui-trail", "version": 1, "public_key": PEM}``, then one ``{"row": [the columns of StoredRow in order]}`` a row, in
order, then the heads. Bytes are lower-case hexadecimal, times are microseconds since 1970.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from dmp_tui.store.trail import Head, Report, StoredRow, verify

FORMAT = "dmp-tui-trail"
LINE_MAX = 1 << 20
"""Bytes of a line at most: a row holds a reason and names, not documents."""


class TrailFileError(ValueError):
    """A file that is no trail. ``line`` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def _plain(columns: Iterable[Any]) -> list[Any]:
    return [column.hex() if isinstance(column, bytes) else column for column in columns]


def append_witness(path: Path, head: Head) -> None:
    """Adds a signed head to the witness file and syncs it.

    Raises:
        OSError: the file cannot be written.
    """
    line = json.dumps({"head": _plain(astuple(head))}) + "\n"
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_witness(path: Path) -> list[Head]:
    """The heads of a witness file; a last line that a crash cut short is left out.

    Raises:
        OSError: the file cannot be read.
        TrailFileError: it is no witness file.
    """
    lines = path.read_bytes().split(b"\n")
    return [_head(_object(line, number), number) for number, line in enumerate(lines[:-1], start=1)]


def write_export(path: Path, public_key: bytes, rows: Iterable[StoredRow], heads: Iterable[Head]) -> int:
    """Writes a copy of the trail into a new file of mode 0600 and gives how many rows it holds.

    Who and why stay sealed in it: it verifies without a key, and tells nobody's name.

    Raises:
        OSError: the file exists or cannot be written.
    """
    count = 0
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(json.dumps({"format": FORMAT, "version": 1, "public_key": public_key.decode("ascii")}) + "\n")
        for row in rows:
            file.write(json.dumps({"row": _plain(astuple(row))}) + "\n")
            count += 1
        for head in heads:
            file.write(json.dumps({"head": _plain(astuple(head))}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return count


def verify_export(path: Path, public_key: bytes, witness: Iterable[Head] = ()) -> Report:
    """Checks an exported trail. The key comes from elsewhere: the one in the file proves nothing.

    Raises:
        OSError: the file cannot be read.
        TrailFileError: it is no exported trail.
        ValueError: ``public_key`` is no Ed25519 public key.
    """
    heads = [_head(content, number) for number, content in _lines(path) if "head" in content]
    rows = (_row(content["row"], number) for number, content in _lines(path) if "row" in content)
    return verify(rows, heads, public_key, witness)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_MAX):
            number += 1
            content = _object(line, number)
            if number == 1 and (content.get("format") != FORMAT or content.get("version") != 1):
                raise TrailFileError(number)
            yield number, content
        if not number:
            raise TrailFileError(1)


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TrailFileError(number) from error
    if not isinstance(content, dict):
        raise TrailFileError(number)
    return content


_BYTES = {"actor_key", "sealed", "hash", "signature"}
_INTEGERS = {"seq", "at"}


def _typed(kind: type[Any], columns: Any, number: int) -> list[Any]:
    names = [field.name for field in fields(kind)]
    if not isinstance(columns, list) or len(columns) != len(names):
        raise TrailFileError(number)
    typed: list[Any] = []
    for name, column in zip(names, columns, strict=True):
        if type(column) is not (int if name in _INTEGERS else str):
            raise TrailFileError(number)
        try:
            typed.append(bytes.fromhex(str(column)) if name in _BYTES else column)
        except ValueError as error:
            raise TrailFileError(number) from error
    return typed


def _row(columns: Any, number: int) -> StoredRow:
    return StoredRow(*_typed(StoredRow, columns, number))


def _head(content: dict[str, Any], number: int) -> Head:
    return Head(*_typed(Head, content.get("head"), number))
