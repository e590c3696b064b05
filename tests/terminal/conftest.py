"""The demonstration, started in a terminal; its keys and records are made once for all tests of a worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.terminal import DEMO, Terminal


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo-cache")


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """Where temporary data of the demonstration lie."""
    directory = tmp_path / "runtime"
    directory.mkdir(mode=0o700)
    return directory


@pytest.fixture
def start(cache: Path, runtime: Path) -> Iterator[Callable[..., Terminal]]:
    started: list[Terminal] = []

    def start(*arguments: str, size: tuple[int, int] = (80, 24), **environment: str) -> Terminal:
        known = {"DMP_TUI_DEMO_CACHE": str(cache), "XDG_RUNTIME_DIR": str(runtime)}
        started.append(Terminal((*DEMO, *arguments), {**known, **environment}, size))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()
