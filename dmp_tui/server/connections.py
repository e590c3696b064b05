"""HTTP connections that nobody may hold open for nothing: a head that is too long or too slow costs the connection.

uvicorn with httptools keeps whatever a client sends before the end of its head, for as long as he likes; here both are
bounded, before anyone has logged in.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024
"""Bytes of a request's line and headers, at most. A proof and its token take about 1 KiB."""
HEAD_PATIENCE = 10.0
"""Seconds that a client has to send a head, counted from the connection or from the head's first byte."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with both limits."""

    head_patience = HEAD_PATIENCE

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            self._head_came()
            return
        self._head += len(data)
        if self._head > HEAD_LIMIT:
            self._head_came()
            if not self.transport.is_closing():
                self.send_400_response("Request head too large.")
        elif self._deadline is None:
            self._expect_head()

    def on_message_begin(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            raise ValueError("head too large")  # the parser turns it into a 400
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_patience, self._late)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        self.transport.abort()
