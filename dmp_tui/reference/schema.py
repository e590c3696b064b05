"""The tables of the reference store, and what may be wrong with a file that should be one."""

from enum import StrEnum

VERSION = 1
"""Of the schema: a file of another version is made anew from the official files, never migrated."""

DDL = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE editions (source TEXT PRIMARY KEY, month TEXT NOT NULL, imported TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE substances (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, classes TEXT NOT NULL, source TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE specialities (
    cis TEXT PRIMARY KEY, name TEXT NOT NULL, form TEXT NOT NULL, routes TEXT NOT NULL, marketed INTEGER NOT NULL,
    generic_group TEXT NOT NULL, conditions TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE components (
    cis TEXT NOT NULL, place INTEGER NOT NULL, written TEXT NOT NULL, key TEXT NOT NULL, strength TEXT NOT NULL,
    per TEXT NOT NULL, PRIMARY KEY (cis, place)
) WITHOUT ROWID;
CREATE TABLE codes (code TEXT PRIMARY KEY, cis TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE interactions (
    id INTEGER PRIMARY KEY, first TEXT NOT NULL, second TEXT NOT NULL, first_name TEXT NOT NULL,
    second_name TEXT NOT NULL, grades TEXT NOT NULL, mechanism TEXT NOT NULL, note TEXT NOT NULL
);
"""


class ReferenceProblem(StrEnum):
    """Why a reference file cannot be used."""

    DAMAGED = "damaged"
    OTHER_VERSION = "other-version"
    UNREADABLE = "unreadable"
    NO_ROOM = "no-room"
    BUSY = "busy"
    """Another import is writing it."""


class ReferenceFault(Exception):  # noqa: N818 - ReferenceError is Python's own
    """A reference file that cannot be used, and why."""

    def __init__(self, problem: ReferenceProblem, file: str) -> None:
        super().__init__(f"{file}: {problem.value}")
        self.problem = problem
        self.file = file
