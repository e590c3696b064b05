"""Starting and ending the demonstration's server from the app."""

import os
import shutil
import subprocess  # nosec - our own interpreter on our own module, no shell
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from dmp_tui.demo.places import cache_directory
from dmp_tui.demo.said import Said, heard

_PATIENCE = 5
"""Seconds that a server has to end by itself."""


def log_file() -> Path:
    """Where the last server's log is: technical events, nothing of a patient."""
    return cache_directory() / "server.log"


def start(told: Callable[[Said | None], None]) -> subprocess.Popen[str]:
    """Start the server; ``told`` gets each of its lines, from a thread, then None once it says no more.

    Raises:
        OSError: it cannot be started.
    """
    log = log_file()
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # A session of its own: an interrupt or a hang-up of the terminal is the app's to answer.
        process = subprocess.Popen(
            [sys.executable, "-m", "dmp_tui.demo.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=descriptor,
            text=True,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    threading.Thread(target=_listen, args=(process, told), name="demo-server", daemon=True).start()
    return process


def _listen(process: subprocess.Popen[str], told: Callable[[Said | None], None]) -> None:
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe; narrows the type
    for line in process.stdout:
        said = heard(line)
        if said is not None:
            told(said)
    told(None)


def stop(process: subprocess.Popen[str], directory: str) -> None:
    """End the server by closing its standard input; it is killed if it does not end, and its data removed."""
    assert process.stdin is not None  # noqa: S101 - it was started with a pipe; narrows the type
    process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if directory:
        shutil.rmtree(directory, ignore_errors=True)
