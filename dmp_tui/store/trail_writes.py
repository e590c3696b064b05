"""What is added to the trail within a transaction: rows, each chained to the one before, and signed heads."""

from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from dmp_tui.store.encoding import encode, microseconds
from dmp_tui.store.keys import Keyring, Secrets
from dmp_tui.store.model import Clock
from dmp_tui.store.reads import Reads
from dmp_tui.store.sealing import place, seal
from dmp_tui.store.trail import COLUMNS, GENESIS, Concealed, Head, StoredRow, TrailEvent, chained, sign_head

_PLACES = f"({', '.join('?' * len(COLUMNS.split(', ')))})"


class TrailWrites(Reads):
    """The trail's part of ``Transaction``."""

    def __init__(self, database: Database, keyring: Keyring, secrets: Secrets, clock: Clock) -> None:
        super().__init__(database, keyring, secrets)
        self._clock = clock
        self._end: tuple[int, bytes] | None = None

    def trace(self, event: TrailEvent) -> int:
        """Adds an event to the trail and gives its sequence. It is durable when the write returns."""
        return self.trace_all([event])[0]

    def trace_all(self, events: Sequence[TrailEvent]) -> list[int]:
        """Adds events in their order, by one statement; gives their sequences."""
        at = microseconds(self._clock())
        seq, last = self._end or self._trail_end()
        values: list[Any] = []
        for event in events:
            seq += 1
            row = self._row(event, seq, at)
            last = chained(last, row)
            values += (row.seq, row.at, row.role, row.mode, row.operation, row.outcome, row.rule)
            values += (row.patient_id, row.document_id, row.reason_code, row.actor_key, row.sealed, last)
        places = ", ".join([_PLACES] * len(events))
        self._rows(f"INSERT INTO trail ({COLUMNS}) VALUES {places}", *values)  # noqa: S608 - constants
        self._end = seq, last
        return list(range(seq - len(events) + 1, seq + 1))

    def _row(self, event: TrailEvent, seq: int, at: int) -> StoredRow:
        """An event as it is stored, its own hash left out."""
        concealed = Concealed(
            event.actor,
            event.actor_name,
            event.reason,
            event.session,
            event.on_behalf_of,
            event.detail,
            event.address,
            event.request,
            event.secret,
        )
        sealed = seal(self._secrets.trail, encode(Concealed, concealed), place(event.patient_id, "trail", str(seq)))
        return StoredRow(
            seq,
            at,
            event.role,
            event.mode,
            event.operation,
            event.outcome,
            event.rule,
            event.patient_id,
            event.document_id,
            event.reason_code,
            self._secrets.actor(event.actor),
            sealed,
        )

    def forget_end(self) -> None:
        """To be called when a transaction begins, and whenever something of it was undone: the trail may have changed
        under what is remembered of its end, by a rollback here or a row of another process."""
        self._end = None

    def _trail_end(self) -> tuple[int, bytes]:
        """``(sequence, hash)`` of the last row."""
        last = self._rows("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1")
        return last[0] if last else (0, GENESIS)

    def sign_head(self) -> Head | None:
        """Signs the trail as it stands; None where nothing was added since the last signed head."""
        last = self._rows("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1")
        if not last or self._rows("SELECT 1 FROM trail_heads WHERE seq = ?", last[0][0]):
            return None
        head = sign_head(self._secrets.heads, last[0][0], microseconds(self._clock()), last[0][1])
        self._rows(
            "INSERT INTO trail_heads (seq, at, hash, signature) VALUES (?, ?, ?, ?)",
            *(head.seq, head.at, head.hash, head.signature),
        )
        return head

    def unsigned_since(self) -> int | None:
        """When the first row after the last signed head was added (microseconds), or None where all are signed."""
        found = self._rows("SELECT at FROM trail WHERE seq = 1 + (SELECT coalesce(max(seq), 0) FROM trail_heads)")
        return found[0][0] if found else None
