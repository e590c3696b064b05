"""One conversation with a mail server: TLS whose certificate is verified, a login, messages one after the other.

Blocking: it is used in a thread of its own. The messages are made here, of nothing but an address and a reference.
"""

import contextlib
import smtplib
import socket
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum

from dmp_tui.dmp.mail import is_email
from dmp_tui.server.mail_settings import MailSettings, MailSettingsError, read_password

PATIENCE = 20.0
"""Seconds that the mail server has for each answer."""
SUBJECT = "Un avis vous attend / A notice awaits you"
_BODY = """\
Un avis vous attend dans votre espace. Sa référence : {reference}
Connectez-vous pour le lire. Ne répondez pas à ce message.

A notice awaits you in your space. Its reference: {reference}
Log in to read it. Do not answer this message.
"""


class Delivery(StrEnum):
    """What the mail server did with a message."""

    TAKEN = "taken"
    LATER = "later"
    """Not now (4xx), or the connection was lost: perhaps it was taken, perhaps not."""
    REFUSED = "refused"
    """For good (5xx)."""


class MailServerError(Exception):
    """The mail server cannot be used at all now. ``problem`` is a word for the log, and names nobody."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def message_to(address: str, reference: str, sender: str, now: datetime) -> EmailMessage:
    """The message that says that a notice is there: nothing of whom it is about, of what, or by whom.

    Raises:
        ValueError: not one plain address, or a reference with anything but letters, digits and hyphens.
    """
    if not (is_email(address) and is_email(sender) and reference.replace("-", "").isalnum() and reference.isascii()):
        raise ValueError("not an address, or not a reference")
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = address
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(now)
    # Of the notice, and not of the attempt: a copy that is sent again after a crash is the same message.
    message["Message-ID"] = f"<notice.{reference.lower()}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_BODY.format(reference=reference), cte="quoted-printable")
    return message


class MailServer:
    """A connection that is made when the first message goes."""

    def __init__(self, settings: MailSettings, patience: float = PATIENCE) -> None:
        self._settings = settings
        self._patience = patience
        self._smtp: smtplib.SMTP | None = None

    def connect(self) -> None:
        """Connects, verifies the server's certificate and logs in.

        Raises:
            MailServerError: it cannot be reached, is not whom it should be, has no TLS, or refuses the login.
        """
        settings = self._settings
        domain = settings.sender.rpartition("@")[2]
        try:
            password = read_password(settings.password_file) if settings.password_file else ""
            context = ssl.create_default_context(cafile=settings.authority)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        except (OSError, MailSettingsError) as error:
            raise MailServerError("settings") from error
        try:
            if settings.tls:
                self._smtp = smtplib.SMTP_SSL(
                    settings.host, settings.port, domain, timeout=self._patience, context=context
                )
            else:
                self._smtp = smtplib.SMTP(settings.host, settings.port, domain, timeout=self._patience)
                self._smtp.starttls(context=context)
            if settings.user:
                self._smtp.login(settings.user, password)
        except OSError as error:
            self.abort()
            raise MailServerError(_problem(error)) from error

    def send(self, message: EmailMessage) -> Delivery:
        """Hands over one message.

        Raises:
            MailServerError: the sender is refused: no message would go.
        """
        if self._smtp is None:
            return Delivery.LATER
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return Delivery.REFUSED if codes and min(codes) >= 500 else Delivery.LATER
        except smtplib.SMTPSenderRefused as error:
            raise MailServerError("sender-refused") from error
        except smtplib.SMTPResponseException as error:
            return Delivery.REFUSED if error.smtp_code >= 500 else Delivery.LATER
        except (smtplib.SMTPException, OSError):
            self.abort()
            return Delivery.LATER
        return Delivery.TAKEN

    @property
    def connected(self) -> bool:
        """Whether the connection holds, as far as is known."""
        return self._smtp is not None and self._smtp.sock is not None

    def close(self) -> None:
        """Says goodbye."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self.abort()

    def abort(self) -> None:
        """Ends the connection at once, also under another thread that waits for an answer."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        if smtp.sock is not None:
            with contextlib.suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)
        smtp.close()


def _problem(error: OSError) -> str:
    """A word for the log. The server's own words may repeat an address."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "login-refused"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "no-starttls-or-login"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "too-slow"
    if isinstance(error, smtplib.SMTPException):
        return "refused"
    return "unreachable"
