"""The way to the server: TLS that trusts one authority, limits on time and size, one kind of error for each trouble."""

import asyncio
import json
import ssl
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dmp_tui.client.errors import ClientError, ClientProblem
from dmp_tui.client.proofs import digest
from dmp_tui.i18n import language

if "httpx" not in sys.modules:
    # httpx's own command line would bring click, rich and pygments with it: 70 ms that nobody here uses.
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # how Python is told that a module is absent
    import httpx

    del sys.modules["httpx._main"]
else:
    import httpx

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream

MIB = 1024 * 1024
_NOT_YET_VALID, _EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
_TIMEOUTS = httpx.Timeout(10, connect=5)
_PIECE = 256 * 1024
Sent = Callable[[int, int], None]
"""Called with the bytes that have left and those of the whole."""
_WHOLE = 120
"""Seconds that a whole exchange may take, the bytes of a large document included."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that came whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> dict[str, Any]:
        """The JSON object that it holds.

        Raises:
            ClientError: BAD_ANSWER.
        """
        try:
            value = json.loads(self.content)
        except (ValueError, RecursionError):
            raise ClientError(ClientProblem.BAD_ANSWER, "json", status=self.status) from None
        if not isinstance(value, dict):
            raise ClientError(ClientProblem.BAD_ANSWER, "json", status=self.status)
        return value

    @property
    def retry_after(self) -> int:
        """Seconds to wait, 0 where it does not say."""
        written = self.headers.get("retry-after", "")
        return int(written) if written.isdecimal() and len(written) < 6 else 0

    @property
    def date(self) -> datetime | None:
        """The server's clock when it answered."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return None


class Transport:
    """Requests to one server. ``leaf`` is the hash of the certificate that its newest connection showed."""

    def __init__(self, base_url: str, ca_file: Path) -> None:
        self.base_url = base_url.rstrip("/")
        self.leaf = ""
        self._held = ""
        # Nothing is compressed: sizes are limited as they come. The server's sentences are for the same person as ours.
        headers = {"Accept-Encoding": "identity", "Accept-Language": language()}
        self._http = httpx.AsyncClient(verify=_context(ca_file), timeout=_TIMEOUTS, trust_env=False, headers=headers)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limit: int = 4 * MIB,
        sent: Sent | None = None,
    ) -> Answer:
        """One request; nothing is repeated here and no redirection is followed. ``sent`` is told how a body leaves.

        Raises:
            ClientError: UNREACHABLE, UNTRUSTED, CLOCK, BAD_ANSWER (more than ``limit`` bytes).
        """
        if self._is_closed():
            raise ClientError(ClientProblem.UNREACHABLE, "closed")
        content: bytes | AsyncIterator[bytes] | None = body
        opening = _Opening(self._look_at)
        extensions: dict[str, Any] = {"trace": opening.traced}
        if body is not None and sent is not None:
            content = _pieces(body, sent)
            headers = {**headers, "Content-Length": str(len(body))}
            # A large document is read by the server before it answers.
            extensions["timeout"] = {**_TIMEOUTS.as_dict(), "read": _WHOLE}
        try:
            async with (
                asyncio.timeout(_WHOLE),
                self._http.stream(
                    method, url, headers=headers, params=params, content=content, extensions=extensions
                ) as response,
            ):
                came = bytearray()
                async for chunk in response.aiter_bytes():
                    came += chunk
                    if len(came) > limit:
                        raise ClientError(ClientProblem.BAD_ANSWER, "too-large", status=response.status_code)
                return Answer(response.status_code, response.headers, bytes(came))
        except (TimeoutError, httpx.TimeoutException):
            raise ClientError(ClientProblem.UNREACHABLE, "timeout") from None
        except httpx.TransportError as error:
            raise _trouble(error) from None
        except (httpx.InvalidURL, httpx.DecodingError):
            raise ClientError(ClientProblem.BAD_ANSWER) from None
        finally:
            if self._is_closed():
                await opening.close()

    def hold(self, leaf: str) -> None:
        """From now on no connection whose certificate has another hash carries a request; empty lets all again."""
        self._held = leaf

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _is_closed(self) -> bool:
        """A call, as its answer changes while a request is under way."""
        return self._http.is_closed

    async def _look_at(self, stream: "AsyncNetworkStream") -> None:
        shown = stream.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self.leaf = digest(shown)
        if self._held and self.leaf != self._held:
            await stream.aclose()
            raise ClientError(ClientProblem.UNTRUSTED, "changed")


class _Opening:
    """The connection that one request opens, if it does. httpx forgets it where the request is cancelled meanwhile, or
    the client closed: whoever asked closes it then."""

    def __init__(self, look_at: Callable[["AsyncNetworkStream"], Awaitable[None]]) -> None:
        self._look_at = look_at
        self._stream: AsyncNetworkStream | None = None

    async def traced(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore at each step of a request; ``look_at`` sees a connection before anything is sent on it."""
        if event == "connection.connect_tcp.complete":
            self._stream = info["return_value"]
        elif event == "connection.start_tls.failed":
            await self.close()
        elif event == "connection.start_tls.complete":
            stream: AsyncNetworkStream = info["return_value"]
            self._stream = stream
            await self._look_at(stream)

    async def close(self) -> None:
        """Close it, whatever it is doing."""
        if self._stream is not None:
            await self._stream.aclose()


async def _pieces(body: bytes, sent: Sent) -> AsyncIterator[bytes]:
    """The body piece by piece, telling how much of it has left."""
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]
        sent(min(start + _PIECE, len(body)), len(body))


def skew_of(answer: Answer, before: datetime, after: datetime) -> timedelta:
    """How far the server's clock is ahead of ours, by an answer between two of our times (``Date`` is in seconds)."""
    date = answer.date
    if date is None:
        return timedelta()
    middle = before + (after - before) / 2
    return date + timedelta(milliseconds=500) - middle


def sha1_of(content: bytes) -> str:
    """SHA-1 in base64, as FHIR's ``Attachment.hash``: it tells a broken copy, it protects from nobody."""
    from hashlib import sha1

    return b64encode(sha1(content, usedforsecurity=False).digest()).decode("ascii")


def _context(ca_file: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, the name checked, and no other authority than those of this file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise ClientError(ClientProblem.UNTRUSTED, "authority-file") from None
    return context


def _trouble(error: BaseException) -> ClientError:
    """What an error of the transport comes from."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ClientError):
            return cause
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code == _NOT_YET_VALID:
                return ClientError(ClientProblem.CLOCK)
            return ClientError(ClientProblem.UNTRUSTED, "expired" if cause.verify_code == _EXPIRED else "")
        cause = cause.__cause__ or cause.__context__
    return ClientError(ClientProblem.UNREACHABLE)
