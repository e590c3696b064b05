"""The real server as a child process, on a copy of the demonstration's records, which are made once for a whole run."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp_tui.demo.authority import cached_authority
from dmp_tui.demo.records import SERVER, cached_records

PROGRAM = Path(sys.executable).with_name("dmp-tui")


def shared_directory(factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share, and no other run."""
    own = factory.getbasetemp()
    return (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "shared"


def prepare(cache: Path) -> tuple[Path, Path]:
    """``(card authority, records)`` of the demonstration; made if they are not there."""
    cache.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    authority = cached_authority(cache, now)
    return authority, cached_records(cache, authority, now)


class ServerProcess:
    """``dmp-tui serve`` on a data directory. ``start`` waits until it listens."""

    def __init__(self, data: Path, name: str = "127.0.0.1") -> None:
        self.data = data
        self.name = name
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @classmethod
    def on_copy(cls, records: Path, directory: Path) -> "ServerProcess":
        """A server on its own copy of records."""
        shutil.copytree(records, directory, dirs_exist_ok=True)
        return cls(directory / SERVER)

    @property
    def url(self) -> str:
        return f"https://{self.name}:{self.port}"

    @property
    def authority(self) -> Path:
        """PEM file of who signed its certificate."""
        return self.data / "tls" / "authority.pem"

    def start(self, data: Path | None = None) -> None:
        """Start, at the port it had before; on other data if they are given."""
        self._process = subprocess.Popen(
            [PROGRAM, "serve", "--data", data or self.data, "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        assert "https://" in said, said
        self.port = int(said.rpartition(":")[2])

    def stop(self) -> None:
        """End it, in good order; twice is the same as once."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.communicate(timeout=30)

    def crash(self) -> None:
        """It is gone at once, with nothing said."""
        process, self._process = self._process, None
        assert process
        process.kill()
        process.communicate(timeout=30)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing more, as a server that hangs."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it was frozen."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)
