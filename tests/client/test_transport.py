"""Connections that are given up while they open: none is left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from dmp_tui.client import ClientError, ClientProblem
from dmp_tui.client.transport import Transport
from tests.client.conftest import Place
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


class Held:
    """A way to a real server on which no answer comes through before it is let."""

    def __init__(self, base_url: str) -> None:
        self.upstream = int(base_url.rpartition(":")[2])
        self.came, self.let, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asked = await asyncio.open_connection("127.0.0.1", self.upstream)

        async def back() -> None:
            await self.let.wait()
            await _pass_on(answers, writer)

        async with asyncio.TaskGroup() as group:
            group.create_task(back())
            asked.write(await reader.read(65536))
            self.came.set()
            with suppress(ConnectionResetError):
                await _pass_on(reader, asked)
            self.left.set()
            asked.close()
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while content := await reader.read(65536):
        writer.write(content)


async def test_closing_leaves_no_connection_that_a_request_was_opening(place: Place) -> None:
    held = Held(place.identity.base_url)
    server = await asyncio.start_server(held, "127.0.0.1", 0)
    async with server:
        host = place.identity.base_url.rpartition(":")[0]
        transport = Transport(f"{host}:{server.sockets[0].getsockname()[1]}", place.credentials.authority)
        asking = asyncio.create_task(transport.send("GET", f"{transport.base_url}/health", headers={}))
        await held.came.wait()
        await transport.aclose()
        held.let.set()
        async with asyncio.timeout(5):
            await held.left.wait()
        assert (await asking).status == 200


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


async def test_a_closed_one_asks_nobody(place: Place) -> None:
    transport = Transport(place.identity.base_url, place.credentials.authority)
    await transport.aclose()
    with pytest.raises(ClientError) as raised:
        await transport.send("GET", f"{transport.base_url}/health", headers={})
    assert raised.value.problem is ClientProblem.UNREACHABLE
