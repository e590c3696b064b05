"""The outbox: messages that a notice is there go by mail, beside the requests and never in their way.

A message is marked as sent after the mail server has taken it: a server that is killed between sends it again, under
the same Message-ID (docs/decisions/0022). One that a mailbox refuses keeps no other waiting.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from dmp_tui.dmp.documents import Confidentiality
from dmp_tui.dmp.notices import Mail, NoticeKind, Recipient
from dmp_tui.server.mail_settings import MailSettings
from dmp_tui.server.smtp import PATIENCE, Delivery, MailServer, MailServerError, message_to
from dmp_tui.store.notice_reads import Queued
from dmp_tui.store.problems import StoreError

if TYPE_CHECKING:
    from dmp_tui.store import Clock, Store
    from dmp_tui.store.transaction import Transaction

LOOK = 5.0
"""Seconds between two looks at the queue: one lookup in a small index."""
BATCH = 50
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 720))
"""After each failed attempt, when the next is; after the last one, about two days later, the message has failed."""
_PAUSE, _LONGEST_PAUSE = 15.0, 900.0
_log = structlog.get_logger("dmp_tui.server")


class Mailing:
    """The sender of one server's messages."""

    def __init__(
        self, store: "Store", clock: "Clock", settings: MailSettings, *, look: float = LOOK, patience: float = PATIENCE
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._look = look
        self._patience = patience

    async def run(self) -> None:
        """Sends what is due, until it is cancelled. A mail server in trouble is left alone for longer and longer."""
        await self._store.write(_mailing)
        pause = 0.0
        while True:
            try:
                await self.send_due()
                pause = 0.0
            except MailServerError as error:
                pause = min(max(_PAUSE, pause * 2), _LONGEST_PAUSE)
                _log.warning("mail server not usable", problem=error.problem, again_in=pause)
            except StoreError as error:
                pause = _PAUSE
                _log.warning("outbox not usable", problem=error.problem.value)
            except Exception as error:  # noqa: BLE001 - the sender goes on; the text of a fault may hold an address
                pause = _LONGEST_PAUSE
                _log.error("fault in the outbox", kind=type(error).__name__, again_in=pause)
            await asyncio.sleep(pause or self._look)

    async def send_due(self) -> int:
        """Sends what is due now; how many messages the mail server took.

        Raises:
            MailServerError: none can go now; they wait.
        """
        taken = 0
        while batch := self._store.queued_mail(self._clock(), BATCH):
            before = taken
            taken += await self._send(batch)
            if len(batch) < BATCH or before == taken:
                break
        return taken

    async def _send(self, batch: list[Queued]) -> int:
        taken = 0
        server: MailServer | None = None
        try:
            for queued in batch:
                state, address = self._addressed(queued)
                if state is not Mail.QUEUED:
                    await self._mark(queued, state)
                    continue
                if server is None or not server.connected:
                    server = MailServer(self._settings, self._patience)
                    await asyncio.to_thread(server.connect)
                now = self._clock()
                message = message_to(address, queued.reference, self._settings.sender, now)
                delivery = await asyncio.to_thread(server.send, message)
                await self._mark(queued, *_after(delivery, queued.attempts, now))
                taken += delivery is Delivery.TAKEN
        except (asyncio.CancelledError, MailServerError):
            # A thread may be waiting for an answer: it gets its end, so that the server's own is not kept waiting.
            if server is not None:
                server.abort()
            raise
        if server is not None:
            await asyncio.to_thread(server.close)
        return taken

    async def _mark(self, queued: Queued, state: Mail, next_at: datetime | None = None) -> None:
        at = next_at or self._clock()
        await self._store.write(lambda transaction: transaction.mark_mail(queued, state, at))

    def _addressed(self, queued: Queued) -> tuple[Mail, str]:
        """Whether the message is still to go, and whereto."""
        record = self._store.patient(queued.patient_id)
        if record is None:
            return Mail.VOID, ""
        if queued.kind is NoticeKind.HIDDEN:
            document = self._store.document(queued.document_id)
            if document is None or Confidentiality.HIDDEN_FROM_PATIENT not in document.confidentiality:
                return Mail.VOID, ""
        if queued.recipient is Recipient.PATIENT:
            address = record.email
        else:
            if not self._store.is_doctor_of(queued, record.treating_doctor):
                return Mail.VOID, ""
            doctor = self._store.professional(record.treating_doctor)
            address = doctor.email if doctor else ""
        return (Mail.QUEUED, address) if address else (Mail.NO_ADDRESS, "")


def _mailing(transaction: "Transaction") -> None:
    transaction.mailing = True


def _after(delivery: Delivery, attempts: int, now: datetime) -> tuple[Mail, datetime | None]:
    if delivery is Delivery.TAKEN:
        return Mail.SENT, None
    if delivery is Delivery.REFUSED or attempts >= len(RETRIES):
        return Mail.FAILED, None
    return Mail.QUEUED, now + RETRIES[attempts]
