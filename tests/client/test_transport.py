"""Connections that are given up while they open: none is left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from dmp_tui.client.transport import Transport
from tests.server.login.serving import Credentials


class Silent:
    """A server that takes a connection, says nothing, and knows when the other side left."""

    def __init__(self) -> None:
        self.came, self.left = asyncio.Event(), asyncio.Event()
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The client speaks first in TLS: once its hello is here, its handshake is under way.
        await reader.readexactly(1)
        self.came.set()
        with suppress(ConnectionResetError):
            await reader.read()
        self.left.set()
        writer.close()


@asynccontextmanager
async def silent() -> AsyncIterator[Silent]:
    taking = Silent()
    server = await asyncio.start_server(taking, "127.0.0.1", 0)
    async with server:
        taking.port = server.sockets[0].getsockname()[1]
        yield taking


async def test_a_request_that_is_given_up_in_its_handshake_leaves_no_connection(credentials: Credentials) -> None:
    async with silent() as server:
        transport = Transport(f"https://127.0.0.1:{server.port}", credentials.authority)
        asking = asyncio.create_task(transport.send("GET", transport.base_url, headers={}))
        await server.came.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        async with asyncio.timeout(5):
            await server.left.wait()
        await transport.aclose()
