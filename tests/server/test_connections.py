"""Connections that hold a place for nothing: real TLS is not needed, the limits stand before any request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dmp_tui.server.connections import HEAD_LIMIT, BoundedProtocol


class Hasty(BoundedProtocol):
    head_patience = 0.05


async def _echo(request: Request) -> Response:
    return Response(await request.body())


@asynccontextmanager
async def served(protocol: type[BoundedProtocol]) -> AsyncIterator[int]:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    config = uvicorn.Config(app, port=0, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=None)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    """What came before the end; what the server still said may be lost where it did not read all that was sent."""
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""


async def test_a_head_without_end_is_cut() -> None:
    async with served(BoundedProtocol) as port, connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (2 * HEAD_LIMIT))
        assert b" 200 " not in await _until_closed(reader)


async def test_many_headers_are_as_bad_as_a_long_one() -> None:
    async with served(BoundedProtocol) as port, connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * HEAD_LIMIT + b"\r\n")
        assert b" 200 " not in await _until_closed(reader)


async def test_a_silent_connection_is_closed() -> None:
    async with served(Hasty) as port, connected(port) as (reader, _writer):
        assert await _until_closed(reader) == b""


async def test_a_head_that_stops_midway_is_closed_though_others_came_before() -> None:
    async with served(Hasty) as port, connected(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHos")
        assert (await _until_closed(reader)).count(b"HTTP/1.1 200") == 1


async def test_a_body_may_take_longer_than_a_head_and_be_larger() -> None:
    body = b"b" * (2 * HEAD_LIMIT)
    async with served(BoundedProtocol) as port, connected(port) as (reader, writer):
        for _ in range(2):  # the connection serves again
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            assert head.startswith(b"HTTP/1.1 200")
            assert await asyncio.wait_for(reader.readexactly(len(body)), 20) == body
