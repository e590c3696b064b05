"""The house stays a house: rooms of one purpose, files that a person can read to the end."""

from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dmp_tui"
SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_not_asking_to_be_two(source: Path) -> None:
    assert len(source.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_module_is_named_for_nothing() -> None:
    assert not [p for p in SOURCES if p.stem in {"utils", "util", "helpers", "helper", "manager", "managers", "misc"}]


def test_every_module_says_what_it_is() -> None:
    assert not [p for p in SOURCES if not p.read_text(encoding="utf-8").startswith('"""')]
