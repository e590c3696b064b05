"""What is read of the trail: as stored, for verifying; unsealed, for those who may; searched, newest first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dmp_tui.store.encoding import decode, microseconds, moment
from dmp_tui.store.keys import Secrets
from dmp_tui.store.sealing import place, unseal
from dmp_tui.store.trail import ALLOWED, COLUMNS, Concealed, Head, StoredRow, TrailRow

_PAGE = 500
Span = tuple[datetime | None, datetime | None]
"""From when (included) to when (excluded); None: without bound."""


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which rows of one record are asked for. None: whatever it is. What is given must all hold."""

    patient_id: str
    actors: frozenset[str] | None = None
    acts: frozenset[tuple[str, bool]] | None = None
    """Operations, and whether they are about a document."""
    outcomes: frozenset[str] | None = None
    modes: frozenset[str] | None = None
    documents: frozenset[str] | None = None
    sequences: frozenset[int] | None = None
    dates: tuple[tuple[Span, ...], ...] = ()
    """Of each, one of the spans holds the row's time."""
    upto: int | None = None
    """Rows after this sequence are left out: what was added since a first page was read."""


class TrailReads:
    """The trail's part of ``Reads``."""

    _secrets: Secrets

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _latest(self) -> None:
        """Called before the trail is read: a connection that keeps a snapshot gives it up."""

    def stored_trail(self, after: int = 0) -> Iterator[StoredRow]:
        """The trail as stored, from the row after ``after``: what is verified and exported."""
        self._latest()
        sql = f"SELECT {COLUMNS} FROM trail WHERE seq > ? ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - constants
        while page := self._rows(sql, after):
            for row in page:
                yield StoredRow(*row)
            after = page[-1][0]

    def heads(self) -> list[Head]:
        """The signed heads, oldest first."""
        self._latest()
        return [Head(*row) for row in self._rows("SELECT seq, at, hash, signature FROM trail_heads ORDER BY seq")]

    def trail(self, patient_id: str | None = None, after: int = 0, actor: str | None = None) -> Iterator[TrailRow]:
        """Events in their order, from the one after sequence ``after``; of one patient, of one actor, or all."""
        self._latest()
        conditions: list[str] = ["seq > ?"]
        values: list[str | bytes] = []
        if patient_id is not None:
            conditions.append("patient_id = ?")
            values.append(patient_id)
        if actor is not None:
            conditions.append("actor_key = ?")
            values.append(self._secrets.actor(actor))
        condition = " AND ".join(conditions)
        sql = f"SELECT {COLUMNS} FROM trail WHERE {condition} ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - constants
        while page := self._rows(sql, after, *values):
            for row in page:
                yield self._event(StoredRow(*row))
            after = page[-1][0]

    def search_trail(
        self, query: TrailQuery, most: int, *, after: int | None = None, ascending: bool = False
    ) -> list[TrailRow]:
        """Rows in the trail's own order, newest first unless ``ascending``; those that follow sequence ``after``."""
        self._latest()
        condition, values = self._condition(query)
        if after is not None:
            condition += f" AND seq {'>' if ascending else '<'} ?"
            values.append(after)
        order = "ASC" if ascending else "DESC"
        sql = f"SELECT {COLUMNS} FROM trail WHERE {condition} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - constants
        return [self._event(StoredRow(*row)) for row in self._rows(sql, *values, most)]

    def trail_row(self, seq: int) -> TrailRow | None:
        """One event, or None."""
        self._latest()
        found = self._rows(f"SELECT {COLUMNS} FROM trail WHERE seq = ?", seq)  # noqa: S608 - constants
        return self._event(StoredRow(*found[0])) if found else None

    def count_trail(self, query: TrailQuery) -> int:
        """How many rows a search finds."""
        self._latest()
        condition, values = self._condition(query)
        return int(self._rows(f"SELECT count(*) FROM trail WHERE {condition}", *values)[0][0])  # noqa: S608 - constants

    def traced_acts(self, patient_id: str) -> frozenset[tuple[str, bool]]:
        """All that was done or refused in a record: each operation, and whether it was about a document."""
        self._latest()
        sql = "SELECT DISTINCT operation, document_id <> '' FROM trail WHERE patient_id = ?"
        return frozenset((name, bool(about)) for name, about in self._rows(sql, patient_id))

    def _condition(self, query: TrailQuery) -> tuple[str, list[Any]]:
        """The condition of a search in SQL, and its values."""
        conditions: list[str] = ["patient_id = ?"]
        values: list[Any] = [query.patient_id]
        actors = None if query.actors is None else frozenset(map(self._secrets.actor, query.actors))
        columns: tuple[tuple[str, frozenset[Any] | None], ...] = (
            ("seq", query.sequences),
            ("actor_key", actors),
            ("outcome", query.outcomes),
            ("mode", query.modes),
            ("document_id", query.documents),
        )
        for column, wanted in columns:
            if wanted is not None:
                conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})" if wanted else "1 = 0")
                values += sorted(wanted)
        if query.acts is not None:
            parts = [f"(operation = ? AND document_id {'<>' if about else '='} '')" for _, about in sorted(query.acts)]
            conditions.append(f"({' OR '.join(parts) or '1 = 0'})")
            values += [operation for operation, _ in sorted(query.acts)]
        for spans in query.dates:
            either = []
            for since, until in spans:
                bounds = [("at >= ?", since), ("at < ?", until)]
                either.append(" AND ".join(sql for sql, bound in bounds if bound is not None) or "1 = 1")
                values += [microseconds(bound) for _, bound in bounds if bound is not None]
            conditions.append(f"({' OR '.join(either)})")
        if query.upto is not None:
            conditions.append("seq <= ?")
            values.append(query.upto)
        return " AND ".join(conditions), values

    def pseudonym(self, actor: str) -> str:
        """What somebody is called where he is not to be named: always the same, and no way back without the keys."""
        return f"person-{self._secrets.actor(actor).hex()[:16]}"

    def last_access(self, patient_id: str, actor: str, operations: Collection[str] = ()) -> datetime | None:
        """When an actor was last allowed something (one of ``operations``, where given) in a record; None if never."""
        self._latest()
        sql = "SELECT max(at) FROM trail WHERE patient_id = ? AND actor_key = ? AND outcome = ?"
        if operations:
            sql += f" AND operation IN ({', '.join('?' * len(operations))})"
        found = self._rows(sql, patient_id, self._secrets.actor(actor), ALLOWED, *sorted(operations))
        return None if found[0][0] is None else moment(found[0][0])

    def last_traced(self) -> datetime | None:
        """When the newest row of the trail was written; None where there is none."""
        self._latest()
        found = self._rows("SELECT at FROM trail ORDER BY seq DESC LIMIT 1")
        return moment(found[0][0]) if found else None

    def _event(self, row: StoredRow) -> TrailRow:
        concealed = decode(
            Concealed, unseal(self._secrets.trail, row.sealed, place(row.patient_id, "trail", str(row.seq)))
        )
        return TrailRow(
            actor=concealed.actor,
            actor_name=concealed.actor_name,
            role=row.role,
            mode=row.mode,
            operation=row.operation,
            outcome=row.outcome,
            rule=row.rule,
            patient_id=row.patient_id,
            document_id=row.document_id,
            reason_code=row.reason_code,
            reason=concealed.reason,
            session=concealed.session,
            on_behalf_of=concealed.on_behalf_of,
            detail=concealed.detail,
            address=concealed.address,
            secret=concealed.secret,
            request=concealed.request,
            seq=row.seq,
            at=moment(row.at),
        )
