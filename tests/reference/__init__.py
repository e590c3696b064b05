"""Where the reference documents lie, if this machine has them: real documents and official tables, not ours to ship."""

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("DMP_TUI_REFERENCE", Path(__file__).parents[3] / "shared"))

REFERENCE: Path | None = _ROOT if (_ROOT / "data").is_dir() else None
"""Folder with ``data/`` and ``facts/``, or None."""

needs_reference = pytest.mark.skipif(
    REFERENCE is None, reason="needs the reference documents (DMP_TUI_REFERENCE, or ../shared)"
)


def reference_files(pattern: str) -> list[Path]:
    """Reference files that match, e.g. ``data/cda/*.xml``; empty without the reference."""
    return sorted(REFERENCE.glob(pattern)) if REFERENCE else []
