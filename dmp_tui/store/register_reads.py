"""The register of emergency accesses as it is read: rows of the trail, and of it the reviews that were made of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import OPENED, Emergency, Review, Verdict
from dmp_tui.store.encoding import microseconds
from dmp_tui.store.notice_reads import NoticeReads
from dmp_tui.store.trail import ALLOWED, COLUMNS, StoredRow, TrailRow

_TRAIL = ", ".join(f"t.{column}" for column in COLUMNS.split(", "))
_EMERGENCIES = f"t.operation = '{OPENED}' AND t.mode <> 'normal' AND t.outcome = '{ALLOWED}'"
"""As the index has it."""
_VERDICT = "(SELECT r.verdict FROM reviews AS r WHERE r.access = t.seq ORDER BY r.seq DESC LIMIT 1)"
_PENDING = f"CASE WHEN coalesce({_VERDICT}, 'to-review') = 'to-review' THEN 1 ELSE 0 END"


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """Which accesses are asked for. None: whatever it is."""

    verdict: Verdict | None = None
    actor: str | None = None
    mode: Mode | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Excluded."""


Position = tuple[int, int]
"""Where a page ends: whether its last access is to be reviewed, and its sequence."""


class RegisterReads(NoticeReads):
    """The register's part of ``Reads``."""

    def emergencies(self, query: RegisterQuery, most: int, after: Position | None = None) -> list[Emergency]:
        """Emergency accesses: those to review first, then the others, newest first."""
        self._latest()
        condition, values = self._register_condition(query)
        if after is not None:
            condition += f" AND ({_PENDING} < ? OR ({_PENDING} = ? AND t.seq < ?))"
            values += [after[0], after[0], after[1]]
        sql = f"SELECT {_TRAIL} FROM trail AS t WHERE {condition} ORDER BY {_PENDING} DESC, t.seq DESC LIMIT ?"  # noqa: S608 - constants
        return [self._emergency(self._event(StoredRow(*row))) for row in self._rows(sql, *values, most)]

    def emergency(self, seq: int) -> Emergency | None:
        """One emergency access, or None."""
        self._latest()
        sql = f"SELECT {_TRAIL} FROM trail AS t WHERE {_EMERGENCIES} AND t.seq = ?"  # noqa: S608 - constants
        found = self._rows(sql, seq)
        return self._emergency(self._event(StoredRow(*found[0]))) if found else None

    def count_emergencies(self, query: RegisterQuery) -> dict[Verdict, int]:
        """How many accesses there are of each verdict."""
        self._latest()
        condition, values = self._register_condition(query)
        sql = f"SELECT coalesce({_VERDICT}, 'to-review') AS v, count(*) FROM trail AS t WHERE {condition} GROUP BY v"  # noqa: S608 - constants
        return {Verdict(verdict): count for verdict, count in self._rows(sql, *values)}

    def record_reference(self, patient_id: str) -> str:
        """Twelve letters and digits that name a record to an officer: always the same, and not whose it is."""
        digest = self._secrets.blind("record", patient_id).hex()[:12].upper()
        return f"{digest[:4]}-{digest[4:8]}-{digest[8:]}"

    def _register_condition(self, query: RegisterQuery) -> tuple[str, list[Any]]:
        conditions: list[str] = [_EMERGENCIES]
        values: list[Any] = []
        for condition, value in (
            (f"coalesce({_VERDICT}, 'to-review') = ?", query.verdict and query.verdict.value),
            ("t.actor_key = ?", None if query.actor is None else self._secrets.actor(query.actor)),
            ("t.mode = ?", query.mode and query.mode.value),
            ("t.at >= ?", query.since and microseconds(query.since)),
            ("t.at < ?", query.until and microseconds(query.until)),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        return " AND ".join(conditions), values

    def _emergency(self, row: TrailRow) -> Emergency:
        sql = (
            f"SELECT r.verdict, {_TRAIL} FROM reviews AS r JOIN trail AS t ON t.seq = r.seq"  # noqa: S608 - constants
            " WHERE r.access = ? ORDER BY r.seq"
        )
        reviews = [(Verdict(found[0]), self._event(StoredRow(*found[1:]))) for found in self._rows(sql, row.seq)]
        return Emergency(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            actor_name=row.actor_name,
            role=row.role,
            mode=Mode(row.mode),
            reason_code=row.reason_code,
            reason=row.reason,
            record=self.record_reference(row.patient_id) if row.patient_id else "",
            reviews=tuple(Review(verdict, r.reason, r.actor, r.actor_name, r.at) for verdict, r in reviews),
            on_behalf_of=row.on_behalf_of,
        )
