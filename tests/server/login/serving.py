"""A real server: uvicorn with TLS on a port that was free, a real store, a clock that tests can move."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from dmp_tui.server.identity import ServerIdentity
from tests.server.login.pki import server_credentials


@dataclass
class Clock:
    """The true time, moved by ``offset``."""

    offset: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def forward(self, **by: float) -> None:
        self.offset += timedelta(**by)


@dataclass
class Credentials:
    """A server's TLS files and what clients trust."""

    directory: Path
    name: str = "localhost"
    certificate_der: bytes = field(init=False)

    def __post_init__(self) -> None:
        authority, private, self.certificate_der = server_credentials(self.name)
        self.authority.write_bytes(authority)
        self.private.write_bytes(private)

    @property
    def authority(self) -> Path:
        return self.directory / "authority.pem"

    @property
    def private(self) -> Path:
        return self.directory / "server.pem"


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextlib.asynccontextmanager
async def serving(
    app_of: Callable[[ServerIdentity], ASGIApp],
    credentials: Credentials,
    port: int = 0,
    contexts: list[ssl.SSLContext] | None = None,
) -> AsyncIterator[ServerIdentity]:
    """Serve on the loopback until the block is left. The application is made when the port is known.

    ``contexts`` is given the server's TLS context, for tests that change its certificate.
    """
    # asyncio turns Nagle's algorithm off for sockets that say they are TCP: else each answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    identity = ServerIdentity(credentials.certificate_der, f"https://localhost:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        app_of(identity), ssl_certfile=credentials.private, lifespan="on", log_config=None, access_log=False
    )
    config.load()
    if contexts is not None and config.ssl:
        contexts.append(config.ssl)
    server = _Server(config)
    running = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    try:
        yield identity
    finally:
        server.should_exit = True
        # An idle client reads nothing, so that a closing of TLS by both sides would wait for half a minute.
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await running
        listener.close()


def fresh_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="dmp-tui-test-"))
