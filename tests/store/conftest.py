"""A store in a directory of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dmp_tui.store import Store, StoreKind
from tests.store.people import NOW


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the test's store lies."""
    return tmp_path / "data"


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    """An empty production store whose clock stands still."""
    made = Store.create(data, kind=StoreKind.PRODUCTION, clock=lambda: NOW)
    yield made
    made.close()
