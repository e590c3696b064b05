"""A real mail server for tests: aiosmtpd on a port of its own, with TLS, that takes, delays, refuses or breaks."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from dmp_tui.server.mail_settings import MailSettings
from tests.server.login.serving import Credentials

USER, PASSWORD = "dmp", "un mot de passe imaginaire"
SENDER = "dmp@hopital.exemple"


@dataclass
class Mailbox:
    """What a mail server was given, and how it answers."""

    taken: list[Message] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    on_sender: Callable[[], str] = lambda: "250 OK"
    on_recipient: Callable[[str], str] = lambda _address: "250 OK"
    on_data: Callable[[], str] = lambda: "250 OK"
    hold: Event | None = None
    """Where set, an answer to DATA waits for it, after the message was taken."""
    arrived: Event = field(default_factory=Event)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self.on_sender()
        if said.startswith("250"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self.on_recipient(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self.on_data()
        if said.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(message_from_bytes(content))
            self.recipients.append(list(envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None)
        self.arrived.set()
        if self.hold is not None:
            await asyncio.to_thread(self.hold.wait, 30)
        return said


def _login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


class _Controller(Controller):
    """With STARTTLS, or TLS at once."""

    def __init__(self, box: Mailbox, context: ssl.SSLContext, *, tls: bool, starttls: bool) -> None:
        self._starttls = context if starttls else None
        super().__init__(box, hostname="127.0.0.1", port=0, ssl_context=context if tls else None)

    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            authenticator=_login,
            auth_require_tls=False,
            hostname="relais.exemple",
        )

    def _trigger_server(self) -> None:
        """The port is the system's choice: nobody else's until it is asked."""
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined] # it is an asyncio server
        super()._trigger_server()  # type: ignore[no-untyped-call] # of a package without types


@contextmanager
def mail_server(
    credentials: Credentials, *, tls: bool = False, starttls: bool = True
) -> Iterator[tuple[Mailbox, MailSettings]]:
    """A server that listens, until the block is left, and the settings to reach it by."""
    box = Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(credentials.private)
    controller = _Controller(box, context, tls=tls, starttls=starttls and not tls)
    controller.start()
    try:
        settings = MailSettings("localhost", controller.port, SENDER, tls=tls, authority=credentials.authority)
        yield box, settings
    finally:
        if box.hold is not None:
            box.hold.set()
        controller.stop()
