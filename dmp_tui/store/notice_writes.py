"""Notices, written in the transaction of the trail's row that causes them: no access without, no notice without.

One hour of one session in one mode is one notice: what follows within it writes nothing. What was told lately is
remembered, so that most readings ask no table; where works are undone, what they told is asked of the table again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from dmp_tui.dmp.notices import GROUPED, HIDDEN_TOLD, Mail, NoticeKind, Recipient
from dmp_tui.dmp.professions import Mode
from dmp_tui.dmp.register import Verdict
from dmp_tui.store.encoding import microseconds
from dmp_tui.store.keys import Keyring, Secrets
from dmp_tui.store.model import Clock
from dmp_tui.store.notice_reads import Queued
from dmp_tui.store.trail import TrailEvent
from dmp_tui.store.trail_writes import TrailWrites

_COLUMNS = "patient_id, group_key, seq, recipient, kind, due, doctor_key, mail, attempts, next_at"
_PLACES = "(?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
_HOUR = int(GROUPED.total_seconds()) * 1_000_000
_REMEMBERED = 4096
_Group = tuple[str, str, str, str]
"""Record, actor, session and mode, secret or not."""


class NoticeWrites(TrailWrites):
    """The notices' part of ``Transaction``."""

    def __init__(self, database: Database, keyring: Keyring, secrets: Secrets, clock: Clock) -> None:
        super().__init__(database, keyring, secrets, clock)
        self.mailing = False
        """Whether messages are to go: a mail server is configured."""
        self._told: dict[_Group, int] = {}
        self._fresh: list[_Group] = []

    def trace_all(self, events: Sequence[TrailEvent]) -> list[int]:
        """Adds events to the trail in their order, and the notices that they cause; gives their sequences."""
        sequences = super().trace_all(events)
        values: list[Any] = []
        for seq, event in zip(sequences, events, strict=True):
            if event.told and event.patient_id:
                values += self._notices_of(event, seq)
        self._insert(values)
        return sequences

    def announce_hidden(self, patient_id: str, seq: int, document_id: str) -> None:
        """Makes the notice that a document is hidden from the patient, due two weeks from now (R1111-53).

        ``seq`` is the row of the trail that hides it. Nothing is told where the document is shown before then.
        """
        due = microseconds(self._clock() + HIDDEN_TOLD)
        key = self._group_key(Recipient.PATIENT, NoticeKind.HIDDEN.value, document_id)
        self._insert(self._row_of(patient_id, key, seq, Recipient.PATIENT, NoticeKind.HIDDEN, due))

    def put_review(self, access: int, verdict: Verdict, event: TrailEvent, comment: str) -> None:
        """Adds an officer's verdict on an emergency access to the register; it is the trail's row of ``event``."""
        seq = self.trace(replace(event, reason=comment))
        sql = "INSERT INTO reviews (access, seq, verdict) VALUES (?, ?, ?)"
        self._rows(sql, access, seq, verdict.value)

    def mark_mail(self, message: Queued, state: Mail, next_at: datetime) -> None:
        """Keeps what became of a message; ``next_at`` is when it is tried again, where it is still queued."""
        self._rows(
            "UPDATE notices SET mail = ?, attempts = attempts + 1, next_at = ?"
            " WHERE patient_id = ? AND seq = ? AND recipient = ? AND mail = 'queued'",
            *(state.value, microseconds(next_at), message.patient_id, message.seq, message.recipient.value),
        )

    def settled(self) -> None:
        """To be called after a commit: what was told is told."""
        self._fresh.clear()

    def undone(self) -> None:
        """To be called whenever something of a transaction was undone."""
        self.forget_end()
        for group in self._fresh:
            self._told.pop(group, None)
        self._fresh.clear()

    def _notices_of(self, event: TrailEvent, seq: int) -> list[Any]:
        """The values of the rows that an access makes: none, the patient's, and in an emergency his doctor's too."""
        # What is told to fewer people is told apart: it must not stand for what is told to all.
        group = (event.patient_id, event.actor, event.session, event.mode + ("|secret" if event.secret else ""))
        at = microseconds(self._clock())
        # After a clock that went back, an access is told again: once too often, never once too few.
        if 0 <= at - self._told.get(group, at - _HOUR) < _HOUR:
            return []
        key = self._group_key(Recipient.PATIENT, *group[1:])
        last = self._rows(
            "SELECT max(due) FROM notices WHERE patient_id = ? AND group_key = ? AND due <= ?",
            *(event.patient_id, key, at),
        )[0][0]
        self._remember(group, at if last is None or at - last >= _HOUR else last)
        if last is not None and at - last < _HOUR:
            return []
        # A minor's notices reach his legal representatives: of a secret session they are told nothing.
        kind = NoticeKind.ACCESS if event.mode == Mode.NORMAL else NoticeKind.EMERGENCY
        values = [] if event.secret else self._row_of(event.patient_id, key, seq, Recipient.PATIENT, kind, at)
        if event.mode == Mode.NORMAL:
            return values
        record = self.patient(event.patient_id)
        if record is not None and record.treating_doctor not in {"", event.actor}:
            key = self._group_key(Recipient.TREATING_DOCTOR, *group[1:])
            doctor = self._secrets.actor(record.treating_doctor)
            values += self._row_of(
                event.patient_id, key, seq, Recipient.TREATING_DOCTOR, NoticeKind.EMERGENCY, at, doctor
            )
        return values

    def _row_of(  # noqa: PLR0917 - the columns of a row
        self,
        patient_id: str,
        key: bytes,
        seq: int,
        recipient: Recipient,
        kind: NoticeKind,
        due: int,
        doctor: bytes | None = None,
    ) -> list[Any]:
        mail = Mail.QUEUED if self.mailing else Mail.NONE
        return [patient_id, key, seq, recipient.value, kind.value, due, doctor, mail.value, due]

    def _insert(self, values: list[Any]) -> None:
        if values:
            places = ", ".join([_PLACES] * (len(values) // 9))
            self._rows(f"INSERT INTO notices ({_COLUMNS}) VALUES {places}", *values)  # noqa: S608 - constants

    def _remember(self, group: _Group, at: int) -> None:
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        self._told[group] = at
        self._fresh.append(group)

    def _group_key(self, recipient: Recipient, *names: str) -> bytes:
        return self._secrets.blind("notices", "|".join((recipient.value, *names)))[:16]
