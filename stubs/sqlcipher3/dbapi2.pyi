# sqlcipher3 carries no types. It is CPython's sqlite3 module built over SQLCipher, with exceptions of its own.
from os import PathLike
from sqlite3 import Connection

sqlite_version: str

class Error(Exception):
    sqlite_errorcode: int
    sqlite_errorname: str

class DatabaseError(Error): ...
class IntegrityError(DatabaseError): ...
class OperationalError(DatabaseError): ...
class ProgrammingError(DatabaseError): ...

def connect(
    database: str | PathLike[str],
    timeout: float = ...,
    *,
    isolation_level: str | None = ...,
    check_same_thread: bool = ...,
    cached_statements: int = ...,
    uri: bool = ...,
) -> Connection: ...
