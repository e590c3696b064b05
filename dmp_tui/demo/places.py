"""Where the demonstration keeps what it made once, and what it makes for one run."""

import os
import tempfile
from pathlib import Path


def cache_directory() -> Path:
    """The user's cache, where keys and records wait for the next start. ``DMP_TUI_DEMO_CACHE`` names another."""
    named = os.environ.get("DMP_TUI_DEMO_CACHE", "")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("dmp-tui", appauthor=False) / "demo"


def runtime_directory() -> Path:
    """Where temporary data lie: in memory where the system offers that to its user, else where others' do."""
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    if named and os.access(named, os.W_OK | os.X_OK):
        return Path(named)
    return Path(tempfile.gettempdir())
