"""Running the server: one process, one event loop, TLS; it says when it listens and closes its store at the end."""

import fcntl
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dmp_tui import __version__
from dmp_tui.server.authority import RENEW_BEFORE
from dmp_tui.server.connections import BoundedProtocol
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.layout import ServerFiles
from dmp_tui.store import Clock, Store

if TYPE_CHECKING:
    from starlette.applications import Starlette

DRAIN = 10
"""Seconds that answers under way are given when the server is told to stop."""
KEEP_ALIVE = 60
"""Seconds that an idle connection is kept: longer than clients keep theirs, so that none is closed under a request."""
_BACKLOG = 512
_FILES = 16_384
_log = structlog.get_logger("dmp_tui.server")


class CertificateExpiredError(Exception):
    """The server's certificate is past its end: no client would speak to it."""


class InUseError(Exception):
    """Another server serves this data directory."""


class ListenError(Exception):
    """The address cannot be listened on. ``reason`` is the system's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Announcing(uvicorn.Server):
    """Says so once it accepts connections."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._announce()


def run(files: ServerFiles, host: str, port: int, clock: Clock, announce: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; ``announce`` is called with the base URL once the server listens.

    Raises:
        StoreError, OSError, ssl.SSLError: the store, a file or the certificate cannot be used.
        CertificateExpiredError, InUseError, ListenError: as they say.
    """
    certificate = _certificate(files, clock)
    _allow_connections()
    with _alone(files), _stop_signals():
        store = files.open_store(clock)
        try:
            with _listening(host, port) as listener:
                actual = listener.getsockname()[1]
                url = files.base_url(actual)
                identity = ServerIdentity(certificate.public_bytes(Encoding.DER), url)
                app = _application(files, store, identity, clock)
                server = _Announcing(_config(files, app), lambda: announce(url))
                _log.info("server starting", port=actual, version=__version__)
                server.run([listener])
        finally:
            store.close()
            _log.info("server stopped")


def _allow_connections() -> None:
    """A connection is an open file, and the usual limit of 1,024 is a ward's worth of half-open ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _application(files: ServerFiles, store: Store, identity: ServerIdentity, clock: Clock) -> "Starlette":
    # The FHIR half is the slow part of a start: an address in use or a missing key is said before it.
    from dmp_tui.asking.base import open_base
    from dmp_tui.server.app import create_app
    from dmp_tui.server.medicines import medicines_at

    fault = open_base(files.reference).fault
    if fault is not None:
        _log.error("the base of medicines cannot be used: the emergency set serves", problem=fault.problem.value)
    medicines = medicines_at(files.reference)
    return create_app(store, identity, clock, files.settings, mail=files.mail, medicines=medicines)


def _certificate(files: ServerFiles, clock: Clock) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    left = certificate.not_valid_after_utc - clock()
    if left.total_seconds() <= 0:
        raise CertificateExpiredError
    if left < RENEW_BEFORE:
        _log.warning("the server's certificate ends soon", until=certificate.not_valid_after_utc.isoformat())
    return certificate


def _config(files: ServerFiles, app: "Starlette") -> uvicorn.Config:
    for needed in (files.certificate, files.certificate_key):
        needed.open("rb").close()  # ssl says that a file is missing, and not which
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedProtocol,
        timeout_keep_alive=KEEP_ALIVE,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=DRAIN,
        ssl_certfile=files.certificate,
        ssl_keyfile=files.certificate_key,
    )
    config.load()
    if config.ssl is None:
        raise ssl.SSLError("no TLS")
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ListenError(error.strerror or str(error)) from error
        listener.setblocking(False)
        yield listener


@contextmanager
def _alone(files: ServerFiles) -> Iterator[None]:
    """Logins and nonces live in one process: a second server on the same data would not know them."""
    with (files.data / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUseError from error
        yield


@contextmanager
def _stop_signals() -> Iterator[None]:
    """uvicorn raises the signal that stopped it a second time; here it must not end the process before the store."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
