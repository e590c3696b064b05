"""The server and the cards of those who ask from the shell: as for a deposit."""

from pathlib import Path

import pytest

from tests.feeding.conftest import prepared, server, settings

__all__ = ["prepared", "server", "settings"]


@pytest.fixture(autouse=True)
def _no_base_of_this_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The emergency set answers, whatever was imported on the machine that tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("DMP_TUI_REFERENCE", raising=False)
