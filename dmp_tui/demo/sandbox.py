"""A sandbox for those who write clients: a server's data, an authority's cards as files, and who everybody is."""

import json
import shutil
from datetime import datetime
from pathlib import Path

from dmp_tui.demo.authority import AUTHORITY, private_directory, write_authority
from dmp_tui.demo.listing import patients, professionals
from dmp_tui.demo.records import SERVER, write_server
from dmp_tui.dmp.identity import OID_NIR_TEST
from dmp_tui.store import StoreKind

NAME = "localhost"


class NotEmptyError(Exception):
    """The directory holds something: nothing of it is overwritten."""


def write_sandbox(directory: Path, port: int, now: datetime) -> str:
    """Fills ``directory`` and gives the base URL of the server that ``dmp-tui serve`` will start on it.

    ``server`` holds the data, ``keys`` what must not lie with them, ``authority`` certificates and private keys,
    ``sandbox.json`` all that a client needs; its paths are relative to ``directory``. ``app.toml`` are settings with
    which ``dmp-tui --config`` reaches the server.

    Raises:
        NotEmptyError: there is something in the directory.
        StoreError, OSError: it cannot be written.
    """
    if directory.exists() and any(directory.iterdir()):
        raise NotEmptyError
    private_directory(directory)
    try:
        return _write(directory, port, now)
    except BaseException:
        # Half a sandbox would refuse the next try.
        for made in directory.iterdir():
            shutil.rmtree(made, ignore_errors=True)
        raise


def _write(directory: Path, port: int, now: datetime) -> str:
    authority = directory / AUTHORITY
    authority.mkdir(mode=0o700)
    write_authority(authority, now)
    write_server(directory, authority, now, StoreKind.SANDBOX, names=(NAME, "127.0.0.1"), port=port)
    url = f"https://{NAME}:{port}"
    described = {
        "url": url,
        "server_certificate": f"{SERVER}/tls/server.pem",
        "ca_certificate": f"{SERVER}/tls/authority.pem",
        "professionals": professionals(authority, directory),
        "patients": patients(),
    }
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    (directory / "sandbox.json").write_text(text, encoding="utf-8")
    settings = f'server_url = "{url}"\nauthority = "{described["ca_certificate"]}"\nsite_oid = "{OID_NIR_TEST}"\n'
    (directory / "app.toml").write_text(settings, encoding="utf-8")
    return url
