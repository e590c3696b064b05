"""Writing a reference file: whole, beside the former one, then in its place by one rename."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dmp_tui.dmp.identity import fold
from dmp_tui.dmp.medicines.bdpm import Bdpm, Box, Part
from dmp_tui.dmp.medicines.model import Edition, Grade, Interaction, Level
from dmp_tui.dmp.medicines.substances import Substances
from dmp_tui.dmp.medicines.thesaurus import Thesaurus
from dmp_tui.reference.schema import DDL, VERSION, ReferenceFault, ReferenceProblem

BDPM, ANSM = "BDPM", "ANSM"
Progress = Callable[[int, int], object]
"""Called with how many specialities are written, of how many."""

_FAMILIES = ("insuline", "interféron alfa", "héparine")
"""Substances of the thesaurus that stand for all whose names begin so, and are not named there by themselves."""
_STEP = 500


@dataclass(frozen=True, slots=True)
class Half:
    """What a file is made of: the base, or the thesaurus, each with the month that it is of and the day it came."""

    content: Bdpm | Thesaurus
    edition: Edition


def write(path: Path, halves: Iterable[Half], progress: Progress = lambda done, of: None) -> None:
    """Writes the reference file of these halves; a half that is not given is taken over from the file that is there.

    The former file stays until the new one is whole and on the disk: killed at any moment, one of the two is there.

    Raises:
        ReferenceFault: NO_ROOM, UNREADABLE, BUSY; DAMAGED where the other half cannot be taken over.
        OSError: the directory cannot be used.
    """
    given = {half.edition.source: half for half in halves}
    with _alone(path):
        kept = {source: half for source, half in _former(path).items() if source not in given}
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        try:
            _fill(fresh, {**kept, **given}, progress)
            _sync(fresh)
            fresh.replace(path)
            _sync(path.parent)
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
            problem = ReferenceProblem.NO_ROOM if full else ReferenceProblem.UNREADABLE
            raise ReferenceFault(problem, str(path)) from error
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One import at a time: the lock is the directory's, which stays while files come and go."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ReferenceFault(ReferenceProblem.BUSY, str(path)) from None
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fill(path: Path, halves: Mapping[str, Half], progress: Progress) -> None:
    base = next((half.content for half in halves.values() if isinstance(half.content, Bdpm)), Bdpm({}, ""))
    thesaurus = next(
        (half.content for half in halves.values() if isinstance(half.content, Thesaurus)), Thesaurus((), {}, ())
    )
    known = Substances(thesaurus.classes)
    rows = {fold(name): (name, tuple(own), ANSM) for name, own in thesaurus.classes.items()}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        path.chmod(0o644)
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + DDL)
        database.execute("BEGIN")
        database.execute("INSERT INTO meta VALUES ('schema', ?)", (str(VERSION),))
        database.execute("INSERT INTO meta VALUES ('newest', ?)", (base.newest,))
        for half in halves.values():
            edition = half.edition
            database.execute("INSERT INTO editions VALUES (?, ?, ?)", (edition.source, edition.month, edition.imported))
        boxes = list(base.boxes.values())
        for start in range(0, len(boxes), _STEP):
            for box in boxes[start : start + _STEP]:
                _box(database, box, known, rows)
            progress(min(start + _STEP, len(boxes)), len(boxes))
        database.executemany(
            "INSERT INTO substances VALUES (?, ?, ?, ?)",
            ((key, name, _json(own), source) for key, (name, own, source) in rows.items()),
        )
        database.executemany(
            "INSERT INTO interactions (first, second, first_name, second_name, grades, mechanism, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (_interaction(one) for one in thesaurus.interactions),
        )
        database.execute("COMMIT")
        database.executescript(
            "CREATE INDEX codes_cis ON codes (cis); CREATE INDEX components_key ON components (key); ANALYZE;"
        )


def _box(
    database: sqlite3.Connection, box: Box, known: Substances, rows: dict[str, tuple[str, tuple[str, ...], str]]
) -> None:
    database.execute(
        "INSERT INTO specialities VALUES (?, ?, ?, ?, ?, ?, ?)",
        (box.cis, box.name, box.form, _json(box.routes), box.marketed, box.generic_group, _json(box.conditions)),
    )
    seen: set[tuple[str, str]] = set()
    for part in box.parts:
        own = known.resolve(part.written)
        rows.setdefault(own.key, (own.name, _family(own.key, rows), BDPM))
        if (own.key, part.strength) not in seen:
            place = len(seen)
            seen.add((own.key, part.strength))
            database.execute(
                "INSERT INTO components VALUES (?, ?, ?, ?, ?, ?)",
                (box.cis, place, part.written, own.key, part.strength, part.per),
            )
    # A presentation's code that two specialities claim says nothing of either: the first keeps it.
    database.executemany("INSERT OR IGNORE INTO codes VALUES (?, ?)", ((code, box.cis) for code in box.codes))


def _family(key: str, rows: Mapping[str, tuple[str, tuple[str, ...], str]]) -> tuple[str, ...]:
    """The thesaurus' own name for all insulins, and what it files that under, for one that it does not name."""
    for family in _FAMILIES:
        folded = fold(family)
        if key.startswith(f"{folded} ") and folded in rows:
            name, own, _source = rows[folded]
            return (name, *own)
    return ()


def _interaction(one: Interaction) -> tuple[str, ...]:
    grades = _json([[grade.level.value, grade.condition, grade.conduct] for grade in one.grades])
    return (one.first, one.second, one.first_name, one.second_name, grades, one.mechanism, one.note)


def _json(value: Sequence[object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _former(path: Path) -> dict[str, Half]:
    """The halves of the file that is there; none of a file of another schema, which is made anew as a whole."""
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            if database.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() != (str(VERSION),):
                return {}
            editions = {row[0]: Edition(*row) for row in database.execute("SELECT * FROM editions")}
            return {
                source: Half(_bdpm(database) if source == BDPM else _thesaurus(database), edition)
                for source, edition in editions.items()
            }
    except (sqlite3.Error, ValueError, KeyError) as error:
        raise ReferenceFault(ReferenceProblem.DAMAGED, str(path)) from error


def _bdpm(database: sqlite3.Connection) -> Bdpm:
    boxes = {
        cis: Box(cis, name, form, tuple(json.loads(routes)), bool(marketed), (), [], group, json.loads(conditions))
        for cis, name, form, routes, marketed, group, conditions in database.execute("SELECT * FROM specialities")
    }
    parts: dict[str, list[Part]] = {}
    for cis, written, strength, per in database.execute(
        "SELECT cis, written, strength, per FROM components ORDER BY cis, place"
    ):
        parts.setdefault(cis, []).append(Part(written, strength, per))
    for cis, own in parts.items():
        boxes[cis].parts = tuple(own)
    for code, cis in database.execute("SELECT code, cis FROM codes"):
        boxes[cis].codes.append(code)
    (newest,) = database.execute("SELECT value FROM meta WHERE name = 'newest'").fetchone()
    return Bdpm(boxes, newest)


def _thesaurus(database: sqlite3.Connection) -> Thesaurus:
    classes = {
        name: tuple(json.loads(own))
        for name, own in database.execute("SELECT name, classes FROM substances WHERE source = ?", (ANSM,))
    }
    pairs = tuple(
        interaction_of(row)
        for row in database.execute(
            "SELECT first, second, first_name, second_name, grades, mechanism, note FROM interactions ORDER BY id"
        )
    )
    return Thesaurus(pairs, classes, ())


def interaction_of(row: Sequence[str], source: str = "") -> Interaction:
    """A row of ``interactions`` without its id."""
    first, second, first_name, second_name, grades, mechanism, note = row
    told = tuple(Grade(Level(level), condition, conduct) for level, condition, conduct in json.loads(grades))
    return Interaction(first, second, first_name, second_name, told, mechanism, note, source)
