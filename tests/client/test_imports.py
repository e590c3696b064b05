"""What a start must not pay for."""

import subprocess
import sys

import pytest

from dmp_tui import client


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_package_itself_imports_nothing_of_weight() -> None:
    heavy = {"httpx", "httpcore", "cryptography", "joserfc", "ssl", "asyncio"}
    assert not heavy & modules_after("import dmp_tui.client")
    assert not heavy & modules_after("from dmp_tui.client import ClientError, Session")


def test_the_client_does_not_bring_the_command_line_of_httpx() -> None:
    after = modules_after("from dmp_tui.client import DmpClient")
    assert "httpx" in after
    assert not {"httpx._main", "click", "rich", "pygments", "textual", "lxml"} & after


def test_names_are_all_there() -> None:
    assert all(getattr(client, name) for name in client.__all__)
    with pytest.raises(AttributeError):
        _ = client.nothing
