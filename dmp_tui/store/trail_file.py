"""The trail outside the store: the witness file of signed heads, and exported copies that verify by themselves.

Both are JSON lines. A witness line is ``{"head": [seq, at, hash, signature]}``. An export begins with ``{"format":
"dmp-tui-trail", "version": 2, "public_key": PEM}``, then one ``{"row": [the columns of StoredRow in order]}`` a row, in
order, then the heads in theirs, then ``{"end": [rows, heads, SHA-256 of all lines before, its signature]}``. Bytes are
lower-case hexadecimal, times are microseconds since 1970.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dmp_tui.store.trail import Head, Report, StoredRow, TrailProblem, load_public_key, verify

FORMAT = "dmp-tui-trail"
VERSION = 2
Signer = Callable[[bytes], bytes]
"""Signs bytes with the key of the trail's heads."""
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


def write_export(path: Path, public_key: bytes, rows: Iterable[StoredRow], heads: Iterable[Head], sign: Signer) -> int:
    """Writes a copy of the trail into a new file of mode 0600 and gives how many rows it holds.

    Who and why stay sealed in it: it verifies without a key, and tells nobody's name. ``sign`` makes the signature of
    its last line.

    Raises:
        OSError: the file exists or cannot be written.
    """
    digest, count, signed = hashlib.sha256(), 0, 0
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:

        def write(content: dict[str, Any]) -> None:
            line = _line(content)
            digest.update(line)
            file.write(line)

        write(_header(public_key))
        for row in rows:
            write({"row": _plain(astuple(row))})
            count += 1
        for head in heads:
            write({"head": _plain(astuple(head))})
            signed += 1
        signature = sign(_end_message(count, signed, digest.digest()))
        file.write(_line({"end": [count, signed, digest.hexdigest(), signature.hex()]}))
        file.flush()
        os.fsync(file.fileno())
    return count


def _header(public_key: bytes) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, "public_key": public_key.decode("ascii", "replace")}


def _line(content: dict[str, Any]) -> bytes:
    """A line in the one form that it has: what is written otherwise was written by somebody else."""
    return json.dumps(content).encode("ascii") + b"\n"


def _end_message(rows: int, heads: int, digest: bytes) -> bytes:
    return f"dmp-tui trail copy\n{rows}\n{heads}\n{digest.hex()}\n".encode("ascii")


def verify_export(path: Path, public_key: bytes, witness: Iterable[Head] = ()) -> Report:
    """Checks an exported trail. The key comes from elsewhere: the one in the file proves nothing, and has to be it.

    Every byte counts: a line that is not in the form in which it was written is an altered one, even where it says the
    same. The row at which it begins is named, and the line.

    Raises:
        OSError: the file cannot be read.
        TrailFileError: it is no exported trail: its first line is none.
        ValueError: ``public_key`` is no Ed25519 public key.
    """
    key = load_public_key(public_key)
    copy = _scan(path, public_key)
    whole = _is_whole(copy, key)
    # A copy is of its day: signed whole, it lacks nothing that came after it.
    outside = [head for head in witness if not whole or head.seq <= copy.count]
    if copy.broken is None:
        found = verify(copy.rows(), copy.heads, public_key, outside)
    else:
        found = verify(copy.rows(), (), public_key, [head for head in outside if head.seq < copy.count + 1])
        if found.problem in {TrailProblem.UNSIGNED, TrailProblem.HEAD_REMOVED}:
            # Its heads come after the line that cannot be read, which is what is to be told.
            found = replace(found, problem=None, seq=0)
    if not found.sound:
        if found.problem in _OF_A_ROW:
            return replace(found, line=found.seq + 1)
        return replace(found, line=copy.head_lines.get(found.seq, 0))
    if copy.problem is not None:
        return replace(found, problem=copy.problem, seq=copy.broken or found.rows, line=copy.line)
    return found if whole else replace(found, problem=TrailProblem.COPY, seq=found.rows, line=copy.line)


_OF_A_ROW = {
    TrailProblem.EDITED,
    TrailProblem.MISSING,
    TrailProblem.REORDERED,
    TrailProblem.REWRITTEN,
    TrailProblem.TRUNCATED,
}


@dataclass(slots=True)
class _Copy:
    """What the lines of an export are, up to the first that is none."""

    path: Path
    heads: list[Head] = field(default_factory=list)
    head_lines: dict[int, int] = field(default_factory=dict)
    count: int = 0
    digest: bytes = b""
    end: list[Any] | None = None
    problem: TrailProblem | None = None
    line: int = 0
    broken: int | None = None
    """The number that the row has which cannot be read."""

    def rows(self) -> Iterator[StoredRow]:
        """The rows up to the first line that is none."""
        for number, line in _lines(self.path):
            if 1 < number <= self.count + 1:
                yield _row(_object(line, number).get("row"), number)

    def stop(self, problem: TrailProblem, line: int) -> None:
        self.problem, self.line = problem, line


def _scan(path: Path, public_key: bytes) -> _Copy:
    copy, digest = _Copy(path), hashlib.sha256()
    for number, line in _lines(path):
        copy.line = number
        if number == 1:
            content = _object(line, number)
            if content.get("format") != FORMAT or content.get("version") != VERSION:
                raise TrailFileError(number)
            if line != _line(_header(public_key)):
                copy.stop(TrailProblem.OTHER_KEY, number)
                return copy
        elif not _take(copy, line, number):
            return copy
        elif copy.end is not None:
            copy.digest = digest.digest()
            continue
        digest.update(line)
    if not copy.line:
        raise TrailFileError(1)
    if copy.end is None:
        copy.stop(TrailProblem.COPY, copy.line + 1)
    return copy


def _take(copy: _Copy, line: bytes, number: int) -> bool:
    """Takes a line in its place: rows, then heads in their order, then the end, and nothing after it."""
    try:
        content = _object(line, number)
        (kind,) = content
        if line != _line(content) or copy.end is not None:
            raise TrailFileError(number)
        if kind == "row" and not copy.heads:
            row = _row(content[kind], number)
            if line != _line({"row": _plain(astuple(row))}):
                raise TrailFileError(number)
            copy.count += 1
        elif kind == "head":
            head = _head(content, number)
            if line != _line({"head": _plain(astuple(head))}) or (copy.heads and copy.heads[-1].seq >= head.seq):
                raise TrailFileError(number)
            copy.heads.append(head)
            copy.head_lines[head.seq] = number
        elif kind == "end" and type(content[kind]) is list:
            copy.end = content[kind]
        else:
            raise TrailFileError(number)
    except (TrailFileError, ValueError):
        if copy.heads or copy.end is not None:
            copy.stop(TrailProblem.COPY, number)
        else:
            copy.stop(TrailProblem.UNREADABLE, number)
            copy.broken = copy.count + 1
        return False
    return True


def _is_whole(copy: _Copy, key: Ed25519PublicKey) -> bool:
    """Whether the last line is signed, and of just these lines."""
    end = copy.end
    if end is None or len(end) != 4 or end[:3] != [copy.count, len(copy.heads), copy.digest.hex()]:
        return False
    try:
        key.verify(bytes.fromhex(end[3]), _end_message(copy.count, len(copy.heads), copy.digest))
    except (InvalidSignature, TypeError, ValueError):
        return False
    return bool(end[3] == end[3].lower())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_MAX):
            number += 1
            yield number, line


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
