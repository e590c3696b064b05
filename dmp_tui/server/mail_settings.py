"""The table ``[smtp]`` of ``server.toml``: by which server messages go, and from whom."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmp_tui.dmp.mail import is_email
from dmp_tui.store.kek import is_kept

TLS_PORT, STARTTLS_PORT = 465, 587
_LONGEST_PASSWORD = 1024
_KEYS = {
    "host": str,
    "port": int,
    "security": str,
    "user": str,
    "password_file": str,
    "from": str,
    "authority": str,
}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server. There is no sending without TLS: a relay beside the server has a certificate too."""

    host: str
    port: int
    sender: str
    """Address from which messages come, and to which what cannot be delivered goes back."""
    tls: bool = False
    """TLS from the first byte; else STARTTLS, which must succeed."""
    user: str = ""
    password_file: Path | None = None
    authority: Path | None = None
    """PEM of the authority of the server's certificate, where it is none of the system's."""


class MailSettingsError(Exception):
    """A table that cannot be used. ``key`` is of ``[smtp]``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_mail_settings(table: dict[str, Any], data: Path) -> MailSettings:
    """The table; relative paths start at the data directory.

    Raises:
        MailSettingsError: an unknown key, a value that is none, a user without a password or the reverse.
    """
    for key, value in table.items():
        if type(value) is not _KEYS.get(key) or not value:
            raise MailSettingsError(key)
    for key in ("host", "from"):
        if key not in table:
            raise MailSettingsError(key)
    security = table.get("security", "starttls")
    if security not in {"starttls", "tls"}:
        raise MailSettingsError("security")
    port = table.get("port", TLS_PORT if security == "tls" else STARTTLS_PORT)
    host = table["host"]
    if not 1 <= port <= 65535:
        raise MailSettingsError("port")
    if not host.isascii() or not host.isprintable() or set(host) & set(" /@"):
        raise MailSettingsError("host")
    if not table.get("user", "").isascii():
        raise MailSettingsError("user")
    if not is_email(table["from"]):
        raise MailSettingsError("from")
    if ("user" in table) != ("password_file" in table):
        raise MailSettingsError("password_file" if "user" in table else "user")
    return MailSettings(
        host,
        port,
        table["from"],
        security == "tls",
        table.get("user", ""),
        data / table["password_file"] if "password_file" in table else None,
        data / table["authority"] if "authority" in table else None,
    )


def read_password(path: Path) -> str:
    """The first line of a password's file, which has to be its owner's alone (mode 0600), or a systemd credential.

    Raises:
        OSError: it cannot be read.
        MailSettingsError: others may read it, or it holds no password.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not is_kept(os.fstat(descriptor)):
            raise MailSettingsError("password_file")
        content = os.read(descriptor, _LONGEST_PASSWORD + 1)
    finally:
        os.close(descriptor)
    line = content.split(b"\n")[0].removesuffix(b"\r")
    # A login of SMTP has no agreed encoding beyond ASCII (RFC 4954).
    if not line.isascii() or not line or len(content) > _LONGEST_PASSWORD:
        raise MailSettingsError("password_file")
    return line.decode("ascii")
