"""The server's files: what lies in the data directory, what lies outside it, and ``server.toml`` that names both.

In the data directory: ``records.db``, ``keys.db``, ``server.toml``, ``tls/server.pem``, ``tls/server.key``,
``tls/authority.pem``. In the keys' directory, beside it and never in its backups: ``kek``, ``authority.key``,
``trail.pem`` (the public key that verifies the trail) and ``trail.heads`` (the witness of the trail's signed heads).
"""

import json
import shutil
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dmp_tui.dmp.habilitations import Habilitations, HabilitationsError, known_habilitations, read_habilitations
from dmp_tui.server.authority import (
    Issued,
    load_issued,
    make_authority,
    make_server_certificate,
    save_issued,
    with_local_names,
    write_file,
)
from dmp_tui.server.mail_settings import MailSettings, MailSettingsError, read_mail_settings
from dmp_tui.server.settings import ServerSettings
from dmp_tui.store import Clock, Store, StoreError, StoreKind, StoreProblem
from dmp_tui.store.kek import refuse_inside

HOST = "127.0.0.1"
PORT = 8443
HABILITATIONS = "habilitations.csv"
"""The site's matrix of professions and types of documents, in the data directory."""
_BEGUN = ".init"
"""Stands in a data directory from the first to the last step of its making."""
_MOST = 2**31 - 1
_MOST_DAYS = 36_500


class LayoutError(Exception):
    """A ``server.toml`` that cannot be used. ``key`` names what is wrong in it, or is empty."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """Where the server's files are and how it is reached."""

    data: Path
    kek: Path
    authority_key: Path
    """The authority's private key: only renewing the certificate needs it."""
    witness: Path | None
    name: str
    """The name by which clients reach the server; its certificate holds it."""
    host: str = HOST
    """Address on which it listens."""
    port: int = PORT
    url: str = ""
    """Base URL as clients write it, where a port is forwarded; else it follows from ``name`` and the port."""
    settings: ServerSettings = field(default_factory=ServerSettings)
    mail: MailSettings | None = None
    """By which server messages go that a notice awaits someone; None: none go."""

    @property
    def certificate(self) -> Path:
        """The leaf that TLS serves."""
        return self.data / "tls" / "server.pem"

    @property
    def reference(self) -> Path:
        """The official base of medicines, once it is imported (``admin import-medicines``)."""
        return self.data / "reference.db"

    @property
    def certificate_key(self) -> Path:
        """Its private key."""
        return self.data / "tls" / "server.key"

    @property
    def authority(self) -> Path:
        """The certificate of the authority, which clients trust."""
        return self.data / "tls" / "authority.pem"

    def base_url(self, port: int) -> str:
        """``https://name[:port]`` as clients write it, without a trailing slash."""
        if self.url:
            return self.url
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"https://{name}" if port == 443 else f"https://{name}:{port}"

    def open_store(self, clock: Clock, *, read_only: bool = False) -> Store:
        """The store.

        Raises:
            StoreError: as ``Store.open``.
        """
        return Store.open(self.data, self.kek, clock, self.witness, read_only=read_only)


def initialise(
    data: Path,
    clock: Clock,
    *,
    keys: Path | None = None,
    names: tuple[str, ...] = (HOST,),
    kind: StoreKind = StoreKind.PRODUCTION,
    port: int = PORT,
) -> ServerFiles:
    """Makes a whole new server: store, keys outside it, authority, certificate and ``server.toml``.

    ``keys`` is ``<data>.keys`` unless given. No card authority is trusted yet.

    Raises:
        StoreError: as ``Store.create``.
        ValueError: a name that is neither a DNS name nor an IP address.
        OSError: a file cannot be written.
    """
    data = data.absolute()
    keys = (keys or data.with_name(f"{data.name}.keys")).absolute()
    files = ServerFiles(data, keys / "kek", keys / "authority.key", keys / "trail.heads", names[0], port=port)
    now = clock()
    authority = make_authority(names[0], now)
    certificate = make_server_certificate(authority, now, with_local_names(names))
    _make_room(files)
    store = Store.create(data, files.kek, kind, clock, files.witness)
    try:
        write_file(keys / "trail.pem", store.public_key, 0o644)
    finally:
        store.close()
    data.chmod(0o700)
    files.certificate.parent.mkdir(mode=0o700, exist_ok=True)
    save_issued(authority, files.authority, files.authority_key)
    save_issued(certificate, files.certificate, files.certificate_key)
    write_file(data / "server.toml", _settings(files).encode(), 0o600)
    (data / _BEGUN).unlink()
    return files


def _make_room(files: ServerFiles) -> None:
    """An empty data directory, with a mark that says what is being made there.

    What an earlier try left that was cut short (it has the mark, and no ``server.toml`` yet) is taken away: nothing was
    ever served from it. The key-encrypting key stays, which may be older than that try.

    Raises:
        StoreError: EXISTS, the directory holds something else; IO.
        OSError: a file cannot be removed or written.
    """
    data, mark = files.data, files.data / _BEGUN
    refuse_inside(files.kek, data)
    if mark.exists() and not (data / "server.toml").exists():
        keys = files.kek.parent
        for left in (files.authority_key, keys / "trail.pem", keys / "trail.heads"):
            left.unlink(missing_ok=True)
        for left in data.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left != mark:
                left.unlink()
    elif data.exists() and set(data.iterdir()) - {data / "lost+found"}:
        raise StoreError(StoreProblem.EXISTS, data.name)
    if files.authority_key.exists():
        # Another server's: its authority would be lost.
        raise StoreError(StoreProblem.EXISTS, files.authority_key.parent.name)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(mark, b"", 0o600)
    except OSError as error:
        raise StoreError(StoreProblem.IO, data.name) from error


def _settings(files: ServerFiles) -> str:
    """``server.toml`` of a new server. A JSON string of these is a TOML string too."""
    kek = _relative(files.kek, files.data)
    lines = [
        "# dmp-tui: see docs/administrator.md",
        f"kek = {json.dumps(kek)}",
        f"authority_key = {json.dumps(_relative(files.authority_key, files.data))}",
        f"name = {json.dumps(files.name)}",
        f"host = {json.dumps(files.host)}",
        f"port = {files.port}",
    ]
    if files.witness is not None:
        lines.insert(3, f"witness = {json.dumps(_relative(files.witness, files.data))}")
    return "\n".join(lines) + "\n"


def _relative(path: Path, data: Path) -> str:
    """Relative where both directories lie side by side, so that they can be moved together."""
    if path.is_relative_to(data.parent):
        return str(Path("..") / path.relative_to(data.parent))
    return str(path)


_TYPES: dict[str, type] = {
    "kek": str,
    "authority_key": str,
    "witness": str,
    "name": str,
    "host": str,
    "port": int,
    "url": str,
    "settings": dict,
    "smtp": dict,
}


def load_files(data: Path) -> ServerFiles:
    """The server's files as ``server.toml`` names them; relative paths start at the data directory.

    Raises:
        LayoutError: an unknown key, a value of another type, or no TOML.
        OSError: ``server.toml`` cannot be read.
    """
    data = data.absolute()
    try:
        settings: dict[str, Any] = tomllib.loads((data / "server.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayoutError("") from error
    for key, value in settings.items():
        if type(value) is not _TYPES.get(key):
            raise LayoutError(key)
    for key in ("kek", "name"):
        if not settings.get(key):
            raise LayoutError(key)
    url = settings.get("url", "")
    if url and not _is_base(url):
        raise LayoutError("url")
    port = settings.get("port", PORT)
    if not 0 <= port <= 65535:
        raise LayoutError("port")
    witness = settings.get("witness")
    return ServerFiles(
        data,
        data / settings["kek"],
        data / settings.get("authority_key", Path(settings["kek"]).with_name("authority.key")),
        data / witness if witness else None,
        settings["name"],
        settings.get("host", HOST),
        port,
        url,
        replace(_server_settings(settings.get("settings", {})), habilitations=_habilitations(data)),
        _mail(settings.get("smtp"), data),
    )


def _mail(table: dict[str, Any] | None, data: Path) -> MailSettings | None:
    try:
        return None if table is None else read_mail_settings(table, data)
    except MailSettingsError as error:
        raise LayoutError(f"smtp.{error.key}") from error


def _habilitations(data: Path) -> Habilitations:
    """The site's own matrix, where it has loaded one."""
    try:
        return read_habilitations((data / HABILITATIONS).read_bytes())
    except FileNotFoundError:
        return known_habilitations()
    except HabilitationsError as error:
        raise LayoutError(HABILITATIONS) from error


def keep_habilitations(data: Path, content: bytes) -> None:
    """Keeps a matrix that was read, for the next start of the server.

    Raises:
        OSError: it cannot be written.
    """
    write_file(data / HABILITATIONS, content, 0o600)


def _server_settings(table: dict[str, Any]) -> ServerSettings:
    """The table ``[settings]``: names and types are those of ``ServerSettings``; numbers are positive."""
    names = [field for field in fields(ServerSettings) if field.name != "habilitations"]
    kinds = {field.name: bool if "bool" in str(field.type) else int for field in names}
    for key, value in table.items():
        least = 0 if key == "crl_grace" else 1
        most = _MOST_DAYS if key == "authorisation_days" else _MOST
        if type(value) is not kinds.get(key) or (type(value) is int and not least <= value <= most):
            raise LayoutError(f"settings.{key}")
    return ServerSettings(**table)


def _is_base(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and not (parts.path or parts.query or parts.fragment)


def renew_certificate(files: ServerFiles, now: datetime, names: tuple[str, ...] = ()) -> Issued:
    """Replaces the server's certificate by a fresh one of the same authority, for the same names unless given.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: a file does not hold what it should, or a name is none.
    """
    from cryptography import x509

    from dmp_tui.server.authority import names_of

    authority = load_issued(files.authority, files.authority_key)
    current = names_of(x509.load_pem_x509_certificate(files.certificate.read_bytes()))
    issued = make_server_certificate(authority, now, with_local_names(names) if names else current)
    save_issued(issued, files.certificate, files.certificate_key)
    return issued
