"""A process that sends what a store's outbox holds, for a test that kills it: DATA HOST PORT AUTHORITY."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from dmp_tui.server.mail_settings import MailSettings
from dmp_tui.server.mailing import Mailing
from dmp_tui.store import Store
from tests.server.mailbox import SENDER


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    data, host, port, authority = sys.argv[1:]
    store = Store.open(Path(data), clock=_now)
    settings = MailSettings(host, int(port), SENDER, authority=Path(authority))
    asyncio.run(Mailing(store, _now, settings).send_due())
    store.close()
