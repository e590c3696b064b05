"""What is read of notices. A notice keeps nothing of who and why by itself: its row in the trail does, sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dmp_tui.dmp.notices import Mail, Notice, NoticeKind, Recipient
from dmp_tui.store.encoding import microseconds, moment
from dmp_tui.store.trail import COLUMNS, StoredRow
from dmp_tui.store.trail_reads import TrailReads

_OWN = "n.seq, n.recipient, n.kind, n.due, n.mail"
_TRAIL = ", ".join(f"t.{column}" for column in COLUMNS.split(", "))
_FROM = f"SELECT {_OWN}, {_TRAIL} FROM notices AS n JOIN trail AS t ON t.seq = n.seq"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that is to go."""

    patient_id: str
    seq: int
    recipient: Recipient
    kind: NoticeKind
    reference: str
    document_id: str
    attempts: int
    doctor_key: bytes | None


class NoticeReads(TrailReads):
    """The notices' part of ``Reads``."""

    def notices(
        self,
        patient_id: str,
        now: datetime,
        most: int,
        *,
        recipient: Recipient = Recipient.PATIENT,
        doctor: str | None = None,
        before: int | None = None,
    ) -> list[Notice]:
        """The notices of a record that are due, newest first.

        Args:
            doctor: for the treating doctor: the national id of the one to whom they were given.
            before: only those of rows of the trail before this one.
        """
        self._latest()
        conditions = ["n.patient_id = ?", "n.recipient = ?", "n.due <= ?"]
        values: list[Any] = [patient_id, recipient.value, microseconds(now)]
        if doctor is not None:
            conditions.append("n.doctor_key = ?")
            values.append(self._secrets.actor(doctor))
        if before is not None:
            conditions.append("n.seq < ?")
            values.append(before)
        sql = f"{_FROM} WHERE {' AND '.join(conditions)} ORDER BY n.seq DESC LIMIT ?"
        return [self._notice(row) for row in self._rows(sql, *values, most)]

    def notices_of_doctor(self, doctor: str, now: datetime, most: int, *, before: int | None = None) -> list[Notice]:
        """The notices that were given to a treating doctor, of all his patients, newest first."""
        self._latest()
        sql = f"{_FROM} WHERE n.doctor_key = ? AND n.due <= ? AND n.seq < ? ORDER BY n.seq DESC LIMIT ?"
        bound = 2**62 if before is None else before
        rows = self._rows(sql, self._secrets.actor(doctor), microseconds(now), bound, most)
        return [self._notice(row) for row in rows]

    def queued_mail(self, now: datetime, most: int) -> list[Queued]:
        """Messages whose time has come, those that wait longest first."""
        self._latest()
        sql = (
            "SELECT n.patient_id, n.seq, n.recipient, n.kind, t.document_id, n.attempts, n.doctor_key FROM notices AS n"
            " JOIN trail AS t ON t.seq = n.seq WHERE n.mail = 'queued' AND n.next_at <= ? ORDER BY n.next_at LIMIT ?"
        )
        return [
            Queued(
                patient_id,
                seq,
                Recipient(recipient),
                NoticeKind(kind),
                self.notice_reference(seq, Recipient(recipient)),
                document_id,
                attempts,
                doctor_key,
            )
            for patient_id, seq, recipient, kind, document_id, attempts, doctor_key in self._rows(
                sql, microseconds(now), most
            )
        ]

    def is_doctor_of(self, message: Queued, treating_doctor: str) -> bool:
        """Whether the record's treating doctor is still the one to whom the notice was given."""
        return bool(treating_doctor) and self._secrets.actor(treating_doctor) == message.doctor_key

    def next_mail(self) -> datetime | None:
        """When the next message is to go; None if none waits."""
        self._latest()
        (first,) = self._rows("SELECT min(next_at) FROM notices WHERE mail = 'queued'")
        return None if first[0] is None else moment(first[0])

    def mail_counts(self) -> dict[Mail, int]:
        """How many notices there are of each state of their message."""
        self._latest()
        return {Mail(state): count for state, count in self._rows("SELECT mail, count(*) FROM notices GROUP BY mail")}

    def notice_reference(self, seq: int, recipient: Recipient) -> str:
        """Twelve letters and digits that name a notice, and nobody: stable, and not to be guessed from its row."""
        digest = self._secrets.blind("notice", f"{seq}|{recipient.value}").hex()[:12].upper()
        return f"{digest[:4]}-{digest[4:8]}-{digest[8:]}"

    def _notice(self, row: tuple[Any, ...]) -> Notice:
        seq, recipient, kind, due, mail = row[:5]
        event = self._event(StoredRow(*row[5:]))
        return Notice(
            seq=seq,
            kind=NoticeKind(kind),
            recipient=Recipient(recipient),
            patient_id=event.patient_id,
            reference=self.notice_reference(seq, Recipient(recipient)),
            due=moment(due),
            mail=Mail(mail),
            at=event.at,
            actor=event.actor,
            actor_name=event.actor_name,
            role=event.role,
            mode=event.mode,
            on_behalf_of=event.on_behalf_of,
            reason_code=event.reason_code,
            reason=event.reason,
            document_id=event.document_id,
        )
